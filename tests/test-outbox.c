/* Outbox: what goes in comes out, in order of arrival, and is filed by what became of it. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

/* ---- in and out ------------------------------------------------------------------------------ */

/* P-3: what comes out is what went in. */
static void
test_comes_back_whole (OutboxFixture *fixture, gconstpointer data)
{
  static const struct {
    const char *sender;
    const char *recipients;
    const char *body;
  } cases[] = {
    { NULL, "someone@adatum.com", FIXTURE_BODY },
    { "", "someone@adatum.com bob@proseware.com", FIXTURE_BODY },
    { "terri@proseware.com", "\"a\\\"b%<c>\"@adatum.com \xc3\xa9t\xc3\xa9@adatum.com", "" },
    { "account decides", "recipient:@adatum.com", "end of message 0\n\r\n.\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathMessage) message = outbox_fixture_new_message (
          cases[i].sender, cases[i].recipients, cases[i].body);
      g_autoptr(GError) error = NULL;
      g_autofree char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, &error);
      g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);
      SendpathMessage *taken = outbox_entry_get_message (entry);
      g_autofree char *recipients =
          g_strjoinv (" ", (char **) sendpath_message_get_recipients (taken));
      g_autofree char *body = outbox_fixture_dup_body (taken);

      g_assert_no_error (error);
      g_assert_cmpstr (outbox_entry_get_id (entry), ==, id);
      g_assert_cmpstr (outbox_entry_get_account (entry), ==, "home");
      g_assert_cmpstr (sendpath_message_get_sender (taken), ==, cases[i].sender);
      g_assert_cmpstr (recipients, ==, cases[i].recipients);
      g_assert_cmpstr (body, ==, cases[i].body);
      g_assert_cmpstr (sendpath_message_get_subject (taken), ==, "Lunch");
      g_assert_cmpint (sendpath_report_get_queued_at (outbox_entry_get_report (entry)), ==,
                       1795262400);
      g_assert_true (outbox_entry_remove (entry, NULL));
    }
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 0);
}

static void
test_traits_and_no_account (OutboxFixture *fixture, gconstpointer data)
{
  const BodyTraits all = BODY_HAS_BARE_CR | BODY_HAS_NUL | BODY_HAS_LONG_LINE | BODY_HAS_8BIT;

  for (BodyTraits traits = BODY_PLAIN; traits <= all; traits++)
    {
      g_autoptr(SendpathMessage) plain =
          outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
      g_autoptr(SendpathMessage) message = message_new_from_parts (
          NULL, sendpath_message_get_recipients (plain), message_peek_header (plain),
          message_peek_body (plain), traits);
      g_autofree char *id = outbox_add (fixture->outbox, message, NULL, FIXTURE_NOW_US, NULL);
      g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);

      g_assert_null (outbox_entry_get_account (entry));
      g_assert_cmpuint (message_get_body_traits (outbox_entry_get_message (entry)), ==, traits);
    }
}

/* An account's name comes from a file that a person wrote. */
static void
test_odd_account (OutboxFixture *fixture, gconstpointer data)
{
  static const char name[] = "my % account\nrecipient: <eve@example.com>";
  g_autoptr(SendpathMessage) message =
      outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
  g_autofree char *id = outbox_add (fixture->outbox, message, name, FIXTURE_NOW_US, NULL);
  g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);

  g_assert_cmpstr (outbox_entry_get_account (entry), ==, name);
  g_assert_cmpuint (sendpath_report_get_n_recipients (outbox_entry_get_report (entry)), ==, 1);
}

