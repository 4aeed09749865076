/* Logins, against gsasl's own server side and against servers that do not keep to the rules. */
#include "config.h"

#include "sendpath/wire/smtp-auth.h"

#include <gsasl.h>
#include <string.h>

#define USER "terri"
#define PASSWORD "canary-7f3b pa=ss,word"

/* gsasl's server, as far as one login needs it. */
typedef struct {
  Gsasl         *gsasl;
  Gsasl_session *session;
  const char    *binding; /* base64, or NULL */
} Server;

static int
on_server_wants (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  Server *server = gsasl_callback_hook_get (gsasl);
  switch ((int) property)
    {
    case GSASL_PASSWORD:
      return gsasl_property_set (session, property, PASSWORD);
    case GSASL_CB_TLS_EXPORTER:
      return server->binding ? gsasl_property_set (session, property, server->binding)
                             : GSASL_NO_CB_TLS_EXPORTER;
    default:
      return GSASL_NO_CALLBACK;
    }
}

static void
server_start (Server *server, const char *mechanism, const char *binding)
{
  *server = (Server) { .binding = binding };
  g_assert_cmpint (gsasl_init (&server->gsasl), ==, GSASL_OK);
  gsasl_callback_set (server->gsasl, on_server_wants);
  gsasl_callback_hook_set (server->gsasl, server);
  g_assert_cmpint (gsasl_server_start (server->gsasl, mechanism, &server->session), ==, GSASL_OK);
  gsasl_property_set (server->session, GSASL_SERVICE, "smtp");
  gsasl_property_set (server->session, GSASL_HOSTNAME, "smtp.proseware.com");
}

static void
server_stop (Server *server)
{
  gsasl_finish (server->session);
  gsasl_done (server->gsasl);
}

static SmtpAuth *
client_new (const char *mechanism, const char *secret, SecretKind kind, GBytes *binding,
            SendpathSecret **ret_secret)
{
  g_autoptr(GError) error = NULL;
  *ret_secret = sendpath_secret_new (secret, strlen (secret), kind);
  SmtpAuthWho who = { .user = USER, .secret = *ret_secret, .host = "smtp.proseware.com",
                      .port = 465, .binding = binding };
  SmtpAuth *auth = smtp_auth_new (mechanism, &who, &error);
  g_assert_no_error (error);
  return auth;
}

/* What the client said, without verb and line end. */
static char *
dup_argument (const SmtpCommand *command, const char *verb)
{
  g_assert_true (g_str_has_prefix (command->bytes, verb));
  g_assert_true (g_str_has_suffix (command->bytes, "\r\n"));
  return g_strstrip (g_strdup (command->bytes + strlen (verb)));
}

/* Plays one login as an SMTP server would; TRUE if the server ends with 235. */
static gboolean
log_in (const char *mechanism, const char *password, GBytes *binding, const char *server_binding)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(SmtpAuth) auth = client_new (mechanism, password, SECRET_PASSWORD, binding, &secret);
  g_autofree char *verb = g_strdup_printf ("AUTH %s", mechanism);
  g_autoptr(GError) error = NULL;
  SmtpCommand command;
  Server server;
  server_start (&server, mechanism, server_binding);

  g_assert_true (smtp_auth_start (auth, &command, &error));
  g_autofree char *said = dup_argument (&command, verb);
  int status = GSASL_NEEDS_MORE;
  for (guint turn = 0; turn < 5 && status == GSASL_NEEDS_MORE; turn++)
    {
      char *challenge = NULL;
      status = gsasl_step64 (server.session, said, &challenge);
      gboolean is_more = status == GSASL_NEEDS_MORE
                         || (status == GSASL_OK && challenge && challenge[0] != '\0');
      if (is_more && smtp_auth_answer (auth, challenge, &command, &error))
        {
          g_free (said);
          said = dup_argument (&command, "");
        }
      gsasl_free (challenge);
      g_assert_no_error (error);
    }
  if (status == GSASL_OK)
    g_assert_true (smtp_auth_is_complete (auth));
  server_stop (&server);
  return status == GSASL_OK;
}

static void
test_password_mechanisms (void)
{
  static const char *const names[]
      = { "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_true (log_in (names[i], PASSWORD, NULL, NULL));
      g_assert_false (log_in (names[i], "wrong", NULL, NULL));
    }
}

