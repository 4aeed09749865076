/* The engine and where it is: by hand or by the network, and nothing tried behind a portal. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "profiles/network-private.h"
#include "sendpath/engine.h"
#include "tests/lib/engine-fixture.h"

#define STRINGS(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define PROFILES                                                                                   \
  "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"                     \
  "[location work]\ndomain = thephone-company.com\n[location cafe]\nnetwork = 192.0.2.0/24\n"

typedef struct {
  char *dir;
  char *path;
  SendpathProfileStore *profiles;
  SendpathEngine *engine;
} Desk;

static void
desk_clear (Desk *desk)
{
  g_autofree char *choice = g_build_filename (desk->dir, "location", NULL);

  g_object_unref (desk->engine);
  g_object_unref (desk->profiles);
  g_unlink (choice);
  g_unlink (desk->path);
  g_rmdir (desk->dir);
  g_free (desk->path);
  g_free (desk->dir);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desk, desk_clear)

/* In the café, as long as nobody says otherwise. */
static SendpathEngine *
new_engine (Desk *desk)
{
  g_autoptr(SendpathNetwork) network =
                 sendpath_network_new_for_facts (NULL, NULL, STRINGS ("192.0.2.7/24"));

  return g_object_new (SENDPATH_TYPE_ENGINE, "profiles", desk->profiles, "state-dir", desk->dir,
                       "network", network, NULL);
}

static void
desk_init (Desk *desk)
{
  g_autoptr(GError) error = NULL;

  desk->dir = g_dir_make_tmp ("desk-XXXXXX", &error);
  g_assert_no_error (error);
  desk->path = g_build_filename (desk->dir, "sendpath.conf", NULL);
  g_file_set_contents_full (desk->path, PROFILES, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  desk->profiles = sendpath_profile_store_new (desk->path);
  sendpath_profile_store_load (desk->profiles, &error);
  g_assert_no_error (error);
  desk->engine = new_engine (desk);
}

static void
assert_location (SendpathEngine *engine, const char *id, const char *chosen)
{
  g_autofree char *by_hand = sendpath_engine_dup_chosen_location (engine);

  g_assert_cmpstr (sendpath_location_get_id (sendpath_engine_get_current_location (engine)), ==,
                   id);
  g_assert_cmpstr (by_hand, ==, chosen);
}

static void
use (SendpathEngine *engine, const char *id)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sendpath_engine_use_location (engine, id, &error));
  g_assert_no_error (error);
}

static void
test_by_hand (void)
{
  g_auto(Desk) desk = { NULL };
  g_autoptr(SendpathEngine) later = NULL;

  desk_init (&desk);
  assert_location (desk.engine, "cafe", NULL);
  use (desk.engine, "work");
  assert_location (desk.engine, "work", "work");
  later = new_engine (&desk);
  assert_location (later, "work", "work");
  g_object_set (later, "location", "cafe", NULL); /* what a program says for itself comes first */
  assert_location (later, "cafe", "cafe");
  use (desk.engine, NULL);
  use (desk.engine, NULL);
  assert_location (desk.engine, "cafe", NULL);
}

static void
test_unknown (void)
{
  g_auto(Desk) desk = { NULL };
  g_autoptr(GError) error = NULL;

  desk_init (&desk);
  g_assert_false (sendpath_engine_use_location (desk.engine, "hotel", &error));
  g_assert_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND);
  use (desk.engine, "work");
  g_clear_error (&error);
  g_assert_true (sendpath_profile_store_remove_location (desk.profiles, "work", &error));
  assert_location (desk.engine, "cafe", NULL);
}

/* The choice only selects: a file that says nothing sensible is none. */
static void
test_damaged (void)
{
  static const char *const texts[] = { "", "\n", "\377\n", "wor\n", "work\ncafe\n" };
  g_auto(Desk) desk = { NULL };
  g_autofree char *path = NULL;

  desk_init (&desk);
  path = g_build_filename (desk.dir, "location", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      assert_location (desk.engine, "cafe", NULL);
    }
}

static SendpathMessage *
new_message (const char *from)
{
  g_autofree char *text = g_strdup_printf (
      "From: %s\r\nTo: someone@adatum.com\r\nSubject: Hello\r\n\r\nHello.\r\n", from);
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr(GError) error = NULL;
  SendpathMessage *message =
      sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (sendpath_message_add_recipient (message, "someone@adatum.com", &error));
  return message;
}

/* Whoever hands in a message waits for the disk, and not for a network or its manager. */
static void
test_submit_asks_nobody (void)
{
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message = new_message ("terri@proseware.com");
  g_autoptr(SendpathNetwork) network = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = NULL;

  g_object_set (fixture->engine, "network", NULL, NULL);
  id = sendpath_engine_submit (fixture->engine, message, NULL, NULL, &error);
  g_assert_no_error (error);
  g_object_get (fixture->engine, "network", &network, NULL);
  g_assert_null (network);
}

/* T-151: a page to sign in. */
static void
test_portal (void)
{
  NetworkFacts kernel = { .domains = (char **) STRINGS ("hotel.example"),
                          .addresses = (char **) STRINGS ("192.0.2.7/24"),
                          .has_route = TRUE };
  g_autoptr(GPtrArray) none = g_ptr_array_new ();
  NetworkManagerFacts manager = { .connections = none, .connectivity = "portal" };
  g_autoptr(SendpathNetwork) portal = network_new_from (&kernel, NULL, &manager);
  g_autoptr(EngineFixture) fixture = engine_fixture_new (NULL, NULL);
  g_autoptr(SendpathMessage) message = new_message ("terri@proseware.com");
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(GError) error = NULL;

  g_object_set (fixture->engine, "network", portal, NULL);
  report = sendpath_engine_send (fixture->engine, message, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sendpath_report_get_n_attempts (report), ==, 0);
  g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpstr (sendpath_report_get_needs (report), ==, "network");
  g_assert_cmpstr (fixture->events->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine-location/a-choice-by-hand-stays", test_by_hand);
  g_test_add_func ("/engine-location/only-a-location-that-is-there", test_unknown);
  g_test_add_func ("/engine-location/a-damaged-choice-is-none", test_damaged);
  g_test_add_func ("/engine-location/handing-in-reads-no-network", test_submit_asks_nobody);
  g_test_add_func ("/engine-location/T-151-nothing-is-tried-behind-a-portal", test_portal);
  return g_test_run ();
}
