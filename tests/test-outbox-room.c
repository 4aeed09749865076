/* Outbox: without room a submission leaves nothing behind, and no message takes much memory. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

enum { GOOD = 0, UNABLE = 77 };

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
work_on_small_disk (OutboxFixture *fixture, const char *options,
                    int (*work) (OutboxFixture *fixture))
{
  g_autofree char *path = g_build_filename (fixture->dir, "small", NULL);
  OutboxFixture small = { .path = path };
  int result;

  if (unshare (CLONE_NEWNS) < 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
      mkdir (path, 0700) < 0 || mount ("none", path, "tmpfs", 0, options) < 0)
    return UNABLE;
  if (chmod (path, 0700) < 0)
    return UNABLE;
  small.outbox = outbox_open (path, NULL);
  if (small.outbox == NULL)
    return 4;
  result = work (&small);
  outbox_unref (small.outbox);
  return result;
}

static int
add_to_64_kib (gpointer data)
{
  return work_on_small_disk (data, "size=64k", fail_to_add);
}

/* Room for the folders and the message's file, not for its journal's. */
static int
add_without_inodes (gpointer data)
{
  return work_on_small_disk (data, "nr_inodes=7", fail_to_add);
}

static char *
add_of (OutboxFixture *fixture, gsize length)
{
  g_autofree char *body = g_malloc (length + 1);
  g_autoptr(SendpathMessage) message = NULL;

  memset (body, 'x', length);
  for (gsize i = 78; i + 2 <= length; i += 80)
    memcpy (body + i, "\r\n", 2);
  body[length] = '\0';
  message = outbox_fixture_new_message (NULL, "someone@adatum.com", body);
  return outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
}

static void
send_and_file (OutboxFixture *fixture, const char *id)
{
  g_autoptr(OutboxEntry) entry = outbox_take (fixture->outbox, id, NULL);
  g_autoptr(SendpathReply) reply = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  SendpathReport *report = outbox_entry_get_report (entry);

  report_set_recipient (report, "someone@adatum.com", REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_SENT,
                        SENDPATH_VERDICT_ACCEPTED, reply);
  journal_note_state (outbox_entry_get_journal (entry), report, FIXTURE_NOW_US, NULL);
  outbox_entry_file (entry, NULL);
}

/* Two copies of 60 KB are kept where 200 KB have room, until 100 KB more come in. */
static int
make_room (OutboxFixture *fixture)
{
  g_autofree char *last = NULL;

  outbox_set_keep_sent (fixture->outbox, 3);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *id = add_of (fixture, 60000);

      if (id == NULL)
        return 1;
      send_and_file (fixture, id);
    }
  if (outbox_fixture_count (fixture, "sent") != 4)
    return 2;
  last = add_of (fixture, 100000);
  return last != NULL && outbox_fixture_count (fixture, "sent") == 0 &&
                 outbox_fixture_has (fixture, "queue", last, ".message")
             ? GOOD
             : 3;
}

static int
make_room_on_small_disk (gpointer data)
{
  return work_on_small_disk (data, "size=200k", make_room);
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

/* Copies of what was sent go first. */
static void
test_sent_makes_room (OutboxFixture *fixture, gconstpointer data)
{
  check_small_disk (fixture, make_room_on_small_disk);
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
          outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
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
      outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
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
  g_autoptr(SendpathMessage) small =
      outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
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
  message = outbox_fixture_new_message (NULL, recipients->str, FIXTURE_BODY);
  id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, NULL);
  entry = outbox_fixture_take (fixture, id);
  g_assert_cmpuint (sendpath_report_get_n_recipients (outbox_entry_get_report (entry)), ==, N);
}

/* P-1: what could not be read back later is not taken in. */
static void
test_too_many_recipients (OutboxFixture *fixture, gconstpointer data)
{
  enum { N = 60000 };
  g_autofree char *address = g_strnfill (300, 'x');
  g_autofree const char **addresses = g_new0 (const char *, N + 1);
  g_autoptr(SendpathMessage) small =
      outbox_fixture_new_message (NULL, "someone@adatum.com", FIXTURE_BODY);
  g_autoptr(SendpathMessage) message = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < N; i++)
    addresses[i] = address;
  message = message_new_from_parts (NULL, addresses, message_peek_header (small),
                                    message_peek_body (small), BODY_PLAIN);
  g_assert_null (outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outbox_fixture_add_test ("/outbox-room/size-limit-leaves-nothing", test_size_limit, FALSE);
  outbox_fixture_add_test ("/outbox-room/full-disk-leaves-nothing", test_full_disk, FALSE);
  outbox_fixture_add_test ("/outbox-room/copies-of-what-was-sent-go-first", test_sent_makes_room,
                           FALSE);
  outbox_fixture_add_test ("/outbox-room/no-inodes-leave-nothing", test_no_inodes, FALSE);
  outbox_fixture_add_test ("/outbox-room/few-descriptors-leave-nothing", test_few_descriptors,
                           FALSE);
  outbox_fixture_add_test ("/outbox-room/standard-output-is-never-a-message", test_without_stdio,
                           FALSE);
  outbox_fixture_add_test ("/outbox-room/large-message-in-little-memory", test_large_message,
                           FALSE);
  outbox_fixture_add_test ("/outbox-room/ten-thousand-recipients", test_many_recipients, FALSE);
  outbox_fixture_add_test ("/outbox-room/more-recipients-than-can-be-read-back",
                           test_too_many_recipients, FALSE);
  return g_test_run ();
}
