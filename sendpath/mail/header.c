/* A header block: fields in order with their raw bytes. An edit touches only the field named; all
 * others come out again byte for byte, and a value never becomes a line of its own. */
#include "config.h"

#include "sendpath/mail/header.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/body-source.h"
#include "sendpath/mail/content-type.h"

#define LINE_WANTED_BYTES 78 /* RFC 5322 2.1.1 */

typedef struct {
  char *name;
  GString *raw; /* all its lines, each with CRLF */
} Field;

struct _Header {
  GPtrArray *fields;
};

/* Takes @raw over. */
static Field *
field_new (const char *name, GString *raw)
{
  Field *field = g_new0 (Field, 1);

  field->name = g_strdup (name);
  field->raw = raw;
  return field;
}

static void
field_free (Field *field)
{
  g_free (field->name);
  g_string_free (field->raw, TRUE);
  g_free (field);
}

static const Field *
get_field (const Header *header, guint i)
{
  return g_ptr_array_index (header->fields, i);
}

static gboolean
has_name (const Header *header, guint i, const char *name)
{
  return g_ascii_strcasecmp (get_field (header, i)->name, name) == 0;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Length of the field name before the colon, white space not counted; 0 if there is no field. */
static gsize
measure_name (const char *line, gsize length)
{
  gsize name = 0, colon;

  while (name < length && line[name] > ' ' && line[name] < 0x7f && line[name] != ':')
    name++;
  for (colon = name; colon < length && is_blank (line[colon]);)
    colon++;
  return colon < length && line[colon] == ':' ? name : 0;
}

HeaderLine
header_line_classify (const char *line, gsize length)
{
  if (length == 0)
    return HEADER_LINE_EMPTY;
  if (is_blank (line[0]))
    return HEADER_LINE_CONTINUATION;
  return measure_name (line, length) > 0 ? HEADER_LINE_FIELD : HEADER_LINE_FOREIGN;
}

Header *
header_new (void)
{
  Header *header = g_new0 (Header, 1);

  header->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) field_free);
  return header;
}

void
header_free (Header *header)
{
  g_ptr_array_unref (header->fields);
  g_free (header);
}

void
header_add_line (Header *header, const char *line, gsize length)
{
  if (header_line_classify (line, length) == HEADER_LINE_FIELD)
    {
      g_autofree char *name = g_strndup (line, measure_name (line, length));
      g_ptr_array_add (header->fields, field_new (name, g_string_sized_new (length + 2)));
    }
  g_return_if_fail (header->fields->len > 0);
  Field *field = g_ptr_array_index (header->fields, header->fields->len - 1);
  g_string_append_len (field->raw, line, length);
  g_string_append (field->raw, "\r\n");
}

static const char *
find_fault (const char *line, gsize length, gboolean is_first)
{
  if (memchr (line, '\0', length))
    return _ ("it holds a NUL byte; remove it");
  if (memchr (line, '\r', length))
    return _ ("it holds a carriage return without line feed; end lines with LF or CRLF");
  switch (header_line_classify (line, length))
    {
    case HEADER_LINE_FIELD:
      return NULL;
    case HEADER_LINE_CONTINUATION:
      return is_first ? _ ("it begins with white space, but there is no field before it") : NULL;
    case HEADER_LINE_EMPTY:
    case HEADER_LINE_FOREIGN:
      break;
    }
  return _ ("it is not a header field; put an empty line between header and text");
}

/* The length of the line at @at, without its line end; 0 and @ret_fault if it cannot be used. */
static gsize
measure_line (const char *at, const char *end, gboolean is_first, const char **ret_fault)
{
  const char *line_feed = memchr (at, '\n', end - at);

  if (!line_feed || line_feed == at || line_feed[-1] != '\r')
    {
      *ret_fault = _ ("it does not end in CRLF");
      return 0;
    }
  *ret_fault = find_fault (at, line_feed - at - 1, is_first);
  return line_feed - at - 1;
}

static gboolean
add_lines (Header *header, const char *bytes, gsize length, GError **error)
{
  const char *at = bytes, *end = bytes + length;

  for (guint number = 1; at < end; number++)
    {
      const char *fault;
      gsize line_length = measure_line (at, end, number == 1, &fault);
      if (fault)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("line %u of the header cannot be used: %s"), number, fault);
          return FALSE;
        }
      header_add_line (header, at, line_length);
      at += line_length + 2;
    }
  return TRUE;
}

