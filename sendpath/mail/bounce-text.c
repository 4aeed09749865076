/* bounce-text: reads delivery reports that only people were meant to read. It goes by the shape of
 * lines (an address at the beginning of one, a reply behind it), and by words only where there is no
 * shape; it knows no reporter by name. */
#include "config.h"

#include "sendpath/mail/bounce-text.h"

#include <string.h>

#include "sendpath/mail/bounce-reply.h"

/* How surely a line says for whom the report is. */
typedef enum {
  LINE_OTHER,
  LINE_MENTIONS, /* an address among other words */
  LINE_TELLS,    /* the same, and the words are about delivery */
  LINE_COMMAND,  /* a RCPT command of a transcript */
  LINE_LEADS,    /* the address, or a label and the address, begins the line */
} LineKind;

typedef struct {
  LineKind kind;
  char *text;
  char *address;    /* NULL: LINE_OTHER */
  const char *rest; /* behind the address, in text */
} Line;

#define MAX_FREE_RECIPIENTS 100
#define MAX_SEGMENT_LINES   40
#define MAX_CONTEXT_BYTES   4096
#define MAX_TELLING_BYTES   120

/* ---- addresses ------------------------------------------------------------------------------- */

static gboolean
is_local_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+/=?^_`{|}~.-", c) != NULL) ||
         (guchar) c >= 0x80;
}

static gboolean
is_domain_char (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '-' || (guchar) c >= 0x80;
}

/* @at: an `@` in @text, or NULL. */
static char *
dup_address_at (const char *text, const char *at, const char **ret_start, const char **ret_end)
{
  const char *start = at, *end = at + 1;

  while (start > text && is_local_char (start[-1]))
    start--;
  while (start < at && strchr ("'`=*.", *start) != NULL)
    start++;
  /* An attribute of an X.400 address. */
  if (at - start > 5 && g_ascii_strncasecmp (start, "smtp=", 5) == 0)
    start += 5;
  if (start == at && at > text && at[-1] == '"')
    for (start = at - 1; start > text && start[-1] != '"' && start[-1] != '\n';)
      start--;
  if (start < at && start > text && at[-1] == '"' && start[-1] == '"')
    start--;
  if (*end == '[')
    end += strspn (end, "[]0123456789abcdefABCDEFIPv.:");
  else
    while (is_domain_char (*end))
      end++;
  while (end > at + 1 && strchr (".-", end[-1]) != NULL)
    end--;
  if (start == at || end == at + 1 || end - start > 320)
    return NULL;
  *ret_start = start;
  *ret_end = end;
  return g_strndup (start, (gsize) (end - start));
}

char *
bounce_text_dup_address (const char *text, const char **ret_end)
{
  const char *start, *end;

  for (const char *at = strchr (text, '@'); at != NULL; at = strchr (at + 1, '@'))
    {
      char *address = dup_address_at (text, at, &start, &end);

      if (address == NULL)
        continue;
      if (ret_end != NULL)
        *ret_end = end;
      return address;
    }
  return NULL;
}

static gboolean
is_same (const char *a, const char *b)
{
  return a != NULL && b != NULL && g_ascii_strcasecmp (a, b) == 0;
}

static gboolean
is_among (const GPtrArray *addresses, const char *address)
{
  for (guint i = 0; i < addresses->len; i++)
    if (is_same (g_ptr_array_index (addresses, i), address))
      return TRUE;
  return FALSE;
}

/* ---- the original ---------------------------------------------------------------------------- */

static const char *const original_marks[] = {
  "original message",    "original mail",    "message follows",   "copy of the message",
  "copy of your",        "copy of the mail", "unsent message",    "returned message",
  "message header",      "message is over",  "header of the",     "headers of the",
  "original header",     "undelivered mail", "message text",      "message attached",
  "nachricht",           "message original", "message d'origine", "mensaje original",
  "messaggio originale",
};

static const char *
next_line (const char *line)
{
  const char *end = strchr (line, '\n');

  return end != NULL ? end + 1 : line + strlen (line);
}

static gboolean
is_header_field (const char *line)
{
  gsize n = 0;

  while (g_ascii_isalnum (line[n]) || line[n] == '-' || line[n] == '_')
    n++;
  return n > 0 && line[n] == ':' && line[n + 1] != '/';
}

