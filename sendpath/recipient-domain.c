/* The recipient's domain, by the name servers: MX, null MX, address, name server. It connects to no
 * mail server, and never waits longer than it was told. */
#include "config.h"

#include "sendpath/recipient-domain.h"

#include <string.h>

#include "profiles/time-limit.h"
#include "sendpath/mail/public-suffix.h"

typedef enum { ANSWER_NONE, ANSWER_YES, ANSWER_NO } Answer;

/* All that is asked about one domain, at once. */
typedef struct {
  GMainContext *context;
  TimeLimit limit;
  guint n_pending;
  Answer mx, address, name_server;
  gboolean is_null_mx;
  GPtrArray *mail_servers; /* char *, best first */
} Inquiry;

static const char *const state_names[] = {
  [MAIL_DOMAIN_UNKNOWN] = "unknown", [MAIL_DOMAIN_TAKES_MAIL] = "mail",
  [MAIL_DOMAIN_NULL_MX] = "null-mx", [MAIL_DOMAIN_NO_SERVER] = "no-mail-server",
  [MAIL_DOMAIN_MISSING] = "missing",
};

const char *
recipient_domain_state_to_string (MailDomain state)
{
  return state_names[state];
}

MailDomain
recipient_domain_state_from_string (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_str_equal (state_names[i], text))
      return (MailDomain) i;
  return MAIL_DOMAIN_UNKNOWN;
}

void
recipient_domain_free (RecipientDomain *domain)
{
  if (domain == NULL)
    return;
  g_strfreev (domain->mail_servers);
  g_free (domain);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* NOT_FOUND is an answer; everything else is none. */
static Answer
read_answer (const GList *found, const GError *error)
{
  if (found != NULL)
    return ANSWER_YES;
  return g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND) ? ANSWER_NO
                                                                               : ANSWER_NONE;
}

static int
by_preference (gconstpointer a, gconstpointer b)
{
  guint16 first, second;

  g_variant_get ((GVariant *) a, "(qs)", &first, NULL);
  g_variant_get ((GVariant *) b, "(qs)", &second, NULL);
  return (int) first - (int) second;
}

