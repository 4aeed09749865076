/* POP3 logins: when a secret is said, and what the answers mean. */
#include "config.h"

#include <string.h>

#include "sendpath/wire/pop-login.h"
#include "tests/lib/fake-resolver.h"
#include "tests/lib/scripted-server.h"
#include "tests/lib/silent-port.h"

#define HOST   "pop.example.org"
#define CANARY "canary-7d2f-of-this-test"

static TestCerts *certs;

static const FakeHost hosts[] = { { HOST, "127.0.0.1" }, { NULL, NULL } };

/* One login, and all that anybody could see of it. */
typedef struct {
  GPtrArray      *endpoints;
  GResolver      *resolver;
  GString        *lines;
  Trace           trace;
  SendpathSecret *secret; /* NULL: there is none */
  guint           n_asked;
  PopLoginOptions options;
} Caller;

static void
add_line (const char *line, gpointer data)
{
  g_string_append_printf (data, "%s\n", line);
}

static SendpathSecret *
get_secret (gpointer data, GError **error)
{
  Caller *caller = data;

  caller->n_asked++;
  if (caller->secret != NULL)
    return sendpath_secret_ref (caller->secret);
  g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND, "none here");
  return NULL;
}

static void
caller_init (Caller *caller, const char *secret, SecretKind kind)
{
  caller->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  caller->resolver = fake_resolver_new (hosts);
  caller->lines = g_string_new (NULL);
  caller->trace = (Trace){ add_line, caller->lines };
  caller->secret = secret != NULL ? sendpath_secret_new (secret, strlen (secret), kind) : NULL;
  caller->options = (PopLoginOptions){ .user = "terri",
                                       .trace = &caller->trace,
                                       .patience_s = 2,
                                       .resolver = caller->resolver,
                                       .get_secret = get_secret,
                                       .data = caller };
}

static void
caller_clear (Caller *caller)
{
  g_ptr_array_unref (caller->endpoints);
  g_object_unref (caller->resolver);
  g_string_free (caller->lines, TRUE);
  g_clear_pointer (&caller->secret, sendpath_secret_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Caller, caller_clear)

static void
enter (Caller *caller, guint16 port, SendpathSecurity security)
{
  g_ptr_array_add (caller->endpoints, sendpath_endpoint_new (HOST, port, security));
}

static ScriptedServer *
play (const char *dialogue)
{
  ScriptedServer *server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);

  scripted_server_set_certs (server, certs);
  return server;
}

/* T-049: nothing of the secret is in the trace, or in the result. */
static void
assert_no_canary (const Caller *caller, const Runner *result)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) CANARY, strlen (CANARY));

  base64[12] = '\0';
  g_assert_null (strstr (caller->lines->str, CANARY));
  g_assert_null (strstr (caller->lines->str, base64));
  g_assert_null (strstr (sendpath_reply_get_text (result->greeting), CANARY));
}

/* ---- whole dialogues ------------------------------------------------------------------------- */

#define CAPA "C: CAPA\nS: +OK\nS: USER\nS: UIDL\nS: .\n"
#define PASS "C: USER terri\nS: +OK\nC: PASS " CANARY "\n"
#define SASL "C: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN XOAUTH2 oauthbearer\nS: .\n"
#define QUIT "C: QUIT\nS: +OK bye\n"

