/* Which known word did somebody mean who wrote another one?
 *
 * By edit distance, for a hint in a message. Nothing is ever done with the guess. */
#include "config.h"

#include "profiles/near-word.h"

#include <string.h>

#define WORD_MAX 40

/* Levenshtein's distance; both words shorter than WORD_MAX. */
static guint
distance (const char *a, const char *b)
{
  guint row[WORD_MAX + 1];
  guint length = strlen (b);

  for (guint j = 0; j <= length; j++)
    row[j] = j;
  for (guint i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = i + 1;
      for (guint j = 0; j < length; j++)
        {
          guint cost = diagonal + (a[i] != b[j]);

          diagonal = row[j + 1];
          row[j + 1] = MIN (cost, 1 + MIN (row[j], row[j + 1]));
        }
    }
  return row[length];
}

const char *
near_word_find (const char *typed, const char *const *words)
{
  const char *nearest = NULL;
  guint least = 0;

  if (strlen (typed) >= WORD_MAX)
    return NULL;
  least = 1 + MIN (2, strlen (typed) / 3); /* more than a third wrong is another word */
  for (gsize i = 0; words[i] != NULL; i++)
    {
      guint far = strlen (words[i]) < WORD_MAX ? distance (typed, words[i]) : G_MAXUINT;

      if (far < least)
        {
          least = far;
          nearest = words[i];
        }
    }
  return nearest;
}
