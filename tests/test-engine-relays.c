/* The engine and the relay of a network: who is asked, what is remembered, and what the relay gets. The
 * relay is a real one, in TLS, on a network of the test's own. */
#include "config.h"

#include <string.h>

#include "sendpath/engine.h"
#include "tests/lib/engine-fixture.h"
#include "tests/lib/fake-resolver.h"
#include "tests/lib/own-network.h"

#define RELAY         "mail.thephone-company.com"
#define RELAY_ADDRESS "198.51.100.25"

/* Our own server, away from home: `n` times. */
#define DENIES                                                                                     \
  SERVER_GREETS "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\n"                                        \
                "S: 550 5.7.1 <someone@adatum.com>... Relaying denied\nC: QUIT\n"
/* The relay: looked at, and used. It would take a password. */
#define GREETS(cert)                                                                               \
  "!tls " cert "\nS: 220 relay ESMTP\nC: EHLO *\nS: 250-relay\nS: 250 AUTH PLAIN\n"
#define LOOKED_AT(cert) GREETS (cert) "C: QUIT\n"
#define TAKES(cert)                                                                                \
  GREETS (cert)                                                                                    \
  "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\n"              \
  "S: 250 ok\nC: DATA\nS: 354 go\nC: <data>\nS: 250 2.0.0 queued\nC: QUIT\n"
#define REFUSED_TLS(cert) "!tls " cert "\n"
#define NEXT              "---\n"

static const FakeHost hosts[] = {
  { .host = "_submissions._tcp.thephone-company.com.", .srv = "0 0 465 " RELAY "." },
  { .host = RELAY, .addresses = RELAY_ADDRESS },
  { .host = NULL },
};

static gboolean has_own_network;
static TestCerts *certs; /* made once: keys take time */

/* ---- a person at a place --------------------------------------------------------------------- */

typedef struct {
  EngineFixture *fixture;
  ScriptedServer *relay;
  GResolver *before;
  SendpathRelayChoice answer;
  gboolean is_away; /* takes no question */
  guint n_asked;
  char *key; /* of the last question */
} Place;

static gboolean
on_request (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  Place *place = data;

  place->n_asked++;
  g_assert_cmpint (sendpath_request_get_kind (request), ==, SENDPATH_REQUEST_RELAY);
  g_assert_cmpstr (sendpath_request_get_server (request), ==, RELAY);
  g_assert_cmpuint (sendpath_request_get_port (request), ==, 465);
  g_assert_cmpint (sendpath_request_get_security (request), ==, SENDPATH_SECURITY_TLS);
  g_assert_cmpstr (sendpath_request_get_source (request), ==, "srv");
  g_assert_cmpstr (sendpath_request_get_network (request), ==,
                   sendpath_network_get_id (sendpath_engine_get_network (engine)));
  g_assert_null (sendpath_request_get_account (request));
  g_assert_nonnull (strstr (sendpath_request_get_text (request), RELAY));
  g_assert_nonnull (strstr (sendpath_request_get_text (request), "password is not sent"));
  g_free (place->key);
  place->key = g_strdup (sendpath_request_get_key (request));
  if (!place->is_away)
    sendpath_request_answer_relay (request, place->answer);
  return !place->is_away;
}

/* Somebody is there who says @answer, as soon as they are asked; the relay plays @dialogue. NULL where
 * there is no network of our own. */
static Place *
place_new (const char *own, const char *dialogue, SendpathRelayChoice answer)
{
  const char *const domains[] = { "thephone-company.com", NULL };
  const char *const addresses[] = { "192.0.2.7/24", NULL };
  g_autoptr(SendpathNetwork) network = NULL;
  g_autoptr(GResolver) resolver = NULL;
  Place *place;

  if (!has_own_network)
    {
      g_test_skip ("needs user namespaces");
      return NULL;
    }
  place = g_new0 (Place, 1);
  place->answer = answer;
  place->before = g_resolver_get_default ();
  resolver = fake_resolver_new (hosts);
  g_resolver_set_default (resolver);
  network = sendpath_network_new_for_facts (NULL, domains, addresses);
  place->fixture = engine_fixture_new (own, NULL);
  place->relay = scripted_server_new_at (dialogue, RELAY_ADDRESS, 465);
  scripted_server_set_certs (place->relay, certs);
  g_object_set (place->fixture->engine, "network", network, NULL);
  g_signal_connect (place->fixture->engine, "request", G_CALLBACK (on_request), place);
  return place;
}

