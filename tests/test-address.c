/* The address parser against what people and programs write, and against noise. */
#include "config.h"

#include <string.h>
#include <gio/gio.h>

#include "profiles/profile-address.h"
#include "sendpath/mail/address.h"

static void
show (const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);
  g_test_message ("%s", escaped);
}

/* `addr|addr`, or "name <addr>|…" where names are wanted. */
static char *
dup_list (const char *text, gboolean with_names)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) list = address_list_parse (text, strlen (text), &error);
  g_autoptr(GString) shown = g_string_new (NULL);

  if (!list)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      return g_strdup ("error");
    }
  for (guint i = 0; i < list->len; i++)
    {
      Address *address = g_ptr_array_index (list, i);
      g_string_append_printf (shown, "%s", i > 0 ? "|" : "");
      if (with_names)
        g_string_append_printf (shown, "%s=", address->name ? address->name : "-");
      g_string_append (shown, address->addr);
    }
  return g_string_free (g_steal_pointer (&shown), FALSE);
}

typedef struct {
  const char *text;
  const char *expected;
} Row;

static void
check_rows (const Row *rows, gsize n, gboolean with_names)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *shown = dup_list (rows[i].text, with_names);
      show (rows[i].text);
      g_assert_cmpstr (shown, ==, rows[i].expected);
    }
}

static void
test_lists (void)
{
  static const Row rows[] = {
    { "terri@proseware.com", "terri@proseware.com" },
    { "<terri@proseware.com>", "terri@proseware.com" },
    { "root", "root" },
    { "a@x.org, b@y.org", "a@x.org|b@y.org" },
    { "", "" },
    { " , ,a@x.org,, b@y.org , ", "a@x.org|b@y.org" },
    { "Terri Chudzik <terri@proseware.com>", "terri@proseware.com" },
    { "J. Q. Public <j@x.org>", "j@x.org" },
    { "\"Chudzik, Terri\" <terri@proseware.com>", "terri@proseware.com" },
    { "=?utf-8?q?Ren=C3=A9?= <r@x.org>", "r@x.org" },
    { "Ren\xc3\xa9 <r@x.org>", "r@x.org" },
    { "undisclosed-recipients:;", "" },
    { "undisclosed-recipients: ;, a@x.org", "a@x.org" },
    { "g: a@x, b@y;", "a@x|b@y" }, /* T-071 */
    { "g: a@x, , B <b@y>;, c@z", "a@x|b@y|c@z" },
    { "\"g r\": a@x;", "a@x" },
    { "a@x.org (home (sweet \\) home))", "a@x.org" },
    { "(1) a (2) @ (3) x (4) . (5) org (6)", "a@x.org" },
    { "<@relay.org,@other.org:a@x.org>", "a@x.org" },
    { "john . doe @ x . org", "john.doe@x.org" },
    { "\"john.doe\"@x.org", "john.doe@x.org" },
    { "\"john\".doe@x.org", "john.doe@x.org" },
    { "\"a b\"@x.org", "\"a b\"@x.org" },
    { "\"a\".\"b c\"@x.org", "\"a.b c\"@x.org" },
    { "\"\"@x.org", "\"\"@x.org" },
    { "\"a@b\"", "\"a@b\"" },
    { "a@[192.0.2.1]", "a@[192.0.2.1]" },
    { "a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]" },
    { "j\xc3\xb6rg@b\xc3\xbc"
      "cher.example",
      "j\xc3\xb6rg@b\xc3\xbc"
      "cher.example" },
    { "a+b=c/d@x.org", "a+b=c/d@x.org" },
    { "-f@evil", "-f@evil" }, /* T-059 */
    { "a@under_score.org", "a@under_score.org" },
  };

  check_rows (rows, G_N_ELEMENTS (rows), FALSE);
}

static void
test_names (void)
{
  static const Row rows[] = {
    { "a@x", "-=a@x" },
    { "Terri Chudzik <a@x>", "Terri Chudzik=a@x" },
    { "Terri\t  Chudzik <a@x>", "Terri Chudzik=a@x" },
    { "\"Chudzik, \\\"T\\\"\" <a@x>", "Chudzik, \"T\"=a@x" },
    { "J. Q. Public <a@x>", "J. Q. Public=a@x" },
    { "root (Cron Daemon)", "Cron Daemon=root" },
    { "a@x (A. U. Thor), b@x", "A. U. Thor=a@x|-=b@x" },
    { "Terri (work) <a@x> (home)", "Terri=a@x" },
    { "<a@x> (Terri)", "Terri=a@x" },
    { "=?utf-8?q?a=0D=0ABcc=3A_b=40y?= <a@x>", "=?utf-8?q?a=0D=0ABcc=3A_b=40y?==a@x" }, /* T-062 */
    { "Ren\xe9 <a@x>", "Ren\xc3\xa9=a@x" },
  };

  check_rows (rows, G_N_ELEMENTS (rows), TRUE);
}

