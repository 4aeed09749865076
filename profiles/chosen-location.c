/* The location that was switched to by hand: one line in the state directory.
 *
 * It selects, and permits nothing: what cannot be read was not chosen. */
#include "config.h"

#include "profiles/chosen-location.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "profiles/safe-file.h"

#define FILE_NAME      "location"
#define SIZE_MAX_BYTES 4096

char *
chosen_location_read (const char *state_dir)
{
  int dir = safe_file_open_private_dir (state_dir, FALSE, NULL);
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  gsize size;
  const char *data;

  if (dir < 0)
    return NULL;
  bytes = safe_file_read (dir, FILE_NAME, SIZE_MAX_BYTES, NULL, NULL);
  close (dir);
  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  text = g_strndup (data != NULL ? data : "", size);
  g_strchomp (text);
  return *text != '\0' && g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&text) : NULL;
}

static gboolean
remove_choice (int dir, GError **error)
{
  if (unlinkat (dir, FILE_NAME, 0) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return FALSE;
}

static gboolean
write_choice (int dir, const char *id, GError **error)
{
  char *line = g_strconcat (id, "\n", NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_take (line, strlen (line));

  return safe_file_replace (dir, FILE_NAME, bytes, 0600, SAFE_FILE_PLAIN, error);
}

gboolean
chosen_location_write (const char *state_dir, const char *id, GError **error)
{
  int dir = safe_file_open_private_dir (state_dir, TRUE, error);
  gboolean is_written = FALSE;

  if (dir >= 0)
    {
      is_written = id != NULL ? write_choice (dir, id, error) : remove_choice (dir, error);
      close (dir);
    }
  if (!is_written)
    g_prefix_error (error, "%s: ", state_dir);
  return is_written;
}
