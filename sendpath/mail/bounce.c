/* bounce: reads delivery reports: takes the MIME apart, finds what says which message it was, and
 * leaves fields to bounce-fields and prose to bounce-text. It only reads: what a reply means is
 * said elsewhere. The message is of unknown origin; parts, depth and lengths are bounded, and
 * libetpan sees nothing but the encoded bytes of one part (its parsers of header fields call
 * themselves for every bracket, without a bound). */
#include "config.h"

#include "sendpath/mail/bounce.h"

#include <libetpan/mailmime.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include "profiles/late.h"
#include "sendpath/mail/bounce-charset.h"
#include "sendpath/mail/bounce-fields.h"
#include "sendpath/mail/bounce-html.h"
#include "sendpath/mail/bounce-line.h"
#include "sendpath/mail/bounce-original.h"
#include "sendpath/mail/bounce-signs.h"
#include "sendpath/mail/bounce-text.h"
#include "sendpath/mail/content-type.h"
#include "sendpath/mail/encoded-word.h"
#include "sendpath/mail/mime-cursor.h"

#define FUNCTIONS(F)                                                                               \
  F (mailmime, decoded_part_free)                                                                  \
  F (mailmime, part_parse)

LATE_LIBRARY (libetpan, LIBETPAN_FILE, FUNCTIONS)

#define MAX_DEPTH 16
#define MAX_PARTS 200
/* Of one part, encoded. libetpan keeps results of megabytes in files of its own. */
#define MAX_PART_BYTES (512 * 1024)
#define MAX_ADDRESSES  20

/* What is collected on the way through the parts. */
typedef struct {
  const char *bytes; /* of the message, lines end in CRLF */
  MimeCursor *cursor;
  guint n_parts, n_multiparts;
  gboolean is_other_report;
  gboolean is_inner; /* text of another message */

  BounceFields fields;
  GString *plain; /* the prose, in UTF-8 */
  GString *html;
  char *message_id;
  GPtrArray *original; /* recipients that the original names */
  GPtrArray *envelope; /* and whom it was on its way to, as a server has noted */
  Header *outer;       /* of the report: another one's in a report that somebody passed on */
} Walk;

BounceRecipient *
bounce_recipient_new (const char *address)
{
  BounceRecipient *recipient = g_new0 (BounceRecipient, 1);

  recipient->address = g_utf8_make_valid (address, -1);
  return recipient;
}

void
bounce_recipient_free (BounceRecipient *recipient)
{
  g_free (recipient->address);
  g_free (recipient->original);
  g_free (recipient->status);
  g_free (recipient->text);
  g_free (recipient->context);
  g_free (recipient->place);
  g_free (recipient);
}

void
bounce_free (Bounce *bounce)
{
  g_free (bounce->message_id);
  g_free (bounce->envid);
  g_ptr_array_unref (bounce->recipients);
  g_free (bounce);
}

/* ---- the bytes of a part --------------------------------------------------------------------- */

static int
find_mechanism (const char *encoding)
{
  if (encoding != NULL && g_ascii_strncasecmp (encoding, "quoted-printable", 16) == 0)
    return MAILMIME_MECHANISM_QUOTED_PRINTABLE;
  if (encoding != NULL && g_ascii_strncasecmp (encoding, "base64", 6) == 0)
    return MAILMIME_MECHANISM_BASE64;
  return MAILMIME_MECHANISM_8BIT;
}

static char *
decode_part (const char *bytes, gsize length, const Header *header)
{
  g_autofree char *encoding = header_dup_first (header, "Content-Transfer-Encoding");
  g_autofree char *type = header_dup_first (header, "Content-Type");
  g_autofree char *charset = type != NULL ? content_type_dup_param (type, "charset") : NULL;
  int mechanism = find_mechanism (encoding);
  char *decoded = NULL, *text;
  gsize used = 0, decoded_length = 0;

  length = MIN (length, MAX_PART_BYTES);
  if (length == 0 || mechanism == MAILMIME_MECHANISM_8BIT || !load_libetpan (NULL) ||
      libetpan.part_parse (bytes, length, &used, mechanism, &decoded, &decoded_length) !=
          MAILIMF_NO_ERROR)
    return bounce_charset_to_text (bytes, length, charset);
  text = bounce_charset_to_text (decoded, decoded_length, charset);
  libetpan.decoded_part_free (decoded);
  return text;
}

