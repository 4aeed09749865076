/* bounce-cause: why a recipient's mail did not arrive. It chooses which words of a report, which
 * status and which phase the classifier is asked about; what a reply means is said there, never
 * here. */
#include "config.h"

#include "sendpath/verdict/bounce-cause.h"

#include <string.h>

#include "sendpath/verdict/pasted-reply.h"

#define MAX_PARAGRAPHS 32
#define MAX_SENTENCES  16

/* TRUE if the classifier found nothing to hold on to but the code. */
static gboolean
is_guess (const SendpathExplanation *explanation)
{
  const char *rule = sendpath_explanation_get_rule (explanation);

  return g_str_has_prefix (rule, "default-") || g_str_equal (rule, "unclassified");
}

/* How reporters say where in the session a reply came, besides what logs say. */
static const struct {
  const char *words;
  SendpathPhase phase;
} places[] = {
  { "my name was rejected", SENDPATH_PHASE_EHLO },
  { "sender was rejected", SENDPATH_PHASE_MAIL },
  { "does not like recipient", SENDPATH_PHASE_RCPT },
  { "rejected recipient", SENDPATH_PHASE_RCPT },
  { "failed on DATA command", SENDPATH_PHASE_DATA },
  { "failed after I sent the message", SENDPATH_PHASE_EOD },
  { "[MAIL_FROM]", SENDPATH_PHASE_MAIL },
  { "[RCPT_TO]", SENDPATH_PHASE_RCPT },
  { "after RCPT command", SENDPATH_PHASE_RCPT },
  { "after MAIL command", SENDPATH_PHASE_MAIL },
  { "after DATA command", SENDPATH_PHASE_DATA },
};

/* What reporters say of themselves, where no server has answered, and the status of RFC 3463 that
 * others give for it. */
static const struct {
  const char *words;
  const char *status;
} own_words[] = {
  /* Google Groups, in many languages: no such group, or none to which the sender may write. */
  { "groups.google.com/support", "5.1.1" },
  { "in the queue too long", "4.4.7" },
  { "could not be delivered for", "4.4.7" },
  { "retries", "4.4.7" },
  { "was not delivered within", "4.4.7" },
  { "could not be delivered within", "4.4.7" },
  { "for too long", "4.4.7" },
  { "for a long time", "4.4.7" },
  { " attempts", "4.4.7" },
  { "expired", "4.4.7" },
  { "requests to connect", "4.4.1" },
  { "not reachable", "4.4.1" },
  { "no SMTP service", "5.1.2" },
  { "find a gateway", "5.1.2" },
  { "too many attempts", "4.4.7" },
  { "not responding", "4.4.1" },
  { "did not respond", "4.4.1" },
  { "invalid user", "5.1.1" },
  { "not listed in", "5.1.1" },
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
  static const char *const reasons[] = { "because", "due to", " as ", " since ", "reason" };

  if (strcasestr (sentence, "deliver") == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcasestr (sentence, reasons[i]) != NULL)
      return FALSE;
  return TRUE;
}

static const char *
find_own_status (const char *words)
{
  for (guint i = 0; words != NULL && i < G_N_ELEMENTS (own_words); i++)
    if (strcasestr (words, own_words[i].words) != NULL)
      return own_words[i].status;
  return NULL;
}

static SendpathPhase
find_phase (const BounceRecipient *from)
{
  const char *texts[] = { from->text, from->context };
  SendpathPhase phase = SENDPATH_PHASE_UNKNOWN;

  for (guint i = 0; i < G_N_ELEMENTS (texts) && phase == SENDPATH_PHASE_UNKNOWN; i++)
    {
      g_autoptr (SendpathReply) reply =
                     texts[i] != NULL ? pasted_reply_read (texts[i], &phase) : NULL;

      for (guint k = 0;
           reply != NULL && phase == SENDPATH_PHASE_UNKNOWN && k < G_N_ELEMENTS (places); k++)
        if (strstr (texts[i], places[k].words) != NULL)
          phase = places[k].phase;
    }
  return phase;
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

  return sendpath_explain_reply (&query);
}

