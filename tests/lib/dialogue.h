/* A conversation with a mail server, as a file that reads like one.
 *
 *   S: TEXT          the server sends TEXT and CRLF
 *   S+: RAW          the server sends exactly RAW; \r \n \t \\ and \xNN stand for bytes
 *   C: GLOB          the client sends a line that matches GLOB (`*`, `?`) and ends in CRLF
 *   C: <data>        the client sends message text up to the line with a single dot
 *   C: <bdat>        the client sends BDAT and as many bytes as it says
 *   C: <bdat last>   the same with LAST: that is a whole message
 *   C: <bdat vain>   the same, of a message that the server will not take
 *   !tls CERT [tls1.1|tls1.2] [request] [tickets [forget]] [resumed|whole]
 *                    TLS begins with CERT of test-certs.h; `request` asks for the client's,
 *                    `tickets` lets the client resume
 *   !renegotiate     the server asks for a new handshake (tls1.2)
 *   !drip MS         what the server sends from here on goes byte by byte, MS milliseconds apart
 *   !flood N RAW     the server sends RAW N times
 *   !cut             the server closes the connection
 *   !reset           the connection is reset
 *   !peek            the client sends anything at all
 *   !wait            the server says nothing until the client goes
 *   !stall           the server neither reads nor writes until the test ends it
 *   !hold            the server stands still until the test lets it go on
 *   ---              the next connection
 *
 * Empty lines and lines that begin with # are comments. At the end of a connection's lines the
 * server closes its side and waits for the client's; a QUIT that no line expects is all right
 * there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  STEP_SAY,
  STEP_EXPECT,
  STEP_EXPECT_DATA,
  STEP_EXPECT_BDAT, /* with the word behind it in @text */
  STEP_PEEK,
  STEP_TLS,
  STEP_RENEGOTIATE,
  STEP_DRIP,
  STEP_FLOOD,
  STEP_CUT,
  STEP_RESET,
  STEP_WAIT,
  STEP_STALL,
  STEP_HOLD,
  STEP_END, /* of the connection */
} StepKind;

typedef struct {
  StepKind kind;
  guint    line;   /* in the file, from 1 */
  guint64  number; /* milliseconds, repetitions */
  char    *text;   /* glob or words */
  GBytes  *bytes;  /* what is sent */
} DialogueStep;

/* GPtrArray of DialogueStep; each connection ends in a STEP_END. A mistake in @text ends the
 * test. */
GPtrArray *dialogue_parse (const char *text);

/* The text of `tests/dialogues/NAME.dialogue`. */
char      *dialogue_load (const char *name);

G_END_DECLS
