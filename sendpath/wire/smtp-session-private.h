/* What the files of a session share: its state, its steps, and how they talk to the server. */
#pragma once

#include "sendpath/wire/smtp-auth.h"
#include "sendpath/wire/smtp-command.h"
#include "sendpath/wire/smtp-session.h"

G_BEGIN_DECLS

/* What is under way. A step does its part and returns the step that follows. */
typedef enum {
  SMTP_STEP_REST, /* nothing is under way; how it went is in the session */
  SMTP_STEP_EHLO,
  SMTP_STEP_HELO,
  SMTP_STEP_STARTTLS,
  SMTP_STEP_HANDSHAKE,
  SMTP_STEP_AUTH,
  SMTP_STEP_CHALLENGE,
  SMTP_STEP_AUTH_BREAK_OFF,
  SMTP_STEP_DROP_AHEAD,
  SMTP_STEP_RSET,
  SMTP_STEP_PREPARE,
  SMTP_STEP_ENVELOPE,
  SMTP_STEP_MAIL,
  SMTP_STEP_RCPT,
  SMTP_STEP_DATA,
  SMTP_STEP_LONE_DOT,
  SMTP_STEP_CONTENT,
  SMTP_STEP_DOT_RECORD,
  SMTP_STEP_DOT,
  SMTP_N_STEPS,
} SmtpStep;

/* One smtp_session_log_in(). */
typedef struct {
  SmtpAuthWho  who;
  const char  *policy;
  const char  *mechanism; /* being tried; static, or NULL before the first */
  SmtpAuth    *auth;
  GError      *problem;   /* why the last mechanism was given up, or NULL */
} SmtpLogin;

/* One smtp_session_deliver(). Its commands are numbered: 0 is MAIL, then come the RCPTs, then
 * DATA. */
typedef struct {
  Delivery        *delivery;
  SendpathMessage *message; /* as this server can take it; owned */
  GBytes          *header;
  GArray          *rcpts;   /* guint: recipients that can be named to this server */
  gboolean         is_utf8;
  guint            next_out; /* command to be written */
  guint            next_in;  /* command whose reply is to be read */
  guint            n_taken;  /* RCPTs that got a 250 */
  gboolean         is_mail_refused;
  guint            blamed;   /* set of SmtpCap whose parameters the server may have refused */
  guint            left_out; /* of those, once more without them */
} SmtpTransaction;

struct _SmtpSession {
  SmtpSessionOptions options;
  SendpathEndpoint  *endpoint;
  Stream            *stream;
  SmtpCaps           caps;
  GBytes            *binding; /* channel binding of the TLS session, or NULL */
  SmtpCommand        command; /* being built */

  SendpathPhase      phase;
  guint              timeout_s; /* of the running step */
  SendpathReply     *reply;

  gboolean           is_name_refused; /* the first name for EHLO */
  gboolean           is_open;    /* ready for the next login or delivery */
  gboolean           may_quit;   /* a QUIT would be read as a command */
  gboolean           needs_rset; /* a transaction was left half done */
  GBytes            *ahead; /* envelope that is out, replies unread, before its delivery; or NULL */
  char              *mechanism;  /* of the login, lower case, or NULL */
  guint              tls_ms;

  SmtpLogin         *login;       /* while one is under way; borrowed */
  SmtpTransaction   *transaction; /* likewise */
};

/* ---- talking -------------------------------------------------------------------------------- */

/* Before anything is written: has the server said something unasked, or gone? Then the
 * session is over, its reply says why, and the result is FALSE. */
gboolean smtp_session_is_quiet (SmtpSession *session);
/* Writes the built command; flushed by the next read. */
void     smtp_session_send (SmtpSession *session);
/* The same for a command with a secret in it, which is wiped; the trace shows only @shown. */
void     smtp_session_send_secret (SmtpSession *session, const char *shown);
/* Flushes, and reads the next reply into the session under the step's deadline. A positive reply
 * that is not between @first and @last ends the session as a protocol error; so does what is no
 * reply. The result is the code, or 0 for a fault. */
