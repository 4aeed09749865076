/* verdict: finds the first rule that holds for a reply. It knows how rules are written and not
 * one of them (verdict-rules.c), and never decides what is done about a verdict (remedies.c). */
#include "config.h"

#include "sendpath/verdict/verdict.h"

#include <string.h>

#include "sendpath/verdict/remedies.h"
#include "sendpath/verdict/reply-words.h"
#include "sendpath/verdict/verdict-rules.h"
#include "sendpath/verdict/word-index.h"

static const char *const verdict_names[] = {
  [SENDPATH_VERDICT_NONE] = "none",
  [SENDPATH_VERDICT_ACCEPTED] = "accepted",
  [SENDPATH_VERDICT_RELAY_DENIED] = "relay-denied",
  [SENDPATH_VERDICT_AUTH_REQUIRED] = "auth-required",
  [SENDPATH_VERDICT_POP_REQUIRED] = "pop-required",
  [SENDPATH_VERDICT_TLS_REQUIRED] = "tls-required",
  [SENDPATH_VERDICT_AUTH_FAILED] = "auth-failed",
  [SENDPATH_VERDICT_SENDER_REJECTED] = "sender-rejected",
  [SENDPATH_VERDICT_RECIPIENT_UNKNOWN] = "recipient-unknown",
  [SENDPATH_VERDICT_RECIPIENT_INVALID] = "recipient-invalid",
  [SENDPATH_VERDICT_MAILBOX_FULL] = "mailbox-full",
  [SENDPATH_VERDICT_MAILBOX_UNAVAILABLE] = "mailbox-unavailable",
  [SENDPATH_VERDICT_REMOTE_UNREACHABLE] = "remote-unreachable",
  [SENDPATH_VERDICT_GREYLISTED] = "greylisted",
  [SENDPATH_VERDICT_RATE_LIMITED] = "rate-limited",
  [SENDPATH_VERDICT_SERVER_BUSY] = "server-busy",
  [SENDPATH_VERDICT_SERVER_STORAGE] = "server-storage",
  [SENDPATH_VERDICT_TOO_MANY_RECIPIENTS] = "too-many-recipients",
  [SENDPATH_VERDICT_MESSAGE_TOO_LARGE] = "message-too-large",
  [SENDPATH_VERDICT_CONTENT_REJECTED] = "content-rejected",
  [SENDPATH_VERDICT_CLIENT_BLOCKED] = "client-blocked",
  [SENDPATH_VERDICT_PTR_REQUIRED] = "ptr-required",
  [SENDPATH_VERDICT_SERVER_ERROR] = "server-error",
  [SENDPATH_VERDICT_PROTOCOL_ERROR] = "protocol-error",
  [SENDPATH_VERDICT_OFFLINE] = "offline",
  [SENDPATH_VERDICT_PORTAL] = "portal",
  [SENDPATH_VERDICT_HOST_NOT_FOUND] = "host-not-found",
  [SENDPATH_VERDICT_UNREACHABLE] = "unreachable",
  [SENDPATH_VERDICT_TLS_FAILED] = "tls-failed",
  [SENDPATH_VERDICT_CONNECTION_LOST] = "connection-lost",
  [SENDPATH_VERDICT_NO_CREDENTIAL] = "no-credential",
  [SENDPATH_VERDICT_UNCERTAIN] = "uncertain",
};
G_STATIC_ASSERT (G_N_ELEMENTS (verdict_names) == SENDPATH_VERDICT_UNCERTAIN + 1);

static const char *const remedy_names[] = {
  [SENDPATH_REMEDY_NONE] = "none",
  [SENDPATH_REMEDY_LOG_IN] = "log-in",
  [SENDPATH_REMEDY_POP_LOGIN] = "pop-login",
  [SENDPATH_REMEDY_ENCRYPT] = "encrypt",
  [SENDPATH_REMEDY_ASK_LOGIN] = "ask-login",
  [SENDPATH_REMEDY_SENDER_RULE] = "sender-rule",
  [SENDPATH_REMEDY_OTHER_FAMILY] = "other-family",
  [SENDPATH_REMEDY_NEXT_ENDPOINT] = "next-endpoint",
  [SENDPATH_REMEDY_NEXT_ROUTE] = "next-route",
  [SENDPATH_REMEDY_SPLIT] = "split",
  [SENDPATH_REMEDY_WAIT] = "wait",
  [SENDPATH_REMEDY_FINAL] = "final",
};
G_STATIC_ASSERT (G_N_ELEMENTS (remedy_names) == SENDPATH_REMEDY_FINAL + 1);

