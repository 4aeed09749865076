/* report-facts: picks the attempt and the reply that decided about a recipient, and what concrete
 * help needs to know of them. It judges nothing: the verdicts are given. */
#include "config.h"

#include "sendpath/walk/report-facts.h"

#include <string.h>

#include "sendpath/mail/address.h"
#include "sendpath/verdict/concrete-help.h"
#include "sendpath/verdict/outlook-codes.h"

/* The facts are those of the refusal that decided last; what keeps a message waiting is the attempt
 * that got furthest. */
static const Attempt *
find_attempt (const SendpathReport *report, const ReportRecipient *recipient)
{
  const Attempt *attempt = NULL;

  if (recipient->state == SENDPATH_RECIPIENT_QUEUED)
    attempt = report_get_furthest (report, recipient);
  return attempt != NULL ? attempt : report_get_last_attempt (report, recipient);
}

/* One transaction may have an answer for each recipient; the attempt has one of them, that of others
 * perhaps who were taken. */
static gboolean
has_own_reply (const SendpathReport *report, const ReportRecipient *recipient,
               const Attempt *attempt)
{
  return attempt->verdict == SENDPATH_VERDICT_ACCEPTED ||
         (attempt == report_get_last_attempt (report, recipient) && recipient->reply != NULL &&
          !recipient->is_late);
}

gboolean
report_facts_find (const SendpathReport *report, const ReportRecipient *recipient,
                   ReportFacts *ret_facts)
{
  const Attempt *attempt = find_attempt (report, recipient);
  ReportFacts facts = { .refused = recipient, .attempt = attempt };
  gboolean is_own;

  if (recipient->state == SENDPATH_RECIPIENT_SENT || attempt == NULL)
    return FALSE;
  is_own = has_own_reply (report, recipient, attempt);
  facts.reply = is_own ? recipient->reply : attempt->reply;
  facts.verdict = is_own ? recipient->verdict : attempt->verdict;
  facts.outlook = outlook_code (facts.verdict, report_get_phase_for_refused (attempt),
                                report_facts_get_code (&facts));
  *ret_facts = facts;
  return TRUE;
}

gboolean
report_facts_find_first (const SendpathReport *report, ReportFacts *ret_facts)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (report_facts_find (report, report->recipients->pdata[i], ret_facts))
      return TRUE;
  return FALSE;
}

guint
report_facts_get_code (const ReportFacts *facts)
{
  return facts->reply != NULL ? sendpath_reply_get_code (facts->reply) : 0;
}

char *
report_facts_dup_words (const ReportFacts *facts)
{
  return report_facts_get_code (facts) != 0 ? sendpath_reply_dup_clean_text (facts->reply) : NULL;
}

/* The domain of the address that the message is from, or NULL. */
static char *
dup_own_domain (const SendpathReport *report)
{
  g_autoptr (GPtrArray) addresses =
                 report->from != NULL
                     ? address_list_parse (report->from, strlen (report->from), NULL)
                     : NULL;
  const Address *first =
      addresses != NULL && addresses->len > 0 ? g_ptr_array_index (addresses, 0) : NULL;

  return first != NULL ? g_strdup (address_get_domain (first->addr)) : NULL;
}

char *
report_facts_dup_help (const SendpathReport *report, const ReportFacts *facts)
{
  g_autofree char *own_domain = dup_own_domain (report);
  g_autofree char *words = report_facts_dup_words (facts);
  const Attempt *attempt = facts->attempt;
  ConcreteFacts concrete = { .verdict = facts->verdict,
                             .recipient = facts->refused->address,
                             .sender = attempt->mail_from,
                             .server = attempt->server,
                             .account_domain = own_domain,
                             .text = words,
                             .message_size_bytes = report->size_bytes,
                             .size_max_bytes = attempt->size_max_bytes,
                             .mail_domain = facts->refused->mail_domain,
                             .is_oauth_only = attempt->is_oauth_only };
  char *help = concrete_help (&concrete);

  if (help == NULL && facts->refused->state == SENDPATH_RECIPIENT_QUEUED)
    help = concrete_contact (&concrete);
  return help;
}
