/* What domains published when they were asked from other networks. */
#pragma once

#include "profiles/memory.h"
#include "sendpath/walk/policy-lookup.h"

G_BEGIN_DECLS

/* For so long, and from so many networks a domain. */
#define POLICY_MEMORY_MAX_S        (30 * 24 * 60 * 60)
#define POLICY_MEMORY_NETWORKS_MAX 8

/* The strictest of @answer, got just now in @network_id about @domain, and what is remembered from
 * elsewhere. @ret_is_known: FALSE if nobody answered, now or then. */
MailPolicy policy_memory_weigh (Memory *memory, const char *domain, const char *network_id,
                                gint64 now_s, const PolicyAnswer *answer, gboolean *ret_is_known);

/* Keeps @answer. */
void policy_memory_note (Memory *memory, const char *domain, const char *network_id, gint64 now_s,
                         const PolicyAnswer *answer);

G_END_DECLS
