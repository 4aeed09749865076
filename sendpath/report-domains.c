/* The domains of recipients who were refused: asked about after the walk, told with its report. It
 * never delays a message that was taken, and changes no outcome. */
#include "config.h"

#include "sendpath/report-domains.h"

#include <string.h>

#include "profiles/network-private.h"
#include "sendpath/mail/address.h"
#include "sendpath/recipient-domain.h"

/* Verdicts for which the domain may be the reason. */
static const SendpathVerdict wanted[] = {
  SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
  SENDPATH_VERDICT_RECIPIENT_INVALID,
  SENDPATH_VERDICT_REMOTE_UNREACHABLE,
};

/* One on this machine has asked the name servers itself. */
static gboolean
is_elsewhere (const Attempt *attempt)
{
  g_autoptr (GInetAddress) address = attempt != NULL && attempt->ip != NULL
                                         ? g_inet_address_new_from_string (attempt->ip)
                                         : NULL;

  return address != NULL && !g_inet_address_get_is_loopback (address);
}

/* The domain to ask about, borrowed, or NULL. */
static const char *
find_domain (const SendpathReport *report, const ReportRecipient *recipient)
{
  if (recipient->state == SENDPATH_RECIPIENT_SENT ||
      recipient->mail_domain != MAIL_DOMAIN_UNKNOWN ||
      !is_elsewhere (report_get_last_attempt (report, recipient)))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (recipient->verdict == wanted[i])
      return address_get_domain (recipient->address);
  return NULL;
}

gboolean
report_domains_are_wanted (const SendpathReport *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (find_domain (report, report->recipients->pdata[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* For everybody there who was refused. */
static void
note (SendpathReport *report, const char *domain, MailDomain state)
{
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];
      const char *own = find_domain (report, recipient);

      if (own != NULL && g_ascii_strcasecmp (own, domain) == 0)
        report_set_mail_domain (report, recipient->address, state);
    }
}

/* One domain after the other: nearly always there is only one. */
char *
report_domains_ask (SendpathReport *report, SendpathNetwork *network, GResolver *resolver,
                    GCancellable *cancellable)
{
  gint64 end_us = g_get_monotonic_time () + RECIPIENT_DOMAIN_MAX_MS * G_TIME_SPAN_MILLISECOND;
  GString *line = g_string_new (NULL);
  gint64 left_us;

  if (!report_domains_are_wanted (report) || !network_is_connected (network))
    return g_string_free (line, FALSE);
  for (guint i = 0; i < report->recipients->len; i++)
    {
      g_autofree char *domain = g_strdup (find_domain (report, report->recipients->pdata[i]));
      g_autoptr (RecipientDomain) answer = NULL;

      left_us = end_us - g_get_monotonic_time ();
      if (domain == NULL || left_us <= 0)
        continue;
      answer = recipient_domain_look_up (domain, resolver,
                                         (guint) (left_us / G_TIME_SPAN_MILLISECOND), cancellable);
      if (answer->state == MAIL_DOMAIN_UNKNOWN)
        continue;
      note (report, domain, answer->state);
      g_string_append_printf (line, "%s%s=%s", line->len > 0 ? " " : "", domain,
                              recipient_domain_state_to_string (answer->state));
    }
  return g_string_free (line, FALSE);
}

void
report_domains_read (SendpathReport *report, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  for (char **word = words; *word != NULL; word++)
    {
      char *sign = strrchr (*word, '=');

      if (sign == NULL)
        continue;
      *sign = '\0';
      note (report, *word, recipient_domain_state_from_string (sign + 1));
    }
}
