/* The text at the head of a message file. It repairs nothing: what is not exactly as written is
 * damaged. */
#include "config.h"

#include "sendpath/outbox/envelope.h"

#include <string.h>

#define FORMAT_NAME     "sendpath outbox message, format "
#define FORMAT_LINE     FORMAT_NAME "1\n"
#define ACCOUNT_DECIDES "account decides"
#define NUMBER_DIGITS   20
#define END_MARK        "end of message "
#define END_MARK_BYTES  (strlen (END_MARK) + ENVELOPE_ID_CHARS + 1)
/* A body larger than any disk is damage, and keeps sums of lengths from wrapping. */
#define LENGTH_MAX (G_MAXINT64 / 4)

#define NUMBER_ZEROS "00000000000000000000"
#define ID_ZEROS     "00000000000000000000000000000000"
#define UP_TO_SHA256                                                                               \
  FORMAT_LINE "envelope-bytes: " NUMBER_ZEROS "\n"                                                 \
              "header-bytes: " NUMBER_ZEROS "\n"                                                   \
              "body-bytes: " NUMBER_ZEROS "\n"                                                     \
              "sha256: "
#define FROM_ID "id: " ID_ZEROS "\nqueued-at-us: " NUMBER_ZEROS "\n"
G_STATIC_ASSERT (sizeof NUMBER_ZEROS - 1 == NUMBER_DIGITS);
G_STATIC_ASSERT (sizeof ID_ZEROS - 1 == ENVELOPE_ID_CHARS);
G_STATIC_ASSERT (sizeof UP_TO_SHA256 - 1 == ENVELOPE_SHA256_OFFSET);
G_STATIC_ASSERT (sizeof UP_TO_SHA256 ID_ZEROS ID_ZEROS == ENVELOPE_SUMMED_OFFSET);
G_STATIC_ASSERT (ENVELOPE_SUMMED_OFFSET + sizeof FROM_ID - 1 == ENVELOPE_FIXED_BYTES);

static const struct {
  BodyTraits trait;
  const char *name;
} traits[] = {
  { BODY_HAS_BARE_CR, "bare-cr" },
  { BODY_HAS_NUL, "nul" },
  { BODY_HAS_LONG_LINE, "long-line" },
  { BODY_HAS_8BIT, "8bit" },
};

/* ---- writing --------------------------------------------------------------------------------- */

/* Values are text on one line: `%` and control bytes are escaped, so nothing in them can begin a
 * line. */
static void
append_value (GString *text, const char *name, const char *before, const char *value,
              const char *after)
{
  g_autofree char *escaped = g_uri_escape_string (value, " !\"#$&'()*+,/:;<=>?@[\\]^`{|}", TRUE);

  g_string_append_printf (text, "%s: %s%s%s\n", name, before, escaped, after);
}

static void
append_traits (GString *text, BodyTraits found)
{
  g_string_append (text, "traits:");
  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    if (found & traits[i].trait)
      g_string_append_printf (text, " %s", traits[i].name);
  g_string_append_c (text, '\n');
}

static void
append_dsn (GString *text, const DsnRequest *dsn)
{
  g_autofree char *notify = dsn_notify_to_string (dsn->notify);

  if (notify != NULL)
    append_value (text, "dsn-notify", "", notify, "");
  if (dsn->ret != NULL)
    append_value (text, "dsn-ret", "", dsn->ret, "");
  if (dsn->envid != NULL)
    append_value (text, "dsn-envid", "", dsn->envid, "");
}

static char *
format_rest (const Envelope *envelope)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GDateTime) time =
      g_date_time_new_from_unix_utc (envelope->queued_at_us / G_USEC_PER_SEC);
  g_autofree char *date = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  g_string_append_printf (text, "date: %s\n", date != NULL ? date : "");
  append_traits (text, envelope->traits);
  if (envelope->account != NULL)
    append_value (text, "account", "", envelope->account, "");
  if (envelope->resend_of != NULL)
    append_value (text, "resend-of", "", envelope->resend_of, "");
  for (guint i = 0; envelope->avoid != NULL && envelope->avoid[i] != NULL; i++)
    append_value (text, "avoid", "", envelope->avoid[i], "");
  if (envelope->next_try_s != 0)
    g_string_append_printf (text, "next-try: %" G_GINT64_FORMAT "\n", envelope->next_try_s);
  if (envelope->sender != NULL)
    append_value (text, "sender", "<", envelope->sender, ">");
  else
    g_string_append (text, "sender: " ACCOUNT_DECIDES "\n");
  append_dsn (text, &envelope->dsn);
  for (guint i = 0; envelope->recipients[i] != NULL; i++)
    append_value (text, "recipient", "<", envelope->recipients[i], ">");
  g_string_append_c (text, '\n');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
