/* TLS-seen marks: a server name that once worked with TLS is never used in plain again.
 *
 * When in doubt, a name was seen: marks that cannot be read protect every server, and are never
 * thrown away. */
#include "config.h"

#include "profiles/trust.h"

#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "profiles/safe-file.h"

#define FILE_NAME "tls-seen"
#define FIRST_LINE "sendpath-tls-seen 1"
#define LAST_WORD                                                                                  \
  "end" /* and the number of names: a file that was cut is not mistaken for a whole one */
#define SIZE_MAX_BYTES (1024 * 1024)

struct _Trust
{
  char *dir;
};

Trust *
trust_new (const char *state_dir)
{
  Trust *trust = g_new0 (Trust, 1);

  trust->dir = g_strdup (state_dir);
  return trust;
}

void
trust_free (Trust *trust)
{
  g_free (trust->dir);
  g_free (trust);
}

/* One spelling of each name: lower case, ASCII, no dot at the end. */
static char *
dup_name (const char *host)
{
  g_autofree char *ascii = g_hostname_to_ascii (host);
  char *name = g_ascii_strdown (ascii != NULL ? ascii : host, -1);

  if (g_str_has_suffix (name, "."))
    name[strlen (name) - 1] = '\0';
  return name;
}

static GHashTable *
new_names (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* NULL and G_IO_ERROR_INVALID_DATA unless every byte is as format() wrote it. */
static GHashTable *
parse (GBytes *bytes, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data != NULL ? data : "", size);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint n_lines = g_strv_length (lines);
  g_autofree char *last = g_strdup_printf (LAST_WORD " %u", n_lines >= 3 ? n_lines - 3 : 0);
  g_autoptr(GHashTable) names = new_names ();

  if (strlen (text) != size || n_lines < 3 || !g_str_equal (lines[0], FIRST_LINE) ||
      !g_str_equal (lines[n_lines - 2], last) || *lines[n_lines - 1] != '\0')
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
          _("%s: damaged; every server counts as seen with TLS until it is repaired or removed"),
          FILE_NAME);
      return NULL;
    }
  for (guint i = 1; i < n_lines - 2; i++)
    g_hash_table_add (names, g_strdup (lines[i]));
  return g_steal_pointer (&names);
}

static GBytes *
format (GHashTable *names)
{
  g_autoptr(GList) sorted = g_list_sort (g_hash_table_get_keys (names), (GCompareFunc) strcmp);
  GString *text = g_string_new (FIRST_LINE "\n");

  for (GList *name = sorted; name != NULL; name = name->next)
    g_string_append_printf (text, "%s\n", (const char *) name->data);
  g_string_append_printf (text, LAST_WORD " %u\n", g_hash_table_size (names));
  return g_string_free_to_bytes (text);
}

/* No file is no marks; a file that cannot be read is an error. */
static GHashTable *
read_names (int dir, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GBytes) bytes = safe_file_read (dir, FILE_NAME, SIZE_MAX_BYTES, NULL, &local);

  if (bytes != NULL)
    return parse (bytes, error);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return new_names ();
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* TRUE if @name has its mark; FALSE and @error if that cannot be known. */
static gboolean
read_mark (Trust *trust, const char *name, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GHashTable) names = NULL;
  int dir = safe_file_open_private_dir (trust->dir, FALSE, &local);

  if (dir < 0 && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return FALSE;
  if (dir < 0)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  names = read_names (dir, error);
  close (dir);
  return names != NULL && g_hash_table_contains (names, name);
}

gboolean
trust_has_seen_tls (Trust *trust, const char *host)
{
  g_autofree char *name = dup_name (host);
  g_autoptr(GError) error = NULL;

  return read_mark (trust, name, &error) || error != NULL;
}

/* With the lock held: nobody's mark gets lost between reading and writing. */
static gboolean
change_locked (int dir, const char *name, gboolean is_seen, GError **error)
{
  g_autoptr(GHashTable) names = read_names (dir, error);
  g_autoptr(GBytes) bytes = NULL;

  if (names == NULL)
    return FALSE;
  if (g_hash_table_contains (names, name) == is_seen)
    return TRUE;
  if (is_seen)
    g_hash_table_add (names, g_strdup (name));
  else
    g_hash_table_remove (names, name);
  bytes = format (names);
  return safe_file_replace (dir, FILE_NAME, bytes, 0600, SAFE_FILE_DURABLE, error);
}

static gboolean
change (Trust *trust, const char *name, gboolean is_seen, GError **error)
{
  gboolean is_changed = FALSE;
  int dir = safe_file_open_private_dir (trust->dir, is_seen, error);
  int lock = dir >= 0 ? safe_file_lock_beside (dir, FILE_NAME, error) : -1;

  if (lock >= 0)
    {
      is_changed = change_locked (dir, name, is_seen, error);
      close (lock);
    }
  if (dir >= 0)
    close (dir);
  return is_changed;
}

static gboolean
is_one_line (const char *name)
{
  return *name != '\0' && strchr (name, '\n') == NULL;
}

gboolean
trust_note_tls (Trust *trust, const char *host, GError **error)
{
  g_autofree char *name = dup_name (host);

  g_return_val_if_fail (is_one_line (name), FALSE);

  if (read_mark (trust, name, NULL) || change (trust, name, TRUE, error))
    return TRUE;
  g_prefix_error (error, "%s: ", trust->dir);
  return FALSE;
}

void
trust_forget (Trust *trust, const char *host)
{
  g_autofree char *name = dup_name (host);

  change (trust, name, FALSE, NULL);
}
