/* One SMTP session: open, log in, offer deliveries, close. It records what happened; it never asks
 * whether there is another route. */
#pragma once

#include "profiles/secrets.h"
#include "sendpath/wire/delivery.h"
#include "sendpath/wire/race.h"
#include "sendpath/wire/smtp-caps.h"

G_BEGIN_DECLS

typedef struct {
  const char  *ehlo;       /* name for EHLO, or NULL: the address literal of the connection */
  const char  *tls_pin;    /* or NULL */
  const Trace *trace;
  guint        patience_s; /* no single wait is longer than this; 0: as R-32 says */
  guint        avoided;    /* set of SmtpCap that are not used, though offered */
} SmtpSessionOptions;

typedef struct _SmtpSession SmtpSession;

/* Takes the stream of @winner, a greeted connection. What @options points to must outlive the
 * session. */
SmtpSession         *smtp_session_new (Runner *winner, const SmtpSessionOptions *options);
/* Sends QUIT if the session is in order, waits for nothing, and closes. */
void                 smtp_session_free (SmtpSession *session);

/* EHLO, and STARTTLS with EHLO again where the endpoint says so. TRUE: ready for login and mail. */
gboolean             smtp_session_open (SmtpSession *session);

/* May a credential be released here: verified TLS, or @allow_cleartext. */
gboolean             smtp_session_may_log_in (const SmtpSession *session, gboolean allow_cleartext);
/* AUTH is offered with a mechanism that @auth (the value of the configuration key) and the kind of
 * secret allow. */
gboolean             smtp_session_offers_login (const SmtpSession *session, const char *auth,
                                                SecretKind kind);
/* What to log in with: a token, if the account @has_token or the server takes nothing else that
 * @auth allows. */
SecretKind           smtp_session_choose_kind (const SmtpSession *session, const char *auth,
                                               gboolean has_token);
/* Logs in; @auth as above; @secret may be NULL where none is needed (GSSAPI). TRUE only after 235.
 * FALSE: phase and reply say why; the session goes on if it is still open. Never called twice with
 * the same secret. A mechanism that the server names and then does not know (504) gives way to the
 * next. */
gboolean             smtp_session_log_in (SmtpSession *session, const char *user,
                                          const SendpathSecret *secret, const char *auth,
                                          gboolean allow_cleartext);

/* Offers @delivery: MAIL, RCPT…, content. Results are in @delivery: every recipient has a phase and
 * a reply, and is accepted if and only if the phase is EOD and the code 2xx. The session may be
 * used again when smtp_session_is_open() still says so (RSET is sent as needed). */
void                 smtp_session_deliver (SmtpSession *session, Delivery *delivery);

/* Extensions (a set of SmtpCap) that the server may offer and not have, as the end of the last
 * delivery shows: with one less all of it may be offered again at once, in a new connection. 0:
 * none, or somebody may have got the message. */
guint                smtp_session_get_suspects (const SmtpSession *session);

gboolean             smtp_session_is_open (const SmtpSession *session);
gboolean             smtp_session_is_logged_in (const SmtpSession *session);
gboolean             smtp_session_is_tls (const SmtpSession *session);
/* What stream_dup_peer_key() says. */
char                *smtp_session_dup_peer_key (const SmtpSession *session);
/* Mechanism of the login, lower case (`scram-sha-256`), or NULL. */
const char          *smtp_session_get_mechanism (const SmtpSession *session);
/* What the server offers now; nothing is offered before EHLO was answered. Borrowed. */
const SmtpCaps      *smtp_session_get_caps (const SmtpSession *session);
/* Phase and reply of the last thing that was done. Borrowed. */
SendpathPhase        smtp_session_get_phase (const SmtpSession *session);
const SendpathReply *smtp_session_get_reply (const SmtpSession *session);
int                  smtp_session_get_fd (const SmtpSession *session);
guint                smtp_session_get_tls_ms (const SmtpSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpSession, smtp_session_free)

G_END_DECLS