guint    smtp_session_read (SmtpSession *session, guint first, guint last);
/* Our own reason, @reply (taken over), takes the place of a reply; the session goes on. */
void     smtp_session_set_reply (SmtpSession *session, SendpathReply *reply);
void     smtp_session_set_fault (SmtpSession *session, SendpathFault fault, const char *text);
/* The session is over for a reason seen here. */
void     smtp_session_break (SmtpSession *session, SendpathFault fault, const char *text);
/* Takes the stream's failure as the reply. */
void     smtp_session_take_failure (SmtpSession *session);

/* ---- steps ---------------------------------------------------------------------------------- */

/* smtp-hello.c */
SmtpStep smtp_step_ehlo (SmtpSession *session);
SmtpStep smtp_step_helo (SmtpSession *session);
SmtpStep smtp_step_starttls (SmtpSession *session);
SmtpStep smtp_step_handshake (SmtpSession *session);
/* smtp-login.c */
SmtpStep smtp_step_auth (SmtpSession *session);
SmtpStep smtp_step_challenge (SmtpSession *session);
SmtpStep smtp_step_auth_break_off (SmtpSession *session);
/* smtp-ahead.c */
SmtpStep smtp_step_drop_ahead (SmtpSession *session);
/* smtp-transaction.c */
SmtpStep smtp_step_rset (SmtpSession *session);
SmtpStep smtp_step_prepare (SmtpSession *session);
SmtpStep smtp_step_envelope (SmtpSession *session);
SmtpStep smtp_step_mail (SmtpSession *session);
SmtpStep smtp_step_rcpt (SmtpSession *session);
SmtpStep smtp_step_data (SmtpSession *session);
/* smtp-content.c */
SmtpStep smtp_step_lone_dot (SmtpSession *session);
SmtpStep smtp_step_content (SmtpSession *session);
SmtpStep smtp_step_dot_record (SmtpSession *session);
SmtpStep smtp_step_dot (SmtpSession *session);

/* ---- transactions --------------------------------------------------------------------------- */

/* What may be outstanding before replies are read, so that full socket buffers never lock both
 * sides: the replies to this many commands fit into any. */
#define SMTP_WINDOW_COMMANDS 100
#define SMTP_WINDOW_BYTES    (32 * 1024)

/* smtp-prepare.c */
/* All but the delivery and what is left out. */
void           smtp_transaction_clear (SmtpTransaction *transaction);
/* From its delivery: message, header, and no recipients yet. The fault why that cannot be sent
 * here (owned), or NULL. */
SendpathReply *smtp_transaction_prepare (SmtpTransaction *transaction, const SmtpCaps *caps);
/* Names recipient @i of the delivery in the envelope, unless the result says why not. */
SendpathFault  smtp_transaction_add_recipient (SmtpSession *session, SmtpTransaction *transaction,
                                               guint i);
guint64        smtp_transaction_get_size (const SmtpTransaction *transaction);
guint          smtp_transaction_get_data_number (const SmtpTransaction *transaction);
/* The number of the last command before the content. */
guint          smtp_transaction_get_last_number (const SmtpTransaction *transaction);
/* Of the delivery; @number is that of its RCPT. */
guint          smtp_transaction_get_recipient (const SmtpTransaction *transaction, guint number);
/* Command @number is out. */
void           smtp_transaction_note_offered (SmtpTransaction *transaction, guint number);
/* Builds command @number. */
SendpathFault  smtp_transaction_build (SmtpSession *session, const SmtpTransaction *transaction,
                                       guint number);

/* smtp-transaction.c */
/* The present phase and reply are the fate of all who have none yet. */
SmtpStep       smtp_transaction_decide_rest (SmtpSession *session);
/* The same, for a delivery whose dot was recorded. */
SmtpStep       smtp_transaction_settle (SmtpSession *session);
/* Nobody was taken: once more, without what may have been refused? */
SmtpStep       smtp_transaction_finish_envelope (SmtpSession *session);

/* smtp-ahead.c */
/* Right before a final dot: what follows it, if anything does. */
void           smtp_ahead_prepare (SmtpSession *session);
void           smtp_ahead_write (SmtpSession *session);
/* TRUE: what is ahead is this transaction's envelope, and its replies come next. */
gboolean       smtp_ahead_take (SmtpSession *session);

G_END_DECLS