/* The header of a report that somebody passes on, with what mail programs write before it. */
static gboolean
is_reporters_header (const char *line)
{
  gsize length = strcspn (line, "\n");
  g_autofree char *from = NULL;

  if (g_ascii_strncasecmp (line, "from:", 5) != 0 && g_ascii_strncasecmp (line, "von:", 4) != 0)
    return FALSE;
  from = g_ascii_strdown (line, (gssize) length);
  return strstr (from, "mailer-daemon") != NULL || strstr (from, "postmaster") != NULL ||
         strstr (from, "mail delivery") != NULL;
}

/* A line that says that the original follows, before a header. */
static gboolean
is_mark (const char *line)
{
  const char *next = next_line (line);
  gsize length = (gsize) (next - line);
  g_autofree char *words = NULL;
  gboolean is_found = FALSE;

  if (length < 12 || length > 120)
    return FALSE;
  words = g_ascii_strdown (line, (gssize) length);
  for (guint i = 0; i < G_N_ELEMENTS (original_marks) && !is_found; i++)
    is_found = strstr (words, original_marks[i]) != NULL;
  if (!is_found)
    return FALSE;
  /* More lines about it. */
  while (g_str_has_prefix (next, "---"))
    next = next_line (next);
  next += strspn (next, "\n \t-=*_");
  if (is_reporters_header (next))
    return FALSE;
  return is_header_field (next) || g_str_has_prefix (next, "From ") || *next == '\0';
}

