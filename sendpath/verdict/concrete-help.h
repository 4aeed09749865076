/* Concrete help: one sentence more about this very case, beyond what its verdict says of all such
 * cases. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/* What the DNS says about the domain of a recipient. */
typedef enum {
  MAIL_DOMAIN_UNKNOWN,    /* nobody asked, or nobody answered */
  MAIL_DOMAIN_TAKES_MAIL, /* it has a server for mail */
  MAIL_DOMAIN_NULL_MX,    /* it says that it takes no mail (RFC 7505) */
  MAIL_DOMAIN_NO_SERVER,  /* it is there, and has neither MX nor address */
  MAIL_DOMAIN_MISSING,    /* there is no such domain */
} MailDomain;

/* What is known of the case; all but @verdict may be unset (NULL, 0, FALSE). */
typedef struct {
  SendpathVerdict    verdict;        /* NONE: nothing was sent yet, only the address is looked at */
  const char        *recipient;      /* the address as it was written, right or wrong */
  const char        *sender;         /* the address in MAIL FROM */
  const char        *server;         /* the name of the server that answered */
  const char        *account_domain; /* that of the account's own address */
  const char        *text;           /* the server's words */
  guint64            message_size_bytes;
  guint64            size_max_bytes; /* the server's SIZE */
  MailDomain         mail_domain;    /* of @recipient */
  gboolean           is_bounce;      /* the provider was refused, not we */
  gboolean           is_oauth_only;  /* the server offers no login but by OAuth2 */
  const char        *client_address; /* the network address that the server saw, if that is known */
} ConcreteFacts;

/* The sentence that helps most with @facts, or NULL if the verdict's own texts say all there is to
 * say. Newly allocated, translated, on one line, safe to show. Pure; any thread. */
char *concrete_help (const ConcreteFacts *facts);

/* Whom to ask when it lasts, by name: one sentence, or NULL if the verdict is nothing that the
 * people behind the server could mend, or they are not known. As above. */
char *concrete_contact (const ConcreteFacts *facts);

G_END_DECLS
