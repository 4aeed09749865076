/* Replies: what is one, what is none, and what is shown of it. */
#include "config.h"

#include <string.h>

#include "sendpath/wire/endpoint.h"
#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply-reader.h"
#include "tests/lib/loopback.h"

/* ---- values ---------------------------------------------------------------------------------- */

static const struct {
  const char *text, *enhanced;
} enhanced_cases[] = {
  { "5.7.1 Relaying denied", "5.7.1" },
  { "5.7.1", "5.7.1" },
  { "4.7.123\nmore", "4.7.123" },
  { "2.1.5: fine", "2.1.5" },
  { "5.7 Relaying denied", NULL },
  { "5.7.1.2 no", NULL },
  { "5.1234.1 no", NULL },
  { "3.7.1 no such class", NULL },
  { "sorry (#5.7.1)", NULL },
  { "192.0.2.1 is listed", NULL },
  { "2.0.0x", NULL },
  { "", NULL },
};

static void
test_enhanced (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (enhanced_cases); i++)
    {
      g_autoptr(SendpathReply) reply = sendpath_reply_new (550, NULL, enhanced_cases[i].text);

      g_assert_cmpstr (sendpath_reply_get_enhanced (reply), ==, enhanced_cases[i].enhanced);
      g_assert_cmpstr (sendpath_reply_get_text (reply), ==, enhanced_cases[i].text);
      g_assert_cmpuint (sendpath_reply_get_code (reply), ==, 550);
    }
}

static void
test_boxed (void)
{
  g_autoptr(SendpathReply) reply = sendpath_reply_new_fault (SENDPATH_FAULT_TLS, "no \xff");
  g_autoptr(SendpathReply) copy = g_boxed_copy (SENDPATH_TYPE_REPLY, reply);
  g_autoptr(SendpathEndpoint) endpoint
      = sendpath_endpoint_new ("smtp.example.org", 587, SENDPATH_SECURITY_STARTTLS);
  g_autoptr(SendpathEndpoint) other = g_boxed_copy (SENDPATH_TYPE_ENDPOINT, endpoint);

  g_assert_cmpuint (sendpath_reply_get_code (copy), ==, 0);
  g_assert_cmpint (sendpath_reply_get_fault (copy), ==, SENDPATH_FAULT_TLS);
  g_assert_cmpstr (sendpath_reply_get_text (copy), ==, "no \xef\xbf\xbd");
  g_assert_cmpstr (sendpath_endpoint_get_host (other), ==, "smtp.example.org");
  g_assert_cmpuint (sendpath_endpoint_get_port (other), ==, 587);
  g_assert_cmpstr (sendpath_security_to_string (sendpath_endpoint_get_security (other)), ==,
                   "starttls");
}

static void
test_phases (void)
{
  for (SendpathPhase phase = SENDPATH_PHASE_UNKNOWN; phase <= SENDPATH_PHASE_QUIT; phase++)
    g_assert_cmpint (sendpath_phase_from_string (sendpath_phase_to_string (phase)), ==, phase);
  g_assert_cmpint (sendpath_phase_from_string ("rcpt"), ==, SENDPATH_PHASE_RCPT);
  g_assert_cmpint (sendpath_phase_from_string ("Rcpt"), ==, SENDPATH_PHASE_UNKNOWN);
  g_assert_cmpint (sendpath_phase_from_string (NULL), ==, SENDPATH_PHASE_UNKNOWN);
}

/* T-028 */
static const struct {
  const char *text, *shown;
} clean_cases[] = {
  { "5.7.1 one\n5.7.1 two", "5.7.1 one 5.7.1 two" },
  { "a\033[31;1mred\033[0m b", "ared b" },
  { "a\033]0;title\007b\033]8;;x\033\\c", "abc" },
  { "a\033[", "a" },
  { "a\033(Bb\x07\x08", "a(Bb" },
  { "\t a \r\n b \t", "a b" },
  { "a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xd8\x9c\xe2\x80\x8f" "d", "abcd" },
  { "a\xc2\x9b" "31m\xe2\x80\xa8" "b", "a31m b" },
  { "\xef\xbb\xbf" "a\xf3\xa0\x81\x81" "b", "ab" },
  { "caf\xe9", "caf\xef\xbf\xbd" },
  { "", "" },
};

static void
test_clean_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clean_cases); i++)
    {
      g_autoptr(SendpathReply) reply = sendpath_reply_new (550, NULL, clean_cases[i].text);
      g_autofree char *shown = sendpath_reply_dup_clean_text (reply);

      g_assert_cmpstr (shown, ==, clean_cases[i].shown);
    }
}