static void
free_records (GList *records)
{
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

static void
on_mx (GObject *source, GAsyncResult *result, gpointer data)
{
  Inquiry *inquiry = data;
  g_autoptr (GError) error = NULL;
  GList *records = g_resolver_lookup_records_finish (G_RESOLVER (source), result, &error);

  inquiry->n_pending--;
  inquiry->mx = read_answer (records, error);
  records = g_list_sort (records, by_preference);
  for (const GList *l = records; l != NULL; l = l->next)
    {
      char *host;

      g_variant_get (l->data, "(qs)", NULL, &host);
      if (*host != '\0' && !g_str_equal (host, "."))
        g_ptr_array_add (inquiry->mail_servers, host);
      else
        g_free (host);
    }
  inquiry->is_null_mx = records != NULL && inquiry->mail_servers->len == 0;
  free_records (records);
}

static void
on_name_server (GObject *source, GAsyncResult *result, gpointer data)
{
  Inquiry *inquiry = data;
  g_autoptr (GError) error = NULL;
  GList *records = g_resolver_lookup_records_finish (G_RESOLVER (source), result, &error);

  inquiry->n_pending--;
  inquiry->name_server = read_answer (records, error);
  free_records (records);
}

static void
on_address (GObject *source, GAsyncResult *result, gpointer data)
{
  Inquiry *inquiry = data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  inquiry->n_pending--;
  inquiry->address = read_answer (addresses, error);
  g_resolver_free_addresses (addresses);
}

static MailDomain
conclude (const Inquiry *inquiry)
{
  if (inquiry->is_null_mx)
    return MAIL_DOMAIN_NULL_MX;
  if (inquiry->mx == ANSWER_YES)
    return MAIL_DOMAIN_TAKES_MAIL;
  if (inquiry->mx == ANSWER_NONE)
    return MAIL_DOMAIN_UNKNOWN;
  /* RFC 5321 section 5.1: without an MX the domain's own address is its mail server */
  if (inquiry->address == ANSWER_YES)
    return MAIL_DOMAIN_TAKES_MAIL;
  if (inquiry->address == ANSWER_NONE)
    return MAIL_DOMAIN_UNKNOWN;
  switch (inquiry->name_server)
    {
    case ANSWER_YES:
      return MAIL_DOMAIN_NO_SERVER;
    case ANSWER_NO:
      return MAIL_DOMAIN_MISSING;
    case ANSWER_NONE:
      return MAIL_DOMAIN_UNKNOWN;
    }
  g_return_val_if_reached (MAIL_DOMAIN_UNKNOWN);
}

/* ---- questions ------------------------------------------------------------------------------- */

/* Some resolvers know no records. */
static gboolean
can_ask (GResolver *resolver)
{
  const GResolverClass *class = G_RESOLVER_GET_CLASS (resolver);

  return class->lookup_records_async != NULL && class->lookup_by_name_async != NULL;
}

/* The dot at the end keeps the domains that are searched out of it. */
static void
ask (Inquiry *inquiry, GResolver *resolver, const char *domain)
{
  GCancellable *cancellable = inquiry->limit.cancellable;
  g_autofree char *absolute =
      g_str_has_suffix (domain, ".") ? g_strdup (domain) : g_strconcat (domain, ".", NULL);

  g_resolver_lookup_records_async (resolver, absolute, G_RESOLVER_RECORD_MX, cancellable, on_mx,
                                   inquiry);
  g_resolver_lookup_records_async (resolver, absolute, G_RESOLVER_RECORD_NS, cancellable,
                                   on_name_server, inquiry);
  g_resolver_lookup_by_name_async (resolver, absolute, cancellable, on_address, inquiry);
  inquiry->n_pending = 3;
}

/* Until the answer is certain, or time is up; then what is still pending is given up. */
static void
wait_for_answers (Inquiry *inquiry)
{
  while (inquiry->n_pending > 0)
    {
      if (inquiry->mx == ANSWER_YES && !inquiry->limit.is_over)
        time_limit_end (&inquiry->limit);
      else
        g_main_context_iteration (inquiry->context, TRUE);
    }
}

RecipientDomain *
recipient_domain_look_up (const char *domain, GResolver *resolver, guint timeout_ms,
                          GCancellable *cancellable)
{
  RecipientDomain *answer = g_new0 (RecipientDomain, 1);
  g_autoptr (GResolver) asked =
                 resolver != NULL ? g_object_ref (resolver) : g_resolver_get_default ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree char *ascii = g_hostname_to_ascii (domain);
  Inquiry inquiry = { .context = context,
                      .mail_servers = g_ptr_array_new_with_free_func (g_free) };

  if (domain[0] == '[') /* an address literal is its own server */
    answer->state = MAIL_DOMAIN_TAKES_MAIL;
  else if (ascii != NULL && can_ask (asked))
    {
      g_main_context_push_thread_default (context);
      time_limit_start (&inquiry.limit, context, timeout_ms, cancellable);
      ask (&inquiry, asked, ascii);
      wait_for_answers (&inquiry);
      time_limit_clear (&inquiry.limit);
      g_main_context_pop_thread_default (context);
      answer->state = conclude (&inquiry);
    }
  if (answer->state == MAIL_DOMAIN_TAKES_MAIL && inquiry.mail_servers->len == 0 && ascii != NULL)
    g_ptr_array_add (inquiry.mail_servers, g_strdup (ascii));
  g_ptr_array_add (inquiry.mail_servers, NULL);
  answer->mail_servers = (char **) g_ptr_array_free (inquiry.mail_servers, FALSE);
  return answer;
}

/* ---- whose is it ----------------------------------------------------------------------------- */

/* ASCII, lower case, without the dot at the end. */
static char *
dup_plain (const char *host)
{
  g_autofree char *ascii = g_hostname_to_ascii (host);
  char *plain = g_ascii_strdown (ascii != NULL ? ascii : host, -1);
  gsize length = strlen (plain);

  if (length > 0 && plain[length - 1] == '.')
    plain[length - 1] = '\0';
  return plain;
}

/* Have they one registered domain, by the Public Suffix List? */
static gboolean
is_same_owner (const char *host, const char *other)
{
  g_autofree char *first = dup_plain (host);
  g_autofree char *second = dup_plain (other);
  const char *first_owner, *second_owner;

  if (g_str_equal (first, second))
    return TRUE;
  if (g_hostname_is_ip_address (first) || g_hostname_is_ip_address (second))
    return FALSE;
  first_owner = public_suffix_find_registered (first);
  second_owner = public_suffix_find_registered (second);
  return first_owner != NULL && g_strcmp0 (first_owner, second_owner) == 0;
}

gboolean
recipient_domain_is_local (const RecipientDomain *answer, const char *domain, const char *server)
{
  if (is_same_owner (domain, server))
    return TRUE;
  for (guint i = 0; answer->mail_servers[i] != NULL; i++)
    if (is_same_owner (answer->mail_servers[i], server))
      return TRUE;
  return FALSE;
}
