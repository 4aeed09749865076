/* Messages whose records are synced together: what stands in their journals is true at every moment (P-6). */
#include "config.h"

#include "sendpath/outbox/group.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

#define MS     G_TIME_SPAN_MILLISECOND
#define SERVER "smtp.proseware.com"

static const char *const whom[] = { "someone@adatum.com", NULL };

static char *
add (OutboxFixture *fixture)
{
  g_autoptr (SendpathMessage) message =
                 outbox_fixture_new_message ("terri@proseware.com", whom[0], FIXTURE_BODY);
  char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);

  g_assert_nonnull (id);
  return id;
}

static void
write_dot (OutboxEntry *entry)
{
  g_assert_true (journal_write_dot_ahead (outbox_entry_get_journal (entry), whom, SERVER,
                                          SENDER_RULE_KEEP, FIXTURE_NOW_US, NULL));
}

static gboolean
use_dot (OutboxEntry *entry, SenderRule rule)
{
  return journal_use_dot_ahead (outbox_entry_get_journal (entry), whom, SERVER, rule, FIXTURE_NOW_US);
}

/* Taken by the server, and written so. */
static void
write_end (OutboxEntry *entry)
{
  SendpathReport *report = outbox_entry_get_report (entry);
  g_autoptr (SendpathReply) reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  Attempt *attempt = attempt_new ();
  guint index;

  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup (SERVER);
  attempt->host = g_strdup (SERVER);
  attempt->phase = SENDPATH_PHASE_EOD;
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  attempt->reply = sendpath_reply_ref (reply);
  attempt->at_us = FIXTURE_NOW_US;
  index = report_add_attempt (report, attempt);
  report_set_recipient (report, whom[0], index, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED,
                        reply);
  report->n_tries = 1;
  g_assert_true (journal_note_end (outbox_entry_get_journal (entry), report, index, FIXTURE_NOW_US,
                                   TRUE, NULL));
}

static SendpathRecipientState
find_state (OutboxFixture *fixture, const char *id)
{
  g_autoptr (OutboxEntry) entry = outbox_fixture_take (fixture, id);

  return sendpath_report_get_state (outbox_entry_get_report (entry), 0);
}

/* ---- how many -------------------------------------------------------------------------------- */

/* A power cut must not leave many messages uncertain where each takes its time. */
static void
test_size (OutboxFixture *fixture, gconstpointer data)
{
  static const struct {
    gint64 after_ms;
    guint size;
  } begun[] = { { 0, 1 },   { 10, 2 },  { 10, 4 },  { 49, 8 },  { 10, 16 }, { 10, 32 }, { 10, 32 },
                { 50, 16 }, { 900, 8 }, { 900, 4 }, { 900, 2 }, { 900, 1 }, { 900, 1 } };
  g_autoptr (Group) group = group_new (fixture->outbox);
  gint64 now_us = 1;

  for (guint i = 0; i < G_N_ELEMENTS (begun); i++)
    {
      now_us += begun[i].after_ms * MS;
      g_assert_cmpuint (group_begin (group, now_us), ==, begun[i].size);
      g_assert_cmpint (group_is_quick (group), ==, begun[i].size > 1);
    }
}

/* ---- dots ahead of their turn ---------------------------------------------------------------- */

static void
test_dot_is_used (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture);
  g_autoptr (OutboxEntry) entry = outbox_fixture_take (fixture, id);
  g_autoptr (Group) group = group_new (fixture->outbox);

  g_assert_false (use_dot (entry, SENDER_RULE_KEEP));
  write_dot (entry);
  g_assert_false (use_dot (entry, SENDER_RULE_KEEP)); /* it is not on disk yet */
  group_add_dot (group, outbox_entry_get_journal (entry));
  g_assert_true (group_sync (group, NULL));
  g_assert_false (use_dot (entry, SENDER_RULE_SENDER)); /* other bytes */
  g_assert_true (use_dot (entry, SENDER_RULE_KEEP));
  g_assert_false (use_dot (entry, SENDER_RULE_KEEP)); /* once */
  g_clear_pointer (&entry, outbox_entry_free);
  g_assert_cmpint (find_state (fixture, id), ==, SENDPATH_RECIPIENT_UNCERTAIN);
}

/* A session that stood still meanwhile: a crash after the dot must not bring the repeat forward. */
static void
test_old_dot (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture);
  g_autoptr (OutboxEntry) entry = outbox_fixture_take (fixture, id);
  Journal *journal = outbox_entry_get_journal (entry);
  gint64 later_us = FIXTURE_NOW_US + 300 * G_USEC_PER_SEC;

  write_dot (entry);
  g_assert_true (journal_sync_all (&journal, 1, -1, NULL));
  g_assert_false (
      journal_use_dot_ahead (journal, whom, SERVER, SENDER_RULE_KEEP, later_us));
  g_assert_true (journal_take_back_dot (journal, later_us, NULL));
  g_assert_true (
      journal_note_dot (journal, whom, SERVER, SENDER_RULE_KEEP, later_us, NULL));
  g_clear_pointer (&entry, outbox_entry_free);
  entry = outbox_fixture_take (fixture, id);
  g_assert_cmpint (((ReportRecipient *) outbox_entry_get_report (entry)->recipients->pdata[0])->uncertain_s,
                   ==, later_us / G_USEC_PER_SEC);
}

