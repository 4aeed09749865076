/* What the tests of the engine share. Nothing here is the user's: outbox, state and network are the
 * fixture's own. */
#include "config.h"

#include "tests/lib/engine-fixture.h"

#include <glib/gstdio.h>
#include <string.h>


/* Nobody can listen there, and nothing is ever sent to it. */
#define NOWHERE "127.255.255.255"

static void
on_attempt_started (SendpathEngine *engine, SendpathRoute *route, gpointer data)
{
  EngineFixture *fixture = data;

  g_assert_true (g_thread_self () == fixture->thread);
  g_string_append_printf (fixture->events, "%sstarted %s", fixture->events->len > 0 ? "; " : "",
                          sendpath_route_kind_to_string (sendpath_route_get_kind (route)));
}

static void
on_attempt_ended (SendpathEngine *engine, SendpathReport *report, guint attempt, gpointer data)
{
  EngineFixture *fixture = data;

  g_assert_true (g_thread_self () == fixture->thread);
  g_assert_cmpuint (attempt, ==, sendpath_report_get_n_attempts (report) - 1);
  g_string_append_printf (fixture->events, "%sended %u", fixture->events->len > 0 ? "; " : "",
                          attempt);
}

static void
on_trace (SendpathEngine *engine, const char *line, gpointer data)
{
  EngineFixture *fixture = data;

  g_assert_true (g_thread_self () == fixture->thread);
  g_string_append_printf (fixture->trace, "%s\n", line);
}

static SendpathProfileStore *
load_profiles (EngineFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->dir, "sendpath.conf", NULL);
  guint16 port = fixture->server != NULL ? scripted_server_get_port (fixture->server) : 1;
  g_autofree char *text = g_strdup_printf (
      "[account home]\naddress = terri@proseware.com\nname = Terri Chudzik\n"
      "smtp = %s:%u\nsecurity = none\n%s",
      fixture->server != NULL ? "127.0.0.1" : NOWHERE, port, fixture->keys);
  SendpathProfileStore *profiles = sendpath_profile_store_new (path);
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
  sendpath_profile_store_load (profiles, &error);
  g_assert_no_error (error);
  return profiles;
}

static void
make_engine (EngineFixture *fixture)
{
  const char *const addresses[] = { "192.0.2.7/24", NULL };
  g_autoptr(SendpathProfileStore) profiles = load_profiles (fixture);
  g_autoptr(SendpathNetwork) network = sendpath_network_new_for_facts (NULL, NULL, addresses);

  fixture->engine = g_object_new (SENDPATH_TYPE_ENGINE, "profiles", profiles, "outbox-dir",
                                  fixture->outbox, "state-dir", fixture->dir, "network", network,
                                  NULL);
  g_signal_connect (fixture->engine, "attempt-started", G_CALLBACK (on_attempt_started), fixture);
  g_signal_connect (fixture->engine, "attempt-ended", G_CALLBACK (on_attempt_ended), fixture);
  g_signal_connect (fixture->engine, "trace", G_CALLBACK (on_trace), fixture);
}

EngineFixture *
engine_fixture_new (const char *dialogue, const char *keys)
{
  EngineFixture *fixture = g_new0 (EngineFixture, 1);
  g_autoptr(GError) error = NULL;

  fixture->dir = g_dir_make_tmp ("engine-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->outbox = g_build_filename (fixture->dir, "outbox", NULL);
  fixture->keys = g_strdup (keys != NULL ? keys : "auth = none\n");
  fixture->thread = g_thread_self ();
  fixture->events = g_string_new (NULL);
  fixture->trace = g_string_new (NULL);
  if (dialogue != NULL)
    fixture->server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  make_engine (fixture);
  return fixture;
}

void
engine_fixture_use_server (EngineFixture *fixture, const char *dialogue)
{
  g_clear_pointer (&fixture->server, scripted_server_free);
  g_clear_object (&fixture->engine);
  fixture->server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  make_engine (fixture);
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
engine_fixture_free (EngineFixture *fixture)
{
  g_clear_object (&fixture->engine);
  g_clear_pointer (&fixture->server, scripted_server_free);
  remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->outbox);
  g_free (fixture->keys);
  g_string_free (fixture->events, TRUE);
  g_string_free (fixture->trace, TRUE);
  g_free (fixture);
}

SendpathMessage *
engine_fixture_new_message (const char *text, const char *recipients)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  g_auto(GStrv) addresses = g_strsplit (recipients, " ", -1);
  g_autoptr(GError) error = NULL;
  SendpathMessage *message
      = sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, &error);

  g_assert_no_error (error);
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      sendpath_message_add_recipient (message, addresses[i], &error);
      g_assert_no_error (error);
    }
  return message;
}

char *
engine_fixture_submit (EngineFixture *fixture)
{
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
  g_autoptr(GError) error = NULL;
  char *id = sendpath_engine_submit (fixture->engine, message, NULL, NULL, &error);

  g_assert_no_error (error);
  return id;
}

SendpathReport *
engine_fixture_send (EngineFixture *fixture, GCancellable *cancellable)
{
  g_autoptr(SendpathMessage) message
      = engine_fixture_new_message (FIXTURE_TEXT, "someone@adatum.com");
  g_autoptr(GError) error = NULL;
  SendpathReport *report
      = sendpath_engine_send (fixture->engine, message, NULL, cancellable, &error);

  g_assert_no_error (error);
  return report;
}

guint
engine_fixture_count_waiting (EngineFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) reports = sendpath_engine_list_queue (fixture->engine, &error);

  g_assert_no_error (error);
  return reports->len;
}

void
engine_fixture_assert_outcome (const SendpathReport *report, SendpathOutcome outcome,
                               const char *verdict)
{
  g_assert_cmpstr (sendpath_outcome_to_string (sendpath_report_get_outcome (report)), ==,
                   sendpath_outcome_to_string (outcome));
  g_assert_cmpstr (sendpath_verdict_to_string (sendpath_report_get_verdict (report, 0)), ==,
                   verdict);
}
