/* Journal: what happened to each recipient survives whatever happens to us. */
#include "config.h"

#include "sendpath/outbox/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

#define BOB "bob@proseware.com"
#define ANN "ann@adatum.com"
#define EVE "eve@adatum.com"
#define N_RECIPIENTS 3

typedef struct {
  char *dir;
  char *path;
  Journal *journal;
  SendpathReport *report; /* as the sender has it */
} Fixture;

static SendpathReport *
new_report (void)
{
  g_autoptr(SendpathMessage) message =
      outbox_fixture_new_message (NULL, BOB " " ANN " " EVE, "Noon?\r\n");

  return report_new ("0123456789abcdef0123456789abcdef", message);
}

static void
open_journal (Fixture *fixture)
{
  int fd = open (fixture->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  fixture->journal = journal_new (fd, N_RECIPIENTS);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("journal-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, "journal", NULL);
  fixture->report = new_report ();
  open_journal (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->journal, journal_free);
  sendpath_report_unref (fixture->report);
  g_remove (fixture->path);
  g_rmdir (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->dir);
}

/* Ends the sender, as if it had been killed after its last call. */
static void
reopen (Fixture *fixture)
{
  g_clear_pointer (&fixture->journal, journal_free);
  open_journal (fixture);
}

static void
note_dot (Fixture *fixture, const char *addresses)
{
  g_auto(GStrv) list = g_strsplit (addresses, " ", -1);
  g_autoptr(GError) error = NULL;

  journal_note_dot (fixture->journal, (const char *const *) list, "smtp.proseware.com",
                    SENDER_RULE_KEEP, FIXTURE_NOW_US, &error);
  g_assert_no_error (error);
}

static void
note_attempt (Fixture *fixture, const char *addresses, SendpathRecipientState state, guint code,
              SendpathVerdict verdict)
{
  g_auto(GStrv) list = g_strsplit (addresses, " ", -1);
  g_autoptr(GError) error = NULL;
  Attempt *attempt = attempt_new ();
  guint index;

  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup ("smtp.proseware.com");
  attempt->login = g_strdup ("account");
  attempt->phase = SENDPATH_PHASE_EOD;
  attempt->reply =
      sendpath_reply_new (code, NULL, code == 250 ? "2.0.0 Ok" : "5.7.1 Relaying denied");
  attempt->verdict = verdict;
  attempt->at_us = FIXTURE_NOW_US;
  index = report_add_attempt (fixture->report, attempt);
  for (guint i = 0; list[i] != NULL; i++)
    report_set_recipient (fixture->report, list[i], index, state, verdict, attempt->reply);
  journal_note_attempt (fixture->journal, fixture->report, index, FIXTURE_NOW_US, &error);
  g_assert_no_error (error);
}

#define SENT   SENDPATH_RECIPIENT_SENT, 250, SENDPATH_VERDICT_ACCEPTED
#define DENIED SENDPATH_RECIPIENT_QUEUED, 550, SENDPATH_VERDICT_RELAY_DENIED

typedef gboolean (*Reader) (int fd, SendpathReport *report, GError **error);

static SendpathReport *
read_back (Fixture *fixture, Reader reader)
{
  g_autoptr(SendpathReport) report = new_report ();
  g_autoptr(GError) error = NULL;
  int fd = open (fixture->path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  reader (fd, report, &error);
  close (fd);
  g_assert_no_error (error);
  return g_steal_pointer (&report);
}

/* The first letters of the states of bob, ann and eve. */
static char *
dup_states (const SendpathReport *report)
{
  char *states = g_new0 (char, report->recipients->len + 1);

  for (guint i = 0; i < report->recipients->len; i++)
    states[i] = sendpath_recipient_state_to_string (sendpath_report_get_state (report, i))[0];
  return states;
}

static void
check_states (Fixture *fixture, Reader reader, const char *expected)
{
  g_autoptr(SendpathReport) report = read_back (fixture, reader);
  g_autofree char *states = dup_states (report);

  g_assert_cmpstr (states, ==, expected);
}

/* ---- what comes back ------------------------------------------------------------------------- */

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  check_states (fixture, journal_replay, "qqq");
}

static void
test_everything_comes_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *seen = NULL;
  g_autoptr(GError) error = NULL;

  note_attempt (fixture, BOB " " ANN " " EVE, DENIED);
  note_dot (fixture, BOB " " ANN);
  note_attempt (fixture, BOB, SENT);
  note_attempt (fixture, ANN, DENIED);
  fixture->report->account = g_strdup ("home");
  fixture->report->location = g_strdup ("hotel");
  fixture->report->network = g_strdup ("n1");
  fixture->report->reason = g_strdup ("smtp.proseware.com answered: 550 5.7.1 Relaying denied");
  fixture->report->needs = g_strdup ("network");
  fixture->report->next_try_s = 1795262700;
  fixture->report->held = TRUE;
  journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, &error);
  g_assert_no_error (error);

  report = read_back (fixture, journal_replay);
  expected = sendpath_report_to_json (fixture->report, SENDPATH_REPORT_QUEUE_SHOW);
  seen = sendpath_report_to_json (report, SENDPATH_REPORT_QUEUE_SHOW);
  g_assert_cmpstr (seen, ==, expected);
}