/* Its turn never came, and it may go at once. */
static void
test_dot_is_taken_back (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture);
  g_autoptr (OutboxEntry) entry = outbox_fixture_take (fixture, id);
  const ReportRecipient *recipient;

  write_dot (entry);
  g_assert_true (journal_has_dot_ahead (outbox_entry_get_journal (entry)));
  g_clear_pointer (&entry, outbox_entry_free);
  entry = outbox_fixture_take (fixture, id);
  recipient = outbox_entry_get_report (entry)->recipients->pdata[0];
  g_assert_cmpint (recipient->state, ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_false (recipient->is_dotted);
  g_assert_null (recipient->dot_server);
  g_assert_cmpint (recipient->uncertain_s, ==, 0);
  /* one that is sent after all counts as ever */
  g_assert_true (journal_note_dot (outbox_entry_get_journal (entry), whom, SERVER, SENDER_RULE_KEEP,
                                   FIXTURE_NOW_US, NULL));
  g_clear_pointer (&entry, outbox_entry_free);
  g_assert_cmpint (find_state (fixture, id), ==, SENDPATH_RECIPIENT_UNCERTAIN);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static void
check_filed (OutboxFixture *fixture, guint64 keep_days)
{
  g_autofree char *first = add (fixture);
  g_autofree char *second = add (fixture);
  g_autoptr (Group) group = group_new (fixture->outbox);
  const char *ids[] = { first, second };

  outbox_set_keep_sent (fixture->outbox, keep_days);
  for (guint i = 0; i < 2; i++)
    {
      OutboxEntry *entry = outbox_fixture_take (fixture, ids[i]);

      write_dot (entry);
      group_add_dot (group, outbox_entry_get_journal (entry));
      g_assert_true (group_sync (group, NULL));
      g_assert_true (use_dot (entry, SENDER_RULE_KEEP));
      write_end (entry);
      group_add_ended (group, entry);
      g_assert_true (outbox_fixture_has (fixture, "queue", ids[i], ".message"));
      outbox_fixture_refuse (fixture, ids[i], OUTBOX_ERROR_BUSY);
    }
  g_assert_false (
      outbox_fixture_has (fixture, "queue", first, ".message")); /* with the second dot */
  g_assert_true (group_settle (group, NULL));
  g_assert_cmpuint (group_count_ended (group), ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "sent"), ==, keep_days > 0 ? 4 : 0);
  if (keep_days > 0)
    g_assert_cmpint (find_state (fixture, second), ==, SENDPATH_RECIPIENT_SENT);
}

static void
test_filed_when_synced (OutboxFixture *fixture, gconstpointer data)
{
  check_filed (fixture, 0);
  check_filed (fixture, 3);
}

/* What was opened as @path is something that cannot be synced. */
static void
spoil (const char *path)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  for (int fd = 3; fd < 64; fd++)
    {
      g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
      g_autofree char *name = g_file_read_link (link, NULL);

      if (g_strcmp0 (name, path) == 0)
        g_assert_cmpint (dup2 (ends[1], fd), ==, fd);
    }
  close (ends[0]);
  close (ends[1]);
}

/* Whoever asks is told why, once; nothing is filed (P-1). */
static void
test_failed_sync (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture);
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".journal");
  g_autofree char *real_path = realpath (path, NULL);
  g_autoptr (Group) group = group_new (fixture->outbox);
  OutboxEntry *entry = outbox_fixture_take (fixture, id);
  g_autoptr (GError) failure = NULL;

  write_end (entry);
  spoil (real_path);
  group_add_ended (group, entry);
  g_assert_null (group_take_failure (group));
  g_assert_false (group_settle (group, NULL));
  failure = group_take_failure (group);
  g_assert_error (failure, OUTBOX_ERROR, OUTBOX_ERROR_IO);
  g_assert_null (group_take_failure (group));
  g_assert_true (outbox_fixture_has (fixture, "queue", id, ".message"));
}

/* Wherever the writing stopped: first it is queued, then uncertain, then sent. */
static void
test_every_prefix (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture);
  g_autoptr (OutboxEntry) entry = outbox_fixture_take (fixture, id);
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".journal");
  g_autofree char *text = NULL;
  SendpathRecipientState last = SENDPATH_RECIPIENT_QUEUED;
  guint n_changes = 0;
  gsize length;

  write_dot (entry);
  g_assert_false (use_dot (entry, SENDER_RULE_KEEP));
  write_end (entry);
  text = outbox_fixture_read_file (path, &length);
  g_clear_pointer (&entry, outbox_entry_free);
  for (gsize i = 0; i <= length; i++)
    {
      SendpathRecipientState state;

      g_assert_true (g_file_set_contents_full (path, text, (gssize) i,
                                               G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
      state = find_state (fixture, id);
      if (state == last)
        continue;
      n_changes++;
      g_assert_cmpint (state, ==,
                       n_changes == 1 ? SENDPATH_RECIPIENT_UNCERTAIN : SENDPATH_RECIPIENT_SENT);
      last = state;
    }
  g_assert_cmpuint (n_changes, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outbox_fixture_add_test ("/group/size-follows-the-pace", test_size, FALSE);
  outbox_fixture_add_test ("/group/dot-ahead-is-used-once-P-6", test_dot_is_used, FALSE);
  outbox_fixture_add_test ("/group/dot-that-is-old-is-noted-anew-P-5", test_old_dot, FALSE);
  outbox_fixture_add_test ("/group/dot-that-was-not-sent-is-taken-back", test_dot_is_taken_back,
                           FALSE);
  outbox_fixture_add_test ("/group/filed-when-the-outcome-is-synced-P-6", test_filed_when_synced,
                           FALSE);
  outbox_fixture_add_test ("/group/a-sync-that-failed-is-no-success-P-1", test_failed_sync, FALSE);
  outbox_fixture_add_test ("/group/every-prefix-is-a-state", test_every_prefix, TRUE);
  return g_test_run ();
}
