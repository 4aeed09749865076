/* What an attempt came to, as a clause for people: "smtp.proseware.com refused the login". */
#pragma once

#include "sendpath/walk/attempt.h"

G_BEGIN_DECLS

/* What the server of @attempt did by @verdict (the attempt's own, or that of one of its
 * recipients); it begins with the server's name, and ends without a full stop. Newly allocated,
 * translated, safe to show. */
char *words_for_attempt (const Attempt *attempt, SendpathVerdict verdict);

/* Who answered what: "smtp.proseware.com answered: 550 5.7.1 Relaying denied". @is_doubtful: anybody in
 * between may have said it where TLS was to be. @server may be
 * NULL. The same manners. */
char *words_for_answer (const char *server, const SendpathReply *reply, gboolean is_doubtful);

/* @format with its `%s` filled in: unlike printf, no translation can make it read what is not
 * there. */
char *words_fill (const char *format, const char *word);

G_END_DECLS
