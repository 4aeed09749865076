/* Where we are, for the engine: the location chosen by hand, else the one that the network is. It
 * never looks at a message. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "profiles/chosen-location.h"
#include "sendpath/engine-private.h"

char *
engine_dup_kept_location (SendpathEngine *self)
{
  g_autofree char *stored = chosen_location_read (self->state_dir);

  /* whoever removed the location meant to be done with it */
  return stored != NULL && sendpath_profile_store_get_location (self->profiles, stored) != NULL
             ? g_steal_pointer (&stored)
             : NULL;
}

char *
engine_dup_chosen_location (SendpathEngine *self)
{
  return self->location != NULL ? g_strdup (self->location) : engine_dup_kept_location (self);
}

/**
 * sendpath_engine_get_current_location:
 * @self: a #SendpathEngine
 *
 * Returns: (transfer none) (nullable): the location that counts now: the one chosen by hand, or the
 *   one that the network matches
 *
 * Since: 1.0
 */
SendpathLocation *
sendpath_engine_get_current_location (SendpathEngine *self)
{
  g_autofree char *chosen = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  chosen = engine_dup_chosen_location (self);
  return chosen != NULL ? sendpath_profile_store_get_location (self->profiles, chosen)
                        : sendpath_profile_store_match_location (
                              self->profiles, sendpath_engine_get_network (self), NULL);
}

/**
 * sendpath_engine_dup_chosen_location:
 * @self: a #SendpathEngine
 *
 * Gets the location that was chosen by hand, with #SendpathEngine:location or
 * sendpath_engine_use_location().
 *
 * Returns: (transfer full) (nullable): its id, or %NULL if the location is recognised by the network
 *
 * Since: 1.0
 */
char *
sendpath_engine_dup_chosen_location (SendpathEngine *self)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  return engine_dup_chosen_location (self);
}

/**
 * sendpath_engine_use_location:
 * @self: a #SendpathEngine
 * @location: (nullable): id of a location, or %NULL to recognise it by the network again
 * @error: return location for a #GError, or %NULL
 *
 * Switches to a location by hand, for every engine of this user and until the next such call. Whoever
 * looks after the outbox tries from there what waits.
 *
 * #SendpathEngine:location, where it is set, comes first. @error is %SENDPATH_ERROR_NOT_FOUND if there is
 * no such location, or a #GIOErrorEnum if the choice cannot be kept.
 *
 * Returns: %TRUE if it is done
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_use_location (SendpathEngine *self, const char *location, GError **error)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  if (location != NULL && sendpath_profile_store_get_location (self->profiles, location) == NULL)
    {
      g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                   _ ("%s: there is no location %s; “sendpath location list” shows them"),
                   sendpath_profile_store_get_path (self->profiles), location);
      return FALSE;
    }
  if (!chosen_location_write (self->state_dir, location, error))
    return FALSE;
  engine_tell_event (self, SCHEDULE_CONFIG);
  return TRUE;
}
