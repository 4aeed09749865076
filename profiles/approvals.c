/* What a person decided about the relays of a network.
 *
 * When in doubt, nothing was decided: a file that is not whole approves nobody. */
#include "config.h"

#include "profiles/approvals.h"

#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "profiles/profile-address.h"
#include "profiles/profile-keys.h"
#include "profiles/safe-file.h"

#define FILE_NAME      "approved-relays"
#define FIRST_LINE     "sendpath-approved-relays 2"
#define FIRST_LINE_1   "sendpath-approved-relays 1" /* approvals by name only */
#define LAST_LINE      "end" /* a file that was cut is not mistaken for a whole one */
#define APPROVED       "approved"
#define REFUSED        "refused"
#define SIZE_MAX_BYTES (256 * 1024)

static void
decision_free (gpointer data)
{
  RelayDecision *decision = data;

  g_free (decision->host);
  g_free (decision->key);
  g_free (decision);
}

/* The lines between the first and the last, in the present form; none if the file is not whole. */
static GPtrArray *
read_lines (int dir)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GBytes) bytes = safe_file_read (dir, FILE_NAME, SIZE_MAX_BYTES, NULL, NULL);
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree char *text = g_strndup (data != NULL ? data : "", size);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);
  gboolean is_old = n > 0 && g_str_equal (lines[0], FIRST_LINE_1);

  if (strlen (text) != size || n < 3 || (!is_old && !g_str_equal (lines[0], FIRST_LINE)) ||
      !g_str_equal (lines[n - 2], LAST_LINE) || *lines[n - 1] != '\0')
    return kept;
  for (guint i = 1; i < n - 2; i++)
    g_ptr_array_add (kept, g_strconcat (lines[i], is_old ? " " APPROVED : NULL, NULL));
  return kept;
}

static gboolean
is_key (const char *word)
{
  const SendpathProfileKey *form = sendpath_profile_key_find (SENDPATH_SECTION_LOCATION, "tls-pin");

  return sendpath_profile_key_check (form, word, NULL);
}

/* `NETWORK HOST PORT approved [KEY]` or `NETWORK HOST PORT refused`; NULL if it is neither, or of
 * another network. */
static RelayDecision *
parse_line (const char *line, const char *network_id)
{
  g_auto(GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);
  gboolean is_refused = n == 4 && g_str_equal (words[3], REFUSED);
  guint64 port = 0;
  RelayDecision *decision;

  if (n < 4 || n > 5 || !g_str_equal (words[0], network_id) || !profile_host_is_valid (words[1]) ||
      !g_ascii_string_to_unsigned (words[2], 10, 1, G_MAXUINT16, &port, NULL) ||
      (!is_refused && !g_str_equal (words[3], APPROVED)) || (n == 5 && !is_key (words[4])))
    return NULL;
  decision = g_new0 (RelayDecision, 1);
  decision->host = g_strdup (words[1]);
  decision->port = (guint16) port;
  decision->key = g_strdup (n == 5 ? words[4] : NULL);
  decision->is_refused = is_refused;
  return decision;
}

GPtrArray *
approvals_read (const char *state_dir, const char *network_id)
{
  GPtrArray *decisions = g_ptr_array_new_with_free_func (decision_free);
  int dir = safe_file_open_private_dir (state_dir, FALSE, NULL);
  g_autoptr(GPtrArray) lines = NULL;

  if (dir < 0)
    return decisions;
  lines = read_lines (dir);
  close (dir);
  for (guint i = 0; i < lines->len; i++)
    {
      RelayDecision *decision = parse_line (lines->pdata[i], network_id);

      if (decision != NULL)
        g_ptr_array_add (decisions, decision);
    }
  return decisions;
}

const RelayDecision *
approvals_find (GPtrArray *decisions, const char *host)
{
  for (guint i = 0; decisions != NULL && i < decisions->len; i++)
    {
      const RelayDecision *decision = decisions->pdata[i];

      if (g_ascii_strcasecmp (decision->host, host) == 0)
        return decision;
    }
  return NULL;
}

static void
remove_lines (GPtrArray *lines, const char *prefix)
{
  for (guint i = lines->len; i-- > 0;)
    if (g_str_has_prefix (lines->pdata[i], prefix))
      g_ptr_array_remove_index (lines, i);
}

static gboolean
write_lines (int dir, GPtrArray *lines, GError **error)
{
  GString *text = g_string_new (FIRST_LINE "\n");
  g_autoptr(GBytes) bytes = NULL;

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) lines->pdata[i]);
  g_string_append (text, LAST_LINE "\n");
  bytes = g_string_free_to_bytes (text);
  return safe_file_replace (dir, FILE_NAME, bytes, 0600, SAFE_FILE_DURABLE, error);
}

/* With the lock held: takes out the lines that begin with @prefix, and adds @added (NULL: none). */
static gboolean
change (const char *state_dir, const char *prefix, const char *added, GError **error)
{
  int dir = safe_file_open_private_dir (state_dir, TRUE, error);
  int lock = dir >= 0 ? safe_file_lock_beside (dir, FILE_NAME, error) : -1;
  gboolean is_changed = FALSE;

  if (lock >= 0)
    {
      g_autoptr(GPtrArray) lines = read_lines (dir);

      remove_lines (lines, prefix);
      if (added != NULL)
        g_ptr_array_add (lines, g_strdup (added));
      is_changed = write_lines (dir, lines, error);
      close (lock);
    }
  if (dir >= 0)
    close (dir);
  if (!is_changed)
    g_prefix_error (error, "%s: ", state_dir);
  return is_changed;
}

gboolean
approvals_add (const char *state_dir, const char *network_id, const RelayDecision *decision,
               GError **error)
{
  g_autofree char *host = g_ascii_strdown (decision->host, -1);
  g_autofree char *relay = g_strdup_printf ("%s %s ", network_id, host);
  const char *key = decision->is_refused ? NULL : decision->key;
  g_autofree char *line = g_strdup_printf ("%s%u %s%s%s", relay, decision->port,
                                           decision->is_refused ? REFUSED : APPROVED,
                                           key != NULL ? " " : "", key != NULL ? key : "");

  g_return_val_if_fail (profile_host_is_valid (host) && strchr (network_id, ' ') == NULL, FALSE);
  g_return_val_if_fail (key == NULL || is_key (key), FALSE);

  return change (state_dir, relay, line, error);
}

gboolean
approvals_forget (const char *state_dir, const char *network_id, GError **error)
{
  g_autofree char *prefix = g_strconcat (network_id, " ", NULL);

  return change (state_dir, prefix, NULL, error);
}
