/* Tells ThreadSanitizer what GLib does to keep threads apart. GLib itself is not instrumented: its locks,
 * counters and queues are unknown to the sanitizer, so that every object which goes through them would
 * look like a race. Here each of these functions says what it promises, and calls the real one. It is
 * preloaded by `make check-tsan`, and knows nothing of sendpath. */
#include <dlfcn.h>
#include <stdlib.h>

#include <gio/gio.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(function) ((__typeof__ (&function)) dlsym (RTLD_NEXT, #function))

/* The programs that a test starts have no sanitizer in them, and cannot bear this. */
__attribute__ ((constructor)) static void
stay_alone (void)
{
  unsetenv ("LD_PRELOAD");
}

/* A function that waits for, or lets go, what is at its first argument. */
#define ACQUIRES(function, type)                                                                   \
  void function (type *it)                                                                         \
  {                                                                                                \
    REAL (function) (it);                                                                          \
    __tsan_acquire (it);                                                                           \
  }
#define RELEASES(function, type)                                                                   \
  void function (type *it)                                                                         \
  {                                                                                                \
    __tsan_release (it);                                                                           \
    REAL (function) (it);                                                                          \
  }

ACQUIRES (g_mutex_lock, GMutex)
RELEASES (g_mutex_unlock, GMutex)
ACQUIRES (g_rec_mutex_lock, GRecMutex)
RELEASES (g_rec_mutex_unlock, GRecMutex)

gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean is_taken = REAL (g_mutex_trylock) (mutex);

  if (is_taken)
    __tsan_acquire (mutex);
  return is_taken;
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_cond_wait) (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_us)
{
  gboolean is_signalled;

  __tsan_release (mutex);
  is_signalled = REAL (g_cond_wait_until) (cond, mutex, end_us);
  __tsan_acquire (mutex);
  return is_signalled;
}

/* ---- counters: whoever frees has seen what the others did ------------------------------------ */

#define UNREFS(function)                                                                           \
  void function (gpointer it)                                                                      \
  {                                                                                                \
    if (it != NULL)                                                                                \
      {                                                                                            \
        __tsan_release (it);                                                                       \
        __tsan_acquire (it);                                                                       \
      }                                                                                            \
    REAL (function) (it);                                                                          \
  }

#undef g_object_unref
UNREFS (g_object_unref)

void
g_bytes_unref (GBytes *bytes)
{
  if (bytes != NULL)
    {
      __tsan_release (bytes);
      __tsan_acquire (bytes);
    }
  REAL (g_bytes_unref) (bytes);
}

#undef g_atomic_ref_count_dec

gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  __tsan_release (count);
  __tsan_acquire (count);
  return REAL (g_atomic_ref_count_dec) (count);
}

/* ---- what is handed from one thread to another ------------------------------------------------ */

/* Stands for a function that GLib calls in another thread, with what was done before. */
typedef struct {
  GCallback func;
  gpointer data;
  GDestroyNotify destroy;
} Hand;

static gboolean
call_source (gpointer data)
{
  Hand *hand = data;

  __tsan_acquire (hand);
  return ((GSourceFunc) hand->func) (hand->data);
}

static void
destroy_source_data (gpointer data)
{
  Hand *hand = data;

  __tsan_acquire (hand);
  if (hand->destroy != NULL)
    hand->destroy (hand->data);
  g_free (hand);
}

/* Only where the function takes nothing but its data: the idle sources, which carry what is told. */
void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  Hand *hand;

  if (g_source_get_name (source) == NULL ||
      !g_str_equal (g_source_get_name (source), "GIdleSource"))
    {
      REAL (g_source_set_callback) (source, func, data, destroy);
      return;
    }
  hand = g_new0 (Hand, 1);
  *hand = (Hand) { G_CALLBACK (func), data, destroy };
  __tsan_release (hand);
  REAL (g_source_set_callback) (source, call_source, hand, destroy_source_data);
}

static void
call_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  Hand hand = *(Hand *) data;

  g_free (data);
  __tsan_acquire (result);
  ((GAsyncReadyCallback) hand.func) (source, result, hand.data);
}

GTask *
g_task_new (gpointer source, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Hand *hand = NULL;

  if (callback != NULL)
    {
      hand = g_new0 (Hand, 1);
      *hand = (Hand) { G_CALLBACK (callback), data, NULL };
    }
  return REAL (g_task_new) (source, cancellable, hand != NULL ? call_ready : NULL, hand);
}

static void
call_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GTaskThreadFunc func = (GTaskThreadFunc) g_object_get_data (G_OBJECT (task), "tsan-func");

  __tsan_acquire (task);
  func (task, source, data, cancellable);
  __tsan_release (task);
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc func)
{
  g_object_set_data (G_OBJECT (task), "tsan-func", (gpointer) func);
  __tsan_release (task);
  REAL (g_task_run_in_thread) (task, call_thread);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify destroy)
{
  __tsan_release (task);
  REAL (g_task_return_pointer) (task, result, destroy);
}

void
g_task_return_error (GTask *task, GError *error)
{
  __tsan_release (task);
  REAL (g_task_return_error) (task, error);
}

void
g_task_return_boolean (GTask *task, gboolean result)
{
  __tsan_release (task);
  REAL (g_task_return_boolean) (task, result);
}
