/* "Is this relaying?": what the engine makes of the servers' answers. The servers are scripted, the
 * name servers are a table. */
#include "config.h"

#include "sendpath/relaying.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "profiles/network-private.h"
#include "tests/lib/engine-fixture.h"
#include "tests/lib/fake-resolver.h"

#define FOREIGN "someone@adatum.com"
#define OWN     "anna@proseware.com"

#define MAIL_IS_TAKEN "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:*\n"
#define TAKEN         MAIL_IS_TAKEN "S: 250 2.1.5 ok\n"
#define DENIED        MAIL_IS_TAKEN "S: 554 5.7.1 <someone@adatum.com>: Relay access denied\n"
#define GREETS_WITH_LOGIN                                                                          \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 AUTH PLAIN\n"
#define COMMAND "secret-command = printf %s " FIXTURE_SECRET "\n"

static const FakeHost hosts[] = {
  { .host = "adatum.com.", .mx = "10 mx.adatum.com", .has_zone = TRUE },
  { .host = "null.example.org.", .mx = "0 .", .has_zone = TRUE },
  { .host = "proseware.com.", .mx = "10 mx.proseware.com", .has_zone = TRUE },
  { .host = "_dmarc.example.org.", .txt = "v=DMARC1; p=reject" },
  { .host = "example.net.", .txt = "v=spf1 -all" },
  { .host = NULL },
};

static SendpathRelaying *
ask (EngineFixture *fixture, const char *to)
{
  g_autoptr (GError) error = NULL;
  SendpathRelaying *relaying =
      sendpath_engine_ask_relaying (fixture->engine, to, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return relaying;
}

/* `login relay-denied`: the answer of all, and the verdict of server @i. */
static void
assert_answer (const SendpathRelaying *relaying, guint i, const char *answer, const char *verdict)
{
  g_autofree char *text = sendpath_relaying_to_json (relaying);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (root);
  JsonArray *servers = json_object_get_array_member (object, "servers");

  g_assert_cmpint (json_object_get_int_member (object, "schema"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "relaying"), ==, answer);
  g_assert_cmpuint (json_array_get_length (servers), >, i);
  g_assert_cmpstr (
      json_object_get_string_member (json_array_get_object_element (servers, i), "verdict"), ==,
      verdict);
}

/* ---- one server ------------------------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *dialogue, *keys, *to;
  const char *answer, *verdict;
  gboolean can_leave;
  const char *words; /* somewhere in the text */
} Row;

static const Row rows[] = {
  { "the-servers-own-recipient-is-local", SERVER_GREETS TAKEN, NULL, OWN, "local", "accepted", TRUE,
    "This is no relaying" },
  { "a-foreign-recipient-that-is-taken-is-allowed", SERVER_GREETS TAKEN, NULL, FOREIGN, "allowed",
    "accepted", TRUE, "this network may" },
  { "a-refusal-with-a-password-at-hand-is-a-login", GREETS_WITH_LOGIN DENIED, LOGIN_KEYS COMMAND,
    FOREIGN, "login", "relay-denied", TRUE, "would log in to 127.0.0.1" },
  { "a-refusal-without-a-password-is-a-login-that-waits", GREETS_WITH_LOGIN DENIED, LOGIN_KEYS,
    FOREIGN, "login", "relay-denied", FALSE, "sendpath password set home" },
  { "a-refusal-where-no-login-is-offered-waits", SERVER_GREETS DENIED, LOGIN_KEYS COMMAND, FOREIGN,
    "login", "relay-denied", FALSE, "offers no login" },
  { "a-password-is-not-for-plain-text", GREETS_WITH_LOGIN DENIED, "user = terri\n" COMMAND, FOREIGN,
    "login", "relay-denied", FALSE, "offers no login" },
  { "a-login-that-everybody-needs", SERVER_WANTS_LOGIN, LOGIN_KEYS COMMAND, OWN, "login",
    "auth-required", TRUE, "wants a login before" },
  { "an-unknown-recipient-is-refused",
    SERVER_GREETS MAIL_IS_TAKEN "S: 550 5.1.1 no such user here\n", NULL, FOREIGN, "refused",
    "recipient-unknown", FALSE, "550 5.1.1 no such user here" },
  { "a-blocked-client-is-refused",
    SERVER_GREETS MAIL_IS_TAKEN "S: 554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked "
                                "using a blocklist\n",
    NULL, FOREIGN, "refused", "client-blocked", FALSE, "from here" },
  { "who-puts-off-has-not-answered",
    SERVER_GREETS MAIL_IS_TAKEN "S: 451 4.7.1 Greylisted, try again later\n", NULL, FOREIGN,
    "unknown", "greylisted", TRUE, "it would be relaying" },
  { "nobody-answers", NULL, NULL, OWN, "unknown", "unreachable", FALSE, "no relaying is needed" },
};

