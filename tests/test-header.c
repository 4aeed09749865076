/* Header blocks: what is taken, what is refused, and that an edit touches one field only. */
#include "config.h"

#include <string.h>
#include <gio/gio.h>

#include "sendpath/mail/encoded-word.h"
#include "sendpath/mail/header.h"

static Header *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  Header *header = header_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return header;
}

static void
assert_bytes (const Header *header, const char *expected)
{
  g_autoptr(GBytes) bytes = header_to_bytes (header);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (data, length);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (length, ==, strlen (expected));
}

static void
test_bytes_are_kept (void)
{
  static const char text[] = "Subject : a\r\n\tb  \r\n"
                             "X-Empty:\r\n"
                             "fRoM:   Terri\t<terri@proseware.com>\r\n"
                             "Subject: second\r\n"
                             "X-8: \xff\xc3\xa9\r\n"
                             "X-JIS: \x1b$B%F%9%H\x1b(B \x7f\f\r\n"; /* old, but sendable */
  g_autoptr(Header) header = parse (text);
  g_autoptr(Header) copy = header_copy (header);

  g_assert_cmpuint (header_get_n_fields (header), ==, 6);
  assert_bytes (header, text);
  assert_bytes (copy, text);
  g_assert_cmpstr (header_get_name (header, 0), ==, "Subject");

  g_autofree char *subject = header_dup_first (header, "SUBJECT");
  g_autofree char *empty = header_dup_value (header, 1);
  g_autofree char *from = header_dup_first (header, "from");
  g_assert_cmpstr (subject, ==, "a\tb");
  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (from, ==, "Terri\t<terri@proseware.com>");
  g_assert_null (header_dup_first (header, "To"));
  g_assert_false (header_has (header, "Sub"));
}

static void
test_refused (void)
{
  static const struct {
    const char *text;
    gsize length;
    const char *line;
  } rows[] = {
#define ROW(text, line) { text, sizeof text - 1, line }
    ROW ("A: 1\r\r\nB: 2\r\n", "line 1 "), /* T-087 */
    ROW ("A: 1\r\nB: \0\r\n", "line 2 "),  /* T-095 */
    ROW ("A: 1\nB: 2\n", "line 1 "),
    ROW ("A: 1", "line 1 "),
    ROW ("A: 1\r\nno colon\r\n", "line 2 "),
    ROW ("A: 1\r\n\r\nB: 2\r\n", "line 2 "),
    ROW (" A: 1\r\n", "line 1 "),
    ROW (": 1\r\n", "line 1 "),
    ROW ("A b: 1\r\n", "line 1 "),
    ROW ("\xc3\xa9: 1\r\n", "line 1 "),
#undef ROW
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_null (header_parse (rows[i].text, rows[i].length, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, rows[i].line));
    }
}

