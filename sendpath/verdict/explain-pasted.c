/* explain-pasted: explains what a person pastes. It reads it with pasted-reply and judges it with
 * verdict; it has no sentences of its own. */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "sendpath/verdict/concrete-help.h"
#include "sendpath/verdict/explain-private.h"
#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/pasted-reply.h"
#include "sendpath/verdict/remedies.h"

/* Whose server it is, as far as the text around the reply tells. */
static guint
find_pasted_place (const PastedPlace *pasted)
{
  guint place = pasted->port == 25 ? EXPLAIN_PORT_25 : EXPLAIN_ANYWHERE;

  if (pasted->port == 465 || pasted->port == 587 || pasted->by == PASTED_BY_CLIENT)
    return place | EXPLAIN_OWN;
  return pasted->by == PASTED_BY_ANYBODY ? place : place | EXPLAIN_REMOTE;
}

/* A log may be that of this computer or of a provider: whose address was blocked is not sure. */
static gboolean
is_help_sure (SendpathVerdict verdict, PastedBy by)
{
  return by != PASTED_BY_LOG ||
         (verdict != SENDPATH_VERDICT_CLIENT_BLOCKED && verdict != SENDPATH_VERDICT_PTR_REQUIRED);
}

static SendpathExplanation *
explain_case (const SendpathVerdictQuery *query, const SendpathVerdictAnswer *answer,
              const PastedReply *pasted, const OutlookNumber *number)
{
  const ConcreteFacts facts = { .verdict = answer->verdict,
                                .recipient = query->recipient,
                                .server = query->server,
                                .text = sendpath_reply_get_text (query->reply),
                                .is_bounce = pasted->place.by == PASTED_BY_REPORT };
  g_autofree char *help =
      is_help_sure (answer->verdict, pasted->place.by) ? concrete_help (&facts) : NULL;
  g_autofree char *contact = concrete_contact (&facts);
  const ExplainClues clues = { .number = number,
                               .reason = number != NULL ? number->reason : pasted->reason,
                               .help = help,
                               .contact = contact,
                               .place = find_pasted_place (&pasted->place) };

  return explain_build (query, answer, &clues);
}

/* One of Outlook's numbers without the server's words. */
static SendpathExplanation *
explain_number (const PastedReply *pasted, const OutlookNumber *number)
{
  g_autoptr (SendpathReply) nothing = sendpath_reply_new (0, NULL, "");
  const SendpathVerdictQuery query = { .phase = number->phase,
                                       .reply = nothing,
                                       .server = pasted->place.server,
                                       .recipient = pasted->place.recipient };
  SendpathVerdictAnswer answer = { .verdict = number->verdict, .rule = "outlook-number" };

  answer.remedy = verdict_remedies (answer.verdict, &query)[0];
  return explain_case (&query, &answer, pasted, number);
}

static SendpathExplanation *
explain_pasted (SendpathPhase phase, const PastedReply *pasted)
{
  const SendpathVerdictQuery query = { .phase = phase,
                                       .reply = pasted->reply,
                                       .server = pasted->place.server,
                                       .recipient = pasted->place.recipient };
  SendpathVerdictAnswer answer;

  sendpath_verdict_classify (&query, &answer);
  return explain_case (&query, &answer, pasted, NULL);
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
  g_autoptr (PastedReply) pasted = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  number = outlook_find (text);
  pasted = pasted_reply_new (text);
  if (pasted == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("there is nothing to explain: paste the server's reply, such as "
                              "“550 5.7.1 Relaying denied”"));
      return NULL;
    }
  if (number != NULL && sendpath_reply_get_code (pasted->reply) == 0)
    return explain_number (pasted, number);
  if (phase == SENDPATH_PHASE_UNKNOWN)
    phase = pasted->place.phase;
  if (phase == SENDPATH_PHASE_UNKNOWN && number != NULL)
    phase = number->phase;
  return explain_pasted (phase, pasted);
}
