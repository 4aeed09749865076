/* The ladder: which routes, in which order, and which may follow which verdict. */
#include "config.h"

#include "sendpath/walk/plan.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/lib/plan-fixture.h"

/* `account smtp.proseware.com 465/tls 587/starttls; …`: a plan as one line of text. */
static char *
describe (GPtrArray *routes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < routes->len; i++)
    {
      const SendpathRoute *route = routes->pdata[i];

      g_string_append_printf (text, "%s%s %s", i > 0 ? "; " : "",
                              sendpath_route_kind_to_string (route->kind), route->server);
      for (guint j = 0; j < route->endpoints->len; j++)
        g_string_append_printf (text, " %u/%s",
                                sendpath_endpoint_get_port (route->endpoints->pdata[j]),
                                sendpath_security_to_string (
                                    sendpath_endpoint_get_security (route->endpoints->pdata[j])));
      if (route->pop_first)
        g_string_append (text, " pop");
      if (route->skipped != NULL)
        g_string_append (text, " skipped");
    }
  return g_string_free (text, FALSE);
}

static void
assert_plan (PlanFixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) routes = plan_make (&fixture->input);
  g_autofree char *plan = describe (routes);

  g_assert_cmpstr (plan, ==, expected);
}

static void
test_endpoints (void)
{
  static const struct {
    const char *server, *security, *expected;
  } rows[] = {
    { "smtp.proseware.com", "auto", "465/tls 587/starttls 25/starttls" },
    { "smtp.proseware.com", "tls", "465/tls" },
    { "smtp.proseware.com", "starttls", "587/starttls 25/starttls" },
    { "smtp.proseware.com", "none", "25/none" },
    { "smtp.proseware.com:465", "auto", "465/tls" },
    { "smtp.proseware.com:25", "auto", "25/starttls" },
    { "smtp.proseware.com:2525", "auto", "2525/tls 2525/starttls" },
    { "smtp.proseware.com:2525", "tls", "2525/tls" },
    { "smtp.proseware.com:2525", "none", "2525/none" },
    { "[2001:db8::1]:587", "auto", "587/starttls" },
    { "[2001:db8::1]", "tls", "465/tls" },
  };
  g_autoptr (PlanFixture) fixture =
                 plan_fixture_new ("[account home]\naddress = terri@proseware.com\n"
                                   "smtp = smtp.proseware.com\n");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) endpoints =
                     plan_dup_endpoints (rows[i].server, rows[i].security, fixture->input.trust);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint j = 0; j < endpoints->len; j++)
        g_string_append_printf (
            text, "%s%u/%s", j > 0 ? " " : "", sendpath_endpoint_get_port (endpoints->pdata[j]),
            sendpath_security_to_string (sendpath_endpoint_get_security (endpoints->pdata[j])));
      g_assert_cmpstr (text->str, ==, rows[i].expected);
      g_assert_cmpstr (sendpath_endpoint_get_host (endpoints->pdata[0]), ==,
                       g_str_has_prefix (rows[i].server, "[") ? "2001:db8::1"
                                                              : "smtp.proseware.com");
    }
}

static void
test_ladder (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:25\n"
      "pop = pop.proseware.com\nbackup = other\n"
      "[account other]\naddress = terri@example.org\nsmtp = mail.example.org:465\n"
      "[location work]\ndomain = thephone-company.com\n"
      "smtp = mail.thephone-company.com\nsecurity = none\n");

  plan_fixture_set_location (fixture, "work");
  assert_plan (fixture, "account smtp.proseware.com 25/starttls; "
                        "account-port smtp.proseware.com 465/tls 587/starttls; "
                        "account-pop smtp.proseware.com 25/starttls 465/tls 587/starttls pop; "
                        "backup mail.example.org 465/tls; "
                        "location mail.thephone-company.com 25/none");
}

