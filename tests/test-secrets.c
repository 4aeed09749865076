/* Secrets from the real gnome-keyring: what is found, what is never used, and how it fails.
 *
 * Every case runs in a keyring of its own: this program starts itself again inside
 * tests/lib/keyring. */
#include "config.h"

#include "profiles/secrets.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <libsecret/secret.h>

#define NO_PORT 0

static const SecretQuery home = {
  .account = "home",
  .service = "smtp",
  .user = "terri",
  .server = "smtp.proseware.com",
  .protocol = "smtp",
};

/* ---- helpers --------------------------------------------------------------------------------- */

static SecretService *
get_service (void)
{
  g_autoptr(GError) error = NULL;
  SecretService *service = secret_service_get_sync (SECRET_SERVICE_NONE, NULL, &error);

  g_assert_no_error (error);
  /* a case may end the bus */
  g_dbus_connection_set_exit_on_close (g_dbus_proxy_get_connection (G_DBUS_PROXY (service)), FALSE);
  return service;
}

/* Stores an item as another program would: @attributes are pairs of name and value. */
static void
put_item (const char *bytes, gsize length, const char *const *attributes)
{
  g_autoptr(SecretService) service = get_service ();
  g_autoptr(SecretValue) value = secret_value_new (bytes, length, "text/plain");
  g_autoptr(GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; attributes[i] != NULL; i += 2)
    g_hash_table_insert (table, (char *) attributes[i], (char *) attributes[i + 1]);
  secret_service_store_sync (service, NULL, table, SECRET_COLLECTION_DEFAULT, "by another program",
                             value, NULL, &error);
  g_assert_no_error (error);
}

static void
put_text (const char *text, const char *const *attributes)
{
  put_item (text, strlen (text), attributes);
}

#define ATTRIBUTES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
store (SecretQuery query, guint16 port, const char *text)
{
  g_autoptr(SendpathSecret) secret = sendpath_secret_new (text, strlen (text), SECRET_PASSWORD);
  g_autoptr(GError) error = NULL;

  query.port = port;
  secrets_store (&query, secret, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_found (SecretQuery query, guint16 port, const char *text)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(GError) error = NULL;

  query.port = port;
  secret = secrets_lookup (&query, FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sendpath_secret_peek (secret), ==, text);
  g_assert_cmpuint (sendpath_secret_get_length (secret), ==, strlen (text));
  g_assert_cmpint (sendpath_secret_get_kind (secret), ==, SECRET_PASSWORD);
}

static void
assert_fails (SecretQuery query, guint16 port, SendpathSecretError code)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(GError) error = NULL;

  query.port = port;
  secret = secrets_lookup (&query, FALSE, NULL, &error);
  g_assert_error (error, SENDPATH_SECRET_ERROR, (int) code);
  g_assert_null (secret);
}

static void
lock_keyring (void)
{
  g_autoptr(SecretService) service = get_service ();
  g_autoptr(SecretCollection) collection = NULL;
  g_autoptr(GError) error = NULL;
  GList objects = { NULL, NULL, NULL };

  collection = secret_collection_for_alias_sync (service, SECRET_COLLECTION_DEFAULT,
                                                 SECRET_COLLECTION_NONE, NULL, &error);
  g_assert_no_error (error);
  objects.data = collection;
  g_assert_cmpint (secret_service_lock_sync (service, &objects, NULL, NULL, &error), ==, 1);
  g_assert_no_error (error);
}

static void
signal_process (const char *variable, int number)
{
  g_assert_cmpint (kill (g_ascii_strtoll (g_getenv (variable), NULL, 10), number), ==, 0);
}

static double
seconds_since (gint64 start_us)
{
  return (g_get_monotonic_time () - start_us) / (double) G_TIME_SPAN_SECOND;
}

/* ---- our own items --------------------------------------------------------------------------- */

static void
test_own_item (void)
{
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
  store (home, 587, "tram-water-7");
  assert_found (home, 587, "tram-water-7");
  assert_found (home, NO_PORT, "tram-water-7");
  assert_found (home, 465, "tram-water-7"); /* only the port may vary */
  store (home, 587, "gårdsplass 8");
  assert_found (home, 587, "gårdsplass 8");
}

