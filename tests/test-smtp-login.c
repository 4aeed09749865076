/* AUTH at the server that takes messages in: who gets past it, and how little else there is before it. */
#include "config.h"

#include <string.h>

#include "tests/lib/smtp-client.h"

/* Of the user `web` and the password `canary-7`. */
#define PLAIN       "AHdlYgBjYW5hcnktNw=="
#define WRONG       "AHdlYgBjYW5hcnktOA=="
#define FOR_HIMSELF "d2ViAHdlYgBjYW5hcnktNw=="
#define FOR_ANOTHER "ZXZlAHdlYgBjYW5hcnktNw=="
#define WEB         "d2Vi"
#define CANARY      "Y2FuYXJ5LTc="
#define TOKEN       "canary-7"
#define EVERYTHING  MAIL RCPT "DATA\r\n"

static void
test_ways_in (void)
{
  static const struct {
    const char *says[4];
    const char *codes;
  } cases[] = {
    { { "AUTH PLAIN " PLAIN "\r\n" }, "235" },
    { { "auth plain " PLAIN "\r\n" }, "235" },
    { { "AUTH PLAIN " FOR_HIMSELF "\r\n" }, "235" },
    { { "AUTH PLAIN\r\n", PLAIN "\r\n" }, "334 235" },
    { { "AUTH LOGIN\r\n", WEB "\r\n", CANARY "\r\n" }, "334 334 235" },
    { { "AUTH LOGIN " WEB "\r\n", CANARY "\r\n" }, "334 235" },
    { { "AUTH LOGIN\r\n" WEB "\r\n" CANARY "\r\n" }, "334 334 235" },
    { { "AUTH PLAIN " WRONG "\r\n", "AUTH PLAIN " PLAIN "\r\n" }, "535 235" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Client) client = { .says = { EHLO, cases[i].says[0] }, .password = TOKEN };
      g_autofree char *codes = g_strdup_printf ("220 250 %s 250 250 354 250 221", cases[i].codes);
      guint n = 1;

      for (guint k = 0; k < 4 && cases[i].says[k] != NULL; k++)
        client.says[n++] = cases[i].says[k];
      client.says[n++] = EVERYTHING;
      client.says[n++] = TEXT ".\r\n";
      client.says[n] = "QUIT\r\n";
      client_run (&client);
      client_assert (&client, codes, SENT, SMTP_SERVER_DONE);
      g_assert_nonnull (strstr (client.heard->str, "250-AUTH PLAIN LOGIN\r\n"));
    }
}

/* T-157: none of it is any use to who has no password, and nothing is taken. */
static void
test_ways_that_lead_nowhere (void)
{
  static const struct {
    const char *says;
    const char *codes;
  } cases[] = {
    { EVERYTHING, "530 530 530" },
    { "VRFY bob\r\nNOOP\r\nRSET\r\nHELP\r\n", "252 250 250 214" },
    { "AUTH\r\n", "501" },
    { "AUTH CRAM-MD5\r\n", "504" },
    { "AUTH PLAI " PLAIN "\r\n", "504" },
    { "AUTH PLAIN " WRONG "\r\n" MAIL, "535 530" },
    { "AUTH PLAIN " FOR_ANOTHER "\r\n" MAIL, "535 530" },
    { "AUTH PLAIN =\r\n", "501" },
    { "AUTH PLAIN  " PLAIN "\r\n", "501" },
    { "AUTH PLAIN AHdlYgBjYW5hcnktNw\r\n", "501" },
    { "AUTH PLAIN AHdlYgBj%YW5hcnktNw=\r\n", "501" },
    { "AUTH PLAIN AHdl=gBjYW5hcnktNw==\r\n", "501" },
    { "AUTH PLAIN d2ViAGNhbmFyeS03\r\n", "501" },     /* one NUL */
    { "AUTH PLAIN AHdlYgBjYW5hcnktNwB4\r\n", "501" }, /* three */
    { "AUTH PLAIN d2Vi\r\n", "501" },                 /* none */
    { "AUTH PLAIN\r\n*\r\n" MAIL, "334 501 530" },
    { "AUTH PLAIN\r\nMAIL FROM:<terri@proseware.com>\r\n" MAIL, "334 501 530" },
    { "AUTH PLAIN\r\n\r\n" MAIL, "334 501 530" },
    { "AUTH LOGIN\r\n*\r\n", "334 501" },
    { "AUTH LOGIN\r\n" WEB "\r\n*\r\n", "334 334 501" },
    { "AUTH LOGIN " WEB "\r\n\x01\r\n", "334 501" },
    { "AUTH LOGIN " WEB "\r\nY2FuYXJ5LTcA\r\n", "334 501" }, /* a NUL behind it */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Client) client = { .says = { EHLO, cases[i].says }, .password = TOKEN };
      g_autofree char *codes = g_strdup_printf ("220 250 %s", cases[i].codes);

      client_run (&client);
      client_assert (&client, codes, "", SMTP_SERVER_DONE);
    }
}

