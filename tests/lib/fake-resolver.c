/* Answers look-ups by name from a table. It asks no server. */
#include "config.h"

#include "tests/lib/fake-resolver.h"

#include <string.h>

typedef struct {
  GResolver       parent;
  const FakeHost *hosts;
  guint           n_txt, n_addresses;
} FakeResolver;

typedef GResolverClass FakeResolverClass;

GType fake_resolver_get_type (void);

G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static void
free_addresses (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_task_return_error_if_cancelled (data);
  return G_SOURCE_REMOVE;
}

static void
answer_only_a_cancel (GTask *task)
{
  GSource *source = g_cancellable_source_new (g_task_get_cancellable (task));

  g_task_attach_source (task, source, G_SOURCE_FUNC (on_cancelled));
  g_source_unref (source);
}

static void
answer (GTask *task, const char *text, GResolverNameLookupFlags flags)
{
  gboolean is_v6 = (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY) != 0;
  g_auto(GStrv) words = g_strsplit (text, " ", -1);
  GList *addresses = NULL;

  if (g_strv_contains ((const char *const *) words, is_v6 ? "?" : "!"))
    {
      answer_only_a_cancel (task);
      return;
    }
  for (char **word = words; *word != NULL; word++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (*word);

      if (address != NULL
          && (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6) == is_v6)
        addresses = g_list_append (addresses, g_steal_pointer (&address));
    }
  if (addresses != NULL)
    g_task_return_pointer (task, addresses, free_addresses);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                             "not in the table");
}

static const FakeHost *
find_row (GResolver *resolver, const char *host)
{
  const FakeHost *row = ((FakeResolver *) resolver)->hosts;

  while (row->host != NULL && strcmp (row->host, host) != 0)
    row++;
  return row;
}

static void
lookup_async (GResolver *resolver, const char *host, GResolverNameLookupFlags flags,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, data);
  const FakeHost *row = find_row (resolver, host);

  ((FakeResolver *) resolver)->n_addresses++;
  answer (task, row->addresses != NULL ? row->addresses : "", flags);
}

/* Of both families at once: those of IPv4 stand for all. */
static void
lookup_any_async (GResolver *resolver, const char *host, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer data)
{
  lookup_async (resolver, host, G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY, cancellable, callback,
                data);
}

static void
free_records (gpointer records)
{
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

static GList *
read_mx (const char *text)
{
  g_auto(GStrv) words = g_strsplit (text, " ", -1);
  GList *records = NULL;

  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2)
    {
      GVariant *record = g_variant_new (
          "(qs)", (guint16) g_ascii_strtoull (words[i], NULL, 10), words[i + 1]);

      records = g_list_append (records, g_variant_ref_sink (record));
    }
  return records;
}

static guint16
read_number (const char *text)
{
  return (guint16) g_ascii_strtoull (text, NULL, 10);
}

static GList *
read_srv (const char *text)
{
  g_auto(GStrv) words = g_strsplit (text, " ", -1);
  GList *records = NULL;

  for (guint i = 0; i + 3 < g_strv_length (words); i += 4)
    {
      GVariant *record = g_variant_new ("(qqqs)", read_number (words[i]), read_number (words[i + 1]),
                                        read_number (words[i + 2]), words[i + 3]);

      records = g_list_append (records, g_variant_ref_sink (record));
    }
  return records;
}

static GList *
read_txt (const char *text)
{
  g_auto(GStrv) texts = g_strsplit (text, "|", -1);
  GList *records = NULL;

  for (guint i = 0; texts[i] != NULL; i++)
    {
      const char *const strings[] = { texts[i], NULL };

      records = g_list_append (records,
                               g_variant_ref_sink (g_variant_new ("(^as)", strings)));
    }
  return records;
}

static void
answer_txt (GTask *task, const char *txt)
{
  ((FakeResolver *) g_task_get_source_object (task))->n_txt++;
  if (g_strcmp0 (txt, "?") == 0)
    answer_only_a_cancel (task);
  else if (g_strcmp0 (txt, "#") == 0)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE,
                             "not now");
  else if (txt != NULL)
    g_task_return_pointer (task, read_txt (txt), free_records);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                             "not in the table");
}

static void
lookup_records_async (GResolver *resolver, const char *host, GResolverRecordType type,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, data);
  const FakeHost *row = find_row (resolver, host);
  const char *mx = type == G_RESOLVER_RECORD_MX ? row->mx : NULL;
  GList *records = NULL;

  if (type == G_RESOLVER_RECORD_TXT)
    {
      answer_txt (task, row->txt);
      return;
    }
  if (mx != NULL && strcmp (mx, "?") == 0)
    {
      answer_only_a_cancel (task);
      return;
    }
  if (mx != NULL)
    records = read_mx (mx);
  else if (type == G_RESOLVER_RECORD_SRV && row->srv != NULL)
    records = read_srv (row->srv);
  else if (type == G_RESOLVER_RECORD_NS && row->has_zone)
    records = g_list_append (NULL, g_variant_ref_sink (g_variant_new ("(s)", "ns.example.org")));
  if (records != NULL)
    g_task_return_pointer (task, records, free_records);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                             "not in the table");
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_init (FakeResolver *resolver)
{
}

static void
fake_resolver_class_init (FakeResolverClass *class)
{
  class->lookup_by_name_with_flags_async = lookup_async;
  class->lookup_by_name_with_flags_finish = lookup_finish;
  class->lookup_by_name_async = lookup_any_async;
  class->lookup_by_name_finish = lookup_finish;
  class->lookup_records_async = lookup_records_async;
  class->lookup_records_finish = lookup_finish;
}

GResolver *
fake_resolver_new (const FakeHost *hosts)
{
  FakeResolver *resolver = g_object_new (fake_resolver_get_type (), NULL);

  resolver->hosts = hosts;
  return G_RESOLVER (resolver);
}

guint
fake_resolver_count_addresses (GResolver *resolver)
{
  return ((FakeResolver *) resolver)->n_addresses;
}

guint
fake_resolver_count_txt (GResolver *resolver)
{
  return ((FakeResolver *) resolver)->n_txt;
}
