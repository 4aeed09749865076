/* Outbox: accepted means durable, never lost, never half, one sender. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

#define BODY "Noon?\r\n"

enum { GOOD = 0, UNABLE = 77 };

static void
set_up (OutboxFixture *fixture, gconstpointer data)
{
  outbox_fixture_set_up (fixture, data != NULL);
}

static void
tear_down (OutboxFixture *fixture, gconstpointer data)
{
  outbox_fixture_tear_down (fixture);
}

static OutboxEntry *
take (OutboxFixture *fixture, const char *id)
{
  g_autoptr(GError) error = NULL;
  OutboxEntry *entry = outbox_take (fixture->outbox, id, &error);

  g_assert_no_error (error);
  return entry;
}

static void
check_not_taken (OutboxFixture *fixture, const char *id, int code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (outbox_take (fixture->outbox, id, &error));
  g_assert_error (error, OUTBOX_ERROR, code);
}

/* The ids of @folder joined by spaces. */
static char *
list (OutboxFixture *fixture, OutboxFolder folder, char ***ret_corrupt)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) ids = outbox_list (fixture->outbox, folder, ret_corrupt, &error);

  g_assert_no_error (error);
  return g_strjoinv (" ", ids);
}

static char *
read_file (const char *path, gsize *length)
{
  g_autoptr(GError) error = NULL;
  char *contents = NULL;

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);
  return contents;
}

static char *
read_message_file (OutboxFixture *fixture, const char *id, gsize *length)
{
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".message");

  return read_file (path, length);
}

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
    { NULL, "someone@adatum.com", BODY },
    { "", "someone@adatum.com bob@proseware.com", BODY },
    { "terri@proseware.com", "\"a\\\"b%<c>\"@adatum.com \xc3\xa9t\xc3\xa9@adatum.com", "" },
    { "account decides", "recipient:@adatum.com", "end of message 0\n\r\n.\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathMessage) message = outbox_fixture_new_message (
          cases[i].sender, cases[i].recipients, cases[i].body);
      g_autoptr(GError) error = NULL;
      g_autofree char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, &error);
      g_autoptr(OutboxEntry) entry = take (fixture, id);
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
          outbox_fixture_new_message (NULL, "someone@adatum.com", BODY);
      g_autoptr(SendpathMessage) message = message_new_from_parts (
          NULL, sendpath_message_get_recipients (plain), message_peek_header (plain),
          message_peek_body (plain), traits);
      g_autofree char *id = outbox_add (fixture->outbox, message, NULL, FIXTURE_NOW_US, NULL);
      g_autoptr(OutboxEntry) entry = take (fixture, id);

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
      outbox_fixture_new_message (NULL, "someone@adatum.com", BODY);
  g_autofree char *id = outbox_add (fixture->outbox, message, name, FIXTURE_NOW_US, NULL);
  g_autoptr(OutboxEntry) entry = take (fixture, id);

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
  id = outbox_fixture_add (fixture, BODY);
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
  g_autoptr(SendpathMessage) message =
      outbox_fixture_new_message ("terri@proseware.com", "someone@adatum.com", BODY);
  g_autofree char *id =
      outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US + 250000, NULL);
  g_autofree char *contents = read_message_file (fixture, id, NULL);
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
  entry = take (fixture, id);
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
      outbox_fixture_new_message (NULL, "someone@adatum.com", BODY);
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
      g_autoptr(OutboxEntry) entry = take (fixture, ids[i]);

      g_assert_nonnull (entry);
      g_clear_pointer (&ids[i], g_free);
    }
}

static void
test_find (OutboxFixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "",     "012",       "0123456789abcdef0123456789abcdef0",
                                     "ABCD", "../../etc", "beef" };
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
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
  check_not_taken (fixture, "../queue/x", OUTBOX_ERROR_NOT_FOUND);
  check_not_taken (fixture, "00000000000000000000000000000000", OUTBOX_ERROR_NOT_FOUND);
}

