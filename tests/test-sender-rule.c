/* keep, sender, rewrite: what each changes, and what it must not. */
#include "config.h"

#include <string.h>
#include <gio/gio.h>

#include "sendpath/mail/sender-rule.h"

#define SENDER "tchudzik@thephone-company.com"
#define FROM   "From: Terri Chudzik <terri@proseware.com>\r\n"

static SendpathMessage *
make (const char *sender, const char *header)
{
  static const char *const recipients[] = { "a@adatum.com", NULL };
  g_autoptr(Header) fields = header_parse (header, strlen (header), NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("b\r\n", 3);
  g_autoptr(BodySource) body = body_source_new_from_bytes (bytes);

  return message_new_from_parts (sender, recipients, fields, body, BODY_PLAIN);
}

typedef struct {
  SenderRule rule;
  const char *sender, *header;
  const char *envelope, *after, *changes;
  gboolean add_reply_to;
} Row;

static void
check_row (const Row *row)
{
  g_autoptr(SendpathMessage) message = make (row->sender, row->header);
  g_auto(GStrv) changes = NULL;
  g_autoptr(SendpathMessage) result =
      sender_rule_apply (row->rule, message, "terri@proseware.com", SENDER, row->add_reply_to,
                         &changes);
  g_autoptr(GBytes) bytes = header_to_bytes (message_peek_header (result));
  g_autofree char *after = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *names = g_strjoinv (" ", changes);

  g_assert_cmpstr (sendpath_message_get_sender (result), ==, row->envelope);
  g_assert_cmpstr (after, ==, row->after);
  g_assert_cmpstr (names, ==, row->changes);
  g_assert_cmpstr (sendpath_message_get_recipients (result)[0], ==, "a@adatum.com");
  g_assert_true (message_peek_body (result) == message_peek_body (message));
}

static void
check_rows (const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++)
    check_row (&rows[i]);
}