static void
test_label_and_attributes (void)
{
  g_autoptr(SecretService) service = get_service ();
  g_autoptr(GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) attributes = NULL;
  g_autofree char *label = NULL;
  g_autolist(SecretItem) items = NULL;

  store (home, 587, "tram-water-7");
  g_hash_table_insert (wanted, (char *) "xdg:schema", (char *) "org.sendpath.Password");
  items = secret_service_search_sync (service, NULL, wanted, SECRET_SEARCH_ALL, NULL, NULL);
  g_assert_cmpuint (g_list_length (items), ==, 1);
  label = secret_item_get_label (items->data);
  g_assert_cmpstr (label, ==, "sendpath: password of home for smtp.proseware.com");
  attributes = secret_item_get_attributes (items->data);
  g_assert_cmpstr (g_hash_table_lookup (attributes, "account"), ==, "home");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "service"), ==, "smtp");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "user"), ==, "terri");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "server"), ==, "smtp.proseware.com");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "protocol"), ==, "smtp");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "port"), ==, "587");
}

static void
test_no_port_replaces (void)
{
  store (home, 465, "old-465");
  store (home, 587, "old-587");
  store (home, NO_PORT, "new");
  assert_found (home, 465, "new");
  assert_found (home, 587, "new");
}

static void
test_clear (void)
{
  const char *const foreign[] = { "server", "smtp.proseware.com", "user",
                                  "terri",  "protocol",           "smtp",
                                  NULL };
  g_autoptr(GError) error = NULL;

  put_text ("not ours", foreign);
  store (home, 465, "a");
  store (home, 587, "b");
  g_assert_true (secrets_clear (&home, NULL, &error));
  g_assert_no_error (error);
  assert_found (home, NO_PORT, "not ours");
  g_assert_false (secrets_clear (&home, NULL, &error));
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND);
}

static void
test_state (void)
{
  SecretQuery by_command = home;

  by_command.secret_command = "false";
  g_assert_cmpstr (secrets_get_state (&by_command, NULL), ==, "command");
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "missing");
  store (home, NO_PORT, "x");
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "keyring");
  lock_keyring ();
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "locked");
}

/* ---- what other programs stored -------------------------------------------------------------- */

static void
test_secret_tool (void)
{
  g_autofree char *tool = g_find_program_in_path ("secret-tool");
  const char *argv[] = { tool,   "store", "--label=mail", "server", "smtp.proseware.com",
                         "user", "terri", "protocol",     "smtp",   NULL };
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;

  if (tool == NULL)
    {
      g_test_skip ("secret-tool is missing");
      return;
    }
  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, "by hand", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_found (home, 587, "by hand");
}

static void
test_network_password (void)
{
  put_text ("of a mail client",
            ATTRIBUTES ("xdg:schema", "org.gnome.keyring.NetworkPassword", "user", "terri",
                        "server", "smtp.proseware.com", "protocol", "smtp", "port", "587"));
  assert_found (home, 587, "of a mail client");
  assert_found (home, 465, "of a mail client");
}