static void
test_one_server (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (EngineFixture) fixture = engine_fixture_new (row->dialogue, row->keys);
  g_autoptr (SendpathRelaying) relaying = ask (fixture, row->to);
  g_autofree char *text = sendpath_relaying_to_text (relaying);

  assert_answer (relaying, 0, row->answer, row->verdict);
  g_assert_cmpint (sendpath_relaying_can_leave (relaying), ==, row->can_leave);
  if (strstr (text, row->words) == NULL)
    g_error ("“%s” is not in:\n%s", row->words, text);
  g_assert_null (strchr (text, '{'));
  if (fixture->server == NULL)
    return;
  scripted_server_assert_played (fixture->server);
  g_assert_false (scripted_server_has_received (fixture->server, "AUTH"));
  g_assert_false (scripted_server_has_received (fixture->server, "DATA"));
  g_assert_false (scripted_server_has_received (fixture->server, FIXTURE_SECRET));
}

/* ---- the location's relay -------------------------------------------------------------------- */

static EngineFixture *
new_fixture_at_work (const char *dialogue, ScriptedServer *relay)
{
  g_autofree char *keys =
      g_strdup_printf ("auth = none\n[location work]\nnetwork = 192.0.2.0/24\nsmtp = 127.0.0.1:%u\n"
                       "security = none\nsender = tchudzik@thephone-company.com\n",
                       scripted_server_get_port (relay));

  return engine_fixture_new (dialogue, keys);
}

static void
test_location (void)
{
  g_autoptr (ScriptedServer) relay =
                 scripted_server_new (SERVER_GREETS TAKEN, SCRIPTED_SERVER_NO_CUT);
  g_autoptr (EngineFixture) fixture = new_fixture_at_work (SERVER_GREETS DENIED, relay);
  g_autoptr (SendpathRelaying) relaying = ask (fixture, FOREIGN);

  assert_answer (relaying, 0, "allowed", "relay-denied");
  assert_answer (relaying, 1, "allowed", "accepted");
  g_assert_true (sendpath_relaying_can_leave (relaying));
  g_assert_nonnull (strstr (sendpath_relaying_get_summary (relaying), "location work"));
  scripted_server_assert_played (relay);
}

/* Where only its own senders are taken, the sender rule of the walk is asked for too. */
static void
test_location_wants_its_sender (void)
{
  g_autoptr (ScriptedServer) relay = scripted_server_new (
      SERVER_GREETS
      "C: MAIL FROM:<terri@proseware.com>*\nS: 553 5.7.1 Sender address rejected: not "
      "owned by you\nC: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\n"
      "C: RCPT TO:*\nS: 250 ok\n",
      SCRIPTED_SERVER_NO_CUT);
  g_autoptr (EngineFixture) fixture = new_fixture_at_work (SERVER_GREETS DENIED, relay);
  g_autoptr (SendpathRelaying) relaying = ask (fixture, FOREIGN);

  assert_answer (relaying, 1, "allowed", "accepted");
  scripted_server_assert_played (relay);
}

/* It is never logged in to. */
static void
test_location_refuses (void)
{
  g_autoptr (ScriptedServer) relay = scripted_server_new (
      SERVER_GREETS "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:*\n"
                    "S: 550 relay not permitted\nC: RSET\nS: 250 ok\n"
                    "C: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\nC: RCPT TO:*\n"
                    "S: 550 relay not permitted\n",
      SCRIPTED_SERVER_NO_CUT);
  g_autoptr (EngineFixture) fixture = new_fixture_at_work (SERVER_GREETS DENIED, relay);
  g_autoptr (SendpathRelaying) relaying = ask (fixture, FOREIGN);

  assert_answer (relaying, 0, "login", "relay-denied");
  assert_answer (relaying, 1, "login", "relay-denied");
  g_assert_false (sendpath_relaying_can_leave (relaying));
  scripted_server_assert_played (relay);
}