/* T-125: the bodies are not read; a new message does not wait for the old ones. */
static void
test_ten_thousand (OutboxFixture *fixture, gconstpointer data)
{
  enum { N = 10000 };
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  gsize length;
  g_autofree char *contents = read_message_file (fixture, id, &length);
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

/* ---- one sender ------------------------------------------------------------------------------ */

/* P-7, T-118 */
static void
test_one_taker (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  g_autoptr(Outbox) other = outbox_open (fixture->path, NULL);
  OutboxEntry *entry = take (fixture, id);
  g_autoptr(OutboxEntry) later = NULL;
  g_autoptr(SendpathMessage) kept = g_object_ref (outbox_entry_get_message (entry));
  g_autoptr(GError) error = NULL;
  g_autofree char *body = NULL;

  g_assert_null (outbox_take (other, id, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY);
  outbox_entry_free (entry);
  later = outbox_take (other, id, NULL);
  g_assert_nonnull (later);
  /* a message that outlives its entry can be read, and holds no lock */
  body = outbox_fixture_dup_body (kept);
  g_assert_cmpstr (body, ==, BODY);
}

/* A child that tells when it is ready and ends when @go is closed, or is killed. */
typedef struct {
  OutboxFixture *fixture;
  const char *id;
  int ready[2];
  int go[2];
} Play;

static void
begin_play (Play *play)
{
  g_assert_cmpint (pipe2 (play->ready, O_CLOEXEC), ==, 0);
  g_assert_cmpint (pipe2 (play->go, O_CLOEXEC), ==, 0);
}

static void
end_play (Play *play)
{
  close (play->ready[0]);
  close (play->ready[1]);
  close (play->go[0]);
  close (play->go[1]);
}

static void
tell (int fd)
{
  g_assert_cmpint (write (fd, "!", 1), ==, 1);
}

static void
hear (int fd)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
}

/* Takes the message, lets a grandchild live on that inherited everything, and is killed. */
static void
take_and_fork (Play *play)
{
  g_autoptr(OutboxEntry) entry = outbox_take (play->fixture->outbox, play->id, NULL);

  if (entry == NULL)
    _exit (1);
  if (fork () == 0)
    {
      char byte;

      close (play->go[1]);
      /* T-167: the child has it in memory, and must not do anything with it */
      if (outbox_entry_file (entry, NULL) || outbox_entry_remove (entry, NULL))
        _exit (1);
      tell (play->ready[1]);
      _exit ((int) read (play->go[0], &byte, 1)); /* until the test is over */
    }
  hear (play->go[0]);
  _exit (0);
}

/* P-7, T-119, T-167: the lock dies with its process, though a forked child lives on. */
static void
test_lock_dies_with_its_process (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  Play play = { .fixture = fixture, .id = id };
  g_autoptr(OutboxEntry) entry = NULL;
  int status;
  pid_t child;

  begin_play (&play);
  child = fork ();
  if (child == 0)
    take_and_fork (&play);
  hear (play.ready[0]);
  check_not_taken (fixture, id, OUTBOX_ERROR_BUSY);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  entry = take (fixture, id);
  end_play (&play);
}

/* A child's end, or its freeing what it inherited, must not let go what the parent holds. */
static int
free_what_was_inherited (gpointer data)
{
  outbox_entry_free (data);
  return GOOD;
}

static void
test_a_child_does_not_unlock (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  g_autoptr(OutboxEntry) entry = take (fixture, id);

  g_assert_cmpint (outbox_fixture_run_child (free_what_was_inherited, entry), ==, GOOD);
  check_not_taken (fixture, id, OUTBOX_ERROR_BUSY);
}

/* Takes what it can get and reports each removed message with one byte. */
static void
take_all (Play *play)
{
  g_auto(GStrv) ids = outbox_list (play->fixture->outbox, OUTBOX_QUEUE, NULL, NULL);

  close (play->go[1]);
  while (read (play->go[0], &(char) { 0 }, 1) > 0)
    ;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr(OutboxEntry) entry = outbox_take (play->fixture->outbox, ids[i], NULL);

      if (entry != NULL && outbox_entry_remove (entry, NULL))
        tell (play->ready[1]);
    }
  _exit (0);
}

