/* A library of somebody else that is loaded when something of it is first needed: a program that needs
 * nothing of it starts without it and all that it is linked with. It knows none of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LATE_MEMBER(prefix, name) __typeof__ (prefix##_##name) *name;
#define LATE_NAME(prefix, name)   #prefix "_" #name,

/* LATE_LIBRARY (libsoup, LIBSOUP_FILE, FUNCTIONS): the functions that this file uses of @file, which
 * configure has found, as libsoup.session_abort(); FUNCTIONS(F) has an F (soup, session_abort) for each.
 * None may be called before load_libsoup() has said TRUE. */
#define LATE_LIBRARY(library, file, FUNCTIONS)                                                     \
  static struct {                                                                                  \
    FUNCTIONS (LATE_MEMBER)                                                                        \
  } library;                                                                                       \
                                                                                                   \
  static gboolean load_##library (GError **error)                                                  \
  {                                                                                                \
    static const char *const names[] = { FUNCTIONS (LATE_NAME) };                                  \
    static gint is_loaded;                                                                         \
                                                                                                   \
    G_STATIC_ASSERT (sizeof library == G_N_ELEMENTS (names) * sizeof (gpointer));                  \
    return late_load (&is_loaded, file, names, G_N_ELEMENTS (names), &library, error);             \
  }

/* What LATE_LIBRARY is made of: fills @functions, a struct of nothing but pointers to functions, with those
 * that @names says. Once in a process; what is loaded stays. From any thread. */
gboolean late_load (gint *is_loaded, const char *file, const char *const *names, gsize n_names,
                    gpointer functions, GError **error);

G_END_DECLS
