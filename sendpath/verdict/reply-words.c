/* reply-words: makes replies of different servers comparable: case, accents, addresses and numbers
 * go, the words stay. It never decides what they mean. */
#include "config.h"

#include "sendpath/verdict/reply-words.h"

#include <string.h>

/* A run of characters without a blank; longer ones are cut into words without being looked at. */
#define RUN_MAX 512

/* Names of lists of client addresses as they occur in host names and links. */
static const char *const client_lists[] = {
  "spamhaus",      "spamcop",
  "dnsbl",         "barracudacentral",
  "abuseat",       "uceprotect",
  "sorbs",         "njabl",
  "rbl.",          "psbl",
  "mailspike",     "invaluement",
  "spamrats",      "blocklist",
  "senderbase",    "blacklist",
  "csi.cloudmark", "talosintelligence",
  "dsbl.org",      "ordb.org",
  "-rbl",          "rblcheck",
  "backscatterer", "senderscore",
};

/* The same for lists of domains that are advertised in messages. */
static const char *const domain_lists[] = { "uribl", "surbl", "dbl.spamhaus", "spamhaus.org/dbl" };

typedef struct {
  ReplyWords *words;
  char *to;
  char *end;        /* room for the last blank and the NUL is kept behind it */
  gboolean in_word; /* the last byte belongs to a word that may go on */
} Writer;

static void
end_word (Writer *w)
{
  if (w->in_word)
    w->words->n_words++;
  if (w->in_word && w->to < w->end)
    *w->to++ = ' ';
  w->in_word = FALSE;
}

static void
put_byte (Writer *w, char c)
{
  if (w->to < w->end)
    *w->to++ = c;
  w->in_word = TRUE;
}

static void
put_mask (Writer *w, const char *name)
{
  end_word (w);
  for (; *name != '\0'; name++)
    put_byte (w, *name);
  end_word (w);
  w->words->n_words--;
}

/* Letters that g_unichar_decompose() leaves whole. */
static const char *
plain_letters (gunichar c)
{
  switch (c)
    {
    case 0xdf:
      return "ss";
    case 0xe6:
      return "ae";
    case 0x153:
      return "oe";
    case 0xf8:
      return "o";
    case 0x142:
      return "l";
    case 0x111:
      return "d";
    case 0x131:
      return "i";
    default:
      return NULL;
    }
}

static void
put_wide (Writer *w, gunichar c)
{
  char bytes[6];
  int n;

  if (c >= 0xff01 && c <= 0xff5e) /* full-width forms of ASCII */
    c -= 0xfee0;
  c = g_unichar_tolower (c);
  if (c < 0x2000)
    {
      const char *plain = plain_letters (c);
      gunichar rest;

      for (; plain != NULL && *plain != '\0'; plain++)
        put_byte (w, *plain);
      if (plain != NULL)
        return;
      while (g_unichar_decompose (c, &c, &rest))
        ;
    }
  if (!g_unichar_isalnum (c))
    {
      if (!g_unichar_ismark (c))
        end_word (w);
      return;
    }
  n = g_unichar_to_utf8 (c, bytes);
  if (c >= 0x2e80 && c < 0xac00) /* written without blanks: kana and ideograms */
    end_word (w);
  for (int i = 0; i < n; i++)
    put_byte (w, bytes[i]);
  if (c >= 0x2e80 && c < 0xac00)
    end_word (w);
}

/* One character from @s, of @n bytes at least 1; how many bytes it took. */
static gsize
read_character (const char *s, gsize n, gunichar *ret_c)
{
  gunichar c = g_utf8_get_char_validated (s, (gssize) n);

  if (c == (gunichar) -1 || c == (gunichar) -2)
    {
      *ret_c = (guchar) *s;
      return 1;
    }
  *ret_c = c;
  return (gsize) g_utf8_skip[(guchar) *s];
}

/* Behind an apostrophe: `isn't` is one word `isnt`, `recipient's` is `recipient`, `l'adresse` is
 * two. Where to go on, or NULL if the apostrophe ends the word. */