/* ---- the original ---------------------------------------------------------------------------- */

static void
set_message_id (Walk *walk, const char *value)
{
  const char *open = value != NULL ? strchr (value, '<') : NULL;
  const char *close = open != NULL ? strchr (open, '>') : NULL;

  if (walk->message_id != NULL || close == NULL || close - open > 998)
    return;
  {
    g_autofree char *raw = g_strndup (open, (gsize) (close - open + 1));

    walk->message_id = g_utf8_make_valid (raw, -1);
  }
}

static void
add_addresses (GPtrArray *addresses, const char *value)
{
  const char *rest = value;
  char *address;

  while (value != NULL && addresses->len < MAX_ADDRESSES &&
         (address = bounce_line_dup_address (rest, &rest)) != NULL)
    g_ptr_array_add (addresses, address);
}

/* `from a by b with ESMTP id 1 for <c@example.org>; date` (RFC 5321 section 4.4). */
static void
take_received (Walk *walk, const char *value)
{
  const char *at = strstr (value, " for ");

  if (walk->envelope->len > 0 || at == NULL)
    return;
  at += strspn (at + 5, " <") + 5;
  if (at[strcspn (at, " >;")] != '\0' && memchr (at, '@', strcspn (at, " >;")) != NULL)
    {
      char *address = bounce_line_dup_address (at, NULL);

      if (address != NULL)
        g_ptr_array_add (walk->envelope, address);
    }
}

static void
take_original (Walk *walk, const Header *header)
{
  static const char *const names[] = { "To", "Cc" };
  g_autofree char *id = header_dup_first (header, "Message-ID");

  set_message_id (walk, id);
  for (guint i = 0; i < header_get_n_fields (header); i++)
    if (g_ascii_strcasecmp (header_get_name (header, i), "Received") == 0)
      {
        g_autofree char *value = header_dup_value (header, i);

        take_received (walk, value);
      }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = header_dup_first (header, names[i]);

      add_addresses (walk->original, value);
    }
}

/* The length of a field's value with the lines that go on with it (RFC 5322 section 2.2.3). */
static gsize
measure_folded (const char *value)
{
  const char *end = value + strcspn (value, "\n");

  while (*end == '\n' && (end[1] == ' ' || end[1] == '\t'))
    end += 1 + strcspn (end + 1, "\n");
  return (gsize) (end - value);
}

/* The original as it is quoted in prose: its header, as far as it is one. */
static void
take_quoted_original (Walk *walk, const char *text)
{
  static const char *const fields[] = { "message-id:", "received:", "to:", "cc:" };

  for (const char *line = text; line != NULL && *line != '\0'; line = strchr (line, '\n'))
    {
      line += strspn (line, "\n \t>");
      for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
        {
          g_autofree char *value = NULL;
          gsize n = strlen (fields[i]);

          if (g_ascii_strncasecmp (line, fields[i], n) != 0)
            continue;
          value = g_strdelimit (g_strndup (line + n, measure_folded (line + n)), "\n\t", ' ');
          if (*fields[i] == 'm')
            set_message_id (walk, value);
          else if (*fields[i] == 'r')
            take_received (walk, value);
          else
            add_addresses (walk->original, value);
        }
    }
}

/* ---- parts ----------------------------------------------------------------------------------- */

static void
append_limited (GString *out, const char *text)
{
  if (out->len >= BOUNCE_TEXT_MAX_BYTES)
    return;
  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append_len (out, text,
                       (gssize) MIN (strlen (text), (gsize) BOUNCE_TEXT_MAX_BYTES - out->len));
}

static gboolean
is_original (const char *media)
{
  return g_str_equal (media, "message/rfc822") || g_str_equal (media, "message/global") ||
         g_str_equal (media, "text/rfc822-headers") || g_str_equal (media, "text/rfc822-header") ||
         g_str_equal (media, "message/global-headers");
}

