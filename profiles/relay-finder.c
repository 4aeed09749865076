/* What relays does this network offer? Whoever runs the network wrote every answer.
 *
 * It only proposes: it connects to nobody, approves nothing, and hands out no address that would
 * lead back to this machine. */
#include "config.h"

#include "profiles/relay-finder.h"

#include <string.h>

#include "profiles/nat64.h"
#include "profiles/profile-address.h"
#include "profiles/time-limit.h"

#define RECORDS_MAX 64 /* an answer with more is none */
#define NAMES_MAX   8  /* whose addresses are asked for */
#define DOMAINS_MAX 4

/* RFC 6186, RFC 8314: the better one first. */
static const char *const services[] = { "_submissions._tcp", "_submission._tcp" };

static const struct {
  const char *label;
  guint16 port;
} usual_names[] = { { "mail", 587 }, { "smtp", 587 }, { "mailhost", 25 }, { "relay", 25 } };

static const char *const source_names[] = { [RELAY_SOURCE_SRV] = "srv",
                                            [RELAY_SOURCE_DHCP] = "dhcp",
                                            [RELAY_SOURCE_NAME] = "name" };
G_STATIC_ASSERT (G_N_ELEMENTS (source_names) == RELAY_SOURCE_COUNT);

const char *
relay_source_to_string (RelaySource source)
{
  return source_names[source];
}

/* ---- addresses ------------------------------------------------------------------------------- */

static gboolean
has_prefix (const guint8 *bytes, const char *prefix, gsize length)
{
  return memcmp (bytes, prefix, length) == 0;
}

/* Bytes of the IPv4 addresses that an IPv6 address stands for: mapped, compatible, and NAT64 by RFC
 * 6052 and RFC 8215. 0: none. */
static guint
unwrap (const guint8 *v6, guint8 ret_v4[][4])
{
  if (has_prefix (v6, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) ||
      has_prefix (v6, "\0\0\0\0\0\0\0\0\0\0\0\0", 12) ||
      has_prefix (v6, "\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12))
    {
      memcpy (ret_v4[0], v6 + 12, 4);
      return 1;
    }
  if (!has_prefix (v6, "\0\x64\xff\x9b\0\x01", 6))
    return 0;
  /* of this prefix every network may use a part of any length */
  memcpy (ret_v4[0], v6 + 12, 4);
  memcpy (ret_v4[1], v6 + 6, 2);
  memcpy (ret_v4[1] + 2, v6 + 9, 2);
  memcpy (ret_v4[2], v6 + 7, 1);
  memcpy (ret_v4[2] + 1, v6 + 9, 3);
  memcpy (ret_v4[3], v6 + 9, 4);
  return 4;
}

/* TRUE if @address is the one of @cidr, or the broadcast address of its network. */
static gboolean
is_own_or_broadcast (GInetAddress *address, const char *cidr)
{
  g_auto(GStrv) parts = g_strsplit (cidr, "/", 2);
  g_autoptr(GInetAddress) own =
                 parts[0] != NULL ? g_inet_address_new_from_string (parts[0]) : NULL;
  guint bits = parts[0] != NULL && parts[1] != NULL
                   ? (guint) g_ascii_strtoull (parts[1], NULL, 10)
                   : 32;
  guint32 host_part = bits < 31 ? G_MAXUINT32 >> bits : 0;
  guint32 ours, theirs;

  if (own == NULL || g_inet_address_get_family (own) != g_inet_address_get_family (address))
    return FALSE;
  if (g_inet_address_equal (own, address) ||
      g_inet_address_get_family (own) != G_SOCKET_FAMILY_IPV4)
    return g_inet_address_equal (own, address);
  memcpy (&ours, g_inet_address_to_bytes (own), 4);
  memcpy (&theirs, g_inet_address_to_bytes (address), 4);
  return host_part != 0 && GUINT32_FROM_BE (theirs) == (GUINT32_FROM_BE (ours) | host_part);
}

static gboolean
is_plain_host (GInetAddress *address, const char *const *own)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_any (address) ||
      g_inet_address_get_is_link_local (address) || g_inet_address_get_is_multicast (address))
    return FALSE;
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4 &&
      (bytes[0] == 0 || bytes[0] >= 240)) /* this network; reserved, broadcast */
    return FALSE;
  for (gsize i = 0; own != NULL && own[i] != NULL; i++)
    if (is_own_or_broadcast (address, own[i]))
      return FALSE;
  return TRUE;
}

gboolean
relay_finder_may_be (GInetAddress *address, const char *const *own)
{
  guint8 inside[4][4];
  guint n_inside = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
                       ? unwrap (g_inet_address_to_bytes (address), inside)
                       : 0;

  for (guint i = 0; i < n_inside; i++)
    {
      g_autoptr(GInetAddress) v4 =
                     g_inet_address_new_from_bytes (inside[i], G_SOCKET_FAMILY_IPV4);

      /* where nobody says which part is meant, zeroes are just padding */
      if (!is_plain_host (v4, own) && (n_inside == 1 || inside[i][0] != 0))
        return FALSE;
    }
  return is_plain_host (address, own);
}

