/* Relays of the network: what leaves by one that was approved, and what waits for an approval. */
#include "config.h"

#include "tests/lib/walk-scene.h"

#include <string.h>

#include "profiles/approvals.h"
#include "sendpath/walk/discovery.h"

#define KEY                                                                                        \
  "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define OFFER                                                                                      \
  { .host = "_submissions._tcp.hotel.example.", .srv = "0 0 465 mail.hotel.example." },            \
      { .host = "mail.hotel.example", .addresses = "198.51.100.25" }

static const FakeHost offer[] = { OFFER, { .host = NULL } };
static const char *const hotel[] = { "hotel.example", NULL };

/* Our own server refuses; the network has that search domain. @relay: the dialogue of the one that is
 * approved, or NULL. */
static Scene *
hotel_new (const char *relay)
{
  Scene *scene = scene_new (DENIES, NULL);

  scene->plan->input.domains = hotel;
  scene->hosts = offer;
  if (relay != NULL)
    scene_approve (scene, relay);
  return scene;
}

static void
assert_waits (Scene *scene, const char *needs, const char *words)
{
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, needs);
  g_test_message ("%s", sendpath_report_get_reason (scene->report));
  g_assert_nonnull (strstr (sendpath_report_get_reason (scene->report), words));
}

/* T-141, T-142 */
static void
test_unapproved_waits (void)
{
  g_autoptr (Scene) scene = hotel_new (NULL);
  g_autofree char *summary = NULL;

  scene_walk_to (scene, "someone@adatum.com");
  assert_waits (scene, "approval", "sendpath location trust");
  g_assert_nonnull (strstr (sendpath_report_get_reason (scene->report), "mail.hotel.example"));
  g_assert_cmpstr (scene->routes->str, ==, "account");
  summary = sendpath_report_dup_summary (scene->report);
  g_assert_nonnull (strstr (summary, "sendpath location trust"));
}

/* T-142: asked once; after a yes it leaves there, without a login. */
static void
test_asked (gconstpointer data)
{
  SendpathRelayChoice choice = GPOINTER_TO_UINT (data);
  g_autoptr (Scene) scene = hotel_new (NULL);

  scene->choice = choice;
  scene->password = CANARY;
  scene_offer (scene, TAKES);
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->relays->str, ==, "mail.hotel.example:465");
  if (choice == SENDPATH_RELAY_CHOICE_NEVER)
    {
      g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
      g_assert_null (sendpath_report_get_needs (scene->report));
      g_assert_cmpstr (scene->routes->str, ==, "account");
      return;
    }
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account discovered");
  g_assert_cmpstr (scene->pins->str, ==, "name");
  scripted_server_assert_played (scene->relay);
}

/* a person said yes to that key, and it is that key that the relay must show. */
static void
test_asked_about_key (void)
{
  g_autoptr (Scene) scene = hotel_new (NULL);

  scene->choice = SENDPATH_RELAY_CHOICE_ONCE;
  scene->key = KEY;
  scene_offer (scene, TAKES);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->pins->str, ==, KEY);
}

static void
test_refused (void)
{
  g_autoptr (Scene) scene = hotel_new (NULL);

  scene->choice = SENDPATH_RELAY_CHOICE_HERE;
  scene_decide (scene, "mail.hotel.example", 587, NULL, TRUE);
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->relays->str, ==, "");
  g_assert_cmpstr (scene->routes->str, ==, "account");
  g_assert_null (sendpath_report_get_needs (scene->report));
}

/* The same name at another port was approved already. */
static void
test_approved_at_another_port (void)
{
  g_autoptr (PlanFixture) plan = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n");
  RelayDecision decision = { (char *) "mail.hotel.example", 587, (char *) KEY, FALSE };
  g_autoptr (GPtrArray) approved = g_ptr_array_new ();
  g_autoptr (GHashTable) changed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GResolver) resolver = fake_resolver_new (offer);
  g_autoptr (GPtrArray) routes = NULL;
  g_autoptr (GPtrArray) later = NULL;
  const SendpathRoute *route;

  g_ptr_array_add (approved, &decision);
  plan->input.domains = hotel;
  plan->input.approved = approved;
  routes = discovery_find_routes (&plan->input, NULL, resolver, NULL);
  g_assert_cmpuint (routes->len, ==, 1);
  route = routes->pdata[0];
  g_assert_cmpint (route->kind, ==, SENDPATH_ROUTE_LOCATION);
  g_assert_null (route->skipped);
  g_assert_cmpstr (route_get_setting (route, "tls-pin"), ==, KEY);

  /* another key asks again */
  g_hash_table_add (changed, (char *) "mail.hotel.example");
  later = discovery_find_routes (&plan->input, changed, resolver, NULL);
  route = later->pdata[0];
  g_assert_cmpint (route->kind, ==, SENDPATH_ROUTE_DISCOVERED);
  g_assert_true (route->awaits_approval);
  g_assert_null (route->tls_pin);
  g_assert_nonnull (strstr (route->skipped, "you approved"));
}