static void
test_states_replace_each_other (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;

  fixture->report->reason = g_strdup ("no network");
  fixture->report->needs = g_strdup ("network");
  fixture->report->next_try_s = 1795262700;
  g_assert_true (journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, NULL));
  g_clear_pointer (&fixture->report->needs, g_free);
  fixture->report->next_try_s = 0;
  g_assert_true (journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, NULL));
  report = read_back (fixture, journal_replay);
  g_assert_null (report->needs);
  g_assert_cmpint (report->next_try_s, ==, 0);
  g_assert_cmpstr (report->reason, ==, "no network");
}

/* P-5, T-102: a second dot for somebody who is uncertain was the repeat, whether its outcome is known or
 * not. */
static void
test_second_dot_is_the_repeat (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) once = NULL;
  g_autoptr(SendpathReport) twice = NULL;

  note_dot (fixture, BOB " " ANN);
  reopen (fixture);
  once = read_back (fixture, journal_replay);
  g_assert_false (report_find_recipient (once, BOB)->is_repeated);
  g_assert_cmpstr (report_find_recipient (once, BOB)->dot_server, ==, "smtp.proseware.com");
  g_assert_cmpint (report_find_recipient (once, BOB)->uncertain_s, ==,
                   FIXTURE_NOW_US / G_USEC_PER_SEC);
  g_assert_true (journal_note_state (fixture->journal, once, FIXTURE_NOW_US, NULL));
  note_dot (fixture, BOB);
  twice = read_back (fixture, journal_replay);
  g_assert_true (report_find_recipient (twice, BOB)->is_repeated);
  g_assert_false (report_find_recipient (twice, ANN)->is_repeated);
  check_states (fixture, journal_replay, "uuq");
}

/* “Again” is the user's word: nothing is repeated by itself after it. */
static void
test_again_is_no_repeat (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(SendpathReport) after = NULL;

  note_dot (fixture, BOB);
  report = read_back (fixture, journal_replay);
  report_set_recipient (report, BOB, REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_QUEUED,
                        SENDPATH_VERDICT_UNCERTAIN, NULL);
  g_assert_true (journal_note_state (fixture->journal, report, FIXTURE_NOW_US, NULL));
  after = read_back (fixture, journal_replay);
  g_assert_cmpint (sendpath_report_get_state (after, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_true (report_find_recipient (after, BOB)->is_repeated);
}

static void
test_counts_come_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;

  fixture->report->n_tries = 7;
  fixture->report->tried_s = 86400;
  g_assert_true (journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, NULL));
  report = read_back (fixture, journal_replay);
  g_assert_cmpuint (report->n_tries, ==, 7);
  g_assert_cmpint (report->tried_s, ==, 86400);
  g_assert_cmpint (report->settled_s, ==, FIXTURE_NOW_US / G_USEC_PER_SEC);
}

