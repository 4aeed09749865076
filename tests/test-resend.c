/* What came back is sent again: to whom it may go, by which route, and never twice. */
#include "config.h"

#include "sendpath/engine.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "tests/lib/engine-fixture.h"

/* Takes the message for both of them, as an ISP that finds out later. */
#define SERVER_TAKES_BOTH                                                                          \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 DSN\n"                \
  "C: MAIL FROM:<terri@proseware.com>*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\nS: 250 ok\n"   \
  "C: RCPT TO:<bob@adatum.com>\nS: 250 ok\nC: DATA\nS: 354 go on\nC: <data>\nS: 250 2.0.0 ok\n"
#define RELAY_DENIED "550 5.7.1 <someone@adatum.com>: Relay access denied"
#define UNKNOWN      "550 5.1.1 <someone@adatum.com>: User unknown in local recipient table"
#define FOLLOWED_TO  "someone.else@example.org"

typedef struct {
  EngineFixture *engine;
  ScriptedServer *spare; /* of the account that may send instead, or NULL */
  char *id;              /* of what was sent */
  char *message_id;
} Scene;

static char *
read_message_id (EngineFixture *fixture)
{
  g_autoptr(GPtrArray) lines = sendpath_engine_read_log (fixture->engine, 0, NULL, NULL);
  g_autoptr(JsonNode) node = NULL;

  g_assert_cmpuint (lines->len, >=, 1);
  node = json_from_string (lines->pdata[0], NULL);
  return g_strdup (json_object_get_string_member (json_node_get_object (node), "message_id"));
}

/* Both recipients got the message, by an ISP on 127.0.0.1. @spare: the dialogue of a backup account's
 * server on localhost, or NULL; @policy: lines for [policy]. */
