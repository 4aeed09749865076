/* How the demo tells its story: lines on standard output. It tells what reports say, and makes
 * nothing up. */
#include "config.h"

#include "demo-teller.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS 80
#define INDENT  "   "

/* The words that lines begin with; their column is as wide as the longest of them needs. */
static const char *const line_words[] = { N_ ("offered"), N_ ("accepted"), N_ ("refused"),
                                          N_ ("failed"),  N_ ("asked"),    N_ ("arrived"),
                                          N_ ("waits"),   N_ ("later") };

/* ---- rows --------------------------------------------------------------------------------- */

static const char *const colours[] = {
  [DEMO_TONE_PLAIN] = "",
  [DEMO_TONE_TITLE] = "\033[1m",
  [DEMO_TONE_GOOD] = "\033[32m",
  [DEMO_TONE_BAD] = "\033[31m",
};
G_STATIC_ASSERT (G_N_ELEMENTS (colours) == DEMO_TONE_BAD + 1);

static gboolean
wants_colour (void)
{
  return isatty (STDOUT_FILENO) && g_getenv ("NO_COLOR") == NULL &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

static void
print_in (DemoTone tone, const char *text)
{
  if (tone != DEMO_TONE_PLAIN && wants_colour ())
    g_printf ("%s%s\033[0m", colours[tone], text);
  else
    g_printf ("%s", text);
}

/* How wide @text is on a terminal: Chinese signs take two columns. */
static glong
columns_of (const char *text)
{
  glong columns = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    columns += g_unichar_iswide (g_utf8_get_char (text)) ? 2 : 1;
  return columns;
}

static glong
word_columns (void)
{
  glong columns = 0;

  for (guint i = 0; i < G_N_ELEMENTS (line_words); i++)
    columns = MAX (columns, columns_of (_ (line_words[i])));
  return columns + 1;
}

static void
print_padded (DemoTone tone, const char *text, glong columns)
{
  print_in (tone, text);
  g_printf ("%*s", (int) MAX (0, columns - columns_of (text)), "");
}

/* Prints @text from column @indent on, broken between words. */
static void
print_wrapped (const char *text, glong indent)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  glong column = indent;

  for (guint i = 0; words[i] != NULL; i++)
    {
      glong length = columns_of (words[i]);

      if (i > 0 && column + 1 + length > COLUMNS)
        {
          g_printf ("\n%*s", (int) indent, "");
          column = indent;
        }
      else if (i > 0)
        {
          g_printf (" ");
          column++;
        }
      g_printf ("%s", words[i]);
      column += length;
    }
  g_printf ("\n");
}

void
demo_tell_plainly (const char *text)
{
  g_printf (INDENT);
  print_wrapped (text, strlen (INDENT));
}

void
demo_tell_scene (guint number, const char *title, const char *setting)
{
  g_printf ("\n%u. ", number);
  print_in (DEMO_TONE_TITLE, title);
  g_printf ("\n");
  demo_tell_plainly (setting);
}

void
demo_tell (DemoTone tone, const char *word, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printf (INDENT);
  print_padded (tone, word, word_columns ());
  print_wrapped (text, strlen (INDENT) + word_columns ());
}

void
demo_tell_table (const DemoRow *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    {
      g_printf (INDENT);
      for (guint cell = 0; cell + 1 < G_N_ELEMENTS (rows[i].cells); cell++)
        {
          glong width = 0;

          for (guint other = 0; other < n_rows; other++)
            width = MAX (width, columns_of (rows[other].cells[cell]));
          print_padded (DEMO_TONE_PLAIN, rows[i].cells[cell], width + 2);
        }
      print_in (rows[i].tone, rows[i].cells[G_N_ELEMENTS (rows[i].cells) - 1]);
      g_printf ("\n");
    }
}

/* ---- attempts ----------------------------------------------------------------------------- */

/* Attempt @index as PRODUCT.md section 7 has it; @ret_root owns it. */
static JsonObject *
find_attempt (const SendpathReport *report, guint index, JsonNode **ret_root)
{
  g_autofree char *json = sendpath_report_to_json (report, SENDPATH_REPORT_SEND);
  JsonArray *attempts;

  *ret_root = json_from_string (json, NULL);
  attempts = json_object_get_array_member (json_node_get_object (*ret_root), "attempts");
  return json_array_get_object_element (attempts, index);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);

  return text != NULL ? text : "";
}

static gboolean
is_true (JsonObject *object, const char *name)
{
  return json_object_get_boolean_member_with_default (object, name, FALSE);
}

/* What was special about the offer. */
static char *
dup_manner (JsonObject *attempt, JsonObject *route)
{
  const char *rule = get_text (route, "sender_rule");

  if (g_str_equal (rule, "sender"))
    return g_strdup_printf (_ ("with sender %s"), get_text (attempt, "mail_from"));
  if (g_str_equal (rule, "rewrite"))
    return g_strdup_printf (_ ("with From: %s"), get_text (attempt, "mail_from"));
  if (*get_text (attempt, "auth") != '\0')
    return g_strdup (_ ("after a login"));
  if (is_true (route, "pop_login"))
    return g_strdup (_ ("after a login to the incoming mail (POP3)"));
  if (g_str_equal (get_text (route, "kind"), "location"))
    return g_strdup (_ ("the relay of this location"));
  return g_strdup (_ ("without a login"));
}

static void
tell_answer (JsonObject *attempt)
{
  gboolean is_accepted = g_str_equal (get_text (attempt, "verdict"), "accepted");

  demo_tell (is_accepted ? DEMO_TONE_GOOD : DEMO_TONE_BAD,
             is_accepted ? _ ("accepted") : _ ("refused"), "%d %s",
             (int) json_object_get_int_member_with_default (attempt, "code", 0),
             get_text (attempt, "text"));
}

/* No reply of a mail server: our own words name it, those of a POP3 server do not. */
static void
tell_failure (const char *server, const char *text)
{
  if (strstr (text, server) != NULL)
    demo_tell (DEMO_TONE_BAD, _ ("failed"), "%s", text);
  else
    demo_tell (DEMO_TONE_BAD, _ ("failed"), "%s: %s", server, text);
}

void
demo_tell_attempt (const SendpathReport *report, guint index)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *attempt = find_attempt (report, index, &root);
  JsonObject *route = json_object_get_object_member (attempt, "route");
  const char *server = get_text (route, "server");
  g_autofree char *manner = dup_manner (attempt, route);

  if (json_object_get_null_member (attempt, "code"))
    {
      tell_failure (server, get_text (attempt, "text"));
      return;
    }
  if (is_true (attempt, "same_connection"))
    demo_tell (DEMO_TONE_PLAIN, _ ("offered"), _ ("in the same connection, %s"), manner);
  else
    demo_tell (DEMO_TONE_PLAIN, _ ("offered"), _ ("to %s, %s"), server, manner);
  tell_answer (attempt);
}

gboolean
demo_attempt_is (const SendpathReport *report, guint index, const DemoAttempt *expected)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *attempt = find_attempt (report, index, &root);
  JsonObject *route = json_object_get_object_member (attempt, "route");

  return g_str_equal (get_text (route, "kind"), expected->kind) &&
         g_str_equal (get_text (route, "sender_rule"), expected->sender_rule) &&
         g_str_equal (get_text (attempt, "verdict"), expected->verdict) &&
         is_true (route, "pop_login") == expected->is_after_pop &&
         (*get_text (attempt, "auth") != '\0') == expected->is_logged_in;
}
