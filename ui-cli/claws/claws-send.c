/* claws-send: the mail command of those accounts of Claws Mail that send through sendpath. It puts the message
 * into the outbox and says so to the plugin, which sends it; without the plugin a process of its own does. Exit 0
 * means that the message is safe; else Claws Mail keeps it. It never asks and never waits for a server. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <locale.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "door.h"
#include "dots.h"
#include "sendpath/sendpath.h"

/* FALSE: nobody is there. */
static gboolean
tell_plugin (const char *words)
{
  g_autofree char *path = door_dup_path (getppid ());
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;
  gboolean is_told;

  if (strlen (path) >= sizeof (address.sun_path))
    return FALSE;
  strcpy (address.sun_path, path);
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  is_told = fd >= 0 && sendto (fd, words, MIN (strlen (words), DOOR_MAX_BYTES), MSG_NOSIGNAL,
                               (struct sockaddr *) &address, sizeof (address)) > 0;
  if (fd >= 0)
    close (fd);
  return is_told;
}

static GBytes *
read_text (GError **error)
{
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  char *text = NULL;
  gsize size;

  g_io_channel_set_encoding (input, NULL, NULL);
  if (g_io_channel_read_to_end (input, &text, &size, error) != G_IO_STATUS_NORMAL)
    return NULL;
  return g_bytes_new_take (text, size);
}

static SendpathMessage *
read_message (const char *sender, GError **error)
{
  g_autoptr (GBytes) given = read_text (error);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (SendpathMessage) message = NULL;

  if (given == NULL)
    return NULL;
  text = dots_restore_from_process (given, getppid ());
  message = sendpath_message_new_from_bytes (text, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, error);
  if (message == NULL || !sendpath_message_set_sender (message, sender, error))
    return NULL;
  return g_steal_pointer (&message);
}

/* Claws Mail says that a message is complete by closing the pipe, which is closed as well when Claws Mail dies in
 * the middle of one. Then it still has that message itself. */
static gboolean
is_abandoned (int claws_pid)
{
  return getppid () != claws_pid;
}

/* The plugin can ask, so nobody else is to be faster. */
static gboolean
keep (SendpathEngine *engine, SendpathMessage *message, GError **error)
{
  g_autofree char *id = sendpath_engine_submit_for_later (engine, message, NULL, error);
  g_autoptr (SendpathReport) report = NULL;

  if (id == NULL)
    return FALSE;
  if (tell_plugin (id))
    sendpath_engine_stand_by (engine, NULL);
  else
    report = sendpath_engine_hand_over (engine, id, 0, NULL);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (SendpathMessage) message = NULL;
  int claws_pid = getppid ();

  setlocale (LC_ALL, "");
  textdomain (GETTEXT_PACKAGE);
  if (argc != 2)
    return EX_USAGE;
  message = read_message (argv[1], &error);
  if (message != NULL && sendpath_profile_store_load (profiles, &error))
    {
      engine = sendpath_engine_new (profiles);
      if (is_abandoned (claws_pid))
        return EX_TEMPFAIL;
      if (keep (engine, message, &error))
        return EX_OK;
    }
  g_fprintf (stderr, "sendpath: %s\n", error->message);
  tell_plugin (error->message);
  return EX_TEMPFAIL;
}
