/* What servers has this address? The table of providers, then the network: autoconfig, SRV, MX.
 *
 * All of the network is asked at once, and the best answer wins. What comes back is a proposal:
 * it is neither believed nor used here, and nothing but its form is checked. */
#include "config.h"

#include "profiles/server-finder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/autoconfig.h"
#include "profiles/https-get.h"
#include "profiles/profile-address.h"
#include "profiles/server-finding.h"
#include "profiles/time-limit.h"

#define ISPDB_HOST      "autoconfig.thunderbird.net"
#define MAX_SRV_RECORDS 64

/* RFC 6186, RFC 8314. What the name servers say is not protected: only the usual ports count. */
static const struct {
  const char *name;
  gboolean is_smtp;
  gboolean is_tls;
  guint16 port;
} services[] = {
  { "_submissions._tcp", TRUE, TRUE, PORT_SMTPS },
  { "_submission._tcp", TRUE, FALSE, PORT_SUBMISSION },
  { "_pop3s._tcp", FALSE, TRUE, PORT_POP3S },
  { "_pop3._tcp", FALSE, FALSE, PORT_POP3 },
};

typedef struct {
  const char *address;
  char *domain; /* ASCII */
  guint16 https_port;
  TimeLimit limit;
  guint n_pending[SERVER_SOURCE_COUNT];
  guint n_pending_mx;
  ServerFinding *found[SERVER_SOURCE_COUNT];
  gboolean is_first[SERVER_SOURCE_COUNT]; /* what was found is by the first of its questions */
  FoundServer *services[G_N_ELEMENTS (services)];
} Search;

/* One question to one of the sources. */
typedef struct {
  Search *search;
  ServerSource source;
  guint index; /* of the question, or of the service */
  char *place;
} Question;

/* ---- HTTPS ----------------------------------------------------------------------------------- */

static Question *
question_new (Search *search, ServerSource source, guint index, const char *place)
{
  Question *question = g_new0 (Question, 1);

  question->search = search;
  question->source = source;
  question->index = index;
  question->place = g_strdup (place);
  search->n_pending[source]++;
  return question;
}

static void
question_free (Question *question)
{
  question->search->n_pending[question->source]--;
  g_free (question->place);
  g_free (question);
}

/* Of two answers of one source that of the first question counts. */
static void
keep (Search *search, ServerFinding *finding, guint index)
{
  ServerSource source = finding->source;

  if (search->found[source] != NULL && search->is_first[source])
    {
      server_finding_free (finding);
      return;
    }
  server_finding_free (search->found[source]);
  search->found[source] = finding;
  search->is_first[source] = index == 0;
}

static void
on_file (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  Search *search = question->search;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = https_get_finish (result, &error);
  g_autoptr(Autoconfig) autoconfig =
                 bytes != NULL
                     ? autoconfig_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                         search->address, &error)
                     : NULL;

  if (autoconfig != NULL)
    keep (search,
          server_finding_new_for_servers (question->source, question->place, autoconfig->smtp,
                                          autoconfig->pop, search->address),
          question->index);
  else
    g_debug ("%s: %s", question->place, error->message);
  question_free (question);
}

static void
get_file (Search *search, ServerSource source, guint index, const char *host, const char *path)
{
  g_autofree char *port =
      search->https_port != 0 ? g_strdup_printf (":%u", search->https_port) : g_strdup ("");
  g_autofree char *place = g_strconcat ("https://", host, port, path, NULL);
  g_autofree char *escaped = g_uri_escape_string (search->address, NULL, FALSE);
  g_autofree char *query = source == SERVER_SOURCE_AUTOCONFIG && index == 0
                               ? g_strconcat (place, "?emailaddress=", escaped, NULL)
                               : g_strdup (place);

  https_get_async (query, search->limit.cancellable, on_file,
                   question_new (search, source, index, place));
}

