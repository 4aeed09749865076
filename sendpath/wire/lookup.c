/* Asks a GResolver for IPv6 and IPv4 addresses at once. It never puts one family before the
 * other. */
#include "config.h"

#include "sendpath/wire/lookup.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/nat64.h"
#include "profiles/relay-finder.h"

/* One question. */
typedef struct {
  Lookup       *lookup;
  GSocketFamily family;
  gboolean      is_pending, is_answered;
  char         *name; /* that was asked for last */
  guint         era;  /* and when, as RecentAnswers tells it */
  gboolean      is_missing; /* the host has no address of that family */
  GPtrArray    *addresses;
} Question;

struct _Lookup {
  char         *host;
  GResolver    *resolver;
  GCancellable *cancellable;
  Question      v6, v4;
  GSocketFamily family;
  const char *const *own;
  gboolean      is_offered;
  RecentAnswers *recent;
  GInetAddress *literal; /* the host, where it is behind NAT64; or NULL */
  gint64        started_us;
  guint         ms;
  char         *problem;
};

Lookup *
lookup_new (const char *host, GSocketFamily family, GResolver *resolver)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->host = g_strdup (host);
  lookup->family = family;
  lookup->resolver = resolver != NULL ? g_object_ref (resolver) : g_resolver_get_default ();
  lookup->cancellable = g_cancellable_new ();
  lookup->v6.lookup = lookup->v4.lookup = lookup;
  lookup->v6.family = G_SOCKET_FAMILY_IPV6;
  lookup->v4.family = G_SOCKET_FAMILY_IPV4;
  lookup->v6.addresses = g_ptr_array_new_with_free_func (g_object_unref);
  lookup->v4.addresses = g_ptr_array_new_with_free_func (g_object_unref);
  return lookup;
}

void
lookup_free (Lookup *lookup)
{
  g_free (lookup->host);
  g_object_unref (lookup->resolver);
  g_object_unref (lookup->cancellable);
  g_ptr_array_unref (lookup->v6.addresses);
  g_ptr_array_unref (lookup->v4.addresses);
  g_clear_object (&lookup->literal);
  g_free (lookup->v6.name);
  g_free (lookup->v4.name);
  g_free (lookup->problem);
  g_free (lookup);
}

void
lookup_set_own (Lookup *lookup, const char *const *own, gboolean is_offered)
{
  lookup->own = own;
  lookup->is_offered = is_offered;
}

void
lookup_set_recent (Lookup *lookup, RecentAnswers *recent)
{
  lookup->recent = recent;
}

/* What the name said when it was found may be something else by now. */
static gboolean
may_be (Lookup *lookup, GInetAddress *address)
{
  if (!lookup->is_offered || lookup->own == NULL || relay_finder_may_be (address, lookup->own))
    return TRUE;
  g_free (lookup->problem);
  lookup->problem = g_strdup (_("it leads back to this machine, or to no server at all"));
  return FALSE;
}

static gboolean
is_wanted (const Lookup *lookup, GSocketFamily family)
{
  return lookup->family == G_SOCKET_FAMILY_INVALID || lookup->family == family;
}

/* What the name servers said of the host, or how it is reached behind NAT64. */
static GInetAddress *
dup_address (const Lookup *lookup, GInetAddress *answer)
{
  Nat64Prefix prefix;

  if (lookup->literal == NULL)
    return g_object_ref (answer);
  return nat64_prefix_read (&prefix, answer) ? nat64_wrap (&prefix, lookup->literal) : NULL;
}

static void
add_answer (Question *question, GInetAddress *answer)
{
  g_autoptr(GInetAddress) address = dup_address (question->lookup, answer);

  if (address != NULL && g_inet_address_get_family (address) == question->family
      && may_be (question->lookup, address))
    g_ptr_array_add (question->addresses, g_inet_socket_address_new (address, 0));
}

/* @addresses: what the name servers said. */
static void
keep (const Question *question, GList *addresses)
{
  RecentAnswers *recent = question->lookup->recent;

  if (recent != NULL)
    recent_answers_put (recent, question->era, question->name, question->family, addresses);
}

