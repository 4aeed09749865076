/* How far an attempt got. The order is the order of a session: a later phase is "further". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SendpathPhase:
 * @SENDPATH_PHASE_UNKNOWN: not known (a reply quoted without its place)
 * @SENDPATH_PHASE_RESOLVE: looking up the server's addresses
 * @SENDPATH_PHASE_CONNECT: TCP connection
 * @SENDPATH_PHASE_TLS: handshake of implicit TLS
 * @SENDPATH_PHASE_GREETING: the server's first line
 * @SENDPATH_PHASE_EHLO: EHLO
 * @SENDPATH_PHASE_STARTTLS: STARTTLS and its handshake
 * @SENDPATH_PHASE_AUTH: login
 * @SENDPATH_PHASE_POP: POP3 login before SMTP
 * @SENDPATH_PHASE_MAIL: MAIL FROM
 * @SENDPATH_PHASE_RCPT: RCPT TO
 * @SENDPATH_PHASE_DATA: DATA and the content up to the final dot
 * @SENDPATH_PHASE_EOD: the final dot and its reply; a link lost here leaves the outcome uncertain
 * @SENDPATH_PHASE_QUIT: after the message was settled
 *
 * How far an attempt got, in this order (RFC 5321 4.1.4).
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_PHASE_UNKNOWN,
  SENDPATH_PHASE_RESOLVE,
  SENDPATH_PHASE_CONNECT,
  SENDPATH_PHASE_TLS,
  SENDPATH_PHASE_GREETING,
  SENDPATH_PHASE_EHLO,
  SENDPATH_PHASE_STARTTLS,
  SENDPATH_PHASE_AUTH,
  SENDPATH_PHASE_POP,
  SENDPATH_PHASE_MAIL,
  SENDPATH_PHASE_RCPT,
  SENDPATH_PHASE_DATA,
  SENDPATH_PHASE_EOD,
  SENDPATH_PHASE_QUIT,
} SendpathPhase;

const char   *sendpath_phase_to_string (SendpathPhase phase);
SendpathPhase sendpath_phase_from_string (const char *text);

G_END_DECLS
