/* SendpathMessage: what is sent: envelope, header and body. Header and body never change once it is
 * made; whoever changes them makes a new message. */
#include "config.h"

#include "sendpath/mail/message.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/address.h"
#include "sendpath/mail/message-private.h"
#include "sendpath/mail/message-reader.h"
#include "sendpath/mail/pgp-inline.h"
#include "sendpath/mail/shown-fields.h"

/**
 * SendpathMessage:
 *
 * A message to be sent: its envelope (sender and recipients), its header and
 * its body.
 *
 * Make one from text as programs hand it to `sendmail`, add recipients, and
 * give it to the engine. A large body is kept in a temporary file without a
 * name, not in memory.
 *
 * Since: 1.0
 */
struct _SendpathMessage {
  GObject parent_instance;

  SendpathMessageFlags flags;
  char *sender;
  GPtrArray *recipients; /* ends in NULL */
  char *full_name;
  DsnRequest dsn;
  MessageParts parts;
  guint64 header_bytes;

  char *from;
  char *subject;
  char *message_id;

  int signature; /* Signature; atomic */
};

G_DEFINE_FINAL_TYPE (SendpathMessage, sendpath_message, G_TYPE_OBJECT)

typedef enum { NOT_LOOKED_FOR, UNSIGNED, SIGNED } Signature;

static void
sendpath_message_init (SendpathMessage *self)
{
  self->recipients = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->recipients, NULL);
}

static void
sendpath_message_finalize (GObject *object)
{
  SendpathMessage *self = SENDPATH_MESSAGE (object);

  g_free (self->sender);
  g_ptr_array_unref (self->recipients);
  g_free (self->full_name);
  dsn_request_clear (&self->dsn);
  message_parts_clear (&self->parts);
  g_free (self->from);
  g_free (self->subject);
  g_free (self->message_id);
  G_OBJECT_CLASS (sendpath_message_parent_class)->finalize (object);
}

static void
sendpath_message_class_init (SendpathMessageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendpath_message_finalize;
}

/* ---- making ---------------------------------------------------------------------------------- */

static char *
dup_from (const Header *header)
{
  g_autofree char *value = header_dup_first (header, "From");

  return value ? shown_fields_dup_from (value) : NULL;
}

static char *
dup_shown (const Header *header, const char *name)
{
  g_autofree char *value = header_dup_first (header, name);

  return value ? shown_fields_dup_text (value) : NULL;
}

/* Takes what @parts hold. */
static SendpathMessage *
message_new (MessageParts *parts, SendpathMessageFlags flags)
{
  SendpathMessage *self = g_object_new (SENDPATH_TYPE_MESSAGE, NULL);
  g_autoptr(GBytes) header = header_to_bytes (parts->header);

  self->flags = flags;
  self->parts = *parts;
  *parts = (MessageParts) { 0 };
  self->header_bytes = g_bytes_get_size (header);
  self->from = dup_from (self->parts.header);
  self->subject = dup_shown (self->parts.header, "Subject");
  self->message_id = dup_shown (self->parts.header, "Message-ID");
  return self;
}

SendpathMessage *
message_new_from_source (MessageReadFunc read_source, gpointer source, SendpathMessageFlags flags,
                         GError **error)
{
  g_auto(MessageParts) parts = { 0 };

  if (!message_reader_read (read_source, source, flags, &parts, error))
    return NULL;
  return message_new (&parts, flags);
}

typedef struct {
  const char *at;
  gsize left;
} Bytes;

static gssize
read_bytes (gpointer source, char *buffer, gsize size, GError **error)
{
  Bytes *bytes = source;
  gsize count = MIN (size, bytes->left);

  if (count == 0)
    return 0;
  memcpy (buffer, bytes->at, count);
  bytes->at += count;
  bytes->left -= count;
  return count;
}

/**
 * sendpath_message_new_from_bytes:
 * @bytes: the message, header and body, with LF or CRLF line ends
 * @flags: how to read it
 * @error: return location for a #GError, or %NULL
 *
 * Makes a message from text in memory.
 *
 * Line ends become CRLF and a missing last one is added. An mbox `From ` line
 * at the top is dropped. Text without a header gets an empty one, and text
 * that breaks off the header begins the body; with
 * %SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER both are errors, since recipients
 * may be missing.
 *
 * @error is %G_IO_ERROR_INVALID_DATA when nothing was read or the header cannot
 * be used: it holds a NUL byte or a carriage return without line feed, or is
 * larger than 256 KiB. Other codes tell that the body could not be kept.
 *
 * Returns: (transfer full): the message, still without envelope
 *
 * Since: 1.0
 */