/* T-117 */
static void
test_race (OutboxFixture *fixture, gconstpointer data)
{
  enum { TAKERS = 4, MESSAGES = 100 };
  Play play = { .fixture = fixture };
  pid_t children[TAKERS];
  guint n_taken = 0;

  for (guint i = 0; i < MESSAGES; i++)
    g_free (outbox_fixture_add (fixture, BODY));
  begin_play (&play);
  for (guint i = 0; i < TAKERS; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        take_all (&play);
    }
  close (play.go[1]); /* all begin at once */
  close (play.ready[1]);
  while (read (play.ready[0], &(char) { 0 }, 1) > 0)
    n_taken++;
  for (guint i = 0; i < TAKERS; i++)
    {
      int status = 1;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
  close (play.go[0]);
  close (play.ready[0]);
  g_assert_cmpuint (n_taken, ==, MESSAGES);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
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
    { { SENDPATH_RECIPIENT_SENT, SENDPATH_RECIPIENT_UNCERTAIN }, "failed" },
  };
  static const char *const folders[] = { "tmp", "queue", "failed", "corrupt" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathMessage) message = outbox_fixture_new_message (
          NULL, "bob@proseware.com someone@adatum.com", BODY);
      g_autofree char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
      g_autoptr(OutboxEntry) entry = take (fixture, id);

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
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  OutboxEntry *entry = take (fixture, id);
  g_autofree char *queued = NULL;
  g_autofree char *failed = NULL;

  settle (entry, 0, SENDPATH_RECIPIENT_FAILED);
  g_assert_true (outbox_entry_file (entry, NULL));
  outbox_entry_free (entry);
  queued = list (fixture, OUTBOX_QUEUE, NULL);
  failed = list (fixture, OUTBOX_FAILED, NULL);
  g_assert_cmpstr (queued, ==, "");
  g_assert_cmpstr (failed, ==, id);
  entry = take (fixture, id);
  g_assert_true (outbox_entry_remove (entry, NULL));
  outbox_entry_free (entry);
  g_assert_cmpuint (outbox_fixture_count (fixture, "failed"), ==, 0);
}

/* ---- looking without a lock ------------------------------------------------------------------ */

