/* A message comes in: who gets it, what is added, what is taken out, and what stays as it is. */
#include "config.h"

#include <locale.h>
#include <string.h>
#include <gio/gio.h>

#include "sendpath/mail/submission.h"

#define FROM_HEADER SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER
#define WHOLE       "From: t@x.org\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <1@x.org>\n"
#define UNIQUE      "0123456789abcdef0123456789abcdef"

static SendpathMessage *
read_string (const char *text, SendpathMessageFlags flags)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_static (text, strlen (text));
  SendpathMessage *message = sendpath_message_new_from_bytes (bytes, flags, &error);

  g_assert_no_error (error);
  return message;
}

static SendpathMessage *
finish (SendpathMessage *raw, GError **error)
{
  g_autoptr(GTimeZone) zone = g_time_zone_new_offset (-(3 * 60 + 30) * 60);
  g_autoptr(GDateTime) now = g_date_time_new (zone, 2026, 3, 7, 9, 5, 3);
  SubmissionContext context = {
    .address = "terri@proseware.com",
    .name = "Terri Chudzik",
    .local = "admin@proseware.com",
    .now = now,
    .unique = UNIQUE,
  };

  return submission_finish (raw, &context, error);
}

/* With @operand as the only recipient, if any. */
static SendpathMessage *
submit (const char *text, const char *operand, SendpathMessageFlags flags)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) raw = read_string (text, flags);
  SendpathMessage *message;

  if (operand)
    g_assert_true (sendpath_message_add_recipient (raw, operand, NULL));
  message = finish (raw, &error);
  g_assert_no_error (error);
  return message;
}

static char *
dup_recipients (SendpathMessage *message)
{
  return g_strjoinv (" ", (char **) sendpath_message_get_recipients (message));
}

