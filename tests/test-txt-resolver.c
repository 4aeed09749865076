/* TXT records in messages of name servers, which any network can forge. */
#include "config.h"

#include "sendpath/wire/txt-resolver.h"

#include <string.h>

/* A header that says how many answers follow, and the question `a.example`, TXT. */
#define HEADER(n_answers) "\0\1\201\200\0\1\0" n_answers "\0\0\0\0"
#define QUESTION          "\1a\7example\0\0\20\0\1"
/* A record of the name in the question, up to the length of its data. */
#define TXT "\300\14\0\20\0\1\0\0\0\74\0"

#define MESSAGE(text) (const guint8 *) (text), sizeof (text) - 1

static const struct {
  const char *about;
  const guint8 *message;
  gsize length;
  const char *expected; /* records separated by `|`, their strings by `+`; `-` none, `!` refused */
} rows[] = {
  { "one", MESSAGE (HEADER ("\1") QUESTION TXT "\6\5v=x y"), "v=x y" },
  { "two strings", MESSAGE (HEADER ("\1") QUESTION TXT "\5\2v=\1x"), "v=+x" },
  { "an empty string", MESSAGE (HEADER ("\1") QUESTION TXT "\1\0"), "" },
  { "two records", MESSAGE (HEADER ("\2") QUESTION TXT "\2\1x" TXT "\2\1y"), "x|y" },
  { "another type", MESSAGE (HEADER ("\1") QUESTION "\300\14\0\1\0\1\0\0\0\74\0\4\177\0\0\1"), "-" },
  { "another class", MESSAGE (HEADER ("\1") QUESTION "\300\14\0\20\0\3\0\0\0\74\0\2\1x"), "-" },
  { "no record", MESSAGE (HEADER ("\0") QUESTION), "-" },
  { "not UTF-8", MESSAGE (HEADER ("\1") QUESTION TXT "\4\3x\351y"), "x\357\277\275y" },
  { "a NUL", MESSAGE (HEADER ("\1") QUESTION TXT "\4\3x\0y"), "x\357\277\275y" },
  { "no string", MESSAGE (HEADER ("\1") QUESTION TXT "\0"), "!" },
  { "a string beyond its record", MESSAGE (HEADER ("\1") QUESTION TXT "\3\5xy"), "!" },
  { "a record beyond its message", MESSAGE (HEADER ("\1") QUESTION TXT "\7\2xy"), "!" },
  { "more answers than there are", MESSAGE (HEADER ("\3") QUESTION TXT "\2\1x"), "!" },
  { "a name without an end", MESSAGE (HEADER ("\1") QUESTION "\77x"), "!" },
  { "half a pointer", MESSAGE (HEADER ("\1") QUESTION "\300"), "!" },
  { "a label of an unknown kind", MESSAGE (HEADER ("\1") QUESTION "\200\14\0\20\0\1"), "!" },
  { "half a header", MESSAGE ("\0\1\201\200\0"), "!" },
  { "nothing", MESSAGE (""), "!" },
};

static char *
describe (GList *records, const GError *error)
{
  GString *text = g_string_new (NULL);

  if (error != NULL)
    g_string_append (
        text,
        g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND) ? "-" : "!");
  for (const GList *l = records; l != NULL; l = l->next)
    {
      g_auto (GStrv) strings = NULL;
      g_autofree char *joined = NULL;

      g_variant_get (l->data, "(^as)", &strings);
      joined = g_strjoinv ("+", strings);
      g_string_append_printf (text, "%s%s", l != records ? "|" : "", joined);
    }
  return g_string_free (text, FALSE);
}

static void
free_records (GList *records)
{
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

static void
test_messages (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      GList *records = txt_resolver_parse (rows[i].message, rows[i].length, &error);
      g_autofree char *text = describe (records, error);

      g_test_message ("%s", rows[i].about);
      g_assert_cmpstr (text, ==, rows[i].expected);
      free_records (records);
    }
}

/* Each message again, cut after every byte: in a buffer of its own, so that nothing behind it is
 * read unseen. */
static void
test_cut_everywhere (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize length = 0; length < rows[i].length; length++)
      {
        g_autofree guint8 *copy = g_memdup2 (rows[i].message, length);
        g_autoptr (GError) error = NULL;

        free_records (txt_resolver_parse (copy, length, &error));
        g_assert_nonnull (error);
      }
}

static void
test_thousand_records (void)
{
  static const char record[] = TXT "\2\1x";
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  GList *records;

  g_byte_array_append (message, (const guint8 *) "\0\1\201\200\0\1\3\350\0\0\0\0", 12);
  g_byte_array_append (message, (const guint8 *) QUESTION, sizeof QUESTION - 1);
  for (guint i = 0; i < 1000; i++)
    g_byte_array_append (message, (const guint8 *) record, sizeof record - 1);
  records = txt_resolver_parse (message->data, message->len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_length (records), ==, 1000);
  free_records (records);
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer data)
{
  GError **error = data;

  free_records (g_resolver_lookup_records_finish (G_RESOLVER (source), result, error));
}

/* It is nobody's resolver for anything else. */
static void
test_other_types (void)
{
  g_autoptr (GResolver) resolver = txt_resolver_new ();
  GError *error = NULL;

  g_resolver_lookup_records_async (resolver, "example.org.", G_RESOLVER_RECORD_MX, NULL,
                                   on_records, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_INTERNAL);
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/txt-resolver/whatever-a-network-answers", test_messages);
  g_test_add_func ("/txt-resolver/cut-everywhere", test_cut_everywhere);
  g_test_add_func ("/txt-resolver/a-thousand-records", test_thousand_records);
  g_test_add_func ("/txt-resolver/no-other-type", test_other_types);
  return g_test_run ();
}