static void
place_free (Place *place)
{
  g_test_message ("%s", place->fixture->trace->str);
  g_clear_pointer (&place->relay, scripted_server_free);
  engine_fixture_free (place->fixture);
  g_resolver_set_default (place->before);
  g_object_unref (place->before);
  g_free (place->key);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

/* By a route of that kind, the last that was tried. */
static void
assert_sent (Place *place, const char *kind)
{
  g_autoptr(SendpathReport) report = engine_fixture_send (place->fixture, NULL);
  const char *last = g_strrstr (place->fixture->events->str, "started ");
  g_autofree char *started = g_strdup_printf ("started %s; ", kind);

  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_nonnull (last);
  g_assert_true (g_str_has_prefix (last, started));
  g_string_truncate (place->fixture->events, 0);
}

static SendpathReport *
assert_waits (Place *place, const char *needs)
{
  SendpathReport *report = engine_fixture_send (place->fixture, NULL);

  g_test_message ("%s", sendpath_report_get_reason (report));
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpstr (sendpath_report_get_needs (report), ==, needs);
  return report;
}

static SendpathRelayChoice
get_choice (Place *place)
{
  return sendpath_engine_get_relay_choice (place->fixture->engine, RELAY);
}

static void
on_flushed (GObject *engine, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;

  *(GPtrArray **) data = sendpath_engine_flush_finish (SENDPATH_ENGINE (engine), result, &error);
  g_assert_no_error (error);
}

/* ---- asked while a message waits ------------------------------------------------------------- */

/* T-142 */
static void
test_here (void)
{
  g_autoptr(Place) place = place_new (DENIES NEXT DENIES,
                                       LOOKED_AT ("good") NEXT TAKES ("good") NEXT TAKES ("good"),
                                       SENDPATH_RELAY_CHOICE_HERE);

  if (place == NULL)
    return;
  assert_sent (place, "discovered");
  g_assert_null (place->key);
  assert_sent (place, "location");
  g_assert_cmpuint (place->n_asked, ==, 1);
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_HERE);
  scripted_server_assert_played (place->relay);
}

static void
test_once (void)
{
  g_autoptr(Place) place = place_new (
      DENIES NEXT DENIES, LOOKED_AT ("good") NEXT TAKES ("good") NEXT LOOKED_AT ("good"),
      SENDPATH_RELAY_CHOICE_ONCE);
  g_autoptr(SendpathReport) report = NULL;

  if (place == NULL)
    return;
  assert_sent (place, "discovered");
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_KEEP);
  place->answer = SENDPATH_RELAY_CHOICE_KEEP;
  report = assert_waits (place, "approval");
  g_assert_cmpuint (place->n_asked, ==, 2);
  scripted_server_assert_played (place->relay);
}

static void
test_never (void)
{
  g_autoptr(Place) place = place_new (DENIES NEXT DENIES NEXT DENIES,
                                       LOOKED_AT ("good") NEXT LOOKED_AT ("good"),
                                       SENDPATH_RELAY_CHOICE_NEVER);
  g_autoptr(SendpathReport) first = NULL, second = NULL, third = NULL;

  if (place == NULL)
    return;
  first = assert_waits (place, NULL);
  second = assert_waits (place, NULL);
  g_assert_cmpuint (place->n_asked, ==, 1);
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_NEVER);
  g_assert_true (sendpath_engine_forget_relays (place->fixture->engine, NULL));
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_KEEP);
  third = assert_waits (place, NULL);
  g_assert_cmpuint (place->n_asked, ==, 2);
  scripted_server_assert_played (place->relay);
}

