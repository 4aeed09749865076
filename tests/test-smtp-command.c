/* Command lines: never cut, never injected. */
#include "config.h"

#include "sendpath/wire/smtp-command.h"

#include <string.h>

static const SmtpCaps bare = { 0 };
static const SmtpCaps everything = {
  .offered = SMTP_CAP_SIZE | SMTP_CAP_8BITMIME | SMTP_CAP_SMTPUTF8 | SMTP_CAP_DSN | SMTP_CAP_AUTH,
};

static void
check_mail (SmtpMail mail, const SmtpCaps *caps, const char *expected)
{
  SmtpCommand command;
  g_assert_cmpint (smtp_command_mail (&command, &mail, caps), ==, SENDPATH_FAULT_NONE);
  g_assert_cmpstr (command.bytes, ==, expected);
  g_assert_cmpuint (command.length, ==, strlen (expected));
}

static void
check_rcpt (const char *address, gboolean is_utf8, const SmtpCaps *caps, const char *expected)
{
  SmtpCommand command;
  g_assert_cmpint (smtp_command_rcpt (&command, address, is_utf8, NULL, caps), ==,
                   SENDPATH_FAULT_NONE);
  g_assert_cmpstr (command.bytes, ==, expected);
}

static void
check_rcpt_refused (const char *address, const SmtpCaps *caps, SendpathFault expected)
{
  SmtpCommand command;
  g_assert_cmpint (smtp_command_rcpt (&command, address, TRUE, NULL, caps), ==, expected);
  g_assert_cmpstr (command.bytes, ==, "");
}

static void
test_mail (void)
{
  check_mail ((SmtpMail) { .sender = "terri@proseware.com" }, &bare,
              "MAIL FROM:<terri@proseware.com>\r\n");
  check_mail ((SmtpMail) { .sender = "" }, &everything, "MAIL FROM:<>\r\n");
  check_mail ((SmtpMail) { .sender = "a@b.example", .size_bytes = 1234, .is_8bit = TRUE,
                           .is_utf8 = TRUE, .dsn_ret = "HDRS", .dsn_envid = "q+1=2 z" },
              &everything,
              "MAIL FROM:<a@b.example> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS"
              " ENVID=q+2B1+3D2+20z\r\n");
  /* nothing that was not offered */
  check_mail ((SmtpMail) { .sender = "a@b.example", .size_bytes = 1234, .is_8bit = TRUE,
                           .is_utf8 = TRUE, .dsn_ret = "HDRS", .dsn_envid = "q" },
              &bare, "MAIL FROM:<a@b.example>\r\n");
}

static void
test_rcpt (void)
{
  SmtpCommand command;
  check_rcpt ("someone@adatum.com", FALSE, &everything, "RCPT TO:<someone@adatum.com>\r\n");
  check_rcpt ("\"a b\\\"@c\"@adatum.com", FALSE, &bare, "RCPT TO:<\"a b\\\"@c\"@adatum.com>\r\n");
  check_rcpt ("postmaster", FALSE, &bare, "RCPT TO:<postmaster>\r\n");

  smtp_command_rcpt (&command, "a@adatum.com", FALSE, "FAILURE,DELAY", &everything);
  g_assert_cmpstr (command.bytes, ==, "RCPT TO:<a@adatum.com> NOTIFY=FAILURE,DELAY\r\n");
  smtp_command_rcpt (&command, "a@adatum.com", FALSE, "FAILURE,DELAY", &bare);
  g_assert_cmpstr (command.bytes, ==, "RCPT TO:<a@adatum.com>\r\n");
}