/* PRODUCT.md section 3: on an open wireless network the user's own word is asked for each time. */
static void
test_overheard (gconstpointer data)
{
  SendpathRelayChoice choice = GPOINTER_TO_UINT (data);
  g_autoptr (Scene) scene = scene_new (DENIES, choice != SENDPATH_RELAY_CHOICE_KEEP ? TAKES : DENIES);

  scene->is_open = TRUE;
  scene->choice = choice;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_true (g_str_has_prefix (scene->relays->str, "127.0.0.1:"));
  if (choice == SENDPATH_RELAY_CHOICE_KEEP)
    {
      assert_waits (scene, "approval", "not encrypted");
      g_assert_cmpstr (scene->routes->str, ==, "account");
      return;
    }
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
}

/* Elsewhere nobody is bothered, nor about the account's own server. */
static void
test_not_overheard (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
  g_autoptr (Scene) cafe = scene_new (TAKES, NULL);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->relays->str, ==, "");
  cafe->is_open = TRUE;
  scene_walk_to (cafe, "someone@adatum.com");
  scene_assert_recipient (cafe, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (cafe->relays->str, ==, "");
}

/* Whoever can send otherwise waits for no name server. */
static void
test_nobody_asked_while_another_route_works (void)
{
  g_autoptr (Scene) scene = scene_new (TAKES, NULL);

  scene->plan->input.domains = hotel;
  scene->hosts = offer;
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_null (sendpath_report_get_needs (scene->report));
}

static void
test_approved_is_used (void)
{
  g_autoptr (Scene) scene = hotel_new (TAKES);

  scene->password = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
  scripted_server_assert_played (scene->relay);
}

/* T-144, R-2: it wants a login, and gets none. */
static void
test_no_credential_for_a_relay (void)
{
  g_autoptr (Scene) scene =
      hotel_new ("S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN LOGIN\nC: MAIL FROM:*\n"
                 "S: 530 5.7.0 Authentication required\n");
  guint n_asked;

  scene->hosts = NULL; /* no other relay is offered */
  scene->password = CANARY;
  scene->answer = CANARY;
  scene_walk_to (scene, "someone@adatum.com");
  assert_waits (scene, NULL, "127.0.0.1 wants a login");
  n_asked = scene->n_asked;
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
  scripted_server_assert_played (scene->relay);
  g_assert_cmpuint (n_asked, ==, 0);
}

/* STARTTLS is not offered where it has to be: nothing follows. */
static void
test_never_in_plain (void)
{
  g_autoptr (Scene) scene = hotel_new ("S: 220 x ESMTP\nC: EHLO *\nS: 250 x\n");

  scene->keeps_tls = TRUE;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpstr (scene->routes->str, ==, "account location");
  scripted_server_assert_played (scene->relay);
}

/* its name led elsewhere when it was approved. */
static void
test_no_way_back (void)
{
  static const char *const own[] = { "192.0.2.7/24", NULL };
  g_autoptr (Scene) scene = hotel_new (TAKES);

  scene->plan->input.addresses = own;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

static void
set_location (Scene *scene, const char *key, const char *value)
{
  g_autoptr (SendpathLocation) location = sendpath_location_new ("hotel");

  g_assert_true (sendpath_location_set (location, "domain", "hotel.example", NULL));
  g_assert_true (sendpath_location_set (location, key, value, NULL));
  g_assert_true (sendpath_profile_store_add_location (scene->plan->profiles, location, NULL));
  plan_fixture_set_location (scene->plan, "hotel");
}

static void
test_discover_no (void)
{
  g_autoptr (Scene) scene = hotel_new (TAKES);

  set_location (scene, "discover", "no");
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->routes->str, ==, "account");
  g_assert_null (sendpath_report_get_needs (scene->report));
}