/* A status stands for the code that it came with (RFC 3463 section 2). */
static SendpathExplanation *
explain_status (const BounceRecipient *from, const char *status, const char *words)
{
  return explain_words (from, status[0] == '4' ? 450 : 550, status, words);
}

/* The reply says too little: what the report says around it may help, or NULL. */
static SendpathExplanation *
explain_context (const BounceRecipient *from, const char *text)
{
  g_auto (GStrv) paragraphs =
              g_strsplit (from->context != NULL ? from->context : "", "\n\n", MAX_PARAGRAPHS);
  const char *status = find_own_status (text);

  if (status == NULL)
    status = find_own_status (from->context);
  if (from->code == 0 && status != NULL &&
      (from->status == NULL || g_str_has_suffix (from->status, ".0.0") || from->status[0] == '4'))
    return explain_status (from, status, "");
  for (guint i = 0; paragraphs[i] != NULL; i++)
    {
      g_autoptr (SendpathExplanation) explanation =
                     explain_words (from, from->code, from->status, paragraphs[i]);

      if (!is_guess (explanation) && !is_intro (paragraphs[i]))
        return g_steal_pointer (&explanation);
    }
  if (from->action == BOUNCE_DELAYED && from->code == 0)
    return explain_status (from, "4.4.7", "");
  return NULL;
}

/* The end of the sentence that begins at @text. */
static const char *
find_sentence_end (const char *text)
{
  const char *s = text;

  while (*s != '\0' && *s != '\n' &&
         !(strchr (".!?:", *s) != NULL && (s[1] == ' ' || s[1] == '\n' || s[1] == '\0')))
    s++;
  return *s != '\0' ? s + 1 : s;
}

/* A reporter's own words, where no server has answered: the first sentence that says anything is
 * what has happened; those behind it say what might help. */
static SendpathExplanation *
explain_prose (const BounceRecipient *from, const char *text)
{
  const char *end = text;

  for (guint i = 0; i < MAX_SENTENCES && *end != '\0'; i++)
    {
      const char *start = end;
      g_autofree char *sentence = NULL;
      g_autoptr (SendpathExplanation) explanation = NULL;

      end = find_sentence_end (start);
      sentence = g_strndup (start, (gsize) (end - start));
      if (is_intro (sentence) || says_only_not_delivered (sentence))
        continue;
      explanation = explain_words (from, 0, from->status, sentence);
      if (!is_guess (explanation))
        return g_steal_pointer (&explanation);
    }
  return explain_words (from, 0, from->status, text);
}

/* What a server said is surer than what the reporter has concluded from it. */
static SendpathExplanation *
explain_reply (const BounceRecipient *from, const char *text)
{
  if (from->code != 0 && from->is_status_concluded)
    {
      g_autoptr (SendpathExplanation) explanation = explain_words (from, from->code, NULL, text);

      if (!is_guess (explanation))
        return g_steal_pointer (&explanation);
    }
  if (from->code == 0)
    return explain_prose (from, text);
  return explain_words (from, from->code, from->status, text);
}

SendpathExplanation *
bounce_cause_explain (const BounceRecipient *from)
{
  const char *text = from->text != NULL ? from->text : "";
  g_autoptr (SendpathExplanation) explanation = NULL, other = NULL;

  if (from->action == BOUNCE_DELIVERED)
    return explain_words (from, 250, from->status, text);
  if (from->code == 0 && from->status != NULL && !g_str_has_suffix (from->status, ".0.0"))
    explanation = explain_status (from, from->status, text);
  else
    explanation = explain_reply (from, text);
  if (is_guess (explanation))
    other = explain_context (from, text);
  return other != NULL ? g_steal_pointer (&other) : g_steal_pointer (&explanation);
}
