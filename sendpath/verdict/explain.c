/* SendpathExplanation: what a reply means, as sentences and as JSON. It takes the verdict from
 * verdict.c as it comes and never judges a reply itself. */
#include "config.h"

#include "sendpath/verdict/explain.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/outlook-codes.h"
#include "sendpath/verdict/pasted-reply.h"
#include "sendpath/verdict/remedies.h"

/**
 * SendpathExplanation:
 *
 * What a reply means, what sendpath does about it and what the person can do.
 *
 * An explanation never changes once it is made; it may be read from any
 * thread. Its sentences are in the language of the thread that made it.
 *
 * Since: 1.0
 */
struct _SendpathExplanation {
  SendpathVerdict verdict;
  SendpathRemedy remedy;
  const char *rule;    /* static */
  const char *outlook; /* static */
  const char *will;    /* static or gettext's */
  const char *advice;
  char *what;
  char *said; /* the server's own words, cleaned; or NULL */
};

G_DEFINE_BOXED_TYPE (SendpathExplanation, sendpath_explanation, sendpath_explanation_ref,
                     sendpath_explanation_unref)

/**
 * sendpath_explanation_ref: (skip)
 * @explanation: a #SendpathExplanation
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @explanation
 *
 * Since: 1.0
 */
SendpathExplanation *
sendpath_explanation_ref (SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return g_atomic_rc_box_acquire (explanation);
}

static void
clear (gpointer data)
{
  SendpathExplanation *explanation = data;

  g_free (explanation->what);
  g_free (explanation->said);
}

/**
 * sendpath_explanation_unref: (skip)
 * @explanation: a #SendpathExplanation
 *
 * Gives a reference back.
 *
 * Since: 1.0
 */
void
sendpath_explanation_unref (SendpathExplanation *explanation)
{
  g_return_if_fail (explanation != NULL);
  g_atomic_rc_box_release_full (explanation, clear);
}

/* `{server}` becomes the server's name; never a printf format, because translators write it. */
static char *
fill_in (const char *text, const char *server)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, "{server}", server != NULL ? server : _("The server"), 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static SendpathExplanation *
explanation_new (const SendpathVerdictQuery *query, const SendpathVerdictAnswer *answer,
                 const char *what)
{
  SendpathExplanation *explanation = g_atomic_rc_box_new0 (SendpathExplanation);

  explanation->verdict = answer->verdict;
  explanation->remedy = answer->remedy;
  explanation->rule = answer->rule;
  explanation->what = fill_in (what, query->server);
  explanation->will = explain_will (answer->verdict, answer->remedy);
  explanation->advice = explain_advice (answer->verdict);
  return explanation;
}

static gboolean
has_words (const SendpathReply *reply)
{
  const char *text = sendpath_reply_get_text (reply);

  for (; text != NULL && *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isalpha (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

/**
 * sendpath_explain_reply:
 * @query: as for sendpath_verdict_classify()
 *
 * Explains what a server answered, or why there is no answer.
 *
 * Returns: (transfer full): the explanation, never %NULL
 *
 * Since: 1.0
 */
SendpathExplanation *
sendpath_explain_reply (const SendpathVerdictQuery *query)
{
  SendpathVerdictAnswer answer;
  SendpathExplanation *explanation;
  const char *what = NULL;
  guint code;

  g_return_val_if_fail (query != NULL && query->reply != NULL, NULL);

  code = sendpath_reply_get_code (query->reply);
  sendpath_verdict_classify (query, &answer);
  if (query->phase == SENDPATH_PHASE_UNKNOWN && !has_words (query->reply) &&
      sendpath_reply_get_enhanced (query->reply) == NULL)
    what = explain_what_code (code);
  explanation =
      explanation_new (query, &answer, what != NULL ? what : explain_what (answer.verdict));
  explanation->outlook = outlook_code (answer.verdict, query->phase, code);
  if (code != 0 && has_words (query->reply))
    {
      g_autofree char *words = sendpath_reply_dup_clean_text (query->reply);

      explanation->said = g_strdup_printf ("%u %s", code, words);
    }
  return explanation;
}

/* One of Outlook's numbers without the server's words. */
static SendpathExplanation *
explain_number (const OutlookNumber *number)
{
  g_autoptr (SendpathReply) nothing = sendpath_reply_new (0, NULL, "");
  SendpathVerdictQuery query = { .phase = number->phase, .reply = nothing };
  SendpathVerdictAnswer answer = { .verdict = number->verdict, .rule = "outlook-number" };
  SendpathExplanation *explanation;

  answer.remedy = verdict_remedies (answer.verdict, &query)[0];
  explanation = explanation_new (&query, &answer,
                                 number->meaning != NULL ? _(number->meaning)
                                                         : explain_what (answer.verdict));
  explanation->outlook = number->number;
  return explanation;
}

/**
 * sendpath_explain_text:
 * @phase: where it happened, or %SENDPATH_PHASE_UNKNOWN
 * @text: what a person pastes: `550 5.7.1 Relaying denied`, `550`, text alone,
 *   several lines, a line of a mail log, Outlook's error message or `0x800CCC79`
 * @error: return location for a #GError, or %NULL
 *
 * Explains a reply that was seen elsewhere. Fails only with
 * %G_IO_ERROR_INVALID_ARGUMENT, if @text has neither a word nor a number.
 *
 * Returns: (transfer full): the explanation, or %NULL
 *
 * Since: 1.0
 */
SendpathExplanation *
sendpath_explain_text (SendpathPhase phase, const char *text, GError **error)
{
  const OutlookNumber *number;
  g_autoptr (SendpathReply) reply = NULL;
  SendpathVerdictQuery query = { .phase = phase };
  SendpathPhase place;

  g_return_val_if_fail (text != NULL, NULL);

  number = outlook_find (text);
  reply = pasted_reply_read (text, &place);
  if (reply == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("there is nothing to explain: paste the server's reply, such as "
                              "“550 5.7.1 Relaying denied”"));
      return NULL;
    }
  if (number != NULL && sendpath_reply_get_code (reply) == 0)
    return explain_number (number);
  query.reply = reply;
  if (query.phase == SENDPATH_PHASE_UNKNOWN)
    query.phase = place;
  if (query.phase == SENDPATH_PHASE_UNKNOWN && number != NULL)
    query.phase = number->phase;
  return sendpath_explain_reply (&query);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

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
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("“%s” is not a string"), name);
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
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("“%s” is not true or false"),
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
                           _("“code” is not a number from 200 to 599, or 0"));
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

static char *
print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
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
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("not a JSON object: %s"),
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
  return print_json (builder);
}

