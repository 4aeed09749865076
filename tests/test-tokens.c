/* Access tokens of the desktop's accounts: which account gives one, and what happens when it does
 * not. */
#include "config.h"

#include <string.h>

#include "profiles/tokens.h"
#include "tests/lib/engine-fixture.h"
#include "tests/lib/fake-online-accounts.h"

#define TOKEN "ya29.canary-5b7d01"
#define LIMIT_MS 20000
#define IMPATIENT_MS 200

#define PATH "/org/gnome/OnlineAccounts/Accounts/"
#define ACCOUNT(attention)                                                                         \
  "'org.gnome.OnlineAccounts.Account': {'ProviderType': <'google'>, 'AttentionNeeded': <" attention  \
  ">}"
#define MAIL(host, user)                                                                           \
  "'org.gnome.OnlineAccounts.Mail': {'EmailAddress': <'terri@proseware.com'>, 'SmtpHost': <'" host \
  "'>, 'SmtpSupported': <true>, 'SmtpUserName': <'" user "'>}"
#define OAUTH2 "'org.gnome.OnlineAccounts.OAuth2Based': {'ClientId': <'sendpath'>}"
#define OBJECT(name, interfaces) "objectpath '" PATH name "': {" interfaces "}"
#define GOOD(name, host)                                                                           \
  OBJECT (name, ACCOUNT ("false") ", " MAIL (host, "terri@proseware.com") ", " OAUTH2)
#define NOTHING "@a{oa{sa{sv}}} {}"

static const SecretQuery query = { .account = "home",
                                   .service = "smtp",
                                   .protocol = "smtp",
                                   .user = "terri@proseware.com",
                                   .server = "smtp.proseware.com",
                                   .port = 587,
                                   .from_desktop = TRUE };

typedef struct {
  const char              *name;
  FakeOnlineAccountsFlags  flags;
  const char              *objects;
  guint                    limit_ms;
  gint                     code;  /* -1: the token */
  const char              *calls; /* that the service got */
  const char              *state;
  gboolean                 was_refused;
} Case;

static const Case cases[] = {
  { "match", FAKE_GOA_WELL, "{" GOOD ("a", "smtp.proseware.com") "}", LIMIT_MS, -1, "list token",
    "keyring" },
  { "match-with-a-port", FAKE_GOA_WELL, "{" GOOD ("a", "SMTP.proseware.com:465") "}", LIMIT_MS, -1,
    "list token", "keyring" },
  { "match-without-user-name", FAKE_GOA_WELL,
    "{" OBJECT ("a", ACCOUNT ("false") ", " MAIL ("smtp.proseware.com", "") ", " OAUTH2) "}", LIMIT_MS,
    -1, "list token", "keyring" },
  { "match-among-others", FAKE_GOA_WELL,
    "{" GOOD ("a", "smtp.adatum.com") ", " GOOD ("b", "smtp.proseware.com") "}", LIMIT_MS, -1,
    "list token", "keyring" },
  { "nothing", FAKE_GOA_WELL, NOTHING, LIMIT_MS, SENDPATH_SECRET_ERROR_NOT_FOUND, "list", "missing" },
  { "R-1-another-server", FAKE_GOA_WELL, "{" GOOD ("a", "smtp.proseware.com.example.org") "}",
    LIMIT_MS, SENDPATH_SECRET_ERROR_NOT_FOUND, "list", "missing" },
  { "R-1-another-user", FAKE_GOA_WELL,
    "{" OBJECT ("a", ACCOUNT ("false") ", " MAIL ("smtp.proseware.com", "other@proseware.com") ", "
                OAUTH2) "}",
    LIMIT_MS, SENDPATH_SECRET_ERROR_NOT_FOUND, "list", "missing" },
  { "an-account-with-a-password", FAKE_GOA_WELL,
    "{" OBJECT ("a", ACCOUNT ("false") ", " MAIL ("smtp.proseware.com", "terri@proseware.com")) "}",
    LIMIT_MS, SENDPATH_SECRET_ERROR_NOT_FOUND, "list", "missing" },
  { "an-account-without-mail", FAKE_GOA_WELL, "{" OBJECT ("a", ACCOUNT ("false") ", " OAUTH2) "}",
    LIMIT_MS, SENDPATH_SECRET_ERROR_NOT_FOUND, "list", "missing" },
  { "properties-of-wrong-types", FAKE_GOA_WELL,
    "{" OBJECT ("a", "'org.gnome.OnlineAccounts.Account': {'AttentionNeeded': <'no'>}, "
                     "'org.gnome.OnlineAccounts.Mail': {'SmtpHost': <7>, 'EmailAddress': <true>}, "
                OAUTH2) "}",
    LIMIT_MS, SENDPATH_SECRET_ERROR_NOT_FOUND, "list", "missing" },
  { "T-133-two-that-match", FAKE_GOA_WELL,
    "{" GOOD ("a", "smtp.proseware.com") ", " GOOD ("b", "smtp.proseware.com") "}", LIMIT_MS,
    SENDPATH_SECRET_ERROR_AMBIGUOUS, "list", "missing" },
  { "its-owner-has-to-sign-in-again", FAKE_GOA_WELL,
    "{" OBJECT ("a", ACCOUNT ("true") ", " MAIL ("smtp.proseware.com", "terri@proseware.com") ", "
                OAUTH2) "}",
    LIMIT_MS, SENDPATH_SECRET_ERROR_LOCKED, "list", "locked" },
  { "R-5-expired-is-renewed-once", FAKE_GOA_EXPIRED, "{" GOOD ("a", "smtp.proseware.com") "}",
    LIMIT_MS, -1, "list token ensure token", "keyring" },
  { "R-5-refused-is-renewed-first", FAKE_GOA_WELL, "{" GOOD ("a", "smtp.proseware.com") "}", LIMIT_MS,
    -1, "list ensure token", "keyring", TRUE },
  { "R-7-what-the-service-says-is-not-told", FAKE_GOA_EXPIRED | FAKE_GOA_NO_RENEWAL,
    "{" GOOD ("a", "smtp.proseware.com") "}", LIMIT_MS, SENDPATH_SECRET_ERROR_UNAVAILABLE,
    "list token ensure", "keyring" },
  { "list-of-a-wrong-type", FAKE_GOA_WRONG_TYPES, NOTHING, LIMIT_MS, SENDPATH_SECRET_ERROR_UNAVAILABLE,
    "list", "missing" },
  { "token-of-a-wrong-type", FAKE_GOA_WRONG_TOKEN, "{" GOOD ("a", "smtp.proseware.com") "}", LIMIT_MS,
    SENDPATH_SECRET_ERROR_UNAVAILABLE, "list token ensure token", "keyring" },
  { "empty-token", FAKE_GOA_EMPTY_TOKEN, "{" GOOD ("a", "smtp.proseware.com") "}", LIMIT_MS,
    SENDPATH_SECRET_ERROR_UNAVAILABLE, "list token ensure token", "keyring" },
  { "silent-service-is-not-waited-for", FAKE_GOA_SILENT, NOTHING, IMPATIENT_MS,
    SENDPATH_SECRET_ERROR_UNAVAILABLE, "list", "missing" },
  { "silent-account-is-not-waited-for", FAKE_GOA_SILENT_TOKEN,
    "{" GOOD ("a", "smtp.proseware.com") "}", IMPATIENT_MS, SENDPATH_SECRET_ERROR_UNAVAILABLE,
    "list token", "keyring" },
};

