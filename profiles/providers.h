/* The large mail providers: their servers, what they demand, their limits. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a provider takes from a mail program. */
typedef enum {
  PROVIDER_LOGIN_PASSWORD,
  PROVIDER_LOGIN_APP_PASSWORD,         /* one made for mail programs */
  PROVIDER_LOGIN_CODE,                 /* an authorisation code in the place of the password */
  PROVIDER_LOGIN_OAUTH2,               /* nothing else */
  PROVIDER_LOGIN_OAUTH2_OR_PERMISSION, /* a password only where an administrator allows it */
  PROVIDER_LOGIN_BRIDGE,               /* only through a program of its own */
  PROVIDER_LOGIN_NONE,                 /* no mail program at all */
} ProviderLogin;

/* What it does with a From that is not the account's. */
typedef enum {
  PROVIDER_FROM_UNKNOWN,
  PROVIDER_FROM_ALLOWS,
  PROVIDER_FROM_REFUSES,
  PROVIDER_FROM_REWRITES, /* silently */
} ProviderFrom;

typedef struct {
  char         *id;
  char         *name; /* as people know it */
  char        **domains;
  char         *smtp; /* as in an account; NULL: it has no server for mail programs */
  char         *security;
  char         *pop;
  char         *page; /* where a password for mail programs is made */
  ProviderLogin login;
  ProviderFrom  from;
  gboolean      user_is_local_part;
  gboolean      needs_switch; /* mail programs must be allowed in its web mail first */
  gboolean      own_network_only;
  /* 0: it publishes none */
  guint max_recipients;
  guint messages_a_minute;
  guint messages_a_day;
  guint recipients_a_day;
} Provider;

/* NULL if it is none of them. @domain: of an address; @host: of a mail server (MX), without final
 * dot; @server: a host that an account may name. */
Provider *providers_find_by_domain (const char *domain);
Provider *providers_find_by_mx (const char *host);
Provider *providers_find_by_server (const char *server);
/* All of them, (element-type Provider). */
GPtrArray *providers_load (void);

void provider_free (Provider *provider);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Provider, provider_free)

G_END_DECLS
