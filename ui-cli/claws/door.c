/* door: the name of the socket between Claws Mail's process and the program that it hands its messages to. It
 * opens nothing. */
#include "config.h"

#include "door.h"

/* The program's parent is Claws Mail: they find each other by its process id. */
char *
door_dup_path (int claws_pid)
{
  g_autofree char *name = g_strdup_printf ("sendpath-claws-%d", claws_pid);

  return g_build_filename (g_get_user_runtime_dir (), name, NULL);
}