/* ---- reading an explanation ------------------------------------------------------------------ */

/**
 * sendpath_explanation_get_verdict:
 * @explanation: a #SendpathExplanation
 *
 * Gets what the reply means.
 *
 * Returns: the verdict
 *
 * Since: 1.0
 */
SendpathVerdict
sendpath_explanation_get_verdict (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, SENDPATH_VERDICT_NONE);
  return explanation->verdict;
}

/**
 * sendpath_explanation_get_remedy:
 * @explanation: a #SendpathExplanation
 *
 * Gets what is done about it first.
 *
 * Returns: the remedy
 *
 * Since: 1.0
 */
SendpathRemedy
sendpath_explanation_get_remedy (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, SENDPATH_REMEDY_NONE);
  return explanation->remedy;
}

/**
 * sendpath_explanation_get_rule:
 * @explanation: a #SendpathExplanation
 *
 * Gets the stable id of the rule that decided.
 *
 * Returns: (transfer none): the id, never translated
 *
 * Since: 1.0
 */
const char *
sendpath_explanation_get_rule (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return explanation->rule;
}

/**
 * sendpath_explanation_get_what:
 * @explanation: a #SendpathExplanation
 *
 * Gets one sentence of what happened.
 *
 * Returns: (transfer none): a translated sentence
 *
 * Since: 1.0
 */
const char *
sendpath_explanation_get_what (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return explanation->what;
}

/**
 * sendpath_explanation_get_will:
 * @explanation: a #SendpathExplanation
 *
 * Gets one sentence of what sendpath does about it.
 *
 * Returns: (transfer none): a translated sentence
 *
 * Since: 1.0
 */
const char *
sendpath_explanation_get_will (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return explanation->will;
}

/**
 * sendpath_explanation_get_advice:
 * @explanation: a #SendpathExplanation
 *
 * Gets what the person can do.
 *
 * Returns: (transfer none): one or two translated sentences
 *
 * Since: 1.0
 */
const char *
sendpath_explanation_get_advice (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return explanation->advice;
}

/**
 * sendpath_explanation_get_outlook:
 * @explanation: a #SendpathExplanation
 *
 * Gets the number Outlook would show.
 *
 * Returns: (transfer none) (nullable): a number such as `0x800CCC79`, or %NULL
 *   where Outlook has none
 *
 * Since: 1.0
 */
const char *
sendpath_explanation_get_outlook (const SendpathExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return explanation->outlook;
}

/**
 * sendpath_explanation_to_text:
 * @explanation: a #SendpathExplanation
 *
 * Puts the sentences together for a terminal, each on a line of its own, with
 * the server's words and Outlook's number behind them.
 *
 * Returns: (transfer full): translated text that ends in a line end
 *
 * Since: 1.0
 */
char *
sendpath_explanation_to_text (const SendpathExplanation *explanation)
{
  GString *out;

  g_return_val_if_fail (explanation != NULL, NULL);

  out = g_string_new (NULL);
  g_string_append_printf (out, "%s\n%s\n%s\n", explanation->what, explanation->will,
                          explanation->advice);
  if (explanation->said != NULL)
    {
      g_string_append_printf (out, _("The server said: %s"), explanation->said);
      g_string_append_c (out, '\n');
    }
  if (explanation->outlook != NULL)
    {
      g_string_append_printf (out, _("Outlook shows: %s"), explanation->outlook);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

/**
 * sendpath_explanation_to_json:
 * @explanation: a #SendpathExplanation
 *
 * Puts the explanation into JSON: `schema`, `verdict`, `remedy`, `rule`, `what`,
 * `will`, `advice` and `outlook`.
 *
 * Returns: (transfer full): a JSON object on one line, without a line end
 *
 * Since: 1.0
 */
char *
sendpath_explanation_to_json (const SendpathExplanation *explanation)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  g_return_val_if_fail (explanation != NULL, NULL);

  const struct {
    const char *name, *value;
  } members[] = {
    { "verdict", sendpath_verdict_to_string (explanation->verdict) },
    { "remedy", sendpath_remedy_to_string (explanation->remedy) },
    { "rule", explanation->rule },
    { "what", explanation->what },
    { "will", explanation->will },
    { "advice", explanation->advice },
    { "outlook", explanation->outlook },
  };

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "schema");
  json_builder_add_int_value (builder, 1);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      json_builder_set_member_name (builder, members[i].name);
      json_builder_add_string_value (builder, members[i].value);
    }
  json_builder_end_object (builder);
  return print_json (builder);
}
