/* What delivery reports say, and that no message does harm. */
#include "config.h"

#include "sendpath/verdict/explain-bounce.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAIL_DAEMON "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n"
#define TO_TERRI    "To: terri@proseware.com\n"
#define REPORT_TYPE                                                                                \
  "MIME-Version: 1.0\n"                                                                            \
  "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"

static SendpathBounce *
explain (const char *message, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (message, strlen (message));

  return sendpath_explain_bounce (bytes, error);
}

static SendpathBounce *
explain_surely (const char *message)
{
  g_autoptr (GError) error = NULL;
  SendpathBounce *bounce = explain (message, &error);

  g_assert_no_error (error);
  g_assert_nonnull (bounce);
  return bounce;
}

/* ---- the corpus ------------------------------------------------------------------------------ */

static GBytes *
load (const char *folder, const char *name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "corpus", "bounces", folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *bytes;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, length);
}

/* The lines of a folder's index, each about one message. */
static GPtrArray *
load_index (const char *folder)
{
  g_autoptr (GBytes) index = load (folder, "index.jsonl");
  g_autofree char *text = g_strndup (g_bytes_get_data (index, NULL), g_bytes_get_size (index));
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (rows, json_from_string (lines[i], &error));
      g_assert_no_error (error);
    }
  return rows;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_null_member (object, name) ? NULL
                                                    : json_object_get_string_member (object, name);
}

/* The number of recipients if there is none of that address. */
static guint
find_recipient (const SendpathBounce *bounce, const char *address)
{
  guint i = 0;

  while (i < sendpath_bounce_get_n_recipients (bounce) &&
         g_ascii_strcasecmp (sendpath_bounce_get_address (bounce, i), address) != 0)
    i++;
  return i;
}

static const char *
get_verdict (const SendpathBounce *bounce, guint i)
{
  return sendpath_verdict_to_string (sendpath_bounce_get_verdict (bounce, i));
}

static void
check_recipient (const SendpathBounce *bounce, JsonObject *expected)
{
  guint i = find_recipient (bounce, json_object_get_string_member (expected, "recipient"));

  g_assert_cmpuint (i, <, sendpath_bounce_get_n_recipients (bounce));
  g_assert_cmpstr (sendpath_bounce_get_status (bounce, i), ==, get_text (expected, "status"));
  if (!json_object_get_null_member (expected, "code"))
    g_assert_cmpint (sendpath_bounce_get_code (bounce, i), ==,
                     json_object_get_int_member (expected, "code"));
  g_assert_cmpstr (get_verdict (bounce, i), ==, json_object_get_string_member (expected, "label"));
  if (json_object_has_member (expected, "action"))
    g_assert_cmpint (sendpath_bounce_is_delayed (bounce, i), ==,
                     strcmp (json_object_get_string_member (expected, "action"), "delayed") == 0);
}

static void
check_all (const char *folder)
{
  g_autoptr (GPtrArray) rows = load_index (folder);

  for (guint i = 0; i < rows->len; i++)
    {
      JsonObject *row = json_node_get_object (g_ptr_array_index (rows, i));
      JsonArray *expected = json_object_get_array_member (row, "expected");
      g_autoptr (GBytes) message = load (folder, json_object_get_string_member (row, "file"));
      g_autoptr (GError) error = NULL;
      g_autoptr (SendpathBounce) bounce = sendpath_explain_bounce (message, &error);

      g_test_message ("%s", json_object_get_string_member (row, "file"));
      g_assert_no_error (error);
      g_assert_cmpuint (sendpath_bounce_get_n_recipients (bounce), ==,
                        json_array_get_length (expected));
      for (guint k = 0; k < json_array_get_length (expected); k++)
        check_recipient (bounce, json_array_get_object_element (expected, k));
      if (json_object_has_member (row, "message_id"))
        g_assert_cmpstr (sendpath_bounce_get_message_id (bounce), ==, get_text (row, "message_id"));
    }
}

static void
test_corpus (void)
{
  check_all (".");
}