static void
test_binding (void)
{
  static const char *const names[] = { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS" };
  guchar data[32] = { 1, 2, 3 };
  g_autoptr(GBytes) binding = g_bytes_new (data, sizeof data);
  g_autofree char *same = g_base64_encode (data, sizeof data);
  data[0] = 9;
  g_autofree char *other = g_base64_encode (data, sizeof data);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_true (log_in (names[i], PASSWORD, binding, same));
      /* somebody is in the middle: the password is right, the connection is another */
      g_assert_false (log_in (names[i], PASSWORD, binding, other));
    }
}

static void
check_choice (const char *offered, const char *policy, SecretKind kind, gboolean has_binding,
              const char *expected)
{
  g_auto(GStrv) names = g_strsplit (offered, " ", -1);
  g_assert_cmpstr (smtp_auth_choose ((const char *const *) names, policy, kind, has_binding, NULL),
                   ==, expected);
}

/* */
static void
test_choice (void)
{
  const char *all = "NTLM LOGIN PLAIN GSSAPI CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS "
                    "SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER DIGEST-MD5 ANONYMOUS";
  check_choice (all, "auto", SECRET_PASSWORD, TRUE, "SCRAM-SHA-256-PLUS");
  check_choice (all, "auto", SECRET_PASSWORD, FALSE, "SCRAM-SHA-256");
  check_choice ("SCRAM-SHA-1-PLUS SCRAM-SHA-256", "auto", SECRET_PASSWORD, TRUE,
                "SCRAM-SHA-1-PLUS");
  check_choice ("LOGIN PLAIN SCRAM-SHA-1", "auto", SECRET_PASSWORD, TRUE, "SCRAM-SHA-1");
  check_choice ("LOGIN PLAIN", "auto", SECRET_PASSWORD, TRUE, "PLAIN");
  check_choice ("LOGIN CRAM-MD5", "auto", SECRET_PASSWORD, TRUE, "LOGIN");
  check_choice ("CRAM-MD5 GSSAPI NTLM DIGEST-MD5 ANONYMOUS", "auto", SECRET_PASSWORD, TRUE, NULL);
  check_choice (all, "cram-md5", SECRET_PASSWORD, TRUE, "CRAM-MD5");
  check_choice (all, "gssapi", SECRET_PASSWORD, TRUE, "GSSAPI");
  check_choice (all, "ntlm", SECRET_PASSWORD, TRUE, "NTLM");
  check_choice (all, "plain", SECRET_PASSWORD, TRUE, "PLAIN");
  check_choice ("PLAIN", "scram", SECRET_PASSWORD, TRUE, NULL);
  check_choice (all, "none", SECRET_PASSWORD, TRUE, NULL);
  check_choice (all, "auto", SECRET_TOKEN, TRUE, "OAUTHBEARER");
  check_choice ("XOAUTH2 PLAIN", "auto", SECRET_TOKEN, TRUE, "XOAUTH2");
  check_choice (all, "xoauth2", SECRET_TOKEN, TRUE, "XOAUTH2");
  check_choice (all, "xoauth2", SECRET_PASSWORD, TRUE, NULL);
  /* T-137: a token is no password */
  check_choice ("PLAIN LOGIN", "auto", SECRET_TOKEN, TRUE, NULL);
  check_choice ("PLAIN LOGIN", "plain", SECRET_TOKEN, TRUE, NULL);

  const char *const two[] = { "PLAIN", "SCRAM-SHA-256", NULL };
  g_assert_cmpstr (smtp_auth_choose (two, "auto", SECRET_PASSWORD, FALSE, "SCRAM-SHA-256"), ==,
                   "PLAIN");
  g_assert_null (smtp_auth_choose (two, "auto", SECRET_PASSWORD, FALSE, "PLAIN"));
}