const char *
bounce_text_find_original (const char *text)
{
  const char *line;

  for (line = text; *line != '\0'; line = next_line (line))
    {
      if (g_ascii_strncasecmp (line, "received:", 9) == 0 ||
          g_ascii_strncasecmp (line, "return-path:", 12) == 0 ||
          g_ascii_strncasecmp (line, "content-type: message/rfc822", 28) == 0)
        return line;
      if (is_mark (line))
        return line;
    }
  return line;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Labels before an address that could not be reached, as far as they must be known; what a label
 * begins with is enough. */
static const char *const recipient_labels[] = {
  "unknown user",
  "invalid user",
  "no such user",
  "undeliverable",
  "delivery failed",
  "could not be delivered to",
  "not delivered to",
  "target mail address",
  "recipient",
  "original recipient",
  "final recipient",
  "failed recipient",
  "intended recipient",
  "address",
  "failed address",
  "e-mail address",
  "email address",
  "user",
  "mailbox",
  "addressee",
  "destinataire",
  "destinatario",
  "destinatário",
  "empfänger",
  "an",
  "envelope recipient",
  "invalid recipient",
  "bad recipient",
};

/* Labels before an address that is somebody else's, or only says what the message was. */
static const char *const other_labels[] = {
  "from",          "to",          "cc",       "bcc",          "subject",    "sent",
  "date",          "sender",      "reply-to", "return-path",  "message-id", "mail from",
  "von",           "de",          "received", "in-reply-to",  "references", "x-",
  "envelope-from", "errors-to",   "resent-",  "delivered-to", "list-",      "original-envelope-id",
  "reporting-mta", "feedback-id",
};

static gboolean
begins_with_label (const char *text, const char *const *labels, gsize n_labels, gsize *ret_length)
{
  for (gsize i = 0; i < n_labels; i++)
    {
      gsize n = strlen (labels[i]), end;

      if (g_ascii_strncasecmp (text, labels[i], n) != 0)
        continue;
      if (labels[i][n - 1] != '-' && g_ascii_isalnum (text[n]))
        continue;
      end = n + strcspn (text + n, ":\n@<");
      if (text[end] != ':' || end > n + 24)
        continue;
      *ret_length = end + 1;
      return TRUE;
    }
  return FALSE;
}

static const char *
skip_bullets (const char *s)
{
  s += strspn (s, " \t*|>-=");
  /* A bullet of another script. */
  if (g_str_has_prefix (s, "•") || g_str_has_prefix (s, "·"))
    s += strcspn (s, " ") + strspn (s + strcspn (s, " "), " ");
  return s;
}

/* `554 <a@example.org>... text`, as Sendmail and its forebears conclude. */
static gboolean
is_conclusion (const char *s)
{
  const char *close = s[0] != '\0' ? strchr (s, '>') : NULL;

  return strspn (s, "0123456789") == 3 && s[3] == ' ' && s[4] == '<' && close != NULL &&
         g_str_has_prefix (close, ">...");
}

/* A short line about a mailbox: the address in it is likely the one that could not be reached. */
static gboolean
tells_of_delivery (const char *line)
{
  static const char *const words[] = { "deliver", "user", "recipient", "mailbox", "account" };

  for (guint i = 0; i < G_N_ELEMENTS (words) && strlen (line) < MAX_TELLING_BYTES; i++)
    if (strcasestr (line, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
classify_line (Line *line)
{
  const char *s = skip_bullets (line->text), *start, *end, *at, *open;
  gsize length;
  LineKind kind = LINE_LEADS;

  if (is_conclusion (s))
    {
      kind = LINE_COMMAND;
      s += 4;
    }

  if (g_ascii_strncasecmp (s, "sent <<< ", 9) == 0)
    s += 9;
  if (g_ascii_strncasecmp (s, "rcpt to", 7) == 0)
    {
      kind = LINE_COMMAND;
      s += 7 + strspn (s + 7, ": ");
    }
  else if (begins_with_label (s, other_labels, G_N_ELEMENTS (other_labels), &length))
    return;
  else if (begins_with_label (s, recipient_labels, G_N_ELEMENTS (recipient_labels), &length))
    s += length + strspn (s + length, " \t");
  at = strchr (s, '@');
  if (at == NULL || g_str_has_prefix (s, "(generated") || g_str_has_prefix (s, "(expanded") ||
      g_str_has_prefix (s, "(ultimately"))
    return;
  if (g_str_has_prefix (s, "rfc822;") || g_str_has_prefix (s, "RFC822;"))
    s += 7 + strspn (s + 7, " ");
  line->address = dup_address_at (line->text, at, &start, &end);
  if (line->address == NULL)
    {
      line->address = bounce_text_dup_address (at, &end);
      if (line->address == NULL)
        return;
      start = end;
    }
  line->kind = tells_of_delivery (line->text) ? LINE_TELLS : LINE_MENTIONS;
  line->rest = end + strspn (end, ">\"')]:;,. \t");
  open = s + strspn (s, "<\"'([");
  /* `Some One <a@example.org>` alone on a line leads, too, and so does `a@example.org<mailto:…>` */
  if (start == open || (start > s && start[-1] == '<' && *line->rest == '\0' && start - s < 60 &&
                        strchr (s, ':') == NULL && line->text[0] != '\0' &&
                        (g_ascii_isspace (line->text[0]) || line->text[0] == '"')))
    line->kind = kind;
  if (g_str_has_prefix (end, "<mailto:"))
    line->rest = end + strcspn (end, ">") + (end[strcspn (end, ">")] == '>');
}

static void
line_clear (gpointer data)
{
  Line *line = data;

  g_free (line->text);
  g_free (line->address);
}

static GArray *
split_lines (const char *text)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  const char *end;

  g_array_set_clear_func (lines, line_clear);
  for (const char *s = text; *s != '\0'; s = *end == '\n' ? end + 1 : end)
    {
      Line line = { LINE_OTHER, NULL, NULL, NULL };

      end = s + strcspn (s, "\n");
      line.text = g_strchomp (g_strndup (s, (gsize) (end - s)));
      classify_line (&line);
      g_array_append_val (lines, line);
    }
  return lines;
}

/* ---- who ------------------------------------------------------------------------------------- */

static void
add_once (GPtrArray *addresses, const char *address)
{
  if (addresses->len >= MAX_FREE_RECIPIENTS)
    return;
  for (guint i = 0; i < addresses->len; i++)
    if (is_same (g_ptr_array_index (addresses, i), address))
      return;
  g_ptr_array_add (addresses, g_strdup (address));
}

static gboolean
is_service (const char *address)
{
  return g_ascii_strncasecmp (address, "postmaster@", 11) == 0 ||
         g_ascii_strncasecmp (address, "mailer-daemon@", 14) == 0;
}

static void
add_lines (GArray *lines, LineKind kind, const char *but_not, GPtrArray *addresses)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      if (line->kind == kind && !is_same (line->address, but_not) && !is_service (line->address))
        add_once (addresses, line->address);
    }
}

/* Addresses that only stand among other words: those in @wanted, or with none, the first that is
 * not the sender. */
static void
add_mentions (GArray *lines, const GPtrArray *wanted, const char *sender, GPtrArray *addresses)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      if ((line->kind != LINE_MENTIONS && line->kind != LINE_TELLS) ||
          (wanted == NULL && addresses->len > 0))
        continue;
      if (wanted != NULL ? is_among (wanted, line->address)
                         : !is_same (line->address, sender) && !is_service (line->address))
        add_once (addresses, line->address);
    }
}