/* What yesterday's walk came to is no reason for today's waiting. */
static void
test_walks_are_told_apart (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;

  note_attempt (fixture, BOB, DENIED);
  note_attempt (fixture, ANN, DENIED);
  g_assert_true (journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, NULL));
  note_attempt (fixture, BOB, SENT);
  note_attempt (fixture, ANN, DENIED);
  g_assert_true (journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, NULL));
  report = read_back (fixture, journal_replay);
  g_assert_cmpuint (report->attempts->len, ==, 4);
  g_assert_cmpuint (report->walk_from, ==, 2);
}

static void
note_state (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  journal_note_state (fixture->journal, fixture->report, FIXTURE_NOW_US, &error);
  g_assert_no_error (error);
}

/* A walk may find out about somebody after the attempt was noted: that no other route is left makes
 * a refusal final. */
static void
test_found_out_after_the_attempt (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;

  note_attempt (fixture, BOB " " ANN, DENIED);
  note_dot (fixture, EVE);
  report_set_recipient (fixture->report, BOB, REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_FAILED,
                        SENDPATH_VERDICT_RELAY_DENIED,
                        report_find_recipient (fixture->report, BOB)->reply);
  note_state (fixture);
  /* nobody else's dot is settled by it, and no attempt is made up for it */
  check_states (fixture, journal_replay, "fqu");
  check_states (fixture, journal_peek, "fqq");
  report = read_back (fixture, journal_replay);
  g_assert_cmpuint (sendpath_report_get_n_attempts (report), ==, 1);
  g_assert_cmpuint (report_find_recipient (report, BOB)->attempts->len, ==, 1);
  g_assert_cmpint (sendpath_report_get_verdict (report, 0), ==, SENDPATH_VERDICT_RELAY_DENIED);
  g_assert_cmpuint (sendpath_report_get_code (report, 0), ==, 550);
  g_assert_cmpstr (sendpath_report_get_text (report, 0), ==, "5.7.1 Relaying denied");
}

/* What a replay found uncertain is written down by the next state, and an attempt after that
 * decides again. */
static void
test_found_out_by_a_replay (Fixture *fixture, gconstpointer data)
{
  note_dot (fixture, BOB " " ANN);
  sendpath_report_unref (fixture->report);
  fixture->report = read_back (fixture, journal_replay);
  reopen (fixture);
  note_state (fixture);
  check_states (fixture, journal_peek, "uuq");
  note_attempt (fixture, BOB, SENT);
  note_state (fixture);
  check_states (fixture, journal_replay, "suq");
}

/* ---- the dot record -------------------------------------------------------------------------- */

/* T-104, T-105: nobody knows whether the dot went out, so nobody else is tried for these. */
static void
test_dot_without_outcome (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = NULL;

  note_dot (fixture, BOB " " EVE);
  reopen (fixture);
  check_states (fixture, journal_replay, "uqu");
  report = read_back (fixture, journal_replay);
  g_assert_cmpint (sendpath_report_get_verdict (report, 0), ==, SENDPATH_VERDICT_UNCERTAIN);
  g_assert_nonnull (strstr (sendpath_report_get_text (report, 0), "smtp.proseware.com"));
  /* the sender is alive: its dot is on the way */
  check_states (fixture, journal_peek, "qqq");
}

/* A later delivery to others must not make the uncertain ones free again. */
static void
test_an_outcome_clears_only_its_own_dot (Fixture *fixture, gconstpointer data)
{
  note_dot (fixture, BOB);
  reopen (fixture);
  note_dot (fixture, ANN);
  note_attempt (fixture, ANN, SENT);
  check_states (fixture, journal_replay, "usq");
}

