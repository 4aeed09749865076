/* Finds many words and phrases in a reply at once. */
#pragma once

#include "sendpath/verdict/reply-words.h"

G_BEGIN_DECLS

/* Sets of words, at most this many in one index. */
#define WORD_SETS_MAX 1024

/* Which sets have a word in a reply: one bit each. */
typedef struct {
  guint64 bits[WORD_SETS_MAX / 64];
} WordSets;

typedef struct _WordIndex WordIndex; /* unchanged once it is finished: any thread */

WordIndex *word_index_new (void);
void       word_index_free (WordIndex *index);
/* Each of @sets gets all of @alternatives: words as the rules write them, separated by `|`: `a_b`
 * for words beside each other, `a*` for any ending. Case and accents do not matter, but the
 * upper-case names of ReplyWords do. */
void       word_index_add (WordIndex *index, const guint16 *sets, guint n_sets,
                           const char *alternatives);
/* After the last addition, before the first search. */
void       word_index_finish (WordIndex *index);
/* Linear in the length of the reply: from each word on, as far as the longest phrase. */
void       word_index_find (const WordIndex *index, const ReplyWords *words, WordSets *ret_found);
/* The longest phrase that begins at @s, the start of a word: how many bytes it has without the
 * blank behind it, 0 if there is none, and its set. */
gsize      word_index_longest (const WordIndex *index, const char *s, guint *ret_set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WordIndex, word_index_free)

G_END_DECLS