/* Receipts and complaints have fields of the same names; they say nothing of delivery. */
static gboolean
is_other_report (const char *media)
{
  return g_str_equal (media, "message/disposition-notification") ||
         g_str_equal (media, "message/feedback-report");
}

static gboolean
read_leaf (Walk *walk, const Header *header, const char *media, GError **error)
{
  guint64 start = mime_cursor_tell (walk->cursor), end;
  g_autofree char *text = NULL;

  if (!mime_cursor_find_delimiter (walk->cursor, error))
    return FALSE;
  end = mime_cursor_tell (walk->cursor);
  if (!g_str_has_prefix (media, "text/") && !g_str_has_prefix (media, "message/") &&
      !g_str_has_prefix (media, "multipart/"))
    return TRUE;
  if (is_other_report (media))
    {
      walk->is_other_report = TRUE;
      return TRUE;
    }
  text = decode_part (walk->bytes + start, (gsize) (end - start), header);
  if (g_str_has_prefix (media, "message/") && g_str_has_suffix (media, "delivery-status"))
    bounce_fields_read (text, &walk->fields);
  else if (g_str_equal (media, "text/html"))
    append_limited (walk->html, text);
  else
    append_limited (walk->plain, text);
  return TRUE;
}

/* A report that somebody passed on: one inside a message that is none itself. */
static gboolean
is_nested_report (const Walk *walk, const Header *header)
{
  g_autofree char *type = header_dup_first (header, "Content-Type");
  g_autofree char *media = type != NULL ? content_type_dup_media (type) : NULL;

  if (walk->fields.recipients->len > 0)
    return FALSE;
  return (media != NULL && g_str_equal (media, "multipart/report")) ||
         (bounce_signs_name_reporter (header) && !bounce_signs_name_reporter (walk->outer) &&
          !bounce_signs_are_in (walk->plain->str));
}

static gboolean read_part (Walk *walk, guint depth, GError **error);

static gboolean
read_multipart (Walk *walk, const char *boundary, guint depth, GError **error)
{
  MimeDelimiter delimiter = MIME_NO_DELIMITER;
  gboolean is_read = TRUE;

  walk->n_multiparts++;
  mime_cursor_open (walk->cursor, boundary);
  is_read = mime_cursor_find_delimiter (walk->cursor, error) &&
            mime_cursor_take_delimiter (walk->cursor, &delimiter, error);
  while (is_read && delimiter == MIME_NEXT_PART && walk->n_parts < MAX_PARTS)
    is_read = read_part (walk, depth + 1, error) &&
              mime_cursor_take_delimiter (walk->cursor, &delimiter, error);
  mime_cursor_close (walk->cursor);
  return is_read && mime_cursor_find_delimiter (walk->cursor, error);
}

static gboolean
read_body (Walk *walk, const Header *header, guint depth, GError **error)
{
  g_autofree char *type = header_dup_first (header, "Content-Type");
  g_autofree char *media = type != NULL ? content_type_dup_media (type) : NULL;
  g_autofree char *boundary = type != NULL ? content_type_dup_param (type, "boundary") : NULL;

  walk->n_parts++;
  if (media != NULL && is_original (media))
    {
      g_autoptr (Header) original = NULL;
      gboolean has_end;

      original = mime_cursor_take_header (walk->cursor, &has_end, error);
      if (original == NULL)
        return FALSE;
      if (depth < MAX_DEPTH && is_nested_report (walk, original))
        {
          header_free (walk->outer);
          walk->outer = header_copy (original);
          g_string_truncate (walk->plain, 0);
          g_string_truncate (walk->html, 0);
          return read_body (walk, original, depth + 1, error);
        }
      take_original (walk, original);
      return mime_cursor_find_delimiter (walk->cursor, error);
    }
  if (media != NULL && g_str_has_prefix (media, "multipart/") && boundary != NULL &&
      *boundary != '\0' && depth < MAX_DEPTH)
    return read_multipart (walk, boundary, depth, error);
  return read_leaf (walk, header, media != NULL ? media : "text/plain", error);
}