static void
test_a_known_refusal_clears_the_dot (Fixture *fixture, gconstpointer data)
{
  note_dot (fixture, BOB " " ANN);
  note_attempt (fixture, BOB " " ANN, DENIED);
  check_states (fixture, journal_replay, "qqq");
}

/* ---- torn and damaged ------------------------------------------------------------------------ */

static char *
dup_contents (Fixture *fixture, gsize *length)
{
  char *contents = NULL;

  g_assert_true (g_file_get_contents (fixture->path, &contents, length, NULL));
  return contents;
}

static void
set_contents (Fixture *fixture, const char *bytes, gsize length)
{
  g_clear_pointer (&fixture->journal, journal_free);
  g_assert_cmpint (g_remove (fixture->path), ==, 0); /* GLib does not cut what it writes over */
  g_assert_true (g_file_set_contents_full (fixture->path, bytes, (gssize) length,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  open_journal (fixture);
}

/* A torn last line never happened, and what comes after it is read again, whatever the length that
 * was left. A line that lacks only its end is whole. */
static void
test_torn_at_every_length (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;
  gsize length, dot_end;

  note_dot (fixture, BOB);
  dot_end = strlen (contents = dup_contents (fixture, &length));
  g_clear_pointer (&contents, g_free);
  note_attempt (fixture, BOB, SENT);
  contents = dup_contents (fixture, &length);
  for (gsize cut = 0; cut <= length; cut++)
    {
      const char *before = cut + 1 < dot_end ? "qqq" : cut + 1 < length ? "uqq" : "sqq";
      const char *after = cut + 1 < dot_end ? "qsq" : cut + 1 < length ? "usq" : "ssq";

      set_contents (fixture, contents, cut);
      check_states (fixture, journal_replay, before);
      note_dot (fixture, ANN);
      note_attempt (fixture, ANN, SENT);
      check_states (fixture, journal_replay, after);
    }
}

/* The second writer is torn too, in its mark or behind it. */
static void
test_torn_twice (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;
  gsize length, torn = 0;

  note_dot (fixture, BOB);
  contents = dup_contents (fixture, &length);
  torn = length - 3;
  set_contents (fixture, contents, torn);
  note_dot (fixture, ANN);
  g_clear_pointer (&contents, g_free);
  contents = dup_contents (fixture, &length);
  for (gsize cut = torn; cut + 1 < length; cut++)
    {
      set_contents (fixture, contents, cut);
      check_states (fixture, journal_replay, "qqq");
      note_dot (fixture, EVE);
      check_states (fixture, journal_replay, "qqu");
    }
}

/* A power cut may leave zeros where the line, or its first block, was to be. */
static void
test_zeros_at_the_end (Fixture *fixture, gconstpointer data)
{
  static const char *const ends[] = { "", "}", "\"}\n", "\n" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      char contents[100000] = { 0 };

      strcpy (contents + sizeof contents - 4, ends[i]);
      set_contents (fixture, contents, sizeof contents - 4 + strlen (ends[i]));
      check_states (fixture, journal_replay, "qqq");
      note_dot (fixture, BOB);
      check_states (fixture, journal_replay, "uqq");
      reopen (fixture);
      note_dot (fixture, ANN);
      check_states (fixture, journal_replay, "uuq");
    }
}

static void
check_refused (Fixture *fixture, const char *contents, int code)
{
  g_autoptr(SendpathReport) report = new_report ();
  g_autoptr(GError) error = NULL;
  int fd;

  set_contents (fixture, contents, strlen (contents));
  fd = open (fixture->path, O_RDONLY | O_CLOEXEC);
  g_assert_false (journal_replay (fd, report, &error));
  close (fd);
  g_assert_error (error, OUTBOX_ERROR, code);
}

/* P-2: what is damaged is set aside by the caller, never guessed at. */
static void
test_damage (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "garbage\n{\"event\":\"state\"}\n",
    "{\"event\":\"dot\",\"addresses\":[\"stranger@adatum.com\"]}\n",
    "{\"event\":\"attempt\"}\n",
    "{\"event\":\"attempt\",\"attempt\":{},\"recipients\":[]}\n",
    "[]\n{\"event\":\"state\"}\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_refused (fixture, texts[i], OUTBOX_ERROR_CORRUPT);
}

static void
test_bit_rot_in_the_middle (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;
  gsize length;

  note_dot (fixture, BOB);
  note_attempt (fixture, BOB, SENT);
  contents = dup_contents (fixture, &length);
  contents[0] = '[';
  check_refused (fixture, contents, OUTBOX_ERROR_CORRUPT);
}

/* What cannot be read just now is not damaged: nothing is known of it. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autoptr(SendpathReport) report = new_report ();
  g_autoptr(GError) error = NULL;
  int fd = open (fixture->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_false (journal_replay (fd, report, &error));
  close (fd);
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_IO);
}

/* P-15 the other way round: an unknown record may be the one that says "sent". */
static void
test_unknown_records (Fixture *fixture, gconstpointer data)
{
  check_refused (fixture, "{\"event\":\"resolve\",\"address\":\"" BOB "\"}\n", OUTBOX_ERROR_NEWER);
  check_refused (fixture,
                 "{\"event\":\"state\",\"recipients\":[{\"address\":\"" BOB "\",\"state\":\"asleep\","
                 "\"verdict\":\"accepted\"}]}\n",
                 OUTBOX_ERROR_NEWER);
  check_refused (fixture, "{\"at\":\"2026-11-21T12:00:00Z\"}\n", OUTBOX_ERROR_NEWER);
}

/* ---- a full disk ----------------------------------------------------------------------------- */

static int
hit_the_size_limit (gpointer data)
{
  Fixture *fixture = data;
  const char *const addresses[] = { BOB, NULL };
  struct rlimit none = { 10, RLIM_INFINITY }, much = { RLIM_INFINITY, RLIM_INFINITY };
  g_autoptr(GError) error = NULL;

  if (setrlimit (RLIMIT_FSIZE, &none) < 0)
    return 1;
  if (journal_note_dot (fixture->journal, addresses, "smtp.proseware.com", SENDER_RULE_KEEP,
                        FIXTURE_NOW_US, &error) ||
      !g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_FULL))
    return 2;
  /* the ten bytes that fitted are a torn line now */
  if (setrlimit (RLIMIT_FSIZE, &much) < 0 ||
      !journal_note_dot (fixture->journal, addresses, "smtp.proseware.com", SENDER_RULE_KEEP,
                         FIXTURE_NOW_US, NULL))
    return 3;
  return 0;
}

/* T-116: no dot without its record, and no death by SIGXFSZ. */
static void
test_size_limit (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (hit_the_size_limit, fixture), ==, 0);
  check_states (fixture, journal_replay, "uqq");
}

