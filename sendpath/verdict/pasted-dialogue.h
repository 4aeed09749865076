/* A conversation with a server, as programs print it when they are asked to be talkative. */
#pragma once

#include "sendpath/wire/phase.h"

G_BEGIN_DECLS

typedef struct {
  guint         code;
  char         *text;      /* lines joined by '\n' */
  SendpathPhase phase;     /* what was answered */
  char         *recipient; /* nullable: of the RCPT that was answered */
  char         *server;    /* nullable: as it greeted */
} PastedExchange;

/**
 * pasted_dialogue_find:
 * @text: what was pasted
 * @ret_exchange: (out caller-allocates): the refusal that matters, to be cleared with
 *   pasted_exchange_clear()
 *
 * Reads @text as lines of a server and of a client, with or without the marks that swaks, curl,
 * msmtp, Sendmail, PHPMailer, Python, nodemailer and others put before them.
 *
 * Returns: whether it is a dialogue and a server refused something in it
 */
gboolean pasted_dialogue_find (const char *text, PastedExchange *ret_exchange);
void     pasted_exchange_clear (PastedExchange *exchange);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PastedExchange, pasted_exchange_clear)

G_END_DECLS