/* What is expected: text of the reply, fault, and how often the secret is asked for. */
static const struct {
  const char      *name;
  SendpathSecurity security;
  const char      *dialogue;
  const char      *text; /* GLOB */
  SendpathFault    fault;
  guint            n_asked;
} cases[] = {
  { "tls", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello <1@x>\n" CAPA PASS "S: +OK 3 messages\n" QUIT,
    "+OK 3 messages", SENDPATH_FAULT_NONE, 1 },
  { "stls", SENDPATH_SECURITY_STARTTLS,
    "S: +OK hello\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK go\n!tls good\n" CAPA PASS
    "S: +OK\n" QUIT,
    "+OK", SENDPATH_FAULT_NONE, 1 },
  { "no-capa", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\nC: CAPA\nS: -ERR what\n" PASS "S: +OK\n" QUIT,
    "+OK", SENDPATH_FAULT_NONE, 1 },
  { "wrong-password", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\n" CAPA PASS "S: -ERR [AUTH] Authentication failed.\n" QUIT,
    "-ERR [AUTH] Authentication failed.", SENDPATH_FAULT_NONE, 1 },
  { "in-use", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\n" CAPA PASS "S: -ERR [IN-USE] locked\n" QUIT,
    "-ERR *IN-USE*", SENDPATH_FAULT_NONE, 1 },
  { "login-delay", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\n" CAPA PASS "S: -ERR [LOGIN-DELAY] later\n" QUIT,
    "-ERR *LOGIN-DELAY*", SENDPATH_FAULT_NONE, 1 },
  { "user-refused", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\n" CAPA "C: USER terri\nS: -ERR [SYS/TEMP] sorry\n" QUIT,
    "-ERR *SYS/TEMP*", SENDPATH_FAULT_NONE, 1 },
  { "nearly-ok", SENDPATH_SECURITY_TLS, /* exactly +OK */
    "!tls good\nS: +OK hello\n" CAPA PASS "S: +OKAY\n" QUIT,
    "*", SENDPATH_FAULT_PROTOCOL, 1 },
  { "not-a-pop-server", SENDPATH_SECURITY_NONE, "S: 220 smtp.example.org ESMTP\n!wait\n",
    "*", SENDPATH_FAULT_PROTOCOL, 0 },
  { "greeting-refuses", SENDPATH_SECURITY_TLS, "!tls good\nS: -ERR [SYS/TEMP] no\n" QUIT,
    "-ERR *", SENDPATH_FAULT_NONE, 0 },
  { "stls-missing", SENDPATH_SECURITY_STARTTLS, /* T-053 */
    "S: +OK hello\n" CAPA QUIT, "*does not offer TLS", SENDPATH_FAULT_TLS_MISSING, 0 },
  { "stls-without-capa", SENDPATH_SECURITY_STARTTLS,
    "S: +OK hello\nC: CAPA\nS: -ERR what\n" QUIT, "*", SENDPATH_FAULT_TLS_MISSING, 0 },
  { "stls-refused", SENDPATH_SECURITY_STARTTLS,
    "S: +OK hello\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: -ERR no\n" QUIT,
    "-ERR no", SENDPATH_FAULT_NONE, 0 },
  { "stls-injection", SENDPATH_SECURITY_STARTTLS, /* */
    "S: +OK hello\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\n"
    "S+: +OK go\\r\\n+OK injected\\r\\n\n!wait\n",
    "*", SENDPATH_FAULT_TLS, 0 },
  { "stls-bad-certificate", SENDPATH_SECURITY_STARTTLS,
    "S: +OK hello\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK go\n!tls other\n",
    "*another name*", SENDPATH_FAULT_TLS, 0 },
  { "plain-is-not-allowed", SENDPATH_SECURITY_NONE, "S: +OK hello\n" CAPA QUIT,
    "*allow-cleartext-login*", SENDPATH_FAULT_TLS_MISSING, 0 },
  { "cut-before-the-answer", SENDPATH_SECURITY_TLS, "!tls good\nS: +OK hello\n" CAPA PASS "!cut\n",
    "*", SENDPATH_FAULT_LINK_LOST, 1 },
  { "half-an-answer", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\n" CAPA PASS "S+: +OK\n!cut\n",
    "*", SENDPATH_FAULT_LINK_LOST, 1 },
  { "token", SENDPATH_SECURITY_TLS,
    "!tls good\nS: +OK hello\n" SASL "C: AUTH OAUTHBEARER\nS: + \nC: *\nS: +OK in\n" QUIT,
    "+OK in", SENDPATH_FAULT_NONE, 1 },
  { "token-refused", SENDPATH_SECURITY_TLS, /* RFC 7628 3.2.3 */
    "!tls good\nS: +OK hello\n" SASL "C: AUTH OAUTHBEARER\nS: +\nC: *\n"
    "S: + eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\nC: AQ==\nS: -ERR [AUTH] no\n" QUIT,
    "-ERR [AUTH] no", SENDPATH_FAULT_NONE, 1 },
  { "token-asked-for-again", SENDPATH_SECURITY_TLS, /* T-025 */
    "!tls good\nS: +OK hello\n" SASL "C: AUTH OAUTHBEARER\nS: +\nC: *\nS: +\nC: AQ==\nS: +\n"
    "C: *\nS: -ERR broken off\n" QUIT,
    "*", SENDPATH_FAULT_PROTOCOL, 1 },
  { "token-not-taken", SENDPATH_SECURITY_TLS, /* T-137 */
    "!tls good\nS: +OK hello\nC: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN\nS: .\n" QUIT,
    "*", SENDPATH_FAULT_NO_MECHANISM, 1 },
  { "endless-capabilities", SENDPATH_SECURITY_NONE,
    "S: +OK hello\nC: CAPA\nS: +OK\n!flood 100000000 X\\r\\n\n",
    "*", SENDPATH_FAULT_PROTOCOL, 0 },
};