static void
test_report_while_sending (OutboxFixture *fixture, gconstpointer data)
{
  const char *const addresses[] = { "someone@adatum.com", NULL };
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  OutboxEntry *entry = take (fixture, id);
  g_autoptr(SendpathReport) during = NULL;
  g_autoptr(SendpathReport) after = NULL;

  g_assert_true (journal_note_dot (outbox_entry_get_journal (entry), addresses,
                                   "smtp.proseware.com", FIXTURE_NOW_US, NULL));
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
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  g_autoptr(OutboxEntry) watch = outbox_watch (fixture->outbox, id, NULL);
  OutboxEntry *entry = take (fixture, id);
  SendpathReport *report = outbox_entry_get_report (entry);
  g_autoptr(SendpathReport) seen = NULL;
  g_autoptr(GError) error = NULL;
  Attempt *attempt = attempt_new ();

  attempt->reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  attempt->phase = SENDPATH_PHASE_EOD;
  report_set_recipient (report, "someone@adatum.com", report_add_attempt (report, attempt),
                        SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED, attempt->reply);
  g_assert_true (journal_note_attempt (outbox_entry_get_journal (entry), report, 0, FIXTURE_NOW_US,
                                       NULL));
  g_assert_false (outbox_entry_file (watch, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_BUSY);
  g_assert_true (outbox_entry_file (entry, NULL));
  outbox_entry_free (entry);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
  seen = outbox_watch_report (watch, NULL);
  g_assert_cmpint (sendpath_report_get_outcome (seen), ==, SENDPATH_OUTCOME_SENT);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static char *
plant_prefix (OutboxFixture *fixture, const char *contents, gsize length, guint number)
{
  char *id = g_strdup_printf ("%032x", number);

  outbox_fixture_plant (fixture, id, contents, length);
  return id;
}

/* T-120, P-2: a file that was cut, at whatever length, is set aside and named; its neighbours are
 * sent. */
static void
test_cut_everywhere (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  gsize length;
  g_autofree char *contents = read_message_file (fixture, id, &length);
  g_auto(GStrv) corrupt = NULL;
  g_autofree char *left = NULL;
  g_autoptr(OutboxEntry) entry = NULL;

  for (gsize cut = 0; cut < length; cut++)
    g_free (plant_prefix (fixture, contents, cut, (guint) cut));
  for (gsize cut = 0; cut < length; cut += 7)
    {
      g_autofree char *cut_id = g_strdup_printf ("%032x", (guint) cut);

      check_not_taken (fixture, cut_id, OUTBOX_ERROR_CORRUPT);
      g_assert_true (outbox_fixture_has (fixture, "corrupt", cut_id, ".message"));
      g_assert_true (outbox_fixture_has (fixture, "corrupt", cut_id, ".journal"));
    }
  left = list (fixture, OUTBOX_QUEUE, &corrupt);
  g_assert_cmpstr (left, ==, id);
  g_assert_cmpuint (g_strv_length (corrupt), ==, length - (length + 6) / 7);
  g_assert_cmpuint (outbox_fixture_count (fixture, "corrupt"), ==, 2 * length);
  entry = take (fixture, id);
}

/* No byte can change without being noticed. Each file has the right name, so only its contents can
 * tell. */
static void
test_bit_rot_everywhere (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  gsize length;
  g_autofree char *contents = read_message_file (fixture, id, &length);
  g_autoptr(OutboxEntry) entry = NULL;

  for (gsize at = 0; at < length; at++)
    {
      contents[at] ^= 1;
      outbox_fixture_plant (fixture, id, contents, length);
      contents[at] ^= 1;
      check_not_taken (fixture, id, OUTBOX_ERROR_CORRUPT);
      g_assert_true (outbox_discard (fixture->outbox, id, NULL));
    }
  outbox_fixture_plant (fixture, id, contents, length);
  entry = take (fixture, id);
}

static void
test_longer_than_it_says (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  gsize length;
  g_autofree char *contents = read_message_file (fixture, id, &length);
  g_autofree char *longer = g_strdup_printf ("%s\n", contents);

  outbox_fixture_plant (fixture, id, longer, length + 1);
  check_not_taken (fixture, id, OUTBOX_ERROR_CORRUPT);
}

/* Nobody can tell what was sent already. */
static void
test_without_its_journal (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  g_autofree char *journal = outbox_fixture_get_path (fixture, "queue", id, ".journal");

  g_assert_cmpint (g_remove (journal), ==, 0);
  g_assert_null (outbox_read_report (fixture->outbox, id, NULL));
  g_assert_true (outbox_fixture_has (fixture, "queue", id, ".message"));
  check_not_taken (fixture, id, OUTBOX_ERROR_CORRUPT);
  g_assert_true (outbox_fixture_has (fixture, "corrupt", id, ".message"));
}

/* P-2: what was set aside before is not pushed out. */
static void
test_set_aside_twice (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *first = plant_prefix (fixture, "one", 3, 1);
  g_autofree char *second = NULL;

  check_not_taken (fixture, first, OUTBOX_ERROR_CORRUPT);
  second = plant_prefix (fixture, "two", 3, 1);
  check_not_taken (fixture, second, OUTBOX_ERROR_CORRUPT);
  g_assert_cmpuint (outbox_fixture_count (fixture, "corrupt"), ==, 4);
}

/* T-126 */
static void
test_later_version (OutboxFixture *fixture, gconstpointer data)
{
  static const char text[] = "sendpath outbox message, format 2\nwho knows\n";
  g_autofree char *id = plant_prefix (fixture, text, sizeof text - 1, 1);
  g_auto(GStrv) corrupt = NULL;
  g_autofree char *listed = list (fixture, OUTBOX_QUEUE, &corrupt);
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (listed, ==, id);
  g_assert_cmpuint (g_strv_length (corrupt), ==, 0);
  g_assert_null (outbox_take (fixture->outbox, id, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER);
  g_assert_nonnull (strstr (error->message, "later version"));
  g_assert_true (outbox_fixture_has (fixture, "queue", id, ".message"));
}

/* ---- files that are none of ours ------------------------------------------------------------- */

typedef gboolean (*MakeOdd) (const char *path, const char *secret);

static gboolean
make_symlink (const char *path, const char *secret)
{
  return symlink (secret, path) == 0;
}

static gboolean
make_hard_link (const char *path, const char *secret)
{
  return link (secret, path) == 0;
}

static gboolean
make_fifo (const char *path, const char *secret)
{
  return mkfifo (path, 0600) == 0;
}

static gboolean
make_folder (const char *path, const char *secret)
{
  return mkdir (path, 0700) == 0;
}

static gboolean
make_device (const char *path, const char *secret)
{
  return mknod (path, S_IFCHR | 0600, 0x0103) == 0; /* /dev/null */
}

static gboolean
make_foreign (const char *path, const char *secret)
{
  return g_file_set_contents_full (path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL) &&
         chown (path, geteuid () + 1, (gid_t) -1) == 0;
}

static gboolean
make_unreadable (const char *path, const char *secret)
{
  return g_file_set_contents_full (path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL) &&
         chmod (path, 0) == 0;
}

static const struct {
  const char *name;
  MakeOdd make;
} odd_files[] = {
  { "symlink", make_symlink },       { "hard-link", make_hard_link }, { "fifo", make_fifo },
  { "folder", make_folder },         { "device", make_device },       { "foreign", make_foreign },
  { "unreadable", make_unreadable },
};

/* T-122: set aside without being opened; the target stays as it is. */
static void
check_odd (OutboxFixture *fixture, guint i, gboolean by_list)
{
  g_autofree char *id = g_strdup_printf ("%032x", i + 1);
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".message");
  g_autofree char *secret = g_build_filename (fixture->dir, "secret", NULL);
  g_autofree char *contents = NULL;
  g_auto(GStrv) corrupt = NULL;
  g_autofree char *left = NULL;

  g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
  if (!odd_files[i].make (path, secret))
    {
      g_test_message ("%s needs root", odd_files[i].name);
      g_remove (path);
      return;
    }
  if (by_list)
    {
      left = list (fixture, OUTBOX_QUEUE, &corrupt);
      g_assert_cmpuint (g_strv_length (corrupt), ==, 1);
      g_assert_cmpstr (corrupt[0], ==, id);
    }
  else
    check_not_taken (fixture, id, OUTBOX_ERROR_CORRUPT);
  g_assert_false (outbox_fixture_has (fixture, "queue", id, ".message"));
  g_assert_true (outbox_fixture_has (fixture, "corrupt", id, ".message"));
  g_assert_true (outbox_discard (fixture->outbox, id, NULL));
  contents = read_file (secret, NULL);
  g_assert_cmpstr (contents, ==, "secret");
}

static void
test_odd_files (OutboxFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_files); i++)
    {
      check_odd (fixture, i, TRUE);
      check_odd (fixture, i, FALSE);
    }
}