static void
test_msmtp (void)
{
  SecretQuery pop = home;

  put_text ("of msmtp", ATTRIBUTES ("xdg:schema", "de.marlam.msmtp.password", "host",
                                    "smtp.proseware.com", "service", "smtp", "user", "terri"));
  assert_found (home, 587, "of msmtp");
  pop.service = "pop";
  pop.protocol = "pop3";
  assert_fails (pop, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
}

static void
test_geary (void)
{
  put_text ("of Geary", ATTRIBUTES ("xdg:schema", "org.gnome.Geary", "login", "terri", "host",
                                    "smtp.proseware.com", "proto", "SMTP"));
  assert_found (home, 587, "of Geary");
}

static void
test_own_first (void)
{
  put_text ("theirs", ATTRIBUTES ("user", "terri", "server", "smtp.proseware.com", "protocol",
                                  "smtp", "port", "587"));
  store (home, NO_PORT, "ours");
  assert_found (home, 587, "ours");
}

/* ---- what is never used ---------------------------------------------------------------------- */

/* R-1, T-155: another account, server, user, service or protocol is another credential. */
static void
test_bound (void)
{
  SecretQuery other;

  store (home, NO_PORT, "of home");
  other = home;
  other.account = "office";
  assert_fails (other, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
  other = home;
  other.server = "smtp.adatum.com";
  assert_fails (other, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
  other = home;
  other.user = "Terri";
  assert_fails (other, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
  other = home;
  other.server = "pop.proseware.com";
  other.service = "pop";
  other.protocol = "pop3";
  assert_fails (other, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
}

/* a location's relay gets what was stored for it, and nothing else. */
static void
test_location (void)
{
  SecretQuery relay = home;

  relay.account = "location:work";
  put_text ("of a client",
            ATTRIBUTES ("user", "terri", "server", "smtp.proseware.com", "protocol", "smtp"));
  store (home, NO_PORT, "of home");
  assert_fails (relay, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
  store (relay, NO_PORT, "of the relay");
  assert_found (relay, NO_PORT, "of the relay");
  assert_found (home, NO_PORT, "of home");
}

/* T-133: the exact one or an error, never the first of many. */
static void
test_several (void)
{
  put_text ("587", ATTRIBUTES ("user", "terri", "server", "smtp.proseware.com", "protocol", "smtp",
                               "port", "587"));
  put_text ("465", ATTRIBUTES ("user", "terri", "server", "smtp.proseware.com", "protocol", "smtp",
                               "port", "465"));
  assert_found (home, 587, "587");
  assert_found (home, 465, "465");
  assert_fails (home, 25, SENDPATH_SECRET_ERROR_AMBIGUOUS);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_AMBIGUOUS);
}

/* T-134: nothing that a login could not carry in one line. */
static void
test_bad_secrets (void)
{
  const char *const attributes[] = { "server", "smtp.proseware.com", "user",
                                     "terri",  "protocol",           "smtp",
                                     NULL };
  g_autofree char *huge = g_strnfill (1024 * 1024, 'x');
  g_autofree char *long_one = g_strnfill (SECRET_LENGTH_MAX, 'x');

  put_item (huge, 1024 * 1024, attributes);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_BAD);
  put_text ("one\r\ntwo", attributes);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_BAD);
  put_text ("one\n", attributes);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_BAD);
  put_item ("a\0b", 3, attributes);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_BAD);
  put_item ("", 0, attributes);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_BAD);
  put_text (long_one, attributes);
  assert_found (home, NO_PORT, long_one);
}

static void
test_bad_secrets_are_not_stored (void)
{
  g_autoptr(SendpathSecret) secret = sendpath_secret_new ("a\nb", 3, SECRET_PASSWORD);
  g_autoptr(GError) error = NULL;

  g_assert_false (secrets_store (&home, secret, NULL, &error));
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_BAD);
  g_assert_null (strstr (error->message, "a\nb"));
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_NOT_FOUND);
}

/* ---- how it fails ---------------------------------------------------------------------------- */

/* T-130 */
static void
test_locked (void)
{
  gint64 start_us;
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(GError) error = NULL;

  store (home, NO_PORT, "tram-water-7");
  lock_keyring ();
  start_us = g_get_monotonic_time ();
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_LOCKED);
  g_assert_cmpfloat (seconds_since (start_us), <, 2);

  /* nobody can be asked here: the prompt ends by itself */
  secret = secrets_lookup (&home, TRUE, NULL, &error);
  g_assert_null (secret);
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED);
}

static void
test_locked_store (void)
{
  g_autoptr(SendpathSecret) secret = sendpath_secret_new ("new", 3, SECRET_PASSWORD);
  g_autoptr(GError) error = NULL;

  store (home, NO_PORT, "tram-water-7");
  lock_keyring ();
  g_assert_false (secrets_store (&home, secret, NULL, &error));
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_false (secrets_clear (&home, NULL, &error));
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED);
}

static void
test_locked_and_unknown (void)
{
  lock_keyring ();
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_LOCKED);
}

/* T-134: a daemon that does not answer. */
static void
test_silent (void)
{
  gint64 start_us;

  store (home, NO_PORT, "tram-water-7");
  signal_process ("KEYRING_PID", SIGSTOP);
  start_us = g_get_monotonic_time ();
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
  g_assert_cmpfloat (seconds_since (start_us), <, 3);
}

static gpointer
kill_keyring (gpointer data)
{
  signal_process ("KEYRING_PID", SIGKILL);
  return NULL;
}

/* T-134: a daemon that dies while it is asked; stopped, it cannot have answered before. */
static void
test_dies (void)
{
  GThread *killer;

  store (home, NO_PORT, "tram-water-7");
  signal_process ("KEYRING_PID", SIGSTOP);
  killer = g_thread_new ("killer", kill_keyring, NULL);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
  g_thread_join (killer);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
}

/* The process must survive its bus. */
static void
test_bus_dies (void)
{
  store (home, NO_PORT, "tram-water-7");
  assert_found (home, NO_PORT, "tram-water-7");
  signal_process ("BUS_PID", SIGKILL);
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "missing");
}