envelope_format (Envelope *envelope)
{
  g_autofree char *rest = NULL;

  envelope->queued_at_us = MAX (envelope->queued_at_us, 0);
  rest = format_rest (envelope);
  envelope->envelope_bytes = ENVELOPE_FIXED_BYTES + strlen (rest);
  return g_strdup_printf (FORMAT_LINE "envelope-bytes: %020" G_GUINT64_FORMAT "\n"
                                      "header-bytes: %020" G_GUINT64_FORMAT "\n"
                                      "body-bytes: %020" G_GUINT64_FORMAT "\n"
                                      "sha256: %0*d\n"
                                      "id: %s\n"
                                      "queued-at-us: %020" G_GINT64_FORMAT "\n%s",
                          envelope->envelope_bytes, envelope->header_bytes, envelope->body_bytes,
                          ENVELOPE_SHA256_CHARS, 0, envelope->id, envelope->queued_at_us, rest);
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
  const char *at;
  const char *end;
} Cursor;

static gboolean
skip (Cursor *cursor, const char *text)
{
  gsize length = strlen (text);

  if ((gsize) (cursor->end - cursor->at) < length || memcmp (cursor->at, text, length) != 0)
    return FALSE;
  cursor->at += length;
  return TRUE;
}

/* Exactly @n characters of @allowed into @value, which has room for them and a NUL. */
static gboolean
take_digits (Cursor *cursor, const char *allowed, gsize n, char *value)
{
  if ((gsize) (cursor->end - cursor->at) < n)
    return FALSE;
  memcpy (value, cursor->at, n);
  value[n] = '\0';
  cursor->at += n;
  return strspn (value, allowed) == n;
}

static gboolean
take_number (Cursor *cursor, const char *name, guint64 *number)
{
  guint64 value = 0;

  if (!skip (cursor, name) || cursor->end - cursor->at < NUMBER_DIGITS)
    return FALSE;
  for (guint i = 0; i < NUMBER_DIGITS; i++, cursor->at++)
    {
      guint64 digit = (guint64) (*cursor->at - '0');

      if (!g_ascii_isdigit (*cursor->at) || value > (G_MAXINT64 - digit) / 10)
        return FALSE;
      value = value * 10 + digit;
    }
  *number = value;
  return skip (cursor, "\n");
}

static gboolean
take_hex (Cursor *cursor, const char *name, gsize n, char *value)
{
  return skip (cursor, name) && take_digits (cursor, "0123456789abcdef", n, value) &&
         skip (cursor, "\n");
}

/* TRUE for a first line like ours with a greater number. */
static gboolean
is_newer (Cursor cursor)
{
  guint64 version = 0;

  if (!skip (&cursor, FORMAT_NAME))
    return FALSE;
  while (cursor.at < cursor.end && g_ascii_isdigit (*cursor.at) && version < G_MAXUINT32)
    version = version * 10 + (guint64) g_ascii_digit_value (*cursor.at++);
  return cursor.at < cursor.end && *cursor.at == '\n' && version > 1;
}

EnvelopeState
envelope_read_fixed (Envelope *envelope, const char *text, gsize length)
{
  Cursor cursor = { text, text + length };
  guint64 queued_at_us;

  if (is_newer (cursor))
    return ENVELOPE_NEWER;
  if (!skip (&cursor, FORMAT_LINE) ||
      !take_number (&cursor, "envelope-bytes: ", &envelope->envelope_bytes) ||
      !take_number (&cursor, "header-bytes: ", &envelope->header_bytes) ||
      !take_number (&cursor, "body-bytes: ", &envelope->body_bytes) ||
      !take_hex (&cursor, "sha256: ", ENVELOPE_SHA256_CHARS, envelope->sha256) ||
      !take_hex (&cursor, "id: ", ENVELOPE_ID_CHARS, envelope->id) ||
      !take_number (&cursor, "queued-at-us: ", &queued_at_us))
    return ENVELOPE_DAMAGED;
  envelope->queued_at_us = (gint64) queued_at_us;
  if (envelope->envelope_bytes <= ENVELOPE_FIXED_BYTES ||
      envelope->envelope_bytes > ENVELOPE_MAX_BYTES || envelope->header_bytes > HEADER_MAX_BYTES ||
      envelope->body_bytes > LENGTH_MAX)
    return ENVELOPE_DAMAGED;
  return ENVELOPE_GOOD;
}

/* The value of the line `@name: @before…@after`, unescaped, or NULL if the line is another or
 * damaged. */
static char *
take_value (Cursor *cursor, const char *name, const char *before, const char *after)
{
  Cursor line = *cursor;
  const char *end = memchr (line.at, '\n', (gsize) (line.end - line.at));
  g_autofree char *value = NULL;

  if (end == NULL || !skip (&line, name) || !skip (&line, before) ||
      (gsize) (end - line.at) < strlen (after) ||
      memcmp (end - strlen (after), after, strlen (after)) != 0 ||
      memchr (line.at, '\0', (gsize) (end - line.at)) != NULL)
    return NULL;
  value = g_strndup (line.at, (gsize) (end - line.at) - strlen (after));
  cursor->at = end + 1;
  return strchr (value, '%') != NULL ? g_uri_unescape_string (value, NULL)
                                     : g_steal_pointer (&value);
}

