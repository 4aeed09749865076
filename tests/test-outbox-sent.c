/* Outbox: what was sent is kept for some days, whole and aside, and sent again only by those who ask.
 */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "sendpath/outbox/resend.h"
#include "tests/lib/outbox-fixture.h"

#define NOW_S (FIXTURE_NOW_US / G_USEC_PER_SEC)
#define DAY_S (24 * 60 * 60)

static void
settle (OutboxEntry *entry, const char *address, SendpathRecipientState state)
{
  SendpathReport *report = outbox_entry_get_report (entry);
  g_autoptr(SendpathReply) reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  Attempt *attempt = attempt_new ();
  guint index;

  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup ("smtp.proseware.com:587");
  attempt->login = g_strdup ("none");
  attempt->host = g_strdup ("smtp.proseware.com");
  attempt->phase = SENDPATH_PHASE_EOD;
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  attempt->reply = sendpath_reply_ref (reply);
  attempt->at_us = FIXTURE_NOW_US;
  index = report_add_attempt (report, attempt);
  report_set_recipient (report, address, index, state, SENDPATH_VERDICT_ACCEPTED, reply);
  g_assert_true (
      journal_note_attempt (outbox_entry_get_journal (entry), report, index, FIXTURE_NOW_US, NULL));
}

/* A message for two that both got; its id. */
static char *
add_sent (OutboxFixture *fixture)
{
  g_autoptr(SendpathMessage) message = outbox_fixture_new_message (
      NULL, "bob@proseware.com someone@adatum.com", FIXTURE_BODY);
  char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
  g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);

  settle (entry, "bob@proseware.com", SENDPATH_RECIPIENT_SENT);
  settle (entry, "someone@adatum.com", SENDPATH_RECIPIENT_SENT);
  g_assert_true (outbox_entry_file (entry, NULL));
  return id;
}

static void
date_journal (OutboxFixture *fixture, const char *id, gint64 time_s)
{
  g_autofree char *path = outbox_fixture_get_path (fixture, "sent", id, ".journal");
  const struct utimbuf times = { time_s, time_s };

  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
test_kept_whole (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *body = NULL;
  g_autoptr(OutboxEntry) entry = NULL;
  OutboxFolder folder;
  g_autofree char *found = NULL;

  outbox_set_keep_sent (fixture->outbox, 3);
  id = add_sent (fixture);
  g_assert_true (outbox_fixture_has (fixture, "sent", id, ".message"));
  g_assert_true (outbox_fixture_has (fixture, "sent", id, ".journal"));
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  waiting = outbox_fixture_list (fixture, OUTBOX_QUEUE, NULL);
  g_assert_cmpstr (waiting, ==, "");

  found = outbox_find (fixture->outbox, id, &folder, NULL);
  g_assert_cmpstr (found, ==, id);
  g_assert_cmpint (folder, ==, OUTBOX_SENT);
  entry = outbox_fixture_take (fixture, id);
  body = outbox_fixture_dup_body (outbox_entry_get_message (entry));
  g_assert_cmpstr (body, ==, FIXTURE_BODY);
  g_assert_cmpint (sendpath_report_get_outcome (outbox_entry_get_report (entry)), ==,
                   SENDPATH_OUTCOME_SENT);
}

/* P-2 holds for what waits, not for copies of what has left. */
static void
test_not_kept (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = add_sent (fixture);

  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "sent"), ==, 0);
  outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_NOT_FOUND);
}

