/* JSON on standard output: objects with "schema":1 or lines of them. */
#include "config.h"

#include "cli-json.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

JsonObject *
cli_json_new (void)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "schema", 1);
  return object;
}

void
cli_json_add_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

void
cli_json_print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *line = json_to_string (node, FALSE);

  g_printf ("%s\n", line);
}

void
cli_json_print_check (const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);
  JsonObject *check = json_node_get_object (node);

  g_printf (
      "%-6s %s %s:%" G_GINT64_FORMAT "  %s  (%" G_GINT64_FORMAT " ms)\n",
      json_object_get_boolean_member (check, "ok") ? _ ("works") : _ ("fails"),
      json_object_get_string_member (check, "check"), json_object_get_string_member (check, "host"),
      json_object_get_int_member (check, "port"), json_object_get_string_member (check, "text"),
      json_object_get_int_member (check, "ms"));
}
