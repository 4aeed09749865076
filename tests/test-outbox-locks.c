/* Outbox: one sender at a time, and none that is dead. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sendpath/outbox/lock.h"
#include "tests/lib/outbox-fixture.h"

enum { GOOD = 0 };

/* P-7, T-118 */
static void
test_one_taker (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autoptr(Outbox) other = outbox_open (fixture->path, NULL);
  OutboxEntry *entry = outbox_fixture_take (fixture, id);
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
  g_assert_cmpstr (body, ==, FIXTURE_BODY);
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
static int
take_and_fork (Play *play)
{
  g_autoptr(OutboxEntry) entry = outbox_take (play->fixture->outbox, play->id, NULL);
  char byte;

  if (entry == NULL)
    return 1;
  if (fork () == 0)
    {
      close (play->go[1]);
      /* T-167: the child has it in memory, and must not do anything with it */
      if (outbox_entry_file (entry, NULL) || outbox_entry_remove (entry, NULL))
        return 1;
      tell (play->ready[1]);
    }
  return (int) read (play->go[0], &byte, 1); /* until the test is over */
}

/* P-7, T-119, T-167: the lock dies with its process, though a forked child lives on. */
static void
test_lock_dies_with_its_process (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  Play play = { .fixture = fixture, .id = id };
  g_autoptr(OutboxEntry) entry = NULL;
  int status;
  pid_t child;

  begin_play (&play);
  child = fork ();
  if (child == 0)
    _exit (take_and_fork (&play));
  hear (play.ready[0]);
  outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_BUSY);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  entry = outbox_fixture_take (fixture, id);
  end_play (&play);
}

/* What a thread that forks while a file is about to be locked finds in the child. */
typedef struct {
  const char *path;
  int fd;
  int about_to_fork[2];
  GThread *forker;
  int status;
} Fork;

static gpointer
fork_and_look (gpointer data)
{
  Fork *play = data;
  pid_t child;

  tell (play->about_to_fork[1]);
  child = fork ();
  if (child == 0)
    _exit (fcntl (play->fd, F_GETFD) < 0 ? GOOD : 1);
  g_assert_cmpint (waitpid (child, &play->status, 0), ==, child);
  return NULL;
}

static int
open_while_another_forks (gpointer data)
{
  Fork *play = data;

  play->fd = open (play->path, O_RDWR | O_CLOEXEC);
  play->forker = g_thread_new ("forks", fork_and_look, play);
  hear (play->about_to_fork[0]);
  return play->fd;
}

/* T-167: a child of another thread never gets a file that is about to be locked, for its copy would
 * keep the lock alive after us. */
static void
test_no_fork_before_the_lock (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "file", NULL);
  Fork play = { .path = path, .status = -1 };
  g_autoptr(Lock) lock = NULL;

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (pipe2 (play.about_to_fork, O_CLOEXEC), ==, 0);
  lock = lock_take (open_while_another_forks, &play);
  g_assert_nonnull (lock);
  g_thread_join (play.forker);
  g_assert_cmpint (play.status, ==, GOOD);
  close (play.about_to_fork[0]);
  close (play.about_to_fork[1]);
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
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autoptr(OutboxEntry) entry = outbox_fixture_take (fixture, id);

  g_assert_cmpint (outbox_fixture_run_child (free_what_was_inherited, entry), ==, GOOD);
  outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_BUSY);
}

/* Takes what it can get and reports each removed message with one byte. */
static int
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
  return 0;
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
    g_free (outbox_fixture_add (fixture, FIXTURE_BODY));
  begin_play (&play);
  for (guint i = 0; i < TAKERS; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        _exit (take_all (&play));
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

/* Sends each message for a while, and files it as failed. */
static int
send_and_file_all (Play *play)
{
  const char *const addresses[] = { "someone@adatum.com", NULL };
  g_auto(GStrv) ids = outbox_list (play->fixture->outbox, OUTBOX_QUEUE, NULL, NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr(OutboxEntry) entry = outbox_take (play->fixture->outbox, ids[i], NULL);
      SendpathReport *report = outbox_entry_get_report (entry);
      Journal *journal = outbox_entry_get_journal (entry);

      journal_note_dot (journal, addresses, "smtp.proseware.com", SENDER_RULE_KEEP, FIXTURE_NOW_US,
                        NULL);
      report_set_recipient (report, addresses[0], REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_FAILED,
                            SENDPATH_VERDICT_CONTENT_REJECTED, NULL);
      if (!journal_note_state (journal, report, FIXTURE_NOW_US, NULL) ||
          !outbox_entry_file (entry, NULL))
        return 1;
    }
  return GOOD;
}

/* Who only looks finds a message wherever it is moved to meanwhile, and never takes one that is on
 * its way for an uncertain one. */
static void
test_watcher_sees_every_state (OutboxFixture *fixture, gconstpointer data)
{
  enum { MESSAGES = 300 };
  g_auto(GStrv) ids = NULL;
  Play play = { .fixture = fixture };
  int status = 1;
  pid_t child;

  for (guint i = 0; i < MESSAGES; i++)
    g_free (outbox_fixture_add (fixture, FIXTURE_BODY));
  ids = outbox_list (fixture->outbox, OUTBOX_QUEUE, NULL, NULL);
  child = fork ();
  if (child == 0)
    {
      g_clear_pointer (&ids, g_strfreev);
      _exit (send_and_file_all (&play));
    }
  for (guint i = 0; i < MESSAGES; i++)
    {
      SendpathRecipientState state;

      do
        {
          g_autoptr(GError) error = NULL;
          g_autoptr(SendpathReport) report = outbox_read_report (fixture->outbox, ids[i], &error);

          g_assert_no_error (error);
          state = sendpath_report_get_state (report, 0);
          g_assert_cmpint (state, !=, SENDPATH_RECIPIENT_UNCERTAIN);
        }
      while (state == SENDPATH_RECIPIENT_QUEUED);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outbox_fixture_add_test ("/outbox-locks/one-taker", test_one_taker, FALSE);
  outbox_fixture_add_test ("/outbox-locks/lock-dies-with-its-process",
                           test_lock_dies_with_its_process, FALSE);
  outbox_fixture_add_test ("/outbox-locks/no-fork-before-the-lock", test_no_fork_before_the_lock,
                           FALSE);
  outbox_fixture_add_test ("/outbox-locks/a-child-does-not-unlock", test_a_child_does_not_unlock,
                           FALSE);
  outbox_fixture_add_test ("/outbox-locks/takers-race-and-each-message-goes-once", test_race, TRUE);
  outbox_fixture_add_test ("/outbox-locks/a-watcher-sees-every-state",
                           test_watcher_sees_every_state, TRUE);
  return g_test_run ();
}