static gboolean
read_part (Walk *walk, guint depth, GError **error)
{
  gboolean has_end;
  g_autoptr (Header) header = mime_cursor_take_header (walk->cursor, &has_end, error);

  return header != NULL && read_body (walk, header, depth, error);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* CRLF line ends, no NUL, and no `From ` line of a mailbox file. */
static GBytes *
normalise (GBytes *message)
{
  gsize length;
  const char *s = g_bytes_get_data (message, &length), *end = s + length;
  GString *out = g_string_sized_new (length + length / 32 + 2);

  if (length > 5 && strncmp (s, "From ", 5) == 0)
    {
      const char *line = memchr (s, '\n', length);

      s = line != NULL ? line + 1 : end;
    }
  for (; s < end; s++)
    if (*s == '\r' || *s == '\n')
      {
        g_string_append (out, "\r\n");
        s += *s == '\r' && s + 1 < end && s[1] == '\n';
      }
    else
      g_string_append_c (out, *s != '\0' ? *s : ' ');
  return g_string_free_to_bytes (out);
}

static char *
dup_sender (const Header *header)
{
  g_autofree char *value = header_dup_first (header, "To");

  return value != NULL ? bounce_line_dup_address (value, NULL) : NULL;
}

static char *
dup_decoded (const Header *header, const char *name)
{
  g_autofree char *value = header_dup_first (header, name);

  return value != NULL ? encoded_word_decode (value) : NULL;
}

static BounceRecipient *
find_recipient (GPtrArray *recipients, const char *address)
{
  for (guint i = 0; i < recipients->len; i++)
    {
      BounceRecipient *recipient = g_ptr_array_index (recipients, i);

      if (g_ascii_strcasecmp (recipient->address, address) == 0)
        return recipient;
    }
  return NULL;
}

/* Some reporters put the first line of a reply into the field, and all of it into the prose. */
static gboolean
is_cut_short (const BounceRecipient *recipient, const BounceRecipient *other)
{
  gsize length = recipient->text != NULL ? strlen (recipient->text) : 0;

  return length > 0 && other->text != NULL && recipient->code == other->code &&
         strlen (other->text) > length && strncmp (recipient->text, other->text, length) == 0;
}

/* Fields are surer than prose; prose fills what they leave open. */
static void
complete_fields (GPtrArray *recipients, GPtrArray *prose, const char *text)
{
  for (guint i = 0; i < recipients->len; i++)
    {
      BounceRecipient *recipient = g_ptr_array_index (recipients, i);
      const BounceRecipient *other = find_recipient (prose, recipient->address);

      if (other == NULL && recipients->len == 1 && prose->len == 1)
        other = g_ptr_array_index (prose, 0);
      /* A program or a file in place of an address. */
      if (other != NULL && (strchr (recipient->address, '@') == NULL ||
                            strchr ("|/@", recipient->address[0]) != NULL))
        {
          g_free (recipient->address);
          recipient->address = g_strdup (other->address);
        }
      if (other != NULL && recipient->text == NULL)
        {
          recipient->text = g_strdup (other->text);
          recipient->code = other->code;
          if (other->status != NULL && !g_str_has_suffix (other->status, ".0.0"))
            {
              g_clear_pointer (&recipient->status, g_free);
              recipient->is_status_concluded = FALSE;
            }
        }
      else if (other != NULL && is_cut_short (recipient, other))
        {
          g_free (recipient->text);
          recipient->text = g_strdup (other->text);
        }
      if (other != NULL && recipient->status == NULL)
        recipient->status = g_strdup (other->status);
      if (other != NULL && other->text != NULL)
        recipient->context = bounce_text_cut (other->text);
      if (other != NULL)
        recipient->place = g_strdup (other->context);
      if (recipient->context == NULL && recipients->len == 1 && *text != '\0')
        recipient->context = bounce_text_cut (text);
    }
}

/* Who passes a report on may quote it: `> ` before each line. */
static void
unquote (char *text)
{
  guint n_lines = 0, n_quoted = 0;
  char *end = text;

  for (const char *line = text; line != NULL && *line != '\0'; line = strchr (line, '\n'))
    {
      line += strspn (line, "\n");
      n_lines += *line != '\0';
      n_quoted += *line == '>' && (line[1] == ' ' || line[1] == '\n');
    }
  if (n_quoted < 4 || n_quoted < n_lines / 2)
    return;
  for (const char *s = text; *s != '\0'; s++)
    {
      if ((s == text || s[-1] == '\n') && *s == '>')
        s += s[1] == ' ' ? 2 : 1;
      if (*s == '\0')
        break;
      *end++ = *s;
    }
  *end = '\0';
}

static void
read_prose (Walk *walk, const char *prose_text)
{
  const Header *header = walk->outer;
  g_autofree char *all = g_utf8_make_valid (prose_text, -1);
  const char *original = (unquote (all), bounce_original_find (all));
  g_autofree char *text = g_strndup (all, (gsize) (original - all));
  g_autofree char *failed = header_dup_first (header, "X-Failed-Recipients");
  g_autofree char *sender = dup_sender (header), *subject = dup_decoded (header, "Subject");
  g_autoptr (GPtrArray) failed_list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) prose =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) bounce_recipient_free);

  take_quoted_original (walk, original);
  add_addresses (failed_list, failed);
  if (bounce_fields_are_in (text) && walk->fields.recipients->len == 0)
    bounce_fields_read (text, &walk->fields);
  {
    const BounceHints hints = { failed_list, walk->envelope, walk->original, sender };
    g_autofree char *told = g_strconcat (subject != NULL ? subject : "", "\n", text, NULL);

    bounce_text_read (text, &hints, prose);
    if (bounce_text_is_delay (told))
      for (guint i = 0; i < prose->len; i++)
        ((BounceRecipient *) g_ptr_array_index (prose, i))->action = BOUNCE_DELAYED;
  }
  take_quoted_original (walk, text);
  if (walk->fields.recipients->len > 0)
    complete_fields (walk->fields.recipients, prose, text);
  else
    g_ptr_array_extend_and_steal (walk->fields.recipients, g_steal_pointer (&prose));
}

