/* Private to explain: the sentences. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/* Where the answer came from, as far as known. */
typedef enum {
  EXPLAIN_ANYWHERE = 0,
  EXPLAIN_LOGGED_IN = 1 << 0,
  EXPLAIN_OWN = 1 << 1,     /* the account's own server */
  EXPLAIN_REMOTE = 1 << 2,  /* the recipient's server, which spoke to another server */
  EXPLAIN_NETWORK = 1 << 3, /* the relay of the network */
  EXPLAIN_PORT_25 = 1 << 4,
  EXPLAIN_OVER = 1 << 5,    /* nobody goes on trying */
} ExplainPlace;

/**
 * ExplainCase:
 * @verdict: what it means
 * @remedy: what sendpath does first
 * @place: a set of #ExplainPlace
 * @reason: (nullable): the rule that decided, or a finer reason that only texts know
 * @bare_code: a code that came without words, or 0
 *
 * What decides which sentences fit.
 */
typedef struct {
  SendpathVerdict verdict;
  SendpathRemedy  remedy;
  guint           place;
  const char     *reason;
  guint           bare_code;
} ExplainCase;

/**
 * ExplainTexts:
 * @what: what happened
 * @will: what sendpath does about it
 * @advice: what the person can do
 * @contact: (nullable): whom to ask when it lasts
 *
 * Whole sentences, translated. `{server}` begins a sentence and stands for the server's name,
 * `{postmaster}` for an address.
 */
typedef struct {
  const char *what, *will, *advice, *contact;
} ExplainTexts;

/* @has_recipient: the recipient's address is known, so that its postmaster can be named. */
void explain_texts_find (const ExplainCase *explained, gboolean has_recipient,
                         ExplainTexts *ret_texts);

/* The place names of the sentences, filled in: what stands for {server} when its name is not known,
 * and two sentences one after the other. */
char *explain_texts_fill (const char *text, const char *server, const char *postmaster);
char *explain_texts_join (const char *first, const char *second);

/* For tests: whether each reason that has sentences of its own is a rule or one of @known. */
const char *explain_texts_get_reason (guint i); /* NULL after the last */

G_END_DECLS