/**
 * sendpath_verdict_to_string:
 * @verdict: a verdict
 *
 * Names @verdict as programs know it, such as `relay-denied`.
 *
 * Returns: (transfer none): its id, never translated
 *
 * Since: 1.0
 */
const char *
sendpath_verdict_to_string (SendpathVerdict verdict)
{
  g_return_val_if_fail ((guint) verdict < G_N_ELEMENTS (verdict_names), verdict_names[0]);
  return verdict_names[verdict];
}

/**
 * sendpath_verdict_from_string:
 * @text: the id of a verdict
 *
 * The reverse of sendpath_verdict_to_string().
 *
 * Returns: the verdict, %SENDPATH_VERDICT_NONE if @text names none
 *
 * Since: 1.0
 */
SendpathVerdict
sendpath_verdict_from_string (const char *text)
{
  g_return_val_if_fail (text != NULL, SENDPATH_VERDICT_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (verdict_names); i++)
    if (strcmp (text, verdict_names[i]) == 0)
      return (SendpathVerdict) i;
  return SENDPATH_VERDICT_NONE;
}

/**
 * sendpath_remedy_to_string:
 * @remedy: a remedy
 *
 * Names @remedy as programs know it, such as `log-in`.
 *
 * Returns: (transfer none): its id, never translated
 *
 * Since: 1.0
 */
const char *
sendpath_remedy_to_string (SendpathRemedy remedy)
{
  g_return_val_if_fail ((guint) remedy < G_N_ELEMENTS (remedy_names), remedy_names[0]);
  return remedy_names[remedy];
}

/* ---- the rules, made ready ------------------------------------------------------------------- */

/* "Rejected", "Access denied", "not permitted here": a refusal that does not say what for. */
#define FEW_WORDS 4

#define GROUPS_MAX   6
#define STATUSES_MAX 12

typedef struct {
  guint8 class; /* 0: any */
  guint16 subject;
  guint16 first, last;
} Status;

typedef struct {
  guint16 need[GROUPS_MAX], veto[GROUPS_MAX]; /* sets of words */
  guint8 n_need, n_veto, n_statuses;
  Status statuses[STATUSES_MAX];
} Ready;

typedef struct {
  WordIndex *index, *idioms;
  Ready *rules;  /* beside verdict_rules */
  guint16 later; /* the set of words for what passes */
} RuleBook;

/* What a rule asks about a reply. */
typedef struct {
  guint phases; /* one bit */
  guint code;
  guint context;
  Status status; /* class 0: none */
  WordSets found;
} Facts;

static const char *
words_named (const char *name)
{
  for (guint i = 0; i < verdict_n_words; i++)
    if (strcmp (name, verdict_words[i].name) == 0)
      return verdict_words[i].alternatives;
  g_error ("no list of words is named %s", name);
}

/* What the rules ask for, while they are read. */
typedef struct {
  GHashTable *sets;    /* a group such as `$deny|no`: its set, plus one */
  GHashTable *members; /* a word or `$name`: GArray of the sets it is in */
  GPtrArray *parts;    /* the keys of @members, as they came */
} Vocabulary;

static void
vocabulary_init (Vocabulary *vocabulary)
{
  vocabulary->sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  vocabulary->members =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  vocabulary->parts = g_ptr_array_new ();
}

static void
vocabulary_clear (Vocabulary *vocabulary)
{
  g_hash_table_unref (vocabulary->sets);
  g_hash_table_unref (vocabulary->members);
  g_ptr_array_unref (vocabulary->parts);
}