static const char *
skip_apostrophe (const char *s, const char *end)
{
  gsize n = 0;

  while (s + n < end && g_ascii_isalpha (s[n]))
    n++;
  if (n == 1)
    return s[0] == 's' ? s + 1 : s;
  return n == 2 && strchr ("rlv", s[0]) != NULL ? s : NULL;
}

static void
put_words (Writer *w, const char *s, const char *end)
{
  const char *start = s;

  while (s < end)
    {
      gunichar c;

      if ((guchar) *s < 0x80)
        {
          if (g_ascii_isalnum (*s))
            put_byte (w, g_ascii_tolower (*s));
          else if (*s == '\'' && w->in_word && skip_apostrophe (s + 1, end) != NULL)
            {
              s = skip_apostrophe (s + 1, end);
              continue;
            }
          else if (*s == '-' && s == start + 1 && w->in_word) /* e-mail */
            ;
          else
            end_word (w);
          s++;
          continue;
        }
      s += read_character (s, (gsize) (end - s), &c);
      if (c == 0x2019 && w->in_word && skip_apostrophe (s, end) != NULL)
        s = skip_apostrophe (s, end);
      else
        put_wide (w, c);
    }
  end_word (w);
}

/* ---- what a run is --------------------------------------------------------------------------- */

typedef struct {
  guint dots, colons, digits, letters, hex, others, ats;
  gboolean sentence; /* `first.Then`: a full stop without its blank */
} Census;

static void
count (const char *s, const char *end, Census *ret_census)
{
  Census n = { 0 };

  for (const char *p = s; p < end; p++)
    {
      if (g_ascii_isdigit (*p))
        n.digits++;
      else if (g_ascii_isalpha (*p))
        n.letters++;
      else if (*p == '.')
        {
          n.dots++;
          if (p > s && p + 1 < end && g_ascii_islower (p[-1]) && g_ascii_isupper (p[1]))
            n.sentence = TRUE;
        }
      else if (*p == ':')
        n.colons++;
      else if (*p == '@')
        n.ats++;
      else if (*p != '-' && *p != '_')
        n.others++;
      if (g_ascii_isxdigit (*p))
        n.hex++;
    }
  *ret_census = n;
}

static gboolean
contains (const char *s, const char *end, const char *const *names, gsize n_names)
{
  char folded[RUN_MAX];
  gsize n = 0;

  for (; s < end && n < sizeof folded - 2; s++)
    folded[n++] = g_ascii_tolower (*s);
  folded[n++] = '.';
  folded[n] = '\0';
  for (gsize i = 0; i < n_names; i++)
    if (strstr (folded, names[i]) != NULL)
      return TRUE;
  return FALSE;
}

static const char *
name_mask (const char *s, const char *end, const char *otherwise)
{
  if (contains (s, end, domain_lists, G_N_ELEMENTS (domain_lists)))
    return "URILIST";
  if (contains (s, end, client_lists, G_N_ELEMENTS (client_lists)))
    return "LIST";
  return otherwise;
}

/* `5.7.1`, `#5.7.1`: class 2, 4 or 5 and two numbers of at most three digits. */
static gboolean
is_status (const char *s, const char *end)
{
  guint parts = 0;

  if (end - s > 9 || (*s != '2' && *s != '4' && *s != '5'))
    return FALSE;
  while (s < end)
    {
      gsize n = 0;

      while (s + n < end && g_ascii_isdigit (s[n]))
        n++;
      if (n == 0 || n > 3 || (parts == 0 && n != 1))
        return FALSE;
      parts++;
      s += n;
      if (s < end && *s++ != '.')
        return FALSE;
    }
  return parts == 3 && end[-1] != '.';
}

/* Exchange's own names (RESOLVER.RST.NotAuthorized) have dots too, but end in several words. */
static gboolean
is_several_words (const char *s, const char *end)
{
  for (; s + 1 < end; s++)
    if (g_ascii_islower (s[0]) && g_ascii_isupper (s[1]))
      return TRUE;
  return FALSE;
}