SendpathMessage *
sendpath_message_new_from_bytes (GBytes *bytes, SendpathMessageFlags flags, GError **error)
{
  Bytes source;

  g_return_val_if_fail (bytes, NULL);
  source.at = g_bytes_get_data (bytes, &source.left);
  return message_new_from_source (read_bytes, &source, flags, error);
}

typedef struct {
  GInputStream *stream;
  GCancellable *cancellable;
} Stream;

static gssize
read_stream (gpointer source, char *buffer, gsize size, GError **error)
{
  Stream *stream = source;

  /* not every stream looks */
  if (g_cancellable_set_error_if_cancelled (stream->cancellable, error))
    return -1;
  return g_input_stream_read (stream->stream, buffer, size, stream->cancellable, error);
}

/**
 * sendpath_message_new_from_stream:
 * @stream: what gives the message; it is read to its end and not closed
 * @flags: how to read it
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Makes a message from a stream, as sendpath_message_new_from_bytes() does from
 * memory. This function blocks, and may be called from any thread.
 *
 * @error may also be %G_IO_ERROR_CANCELLED, or what @stream reports.
 *
 * Returns: (transfer full): the message, still without envelope
 *
 * Since: 1.0
 */
SendpathMessage *
sendpath_message_new_from_stream (GInputStream *stream, SendpathMessageFlags flags,
                                  GCancellable *cancellable, GError **error)
{
  Stream source = { stream, cancellable };

  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);
  return message_new_from_source (read_stream, &source, flags, error);
}

/* A directory or a closed descriptor holds no message; anything else is the system's trouble. */
static gssize
fail_read (int code, GError **error)
{
  gboolean is_no_text = code == EISDIR || code == EBADF || code == EINVAL;

  g_set_error (error, G_IO_ERROR,
               is_no_text ? G_IO_ERROR_INVALID_DATA : g_io_error_from_errno (code),
               _ ("the message cannot be read: %s"), g_strerror (code));
  return -1;
}

/* Whoever is at the other end may have made it one that does not block. */
static gboolean
wait_for_fd (int fd)
{
  struct pollfd wanted = { .fd = fd, .events = POLLIN };

  return poll (&wanted, 1, -1) > 0 || errno == EINTR;
}

static gssize
read_fd (gpointer source, char *buffer, gsize size, GError **error)
{
  const int *fd = source;
  gssize count;

  do
    count = read (*fd, buffer, size);
  while (count < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_fd (*fd))));
  return count < 0 ? fail_read (errno, error) : count;
}

/**
 * sendpath_message_new_from_fd:
 * @fd: a file descriptor open for reading; it is read to its end and not closed
 * @flags: how to read it
 * @error: return location for a #GError, or %NULL
 *
 * Makes a message from a file descriptor, as sendpath_message_new_from_bytes()
 * does from memory.
 *
 * It uses nothing but read(2) and poll(2), and so can be called before any thread exists.
 * This function blocks.
 *
 * @error is %G_IO_ERROR_INVALID_DATA also when @fd is closed or a directory.
 *
 * Returns: (transfer full): the message, still without envelope
 *
 * Since: 1.0
 */
SendpathMessage *
sendpath_message_new_from_fd (int fd, SendpathMessageFlags flags, GError **error)
{
  return message_new_from_source (read_fd, &fd, flags, error);
}

static void
append_recipient (SendpathMessage *self, char *address)
{
  g_ptr_array_insert (self->recipients, (int) self->recipients->len - 1, address);
}

SendpathMessage *
message_new_from_parts (const char *sender, const char *const *recipients, const Header *header,
                        BodySource *body, BodyTraits traits)
{
  return message_take_parts (sender, recipients, header_copy (header), body, traits);
}

SendpathMessage *
message_take_parts (const char *sender, const char *const *recipients, Header *header,
                    BodySource *body, BodyTraits traits)
{
  g_auto(MessageParts) parts = { header, body_source_ref (body), traits };
  SendpathMessage *self = message_new (&parts, SENDPATH_MESSAGE_FLAGS_NONE);

  self->sender = g_strdup (sender);
  for (guint i = 0; recipients && recipients[i]; i++)
    append_recipient (self, g_strdup (recipients[i]));
  return self;
}

/* ---- envelope -------------------------------------------------------------------------------- */