/* A journal that is a link could make us write somewhere else. */
static void
test_odd_journals (OutboxFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_files); i++)
    {
      g_autofree char *id = outbox_fixture_add (fixture, BODY);
      g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".journal");
      g_autofree char *secret = g_build_filename (fixture->dir, "secret", NULL);

      g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
      g_assert_cmpint (g_remove (path), ==, 0);
      if (odd_files[i].make == make_unreadable && geteuid () == 0)
        continue; /* root reads it */
      if (odd_files[i].make (path, secret))
        check_not_taken (fixture, id, OUTBOX_ERROR_CORRUPT);
    }
}

/* T-123 */
static void
test_unsafe_folders (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *open_to_all = g_build_filename (fixture->dir, "open", NULL);
  g_autofree char *foreign = g_build_filename (fixture->dir, "foreign", NULL);
  g_autofree char *linked = g_build_filename (fixture->dir, "link", NULL);
  g_autofree char *file = g_build_filename (fixture->dir, "file", NULL);
  g_autofree char *queue = g_build_filename (fixture->path, "queue", NULL);
  const char *const paths[] = { open_to_all, foreign, linked, file, fixture->path };

  g_assert_cmpint (mkdir (open_to_all, 0700), ==, 0);
  g_assert_cmpint (chmod (open_to_all, 0777), ==, 0);
  g_assert_cmpint (mkdir (foreign, 0700), ==, 0);
  g_assert_cmpint (symlink (open_to_all, linked), ==, 0);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_cmpint (chmod (queue, 0770), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(GError) error = NULL;

      if (paths[i] == foreign && chown (foreign, geteuid () + 1, (gid_t) -1) < 0)
        continue; /* needs root */
      g_assert_null (outbox_open (paths[i], &error));
      g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
  /* nothing was written: only an empty folder can be removed */
  g_assert_cmpint (rmdir (open_to_all), ==, 0);
  g_assert_cmpint (rmdir (foreign), ==, 0);
}

static void
test_no_place (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->dir, "file", NULL);
  g_autofree char *below = g_build_filename (file, "outbox", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (outbox_open (below, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_CANNOT_CREATE);
}

/* ---- tidying up ------------------------------------------------------------------------------ */

static void
plant_in (OutboxFixture *fixture, const char *folder, const char *id, const char *suffix)
{
  g_autofree char *path = outbox_fixture_get_path (fixture, folder, id, suffix);

  g_assert_true (g_file_set_contents_full (path, "half", 4, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* T-127: three times in a row, the same result. */
static void
test_recovery (OutboxFixture *fixture, gconstpointer data)
{
  static const char dead[] = "11111111111111111111111111111111";
  static const char orphan[] = "22222222222222222222222222222222";
  g_autofree char *whole = outbox_fixture_add (fixture, BODY);
  g_autofree char *failed = outbox_fixture_add (fixture, BODY);
  g_autofree char *half_filed = outbox_fixture_get_path (fixture, "queue", failed, ".message");
  g_autofree char *filed = outbox_fixture_get_path (fixture, "failed", failed, ".message");
  g_autofree char *not_ours = g_build_filename (fixture->path, "tmp", "notes.txt", NULL);

  plant_in (fixture, "tmp", dead, ".message");
  plant_in (fixture, "tmp", dead, ".journal");
  plant_in (fixture, "queue", orphan, ".journal");
  g_assert_true (g_file_set_contents (not_ours, "mine", -1, NULL));
  /* killed between the two renames of filing */
  g_assert_cmpint (g_rename (half_filed, filed), ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(OutboxEntry) entry = NULL;

      g_assert_true (outbox_recover (fixture->outbox, NULL));
      g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 1);
      g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 2);
      g_assert_true (outbox_fixture_has (fixture, "failed", failed, ".journal"));
      entry = take (fixture, whole);
      g_clear_pointer (&entry, outbox_entry_free);
      entry = take (fixture, failed);
    }
}

/* What was left between two renames can be read without any tidying. */
static void
test_journal_on_its_way (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, BODY);
  g_autofree char *from = outbox_fixture_get_path (fixture, "queue", id, ".message");
  g_autofree char *to = outbox_fixture_get_path (fixture, "failed", id, ".message");
  g_autoptr(OutboxEntry) entry = NULL;

  g_assert_cmpint (g_rename (from, to), ==, 0);
  entry = take (fixture, id);
  g_assert_nonnull (outbox_entry_get_journal (entry));
}

/* A submission in the middle: recovery must keep away from it. */
static int
recover_from_outside (gpointer data)
{
  OutboxFixture *fixture = data;

  return outbox_recover (fixture->outbox, NULL) ? GOOD : 1;
}

static void
test_recovery_spares_the_living (OutboxFixture *fixture, gconstpointer data)
{
  static const char id[] = "33333333333333333333333333333333";
  g_autofree char *path = outbox_fixture_get_path (fixture, "tmp", id, ".message");
  struct flock whole_file = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd;

  plant_in (fixture, "tmp", id, ".message");
  plant_in (fixture, "tmp", id, ".journal");
  plant_in (fixture, "queue", id, ".journal");
  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fcntl (fd, F_OFD_SETLK, &whole_file), ==, 0);
  g_assert_cmpint (outbox_fixture_run_child (recover_from_outside, fixture), ==, GOOD);
  g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 2);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 1);
  close (fd);
  g_assert_true (outbox_recover (fixture->outbox, NULL));
  g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
}

