/* The dialogue with programs that hand in messages: what they are told, and what they are not taken for
 * having sent. */
#include "config.h"

#include <string.h>

#include "tests/lib/smtp-client.h"

static void
test_one_message (void)
{
  g_auto (Client) client = { .says = { EHLO, MAIL, RCPT, "DATA\r\n", TEXT ".\r\n", "QUIT\r\n" } };

  client_run (&client);
  client_assert (&client, "220 250 250 250 354 250 221", SENT, SMTP_SERVER_DONE);
}

static void
test_extensions (void)
{
  static const char *const offered[] = { "SIZE",     "PIPELINING", "8BITMIME",           "SMTPUTF8",
                                         "CHUNKING", "DSN",        "ENHANCEDSTATUSCODES" };
  g_auto (Client) client = { .says = { EHLO } };

  client_run (&client);
  for (guint i = 0; i < G_N_ELEMENTS (offered); i++)
    g_assert_nonnull (strstr (client.heard->str, offered[i]));
}

/* Pipelining, and byte by byte. */
static void
test_several_messages (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Client)
                  client = { .says = { EHLO MAIL RCPT "DATA\r\n", TEXT ".\r\n" MAIL RCPT "DATA\r\n",
                                       TEXT ".\r\nQUIT\r\n" },
                             .max_read = i };

      client_run (&client);
      client_assert (&client, "220 250 250 250 354 250 250 250 354 250 221", SENT SENT,
                       SMTP_SERVER_DONE);
    }
}

static void
test_dots (void)
{
  g_auto (Client) client = { .says = { EHLO MAIL RCPT "DATA\r\n",
                                       "Subject: Hello\r\n\r\n..\r\n...a\r\n.b\r\n \r\n.", "\r",
                                       "\n" } };

  client_run (&client);
  client_assert (&client, "220 250 250 250 354 250",
                   "<terri@proseware.com> bob@adatum.com: Hello: .\r\n..a\r\nb\r\n \r\n",
                   SMTP_SERVER_DONE);
}

/* T-159 */
static void
test_bare_line_ends (void)
{
  static const char *const texts[] = {
    "a\n.\nMAIL FROM:<e@example.org>\r\n",
    "a\r.\rMAIL FROM:<e@example.org>\r\n",
    "a\r\n.\nMAIL FROM:<e@example.org>\r\n",
    "a\r\n.\rMAIL FROM:<e@example.org>\r\n",
    "a\n.\r\nMAIL FROM:<e@example.org>\r\n",
    "a\r\r\n.\r\n",
    "Subject: a\nb\r\n\r\n.\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (Client)
                  client = { .says = { EHLO MAIL RCPT "DATA\r\n", texts[i], RCPT, "DATA\r\n" } };

      client_run (&client);
      client_assert (&client, "220 250 250 250 354 550", "", SMTP_SERVER_HUNG_UP);
    }
}

/* T-160: what comes before 354 is neither content nor commands. */
static void
test_content_before_354 (void)
{
  g_auto (Client) pipelined = { .says = { EHLO MAIL RCPT "DATA\r\n" TEXT ".\r\n" } };
  g_auto (Client) hasty = { .says = { EHLO MAIL RCPT "DATA\r\n", TEXT ".\r\n" }, .is_hasty = TRUE };

  client_run (&pipelined);
  client_assert (&pipelined, "220 250 250 250 503", "", SMTP_SERVER_HUNG_UP);
  client_run (&hasty);
  client_assert (&hasty, "220 250 250 250 503", "", SMTP_SERVER_HUNG_UP);
}

/* T-160 */
static void
test_too_many_recipients (void)
{
  g_auto (Client) client = { .says = { EHLO MAIL RCPT RCPT, RCPT RCPT, "DATA\r\n", TEXT ".\r\n" },
                             .max_recipients = 2 };

  client_run (&client);
  client_assert (&client, "220 250 250 250 250 452 452 354 250",
                   "<terri@proseware.com> bob@adatum.com bob@adatum.com: Hello: Hello.\r\n",
                   SMTP_SERVER_DONE);
}