static void
test_clean_length (void)
{
  g_autofree char *text = g_strnfill (4096, 'x');
  g_autoptr(SendpathReply) reply = sendpath_reply_new (550, NULL, text);
  g_autofree char *shown = sendpath_reply_dup_clean_text (reply);
  g_autoptr(SendpathReply) fitting = NULL;
  g_autofree char *whole = NULL;

  g_assert_cmpint (g_utf8_strlen (shown, -1), ==, 500);
  g_assert_true (g_str_has_suffix (shown, "x…"));

  text[500] = '\0';
  fitting = sendpath_reply_new (550, NULL, text);
  whole = sendpath_reply_dup_clean_text (fitting);
  g_assert_cmpstr (whole, ==, text);
}

/* ---- the reader ------------------------------------------------------------------------------ */

#define TRUE_REPLY(code, text) (code), SENDPATH_FAULT_NONE, (text)
#define NO_REPLY(fault)        0, SENDPATH_FAULT_##fault, NULL

static const struct {
  const char   *name;
  const char   *sent; /* raw, as in a dialogue */
  guint         code;
  SendpathFault fault;
  const char   *text;
} reader_cases[] = {
  { "one-line", "250 2.1.5 ok\\r\\n", TRUE_REPLY (250, "2.1.5 ok") },
  { "code-alone", "250\\r\\n", TRUE_REPLY (250, "") },
  { "code-and-space", "250 \\r\\n", TRUE_REPLY (250, "") },
  { "bare-lf", "250-a\\n250 b\\n", TRUE_REPLY (250, "a\nb") },
  { "lines-are-joined", "250-a\\r\\n250-\\r\\n250 c\\r\\n", TRUE_REPLY (250, "a\n\nc") },
  { "code-alone-ends", "250-a\\r\\n250\\r\\n", TRUE_REPLY (250, "a\n") },
  /* T-001 */
  { "tab-in-text", "250 AUTH PLAIN\\tLOGIN\\r\\n", TRUE_REPLY (250, "AUTH PLAIN\tLOGIN") },
  { "nul-in-text", "250 a\\x00b\\r\\n", TRUE_REPLY (250, "a?b") },
  { "599-is-a-code", "599 x\\r\\n", TRUE_REPLY (599, "x") },
  { "mixed-codes-are-refused", "250-a\\r\\n550 b\\r\\n", NO_REPLY (PROTOCOL) },
  { "four-digits-are-refused", "4346 x\\r\\n250 y\\r\\n", NO_REPLY (PROTOCOL) }, /* T-004 */
  { "end-without-line-end", "250", NO_REPLY (LINK_LOST) },                       /* T-006 */
  { "half-a-code", "25", NO_REPLY (LINK_LOST) },                                 /* T-007 */
  { "end-in-the-middle", "250-a\\r\\n", NO_REPLY (LINK_LOST) },
  { "nothing", "", NO_REPLY (LINK_LOST) },
  { "leading-space", " 250 ok\\r\\n", NO_REPLY (PROTOCOL) }, /* T-008 */
  { "leading-plus", "+250 ok\\r\\n", NO_REPLY (PROTOCOL) },
  { "leading-zero", "0250 ok\\r\\n", NO_REPLY (PROTOCOL) },
  { "no-space", "250ok\\r\\n", NO_REPLY (PROTOCOL) },
  { "nul-for-a-space", "250\\x00-x\\r\\n250 y\\r\\n", NO_REPLY (PROTOCOL) }, /* T-009 */
  { "tab-for-a-space", "250\\tx\\r\\n", NO_REPLY (PROTOCOL) },
  { "bare-cr", "250 a\\r250 b\\r\\n", NO_REPLY (PROTOCOL) },
  { "cr-cr-lf", "250 a\\r\\r\\n", NO_REPLY (PROTOCOL) },
  { "code-100", "100 x\\r\\n", NO_REPLY (PROTOCOL) },
  { "code-777", "777 x\\r\\n", NO_REPLY (PROTOCOL) }, /* T-026 */
  { "empty-line", "\\r\\n", NO_REPLY (PROTOCOL) },
  { "http", "HTTP/1.1 400 Bad Request\\r\\n", NO_REPLY (PROTOCOL) },
  { "tls-alert", "\\x15\\x03\\x01\\x00\\x02\\x02\\x46\\n", NO_REPLY (PROTOCOL) },
};

static void
test_reader (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *dialogue = g_strconcat (*reader_cases[i].sent != '\0' ? "S+: " : "!cut",
                                           reader_cases[i].sent, "\n", NULL);
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(SendpathReply) reply = reply_read (stream);

  g_assert_cmpuint (sendpath_reply_get_code (reply), ==, reader_cases[i].code);
  g_assert_cmpint (sendpath_reply_get_fault (reply), ==, reader_cases[i].fault);
  if (reader_cases[i].text != NULL)
    g_assert_cmpstr (sendpath_reply_get_text (reply), ==, reader_cases[i].text);
  g_assert_true (stream_is_dead (stream) == (reader_cases[i].fault != SENDPATH_FAULT_NONE));
}

