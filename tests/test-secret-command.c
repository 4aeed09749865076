/* Commands that print a secret: what counts as one, and that none outlives its time. */
#include "config.h"

#include "profiles/secret-command.h"
#include "profiles/secrets.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static SendpathSecret *
run (const char *command_line, GError **error)
{
  return secret_command_run ("secret-command", command_line, SECRET_PASSWORD, 30, NULL, error);
}

static void
assert_prints (const char *command_line, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = run (command_line, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_secret_peek (secret), ==, expected);
}

static void
assert_fails (const char *command_line, SendpathSecretError code, const char *words)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = run (command_line, &error);

  g_assert_error (error, SENDPATH_SECRET_ERROR, (int) code);
  g_assert_null (secret);
  g_assert_true (g_str_has_prefix (error->message, "secret-command: "));
  if (strstr (error->message, words) == NULL)
    g_error ("%s: \"%s\" does not say \"%s\"", command_line, error->message, words);
}

static void
test_output (void)
{
  assert_prints ("printf 'tram-water-7\\n'", "tram-water-7");
  assert_prints ("printf tram-water-7", "tram-water-7");
  assert_prints ("printf ' with blanks '", " with blanks ");
  assert_prints ("sh -c 'printf a; printf b'", "ab");
  /* nothing is expanded: there is no shell */
  assert_prints ("printf %s '$HOME'", "$HOME");
  assert_prints ("printf %s a;b", "a;b");
  assert_prints ("printf '%s' \"two words\"", "two words");
}

static void
test_bad_output (void)
{
  assert_fails ("true", SENDPATH_SECRET_ERROR_BAD, "empty");
  assert_fails ("printf '\\n'", SENDPATH_SECRET_ERROR_BAD, "empty");
  assert_fails ("printf 'one\\ntwo\\n'", SENDPATH_SECRET_ERROR_BAD, "more than one line");
  assert_fails ("printf 'one\\n\\n'", SENDPATH_SECRET_ERROR_BAD, "more than one line");
  assert_fails ("printf 'one\\r\\n'", SENDPATH_SECRET_ERROR_BAD, "more than one line");
  assert_fails ("printf 'a\\000b'", SENDPATH_SECRET_ERROR_BAD, "zero byte");
  assert_fails ("head -c 65538 /dev/zero", SENDPATH_SECRET_ERROR_BAD, "64 KiB");
  assert_fails ("yes", SENDPATH_SECRET_ERROR_BAD, "64 KiB");
}

/* 64 KiB are enough for any token, and are taken whole. */
static void
test_longest (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret =
                 run ("sh -c 'head -c 65536 /dev/zero | tr \"\\\\000\" x; echo'", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sendpath_secret_get_length (secret), ==, 65536);
  assert_fails ("sh -c 'head -c 65537 /dev/zero | tr \"\\\\000\" x'", SENDPATH_SECRET_ERROR_BAD,
                "64 KiB");
}

static void
test_failures (void)
{
  assert_fails ("sh -c 'echo canary-secret; exit 3'", SENDPATH_SECRET_ERROR_COMMAND, "status 3");
  assert_fails ("sh -c 'kill -9 $$'", SENDPATH_SECRET_ERROR_COMMAND, "signal 9");
  assert_fails ("/nonexistent/program", SENDPATH_SECRET_ERROR_COMMAND, "no such program");
  assert_fails ("/etc/passwd", SENDPATH_SECRET_ERROR_COMMAND, "cannot be started");
  assert_fails ("echo 'open", SENDPATH_SECRET_ERROR_COMMAND, "quotes");
}

/* Neither the words of the command nor what it printed get into a message. */
static void
test_silence (void)
{
  static const char *const lines[] = { "sh -c 'echo canary; exit 1'", "canary-program",
                                       "echo 'canary", "printf 'canary\\ncanary'" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SendpathSecret) secret = run (lines[i], &error);

      g_assert_null (secret);
      g_assert_null (strstr (error->message, "canary"));
    }
}

/* Standard input is empty, so that a program that asks there ends; no descriptor of ours is
 * inherited. */
static void
test_surroundings (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = NULL;

  assert_fails ("cat", SENDPATH_SECRET_ERROR_BAD, "empty");
  assert_prints ("readlink /proc/self/fd/0", "/dev/null");
  secret = run (
      "sh -c 'for fd in /proc/self/fd/*; do case ${fd##*/} in [3-9]) readlink $fd; esac; done | "
      "grep -c pipe: ; :'",
      &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_secret_peek (secret), ==, "0");
}

