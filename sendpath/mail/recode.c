/* What SMTP, or one server, cannot carry becomes quoted-printable or base64: a walk over the MIME
 * parts that copies what is fine byte for byte. It never looks at whether the message is signed,
 * but never enters a signed part, and never guesses where parts are. */
#include "config.h"

#include "sendpath/mail/recode.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/body-writer.h"
#include "sendpath/mail/content-scan.h"
#include "sendpath/mail/content-type.h"
#include "sendpath/mail/mime-cursor.h"
#include "sendpath/mail/transfer-encoding.h"

#define DEPTH_MAX    32
#define BUFFER_BYTES (32 * 1024)

typedef struct {
  const BodySource *body;
  MimeCursor *cursor;
  BodyWriter *out;
  BodyTraits unwanted;
  guint depth;
} Walk;

/* What becomes of the content of an entity. */
typedef enum {
  CARRY_AS_IS,
  CARRY_ENCODED,
  CARRY_PARTS,   /* multipart: each part by itself; it is never encoded as a whole */
  CARRY_MESSAGE, /* message/rfc822: what is in it */
} Carry;

typedef struct {
  Header *header;
  gboolean is_message;   /* has the header of a message, not of a part */
  gboolean is_in_digest; /* RFC 2046 5.1.5: message/rfc822 when not said otherwise */
  char *media;
  char *boundary;
  char *encoding; /* lower case, NULL where the content is as it stands */
  Carry carry;
  TransferKind kind;
  /* Of what is not walked into: */
  guint64 start;
  guint64 end;  /* the CRLF before a delimiter belongs to that */
  guint64 next; /* the delimiter, or the end of the body */
} Entity;

static void
entity_clear (Entity *entity)
{
  g_clear_pointer (&entity->header, header_free);
  g_free (entity->media);
  g_free (entity->boundary);
  g_free (entity->encoding);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Entity, entity_clear)

/* ---- copying --------------------------------------------------------------------------------- */

typedef gboolean (*TakeFunc) (gpointer taker, const char *bytes, gsize length, GError **error);

static gboolean
read_range (const BodySource *body, guint64 from, guint64 to, TakeFunc take, gpointer taker,
            GError **error)
{
  char buffer[BUFFER_BYTES];

  while (from < to)
    {
      gssize count = body_source_read (body, from, buffer, MIN (BUFFER_BYTES, to - from), error);
      if (count <= 0 || !take (taker, buffer, count, error))
        return FALSE;
      from += count;
    }
  return TRUE;
}

static gboolean
take_verbatim (gpointer writer, const char *bytes, gsize length, GError **error)
{
  return body_writer_write (writer, bytes, length, error);
}

static gboolean
copy_range (Walk *walk, guint64 from, guint64 to, GError **error)
{
  return read_range (walk->body, from, to, take_verbatim, walk->out, error);
}

static gboolean
take_encoded (gpointer encoder, const char *bytes, gsize length, GError **error)
{
  return transfer_encoder_feed (encoder, bytes, length, error);
}

/* Text before and behind the parts means nothing: what cannot be sent of it need not be kept. */
typedef struct {
  Walk *walk;
  gsize column;
  gboolean has_cr;
} Cleaner;

static gboolean
is_unwanted (const Walk *walk, char c)
{
  return (c == '\r' && (walk->unwanted & BODY_HAS_BARE_CR)) ||
         (c == '\0' && (walk->unwanted & BODY_HAS_NUL)) ||
         ((c & 0x80) && (walk->unwanted & BODY_HAS_8BIT));
}

static gboolean
put_cleaned (Cleaner *cleaner, char c, GError **error)
{
  Walk *walk = cleaner->walk;

  if (cleaner->column == BODY_LINE_MAX && (walk->unwanted & BODY_HAS_LONG_LINE))
    {
      /* the space keeps the rest from being taken for a delimiter */
      if (!body_writer_write (walk->out, "\r\n ", 3, error))
        return FALSE;
      cleaner->column = 1;
    }
  cleaner->column++;
  return body_writer_write (walk->out, is_unwanted (walk, c) ? "?" : &c, 1, error);
}