/* The bounds of R-31: just what is allowed, and one more. */
static const struct {
  const char *name;
  const char *before; /* said as it is, before what is repeated */
  const char *unit;
  guint64     n;
  const char *after;
  gboolean    is_reply;
} bound_cases[] = {
  { "128-lines", "", "250-x\\r\\n", 127, "250 x\\r\\n", TRUE },
  { "129-lines", "", "250-x\\r\\n", 128, "250 x\\r\\n", FALSE }, /* T-003 */
  { "line-of-2048", "250 ", "x", 2042, "\\r\\n", TRUE },
  { "line-of-2049", "250 ", "x", 2043, "\\r\\n", FALSE },
  { "line-of-100-MB", "250 ", "x", 100 * 1024 * 1024, "", FALSE }, /* T-002 */
  { "endless-lines", "", "250-x\\r\\n", 100 * 1024 * 1024, "", FALSE },
};

static char *
dup_raw_step (const char *raw)
{
  return *raw != '\0' ? g_strconcat ("S+: ", raw, "\n", NULL) : g_strdup ("");
}

static void
test_bounds (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *before = dup_raw_step (bound_cases[i].before);
  g_autofree char *after = dup_raw_step (bound_cases[i].after);
  g_autofree char *dialogue
      = g_strdup_printf ("%s!flood %" G_GUINT64_FORMAT " %s\n%s!wait\n", before, bound_cases[i].n,
                         bound_cases[i].unit, after);
  g_autoptr(ScriptedServer) server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(SendpathReply) reply = reply_read (stream);

  g_assert_cmpint (sendpath_reply_get_fault (reply), ==,
                   bound_cases[i].is_reply ? SENDPATH_FAULT_NONE : SENDPATH_FAULT_PROTOCOL);
}

/* 64 KiB is the bound of a reply, not of a flight: what a hundred refusals say may be more. */
static void
test_flight (void)
{
  g_autoptr(ScriptedServer) server = scripted_server_new (
      "!flood 60000 250-xxxxxxxxxxxx\\r\\n250 y\\r\\n\n!wait\n", SCRIPTED_SERVER_NO_CUT);
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);

  for (guint i = 0; i < 60000; i++)
    {
      g_autoptr(SendpathReply) reply = reply_read (stream);

      g_assert_cmpuint (sendpath_reply_get_code (reply), ==, 250);
    }
}

/* Pieces: whatever the network does to the segments, the reply is the same. */
static void
test_pieces (void)
{
  g_autoptr(ScriptedServer) server = scripted_server_new (
      "!drip 1\nS: 250-one\nS: 250 two\n!wait\n", SCRIPTED_SERVER_NO_CUT);
  g_autoptr(Stream) stream = loopback_connect (server, NULL, NULL);
  g_autoptr(SendpathReply) reply = reply_read (stream);

  g_assert_cmpstr (sendpath_reply_get_text (reply), ==, "one\ntwo");
}

static void
add_line (const char *line, gpointer data)
{
  g_string_append_printf (data, "%s\n", line);
}

static void
test_trace (void)
{
  g_autoptr(GString) lines = g_string_new (NULL);
  Trace trace = { add_line, lines };
  g_autoptr(ScriptedServer) server = scripted_server_new (
      "S+: 250-a\\x1b[2Jb\\r\\n250 c\\x00\\r\\n\n", SCRIPTED_SERVER_NO_CUT);
  g_autoptr(Stream) stream = loopback_connect (server, &trace, NULL);
  g_autoptr(SendpathReply) reply = reply_read (stream);

  g_assert_cmpuint (sendpath_reply_get_code (reply), ==, 250);
  trace_sent (&trace, "MAIL FROM:<a@example.org>\r\nDATA\r\n", 33);
  trace_sent_secret (&trace, "AUTH PLAIN");
  trace_sent_secret (&trace, "");
  trace_note (&trace, "%s", "over");
  g_assert_cmpstr (lines->str, ==,
                   "<- 250-ab\n<- 250 c?\n-> MAIL FROM:<a@example.org>\n-> DATA\n"
                   "-> AUTH PLAIN ****\n-> ****\n== over\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/enhanced-code-is-at-the-start", test_enhanced);
  g_test_add_func ("/reply/is-a-boxed-value", test_boxed);
  g_test_add_func ("/reply/phases-have-names", test_phases);
  g_test_add_func ("/reply/is-clean-when-shown", test_clean_text);
  g_test_add_func ("/reply/is-short-when-shown", test_clean_length);
  for (gsize i = 0; i < G_N_ELEMENTS (reader_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/reply/read/", reader_cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_reader);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bound_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/reply/bounds/", bound_cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_bounds);
    }
  g_test_add_func ("/reply/a-flight-may-be-long", test_flight);
  g_test_add_func ("/reply/comes-in-pieces", test_pieces);
  g_test_add_func ("/reply/is-traced-clean", test_trace);
  return g_test_run ();
}
