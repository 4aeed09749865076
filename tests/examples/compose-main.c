/* A program with that window: the accounts are those of sendpath.conf. */
#include "tests/examples/compose.h"

static void
on_activate (GtkApplication *application, gpointer engine)
{
  gtk_application_add_window (application, compose_open (engine));
}

int
main (int argc, char **argv)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (SendpathEngine) engine = sendpath_engine_new (profiles);
  g_autoptr (GtkApplication) application =
                 gtk_application_new ("com.example.Compose", G_APPLICATION_NON_UNIQUE);
  g_autoptr (GError) error = NULL;

  if (!sendpath_profile_store_load (profiles, &error))
    {
      g_printerr ("compose: %s\n", error->message);
      return 1;
    }
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), engine);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
