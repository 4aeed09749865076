/* What is asked about the domains of recipients who were refused, and noted in the report. */
#include "config.h"

#include "sendpath/report-domains.h"

#include <string.h>

#include "tests/lib/fake-resolver.h"

static const FakeHost hosts[] = {
  { .host = "adatum.com.", .mx = "10 mx.adatum.com", .has_zone = TRUE },
  { .host = "null.example.org.", .mx = "0 .", .has_zone = TRUE },
  { .host = NULL },
};

static SendpathNetwork *
new_network (gboolean is_up)
{
  const char *const addresses[] = { "192.0.2.7/24", NULL };

  return sendpath_network_new_for_facts (NULL, NULL, is_up ? addresses : NULL);
}

/* One attempt by the server at @ip, which refused everybody with @verdict. */
static SendpathReport *
new_report (const char *const *addresses, const char *ip, SendpathVerdict verdict)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Subject: x\n\nx\n", 14);
  g_autoptr (SendpathMessage) message =
                 sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, NULL);
  gboolean is_taken = verdict == SENDPATH_VERDICT_ACCEPTED;
  g_autoptr (SendpathReply) reply = sendpath_reply_new (is_taken ? 250 : 550, NULL, "so it is");
  Attempt *attempt = attempt_new ();
  SendpathReport *report;
  guint index;

  for (guint i = 0; addresses[i] != NULL; i++)
    g_assert_true (sendpath_message_add_recipient (message, addresses[i], NULL));
  report = report_new (NULL, message);
  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->ip = g_strdup (ip);
  attempt->reply = sendpath_reply_ref (reply);
  attempt->verdict = verdict;
  index = report_add_attempt (report, attempt);
  for (guint i = 0; addresses[i] != NULL; i++)
    report_set_recipient (report, addresses[i], index,
                          is_taken ? SENDPATH_RECIPIENT_SENT : SENDPATH_RECIPIENT_FAILED, verdict,
                          reply);
  return report;
}

static char *
ask (SendpathReport *report, gboolean is_up)
{
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);
  g_autoptr (SendpathNetwork) network = new_network (is_up);

  return report_domains_ask (report, network, resolver, NULL);
}

static void
assert_state (SendpathReport *report, const char *address, MailDomain state)
{
  g_assert_cmpint (report_find_recipient (report, address)->mail_domain, ==, state);
}

/* Each domain once, and what one process has found another can read. */
static void
test_noted (void)
{
  static const char *const addresses[] = { "a@null.example.org", "b@adatum.com",
                                           "c@Null.Example.Org", "d@gone.example.net", NULL };
  g_autoptr (SendpathReport) report =
                 new_report (addresses, "192.0.2.10", SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  g_autoptr (SendpathReport) other =
                 new_report (addresses, "192.0.2.10", SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  g_autofree char *line = ask (report, TRUE);
  SendpathReport *both[] = { report, other };

  g_assert_cmpstr (line, ==, "null.example.org=null-mx adatum.com=mail gone.example.net=missing");
  report_domains_read (other, line);
  report_domains_read (other, "nonsense b@adatum.com= =missing");
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      assert_state (both[i], addresses[0], MAIL_DOMAIN_NULL_MX);
      assert_state (both[i], addresses[1], MAIL_DOMAIN_TAKES_MAIL);
      assert_state (both[i], addresses[2], MAIL_DOMAIN_NULL_MX);
      assert_state (both[i], addresses[3], MAIL_DOMAIN_MISSING);
    }
}

static void
test_not_asked (void)
{
  static const char *const addresses[] = { "a@null.example.org", NULL };
  static const struct {
    const char *ip;
    SendpathVerdict verdict;
    gboolean is_up;
  } rows[] = {
    { "192.0.2.10", SENDPATH_VERDICT_ACCEPTED, TRUE },
    { "192.0.2.10", SENDPATH_VERDICT_RELAY_DENIED, TRUE },
    { "192.0.2.10", SENDPATH_VERDICT_RECIPIENT_UNKNOWN, FALSE }, /* offline */
    { "127.0.0.1", SENDPATH_VERDICT_RECIPIENT_UNKNOWN, TRUE },   /* a server on this machine */
    { "::1", SENDPATH_VERDICT_RECIPIENT_UNKNOWN, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SendpathReport) report = new_report (addresses, rows[i].ip, rows[i].verdict);
      g_autofree char *line = ask (report, rows[i].is_up);

      g_assert_cmpstr (line, ==, "");
      assert_state (report, addresses[0], MAIL_DOMAIN_UNKNOWN);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report-domains/each-is-asked-about-once", test_noted);
  g_test_add_func ("/report-domains/nobody-is-asked-without-need", test_not_asked);
  return g_test_run ();
}