/* Of lines about delivery: the original's recipients, else the first. */
static void
add_told (GArray *lines, const BounceHints *hints, GPtrArray *addresses)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);

  add_lines (lines, LINE_TELLS, hints->sender, told);
  for (guint i = 0; i < told->len; i++)
    if (is_among (hints->original, g_ptr_array_index (told, i)))
      add_once (addresses, g_ptr_array_index (told, i));
  if (addresses->len == 0 && told->len > 0)
    add_once (addresses, g_ptr_array_index (told, 0));
}

static void
add_all (const GPtrArray *from, GPtrArray *addresses)
{
  for (guint i = 0; i < from->len; i++)
    add_once (addresses, g_ptr_array_index (from, i));
}

/* From the surest source to the weakest; the first that says anything. */
static GPtrArray *
choose_addresses (GArray *lines, const BounceHints *hints)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);

  add_all (hints->failed, addresses);
  for (LineKind kind = LINE_LEADS; kind >= LINE_COMMAND && addresses->len == 0; kind--)
    add_lines (lines, kind, hints->sender, addresses);
  /* Who writes to himself gets his own mail back. */
  if (addresses->len == 0)
    add_lines (lines, LINE_LEADS, NULL, addresses);
  if (addresses->len == 0)
    add_told (lines, hints, addresses);
  /* Whom the original names may be a list, and the one who could not be reached a member of it. */
  if (addresses->len == 0)
    add_all (hints->envelope, addresses);
  if (addresses->len == 0)
    add_mentions (lines, hints->original, hints->sender, addresses);
  if (addresses->len == 0)
    add_mentions (lines, NULL, hints->sender, addresses);
  if (addresses->len == 0 && hints->original->len > 0)
    add_once (addresses, g_ptr_array_index (hints->original, 0));
  return addresses;
}

/* ---- what ------------------------------------------------------------------------------------ */

/* What follows the address in line @i, to the next empty line or address. */
static char *
dup_segment (GArray *lines, guint i)
{
  const Line *line = &g_array_index (lines, Line, i);
  GString *out;

  /* A conclusion is about the server's reply before it, or stands for itself. */
  if (is_conclusion (line->text))
    {
      const char *before = i > 0 ? g_array_index (lines, Line, i - 1).text : "";

      if (g_str_has_prefix (before, "<<<"))
        return g_strdup (before);
      /* What a program on the server has said, which is more than what Sendmail makes of it. */
      if (strchr (before, ':') != NULL && strchr (">.-", *before) == NULL &&
          !g_ascii_isdigit (*before))
        return g_strdup_printf ("%.3s %s", line->text, before);
      return g_strdup (line->text);
    }
  out = g_string_new (line->rest);
  for (guint k = i + 1; k < lines->len && k < i + MAX_SEGMENT_LINES; k++)
    {
      const Line *next = &g_array_index (lines, Line, k);

      if (next->text[0] == '\0' || next->kind == LINE_LEADS)
        break;
      if (out->len > 0)
        g_string_append_c (out, '\n');
      g_string_append (out, next->text + strspn (next->text, " \t"));
    }
  return g_string_free (out, FALSE);
}

static gboolean
has_letter (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isalpha (*text) || (guchar) *text >= 0x80)
      return TRUE;
  return FALSE;
}

/* Takes the reply in @segment if it is better than what is known; prose only if it @may_be_prose. */
static void
weigh_segment (const char *segment, gboolean may_be_prose, BounceRecipient *recipient)
{
  g_auto (BounceReply) reply = { 0 };
  gboolean is_reply;

  if (recipient->code != 0 || !has_letter (segment))
    return;
  is_reply = bounce_reply_find (segment, &reply);
  if (!is_reply && !may_be_prose)
    return;
  if (recipient->text != NULL && (!is_reply || (recipient->status != NULL && reply.code == 0)))
    return;
  g_free (recipient->text);
  g_free (recipient->status);
  recipient->code = reply.code;
  recipient->status = g_steal_pointer (&reply.status);
  recipient->text = *reply.words != '\0' ? g_steal_pointer (&reply.words) : g_strdup (segment);
}

