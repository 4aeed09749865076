/* The large mail providers, as providers.ini has them.
 *
 * The file is part of the library. Nothing here is learned, and nobody is asked. */
#include "config.h"

#include "profiles/providers.h"

#include <string.h>

#include "profiles/providers-resource.h"

#define PATH "/sendpath/providers.ini"

static const char *const login_names[] = {
  [PROVIDER_LOGIN_PASSWORD] = "password",
  [PROVIDER_LOGIN_APP_PASSWORD] = "app-password",
  [PROVIDER_LOGIN_CODE] = "code",
  [PROVIDER_LOGIN_OAUTH2] = "oauth2",
  [PROVIDER_LOGIN_OAUTH2_OR_PERMISSION] = "oauth2-or-permission",
  [PROVIDER_LOGIN_BRIDGE] = "bridge",
  [PROVIDER_LOGIN_NONE] = "no-mail-programs",
};
G_STATIC_ASSERT (G_N_ELEMENTS (login_names) == PROVIDER_LOGIN_NONE + 1);

static const char *const from_names[] = {
  [PROVIDER_FROM_UNKNOWN] = "unknown",
  [PROVIDER_FROM_ALLOWS] = "allows",
  [PROVIDER_FROM_REFUSES] = "refuses",
  [PROVIDER_FROM_REWRITES] = "rewrites",
};
G_STATIC_ASSERT (G_N_ELEMENTS (from_names) == PROVIDER_FROM_REWRITES + 1);

void
provider_free (Provider *provider)
{
  if (provider == NULL)
    return;
  g_free (provider->id);
  g_free (provider->name);
  g_strfreev (provider->domains);
  g_free (provider->smtp);
  g_free (provider->security);
  g_free (provider->pop);
  g_free (provider->page);
  g_free (provider);
}

/* ---- reading --------------------------------------------------------------------------------- */

static GKeyFile *
load_file (void)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_resource_lookup_data (providers_get_resource (), PATH,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

  if (bytes == NULL || !g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, &error))
    g_error ("providers.ini: %s", error->message); /* it was built into this library */
  return g_steal_pointer (&file);
}

/* A name that is not in @names is a slip in our own file. */
static guint
read_name (GKeyFile *file, const char *id, const char *key, const char *const *names, guint n)
{
  g_autofree char *value = g_key_file_get_string (file, id, key, NULL);

  for (guint i = 0; value != NULL && i < n; i++)
    if (g_str_equal (value, names[i]))
      return i;
  if (value != NULL)
    g_error ("providers.ini: %s: %s: %s", id, key, value);
  return 0;
}

static gboolean
read_is (GKeyFile *file, const char *id, const char *key, const char *wanted)
{
  g_autofree char *value = g_key_file_get_string (file, id, key, NULL);

  return g_strcmp0 (value, wanted) == 0;
}

static guint
read_number (GKeyFile *file, const char *id, const char *key)
{
  return (guint) MAX (0, g_key_file_get_integer (file, id, key, NULL));
}

static char **
read_list (GKeyFile *file, const char *id, const char *key)
{
  char **list = g_key_file_get_string_list (file, id, key, NULL, NULL);

  return list != NULL ? list : g_new0 (char *, 1);
}

static Provider *
read_provider (GKeyFile *file, const char *id)
{
  Provider *provider = g_new0 (Provider, 1);

  provider->id = g_strdup (id);
  provider->name = g_key_file_get_string (file, id, "name", NULL);
  provider->domains = read_list (file, id, "domains");
  provider->smtp = g_key_file_get_string (file, id, "smtp", NULL);
  provider->security = g_key_file_get_string (file, id, "security", NULL);
  provider->pop = g_key_file_get_string (file, id, "pop", NULL);
  provider->page = g_key_file_get_string (file, id, "page", NULL);
  provider->login = read_name (file, id, "login", login_names, G_N_ELEMENTS (login_names));
  provider->from = read_name (file, id, "from", from_names, G_N_ELEMENTS (from_names));
  provider->user_is_local_part = read_is (file, id, "user", "local-part");
  provider->needs_switch = read_is (file, id, "switch", "yes");
  provider->own_network_only = read_is (file, id, "own-network", "yes");
  provider->max_recipients = read_number (file, id, "max-recipients");
  provider->messages_a_minute = read_number (file, id, "messages-a-minute");
  provider->messages_a_day = read_number (file, id, "messages-a-day");
  provider->recipients_a_day = read_number (file, id, "recipients-a-day");
  return provider;
}

GPtrArray *
providers_load (void)
{
  g_autoptr(GKeyFile) file = load_file ();
  g_auto(GStrv) ids = g_key_file_get_groups (file, NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) provider_free);

  for (char **id = ids; *id != NULL; id++)
    g_ptr_array_add (all, read_provider (file, *id));
  return all;
}

/* ---- finding --------------------------------------------------------------------------------- */

static gboolean
is_same (const char *host, const char *domain)
{
  return g_ascii_strcasecmp (host, domain) == 0;
}

static gboolean
is_within (const char *host, const char *domain)
{
  gsize host_length = strlen (host), length = strlen (domain);

  if (host_length <= length)
    return is_same (host, domain);
  return host[host_length - length - 1] == '.' && is_same (host + host_length - length, domain);
}

/* `host`, `host:587` */
static gboolean
is_host_of_server (const char *host, const char *server)
{
  gsize length = strcspn (server, ":");

  return strlen (host) == length && g_ascii_strncasecmp (host, server, length) == 0;
}

static Provider *
find_in_list (const char *name, const char *key, gboolean (*matches) (const char *, const char *))
{
  g_autoptr(GKeyFile) file = load_file ();
  g_auto(GStrv) ids = g_key_file_get_groups (file, NULL);

  for (char **id = ids; *id != NULL; id++)
    {
      g_auto(GStrv) list = read_list (file, *id, key);

      for (char **entry = list; *entry != NULL; entry++)
        if (matches (name, *entry))
          return read_provider (file, *id);
    }
  return NULL;
}

Provider *
providers_find_by_domain (const char *domain)
{
  return find_in_list (domain, "domains", is_same);
}

Provider *
providers_find_by_mx (const char *host)
{
  return find_in_list (host, "mx", is_within);
}

Provider *
providers_find_by_server (const char *server)
{
  return find_in_list (server, "smtp", is_host_of_server);
}
