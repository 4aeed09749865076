/* Logins that a server refused: no secret is tried until the account is locked out. Only
 * the fact is kept, nothing of the secret. */
#include "config.h"

#include "sendpath/walk/refusals.h"

#define TOPIC "login-refused"

/* What a command prints, or the desktop has, may change without our being told. */
#define COMMAND_MARK_S 3600

static char *
dup_key (const SecretQuery *query)
{
  return g_strdup_printf ("%s/%s/%s/%s", query->account, query->service, query->server,
                          query->user);
}

gboolean
refusals_has (Memory *memory, const SecretQuery *query, gint64 now_s)
{
  gboolean has_command = query->secret_command != NULL ||
                         secret_query_get_kind (query) == SECRET_TOKEN;
  g_autofree char *key = dup_key (query);
  g_autofree char *mark = memory_get (memory, TOPIC, key, now_s, has_command ? COMMAND_MARK_S : 0);

  return mark != NULL;
}

void
refusals_note (Memory *memory, const SecretQuery *query, gint64 now_s)
{
  g_autofree char *key = dup_key (query);

  memory_set (memory, TOPIC, key, "refused", now_s);
}

void
refusals_forget (Memory *memory, const SecretQuery *query)
{
  g_autofree char *key = dup_key (query);
  g_autofree char *mark = memory_get (memory, TOPIC, key, 0, 0);

  if (mark != NULL)
    memory_forget (memory, TOPIC, key);
}