/**
 * sendpath_message_set_sender:
 * @self: a #SendpathMessage
 * @sender: (nullable): one complete address, with or without angle brackets;
 *   `""` or `<>` for the null sender; %NULL for the address of the account that
 *   sends the message
 * @error: return location for a #GError, or %NULL
 *
 * Sets the envelope sender: the address that delivery reports go to.
 *
 * An address never begins with a hyphen here, so that an option in a wrong
 * place does not become one. On failure the sender stays what it was and
 * @error is %G_IO_ERROR_INVALID_DATA.
 *
 * Returns: %TRUE if @sender can be used
 *
 * Since: 1.0
 */
gboolean
sendpath_message_set_sender (SendpathMessage *self, const char *sender, GError **error)
{
  g_autofree char *parsed = NULL;

  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), FALSE);
  if (sender)
    {
      parsed = address_parse_one (sender, TRUE, error);
      if (!parsed)
        return FALSE;
      if (*parsed == '-')
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("“%s”: a sender address cannot begin with a hyphen"), parsed);
          return FALSE;
        }
    }
  g_free (self->sender);
  self->sender = g_steal_pointer (&parsed);
  return TRUE;
}

/**
 * sendpath_message_get_sender:
 * @self: a #SendpathMessage
 *
 * Gets the envelope sender.
 *
 * Returns: (nullable): the address, `""` for the null sender, or %NULL if the
 *   account decides
 *
 * Since: 1.0
 */
const char *
sendpath_message_get_sender (SendpathMessage *self)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), NULL);
  return self->sender;
}

/**
 * sendpath_message_add_recipient:
 * @self: a #SendpathMessage
 * @address: one complete address, with or without angle brackets, without a
 *   display name, or several with commas between them; a bare name such as
 *   `root` is allowed
 * @error: return location for a #GError, or %NULL
 *
 * Adds a recipient to the envelope, or several.
 *
 * Adding the same address again is harmless: each recipient gets one copy. On
 * failure nothing is added and @error is %G_IO_ERROR_INVALID_DATA.
 *
 * Returns: %TRUE if @address can be used
 *
 * Since: 1.0
 */
gboolean
sendpath_message_add_recipient (SendpathMessage *self, const char *address, GError **error)
{
  g_auto(GStrv) parsed = NULL;

  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), FALSE);
  g_return_val_if_fail (address, FALSE);
  parsed = address_parse_operand (address, error);
  if (!parsed)
    return FALSE;
  for (guint i = 0; parsed[i]; i++)
    append_recipient (self, g_strdup (parsed[i]));
  return TRUE;
}

/**
 * sendpath_message_get_recipients:
 * @self: a #SendpathMessage
 *
 * Gets the recipients of the envelope, in the order they were added. Those that
 * the header names are not among them until the message is handed over.
 *
 * Returns: (transfer none) (array zero-terminated=1): the addresses; valid until
 *   one is added
 *
 * Since: 1.0
 */
const char *const *
sendpath_message_get_recipients (SendpathMessage *self)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), NULL);
  return (const char *const *) self->recipients->pdata;
}

static gboolean
is_one_line (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text; text++)
    if (g_ascii_iscntrl (*text))
      return FALSE;
  return TRUE;
}

/**
 * sendpath_message_set_full_name:
 * @self: a #SendpathMessage
 * @name: (nullable): a person's name in UTF-8, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Sets the display name for a From: field that has to be added, in place of the
 * account's. A From: field that the message has already is not changed by it.
 *
 * Control characters and line ends are refused with
 * %G_IO_ERROR_INVALID_DATA.
 *
 * Returns: %TRUE if @name can be used
 *
 * Since: 1.0
 */
gboolean
sendpath_message_set_full_name (SendpathMessage *self, const char *name, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), FALSE);
  if (name && !is_one_line (name))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _ ("the full name of the sender must be one line of valid UTF-8"));
      return FALSE;
    }
  g_free (self->full_name);
  self->full_name = g_strdup (name);
  return TRUE;
}

/**
 * sendpath_message_request_reports:
 * @self: a #SendpathMessage
 * @when: (nullable): `never`, or some of `success`, `failure` and `delay` with commas between them;
 *   %NULL leaves that to the account
 * @content: (nullable): how much of the message a report is to hold: `full` or `hdrs`
 * @envid: (nullable): a name of the caller's own that reports repeat, in visible ASCII and spaces
 * @error: return location for a #GError, or %NULL
 *
 * Asks servers for reports about the delivery of the message (RFC 3461), in place of what the account
 * asks for. Servers that cannot do that are not asked.
 *
 * Words may be in any case. On failure nothing changes and @error is
 * %G_IO_ERROR_INVALID_ARGUMENT.
 *
 * Returns: %TRUE if all of them can be used
 *
 * Since: 1.0
 */