static void
test_case (gconstpointer data)
{
  const Case *each = data;
  g_autoptr(FakeOnlineAccounts) accounts =
      fake_online_accounts_new (each->flags, each->objects, TOKEN);
  SecretQuery asked = query;
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathSecret) secret = NULL;
  g_autofree char *calls = NULL;

  asked.was_refused = each->was_refused;
  secret = tokens_lookup (&asked, each->limit_ms, NULL, &error);
  calls = fake_online_accounts_steal_calls (accounts);
  if (each->code < 0)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (sendpath_secret_peek (secret), ==, TOKEN);
      g_assert_cmpint (sendpath_secret_get_kind (secret), ==, SECRET_TOKEN);
    }
  else
    {
      g_assert_null (secret);
      g_assert_error (error, SENDPATH_SECRET_ERROR, each->code);
      g_assert_null (strstr (error->message, TOKEN));
    }
  g_assert_cmpstr (calls, ==, each->calls);
  g_assert_cmpstr (tokens_get_state (&query, each->limit_ms, NULL), ==, each->state);
}

static void
assert_nothing (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (secrets_lookup (&query, TRUE, NULL, &error));
  g_assert_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND);
  g_assert_cmpstr (secrets_get_state (&query, NULL), ==, "missing");
}

static void
test_nobody_serves (void)
{
  assert_nothing ();
}

/* T-131: and none is started. */
static void
test_no_bus (void)
{
  g_autofree char *address = g_strdup (g_getenv ("DBUS_SESSION_BUS_ADDRESS"));
  g_autofree char *runtime = g_strdup (g_getenv ("XDG_RUNTIME_DIR"));

  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_unsetenv ("XDG_RUNTIME_DIR");
  assert_nothing ();
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  if (runtime != NULL)
    g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
}

