/* SPF and DMARC of the From domain, and the sender rule that they make necessary where somebody
 * else's server sends (PRODUCT.md section 3, steps 4 to 6). */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/walk/plan.h"
#include "sendpath/walk/policy-records.h"

G_BEGIN_DECLS

typedef struct {
  char *domain; /* the From domain that asks for most; NULL if none does, or could be asked about */
  MailPolicy policy;
  gboolean is_known; /* FALSE: no name server said, now or elsewhere */
} DomainPolicy;

/* The From domains of @message (ASCII, each once) for which no DKIM signature in it stands. */
char **domain_policy_dup_domains (SendpathMessage *message);

/* Looks up the strictest policy of @domains: now, and as it was seen from other networks. What is
 * learned is kept in the memory of @plan if @may_keep. At most two seconds; @resolver: NULL is the
 * default. Blocks. */
DomainPolicy *domain_policy_find (const char *const *domains, const PlanInput *plan,
                                  gboolean may_keep, GResolver *resolver,
                                  GCancellable *cancellable);
void domain_policy_free (DomainPolicy *policy);

/* TRUE for the routes that it concerns. */
gboolean domain_policy_concerns (const SendpathRoute *route);

/* Has the sender rules of @route start where @policy wants them, and says so in `why`; or says in
 * `skipped` why that is not possible there. @message: NULL if there is none yet. */
void domain_policy_apply (const DomainPolicy *policy, SendpathRoute *route,
                          SendpathMessage *message);

/* Looks up and applies the same to all of @routes for a message from @from that is not there yet.
 * Nothing is learned from it. Blocks for two seconds at most. */
void domain_policy_foresee (GPtrArray *routes, const char *from, const PlanInput *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DomainPolicy, domain_policy_free)

G_END_DECLS