/* ---- no room --------------------------------------------------------------------------------- */

/* A message of 200 KB is refused as FULL, and nothing of it is left. */
static int
fail_to_add (OutboxFixture *fixture)
{
  g_autofree char *body = g_malloc (200001);
  g_autoptr(SendpathMessage) message = NULL;
  g_autofree char *id = NULL;
  g_autoptr(GError) error = NULL;

  memset (body, 'x', 200000);
  for (gsize i = 78; i < 200000; i += 80)
    memcpy (body + i, "\r\n", 2);
  body[200000] = '\0';
  message = outbox_fixture_new_message (NULL, "someone@adatum.com", body);
  id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, &error);
  if (id != NULL || !g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_FULL))
    return 1;
  return outbox_fixture_count (fixture, "tmp") == 0 && outbox_fixture_count (fixture, "queue") == 0
             ? GOOD
             : 2;
}

/* T-116: no death by SIGXFSZ, though its effect is the default one, before and after. */
static int
add_over_the_size_limit (gpointer data)
{
  struct rlimit limit = { 100000, 100000 };
  struct sigaction action;
  sigset_t pending;
  int result;

  if (setrlimit (RLIMIT_FSIZE, &limit) < 0)
    return UNABLE;
  result = fail_to_add (data);
  sigpending (&pending);
  if (sigaction (SIGXFSZ, NULL, &action) < 0 || action.sa_handler != SIG_DFL ||
      sigismember (&pending, SIGXFSZ))
    return 3;
  return result;
}

static void
test_size_limit (OutboxFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (add_over_the_size_limit, fixture), ==, GOOD);
}

/* In a mount namespace of its own, so that nothing stays mounted whatever happens. */
static int
add_to_small_disk (OutboxFixture *fixture, const char *options)
{
  g_autofree char *path = g_build_filename (fixture->dir, "small", NULL);
  OutboxFixture small = { .path = path };
  int result;

  if (unshare (CLONE_NEWNS) < 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mkdir (path, 0700) < 0 || mount ("none", path, "tmpfs", 0, options) < 0)
    return UNABLE;
  if (chmod (path, 0700) < 0)
    return UNABLE;
  small.outbox = outbox_open (path, NULL);
  if (small.outbox == NULL)
    return 4;
  result = fail_to_add (&small);
  outbox_unref (small.outbox);
  return result;
}