Header *
header_parse (const char *bytes, gsize length, GError **error)
{
  Header *header;

  if (length > HEADER_MAX_BYTES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _ ("the header is larger than 256 KiB; shorten it"));
      return NULL;
    }
  header = header_new ();
  if (!add_lines (header, bytes, length, error))
    g_clear_pointer (&header, header_free);
  return header;
}

Header *
header_copy (const Header *header)
{
  Header *copy = header_new ();

  for (guint i = 0; i < header->fields->len; i++)
    {
      const Field *field = get_field (header, i);
      GString *raw = g_string_new_len (field->raw->str, field->raw->len);
      g_ptr_array_add (copy->fields, field_new (field->name, raw));
    }
  return copy;
}

guint
header_get_n_fields (const Header *header)
{
  return header->fields->len;
}

const char *
header_get_name (const Header *header, guint i)
{
  return get_field (header, i)->name;
}

char *
header_dup_value (const Header *header, guint i)
{
  const Field *field = get_field (header, i);
  const char *colon = strchr (field->raw->str + strlen (field->name), ':');
  g_autoptr(GString) value = g_string_new (NULL);

  for (const char *p = colon + 1; *p; p++)
    if (*p != '\r' && *p != '\n')
      g_string_append_c (value, *p);
  return g_strstrip (g_string_free (g_steal_pointer (&value), FALSE));
}

static guint
find (const Header *header, const char *name)
{
  guint i = 0;

  while (i < header->fields->len && !has_name (header, i, name))
    i++;
  return i;
}

char *
header_dup_first (const Header *header, const char *name)
{
  guint i = find (header, name);

  return i < header->fields->len ? header_dup_value (header, i) : NULL;
}

gboolean
header_has (const Header *header, const char *name)
{
  return find (header, name) < header->fields->len;
}

GBytes *
header_to_bytes (const Header *header)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < header->fields->len; i++)
    {
      const GString *raw = get_field (header, i)->raw;
      g_byte_array_append (bytes, (const guint8 *) raw->str, raw->len);
    }
  return g_byte_array_free_to_bytes (bytes);
}

/* ---- changing -------------------------------------------------------------------------------- */

/* The value is cut before white space only, and so unfolds to what it was. */
static Field *
make_field (const char *name, const char *value)
{
  GString *raw = g_string_new (name);
  gsize line = strlen (name) + 1;
  const char *at = value;

  g_string_append (raw, is_blank (*value) ? ":" : ": ");
  do
    {
      gsize blanks = strspn (at, " \t");
      gsize piece = blanks + strcspn (at + blanks, " \t");
      if (at > value && line + piece > LINE_WANTED_BYTES)
        {
          g_string_append (raw, "\r\n");
          line = 0;
        }
      g_string_append_len (raw, at, piece);
      line += piece;
      at += piece;
    }
  while (at[strspn (at, " \t")]);
  g_string_append (raw, "\r\n");
  return field_new (name, raw);
}

void
header_append (Header *header, const char *name, const char *value)
{
  g_return_if_fail (!strpbrk (value, "\r\n"));
  g_ptr_array_add (header->fields, make_field (name, value));
}

guint
header_remove (Header *header, const char *name)
{
  guint before = header->fields->len;

  for (guint i = before; i > 0; i--)
    if (has_name (header, i - 1, name))
      g_ptr_array_remove_index (header->fields, i - 1);
  return before - header->fields->len;
}

void
header_set (Header *header, const char *name, const char *value)
{
  guint place = find (header, name);

  g_return_if_fail (!strpbrk (value, "\r\n"));
  header_remove (header, name);
  g_ptr_array_insert (header->fields, (int) place, make_field (name, value));
}

/* ---- long lines ------------------------------------------------------------------------------ */

/* The last white space within the limit that has text before and behind it in the line. */
static gsize
find_fold (const char *line, gsize length)
{
  gsize start = 0, end = length;

  while (start < length && is_blank (line[start]))
    start++;
  while (end > start && is_blank (line[end - 1]))
    end--;
  for (gsize i = MIN (BODY_LINE_MAX, end - start > 0 ? end - 1 : 0); i > start; i--)
    if (is_blank (line[i]))
      return i;
  return 0;
}

