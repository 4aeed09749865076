/* SendpathMessage: what is sent: envelope, header and body. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDPATH_TYPE_MESSAGE (sendpath_message_get_type ())
G_DECLARE_FINAL_TYPE (SendpathMessage, sendpath_message, SENDPATH, MESSAGE, GObject)

/**
 * SendpathMessageFlags:
 * @SENDPATH_MESSAGE_FLAGS_NONE: recipients are added by the caller only
 * @SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER: recipients are also taken from To,
 *   Cc and Bcc (`sendmail -t`); the text must then have a proper header
 * @SENDPATH_MESSAGE_DOT_ENDS: a line with a single dot ends the message (a
 *   terminal, without `-i`)
 *
 * How text that a program hands in is to be read.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_MESSAGE_FLAGS_NONE = 0,
  SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER = 1 << 0,
  SENDPATH_MESSAGE_DOT_ENDS = 1 << 1,
} SendpathMessageFlags;

SendpathMessage *sendpath_message_new_from_bytes (GBytes *bytes, SendpathMessageFlags flags,
                                                  GError **error);
SendpathMessage *sendpath_message_new_from_stream (GInputStream *stream,
                                                   SendpathMessageFlags flags,
                                                   GCancellable *cancellable, GError **error);
SendpathMessage *sendpath_message_new_from_fd (int fd, SendpathMessageFlags flags,
                                               GError **error);

/* Envelope. A sender of NULL means "the account's address", "" the null sender. */
gboolean           sendpath_message_set_sender (SendpathMessage *self, const char *sender,
                                                GError **error);
const char        *sendpath_message_get_sender (SendpathMessage *self);
gboolean           sendpath_message_add_recipient (SendpathMessage *self, const char *address,
                                                   GError **error);
const char *const *sendpath_message_get_recipients (SendpathMessage *self);
/* sendmail -F: display name for a From: that has to be added. */
gboolean           sendpath_message_set_full_name (SendpathMessage *self, const char *name,
                                                   GError **error);
/* sendmail -N, -R, -V: which delivery reports to ask for. */
gboolean           sendpath_message_request_reports (SendpathMessage *self, const char *when,
                                                     const char *content, const char *envid,
                                                     GError **error);

/* From header fields; NULL if there is none. */
const char *sendpath_message_get_from (SendpathMessage *self);
const char *sendpath_message_get_subject (SendpathMessage *self);
const char *sendpath_message_get_message_id (SendpathMessage *self);
guint64     sendpath_message_get_size_bytes (SendpathMessage *self);

G_END_DECLS