static void
assert_no_children (void)
{
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
}

static void
assert_times_out (const char *command_line)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = NULL;

  secret = secret_command_run ("secret-command", command_line, SECRET_PASSWORD, 1, NULL, &error);
  g_assert_null (secret);
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_COMMAND);
  g_assert_nonnull (strstr (error->message, "in time"));
  assert_no_children ();
}

/* One that hangs, and one that prints, closes its output and hangs. */
static void
test_time_limit (void)
{
  assert_times_out ("sleep 600");
  assert_times_out ("sh -c 'echo early; exec sleep 600 >/dev/null'");
}

static void
test_no_zombies (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = NULL;

  assert_prints ("echo x", "x");
  assert_no_children ();
  secret = run ("yes", &error);
  g_assert_null (secret);
  assert_no_children ();
}

static guint
count_descriptors (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  guint count = 0;

  while (readdir (dir) != NULL)
    count++;
  closedir (dir);
  return count;
}

static void
test_no_leaked_descriptors (void)
{
  guint before = count_descriptors ();

  for (guint i = 0; i < 20; i++)
    {
      assert_prints ("echo x", "x");
      assert_fails ("false", SENDPATH_SECRET_ERROR_COMMAND, "status 1");
      assert_fails ("/nonexistent/program", SENDPATH_SECRET_ERROR_COMMAND, "no such program");
    }
  g_assert_cmpuint (count_descriptors (), ==, before);
}

static gpointer
cancel_it (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = NULL;
  GThread *canceller = g_thread_new ("canceller", cancel_it, cancellable);

  secret =
      secret_command_run ("secret-command", "sleep 600", SECRET_PASSWORD, 600, cancellable, &error);
  g_thread_join (canceller);
  g_assert_null (secret);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_no_children ();
}

/* A token goes before a password, and both before the keyring, which is not asked. */
static void
test_order (void)
{
  SecretQuery query = { .account = "home", .service = "smtp", .user = "terri",
                        .server = "smtp.proseware.com", .protocol = "smtp",
                        .secret_command = "echo a-password", .token_command = "echo a-token" };
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) token = secrets_lookup (&query, FALSE, NULL, &error);
  g_autoptr(SendpathSecret) password = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_secret_peek (token), ==, "a-token");
  g_assert_cmpint (sendpath_secret_get_kind (token), ==, SECRET_TOKEN);

  query.token_command = NULL;
  password = secrets_lookup (&query, FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_secret_peek (password), ==, "a-password");
  g_assert_cmpint (sendpath_secret_get_kind (password), ==, SECRET_PASSWORD);

  query.secret_command = "false";
  g_clear_pointer (&password, sendpath_secret_unref);
  password = secrets_lookup (&query, FALSE, NULL, &error);
  g_assert_null (password);
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_COMMAND);
  g_assert_cmpstr (error->message, ==, "home: secret-command: it ended with status 1");
}

/* Who started us may have left SIGCHLD ignored; a library does not change that. */
static void
test_children_are_ignored (void)
{
  if (g_test_subprocess ())
    {
      signal (SIGCHLD, SIG_IGN);
      assert_prints ("printf 'tram-water-7\n'", "tram-water-7");
      assert_fails ("false", SENDPATH_SECRET_ERROR_BAD, "empty");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-command/output-without-line-feed-is-the-secret", test_output);
  g_test_add_func ("/secret-command/what-no-login-can-carry-is-refused", test_bad_output);
  g_test_add_func ("/secret-command/64-KiB-are-taken-whole", test_longest);
  g_test_add_func ("/secret-command/failure-is-told-whatever-was-printed", test_failures);
  g_test_add_func ("/secret-command/messages-repeat-nothing", test_silence);
  g_test_add_func ("/secret-command/input-is-empty-and-nothing-is-inherited", test_surroundings);
  g_test_add_func ("/secret-command/time-is-limited", test_time_limit);
  g_test_add_func ("/secret-command/ignored-children-are-no-failure", test_children_are_ignored);
  g_test_add_func ("/secret-command/no-zombies", test_no_zombies);
  g_test_add_func ("/secret-command/no-descriptor-is-left-open", test_no_leaked_descriptors);
  g_test_add_func ("/secret-command/cancel-ends-it", test_cancel);
  g_test_add_func ("/secret-command/token-before-password-before-keyring", test_order);
  return g_test_run ();
}