static void
test_expiry (OutboxFixture *fixture, gconstpointer data)
{
  static const struct {
    gint64 age_s;
    guint n_files; /* of three messages, two files each */
  } cases[] = { { 3 * DAY_S - 1, 6 }, { 3 * DAY_S + 1, 4 }, { -30 * DAY_S, 4 } };
  g_autofree char *held = NULL;
  g_autofree char *other = NULL;
  OutboxEntry *entry;

  outbox_set_keep_sent (fixture->outbox, 3);
  held = add_sent (fixture);
  other = add_sent (fixture);
  date_journal (fixture, held, NOW_S);
  date_journal (fixture, other, NOW_S);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = add_sent (fixture);

      date_journal (fixture, id, NOW_S - cases[i].age_s);
      outbox_expire_sent (fixture->outbox, FIXTURE_NOW_US);
      if (i == 2)
        g_assert_true (outbox_fixture_has (fixture, "sent", id, ".message"));
      else
        g_assert_cmpuint (outbox_fixture_count (fixture, "sent"), ==, cases[i].n_files);
      date_journal (fixture, held, NOW_S);
      if (outbox_fixture_has (fixture, "sent", id, ".message"))
        {
          entry = outbox_fixture_take (fixture, id);
          g_assert_true (outbox_entry_remove (entry, NULL));
          outbox_entry_free (entry);
        }
    }

  /* what somebody has in hand stays */
  entry = outbox_fixture_take (fixture, held);
  outbox_set_keep_sent (fixture->outbox, 0);
  outbox_expire_sent (fixture->outbox, FIXTURE_NOW_US);
  g_assert_true (outbox_fixture_has (fixture, "sent", held, ".message"));
  g_assert_false (outbox_fixture_has (fixture, "sent", other, ".message"));
  outbox_entry_free (entry);
  outbox_expire_sent (fixture->outbox, FIXTURE_NOW_US);
  g_assert_cmpuint (outbox_fixture_count (fixture, "sent"), ==, 0);
}

/* What a power cut may leave of a copy goes as well, when the message is as old as that. */
static void
test_expiry_without_journal (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *journal = NULL;
  g_autofree char *path = NULL;
  const struct utimbuf times = { NOW_S - 4 * DAY_S, NOW_S - 4 * DAY_S };

  outbox_set_keep_sent (fixture->outbox, 3);
  id = add_sent (fixture);
  journal = outbox_fixture_get_path (fixture, "sent", id, ".journal");
  path = outbox_fixture_get_path (fixture, "sent", id, ".message");
  g_assert_cmpint (unlink (journal), ==, 0);
  outbox_expire_sent (fixture->outbox, FIXTURE_NOW_US);
  g_assert_true (outbox_fixture_has (fixture, "sent", id, ".message"));
  g_assert_cmpint (utime (path, &times), ==, 0);
  outbox_expire_sent (fixture->outbox, FIXTURE_NOW_US);
  g_assert_cmpuint (outbox_fixture_count (fixture, "sent"), ==, 0);
}

/* A crash between the two renames, in either order that a power cut may leave (T-127). */
static void
test_crash_while_moving (OutboxFixture *fixture, gconstpointer data)
{
  static const char *const suffixes[] = { ".journal", ".message" };

  outbox_set_keep_sent (fixture->outbox, 3);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *id = add_sent (fixture);
      g_autofree char *there = outbox_fixture_get_path (fixture, "sent", id, suffixes[i]);
      g_autofree char *back = outbox_fixture_get_path (fixture, "queue", id, suffixes[i]);
      g_autoptr(SendpathReport) report = NULL;
      const char *home = i == 0 ? "sent" : "queue";

      g_assert_cmpint (rename (there, back), ==, 0);
      report = outbox_read_report (fixture->outbox, id, NULL);
      g_assert_nonnull (report);
      g_assert_cmpint (sendpath_report_get_outcome (report), ==, SENDPATH_OUTCOME_SENT);
      for (guint j = 0; j < 3; j++)
        {
          g_assert_true (outbox_recover (fixture->outbox, NULL));
          g_assert_true (outbox_fixture_has (fixture, home, id, ".message"));
          g_assert_true (outbox_fixture_has (fixture, home, id, ".journal"));
        }
    }
}

/* ---- sent again ------------------------------------------------------------------------------ */

static char *
resend_to (OutboxFixture *fixture, const char *id, const char *address)
{
  g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);
  g_autoptr(GPtrArray) recipients = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;
  char *again;

  g_ptr_array_add (recipients, resend_find_sent (outbox_entry_get_report (entry), address));
  g_assert_nonnull (recipients->pdata[0]);
  again = resend_queue_some (fixture->outbox, entry, outbox_entry_get_message (entry), "home",
                             recipients, FIXTURE_NOW_US, &error);
  g_assert_no_error (error);
  return again;
}