static void
note_member (Vocabulary *vocabulary, const char *part, guint16 set)
{
  GArray *sets = g_hash_table_lookup (vocabulary->members, part);

  if (sets == NULL)
    {
      char *key = g_strdup (part);

      sets = g_array_new (FALSE, FALSE, sizeof (guint16));
      g_hash_table_insert (vocabulary->members, key, sets);
      g_ptr_array_add (vocabulary->parts, key);
    }
  g_array_append_val (sets, set);
}

/* The number of the set that means @group, such as `$deny|no`. */
static guint16
set_of (Vocabulary *vocabulary, const char *group)
{
  g_auto (GStrv) parts = g_strsplit (group, "|", -1);
  gpointer known = g_hash_table_lookup (vocabulary->sets, group);
  guint set = g_hash_table_size (vocabulary->sets);

  if (known != NULL)
    return (guint16) (GPOINTER_TO_UINT (known) - 1);
  g_hash_table_insert (vocabulary->sets, g_strdup (group), GUINT_TO_POINTER (set + 1));
  for (guint i = 0; parts[i] != NULL; i++)
    note_member (vocabulary, parts[i], (guint16) set);
  return (guint16) set;
}

/* Each list once, for all the sets that it is in: most lists stand in many rules. */
static void
add_vocabulary (WordIndex *index, const Vocabulary *vocabulary)
{
  for (guint i = 0; i < vocabulary->parts->len; i++)
    {
      const char *part = vocabulary->parts->pdata[i];
      const GArray *sets = g_hash_table_lookup (vocabulary->members, part);

      word_index_add (index, (const guint16 *) (const void *) sets->data, sets->len,
                      part[0] == '$' ? words_named (part + 1) : part);
    }
}

static void
read_words (Vocabulary *vocabulary, const char *words, Ready *ready)
{
  g_auto (GStrv) groups = g_strsplit (words, " ", -1);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      const char *group = groups[i];

      g_assert (ready->n_need < GROUPS_MAX && ready->n_veto < GROUPS_MAX);
      if (group[0] == '!')
        ready->veto[ready->n_veto++] = set_of (vocabulary, group + 1);
      else
        ready->need[ready->n_need++] = set_of (vocabulary, group);
    }
}

/* `x.7.500-699`, `5.1.`, `x.2.2`. */
static void
read_statuses (const char *list, Ready *ready)
{
  g_auto (GStrv) statuses = g_strsplit (list, " ", -1);

  for (guint i = 0; statuses[i] != NULL; i++)
    {
      const char *s = statuses[i];
      char *end;
      Status *status = &ready->statuses[ready->n_statuses++];

      g_assert (ready->n_statuses <= STATUSES_MAX && s[0] != '\0' && s[1] == '.');
      status->class = s[0] == 'x' ? 0 : (guint8) (s[0] - '0');
      status->subject = (guint16) strtoul (s + 2, &end, 10);
      g_assert (*end == '.');
      status->last = 999;
      if (end[1] == '\0')
        continue;
      status->first = status->last = (guint16) strtoul (end + 1, &end, 10);
      if (*end == '-')
        status->last = (guint16) strtoul (end + 1, &end, 10);
      g_assert (*end == '\0');
    }
}

static const RuleBook *
open_book (void)
{
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      RuleBook *book = g_new0 (RuleBook, 1);
      Vocabulary vocabulary;

      book->index = word_index_new ();
      book->idioms = word_index_new ();
      for (guint16 i = 0; i < verdict_n_idioms; i++)
        word_index_add (book->idioms, &i, 1, verdict_idioms[i].phrases);
      vocabulary_init (&vocabulary);
      book->later = set_of (&vocabulary, "$later");
      book->rules = g_new0 (Ready, verdict_n_rules);
      for (guint i = 0; i < verdict_n_rules; i++)
        {
          if (verdict_rules[i].words != NULL)
            read_words (&vocabulary, verdict_rules[i].words, &book->rules[i]);
          if (verdict_rules[i].status != NULL)
            read_statuses (verdict_rules[i].status, &book->rules[i]);
        }
      add_vocabulary (book->index, &vocabulary);
      vocabulary_clear (&vocabulary);
      word_index_finish (book->index);
      word_index_finish (book->idioms);
      g_once_init_leave (&ready, (gsize) book);
    }
  return (const RuleBook *) ready;
}