static gboolean
fill_disk (const char *path)
{
  static const char block[512] = { 0 };
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ssize_t count;

  if (fd < 0)
    return FALSE;
  do
    count = write (fd, block, sizeof block);
  while (count > 0);
  count = errno == ENOSPC ? 0 : -1;
  close (fd);
  return count == 0;
}

enum { UNABLE = 77 };

/* In a mount namespace of its own, so that nothing stays mounted whatever happens. */
static int
write_on_a_full_disk (gpointer data)
{
  Fixture *fixture = data;
  const char *const addresses[] = { BOB, NULL };
  g_autofree char *big = g_build_filename (fixture->dir, "big", NULL);
  int fd;

  if (unshare (CLONE_NEWNS) < 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount ("none", fixture->dir, "tmpfs", 0, "size=64k") < 0)
    return UNABLE;
  fd = open (fixture->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || !journal_reserve (fd, 1) || !fill_disk (big))
    return 1;
  g_clear_pointer (&fixture->journal, journal_free);
  fixture->journal = journal_new (fd, N_RECIPIENTS);
  note_attempt (fixture, BOB, DENIED);
  if (!journal_note_dot (fixture->journal, addresses, "smtp.proseware.com", SENDER_RULE_KEEP,
                         FIXTURE_NOW_US, NULL))
    {
      /* without room for the outcome the dot must not be sent */
      g_remove (big);
      note_dot (fixture, BOB);
      if (!fill_disk (big))
        return 2;
    }
  note_attempt (fixture, BOB, SENT);
  check_states (fixture, journal_replay, "sqq");
  return 0;
}

