/* Where the service takes in the mail of others. Each message is put into the outbox, where the service
 * finds it; who brought it stands in the log, and in nothing that leaves this machine. */
#include "config.h"

#include "service-door.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <unistd.h>

#include "service-log.h"
#include "service-manager.h"

struct _ServiceDoor {
  int fd;
  GCancellable *cancellable;
  GThread *thread; /* NULL: not opened yet */
};

ServiceDoor *
service_door_new (GError **error)
{
  guint n = service_manager_take_sockets ();
  ServiceDoor *door;

  if (n == 0)
    return NULL;
  if (n > 1)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("the service takes in messages at one socket, and was given others"));
      return NULL;
    }
  door = g_new0 (ServiceDoor, 1);
  door->fd = SERVICE_MANAGER_FIRST;
  door->cancellable = g_cancellable_new ();
  return door;
}

/* The configuration of now: a thread shares none with others. One that is there but cannot be used gives
 * @ret_hold_reason and an empty store. */
static SendpathEngine *
open_engine (char **ret_hold_reason, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (GError) local_error = NULL;

  if (!sendpath_profile_store_load (profiles, &local_error))
    {
      if (g_error_matches (local_error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      *ret_hold_reason = g_strdup (local_error->message);
    }
  return sendpath_engine_new (profiles);
}

/* P-1: it is on disk when this says TRUE. */
static gboolean
take (SendpathMessage *message, guint uid, gpointer data, GError **error)
{
  g_autofree char *hold_reason = NULL;
  g_autoptr (SendpathEngine) engine = open_engine (&hold_reason, error);
  g_autofree char *id = NULL;

  if (engine == NULL)
    return FALSE;
  id = sendpath_engine_submit (engine, message, NULL, hold_reason, error);
  if (id == NULL)
    return FALSE;
  service_log_taken (service_log_write, id, uid);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  ServiceDoor *door = data;
  g_autoptr (GError) error = NULL;

  if (!sendpath_listen (door->fd, take, NULL, door->cancellable, &error))
    g_fprintf (stderr, "sendpath: %s\n", error->message);
  return NULL;
}

void
service_door_open (ServiceDoor *door)
{
  door->thread = g_thread_new ("door", run, door);
}

void
service_door_free (ServiceDoor *door)
{
  g_cancellable_cancel (door->cancellable);
  if (door->thread != NULL)
    g_thread_join (door->thread);
  close (door->fd);
  g_object_unref (door->cancellable);
  g_free (door);
}
