/* The fields of a header that people and lists are shown. What is plain is taken as it stands, for lists
 * of a hundred thousand; the rest is for those who know the grammar. */
#include "config.h"

#include "sendpath/mail/shown-fields.h"

#include <string.h>

#include "sendpath/mail/address-token.h"
#include "sendpath/mail/address.h"
#include "sendpath/mail/encoded-word.h"
#include "sendpath/mail/header.h"

/* So long may any local part and any domain be. */
#define PLAIN_LOCAL_BYTES  64
#define PLAIN_DOMAIN_BYTES 255
/* A longer one is nothing for plain means. */
#define PLAIN_NAME_BYTES   1000

/* ---- values ---------------------------------------------------------------------------------- */

static gboolean
is_ascii_of (char c, AddressChars wanted)
{
  return (guchar) c < 0x80 && address_char_is (c, wanted);
}

/* The length of a run of words of @wanted with single dots between them, or 0. */
static gsize
span_dotted (const char *text, AddressChars wanted)
{
  gsize n = 0;

  for (;;)
    {
      gsize before = n;

      while (is_ascii_of (text[n], wanted))
        n++;
      if (n == before)
        return 0;
      if (text[n] != '.')
        return n;
      n++;
    }
}

/* A name of plain words, or one in quotation marks without a backslash. */
static gsize
span_plain_name (const char *text)
{
  gsize n = 0;

  if (*text != '"')
    {
      while (text[n] == ' ' || is_ascii_of (text[n], ADDRESS_ATOM))
        n++;
      return n;
    }
  for (n = 1; text[n] != '"' && text[n] != '\\' && is_ascii_of (text[n], ADDRESS_TEXT);)
    n++;
  if (text[n] != '"')
    return 0;
  return n + 1 + strspn (text + n + 1, " ");
}

/* `terri@proseware.com` and `Terri Chudzik <terri@proseware.com>`, which nobody reads in another way; or
 * NULL. */
static char *
dup_plain_address (const char *value)
{
  const char *open = value + span_plain_name (value);
  const char *local = *open == '<' ? open + 1 : value;
  gsize n_local = span_dotted (local, ADDRESS_ATOM), n_domain = 0;
  const char *end;

  if (n_local > 0 && local[n_local] == '@')
    n_domain = span_dotted (local + n_local + 1, ADDRESS_HOST);
  if (n_domain == 0 || n_local > PLAIN_LOCAL_BYTES || n_domain > PLAIN_DOMAIN_BYTES ||
      local - value > PLAIN_NAME_BYTES)
    return NULL;
  end = local + n_local + 1 + n_domain;
  if (strcmp (end, local > value ? ">" : "") != 0)
    return NULL;
  return g_strndup (local, (gsize) (end - local));
}

char *
shown_fields_dup_from (const char *value)
{
  char *plain = dup_plain_address (value);
  g_autoptr(GPtrArray) list =
      plain == NULL ? address_list_parse (value, strlen (value), NULL) : NULL;

  if (list == NULL || list->len == 0)
    return plain;
  return g_strdup (((const Address *) list->pdata[0])->addr);
}

/* Nothing to be decoded, nothing that drives terminals. */
static gboolean
is_plain (const char *text)
{
  const char *at = text;

  while (*at >= ' ' && *at <= '~')
    at++;
  return *at == '\0' && strstr (text, "=?") == NULL;
}

char *
shown_fields_dup_text (const char *value)
{
  return is_plain (value) ? g_strdup (value) : encoded_word_decode (value);
}

/* ---- a header block -------------------------------------------------------------------------- */

typedef enum { FIELD_FROM, FIELD_SUBJECT, FIELD_MESSAGE_ID, N_FIELDS } Field;

static const char *const field_names[N_FIELDS] = {
  [FIELD_FROM] = "From",
  [FIELD_SUBJECT] = "Subject",
  [FIELD_MESSAGE_ID] = "Message-ID",
};

