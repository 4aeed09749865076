/* What was asked about relays, and what was said later about one message. */
#pragma once

#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

/* May be used from any thread. */
typedef struct _RelayAnswers RelayAnswers;

/* One question, as it was asked last. */
typedef struct {
  char *host;
  guint16 port;
  SendpathSecurity security;
  char *network_id;
  char *message; /* that waits for the answer */
  char *key;     /* what the relay showed, if that was seen and is not trusted; or NULL */
} AskedRelay;

RelayAnswers *relay_answers_new (void);
void relay_answers_free (RelayAnswers *answers);
void asked_relay_free (AskedRelay *asked);
/* The relay of that question; its texts are borrowed. */
WalkRelay asked_relay_describe (const AskedRelay *asked);

/* The message of @relay waits for an answer about it. */
void relay_answers_note_question (RelayAnswers *answers, const WalkRelay *relay, const char *key);
/* What was asked last for @message, or, if that is NULL, about @host; NULL: nothing. Newly
 * allocated. */
AskedRelay *relay_answers_find (RelayAnswers *answers, const char *message, const char *host);

/* "Only this message" was said about @relay. */
void relay_answers_grant (RelayAnswers *answers, const WalkRelay *relay);
/* TRUE if that was said: of a relay with encryption it says nothing about one without. */
gboolean relay_answers_is_granted (RelayAnswers *answers, const WalkRelay *relay);
/* That message waits no more: nothing about it is asked again. */
void relay_answers_forget (RelayAnswers *answers, const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AskedRelay, asked_relay_free)

G_END_DECLS
