/* Private to the classifier: its rules, and the words they are written in. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/* Sets of phases: a rule holds in these. A reply quoted without its phase is in UNKNOWN. */
#define IN(phase) (1u << SENDPATH_PHASE_##phase)
#define ANY_PHASE (~0u)
#define OPENING   (IN (CONNECT) | IN (TLS) | IN (GREETING) | IN (EHLO) | IN (STARTTLS))
#define ENVELOPE  (IN (UNKNOWN) | IN (MAIL) | IN (RCPT) | IN (DATA) | IN (EOD))

/* What else has to be so. */
typedef enum {
  RULE_ANYHOW = 0,
  RULE_LOGGED_IN = 1 << 0,
  RULE_NOT_LOGGED_IN = 1 << 1,
  RULE_OTHER_TAKEN = 1 << 2, /* another recipient of the transaction was accepted */
  RULE_FEW_WORDS = 1 << 3,   /* the text says next to nothing */
  RULE_NO_WORDS = 1 << 4,    /* or nothing */
} RuleContext;

/**
 * VerdictRule:
 * @phases: in which phases
 * @first: lowest code
 * @last: highest code
 * @status: enhanced codes, blank-separated, or NULL: `x` for any class, `x.7.` for a whole group,
 *   `x.7.500-699` for a range
 * @words: what the text has to say, or NULL, see below
 * @context: what else has to be so
 * @verdict: what it means then
 * @rule: stable id
 *
 * Words are blank-separated and all have to occur, in any order and anywhere in the text:
 * `a|b` one of them, `a_b` beside each other, `a*` with any ending (the last word of a phrase only),
 * `!a` not at all, `$name` a list of verdict_words (`$a|$b|c` too), `ADDR HOST IP NUM URL LIST` what
 * ReplyWords puts for those, `CLIENT`, `TABLE` and the like the mask of a VerdictIdiom.
 */
typedef struct {
  guint           phases;
  guint16         first, last;
  const char     *status;
  const char     *words;
  RuleContext     context;
  SendpathVerdict verdict;
  const char     *rule;
} VerdictRule;

/* No reply: a fault in these phases. */
typedef struct {
  guint           phases;
  SendpathFault   fault;
  SendpathVerdict verdict;
  const char     *rule;
} VerdictFaultRule;

typedef struct {
  const char *name;
  const char *alternatives;
} VerdictWords;

/* Phrases that mean something else than their words do; a rule sees the mask in their place. */
typedef struct {
  const char   *mask; /* upper-case, and no longer than any of the phrases */
  const char   *phrases;
  SendpathPhase told; /* where the reply came, if the phrase tells it */
} VerdictIdiom;

extern const VerdictRule      verdict_rules[];
extern const guint            verdict_n_rules;
extern const VerdictFaultRule verdict_fault_rules[];
extern const guint            verdict_n_fault_rules;
extern const VerdictWords     verdict_words[];
extern const guint            verdict_n_words;
extern const VerdictIdiom     verdict_idioms[];
extern const guint            verdict_n_idioms;

/* Whether rule number @rule alone would take this reply: for tests. */
gboolean verdict_rule_holds (const SendpathVerdictQuery *query, guint rule);

G_END_DECLS
