/* SPF and DMARC of the From domain, and where the sender rules of a route start because of them. It
 * changes no message, and never makes a rule milder than the plan has it. */
#include "config.h"

#include "sendpath/walk/domain-policy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/mail/address.h"
#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/fill-in.h"
#include "sendpath/walk/policy-memory.h"

/* More From domains than these are not asked about. */
#define DOMAINS_MAX 8

/* What a policy means for a route. The records are named as they are written. */
static const struct {
  const char *record;
  SenderRule rule;
} policies[] = {
  [MAIL_POLICY_NONE] = { NULL, SENDER_RULE_KEEP },
  [MAIL_POLICY_SPF_FAIL] = { "SPF -all", SENDER_RULE_SENDER },
  [MAIL_POLICY_QUARANTINE] = { "DMARC p=quarantine", SENDER_RULE_REWRITE },
  [MAIL_POLICY_REJECT] = { "DMARC p=reject", SENDER_RULE_REWRITE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (policies) == MAIL_POLICY_REJECT + 1);

void
domain_policy_free (DomainPolicy *policy)
{
  g_free (policy->domain);
  g_free (policy);
}

/* ---- which domains --------------------------------------------------------------------------- */

/* ASCII, lower case, without the dot at the end; NULL for what is in no public DNS. */
static char *
dup_domain (const char *address)
{
  const char *domain = address_get_domain (address);
  g_autofree char *ascii = domain != NULL && *domain != '[' ? g_hostname_to_ascii (domain) : NULL;
  g_autofree char *plain = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;

  if (plain != NULL && g_str_has_suffix (plain, "."))
    plain[strlen (plain) - 1] = '\0';
  if (plain == NULL || strchr (plain, '.') == NULL || strlen (plain) > 253)
    return NULL;
  return g_steal_pointer (&plain);
}

/* RFC 7489 section 3.1.1, relaxed: both have one registered domain. */
static gboolean
is_signed_for (const char *const *signers, const char *domain)
{
  g_autofree char *owner = policy_lookup_dup_owner (domain);

  for (guint i = 0; signers[i] != NULL; i++)
    {
      g_autofree char *signer = policy_lookup_dup_owner (signers[i]);

      if (g_str_equal (signer, owner))
        return TRUE;
    }
  return FALSE;
}

static void
add_domains (GPtrArray *domains, const char *from, const char *const *signers)
{
  g_autoptr (GPtrArray) authors = address_list_parse (from, strlen (from), NULL);

  for (guint i = 0; authors != NULL && i < authors->len && domains->len < DOMAINS_MAX; i++)
    {
      const Address *author = authors->pdata[i];
      g_autofree char *domain = dup_domain (author->addr);

      if (domain != NULL && !is_signed_for (signers, domain) &&
          !g_ptr_array_find_with_equal_func (domains, domain, g_str_equal, NULL))
        g_ptr_array_add (domains, g_steal_pointer (&domain));
    }
}

char **
domain_policy_dup_domains (SendpathMessage *message)
{
  const Header *header = message_peek_header (message);
  g_auto (GStrv) signers = header_dup_dkim_signers (header);
  GPtrArray *domains = g_ptr_array_new ();

  for (guint i = 0; i < header_get_n_fields (header); i++)
    if (g_ascii_strcasecmp (header_get_name (header, i), "From") == 0)
      {
        g_autofree char *from = header_dup_value (header, i);

        add_domains (domains, from, (const char *const *) signers);
      }
  g_ptr_array_add (domains, NULL);
  return (char **) g_ptr_array_free (domains, FALSE);
}

/* ---- what they publish ----------------------------------------------------------------------- */

/* Of equals the first. */
static void
weigh (DomainPolicy *policy, const char *domain, MailPolicy published, gboolean is_known)
{
  policy->is_known = policy->is_known && is_known;
  if (policy->domain != NULL && published <= policy->policy)
    return;
  g_free (policy->domain);
  policy->domain = g_strdup (domain);
  policy->policy = published;
}

/* Whose name servers answer: a copied network is the same connection to NetworkManager, seldom behind
 * the same gateway. */
static const char *
get_answering_network (const PlanInput *plan)
{
  return plan->former_network_id != NULL ? plan->former_network_id : plan->network_id;
}

DomainPolicy *
domain_policy_find (const char *const *domains, const PlanInput *plan, gboolean may_keep,
                    GResolver *resolver, GCancellable *cancellable)
{
  DomainPolicy *policy = g_new0 (DomainPolicy, 1);
  guint n_domains = g_strv_length ((char **) domains);
  g_autofree PolicyAnswer *answers = g_new0 (PolicyAnswer, n_domains);
  const char *network = get_answering_network (plan);

  policy->is_known = TRUE;
  if (n_domains > 0)
    policy_lookup_run (domains, answers, resolver, POLICY_LOOKUP_MAX_MS, cancellable);
  for (guint i = 0; i < n_domains; i++)
    {
      gboolean is_known;
      MailPolicy published = policy_memory_weigh (plan->memory, domains[i], network, plan->now_s,
                                                  &answers[i], &is_known);

      weigh (policy, domains[i], published, is_known);
      if (may_keep)
        policy_memory_note (plan->memory, domains[i], network, plan->now_s, &answers[i]);
    }
  return policy;
}

/* ---- what that means for a route ------------------------------------------------------------- */

gboolean
domain_policy_concerns (const SendpathRoute *route)
{
  return route->kind >= SENDPATH_ROUTE_BACKUP && route->skipped == NULL;
}

/* Why the rule that is needed cannot be used; NULL if it can. */
static const char *
find_obstacle (const SendpathRoute *route, SenderRule needed, SendpathMessage *message)
{
  if (message != NULL && !sender_rule_is_possible (SENDER_RULE_SENDER, message))
    return _ ("{domain} publishes {record}, and mail with an empty sender is never changed");
  if (message != NULL && !sender_rule_is_possible (needed, message))
    return _ ("{domain} publishes {record}, so From: would have to be rewritten, which would break "
              "the signature of this message");
  if (route->sender == NULL && needed == SENDER_RULE_SENDER)
    return _ ("{domain} publishes {record}, so a sender address of this server is needed; set "
              "“sender” in {section}");
  if (route->sender == NULL)
    return _ ("{domain} publishes {record}, so From: would have to be rewritten; set “sender” and "
              "“rewrite-from = yes” in {section} to allow it");
  if (route->last_rule < needed)
    return _ ("{domain} publishes {record}, so From: would have to be rewritten; set “rewrite-from "
              "= yes” in {section} to allow it");
  return NULL;
}

static const char *
describe_rule (const DomainPolicy *policy, SenderRule needed)
{
  switch (needed)
    {
    case SENDER_RULE_KEEP:
      return policy->is_known
                 ? _ ("{domain} publishes nothing against it, so the sender address is kept there.")
                 : _ ("What {domain} publishes about its mail is not known now, so the sender "
                      "address is kept there.");
    case SENDER_RULE_SENDER:
      return _ ("{domain} publishes {record}, so the mail is sent as {sender} there and From: "
                "stays.");
    case SENDER_RULE_REWRITE:
      return _ ("{domain} publishes {record}, so From: is rewritten to {sender} there.");
    }
  g_return_val_if_reached (NULL);
}

/* Where in sendpath.conf the keys of @route stand. */
static char *
dup_section (const SendpathRoute *route)
{
  if (route->location != NULL)
    return g_strdup_printf ("[location %s]", sendpath_location_get_id (route->location));
  return route->account != NULL
             ? g_strdup_printf ("[account %s]", sendpath_account_get_id (route->account))
             : g_strdup ("[location NAME]"); /* the one that this network is, or is to be */
}

void
domain_policy_apply (const DomainPolicy *policy, SendpathRoute *route, SendpathMessage *message)
{
  const char *record = policies[policy->policy].record;
  SenderRule needed = policies[policy->policy].rule;
  g_autofree char *section = dup_section (route);
  g_autofree char *words = NULL;
  const char *obstacle = NULL;

  if (policy->domain == NULL || needed < route->first_rule)
    return;
  if (needed > SENDER_RULE_KEEP)
    obstacle = find_obstacle (route, needed, message);
  words =
      fill_in (obstacle != NULL ? obstacle : describe_rule (policy, needed), "domain",
               policy->domain, "record", record, "sender", route->sender, "section", section, NULL);
  if (obstacle != NULL)
    {
      route->skipped = g_steal_pointer (&words);
      return;
    }
  route->first_rule = needed;
  if (route->why != NULL)
    {
      g_autofree char *why = g_steal_pointer (&route->why);

      route->why = explain_texts_join (why, words);
    }
}

void
domain_policy_foresee (GPtrArray *routes, const char *from, const PlanInput *plan)
{
  g_autofree char *domain = dup_domain (from);
  const char *const domains[] = { domain, NULL };
  g_autoptr (DomainPolicy) policy = NULL;

  for (guint i = 0; i < routes->len; i++)
    {
      if (!domain_policy_concerns (routes->pdata[i]))
        continue;
      if (policy == NULL)
        policy = domain_policy_find (domains, plan, FALSE, NULL, NULL);
      domain_policy_apply (policy, routes->pdata[i], NULL);
    }
}