/* One of many is taken, and the server has a lot to say about each of the others. */
static int
write_many_on_a_full_disk (gpointer data)
{
  enum { MANY = 20 };
  Fixture *fixture = data;
  const char *const addresses[] = { "r0@adatum.com", NULL };
  g_autofree char *big = g_build_filename (fixture->dir, "big", NULL);
  g_autofree char *words = g_strnfill (500, 'x');
  g_autoptr(GString) recipients = g_string_new ("r0@adatum.com");
  g_autoptr(SendpathMessage) message = NULL;
  g_autoptr(SendpathReport) report = NULL;
  g_autoptr(SendpathReply) refusal = sendpath_reply_new (550, NULL, words);
  Attempt *attempt = attempt_new ();
  int fd;

  if (unshare (CLONE_NEWNS) < 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount ("none", fixture->dir, "tmpfs", 0, "size=256k") < 0)
    return UNABLE;
  fd = open (fixture->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  journal_free (fixture->journal);
  fixture->journal = journal_new (fd, MANY);
  for (guint i = 1; i < MANY; i++)
    g_string_append_printf (recipients, " r%u@adatum.com", i);
  message = outbox_fixture_new_message (NULL, recipients->str, "Noon?\r\n");
  report = report_new (NULL, message);
  attempt->reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  report_add_attempt (report, attempt);
  if (!journal_note_dot (fixture->journal, addresses, "smtp.proseware.com", SENDER_RULE_KEEP,
                         FIXTURE_NOW_US, NULL))
    return 1;
  if (!fill_disk (big))
    return 2;
  for (guint i = 0; i < MANY; i++)
    report_set_recipient (report, sendpath_report_get_recipient (report, i), 0,
                          SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_RELAY_DENIED, refusal);
  return journal_note_attempt (fixture->journal, report, 0, FIXTURE_NOW_US, NULL) ? 0 : 3;
}

static void
check_on_a_disk_of_its_own (Fixture *fixture, int (*work) (gpointer data))
{
  int status = outbox_fixture_run_child (work, fixture);

  if (status == UNABLE)
    g_test_skip ("a tmpfs of its own needs root");
  else
    g_assert_cmpint (status, ==, 0);
}

/* P-11: once a dot is recorded, there is room for what comes of it. */
static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  check_on_a_disk_of_its_own (fixture, write_on_a_full_disk);
}

static void
test_full_disk_and_many_refused (Fixture *fixture, gconstpointer data)
{
  check_on_a_disk_of_its_own (fixture, write_many_on_a_full_disk);
}

/* Lines as they were and are written, and some that only a parser of JSON takes. */
static const char *const states[] = {
  ("\"at\":\"2026-06-01T10:00:00Z\",\"account\":\"far\",\"location\":null,\"network\":null,"
   "\"reason\":\"no network\",\"needs\":\"network\",\"next_try\":null,\"held\":false,"
   "\"recipients\":[]}"),
  ("\"at\":\"2026-06-01T10:00:00Z\",\"account\":\"home\",\"location\":\"work\",\"network\":\"uuid:1\","
   "\"reason\":\"später, “bald”\",\"needs\":null,\"next_try\":\"2026-06-01T10:05:00Z\",\"held\":true,"
   "\"tries\":3,\"tried\":86400,\"paced\":0,\"recipients\":[]}"),
  ("\"at\":null,\"account\":\"a \\\"b\\\"\",\"reason\":\"\",\"tries\":123456789012345678901,\"held\":true,"
   "\"recipients\":[]}"),
  "\"held\":true,\"account\":\"late\",\"tries\":-1,\"new\":{\"x\":[1]},\"recipients\":[]}",
  "\"at\":\"noon\",\"account\":7,\"reason\":\"tab\tin it\",\"tries\":1.5,\"recipients\":[]}",
};

