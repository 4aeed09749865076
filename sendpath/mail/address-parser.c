/* The grammar of RFC 5322 address lists, one function a rule. It gives all of a list or nothing: a
 * silent prefix would send mail to the wrong people. */
#include "config.h"

#include "sendpath/mail/address.h"

#include <string.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/address-token.h"

#define TEXT_MAX_BYTES    (256 * 1024) /* as a header */
#define COMMENT_DEPTH_MAX 32
#define LOCAL_MAX_BYTES   64  /* RFC 5321 4.5.3.1.1 */
#define DOMAIN_MAX_BYTES  255 /* RFC 5321 4.5.3.1.2 */
#define SHOWN_MAX_BYTES   60

/* ---- where we are ---------------------------------------------------------------------------- */

typedef struct {
  const char *text, *at, *end;
  GString *comment; /* the last one; stands in for a missing display name */
  GError **error;
} Parser;

static char *
dup_shown (const char *text, gsize length)
{
  g_autofree char *start = g_strndup (text, MIN (length, SHOWN_MAX_BYTES));
  g_autofree char *valid = g_utf8_make_valid (start, -1);

  for (char *p = valid; *p; p++)
    if (!address_char_is (*p, ADDRESS_TEXT))
      *p = '?';
  return g_strconcat (valid, length > SHOWN_MAX_BYTES ? "…" : "", NULL);
}

static gboolean
fail_at (Parser *p, const char *at, const char *what)
{
  g_autofree char *shown = dup_shown (p->text, p->end - p->text);

  g_set_error (p->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               /* translators: an address list, a position in it, what is wrong there */
               _ ("“%s”, character %u: %s"), shown, (guint) (at - p->text) + 1, what);
  return FALSE;
}

static gboolean
fail_unexpected (Parser *p)
{
  if (p->at == p->end)
    return fail_at (p, p->at, _ ("the address is not complete"));
  return fail_at (p, p->at, _ ("this does not belong into an address"));
}