static void
test_dialogue (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) server = play (cases[i].dialogue);
  g_autoptr(Runner) result = NULL;
  const char *text;

  caller_init (&caller, CANARY,
               g_str_has_prefix (cases[i].name, "token") ? SECRET_TOKEN : SECRET_PASSWORD);
  enter (&caller, scripted_server_get_port (server), cases[i].security);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  text = sendpath_reply_get_text (result->greeting);
  g_test_message ("%s\n%s", text, caller.lines->str);
  g_assert_cmpint (sendpath_reply_get_fault (result->greeting), ==, cases[i].fault);
  g_assert_true (g_pattern_match_simple (cases[i].text, text));
  g_assert_cmpuint (caller.n_asked, ==, cases[i].n_asked);
  g_assert_cmpint (result->phase, ==, SENDPATH_PHASE_POP);
  g_assert_cmpstr (result->ip, ==, "127.0.0.1");
  g_assert_null (result->stream);
  g_assert_true (pop_login_succeeded (result) == g_str_has_prefix (text, "+OK"));
  assert_no_canary (&caller, result);
  scripted_server_assert_played (server);
  g_assert_true (scripted_server_has_received (server, CANARY)
                 == (strstr (cases[i].dialogue, CANARY) != NULL
                     || strstr (cases[i].dialogue, "C: *") != NULL));
}

/* ---- endpoints ------------------------------------------------------------------------------- */

/* T-053 */
static void
test_tls_port_closed (void)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: +OK hello\n" CAPA QUIT);
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, CANARY, SECRET_PASSWORD);
  enter (&caller, silent_port_find_closed (), SENDPATH_SECURITY_TLS);
  enter (&caller, scripted_server_get_port (server), SENDPATH_SECURITY_STARTTLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_false (pop_login_succeeded (result));
  g_assert_cmpint (sendpath_reply_get_fault (result->greeting), ==, SENDPATH_FAULT_TLS_MISSING);
  g_assert_cmpuint (caller.n_asked, ==, 0);
  scripted_server_assert_played (server);
  g_assert_false (scripted_server_has_received (server, "USER"));
}

/* Before the secret is said, the next endpoint is as good. */
static void
test_next_endpoint (void)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) bad = play ("S: +OK hello\n" CAPA QUIT);
  g_autoptr(ScriptedServer) good = play ("!tls good\nS: +OK hello\n" CAPA PASS "S: +OK\n" QUIT);
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, CANARY, SECRET_PASSWORD);
  enter (&caller, scripted_server_get_port (bad), SENDPATH_SECURITY_STARTTLS);
  enter (&caller, scripted_server_get_port (good), SENDPATH_SECURITY_TLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_true (pop_login_succeeded (result));
  g_assert_cmpuint (sendpath_endpoint_get_port (result->endpoint), ==,
                    scripted_server_get_port (good));
  scripted_server_assert_played (bad);
  scripted_server_assert_played (good);
}

/* After a refusal there is no other try: accounts are locked by those. */
static void
test_one_try (void)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) first
      = play ("!tls good\nS: +OK hello\n" CAPA PASS "S: -ERR no\n" QUIT);
  g_autoptr(ScriptedServer) second = play ("");
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, CANARY, SECRET_PASSWORD);
  enter (&caller, scripted_server_get_port (first), SENDPATH_SECURITY_TLS);
  enter (&caller, scripted_server_get_port (second), SENDPATH_SECURITY_TLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_false (pop_login_succeeded (result));
  scripted_server_assert_played (first);
  scripted_server_assert_played (second);
  g_assert_cmpuint (scripted_server_count_connections (second), ==, 0);
}

static void
test_unreachable (void)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, CANARY, SECRET_PASSWORD);
  enter (&caller, silent_port_find_closed (), SENDPATH_SECURITY_TLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_false (pop_login_succeeded (result));
  g_assert_cmpint (result->phase, ==, SENDPATH_PHASE_CONNECT);
  g_assert_cmpint (sendpath_reply_get_fault (result->greeting), ==, SENDPATH_FAULT_UNREACHABLE);
}

/* ---- secrets --------------------------------------------------------------------------------- */