/* @space: behind the brace, where no line of ours has one. */
static SendpathReport *
read_record (Fixture *fixture, const char *space, const char *event, const char *rest)
{
  g_autofree char *line = g_strdup_printf ("{%s\"event\":\"%s\",%s\n", space, event, rest);

  g_assert_true (g_file_set_contents (fixture->path, line, -1, NULL));
  return read_back (fixture, journal_replay);
}

static void
test_a_state_by_either_way (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr(SendpathReport) ours = read_record (fixture, "", "state", states[i]);
      g_autoptr(SendpathReport) theirs = read_record (fixture, " ", "state", states[i]);
      g_autofree char *our_line = sendpath_report_to_json (ours, SENDPATH_REPORT_QUEUE_LIST);
      g_autofree char *their_line = sendpath_report_to_json (theirs, SENDPATH_REPORT_QUEUE_LIST);

      g_assert_cmpstr (our_line, ==, their_line);
      g_assert_cmpstr (ours->location, ==, theirs->location);
      g_assert_cmpstr (ours->network, ==, theirs->network);
      g_assert_cmpint (ours->settled_s, ==, theirs->settled_s);
      g_assert_cmpint (ours->tried_s, ==, theirs->tried_s);
      g_assert_cmpuint (ours->n_tries, ==, theirs->n_tries);
      g_assert_cmpuint (ours->n_paced, ==, theirs->n_paced);
    }
}

#define ROUTE(text)                                                                                \
  "\"at\":\"2026-06-01T10:00:00Z\",\"attempt\":{\"route\":{\"kind\":\"account\",\"server\":" text             \
  ",\"login\":\"none\",\"pop_login\":true,\"sender_rule\":\"sender\"},"
#define ENDPOINT(port, security)                                                                   \
  "\"host\":\"a.example\",\"ip\":\"192.0.2.1\",\"port\":" port ",\"security\":" security                  \
  ",\"protected\":true,\"auth\":\"plain\",\"same_connection\":true,"
#define ANSWER(code, text)                                                                         \
  "\"phase\":\"rcpt\",\"code\":" code ",\"enhanced\":null,\"text\":" text                                 \
  ",\"verdict\":\"relay-denied\",\"rule\":\"r\",\"outlook\":null,"
#define TIMES(at)                                                                                  \
  "\"at\":" at ",\"ms\":{\"resolve\":1,\"connect\":2,\"tls\":3,\"total\":4}},"
#define FOR_BOB(text)                                                                              \
  "\"recipients\":[{\"address\":\"" BOB "\",\"state\":\"failed\",\"verdict\":\"relay-denied\","            \
  "\"code\":550,\"enhanced\":\"5.7.1\",\"text\":" text "}]}"

