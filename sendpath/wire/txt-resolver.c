/* A GResolver for TXT records, which any network can forge. It stands in for GLib's own, which
 * dies of a TXT record that is not UTF-8 (seen with 2.74). It never resolves an address. */
#include "config.h"

#include "sendpath/wire/txt-resolver.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

/* A try, and how many: the thread that waits ends soon after its caller has given up. */
#define TRY_S 2
#define TRIES 1

typedef struct {
  GResolver parent;
} TxtResolver;

typedef GResolverClass TxtResolverClass;

GType txt_resolver_get_type (void);

G_DEFINE_TYPE (TxtResolver, txt_resolver, G_TYPE_RESOLVER)

/* ---- a message ------------------------------------------------------------------------------- */

/* What is left of a message. */
typedef struct {
  const guint8 *at, *end;
} Rest;

static gboolean
skip (Rest *rest, gsize length)
{
  if ((gsize) (rest->end - rest->at) < length)
    return FALSE;
  rest->at += length;
  return TRUE;
}

/* RFC 1035 section 4.1.4: labels up to an empty one, or up to a pointer, which is not followed. */
static gboolean
skip_name (Rest *rest)
{
  while (rest->at < rest->end)
    {
      guint8 length = *rest->at;

      if ((length & NS_CMPRSFLGS) == NS_CMPRSFLGS)
        return skip (rest, 2);
      if ((length & NS_CMPRSFLGS) != 0 || !skip (rest, 1 + length))
        return FALSE;
      if (length == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_number (Rest *rest, guint16 *ret_number)
{
  const guint8 *at = rest->at;

  if (!skip (rest, 2))
    return FALSE;
  *ret_number = (guint16) (at[0] << 8 | at[1]);
  return TRUE;
}

/* RFC 1035 section 3.3.14: one string after the other, at least one. */
static GVariant *
read_strings (Rest data)
{
  g_autoptr (GVariantBuilder) strings = g_variant_builder_new (G_VARIANT_TYPE_STRING_ARRAY);

  if (data.at == data.end)
    return NULL;
  while (data.at < data.end)
    {
      const guint8 *string = data.at;
      g_autofree char *text = NULL;

      if (!skip (&data, 1 + (gsize) *string))
        return NULL;
      text = g_utf8_make_valid ((const char *) string + 1, *string);
      g_variant_builder_add (strings, "s", text);
    }
  return g_variant_ref_sink (g_variant_new ("(as)", strings));
}

static void
free_records (gpointer records)
{
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

/* One resource record; prepends to @records if it is a TXT record. */
static gboolean
read_record (Rest *rest, GList **records)
{
  guint16 type, class, length;
  Rest data;
  GVariant *strings;

  if (!skip_name (rest) || !read_number (rest, &type) || !read_number (rest, &class) ||
      !skip (rest, NS_INT32SZ) || !read_number (rest, &length))
    return FALSE;
  data = (Rest) { rest->at, rest->at };
  if (!skip (rest, length))
    return FALSE;
  data.end = rest->at;
  if (type != ns_t_txt || class != ns_c_in)
    return TRUE;
  strings = read_strings (data);
  if (strings != NULL)
    *records = g_list_prepend (*records, strings);
  return strings != NULL;
}

static gboolean
read_answer (const guint8 *message, gsize length, GList **records)
{
  Rest rest = { message, message + length };
  guint16 n_questions, n_answers;

  if (!skip (&rest, 4) || !read_number (&rest, &n_questions) || !read_number (&rest, &n_answers) ||
      !skip (&rest, 4))
    return FALSE;
  for (guint i = 0; i < n_questions; i++)
    if (!skip_name (&rest) || !skip (&rest, NS_QFIXEDSZ))
      return FALSE;
  for (guint i = 0; i < n_answers; i++)
    if (!read_record (&rest, records))
      return FALSE;
  return TRUE;
}

GList *
txt_resolver_parse (const guint8 *message, gsize length, GError **error)
{
  GList *records = NULL;

  if (!read_answer (message, length, &records))
    {
      free_records (records);
      records = NULL;
      g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_INTERNAL,
                           "malformed answer of a name server");
    }
  else if (records == NULL)
    g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no TXT record");
  return g_list_reverse (records);
}

/* ---- a question ------------------------------------------------------------------------------ */

static void
set_problem (int problem, GError **error)
{
  GResolverError code = G_RESOLVER_ERROR_INTERNAL;

  if (problem == HOST_NOT_FOUND || problem == NO_DATA)
    code = G_RESOLVER_ERROR_NOT_FOUND;
  else if (problem == TRY_AGAIN)
    code = G_RESOLVER_ERROR_TEMPORARY_FAILURE;
  g_set_error_literal (error, G_RESOLVER_ERROR, code, hstrerror (problem));
}

static GList *
ask (const char *name, GError **error)
{
  struct __res_state state = { 0 };
  g_autofree guint8 *message = g_malloc (NS_MAXMSG);
  GList *records = NULL;
  int length;

  if (res_ninit (&state) != 0)
    {
      set_problem (NETDB_INTERNAL, error);
      return NULL;
    }
  state.retrans = TRY_S;
  state.retry = TRIES;
  length = res_nquery (&state, name, ns_c_in, ns_t_txt, message, NS_MAXMSG);
  if (length >= 0)
    records = txt_resolver_parse (message, MIN ((gsize) length, NS_MAXMSG), error);
  else
    set_problem (state.res_h_errno, error);
  res_nclose (&state);
  return records;
}

static void
run (GTask *task, gpointer source, gpointer name, GCancellable *cancellable)
{
  GError *error = NULL;
  GList *records = ask (name, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, records, free_records);
}

static void
lookup_records_async (GResolver *resolver, const char *name, GResolverRecordType type,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);

  if (type != G_RESOLVER_RECORD_TXT)
    {
      g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_INTERNAL,
                               "only TXT records are asked for");
      return;
    }
  g_task_set_task_data (task, g_strdup (name), g_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, run);
}

static GList *
lookup_records_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
txt_resolver_init (TxtResolver *resolver)
{
}

static void
txt_resolver_class_init (TxtResolverClass *class)
{
  class->lookup_records_async = lookup_records_async;
  class->lookup_records_finish = lookup_records_finish;
}

GResolver *
txt_resolver_new (void)
{
  return g_object_new (txt_resolver_get_type (), NULL);
}

GResolver *
txt_resolver_get_default (void)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  return g_str_equal (G_OBJECT_TYPE_NAME (resolver), "GThreadedResolver")
             ? txt_resolver_new ()
             : g_steal_pointer (&resolver);
}