/* Greylisting, and a repeat: the same way first, whatever else was learned. */
static void
test_again (void)
{
  const PlanAgain again = { .server = "mail.thephone-company.com",
                            .kind = SENDPATH_ROUTE_LOCATION,
                            .host = "mail.thephone-company.com",
                            .port = 587,
                            .family = G_SOCKET_FAMILY_IPV6,
                            .rule = SENDER_RULE_SENDER };
  const PlanAgain anywhere = { .server = "smtp.proseware.com", .rule = SENDER_RULE_REWRITE };
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"
      "[location work]\ndomain = thephone-company.com\nsender = tchudzik@thephone-company.com\n"
      "smtp = mail.thephone-company.com\n");
  g_autoptr (GPtrArray) routes = NULL;
  const SendpathRoute *first;

  plan_fixture_set_location (fixture, "work");
  fixture->input.again = &again;
  routes = plan_make (&fixture->input);
  first = routes->pdata[0];
  g_assert_cmpint (first->kind, ==, SENDPATH_ROUTE_LOCATION);
  g_assert_cmpuint (sendpath_endpoint_get_port (first->endpoints->pdata[0]), ==, 587);
  g_assert_cmpint (first->family, ==, G_SOCKET_FAMILY_IPV6);
  g_assert_cmpint (first->first_rule, ==, SENDER_RULE_SENDER);
  g_clear_pointer (&routes, g_ptr_array_unref);
  fixture->input.again = &anywhere;
  routes = plan_make (&fixture->input);
  first = routes->pdata[0];
  g_assert_cmpint (first->kind, ==, SENDPATH_ROUTE_ACCOUNT);
  g_assert_cmpint (first->first_rule, ==, SENDER_RULE_KEEP); /* it may not do more here */
}

/* Whose credential may be used, and nobody's where no login is wanted. */
static void
test_logins (void)
{
  static const struct {
    const char *account, *backup, *location, *expected;
  } rows[] = {
    { "", "", "", "account backup none" },
    { "", "", "user = tchudzik\n", "account backup location" },
    { "auth = none\n", "auth = none\n", "user = tchudzik\nauth = none\n", "none none none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *config = g_strdup_printf (
          "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"
          "backup = other\n%s"
          "[account other]\naddress = terri@example.org\nsmtp = mail.example.org\n%s"
          "[location work]\nnetwork = 192.0.2.0/24\nsmtp = mail.thephone-company.com\n%s",
          rows[i].account, rows[i].backup, rows[i].location);
      g_autoptr (PlanFixture) fixture = plan_fixture_new (config);
      g_autoptr (GPtrArray) routes = NULL;
      g_autofree char *logins = NULL;

      plan_fixture_set_location (fixture, "work");
      routes = plan_make (&fixture->input);
      g_assert_cmpuint (routes->len, ==, 3);
      logins = g_strjoin (" ", sendpath_route_get_login (routes->pdata[0]),
                          sendpath_route_get_login (routes->pdata[1]),
                          sendpath_route_get_login (routes->pdata[2]), NULL);
      g_assert_cmpstr (logins, ==, rows[i].expected);
    }
}

/* An embedder may take an account away that another one names. */
static void
test_backup_that_is_gone (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:465\n"
      "security = tls\nbackup = other\n"
      "[account other]\naddress = terri@example.org\nsmtp = mail.example.org:465\n");

  g_assert_true (sendpath_profile_store_remove_account (fixture->profiles, "other", NULL));
  assert_plan (fixture, "account smtp.proseware.com 465/tls");
}

static void
test_several_servers (void)
{
  g_autoptr (PlanFixture) fixture =
                 plan_fixture_new ("[account home]\naddress = terri@proseware.com\nsmtp = "
                                   "a.example.org:465; b.example.org:465\n");

  assert_plan (fixture, "account a.example.org 465/tls; account b.example.org 465/tls; "
                        "account-port a.example.org 587/starttls; "
                        "account-port b.example.org 587/starttls");
}

static void
test_pop_login_always (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:465\n"
      "pop = pop.proseware.com\npop-login = always\nsecurity = tls\n");

  assert_plan (fixture, "account smtp.proseware.com 465/tls pop");
}

static void
test_confidential (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:465\n"
      "security = tls\nconfidential = yes\nbackup = other\n"
      "[account other]\naddress = terri@example.org\nsmtp = mail.example.org:465\n"
      "[location work]\nnetwork = 192.0.2.0/24\nsmtp = mail.thephone-company.com:465\n");

  plan_fixture_set_location (fixture, "work");
  assert_plan (fixture,
               "account smtp.proseware.com 465/tls; backup mail.example.org 465/tls skipped; "
               "location mail.thephone-company.com 465/tls skipped");
}

/* */
static void
test_tls_seen (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:2525\n"
      "security = none\n");

  assert_plan (fixture, "account smtp.proseware.com 2525/none; "
                        "account-port smtp.proseware.com 465/tls 587/starttls");
  g_assert_true (trust_note_tls (fixture->input.trust, "smtp.proseware.com", NULL));
  assert_plan (fixture, "account smtp.proseware.com skipped; "
                        "account-port smtp.proseware.com 465/tls 587/starttls");
}

