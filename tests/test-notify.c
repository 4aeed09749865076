/* Desktop notifications: each thing is told once, by one notice, and the buttons mean what they say. */
#include "config.h"

#include "ui-cli/notify.h"

#include <string.h>

#include "sendpath/walk/report-private.h"
#include "tests/lib/fake-notifications.h"

#define A       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define RELAY   "Use the relay of this network?"
#define BUTTONS "here=Use here,once=Only this message,never=Not here"
#define LONG_S  1800
#define MARKED  "<b>Lunch</b> & <a href='http://example.org/'>more</a>"
#define ESCAPED "&lt;b&gt;Lunch&lt;/b&gt; &amp; &lt;a href=&apos;http://example.org/&apos;&gt;"

typedef struct {
  FakeNotifications *desktop;
  Notifier *notifier;
  GHashTable *outbox; /* id -> report */
  GString *pressed;
} Fixture;

static SendpathReport *
find (const char *id, gpointer data)
{
  Fixture *fixture = data;
  SendpathReport *report = g_hash_table_lookup (fixture->outbox, id);

  return report != NULL ? sendpath_report_ref (report) : NULL;
}

static void
pressed (const char *id, const char *button, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->pressed, "%.1s %s;", id, button);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  FakeNotificationsFlags flags = GPOINTER_TO_UINT (data);
  NotifierHost host = { find, pressed, fixture };

  fixture->desktop = fake_notifications_new (flags, NULL, NULL);
  fixture->notifier = notifier_new (&host, (flags & FAKE_NOTIFICATIONS_PORTAL) != 0);
  fixture->outbox = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) sendpath_report_unref);
  fixture->pressed = g_string_new (NULL);
  notifier_set_policy (fixture->notifier, TRUE, LONG_S);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  notifier_free (fixture->notifier);
  fake_notifications_free (fixture->desktop);
  g_hash_table_unref (fixture->outbox);
  g_string_free (fixture->pressed, TRUE);
}

/* A message that came in @age_s ago. */
static SendpathReport *
new_report (const char *id, const char *subject, gint64 age_s)
{
  g_autofree char *header = g_strdup_printf ("Subject: %s\r\n", subject);
  const char *const recipients[] = { "someone@adatum.com", NULL };
  g_autoptr(Header) parsed = header_parse (header, strlen (header), NULL);
  g_autoptr(GBytes) text = g_bytes_new_static ("", 0);
  g_autoptr(BodySource) body = body_source_new_from_bytes (text);
  g_autoptr(SendpathMessage) message =
                 message_new_from_parts (NULL, recipients, parsed, body, BODY_PLAIN);
  SendpathReport *report = report_new (id, message);

  report_set_text (&report->account, "home");
  report->queued_at_s = g_get_real_time () / G_USEC_PER_SEC - age_s;
  return report;
}

static void
settle (SendpathReport *report, SendpathRecipientState state, SendpathVerdict verdict)
{
  report_set_recipient (report, "someone@adatum.com", REPORT_NO_ATTEMPT, state, verdict, NULL);
}

/* The notifier hears of a message that waits. */
static void
wait (Fixture *fixture, const char *id, const char *needs, gint64 age_s)
{
  SendpathReport *report = new_report (id, "Lunch", age_s);

  report_set_text (&report->reason, "the reason");
  report_set_text (&report->needs, needs);
  g_hash_table_insert (fixture->outbox, g_strdup (id), report);
  notifier_note (fixture->notifier, report);
}