/* What the From domain publishes counts as it does for a message. */
static void
test_domain_policy (void)
{
  g_autoptr (ScriptedServer) relay = scripted_server_new (
      SERVER_GREETS "C: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\nC: RCPT TO:*\n"
                    "S: 250 ok\n",
      SCRIPTED_SERVER_NO_CUT);
  g_autoptr (EngineFixture) fixture = new_fixture_at_work (SERVER_GREETS DENIED, relay);
  g_autoptr (SendpathRelaying) barred = NULL, allowed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  barred = sendpath_engine_ask_relaying (fixture->engine, FOREIGN, NULL, "terri@example.org", NULL,
                                         &error);
  g_assert_no_error (error);
  text = sendpath_relaying_to_text (barred);
  g_assert_nonnull (strstr (text, "rewrite-from"));
  g_assert_false (sendpath_relaying_can_leave (barred));
  g_assert_cmpuint (scripted_server_count_connections (relay), ==, 0);

  engine_fixture_use_server (fixture, SERVER_GREETS DENIED);
  allowed = sendpath_engine_ask_relaying (fixture->engine, FOREIGN, NULL, "terri@example.net", NULL,
                                          &error);
  g_assert_no_error (error);
  g_assert_true (sendpath_relaying_can_leave (allowed));
  scripted_server_assert_played (relay);
}

/* */
static void
test_portal (void)
{
  static char *addresses[] = { (char *) "192.0.2.7/24", NULL };
  static char *domains[] = { NULL };
  NetworkFacts kernel = { .domains = domains, .addresses = addresses, .has_route = TRUE };
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  NetworkManagerFacts manager = { .connections = none, .connectivity = "portal" };
  g_autoptr (SendpathNetwork) portal = network_new_from (&kernel, NULL, &manager);
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_GREETS TAKEN, NULL);
  g_autoptr (SendpathRelaying) relaying = NULL;

  g_object_set (fixture->engine, "network", portal, NULL);
  relaying = ask (fixture, FOREIGN);
  g_assert_cmpint (sendpath_relaying_get_answer (relaying), ==, SENDPATH_RELAY_UNKNOWN);
  g_assert_false (sendpath_relaying_can_leave (relaying));
  g_assert_nonnull (strstr (sendpath_relaying_get_summary (relaying), "sign in"));
  g_assert_cmpuint (scripted_server_count_connections (fixture->server), ==, 0);
}

/* A confidential message would not go there, so nobody there is told of it either. */
static void
test_confidential (void)
{
  g_autoptr (ScriptedServer) relay =
                 scripted_server_new (SERVER_GREETS TAKEN, SCRIPTED_SERVER_NO_CUT);
  g_autofree char *keys = g_strdup_printf ("auth = none\nconfidential = yes\n[location work]\n"
                                           "network = 192.0.2.0/24\nsmtp = 127.0.0.1:%u\n"
                                           "security = none\n",
                                           scripted_server_get_port (relay));
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_GREETS DENIED, keys);
  g_autoptr (SendpathRelaying) relaying = ask (fixture, FOREIGN);

  assert_answer (relaying, 0, "login", "relay-denied");
  g_assert_false (sendpath_relaying_can_leave (relaying));
  scripted_server_assert_played (fixture->server);
  g_assert_cmpuint (scripted_server_count_connections (relay), ==, 0);
}

/* One with a user of its own may be logged in to, with its own password; asking does not do it. */
static void
test_location_wants_a_login (void)
{
  g_autoptr (TestCerts) certs = test_certs_new ();
  g_autoptr (ScriptedServer) relay = scripted_server_new (
      "!tls good\n" GREETS_WITH_LOGIN
      "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\nC: QUIT\nS: 221 bye\n",
      SCRIPTED_SERVER_NO_CUT);
  g_autofree char *pin = test_certs_dup_pin (certs, "good");
  g_autofree char *keys =
      g_strdup_printf ("auth = none\n[location work]\nnetwork = 192.0.2.0/24\nsmtp = 127.0.0.1:%u\n"
                       "security = tls\ntls-pin = %s\nuser = tchudzik\n",
                       scripted_server_get_port (relay), pin);
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_GREETS DENIED, keys);
  g_autoptr (SendpathRelaying) relaying = NULL;
  g_autofree char *text = NULL;

  scripted_server_set_certs (relay, certs);
  relaying = ask (fixture, FOREIGN);
  text = sendpath_relaying_to_text (relaying);
  assert_answer (relaying, 1, "login", "auth-required");
  g_assert_nonnull (strstr (text, "sendpath password set location:work"));
  scripted_server_assert_played (relay);
  g_assert_false (scripted_server_has_received (relay, "AUTH"));
}

