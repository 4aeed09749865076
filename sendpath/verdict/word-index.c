/* word-index: one tree of letters for all words that any rule asks for. Walking it from the
 * start of each word of a reply tells which sets of words occur. It knows nothing of what the
 * sets are for. */
#include "config.h"

#include "sendpath/verdict/word-index.h"

#include <string.h>

typedef struct {
  guint32 child, next; /* first child, next sibling; 0: none */
  guint32 whole;       /* first Hit if a word ends here; finished: where its run of sets begins */
  guint32 prefix;      /* the same whether or not the word goes on */
  char letter;
} Node;

typedef struct {
  guint32 next; /* 0: none */
  guint32 set;
} Hit;

struct _WordIndex {
  GArray *nodes;      /* of Node; the first is the root */
  GArray *hits;       /* of Hit, the first unused; until the index is finished */
  GArray *runs;       /* of guint16: how many sets, then they; the first is unused */
  guint32 first[256]; /* the root's child for a letter */
  guint32 *second;    /* the child of that for the next letter: 256 for each first letter */
};

WordIndex *
word_index_new (void)
{
  WordIndex *index = g_new0 (WordIndex, 1);

  index->nodes = g_array_new (FALSE, TRUE, sizeof (Node));
  index->hits = g_array_new (FALSE, TRUE, sizeof (Hit));
  index->runs = g_array_new (FALSE, TRUE, sizeof (guint16));
  g_array_set_size (index->nodes, 1);
  g_array_set_size (index->hits, 1);
  g_array_set_size (index->runs, 1);
  return index;
}

void
word_index_free (WordIndex *index)
{
  g_array_unref (index->nodes);
  g_array_unref (index->hits);
  g_array_unref (index->runs);
  g_free (index->second);
  g_free (index);
}

static const Node *
node_at (const WordIndex *index, guint32 i)
{
  return &g_array_index (index->nodes, Node, i);
}

static guint32
find_child (const WordIndex *index, guint32 node, char letter)
{
  guint32 i;

  if (node == 0)
    return index->first[(guchar) letter];
  for (i = node_at (index, node)->child; i != 0; i = node_at (index, i)->next)
    if (node_at (index, i)->letter == letter)
      break;
  return i;
}

static guint32
add_child (WordIndex *index, guint32 node, char letter)
{
  Node new_node = { .letter = letter };
  guint32 i = find_child (index, node, letter);

  if (i != 0)
    return i;
  i = index->nodes->len;
  if (node == 0)
    index->first[(guchar) letter] = i;
  else
    {
      new_node.next = node_at (index, node)->child;
      g_array_index (index->nodes, Node, node).child = i;
    }
  g_array_append_val (index->nodes, new_node);
  return i;
}

