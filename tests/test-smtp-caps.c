/* What an EHLO reply offers. */
#include "config.h"

#include "sendpath/wire/smtp-caps.h"

/* Parses @text as the reply to EHLO; the caller clears @ret_caps. */
static void
parse (const char *text, SmtpCaps *ret_caps)
{
  g_autoptr(SendpathReply) ehlo = sendpath_reply_new (250, NULL, text);
  *ret_caps = (SmtpCaps) { 0 };
  smtp_caps_parse (ret_caps, ehlo);
}

static void
check_mechanisms (const char *text, const char *expected)
{
  SmtpCaps caps;
  parse (text, &caps);
  g_autofree char *mechanisms = g_strjoinv (" ", caps.mechanisms);
  g_assert_cmpstr (mechanisms, ==, expected);
  smtp_caps_clear (&caps);
}

static void
test_keywords (void)
{
  static const struct {
    const char *text;
    guint       offered;
    guint64     size_max_bytes;
  } cases[] = {
    { "smtp.proseware.com", 0, 0 },
    { "smtp.proseware.com\nPIPELINING\n8BITMIME\nSMTPUTF8",
      SMTP_CAP_PIPELINING | SMTP_CAP_8BITMIME | SMTP_CAP_SMTPUTF8, 0 },
    { "smtp.proseware.com\npipelining\nStartTLS", SMTP_CAP_PIPELINING | SMTP_CAP_STARTTLS, 0 },
    { "smtp.proseware.com\nDSN\nCHUNKING\nENHANCEDSTATUSCODES",
      SMTP_CAP_DSN | SMTP_CAP_CHUNKING | SMTP_CAP_ENHANCEDSTATUSCODES, 0 },
    { "x\nSIZE 10240000", SMTP_CAP_SIZE, 10240000 },
    { "x\nSIZE", SMTP_CAP_SIZE, 0 },
    { "x\nSIZE 0", SMTP_CAP_SIZE, 0 },
    { "x\nSIZE -1", SMTP_CAP_SIZE, 0 },
    { "x\nSIZE 99999999999999999999999", SMTP_CAP_SIZE, 0 },
    /* keywords are whole words, and the greeting line is none */
    { "STARTTLS PIPELINING\nx", 0, 0 },
    { "x\nPIPELININGS\nSIZES 5\nX-DSN", 0, 0 },
    { "x\n\n  \n \t ", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SmtpCaps caps;
      parse (cases[i].text, &caps);
      g_assert_cmphex (caps.offered, ==, cases[i].offered);
      g_assert_cmpuint (caps.size_max_bytes, ==, cases[i].size_max_bytes);
      g_assert_nonnull (caps.mechanisms);
      smtp_caps_clear (&caps);
    }
}

static void
test_mechanisms (void)
{
  check_mechanisms ("x\nAUTH PLAIN LOGIN", "PLAIN LOGIN");
  check_mechanisms ("x\nAUTH=LOGIN plain", "LOGIN PLAIN");
  check_mechanisms ("x\nauth scram-sha-256-plus", "SCRAM-SHA-256-PLUS");
  check_mechanisms ("x\nAUTH", "");
  check_mechanisms ("x", "");
  check_mechanisms ("x\nAUTH  PLAIN   LOGIN ", "PLAIN LOGIN");
  /* a longer name is another mechanism; what is no name at all is dropped */
  check_mechanisms ("x\nAUTH PLAIN-CLIENTTOKEN", "PLAIN-CLIENTTOKEN");
  check_mechanisms ("x\nAUTH PL\xc3\x84IN P/A ABCDEFGHIJKLMNOPQRSTU LOGIN", "LOGIN");
}

/* T-001: libetpan's own parser never comes back from a TAB here. */
static void
test_tab (void)
{
  check_mechanisms ("smtp.proseware.com\nAUTH PLAIN\tLOGIN", "PLAIN LOGIN");
  check_mechanisms ("smtp.proseware.com\nAUTH\tPLAIN\tLOGIN\t", "PLAIN LOGIN");
}

/* T-029: nothing of the first reply is left after the second. */
static void
test_second_reply_replaces (void)
{
  SmtpCaps caps;
  parse ("x\nSIZE 10\nAUTH PLAIN\nSTARTTLS", &caps);
  g_autoptr(SendpathReply) second = sendpath_reply_new (250, NULL, "x\nSIZE\n8BITMIME");
  smtp_caps_parse (&caps, second);

  g_assert_cmphex (caps.offered, ==, SMTP_CAP_SIZE | SMTP_CAP_8BITMIME);
  g_assert_cmpuint (caps.size_max_bytes, ==, 0);
  g_assert_cmpuint (g_strv_length (caps.mechanisms), ==, 0);
  smtp_caps_clear (&caps);
}

static void
test_oauth_only (void)
{
  static const struct {
    const char *ehlo;
    gboolean is_oauth_only;
  } cases[] = {
    { "x\nAUTH XOAUTH2", TRUE },
    { "x\nAUTH xoauth2 OAUTHBEARER", TRUE },
    { "x\nAUTH PLAIN XOAUTH2", FALSE },
    { "x\nAUTH XOAUTH2\nAUTH LOGIN", FALSE },
    { "x\nAUTH", FALSE },
    { "x\nSIZE", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SmtpCaps caps;
      parse (cases[i].ehlo, &caps);
      g_assert_cmpint (smtp_caps_is_oauth_only (&caps), ==, cases[i].is_oauth_only);
      smtp_caps_clear (&caps);
      g_assert_false (smtp_caps_is_oauth_only (&caps));
    }
}

static void
test_line_lengths (void)
{
  SmtpCaps caps;
  parse ("x\nSIZE\n8BITMIME\nDSN", &caps);
  g_assert_cmpuint (smtp_caps_get_mail_extra (&caps), ==, 26 + 17 + 116);
  g_assert_cmpuint (smtp_caps_get_rcpt_extra (&caps), ==, 500);
  smtp_caps_clear (&caps);
  g_assert_cmpuint (smtp_caps_get_mail_extra (&caps), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-caps/keywords-are-whole-words-in-any-case", test_keywords);
  g_test_add_func ("/smtp-caps/mechanisms-are-kept-in-order", test_mechanisms);
  g_test_add_func ("/smtp-caps/a-tab-separates-like-a-space", test_tab);
  g_test_add_func ("/smtp-caps/second-reply-replaces-the-first", test_second_reply_replaces);
  g_test_add_func ("/smtp-caps/logins-with-tokens-alone-are-known", test_oauth_only);
  g_test_add_func ("/smtp-caps/extensions-lengthen-commands", test_line_lengths);
  return g_test_run ();
}