static void
test_keep (void)
{
  static const Row rows[] = {
    { SENDER_RULE_KEEP, NULL, FROM, "terri@proseware.com", FROM, "" },
    { SENDER_RULE_KEEP, "other@x.org", FROM, "terri@proseware.com", FROM, "" },
    { SENDER_RULE_KEEP, "", FROM, "", FROM, "" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static void
test_sender (void)
{
  static const Row rows[] = {
    { SENDER_RULE_SENDER, NULL, FROM "X: 1\r\n", SENDER, FROM "X: 1\r\nSender: " SENDER "\r\n",
      "Sender" },
    { SENDER_RULE_SENDER, NULL, "sender: old@x\r\n" FROM, SENDER, "Sender: " SENDER "\r\n" FROM,
      "Sender" },
    { SENDER_RULE_SENDER, NULL, FROM "DKIM-Signature: d=x; h=from:sender; b=x\r\n", SENDER,
      FROM "DKIM-Signature: d=x; h=from:sender; b=x\r\n", "" },
    { SENDER_RULE_SENDER, NULL, FROM "DKIM-Signature: d=x; h=from; b=x\r\n", SENDER,
      FROM "DKIM-Signature: d=x; h=from; b=x\r\nSender: " SENDER "\r\n", "Sender" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static void
test_rewrite (void)
{
  static const Row rows[] = {
    { SENDER_RULE_REWRITE, NULL, FROM "X: 1\r\n", SENDER,
      "From: Terri Chudzik <" SENDER ">\r\nX: 1\r\n"
      "Reply-To: Terri Chudzik <terri@proseware.com>\r\n",
      "From Reply-To" },
    { SENDER_RULE_REWRITE, NULL, FROM "reply-to: r@x\r\n", SENDER,
      "From: Terri Chudzik <" SENDER ">\r\nreply-to: r@x\r\n", "From" },
    { SENDER_RULE_REWRITE, NULL, FROM "Reply-To:\r\n", SENDER,
      "From: Terri Chudzik <" SENDER ">\r\nReply-To: Terri Chudzik <terri@proseware.com>\r\n",
      "From Reply-To" },
    { SENDER_RULE_REWRITE, NULL, "From: terri@proseware.com\r\n", SENDER,
      "From: " SENDER "\r\nReply-To: terri@proseware.com\r\n", "From Reply-To" },
    { SENDER_RULE_REWRITE, NULL, "From: =?utf-8?q?Ren=C3=A9?= <r@x>, u@x\r\n", SENDER,
      "From: =?utf-8?q?Ren=C3=A9?= <" SENDER ">\r\n"
      "Reply-To: =?utf-8?q?Ren=C3=A9?= <r@x>, u@x\r\n",
      "From Reply-To" },
    { SENDER_RULE_REWRITE, NULL, "X: 1\r\n", SENDER, "X: 1\r\nFrom: " SENDER "\r\n", "From" },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

/* Issue 4: where a provider makes From: its own, answers still find their way. */
static void
test_reply_to (void)
{
  static const Row rows[] = {
    { SENDER_RULE_KEEP, NULL, FROM, "terri@proseware.com",
      FROM "Reply-To: Terri Chudzik <terri@proseware.com>\r\n", "Reply-To", TRUE },
    { SENDER_RULE_SENDER, NULL, FROM, SENDER,
      FROM "Sender: " SENDER "\r\nReply-To: Terri Chudzik <terri@proseware.com>\r\n",
      "Sender Reply-To", TRUE },
    { SENDER_RULE_REWRITE, NULL, FROM, SENDER,
      "From: Terri Chudzik <" SENDER ">\r\nReply-To: Terri Chudzik <terri@proseware.com>\r\n",
      "From Reply-To", TRUE },
    { SENDER_RULE_KEEP, NULL, FROM "Reply-To: r@x\r\n", "terri@proseware.com",
      FROM "Reply-To: r@x\r\n", "", TRUE },
    { SENDER_RULE_KEEP, NULL, FROM "DKIM-Signature: d=x; h=from; b=x\r\n", "terri@proseware.com",
      FROM "DKIM-Signature: d=x; h=from; b=x\r\n", "", TRUE },
    { SENDER_RULE_KEEP, "", FROM, "", FROM, "", TRUE },
    { SENDER_RULE_KEEP, NULL, "X: 1\r\n", "terri@proseware.com", "X: 1\r\n", "", TRUE },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

/* */
static void
test_possible (void)
{
  static const struct {
    const char *sender, *header;
    gboolean can_sender, can_rewrite;
  } rows[] = {
    { NULL, FROM, TRUE, TRUE },
    { "a@x", FROM, TRUE, TRUE },
    { "", FROM, FALSE, FALSE },
    { NULL, FROM "DKIM-Signature: d=x; h=from; b=x\r\n", TRUE, FALSE },
    { NULL, FROM "Content-Type: multipart/signed; boundary=s\r\n", TRUE, FALSE },
    { NULL, FROM "Content-Type: application/pkcs7-mime\r\n", TRUE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathMessage) message = make (rows[i].sender, rows[i].header);
      g_assert_true (sender_rule_is_possible (SENDER_RULE_KEEP, message));
      g_assert_cmpint (sender_rule_is_possible (SENDER_RULE_SENDER, message), ==,
                       rows[i].can_sender);
      g_assert_cmpint (sender_rule_is_possible (SENDER_RULE_REWRITE, message), ==,
                       rows[i].can_rewrite);
    }
}

static void
test_names (void)
{
  for (SenderRule rule = SENDER_RULE_KEEP; rule <= SENDER_RULE_REWRITE; rule++)
    {
      SenderRule again;
      g_assert_true (sender_rule_from_string (sender_rule_to_string (rule), &again));
      g_assert_cmpint (again, ==, rule);
    }
  SenderRule untouched = SENDER_RULE_REWRITE;
  g_assert_false (sender_rule_from_string ("Keep", &untouched));
  g_assert_cmpint (untouched, ==, SENDER_RULE_REWRITE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sender-rule/keep-changes-nothing", test_keep);
  g_test_add_func ("/sender-rule/sender-leaves-from", test_sender);
  g_test_add_func ("/sender-rule/rewrite-keeps-the-reply-address", test_rewrite);
  g_test_add_func ("/sender-rule/reply-to-where-from-is-lost", test_reply_to);
  g_test_add_func ("/sender-rule/never-where-it-must-not", test_possible);
  g_test_add_func ("/sender-rule/names", test_names);
  return g_test_run ();
}