/* Reports that only people were meant to read, in the forms of many programs and languages. */
static void
test_written_forms (void)
{
  check_all ("forms");
}

/* Messages that no rule was written for. The floors are those of issue 3. */
static void
test_held_out (void)
{
  g_autoptr (GPtrArray) rows = load_index ("held-out");
  guint n = 0, n_found = 0, n_right = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      JsonObject *row = json_node_get_object (g_ptr_array_index (rows, i));
      JsonArray *expected = json_object_get_array_member (row, "expected");
      const char *file = json_object_get_string_member (row, "file");
      g_autoptr (GBytes) message = load ("held-out", file);
      g_autoptr (SendpathBounce) bounce = sendpath_explain_bounce (message, NULL);

      for (guint k = 0; k < json_array_get_length (expected); k++)
        {
          JsonObject *wanted = json_array_get_object_element (expected, k);
          const char *address = json_object_get_string_member (wanted, "recipient");
          const char *label = json_object_get_string_member (wanted, "label");
          guint at = bounce != NULL ? find_recipient (bounce, address) : 0;
          gboolean is_found = bounce != NULL && at < sendpath_bounce_get_n_recipients (bounce);
          gboolean is_right = is_found && g_str_equal (get_verdict (bounce, at), label);

          n++;
          n_found += is_found;
          n_right += is_right;
          if (!is_right)
            g_test_message ("%s: %s wants %s, is %s", file, address, label,
                            is_found ? get_verdict (bounce, at) : "not found");
        }
    }
  g_test_message ("held out: %u of %u recipients, %u verdicts", n_found, n, n_right);
  g_assert_cmpuint (n_found * 100, >=, n * 95);
  g_assert_cmpuint (n_right * 100, >=, n * 90);
}

/* ---- forms ----------------------------------------------------------------------------------- */

