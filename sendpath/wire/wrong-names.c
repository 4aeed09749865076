/* One question to the name servers: a name that must not exist. It connects to nobody. */
#include "config.h"

#include "sendpath/wire/wrong-names.h"

#include "profiles/time-limit.h"
#include "sendpath/wire/lookup.h"

/* RFC 6761 6.4: it never exists. The dot at the end keeps search domains away. */
#define NOBODY     "sendpath.invalid."
#define TIMEOUT_MS 500

static void
add_addresses (const Lookup *lookup, GSocketFamily family, GStrvBuilder *texts)
{
  GPtrArray *addresses = lookup_get_addresses (lookup, family);

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *text = g_inet_address_to_string (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (addresses->pdata[i])));

      g_strv_builder_add (texts, text);
    }
}

GStrv
wrong_names_find (GResolver *resolver, GCancellable *cancellable)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GStrvBuilder) texts = g_strv_builder_new ();
  Lookup *lookup = lookup_new (NOBODY, G_SOCKET_FAMILY_INVALID, resolver);
  TimeLimit limit;

  g_main_context_push_thread_default (context);
  time_limit_start (&limit, context, TIMEOUT_MS, cancellable);
  lookup_start (lookup);
  while (lookup_is_pending (lookup))
    {
      if (limit.is_over)
        lookup_cancel (lookup);
      g_main_context_iteration (context, TRUE);
    }
  time_limit_clear (&limit);
  g_main_context_pop_thread_default (context);
  add_addresses (lookup, G_SOCKET_FAMILY_IPV4, texts);
  add_addresses (lookup, G_SOCKET_FAMILY_IPV6, texts);
  lookup_free (lookup);
  return g_strv_builder_end (texts);
}
