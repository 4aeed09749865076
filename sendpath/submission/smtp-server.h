/* One dialogue with somebody who hands in messages by SMTP (RFC 5321, RFC 6409): for `sendmail -bs` and
 * for the listener. It queues nothing itself, and says 250 to a message only after somebody else
 * has it. */
#pragma once

#include "sendpath/mail/message-private.h"

G_BEGIN_DECLS

/* The way to the client. */
typedef struct {
  MessageReadFunc read; /* G_IO_ERROR_TIMED_OUT: the client said nothing for too long */
  gboolean (*write) (gpointer source, const char *text, gsize length);
  /* The client has written already what was not read yet. */
  gboolean (*has_input) (gpointer source);
  /* Lets so much time pass; FALSE: the client was sent away meanwhile. NULL: nobody is made to wait. */
  gboolean (*pause) (gpointer source, guint ms);
  gpointer source;
} SmtpServerIo;

typedef struct {
  guint64 max_bytes; /* of a message; 0: no limit */
  guint max_recipients;
  /* NULL: nobody has to log in. The reply to the client; 235 lets it in. */
  char *(*log_in) (const char *user, const char *password, gpointer data);
  guint refusal_delay_ms; /* before the reply to a login that was refused; longer each time */
  /* NULL: any sender will do. The reply that refuses this one (it may be empty), or NULL. */
  char *(*refuse_sender) (const char *sender, gpointer data);
  /* A whole message with its envelope. The reply to the client: it begins with 250 if the message
   * is on disk and synced (P-1), or settled otherwise, and else nobody must get it. */
  char *(*take) (SendpathMessage *message, gpointer data);
  gpointer data;
} SmtpServerSettings;

typedef enum {
  SMTP_SERVER_DONE,       /* said goodbye, or went away between two messages */
  SMTP_SERVER_BROKEN_OFF, /* went away in the middle of a message, or was silent for too long */
  SMTP_SERVER_HUNG_UP,    /* broke the rules, and was told so */
} SmtpServerEnd;

SmtpServerEnd smtp_server_run (const SmtpServerIo *io, const SmtpServerSettings *settings);

/* `@status @text`, with what a reply line must not hold replaced. */
char *smtp_server_format_reply (const char *status, const char *text);

G_END_DECLS