/* T-160: the octets of a chunk that comes before the login are nobody's commands. */
static void
test_chunk_before_login (void)
{
  g_auto (Client) client = { .says = { EHLO "BDAT 34 LAST\r\nAUTH PLAIN " PLAIN "\r\n" MAIL },
                             .password = TOKEN };

  client_run (&client);
  client_assert (&client, "220 250 530", "", SMTP_SERVER_HUNG_UP);
}

static void
test_before_ehlo (void)
{
  g_auto (Client) client = { .says = { "AUTH PLAIN " PLAIN "\r\n" MAIL }, .password = TOKEN };

  client_run (&client);
  client_assert (&client, "220 503 503", "", SMTP_SERVER_DONE);
}

static void
test_who_is_in_stays_in (void)
{
  g_auto (Client) client = { .says = { EHLO "AUTH PLAIN " PLAIN "\r\nAUTH PLAIN " WRONG "\r\n" EHLO
                                            "RSET\r\nMAIL FROM:<terri@proseware.com> AUTH=<>\r\n" },
                             .password = TOKEN };

  client_run (&client);
  client_assert (&client, "220 250 235 503 250 250 250", "", SMTP_SERVER_BROKEN_OFF);
}

static void
test_patience_ends (void)
{
  static const char *const replies[] = { "535 5.7.8 no", "454 4.7.0 the keyring is locked" };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_auto (Client) client = { .says = { EHLO "AUTH PLAIN " PLAIN "\r\nAUTH PLAIN " PLAIN "\r\n",
                                           "AUTH PLAIN " PLAIN "\r\n" MAIL },
                                 .password = TOKEN,
                                 .trouble = replies[i] };
      g_autofree char *codes =
          g_strdup_printf ("220 250 %.3s %.3s %.3s 421", replies[i], replies[i], replies[i]);

      client_run (&client);
      client_assert (&client, codes, "", SMTP_SERVER_HUNG_UP);
    }
}

static void
test_not_offered (void)
{
  g_auto (Client) client = { .says = { EHLO "AUTH PLAIN " PLAIN "\r\n" MAIL } };

  client_run (&client);
  client_assert (&client, "220 250 502 250", "", SMTP_SERVER_BROKEN_OFF);
  g_assert_null (strstr (client.heard->str, "AUTH"));
}

static void
test_sender_of_another (void)
{
  g_auto (Client) client = { .says = { EHLO "AUTH PLAIN " PLAIN
                                            "\r\nMAIL FROM:<eve@adatum.com>\r\n" RCPT MAIL RCPT },
                             .password = TOKEN,
                             .own = "terri@proseware.com" };

  client_run (&client);
  client_assert (&client, "220 250 235 550 503 250 250", "", SMTP_SERVER_BROKEN_OFF);
}

/* T-158: what does not begin with a letter is not waited for to end a line. */
static void
test_other_protocols (void)
{
  static const char *const hellos[] = { "\x16\x03\x01\x02", "\x05\x01", "\r\n", " EHLO a\r\n",
                                        "\x80" };

  for (guint i = 0; i < G_N_ELEMENTS (hellos); i++)
    {
      g_auto (Client) client = { .says = { hellos[i], EHLO MAIL } };

      client_run (&client);
      client_assert (&client, "220 500", "", SMTP_SERVER_HUNG_UP);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-login/ways-in", test_ways_in);
  g_test_add_func ("/smtp-login/ways-that-lead-nowhere", test_ways_that_lead_nowhere);
  g_test_add_func ("/smtp-login/chunk-before-login", test_chunk_before_login);
  g_test_add_func ("/smtp-login/before-ehlo", test_before_ehlo);
  g_test_add_func ("/smtp-login/who-is-in-stays-in", test_who_is_in_stays_in);
  g_test_add_func ("/smtp-login/patience-ends", test_patience_ends);
  g_test_add_func ("/smtp-login/not-offered-where-nobody-has-to", test_not_offered);
  g_test_add_func ("/smtp-login/sender-of-another", test_sender_of_another);
  g_test_add_func ("/smtp-login/other-protocols-are-dropped", test_other_protocols);
  return g_test_run ();
}