/* ---- offers ---------------------------------------------------------------------------------- */

void
relay_offer_free (RelayOffer *offer)
{
  g_free (offer->host);
  g_free (offer);
}

/* ASCII, lower case, without the dot at the end; NULL for what is no name. */
static char *
dup_name (const char *host)
{
  g_autofree char *ascii = g_utf8_validate (host, -1, NULL) ? g_hostname_to_ascii (host) : NULL;
  g_autofree char *name = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  const char *dot;

  if (name != NULL && g_str_has_suffix (name, "."))
    name[strlen (name) - 1] = '\0';
  if (name == NULL || !profile_host_is_valid (name) || g_hostname_is_ip_address (name))
    return NULL;
  dot = strrchr (name, '.');
  /* `0x7f.1` is an address to some resolvers */
  return dot != NULL && !g_ascii_isdigit (dot[1]) ? g_steal_pointer (&name) : NULL;
}

RelayOffer *
relay_offer_new (const char *host, guint16 port, RelaySource source)
{
  g_autofree char *plain =
      source == RELAY_SOURCE_DHCP && g_hostname_is_ip_address (host) ? g_strdup (host)
                                                                     : dup_name (host);
  RelayOffer *offer;

  if (plain == NULL || (port != 25 && port != 465 && port != 587))
    return NULL;
  offer = g_new0 (RelayOffer, 1);
  offer->host = g_steal_pointer (&plain);
  offer->port = port;
  offer->is_tls = port == 465;
  offer->source = source;
  return offer;
}

/* Takes @offer over; each door once. */
static void
add_offer (GPtrArray *offers, RelayOffer *offer)
{
  for (guint i = 0; offer != NULL && i < offers->len; i++)
    {
      const RelayOffer *known = offers->pdata[i];

      if (known->port == offer->port && g_str_equal (known->host, offer->host))
        g_clear_pointer (&offer, relay_offer_free);
    }
  if (offer != NULL)
    g_ptr_array_add (offers, offer);
}

/* ---- the search ------------------------------------------------------------------------------ */

typedef struct {
  const RelayFinderOptions *options;
  GResolver *resolver;
  TimeLimit limit;
  guint n_pending;
  GPtrArray **answers; /* of each SRV question: RelayOffer */
  GPtrArray **addresses; /* of each name: GInetAddress */
  Nat64Prefix nat64;     /* of this network */
} Search;

typedef struct {
  Search *search;
  guint index;
} Errand;

static Errand *
errand_new (Search *search, guint index)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->search = search;
  errand->index = index;
  search->n_pending++;
  return errand;
}

/* Smallest priority first, of equals the largest weight (RFC 2782, without the dice). */
static int
compare_records (gconstpointer a, gconstpointer b)
{
  guint16 priority_a, weight_a, priority_b, weight_b;

  g_variant_get ((GVariant *) a, "(qqq&s)", &priority_a, &weight_a, NULL, NULL);
  g_variant_get ((GVariant *) b, "(qqq&s)", &priority_b, &weight_b, NULL, NULL);
  return priority_a != priority_b ? (int) priority_a - (int) priority_b
                                  : (int) weight_b - (int) weight_a;
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Errand *errand = data;
  GList *records = g_resolver_lookup_records_finish (G_RESOLVER (source), result, NULL);
  GPtrArray *offers = errand->search->answers[errand->index];

  gboolean is_sane = g_list_length (records) <= RECORDS_MAX;

  errand->search->n_pending--;
  records = g_list_sort (records, compare_records);
  for (const GList *l = records; is_sane && l != NULL && offers->len < RELAY_OFFERS_MAX;
       l = l->next)
    {
      guint16 port;
      const char *target;

      g_variant_get (l->data, "(qqq&s)", NULL, NULL, &port, &target);
      add_offer (offers, relay_offer_new (target, port, RELAY_SOURCE_SRV));
    }
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

static void
on_addresses (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Errand *errand = data;
  Search *search = errand->search;
  GList *addresses =
      g_resolver_lookup_by_name_with_flags_finish (G_RESOLVER (source), result, NULL);

  search->n_pending--;
  for (const GList *l = addresses; l != NULL; l = l->next)
    g_ptr_array_add (search->addresses[errand->index], g_object_ref (l->data));
  g_resolver_free_addresses (addresses);
}

static void
on_nat64 (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Errand *errand = data;
  GList *answers =
      g_resolver_lookup_by_name_with_flags_finish (G_RESOLVER (source), result, NULL);

  errand->search->n_pending--;
  for (const GList *l = answers; l != NULL; l = l->next)
    if (nat64_prefix_read (&errand->search->nat64, l->data))
      break;
  g_resolver_free_addresses (answers);
}

/* Some resolvers know no records. */
static gboolean
can_ask (GResolver *resolver)
{
  const GResolverClass *class = G_RESOLVER_GET_CLASS (resolver);

  return class->lookup_records_async != NULL && class->lookup_by_name_with_flags_async != NULL;
}

static void
wait_for_answers (Search *search, GMainContext *context)
{
  while (search->n_pending > 0)
    g_main_context_iteration (context, TRUE);
}

/* What the network says, not yet looked at closely. */
static GPtrArray *
gather_srv (Search *search, GMainContext *context)
{
  GPtrArray *offers = g_ptr_array_new_with_free_func ((GDestroyNotify) relay_offer_free);
  const char *const *domains = search->options->domains;
  guint n_domains =
      can_ask (search->resolver) ? MIN (g_strv_length ((char **) domains), DOMAINS_MAX) : 0;
  guint n = n_domains * G_N_ELEMENTS (services);
  g_autofree GPtrArray **answers = g_new0 (GPtrArray *, n + 1);

  search->answers = answers;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat (services[i % G_N_ELEMENTS (services)], ".",
                                           domains[i / G_N_ELEMENTS (services)], ".", NULL);

      answers[i] = g_ptr_array_new ();
      g_resolver_lookup_records_async (search->resolver, name, G_RESOLVER_RECORD_SRV,
                                       search->limit.cancellable, on_records,
                                       errand_new (search, i));
    }
  wait_for_answers (search, context);
  for (guint i = 0; i < n; i++)
    {
      for (guint j = 0; j < answers[i]->len; j++)
        add_offer (offers, answers[i]->pdata[j]);
      g_ptr_array_unref (answers[i]);
    }
  return offers;
}

