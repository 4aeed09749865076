/* A reply as people paste it: bare, from a log, from a mail program's error message. */
#pragma once

#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

/**
 * pasted_reply_read:
 * @text: what was pasted
 * @ret_phase: (out): the phase the text around the reply names, UNKNOWN if none
 *
 * Finds the server's reply in @text: at its start, or behind what logs and mail programs write
 * before one. Text without a code is a reply with code 0.
 *
 * Returns: (transfer full) (nullable): the reply, NULL if @text has no word and no number
 */
SendpathReply *pasted_reply_read (const char *text, SendpathPhase *ret_phase);

G_END_DECLS