static void
test_chunks (void)
{
  g_auto (Client) client = { .says = { EHLO MAIL RCPT, "BDAT 16\r\nSubject: Hello\r\nBDAT 2\r\n\r",
                                       "\nBDAT 7\r\nHello.\rBDAT 1 LAST\r\n\n", "QUIT\r\n" } };

  client_run (&client);
  client_assert (&client, "220 250 250 250 250 250 250 250 221", SENT, SMTP_SERVER_DONE);
}

/* T-160: what belongs to a refused chunk is never taken for a command. */
static void
test_wrong_chunks (void)
{
  static const struct {
    const char *says;
    const char *codes;
    SmtpServerEnd end;
  } cases[] = {
    { "BDAT\r\nRSET\r\n", "501", SMTP_SERVER_HUNG_UP },
    { "BDAT x\r\nRSET\r\n", "501", SMTP_SERVER_HUNG_UP },
    { "BDAT -1 LAST\r\n", "501", SMTP_SERVER_HUNG_UP },
    { "BDAT 99999999999999999999 LAST\r\n", "501", SMTP_SERVER_HUNG_UP },
    { "BDAT 6 LAST ok\r\nRSET\r\n", "501", SMTP_SERVER_HUNG_UP },
    { "BDAT 99 LAST\r\n" TEXT, "", SMTP_SERVER_BROKEN_OFF },
    { "BDAT 6\r\nRSET\r\nRSET\r\n", "250 250", SMTP_SERVER_DONE },
    { "BDAT 6\r\nRSET\r\nBDAT 1 x\r\n", "250 501", SMTP_SERVER_HUNG_UP },
    { "BDAT 6\r\nRS\nT\r\nBDAT 6 LAST\r\nRSET\r\nNOOP\r\n", "550 503 250", SMTP_SERVER_DONE },
    { "BDAT 1 LAST\r\n\rNOOP\r\n", "550 250", SMTP_SERVER_DONE },
    { "BDAT 0 LAST\r\n", "554", SMTP_SERVER_DONE },
    { "RSET\r\nBDAT 6 LAST\r\nRSET\r\nNOOP\r\n", "250 503 250", SMTP_SERVER_DONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Client) client = { .says = { EHLO MAIL RCPT, cases[i].says } };
      g_autofree char *codes =
          g_strconcat ("220 250 250 250", *cases[i].codes != '\0' ? " " : "", cases[i].codes, NULL);

      client_run (&client);
      client_assert (&client, codes, "", cases[i].end);
    }
}

static void
test_too_large (void)
{
  g_auto (Client) said = { .says = { EHLO "MAIL FROM:<terri@proseware.com> SIZE=100\r\n", RCPT },
                           .max_bytes = 20 };
  g_auto (Client) data = { .says = { EHLO MAIL RCPT "DATA\r\n", TEXT ".\r\n", "NOOP\r\n" },
                           .max_bytes = 20 };
  g_auto (Client) chunk = { .says = { EHLO MAIL RCPT "BDAT 26 LAST\r\n" TEXT, "NOOP\r\n" },
                            .max_bytes = 20 };

  client_run (&said);
  client_assert (&said, "220 250 552 503", "", SMTP_SERVER_DONE);
  client_run (&data);
  client_assert (&data, "220 250 250 250 354 552 250", "", SMTP_SERVER_DONE);
  client_run (&chunk);
  client_assert (&chunk, "220 250 250 250 552 250", "", SMTP_SERVER_DONE);
}

