/* Serves all who connect to some sockets of this machine, each in a thread of its own, and no more of
 * them at once than is good. */
#pragma once

#include <gio/gio.h>

#include "sendpath/mail/message.h"

G_BEGIN_DECLS

/* Who gets in by a socket. */
typedef enum {
  LISTENER_ALL_USERS, /* a local socket: everybody, the kernel says who it is */
  LISTENER_OWNER,     /* the same, but processes of our own user alone */
  LISTENER_LOGIN,     /* a port that only this machine reaches: whoever logs in */
} ListenerEntry;

typedef struct {
  int fd; /* listens, and stays open */
  ListenerEntry entry;
} ListenerDoor;

/* Who brings a message. */
typedef struct {
  guint uid;        /* of a local socket: whose process it is */
  const char *name; /* that it logged in by, or NULL */
} ListenerGuest;

typedef struct {
  guint max_clients;     /* at once; who comes then is told to come again, but for root */
  guint max_of_one_user; /* by local sockets */
  guint64 max_bytes;     /* of a message */
  guint max_recipients;
  guint patience_s;       /* that a client may be silent */
  guint lifetime_s;       /* of a dialogue */
  guint login_s;          /* until a client of LISTENER_LOGIN is logged in */
  guint refusal_delay_ms; /* as in SmtpServerSettings */
  /* As `log_in` and `refuse_sender` of SmtpServerSettings, for LISTENER_LOGIN. Like `take`, called in many
   * threads at once. */
  char *(*log_in) (const char *user, const char *password, gpointer data);
  char *(*refuse_sender) (const char *sender, const ListenerGuest *guest, gpointer data);
  char *(*take) (SendpathMessage *message, const ListenerGuest *guest, gpointer data);
  gpointer data;
} ListenerSettings;

/* Until it is cancelled: then nobody new is heard, a message that has come is still taken, and what has
 * not is given to nobody. FALSE: a door is not of its kind. */
gboolean listener_run (const ListenerDoor *doors, guint n_doors, const ListenerSettings *settings,
                       GCancellable *cancellable, GError **error);

G_END_DECLS