static Scene *
scene_new (const char *spare, const char *policy)
{
  Scene *scene = g_new0 (Scene, 1);
  g_autofree char *keys = NULL;
  g_autoptr(SendpathMessage) message = NULL;
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(GError) error = NULL;

  if (spare != NULL)
    scene->spare = scripted_server_new (spare, SCRIPTED_SERVER_NO_CUT);
  keys = g_strdup_printf ("auth = none\n%s\n[policy]\n%s\n[account spare]\n"
                          "address = terri@example.org\nsmtp = localhost:%u\nsecurity = none\n"
                          "auth = none\n",
                          spare != NULL ? "backup = spare\n" : "", policy,
                          spare != NULL ? scripted_server_get_port (scene->spare) : 1);
  scene->engine = engine_fixture_new (SERVER_TAKES_BOTH, keys);
  message = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com bob@adatum.com");
  report = sendpath_engine_send (scene->engine->engine, message, NULL, NULL, &error);
  g_assert_no_error (error);
  scripted_server_assert_played (scene->engine->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  scene->id = g_strdup (sendpath_report_get_id (report));
  scene->message_id = read_message_id (scene->engine);
  return scene;
}

static void
scene_free (Scene *scene)
{
  g_clear_pointer (&scene->spare, scripted_server_free);
  engine_fixture_free (scene->engine);
  g_free (scene->id);
  g_free (scene->message_id);
  g_free (scene);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* A report of RFC 3464; @envid and @message_id may be NULL. */
static SendpathBounce *
bounce_new (const char *envid, const char *message_id, const char *final, const char *original,
            const char *reply)
{
  g_autoptr(GString) text = g_string_new (
      "From: MAILER-DAEMON@smtp.proseware.com\nTo: terri@proseware.com\n"
      "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
      "--b\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\n"
      "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; smtp.proseware.com\n");
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  SendpathBounce *bounce;

  if (envid != NULL)
    g_string_append_printf (text, "Original-Envelope-Id: %s\n", envid);
  g_string_append_printf (text, "\nFinal-Recipient: rfc822; %s\n", final);
  if (original != NULL)
    g_string_append_printf (text, "Original-Recipient: rfc822;%s\n", original);
  g_string_append_printf (text,
                          "Action: failed\nStatus: %.5s\nRemote-MTA: dns; mx.adatum.com\n"
                          "Diagnostic-Code: smtp; %s\n\n--b\nContent-Type: text/rfc822-headers\n\n"
                          "From: terri@proseware.com\nSubject: Lunch\n",
                          reply + 4, reply);
  if (message_id != NULL)
    g_string_append_printf (text, "Message-ID: %s\n", message_id);
  g_string_append (text, "\n--b--\n");
  bytes = g_bytes_new (text->str, text->len);
  bounce = sendpath_explain_bounce (bytes, &error);
  g_assert_no_error (error);
  return bounce;
}

/* As told to programs: the object `sent` (NULL: null) and whether the first recipient may get it. */
static JsonObject *
tell (Scene *scene, SendpathBounce *bounce, JsonNode **ret_root, gboolean *ret_resend)
{
  g_autofree char *json = sendpath_engine_bounce_to_json (scene->engine->engine, bounce);
  JsonObject *object;

  *ret_root = json_from_string (json, NULL);
  object = json_node_get_object (*ret_root);
  *ret_resend = json_object_get_boolean_member (
      json_array_get_object_element (json_object_get_array_member (object, "recipients"), 0),
      "resend");
  return json_object_get_null_member (object, "sent")
             ? NULL
             : json_object_get_object_member (object, "sent");
}

static void
assert_told (Scene *scene, SendpathBounce *bounce, const char *id, gboolean resend)
{
  g_autoptr(JsonNode) root = NULL;
  gboolean may_go;
  JsonObject *sent = tell (scene, bounce, &root, &may_go);

  g_assert_cmpint (may_go, ==, resend);
  g_assert_cmpstr (sent != NULL ? json_object_get_string_member (sent, "id") : NULL, ==, id);
  if (sent == NULL)
    return;
  g_assert_cmpstr (json_object_get_string_member (sent, "account"), ==, "home");
  g_assert_cmpstr (json_object_get_string_member (sent, "server"), ==, "127.0.0.1");
  g_assert_nonnull (json_object_get_string_member (sent, "at"));
}

static void
assert_text (Scene *scene, SendpathBounce *bounce, const char *needle)
{
  g_autofree char *text = sendpath_engine_bounce_to_text (scene->engine->engine, bounce);

  if (strstr (text, needle) == NULL)
    g_error ("“%s” is not in: %s", needle, text);
}

static char *
resend (Scene *scene, SendpathBounce *bounce)
{
  g_autoptr(GError) error = NULL;
  char *id = sendpath_engine_resend_bounced (scene->engine->engine, bounce, &error);

  g_assert_no_error (error);
  return id;
}

static void
assert_refused (Scene *scene, SendpathBounce *bounce, const char *needle)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (sendpath_engine_resend_bounced (scene->engine->engine, bounce, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, needle));
  g_assert_cmpuint (engine_fixture_count_waiting (scene->engine), ==, 0);
}

static SendpathReport *
deliver (Scene *scene, const char *id)
{
  g_autoptr(GError) error = NULL;
  SendpathReport *report = sendpath_engine_deliver (scene->engine->engine, id, NULL, &error);

  g_assert_no_error (error);
  return report;
}

/* ---- by another route ------------------------------------------------------------------------ */

static void
test_only_who_bounced (void)
{
  g_autoptr(Scene) scene = scene_new (SERVER_TAKES, "");
  g_autoptr(SendpathBounce) bounce =
                 bounce_new (NULL, scene->message_id, "someone@adatum.com", NULL, RELAY_DENIED);
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(GBytes) first = NULL, second = NULL;
  g_autofree char *id = NULL;

  assert_told (scene, bounce, scene->id, TRUE);
  assert_text (scene, bounce, "--resend");
  assert_text (scene, bounce, "127.0.0.1");
  id = resend (scene, bounce);
  g_assert_cmpstr (id, !=, scene->id);
  report = deliver (scene, id);
  scripted_server_assert_played (scene->spare);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  g_assert_cmpuint (sendpath_report_get_n_recipients (report), ==, 1);
  g_assert_cmpuint (scripted_server_count_connections (scene->engine->server), ==, 1);
  first = scripted_server_dup_body (scene->engine->server, 0);
  second = scripted_server_dup_body (scene->spare, 0);
  g_assert_true (g_bytes_equal (first, second));

  /* once, whatever the report calls the message by, and also after a day */
  assert_told (scene, bounce, scene->id, FALSE);
  assert_text (scene, bounce, id);
  assert_refused (scene, bounce, "already sent again");
  sendpath_bounce_unref (bounce);
  bounce = bounce_new (scene->id, NULL, "someone@adatum.com", NULL, RELAY_DENIED);
  assert_refused (scene, bounce, "already sent again");

  /* Bob's mail may come back, too */
  sendpath_bounce_unref (bounce);
  bounce = bounce_new (scene->id, NULL, "bob@adatum.com", NULL, RELAY_DENIED);
  assert_told (scene, bounce, scene->id, TRUE);
}

/* The servers that took it are left alone, now and at every later try. */
static void
test_no_route_left (void)
{
  g_autoptr(Scene) scene = scene_new (NULL, "");
  g_autoptr(SendpathBounce) bounce = bounce_new (scene->id, scene->message_id,
                                                  "someone@adatum.com", NULL, RELAY_DENIED);
  g_autofree char *id = resend (scene, bounce);
  g_autoptr(SendpathReport) report = deliver (scene, id);
  g_autoptr(GPtrArray) reports = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_nonnull (strstr (sendpath_report_get_reason (report), "took this message before"));
  engine_fixture_use_server (scene->engine, SERVER_TAKES);
  reports = sendpath_engine_flush (scene->engine->engine, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, 1);
  g_assert_cmpint (sendpath_report_get_outcome (reports->pdata[0]), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpuint (sendpath_report_get_n_attempts (reports->pdata[0]), ==, 0);
}

/* The address that was written to is the one that counts, wherever it was forwarded. */
static void
test_forwarded (void)
{
  g_autoptr(Scene) scene = scene_new (SERVER_TAKES, "");
  g_autoptr(SendpathBounce) bounce =
                 bounce_new (scene->id, NULL, FOLLOWED_TO, "someone@ADATUM.com", RELAY_DENIED);
  g_autofree char *id = NULL;
  g_autoptr(SendpathReport) report = NULL;

  assert_told (scene, bounce, scene->id, TRUE);
  id = resend (scene, bounce);
  report = deliver (scene, id);
  g_assert_cmpstr (sendpath_report_get_recipient (report, 0), ==, "someone@adatum.com");
  scripted_server_assert_played (scene->spare);
}

/* What came back a second time is told apart by its ENVID, and goes by none of both servers. */
static void
test_bounced_again (void)
{
  g_autoptr(Scene) scene = scene_new (SERVER_TAKES, "");
  g_autoptr(SendpathBounce) first =
                 bounce_new (scene->id, NULL, "someone@adatum.com", NULL, RELAY_DENIED);
  g_autofree char *id = resend (scene, first);
  g_autoptr(SendpathReport) report = deliver (scene, id);
  g_autoptr(SendpathBounce) second =
                 bounce_new (id, scene->message_id, "someone@adatum.com", NULL, RELAY_DENIED);
  g_autoptr(SendpathBounce) nameless =
                 bounce_new (NULL, scene->message_id, "someone@adatum.com", NULL, RELAY_DENIED);
  g_autoptr(SendpathReport) again = NULL;
  g_autofree char *second_id = NULL;

  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  scripted_server_assert_played (scene->spare);
  assert_refused (scene, nameless, "already sent again");
  second_id = resend (scene, second);
  again = deliver (scene, second_id);
  g_assert_cmpint (sendpath_report_get_outcome (again), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpuint (sendpath_report_get_n_attempts (again), ==, 0);
}

/* ---- refused --------------------------------------------------------------------------------- */

static void
test_forged (void)
{
  g_autoptr(Scene) scene = scene_new (SERVER_TAKES, "");
  const struct {
    const char *envid, *message_id, *final, *original;
  } cases[] = {
    { NULL, NULL, "someone@adatum.com", NULL },
    { NULL, "<other@proseware.com>", "someone@adatum.com", NULL },
    { "0123456789abcdef0123456789abcdef", NULL, "someone@adatum.com", NULL },
    { "0123", NULL, "someone@adatum.com", NULL },
    { scene->id, "<other@proseware.com>", "someone@adatum.com", NULL },
    { scene->id, scene->message_id, "thief@example.net", NULL },
    { scene->id, scene->message_id, "thief@example.net", "thief@example.net" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathBounce) bounce = bounce_new (
          cases[i].envid, cases[i].message_id, cases[i].final, cases[i].original, RELAY_DENIED);

      assert_told (scene, bounce, NULL, FALSE);
      assert_refused (scene, bounce, "not about a message");
    }
}

static void
test_final_verdict (void)
{
  g_autoptr(Scene) scene = scene_new (SERVER_TAKES, "");
  g_autoptr(SendpathBounce) bounce =
                 bounce_new (scene->id, NULL, "someone@adatum.com", NULL, UNKNOWN);

  assert_told (scene, bounce, scene->id, FALSE);
  assert_refused (scene, bounce, "another route would not help");
}

static void
test_copy_is_gone (void)
{
  g_autoptr(Scene) scene = scene_new (SERVER_TAKES, "keep-sent = 0\n");
  g_autoptr(SendpathBounce) bounce =
                 bounce_new (NULL, scene->message_id, "someone@adatum.com", NULL, RELAY_DENIED);
  g_autoptr(SendpathBounce) by_envid =
                 bounce_new (scene->id, NULL, "someone@adatum.com", NULL, RELAY_DENIED);

  assert_told (scene, bounce, scene->id, FALSE);
  assert_told (scene, by_envid, scene->id, FALSE);
  assert_text (scene, bounce, "no copy");
  assert_refused (scene, bounce, "no copy");
}

/* ---- on the wire, and by hand ---------------------------------------------------------------- */

/* RFC 3461 4.4: the server will quote it. */
static void
test_envid (void)
{
  g_autoptr(Scene) scene = scene_new (NULL, "");
  g_autofree char *parameter = g_strconcat (" ENVID=", scene->id, NULL);

  g_assert_true (scripted_server_has_received (scene->engine->server, parameter));
  g_assert_false (scripted_server_has_received (scene->engine->server, "RET="));
  g_assert_false (scripted_server_has_received (scene->engine->server, "NOTIFY="));
}

static void
test_by_hand (void)
{
  g_autoptr(Scene) scene = scene_new (NULL, "");
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(GBytes) first = scripted_server_dup_body (scene->engine->server, 0);
  g_autoptr(GBytes) second = NULL;
  g_autofree char *id = NULL;

  engine_fixture_use_server (scene->engine, SERVER_TAKES_BOTH);
  id = sendpath_engine_resend (scene->engine->engine, scene->id, &error);
  g_assert_no_error (error);
  g_assert_null (sendpath_engine_resend (scene->engine->engine, id, &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
  report = deliver (scene, id);
  scripted_server_assert_played (scene->engine->server);
  engine_fixture_assert_outcome (report, SENDPATH_OUTCOME_SENT, "accepted");
  second = scripted_server_dup_body (scene->engine->server, 0);
  g_assert_true (g_bytes_equal (first, second));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resend/only-who-bounced-by-another-route-once", test_only_who_bounced);
  g_test_add_func ("/resend/waits-when-no-route-is-left", test_no_route_left);
  g_test_add_func ("/resend/forwarded-mail-is-known-by-its-first-address", test_forwarded);
  g_test_add_func ("/resend/what-bounced-again-avoids-both-servers", test_bounced_again);
  g_test_add_func ("/resend/forged-bounce-sends-nothing", test_forged);
  g_test_add_func ("/resend/final-verdict-is-final", test_final_verdict);
  g_test_add_func ("/resend/without-a-copy-it-is-told", test_copy_is_gone);
  g_test_add_func ("/resend/envid-is-the-id", test_envid);
  g_test_add_func ("/resend/by-hand-to-everybody", test_by_hand);
  return g_test_run ();
}