static int
add_to_64_kib (gpointer data)
{
  return add_to_small_disk (data, "size=64k");
}

/* Room for the folders and the message's file, not for its journal's. */
static int
add_without_inodes (gpointer data)
{
  return add_to_small_disk (data, "nr_inodes=6");
}

static void
check_small_disk (OutboxFixture *fixture, int (*work) (gpointer data))
{
  int status = outbox_fixture_run_child (work, fixture);

  if (status == UNABLE)
    g_test_skip ("a tmpfs of its own needs root");
  else
    g_assert_cmpint (status, ==, GOOD);
}

/* T-114 */
static void
test_full_disk (OutboxFixture *fixture, gconstpointer data)
{
  check_small_disk (fixture, add_to_64_kib);
}

/* T-116 */
static void
test_no_inodes (OutboxFixture *fixture, gconstpointer data)
{
  check_small_disk (fixture, add_without_inodes);
}

/* T-164: at each number of descriptors that is left, from none on, until it works. */
static int
add_with_few_descriptors (gpointer data)
{
  OutboxFixture *fixture = data;
  int next = dup (STDERR_FILENO);
  gboolean is_added = FALSE;

  close (next);
  for (int n = 0; n < 16 && !is_added; n++)
    {
      g_autoptr(SendpathMessage) message =
          outbox_fixture_new_message (NULL, "someone@adatum.com", BODY);
      struct rlimit limit = { (rlim_t) (next + n), 4096 };
      g_autofree char *id = NULL;
      g_autoptr(GError) error = NULL;

      setrlimit (RLIMIT_NOFILE, &limit);
      id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, &error);
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
      is_added = id != NULL;
      if (!is_added && !g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_FULL))
        return 1;
      if (!is_added && (outbox_fixture_count (fixture, "tmp") > 0 ||
                        outbox_fixture_count (fixture, "queue") > 0))
        return 2;
    }
  return is_added ? GOOD : 3;
}

static void
test_few_descriptors (OutboxFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (add_with_few_descriptors, fixture), ==, GOOD);
}

/* Started without standard input and outputs, nothing of ours gets their numbers: a stray line of a
 * library would go into somebody's mail. */
static int
add_without_stdio (gpointer data)
{
  OutboxFixture *fixture = data;
  g_autoptr(Outbox) outbox = NULL;
  g_autoptr(SendpathMessage) message =
      outbox_fixture_new_message (NULL, "someone@adatum.com", BODY);
  g_autofree char *id = NULL;
  g_autoptr(OutboxEntry) entry = NULL;

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    close (fd);
  outbox = outbox_open (fixture->path, NULL);
  id = outbox != NULL ? outbox_add (outbox, message, "home", FIXTURE_NOW_US, NULL) : NULL;
  entry = id != NULL ? outbox_take (outbox, id, NULL) : NULL;
  if (entry == NULL)
    return 1;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      return 2;
  return GOOD;
}

static void
test_without_stdio (OutboxFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (add_without_stdio, fixture), ==, GOOD);
}

/* ---- size ------------------------------------------------------------------------------------ */

static long
get_peak_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* P-12, T-161: a file of 100 MB goes in and is taken out again in 16 MB at most. */
static int
pass_a_large_message (gpointer data)
{
  OutboxFixture *fixture = data;
  g_autofree char *path = g_build_filename (fixture->dir, "body", NULL);
  const guint64 length = 100 * 1000 * 1000;
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_autoptr(BodySource) body = body_source_new_from_fd (fd, 0, length);
  g_autoptr(SendpathMessage) small = outbox_fixture_new_message (NULL, "someone@adatum.com", BODY);
  g_autoptr(SendpathMessage) message =
      message_new_from_parts (NULL, sendpath_message_get_recipients (small),
                                         message_peek_header (small), body, BODY_HAS_NUL);
  g_autofree char *id = NULL;
  g_autoptr(OutboxEntry) entry = NULL;
  long before = get_peak_kib ();

  if (ftruncate (fd, (off_t) length) < 0)
    return 1;
  id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
  entry = id != NULL ? outbox_take (fixture->outbox, id, NULL) : NULL;
  if (entry == NULL ||
      body_source_get_length (message_peek_body (outbox_entry_get_message (entry))) != length)
    return 2;
  return get_peak_kib () - before < 16 * 1024 ? GOOD : 3;
}

