/* bounce-cause: why a recipient's mail did not arrive. It chooses which words of a report, which
 * status and which phase the classifier is asked about; what a reply means is said there, never
 * here. */
#include "config.h"

#include "sendpath/verdict/bounce-cause.h"

#include <string.h>

#include "sendpath/verdict/concrete-help.h"
#include "sendpath/verdict/explain-private.h"
#include "sendpath/verdict/explain-texts.h"

#define MAX_SENTENCES 64

/* TRUE if the classifier found nothing to hold on to but the code. */
static gboolean
is_guess (const SendpathExplanation *explanation)
{
  const char *rule = sendpath_explanation_get_rule (explanation);

  return g_str_has_prefix (rule, "default-") || g_str_equal (rule, "unclassified");
}

/* TRUE if what it found in prose would be telling in a reply only: a report speaks of messages and
 * of unknown things all the time. */
static gboolean
is_weak (const SendpathExplanation *explanation)
{
  static const char *const rules[] = { "something-unknown", "content-at-end", "client-refused" };
  const char *rule = sendpath_explanation_get_rule (explanation);

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rule, rules[i]))
      return TRUE;
  return is_guess (explanation);
}

/* How reporters say where in the session a reply came; the first row that occurs decides. */
static const struct {
  const char *words;
  SendpathPhase phase;
} places[] = {
  { "reply to RCPT TO", SENDPATH_PHASE_RCPT },
  { "after RCPT", SENDPATH_PHASE_RCPT },
  { "reply to MAIL FROM", SENDPATH_PHASE_MAIL },
  { "after MAIL", SENDPATH_PHASE_MAIL },
  { "after pipelined MAIL", SENDPATH_PHASE_MAIL },
  { "reply to end of DATA", SENDPATH_PHASE_EOD },
  { "after end of data", SENDPATH_PHASE_EOD },
  { "sending end of data", SENDPATH_PHASE_EOD },
  { "reply to DATA", SENDPATH_PHASE_DATA },
  { "after DATA", SENDPATH_PHASE_DATA },
  { "after pipelined DATA", SENDPATH_PHASE_DATA },
  { "reply to AUTH", SENDPATH_PHASE_AUTH },
  { "after AUTH", SENDPATH_PHASE_AUTH },
  { "reply to EHLO", SENDPATH_PHASE_EHLO },
  { "reply to HELO", SENDPATH_PHASE_EHLO },
  { "after EHLO", SENDPATH_PHASE_EHLO },
  { "after HELO", SENDPATH_PHASE_EHLO },
  { "my name was rejected", SENDPATH_PHASE_EHLO },
  { "after initial connection", SENDPATH_PHASE_GREETING },
  { "refused to talk to me", SENDPATH_PHASE_GREETING },
  { "greeting failed", SENDPATH_PHASE_GREETING },
  { "sender was rejected", SENDPATH_PHASE_MAIL },
  { "does not like recipient", SENDPATH_PHASE_RCPT },
  { "rejected recipient", SENDPATH_PHASE_RCPT },
  { "failed on DATA command", SENDPATH_PHASE_DATA },
  { "failed after I sent the message", SENDPATH_PHASE_EOD },
  { "message text rejected by", SENDPATH_PHASE_EOD },
  { "[MAIL_FROM]", SENDPATH_PHASE_MAIL },
  { "[RCPT_TO]", SENDPATH_PHASE_RCPT },
};

/* What reporters say of themselves, where no server has answered, and the status of RFC 3463 that
 * others give for it. What may mean something else, too, is asked only where the classifier finds
 * nothing. */