static gboolean
is_host (const char *s, const char *end, const Census *n)
{
  gsize last = 0;

  if (n->dots == 0 || n->letters == 0 || n->others + n->colons + n->ats > 0 || *s == '.' ||
      (n->sentence && n->dots == 1))
    return FALSE;
  while (g_ascii_isalpha (end[-1 - (gssize) last]))
    last++;
  return last >= 2 && end[-1 - (gssize) last] == '.' && !is_several_words (end - last, end);
}

static void
put_run (Writer *w, const char *s, const char *end)
{
  Census n;

  count (s, end, &n);
  if (g_strstr_len (s, end - s, "://") != NULL ||
      (end - s > 4 && g_ascii_strncasecmp (s, "www.", 4) == 0))
    put_mask (w, name_mask (s, end, "URL"));
  else if (n.ats > 0 && n.letters + n.digits > 0)
    put_mask (w, "ADDR");
  else if (n.letters + n.others + n.colons == 0 && is_status (s, end))
    {
      if (w->words->status[0] == '\0')
        memcpy (w->words->status, s, (gsize) (end - s));
    }
  else if (n.letters + n.others == 0 && n.digits > 0 && n.dots == 3)
    put_mask (w, "IP");
  else if (n.colons >= 2 && n.digits > 0 && n.hex + n.colons + n.dots == (guint) (end - s))
    put_mask (w, "IP");
  else if (n.letters == 0 && n.digits > 0 && n.others == 0)
    put_mask (w, "NUM");
  else if (is_host (s, end, &n))
    put_mask (w, name_mask (s, end, "HOST"));
  else
    put_words (w, s, end);
}

/* `<…>` without blanks is an address or link, whatever stands in it; its end, or NULL. */
static const char *
put_bracketed (Writer *w, const char *s)
{
  const char *end = s + 1 + strcspn (s + 1, "<> \t\r\n");

  if (*end != '>' || end - s > RUN_MAX)
    return NULL;
  if (g_strstr_len (s, end - s, "://") != NULL)
    put_mask (w, name_mask (s + 1, end, "URL"));
  else
    put_mask (w, "ADDR");
  return end + 1;
}

static gboolean
ends_run (char c)
{
  switch (c)
    {
    case '\0':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '<':
    case '>':
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case ',':
    case ';':
    case '"':
    case '|':
    case '*':
    case '!':
      return TRUE;
    default:
      return FALSE;
    }
}

/* First byte of a character of a script that is written without blanks. */
static gboolean
starts_ideogram (char c)
{
  return (guchar) c >= 0xe3 && (guchar) c <= 0xef;
}

/* Where the run that begins at @s ends: at a blank or bracket, or where the script changes. */
static const char *
run_end (const char *s)
{
  const char *end = s + 1;

  if (starts_ideogram (*s))
    while ((guchar) *end >= 0x80 && end - s < RUN_MAX - 2)
      end++;
  else
    while (!ends_run (*end) && !starts_ideogram (*end) && end - s < RUN_MAX - 2)
      end++;
  while (end > s + 1 && strchr (".:?'-=", end[-1]) != NULL)
    end--;
  return end;
}

void
reply_words_read (const char *text, ReplyWords *ret_words)
{
  Writer w = { ret_words, ret_words->text, ret_words->text + REPLY_WORDS_SIZE - 2, FALSE };

  g_return_if_fail (text != NULL);
  memset (ret_words->status, 0, sizeof ret_words->status);
  ret_words->n_words = 0;
  *w.to++ = ' ';
  while (*text != '\0' && w.to < w.end)
    {
      const char *end;
      const char *bracketed = *text == '<' ? put_bracketed (&w, text) : NULL;

      if (bracketed != NULL)
        {
          text = bracketed;
          continue;
        }
      if (ends_run (*text) || *text == '#')
        {
          text++;
          continue;
        }
      end = run_end (text);
      put_run (&w, text, end);
      text = end;
    }
  end_word (&w);
  ret_words->length = (gsize) (w.to - ret_words->text);
  *w.to = '\0';
  if (w.to > ret_words->text && w.to[-1] != ' ')
    {
      *w.to++ = ' '; /* the text was cut inside a word */
      *w.to = '\0';
      ret_words->length++;
    }
}
