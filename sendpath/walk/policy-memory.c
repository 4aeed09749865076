/* What domains published when they were asked from other networks: a network that lies about a
 * domain can make us more careful, never less. */
#include "config.h"

#include "sendpath/walk/policy-memory.h"

#include <string.h>

#define TOPIC "policy"
/* What is known is not written again within a day. */
#define RENEWAL_S (24 * 60 * 60)

typedef struct {
  gint64 time_s;
  MailPolicy policy;
  char *network;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->network);
  g_free (kept);
}

static Kept *
kept_new (gint64 time_s, MailPolicy policy, const char *network)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->time_s = time_s;
  kept->policy = policy;
  kept->network = g_strdup (network);
  return kept;
}

/* `TIME/POLICY/NETWORK`; NULL if it is not that, too old, or from the future (P-13). */
static Kept *
parse (const char *word, gint64 now_s)
{
  g_auto (GStrv) parts = g_strsplit (word, "/", 3);
  gint64 time_s;
  MailPolicy policy;

  if (g_strv_length (parts) != 3 ||
      !g_ascii_string_to_signed (parts[0], 10, 0, G_MAXINT64, &time_s, NULL) ||
      !mail_policy_from_string (parts[1], &policy) || time_s > now_s ||
      now_s - time_s > POLICY_MEMORY_MAX_S)
    return NULL;
  return kept_new (time_s, policy, parts[2]);
}

/* Networks are told apart by this; it holds neither space nor slash. */
static char *
dup_network_name (const char *network_id)
{
  return g_uri_escape_string (network_id, NULL, FALSE);
}

static GPtrArray *
read_kept (Memory *memory, const char *domain, gint64 now_s)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (kept_free);
  g_autofree char *value = memory_get (memory, TOPIC, domain, now_s, POLICY_MEMORY_MAX_S);
  g_auto (GStrv) words = g_strsplit (value != NULL ? value : "", " ", -1);

  for (guint i = 0; words[i] != NULL && all->len < POLICY_MEMORY_NETWORKS_MAX; i++)
    {
      Kept *kept = parse (words[i], now_s);

      if (kept != NULL)
        g_ptr_array_add (all, kept);
    }
  return all;
}

static void
write_kept (Memory *memory, const char *domain, gint64 now_s, GPtrArray *all)
{
  g_autoptr (GString) value = g_string_new (NULL);

  for (guint i = 0; i < all->len; i++)
    {
      const Kept *kept = all->pdata[i];

      g_string_append_printf (value, "%s%" G_GINT64_FORMAT "/%s/%s", i > 0 ? " " : "", kept->time_s,
                              mail_policy_to_string (kept->policy), kept->network);
    }
  memory_set (memory, TOPIC, domain, value->str, now_s);
}

static gboolean
is_from (const Kept *kept, const char *network)
{
  return g_str_equal (kept->network, network);
}

static Kept *
find_own (GPtrArray *all, const char *network)
{
  for (guint i = 0; i < all->len; i++)
    if (is_from (all->pdata[i], network))
      return all->pdata[i];
  return NULL;
}

/* Half an answer does not undo a whole one of the same network. */
static MailPolicy
find_present (const PolicyAnswer *answer, const Kept *own)
{
  return answer->is_complete || own == NULL ? answer->policy : MAX (answer->policy, own->policy);
}

MailPolicy
policy_memory_weigh (Memory *memory, const char *domain, const char *network_id, gint64 now_s,
                     const PolicyAnswer *answer, gboolean *ret_is_known)
{
  g_autoptr (GPtrArray) all = read_kept (memory, domain, now_s);
  g_autofree char *network = dup_network_name (network_id);
  MailPolicy strictest = find_present (answer, find_own (all, network));

  for (guint i = 0; i < all->len; i++)
    {
      const Kept *kept = all->pdata[i];

      if (!is_from (kept, network))
        strictest = MAX (strictest, kept->policy);
    }
  *ret_is_known = answer->is_complete || strictest > MAIL_POLICY_NONE || all->len > 0;
  return strictest;
}

/* Of too many the mildest goes, of those the oldest: a network with many names cannot wash out what
 * others said. */
static void
drop_one (GPtrArray *all)
{
  guint worst = 0;

  for (guint i = 1; i < all->len; i++)
    {
      const Kept *kept = all->pdata[i], *last = all->pdata[worst];

      if (kept->policy < last->policy ||
          (kept->policy == last->policy && kept->time_s < last->time_s))
        worst = i;
    }
  g_ptr_array_remove_index (all, worst);
}

void
policy_memory_note (Memory *memory, const char *domain, const char *network_id, gint64 now_s,
                    const PolicyAnswer *answer)
{
  g_autoptr (GPtrArray) all = read_kept (memory, domain, now_s);
  g_autofree char *network = dup_network_name (network_id);
  Kept *own = find_own (all, network);
  MailPolicy present = find_present (answer, own);

  if (!answer->is_complete && answer->policy == MAIL_POLICY_NONE)
    return;
  if (own != NULL && own->policy == present && now_s - own->time_s < RENEWAL_S)
    return;
  if (own != NULL)
    g_ptr_array_remove (all, own);
  g_ptr_array_add (all, kept_new (now_s, present, network));
  if (all->len > POLICY_MEMORY_NETWORKS_MAX)
    drop_one (all);
  write_kept (memory, domain, now_s, all);
}