static const struct {
  const char *words;
  const char *status;
  gboolean is_sure;
} own_words[] = {
  /* Google Groups, in many languages: no such group, or none to which the sender may write. */
  { "groups.google.com/support", "5.1.1", TRUE },
  { "in the queue too long", "4.4.7", TRUE },
  { "could not be delivered for", "4.4.7", TRUE },
  { "could not deliver for", "4.4.7", TRUE },
  { "in the time limit specified", "4.4.7", TRUE },
  /* Of the reporter's system: nobody has answered. */
  { "connection refused", "4.4.1", TRUE },
  { "connection timed out", "4.4.1", TRUE },
  { "connection dropped", "4.4.1", TRUE },
  { "connection reset", "4.4.2", TRUE },
  { "lost connection with", "4.4.2", TRUE },
  { "timed out while", "4.4.2", TRUE },
  { "no route to host", "4.4.1", TRUE },
  { "network is unreachable", "4.4.1", TRUE },
  { "requests to connect", "4.4.1", TRUE },
  { "lookup did not complete", "4.4.3", TRUE },
  { "points to local host", "5.4.6", TRUE },
  { "was not delivered within", "4.4.7", FALSE },
  { "could not be delivered within", "4.4.7", FALSE },
  { "retry time not reached", "4.4.7", FALSE },
  { "retry timeout exceeded", "4.4.7", FALSE },
  { "multiple retries", "4.4.7", TRUE },
  { "failing for a long time", "4.4.7", FALSE },
  { "message expired", "4.4.7", FALSE },
  { "delivery time expired", "4.4.7", FALSE },
  { "no SMTP service", "5.1.2", TRUE },
  { "appear to be registered", "5.1.2", TRUE },
  { "find a gateway", "5.1.2", TRUE },
  { "retries", "4.4.7", FALSE },
  { "for too long", "4.4.7", FALSE },
  { "for a long time", "4.4.7", FALSE },
  { " attempts", "4.4.7", FALSE },
  { "expired", "4.4.7", FALSE },
  { "not reachable", "4.4.1", FALSE },
  { "not responding", "4.4.1", FALSE },
  { "did not respond", "4.4.1", FALSE },
  { "invalid user", "5.1.1", FALSE },
  { "not listed in", "5.1.1", FALSE },
};

/* Paragraphs that only introduce what follows. */
static const char *const intros[] = {
  "following",   "created automatically", "automatically generated",
  "one or more", "mail system at host",   "sorry to have to inform",
};

