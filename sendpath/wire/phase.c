/* The names of the phases, in both directions, from one table. It never judges a phase. */
#include "config.h"

#include "sendpath/wire/phase.h"

static const char *const names[] = {
  [SENDPATH_PHASE_UNKNOWN] = "unknown",
  [SENDPATH_PHASE_RESOLVE] = "resolve",
  [SENDPATH_PHASE_CONNECT] = "connect",
  [SENDPATH_PHASE_TLS] = "tls",
  [SENDPATH_PHASE_GREETING] = "greeting",
  [SENDPATH_PHASE_EHLO] = "ehlo",
  [SENDPATH_PHASE_STARTTLS] = "starttls",
  [SENDPATH_PHASE_AUTH] = "auth",
  [SENDPATH_PHASE_POP] = "pop",
  [SENDPATH_PHASE_MAIL] = "mail",
  [SENDPATH_PHASE_RCPT] = "rcpt",
  [SENDPATH_PHASE_DATA] = "data",
  [SENDPATH_PHASE_EOD] = "eod",
  [SENDPATH_PHASE_QUIT] = "quit",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == SENDPATH_PHASE_QUIT + 1);

/**
 * sendpath_phase_to_string:
 * @phase: a phase
 *
 * The stable, untranslated name of @phase, as reports and JSON have it.
 *
 * Returns: (transfer none): the name, such as `rcpt`; `unknown` for
 *   %SENDPATH_PHASE_UNKNOWN
 *
 * Since: 1.0
 */
const char *
sendpath_phase_to_string (SendpathPhase phase)
{
  g_return_val_if_fail ((guint) phase < G_N_ELEMENTS (names), names[SENDPATH_PHASE_UNKNOWN]);

  return names[phase];
}

/**
 * sendpath_phase_from_string:
 * @text: (nullable): the name of a phase, in lower case
 *
 * The phase called @text.
 *
 * Returns: the phase, or %SENDPATH_PHASE_UNKNOWN if there is none of that name
 *
 * Since: 1.0
 */
SendpathPhase
sendpath_phase_from_string (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i], text) == 0)
      return (SendpathPhase) i;
  return SENDPATH_PHASE_UNKNOWN;
}