/* Something has to say that this is a report: its form, who sent it, its words, or a reply in it.
 * Words of a text that any person may write are not enough. */
static gboolean
is_report (const Walk *walk, gboolean has_fields)
{
  if (has_fields || header_has (walk->outer, "X-Failed-Recipients") ||
      bounce_signs_name_reporter (walk->outer) || bounce_signs_are_in_subject (walk->outer) ||
      bounce_signs_are_in (walk->plain->str) || bounce_signs_are_in (walk->html->str))
    return TRUE;
  /* A reply to somebody's mail, if this is a message at all. */
  for (guint i = 0; bounce_signs_show_mail (walk->outer) && i < walk->fields.recipients->len; i++)
    {
      const BounceRecipient *recipient = g_ptr_array_index (walk->fields.recipients, i);

      if (recipient->code >= 400 || recipient->status != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Reads what was not in fields: the text, else the HTML; and where the parts say nothing, such as
 * in a multipart whose delimiters are not the announced ones, all of the body as it is. */
static void
read_words (Walk *walk, const char *body, gsize length)
{
  if (walk->plain->len > 0)
    read_prose (walk, walk->plain->str);
  if (walk->html->len > 0 && (walk->plain->len == 0 || walk->fields.recipients->len == 0))
    {
      g_autofree char *words = bounce_html_strip (walk->html->str);

      read_prose (walk, words);
    }
  if (walk->fields.recipients->len == 0 && walk->n_multiparts > 0)
    {
      g_autofree char *text =
          bounce_charset_to_text (body, MIN (length, BOUNCE_TEXT_MAX_BYTES), NULL);

      g_string_assign (walk->plain, text);
      g_ptr_array_set_size (walk->original, 0);
      read_prose (walk, text);
    }
}

static Bounce *read_message (GBytes *message, gboolean is_inner, GError **error);

/* A report as text within a report: somebody passed it on in its raw form. NULL if there is none. */
static Bounce *
read_raw_report (const Walk *walk)
{
  const char *text = walk->plain->str, *original = bounce_original_find (text);
  g_autofree char *before = g_strndup (text, (gsize) (original - text));
  gsize length = strlen (original);
  const char *end = strstr (original, "\n\n");
  g_autoptr (GBytes) inner = NULL;

  if (end == NULL || memmem (original, (gsize) (end - original), "multipart/report", 16) == NULL ||
      bounce_text_names_recipients (before))
    return NULL;
  inner = g_bytes_new (original, length);
  return read_message (inner, TRUE, NULL);
}

static Bounce *
walk_finish (Walk *walk, const char *body, gsize length, GError **error)
{
  g_autofree char *reply_to = header_dup_first (walk->outer, "In-Reply-To");
  gboolean has_fields = walk->fields.recipients->len > 0;
  Bounce *bounce = NULL;

  if (!has_fields && walk->n_multiparts == 0 && !walk->is_inner)
    bounce = read_raw_report (walk);
  if (bounce != NULL)
    return bounce;
  if (has_fields || !walk->is_other_report)
    read_words (walk, body, length);
  if (walk->fields.recipients->len == 0 || !is_report (walk, has_fields))
    {
      g_set_error_literal (
          error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
          _ ("this is no delivery report: it names no recipient whose mail did not "
             "arrive; give the whole message that came back"));
      return NULL;
    }
  set_message_id (walk, walk->fields.message_id);
  set_message_id (walk, reply_to);
  bounce = g_new0 (Bounce, 1);
  bounce->message_id = g_steal_pointer (&walk->message_id);
  if (walk->fields.envid != NULL)
    bounce->envid = g_utf8_make_valid (walk->fields.envid, -1);
  bounce->recipients = g_ptr_array_ref (walk->fields.recipients);
  return bounce;
}

static void
walk_clear (Walk *walk)
{
  g_free (walk->fields.envid);
  g_free (walk->fields.message_id);
  g_ptr_array_unref (walk->fields.recipients);
  g_string_free (walk->plain, TRUE);
  g_string_free (walk->html, TRUE);
  g_free (walk->message_id);
  g_ptr_array_unref (walk->original);
  g_ptr_array_unref (walk->envelope);
  g_clear_pointer (&walk->outer, header_free);
}

static Bounce *
read_message (GBytes *message, gboolean is_inner, GError **error)
{
  g_autoptr (GBytes) clean = normalise (message);
  g_autoptr (BodySource) body = body_source_new_from_bytes (clean);
  g_autoptr (MimeCursor) cursor = mime_cursor_new (body);
  g_autoptr (Header) header = NULL;
  Bounce *bounce = NULL;
  Walk walk = { .is_inner = is_inner };
  gboolean has_end;
  guint64 start;

  header = mime_cursor_take_header (cursor, &has_end, error);
  if (header == NULL)
    return NULL;
  start = mime_cursor_tell (cursor);
  walk.bytes = g_bytes_get_data (clean, NULL);
  walk.cursor = cursor;
  walk.fields.recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) bounce_recipient_free);
  walk.plain = g_string_new (NULL);
  walk.html = g_string_new (NULL);
  walk.original = g_ptr_array_new_with_free_func (g_free);
  walk.envelope = g_ptr_array_new_with_free_func (g_free);
  walk.outer = header_copy (header);
  if (read_body (&walk, header, 0, error))
    bounce =
        walk_finish (&walk, walk.bytes + start, g_bytes_get_size (clean) - (gsize) start, error);
  walk_clear (&walk);
  return bounce;
}

Bounce *
bounce_read (GBytes *message, GError **error)
{
  if (g_bytes_get_size (message) > BOUNCE_MAX_BYTES)
    {
      g_set_error_literal (
          error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
          _ ("over 10 MB is too large for a delivery report; give only the message "
             "that came back"));
      return NULL;
    }
  return read_message (message, FALSE, error);
}