/* That there is nothing is kept only of hosts that have something. */
static void
keep_missing (const Question *question, const Question *other)
{
  if (question->is_missing && other->addresses->len > 0)
    keep (question, NULL);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  Lookup *lookup = question->lookup;
  g_autoptr(GError) error = NULL;
  GList *addresses
      = g_resolver_lookup_by_name_with_flags_finish (G_RESOLVER (source), result, &error);

  if (lookup->v6.addresses->len + lookup->v4.addresses->len == 0)
    lookup->ms = (guint) ((g_get_monotonic_time () - lookup->started_us) / 1000);
  for (GList *l = addresses; l != NULL; l = l->next)
    add_answer (question, l->data);
  if (addresses != NULL)
    keep (question, addresses);
  g_resolver_free_addresses (addresses);
  question->is_pending = FALSE;
  question->is_answered = !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  question->is_missing = g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
  keep_missing (&lookup->v6, &lookup->v4);
  keep_missing (&lookup->v4, &lookup->v6);
  if (error != NULL && question->is_answered)
    {
      g_free (lookup->problem);
      lookup->problem = g_strdup (error->message);
    }
}

/* FALSE: nobody has asked lately. */
static gboolean
take_recent (Question *question)
{
  RecentAnswers *recent = question->lookup->recent;
  g_autoptr(GPtrArray) addresses
      = recent != NULL ? recent_answers_find (recent, question->name, question->family) : NULL;

  if (addresses == NULL)
    return FALSE;
  for (guint i = 0; i < addresses->len; i++)
    add_answer (question, addresses->pdata[i]);
  question->is_answered = TRUE;
  return TRUE;
}

static void
ask (Question *question, const char *name)
{
  Lookup *lookup = question->lookup;

  if (!is_wanted (lookup, question->family) || question->is_pending || question->is_answered)
    return;
  g_free (question->name);
  question->name = g_strdup (name);
  if (take_recent (question))
    return;
  question->era = lookup->recent != NULL ? recent_answers_get_era (lookup->recent) : 0;
  question->is_pending = TRUE;
  g_resolver_lookup_by_name_with_flags_async (lookup->resolver, name,
                                              question->family == G_SOCKET_FAMILY_IPV6
                                                  ? G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY
                                                  : G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY,
                                              lookup->cancellable, on_answer, question);
}

/* `::1`, `[::1]`, `fe80::1%eth0` and `192.0.2.1` need no server. */
static GSocketAddress *
parse_address (const char *host)
{
  gsize length = strlen (host);
  g_autofree char *bare = length > 2 && host[0] == '[' && host[length - 1] == ']'
                              ? g_strndup (host + 1, length - 2)
                              : g_strdup (host);

  return g_inet_socket_address_new_from_string (bare, 0);
}

/* An address is its own answer. TRUE: there may be another one, behind NAT64. */
static gboolean
take_literal (Lookup *lookup, GSocketAddress *literal)
{
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (literal));
  Question *own = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 ? &lookup->v6
                                                                              : &lookup->v4;
  gboolean is_good = may_be (lookup, address);

  if (is_wanted (lookup, own->family) && !own->is_answered && is_good)
    g_ptr_array_add (own->addresses, g_object_ref (literal));
  own->is_answered = TRUE;
  if (own == &lookup->v6 || !is_good || g_inet_address_get_is_loopback (address)
      || !nat64_is_needed (lookup->own))
    return FALSE;
  g_set_object (&lookup->literal, address);
  return TRUE;
}

void
lookup_start (Lookup *lookup)
{
  g_autoptr(GSocketAddress) literal = parse_address (lookup->host);
  g_autofree char *name = g_hostname_to_ascii (literal != NULL ? NAT64_NAME : lookup->host);

  if (name == NULL || (literal != NULL && !take_literal (lookup, literal)))
    return;
  lookup->started_us = g_get_monotonic_time ();
  if (g_cancellable_is_cancelled (lookup->cancellable))
    {
      g_object_unref (lookup->cancellable);
      lookup->cancellable = g_cancellable_new ();
    }
  ask (&lookup->v6, name);
  if (literal == NULL)
    ask (&lookup->v4, name);
}

void
lookup_cancel (Lookup *lookup)
{
  g_cancellable_cancel (lookup->cancellable);
}

const char *
lookup_get_host (const Lookup *lookup)
{
  return lookup->host;
}

gboolean
lookup_is_pending (const Lookup *lookup)
{
  return lookup->v6.is_pending || lookup->v4.is_pending;
}

gboolean
lookup_has_answer (const Lookup *lookup, GSocketFamily family)
{
  return !(family == G_SOCKET_FAMILY_IPV6 ? &lookup->v6 : &lookup->v4)->is_pending;
}

GPtrArray *
lookup_get_addresses (const Lookup *lookup, GSocketFamily family)
{
  return (family == G_SOCKET_FAMILY_IPV6 ? &lookup->v6 : &lookup->v4)->addresses;
}

guint
lookup_get_ms (const Lookup *lookup)
{
  return lookup->ms;
}

const char *
lookup_get_problem (const Lookup *lookup)
{
  return lookup->problem;
}