/* The upper-case names of ReplyWords stay; all else is read as a reply is. */
static char *
read_term (const char *term)
{
  g_auto (GStrv) pieces = g_strsplit (term, "_", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; pieces[i] != NULL; i++)
    {
      ReplyWords words;

      if (out->len > 0)
        g_string_append_c (out, ' ');
      if (g_ascii_isupper (pieces[i][0]))
        {
          g_string_append (out, pieces[i]);
          continue;
        }
      reply_words_read (pieces[i], &words);
      g_strstrip (words.text);
      g_string_append (out, words.text);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static guint32
add_letters (WordIndex *index, const char *letters, gsize length)
{
  guint32 node = 0;

  for (gsize i = 0; i < length; i++)
    node = add_child (index, node, letters[i] == '_' ? ' ' : letters[i]);
  return node;
}

/* Most terms are plain letters, which a reply's reader would leave as they are. */
static guint32
add_letters_of_term (WordIndex *index, const char *term, gsize length)
{
  g_autofree char *copy = NULL;
  g_autofree char *letters = NULL;

  if (strspn (term, "abcdefghijklmnopqrstuvwxyz_") >= length)
    return add_letters (index, term, length);
  copy = g_strndup (term, length);
  letters = read_term (copy);
  return add_letters (index, letters, strlen (letters));
}

static void
add_term (WordIndex *index, const guint16 *sets, guint n_sets, const char *term, gsize length)
{
  gboolean may_go_on = length > 0 && term[length - 1] == '*';
  guint32 node = add_letters_of_term (index, term, may_go_on ? length - 1 : length);
  guint32 *list = may_go_on ? &g_array_index (index->nodes, Node, node).prefix
                            : &g_array_index (index->nodes, Node, node).whole;

  g_return_if_fail (node != 0);
  for (guint i = 0; i < n_sets; i++)
    {
      Hit hit = { *list, sets[i] };

      g_return_if_fail (sets[i] < WORD_SETS_MAX);
      *list = index->hits->len;
      g_array_append_val (index->hits, hit);
    }
}

void
word_index_add (WordIndex *index, const guint16 *sets, guint n_sets, const char *alternatives)
{
  g_return_if_fail (index->second == NULL);
  for (const char *term = alternatives; *term != '\0';)
    {
      gsize length = strcspn (term, "|");

      add_term (index, sets, n_sets, term, length);
      term += length + (term[length] == '|');
    }
}

/* The sets of a list of hits, side by side; where they begin, 0 if there are none. */
static guint32
lay_out (WordIndex *index, guint32 hit)
{
  guint32 start = index->runs->len;
  guint16 n = 0;

  if (hit == 0)
    return 0;
  g_array_append_val (index->runs, n);
  for (; hit != 0; hit = g_array_index (index->hits, Hit, hit).next)
    {
      guint16 set = (guint16) g_array_index (index->hits, Hit, hit).set;

      g_array_append_val (index->runs, set);
      g_array_index (index->runs, guint16, start)++;
    }
  return start;
}

void
word_index_finish (WordIndex *index)
{
  g_return_if_fail (index->second == NULL);
  for (guint32 i = 1; i < index->nodes->len; i++)
    {
      Node *node = &g_array_index (index->nodes, Node, i);

      node->whole = lay_out (index, node->whole);
      node->prefix = lay_out (index, node->prefix);
    }
  g_array_set_size (index->hits, 0);
  index->second = g_new0 (guint32, G_N_ELEMENTS (index->first) * 256);
  for (guint letter = 0; letter < G_N_ELEMENTS (index->first); letter++)
    if (index->first[letter] != 0)
      for (guint32 i = node_at (index, index->first[letter])->child; i != 0;
           i = node_at (index, i)->next)
        index->second[letter * 256 + (guchar) node_at (index, i)->letter] = i;
}

static void
note_run (const WordIndex *index, guint32 run, WordSets *found)
{
  const guint16 *sets = &g_array_index (index->runs, guint16, run);

  if (run == 0)
    return;
  for (guint i = 1; i <= sets[0]; i++)
    found->bits[sets[i] / 64] |= G_GUINT64_CONSTANT (1) << (sets[i] % 64);
}

/* The node behind @node, which stands for the one letter before @s or for more. */
static guint32
go_on (const WordIndex *index, const char *start, const char *s, guint32 node)
{
  if (s == start + 1)
    return index->second[(guchar) *start * 256 + (guchar) *s];
  return find_child (index, node, *s);
}

/* @s is the start of a word. */
static void
find_from (const WordIndex *index, const char *s, WordSets *found)
{
  const char *start = s;
  guint32 node = index->first[(guchar) *s];

  while (node != 0)
    {
      note_run (index, node_at (index, node)->prefix, found);
      if (*++s == ' ')
        note_run (index, node_at (index, node)->whole, found);
      node = go_on (index, start, s, node);
    }
}

void
word_index_find (const WordIndex *index, const ReplyWords *words, WordSets *ret_found)
{
  const char *end = words->text + words->length;

  memset (ret_found, 0, sizeof *ret_found);
  for (const char *s = words->text; s < end - 1; s++)
    if (s[0] == ' ' && s[1] != ' ')
      find_from (index, s + 1, ret_found);
}

gsize
word_index_longest (const WordIndex *index, const char *s, guint *ret_set)
{
  const char *start = s;
  guint32 node = index->first[(guchar) *s], run = 0;
  gsize n = 0;

  while (node != 0)
    {
      const Node *at = node_at (index, node);

      s++;
      if (at->prefix != 0 || (*s == ' ' && at->whole != 0))
        {
          run = at->prefix != 0 ? at->prefix : at->whole;
          n = (gsize) (s - start) + strcspn (s, " ");
        }
      node = go_on (index, start, s, node);
    }
  if (run != 0)
    *ret_set = g_array_index (index->runs, guint16, run + 1);
  return n;
}
