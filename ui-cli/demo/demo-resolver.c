/* A GResolver that knows the demo's names and nothing else: while it is the default one, no
 * question leaves this machine. */
#include "config.h"

#include "demo-resolver.h"

#include <glib/gi18n.h>

struct _DemoResolver {
  GResolver parent_instance;
  char **names;
};

G_DEFINE_FINAL_TYPE (DemoResolver, demo_resolver, G_TYPE_RESOLVER)

static GList *
look_up (GResolver *resolver, const char *name, GResolverNameLookupFlags flags,
         GCancellable *cancellable, GError **error)
{
  DemoResolver *self = DEMO_RESOLVER (resolver);

  if (g_strv_contains ((const char *const *) self->names, name) &&
      (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY) == 0)
    return g_list_append (NULL, g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4));
  g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
               _ ("%s: the demo knows no such name"), name);
  return NULL;
}

static void
look_up_async (GResolver *resolver, const char *name, GResolverNameLookupFlags flags,
               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  GError *error = NULL;
  GList *addresses = look_up (resolver, name, flags, cancellable, &error);

  if (addresses != NULL)
    g_task_return_pointer (task, addresses, (GDestroyNotify) g_resolver_free_addresses);
  else
    g_task_return_error (task, error);
}

static GList *
look_up_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static GList *
look_up_any (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  return look_up (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, error);
}

static void
look_up_any_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer data)
{
  look_up_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, callback, data);
}

/* Nobody publishes anything about the demo's domains. */
static GList *
look_up_records (GResolver *resolver, const char *name, GResolverRecordType type,
                 GCancellable *cancellable, GError **error)
{
  g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
               _ ("%s: the demo knows no such name"), name);
  return NULL;
}

static void
look_up_records_async (GResolver *resolver, const char *name, GResolverRecordType type,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  GError *error = NULL;

  look_up_records (resolver, name, type, cancellable, &error);
  g_task_return_error (task, error);
}

static void
demo_resolver_finalize (GObject *object)
{
  g_strfreev (DEMO_RESOLVER (object)->names);
  G_OBJECT_CLASS (demo_resolver_parent_class)->finalize (object);
}

static void
demo_resolver_class_init (DemoResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = demo_resolver_finalize;
  resolver_class->lookup_by_name = look_up_any;
  resolver_class->lookup_by_name_async = look_up_any_async;
  resolver_class->lookup_by_name_finish = look_up_finish;
  resolver_class->lookup_by_name_with_flags = look_up;
  resolver_class->lookup_by_name_with_flags_async = look_up_async;
  resolver_class->lookup_by_name_with_flags_finish = look_up_finish;
  resolver_class->lookup_records = look_up_records;
  resolver_class->lookup_records_async = look_up_records_async;
  resolver_class->lookup_records_finish = look_up_finish;
}

static void
demo_resolver_init (DemoResolver *self)
{
}

GResolver *
demo_resolver_new (const char *const *names)
{
  DemoResolver *self = g_object_new (DEMO_TYPE_RESOLVER, NULL);

  self->names = g_strdupv ((char **) names);
  return G_RESOLVER (self);
}
