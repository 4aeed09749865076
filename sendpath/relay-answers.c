/* What was asked about relays, and what was said later about one message. It is kept in memory only: a
 * yes to one message is worth nothing in another process, and never reaches another message. */
#include "config.h"

#include "sendpath/relay-answers.h"

struct _RelayAnswers {
  GMutex lock;
  GHashTable *by_host;    /* host -> AskedRelay, the last one */
  GHashTable *by_message; /* message -> AskedRelay, the last one */
  GHashTable *grants;     /* set of dup_grant() */
};

void
asked_relay_free (AskedRelay *asked)
{
  g_free (asked->host);
  g_free (asked->network_id);
  g_free (asked->message);
  g_free (asked->key);
  g_free (asked);
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) asked_relay_free);
}

RelayAnswers *
relay_answers_new (void)
{
  RelayAnswers *answers = g_new0 (RelayAnswers, 1);

  g_mutex_init (&answers->lock);
  answers->by_host = new_table ();
  answers->by_message = new_table ();
  answers->grants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return answers;
}

void
relay_answers_free (RelayAnswers *answers)
{
  g_hash_table_unref (answers->by_host);
  g_hash_table_unref (answers->by_message);
  g_hash_table_unref (answers->grants);
  g_mutex_clear (&answers->lock);
  g_free (answers);
}

static AskedRelay *
asked_relay_new (const WalkRelay *relay, const char *key)
{
  AskedRelay *asked = g_new0 (AskedRelay, 1);

  asked->host = g_ascii_strdown (relay->host, -1);
  asked->port = relay->port;
  asked->security = relay->security;
  asked->network_id = g_strdup (relay->network_id);
  asked->message = g_strdup (relay->message);
  asked->key = g_strdup (key);
  return asked;
}

WalkRelay
asked_relay_describe (const AskedRelay *asked)
{
  return (WalkRelay) { .message = asked->message,
                       .network_id = asked->network_id,
                       .host = asked->host,
                       .port = asked->port,
                       .security = asked->security };
}

static char *
dup_grant (const WalkRelay *relay)
{
  g_autofree char *name = g_ascii_strdown (relay->host, -1);

  return g_strjoin (" ", relay->security == SENDPATH_SECURITY_NONE ? "bare" : "encrypted", name,
                    relay->network_id, relay->message, NULL);
}

void
relay_answers_note_question (RelayAnswers *answers, const WalkRelay *relay, const char *key)
{
  AskedRelay *of_host = asked_relay_new (relay, key);
  AskedRelay *of_message = asked_relay_new (relay, key);

  g_mutex_lock (&answers->lock);
  g_hash_table_replace (answers->by_host, g_strdup (of_host->host), of_host);
  g_hash_table_replace (answers->by_message, g_strdup (of_message->message), of_message);
  g_mutex_unlock (&answers->lock);
}

AskedRelay *
relay_answers_find (RelayAnswers *answers, const char *message, const char *host)
{
  g_autofree char *name = message == NULL ? g_ascii_strdown (host, -1) : NULL;
  AskedRelay *copy = NULL;
  const AskedRelay *asked;

  g_mutex_lock (&answers->lock);
  asked = message != NULL ? g_hash_table_lookup (answers->by_message, message)
                          : g_hash_table_lookup (answers->by_host, name);
  if (asked != NULL)
    {
      WalkRelay relay = asked_relay_describe (asked);

      copy = asked_relay_new (&relay, asked->key);
    }
  g_mutex_unlock (&answers->lock);
  return copy;
}

void
relay_answers_grant (RelayAnswers *answers, const WalkRelay *relay)
{
  g_mutex_lock (&answers->lock);
  g_hash_table_add (answers->grants, dup_grant (relay));
  g_mutex_unlock (&answers->lock);
}

gboolean
relay_answers_is_granted (RelayAnswers *answers, const WalkRelay *relay)
{
  g_autofree char *grant = dup_grant (relay);
  gboolean is_granted;

  g_mutex_lock (&answers->lock);
  is_granted = g_hash_table_contains (answers->grants, grant);
  g_mutex_unlock (&answers->lock);
  return is_granted;
}

static gboolean
is_of_message (gpointer grant, gpointer value, gpointer message)
{
  return g_str_has_suffix (grant, message);
}

void
relay_answers_forget (RelayAnswers *answers, const char *message)
{
  g_autofree char *suffix = g_strconcat (" ", message, NULL);

  g_mutex_lock (&answers->lock);
  g_hash_table_remove (answers->by_message, message);
  g_hash_table_foreach_remove (answers->grants, is_of_message, suffix);
  g_mutex_unlock (&answers->lock);
}