static void
leave (Fixture *fixture, const char *id)
{
  g_autoptr(SendpathReport) report = new_report (id, "Lunch", 5000);

  settle (report, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_hash_table_remove (fixture->outbox, id);
  notifier_note (fixture->notifier, report);
}

/* What the desktop was told since, each line as far as @expected has it; NULL: no more lines. */
static void
assert_calls (Fixture *fixture, const char *first, const char *second)
{
  const char *const expected[] = { first, second };
  g_autofree char *calls = fake_notifications_steal_calls (fixture->desktop);
  g_auto(GStrv) lines = g_strsplit (g_strchomp (calls), "\n", -1);
  guint n = g_strv_length (lines);

  g_assert_cmpuint (n, ==, first == NULL ? 0 : second == NULL ? 1 : 2);
  for (guint i = 0; i < n; i++)
    if (!g_str_has_prefix (lines[i], expected[i]))
      g_assert_cmpstr (lines[i], ==, expected[i]);
}

static void
assert_pressed (Fixture *fixture, const char *notice, const char *button, const char *expected)
{
  g_string_truncate (fixture->pressed, 0);
  fake_notifications_press (fixture->desktop, notice, button);
  while (fixture->pressed->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->pressed->str, ==, expected);
}

/* ---- when ------------------------------------------------------------------------------------ */

static void
test_waits_and_leaves (Fixture *fixture, gconstpointer data)
{
  wait (fixture, A, NULL, LONG_S - 60);
  assert_calls (fixture, NULL, NULL);
  wait (fixture, B, NULL, LONG_S);
  assert_calls (fixture, "show 1 replaces 0|Your mail is waiting|Lunch/", NULL);
  wait (fixture, B, NULL, LONG_S + 60);
  wait (fixture, A, NULL, LONG_S + 60);
  assert_calls (fixture, NULL, NULL);
  leave (fixture, B);
  assert_calls (fixture, "show 1 replaces 1|Your mail has left|Lunch/Your message", NULL);
  leave (fixture, B);
  assert_calls (fixture, NULL, NULL);
}

static void
test_short_wait_is_not_told (Fixture *fixture, gconstpointer data)
{
  wait (fixture, A, NULL, 0);
  wait (fixture, B, "network", 30);
  leave (fixture, A);
  leave (fixture, B);
  assert_calls (fixture, NULL, NULL);
}

/* Nobody hears of a message again that cannot even be tried: the clock does it. */
static void
test_told_by_the_clock (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = NULL;

  wait (fixture, A, "network", LONG_S - 1);
  while (calls == NULL || *calls == '\0')
    {
      g_free (calls);
      g_main_context_iteration (NULL, TRUE);
      calls = fake_notifications_steal_calls (fixture->desktop);
    }
  g_assert_true (g_str_has_prefix (calls, "show 1 replaces 0|Your mail is waiting|"));
}

static void
test_password_once_for_all (Fixture *fixture, gconstpointer data)
{
  wait (fixture, A, "password", 0);
  wait (fixture, B, "password", 0);
  assert_calls (fixture, "show 1 replaces 0|A password is needed|Lunch/", NULL);
  wait (fixture, A, NULL, 10);
  assert_calls (fixture, NULL, NULL);
  wait (fixture, B, NULL, 10);
  assert_calls (fixture, "close 1", NULL);
  leave (fixture, A);
  assert_calls (fixture, "show 2 replaces 0|Your mail has left|", NULL);
}

static void
test_refused_for_good (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = new_report (A, MARKED, 0);

  settle (report, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  notifier_note (fixture->notifier, report);
  assert_calls (fixture, "show 1 replaces 0|Your mail was refused|" ESCAPED, NULL);
}

/* P-5: it is repeated once by itself; only then it is the user's. */
static void
test_uncertain (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = new_report (A, "Lunch", 0);

  settle (report, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN);
  notifier_note (fixture->notifier, report);
  assert_calls (fixture, NULL, NULL);
  report_set_text (&report->needs, "decision");
  notifier_note (fixture->notifier, report);
  assert_calls (fixture, "show 1 replaces 0|Your mail waits for a decision|", NULL);
}

/* ---- buttons --------------------------------------------------------------------------------- */

static void
test_relay_question (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = NULL;

  wait (fixture, A, "approval", 0);
  wait (fixture, B, "approval", 0);
  calls = fake_notifications_steal_calls (fixture->desktop);
  g_assert_true (g_str_has_prefix (calls, "show 1 replaces 0|" RELAY "|Lunch/"));
  g_assert_true (g_str_has_suffix (calls, "|" BUTTONS "\n"));
  assert_pressed (fixture, "1", "once", "a once;");
  assert_calls (fixture, "show 2 replaces 0|" RELAY, NULL);
  assert_pressed (fixture, "2", "here", "b here;");
  assert_calls (fixture, NULL, NULL);
}

/* A server without buttons and markup gets neither. */
static void
test_plain_server (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = NULL;
  g_autoptr(SendpathReport) report = new_report (B, MARKED, 0);

  wait (fixture, A, "approval", 0);
  calls = fake_notifications_steal_calls (fixture->desktop);
  g_assert_true (g_str_has_suffix (calls, "|\n"));
  settle (report, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  notifier_note (fixture->notifier, report);
  assert_calls (fixture, "show 2 replaces 0|Your mail was refused|" MARKED, NULL);
}

static void
test_portal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = NULL;

  wait (fixture, A, "approval", 0);
  calls = fake_notifications_steal_calls (fixture->desktop);
  g_assert_true (g_str_has_prefix (calls, "show relay|" RELAY "|Lunch/"));
  g_assert_true (g_str_has_suffix (calls, "|" BUTTONS "\n"));
  assert_pressed (fixture, "relay", "never", "a never;");
  wait (fixture, A, "password", 0);
  assert_calls (fixture, "show password:home|", NULL);
  wait (fixture, A, NULL, 0);
  assert_calls (fixture, "close password:home", NULL);
}

/* ---- nobody there ---------------------------------------------------------------------------- */

static void
test_notify_no (Fixture *fixture, gconstpointer data)
{
  notifier_set_policy (fixture->notifier, FALSE, LONG_S);
  wait (fixture, A, "password", 0);
  wait (fixture, B, NULL, LONG_S);
  assert_calls (fixture, NULL, NULL);
}

/* One that hangs, one that ends, none at all: nothing happens but that nobody is told. */
static void
test_no_desktop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = g_strdup (g_getenv ("DBUS_SESSION_BUS_ADDRESS"));
  gint64 begun_us = g_get_monotonic_time ();

  wait (fixture, A, "password", 0);
  for (guint i = 0; i < 10; i++) /* it is waited for once, not for each message */
    {
      g_autofree char *id = g_strdup_printf ("%032u", i);

      wait (fixture, id, "decision", 0);
    }
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, 8 * G_USEC_PER_SEC);
  assert_calls (fixture, NULL, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  wait (fixture, B, "decision", 0);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "autolaunch:", TRUE);
  wait (fixture, B, "approval", 0);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  leave (fixture, A);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
    FakeNotificationsFlags flags;
  } tests[] = {
    { "/notify/waits-and-leaves", test_waits_and_leaves, FAKE_NOTIFICATIONS_FULL },
    { "/notify/short-wait-is-not-told", test_short_wait_is_not_told, FAKE_NOTIFICATIONS_FULL },
    { "/notify/told-by-the-clock", test_told_by_the_clock, FAKE_NOTIFICATIONS_FULL },
    { "/notify/password-once-for-all", test_password_once_for_all, FAKE_NOTIFICATIONS_FULL },
    { "/notify/refused-for-good-and-escaped", test_refused_for_good, FAKE_NOTIFICATIONS_FULL },
    { "/notify/uncertain-after-its-repeat", test_uncertain, FAKE_NOTIFICATIONS_FULL },
    { "/notify/relay-question", test_relay_question, FAKE_NOTIFICATIONS_FULL },
    { "/notify/plain-server", test_plain_server, FAKE_NOTIFICATIONS_PLAIN },
    { "/notify/portal", test_portal, FAKE_NOTIFICATIONS_PORTAL },
    { "/notify/no", test_notify_no, FAKE_NOTIFICATIONS_FULL },
    { "/notify/no-desktop", test_no_desktop, FAKE_NOTIFICATIONS_SILENT },
  };

  g_autoptr(GTestDBus) bus = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, GUINT_TO_POINTER (tests[i].flags), set_up, tests[i].run,
                tear_down);
  status = g_test_run ();
  g_test_dbus_down (bus);
  return status;
}