static void
remember_route (PlanFixture *fixture, guint route, guint endpoint)
{
  g_autoptr (GPtrArray) routes = plan_make (&fixture->input);
  const SendpathRoute *chosen = routes->pdata[route];

  plan_remember (&fixture->input, chosen, chosen->endpoints->pdata[endpoint],
                 G_SOCKET_FAMILY_IPV4, "192.0.2.7");
}

/* The address that worked here, on this network, at the endpoint that it worked at, and not for ever. */
static void
test_learned_address (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"
      "security = starttls\n");
  PlanAgain again = { .server = "smtp.proseware.com", .host = "smtp.proseware.com", .port = 25 };
  static const struct {
    const char *network;
    gint64 later_s;
    gboolean is_again;
    gboolean is_known;
  } rows[] = {
    { "here", 0, FALSE, TRUE },          { "elsewhere", 0, FALSE, FALSE },
    { "here", 6 * 86400, FALSE, TRUE },  { "here", 8 * 86400, FALSE, FALSE },
    { "here", -86400, FALSE, FALSE },    { "here", 0, TRUE, FALSE },
  };
  gint64 now_s = fixture->input.now_s;

  remember_route (fixture, 0, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) routes = NULL;
      const SendpathRoute *first;

      fixture->input.network_id = rows[i].network;
      fixture->input.now_s = now_s + rows[i].later_s;
      fixture->input.again = rows[i].is_again ? &again : NULL;
      routes = plan_make (&fixture->input);
      first = routes->pdata[0];
      g_assert_cmpstr (first->learned_ip, ==, rows[i].is_known ? "192.0.2.7" : NULL);
      g_assert_cmpint (first->is_learned, ==, g_str_equal (rows[i].network, "here"));
    }
}

static void
test_learned_first (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"
      "security = starttls\npop = pop.proseware.com\n");

  remember_route (fixture, 1, 1);
  assert_plan (fixture, "account-pop smtp.proseware.com 25/starttls 587/starttls pop; "
                        "account smtp.proseware.com 587/starttls 25/starttls");
  fixture->input.network_id = "elsewhere";
  assert_plan (fixture, "account smtp.proseware.com 587/starttls 25/starttls; "
                        "account-pop smtp.proseware.com 587/starttls 25/starttls pop");
  /* the same network, by the name that it has since NetworkManager is asked */
  fixture->input.former_network_id = "here";
  assert_plan (fixture, "account-pop smtp.proseware.com 25/starttls 587/starttls pop; "
                        "account smtp.proseware.com 587/starttls 25/starttls");
  remember_route (fixture, 0, 1);
  assert_plan (fixture, "account-pop smtp.proseware.com 587/starttls 25/starttls pop; "
                        "account smtp.proseware.com 587/starttls 25/starttls");
}

/* Each route says why it stands where it does. */
static void
test_places (void)
{
  static const char *const words[] = { "order in which", "configured port", "before a login",
                                       "no server of the account", "no server of an account" };
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:25\n"
      "pop = pop.proseware.com\nbackup = other\n"
      "[account other]\naddress = terri@example.org\nsmtp = mail.example.org:465\n"
      "[location work]\nnetwork = 192.0.2.0/24\nsmtp = mail.thephone-company.com\n");
  g_autoptr (GPtrArray) routes = NULL;

  plan_fixture_set_location (fixture, "work");
  routes = plan_make (&fixture->input);
  g_assert_cmpuint (routes->len, ==, G_N_ELEMENTS (words));
  for (guint i = 0; i < routes->len; i++)
    g_assert_nonnull (strstr (sendpath_route_get_why (routes->pdata[i]), words[i]));
  remember_route (fixture, 2, 0);
  g_clear_pointer (&routes, g_ptr_array_unref);
  routes = plan_make (&fixture->input);
  g_assert_nonnull (strstr (sendpath_route_get_why (routes->pdata[0]), "worked last"));
  g_assert_nonnull (strstr (sendpath_route_get_why (routes->pdata[1]), words[0]));
}

/* Routes of steps 4 to 6 keep first place for an hour. */
static void
test_relay_first_for_an_hour (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com:465\n"
      "security = tls\n"
      "[location work]\nnetwork = 192.0.2.0/24\nsmtp = mail.thephone-company.com:465\n");
  const char *own_first =
      "account smtp.proseware.com 465/tls; location mail.thephone-company.com 465/tls";
  const char *relay_first =
      "location mail.thephone-company.com 465/tls; account smtp.proseware.com 465/tls";

  plan_fixture_set_location (fixture, "work");
  assert_plan (fixture, own_first);
  remember_route (fixture, 1, 0);
  assert_plan (fixture, relay_first);
  fixture->input.now_s += 3599;
  assert_plan (fixture, relay_first);
  fixture->input.now_s += 2;
  assert_plan (fixture, own_first);
}