static void
test_confidential (void)
{
  g_autoptr (Scene) scene = hotel_new (TAKES);

  scene_set (scene, "confidential", "yes");
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->routes->str, ==, "account");
  g_assert_null (sendpath_report_get_needs (scene->report));
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
}

/* The sender rules of steps 4 to 6 hold, and say where to write the sender. */
static void
test_domain_policy (void)
{
  static const FakeHost hosts[] = { OFFER,
                                    { .host = "_dmarc.proseware.com.", .txt = "v=DMARC1; p=reject" },
                                    { .host = NULL } };
  g_autoptr (Scene) scene = hotel_new (TAKES);

  scene->hosts = hosts;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->routes->str, ==, "account");
  assert_waits (scene, "decision", "[location NAME]");
}

static void
assert_discovered (const char *policy, guint n_routes, gboolean is_skipped)
{
  g_autofree char *config = g_strdup_printf (
      "[policy]\ndiscovered = %s\n[account home]\naddress = terri@proseware.com\n"
      "smtp = smtp.proseware.com\n",
      policy);
  g_autoptr (PlanFixture) plan = plan_fixture_new (config);
  g_autoptr (GResolver) resolver = fake_resolver_new (offer);
  g_autoptr (GPtrArray) routes = NULL;

  plan->input.domains = hotel;
  routes = discovery_find_routes (&plan->input, NULL, resolver, NULL);
  g_assert_cmpuint (routes->len, ==, n_routes);
  for (guint i = 0; i < routes->len; i++)
    {
      const SendpathRoute *route = routes->pdata[i];

      g_assert_cmpint (route->kind, ==, SENDPATH_ROUTE_DISCOVERED);
      g_assert_cmpint (route->login, ==, ROUTE_LOGIN_NONE);
      g_assert_cmpint (route->skipped != NULL, ==, is_skipped);
      g_assert_cmpint (sendpath_endpoint_get_security (route->endpoints->pdata[0]), ==,
                       SENDPATH_SECURITY_TLS);
    }
}

static void
test_policies (void)
{
  assert_discovered ("ask", 1, TRUE);
  assert_discovered ("auto", 1, FALSE);
  assert_discovered ("never", 0, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk/relays/unapproved-waits", test_unapproved_waits);
  g_test_add_data_func ("/walk/relays/T-142-use-here",
                        GUINT_TO_POINTER (SENDPATH_RELAY_CHOICE_HERE), test_asked);
  g_test_add_data_func ("/walk/relays/only-this-message",
                        GUINT_TO_POINTER (SENDPATH_RELAY_CHOICE_ONCE), test_asked);
  g_test_add_data_func ("/walk/relays/never-here", GUINT_TO_POINTER (SENDPATH_RELAY_CHOICE_NEVER),
                        test_asked);
  g_test_add_func ("/walk/relays/R-26-key-is-required", test_asked_about_key);
  g_test_add_func ("/walk/relays/refused-is-not-asked-about", test_refused);
  g_test_add_func ("/walk/relays/R-26-name-counts-and-not-the-port", test_approved_at_another_port);
  g_test_add_data_func ("/walk/relays/open-wifi-waits", GUINT_TO_POINTER (SENDPATH_RELAY_CHOICE_KEEP),
                        test_overheard);
  g_test_add_data_func ("/walk/relays/open-wifi-after-a-yes",
                        GUINT_TO_POINTER (SENDPATH_RELAY_CHOICE_ONCE), test_overheard);
  g_test_add_func ("/walk/relays/asked-only-on-open-wifi", test_not_overheard);
  g_test_add_func ("/walk/relays/asked-for-only-at-the-end",
                   test_nobody_asked_while_another_route_works);
  g_test_add_func ("/walk/relays/approved-is-used", test_approved_is_used);
  g_test_add_func ("/walk/relays/T-144-no-credential", test_no_credential_for_a_relay);
  g_test_add_func ("/walk/relays/never-in-plain", test_never_in_plain);
  g_test_add_func ("/walk/relays/no-way-back-to-this-machine", test_no_way_back);
  g_test_add_func ("/walk/relays/discover-no", test_discover_no);
  g_test_add_func ("/walk/relays/confidential-waits", test_confidential);
  g_test_add_func ("/walk/relays/sender-rules-hold", test_domain_policy);
  g_test_add_func ("/walk/relays/policies", test_policies);
  return g_test_run ();
}