static mode_t
get_mode (const char *path)
{
  struct stat status;

  g_assert_cmpint (lstat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

/* R-40, T-106: nobody else reads it, whatever the umask; the name tells nothing. */
static void
test_modes_and_names (OutboxFixture *fixture, gconstpointer data)
{
  static const char *const folders[] = { "", "tmp", "queue", "failed", "corrupt" };
  mode_t before = umask (0);
  g_autofree char *other_path = g_build_filename (fixture->dir, "other", NULL);
  g_autoptr(Outbox) other = outbox_open (other_path, NULL);
  g_autofree char *id = NULL;
  g_autofree char *message = NULL;
  g_autofree char *journal = NULL;

  g_assert_nonnull (other);
  g_assert_cmpuint (get_mode (other_path), ==, 0700);
  umask (0377);
  id = outbox_fixture_add (fixture, FIXTURE_BODY);
  umask (before);
  message = outbox_fixture_get_path (fixture, "queue", id, ".message");
  journal = outbox_fixture_get_path (fixture, "queue", id, ".journal");
  g_assert_cmpuint (get_mode (message), ==, 0600);
  g_assert_cmpuint (get_mode (journal), ==, 0600);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (fixture->path, folders[i], NULL);

      g_assert_cmpuint (get_mode (folder), ==, 0700);
    }
  g_assert_cmpuint (strspn (id, "0123456789abcdef"), ==, 32);
  g_assert_cmpuint (strlen (id), ==, 32);
}

static void
test_readable_without_us (OutboxFixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathMessage) message = outbox_fixture_new_message (
      "terri@proseware.com", "someone@adatum.com", FIXTURE_BODY);
  g_autofree char *id =
      outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US + 250000, NULL);
  g_autofree char *contents = outbox_fixture_read_message_file (fixture, id, NULL);
  g_autofree char *expected = g_strdup_printf (
      "id: %s\n"
      "queued-at-us: 00001795262400250000\n"
      "date: 2026-11-21T12:00:00Z\n"
      "traits:\n"
      "account: home\n"
      "sender: <terri@proseware.com>\n"
      "recipient: <someone@adatum.com>\n"
      "\n"
      "From: terri@proseware.com\r\nSubject: Lunch\r\nMessage-ID: <1@proseware.com>\r\n"
      "\r\n"
      "Noon?\r\n"
      "end of message %s\n",
      id, id);

  g_assert_true (
      g_str_has_prefix (contents, "sendpath outbox message, format 1\nenvelope-bytes: 0"));
  g_assert_true (g_str_has_suffix (contents, expected));
}

