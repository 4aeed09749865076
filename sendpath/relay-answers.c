/* What was asked about relays, and what was said later about one message. It is kept in memory only: a
 * yes to one message is worth nothing in another process, and never reaches another message. */
#include "config.h"

#include "sendpath/relay-answers.h"

typedef struct {
  char *host;
  guint port;
  gboolean is_bare;
  char *network_id;
  char *message;
} Question;

struct _RelayAnswers {
  GMutex lock;
  GHashTable *questions;  /* host -> Question, the last one */
  GHashTable *by_message; /* message -> Question, the last one */
  GHashTable *grants;     /* set of dup_grant() */
};

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->host);
  g_free (question->network_id);
  g_free (question->message);
  g_free (question);
}

RelayAnswers *
relay_answers_new (void)
{
  RelayAnswers *answers = g_new0 (RelayAnswers, 1);

  g_mutex_init (&answers->lock);
  answers->questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, question_free);
  answers->by_message = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, question_free);
  answers->grants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return answers;
}

void
relay_answers_free (RelayAnswers *answers)
{
  g_hash_table_unref (answers->questions);
  g_hash_table_unref (answers->by_message);
  g_hash_table_unref (answers->grants);
  g_mutex_clear (&answers->lock);
  g_free (answers);
}

static char *
dup_grant (const char *host, const char *network_id, const char *message)
{
  g_autofree char *name = g_ascii_strdown (host, -1);

  return g_strjoin (" ", name, network_id, message, NULL);
}

static Question *
question_new (const char *host, guint port, gboolean is_bare, const char *network_id,
              const char *message)
{
  Question *question = g_new0 (Question, 1);

  question->host = g_strdup (host);
  question->port = port;
  question->is_bare = is_bare;
  question->network_id = g_strdup (network_id);
  question->message = g_strdup (message);
  return question;
}

void
relay_answers_note_question (RelayAnswers *answers, const char *host, guint port, gboolean is_bare,
                             const char *network_id, const char *message)
{
  g_mutex_lock (&answers->lock);
  g_hash_table_replace (answers->questions, g_ascii_strdown (host, -1),
                        question_new (host, port, is_bare, network_id, message));
  g_hash_table_replace (answers->by_message, g_strdup (message),
                        question_new (host, port, is_bare, network_id, message));
  g_mutex_unlock (&answers->lock);
}

/* With the lock held. */
static const Question *
find_question (RelayAnswers *answers, const char *host)
{
  g_autofree char *name = g_ascii_strdown (host, -1);

  return g_hash_table_lookup (answers->questions, name);
}

char *
relay_answers_dup_network (RelayAnswers *answers, const char *host)
{
  const Question *question;
  char *network_id;

  g_mutex_lock (&answers->lock);
  question = find_question (answers, host);
  network_id = question != NULL ? g_strdup (question->network_id) : NULL;
  g_mutex_unlock (&answers->lock);
  return network_id;
}

gboolean
relay_answers_grant (RelayAnswers *answers, const char *host)
{
  const Question *question;

  g_mutex_lock (&answers->lock);
  question = find_question (answers, host);
  if (question != NULL)
    g_hash_table_add (answers->grants, dup_grant (host, question->network_id, question->message));
  g_mutex_unlock (&answers->lock);
  return question != NULL;
}

gboolean
relay_answers_find (RelayAnswers *answers, const char *message, char **ret_host, guint *ret_port,
                    gboolean *ret_is_bare, char **ret_network_id)
{
  const Question *question;

  g_mutex_lock (&answers->lock);
  question = g_hash_table_lookup (answers->by_message, message);
  if (question != NULL)
    {
      *ret_host = g_strdup (question->host);
      *ret_port = question->port;
      *ret_is_bare = question->is_bare;
      *ret_network_id = g_strdup (question->network_id);
    }
  g_mutex_unlock (&answers->lock);
  return question != NULL;
}

void
relay_answers_grant_message (RelayAnswers *answers, const char *host, const char *network_id,
                             const char *message)
{
  g_mutex_lock (&answers->lock);
  g_hash_table_add (answers->grants, dup_grant (host, network_id, message));
  g_mutex_unlock (&answers->lock);
}

gboolean
relay_answers_is_granted (RelayAnswers *answers, const char *host, const char *network_id,
                          const char *message)
{
  g_autofree char *grant = dup_grant (host, network_id, message);
  gboolean is_granted;

  g_mutex_lock (&answers->lock);
  is_granted = g_hash_table_contains (answers->grants, grant);
  g_mutex_unlock (&answers->lock);
  return is_granted;
}
