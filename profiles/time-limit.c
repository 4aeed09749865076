/* time-limit: cancels what is pending in a context when time is up or the caller cancels. It waits
 * for nothing itself, and asks nobody. */
#include "config.h"

#include "profiles/time-limit.h"

static gboolean
on_time_up (gpointer data)
{
  time_limit_end (data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  time_limit_end (data);
  return G_SOURCE_REMOVE;
}

void
time_limit_start (TimeLimit *limit, GMainContext *context, guint timeout_ms, GCancellable *caller)
{
  limit->cancellable = g_cancellable_new ();
  limit->is_over = FALSE;
  limit->timer = g_timeout_source_new (timeout_ms);
  g_source_set_callback (limit->timer, on_time_up, limit, NULL);
  g_source_attach (limit->timer, context);
  limit->caller = caller != NULL ? g_cancellable_source_new (caller) : NULL;
  if (limit->caller != NULL)
    {
      g_source_set_callback (limit->caller, G_SOURCE_FUNC (on_cancelled), limit, NULL);
      g_source_attach (limit->caller, context);
    }
}

void
time_limit_end (TimeLimit *limit)
{
  limit->is_over = TRUE;
  g_cancellable_cancel (limit->cancellable);
}

void
time_limit_clear (TimeLimit *limit)
{
  g_source_destroy (limit->timer);
  g_clear_pointer (&limit->timer, g_source_unref);
  if (limit->caller != NULL)
    g_source_destroy (limit->caller);
  g_clear_pointer (&limit->caller, g_source_unref);
  g_clear_object (&limit->cancellable);
}