/* P-15: what this version wrote is read for ever. */
static void
test_reads_format_1 (OutboxFixture *fixture, gconstpointer data)
{
  static const char id[] = "00112233445566778899aabbccddeeff";
  static const char message[] =
      "sendpath outbox message, format 1\n"
      "envelope-bytes: 00000000000000000430\n"
      "header-bytes: 00000000000000000027\n"
      "body-bytes: 00000000000000000007\n"
      "sha256: e27fd8dc24892386e9a049a6e2b9f547a4f86871f42a5a60347b294961ae4ac5\n"
      "id: 00112233445566778899aabbccddeeff\n"
      "queued-at-us: 00001795262400250000\n"
      "date: 2026-11-21T12:00:00Z\n"
      "traits: 8bit\n"
      "account: home\n"
      "sender: account decides\n"
      "recipient: <bob@proseware.com>\n"
      "recipient: <\"50%25 off\"@adatum.com>\n"
      "\n"
      "From: terri@proseware.com\r\n"
      "\r\n"
      "Noon\xa0\r\n"
      "end of message 00112233445566778899aabbccddeeff\n";
  static const char journal[] =
      "{\"event\":\"dot\",\"at\":\"2026-11-21T12:00:01Z\",\"server\":\"smtp.proseware.com\","
      "\"addresses\":[\"bob@proseware.com\"]}\n"
      "{\"event\":\"attempt\",\"at\":\"2026-11-21T12:00:02Z\",\"attempt\":{\"route\":{\"kind\":"
      "\"account\","
      "\"server\":\"smtp.proseware.com\",\"login\":\"account\",\"pop_login\":false,\"sender_rule\":"
      "\"keep\"},"
      "\"host\":\"smtp.proseware.com\",\"ip\":\"192.0.2.25\",\"port\":587,\"security\":"
      "\"starttls\","
      "\"protected\":true,\"auth\":\"plain\",\"same_connection\":false,\"mail_from\":\"terri@"
      "proseware.com\","
      "\"header_changes\":[],\"phase\":\"eod\",\"code\":250,\"enhanced\":\"2.0.0\",\"text\":\"2.0."
      "0 Ok\","
      "\"verdict\":\"accepted\",\"rule\":\"accepted\",\"outlook\":null,\"at\":\"2026-11-21T12:00:"
      "00Z\","
      "\"ms\":{\"resolve\":1,\"connect\":20,\"tls\":45,\"total\":210}},"
      "\"recipients\":[{\"address\":\"bob@proseware.com\",\"state\":\"sent\",\"verdict\":"
      "\"accepted\","
      "\"code\":250,\"enhanced\":\"2.0.0\",\"text\":\"2.0.0 Ok\"}]}\n"
      "{\"event\":\"state\",\"at\":\"2026-11-21T12:00:02Z\",\"account\":\"home\",\"location\":"
      "\"hotel\","
      "\"network\":\"n1\",\"reason\":\"no "
      "network\",\"needs\":\"network\",\"next_try\":null,\"held\":false}\n";
  g_autofree char *journal_path = outbox_fixture_get_path (fixture, "queue", id, ".journal");
  g_autoptr(OutboxEntry) entry = NULL;
  SendpathReport *report;

  outbox_fixture_plant (fixture, id, message, sizeof message - 1);
  g_assert_true (
      g_file_set_contents_full (journal_path, journal, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  entry = outbox_fixture_take (fixture, id);
  report = outbox_entry_get_report (entry);
  g_assert_cmpint (sendpath_report_get_state (report, 0), ==, SENDPATH_RECIPIENT_SENT);
  g_assert_cmpint (sendpath_report_get_state (report, 1), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpstr (sendpath_report_get_recipient (report, 1), ==, "\"50% off\"@adatum.com");
  g_assert_cmpstr (sendpath_report_get_needs (report), ==, "network");
  g_assert_cmpuint (message_get_body_traits (outbox_entry_get_message (entry)), ==, BODY_HAS_8BIT);
}

/* ---- listing and finding --------------------------------------------------------------------- */

/* P-13: a clock that jumps to 1970 or 2099 loses nothing. */
static void
test_order_of_arrival (OutboxFixture *fixture, gconstpointer data)
{
  static const gint64 clocks_us[] = {
    FIXTURE_NOW_US + 1, FIXTURE_NOW_US, -5, 0, G_GINT64_CONSTANT (4102444799000000),
    FIXTURE_NOW_US + 2
  };
  static const guint order[] = { 2, 3, 1, 0, 5, 4 };
  g_autoptr(SendpathMessage) message =
      outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
  char *ids[G_N_ELEMENTS (clocks_us)] = { NULL };
  g_auto(GStrv) listed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = outbox_add (fixture->outbox, message, "home", clocks_us[i], NULL);
  listed = outbox_list (fixture->outbox, OUTBOX_QUEUE, NULL, NULL);
  g_assert_cmpuint (g_strv_length (listed), ==, G_N_ELEMENTS (ids));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (clocks_us[order[i]] > 0) /* before 1970 and 1970 itself are one time to us */
      g_assert_cmpstr (listed[i], ==, ids[order[i]]);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, ids[i]);

      g_assert_nonnull (entry);
      g_clear_pointer (&ids[i], g_free);
    }
}

static void
test_find (OutboxFixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "",     "012",       "0123456789abcdef0123456789abcdef0",
                                     "ABCD", "../../etc", "beef" };
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *prefix = g_strndup (id, 12);
  g_autofree char *found = NULL;
  g_autofree char *twin = g_strdup (id);
  OutboxFolder folder = OUTBOX_CORRUPT;

  found = outbox_find (fixture->outbox, prefix, &folder, NULL);
  g_assert_cmpstr (found, ==, id);
  g_assert_cmpint (folder, ==, OUTBOX_QUEUE);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      if (g_str_has_prefix (id, "beef"))
        continue;
      g_assert_null (outbox_find (fixture->outbox, bad[i], NULL, &error));
      g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND);
    }
  twin[31] = twin[31] == '0' ? '1' : '0';
  outbox_fixture_plant (fixture, twin, "", 0);
  g_assert_null (outbox_find (fixture->outbox, prefix, NULL, NULL));
  outbox_fixture_refuse (fixture, "../queue/x", OUTBOX_ERROR_NOT_FOUND);
  outbox_fixture_refuse (fixture, "00000000000000000000000000000000", OUTBOX_ERROR_NOT_FOUND);
}

