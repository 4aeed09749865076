/* Which programs may hand in mail at the listener. A file that cannot be read lets nobody in, and no token
 * is ever in it. */
#include "config.h"

#include "profiles/serve-clients.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "profiles/safe-file.h"

#define FILE_NAME      "clients"
#define SIZE_MAX_BYTES (256 * 1024)
#define NAME_MAX_BYTES 64
#define ACCOUNTS       "accounts"

static void
client_free (gpointer data)
{
  ServeClient *client = data;

  g_free (client->name);
  g_strfreev (client->accounts);
  g_free (client);
}

gboolean
serve_client_is_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= NAME_MAX_BYTES && g_ascii_isalnum (*name) &&
         strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
             length;
}

/* ---- the file -------------------------------------------------------------------------------- */

/* What @dir has; an absent file is empty. */
static GKeyFile *
read_file (int dir, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) bytes = safe_file_read (dir, FILE_NAME, SIZE_MAX_BYTES, NULL, &local_error);

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
      (bytes != NULL && g_bytes_get_size (bytes) == 0))
    return g_steal_pointer (&file);
  if (bytes != NULL &&
      g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_KEEP_COMMENTS, &local_error))
    return g_steal_pointer (&file);
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error), FILE_NAME ": ");
  return NULL;
}

GPtrArray *
serve_clients_read (const char *state_dir, GError **error)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func (client_free);
  g_autoptr (GError) local_error = NULL;
  int dir = safe_file_open_private_dir (state_dir, FALSE, &local_error);
  g_autoptr (GKeyFile) file = dir >= 0 ? read_file (dir, &local_error) : NULL;
  g_auto (GStrv) names = file != NULL ? g_key_file_get_groups (file, NULL) : NULL;

  if (dir >= 0)
    close (dir);
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_steal_pointer (&clients);
  if (file == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", state_dir);
      return NULL;
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      ServeClient *client = g_new0 (ServeClient, 1);

      client->name = g_strdup (names[i]);
      client->accounts = g_key_file_get_string_list (file, names[i], ACCOUNTS, NULL, NULL);
      g_ptr_array_add (clients, client);
    }
  return g_steal_pointer (&clients);
}

const ServeClient *
serve_clients_find (GPtrArray *clients, const char *name)
{
  for (guint i = 0; i < clients->len; i++)
    if (g_str_equal (((const ServeClient *) clients->pdata[i])->name, name))
      return clients->pdata[i];
  return NULL;
}

/* A list that cannot be read holds nothing. */
gboolean
serve_client_has_account (const ServeClient *client, const char *account)
{
  if (client->accounts == NULL)
    return FALSE;
  return client->accounts[0] == NULL ||
         g_strv_contains ((const char *const *) client->accounts, account);
}

/* ---- changes --------------------------------------------------------------------------------- */

typedef gboolean (*Change) (GKeyFile *file, const char *name, const char *const *accounts,
                            GError **error);

static gboolean
put (GKeyFile *file, const char *name, const char *const *accounts, GError **error)
{
  if (g_key_file_has_group (file, name))
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_EXISTS,
          _ ("there is a client %s already; forget that one first, or choose another name"), name);
      return FALSE;
    }
  g_key_file_set_string_list (file, name, ACCOUNTS, accounts, g_strv_length ((char **) accounts));
  return TRUE;
}

static gboolean
drop (GKeyFile *file, const char *name, const char *const *accounts, GError **error)
{
  if (g_key_file_remove_group (file, name, NULL))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("there is no client %s"), name);
  return FALSE;
}

static gboolean
write_file (int dir, GKeyFile *file, GError **error)
{
  gsize length;
  char *text = g_key_file_to_data (file, &length, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, length);

  return safe_file_replace (dir, FILE_NAME, bytes, 0600, SAFE_FILE_DURABLE, error);
}

static gboolean
change (const char *state_dir, Change how, const char *name, const char *const *accounts,
        GError **error)
{
  int dir = safe_file_open_private_dir (state_dir, TRUE, error);
  int lock = dir >= 0 ? safe_file_lock_beside (dir, FILE_NAME, error) : -1;
  g_autoptr (GKeyFile) file = lock >= 0 ? read_file (dir, error) : NULL;
  gboolean is_changed =
      file != NULL && how (file, name, accounts, error) && write_file (dir, file, error);

  if (lock >= 0)
    close (lock);
  if (dir >= 0)
    close (dir);
  return is_changed;
}

gboolean
serve_clients_add (const char *state_dir, const char *name, const char *const *accounts,
                   GError **error)
{
  return change (state_dir, put, name, accounts, error);
}

gboolean
serve_clients_remove (const char *state_dir, const char *name, GError **error)
{
  return change (state_dir, drop, name, NULL, error);
}