/* T-061 and T-059 as seen from the wire. */
static void
test_injection (void)
{
  static const char *const bad[] = {
    "a@b.c\r\nRCPT TO:<x@y>", "a@b.c\nx", "a@b.c\rx",  "a@b.c\tx", "a\x01@b.c", "a\x7f@b.c",
    "a@b.c> NOTIFY=NEVER",    "<a@b.c>",  "a b@c.d",   "a@b.c x",  "\"a<b\"@c", "\"a@b.c",
    "\"a\r\nb\"@c.d",         "",         "@adatum.com", "\xff@b.c",
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      SmtpCommand command;
      SmtpMail mail = { .sender = bad[i] };
      check_rcpt_refused (bad[i], &everything, SENDPATH_FAULT_BAD_ADDRESS);
      if (bad[i][0] != '\0')
        g_assert_cmpint (smtp_command_mail (&command, &mail, &everything), ==,
                         SENDPATH_FAULT_BAD_ADDRESS);
    }
  check_rcpt ("-f@evil.example", FALSE, &bare, "RCPT TO:<-f@evil.example>\r\n");

  SmtpCommand command;
  SmtpMail mail = { .sender = "a@b.c", .dsn_ret = "FULL SIZE=1" };
  g_assert_cmpint (smtp_command_mail (&command, &mail, &everything), ==,
                   SENDPATH_FAULT_BAD_ADDRESS);
  g_assert_cmpint (smtp_command_rcpt (&command, "a@b.c", FALSE, "NEVER ORCPT=x", &everything), ==,
                   SENDPATH_FAULT_BAD_ADDRESS);
}

/* T-098 */
static void
test_utf8 (void)
{
  check_rcpt ("jörg@adatum.com", TRUE, &everything,
              "RCPT TO:<jörg@adatum.com>\r\n");
  check_rcpt_refused ("jörg@adatum.com", &bare, SENDPATH_FAULT_NO_SMTPUTF8);
  check_rcpt ("joerg@bücher.example", TRUE, &bare,
              "RCPT TO:<joerg@xn--bcher-kva.example>\r\n");
  check_rcpt ("joerg@bücher.example", TRUE, &everything,
              "RCPT TO:<joerg@bücher.example>\r\n");
  /* offered, but this transaction does not use it */
  check_rcpt ("joerg@bücher.example", FALSE, &everything,
              "RCPT TO:<joerg@xn--bcher-kva.example>\r\n");

  SmtpCommand command;
  SmtpMail mail = { .sender = "jörg@adatum.com", .is_utf8 = TRUE };
  g_assert_cmpint (smtp_command_mail (&command, &mail, &bare), ==, SENDPATH_FAULT_NO_SMTPUTF8);
}

static char *
dup_long_address (gsize length)
{
  g_autofree char *local = g_strnfill (length - strlen ("@b.c"), 'x');
  return g_strconcat (local, "@b.c", NULL);
}

/* T-063: refused whole, one byte too many as well as a hundred. */
static void
test_length (void)
{
  gsize room = SMTP_COMMAND_MAX - strlen ("RCPT TO:<>");
  g_autofree char *fits = dup_long_address (room);
  g_autofree char *over = dup_long_address (room + 1);
  g_autofree char *far_over = dup_long_address (20000);
  SmtpCommand command;

  g_assert_cmpint (smtp_command_rcpt (&command, fits, FALSE, NULL, &bare), ==,
                   SENDPATH_FAULT_NONE);
  g_assert_cmpuint (command.length, ==, 512);
  g_assert_true (g_str_has_suffix (command.bytes, "@b.c>\r\n"));
  check_rcpt_refused (over, &bare, SENDPATH_FAULT_BAD_ADDRESS);
  check_rcpt_refused (far_over, &everything, SENDPATH_FAULT_BAD_ADDRESS);
  g_assert_cmpint (smtp_command_rcpt (&command, over, FALSE, "FAILURE", &everything), ==,
                   SENDPATH_FAULT_NONE);
}

