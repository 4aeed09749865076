/* explain-batch: one reply a line, for programs: a JSON object in, a JSON object out. It makes no
 * sentences and never judges a reply itself. */
#include "config.h"

#include "sendpath/verdict/explain-batch.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "sendpath/verdict/verdict.h"

static JsonNode *
find_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

static gboolean
read_string (JsonObject *object, const char *name, const char **ret_text, GError **error)
{
  JsonNode *node = find_member (object, name);

  *ret_text = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("“%s” is not a string"), name);
      return FALSE;
    }
  *ret_text = json_node_get_string (node);
  return TRUE;
}

static gboolean
read_flag (JsonObject *object, const char *name, gboolean *ret_flag, GError **error)
{
  JsonNode *node = find_member (object, name);

  *ret_flag = FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("“%s” is not true or false"),
                   name);
      return FALSE;
    }
  *ret_flag = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_code (JsonObject *object, guint *ret_code, GError **error)
{
  JsonNode *node = find_member (object, "code");
  gint64 code;

  *ret_code = 0;
  if (node == NULL)
    return TRUE;
  code = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : -1;
  if (code != 0 && (code < 200 || code > 599))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _ ("“code” is not a number from 200 to 599, or 0"));
      return FALSE;
    }
  *ret_code = (guint) code;
  return TRUE;
}

/* The reply and its place; the strings stay @object's. */
static SendpathReply *
read_query (JsonObject *object, SendpathVerdictQuery *ret_query, GError **error)
{
  SendpathVerdictQuery query = { 0 };
  const char *stage, *phase, *enhanced, *text;
  guint code;

  if (!read_string (object, "stage", &stage, error) ||
      !read_string (object, "phase", &phase, error) || !read_code (object, &code, error) ||
      !read_string (object, "enhanced", &enhanced, error) ||
      !read_string (object, "text", &text, error) ||
      !read_string (object, "recipient", &query.recipient, error) ||
      !read_string (object, "server", &query.server, error) ||
      !read_flag (object, "authenticated", &query.authenticated, error) ||
      !read_flag (object, "tls", &query.tls, error) ||
      !read_flag (object, "local_accepted", &query.local_accepted, error))
    return NULL;
  if (stage == NULL)
    stage = phase;
  query.phase = stage != NULL ? sendpath_phase_from_string (stage) : SENDPATH_PHASE_UNKNOWN;
  *ret_query = query;
  return sendpath_reply_new (code, enhanced, text != NULL ? text : "");
}

/**
 * sendpath_explain_json_line:
 * @line: a JSON object with `id`, `stage` (or `phase`), `code`, `enhanced` and
 *   `text`, and where known `recipient`, `server`, `authenticated` and `tls`
 * @error: return location for a #GError, or %NULL
 *
 * Classifies one reply for programs: one line in, one line out. What is absent
 * or null counts as not known. A line that is no such object fails with
 * %G_IO_ERROR_INVALID_DATA, which names what is wrong.
 *
 * Returns: (transfer full): a JSON object with `id`, `verdict`, `remedy` and
 *   `rule`, without a line end, or %NULL
 *
 * Since: 1.0
 */
char *
sendpath_explain_json_line (const char *line, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (SendpathReply) reply = NULL;
  g_autoptr (GError) wrong = NULL;
  SendpathVerdictQuery query;
  SendpathVerdictAnswer answer;
  JsonObject *object;
  JsonNode *id;

  g_return_val_if_fail (line != NULL, NULL);

  if (!json_parser_load_from_data (parser, line, -1, &wrong) ||
      json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("not a JSON object: %s"),
                   wrong != NULL ? wrong->message : line);
      return NULL;
    }
  object = json_node_get_object (json_parser_get_root (parser));
  reply = read_query (object, &query, error);
  if (reply == NULL)
    return NULL;
  query.reply = reply;
  sendpath_verdict_classify (&query, &answer);

  id = json_object_get_member (object, "id");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_value (builder,
                          id != NULL ? json_node_copy (id) : json_node_new (JSON_NODE_NULL));
  json_builder_set_member_name (builder, "verdict");
  json_builder_add_string_value (builder, sendpath_verdict_to_string (answer.verdict));
  json_builder_set_member_name (builder, "remedy");
  json_builder_add_string_value (builder, sendpath_remedy_to_string (answer.remedy));
  json_builder_set_member_name (builder, "rule");
  json_builder_add_string_value (builder, answer.rule);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