static char *
dup_header (SendpathMessage *message)
{
  g_autoptr(GBytes) bytes = header_to_bytes (message_peek_header (message));

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static char *
dup_body (SendpathMessage *message)
{
  BodySource *body = message_peek_body (message);
  gsize length = body_source_get_length (body);
  char *text = g_malloc0 (length + 1);

  g_assert_cmpint (body_source_read (body, 0, text, length, NULL), ==, (gssize) length);
  return text;
}

static void
test_recipients (void)
{
  static const struct {
    const char *fields, *operand, *expected;
    SendpathMessageFlags flags;
  } rows[] = {
    { "To: a@x, b@x\nCc: c@x\nBcc: d@x\n", NULL, "a@x b@x c@x d@x", FROM_HEADER },
    { "To: a@x\n", "o@x", "o@x a@x", FROM_HEADER },
    { "To: a@x\n", "o@x", "o@x", 0 },
    { "bCC : a@x,\n b@x,\n\tc@x\nBCC: d@x\n", NULL, "a@x b@x c@x d@x", FROM_HEADER }, /* T-066 */
    { "To: undisclosed-recipients:;\n", "o@x", "o@x", FROM_HEADER },                  /* T-070 */
    { "To: g: a@x, b@y;\n", NULL, "a@x b@y", FROM_HEADER },                           /* T-071 */
    { "To: a@X.Org\nCc: a@x.org\n", "a@x.ORG", "a@x.ORG", FROM_HEADER },              /* T-072 */
    { "To: a@x, A@x\n", NULL, "a@x A@x", FROM_HEADER },
    { "To: root, postmaster, a@x\n", NULL, "admin@proseware.com a@x", FROM_HEADER },
    { "X: 1\n", "-oQdir", "admin@proseware.com", 0 },                            /* T-058 */
    { "To: -f@evil\n", NULL, "-f@evil", FROM_HEADER },                           /* T-059 */
    { "To: =?utf-8?q?a=0D=0ABcc=3A_b=40y?= <a@x>\n", NULL, "a@x", FROM_HEADER }, /* T-062 */
    { "Reply-To: a@x\nTo: b@x\nSender: c@x\n", NULL, "b@x", FROM_HEADER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (WHOLE, rows[i].fields, "\nb\n", NULL);
      g_autoptr(SendpathMessage) message = submit (text, rows[i].operand, rows[i].flags);
      g_autofree char *recipients = dup_recipients (message);
      g_assert_cmpstr (recipients, ==, rows[i].expected);
      g_assert_false (header_has (message_peek_header (message), "Bcc"));
    }
}

/* T-069: only the block of the last resending counts. */
static void
test_resent (void)
{
  static const struct {
    const char *fields, *expected;
  } rows[] = {
    { "Resent-From: t@x\nResent-To: a@x\nResent-Cc: b@x\nResent-Bcc: c@x\n"
      "Received: from x\nResent-To: old@x\nResent-Bcc: old2@x\n",
      "a@x b@x c@x" },
    { "Resent-To: a@x\nResent-From: t@x\nResent-From: u@x\nResent-To: old@x\n", "a@x" },
    { "resent-to : a@x\nRESENT-TO: old@x\n", "a@x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text =
          g_strconcat (rows[i].fields, "To: to@x\nCc: cc@x\nBcc: bcc@x\n", WHOLE, "\nb\n", NULL);
      g_autoptr(SendpathMessage) message = submit (text, NULL, FROM_HEADER);
      g_autofree char *recipients = dup_recipients (message);
      g_assert_cmpstr (recipients, ==, rows[i].expected);
      g_assert_false (header_has (message_peek_header (message), "Resent-Bcc"));
      g_assert_false (header_has (message_peek_header (message), "Bcc"));
      g_assert_true (header_has (message_peek_header (message), "Resent-To"));
    }
}

static void
test_nobody_gets_it (void)
{
  static const struct {
    const char *fields, *named;
  } rows[] = {
    { "To: a@x, b@\n", "To: " }, /* */
    { "To: a@x\nCc: \"b@x\n", "Cc: " },
    { "To: a@x\nbcc: a b\n", "bcc: " },
    { "To: a@x; b@x\n", "To: " },
    { "Resent-To: a@x\nResent-Bcc: (\n", "Resent-Bcc: " },
    { "To: a@x, <>\n", "To: " },
    { "Bcc:\n", "" }, /* T-068 */
    { "X: 1\n", "" },
    { "To: undisclosed-recipients:;\n", "" },
    { "To: a@x\nResent-From: t@x\n", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *text = g_strconcat (WHOLE, rows[i].fields, "\nb\n", NULL);
      g_autoptr(SendpathMessage) raw = read_string (text, FROM_HEADER);
      g_assert_null (finish (raw, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, rows[i].named));
    }

  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) raw = read_string ("To: a@x\n", 0);
  g_assert_null (finish (raw, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* T-067: only the message's own header is looked at. */
static void
test_bcc_in_the_body (void)
{
  static const char body[] = "Bcc: a@x\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
                             "Bcc: b@x\r\n\r\nb\r\n--o--\r\n";
  g_autofree char *text = g_strconcat (
      WHOLE, "To: t@x\nBcc: c@x\nContent-Type: multipart/mixed; boundary=o\n\n", body, NULL);
  g_autoptr(SendpathMessage) message = submit (text, NULL, FROM_HEADER);
  g_autofree char *kept = dup_body (message);
  g_autofree char *recipients = dup_recipients (message);

  g_assert_cmpstr (kept, ==, body);
  g_assert_cmpstr (recipients, ==, "t@x c@x");
}

static void
test_many_recipients (void)
{
  g_autoptr(GString) text = g_string_new (WHOLE);
  g_autoptr(SendpathMessage) message = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "%s%u@X.org", i % 100 ? ",\n " : i ? "\nTo: " : "To: ", i / 2);
  g_string_append (text, "\n\nb\n");
  message = submit (text->str, NULL, FROM_HEADER);
  g_assert_cmpuint (g_strv_length ((char **) sendpath_message_get_recipients (message)), ==, 5000);
}

/* ---- header ---------------------------------------------------------------------------------- */

#define ADDED_REST                                                                                 \
  "Date: Sat, 7 Mar 2026 09:05:03 -0330\r\nMessage-ID: <" UNIQUE "@proseware.com>\r\n"

static void
test_added (void)
{
  g_autoptr(SendpathMessage) message = submit ("To: a@x\n\nb\n", "a@x", 0);
  g_autoptr(SendpathMessage) bare = submit ("Hello you\n", "a@x", 0); /* T-074 */
  g_autofree char *header = dup_header (message);
  g_autofree char *bare_header = dup_header (bare), *bare_body = dup_body (bare);

  g_assert_cmpstr (header, ==,
                   "To: a@x\r\nFrom: Terri Chudzik <terri@proseware.com>\r\n" ADDED_REST);
  g_assert_cmpstr (bare_header, ==, "From: Terri Chudzik <terri@proseware.com>\r\n" ADDED_REST);
  g_assert_cmpstr (bare_body, ==, "Hello you\r\n");
  g_assert_null (sendpath_message_get_sender (message));
  g_assert_cmpstr (sendpath_message_get_message_id (message), ==, "<" UNIQUE "@proseware.com>");
}

/* T-099: what is there stays, byte for byte. */
static void
test_existing_stay (void)
{
  static const char header[] = "DATE : 21 Nov 26 10:00 GMT (odd)\r\n"
                               "Message-id:<a b@ c>\r\n"
                               "from:\r\n \"T. C.\"  <t@x.org>(odd) ,\r\n\tu@x.org\r\n"
                               "X: \xe9  \r\n";
  g_autofree char *text = g_strconcat (header, "\r\nb\r\n", NULL);
  g_autoptr(SendpathMessage) message = submit (text, "a@x", 0);
  g_autofree char *after = dup_header (message);

  g_assert_cmpstr (after, ==, header);
}

static void
test_from (void)
{
  static const struct {
    const char *from, *full_name, *expected;
  } rows[] = {
    { "", NULL, "Terri Chudzik <terri@proseware.com>" },
    { "", "T. C.", "\"T. C.\" <terri@proseware.com>" },
    { "", "Ren\xc3\xa9", "=?UTF-8?B?UmVuw6k=?= <terri@proseware.com>" },
    { "From:\n", NULL, "Terri Chudzik <terri@proseware.com>" },
    { "From: root (Cron Daemon)\n", NULL, "Cron Daemon <terri@proseware.com>" },
    { "From: Cron <root>\n", "T. C.", "Cron <terri@proseware.com>" },
    { "From: root\n", NULL, "Terri Chudzik <terri@proseware.com>" },
    { "From: root, Ann <a@x.org>\n", NULL, "Terri Chudzik <terri@proseware.com>, Ann <a@x.org>" },
    { "From: a@x.org\n", "T. C.", "a@x.org" }, /* T-060 */
    { "From: Cron Daemon\n", NULL, "Cron Daemon" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (rows[i].from, "To: a@x\n\nb\n", NULL);
      g_autoptr(SendpathMessage) raw = read_string (text, FROM_HEADER);
      g_assert_true (sendpath_message_set_full_name (raw, rows[i].full_name, NULL));
      g_autoptr(SendpathMessage) message = finish (raw, NULL);
      g_autofree char *from = header_dup_first (message_peek_header (message), "From");
      g_assert_cmpstr (from, ==, rows[i].expected);
    }
}

static void
test_sender (void)
{
  static const struct {
    const char *sender, *expected;
  } rows[] = {
    { NULL, NULL },
    { "", "" },
    { "t@x.org", "t@x.org" },
    { "root", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathMessage) raw = read_string (WHOLE "To: a@x\n", FROM_HEADER);
      g_assert_true (sendpath_message_set_sender (raw, rows[i].sender, NULL));
      g_autoptr(SendpathMessage) message = finish (raw, NULL);
      g_assert_cmpstr (sendpath_message_get_sender (message), ==, rows[i].expected);
    }
}

/* The date is English for every user. */
static void
test_date_without_language (void)
{
  if (!setlocale (LC_ALL, "C.UTF-8"))
    g_test_skip ("no C.UTF-8");
  for (int month = 1; month <= 12; month++)
    {
      g_autoptr(GTimeZone) zone = g_time_zone_new_offset (5 * 3600 + 45 * 60);
      g_autoptr(GDateTime) now = g_date_time_new (zone, 2026, month, 28, 23, 59, 59);
      SubmissionContext context = { "t@x.org", NULL, "t@x.org", now, UNIQUE };
      g_autoptr(SendpathMessage) raw = read_string ("To: a@x\n", FROM_HEADER);
      g_autoptr(SendpathMessage) message = submission_finish (raw, &context, NULL);
      g_autofree char *date = header_dup_first (message_peek_header (message), "Date");
      g_autofree char *expected = g_date_time_format (now, "%a, %-d %b %Y %T %z");
      g_assert_cmpstr (date, ==, expected);
    }
}

/* Before any account is known (broken configuration), what can be done is done. */
static void
test_without_account (void)
{
  g_autoptr(GDateTime) now = g_date_time_new_utc (2026, 3, 7, 9, 5, 3);
  SubmissionContext context = { .now = now, .unique = UNIQUE };
  g_autoptr(SendpathMessage) raw = read_string ("To: a@x, root\nFrom: root\n\nb\n", FROM_HEADER);
  g_autoptr(SendpathMessage) message = submission_finish (raw, &context, NULL);
  g_autofree char *header = dup_header (message), *recipients = dup_recipients (message);

  g_assert_cmpstr (header, ==,
                   "To: a@x, root\r\nFrom: root\r\nDate: Sat, 7 Mar 2026 09:05:03 +0000\r\n"
                   "Message-ID: <" UNIQUE "@sendpath.invalid>\r\n");
  g_assert_cmpstr (recipients, ==, "a@x root");
}

/* -F is kept in the message itself until an account is known. */
static void
test_name_without_account (void)
{
  g_autoptr(GDateTime) now = g_date_time_new_utc (2026, 3, 7, 9, 5, 3);
  SubmissionContext nobody = { .now = now, .unique = UNIQUE };
  g_autoptr(SendpathMessage) raw = read_string ("To: a@x.org\n\nb\n", FROM_HEADER);
  g_autoptr(SendpathMessage) held = NULL, finished = NULL;
  g_autofree char *from = NULL;

  g_assert_true (sendpath_message_set_full_name (raw, "Ren\xc3\xa9", NULL));
  held = submission_finish (raw, &nobody, NULL);
  finished = finish (held, NULL);
  from = header_dup_first (message_peek_header (finished), "From");
  g_assert_cmpstr (from, ==, "=?UTF-8?B?UmVuw6k=?= <terri@proseware.com>");
}

/* T-096, the header's share. */
static void
test_long_header_lines (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *x996 = g_strnfill (996, 'x'), *x999 = g_strnfill (999, 'x');
  g_autofree char *long_text = g_strconcat (WHOLE "X: ", x996, " y\n\nb\n", NULL);
  g_autofree char *hopeless = g_strconcat (WHOLE "X: ", x999, "\n\nb\n", NULL);
  g_autoptr(SendpathMessage) message = submit (long_text, "a@x", 0);
  g_autoptr(SendpathMessage) raw = read_string (hopeless, 0);
  g_autofree char *value = header_dup_first (message_peek_header (message), "X");
  g_autofree char *expected = g_strconcat (x996, " y", NULL);
  g_autofree char *header = dup_header (message);

  g_assert_cmpstr (value, ==, expected);
  g_assert_true (g_str_has_suffix (header, "x\r\n y\r\n"));

  g_assert_true (sendpath_message_add_recipient (raw, "a@x", NULL));
  g_assert_null (finish (raw, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* ---- body ------------------------------------------------------------------------------------ */

static void
test_body_is_kept (void)
{
  static const char body[] = "caf\xc3\xa9 \r\n.\r\n..\r\nFrom me\r\n\r\n";
  g_autofree char *text = g_strconcat (WHOLE, "\r\n", body, NULL);
  g_autoptr(SendpathMessage) message = submit (text, "a@x", 0);
  g_autofree char *kept = dup_body (message);

  g_assert_cmpstr (kept, ==, body);
}

/* T-089, T-096 */
static void
test_body_is_recoded (void)
{
  g_autofree char *x999 = g_strnfill (999, 'x');
  const char *const bodies[] = { "10%\r20%\r\n", x999 };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *text = g_strconcat (WHOLE "\n", bodies[i], NULL);
      g_autoptr(SendpathMessage) message = submit (text, "a@x", 0);
      const Header *header = message_peek_header (message);
      g_autofree char *encoding = header_dup_first (header, "Content-Transfer-Encoding");
      g_autofree char *recipients = dup_recipients (message);
      g_assert_cmpstr (encoding, ==, "quoted-printable");
      g_assert_cmpint (message_get_body_traits (message), ==, BODY_PLAIN);
      g_assert_cmpstr (recipients, ==, "a@x");
    }
}

static const char *const signed_headers[] = {
  "DKIM-Signature: v=1; d=x.org; h=from:from:date:message-id:sender; b=x\r\n",
  "Content-Type: multipart/signed; boundary=s\r\n",
  "Content-Type: application/pkcs7-mime\r\n",
  "X-Inline: below\r\n",
};

static char *
make_signed (guint i, const char *body)
{
  const char *mark = i == 3 ? "-----BEGIN PGP SIGNED MESSAGE-----\r\n" : "";

  return g_strconcat ("From: T <t@x.org>\r\n", signed_headers[i],
                      "Date: odd\r\nMessage-ID:  <1@x>\r\n\r\n", mark, body, NULL);
}

/* T-100 */
static void
test_signed_stays (void)
{
  g_autofree char *x2000 = g_strnfill (2000, 'x');
  g_autofree char *body = g_strconcat ("caf\xc3\xa9 \r\n", x2000, "\r\n", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (signed_headers); i++)
    {
      g_autofree char *text = make_signed (i, body);
      g_autoptr(SendpathMessage) message = submit (text, "a@x", 0);
      g_autofree char *header = dup_header (message), *kept = dup_body (message);
      g_autofree char *all = g_strconcat (header, "\r\n", kept, NULL);
      g_assert_cmpstr (all, ==, text);
    }
}

static void
test_signed_but_not_sendable (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signed_headers); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *text = make_signed (i, "a\rb\r\n");
      g_autoptr(SendpathMessage) raw = read_string (text, 0);
      g_assert_true (sendpath_message_add_recipient (raw, "a@x", NULL));
      g_assert_null (finish (raw, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }

  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) raw = read_string (
      WHOLE "To: a@x\nContent-Type: multipart/mixed; boundary=o\n\n"
            "--o\nContent-Type: multipart/signed; boundary=s\n\n--s\n\na\rb\n--s--\n--o--\n",
      FROM_HEADER);
  g_assert_null (finish (raw, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* A DKIM signature can also say that a field is not there. */
static void
test_signed_absence (void)
{
  g_autoptr(SendpathMessage) message = submit (
      "From: root\nDKIM-Signature: v=1; d=x.org; h=From:Message-ID; b=x\n\nb\n", "a@x", 0);
  const Header *header = message_peek_header (message);
  g_autofree char *from = header_dup_first (header, "From");

  g_assert_cmpstr (from, ==, "root");
  g_assert_false (header_has (header, "Message-ID"));
  g_assert_true (header_has (header, "Date"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/submission/recipients-of-header-and-operands", test_recipients);
  g_test_add_func ("/submission/last-resending-counts", test_resent);
  g_test_add_func ("/submission/one-bad-field-and-nobody-gets-it", test_nobody_gets_it);
  g_test_add_func ("/submission/bcc-in-the-body-stays", test_bcc_in_the_body);
  g_test_add_func ("/submission/many-recipients-once-each", test_many_recipients);
  g_test_add_func ("/submission/missing-fields-are-added", test_added);
  g_test_add_func ("/submission/existing-fields-stay", test_existing_stay);
  g_test_add_func ("/submission/unqualified-from-is-the-account", test_from);
  g_test_add_func ("/submission/envelope-sender", test_sender);
  g_test_add_func ("/submission/date-has-no-language", test_date_without_language);
  g_test_add_func ("/submission/without-account", test_without_account);
  g_test_add_func ("/submission/full-name-without-account-is-kept", test_name_without_account);
  g_test_add_func ("/submission/long-header-lines-are-folded", test_long_header_lines);
  g_test_add_func ("/submission/sendable-body-is-kept", test_body_is_kept);
  g_test_add_func ("/submission/unsendable-body-is-recoded", test_body_is_recoded);
  g_test_add_func ("/submission/signed-stays-byte-identical", test_signed_stays);
  g_test_add_func ("/submission/signed-but-not-sendable-is-refused", test_signed_but_not_sendable);
  g_test_add_func ("/submission/signed-absence-is-respected", test_signed_absence);
  return g_test_run ();
}