gboolean
sendpath_message_request_reports (SendpathMessage *self, const char *when, const char *content,
                                  const char *envid, GError **error)
{
  g_auto(DsnRequest) request = { 0 };

  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), FALSE);
  if (when && !dsn_request_read_notify (&request, when))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” cannot be used here; use never, or some of success, failure and delay with "
                      "commas between them"),
                   when);
      return FALSE;
    }
  if (content && !dsn_request_read_ret (&request, content))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” cannot be used here; use full or hdrs"), content);
      return FALSE;
    }
  if (envid && !dsn_request_set_envid (&request, envid))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” cannot be used here; use at most 100 letters, digits, signs of ASCII and "
                      "spaces"),
                   envid);
      return FALSE;
    }
  dsn_request_copy (&self->dsn, &request);
  return TRUE;
}

const DsnRequest *
message_get_dsn (SendpathMessage *self)
{
  return &self->dsn;
}

void
message_set_dsn (SendpathMessage *self, const DsnRequest *dsn)
{
  dsn_request_copy (&self->dsn, dsn);
}

/* ---- what the header says -------------------------------------------------------------------- */

/**
 * sendpath_message_get_from:
 * @self: a #SendpathMessage
 *
 * Gets the address of the first author in the From: field, without the name.
 *
 * Returns: (nullable): the address, or %NULL if there is none or the field
 *   cannot be understood
 *
 * Since: 1.0
 */
const char *
sendpath_message_get_from (SendpathMessage *self)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), NULL);
  return self->from;
}

/**
 * sendpath_message_get_subject:
 * @self: a #SendpathMessage
 *
 * Gets the subject, decoded for people. It is always valid UTF-8 without
 * control characters.
 *
 * Returns: (nullable): the subject, or %NULL if there is none
 *
 * Since: 1.0
 */
const char *
sendpath_message_get_subject (SendpathMessage *self)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), NULL);
  return self->subject;
}

/**
 * sendpath_message_get_message_id:
 * @self: a #SendpathMessage
 *
 * Gets the Message-ID with its angle brackets.
 *
 * Returns: (nullable): the Message-ID, or %NULL if there is none yet
 *
 * Since: 1.0
 */
const char *
sendpath_message_get_message_id (SendpathMessage *self)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), NULL);
  return self->message_id;
}

/**
 * sendpath_message_get_size_bytes:
 * @self: a #SendpathMessage
 *
 * Gets the size of header and body with CRLF line ends, as servers count it.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
sendpath_message_get_size_bytes (SendpathMessage *self)
{
  g_return_val_if_fail (SENDPATH_IS_MESSAGE (self), 0);
  return self->header_bytes + strlen ("\r\n") + body_source_get_length (self->parts.body);
}

const Header *
message_peek_header (SendpathMessage *self)
{
  return self->parts.header;
}

BodySource *
message_peek_body (SendpathMessage *self)
{
  return self->parts.body;
}

BodyTraits
message_get_body_traits (SendpathMessage *self)
{
  return self->parts.traits;
}

const char *
message_get_full_name (SendpathMessage *self)
{
  return self->full_name;
}

gboolean
message_recipients_from_header (SendpathMessage *self)
{
  return (self->flags & SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER) != 0;
}

gboolean
message_needs_smtputf8 (SendpathMessage *self)
{
  g_autoptr(GBytes) bytes = header_to_bytes (self->parts.header);
  gsize length;
  const char *header = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (header, length);

  if (!g_str_is_ascii (text) && g_utf8_validate (text, -1, NULL))
    return TRUE;
  if (self->sender && !g_str_is_ascii (self->sender))
    return TRUE;
  for (guint i = 0; i + 1 < self->recipients->len; i++)
    if (!g_str_is_ascii (g_ptr_array_index (self->recipients, i)))
      return TRUE;
  return FALSE;
}

gboolean
message_is_signed (SendpathMessage *self)
{
  /* threads that get here at once find the same answer */
  if (g_atomic_int_get (&self->signature) == NOT_LOOKED_FOR)
    {
      gboolean is_signed =
          header_is_signed (self->parts.header) || pgp_inline_is_in (self->parts.body);
      g_atomic_int_set (&self->signature, is_signed ? SIGNED : UNSIGNED);
    }
  return g_atomic_int_get (&self->signature) == SIGNED;
}