static gboolean
was_resent (OutboxFixture *fixture, const char *id, const char *address)
{
  g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);
  g_autoptr(History) history = history_new (fixture->dir);

  return resend_was_done (fixture->outbox, history,
                          resend_find_sent (outbox_entry_get_report (entry), address));
}

static void
test_same_bytes_for_one (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *again = NULL;
  g_autofree char *body = NULL;
  g_autoptr(OutboxEntry) entry = NULL;
  SendpathMessage *message;

  outbox_set_keep_sent (fixture->outbox, 3);
  id = add_sent (fixture);
  again = resend_to (fixture, id, "someone@ADATUM.com");
  g_assert_cmpstr (again, !=, id);
  entry = outbox_fixture_take (fixture, again);
  message = outbox_entry_get_message (entry);
  body = outbox_fixture_dup_body (message);
  g_assert_cmpstr (body, ==, FIXTURE_BODY);
  g_assert_cmpstr (sendpath_message_get_subject (message), ==, "Lunch");
  g_assert_cmpuint (g_strv_length ((char **) sendpath_message_get_recipients (message)), ==, 1);
  g_assert_cmpstr (sendpath_message_get_recipients (message)[0], ==, "someone@adatum.com");
  g_assert_cmpstr (outbox_entry_get_resend_of (entry), ==, id);
  g_assert_cmpuint (g_strv_length ((char **) outbox_entry_get_avoid (entry)), ==, 1);
  g_assert_cmpstr (outbox_entry_get_avoid (entry)[0], ==, "smtp.proseware.com");

  g_assert_true (was_resent (fixture, id, "someone@adatum.com"));
  g_assert_false (was_resent (fixture, id, "bob@proseware.com"));
}

/* Killed between the record and the new entry: nothing was queued, so it may be tried again; killed
 * after it: the entry is found. */
static void
test_crash_while_resending (OutboxFixture *fixture, gconstpointer data)
{
  const char *const addresses[] = { "someone@adatum.com", NULL };
  g_autofree char *new_id = outbox_dup_new_id ();
  g_autoptr(SendpathMessage) message =
                 outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
  g_autofree char *id = NULL;
  g_autofree char *added = NULL;
  OutboxAgain again = { .id = new_id };
  OutboxEntry *entry;

  outbox_set_keep_sent (fixture->outbox, 3);
  id = add_sent (fixture);
  again.resend_of = id;
  entry = outbox_fixture_take (fixture, id);
  g_assert_true (journal_note_resend (outbox_entry_get_journal (entry), addresses, new_id, FALSE,
                                      FIXTURE_NOW_US, NULL));
  outbox_entry_free (entry);
  g_assert_false (was_resent (fixture, id, "someone@adatum.com"));

  added = outbox_add_again (fixture->outbox, message, "home", &again, FIXTURE_NOW_US, NULL);
  g_assert_cmpstr (added, ==, new_id);
  g_assert_true (was_resent (fixture, id, "someone@adatum.com"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outbox_fixture_add_test ("/outbox/sent-mail-is-kept-whole-and-aside", test_kept_whole, FALSE);
  outbox_fixture_add_test ("/outbox/sent-mail-goes-if-none-is-kept", test_not_kept, FALSE);
  outbox_fixture_add_test ("/outbox/sent-mail-expires-by-its-journal", test_expiry, FALSE);
  outbox_fixture_add_test ("/outbox/sent-mail-without-its-journal-expires",
                           test_expiry_without_journal, FALSE);
  outbox_fixture_add_test ("/outbox/crash-while-moving-to-sent", test_crash_while_moving, FALSE);
  outbox_fixture_add_test ("/resend/same-bytes-for-one-recipient", test_same_bytes_for_one, FALSE);
  outbox_fixture_add_test ("/resend/crash-sends-nobody-two-copies", test_crash_while_resending,
                           FALSE);
  return g_test_run ();
}
