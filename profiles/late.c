/* Loads a library and finds functions in it by name. It never unloads one. */
#include "config.h"

#include "profiles/late.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <string.h>

static gboolean
fail (GError **error)
{
  /* names the file and what is wrong with it */
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, dlerror ());
  return FALSE;
}

static gboolean
fill (const char *file, const char *const *names, gsize n_names, gpointer functions, GError **error)
{
  void *library = dlopen (file, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);

  if (library == NULL)
    return fail (error);
  for (gsize i = 0; i < n_names; i++)
    {
      void *function = dlsym (library, names[i]);

      if (function == NULL)
        return fail (error);
      memcpy ((char *) functions + i * sizeof function, &function, sizeof function);
    }
  return TRUE;
}

gboolean
late_load (gint *is_loaded, const char *file, const char *const *names, gsize n_names,
           gpointer functions, GError **error)
{
  static GMutex mutex;
  gboolean is_filled;

  if (g_atomic_int_get (is_loaded))
    return TRUE;
  g_mutex_lock (&mutex);
  is_filled = g_atomic_int_get (is_loaded) || fill (file, names, n_names, functions, error);
  g_atomic_int_set (is_loaded, is_filled);
  g_mutex_unlock (&mutex);
  return is_filled;
}