/* Reports without RFC 3464, in the forms their senders give them. */
static const struct {
  const char *name, *message, *address, *status;
  guint code;
  const char *verdict;
  gboolean is_delayed;
} forms[] = {
  { "qmail",
    MAIL_DAEMON TO_TERRI
    "Subject: failure notice\n\n"
    "Hi. This is the qmail-send program at example.net.\n\n"
    "<someone@adatum.com>:\n"
    "Connected to 192.0.2.9 but sender was rejected.\n"
    "Remote host said: 553 5.1.8 Domain of sender address does not exist\n\n"
    "--- Below this line is a copy of the message.\n\n"
    "Return-Path: <terri@proseware.com>\nMessage-ID: <1@proseware.com>\n\nHello\n",
    "someone@adatum.com", "5.1.8", 553, "sender-rejected", FALSE },
  { "exim",
    MAIL_DAEMON TO_TERRI
    "X-Failed-Recipients: someone@adatum.com\n\n"
    "A message that you sent could not be delivered to one or more of its\n"
    "recipients. This is a permanent error. The following address(es) failed:\n\n"
    "  someone@adatum.com\n"
    "    host mx.adatum.com [192.0.2.9]\n"
    "    SMTP error from remote mail server after RCPT TO:<someone@adatum.com>:\n"
    "    550-Please log in first;\n    550 relaying denied for 198.51.100.7\n\n"
    "------ This is a copy of the message, including all the headers. ------\n\n"
    "Return-path: <terri@proseware.com>\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", NULL, 550, "relay-denied", FALSE },
  { "exim, warning",
    MAIL_DAEMON TO_TERRI
    "Subject: Warning: message 1 delayed 24 hours\n\n"
    "A message that you sent has not yet been delivered to one or more of its\n"
    "recipients after more than 24 hours on the queue on mx.example.net.\n\n"
    "The address to which the message has not yet been delivered is:\n\n"
    "  someone@adatum.com\n"
    "    Delay reason: Connection timed out\n\n"
    "No action is required on your part. Delivery attempts will continue.\n"
    "Message-ID: <1@proseware.com>\n",
    "someone@adatum.com", NULL, 0, "remote-unreachable", TRUE },
  { "postfix, text alone",
    MAIL_DAEMON TO_TERRI
    "Subject: Undelivered Mail Returned to Sender\n\n"
    "This is the mail system at host mx.example.net.\n\n"
    "<someone@adatum.com>: host mx.adatum.com[192.0.2.9] said: 552 5.2.2 Over\n"
    "    quota (in reply to RCPT TO command)\n\n"
    "Return-Path: <terri@proseware.com>\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", "5.2.2", 552, "mailbox-full", FALSE },
  { "sendmail, transcript alone",
    MAIL_DAEMON TO_TERRI "Subject: Returned mail: User unknown\n\n"
                         "   ----- Transcript of session follows -----\n"
                         "... while talking to mx.adatum.com.:\n"
                         ">>> RCPT To:<someone@adatum.com>\n"
                         "<<< 550 5.1.1 <someone@adatum.com>... User unknown\n"
                         "550 <someone@adatum.com>... User unknown\n\n"
                         "   ----- Unsent message follows -----\n"
                         "Received: from proseware.com\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", "5.1.1", 550, "recipient-unknown", FALSE },
  { "sendmail, conclusion behind a reply",
    MAIL_DAEMON TO_TERRI "Subject: Returned mail\n\n"
                         "   ----- Transcript of session follows -----\n"
                         ">>> MAIL From:<terri@proseware.com>\n"
                         "<<< 550 Relaying denied\n"
                         "554 <someone@adatum.com>... Remote protocol error\n\n"
                         "   ----- Unsent message follows -----\n"
                         "Received: from proseware.com\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", NULL, 550, "relay-denied", FALSE },
  { "exchange",
    "From: System Administrator <postmaster@example.net>\n" TO_TERRI
    "Subject: Undeliverable: Hello\n\n"
    "Your message\n\n  To:      someone@adatum.com\n  Subject: Hello\n\n"
    "did not reach the following recipient(s):\n\n"
    "someone@adatum.com on Sat, 21 Nov 2026 12:00:00 +0000\n"
    "    The recipient name is not recognized\n\n"
    "Message-ID: <1@proseware.com>\n",
    "someone@adatum.com", NULL, 0, "recipient-unknown", FALSE },
  { "office 365",
    "From: postmaster@example.net\n" TO_TERRI "Subject: Undeliverable: Hello\n\n"
    "Delivery has failed to these recipients or groups:\n\n"
    "someone@adatum.com<mailto:someone@adatum.com>\n"
    "The address could not be found.\n\n\n"
    "Diagnostic information for administrators:\n\n"
    "Generating server: x.example.net\n\n"
    "someone@adatum.com\nRemote Server returned '550 5.1.10 Recipient not found'\n\n"
    "Original message headers:\n\nReceived: from x\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", "5.1.10", 550, "recipient-unknown", FALSE },
  { "domino",
    "From: postmaster@example.net\n" TO_TERRI "Subject: DELIVERY FAILURE\n\n"
    "------- Failure Reasons  --------\n\n"
    "User someone (someone@adatum.com) not listed in public Name & Address Book\n"
    "someone@adatum.com\n\n"
    "------- Returned Message --------\nReceived: from x\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", NULL, 0, "recipient-unknown", FALSE },
  { "gmail, delay",
    MAIL_DAEMON TO_TERRI
    "Subject: Delivery Status Notification (Delay)\n\n"
    "THIS IS A WARNING MESSAGE ONLY.\n\n"
    "Delivery to the following recipient has been delayed:\n\n     someone@adatum.com\n\n"
    "Message will be retried for 2 more day(s)\n\n"
    "----- Original message -----\n\nReceived: by x\nMessage-Id: <1@proseware.com>\n",
    "someone@adatum.com", NULL, 0, "remote-unreachable", TRUE },
  { "opensmtpd",
    MAIL_DAEMON TO_TERRI
    "Subject: Delivery status notification: error\n\n"
    "    Hi!\n\n    An error has occurred while attempting to deliver a message for\n"
    "    the following list of recipients:\n\n"
    "someone@adatum.com: 554 5.7.1 Relay access denied\n\n"
    "    Below is a copy of the original message:\n\n"
    "Received: from x\nMessage-ID: <1@proseware.com>\n",
    "someone@adatum.com", "5.7.1", 554, "relay-denied", FALSE },
  { "html alone",
    "From: postmaster@example.net\n" TO_TERRI "Subject: Undeliverable\n"
    "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    "<html><style>p {x: 1}</style><p>Not delivered to:</p><p><b>someone&#64;adatum.com</b></p>=\n"
    "<p>550 5.7.1 Relaying denied</p><pre>Message-ID: &lt;1@proseware.com&gt;</pre></html>\n",
    "someone@adatum.com", "5.7.1", 550, "relay-denied", FALSE },
};

