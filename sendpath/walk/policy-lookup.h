/* What domains publish about mail in their name: asked of the name servers, all at once. */
#pragma once

#include <gio/gio.h>

#include "sendpath/walk/policy-records.h"

G_BEGIN_DECLS

/* Longest time for all questions. */
#define POLICY_LOOKUP_MAX_MS 2000

typedef struct {
  MailPolicy policy;
  gboolean is_complete; /* every question was answered; else @policy is the least it can be */
} PolicyAnswer;

/* Asks about the @domains (ASCII, NULL at the end), at most @timeout_ms; @answers has as many.
 * @resolver: NULL is the default. Blocks. */
void policy_lookup_run (const char *const *domains, PolicyAnswer *answers, GResolver *resolver,
                        guint timeout_ms, GCancellable *cancellable);

/* The domain that the owner of @domain registered (RFC 7489 section 3.2), by the Public Suffix List;
 * @domain itself if there is none above it. ASCII, lower case. */
char *policy_lookup_dup_owner (const char *domain);

G_END_DECLS