static Field *
fold_field (const Field *field)
{
  g_autoptr(GString) raw = g_string_sized_new (field->raw->len + 16);
  const char *at = field->raw->str, *end = at + field->raw->len;

  while (at < end)
    {
      const char *line_end = strstr (at, "\r\n");
      while (line_end - at > BODY_LINE_MAX)
        {
          gsize fold = find_fold (at, line_end - at);
          if (fold == 0)
            return NULL;
          g_string_append_len (raw, at, fold);
          g_string_append (raw, "\r\n");
          at += fold;
        }
      g_string_append_len (raw, at, line_end + 2 - at);
      at = line_end + 2;
    }
  return field_new (field->name, g_steal_pointer (&raw));
}

gboolean
header_fold_long_lines (Header *header, GError **error)
{
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func ((GDestroyNotify) field_free);

  for (guint i = 0; i < header->fields->len; i++)
    {
      const Field *from = get_field (header, i);
      Field *to = fold_field (from);
      if (!to)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("%s: a line is over 998 bytes and has no white space to fold it at"),
                       from->name);
          return FALSE;
        }
      g_ptr_array_add (fields, to);
    }
  g_ptr_array_unref (header->fields);
  header->fields = g_steal_pointer (&fields);
  return TRUE;
}

/* ---- signatures ------------------------------------------------------------------------------ */

static const char *const signature_fields[] = {
  "DKIM-Signature",
  "ARC-Message-Signature",
  "ARC-Seal",
  "DomainKey-Signature",
};

gboolean
header_is_signed (const Header *header)
{
  g_autofree char *type = header_dup_first (header, "Content-Type");
  g_autofree char *media = type ? content_type_dup_media (type) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (signature_fields); i++)
    if (header_has (header, signature_fields[i]))
      return TRUE;
  return media && content_type_is_signed (media);
}

/* RFC 6376 3.2: white space is free around names and values, and within h= around the colons. */
static char *
dup_tag (const char *signature, const char *tag)
{
  g_auto(GStrv) pairs = g_strsplit (signature, ";", -1);

  for (guint i = 0; pairs[i]; i++)
    {
      char *value = strchr (pairs[i], '=');
      if (!value)
        continue;
      *value++ = '\0';
      if (g_str_equal (g_strstrip (pairs[i]), tag))
        return g_strdup (g_strstrip (value));
    }
  return NULL;
}

static gboolean
lists_name (const char *names, const char *name)
{
  g_auto(GStrv) list = g_strsplit (names, ":", -1);

  for (guint i = 0; list[i]; i++)
    if (g_ascii_strcasecmp (g_strstrip (list[i]), name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_below (const char *domain, const char *parent)
{
  gsize length = strlen (domain), parent_length = strlen (parent);

  return length >= parent_length &&
         g_ascii_strcasecmp (domain + length - parent_length, parent) == 0 &&
         (length == parent_length || domain[length - parent_length - 1] == '.');
}

gboolean
header_dkim_covers (const Header *header, const char *name, const char *domain)
{
  for (guint i = 0; i < header->fields->len; i++)
    {
      if (!has_name (header, i, "DKIM-Signature"))
        continue;
      g_autofree char *signature = header_dup_value (header, i);
      g_autofree char *names = dup_tag (signature, "h");
      g_autofree char *signer = dup_tag (signature, "d");
      if (names && signer && *signer && lists_name (names, name) &&
          (!domain || is_below (signer, domain) || is_below (domain, signer)))
        return TRUE;
    }
  return FALSE;
}

char **
header_dup_dkim_signers (const Header *header)
{
  g_autoptr(GStrvBuilder) signers = g_strv_builder_new ();

  for (guint i = 0; i < header->fields->len; i++)
    {
      g_autofree char *signature = NULL;
      g_autofree char *signer = NULL;

      if (!has_name (header, i, "DKIM-Signature"))
        continue;
      signature = header_dup_value (header, i);
      signer = dup_tag (signature, "d");
      if (signer && *signer)
        g_strv_builder_add (signers, signer);
    }
  return g_strv_builder_end (signers);
}
