/* What a person says about a relay that a network offers. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * SendpathRelayChoice:
 * @SENDPATH_RELAY_CHOICE_KEEP: nothing was decided: the message stays in the outbox
 * @SENDPATH_RELAY_CHOICE_HERE: the relay is used on this network from now on
 * @SENDPATH_RELAY_CHOICE_ONCE: it is used for this message only
 * @SENDPATH_RELAY_CHOICE_NEVER: it is never used on this network, and not asked about again
 *
 * What a person says about a relay that a network offers.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_RELAY_CHOICE_KEEP,
  SENDPATH_RELAY_CHOICE_HERE,
  SENDPATH_RELAY_CHOICE_ONCE,
  SENDPATH_RELAY_CHOICE_NEVER,
} SendpathRelayChoice;

G_END_DECLS