static void
test_size (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *filler = g_strnfill (HEADER_MAX_BYTES - 5, 'x');
  g_autofree char *fits = g_strconcat ("X: ", filler, "\r\n", NULL);
  g_autofree char *large = g_strconcat ("X:  ", filler, "\r\n", NULL);
  g_autoptr(Header) header = parse (fits);

  g_assert_nonnull (header);
  g_assert_null (header_parse (large, strlen (large), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_edits (void)
{
  g_autoptr(Header) header =
      parse ("Bcc: a\r\nTo: b\r\nbCC : c,\r\n d,\r\n\te\r\nX: 1\r\nx: 2\r\n");

  g_assert_cmpuint (header_remove (header, "BCC"), ==, 2);
  assert_bytes (header, "To: b\r\nX: 1\r\nx: 2\r\n");
  header_set (header, "x", "3");
  assert_bytes (header, "To: b\r\nx: 3\r\n");
  header_set (header, "Y", "");
  assert_bytes (header, "To: b\r\nx: 3\r\nY: \r\n");
  header_append (header, "Z", "5");
  assert_bytes (header, "To: b\r\nx: 3\r\nY: \r\nZ: 5\r\n");
  g_assert_cmpuint (header_remove (header, "None"), ==, 0);
}

static void
assert_lines_at_most (const Header *header, gsize most)
{
  g_autoptr(GBytes) bytes = header_to_bytes (header);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (data, length);
  g_auto(GStrv) lines = g_strsplit (text, "\r\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, most);
      g_assert_true (i == 0 || *lines[i] == ' ' || *lines[i] == '\0');
    }
}

static void
test_folding_keeps_the_value (void)
{
  g_autoptr(GString) value = g_string_new (NULL);
  g_autoptr(Header) header = header_new ();
  g_autofree char *read = NULL;

  for (guint i = 0; i < 60; i++)
    g_string_append_printf (value, "%s%*sperson%u@proseware.com", i ? "," : "", i % 3 + 1, "", i);
  g_strchug (value->str);
  header_append (header, "To", value->str);
  assert_lines_at_most (header, 78);
  read = header_dup_value (header, 0);
  g_assert_cmpstr (read, ==, value->str);
}

/* T-096, the header's share. */
static void
test_long_lines (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *x900 = g_strnfill (900, 'x'), *x999 = g_strnfill (999, 'x');
  g_autofree char *text = g_strconcat ("Short: a\r\n b\r\nReferences: ", x900, " ", x900, "\t",
                                       x900, "\r\n ", x900, " ", x900, "\r\n", NULL);
  g_autofree char *hopeless = g_strconcat ("A: 1\r\nX: ", x999, "\r\n", NULL);
  g_autoptr(Header) header = parse (text);
  g_autoptr(Header) broken = parse (hopeless);
  g_autofree char *before = header_dup_value (header, 1), *after = NULL;

  g_assert_true (header_fold_long_lines (header, &error));
  g_assert_no_error (error);
  after = header_dup_value (header, 1);
  g_assert_cmpstr (after, ==, before);
  header_remove (header, "Short");
  g_autoptr(GBytes) bytes = header_to_bytes (header);
  g_autofree char *folded = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *expected = g_strconcat ("References: ", x900, "\r\n ", x900, "\r\n\t", x900,
                                           "\r\n ", x900, "\r\n ", x900, "\r\n", NULL);
  g_assert_cmpstr (folded, ==, expected);

  g_assert_false (header_fold_long_lines (broken, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, "X: "));
  assert_bytes (broken, hopeless);
}

static void
test_signed (void)
{
  static const struct {
    const char *text;
    gboolean is_signed;
  } rows[] = {
    { "From: a@x\r\n", FALSE },
    { "dkim-signature: v=1\r\n", TRUE },
    { "ARC-Message-Signature: i=1\r\n", TRUE },
    { "Content-Type: multipart/signed; micalg=x\r\n", TRUE },
    { "Content-Type: (c) Multipart / (d) SIGNED\r\n", TRUE },
    { "Content-Type:\r\n multipart/encrypted\r\n", TRUE },
    { "Content-Type: application/x-pkcs7-mime\r\n", TRUE },
    { "Content-Type: multipart/mixed; boundary=\"multipart/signed\"\r\n", FALSE },
    { "Content-Type: application/pkcs7-signature\r\n", FALSE },
    { "X-Google-DKIM-Signature: v=1\r\n", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(Header) header = parse (rows[i].text);
      g_assert_cmpint (header_is_signed (header), ==, rows[i].is_signed);
    }
}

static void
test_dkim_covers (void)
{
  g_autoptr(Header) header =
      parse ("From: a@x\r\n"
             "DKIM-Signature: v=1; a=rsa-sha256; d = mail.Proseware.com ; s=a;\r\n"
             "\th=From : to:\r\n Sender; bh=x=; b=h=reply-to\r\n");

  g_assert_true (header_dkim_covers (header, "from", NULL));
  g_assert_true (header_dkim_covers (header, "Sender", "proseware.com"));
  g_assert_true (header_dkim_covers (header, "To", "a.mail.proseware.com"));
  g_assert_false (header_dkim_covers (header, "To", "adatum.com"));
  g_assert_false (header_dkim_covers (header, "To", "oseware.com"));
  g_assert_false (header_dkim_covers (header, "Reply-To", NULL));
  g_assert_false (header_dkim_covers (header, "reply", NULL));
}

static void
test_encoded_words (void)
{
  static const struct {
    const char *text, *shown;
  } rows[] = {
    { "plain", "plain" },
    { "=?utf-8?q?Ren=C3=A9_X?=", "Ren\xc3\xa9 X" },
    { "=?ISO-8859-1?B?UmVu6Q==?= =?iso-8859-1*fr?q?=E9?= x", "Ren\xc3\xa9\xc3\xa9 x" },
    { "=?utf-8?b?w6k=?=\t=?utf-8?b?w6k=?=", "\xc3\xa9\xc3\xa9" },
    { "=?utf-8?b?ww==?= =?utf-8?b?qQ==?=", "\xc3\xa9" },
    { "a =?nonsense?q?x?= b", "a =?nonsense?q?x?= b" },
    { "=?utf-8?x?y?= =?utf-8?q?", "=?utf-8?x?y?= =?utf-8?q?" },
    { "=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x" }, /* T-062 */
    { "\x1b[2J =?utf-8?q?=C2=9B2J?=", " [2J   2J" },
    { "=?utf-8?q?=C3?= \xff", "=?utf-8?q?=C3?= \xef\xbf\xbd" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = encoded_word_decode (rows[i].text);
      g_assert_cmpstr (shown, ==, rows[i].shown);
    }

  g_autofree char *text = g_strnfill (300, 'a');
  memcpy (text + 44, "\xc3\xa9\xc3\xa9", 4);
  g_autofree char *encoded = encoded_word_encode (text);
  g_autofree char *decoded = encoded_word_decode (encoded);
  g_auto(GStrv) words = g_strsplit (encoded, " ", -1);
  g_assert_cmpstr (decoded, ==, text);
  for (guint i = 0; words[i]; i++)
    {
      g_assert_cmpuint (strlen (words[i]), <=, 75);
      g_assert_true (encoded_word_is_one (words[i]));
    }
}

/* Bytes of a good header changed at random: refused, or taken and given back byte for byte. */
static void
test_noise (void)
{
  static const char good[] = "From: Terri <terri@proseware.com>\r\n"
                             "Subject: =?utf-8?q?=C3=A9?=\r\n =?utf-8?q?x?=\r\n"
                             "DKIM-Signature: v=1; d=proseware.com;\r\n\th=from:to; b=x\r\n"
                             "Content-Type: multipart/mixed; boundary=\"x\"\r\n";
  static const char alphabet[] = "\r\n\r\n \t:;=?\"(\\\xff\x01"
                                 "a";
  g_autoptr(GRand) random = g_rand_new_with_seed (20261121);
  guint n_taken = 0;

  for (guint round = 0; round < 20000; round++)
    {
      gsize length = sizeof good - 1;
      g_autofree char *text = g_memdup2 (good, length);
      for (int i = g_rand_int_range (random, 0, 4); i > 0; i--)
        text[g_rand_int_range (random, 0, length)] =
            alphabet[g_rand_int_range (random, 0, sizeof alphabet)];

      g_autoptr(Header) header = header_parse (text, length, NULL);
      if (!header)
        continue;
      g_autoptr(GBytes) bytes = header_to_bytes (header);
      g_autofree char *subject = header_dup_first (header, "Subject");
      g_autofree char *shown = subject ? encoded_word_decode (subject) : NULL;
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, length);
      header_is_signed (header);
      header_dkim_covers (header, "To", "x.org");
      g_assert_true (!shown || g_utf8_validate (shown, -1, NULL));
      n_taken++;
    }
  g_assert_cmpuint (n_taken, >, 5000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/header/bytes-are-kept", test_bytes_are_kept);
  g_test_add_func ("/header/broken-lines-are-refused", test_refused);
  g_test_add_func ("/header/size-is-bounded", test_size);
  g_test_add_func ("/header/edits-touch-one-field", test_edits);
  g_test_add_func ("/header/folding-keeps-the-value", test_folding_keeps_the_value);
  g_test_add_func ("/header/long-lines-are-folded-at-white-space", test_long_lines);
  g_test_add_func ("/header/signatures-are-seen", test_signed);
  g_test_add_func ("/header/dkim-names-what-it-covers", test_dkim_covers);
  g_test_add_func ("/header/encoded-words", test_encoded_words);
  g_test_add_func ("/header/noise-is-harmless", test_noise);
  return g_test_run ();
}