static gboolean
take_cleaned (gpointer data, const char *bytes, gsize length, GError **error)
{
  Cleaner *cleaner = data;
  gboolean is_written = TRUE;

  for (gsize i = 0; i < length && is_written; i++)
    {
      gboolean had_cr = cleaner->has_cr;
      cleaner->has_cr = bytes[i] == '\r';
      if (had_cr && bytes[i] == '\n')
        {
          is_written = body_writer_write (cleaner->walk->out, "\r\n", 2, error);
          cleaner->column = 0;
          continue;
        }
      if (had_cr)
        is_written = put_cleaned (cleaner, '\r', error);
      if (is_written && !cleaner->has_cr)
        is_written = put_cleaned (cleaner, bytes[i], error);
    }
  return is_written;
}

/* ---- what an entity is ----------------------------------------------------------------------- */

static char *
dup_encoding (const Header *header)
{
  static const char *const identities[] = { "", "7bit", "8bit", "binary" };
  g_autofree char *value = header_dup_first (header, "Content-Transfer-Encoding");
  g_autofree char *lower = g_ascii_strdown (value ? value : "", -1);

  lower[strcspn (lower, " \t;(")] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (identities); i++)
    if (g_str_equal (lower, identities[i]))
      return NULL;
  return g_steal_pointer (&lower);
}

static gboolean
has_boundary (const Entity *entity)
{
  return entity->boundary && *entity->boundary;
}

static void
describe (Entity *entity)
{
  g_autofree char *type = header_dup_first (entity->header, "Content-Type");

  entity->media = type ? content_type_dup_media (type) : NULL;
  entity->boundary = type ? content_type_dup_param (type, "boundary") : NULL;
  entity->encoding = dup_encoding (entity->header);
  if (!entity->media)
    entity->media = g_strdup (entity->is_in_digest && !type ? "message/rfc822" : "text/plain");

  if (content_type_is_signed (entity->media))
    entity->carry = CARRY_AS_IS;
  else if (g_str_has_prefix (entity->media, "multipart/"))
    entity->carry = has_boundary (entity) ? CARRY_PARTS : CARRY_AS_IS;
  else if ((g_str_equal (entity->media, "message/rfc822") ||
            g_str_equal (entity->media, "message/global")) &&
           !entity->encoding)
    entity->carry = CARRY_MESSAGE;
  else
    entity->carry = CARRY_ENCODED;
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

static gboolean
measure (Walk *walk, Entity *entity, GError **error)
{
  entity->start = mime_cursor_tell (walk->cursor);
  if (!mime_cursor_find_delimiter (walk->cursor, error))
    return FALSE;
  entity->next = mime_cursor_tell (walk->cursor);
  entity->end = entity->next;
  if (entity->next < body_source_get_length (walk->body))
    entity->end -= MIN (2, entity->next - entity->start);
  return TRUE;
}

static gboolean
take_content_scan (gpointer scan, const char *bytes, gsize length, GError **error)
{
  content_scan_feed (scan, bytes, length);
  return TRUE;
}

static gboolean
is_text (const char *media)
{
  return g_str_has_prefix (media, "text/") || g_str_has_prefix (media, "message/");
}

static void
encode_plain (Entity *entity, const ContentScan *scan)
{
  gboolean is_base64 = !is_text (entity->media) || content_scan_is_mostly_binary (scan);

  entity->kind = is_base64 ? TRANSFER_BASE64 : TRANSFER_QUOTED_PRINTABLE;
  if (entity->is_message && !header_has (entity->header, "MIME-Version"))
    header_append (entity->header, "MIME-Version", "1.0");
  if (!header_has (entity->header, "Content-Type"))
    header_append (entity->header, "Content-Type",
                   scan->is_not_utf8 ? "text/plain; charset=unknown-8bit"
                                     : "text/plain; charset=utf-8");
  header_set (entity->header, "Content-Transfer-Encoding",
              is_base64 ? "base64" : "quoted-printable");
}

static gboolean
choose_encoding (Walk *walk, Entity *entity, GError **error)
{
  ContentScan scan = { 0 };

  if (!read_range (walk->body, entity->start, entity->end, take_content_scan, &scan, error))
    return FALSE;
  content_scan_finish (&scan);

  if (!(scan.body.traits & walk->unwanted))
    entity->carry = CARRY_AS_IS;
  else if (!entity->encoding)
    encode_plain (entity, &scan);
  else if (g_str_equal (entity->encoding, "quoted-printable"))
    entity->kind = TRANSFER_QUOTED_PRINTABLE_AGAIN;
  else if (g_str_equal (entity->encoding, "base64"))
    entity->kind = TRANSFER_BASE64_AGAIN;
  else
    entity->carry = CARRY_AS_IS; /* encodings do not nest */
  return TRUE;
}

/* RFC 2045 6.4: what holds 7-bit parts only says so. */
static void
relabel (const Walk *walk, Entity *entity)
{
  if ((walk->unwanted & BODY_HAS_8BIT) && !entity->encoding &&
      header_has (entity->header, "Content-Transfer-Encoding"))
    header_set (entity->header, "Content-Transfer-Encoding", "7bit");
}

static gboolean
decide (Walk *walk, Entity *entity, GError **error)
{
  describe (entity);
  switch (entity->carry)
    {
    case CARRY_AS_IS:
      return measure (walk, entity, error);
    case CARRY_ENCODED:
      return measure (walk, entity, error) && choose_encoding (walk, entity, error);
    case CARRY_PARTS:
    case CARRY_MESSAGE:
      break;
    }
  if (walk->depth >= DEPTH_MAX)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _ ("the message has parts in parts more than 32 deep and cannot be "
                              "recoded"));
      return FALSE;
    }
  relabel (walk, entity);
  return TRUE;
}