/* ---- a reply against the rules --------------------------------------------------------------- */

static void
read_status (const char *text, Status *ret_status)
{
  char *end;

  ret_status->class = (guint8) (text[0] - '0');
  ret_status->subject = (guint16) strtoul (text + 2, &end, 10);
  ret_status->first = *end == '.' ? (guint16) strtoul (end + 1, NULL, 10) : 0;
}

/* A refusal that is quoted without its code: no rule asks for these two by themselves. */
#define SOME_4XX 499
#define SOME_5XX 599

/* POP3 has no codes: `+OK` counts as 200, anything else as 500. */
static guint
code_of (const SendpathVerdictQuery *query)
{
  guint code = sendpath_reply_get_code (query->reply);

  if (code == 0 && query->phase == SENDPATH_PHASE_POP)
    return g_str_has_prefix (sendpath_reply_get_text (query->reply), "+OK") ? 200 : 500;
  return code;
}

static gboolean
in_found (const WordSets *found, guint16 set)
{
  return (found->bits[set / 64] >> (set % 64) & 1) != 0;
}

static gboolean
says_later (const RuleBook *book, const Facts *facts)
{
  if (facts->status.class != 0)
    return facts->status.class == 4;
  return in_found (&facts->found, book->later);
}

/* Each idiom becomes its mask, which is no longer. The phase that one of them tells, or UNKNOWN. */
static SendpathPhase
mask_idioms (const RuleBook *book, ReplyWords *words)
{
  const char *end = words->text + words->length;
  char *to = words->text + 1;
  SendpathPhase told = SENDPATH_PHASE_UNKNOWN;

  for (const char *s = words->text + 1; s < end;)
    {
      guint idiom = 0;
      gsize n = word_index_longest (book->idioms, s, &idiom);
      const char *from = n > 0 ? verdict_idioms[idiom].mask : s;
      gsize length = n > 0 ? strlen (from) : strcspn (s, " ");

      memmove (to, from, length);
      to += length;
      *to++ = ' ';
      s += (n > 0 ? n : length) + 1;
      if (n > 0 && verdict_idioms[idiom].told != SENDPATH_PHASE_UNKNOWN)
        told = verdict_idioms[idiom].told;
    }
  *to = '\0';
  words->length = (gsize) (to - words->text);
  return told;
}

static void
gather (const RuleBook *book, const SendpathVerdictQuery *query, Facts *ret_facts)
{
  const char *enhanced = sendpath_reply_get_enhanced (query->reply);
  const char *text = sendpath_reply_get_text (query->reply);
  SendpathPhase told;
  ReplyWords words;

  reply_words_read (text != NULL ? text : "", &words);
  told = mask_idioms (book, &words);
  word_index_find (book->index, &words, &ret_facts->found);
  ret_facts->phases = 1u << (query->phase != SENDPATH_PHASE_UNKNOWN ? query->phase : told);
  ret_facts->code = code_of (query);
  ret_facts->context = query->authenticated ? RULE_LOGGED_IN : RULE_NOT_LOGGED_IN;
  if (query->local_accepted)
    ret_facts->context |= RULE_OTHER_TAKEN;
  if (words.n_words <= FEW_WORDS)
    ret_facts->context |= RULE_FEW_WORDS;
  if (words.n_words <= 1)
    ret_facts->context |= RULE_NO_WORDS;
  memset (&ret_facts->status, 0, sizeof ret_facts->status);
  if (enhanced == NULL)
    enhanced = words.status;
  if (g_ascii_isdigit (enhanced[0]) && enhanced[1] == '.')
    read_status (enhanced, &ret_facts->status);
  if (ret_facts->code == 0 && words.n_words > 0)
    ret_facts->code = says_later (book, ret_facts) ? SOME_4XX : SOME_5XX;
}