/* ---- the domain ------------------------------------------------------------------------------ */

static void
test_domain_is_told (void)
{
  static const struct {
    const char *to, *domain, *words;
  } domains[] = { { FOREIGN, "mail", "adatum.com" },
                  { "x@null.example.org", "null-mx", "takes no mail at all" },
                  { "x@nowhere.example.net", "missing", "There is no domain nowhere.example.net" },
                  { "x@gmial.com", "missing", "x@gmail.com" } };

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_GREETS TAKEN, NULL);
      g_autoptr (SendpathRelaying) relaying = ask (fixture, domains[i].to);
      g_autofree char *json = sendpath_relaying_to_json (relaying);
      g_autofree char *text = sendpath_relaying_to_text (relaying);
      g_autofree char *wanted = g_strdup_printf ("\"domain\":\"%s\"", domains[i].domain);

      g_assert_nonnull (strstr (json, wanted));
      g_assert_nonnull (strstr (text, domains[i].words));
    }
}

/* ---- errors and threads ---------------------------------------------------------------------- */

static void
test_errors (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      sendpath_engine_ask_relaying (fixture->engine, "someone", NULL, NULL, NULL, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_MESSAGE);
  g_clear_error (&error);
  g_assert_null (sendpath_engine_ask_relaying (fixture->engine, FOREIGN, NULL, "<>", NULL, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_MESSAGE);
  g_clear_error (&error);
  g_assert_null (
      sendpath_engine_ask_relaying (fixture->engine, FOREIGN, "nobody", NULL, NULL, &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT);
}

static void
test_cancelled (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (
      sendpath_engine_ask_relaying (fixture->engine, FOREIGN, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(SendpathRelaying **) data =
      sendpath_engine_ask_relaying_finish (SENDPATH_ENGINE (source), result, &error);
  g_assert_no_error (error);
}

static void
test_async (void)
{
  g_autoptr (EngineFixture) fixture = engine_fixture_new (SERVER_GREETS TAKEN, NULL);
  g_autoptr (SendpathRelaying) relaying = NULL;

  sendpath_engine_ask_relaying_async (fixture->engine, FOREIGN, "home", "terri@proseware.com", NULL,
                                      on_asked, &relaying);
  g_assert_null (relaying);
  while (relaying == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (sendpath_relaying_get_answer (relaying), ==, SENDPATH_RELAY_ALLOWED);
  scripted_server_assert_played (fixture->server);
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);

  g_test_init (&argc, &argv, NULL);
  g_resolver_set_default (resolver);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/relaying/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_one_server);
    }
  g_test_add_func ("/relaying/the-locations-relay-is-asked-too", test_location);
  g_test_add_func ("/relaying/the-locations-relay-wants-its-sender",
                   test_location_wants_its_sender);
  g_test_add_func ("/relaying/the-locations-relay-is-never-logged-in-to", test_location_refuses);
  g_test_add_func ("/relaying/the-from-domain-may-forbid-the-relay", test_domain_policy);
  g_test_add_func ("/relaying/nobody-is-asked-behind-a-sign-in-page", test_portal);
  g_test_add_func ("/relaying/a-confidential-account-asks-no-relay", test_confidential);
  g_test_add_func ("/relaying/the-locations-relay-may-want-its-own-login",
                   test_location_wants_a_login);
  g_test_add_func ("/relaying/the-domain-is-told", test_domain_is_told);
  g_test_add_func ("/relaying/what-cannot-be-asked-is-an-error", test_errors);
  g_test_add_func ("/relaying/a-cancel-is-an-error", test_cancelled);
  g_test_add_func ("/relaying/async", test_async);
  return g_test_run ();
}
