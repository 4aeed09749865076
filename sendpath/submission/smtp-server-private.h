/* The inside of a dialogue: for smtp-server.c, smtp-envelope.c and smtp-content.c. */
#pragma once

#include "sendpath/submission/smtp-input.h"
#include "sendpath/submission/smtp-server.h"

G_BEGIN_DECLS

typedef struct {
  const SmtpServerIo *io;
  const SmtpServerSettings *settings;
  SmtpInput *input;
  GString *replies; /* not written yet */
  char *next_line;  /* read already, or NULL */
  gboolean is_gone;
  gboolean is_greeted;
  gboolean is_logged_in;
  guint n_faults;
  guint n_refused_logins;

  /* the transaction */
  gboolean has_sender;
  char *sender;
  gboolean is_utf8;
  DsnRequest dsn;
  GPtrArray *recipients;
} SmtpServer;

typedef enum { SMTP_GO_ON, SMTP_SAY_GOODBYE, SMTP_HANG_UP } SmtpNext;

/* smtp-server.c */
void smtp_server_say (SmtpServer *server, const char *reply);
/* To a client that breaks the rules; if it does so again and again, the last it hears. */
SmtpNext smtp_server_say_fault (SmtpServer *server, const char *reply);
SmtpLine smtp_server_take_line (SmtpServer *server, char **ret_line);
/* @line may hold a password. */
void smtp_server_free_line (char *line);
gboolean smtp_server_may_send (const SmtpServer *server);
/* The transaction is over. */
void smtp_server_reset (SmtpServer *server);

/* smtp-login.c */
SmtpNext smtp_login_on_auth (SmtpServer *server, const char *argument);

/* smtp-envelope.c */
SmtpNext smtp_envelope_on_mail (SmtpServer *server, const char *argument);
SmtpNext smtp_envelope_on_rcpt (SmtpServer *server, const char *argument);

/* smtp-content.c */
SmtpNext smtp_content_on_data (SmtpServer *server, const char *argument);
SmtpNext smtp_content_on_bdat (SmtpServer *server, const char *argument);

G_END_DECLS
