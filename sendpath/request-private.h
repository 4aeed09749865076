/* The asking side of a SendpathRequest. */
#pragma once

#include "profiles/secrets.h"
#include "sendpath/request.h"

G_BEGIN_DECLS

/* What the asker keeps of a question: it does not keep the request alive, so that dropping the
 * request declines it. */
typedef struct _Answer Answer;

SendpathRequest *request_new (const SecretQuery *query, Answer **ret_answer);
/* Waits until it is answered or declined; NULL if declined or cancelled. Frees @answer. */
SendpathSecret *answer_wait (Answer *answer, GCancellable *cancellable);

G_END_DECLS
