/* Serves all who connect to one socket of this machine, each in a thread of its own, and no more of
 * them at once than is good. */
#pragma once

#include <gio/gio.h>

#include "sendpath/mail/message.h"

G_BEGIN_DECLS

typedef struct {
  guint max_clients; /* at once; who comes then is told to come again, but for root */
  guint max_of_one_user;
  guint64 max_bytes; /* of a message */
  guint max_recipients;
  guint patience_s; /* that a client may be silent */
  guint lifetime_s; /* of a dialogue */
  /* As `take` of SmtpServerSettings; @uid: whose process that is. Called in many threads at once. */
  char *(*take) (SendpathMessage *message, guint uid, gpointer data);
  gpointer data;
} ListenerSettings;

/* Until it is cancelled: then nobody new is heard, a message that has come is still taken, and what has
 * not is given to nobody. @fd listens, and stays open. FALSE: it is no such socket. */
gboolean listener_run (int fd, const ListenerSettings *settings, GCancellable *cancellable,
                       GError **error);

G_END_DECLS
