/* The recipient's domain: does anybody take mail for it? It asks the name servers and nobody
 * else. */
#pragma once

#include <gio/gio.h>

#include "sendpath/verdict/concrete-help.h"

G_BEGIN_DECLS

/* Longest time for all questions about one domain. */
#define RECIPIENT_DOMAIN_MAX_MS 2000

typedef struct {
  MailDomain state;
  char **mail_servers; /* the hosts of its MX, best first; or the domain itself; may be empty */
} RecipientDomain;

/* Asks about @domain, at most @timeout_ms. @resolver: NULL is the default. Blocks. */
RecipientDomain *recipient_domain_look_up (const char *domain, GResolver *resolver,
                                           guint timeout_ms, GCancellable *cancellable);
void recipient_domain_free (RecipientDomain *domain);

/* Is the mail of @domain taken by @server itself: they have one registered domain, or so has one of
 * its mail servers? */
gboolean recipient_domain_is_local (const RecipientDomain *answer, const char *domain,
                                    const char *server);

/* `mail`, `null-mx`, `no-mail-server`, `missing`, `unknown`. */
const char *recipient_domain_state_to_string (MailDomain state);
MailDomain recipient_domain_state_from_string (const char *text); /* UNKNOWN if it is none */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecipientDomain, recipient_domain_free)

G_END_DECLS