/* What follows the colon of the first field of each name, with all its lines; NULL: none. */
typedef struct {
  const char *value[N_FIELDS];
  const char *end[N_FIELDS];
  Field last; /* of the line before; N_FIELDS: another */
} Places;

static void
note_field (Places *places, const char *line, const char *end)
{
  const char *colon = memchr (line, ':', (gsize) (end - line));

  places->last = N_FIELDS;
  for (Field i = 0; i < N_FIELDS; i++)
    {
      gsize length = strlen (field_names[i]);

      if (places->value[i] != NULL || (gsize) (colon - line) < length ||
          g_ascii_tolower (line[0]) != g_ascii_tolower (field_names[i][0]) ||
          g_ascii_strncasecmp (line, field_names[i], length) != 0 ||
          line[length + strspn (line + length, " \t")] != ':')
        continue;
      places->value[i] = colon + 1;
      places->end[i] = end;
      places->last = i;
      return;
    }
}

/* FALSE: a line that no header has. */
static gboolean
note_line (Places *places, const char *line, const char *end, gboolean is_first)
{
  switch (header_line_classify (line, (gsize) (end - line)))
    {
    case HEADER_LINE_FIELD:
      note_field (places, line, end);
      return TRUE;
    case HEADER_LINE_CONTINUATION:
      if (places->last != N_FIELDS)
        places->end[places->last] = end;
      return !is_first;
    case HEADER_LINE_EMPTY:
    case HEADER_LINE_FOREIGN:
      return FALSE;
    }
  return FALSE;
}

static gboolean
find_places (Places *places, const char *bytes, gsize length)
{
  const char *line = bytes, *end = bytes + length;

  if (length > HEADER_MAX_BYTES || memchr (bytes, '\0', length) != NULL)
    return FALSE;
  while (line < end)
    {
      const char *line_feed = memchr (line, '\n', (gsize) (end - line));
      const char *line_end = line_feed != NULL ? line_feed - 1 : line;

      if (line_end <= line || memchr (line, '\r', (gsize) (end - line)) != line_end ||
          !note_line (places, line, line_end, line == bytes))
        return FALSE;
      line = line_feed + 1;
    }
  return TRUE;
}

/* Unfolded, without white space around it; NULL if there is none. */
static char *
dup_value (const Places *places, Field field)
{
  const char *at = places->value[field], *end = places->end[field];
  char *value, *to;
  gsize length;

  if (at == NULL)
    return NULL;
  while (at < end && *at == ' ')
    at++;
  length = end > at ? (gsize) (end - at) : 0;
  if (memchr (at, '\r', length) == NULL)
    return g_strchomp (g_strchug (g_strndup (at, length)));
  for (to = value = g_malloc (length + 1); at < end; at++)
    if (*at != '\r' && *at != '\n')
      *to++ = *at;
  *to = '\0';
  return g_strstrip (value);
}

gboolean
shown_fields_read (ShownFields *shown, const char *bytes, gsize length)
{
  Places places = { .last = N_FIELDS };
  g_autofree char *from = NULL, *subject = NULL, *message_id = NULL;

  if (!find_places (&places, bytes, length))
    return FALSE;
  from = dup_value (&places, FIELD_FROM);
  subject = dup_value (&places, FIELD_SUBJECT);
  message_id = dup_value (&places, FIELD_MESSAGE_ID);
  shown->from = from != NULL ? shown_fields_dup_from (from) : NULL;
  shown->subject = subject != NULL ? shown_fields_dup_text (subject) : NULL;
  shown->message_id = message_id != NULL ? shown_fields_dup_text (message_id) : NULL;
  return TRUE;
}

void
shown_fields_clear (ShownFields *shown)
{
  g_clear_pointer (&shown->from, g_free);
  g_clear_pointer (&shown->subject, g_free);
  g_clear_pointer (&shown->message_id, g_free);
}