static void
test_bearer (void)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(SmtpAuth) auth
      = client_new ("OAUTHBEARER", "token-canary", SECRET_TOKEN, NULL, &secret);
  g_autoptr(GError) error = NULL;
  SmtpCommand command;

  g_assert_true (smtp_auth_start (auth, &command, NULL));
  g_autofree char *said = dup_argument (&command, "AUTH OAUTHBEARER ");
  gsize length;
  g_autofree guchar *raw = g_base64_decode (said, &length);
  static const char expected[] = "n,a=terri,\001host=smtp.proseware.com\001port=465\001"
                                 "auth=Bearer token-canary\001\001";
  g_assert_cmpmem (raw, length, expected, sizeof expected - 1);
  g_assert_true (smtp_auth_is_complete (auth));

  /* RFC 7628 3.2.3: the error is answered with one ^A, once */
  g_assert_true (smtp_auth_answer (auth, "eyJzdGF0dXMiOiI0MDEifQ==", &command, NULL));
  g_assert_cmpstr (command.bytes, ==, "AQ==\r\n");
  g_assert_false (smtp_auth_is_complete (auth));
  g_assert_false (smtp_auth_answer (auth, "", &command, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_xoauth2 (void)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(SmtpAuth) auth = client_new ("XOAUTH2", "token-canary", SECRET_TOKEN, NULL, &secret);
  SmtpCommand command;

  g_assert_true (smtp_auth_start (auth, &command, NULL));
  g_autofree char *said = dup_argument (&command, "AUTH XOAUTH2 ");
  gsize length;
  g_autofree guchar *raw = g_base64_decode (said, &length);
  static const char expected[] = "user=terri\001auth=Bearer token-canary\001\001";
  g_assert_cmpmem (raw, length, expected, sizeof expected - 1);
  g_assert_true (smtp_auth_answer (auth, "eyJzdGF0dXMiOiI0MDEifQ==", &command, NULL));
  g_assert_cmpstr (command.bytes, ==, "\r\n");
  g_assert_false (smtp_auth_answer (auth, "", &command, NULL));
}

static void
test_bearer_takes_no_control (void)
{
  const char *token = "token\001auth=x";
  g_autoptr(SendpathSecret) secret = sendpath_secret_new (token, strlen (token), SECRET_TOKEN);
  SmtpAuthWho who = { .user = USER, .secret = secret, .host = "smtp.proseware.com", .port = 465 };
  g_autoptr(GError) error = NULL;
  g_assert_null (smtp_auth_new ("XOAUTH2", &who, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

/* T-025: one challenge too many ends it, and the password is not sent again. */
static void
test_extra_rounds (void)
{
  static const struct {
    const char *mechanism;
    guint       answers; /* that a server may have */
  } cases[] = { { "PLAIN", 0 }, { "LOGIN", 2 }, { "CRAM-MD5", 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SendpathSecret) secret = NULL;
      g_autoptr(SmtpAuth) auth
          = client_new (cases[i].mechanism, PASSWORD, SECRET_PASSWORD, NULL, &secret);
      g_autoptr(GError) error = NULL;
      SmtpCommand command;

      g_assert_true (smtp_auth_start (auth, &command, NULL));
      for (guint n = 0; n < cases[i].answers; n++)
        g_assert_true (smtp_auth_answer (auth, "PDEyM0B4Pg==", &command, NULL));
      g_assert_false (smtp_auth_answer (auth, "PDEyM0B4Pg==", &command, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

/* The prompts of LOGIN may be anything, in base64 or not. */
static void
test_login_prompts (void)
{
  static const char *const prompts[][2] = { { "VXNlcm5hbWU6", "UGFzc3dvcmQ6" },
                                            { "Username:", "Password:" },
                                            { "", "" } };
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      g_autoptr(SendpathSecret) secret = NULL;
      g_autoptr(SmtpAuth) auth = client_new ("LOGIN", "secret", SECRET_PASSWORD, NULL, &secret);
      SmtpCommand command;
      g_assert_true (smtp_auth_start (auth, &command, NULL));
      g_assert_cmpstr (command.bytes, ==, "AUTH LOGIN\r\n");
      g_assert_true (smtp_auth_answer (auth, prompts[i][0], &command, NULL));
      g_assert_cmpstr (command.bytes, ==, "dGVycmk=\r\n");
      g_assert_false (smtp_auth_is_complete (auth));
      g_assert_true (smtp_auth_answer (auth, prompts[i][1], &command, NULL));
      g_assert_cmpstr (command.bytes, ==, "c2VjcmV0\r\n");
      g_assert_true (smtp_auth_is_complete (auth));
    }
}

static void
check_scram_refuses (const char *challenge_format)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(SmtpAuth) auth = client_new ("SCRAM-SHA-256", PASSWORD, SECRET_PASSWORD, NULL, &secret);
  g_autoptr(GError) error = NULL;
  SmtpCommand command;

  g_assert_true (smtp_auth_start (auth, &command, NULL));
  g_autofree char *said = dup_argument (&command, "AUTH SCRAM-SHA-256 ");
  gsize length;
  g_autofree guchar *raw = g_base64_decode (said, &length);
  g_autofree char *first = g_strndup ((char *) raw, length);
  const char *nonce = strstr (first, ",r=") + 3;
  g_autofree char *challenge = g_strdup_printf ("r=%sX%s", nonce, challenge_format);
  g_autofree char *base64 = g_base64_encode ((guchar *) challenge, strlen (challenge));

  gint64 start_us = g_get_monotonic_time ();
  g_assert_false (smtp_auth_answer (auth, base64, &command, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, G_USEC_PER_SEC);
  g_assert_false (smtp_auth_is_complete (auth));
}

/* A server that wants hours of hashing, or sends what is no challenge, gets nothing. */
static void
test_hostile_scram (void)
{
  check_scram_refuses (",s=c2FsdA==,i=4294967295");
  check_scram_refuses (",s=c2FsdA==,i=99999999999999999999999");
  check_scram_refuses (",s=c2FsdA==");
  check_scram_refuses ("");
}

/* A 235 before the server has shown that it knows the password is not believed. */
static void
test_early_success (void)
{
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(SmtpAuth) auth = client_new ("SCRAM-SHA-256", PASSWORD, SECRET_PASSWORD, NULL, &secret);
  SmtpCommand command;
  g_assert_true (smtp_auth_start (auth, &command, NULL));
  g_assert_false (smtp_auth_is_complete (auth));
}

/* T-135: whole in the command, whole in a line of its own, or not at all. */
static void
check_long_secret (const char *mechanism, SecretKind kind, gsize length, gboolean fits_command,
                   gboolean fits_answer)
{
  g_autofree char *text = g_strnfill (length, 'p');
  g_autoptr(SendpathSecret) secret = NULL;
  g_autoptr(SmtpAuth) auth = client_new (mechanism, text, kind, NULL, &secret);
  g_autofree char *verb = g_strdup_printf ("AUTH %s", mechanism);
  g_autoptr(GError) error = NULL;
  SmtpCommand command;

  g_assert_true (smtp_auth_start (auth, &command, NULL));
  g_autofree char *said = dup_argument (&command, verb);
  g_assert_cmpint (said[0] != '\0', ==, fits_command);
  if (fits_command)
    {
      g_assert_cmpuint (strlen (g_strchug (said)), >=, (length + 2) / 3 * 4);
      return;
    }
  g_assert_cmpint (smtp_auth_answer (auth, "", &command, &error), ==, fits_answer);
  if (fits_answer)
    g_assert_cmpuint (command.length, >=, (length + 2) / 3 * 4);
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
test_long_secrets (void)
{
  check_long_secret ("PLAIN", SECRET_PASSWORD, 525, TRUE, FALSE);
  check_long_secret ("XOAUTH2", SECRET_TOKEN, 4096, TRUE, FALSE);
  check_long_secret ("PLAIN", SECRET_PASSWORD, 9000, TRUE, FALSE);
  check_long_secret ("PLAIN", SECRET_PASSWORD, 9205, FALSE, TRUE);
  check_long_secret ("PLAIN", SECRET_PASSWORD, 12000, FALSE, FALSE);
  check_long_secret ("OAUTHBEARER", SECRET_TOKEN, 60000, FALSE, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-auth/password-mechanisms", test_password_mechanisms);
  g_test_add_func ("/smtp-auth/plus-is-bound-to-the-connection", test_binding);
  g_test_add_func ("/smtp-auth/the-client-chooses", test_choice);
  g_test_add_func ("/smtp-auth/oauthbearer", test_bearer);
  g_test_add_func ("/smtp-auth/xoauth2", test_xoauth2);
  g_test_add_func ("/smtp-auth/a-token-cannot-add-fields", test_bearer_takes_no_control);
  g_test_add_func ("/smtp-auth/one-challenge-too-many-ends-it", test_extra_rounds);
  g_test_add_func ("/smtp-auth/login-prompts-do-not-matter", test_login_prompts);
  g_test_add_func ("/smtp-auth/hostile-scram-is-refused", test_hostile_scram);
  g_test_add_func ("/smtp-auth/early-success-is-not-believed", test_early_success);
  g_test_add_func ("/smtp-auth/long-secrets-go-whole-or-not", test_long_secrets);
  return g_test_run ();
}
