/* Where a host keeps passwords itself: its function, and what that is called with. It never sees an
 * answer. */
#include "config.h"

#include "sendpath/password-source.h"

struct _PasswordSource {
  gatomicrefcount ref_count;
  SendpathPasswordFunc func;
  gpointer data;
  GDestroyNotify destroy; /* nullable */
  GThread *thread;        /* whoever set it */
  GMainContext *context;  /* of that thread, then */
};

PasswordSource *
password_source_new (SendpathPasswordFunc func, gpointer data, GDestroyNotify destroy)
{
  PasswordSource *source = g_new0 (PasswordSource, 1);

  g_atomic_ref_count_init (&source->ref_count);
  source->func = func;
  source->data = data;
  source->destroy = destroy;
  source->thread = g_thread_ref (g_thread_self ());
  source->context = g_main_context_ref_thread_default ();
  return source;
}

PasswordSource *
password_source_ref (PasswordSource *source)
{
  g_atomic_ref_count_inc (&source->ref_count);
  return source;
}

static void
free_source (gpointer data)
{
  PasswordSource *source = data;

  if (source->destroy != NULL)
    source->destroy (source->data);
  g_thread_unref (source->thread);
  g_main_context_unref (source->context);
  g_free (source);
}

static gboolean
on_idle (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* A call that ends in its worker may have been the last to hold it. */
void
password_source_unref (PasswordSource *source)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GSource) idle = NULL;

  if (!g_atomic_ref_count_dec (&source->ref_count))
    return;
  if (source->destroy == NULL || source->thread == g_thread_self ())
    {
      free_source (source);
      return;
    }
  context = g_main_context_ref (source->context);
  idle = g_idle_source_new ();
  g_source_set_callback (idle, on_idle, source, free_source);
  g_source_attach (idle, context);
}

void
password_source_ask (PasswordSource *source, SendpathEngine *engine, SendpathRequest *request)
{
  source->func (engine, request, source->data);
}