static void
test_cancelled (void)
{
  g_autoptr(FakeOnlineAccounts) accounts = fake_online_accounts_new (FAKE_GOA_SILENT, NOTHING, TOKEN);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (accounts);
  g_cancellable_cancel (cancellable);
  g_assert_null (tokens_lookup (&query, LIMIT_MS, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* ---- logins ---------------------------------------------------------------------------------- */

#define KEYS "allow-cleartext-login = yes\n"
#define OFFERS(mechanisms)                                                                         \
  "S: 220 mail.example.org ESMTP\nC: EHLO *\nS: 250-mail.example.org\nS: 250 AUTH " mechanisms "\n"
/* user=terri@proseware.com, ^A, auth=Bearer TOKEN, ^A^A */
#define RESPONSE "dXNlcj10ZXJyaUBwcm9zZXdhcmUuY29tAWF1dGg9QmVhcmVyIHlhMjkuY2FuYXJ5LTViN2QwMQEB"
#define LOGS_IN "C: AUTH XOAUTH2 " RESPONSE "\nS: 235 2.7.0 welcome\n"
#define REFUSES "C: AUTH XOAUTH2 " RESPONSE "\nS: 535 5.7.8 expired\n"
#define HERE "{" GOOD ("a", "127.0.0.1") "}"

/* neither the token nor a piece of what carries it. */
static void
assert_untold (const EngineFixture *fixture, const SendpathReport *report)
{
  g_autofree char *log = g_build_filename (fixture->dir, "log", NULL);
  g_autofree char *text = NULL;

  g_assert_null (strstr (fixture->trace->str, TOKEN));
  g_assert_null (strstr (fixture->trace->str, "VhcmVy"));
  g_assert_cmpuint (fixture->trace->len, >, 0);
  if (sendpath_report_get_reason (report) != NULL)
    g_assert_null (strstr (sendpath_report_get_reason (report), TOKEN));
  if (g_file_get_contents (log, &text, NULL, NULL))
    {
      g_assert_null (strstr (text, TOKEN));
      g_assert_null (strstr (text, RESPONSE));
    }
}

typedef struct {
  const char              *name;
  const char              *keys;
  FakeOnlineAccountsFlags  flags;
  const char              *objects;
  const char              *dialogue;
  const char              *calls;
  const char              *state;
  SendpathOutcome          outcome;
  const char              *verdict;
} Login;

static const Login logins[] = {
  { "the-account-says-xoauth2", KEYS "auth = xoauth2\n", FAKE_GOA_WELL, HERE,
    OFFERS ("PLAIN LOGIN XOAUTH2") LOGS_IN SERVER_TAKES_MORE, "list token", "keyring",
    SENDPATH_OUTCOME_SENT, "accepted" },
  { "the-server-takes-nothing-else", KEYS, FAKE_GOA_WELL, HERE,
    OFFERS ("XOAUTH2") LOGS_IN SERVER_TAKES_MORE, "list token", "missing", SENDPATH_OUTCOME_SENT,
    "accepted" },
  { "R-5-refused-is-renewed-once", KEYS "auth = xoauth2\n", FAKE_GOA_WELL, HERE,
    OFFERS ("XOAUTH2") REFUSES LOGS_IN SERVER_TAKES_MORE, "list token list ensure token", "keyring",
    SENDPATH_OUTCOME_SENT, "accepted" },
  { "R-4-never-as-a-password", KEYS "auth = xoauth2\n", FAKE_GOA_WELL, HERE,
    OFFERS ("PLAIN LOGIN") "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n", "", "keyring",
    SENDPATH_OUTCOME_QUEUED, "auth-required" },
  { "R-1-not-at-another-server", KEYS "auth = xoauth2\n", FAKE_GOA_WELL,
    "{" GOOD ("a", "smtp.proseware.com") "}",
    OFFERS ("XOAUTH2") "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n", "list list", "missing",
    SENDPATH_OUTCOME_QUEUED, "auth-required" },
  { "R-3-not-without-encryption", "auth = xoauth2\n", FAKE_GOA_WELL, HERE,
    OFFERS ("XOAUTH2") "C: MAIL FROM:*\nS: 530 5.7.0 Authentication required\n", "", "keyring",
    SENDPATH_OUTCOME_QUEUED, "auth-required" },
};

static void
test_login (gconstpointer data)
{
  const Login *login = data;
  g_autoptr(FakeOnlineAccounts) accounts =
      fake_online_accounts_new (login->flags, login->objects, TOKEN);
  g_autoptr(EngineFixture) fixture = engine_fixture_new (login->dialogue, login->keys);
  g_autoptr(SendpathReport) report = NULL;
  g_autofree char *calls = NULL;

  g_assert_cmpstr (sendpath_engine_get_secret_state (fixture->engine, "home"), ==, login->state);
  calls = fake_online_accounts_steal_calls (accounts);
  g_clear_pointer (&calls, g_free);
  g_free (engine_fixture_submit (fixture));
  report = engine_fixture_send (fixture, NULL);
  calls = fake_online_accounts_steal_calls (accounts);
  engine_fixture_assert_outcome (report, login->outcome, login->verdict);
  g_assert_cmpstr (calls, ==, login->calls);
  assert_untold (fixture, report);
}

int
main (int argc, char **argv)
{
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");
  g_autoptr(GTestDBus) bus = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  if (daemon == NULL)
    {
      g_print ("1..0 # SKIP dbus-daemon is missing\n");
      return 0;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tokens/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *path = g_strconcat ("/tokens/login/", logins[i].name, NULL);

      g_test_add_data_func (path, &logins[i], test_login);
    }
  g_test_add_func ("/tokens/a-bus-without-the-service-has-none", test_nobody_serves);
  g_test_add_func ("/tokens/T-131-no-bus-has-none", test_no_bus);
  g_test_add_func ("/tokens/cancelled", test_cancelled);

  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  status = g_test_run ();
  g_test_dbus_down (bus);
  return status;
}