static void
test_hello (void)
{
  SmtpCommand command;
  smtp_command_hello (&command, "EHLO", "[192.0.2.7]");
  g_assert_cmpstr (command.bytes, ==, "EHLO [192.0.2.7]\r\n");

  static const char *const bad[] = { "", "a b", "a\r\nQUIT", "bücher.example", "a\x01" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (smtp_command_hello (&command, "EHLO", bad[i]), ==,
                     SENDPATH_FAULT_BAD_ADDRESS);

  smtp_command_plain (&command, "DATA");
  g_assert_cmpstr (command.bytes, ==, "DATA\r\n");
}

static void
test_auth (void)
{
  SmtpCommand command;
  smtp_command_auth (&command, "PLAIN", "AHRlcnJpAHNlY3JldA==");
  g_assert_cmpstr (command.bytes, ==, "AUTH PLAIN AHRlcnJpAHNlY3JldA==\r\n");
  smtp_command_auth (&command, "LOGIN", NULL);
  g_assert_cmpstr (command.bytes, ==, "AUTH LOGIN\r\n");
  smtp_command_auth (&command, "EXTERNAL", "");
  g_assert_cmpstr (command.bytes, ==, "AUTH EXTERNAL =\r\n");
  smtp_command_auth_answer (&command, "c2VjcmV0");
  g_assert_cmpstr (command.bytes, ==, "c2VjcmV0\r\n");
  smtp_command_auth_answer (&command, "");
  g_assert_cmpstr (command.bytes, ==, "\r\n");
  smtp_command_auth_answer (&command, "*");
  g_assert_cmpstr (command.bytes, ==, "*\r\n");

  g_assert_cmpint (smtp_command_auth (&command, "PLAIN", "a\r\nb="), ==,
                   SENDPATH_FAULT_BAD_ADDRESS);
  g_assert_cmpint (smtp_command_auth (&command, "PLAIN x", NULL), ==, SENDPATH_FAULT_BAD_ADDRESS);
  g_assert_cmpint (smtp_command_auth_answer (&command, "c2Vj cmV0"), ==,
                   SENDPATH_FAULT_BAD_ADDRESS);
}

/* T-135, first half: what fits goes whole, what does not is refused. */
static void
test_auth_length (void)
{
  SmtpCommand command;
  gsize verb_length = strlen ("AUTH PLAIN ");
  g_autofree char *fits = g_strnfill (12272, 'x');
  g_autofree char *over = g_strnfill (12280, 'x');
  g_autofree char *bare_over = g_strnfill (12288, 'x');

  g_assert_cmpint (smtp_command_auth (&command, "PLAIN", fits), ==, SENDPATH_FAULT_NONE);
  g_assert_cmpuint (command.length, ==, verb_length + 12272 + 2);
  g_assert_cmpint (smtp_command_auth (&command, "PLAIN", over), ==, SENDPATH_FAULT_BAD_ADDRESS);
  g_assert_cmpuint (command.length, ==, 0);
  g_assert_cmpint (smtp_command_auth_answer (&command, over), ==, SENDPATH_FAULT_NONE);
  g_assert_cmpint (smtp_command_auth_answer (&command, bare_over), ==,
                   SENDPATH_FAULT_BAD_ADDRESS);
}

/* T-148 */
static void
test_literal (void)
{
  static const char *const cases[][2] = {
    { "127.0.0.1", "[127.0.0.1]" },
    { "192.0.2.7", "[192.0.2.7]" },
    { "2001:db8::7", "[IPv6:2001:db8::7]" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (cases[i][0]);
      g_autofree char *literal = smtp_command_dup_literal (address);
      g_assert_cmpstr (literal, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-command/mail-says-only-what-is-offered", test_mail);
  g_test_add_func ("/smtp-command/rcpt", test_rcpt);
  g_test_add_func ("/smtp-command/no-value-becomes-a-second-command", test_injection);
  g_test_add_func ("/smtp-command/utf8-only-where-offered", test_utf8);
  g_test_add_func ("/smtp-command/too-long-is-refused-not-cut", test_length);
  g_test_add_func ("/smtp-command/hello-is-one-word", test_hello);
  g_test_add_func ("/smtp-command/auth", test_auth);
  g_test_add_func ("/smtp-command/auth-lines-up-to-12288", test_auth_length);
  g_test_add_func ("/smtp-command/hello-name-is-an-address-literal", test_literal);
  return g_test_run ();
}