/* T-061, T-078: all or nothing. */
static void
test_refused (void)
{
  static const char *const texts[] = {
    "a@b.c\r\nRCPT TO:<x@y>",
    "\"a\nb\"@c.d, secret@x",
    "a@x.org b@y.org",
    "a@x.org; b@y.org",
    "a@x.org, b@",
    "a@x.org, @y.org",
    "Terri Chudzik",
    "Terri <a@x",
    "Terri <a@x>>",
    "Terri a@x>",
    "Terri <>",
    "<>",
    "a@b@c",
    "a..b@x",
    ".a@x",
    "a.@x",
    "a@x.",
    "a@.x",
    "a@x..y",
    "a@x!y",
    "a@[1.2.3.4",
    "a@[]",
    "a@[1 2]",
    "\"a@x.org",
    "\"a\\",
    "(a@x.org",
    "a@x.org)",
    "g: a@x",
    "g: h: a@x;;",
    ": a@x;",
    "<@a:>",
    "<@a b@x>",
    "<a@x> Terri",
    "a\x01@x",
    "a@x\x7f",
    "\"\x1b\"@x",
    "\"a<b\"@x",
    "\"a\tb\"@x",
    "\xff@x.org",
    "a@\xff.org",
    ". <a@x>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *shown = dup_list (texts[i], FALSE);
      show (texts[i]);
      g_assert_cmpstr (shown, ==, "error");
    }
}