static gpointer
cancel_it (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(GError) error = NULL;
  GThread *canceller;

  signal_process ("KEYRING_PID", SIGSTOP);
  canceller = g_thread_new ("canceller", cancel_it, cancellable);
  secret = secrets_lookup (&home, FALSE, cancellable, &error);
  g_thread_join (canceller);
  g_assert_null (secret);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* T-131: no bus, and none is started. */
static void
test_no_bus (void)
{
  static const char *const addresses[] = { "",
                                           "autolaunch:",
                                           "autolaunch:;unix:path=/nonexistent/bus",
                                           "unix:path=/nonexistent/bus",
                                           "tcp:host=127.0.0.1,port=1",
                                           "rubbish" };
  gint64 start_us = g_get_monotonic_time ();

  g_setenv ("XDG_RUNTIME_DIR", "/nonexistent", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", addresses[i], TRUE);
      assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
    }
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
  g_unsetenv ("XDG_RUNTIME_DIR");
  assert_fails (home, NO_PORT, SENDPATH_SECRET_ERROR_UNAVAILABLE);
  g_assert_cmpstr (secrets_get_state (&home, NULL), ==, "missing");
  g_assert_cmpfloat (seconds_since (start_us), <, 1);
}

/* The bus that systemd starts is found without its variable. */
static void
test_bus_of_runtime_dir (void)
{
  store (home, NO_PORT, "tram-water-7");
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  assert_found (home, NO_PORT, "tram-water-7");
}

/* ---- the cases, outside and inside ----------------------------------------------------------- */

static const struct {
  const char *path;
  void (*test) (void);
} cases[] = {
  { "/secrets/own-item-comes-back-whatever-the-port", test_own_item },
  { "/secrets/own-item-has-our-schema-and-a-label-for-people", test_label_and_attributes },
  { "/secrets/stored-without-port-takes-the-place-of-those-with-one", test_no_port_replaces },
  { "/secrets/clear-removes-ours-and-only-ours", test_clear },
  { "/secrets/state-tells-keyring-command-missing-locked", test_state },
  { "/secrets/what-secret-tool-stored-is-found", test_secret_tool },
  { "/secrets/network-password-items-are-found", test_network_password },
  { "/secrets/msmtp-items-are-found", test_msmtp },
  { "/secrets/geary-items-are-found", test_geary },
  { "/secrets/own-items-come-first", test_own_first },
  { "/secrets/a-credential-is-bound-to-account-service-server-user", test_bound },
  { "/secrets/a-location-never-gets-what-others-stored", test_location },
  { "/secrets/T-133-the-exact-one-of-several-or-an-error", test_several },
  { "/secrets/T-134-bad-secrets-are-errors", test_bad_secrets },
  { "/secrets/T-134-bad-secrets-are-not-stored", test_bad_secrets_are_not_stored },
  { "/secrets/T-130-locked-is-told-at-once", test_locked },
  { "/secrets/locked-takes-and-gives-up-nothing", test_locked_store },
  { "/secrets/T-130-locked-and-nothing-known-is-locked", test_locked_and_unknown },
  { "/secrets/T-134-silent-daemon-is-unavailable", test_silent },
  { "/secrets/T-134-dying-daemon-is-unavailable", test_dies },
  { "/secrets/the-process-survives-its-bus", test_bus_dies },
  { "/secrets/cancel-ends-the-look-up", test_cancelled },
  { "/secrets/T-131-no-bus-is-told-at-once", test_no_bus },
  { "/secrets/the-bus-of-the-runtime-dir-is-found", test_bus_of_runtime_dir },
};

static char *self_path;

static void
run_inside (gconstpointer path)
{
  g_autofree char *keyring = g_test_build_filename (G_TEST_DIST, "lib", "keyring", NULL);
  const char *argv[] = { keyring, self_path, "-p", path, NULL };
  g_autoptr(GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "SENDPATH_TEST_INSIDE", "1", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  if (g_subprocess_get_exit_status (process) == 77)
    g_test_skip ("dbus-daemon, gnome-keyring-daemon or gdbus is missing");
  else
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

int
main (int argc, char **argv)
{
  gboolean is_inside = g_getenv ("SENDPATH_TEST_INSIDE") != NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (is_inside)
      g_test_add_func (cases[i].path, cases[i].test);
    else
      g_test_add_data_func (cases[i].path, cases[i].path, run_inside);
  status = g_test_run ();
  g_free (self_path);
  return status;
}
