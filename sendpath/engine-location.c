/* Where we are, for the engine: the location chosen by hand, else the one that the network is. It
 * never looks at a message. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "profiles/chosen-location.h"
#include "profiles/profile-store-private.h"
#include "sendpath/engine-private.h"

char *
engine_dup_kept_location (SendpathEngine *self, SendpathProfileStore *profiles)
{
  g_autofree char *stored = chosen_location_read (self->state_dir);

  /* whoever removed the location meant to be done with it */
  return stored != NULL && sendpath_profile_store_get_location (profiles, stored) != NULL
             ? g_steal_pointer (&stored)
             : NULL;
}

char *
engine_dup_chosen_location (SendpathEngine *self, SendpathProfileStore *profiles)
{
  char *given = engine_dup_given_location (self);

  return given != NULL ? given : engine_dup_kept_location (self, profiles);
}

SendpathLocation *
engine_find_location (SendpathEngine *self, SendpathProfileStore *profiles,
                      SendpathNetwork *network)
{
  g_autofree char *chosen = engine_dup_chosen_location (self, profiles);

  return chosen != NULL ? sendpath_profile_store_get_location (profiles, chosen)
                        : sendpath_profile_store_match_location (profiles, network, NULL);
}

/**
 * sendpath_engine_get_current_location:
 * @self: a #SendpathEngine
 *
 * Must be called in the thread that the profiles belong to.
 *
 * Returns: (transfer none) (nullable): the location that counts now: the one chosen by hand, or the
 *   one that the network matches; the profiles keep it alive
 *
 * Since: 1.0
 */
SendpathLocation *
sendpath_engine_get_current_location (SendpathEngine *self)
{
  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  return engine_find_location (self, self->profiles, sendpath_engine_get_network (self));
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
  g_autoptr (SendpathProfileStore) profiles = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  profiles = engine_dup_profiles (self);
  return engine_dup_chosen_location (self, profiles);
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
  g_autoptr (SendpathProfileStore) profiles = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);

  profiles = engine_dup_profiles (self);
  if (location != NULL && sendpath_profile_store_get_location (profiles, location) == NULL)
    {
      g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                   _ ("%s: there is no location %s; “sendpath location list” shows them"),
                   profile_store_get_name (profiles), location);
      return FALSE;
    }
  if (!chosen_location_write (self->state_dir, location, error))
    return FALSE;
  engine_tell_event (self, SCHEDULE_CONFIG);
  return TRUE;
}
