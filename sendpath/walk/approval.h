/* May a relay that nobody has approved have the message? */
#pragma once

#include "sendpath/walk/leg.h"

G_BEGIN_DECLS

/* TRUE if @route may be used for this message: nothing stands against it, or whoever is asked now says
 * yes. */
gboolean approval_is_given (Walk *walk, SendpathRoute *route);

/* After @route was walked, of whose attempts the first has that index: whether it was no more the relay
 * that was approved, and whether it wanted what no relay of a network gets. */
void approval_note_end (Walk *walk, SendpathRoute *route, guint first_attempt);

G_END_DECLS
