/* A GResolver that knows a table and nothing else. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  const char *host;
  const char *addresses; /* NULL: none; separated by spaces; "?" never answers for IPv6, "!" for IPv4 */
  const char *mx;        /* `10 HOST 20 HOST`; "?" never answers; NULL: none */
  gboolean    has_zone;  /* it has a name server of its own */
  const char *txt;       /* TXT records, separated by `|`; "?" never answers, "#" fails; NULL: none */
  const char *srv;       /* `PRIORITY WEIGHT PORT TARGET`, and more of them; NULL: none */
} FakeHost;

/* @hosts ends in a row without a host; it must outlive the resolver. */
GResolver *fake_resolver_new (const FakeHost *hosts);

/* How many questions about addresses it was asked: one a family. */
guint fake_resolver_count_addresses (GResolver *resolver);
/* How many questions about TXT records it was asked. */
guint fake_resolver_count_txt (GResolver *resolver);

G_END_DECLS
