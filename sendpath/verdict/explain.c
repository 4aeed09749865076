/* SendpathExplanation: what a reply means, as sentences and as JSON. It takes the verdict from
 * verdict.c as it comes and never judges a reply itself. */
#include "config.h"

#include "sendpath/verdict/explain.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "sendpath/verdict/explain-private.h"
#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/outlook-codes.h"
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
  char *what;
  char *advice;
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
  g_free (explanation->advice);
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

/* ---- making one ------------------------------------------------------------------------------ */

static gboolean
has_words (const SendpathReply *reply)
{
  const char *text = sendpath_reply_get_text (reply);

  for (; text != NULL && *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isalpha (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

/* A code with nothing beside it, not even its place, has all the readings that it can have; so has
 * one with a status that only says "policy". One of those about commands says more by its number
 * than by its words. */
static guint
find_bare_code (const SendpathVerdictQuery *query, SendpathVerdict verdict,
                const OutlookNumber *number)
{
  guint code = sendpath_reply_get_code (query->reply);
  const char *status = sendpath_reply_get_enhanced (query->reply);

  if (number != NULL)
    return number->code;
  if (verdict == SENDPATH_VERDICT_PROTOCOL_ERROR && code >= 500 && code <= 504)
    return code;
  if (query->phase != SENDPATH_PHASE_UNKNOWN || has_words (query->reply) ||
      (status != NULL && strstr (status, ".7.") == NULL && !g_str_has_suffix (status, ".0.0")))
    return 0;
  return code;
}

/* What the words tell beyond the verdict, where the rule does not say it. */
static const char *
find_reason (const SendpathVerdictQuery *query, const SendpathVerdictAnswer *answer)
{
  g_autofree char *lower = g_ascii_strdown (sendpath_reply_get_text (query->reply), -1);
  guint code = sendpath_reply_get_code (query->reply);

  if (answer->verdict == SENDPATH_VERDICT_RECIPIENT_UNKNOWN &&
      (code == 551 || strstr (lower, "user not local") != NULL))
    return "not-local";
  if (code == 0 && answer->verdict == SENDPATH_VERDICT_MAILBOX_FULL &&
      strstr (lower, "disk quota") != NULL)
    return "disk-quota";
  if (code == 0 && answer->verdict == SENDPATH_VERDICT_SERVER_STORAGE &&
      strstr (lower, "no space left on device") != NULL)
    return "disk-full";
  return answer->rule;
}

/* The one who looks after the recipient's provider, if mail reaches it at all. */
static char *
dup_postmaster (const char *recipient, SendpathVerdict verdict)
{
  const char *at = recipient != NULL ? strrchr (recipient, '@') : NULL;

  if (verdict == SENDPATH_VERDICT_REMOTE_UNREACHABLE)
    return NULL;
  return at != NULL && at[1] != '\0' ? g_strconcat ("postmaster", at, NULL) : NULL;
}

static char *
join (char *first, const char *second)
{
  g_autofree char *alone = first;

  return explain_texts_join (alone, second);
}

/* What fits this very case, what fits all such cases, whom to ask. */
static char *
dup_advice (const ExplainTexts *texts, const ExplainClues *clues, const char *postmaster)
{
  char *advice = clues->help != NULL ? explain_texts_join (clues->help, texts->advice)
                                     : g_strdup (texts->advice);
  g_autofree char *contact = NULL;

  if (texts->contact == NULL)
    return advice;
  contact = explain_texts_fill (texts->contact, NULL, postmaster);
  return join (advice, clues->contact != NULL ? clues->contact : contact);
}

/* What is tried may be tried once more elsewhere; here it ends without success. */
static gboolean
ends_in_failure (SendpathVerdict verdict, const SendpathVerdictQuery *query)
{
  const SendpathRemedy *remedy = verdict_remedies (verdict, query);

  while (*remedy != SENDPATH_REMEDY_NONE && *remedy != SENDPATH_REMEDY_FINAL)
    remedy++;
  return *remedy == SENDPATH_REMEDY_FINAL;
}

SendpathExplanation *
explain_build (const SendpathVerdictQuery *query, const SendpathVerdictAnswer *answer,
               const ExplainClues *clues)
{
  SendpathExplanation *explanation = g_atomic_rc_box_new0 (SendpathExplanation);
  g_autofree char *postmaster = dup_postmaster (query->recipient, answer->verdict);
  guint code = sendpath_reply_get_code (query->reply);
  ExplainCase explained = { .verdict = answer->verdict,
                            .remedy = answer->remedy,
                            .place = clues->place,
                            .reason =
                                clues->reason != NULL ? clues->reason : find_reason (query, answer),
                            .bare_code = find_bare_code (query, answer->verdict, clues->number) };
  ExplainTexts texts;

  if (ends_in_failure (answer->verdict, query))
    explained.place |= EXPLAIN_OVER;
  explain_texts_find (&explained, postmaster != NULL, &texts);
  explanation->verdict = answer->verdict;
  explanation->remedy = answer->remedy;
  explanation->rule = answer->rule;
  explanation->what = explain_texts_fill (texts.what, query->server, NULL);
  explanation->will = texts.will;
  explanation->advice = dup_advice (&texts, clues, postmaster);
  explanation->outlook = clues->number != NULL ? clues->number->number
                                               : outlook_code (answer->verdict, query->phase, code);
  if (code != 0 && has_words (query->reply))
    {
      g_autofree char *words = sendpath_reply_dup_clean_text (query->reply);

      explanation->said = g_strdup_printf ("%u %s", code, words);
    }
  return explanation;
}

/* Whose server it is, as far as the session tells. */
static guint
find_place (const SendpathVerdictQuery *query)
{
  if (query->relay)
    return EXPLAIN_NETWORK;
  return query->authenticated ? EXPLAIN_OWN | EXPLAIN_LOGGED_IN : EXPLAIN_ANYWHERE;
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
  ExplainClues clues = { 0 };

  g_return_val_if_fail (query != NULL && query->reply != NULL, NULL);

  clues.place = find_place (query);
  sendpath_verdict_classify (query, &answer);
  return explain_build (query, &answer, &clues);
}

/**
 * sendpath_explain_verdict:
 * @verdict: a verdict, not %SENDPATH_VERDICT_NONE
 *
 * Explains what is meant where nothing but @verdict is known, as after a RCPT to the account's own server
 * without a login.
 *
 * Returns: (transfer full): the explanation, never %NULL
 *
 * Since: 1.0
 */
SendpathExplanation *
sendpath_explain_verdict (SendpathVerdict verdict)
{
  g_autoptr (SendpathReply) silence = sendpath_reply_new (0, NULL, "");
  SendpathVerdictQuery query = { .phase = SENDPATH_PHASE_RCPT, .reply = silence };
  SendpathVerdictAnswer answer = { .verdict = verdict,
                                   .rule = sendpath_verdict_to_string (verdict),
                                   .remedy = verdict_remedies (verdict, &query)[0] };
  ExplainClues clues = { 0 };

  g_return_val_if_fail (verdict != SENDPATH_VERDICT_NONE, NULL);

  return explain_build (&query, &answer, &clues);
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
      g_string_append_printf (out, _ ("The server said: %s"), explanation->said);
      g_string_append_c (out, '\n');
    }
  if (explanation->outlook != NULL)
    {
      g_string_append_printf (out, _ ("Outlook shows: %s"), explanation->outlook);
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
  g_autoptr (JsonNode) root = NULL;

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
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