static void
read_recipient (GArray *lines, const char *text, gboolean is_alone, BounceRecipient *recipient)
{
  const LineKind kinds[] = { LINE_LEADS, LINE_COMMAND, LINE_TELLS, LINE_MENTIONS };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds) && recipient->code == 0; kind++)
    for (guint i = 0; i < lines->len && recipient->code == 0; i++)
      {
        const Line *line = &g_array_index (lines, Line, i);
        g_autofree char *segment = NULL;

        if (line->kind != kinds[kind] || !is_same (line->address, recipient->address))
          continue;
        if (kinds[kind] < LINE_COMMAND)
          segment = g_strdup (line->text);
        else
          segment = dup_segment (lines, i);
        weigh_segment (segment, kinds[kind] == LINE_LEADS, recipient);
      }
  if (is_alone && recipient->code == 0)
    {
      g_auto (BounceReply) reply = { 0 };

      /* All of the report, as it is about nobody else. */
      if (bounce_reply_find (text, &reply) && (reply.code != 0 || recipient->status == NULL))
        {
          recipient->code = reply.code;
          g_free (recipient->status);
          recipient->status = g_steal_pointer (&reply.status);
          if (reply.code != 0 && *reply.words != '\0')
            {
              g_free (recipient->text);
              recipient->text = g_steal_pointer (&reply.words);
            }
        }
    }
}

char *
bounce_text_cut (const char *text)
{
  const char *end = text + MIN (strlen (text), MAX_CONTEXT_BYTES);

  while (end > text && ((guchar) *end & 0xC0) == 0x80)
    end--;
  return g_strstrip (g_strndup (text, (gsize) (end - text)));
}

gboolean
bounce_text_names_recipients (const char *text)
{
  g_autoptr (GArray) lines = split_lines (text);

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      if ((line->kind == LINE_LEADS || line->kind == LINE_COMMAND) && !is_service (line->address))
        return TRUE;
    }
  return FALSE;
}

/* What @lines say without what they say of others than @address. */
static char *
dup_common (GArray *lines, const char *address)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_others = FALSE;

  for (guint i = 0; i < lines->len && out->len < MAX_CONTEXT_BYTES; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      if (line->text[0] == '\0')
        is_others = FALSE;
      else if (line->kind != LINE_OTHER)
        is_others = !is_same (line->address, address);
      if (!is_others)
        g_string_append_printf (out, "%s\n", line->text);
    }
  return bounce_text_cut (out->str);
}

void
bounce_text_read (const char *text, const BounceHints *hints, GPtrArray *recipients)
{
  g_autoptr (GArray) lines = split_lines (text);
  g_autoptr (GPtrArray) addresses = choose_addresses (lines, hints);

  for (guint i = 0; i < addresses->len; i++)
    {
      BounceRecipient *recipient = bounce_recipient_new (g_ptr_array_index (addresses, i));

      read_recipient (lines, text, addresses->len == 1, recipient);
      recipient->context =
          addresses->len == 1 ? bounce_text_cut (text) : dup_common (lines, recipient->address);
      g_ptr_array_add (recipients, recipient);
    }
}

/* ---- late or lost ---------------------------------------------------------------------------- */

static const char *const delay_words[] = {
  "(delay)",
  "warning message only",
  "not yet been delivered",
  "has been delayed",
  "is delayed",
  "will be retried",
  "will keep trying",
  "continue to try",
  "still being retried",
  "delivery delayed",
  "do not need to resend",
  "delayed mail",
  "delivery attempts will continue",
  "will continue trying",
};

gboolean
bounce_text_is_delay (const char *text)
{
  g_autofree char *words = g_ascii_strdown (text, -1);

  g_strdelimit (words, "\n\t", ' ');
  for (guint i = 0; i < G_N_ELEMENTS (delay_words); i++)
    if (strstr (words, delay_words[i]) != NULL)
      return TRUE;
  return FALSE;
}