static void
test_arguments (void)
{
  static const struct {
    const char *says;
    const char *code;
  } cases[] = {
    { "MAIL FROM:<>\r\n", "250" },
    { "mail from: <terri@proseware.com>\r\n", "250" },
    { "MAIL FROM:<terri@proseware.com> BODY=8BITMIME SIZE=12 RET=HDRS ENVID=a+20b\r\n", "250" },
    { "MAIL FROM:<\"a b\"@proseware.com>\r\n", "250" },
    { "MAIL FROM:<\"a>b\"@proseware.com>\r\n", "553" },
    { "MAIL FROM:<t\xc3\xa9@proseware.com> SMTPUTF8\r\n", "250" },
    { "MAIL FROM:<t\xc3\xa9@proseware.com>\r\n", "553" },
    { "MAIL FROM:<-X/tmp/x>\r\n", "553" },
    { "MAIL FROM:<a b@proseware.com>\r\n", "553" },
    { "MAIL FROM:<terri@proseware.com> AUTH=<>\r\n", "555" },
    { "MAIL FROM:<terri@proseware.com> BODY=BINARYMIME\r\n", "501" },
    { "MAIL FROM:<terri@proseware.com> ENVID=a=b\r\n", "501" },
    { "MAIL FROM:<terri@proseware.com>SIZE=1\r\n", "501" },
    { "MAIL FROM:<terri@proseware.com>  SIZE=1\r\n", "501" },
    { "MAIL FROM:terri@proseware.com\r\n", "501" },
    { "MAIL TO:<terri@proseware.com>\r\n", "501" },
    { "MAIL FROM:<terri@proseware.com\r\n", "501" },
    { "MAIL FROM:<terri@prose\tware.com>\r\n", "500" },
    { "MAIL\r\n", "501" },
    { "RCPT TO:<bob@adatum.com>\r\n", "503" },
    { "DATA\r\n", "503" },
    { "VRFY bob\r\n", "252" },
    { "HELP\r\n", "214" },
    { "EXPN all\r\n", "500" },
    { "STARTTLS\r\n", "500" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Client) client = { .says = { EHLO, cases[i].says } };
      g_autofree char *codes = g_strconcat ("220 250 ", cases[i].code, NULL);
      g_autofree char *seen = NULL;

      client_run (&client);
      seen = client_dup_codes (&client);
      g_assert_cmpstr (seen, ==, codes);
    }
}

static void
test_delivery_reports (void)
{
  g_auto (Client)
          client = { .says = { EHLO "MAIL FROM:<terri@proseware.com> RET=full ENVID=my+20own\r\n"
                                    "RCPT TO:<bob@adatum.com> NOTIFY=failure ORCPT=rfc822;b@c.d\r\n"
                                    "RCPT TO:<ann@adatum.com> NOTIFY=DELAY,FAILURE\r\n"
                                    "RCPT TO:<eve@adatum.com> NOTIFY=sometimes\r\n",
                               "DATA\r\n", TEXT ".\r\n" } };

  client_run (&client);
  client_assert (&client, "220 250 250 250 250 501 354 250",
                   "<terri@proseware.com> bob@adatum.com ann@adatum.com: Hello: Hello.\r\n"
                   "[FAILURE,DELAY FULL my own]",
                   SMTP_SERVER_DONE);
}

/* T-158 */
static void
test_browsers (void)
{
  g_auto (Client) client = { .says = { "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" EHLO MAIL RCPT
                                       "DATA\r\n",
                                       TEXT ".\r\n" } };

  client_run (&client);
  client_assert (&client, "220 500", "", SMTP_SERVER_HUNG_UP);
}

static void
test_lines_that_cannot_be_read (void)
{
  g_autofree char *endless = g_strnfill (100000, 'x');
  g_auto (Client) bare = { .says = { "EHLO a\n", MAIL } };
  g_auto (Client) longer = { .says = { EHLO, endless, MAIL } };
  g_auto (Client) faulty = { .says = { EHLO,
                                       "X\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\n"
                                       "X\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\n",
                                       MAIL } };

  client_run (&bare);
  client_assert (&bare, "220 500", "", SMTP_SERVER_HUNG_UP);
  client_run (&longer);
  client_assert (&longer, "220 250 500", "", SMTP_SERVER_HUNG_UP);
  client_run (&faulty);
  g_assert_true (g_str_has_suffix (faulty.heard->str, "421 4.7.0 too many errors\r\n"));
  g_assert_cmpint (faulty.end, ==, SMTP_SERVER_HUNG_UP);
}

static void
test_refused_by_the_outbox (void)
{
  g_auto (Client) client = { .says = { EHLO MAIL RCPT "DATA\r\n", TEXT ".\r\n", MAIL },
                             .refusal = "452 4.3.1 the disk is full" };

  client_run (&client);
  client_assert (&client, "220 250 250 250 354 452 250", "", SMTP_SERVER_BROKEN_OFF);
}

static void
test_header_that_cannot_be_used (void)
{
  g_autofree char *header = g_strnfill (300000, 'x');
  g_auto (Client) client = { .says = { EHLO MAIL RCPT "DATA\r\n", "X: ", header, "\r\n\r\n.\r\n",
                                       "NOOP\r\n" } };

  client_run (&client);
  client_assert (&client, "220 250 250 250 354 554 250", "", SMTP_SERVER_DONE);
}