/* a yes to a fingerprint is to that key; another key asks again. */
static void
test_key (void)
{
  g_autoptr(Place) place = place_new (DENIES NEXT DENIES NEXT DENIES,
                                       REFUSED_TLS ("self-signed") NEXT TAKES ("self-signed")
                                           NEXT TAKES ("self-signed") NEXT REFUSED_TLS ("other-key")
                                               NEXT REFUSED_TLS ("other-key"),
                                       SENDPATH_RELAY_CHOICE_HERE);
  g_autofree char *first_key = NULL, *other_key = NULL;
  g_autoptr(SendpathReport) report = NULL;

  if (place == NULL)
    return;
  first_key = test_certs_dup_pin (certs, "self-signed");
  other_key = test_certs_dup_pin (certs, "other-key");
  assert_sent (place, "discovered");
  g_assert_cmpstr (place->key, ==, first_key);
  assert_sent (place, "location");
  g_assert_cmpuint (place->n_asked, ==, 1);
  place->answer = SENDPATH_RELAY_CHOICE_KEEP;
  report = assert_waits (place, "approval");
  g_assert_nonnull (strstr (sendpath_report_get_reason (report), "you approved"));
  g_assert_cmpuint (place->n_asked, ==, 2);
  g_assert_cmpstr (place->key, ==, other_key);
  scripted_server_assert_played (place->relay);
}

/* the name was approved, and somebody else answers to it now. */
static void
test_name_not_proved (void)
{
  g_autoptr(Place) place = place_new (
      DENIES, REFUSED_TLS ("other-key") NEXT REFUSED_TLS ("other-key"), SENDPATH_RELAY_CHOICE_KEEP);
  g_autofree char *key = NULL;
  g_autoptr(SendpathReport) report = NULL;

  if (place == NULL)
    return;
  key = test_certs_dup_pin (certs, "other-key");
  g_assert_true (sendpath_engine_decide_relay (place->fixture->engine, RELAY, 465,
                                               SENDPATH_RELAY_CHOICE_HERE, NULL));
  report = assert_waits (place, "approval");
  g_assert_nonnull (strstr (sendpath_report_get_reason (report), "you approved"));
  g_assert_cmpuint (place->n_asked, ==, 1);
  g_assert_cmpstr (place->key, ==, key);
  scripted_server_assert_played (place->relay);
}

/* Nobody to ask: nobody is connected to either. */
static void
test_nobody_there (void)
{
  g_autoptr(Place) place = place_new (DENIES, "", SENDPATH_RELAY_CHOICE_HERE);
  g_autoptr(SendpathReport) report = NULL;

  if (place == NULL)
    return;
  g_signal_handlers_disconnect_by_data (place->fixture->engine, place);
  report = assert_waits (place, "approval");
  g_assert_nonnull (strstr (sendpath_report_get_reason (report), "sendpath location trust"));
  g_assert_cmpuint (scripted_server_count_connections (place->relay), ==, 0);
}

/* ---- answered later -------------------------------------------------------------------------- */

static SendpathOutcome
deliver (Place *place, SendpathReport *report)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathReport) later = sendpath_engine_deliver (
      place->fixture->engine, sendpath_report_get_id (report), NULL, &error);

  g_assert_no_error (error);
  return sendpath_report_get_outcome (later);
}