/* As those above. */
static const char *const attempts[] = {
  ROUTE ("\"a.example\"") ENDPOINT ("587", "\"starttls\"") "\"mail_from\":null,\"header_changes\":[],"
      ANSWER ("550", "\"no\"") TIMES ("\"2026-06-01T10:00:00Z\"")
      "\"size_max\":1000,\"oauth_only\":true," FOR_BOB ("\"5.7.1 no, \\\"Bob\\\"\""),
  ROUTE ("null") ENDPOINT ("null", "null") "\"mail_from\":\"\",\"header_changes\":[\"From\",\"Sender\"],"
      ANSWER ("null", "\"tab\\there, grün\"") TIMES ("null") FOR_BOB ("null"),
  ROUTE ("7") ENDPOINT ("70000", "\"odd\"") "\"mail_from\":true,\"header_changes\":[1],"
      ANSWER ("999", "\"x\"") TIMES ("\"2026-02-30T10:00:00Z\"") FOR_BOB ("\"\\u00e4\""),
  ROUTE ("\"a\"") ENDPOINT ("-1", "\"tls\"") "\"new\":[],\"header_changes\":null,"
      ANSWER ("250", "\"  ok  \"") TIMES ("\"1969-12-31T23:59:59Z\"")
      "\"recipients\":[{\"places\":\"0\",\"state\":\"sent\",\"verdict\":\"accepted\",\"text\":\"ok\"}]}",
};

static void
test_an_attempt_by_either_way (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      g_autoptr(SendpathReport) ours = read_record (fixture, "", "attempt", attempts[i]);
      g_autoptr(SendpathReport) theirs = read_record (fixture, " ", "attempt", attempts[i]);
      g_autofree char *our_text = sendpath_report_to_json (ours, SENDPATH_REPORT_SEND);
      g_autofree char *their_text = sendpath_report_to_json (theirs, SENDPATH_REPORT_SEND);
      const Attempt *our_attempt = ours->attempts->pdata[0];
      const Attempt *their_attempt = theirs->attempts->pdata[0];

      g_assert_cmpstr (our_text, ==, their_text);
      g_assert_cmpuint (our_attempt->size_max_bytes, ==, their_attempt->size_max_bytes);
      g_assert_cmpint (our_attempt->is_oauth_only, ==, their_attempt->is_oauth_only);
      g_assert_cmpint (our_attempt->security, ==, their_attempt->security);
    }
}

static void
add (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/journal/empty-means-nothing-was-tried", test_empty);
  add ("/journal/everything-comes-back", test_everything_comes_back);
  add ("/journal/states-replace-each-other", test_states_replace_each_other);
  add ("/journal/a-state-is-read-alike-by-either-way", test_a_state_by_either_way);
  add ("/journal/an-attempt-is-read-alike-by-either-way", test_an_attempt_by_either_way);
  add ("/journal/walks-are-told-apart", test_walks_are_told_apart);
  add ("/journal/found-out-after-the-attempt-comes-back", test_found_out_after_the_attempt);
  add ("/journal/found-out-by-a-replay-is-kept", test_found_out_by_a_replay);
  add ("/journal/a-dot-without-outcome-is-uncertain", test_dot_without_outcome);
  add ("/journal/second-dot-is-the-repeat-P-5", test_second_dot_is_the_repeat);
  add ("/journal/again-is-no-repeat-P-5", test_again_is_no_repeat);
  add ("/journal/counts-come-back", test_counts_come_back);
  add ("/journal/an-outcome-clears-only-its-own-dot", test_an_outcome_clears_only_its_own_dot);
  add ("/journal/a-known-refusal-clears-the-dot", test_a_known_refusal_clears_the_dot);
  add ("/journal/a-torn-line-never-happened", test_torn_at_every_length);
  add ("/journal/torn-twice-is-still-readable", test_torn_twice);
  add ("/journal/zeros-at-the-end-never-happened", test_zeros_at_the_end);
  add ("/journal/damage-is-not-guessed-at", test_damage);
  add ("/journal/bit-rot-in-the-middle-is-damage", test_bit_rot_in_the_middle);
  add ("/journal/what-cannot-be-read-is-not-damaged", test_unreadable);
  add ("/journal/unknown-records-are-left-alone", test_unknown_records);
  add ("/journal/size-limit-stops-before-the-dot", test_size_limit);
  add ("/journal/full-disk-keeps-room-for-the-outcome", test_full_disk);
  add ("/journal/full-disk-keeps-room-for-those-who-were-refused",
       test_full_disk_and_many_refused);
  return g_test_run ();
}