static void
test_large_message (OutboxFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (pass_a_large_message, fixture), ==, GOOD);
}

/* T-162 */
static void
test_many_recipients (OutboxFixture *fixture, gconstpointer data)
{
  enum { N = 10000 };
  g_autoptr(GString) recipients = g_string_new (NULL);
  g_autoptr(SendpathMessage) message = NULL;
  g_autofree char *id = NULL;
  g_autoptr(OutboxEntry) entry = NULL;

  for (guint i = 0; i < N; i++)
    g_string_append_printf (recipients, "%sr%u@adatum.com", i > 0 ? " " : "", i);
  message = outbox_fixture_new_message (NULL, recipients->str, BODY);
  id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
  entry = take (fixture, id);
  g_assert_cmpuint (sendpath_report_get_n_recipients (outbox_entry_get_report (entry)), ==, N);
}

static void
add (const char *path, void (*test) (OutboxFixture *fixture, gconstpointer data))
{
  g_test_add (path, OutboxFixture, NULL, set_up, test, tear_down);
}

/* For tests of so many messages that a disk would spend minutes on syncing them. */
static void
add_in_memory (const char *path, void (*test) (OutboxFixture *fixture, gconstpointer data))
{
  g_test_add (path, OutboxFixture, "in memory", set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/outbox/what-went-in-comes-out", test_comes_back_whole);
  add ("/outbox/traits-and-no-account", test_traits_and_no_account);
  add ("/outbox/odd-account-names", test_odd_account);
  add ("/outbox/nobody-else-reads-it", test_modes_and_names);
  add ("/outbox/readable-without-us", test_readable_without_us);
  add ("/outbox/reads-what-format-1-wrote", test_reads_format_1);
  add ("/outbox/order-of-arrival-by-any-clock", test_order_of_arrival);
  add ("/outbox/found-by-the-first-digits", test_find);
  add_in_memory ("/outbox/ten-thousand-are-listed-in-a-second", test_ten_thousand);
  add ("/outbox/one-taker", test_one_taker);
  add ("/outbox/lock-dies-with-its-process", test_lock_dies_with_its_process);
  add ("/outbox/a-child-does-not-unlock", test_a_child_does_not_unlock);
  add_in_memory ("/outbox/takers-race-and-each-message-goes-once", test_race);
  add ("/outbox/filed-by-what-became-of-it", test_filing);
  add ("/outbox/failed-mail-stays-until-removed", test_failed_mail_stays);
  add ("/outbox/report-while-it-is-sent", test_report_while_sending);
  add ("/outbox/watched-to-the-end", test_watched_to_the_end);
  add_in_memory ("/outbox/cut-anywhere-is-set-aside", test_cut_everywhere);
  add_in_memory ("/outbox/bit-rot-anywhere-is-set-aside", test_bit_rot_everywhere);
  add ("/outbox/longer-than-it-says-is-set-aside", test_longer_than_it_says);
  add ("/outbox/without-its-journal-is-set-aside", test_without_its_journal);
  add ("/outbox/set-aside-twice-keeps-both", test_set_aside_twice);
  add ("/outbox/later-versions-are-left-alone", test_later_version);
  add ("/outbox/odd-files-are-set-aside-unopened", test_odd_files);
  add ("/outbox/odd-journals-are-not-written-to", test_odd_journals);
  add ("/outbox/unsafe-folders-are-refused", test_unsafe_folders);
  add ("/outbox/no-place-for-it", test_no_place);
  add ("/outbox/recovery-can-be-repeated", test_recovery);
  add ("/outbox/journal-on-its-way-is-found", test_journal_on_its_way);
  add ("/outbox/recovery-spares-the-living", test_recovery_spares_the_living);
  add ("/outbox/size-limit-leaves-nothing", test_size_limit);
  add ("/outbox/full-disk-leaves-nothing", test_full_disk);
  add ("/outbox/no-inodes-leave-nothing", test_no_inodes);
  add ("/outbox/few-descriptors-leave-nothing", test_few_descriptors);
  add ("/outbox/standard-output-is-never-a-message", test_without_stdio);
  add ("/outbox/large-message-in-little-memory", test_large_message);
  add ("/outbox/ten-thousand-recipients", test_many_recipients);
  return g_test_run ();
}
