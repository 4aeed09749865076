/* plugin: what Claws Mail calls when it loads and unloads us. It only joins the parts; whatever is changed in Claws Mail
 * is changed back when it goes. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "asking.h"
#include "delivering.h"
#include "page.h"
#include "takeover.h"
#include "tools.h"

/* Claws Mail has these names too. */
#undef PACKAGE
#undef VERSION
#include <plugin.h>
#include <version.h>

/* What comes first is needed by what follows. */
static struct {
  Asking *asking;
  Delivering *delivering;
  Takeover *takeover;
  Tools *tools;
} parts;

gint
plugin_init (gchar **ret_error)
{
  g_autoptr (GError) error = NULL;

  if (!check_plugin_version (MAKE_NUMERIC_VERSION (4, 0, 0, 0), VERSION_NUMERIC, plugin_name (),
                             ret_error))
    return -1;
  parts.asking = asking_new ();
  parts.delivering = delivering_new (parts.asking, &error);
  if (parts.delivering == NULL)
    {
      *ret_error = g_strdup (error->message);
      g_clear_pointer (&parts.asking, asking_free);
      return -1;
    }
  parts.takeover = takeover_new ();
  parts.tools = tools_new (parts.delivering);
  page_add (parts.takeover);
  return 0;
}

gboolean
plugin_done (void)
{
  page_remove ();
  g_clear_pointer (&parts.takeover, takeover_free);
  g_clear_pointer (&parts.tools, tools_free);
  g_clear_pointer (&parts.asking, asking_free);
  g_clear_pointer (&parts.delivering, delivering_free);
  return TRUE;
}

const gchar *
plugin_name (void)
{
  return "sendpath";
}

const gchar *
plugin_desc (void)
{
  return _ ("Sends the mail of chosen accounts through sendpath, which finds a way out wherever "
            "you are. Choose the accounts in the preferences, on the page of this plugin.");
}

const gchar *
plugin_type (void)
{
  return "GTK3";
}

const gchar *
plugin_licence (void)
{
  return "LGPL2.1+";
}

const gchar *
plugin_version (void)
{
  return PACKAGE_VERSION;
}

struct PluginFeature *
plugin_provides (void)
{
  static struct PluginFeature features[] = { { PLUGIN_UTILITY, "sendpath" },
                                             { PLUGIN_NOTHING, NULL } };

  return features;
}
