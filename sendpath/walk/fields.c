/* Members of JSON objects as our outputs have them. It never decides what is written. */
#include "config.h"

#include "sendpath/walk/fields.h"

void
fields_add_text (JsonObject *object, const char *name, const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    {
      json_object_set_null_member (object, name);
      return;
    }
  valid = g_utf8_make_valid (text, -1);
  json_object_set_string_member (object, name, valid);
}

void
fields_add_number (JsonObject *object, const char *name, gint64 number)
{
  json_object_set_int_member (object, name, number);
}

void
fields_add_number_or_null (JsonObject *object, const char *name, gint64 number)
{
  if (number == 0)
    json_object_set_null_member (object, name);
  else
    json_object_set_int_member (object, name, number);
}

void
fields_add_boolean (JsonObject *object, const char *name, gboolean value)
{
  json_object_set_boolean_member (object, name, value);
}

void
fields_add_time (JsonObject *object, const char *name, gint64 time_s)
{
  g_autoptr(GDateTime) time = time_s != 0 ? g_date_time_new_from_unix_utc (time_s) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  fields_add_text (object, name, text);
}

void
fields_add_texts (JsonObject *object, const char *name, const char *const *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (texts[i], -1);

      json_array_add_string_element (array, valid);
    }
  json_object_set_array_member (object, name, array);
}

void
fields_add_object (JsonObject *object, const char *name, JsonObject *value)
{
  json_object_set_object_member (object, name, value);
}

void
fields_add_array (JsonObject *object, const char *name, JsonArray *value)
{
  json_object_set_array_member (object, name, value);
}

char *
fields_print (JsonObject *object)
{
  g_autoptr(JsonNode) root = json_node_init_object (json_node_alloc (), object);

  return json_to_string (root, FALSE);
}

/* The value of @name if it is a plain value that can be read as @type. */
static JsonNode *
find_value (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != type)
    return NULL;
  return node;
}

const char *
fields_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

gint64
fields_get_number (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : 0;
}

gboolean
fields_get_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

gint64
fields_get_time (JsonObject *object, const char *name)
{
  const char *text = fields_get_text (object, name);
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

JsonObject *
fields_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
fields_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

char **
fields_dup_texts (JsonObject *object, const char *name)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array = fields_get_array (object, name);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (texts, g_strdup (json_node_get_string (node)));
    }
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

JsonObject *
fields_peek_object (JsonArray *array, guint index)
{
  JsonNode *node =
      index < json_array_get_length (array) ? json_array_get_element (array, index) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonObject *
fields_parse (const char *line, gsize length)
{
  g_autoptr(JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  /* json-glib takes a NUL for the end of the text, and wants UTF-8 without saying so */
  if (length == 0 || length > G_MAXSSIZE || !g_utf8_validate_len (line, length, NULL) ||
      !json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  return json_object_ref (json_node_get_object (root));
}
