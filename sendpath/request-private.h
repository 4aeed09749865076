/* The asking side of a SendpathRequest. */
#pragma once

#include "profiles/secrets.h"
#include "sendpath/request.h"
#include "sendpath/walk/walk.h"

G_BEGIN_DECLS

/* What the asker keeps of a question: it does not keep the request alive, so that dropping the
 * request declines it. */
typedef struct _Answer Answer;

SendpathRequest *request_new (const SecretQuery *query, Answer **ret_answer);
/* Waits until it is answered or declined; NULL if declined or cancelled. Frees @answer. */
SendpathSecret *answer_wait (Answer *answer, GCancellable *cancellable);

/* May @relay be used? @key: what it shows, if that is not trusted for its name. Without a message the
 * question is about all that will leave by it. */
SendpathRequest *request_new_relay (const WalkRelay *relay, const char *key, Answer **ret_answer);
/* The same wait; KEEP if declined or cancelled. Frees @answer. */
SendpathRelayChoice answer_wait_relay (Answer *answer, GCancellable *cancellable);

G_END_DECLS