/* T-125: the bodies are not read; a new message does not wait for the old ones. */
static void
test_ten_thousand (OutboxFixture *fixture, gconstpointer data)
{
  enum { N = 10000 };
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  gsize length;
  g_autofree char *contents = outbox_fixture_read_message_file (fixture, id, &length);
  char *place = strstr (contents, "\nid: ") + strlen ("\nid: ");
  g_auto(GStrv) ids = NULL;
  gint64 start_us;
  double seconds;

  for (guint i = 0; i < N; i++)
    {
      g_autofree char *other = g_strdup_printf ("%032x", i);

      memcpy (place, other, 32);
      memcpy (contents + length - strlen ("\n") - 32, other, 32); /* in the end mark */
      outbox_fixture_plant (fixture, other, contents, length);
    }
  start_us = g_get_monotonic_time ();
  ids = outbox_list (fixture->outbox, OUTBOX_QUEUE, NULL, NULL);
  seconds = (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  g_assert_cmpuint (g_strv_length (ids), ==, N + 1);
  g_test_minimized_result (seconds, "%.3f s to list %d messages", seconds, N);
  if (g_getenv ("SENDPATH_TEST_UNDER") == NULL)
    g_assert_cmpfloat (seconds, <, 1.0);
}

/* ---- filing ---------------------------------------------------------------------------------- */

static void
settle (OutboxEntry *entry, guint i, SendpathRecipientState state)
{
  SendpathReport *report = outbox_entry_get_report (entry);
  g_autoptr(SendpathReply) reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");

  report_set_recipient (report, sendpath_report_get_recipient (report, i), REPORT_NO_ATTEMPT, state,
                        SENDPATH_VERDICT_ACCEPTED, reply);
}

static void
test_filing (OutboxFixture *fixture, gconstpointer data)
{
  static const struct {
    SendpathRecipientState states[2];
    const char *folder; /* NULL: gone */
  } cases[] = {
    { { SENDPATH_RECIPIENT_SENT, SENDPATH_RECIPIENT_SENT }, NULL },
    { { SENDPATH_RECIPIENT_SENT, SENDPATH_RECIPIENT_QUEUED }, "queue" },
    { { SENDPATH_RECIPIENT_FAILED, SENDPATH_RECIPIENT_QUEUED }, "queue" },
    { { SENDPATH_RECIPIENT_FAILED, SENDPATH_RECIPIENT_FAILED }, "failed" },
    { { SENDPATH_RECIPIENT_SENT, SENDPATH_RECIPIENT_FAILED }, "failed" },
    { { SENDPATH_RECIPIENT_SENT, SENDPATH_RECIPIENT_UNCERTAIN }, "queue" },
  };
  static const char *const folders[] = { "tmp", "queue", "failed", "corrupt" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathMessage) message = outbox_fixture_new_message (
          NULL, "bob@proseware.com someone@adatum.com", FIXTURE_BODY);
      g_autofree char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
      g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);

      settle (entry, 0, cases[i].states[0]);
      settle (entry, 1, cases[i].states[1]);
      g_assert_true (outbox_entry_file (entry, NULL));
      for (guint j = 0; j < G_N_ELEMENTS (folders); j++)
        {
          gboolean expected = g_strcmp0 (folders[j], cases[i].folder) == 0;

          g_assert_cmpint (outbox_fixture_has (fixture, folders[j], id, ".message"), ==, expected);
          g_assert_cmpint (outbox_fixture_has (fixture, folders[j], id, ".journal"), ==, expected);
        }
    }
}

/* P-2: refused mail stays until the user removes it. */
static void
test_failed_mail_stays (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  OutboxEntry *entry = outbox_fixture_take (fixture, id);
  g_autofree char *queued = NULL;
  g_autofree char *failed = NULL;

  settle (entry, 0, SENDPATH_RECIPIENT_FAILED);
  g_assert_true (outbox_entry_file (entry, NULL));
  outbox_entry_free (entry);
  queued = outbox_fixture_list (fixture, OUTBOX_QUEUE, NULL);
  failed = outbox_fixture_list (fixture, OUTBOX_FAILED, NULL);
  g_assert_cmpstr (queued, ==, "");
  g_assert_cmpstr (failed, ==, id);
  entry = outbox_fixture_take (fixture, id);
  g_assert_true (outbox_entry_remove (entry, NULL));
  outbox_entry_free (entry);
  g_assert_cmpuint (outbox_fixture_count (fixture, "failed"), ==, 0);
}