static void
test_may_follow (void)
{
  static const struct {
    SendpathVerdict verdict;
    const char *kinds; /* one letter each, in order of the ladder: a p P b l */
  } rows[] = {
    { SENDPATH_VERDICT_RELAY_DENIED, "apPbl" },   { SENDPATH_VERDICT_AUTH_REQUIRED, "apPbl" },
    { SENDPATH_VERDICT_POP_REQUIRED, "Pbl" },     { SENDPATH_VERDICT_AUTH_FAILED, "b" },
    { SENDPATH_VERDICT_UNREACHABLE, "apPbl" },    { SENDPATH_VERDICT_TLS_FAILED, "apPbl" },
    { SENDPATH_VERDICT_CONTENT_REJECTED, "" },    { SENDPATH_VERDICT_RECIPIENT_UNKNOWN, "" },
    { SENDPATH_VERDICT_GREYLISTED, "" },          { SENDPATH_VERDICT_UNCERTAIN, "" },
    { SENDPATH_VERDICT_MESSAGE_TOO_LARGE, "" },   { SENDPATH_VERDICT_RATE_LIMITED, "" },
    { SENDPATH_VERDICT_CLIENT_BLOCKED, "apPbl" }, { SENDPATH_VERDICT_SENDER_REJECTED, "apPbl" },
  };
  static const char letters[] = " apPbl";
  g_autoptr (PlanFixture) fixture =
                 plan_fixture_new ("[account home]\naddress = terri@proseware.com\n"
                                   "smtp = smtp.proseware.com\n");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) kinds = g_string_new (NULL);

      for (SendpathRouteKind kind = SENDPATH_ROUTE_ACCOUNT; kind <= SENDPATH_ROUTE_LOCATION; kind++)
        {
          g_autoptr (SendpathRoute) route =
                         route_new (kind, "mail.example.org", fixture->input.account, NULL);

          if (plan_may_follow (rows[i].verdict, route))
            g_string_append_c (kinds, letters[kind]);
        }
      g_assert_cmpstr (kinds->str, ==, rows[i].kinds);
    }
}

/* T-060, R-41 */
static void
test_mail_from (void)
{
  static const struct {
    const char *sender, *from, *expected;
  } rows[] = {
    { NULL, "terri@proseware.com", "terri@proseware.com" },
    { NULL, "sales@example.org", "sales@example.org" },     /* an alias */
    { NULL, "somebody@adatum.com", "terri@proseware.com" }, /* not ours: the account's */
    { "somebody@adatum.com", "terri@proseware.com", "terri@proseware.com" },
    { "sales@example.org", "terri@proseware.com", "sales@example.org" },
    { "", "terri@proseware.com", "" },
  };
  g_autoptr (PlanFixture) fixture =
                 plan_fixture_new ("[account home]\naddress = terri@proseware.com\n"
                                   "aliases = *@example.org\nsmtp = smtp.proseware.com\n");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("From: %s\r\n\r\nx\r\n", rows[i].from);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      g_autoptr (SendpathMessage) message =
                     sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, NULL);

      if (rows[i].sender != NULL)
        g_assert_true (sendpath_message_set_sender (message, rows[i].sender, NULL));
      g_assert_cmpstr (plan_get_mail_from (fixture->input.account, message), ==, rows[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/each-route-says-why-it-stands-there", test_places);
  g_test_add_func ("/plan/endpoints-of-a-server", test_endpoints);
  g_test_add_func ("/plan/ladder-in-order", test_ladder);
  g_test_add_func ("/plan/the-same-way-again", test_again);
  g_test_add_func ("/plan/logins", test_logins);
  g_test_add_func ("/plan/backup-that-is-gone", test_backup_that_is_gone);
  g_test_add_func ("/plan/several-servers", test_several_servers);
  g_test_add_func ("/plan/pop-login-always", test_pop_login_always);
  g_test_add_func ("/plan/confidential-stays-off-other-servers", test_confidential);
  g_test_add_func ("/plan/tls-seen-is-never-plain-again", test_tls_seen);
  g_test_add_func ("/plan/learned-route-first-on-its-network", test_learned_first);
  g_test_add_func ("/plan/learned-address", test_learned_address);
  g_test_add_func ("/plan/relay-first-for-an-hour", test_relay_first_for_an_hour);
  g_test_add_func ("/plan/verdict-permits-route", test_may_follow);
  g_test_add_func ("/plan/mail-from", test_mail_from);
  return g_test_run ();
}
