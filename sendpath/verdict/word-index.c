/* word-index: one tree of letters for all words that any rule asks for. Walking it from the
 * start of each word of a reply tells which sets of words occur. It knows nothing of what the
 * sets are for. */
#include "config.h"

#include "sendpath/verdict/word-index.h"

#include <string.h>

typedef struct {
  guint32 child, next; /* first child, next sibling; 0: none */
  guint32 whole;       /* first Hit if a word ends here */
  guint32 prefix;      /* first Hit whether or not the word goes on */
  char letter;
} Node;

typedef struct {
  guint32 next; /* 0: none */
  guint32 set;
} Hit;

struct _WordIndex {
  GArray *nodes;      /* of Node; the first is the root */
  GArray *hits;       /* of Hit; the first is unused */
  GHashTable *read;   /* a term to its letters: most terms stand in many sets */
  guint32 first[256]; /* the root's child for a letter */
};

WordIndex *
word_index_new (void)
{
  WordIndex *index = g_new0 (WordIndex, 1);

  index->nodes = g_array_new (FALSE, TRUE, sizeof (Node));
  index->hits = g_array_new (FALSE, TRUE, sizeof (Hit));
  index->read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_array_set_size (index->nodes, 1);
  g_array_set_size (index->hits, 1);
  return index;
}

void
word_index_free (WordIndex *index)
{
  g_array_unref (index->nodes);
  g_array_unref (index->hits);
  g_hash_table_unref (index->read);
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

static void
add_term (WordIndex *index, guint set, const char *term)
{
  const char *letters = g_hash_table_lookup (index->read, term);
  Hit hit = { 0, set };
  guint32 node = 0;
  guint32 *list;

  if (letters == NULL)
    {
      char *fresh = read_term (term);

      g_hash_table_insert (index->read, g_strdup (term), fresh);
      letters = fresh;
    }
  g_return_if_fail (letters[0] != '\0');
  for (const char *p = letters; *p != '\0'; p++)
    node = add_child (index, node, *p);
  list = g_str_has_suffix (term, "*") ? &g_array_index (index->nodes, Node, node).prefix
                                      : &g_array_index (index->nodes, Node, node).whole;
  hit.next = *list;
  *list = index->hits->len;
  g_array_append_val (index->hits, hit);
}

void
word_index_add (WordIndex *index, guint set, const char *alternatives)
{
  g_auto (GStrv) terms = g_strsplit (alternatives, "|", -1);

  g_return_if_fail (set < WORD_SETS_MAX);
  for (guint i = 0; terms[i] != NULL; i++)
    add_term (index, set, terms[i]);
}

static void
note_hits (const WordIndex *index, guint32 hit, WordSets *found)
{
  while (hit != 0)
    {
      const Hit *h = &g_array_index (index->hits, Hit, hit);

      found->bits[h->set / 64] |= G_GUINT64_CONSTANT (1) << (h->set % 64);
      hit = h->next;
    }
}

/* @s is the start of a word. */
static void
find_from (const WordIndex *index, const char *s, WordSets *found)
{
  guint32 node = index->first[(guchar) *s];

  while (node != 0)
    {
      note_hits (index, node_at (index, node)->prefix, found);
      if (*++s == ' ')
        note_hits (index, node_at (index, node)->whole, found);
      node = find_child (index, node, *s);
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
  guint32 node = index->first[(guchar) *s], hit = 0;
  gsize n = 0;

  while (node != 0)
    {
      const Node *at = node_at (index, node);

      s++;
      if (at->prefix != 0 || (*s == ' ' && at->whole != 0))
        {
          hit = at->prefix != 0 ? at->prefix : at->whole;
          n = (gsize) (s - start) + strcspn (s, " ");
        }
      node = find_child (index, node, *s);
    }
  if (hit != 0)
    *ret_set = g_array_index (index->hits, Hit, hit).set;
  return n;
}