static gboolean
has_status (const Ready *ready, const Status *status)
{
  if (ready->n_statuses == 0)
    return TRUE;
  if (status->class == 0)
    return FALSE;
  for (guint i = 0; i < ready->n_statuses; i++)
    {
      const Status *s = &ready->statuses[i];

      if ((s->class == 0 || s->class == status->class) && s->subject == status->subject &&
          s->first <= status->first && status->first <= s->last)
        return TRUE;
    }
  return FALSE;
}

static gboolean
holds (const VerdictRule *rule, const Ready *ready, const Facts *facts)
{
  if ((rule->phases & facts->phases) == 0 || facts->code < rule->first ||
      facts->code > rule->last || (rule->context & facts->context) != rule->context)
    return FALSE;
  for (guint i = 0; i < ready->n_need; i++)
    if (!in_found (&facts->found, ready->need[i]))
      return FALSE;
  for (guint i = 0; i < ready->n_veto; i++)
    if (in_found (&facts->found, ready->veto[i]))
      return FALSE;
  return has_status (ready, &facts->status);
}

gboolean
verdict_rule_holds (const SendpathVerdictQuery *query, guint rule)
{
  const RuleBook *book = open_book ();
  Facts facts;

  gather (book, query, &facts);
  return holds (&verdict_rules[rule], &book->rules[rule], &facts);
}

static void
classify_fault (const SendpathVerdictQuery *query, SendpathVerdictAnswer *ret_answer)
{
  SendpathFault fault = sendpath_reply_get_fault (query->reply);
  guint i;

  for (i = 0; i + 1 < verdict_n_fault_rules; i++)
    if (verdict_fault_rules[i].fault == fault &&
        (verdict_fault_rules[i].phases & 1u << query->phase) != 0)
      break;
  ret_answer->verdict = verdict_fault_rules[i].verdict;
  ret_answer->rule = verdict_fault_rules[i].rule;
}

static gboolean
asks_for_more (const VerdictRule *rule)
{
  return rule->status != NULL || rule->words != NULL || rule->context != RULE_ANYHOW;
}

/* The rule that phase and code alone decide, as they do where a server says yes; FALSE: the words have to be
 * read. The book of words costs a process that sends one message a tenth of its time. */
static gboolean
find_plain_rule (const SendpathVerdictQuery *query, guint *ret_rule)
{
  guint code = code_of (query);
  guint i = 0;

  if (query->phase == SENDPATH_PHASE_UNKNOWN || code == 0)
    return FALSE;
  while (i + 1 < verdict_n_rules &&
         ((verdict_rules[i].phases & 1u << query->phase) == 0 || code < verdict_rules[i].first ||
          code > verdict_rules[i].last))
    i++;
  *ret_rule = i;
  return !asks_for_more (&verdict_rules[i]);
}

static guint
find_rule (const SendpathVerdictQuery *query)
{
  const RuleBook *book;
  Facts facts;
  guint i;

  if (find_plain_rule (query, &i))
    return i;
  book = open_book ();
  gather (book, query, &facts);
  for (i = 0; i + 1 < verdict_n_rules; i++)
    if (holds (&verdict_rules[i], &book->rules[i], &facts))
      break;
  return i;
}

static void
classify_reply (const SendpathVerdictQuery *query, SendpathVerdictAnswer *ret_answer)
{
  const VerdictRule *rule = &verdict_rules[find_rule (query)];

  ret_answer->verdict = rule->verdict;
  ret_answer->rule = rule->rule;
}

void
sendpath_verdict_classify (const SendpathVerdictQuery *query, SendpathVerdictAnswer *ret_answer)
{
  g_return_if_fail (query != NULL && query->reply != NULL && ret_answer != NULL);

  if (sendpath_reply_get_fault (query->reply) != SENDPATH_FAULT_NONE)
    classify_fault (query, ret_answer);
  else
    classify_reply (query, ret_answer);
  ret_answer->remedy = verdict_remedies (ret_answer->verdict, query)[0];
}
