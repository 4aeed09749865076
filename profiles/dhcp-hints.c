/* Mail servers that DHCP named (option 69), where a DHCP client left them.
 *
 * Whoever runs the network wrote the addresses: nothing is looked at here but their form, nobody is
 * connected to, and a lease that gave none of our present addresses counts for nothing. */
#include "config.h"

#include "profiles/dhcp-hints.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "profiles/safe-file.h"

#define SIZE_MAX_BYTES (1024 * 1024) /* dhclient only adds to its file */
#define FILES_MAX      64

static const char *const dhclient_folders[] = { "/var/lib/dhcp", "/var/lib/dhclient", NULL };

const DhcpLeases dhcp_leases_of_this_machine = { "/run/systemd/netif/leases", dhclient_folders };

/* ---- addresses ------------------------------------------------------------------------------- */

static gboolean
is_ipv4 (const char *word)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (word);

  return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
}

void
dhcp_hints_add (GPtrArray *servers, const char *text)
{
  g_auto(GStrv) words = g_strsplit_set (text, " ,\t", -1);
  guint n_words = 0;

  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (!is_ipv4 (words[i]) || ++n_words > DHCP_HINTS_MAX)
        return;
    }
  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' &&
        !g_ptr_array_find_with_equal_func (servers, words[i], g_str_equal, NULL))
      g_ptr_array_add (servers, g_strdup (words[i]));
}

/* TRUE if @address is the one of an entry of @own. */
static gboolean
is_own (const char *address, const char *const *own)
{
  gsize length = address != NULL ? strlen (address) : 0;

  for (gsize i = 0; length > 0 && own[i] != NULL; i++)
    if (strncmp (own[i], address, length) == 0 && (own[i][length] == '/' || own[i][length] == '\0'))
      return TRUE;
  return FALSE;
}

/* ---- systemd-networkd ------------------------------------------------------------------------ */

/* Lines of `KEY=VALUE`; the file goes with the lease. */
static void
add_networkd_lease (GPtrArray *servers, const char *text, const char *const *own, gint64 now_s)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  const char *address = NULL, *smtp = NULL;

  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "ADDRESS="))
      address = lines[i] + strlen ("ADDRESS=");
    else if (g_str_has_prefix (lines[i], "SMTP="))
      smtp = lines[i] + strlen ("SMTP=");
  if (smtp != NULL && is_own (address, own))
    dhcp_hints_add (servers, smtp);
}

/* ---- dhclient -------------------------------------------------------------------------------- */

/* One `lease { … }`; borrows the text between its key and its semicolon. */
typedef struct {
  char *interface;
  char *address;
  char *smtp;
  char *expire;
} Lease;

/* The value of a line `KEY VALUE;`, cut out in place; NULL if it is not that key. */
static char *
cut_value (char *line, const char *key)
{
  char *value = line + strlen (key);
  char *end;

  if (!g_str_has_prefix (line, key))
    return NULL;
  end = strrchr (value, ';');
  if (end != NULL)
    *end = '\0';
  return g_strstrip (value);
}

/* `never`, `epoch SECONDS; # …` or `WEEKDAY YYYY/MM/DD HH:MM:SS`, in UTC. */
static gboolean
is_over (const char *expire, gint64 now_s)
{
  int year, month, day, hour, minute, second;
  g_autoptr(GDateTime) time = NULL;

  if (expire == NULL)
    return TRUE;
  if (g_str_has_prefix (expire, "epoch "))
    return g_ascii_strtoll (expire + strlen ("epoch "), NULL, 10) <= now_s;
  if (sscanf (expire, "%*d %d/%d/%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second) == 6)
    time = g_date_time_new_utc (year, month, day, hour, minute, second);
  return time != NULL ? g_date_time_to_unix (time) <= now_s : !g_str_equal (expire, "never");
}

static void
read_statement (Lease *lease, char *line)
{
  const struct {
    const char *key;
    char **value;
  } keys[] = {
    { "interface ", &lease->interface },
    { "fixed-address ", &lease->address },
    { "option smtp-server ", &lease->smtp },
    { "expire ", &lease->expire },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      char *value = cut_value (line, keys[i].key);

      if (value != NULL)
        *keys[i].value = value;
    }
}

/* The file is a log: of each interface the last lease counts, also if it names no server. */
static void
add_dhclient_leases (GPtrArray *servers, const char *text, const char *const *own, gint64 now_s)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr(GHashTable) last = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  Lease lease = { NULL, NULL, NULL, NULL };
  GHashTableIter iter;
  gpointer each;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);

      if (g_str_equal (line, "lease {"))
        lease = (Lease) { NULL, NULL, NULL, NULL };
      else if (g_str_equal (line, "}") && lease.interface != NULL)
        g_hash_table_replace (last, lease.interface, g_memdup2 (&lease, sizeof lease));
      else
        read_statement (&lease, line);
    }
  g_hash_table_iter_init (&iter, last);
  while (g_hash_table_iter_next (&iter, NULL, &each))
    {
      const Lease *present = each;

      if (present->smtp != NULL && is_own (present->address, own) &&
          !is_over (present->expire, now_s))
        dhcp_hints_add (servers, present->smtp);
    }
}

/* ---- folders --------------------------------------------------------------------------------- */

typedef void (*AddLeases) (GPtrArray *servers, const char *text, const char *const *own,
                           gint64 now_s);

static void
read_folder (GPtrArray *servers, const char *path, AddLeases add_leases, const char *const *own,
             gint64 now_s)
{
  g_autoptr(GDir) files = g_dir_open (path, 0, NULL);
  int dir = files != NULL ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  const char *name;

  if (dir < 0)
    return;
  for (guint i = 0; i < FILES_MAX && (name = g_dir_read_name (files)) != NULL; i++)
    {
      g_autoptr(GBytes) bytes = safe_file_read (dir, name, SIZE_MAX_BYTES, NULL, NULL);
      gsize size = 0;
      const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
      g_autofree char *text = g_strndup (data != NULL ? data : "", size);

      add_leases (servers, text, own, now_s);
    }
  close (dir);
}

char **
dhcp_hints_read (const DhcpLeases *leases, const char *const *own, gint64 now_s)
{
  GPtrArray *servers = g_ptr_array_new ();

  read_folder (servers, leases->networkd, add_networkd_lease, own, now_s);
  for (gsize i = 0; leases->dhclient[i] != NULL; i++)
    read_folder (servers, leases->dhclient[i], add_dhclient_leases, own, now_s);
  g_ptr_array_add (servers, NULL);
  return (char **) g_ptr_array_free (servers, FALSE);
}
