/* texts: tells gettext where the translations of our texts lie. It changes no locale and reads no
 * text itself. */
#include "config.h"

#include <dlfcn.h>
#include <glib.h>
#include <libintl.h>

static const char installed[] = LOCALEDIR;

/* Where libtool keeps a library that is built and not installed yet, and from there the catalogs. */
#define UNINSTALLED "/.libs"
#define CATALOGS    "../../ui-cli/po"

static char *
find_catalogs (void)
{
  Dl_info library;
  g_autofree char *folder = NULL;

  if (dladdr (installed, &library) == 0 || library.dli_fname == NULL)
    return g_strdup (installed);
  folder = g_path_get_dirname (library.dli_fname);
  return g_str_has_suffix (folder, UNINSTALLED) ? g_build_filename (folder, CATALOGS, NULL)
                                                : g_strdup (installed);
}

/* When the library is loaded, so that whoever embeds it has nothing to do. */
static void __attribute__ ((constructor))
bind_texts (void)
{
  g_autofree char *catalogs = find_catalogs ();

  bindtextdomain (GETTEXT_PACKAGE, catalogs);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
