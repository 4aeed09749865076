/* The names of the demo, all on this machine. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define DEMO_TYPE_RESOLVER (demo_resolver_get_type ())
G_DECLARE_FINAL_TYPE (DemoResolver, demo_resolver, DEMO, RESOLVER, GResolver)

/* @names: NULL-terminated; they are at 127.0.0.1, and there are no others. */
GResolver *demo_resolver_new (const char *const *names);

G_END_DECLS