static gboolean
take_traits (Cursor *cursor, BodyTraits *found)
{
  g_autofree char *value = NULL;
  g_auto(GStrv) names = NULL;

  *found = BODY_PLAIN;
  if (skip (cursor, "traits:\n"))
    return TRUE;
  value = take_value (cursor, "traits:", "", "");
  names = value != NULL ? g_strsplit (value, " ", -1) : NULL;
  /* the value begins with the space before the first name */
  for (guint i = 1; names != NULL && names[0] != NULL && names[i] != NULL; i++)
    {
      guint j = 0;

      while (j < G_N_ELEMENTS (traits) && !g_str_equal (names[i], traits[j].name))
        j++;
      if (j == G_N_ELEMENTS (traits))
        return FALSE;
      *found |= traits[j].trait;
    }
  return value != NULL;
}

/* The values of all lines `@name: @before…@after` in a row, or NULL if there is none. */
static char **
take_values (Cursor *cursor, const char *name, const char *before, const char *after)
{
  char *value = take_value (cursor, name, before, after);
  g_autoptr(GPtrArray) values = NULL;

  if (value == NULL)
    return NULL;
  values = g_ptr_array_new_full (2, g_free);
  for (; value != NULL; value = take_value (cursor, name, before, after))
    g_ptr_array_add (values, value);
  g_ptr_array_add (values, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&values), FALSE);
}

static gboolean
take_dsn (Cursor *cursor, DsnRequest *dsn)
{
  g_autofree char *notify = take_value (cursor, "dsn-notify: ", "", "");
  g_autofree char *ret = take_value (cursor, "dsn-ret: ", "", "");
  g_autofree char *envid = take_value (cursor, "dsn-envid: ", "", "");

  return (notify == NULL || dsn_request_read_notify (dsn, notify)) &&
         (ret == NULL || dsn_request_read_ret (dsn, ret)) &&
         (envid == NULL || dsn_request_set_envid (dsn, envid));
}

static gboolean
take_next_try (Cursor *cursor, gint64 *next_try_s)
{
  g_autofree char *value = take_value (cursor, "next-try: ", "", "");
  guint64 number = 0;

  if (value != NULL && !g_ascii_string_to_unsigned (value, 10, 1, G_MAXINT64, &number, NULL))
    return FALSE;
  *next_try_s = (gint64) number;
  return TRUE;
}

gboolean
envelope_read_rest (Envelope *envelope, const char *text, gsize length)
{
  Cursor cursor = { text, text + length };
  g_autofree char *date = take_value (&cursor, "date: ", "", "");

  if (date == NULL || !take_traits (&cursor, &envelope->traits))
    return FALSE;
  envelope->account = take_value (&cursor, "account: ", "", "");
  envelope->resend_of = take_value (&cursor, "resend-of: ", "", "");
  envelope->avoid = take_values (&cursor, "avoid: ", "", "");
  if (!take_next_try (&cursor, &envelope->next_try_s))
    return FALSE;
  if (!skip (&cursor, "sender: " ACCOUNT_DECIDES "\n"))
    {
      envelope->sender = take_value (&cursor, "sender: ", "<", ">");
      if (envelope->sender == NULL)
        return FALSE;
    }
  if (!take_dsn (&cursor, &envelope->dsn))
    return FALSE;
  envelope->recipients = take_values (&cursor, "recipient: ", "<", ">");
  return envelope->recipients != NULL && skip (&cursor, "\n") && cursor.at == cursor.end;
}

void
envelope_clear (Envelope *envelope)
{
  g_clear_pointer (&envelope->account, g_free);
  g_clear_pointer (&envelope->resend_of, g_free);
  g_clear_pointer (&envelope->avoid, g_strfreev);
  g_clear_pointer (&envelope->sender, g_free);
  dsn_request_clear (&envelope->dsn);
  g_clear_pointer (&envelope->recipients, g_strfreev);
}

/* ---- where things are ------------------------------------------------------------------------ */

guint64
envelope_get_header_offset (const Envelope *envelope)
{
  return envelope->envelope_bytes;
}

guint64
envelope_get_body_offset (const Envelope *envelope)
{
  return envelope->envelope_bytes + envelope->header_bytes + strlen ("\r\n");
}

guint64
envelope_get_file_bytes (const Envelope *envelope)
{
  return envelope_get_body_offset (envelope) + envelope->body_bytes + END_MARK_BYTES;
}

char *
envelope_dup_end_mark (const Envelope *envelope)
{
  return g_strdup_printf (END_MARK "%s\n", envelope->id);
}
