/* What a session is given to send: envelope, content, and whom to tell before the final dot and
 * when a recipient is settled. */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

typedef struct {
  const char    *address;    /* borrowed */
  gboolean       is_offered; /* its RCPT went out on the wire */
  SendpathPhase  phase;      /* where its fate was decided: mail, rcpt, data, eod */
  SendpathReply *reply;      /* its own RCPT reply if refused, else the reply that decided; owned */
} DeliveryRecipient;

typedef struct _Delivery Delivery;

struct _Delivery {
  SendpathMessage *message;    /* its sender is what MAIL FROM says; not NULL */
  GArray          *recipients; /* DeliveryRecipient; addresses live as long as @message */
  const char      *dsn_notify; /* "FAILURE,DELAY" or NULL; only where offered */
  const char      *dsn_ret;    /* "FULL", "HDRS" or NULL */
  const char      *dsn_envid;
  /* Only a question: would they be taken? There is no DATA; each one's answer is the reply to its
   * RCPT, in phase RCPT also if it was taken. before_dot and settled are not called. */
  gboolean         is_question;
  /* The route has taken mail before: envelope and a small content may go as one flight. */
  gboolean         is_proven;

  /* "About to send the final dot" must be on disk when this returns TRUE (P-6). FALSE: the session
   * ends without the dot and nothing was sent. NULL: no record is kept. */
  gboolean (*before_dot) (Delivery *delivery, GError **error);
  /* The reply of the final dot is known, or lost; the recipients hold it. Called exactly once for
   * each before_dot that returned TRUE (or was NULL), and never otherwise. May be NULL. */
  void     (*settled) (Delivery *delivery);
  void     (*progress) (Delivery *delivery, guint64 sent_bytes, guint64 total_bytes); /* or NULL */
  /* Asked once, right before the final dot, if nobody of @delivery was refused: what would be sent
   * next in this session. Its envelope goes out behind the dot; it is borrowed for that moment, and
   * offered by a smtp_session_deliver() of its own, or never. NULL: nobody knows of any. */
  const Delivery *(*get_next) (Delivery *delivery);
  gpointer   data;

  /* Filled in by the session: the furthest phase and the last decisive reply of the transaction. */
  SendpathPhase  phase;
  SendpathReply *reply; /* owned */
  gboolean       is_recorded; /* before_dot was called, and said TRUE if it is not NULL */
};

/* Takes the recipients @addresses (subset of the message's, borrowed). */
Delivery *delivery_new (SendpathMessage *message, const char *const *addresses);
void      delivery_free (Delivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Delivery, delivery_free)

DeliveryRecipient *delivery_get_recipient (const Delivery *delivery, guint i);

/* For the session, which fills the results in; @reply is kept with a reference. */

/* Forgets the results, so that the same delivery can be offered again. */
void  delivery_reset (Delivery *delivery);
/* The transaction as a whole got to @phase and was told @reply. */
void  delivery_note (Delivery *delivery, SendpathPhase phase, SendpathReply *reply);
/* The fate of recipient @i, once. */
void  delivery_decide (Delivery *delivery, guint i, SendpathPhase phase, SendpathReply *reply);
/* The fate of all recipients that have none yet. */
void  delivery_decide_rest (Delivery *delivery, SendpathPhase phase, SendpathReply *reply);
guint delivery_count_undecided (const Delivery *delivery);

G_END_DECLS
