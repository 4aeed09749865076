/* A reply as people paste it: bare, from a log, from a mail program's error message. */
#pragma once

#include "sendpath/verdict/pasted-place.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

/**
 * PastedReply:
 * @reply: what the server said; a fault if the text says that there was no conversation
 * @reason: (nullable): what explain-texts knows finer than the fault
 * @place: what the text around it tells
 */
typedef struct {
  SendpathReply *reply;
  const char    *reason;
  PastedPlace    place;
} PastedReply;

/**
 * pasted_reply_new:
 * @text: what was pasted
 *
 * Finds the server's reply in @text: at its start, in a conversation, or behind what logs and mail
 * programs write before one. Text without a code is a reply with code 0, unless it is an error
 * message about a connection.
 *
 * Returns: (transfer full) (nullable): the reply, NULL if @text has no word and no number
 */
PastedReply *pasted_reply_new (const char *text);
void         pasted_reply_free (PastedReply *pasted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PastedReply, pasted_reply_free)

G_END_DECLS