static gboolean
next_is (const Parser *p, char c)
{
  return p->at < p->end && *p->at == c;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

/* One character behind a backslash, or a plain one. */
static gboolean
take_text (Parser *p, GString *into)
{
  if (*p->at == '\\')
    p->at++;
  if (p->at == p->end || !address_char_is (*p->at, ADDRESS_TEXT))
    return fail_unexpected (p);
  g_string_append_c (into, *p->at++);
  return TRUE;
}

static gboolean
take_comment (Parser *p)
{
  const char *start = p->at;
  guint depth = 0;

  g_string_truncate (p->comment, 0);
  do
    {
      if (p->at == p->end)
        return fail_at (p, start, _ ("this comment has no end"));
      if (*p->at == '(' && ++depth > COMMENT_DEPTH_MAX)
        return fail_at (p, p->at, _ ("too many comments in comments"));
      if (*p->at == ')')
        depth--;
      if (!take_text (p, p->comment))
        return FALSE;
    }
  while (depth > 0);

  g_string_erase (p->comment, 0, 1);
  g_string_truncate (p->comment, p->comment->len - 1);
  return TRUE;
}

static gboolean
skip_blanks (Parser *p)
{
  while (p->at < p->end)
    {
      if (address_char_is (*p->at, ADDRESS_SPACE))
        p->at++;
      else if (*p->at != '(')
        return TRUE;
      else if (!take_comment (p))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_quoted (Parser *p, GString *into)
{
  const char *start = p->at++;

  while (!next_is (p, '"'))
    {
      if (p->at == p->end)
        return fail_at (p, start, _ ("this quotation mark has no partner"));
      if (!take_text (p, into))
        return FALSE;
    }
  p->at++;
  return TRUE;
}

static void
take_run (Parser *p, AddressChars wanted, GString *into)
{
  const char *start = p->at;

  while (p->at < p->end && address_char_is (*p->at, wanted))
    p->at++;
  g_string_append_len (into, start, p->at - start);
}

/* ---- words: a display name, a local part or the name of a group, as what follows tells ------- */

typedef struct {
  GString *phrase;
  GString *local; /* without its quotes */
  guint n_words;
  gboolean wants_dot;   /* a word was last */
  const char *no_local; /* where it stops to be a local part, or NULL */
} Words;

static void
words_clear (Words *words)
{
  if (words->phrase)
    g_string_free (words->phrase, TRUE);
  if (words->local)
    g_string_free (words->local, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

static gboolean
take_word (Parser *p, Words *words)
{
  g_autoptr(GString) word = g_string_new (NULL);
  const char *start = p->at;
  gboolean is_dot = next_is (p, '.');

  if (is_dot)
    g_string_append_c (word, *p->at++);
  else if (!next_is (p, '"'))
    take_run (p, ADDRESS_ATOM, word);
  else if (!take_quoted (p, word))
    return FALSE;

  if (is_dot != words->wants_dot && !words->no_local)
    words->no_local = start;
  words->wants_dot = !is_dot;
  words->n_words += !is_dot;

  if (words->phrase->len > 0 && (address_char_is (start[-1], ADDRESS_SPACE) || start[-1] == ')'))
    g_string_append_c (words->phrase, ' ');
  g_string_append_len (words->phrase, word->str, word->len);
  g_string_append_len (words->local, word->str, word->len);
  return TRUE;
}

static gboolean
take_words (Parser *p, Words *words)
{
  words->phrase = g_string_new (NULL);
  words->local = g_string_new (NULL);

  if (!skip_blanks (p))
    return FALSE;
  while (p->at < p->end &&
         (address_char_is (*p->at, ADDRESS_ATOM) || *p->at == '.' || *p->at == '"'))
    if (!take_word (p, words) || !skip_blanks (p))
      return FALSE;

  if (words->n_words == 0 || !words->wants_dot)
    words->no_local = words->no_local ? words->no_local : p->at;
  return TRUE;
}

/* ---- addr-spec ------------------------------------------------------------------------------- */

static gboolean
take_labels (Parser *p, GString *domain)
{
  for (;;)
    {
      gsize before = domain->len;
      take_run (p, ADDRESS_HOST, domain);
      if (domain->len == before)
        return fail_unexpected (p);
      if (!skip_blanks (p))
        return FALSE;
      if (!next_is (p, '.'))
        return TRUE;
      g_string_append_c (domain, *p->at++);
      if (!skip_blanks (p))
        return FALSE;
    }
}

static gboolean
take_literal (Parser *p, GString *domain)
{
  g_string_append_c (domain, *p->at++);
  take_run (p, ADDRESS_LITERAL, domain);
  if (!next_is (p, ']') || p->at[-1] == '[')
    return fail_unexpected (p);
  g_string_append_c (domain, *p->at++);
  return skip_blanks (p);
}

/* From the `@` on. */
static gboolean
take_domain (Parser *p, GString *domain)
{
  const char *start = ++p->at;

  if (!skip_blanks (p))
    return FALSE;
  if (!(next_is (p, '[') ? take_literal (p, domain) : take_labels (p, domain)))
    return FALSE;
  if (domain->len > DOMAIN_MAX_BYTES)
    return fail_at (p, start, _ ("the domain is longer than 255 bytes"));
  if (!g_utf8_validate (domain->str, domain->len, NULL))
    return fail_at (p, start, _ ("the domain is not valid UTF-8"));
  return TRUE;
}

static char *
make_local (Parser *p, const Words *words, const char *start)
{
  g_autoptr(GString) local = g_string_new (NULL);

  if (words->no_local)
    {
      p->at = words->no_local;
      fail_unexpected (p);
      return NULL;
    }
  if (address_is_dot_atom (words->local->str))
    g_string_append (local, words->local->str);
  else
    address_append_quoted (local, words->local->str);

  if (local->len > LOCAL_MAX_BYTES)
    fail_at (p, start, _ ("the part before the @ is longer than 64 bytes"));
  else if (!g_utf8_validate (local->str, local->len, NULL))
    fail_at (p, start, _ ("the part before the @ is not valid UTF-8"));
  else if (strpbrk (local->str, "<>\t")) /* a command line could not hold it (R-30) */
    fail_at (p, start, _ ("the part before the @ has a character that cannot be sent"));
  else
    return g_string_free (g_steal_pointer (&local), FALSE);
  return NULL;
}

/* The words are taken already; a domain may follow. */
static char *
take_addr_spec (Parser *p, const Words *words, const char *start)
{
  g_autofree char *local = make_local (p, words, start);
  g_autoptr(GString) domain = g_string_new (NULL);

  if (!local || !next_is (p, '@'))
    return g_steal_pointer (&local);
  if (!take_domain (p, domain))
    return NULL;
  return g_strconcat (local, "@", domain->str, NULL);
}

/* RFC 5322 4.4: `@a,@b:`, to be ignored. */
static gboolean
skip_route (Parser *p)
{
  if (!next_is (p, '@'))
    return TRUE;
  while (next_is (p, '@') || next_is (p, ','))
    {
      g_autoptr(GString) domain = g_string_new (NULL);
      if (*p->at == '@' && !take_domain (p, domain))
        return FALSE;
      if (next_is (p, ','))
        p->at++;
      if (!skip_blanks (p))
        return FALSE;
    }
  if (!next_is (p, ':'))
    return fail_unexpected (p);
  p->at++;
  return TRUE;
}

static char *
take_angle (Parser *p)
{
  g_auto(Words) words = { 0 };
  g_autofree char *addr = NULL;
  const char *start = ++p->at;

  if (!skip_blanks (p) || !skip_route (p) || !take_words (p, &words))
    return NULL;
  addr = take_addr_spec (p, &words, start);
  if (!addr)
    return NULL;
  if (!next_is (p, '>'))
    {
      fail_unexpected (p);
      return NULL;
    }
  p->at++;
  return g_steal_pointer (&addr);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static gboolean take_list (Parser *p, gboolean in_group, GPtrArray *list);

/* Raw bytes that are not UTF-8 are Latin-1 most often. */
static char *
dup_name (const GString *text)
{
  if (text->len == 0)
    return NULL;
  if (g_utf8_validate (text->str, text->len, NULL))
    return g_strdup (text->str);
  return g_convert (text->str, text->len, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

static gboolean
take_mailbox (Parser *p, const Words *words, const char *start, GPtrArray *list)
{
  gboolean is_angle = next_is (p, '<') && (words->n_words > 0 || words->phrase->len == 0);
  gboolean has_phrase = is_angle && words->n_words > 0;
  g_autofree char *addr = is_angle ? take_angle (p) : take_addr_spec (p, words, start);

  if (!addr || !skip_blanks (p))
    return FALSE;

  Address *address = g_new0 (Address, 1);
  address->addr = g_steal_pointer (&addr);
  address->name = dup_name (has_phrase ? words->phrase : p->comment);
  g_ptr_array_add (list, address);
  return TRUE;
}

static gboolean
take_group (Parser *p, GPtrArray *list)
{
  p->at++;
  if (!take_list (p, TRUE, list))
    return FALSE;
  if (!next_is (p, ';'))
    return fail_at (p, p->at, _ ("this group has no semicolon at its end"));
  p->at++;
  return skip_blanks (p);
}

static gboolean
take_address (Parser *p, gboolean in_group, GPtrArray *list)
{
  g_auto(Words) words = { 0 };
  const char *start = p->at;

  g_string_truncate (p->comment, 0);
  if (!take_words (p, &words))
    return FALSE;
  if (!in_group && next_is (p, ':') && words.n_words > 0)
    return take_group (p, list);
  return take_mailbox (p, &words, start, list);
}

static gboolean
take_list (Parser *p, gboolean in_group, GPtrArray *list)
{
  for (;;)
    {
      if (!skip_blanks (p))
        return FALSE;
      if (p->at == p->end || (in_group && *p->at == ';'))
        return TRUE;
      if (*p->at == ',')
        {
          p->at++;
          continue;
        }
      if (!take_address (p, in_group, list))
        return FALSE;
      if (p->at < p->end && *p->at != ',' && !(in_group && *p->at == ';'))
        return fail_unexpected (p);
    }
}

static gboolean
check_length (gsize length, GError **error)
{
  if (length <= TEXT_MAX_BYTES)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("the list of addresses is longer than 256 KiB; split it"));
  return FALSE;
}

GPtrArray *
address_list_parse (const char *text, gsize length, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) address_free);
  g_autoptr(GString) comment = g_string_new (NULL);
  Parser p = { text, text, text + length, comment, error };

  if (!check_length (length, error) || !take_list (&p, FALSE, list))
    return NULL;
  return g_steal_pointer (&list);
}

/* Addresses without names and groups, at least one. */
static GPtrArray *
parse_bare (const char *text, gboolean is_list, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) address_free);
  g_autoptr(GString) comment = g_string_new (NULL);
  Parser p = { text, text, text + strlen (text), comment, error };

  if (!check_length (p.end - p.text, error) ||
      !(is_list ? take_list (&p, TRUE, list) : take_address (&p, TRUE, list)))
    return NULL;
  if (p.at < p.end || list->len == 0)
    {
      fail_unexpected (&p);
      return NULL;
    }
  for (guint i = 0; i < list->len; i++)
    if (((const Address *) g_ptr_array_index (list, i))->name)
      {
        fail_at (&p, p.text, _ ("only the address itself can stand here, without a name"));
        return NULL;
      }
  return g_steal_pointer (&list);
}

static char *
steal_addr (GPtrArray *list, guint i)
{
  return g_steal_pointer (&((Address *) g_ptr_array_index (list, i))->addr);
}

char *
address_parse_one (const char *text, gboolean may_be_empty, GError **error)
{
  g_autoptr(GPtrArray) list = NULL;

  if (may_be_empty && (g_str_equal (text, "") || g_str_equal (text, "<>")))
    return g_strdup ("");
  list = parse_bare (text, FALSE, error);
  return list ? steal_addr (list, 0) : NULL;
}

char **
address_parse_operand (const char *text, GError **error)
{
  g_autoptr(GPtrArray) list = parse_bare (text, TRUE, error);
  g_autoptr(GStrvBuilder) addrs = g_strv_builder_new ();

  if (!list)
    return NULL;
  for (guint i = 0; i < list->len; i++)
    {
      g_autofree char *addr = steal_addr (list, i);
      g_strv_builder_add (addrs, addr);
    }
  return g_strv_builder_end (addrs);
}
