/* Libraries that are loaded when they are needed: what is there is found, what is not there is named, and may be
 * there later. */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "profiles/late.h"

#define FILE_OF_C "libc.so.6"

typedef struct {
  gsize (*length) (const char *text);
  int (*number) (const char *text);
} Functions;

static void
test_found (void)
{
  static const char *const names[] = { "strlen", "atoi" };
  g_autoptr(GError) error = NULL;
  Functions functions = { NULL };
  gint is_loaded = 0;

  g_assert_true (late_load (&is_loaded, FILE_OF_C, names, 2, &functions, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (functions.length ("four"), ==, 4);
  g_assert_cmpint (functions.number ("17"), ==, 17);
  g_assert_true (late_load (&is_loaded, "libnothing.so.0", names, 2, &functions, &error));
}

static void
test_no_library (void)
{
  static const char *const names[] = { "strlen" };
  g_autoptr(GError) error = NULL;
  Functions functions = { NULL };
  gint is_loaded = 0;

  g_assert_false (late_load (&is_loaded, "libnothing.so.0", names, 1, &functions, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "libnothing.so.0"));
  g_assert_true (late_load (&is_loaded, FILE_OF_C, names, 1, &functions, NULL));
}

static void
test_no_function (void)
{
  static const char *const names[] = { "strlen", "nothing_of_the_kind" };
  g_autoptr(GError) error = NULL;
  Functions functions = { NULL };
  gint is_loaded = 0;

  g_assert_false (late_load (&is_loaded, FILE_OF_C, names, 2, &functions, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "nothing_of_the_kind"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/late/what-is-there-is-found-once", test_found);
  g_test_add_func ("/late/a-library-that-is-missing-is-named", test_no_library);
  g_test_add_func ("/late/a-function-that-is-missing-is-named", test_no_function);
  return g_test_run ();
}
