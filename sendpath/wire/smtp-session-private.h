/* What the files of a session share: its state, its steps, and how they talk to the server. */
#pragma once

#include "sendpath/wire/data-writer.h"
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
  SMTP_STEP_CHUNKS,
  SMTP_STEP_DOT_RECORD,
  SMTP_STEP_DOT,
  SMTP_STEP_DOT_REPLY,
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

/* How the content gets to the server. */
typedef enum {
  SMTP_WAY_DATA,
  SMTP_WAY_BDAT,
  SMTP_WAY_FLIGHT, /* BDAT in one flight with the envelope */
} SmtpWay;

/* One smtp_session_deliver(). Its commands are numbered: 0 is MAIL, then come the RCPTs, then
 * DATA. */
typedef struct {
  Delivery        *delivery;
  SendpathMessage *message; /* as this server can take it; owned */
  GBytes          *header;
  GArray          *rcpts;   /* guint: recipients that can be named to this server */
  gboolean         is_utf8;
  SmtpWay          way;
  GByteArray      *envelope; /* all commands, if they may be out at once; else NULL */
  guint            next_out; /* command to be written */
  guint            next_in;  /* command whose reply is to be read */
  guint            n_taken;  /* RCPTs that got a 250 */
  gboolean         is_mail_refused;
  guint            blamed;   /* set of SmtpCap whose parameters the server may have refused */
  guint            left_out; /* of those, once more without them */
  DataWriter      *writer;
  guint            n_chunks; /* BDATs whose replies were not read yet */
  SendpathReply   *refusal;  /* of one that was not the last; or NULL */
  gboolean         is_recorded; /* before_dot() was called */
  gboolean         was_ahead;    /* its envelope went out behind the dot of the message before */
  gboolean         is_pipelined; /* several commands were out at once, or behind that dot */
  gboolean         is_confused;  /* a command was out of turn for the server, but was not */
  gboolean         is_unheard;   /* the server answered the dot, and never what came behind it */
} SmtpTransaction;

/* An envelope that is out before its delivery is known, its replies unread; DATA is its end. */
typedef struct {
  GBytes *envelope; /* or NULL */
  guint   n_commands;
} SmtpAhead;

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
  SmtpAhead          ahead;
  gboolean           was_used;   /* a delivery was offered here */
  guint              suspects;   /* set of SmtpCap */
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
/* The same for @bytes, command lines. */
void     smtp_session_send_lines (SmtpSession *session, const char *bytes, gsize length);
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
SmtpStep smtp_step_chunks (SmtpSession *session);
SmtpStep smtp_step_dot_record (SmtpSession *session);
SmtpStep smtp_step_dot (SmtpSession *session);
SmtpStep smtp_step_dot_reply (SmtpSession *session);

/* ---- transactions --------------------------------------------------------------------------- */

/* What may be outstanding before replies are read, so that full socket buffers never lock both
 * sides: the replies to this many commands fit into any. */
#define SMTP_WINDOW_COMMANDS 100
#define SMTP_WINDOW_BYTES    (32 * 1024)

/* A message of more bytes goes in several BDATs. */
#define SMTP_CHUNK_BYTES (1024 * 1024)
/* One of more bytes, or after a longer silence, waits for the replies to its envelope. */
#define SMTP_FLIGHT_BYTES  (64 * 1024)
#define SMTP_FLIGHT_IDLE_S 5

/* smtp-prepare.c */
/* All but the delivery, what is left out, and that there is a record. */
void           smtp_transaction_clear (SmtpTransaction *transaction);
/* From its delivery: message, header, MAIL, and no recipients yet. The fault why that cannot be
 * sent here (owned), or NULL. */
SendpathReply *smtp_transaction_prepare (SmtpSession *session, SmtpTransaction *transaction);
SendpathReply *smtp_transaction_new_address_fault (SendpathFault fault, const char *address);
/* Names recipient @i of the delivery in the envelope, unless the result says why not. */
SendpathFault  smtp_transaction_add_recipient (SmtpSession *session, SmtpTransaction *transaction,
                                               guint i);
/* When all recipients are there. @is_ahead: its envelope goes, or went, behind another message. */
void           smtp_transaction_choose_way (SmtpSession *session, SmtpTransaction *transaction,
                                            gboolean is_ahead);
guint64        smtp_transaction_get_size (const SmtpTransaction *transaction);
guint          smtp_transaction_get_data_number (const SmtpTransaction *transaction);
/* The number of the last command before the content. */
guint          smtp_transaction_get_last_number (const SmtpTransaction *transaction);
/* Of the delivery; @number is that of its RCPT. */
guint          smtp_transaction_get_recipient (const SmtpTransaction *transaction, guint number);
/* The whole envelope is out. */
void           smtp_transaction_note_sent (SmtpTransaction *transaction);
/* Builds command @number. */
SendpathFault  smtp_transaction_build (SmtpSession *session, const SmtpTransaction *transaction,
                                       guint number);

/* smtp-transaction.c */
/* The present phase and reply are the fate of all who have none yet. */
SmtpStep       smtp_transaction_decide_rest (SmtpSession *session);
/* The content is out, and the session ended before it was answered: present phase and reply become
 * those of an open outcome. */
void           smtp_transaction_leave_open (SmtpSession *session);
/* Nobody was taken: once more, without what may have been refused? */
SmtpStep       smtp_transaction_finish_envelope (SmtpSession *session);

/* smtp-manners.c */
/* What smtp_session_get_suspects() says of the transaction that ended. */
guint          smtp_manners_find_suspects (const SmtpSession *session,
                                           const SmtpTransaction *transaction);

/* smtp-ahead.c */
/* Right before a final dot: what follows it, if anything does. */
void           smtp_ahead_prepare (SmtpSession *session);
void           smtp_ahead_write (SmtpSession *session);
void           smtp_ahead_clear (SmtpAhead *ahead);
/* TRUE: what is ahead is this transaction's envelope, and its replies come next. */
gboolean       smtp_ahead_take (SmtpSession *session);

G_END_DECLS