static gboolean
is_intro (const char *paragraph)
{
  for (guint i = 0; i < G_N_ELEMENTS (intros); i++)
    if (strcasestr (paragraph, intros[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* `Your message cannot be delivered.`, without a reason. */
static gboolean
says_only_not_delivered (const char *sentence)
{
  return strcasestr (sentence, "deliver") != NULL || strstr (sentence, "退回") != NULL ||
         strcasestr (sentence, "nicht zugestellt") != NULL;
}

static const char *
find_own_status (const char *words, gboolean must_be_sure)
{
  for (guint i = 0; words != NULL && i < G_N_ELEMENTS (own_words); i++)
    if ((own_words[i].is_sure || !must_be_sure) && strcasestr (words, own_words[i].words) != NULL)
      return own_words[i].status;
  return NULL;
}

static SendpathPhase
find_phase (const BounceRecipient *from)
{
  const char *texts[] = { from->text, from->context, from->place };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint k = 0; texts[i] != NULL && k < G_N_ELEMENTS (places); k++)
      if (strcasestr (texts[i], places[k].words) != NULL)
        return places[k].phase;
  return SENDPATH_PHASE_UNKNOWN;
}

/* A server has refused another one; who reports that has given up, or goes on trying. */
static SendpathExplanation *
explain_refusal (const BounceRecipient *from, const SendpathVerdictQuery *query,
                 const SendpathVerdictAnswer *answer)
{
  const ConcreteFacts facts = { .verdict = answer->verdict,
                                .recipient = query->recipient,
                                .text = sendpath_reply_get_text (query->reply),
                                .is_bounce = TRUE };
  g_autofree char *help = concrete_help (&facts);
  const ExplainClues clues = { .help = help,
                               .place = from->action == BOUNCE_FAILED
                                            ? EXPLAIN_REMOTE | EXPLAIN_OVER
                                            : EXPLAIN_REMOTE };

  return explain_build (query, answer, &clues);
}

static SendpathExplanation *
explain_words (const BounceRecipient *from, guint code, const char *status, const char *words)
{
  g_autoptr (SendpathReply) reply = sendpath_reply_new (code, status, words);
  /* Where it was said means something only if a server said it. */
  const SendpathVerdictQuery query = { .phase =
                                           code != 0 ? find_phase (from) : SENDPATH_PHASE_UNKNOWN,
                                       .reply = reply,
                                       .recipient = from->address };
  SendpathVerdictAnswer answer;

  sendpath_verdict_classify (&query, &answer);
  return explain_refusal (from, &query, &answer);
}

/* A status stands for the code that it came with (RFC 3463 section 2). */
static SendpathExplanation *
explain_status (const BounceRecipient *from, const char *status, const char *words)
{
  return explain_words (from, status[0] == '4' ? 450 : 550, status, words);
}

/* Marks of other scripts that end a sentence. */
static const char *const wide_marks[] = { "。", "……", "！", "；" };

/* A line that was wrapped goes on in small letters. */
static gboolean
is_line_end (const char *s)
{
  return *s == '\n' && !g_ascii_islower (s[1 + strspn (s + 1, " \t")]);
}

/* The end of the sentence that begins at @text. */
static const char *
find_sentence_end (const char *text)
{
  for (const char *s = text; *s != '\0'; s++)
    {
      if (is_line_end (s) || (strchr (".!?:", *s) != NULL && strchr (" \n", s[1]) != NULL))
        return s + 1;
      for (guint i = 0; i < G_N_ELEMENTS (wide_marks); i++)
        if (g_str_has_prefix (s, wide_marks[i]))
          return s + strlen (wide_marks[i]);
    }
  return text + strlen (text);
}

/* What announces a reason. */
static const char *const reason_marks[] = {
  "because",  "reason is", "reason:", "error message:", "due to", "grund:",  "ursache:",
  "motif :",  "raison :",  "motivo:", "causa:",         "powód:", "причина", "退信原因",
  "退回原因", "原因：",    "理由：",  "理由:",          "원인:",  "사유:",
};

/* What stands behind the announcement of a reason in @sentence, or NULL. */
static const char *
find_reason (const char *sentence)
{
  for (guint i = 0; i < G_N_ELEMENTS (reason_marks); i++)
    {
      const char *at = strcasestr (sentence, reason_marks[i]);

      if (at != NULL)
        return at + strlen (reason_marks[i]) + strspn (at + strlen (reason_marks[i]), " :\t\n");
    }
  return NULL;
}

static char *
dup_stripped (const char *start, const char *end)
{
  return g_strstrip (g_strdelimit (g_strndup (start, (gsize) (end - start)), "\n", ' '));
}

/* TRUE if waiting may cure it: no other trouble is a reason to go on trying. */
static gboolean
may_pass (SendpathVerdict verdict)
{
  static const SendpathVerdict verdicts[] = {
    SENDPATH_VERDICT_MAILBOX_FULL,       SENDPATH_VERDICT_MAILBOX_UNAVAILABLE,
    SENDPATH_VERDICT_GREYLISTED,         SENDPATH_VERDICT_RATE_LIMITED,
    SENDPATH_VERDICT_REMOTE_UNREACHABLE, SENDPATH_VERDICT_SERVER_BUSY,
    SENDPATH_VERDICT_SERVER_STORAGE,
  };

  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    if (verdicts[i] == verdict)
      return TRUE;
  return FALSE;
}

/* What @sentence says by itself, or NULL. */
static SendpathExplanation *
explain_sentence (const BounceRecipient *from, const char *sentence)
{
  g_autoptr (SendpathExplanation) explanation = explain_words (from, 0, from->status, sentence);

  if (is_weak (explanation) || (from->action == BOUNCE_DELAYED &&
                                !may_pass (sendpath_explanation_get_verdict (explanation))))
    return NULL;
  return g_steal_pointer (&explanation);
}

/* A reporter's own words, where no server has answered. A reason that is announced comes first; then
 * the first sentence that says anything: those behind it say what might help. NULL if none does. */
static SendpathExplanation *
explain_prose (const BounceRecipient *from, const char *text)
{
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  SendpathExplanation *explanation = NULL;
  gboolean is_announced = FALSE;

  for (const char *end = text; sentences->len < MAX_SENTENCES && *end != '\0';)
    {
      const char *start = end;

      end = find_sentence_end (start);
      g_ptr_array_add (sentences, dup_stripped (start, end));
    }
  for (guint i = 0; i < sentences->len && explanation == NULL; i++)
    {
      const char *sentence = g_ptr_array_index (sentences, i);
      const char *reason = is_announced ? sentence : find_reason (sentence);

      if (*sentence == '\0')
        continue;
      is_announced = reason != NULL && *reason == '\0';
      if (reason != NULL && !is_announced)
        explanation = explain_sentence (from, reason);
    }
  for (guint i = 0; i < sentences->len && explanation == NULL; i++)
    {
      const char *sentence = g_ptr_array_index (sentences, i);

      if (*sentence != '\0' && !is_intro (sentence) && !says_only_not_delivered (sentence))
        explanation = explain_sentence (from, sentence);
    }
  return explanation;
}

/* The status that the reporter's own @words stand for, as an explanation, or NULL. */
static SendpathExplanation *
explain_own_words (const BounceRecipient *from, const char *words, gboolean must_be_sure)
{
  const char *status = find_own_status (words, must_be_sure);

  if (status == NULL ||
      (from->status != NULL && !g_str_has_suffix (from->status, ".0.0") && from->status[0] != '4'))
    return NULL;
  return explain_status (from, status, "");
}

/* What is said of the recipient tells nothing to the classifier; the rest of the report may. */
static SendpathExplanation *
explain_report (const BounceRecipient *from, const char *text)
{
  SendpathExplanation *explanation = explain_own_words (from, text, FALSE);

  if (explanation == NULL)
    explanation = explain_own_words (from, from->context, TRUE);
  if (explanation == NULL && from->context != NULL)
    explanation = explain_prose (from, from->context);
  if (explanation == NULL)
    explanation = explain_own_words (from, from->context, FALSE);
  if (explanation == NULL && from->action == BOUNCE_DELAYED)
    explanation = explain_status (from, "4.4.7", "");
  return explanation;
}

/* What Sendmail and others conclude from nothing but the code (RFC 3463 has more to say). */
static gboolean
is_concluded_from_code (const BounceRecipient *from)
{
  static const struct {
    guint code;
    const char *status;
  } pairs[] = {
    { 550, "5.1.1" }, { 551, "5.1.6" }, { 552, "5.2.2" }, { 553, "5.1.3" },
    { 554, "5.3.0" }, { 450, "4.2.1" }, { 452, "4.3.1" }, { 451, "4.3.0" },
  };

  for (guint i = 0; from->is_status_concluded && i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i].code == from->code && g_str_equal (from->status, pairs[i].status))
      return TRUE;
  return FALSE;
}

/* What a server said is surer than what the reporter has concluded from it. */
static SendpathExplanation *
explain_reply (const BounceRecipient *from, const char *text)
{
  g_autoptr (SendpathExplanation) explanation = NULL, other = NULL;

  if (is_concluded_from_code (from))
    explanation = explain_words (from, from->code, NULL, text);
  if (explanation == NULL || is_guess (explanation))
    {
      g_clear_pointer (&explanation, sendpath_explanation_unref);
      explanation = explain_words (from, from->code, from->status, text);
    }
  if (is_guess (explanation))
    other = explain_own_words (from, text, TRUE);
  return other != NULL ? g_steal_pointer (&other) : g_steal_pointer (&explanation);
}

/* The last resort: all of @text at once. That a mailbox is unknown is believed on few words. */
static SendpathExplanation *
explain_all (const BounceRecipient *from, const char *text)
{
  g_autoptr (SendpathExplanation) explanation = explain_words (from, 0, from->status, text);

  if (is_weak (explanation) && !is_guess (explanation) &&
      sendpath_explanation_get_verdict (explanation) != SENDPATH_VERDICT_RECIPIENT_UNKNOWN)
    return explain_words (from, 0, from->status, "");
  return g_steal_pointer (&explanation);
}

/* No server has answered, or the report does not show what it said. */
static SendpathExplanation *
explain_without_reply (const BounceRecipient *from, const char *text)
{
  g_autoptr (SendpathExplanation) explanation = NULL, other = NULL;

  if (from->status != NULL && !g_str_has_suffix (from->status, ".0.0"))
    explanation = explain_status (from, from->status, text);
  else if (find_own_status (text, TRUE) != NULL)
    explanation = explain_status (from, find_own_status (text, TRUE), "");
  else
    explanation = explain_prose (from, text);
  if (explanation == NULL || is_weak (explanation))
    other = explain_report (from, text);
  if (other == NULL && explanation == NULL)
    other = explain_all (from, *text == '\0' && from->context != NULL ? from->context : text);
  return other != NULL ? g_steal_pointer (&other) : g_steal_pointer (&explanation);
}

SendpathExplanation *
bounce_cause_explain (const BounceRecipient *from)
{
  const char *text = from->text != NULL ? from->text : "";

  if (from->action == BOUNCE_DELIVERED)
    return explain_words (from, 250, from->status, text);
  return from->code != 0 ? explain_reply (from, text) : explain_without_reply (from, text);
}