/* ---- the walk -------------------------------------------------------------------------------- */

static gboolean copy_content (Walk *walk, const Entity *entity, GError **error);

static gboolean
copy_entity (Walk *walk, gboolean is_message, gboolean is_in_digest, GError **error)
{
  g_auto(Entity) entity = { .is_message = is_message, .is_in_digest = is_in_digest };
  g_autoptr(GBytes) bytes = NULL;
  gboolean has_end;
  gsize length;

  entity.header = mime_cursor_take_header (walk->cursor, &has_end, error);
  if (!entity.header)
    return FALSE;
  if (walk->unwanted & BODY_HAS_LONG_LINE)
    header_fold_long_lines (entity.header, NULL); /* what cannot be folded stays */
  if (!decide (walk, &entity, error))
    return FALSE;

  bytes = header_to_bytes (entity.header);
  const char *text = g_bytes_get_data (bytes, &length);
  if (!body_writer_write (walk->out, text, length, error))
    return FALSE;
  if ((has_end || entity.carry == CARRY_ENCODED) &&
      !body_writer_write (walk->out, "\r\n", 2, error))
    return FALSE;
  return copy_content (walk, &entity, error);
}

static gboolean
copy_encoded (Walk *walk, const Entity *entity, GError **error)
{
  TransferEncoder encoder = { .kind = entity->kind, .out = walk->out };

  return read_range (walk->body, entity->start, entity->end, take_encoded, &encoder, error) &&
         transfer_encoder_finish (&encoder, entity->end == entity->next, error) &&
         copy_range (walk, entity->end, entity->next, error);
}

