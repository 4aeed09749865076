/* What a domain publishes about mail in its name: SPF and DMARC records. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is thrown away after its 250; the stricter the greater. */
typedef enum {
  MAIL_POLICY_NONE,
  MAIL_POLICY_SPF_FAIL,   /* SPF `-all`: from servers that are not listed */
  MAIL_POLICY_QUARANTINE, /* DMARC `p=quarantine`, */
  MAIL_POLICY_REJECT,     /* DMARC `p=reject`: without the domain's own SPF or DKIM */
} MailPolicy;

/* `none`, `spf`, `quarantine`, `reject`. */
const char *mail_policy_to_string (MailPolicy policy);
gboolean mail_policy_from_string (const char *text, MailPolicy *ret_policy);

/* The TXT records of a domain as SPF (RFC 7208): NONE or SPF_FAIL. What may send is not asked, only
 * whether everything else may not. @ret_redirect: the domain whose record holds instead, or NULL. */
MailPolicy policy_records_read_spf (const char *const *texts, char **ret_redirect);

/* The TXT records of `_dmarc.DOMAIN` as DMARC (RFC 7489): NONE, QUARANTINE or REJECT, for the domain
 * itself or, if @is_parent, for those below it. FALSE: none of them is a DMARC record. */
gboolean policy_records_read_dmarc (const char *const *texts, gboolean is_parent,
                                    MailPolicy *ret_policy);

G_END_DECLS