static void
test_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (SendpathBounce) bounce = NULL;

      g_test_message ("%s", forms[i].name);
      bounce = explain_surely (forms[i].message);
      g_assert_cmpuint (sendpath_bounce_get_n_recipients (bounce), ==, 1);
      g_assert_cmpstr (sendpath_bounce_get_address (bounce, 0), ==, forms[i].address);
      g_assert_cmpstr (sendpath_bounce_get_status (bounce, 0), ==, forms[i].status);
      g_assert_cmpuint (sendpath_bounce_get_code (bounce, 0), ==, forms[i].code);
      g_assert_cmpstr (sendpath_verdict_to_string (sendpath_bounce_get_verdict (bounce, 0)), ==,
                       forms[i].verdict);
      g_assert_cmpint (sendpath_bounce_is_delayed (bounce, 0), ==, forms[i].is_delayed);
      g_assert_cmpstr (sendpath_bounce_get_message_id (bounce), ==, "<1@proseware.com>");
    }
}

static const char three_recipients[] = MAIL_DAEMON TO_TERRI REPORT_TYPE
    "--b\nContent-Type: text/plain\n\nThree mailboxes, three answers.\n"
    "--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example.net\nOriginal-Envelope-Id: K7-1\n\n"
    "Final-Recipient: rfc822; a@adatum.com\nAction: failed\nStatus: 5.0.0\n"
    "Diagnostic-Code: smtp; 550-5.7.1 first line 550-5.7.1 relaying 550 5.7.1 denied\n\n"
    "Final-Recipient: rfc822; b@adatum.com\nAction: delayed\nStatus: 4.4.1\n\n"
    "Original-Recipient: rfc822; team@adatum.com\n"
    "Final-Recipient: rfc822; <c@adatum.com>\nAction: delivered\nStatus: 2.1.5\n\n"
    "--b\nContent-Type: message/rfc822\n\nMessage-ID:\n <7@proseware.com>\nTo: a@adatum.com\n\nHi\n"
    "--b--\n";

static void
test_fields (void)
{
  g_autoptr (SendpathBounce) bounce = explain_surely (three_recipients);

  g_assert_cmpstr (sendpath_bounce_get_message_id (bounce), ==, "<7@proseware.com>");
  g_assert_cmpstr (sendpath_bounce_get_envid (bounce), ==, "K7-1");
  g_assert_cmpuint (sendpath_bounce_get_n_recipients (bounce), ==, 3);
  g_assert_cmpstr (sendpath_bounce_get_text (bounce, 0), ==, "5.7.1 first line relaying denied");
  g_assert_cmpstr (sendpath_bounce_get_status (bounce, 0), ==, "5.7.1");
  g_assert_cmpint (sendpath_bounce_get_verdict (bounce, 0), ==, SENDPATH_VERDICT_RELAY_DENIED);
  g_assert_true (sendpath_bounce_is_delayed (bounce, 1));
  g_assert_cmpint (sendpath_bounce_get_remedy (bounce, 1), ==, SENDPATH_REMEDY_WAIT);
  g_assert_null (sendpath_bounce_get_original_address (bounce, 0));
  g_assert_cmpstr (sendpath_bounce_get_address (bounce, 2), ==, "c@adatum.com");
  g_assert_cmpstr (sendpath_bounce_get_original_address (bounce, 2), ==, "team@adatum.com");
  g_assert_cmpint (sendpath_bounce_get_verdict (bounce, 2), ==, SENDPATH_VERDICT_ACCEPTED);
}