static void
test_nul (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (address_list_parse ("a@x\0, b@y", 9, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_position (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (address_list_parse ("a@x, b c@y", 10, &error));
  g_assert_nonnull (strstr (error->message, "character 8:"));
}

static void
test_bounds (void)
{
  static const struct {
    guint local, domain;
    gboolean is_fine;
  } rows[] = {
    { 64, 255, TRUE }, /* T-064 */
    { 65, 20, FALSE },
    { 64, 256, FALSE },
    { 600, 20, FALSE }, /* T-063 */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *local = g_strnfill (rows[i].local, 'a');
      g_autofree char *domain = g_strnfill (rows[i].domain - 4, 'b');
      g_autofree char *addr = g_strconcat (local, "@", domain, ".org", NULL);
      g_autofree char *parsed = address_parse_one (addr, FALSE, NULL);
      g_assert_cmpstr (parsed, ==, rows[i].is_fine ? addr : NULL);
    }

  g_autofree char *open = g_strnfill (33, '('), *close = g_strnfill (33, ')');
  g_autofree char *deep = g_strconcat (open, close, "a@x", NULL);
  g_autofree char *less = g_strconcat (open + 1, close + 1, "a@x", NULL);
  g_autofree char *refused = dup_list (deep, FALSE), *taken = dup_list (less, FALSE);
  g_assert_cmpstr (refused, ==, "error");
  g_assert_cmpstr (taken, ==, "a@x");

  g_autofree char *blanks = g_strnfill (256 * 1024, ' ');
  g_autofree char *too_long = g_strconcat (blanks, "a", NULL);
  g_autofree char *long_list = dup_list (too_long, FALSE),
                  *fitting = dup_list (too_long + 1, FALSE);
  g_assert_cmpstr (long_list, ==, "error");
  g_assert_cmpstr (fitting, ==, "a");
}

static void
test_one (void)
{
  static const Row rows[] = {
    { "a@x.org", "a@x.org" },
    { "<a@x.org>", "a@x.org" },
    { " a@x.org ", "a@x.org" },
    { "\"a\\\" -X/tmp/x b\"@c.d", "\"a\\\" -X/tmp/x b\"@c.d" }, /* T-056 */
    { "-oQdir", "-oQdir" },                                     /* T-058 */
    { "a@x.org, b@y.org", NULL },
    { "a@x.org,", NULL },
    { "Terri <a@x.org>", NULL },
    { "a@x.org (Terri)", NULL },
    { "g: a@x.org;", NULL },
    { "a@b.c\r\nRCPT TO:<x@y>", NULL },
    { "", NULL },
    { "<>", NULL },
    { " ", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *parsed = address_parse_one (rows[i].text, FALSE, &error);
      show (rows[i].text);
      g_assert_cmpstr (parsed, ==, rows[i].expected);
      g_assert_true ((parsed == NULL) == (error != NULL));
    }

  g_autofree char *null_sender = address_parse_one ("<>", TRUE, NULL);
  g_autofree char *empty_sender = address_parse_one ("", TRUE, NULL);
  g_assert_cmpstr (null_sender, ==, "");
  g_assert_cmpstr (empty_sender, ==, "");
}

/* What stands between the options of a command line: cron gives all of MAILTO as one word. */
static void
test_operand (void)
{
  static const Row rows[] = {
    { "a@x.org", "a@x.org" },
    { "a@x.org,root,<b@y.org>", "a@x.org|root|b@y.org" },
    { " a@x.org , b@y.org,", "a@x.org|b@y.org" },
    { "\"a,b\"@x.org", "\"a,b\"@x.org" },
    { "-oQdir", "-oQdir" }, /* T-058 */
    { "a@x.org,Terri <b@y.org>", NULL },
    { "a@x.org,b@y.org (Terri)", NULL },
    { "a@x.org b@y.org", NULL },
    { "a@x.org;b@y.org", NULL },
    { "g: a@x.org;", NULL },
    { "a@x.org,@", NULL },
    { "a@b.c\r\nRCPT TO:<x@y>", NULL }, /* T-061 */
    { "", NULL },
    { ",", NULL },
    { "<>", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_auto(GStrv) parsed = address_parse_operand (rows[i].text, &error);
      g_autofree char *joined = parsed ? g_strjoinv ("|", parsed) : NULL;
      show (rows[i].text);
      g_assert_cmpstr (joined, ==, rows[i].expected);
      g_assert_true ((parsed == NULL) == (error != NULL));
    }
}

/* An error tells where, and never holds what a terminal would act on. */
static void
test_error_is_clean (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (address_parse_one ("a\x1b[2J\xff\r\nb@x", FALSE, &error));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *p = error->message; *p; p++)
    g_assert_false (g_ascii_iscntrl (*p));
}

static void
test_equal (void)
{
  static const struct {
    const char *a, *b;
    gboolean is_same;
  } rows[] = {
    { "a@Example.ORG", "a@example.org", TRUE },
    { "A@example.org", "a@example.org", FALSE },
    { "a@b\xc3\xbc"
      "cher.example",
      "a@xn--bcher-kva.example", TRUE },
    { "a@B\xc3\x9c"
      "CHER.example",
      "a@b\xc3\xbc"
      "cher.example",
      TRUE },
    { "root", "Root", FALSE },
    { "root", "root@example.org", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a = address_dup_key (rows[i].a);
      g_autofree char *b = address_dup_key (rows[i].b);
      g_assert_cmpint (g_str_equal (a, b), ==, rows[i].is_same);
    }

  g_assert_cmpstr (address_get_domain ("a@x.org"), ==, "x.org");
  g_assert_cmpstr (address_get_domain ("\"a@b\"@x.org"), ==, "x.org");
  g_assert_null (address_get_domain ("root"));
  g_assert_null (address_get_domain ("\"a@b\""));
}

/* profiles/ has checks of its own for what people write into the configuration, since it stands below
 * this room: what it takes as an address can be sent, and a domain has the same spellings there. */
static void
test_profile_agrees (void)
{
  static const char *const taken[] = {
    "terri@proseware.com", "a+b=c.d@x-y.example.org", "a_b@x_y.example", "\"a b\"@x.org",
    "\"a\\\"b\"@x.org", "\"a@b\"@x.org", "t@[192.0.2.1]", "t@[IPv6:2001:db8::1]",
    ("r\xc3\xa9@b\xc3\xbc" "cher.example"),
  };
  static const char *const refused[] = {
    "", "root", "@x.org", "a@", "a b@x.org", "a..b@x.org", ".a@x.org", "a@x..org", "a@b@x.org",
    "\"a<b\"@x.org", "\"a>b\"@x.org", "\"a\tb\"@x.org", "\"a\"b\"@x.org", "\"a\\\"@x.org",
    "a@[x", "a@x.org,", "a@x.org b@x.org", "<a@x.org>", "A <a@x.org>", "a(b)@x.org",
    "\xff@x.org", "a@\xff.org",
  };
  static const char *const domains[] = { "x.org", "X.Org", "b\xc3\xbc" "cher.example",
                                         "xn--bcher-kva.example", "B\xc3\x9c" "CHER.example",
                                         "sub.x.org", "[192.0.2.1]" };

  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_autofree char *parsed = address_parse_one (taken[i], FALSE, NULL);
      g_assert_cmpstr (parsed, ==, taken[i]);
      g_assert_true (profile_address_is_valid (taken[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (profile_address_is_valid (refused[i]))
      g_error ("%s is no address", refused[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (domains); k++)
      {
        g_autofree char *a = g_strconcat ("t@", domains[i], NULL);
        g_autofree char *b = g_strconcat ("t@", domains[k], NULL);
        g_autofree char *key_a = address_dup_key (a);
        g_autofree char *key_b = address_dup_key (b);
        g_assert_cmpint (profile_address_covers (a, b), ==, g_str_equal (key_a, key_b));
      }
}

static void
test_format (void)
{
  static const struct {
    const char *name, *expected;
  } rows[] = {
    { NULL, "a@x" },
    { "", "a@x" },
    { "Terri Chudzik", "Terri Chudzik <a@x>" },
    { "Terri C. Chudzik", "\"Terri C. Chudzik\" <a@x>" },
    { "Chudzik, \"T\" \\", "\"Chudzik, \\\"T\\\" \\\\\" <a@x>" },
    { "Ren\xc3\xa9", "=?UTF-8?B?UmVuw6k=?= <a@x>" },
    { "=?utf-8?q?Ren=C3=A9?= X", "=?utf-8?q?Ren=C3=A9?= X <a@x>" },
    { "=?utf-8?q?Ren=C3=A9?= X, Y", "=?utf-8?q?Ren=C3=A9?= \"X, Y\" <a@x>" },
    { "x\r\nBcc: e@x", "\"x  Bcc: e@x\" <a@x>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = address_format (rows[i].name, "a@x");
      g_assert_cmpstr (text, ==, rows[i].expected);
    }
}

/* What is written is read again as the same. */
static void
test_format_round_trip (void)
{
  static const char *const names[] = { "Terri", "a \"b\" \\c", "(x)", "a;b",
                                       "J. Q.", "<a@b>",       "a  b" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = address_format (names[i], "\"a b\"@x");
      g_autofree char *expected = g_strconcat (names[i], "=\"a b\"@x", NULL);
      g_autofree char *shown = dup_list (text, TRUE);
      g_assert_cmpstr (shown, ==, expected);
    }
}

/* Noise made of the characters that mean something: no crash, and what is taken can be sent. */
static void
test_noise (void)
{
  static const char alphabet[] = "ab.@@<>(),:;\"\\[] \t=?-_\r\n\xc3\xa9\x80\x01";
  g_autoptr(GRand) random = g_rand_new_with_seed (20261121);

  for (guint round = 0; round < 20000; round++)
    {
      char text[48];
      int length = g_rand_int_range (random, 0, sizeof text);
      for (int i = 0; i < length; i++)
        text[i] = alphabet[g_rand_int_range (random, 0, sizeof alphabet)];

      g_autofree char *exact =
          g_memdup2 (text, MAX (length, 1)); /* so that a byte too far is seen */
      g_autofree char *written = g_strndup (text, length);
      g_autofree char *one = address_parse_one (written, FALSE, NULL);
      if (profile_address_is_valid (written))
        g_assert_nonnull (one);

      g_autoptr(GPtrArray) list = address_list_parse (exact, length, NULL);
      for (guint i = 0; list && i < list->len; i++)
        {
          Address *address = g_ptr_array_index (list, i);
          g_autofree char *again = address_parse_one (address->addr, FALSE, NULL);
          g_assert_cmpstr (again, ==, address->addr);
          g_assert_null (strpbrk (address->addr, "<>\r\n\t"));
          g_assert_true (!address->name || g_utf8_validate (address->name, -1, NULL));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/lists-as-people-write-them", test_lists);
  g_test_add_func ("/address/names-are-decoded-from-quoting", test_names);
  g_test_add_func ("/address/never-a-silent-prefix", test_refused);
  g_test_add_func ("/address/nul-is-refused", test_nul);
  g_test_add_func ("/address/error-tells-the-position", test_position);
  g_test_add_func ("/address/lengths-and-depth-are-bounded", test_bounds);
  g_test_add_func ("/address/one-complete-address", test_one);
  g_test_add_func ("/address/operands-are-one-or-several", test_operand);
  g_test_add_func ("/address/error-is-clean", test_error_is_clean);
  g_test_add_func ("/address/domain-without-case", test_equal);
  g_test_add_func ("/address/profiles-and-mail-agree", test_profile_agrees);
  g_test_add_func ("/address/format-quotes-or-encodes", test_format);
  g_test_add_func ("/address/format-is-read-again", test_format_round_trip);
  g_test_add_func ("/address/noise-is-harmless", test_noise);
  return g_test_run ();
}
