/* What a location can be recognised by: one connection, or all of this machine's together.
 *
 * Everything here can be copied by whoever runs a network: it selects, and permits nothing. */
#include "config.h"

#include "profiles/network-view.h"

#include <string.h>

static void
view_free (gpointer data)
{
  NetworkView *view = data;

  g_free (view->gateway);
  g_strfreev (view->connections);
  g_strfreev (view->ssids);
  g_strfreev (view->domains);
  g_strfreev (view->addresses);
  g_free (view);
}

/* ---- views ----------------------------------------------------------------------------------- */

static void
add_word (GPtrArray *words, const char *word)
{
  if (word != NULL && *word != '\0' &&
      !g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
    g_ptr_array_add (words, g_strdup (word));
}

static void
add_words (GPtrArray *words, const char *const *more)
{
  for (gsize i = 0; more != NULL && more[i] != NULL; i++)
    add_word (words, more[i]);
}

static char **
end_words (GPtrArray *words)
{
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (words, FALSE);
}

/* The hardware behind the default route is no VPN's: a tunnel leads out through another one. */
static const NetworkConnection *
find_gateway_owner (const NetworkManagerFacts *manager)
{
  for (guint i = 0; i < manager->connections->len; i++)
    {
      const NetworkConnection *connection = manager->connections->pdata[i];

      if (!connection->is_vpn && (connection->has_default || connection->is_primary))
        return connection;
    }
  return NULL;
}

static NetworkView *
view_new_of (const NetworkConnection *connection, const char *gateway)
{
  NetworkView *view = g_new0 (NetworkView, 1);
  GPtrArray *names = g_ptr_array_new ();
  GPtrArray *ssids = g_ptr_array_new ();

  add_word (names, connection->name);
  add_word (names, connection->uuid);
  add_word (ssids, connection->ssid);
  view->gateway = g_strdup (gateway);
  view->connections = end_words (names);
  view->ssids = end_words (ssids);
  view->domains = g_strdupv (connection->domains);
  view->addresses = g_strdupv (connection->addresses);
  return view;
}

static NetworkView *
view_new_of_all (const NetworkFacts *kernel, const char *const *resolved, GPtrArray *views)
{
  NetworkView *all = g_new0 (NetworkView, 1);
  GPtrArray *names = g_ptr_array_new ();
  GPtrArray *ssids = g_ptr_array_new ();
  GPtrArray *domains = g_ptr_array_new ();

  add_words (domains, (const char *const *) kernel->domains);
  add_words (domains, resolved);
  for (guint i = 0; i < views->len; i++)
    {
      const NetworkView *view = views->pdata[i];

      add_words (names, (const char *const *) view->connections);
      add_words (ssids, (const char *const *) view->ssids);
      add_words (domains, (const char *const *) view->domains);
    }
  all->gateway = g_strdup (kernel->gateway);
  all->connections = end_words (names);
  all->ssids = end_words (ssids);
  all->domains = end_words (domains);
  all->addresses = g_strdupv (kernel->addresses);
  return all;
}

GPtrArray *
network_views_new (const NetworkFacts *kernel, const char *const *resolved,
                   const NetworkManagerFacts *manager)
{
  GPtrArray *views = g_ptr_array_new_with_free_func (view_free);
  const NetworkConnection *owner = manager != NULL ? find_gateway_owner (manager) : NULL;

  for (guint i = 0; manager != NULL && i < manager->connections->len; i++)
    {
      const NetworkConnection *connection = manager->connections->pdata[i];

      g_ptr_array_add (views,
                       view_new_of (connection, connection == owner ? kernel->gateway : NULL));
    }
  g_ptr_array_add (views, view_new_of_all (kernel, resolved, views));
  return views;
}

/* ---- match keys ------------------------------------------------------------------------------ */

static gboolean
fits_connection (const NetworkView *view, const char *value)
{
  return g_strv_contains ((const char *const *) view->connections, value);
}

static gboolean
fits_ssid (const NetworkView *view, const char *value)
{
  return g_strv_contains ((const char *const *) view->ssids, value);
}

static gboolean
fits_gateway (const NetworkView *view, const char *value)
{
  return view->gateway != NULL && g_ascii_strcasecmp (view->gateway, value) == 0;
}

/* The search domain itself, or one inside it. */
static gboolean
fits_domain (const NetworkView *view, const char *value)
{
  for (gsize i = 0; view->domains[i] != NULL; i++)
    {
      gssize before = (gssize) strlen (view->domains[i]) - (gssize) strlen (value);

      if (before >= 0 && g_ascii_strcasecmp (view->domains[i] + before, value) == 0 &&
          (before == 0 || view->domains[i][before - 1] == '.'))
        return TRUE;
    }
  return FALSE;
}

static gboolean
fits_network (const NetworkView *view, const char *value)
{
  g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string (value, NULL);

  for (gsize i = 0; mask != NULL && view->addresses[i] != NULL; i++)
    {
      g_autofree char *bare = g_strndup (view->addresses[i], strcspn (view->addresses[i], "/"));
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (bare);

      if (address != NULL && g_inet_address_mask_matches (mask, address))
        return TRUE;
    }
  return FALSE;
}

static const char *const match_keys[] = {
  "connection", "ssid", "gateway", "domain", "network", NULL
};

static gboolean (*const fits[]) (const NetworkView *view, const char *value) = {
  fits_connection, fits_ssid, fits_gateway, fits_domain, fits_network,
};
G_STATIC_ASSERT (G_N_ELEMENTS (fits) == G_N_ELEMENTS (match_keys) - 1);

gboolean
network_view_fits (const NetworkView *view, const char *key, const char *value)
{
  for (gsize i = 0; match_keys[i] != NULL; i++)
    if (g_str_equal (match_keys[i], key))
      return fits[i](view, value);
  g_return_val_if_reached (FALSE);
}

const char *const *
network_view_keys (void)
{
  return match_keys;
}