static void
test_cleartext (void)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: +OK hello\n" CAPA PASS "S: +OK\n" QUIT);
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, CANARY, SECRET_PASSWORD);
  caller.options.allow_cleartext = TRUE;
  enter (&caller, scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_true (pop_login_succeeded (result));
  assert_no_canary (&caller, result);
  scripted_server_assert_played (server);
}

static void
test_no_secret (void)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls good\nS: +OK hello\n" CAPA QUIT);
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, NULL, SECRET_PASSWORD);
  enter (&caller, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_cmpint (sendpath_reply_get_fault (result->greeting), ==, SENDPATH_FAULT_NO_CREDENTIAL);
  g_assert_cmpstr (sendpath_reply_get_text (result->greeting), ==, "none here");
  scripted_server_assert_played (server);
}

/* T-134, T-135: never split, never cut. */
static void
test_unsendable (gconstpointer data)
{
  g_auto(Caller) caller = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls good\nS: +OK hello\n" CAPA QUIT);
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, data, SECRET_PASSWORD);
  enter (&caller, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_cmpint (sendpath_reply_get_fault (result->greeting), ==, SENDPATH_FAULT_NO_CREDENTIAL);
  assert_no_canary (&caller, result);
  scripted_server_assert_played (server);
  g_assert_false (scripted_server_has_received (server, "USER"));
}

static void
test_longest (void)
{
  g_auto(Caller) caller = { 0 };
  g_autofree char *secret = g_strnfill (504, 'x');
  g_autofree char *dialogue = g_strdup_printf (
      "!tls good\nS: +OK hello\n" CAPA "C: USER terri\nS: +OK\nC: PASS %s\nS: +OK\n" QUIT,
      secret);
  g_autoptr(ScriptedServer) server = play (dialogue);
  g_autoptr(Runner) result = NULL;

  caller_init (&caller, secret, SECRET_PASSWORD);
  enter (&caller, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  result = pop_login_run (caller.endpoints, &caller.options, NULL);
  g_assert_true (pop_login_succeeded (result));
  scripted_server_assert_played (server);
}

/* Wherever the link is cut, the login ends, and is good only after the whole answer. */
static void
test_cut_everywhere (void)
{
  const char *dialogue = "S: +OK hello\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK go\n"
                         "!tls good\n" CAPA PASS "S: +OK in\n" QUIT;

  for (int cut = 0; cut < scripted_server_count_cuts (dialogue); cut++)
    {
      g_auto(Caller) caller = { 0 };
      g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, cut);
      g_autoptr(Runner) result = NULL;
      g_autofree char *mismatch = NULL;

      scripted_server_set_certs (server, certs);
      caller_init (&caller, CANARY, SECRET_PASSWORD);
      enter (&caller, scripted_server_get_port (server), SENDPATH_SECURITY_STARTTLS);
      result = pop_login_run (caller.endpoints, &caller.options, NULL);
      mismatch = scripted_server_finish (server);
      g_assert_null (mismatch);
      assert_no_canary (&caller, result);
      if (!pop_login_succeeded (result))
        g_assert_cmpint (sendpath_reply_get_fault (result->greeting), !=, SENDPATH_FAULT_NONE);
      g_assert_true (pop_login_succeeded (result)
                     == (cut >= scripted_server_count_cuts (dialogue) - 4));
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *too_long = g_strnfill (525, 'x');
  int status;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pop-login/", cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_dialogue);
    }
  g_test_add_func ("/pop-login/tls-port-is-closed", test_tls_port_closed);
  g_test_add_func ("/pop-login/next-endpoint-before-the-secret", test_next_endpoint);
  g_test_add_func ("/pop-login/one-try", test_one_try);
  g_test_add_func ("/pop-login/unreachable", test_unreachable);
  g_test_add_func ("/pop-login/plain-is-allowed", test_cleartext);
  g_test_add_func ("/pop-login/no-secret", test_no_secret);
  g_test_add_data_func ("/pop-login/unsendable/cr-lf", CANARY "\r\nDELE 1", test_unsendable);
  g_test_add_data_func ("/pop-login/unsendable/lf", CANARY "\nDELE 1", test_unsendable);
  g_test_add_data_func ("/pop-login/unsendable/empty", "", test_unsendable);
  g_test_add_data_func ("/pop-login/unsendable/too-long", too_long, test_unsendable);
  g_test_add_func ("/pop-login/longest-password", test_longest);
  g_test_add_func ("/pop-login/cut-everywhere", test_cut_everywhere);
  certs = test_certs_new ();
  test_certs_trust (certs);
  status = g_test_run ();
  g_clear_pointer (&certs, test_certs_free);
  return status;
}
