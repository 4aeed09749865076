/* How many recipients a server takes at a time: as configured, or fewer once it has said so. */
#include "config.h"

#include "sendpath/walk/recipient-limit.h"

/* A limit that a server no longer has costs no more than some transactions. */
#define REMEMBERED_S (30 * 24 * 3600)

#define TOPIC "limit"

static char *
make_key (const char *server)
{
  return g_strdup_printf ("recipients %s", server);
}

guint
recipient_limit_get (const PlanInput *plan, const SendpathRoute *route)
{
  guint64 configured = sendpath_account_get_integer (plan->account, "max-recipients");
  g_autofree char *key = make_key (route->server);
  g_autofree char *learned = memory_get (plan->memory, TOPIC, key, plan->now_s, REMEMBERED_S);
  guint64 limit = learned != NULL ? g_ascii_strtoull (learned, NULL, 10) : 0;

  if (limit == 0 || limit > configured)
    limit = configured;
  return (guint) CLAMP (limit, 1, G_MAXUINT);
}

void
recipient_limit_note (const PlanInput *plan, const SendpathRoute *route, guint n_taken)
{
  g_autofree char *key = make_key (route->server);
  g_autofree char *value = g_strdup_printf ("%u", n_taken);

  memory_set (plan->memory, TOPIC, key, value, plan->now_s);
}

void
recipient_limit_forget (Memory *memory, const char *server)
{
  g_autofree char *key = make_key (server);

  memory_forget (memory, TOPIC, key);
}