static void
test_json (void)
{
  g_autoptr (SendpathBounce) bounce = explain_surely (three_recipients);
  g_autofree char *json = sendpath_bounce_to_json (bounce);
  g_autofree char *text = sendpath_bounce_to_text (bounce);

  g_assert_true (g_str_has_prefix (
      json, "{\"schema\":1,\"message_id\":\"<7@proseware.com>\",\"envid\":\"K7-1\","
            "\"recipients\":[{\"address\":\"a@adatum.com\",\"status\":\"5.7.1\",\"code\":550,"
            "\"text\":\"5.7.1 first line relaying denied\",\"verdict\":\"relay-denied\","
            "\"remedy\":\"log-in\",\"action\":\"failed\"},{\"address\":\"b@adatum.com\","
            "\"status\":\"4.4.1\",\"code\":null,"));
  g_assert_nonnull (strstr (text, "b@adatum.com: not delivered yet"));
  g_assert_nonnull (strstr (text, "c@adatum.com: delivered"));
}

/* The reply is surer than what the reporter has made of it; the status stays the report's. */
static void
test_concluded_status (void)
{
  g_autoptr (SendpathBounce) bounce = explain_surely (
      MAIL_DAEMON TO_TERRI REPORT_TYPE
      "--b\nContent-Type: message/delivery-status\n\n"
      "Final-Recipient: rfc822; a@adatum.com\nAction: failed\nStatus: 5.1.1\n"
      "Diagnostic-Code: smtp; 550 relaying denied\n\n"
      "Final-Recipient: rfc822; b@adatum.com\nAction: failed\nStatus: 5.1.1\n"
      "Diagnostic-Code: smtp; 550 Requested action not taken: mailbox unavailable\n--b--\n");

  g_assert_cmpstr (get_verdict (bounce, 0), ==, "relay-denied");
  g_assert_cmpstr (sendpath_bounce_get_status (bounce, 0), ==, "5.1.1");
  g_assert_cmpstr (get_verdict (bounce, 1), ==, "recipient-unknown");
}

/* ---- hostile messages ------------------------------------------------------------------------ */

static void
test_no_report (void)
{
  static const char *const messages[] = {
    "",
    "\n",
    "From: someone@adatum.com\n\nSee you at 550 Main Street, a@example.org\n",
    MAIL_DAEMON "\nnothing\n",
    MAIL_DAEMON REPORT_TYPE "--b--\n",
    /* A receipt has fields of the same names. */
    "From: someone@adatum.com\nSubject: Read: Hello\nMIME-Version: 1.0\n"
    "Content-Type: multipart/report; report-type=disposition-notification; boundary=\"b\"\n\n"
    "--b\nContent-Type: text/plain\n\nYour message to someone@adatum.com has been read.\n"
    "--b\nContent-Type: message/disposition-notification\n\n"
    "Final-Recipient: rfc822; someone@adatum.com\n"
    "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
    "From: shop@example.com\nSubject: Delivery of your order\n\n"
    "It goes to someone@adatum.com today.\n",
    "From: terri@proseware.com\nSubject: the offer was rejected\n\n"
    "someone@adatum.com has rejected it.\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendpathBounce) bounce = explain (messages[i], &error);

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_null (bounce);
    }
}