/* A dialogue cut after each byte: acknowledged or not taken. */
static void
test_cut_everywhere (void)
{
  static const char *const parts[] = { EHLO MAIL RCPT "DATA\r\n", TEXT ".\r\n",
                                       MAIL RCPT
                                       "BDAT 20\r\nSubject: Hello\r\n\r\nHeBDAT 6 LAST\r\nllo.\r\n",
                                       "QUIT\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    for (gsize cut = 0; cut <= strlen (parts[i]); cut++)
      {
        g_autofree char *part = g_strndup (parts[i], cut);
        g_auto (Client) client = { .max_read = 1 + cut % 7 };
        guint n_accepted = 0;

        for (guint k = 0; k < i; k++)
          client.says[k] = parts[k];
        client.says[i] = cut > 0 ? part : NULL;
        client_run (&client);
        for (const char *at = client.heard->str; (at = strstr (at, "250 2.0.0 accepted")) != NULL;
             at++)
          n_accepted++;
        g_assert_cmpuint (client.n_taken, ==, n_accepted);
      }
}

/* Rubbish, the same every time. */
static void
test_rubbish (void)
{
  static const char *const words[] = {
    EHLO,
    MAIL,
    RCPT,
    "DATA\r\n",
    ".\r\n",
    "\r\n",
    "\n",
    "\r",
    ".",
    "a",
    TEXT,
    "RSET\r\n",
    "BDAT 3\r\nabc",
    "BDAT 3 LAST\r\nabc",
    "QUIT\r\n",
    "\xff\xfe",
    "BDAT 9\r\n",
    "NOOP\r\n",
    "\t",
    "MAIL FROM:<\"",
    "RCPT TO:<>\r\n",
    "BDAT 2\r\n\r\n",
  };

  for (guint32 seed = 0; seed < 3000; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_auto (Client) client = { .max_read = (gsize) g_rand_int_range (random, 0, 5) };
      guint n_accepted = 0;

      for (guint i = 0; i + 1 < CLIENT_MAX; i++)
        client.says[i] = words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))];
      client_run (&client);
      for (const char *at = client.heard->str; (at = strstr (at, "250 2.0.0 accepted")) != NULL;
           at++)
        n_accepted++;
      g_assert_cmpuint (client.n_taken, ==, n_accepted);
      g_assert_true (g_str_has_suffix (client.heard->str, "\r\n"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-server/one-message", test_one_message);
  g_test_add_func ("/smtp-server/extensions-are-offered", test_extensions);
  g_test_add_func ("/smtp-server/several-messages-in-one-dialogue", test_several_messages);
  g_test_add_func ("/smtp-server/dots-come-through", test_dots);
  g_test_add_func ("/smtp-server/line-ends-alone-are-refused", test_bare_line_ends);
  g_test_add_func ("/smtp-server/content-before-354-is-refused", test_content_before_354);
  g_test_add_func ("/smtp-server/too-many-recipients-wait", test_too_many_recipients);
  g_test_add_func ("/smtp-server/chunks", test_chunks);
  g_test_add_func ("/smtp-server/wrong-chunks-queue-nothing", test_wrong_chunks);
  g_test_add_func ("/smtp-server/too-large", test_too_large);
  g_test_add_func ("/smtp-server/arguments", test_arguments);
  g_test_add_func ("/smtp-server/delivery-reports", test_delivery_reports);
  g_test_add_func ("/smtp-server/browsers-are-not-heard", test_browsers);
  g_test_add_func ("/smtp-server/lines-that-cannot-be-read", test_lines_that_cannot_be_read);
  g_test_add_func ("/smtp-server/refused-by-the-outbox", test_refused_by_the_outbox);
  g_test_add_func ("/smtp-server/header-that-cannot-be-used", test_header_that_cannot_be_used);
  g_test_add_func ("/smtp-server/cut-everywhere-nothing-unacknowledged", test_cut_everywhere);
  g_test_add_func ("/smtp-server/rubbish-is-never-queued-unacknowledged", test_rubbish);
  return g_test_run ();
}