/* ---- looking without a lock ------------------------------------------------------------------ */

static void
test_report_while_sending (OutboxFixture *fixture, gconstpointer data)
{
  const char *const addresses[] = { "someone@adatum.com", NULL };
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  OutboxEntry *entry = outbox_fixture_take (fixture, id);
  g_autoptr(SendpathReport) during = NULL;
  g_autoptr(SendpathReport) after = NULL;

  g_assert_true (journal_note_dot (outbox_entry_get_journal (entry), addresses,
                                   "smtp.proseware.com", SENDER_RULE_KEEP, FIXTURE_NOW_US, NULL));
  during = outbox_read_report (fixture->outbox, id, NULL);
  g_assert_cmpint (sendpath_report_get_state (during, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  outbox_entry_free (entry);
  after = outbox_read_report (fixture->outbox, id, NULL);
  g_assert_cmpint (sendpath_report_get_state (after, 0), ==, SENDPATH_RECIPIENT_UNCERTAIN);
  g_assert_cmpstr (sendpath_report_get_account (after), ==, "home");
  g_assert_cmpstr (sendpath_report_get_from (after), ==, "terri@proseware.com");
}

/* Who watches learns what became of a message though it is gone, and cannot file it. */
static void
test_watched_to_the_end (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autoptr(OutboxEntry) watch = outbox_watch (fixture->outbox, id, NULL);
  OutboxEntry *entry = outbox_fixture_take (fixture, id);
  SendpathReport *report = outbox_entry_get_report (entry);
  g_autoptr(SendpathReport) seen = NULL;
  g_autoptr(GError) error = NULL;
  Attempt *attempt = attempt_new ();

  attempt->reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  attempt->phase = SENDPATH_PHASE_EOD;
  report_set_recipient (report, "someone@adatum.com", report_add_attempt (report, attempt),
                        SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED, attempt->reply);
  g_assert_true (
      journal_note_attempt (outbox_entry_get_journal (entry), report, 0, FIXTURE_NOW_US, NULL));
  g_assert_false (outbox_entry_file (watch, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY);
  g_assert_true (outbox_entry_file (entry, NULL));
  outbox_entry_free (entry);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  seen = outbox_watch_report (watch, NULL);
  g_assert_cmpint (sendpath_report_get_outcome (seen), ==, SENDPATH_OUTCOME_SENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outbox_fixture_add_test ("/outbox/what-went-in-comes-out", test_comes_back_whole, FALSE);
  outbox_fixture_add_test ("/outbox/traits-and-no-account", test_traits_and_no_account, FALSE);
  outbox_fixture_add_test ("/outbox/odd-account-names", test_odd_account, FALSE);
  outbox_fixture_add_test ("/outbox/nobody-else-reads-it", test_modes_and_names, FALSE);
  outbox_fixture_add_test ("/outbox/readable-without-us", test_readable_without_us, FALSE);
  outbox_fixture_add_test ("/outbox/reads-what-format-1-wrote", test_reads_format_1, FALSE);
  outbox_fixture_add_test ("/outbox/order-of-arrival-by-any-clock", test_order_of_arrival, FALSE);
  outbox_fixture_add_test ("/outbox/found-by-the-first-digits", test_find, FALSE);
  outbox_fixture_add_test ("/outbox/ten-thousand-are-listed-in-a-second", test_ten_thousand, TRUE);
  outbox_fixture_add_test ("/outbox/filed-by-what-became-of-it", test_filing, FALSE);
  outbox_fixture_add_test ("/outbox/failed-mail-stays-until-removed", test_failed_mail_stays,
                           FALSE);
  outbox_fixture_add_test ("/outbox/report-while-it-is-sent", test_report_while_sending, FALSE);
  outbox_fixture_add_test ("/outbox/watched-to-the-end", test_watched_to_the_end, FALSE);
  return g_test_run ();
}