static void
ask_autoconfig (Search *search)
{
  g_autofree char *host = g_strconcat ("autoconfig.", search->domain, NULL);
  g_autofree char *path = g_strconcat ("/v1.1/", search->domain, NULL);

  get_file (search, SERVER_SOURCE_AUTOCONFIG, 0, host, "/mail/config-v1.1.xml");
  get_file (search, SERVER_SOURCE_AUTOCONFIG, 1, search->domain,
            "/.well-known/autoconfig/mail/config-v1.1.xml");
  get_file (search, SERVER_SOURCE_ISPDB, 0, ISPDB_HOST, path);
}

/* ---- SRV ------------------------------------------------------------------------------------- */

static void
free_records (GList *records)
{
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

/* The smallest priority, then the largest weight (RFC 2782, without the dice). A target of `.` says
 * that there is no such service. */
static FoundServer *
choose_record (GList *records, guint service)
{
  guint16 best_priority = G_MAXUINT16, best_weight = 0;
  FoundServer *best = NULL;
  guint n = 0;

  for (const GList *l = records; l != NULL && n < MAX_SRV_RECORDS; l = l->next, n++)
    {
      guint16 priority, weight, port;
      const char *target;
      g_autoptr(FoundServer) server = NULL;

      g_variant_get (l->data, "(qqq&s)", &priority, &weight, &port, &target);
      if (port == services[service].port)
        server = found_server_new (target, port, services[service].is_tls);
      if (server == NULL ||
          (best != NULL &&
           (priority > best_priority || (priority == best_priority && weight <= best_weight))))
        continue;
      found_server_free (best);
      best = g_steal_pointer (&server);
      best_priority = priority;
      best_weight = weight;
    }
  return best;
}

/* When all four services have answered. */
static void
conclude_srv (Search *search)
{
  g_autoptr(GPtrArray) smtp = g_ptr_array_new ();
  g_autoptr(GPtrArray) pop = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (search->services[i] != NULL)
      g_ptr_array_add (services[i].is_smtp ? smtp : pop, search->services[i]);
  if (smtp->len > 0)
    keep (search,
          server_finding_new_for_servers (SERVER_SOURCE_SRV, search->domain, smtp, pop,
                                          search->address),
          0);
}

static void
on_srv (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  Search *search = question->search;
  GList *records = g_resolver_lookup_records_finish (G_RESOLVER (source), result, NULL);

  search->services[question->index] = choose_record (records, question->index);
  free_records (records);
  if (search->n_pending[SERVER_SOURCE_SRV] == 1)
    conclude_srv (search);
  question_free (question);
}

static void
ask_srv (Search *search, GResolver *resolver)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autofree char *name = g_strconcat (services[i].name, ".", search->domain, ".", NULL);

      g_resolver_lookup_records_async (resolver, name, G_RESOLVER_RECORD_SRV,
                                       search->limit.cancellable, on_srv,
                                       question_new (search, SERVER_SOURCE_SRV, i, NULL));
    }
}

/* ---- MX -------------------------------------------------------------------------------------- */

/* The mail server with the smallest preference, without final dot; NULL: none. */
static char *
choose_mx (GList *records)
{
  guint16 best = G_MAXUINT16;
  char *host = NULL;

  for (const GList *l = records; l != NULL; l = l->next)
    {
      guint16 preference;
      const char *target;
      g_autoptr(FoundServer) server = NULL;

      g_variant_get (l->data, "(q&s)", &preference, &target);
      server = found_server_new (target, PORT_SUBMISSION, FALSE); /* is it a name at all? */
      if (server == NULL || (host != NULL && preference >= best))
        continue;
      best = preference;
      g_free (host);
      host = g_strdup (server->host);
    }
  return host;
}

/* mx1.mail.example.net: `mail.example.net`, then `example.net`. */
static void
ask_ispdb_of_mx (Search *search, const char *mx)
{
  const char *domain = strchr (mx, '.');

  for (guint i = 0; i < 2 && domain != NULL && strchr (domain + 1, '.') != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/v1.1/", domain + 1, NULL);

      get_file (search, SERVER_SOURCE_MX_ISPDB, i, ISPDB_HOST, path);
      domain = strchr (domain + 1, '.');
    }
}