static gboolean
copy_cleaned (Walk *walk, guint64 from, guint64 to, GError **error)
{
  Cleaner cleaner = { .walk = walk };

  return read_range (walk->body, from, to, take_cleaned, &cleaner, error);
}

/* The text before the first part, and the delimiter of that. MIME_NO_DELIMITER: there is no part,
 * so it is not what it says it is and left as it is. */
static gboolean
copy_preamble (Walk *walk, MimeDelimiter *ret_delimiter, GError **error)
{
  guint64 start = mime_cursor_tell (walk->cursor), end;

  if (!mime_cursor_find_delimiter (walk->cursor, error))
    return FALSE;
  end = mime_cursor_tell (walk->cursor);
  if (!mime_cursor_take_delimiter (walk->cursor, ret_delimiter, error))
    return FALSE;
  if (*ret_delimiter == MIME_NO_DELIMITER)
    return copy_range (walk, start, end, error);
  return copy_cleaned (walk, start, end, error) &&
         copy_range (walk, end, mime_cursor_tell (walk->cursor), error);
}

static gboolean
copy_epilogue (Walk *walk, GError **error)
{
  guint64 start = mime_cursor_tell (walk->cursor);

  return mime_cursor_find_delimiter (walk->cursor, error) &&
         copy_cleaned (walk, start, mime_cursor_tell (walk->cursor), error);
}

static gboolean
copy_delimiter (Walk *walk, MimeDelimiter *ret_delimiter, GError **error)
{
  guint64 from = mime_cursor_tell (walk->cursor);

  return mime_cursor_take_delimiter (walk->cursor, ret_delimiter, error) &&
         copy_range (walk, from, mime_cursor_tell (walk->cursor), error);
}

static gboolean
copy_parts (Walk *walk, const Entity *entity, GError **error)
{
  gboolean is_digest = g_str_equal (entity->media, "multipart/digest");
  MimeDelimiter delimiter;

  mime_cursor_open (walk->cursor, entity->boundary);
  if (!copy_preamble (walk, &delimiter, error))
    return FALSE;
  while (delimiter == MIME_NEXT_PART)
    if (!copy_entity (walk, FALSE, is_digest, error) || !copy_delimiter (walk, &delimiter, error))
      return FALSE;
  mime_cursor_close (walk->cursor);
  return delimiter == MIME_NO_DELIMITER || copy_epilogue (walk, error);
}

static gboolean
copy_content (Walk *walk, const Entity *entity, GError **error)
{
  gboolean is_copied = FALSE;

  walk->depth++;
  switch (entity->carry)
    {
    case CARRY_AS_IS:
      is_copied = copy_range (walk, entity->start, entity->next, error);
      break;
    case CARRY_ENCODED:
      is_copied = copy_encoded (walk, entity, error);
      break;
    case CARRY_PARTS:
      is_copied = copy_parts (walk, entity, error);
      break;
    case CARRY_MESSAGE:
      is_copied = copy_entity (walk, TRUE, FALSE, error);
      break;
    }
  walk->depth--;
  return is_copied;
}

SendpathMessage *
recode_message (SendpathMessage *message, BodyTraits unwanted, GError **error)
{
  BodySource *source = message_peek_body (message);
  g_autoptr(MimeCursor) cursor = mime_cursor_new (source);
  g_autoptr(BodyWriter) out = body_writer_new ();
  g_auto(Entity) entity = { .is_message = TRUE };
  g_autoptr(BodySource) body = NULL;
  BodyTraits traits;
  Walk walk = { .body = source, .cursor = cursor, .out = out, .unwanted = unwanted };

  entity.header = header_copy (message_peek_header (message));
  if (!decide (&walk, &entity, error) || !copy_content (&walk, &entity, error))
    return NULL;
  body = body_writer_finish (out, &traits, error);
  if (!body)
    return NULL;
  return message_new_from_parts (sendpath_message_get_sender (message),
                                 sendpath_message_get_recipients (message), entity.header, body,
                                 traits);
}
