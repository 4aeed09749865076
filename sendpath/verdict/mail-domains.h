/* The domains of the large mail providers, and what is nearly one of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The provider's domain that was probably meant by @domain (`gmial.com`: `gmail.com`), or NULL if
 * @domain is one itself or is not near to any. Static. */
const char *mail_domains_find_near (const char *domain);

G_END_DECLS