static void
on_mx (GObject *source, GAsyncResult *result, gpointer data)
{
  Search *search = data;
  GList *records = g_resolver_lookup_records_finish (G_RESOLVER (source), result, NULL);
  g_autofree char *mx = choose_mx (records);
  Provider *provider = mx != NULL ? providers_find_by_mx (mx) : NULL;

  search->n_pending_mx--;
  free_records (records);
  if (provider != NULL)
    keep (
        search,
        server_finding_new_for_provider (SERVER_SOURCE_MX_PROVIDER, mx, provider, search->address),
        0);
  else if (mx != NULL && !search->limit.is_over && !found_server_is_within (mx, search->domain))
    ask_ispdb_of_mx (search, mx);
}

static void
ask_mx (Search *search, GResolver *resolver)
{
  g_autofree char *name = g_strconcat (search->domain, ".", NULL);

  search->n_pending_mx++;
  g_resolver_lookup_records_async (resolver, name, G_RESOLVER_RECORD_MX,
                                   search->limit.cancellable, on_mx, search);
}

/* ---- the search ------------------------------------------------------------------------------ */

static gboolean
is_pending (const Search *search, ServerSource source)
{
  return search->n_pending[source] > 0 ||
         (source >= SERVER_SOURCE_MX_PROVIDER && search->n_pending_mx > 0);
}

/* Nothing better than what is there can come any more. */
static gboolean
is_decided (const Search *search)
{
  for (guint source = 0; source < SERVER_SOURCE_COUNT; source++)
    {
      if (search->found[source] != NULL && search->is_first[source])
        return TRUE;
      if (is_pending (search, source))
        return FALSE;
      if (search->found[source] != NULL)
        return TRUE;
    }
  return TRUE;
}

static gboolean
is_anything_pending (const Search *search)
{
  for (guint source = 0; source < SERVER_SOURCE_COUNT; source++)
    if (is_pending (search, source))
      return TRUE;
  return FALSE;
}

static void
wait_for_answers (Search *search, GMainContext *context)
{
  while (is_anything_pending (search))
    if (!search->limit.is_over && is_decided (search))
      time_limit_end (&search->limit);
    else
      g_main_context_iteration (context, TRUE);
}

static ServerFinding *
conclude (Search *search)
{
  ServerFinding *best = NULL;

  for (guint source = 0; source < SERVER_SOURCE_COUNT; source++)
    {
      if (best == NULL)
        best = g_steal_pointer (&search->found[source]);
      server_finding_free (search->found[source]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    found_server_free (search->services[i]);
  return best;
}

/* Some resolvers know no records. */
static gboolean
can_ask (GResolver *resolver)
{
  return G_RESOLVER_GET_CLASS (resolver)->lookup_records_async != NULL;
}

static ServerFinding *
ask_network (const char *address, const char *domain, const ServerFinderOptions *options,
             GCancellable *cancellable)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GResolver) resolver = g_resolver_get_default ();
  Search search = { .address = address,
                    .domain = (char *) domain,
                    .https_port = options->https_port };

  g_main_context_push_thread_default (context);
  time_limit_start (&search.limit, context, options->timeout_ms, cancellable);
  ask_autoconfig (&search);
  if (can_ask (resolver))
    {
      ask_srv (&search, resolver);
      ask_mx (&search, resolver);
    }
  wait_for_answers (&search, context);
  time_limit_clear (&search.limit);
  g_main_context_pop_thread_default (context);
  return conclude (&search);
}

ServerFinding *
server_finder_find (const char *address, const ServerFinderOptions *options,
                    GCancellable *cancellable, GError **error)
{
  const char *domain = profile_address_is_valid (address) ? strrchr (address, '@') + 1 : "";
  g_autofree char *ascii = g_hostname_to_ascii (domain);
  Provider *provider = ascii != NULL ? providers_find_by_domain (ascii) : NULL;
  ServerFinding *finding = NULL;

  if (provider != NULL)
    return server_finding_new_for_provider (SERVER_SOURCE_PROVIDER, NULL, provider, address);
  if (ascii != NULL && profile_host_is_valid (ascii) && strchr (ascii, '.') != NULL)
    finding = ask_network (address, ascii, options, cancellable);
  if (finding == NULL && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("no server for %s was found"),
                 address);
  return finding;
}
