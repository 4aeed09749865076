/* The log of attempts: what is written is found again, what is broken is passed over, and nothing
 * that goes wrong with it reaches anybody. */
#include "config.h"

#include "sendpath/outbox/history.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/walk/fields.h"

typedef struct {
  char *dir;
  char *log;
  History *history;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("history-XXXXXX", NULL);
  fixture->log = g_build_filename (fixture->dir, "log", NULL);
  fixture->history = history_new (fixture->dir);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *old = g_strconcat (fixture->log, ".1", NULL);

  history_free (fixture->history);
  g_chmod (fixture->dir, 0700);
  g_remove (fixture->log);
  g_remove (old);
  g_rmdir (fixture->dir);
  g_free (fixture->log);
  g_free (fixture->dir);
}

/* An attempt for @address, at @at_s. */
static void
note (Fixture *fixture, const char *id, const char *message_id, const char *address, gint64 at_s)
{
  const char *const recipients[] = { address, NULL };
  g_autoptr(Header) header = header_parse ("Subject: Lunch\r\n", 16, NULL);
  g_autoptr(GBytes) body = g_bytes_new_static ("", 0);
  g_autoptr(BodySource) source = body_source_new_from_bytes (body);
  g_autoptr(SendpathMessage) message =
                 message_new_from_parts (NULL, recipients, header, source, BODY_PLAIN);
  g_autoptr(SendpathReport) report = report_new (id, message);
  g_autoptr(SendpathReply) reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  Attempt *attempt = attempt_new ();
  HistoryNote said = { .message_id = message_id };

  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup ("smtp.proseware.com");
  attempt->login = g_strdup ("none");
  attempt->phase = SENDPATH_PHASE_EOD;
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  attempt->reply = sendpath_reply_ref (reply);
  attempt->at_us = at_s * G_USEC_PER_SEC;
  report_set_recipient (report, address, report_add_attempt (report, attempt),
                        SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED, reply);
  history_note (fixture->history, report, 0, &said);
}

static gboolean
collect (JsonObject *line, gpointer data)
{
  g_string_append_printf (data, "%s ", fields_get_text (line, "id"));
  return TRUE;
}

static char *
search (Fixture *fixture, const HistoryFilter *filter)
{
  GString *found = g_string_new (NULL);

  history_search (fixture->history, filter, collect, found);
  return g_string_free (found, FALSE);
}

static void
assert_found (Fixture *fixture, HistoryFilter filter, const char *ids)
{
  g_autofree char *found = search (fixture, &filter);

  g_assert_cmpstr (found, ==, ids);
}

static void
append (Fixture *fixture, const char *text)
{
  FILE *file = g_fopen (fixture->log, "a");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  fclose (file);
}

static void
test_found_again (Fixture *fixture, gconstpointer data)
{
  struct stat status;

  assert_found (fixture, (HistoryFilter) { 0 }, "");
  note (fixture, "a", "<one@proseware.com>", "someone@adatum.com", 1000);
  note (fixture, "b", "<two@proseware.com>", "Bob@proseware.com", 2000);
  note (fixture, "c", NULL, "someone@adatum.com", 3000);
  assert_found (fixture, (HistoryFilter) { 0 }, "c b a ");
  assert_found (fixture, (HistoryFilter) { .message_id = "<one@proseware.com>" }, "a ");
  assert_found (fixture, (HistoryFilter) { .message_id = "two@proseware.com" }, "b ");
  assert_found (fixture, (HistoryFilter) { .message_id = "one" }, "");
  assert_found (fixture, (HistoryFilter) { .to = "someone@ADATUM.COM" }, "c a ");
  assert_found (fixture, (HistoryFilter) { .to = "bob@proseware.com" }, "");
  assert_found (fixture, (HistoryFilter) { .since_s = 2000 }, "c b ");
  assert_found (fixture, (HistoryFilter) { .id = "b", .since_s = 1 }, "b ");
  g_assert_cmpint (stat (fixture->log, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

/* A full disk cuts a line off, a crash may leave anything. */
static void
test_torn_lines (Fixture *fixture, gconstpointer data)
{
  note (fixture, "a", NULL, "someone@adatum.com", 1000);
  append (fixture, "{\"id\":\"torn\",\"mess");
  note (fixture, "b", NULL, "someone@adatum.com", 1000);
  append (fixture, "\n[]\n\n{}\n{\"id\":7}\n\xff\xfe\n");
  note (fixture, "c", NULL, "someone@adatum.com", 1000);
  append (fixture, "{\"id\":\"d\"");
  assert_found (fixture, (HistoryFilter) { 0 }, "c b a ");
}

static void
test_rotation (Fixture *fixture, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (2 * 1024 * 1024, ' ');
  g_autofree char *old = g_strconcat (fixture->log, ".1", NULL);
  struct stat status;

  note (fixture, "a", NULL, "someone@adatum.com", 1000);
  append (fixture, filler);
  note (fixture, "b", NULL, "someone@adatum.com", 1000);
  g_assert_cmpint (stat (fixture->log, &status), ==, 0);
  g_assert_cmpint (status.st_size, <, 4096);
  g_assert_cmpint (stat (old, &status), ==, 0);
  assert_found (fixture, (HistoryFilter) { 0 }, "b a ");

  append (fixture, filler);
  note (fixture, "c", NULL, "someone@adatum.com", 1000);
  assert_found (fixture, (HistoryFilter) { 0 }, "c b ");
}

static void
test_nothing_to_write_to (Fixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (fixture->dir, "elsewhere", NULL);

  g_assert_cmpint (symlink (elsewhere, fixture->log), ==, 0);
  note (fixture, "a", NULL, "someone@adatum.com", 1000);
  g_assert_false (g_file_test (elsewhere, G_FILE_TEST_EXISTS));
  assert_found (fixture, (HistoryFilter) { 0 }, "");
  g_assert_cmpint (g_remove (fixture->log), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->log, 0700), ==, 0);
  note (fixture, "a", NULL, "someone@adatum.com", 1000);
  assert_found (fixture, (HistoryFilter) { 0 }, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/history/found-again-newest-first", Fixture, NULL, set_up, test_found_again,
              tear_down);
  g_test_add ("/history/torn-lines-are-passed-over", Fixture, NULL, set_up, test_torn_lines,
              tear_down);
  g_test_add ("/history/rotated-by-size", Fixture, NULL, set_up, test_rotation, tear_down);
  g_test_add ("/history/no-log-is-no-error", Fixture, NULL, set_up, test_nothing_to_write_to,
              tear_down);
  return g_test_run ();
}