/* "Only this message" is for the one that was asked about, and for no other. */
static void
test_once_later (void)
{
  g_autoptr(Place) place = place_new (DENIES NEXT DENIES NEXT DENIES NEXT DENIES,
                                       LOOKED_AT ("good") NEXT LOOKED_AT ("good")
                                           NEXT LOOKED_AT ("good") NEXT TAKES ("good"),
                                       SENDPATH_RELAY_CHOICE_HERE);
  g_autoptr(SendpathReport) first = NULL, second = NULL;
  g_autoptr(GError) error = NULL;

  if (place == NULL)
    return;
  place->is_away = TRUE;
  g_assert_false (sendpath_engine_decide_relay (place->fixture->engine, RELAY, 465,
                                                SENDPATH_RELAY_CHOICE_ONCE, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  first = assert_waits (place, "approval");
  second = assert_waits (place, "approval");
  g_assert_true (sendpath_engine_decide_relay (place->fixture->engine, RELAY, 465,
                                               SENDPATH_RELAY_CHOICE_ONCE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (deliver (place, first), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpint (deliver (place, second), ==, SENDPATH_OUTCOME_SENT);
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_KEEP);
  scripted_server_assert_played (place->relay);
}

static void
test_here_later (void)
{
  g_autoptr(Place) place = place_new (DENIES NEXT DENIES, LOOKED_AT ("good") NEXT TAKES ("good"),
                                       SENDPATH_RELAY_CHOICE_HERE);
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(GError) error = NULL;

  if (place == NULL)
    return;
  place->is_away = TRUE;
  report = assert_waits (place, "approval");
  g_assert_true (sendpath_engine_decide_relay (place->fixture->engine, RELAY, 465,
                                               SENDPATH_RELAY_CHOICE_HERE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (deliver (place, report), ==, SENDPATH_OUTCOME_SENT);
  g_assert_cmpuint (place->n_asked, ==, 1);
  scripted_server_assert_played (place->relay);
}

/* Nobody reads a fingerprint on a button. */
static void
test_no_key_later (void)
{
  static const SendpathRelayChoice choices[] = { SENDPATH_RELAY_CHOICE_HERE,
                                                 SENDPATH_RELAY_CHOICE_ONCE };
  g_autoptr(Place) place =
                 place_new (DENIES, REFUSED_TLS ("self-signed"), SENDPATH_RELAY_CHOICE_HERE);
  g_autoptr(SendpathReport) report = NULL;

  if (place == NULL)
    return;
  place->is_away = TRUE;
  report = assert_waits (place, "approval");
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (sendpath_engine_answer_relay (
          place->fixture->engine, sendpath_report_get_id (report), choices[i], &error));
      g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, place->key));
    }
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_KEEP);
  scripted_server_assert_played (place->relay);
}

/* ---- approved by hand ------------------------------------------------------------------------ */

static void
assert_trust (Place *place, const char *key, const char *expected, const char *words)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *relay = sendpath_engine_trust_relay (place->fixture->engine, key, NULL, &error);

  g_assert_cmpstr (relay, ==, expected);
  if (expected != NULL)
    g_assert_no_error (error);
  else
    {
      g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, words));
    }
  g_assert_cmpint (get_choice (place), ==,
                   expected != NULL ? SENDPATH_RELAY_CHOICE_HERE : SENDPATH_RELAY_CHOICE_KEEP);
}

static void
test_trust (void)
{
  g_autoptr(Place) place =
                 place_new (DENIES, LOOKED_AT ("good") NEXT LOOKED_AT ("good") NEXT TAKES ("good"),
                            SENDPATH_RELAY_CHOICE_KEEP);

  if (place == NULL)
    return;
  assert_trust (place, NULL, NULL,
                "was not approved"); /* a person is shown what it is, and says no */
  g_assert_cmpuint (place->n_asked, ==, 1);
  g_signal_handlers_disconnect_by_data (place->fixture->engine, place);
  assert_trust (place, NULL, RELAY ":465", NULL);
  assert_sent (place, "location");
  scripted_server_assert_played (place->relay);
}

static void
test_trust_key (void)
{
  g_autoptr(Place) place =
                 place_new (DENIES,
                            REFUSED_TLS ("self-signed") NEXT REFUSED_TLS ("self-signed")
                                NEXT REFUSED_TLS ("self-signed") NEXT TAKES ("self-signed"),
                            SENDPATH_RELAY_CHOICE_KEEP);
  g_autofree char *key = NULL, *other = NULL;

  if (place == NULL)
    return;
  key = test_certs_dup_pin (certs, "self-signed");
  other = test_certs_dup_pin (certs, "other-key");
  g_signal_handlers_disconnect_by_data (place->fixture->engine, place);
  assert_trust (place, NULL, NULL, key);
  assert_trust (place, other, NULL, key);
  assert_trust (place, key, RELAY ":465", NULL);
  assert_sent (place, "location");
  scripted_server_assert_played (place->relay);
}