static void
test_too_large (void)
{
  gsize length = SENDPATH_BOUNCE_MAX_BYTES + 1;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (length), length);
  g_autoptr (GError) error = NULL;

  g_assert_null (sendpath_explain_bounce (bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
}

/* T-028 */
static void
test_clean_text (void)
{
  g_autoptr (SendpathBounce) bounce = explain_surely (
      MAIL_DAEMON TO_TERRI REPORT_TYPE
      "--b\nContent-Type: message/delivery-status\n\n"
      "Final-Recipient: rfc822; a@adatum.com\nAction: failed\nStatus: 5.1.1\n"
      "Diagnostic-Code: smtp; 550 5.1.1 \033[31mno\xe2\x80\xae such\x07 \xff user\n--b--\n");
  g_autofree char *json = sendpath_bounce_to_json (bounce);
  const char *text = sendpath_bounce_get_text (bounce, 0);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strpbrk (text, "\033\x07"));
  g_assert_null (strstr (text, "\xe2\x80\xae"));
  g_assert_true (g_utf8_validate (json, -1, NULL));
}

/* A bounce is about somebody else's conversation: the help is for that, and nobody waits any more. */
static void
test_help (void)
{
  static const struct {
    const char *recipient, *said, *told, *not_told;
  } helps[] = {
    { "a@adatum.com", "smtp; 554 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org",
      "only your provider", "you are in" },
    { "a@gmial.com", "smtp; 550 5.1.1 user unknown", "a@gmail.com?", "postmaster" },
    { "a@adatum.com", "smtp; 550 5.7.1 relaying denied", "after the @", "this network" },
    { "a@adatum.com", "smtp; 451 4.3.0 try again later", "again later", "but wait" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (helps); i++)
    {
      g_autofree char *message = g_strdup_printf (MAIL_DAEMON TO_TERRI REPORT_TYPE
                                                  "--b\nContent-Type: message/delivery-status\n\n"
                                                  "Final-Recipient: rfc822; %s\nAction: failed\n"
                                                  "Diagnostic-Code: %s\n--b--\n",
                                                  helps[i].recipient, helps[i].said);
      g_autoptr (SendpathBounce) bounce = explain_surely (message);
      g_autofree char *text = sendpath_bounce_to_text (bounce);

      g_test_message ("%s", text);
      g_assert_nonnull (strstr (text, helps[i].told));
      g_assert_null (strstr (text, helps[i].not_told));
    }
}

static void
repeat (GString *out, const char *piece, gsize length)
{
  while (out->len < length)
    g_string_append (out, piece);
}

/* Each piece again and again, behind a header: nesting, brackets, delimiters, addresses, codes. */
static void
test_floods (void)
{
  static const char *const pieces[] = {
    "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    "Content-Type: message/rfc822\n\n",
    "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n",
    "--b\n\n",
    "((((((((((((((((",
    "<<<<<<<<@>>>>>>>>",
    "a@b",
    "@@@@@@@@",
    "a@example.org: 550 5.1.1 no\n",
    "550 550 550-",
    "550-'\n",
    "Final-Recipient: rfc822; a@example.org\n",
    "<a@example.org>\n",
    "&amp;<p><style>",
    "\"\"\"\"\"\"\"",
    "=?=\n",
    "Received: x\n",
    "\n\n",
    "x",
  };
  static const char *const heads[] = {
    MAIL_DAEMON TO_TERRI "\n",
    MAIL_DAEMON TO_TERRI REPORT_TYPE,
    MAIL_DAEMON REPORT_TYPE "--b\nContent-Type: message/delivery-status\n\n",
    MAIL_DAEMON "Content-Type: text/html\n\n",
    MAIL_DAEMON "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n",
    MAIL_DAEMON "X-Failed-Recipients: ",
    MAIL_DAEMON "Content-Type: ",
  };

  for (guint h = 0; h < G_N_ELEMENTS (heads); h++)
    for (guint p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        g_autoptr (GString) message = g_string_new (heads[h]);
        g_autoptr (SendpathBounce) bounce = NULL;
        gint64 start = g_get_monotonic_time ();

        repeat (message, pieces[p], 48 * 1024);
        bounce = explain (message->str, NULL);
        g_test_message ("%u %u: %d ms", h, p, (int) ((g_get_monotonic_time () - start) / 1000));
      }
}

/* ---- mutations ------------------------------------------------------------------------------- */

static const char *const insertions[] = {
  "\r\n\r\n",
  "--",
  "boundary=",
  "Content-Type: multipart/mixed; boundary=\"",
  "(((",
  "\"",
  "\\",
  "<",
  ">",
  "@",
  "550-",
  "5.7.1",
  "\033$B",
  "=3D",
  "Final-Recipient: rfc822; ",
  "\xff\xfe",
  ";",
  "message/rfc822",
};

static void
mutate (GRand *rand, GByteArray *bytes)
{
  guint position = bytes->len > 0 ? g_rand_int_range (rand, 0, (int) bytes->len) : 0;
  const char *piece = insertions[g_rand_int_range (rand, 0, G_N_ELEMENTS (insertions))];
  gsize length = strlen (piece);
  g_autofree guint8 *tail = NULL;
  guint n;

  switch (bytes->len > 0 ? g_rand_int_range (rand, 0, 4) : 3)
    {
    case 0:
      bytes->data[position] = (guint8) g_rand_int_range (rand, 0, 256);
      break;
    case 1:
      n = (guint) g_rand_int_range (rand, 1, 200);
      g_byte_array_remove_range (bytes, position, MIN (n, bytes->len - position));
      break;
    case 2:
      if (g_rand_int_range (rand, 0, 8) == 0)
        g_byte_array_set_size (bytes, position);
      break;
    default:
      n = bytes->len - position;
      tail = g_memdup2 (bytes->data + position, n);
      g_byte_array_set_size (bytes, position);
      g_byte_array_append (bytes, (const guint8 *) piece, (guint) length);
      if (n > 0)
        g_byte_array_append (bytes, tail, n);
      break;
    }
}

static void
check_mutant (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathBounce) bounce = sendpath_explain_bounce (message, &error);
  g_autofree char *json = NULL, *text = NULL;

  g_assert_true ((bounce == NULL) == (error != NULL));
  if (bounce == NULL)
    return;
  g_assert_cmpuint (sendpath_bounce_get_n_recipients (bounce), >=, 1);
  json = sendpath_bounce_to_json (bounce);
  text = sendpath_bounce_to_text (bounce);
  g_assert_true (g_utf8_validate (json, -1, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
test_mutations (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "corpus", "bounces", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint rounds = g_test_thorough () ? 2000 : 60;
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (GBytes) message = g_str_has_suffix (name, ".eml") ? load (".", name) : NULL;
      g_autoptr (GRand) rand = g_rand_new_with_seed (g_str_hash (name));

      for (guint i = 0; message != NULL && i < rounds; i++)
        {
          gsize length;
          const guint8 *data = g_bytes_get_data (message, &length);
          g_autoptr (GByteArray) bytes = g_byte_array_new ();
          g_autoptr (GBytes) mutant = NULL;

          g_byte_array_append (bytes, data, (guint) length);
          for (int n = g_rand_int_range (rand, 1, 12); n > 0; n--)
            mutate (rand, bytes);
          mutant = g_bytes_new (bytes->data, bytes->len);
          check_mutant (mutant);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bounce/corpus-is-read-as-labelled", test_corpus);
  g_test_add_func ("/bounce/unseen-messages-are-read", test_held_out);
  g_test_add_func ("/bounce/free-forms-are-read", test_forms);
  g_test_add_func ("/bounce/forms-of-many-programs-are-read", test_written_forms);
  g_test_add_func ("/bounce/words-of-the-server-outrank-the-reporter", test_concluded_status);
  g_test_add_func ("/bounce/fields-tell-late-from-lost", test_fields);
  g_test_add_func ("/bounce/json-has-the-fixed-names", test_json);
  g_test_add_func ("/bounce/other-mail-is-no-report", test_no_report);
  g_test_add_func ("/bounce/too-large-is-refused", test_too_large);
  g_test_add_func ("/bounce/text-is-clean", test_clean_text);
  g_test_add_func ("/bounce/help-is-for-a-bounce", test_help);
  g_test_add_func ("/bounce/floods-end", test_floods);
  g_test_add_func ("/bounce/mutations-do-no-harm", test_mutations);
  return g_test_run ();
}
