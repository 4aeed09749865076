/* `sendpath log`: what was sent, through which route, when. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "cli-json.h"
#include "commands.h"

#define MINUTE_S 60

/* How long ago: `90m`, `12h`, `3d`. FALSE if @text is none. */
static gboolean
parse_age (const char *text, gint64 now_s, gint64 *ret_time_s)
{
  static const struct {
    char letter;
    gint64 seconds;
  } units[] = { { 'm', MINUTE_S }, { 'h', 60 * MINUTE_S }, { 'd', 24 * 60 * MINUTE_S } };
  char *end = NULL;
  guint64 number = g_ascii_strtoull (text, &end, 10);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_ascii_isdigit (text[0]) && number <= G_MAXUINT32 && end[0] == units[i].letter &&
        end[1] == '\0')
      {
        *ret_time_s = now_s - (gint64) number * units[i].seconds;
        return TRUE;
      }
  return FALSE;
}

/* A day, or a day and a time of ISO 8601, in local time unless it says another. */
static gboolean
parse_date (const char *text, gint64 *ret_time_s)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autofree char *midnight = g_strconcat (text, "T00:00:00", NULL);
  g_autofree char *full = g_strconcat (text, ":00", NULL);
  const char *const forms[] = { text, full, midnight };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (forms[i], local);

      if (time != NULL)
        {
          *ret_time_s = g_date_time_to_unix (time);
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
parse_since (const char *text, gint64 *ret_time_s, GError **error)
{
  if (parse_age (text, g_get_real_time () / G_USEC_PER_SEC, ret_time_s) ||
      parse_date (text, ret_time_s))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
               _ ("log: “%s” is no time; write a day and a time as 2026-11-21 or "
                  "2026-11-21T18:30, or an age as 90m, 12h or 3d"),
               text);
  return FALSE;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);

  return text != NULL ? text : "-";
}

static void
print_recipients (JsonObject *line)
{
  JsonArray *recipients = json_object_get_array_member (line, "recipients");

  for (guint i = 0; recipients != NULL && i < json_array_get_length (recipients); i++)
    {
      JsonObject *recipient = json_array_get_object_element (recipients, i);

      g_printf ("                  %s: %s\n", get_text (recipient, "address"),
                get_text (recipient, "state"));
    }
}

/* When, which message, by which account and route, what came of it; below it, for whom. */
static void
print_line (const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  JsonObject *line = json_node_get_object (node);
  JsonObject *route = json_object_get_object_member (line, "route");
  g_autoptr (GDateTime) at = g_date_time_new_from_iso8601 (get_text (line, "at"), NULL);
  g_autoptr (GDateTime) local = at != NULL ? g_date_time_to_local (at) : NULL;
  g_autofree char *when =
      local != NULL ? g_date_time_format (local, "%F %R") : g_strdup (get_text (line, "at"));
  gint64 code = json_object_get_int_member_with_default (line, "code", 0);
  g_autofree char *number = code != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT " ", code) : NULL;

  g_printf ("%s  %.12s  %s  %s %s  %s  %s%s\n", when, get_text (line, "id"),
            get_text (line, "account"), route != NULL ? get_text (route, "kind") : "-",
            route != NULL ? get_text (route, "server") : "-", get_text (line, "verdict"),
            number != NULL ? number : "", get_text (line, "text"));
  print_recipients (line);
}

static int
run (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  g_autofree char *since = NULL, *to = NULL, *message_id = NULL;
  const GOptionEntry entries[] = { { "since", 0, 0, G_OPTION_ARG_STRING, &since,
                                     N_ ("Only from this day, time or age on"), N_ ("TIME") },
                                   { "to", 0, 0, G_OPTION_ARG_STRING, &to,
                                     N_ ("Only for this recipient"), N_ ("ADDR") },
                                   { "message-id", 0, 0, G_OPTION_ARG_STRING, &message_id,
                                     N_ ("Only the message with this Message-ID"), N_ ("ID") },
                                   CLI_JSON_OPTION (&json),
                                   G_OPTION_ENTRY_NULL };
  g_auto (GStrv) operands = cli_parse (&cmd_log, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  gint64 since_s = 0;

  if (operands == NULL || (since != NULL && !parse_since (since, &since_s, error)))
    return CLI_USAGE;
  /* the log is there whatever the configuration is */
  profiles = sendpath_profile_store_new (NULL);
  engine = cli_engine_new (profiles, FALSE);
  lines = sendpath_engine_read_log (engine, since_s, to, message_id);
  for (guint i = lines->len; i > 0; i--)
    if (json)
      g_printf ("%s\n", (const char *) lines->pdata[i - 1]);
    else
      print_line (lines->pdata[i - 1]);
  if (!json && lines->len == 0)
    g_printf ("%s\n", _ ("Nothing was found in the log."));
  return lines->len > 0 ? CLI_YES : CLI_NO;
}

const CliCommand cmd_log = { "log", "", N_ ("Show what was sent, by which route, and when"), run };