/* Whoever named a key did not mean another relay, though its certificate is trusted. */
static void
test_trust_other (void)
{
  g_autoptr(Place) place = place_new (NULL, LOOKED_AT ("good") NEXT LOOKED_AT ("good"),
                                       SENDPATH_RELAY_CHOICE_KEEP);
  g_autofree char *key = NULL;

  if (place == NULL)
    return;
  key = test_certs_dup_pin (certs, "self-signed");
  assert_trust (place, key, NULL, "was not approved");
  g_assert_cmpuint (place->n_asked, ==, 1);
  g_signal_handlers_disconnect_by_data (place->fixture->engine, place);
  assert_trust (place, key, NULL, "was not approved");
  g_assert_cmpint (get_choice (place), ==, SENDPATH_RELAY_CHOICE_KEEP);
  scripted_server_assert_played (place->relay);
}

static void
test_trust_bare (void)
{
  g_autoptr(Place) place = place_new (NULL, "S: 220 relay ESMTP\n", SENDPATH_RELAY_CHOICE_HERE);

  if (place == NULL)
    return;
  assert_trust (place, NULL, NULL, "security = none");
  g_assert_cmpuint (place->n_asked, ==, 0);
}

/* What is taken back while a lane works counts for its next message. */
static void
test_forgotten_meanwhile (void)
{
  g_autoptr(Place) place = place_new ("!hold\n" DENIES NEXT DENIES,
                                       LOOKED_AT ("good") NEXT TAKES ("good"),
                                       SENDPATH_RELAY_CHOICE_KEEP);
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr(GError) error = NULL;
  GPtrArray *reports = NULL;

  if (place == NULL)
    return;
  g_signal_handlers_disconnect_by_data (place->fixture->engine, place);
  assert_trust (place, NULL, RELAY ":465", NULL);
  first = engine_fixture_submit (place->fixture);
  second = engine_fixture_submit (place->fixture);
  sendpath_engine_flush_async (place->fixture->engine, NULL, on_flushed, &reports);
  scripted_server_wait_for_hold (place->fixture->server);
  sendpath_engine_forget_relays (place->fixture->engine, &error);
  g_assert_no_error (error);
  scripted_server_let_go (place->fixture->server);
  while (reports == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (reports->len, ==, 2);
  g_assert_cmpint (sendpath_report_get_outcome (reports->pdata[0]), ==, SENDPATH_OUTCOME_SENT);
  g_assert_cmpint (sendpath_report_get_outcome (reports->pdata[1]), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpstr (sendpath_report_get_needs (reports->pdata[1]), ==, "approval");
  scripted_server_assert_played (place->relay);
  g_ptr_array_unref (reports);
}

/* Travels away and back instead of an answer. */
typedef struct {
  SendpathNetwork *networks[2];
  SendpathRequest *held[3];
  guint n_asked;
} Journey;

static gboolean
on_request_travel (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  Journey *journey = data;

  g_assert_cmpuint (journey->n_asked, <, G_N_ELEMENTS (journey->held));
  journey->held[journey->n_asked++] = g_object_ref (request);
  if (journey->n_asked == G_N_ELEMENTS (journey->held))
    sendpath_request_decline (request);
  else
    g_object_set (engine, "network", journey->networks[journey->n_asked - 1], NULL);
  return TRUE;
}

/* A question that was broken off was not answered: on the same network it is asked again. */
static void
test_travel_while_asked (void)
{
  const char *const domains[] = { "thephone-company.com", NULL };
  const char *const addresses[] = { "203.0.113.7/24", NULL };
  g_autoptr(Place) place = place_new (DENIES NEXT DENIES NEXT DENIES,
                                       LOOKED_AT ("good") NEXT LOOKED_AT ("good")
                                           NEXT LOOKED_AT ("good"),
                                       SENDPATH_RELAY_CHOICE_KEEP);
  g_autoptr(SendpathNetwork) other = sendpath_network_new_for_facts (NULL, domains, addresses);
  Journey journey = { { other, NULL }, { NULL }, 0 };
  g_autofree char *id = NULL;
  GPtrArray *reports = NULL;

  if (place == NULL)
    return;
  g_signal_handlers_disconnect_by_data (place->fixture->engine, place);
  g_object_get (place->fixture->engine, "network", &journey.networks[1], NULL);
  g_signal_connect (place->fixture->engine, "request", G_CALLBACK (on_request_travel), &journey);
  id = engine_fixture_submit (place->fixture);
  sendpath_engine_flush_async (place->fixture->engine, NULL, on_flushed, &reports);
  while (reports == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (journey.n_asked, ==, 3);
  g_assert_cmpuint (reports->len, ==, 1);
  g_assert_cmpstr (sendpath_report_get_needs (reports->pdata[0]), ==, "approval");
  for (guint i = 0; i < G_N_ELEMENTS (journey.held); i++)
    g_object_unref (journey.held[i]);
  g_object_unref (journey.networks[1]);
  g_ptr_array_unref (reports);
}

/* P-14: where the machine was when somebody asked before says nothing about where it is now. */
static void
test_moved (void)
{
  g_autoptr(Place) place = place_new (DENIES, "", SENDPATH_RELAY_CHOICE_KEEP);
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(SendpathNetwork) now = NULL;
  g_autofree char *json = NULL, *network = NULL;

  if (place == NULL)
    return;
  g_object_set (place->fixture->engine, "network", NULL, NULL);
  own_network_set (NULL);
  g_assert_cmpstr (
      sendpath_network_get_id (sendpath_engine_get_network (place->fixture->engine)), ==, "offline");
  own_network_set (RELAY_ADDRESS);
  now = sendpath_network_new ();
  report = engine_fixture_send (place->fixture, NULL);
  json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);
  network = g_strdup_printf ("\"network\":\"%s\"", sendpath_network_get_id (now));
  g_assert_nonnull (strstr (json, network));
}

int
main (int argc, char **argv)
{
  int status;

  has_own_network = own_network_enter (RELAY_ADDRESS);
  g_test_init (&argc, &argv, NULL);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  certs = test_certs_new ();
  test_certs_trust (certs);
  g_test_add_func ("/engine-relays/T-142-asked-once-then-used-here", test_here);
  g_test_add_func ("/engine-relays/only-this-message", test_once);
  g_test_add_func ("/engine-relays/never-here-until-forgotten", test_never);
  g_test_add_func ("/engine-relays/R-26-another-key-asks-again", test_key);
  g_test_add_func ("/engine-relays/R-26-name-not-proved-asks-again", test_name_not_proved);
  g_test_add_func ("/engine-relays/R-26-nobody-to-ask-nobody-connected-to", test_nobody_there);
  g_test_add_func ("/engine-relays/later/only-the-message-asked-about", test_once_later);
  g_test_add_func ("/engine-relays/asked-again-after-a-journey", test_travel_while_asked);
  g_test_add_func ("/engine-relays/later/use-here", test_here_later);
  g_test_add_func ("/engine-relays/later/taken-back-meanwhile", test_forgotten_meanwhile);
  g_test_add_func ("/engine-relays/later/no-untrusted-key", test_no_key_later);
  g_test_add_func ("/engine-relays/trust/a-verified-name", test_trust);
  g_test_add_func ("/engine-relays/trust/a-key-that-is-named", test_trust_key);
  g_test_add_func ("/engine-relays/trust/no-other-than-was-named", test_trust_other);
  g_test_add_func ("/engine-relays/trust/nothing-without-encryption", test_trust_bare);
  g_test_add_func ("/engine-relays/P-14-the-network-of-now", test_moved);
  status = g_test_run ();
  test_certs_free (certs);
  return status;
}