static void
gather_others (const RelayFinderOptions *options, GPtrArray *offers)
{
  for (gsize i = 0; options->dhcp != NULL && options->dhcp[i] != NULL; i++)
    if (g_hostname_is_ip_address (options->dhcp[i]))
      add_offer (offers, relay_offer_new (options->dhcp[i], 25, RELAY_SOURCE_DHCP));
  for (gsize i = 0; options->with_usual_names && options->domains[i] != NULL; i++)
    for (gsize j = 0; i < DOMAINS_MAX && j < G_N_ELEMENTS (usual_names); j++)
      {
        g_autofree char *host =
            g_strconcat (usual_names[j].label, ".", options->domains[i], NULL);

        add_offer (offers, relay_offer_new (host, usual_names[j].port, RELAY_SOURCE_NAME));
      }
}

static void
look_at (Search *search, const RelayOffer *offer, guint index)
{
  static const GResolverNameLookupFlags families[] = { G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY,
                                                       G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY };
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (offer->host);

  if (address != NULL)
    g_ptr_array_add (search->addresses[index], g_object_ref (address));
  for (guint i = 0; address == NULL && can_ask (search->resolver) && i < G_N_ELEMENTS (families);
       i++)
    g_resolver_lookup_by_name_with_flags_async (search->resolver, offer->host, families[i],
                                                search->limit.cancellable, on_addresses,
                                                errand_new (search, index));
}

/* Also behind the network's own NAT64 prefix. */
static gboolean
may_be_here (const Search *search, GInetAddress *address)
{
  g_autoptr(GInetAddress) inside = nat64_unwrap (&search->nat64, address);

  return relay_finder_may_be (address, search->options->own) &&
         (inside == NULL || relay_finder_may_be (inside, search->options->own));
}

/* One bad address is enough. */
static gboolean
are_good (const Search *search, GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (!may_be_here (search, addresses->pdata[i]))
      return FALSE;
  return addresses->len > 0;
}

/* Takes out whom nobody can be at, and what is too much. */
static void
sift (Search *search, GPtrArray *offers, GMainContext *context)
{
  GPtrArray *addresses[NAMES_MAX];

  g_ptr_array_set_size (offers, MIN (offers->len, NAMES_MAX));
  search->addresses = addresses;
  for (guint i = 0; i < offers->len; i++)
    {
      addresses[i] = g_ptr_array_new_with_free_func (g_object_unref);
      look_at (search, offers->pdata[i], i);
    }
  if (offers->len > 0 && can_ask (search->resolver))
    g_resolver_lookup_by_name_with_flags_async (
        search->resolver, NAT64_NAME, G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY,
        search->limit.cancellable, on_nat64, errand_new (search, 0));
  wait_for_answers (search, context);
  for (guint i = offers->len; i-- > 0;)
    {
      gboolean is_good = are_good (search, addresses[i]);

      g_ptr_array_unref (addresses[i]);
      if (!is_good)
        g_ptr_array_remove_index (offers, i);
    }
  g_ptr_array_set_size (offers, MIN (offers->len, RELAY_OFFERS_MAX));
}

GPtrArray *
relay_finder_ask (const RelayFinderOptions *options, GCancellable *cancellable)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GResolver) resolver = options->resolver != NULL ? g_object_ref (options->resolver)
                                                             : g_resolver_get_default ();
  Search search = { .options = options, .resolver = resolver };
  GPtrArray *offers;

  g_main_context_push_thread_default (context);
  time_limit_start (&search.limit, context, options->timeout_ms, cancellable);
  offers = gather_srv (&search, context);
  gather_others (options, offers);
  sift (&search, offers, context);
  time_limit_clear (&search.limit);
  g_main_context_pop_thread_default (context);
  return offers;
}
