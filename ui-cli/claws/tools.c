/* tools: an entry of the Tools menu, and its window: where this machine is, what waits in the outbox, and how the last
 * message went. It changes nothing but for having what waits tried. */
#include "config.h"

#include "tools.h"

#include <glib/gi18n-lib.h>
#include <mainwindow.h>
#include <menu.h>

#define ACTION "Tools/Sendpath"

typedef enum {
  PAGE_LOCATION,
  PAGE_OUTBOX,
  PAGE_WALK,
  N_PAGES,
} Page;

struct _Tools {
  Delivering *delivering;
  guint merge_id;
  GtkWidget *window;
  GtkTextBuffer *texts[N_PAGES];
};

/* ---- what is shown --------------------------------------------------------------------------- */

static void
add_line (GString *text, const char *name, const char *value)
{
  g_string_append_printf (text, "%s %s\n", name, value != NULL ? value : "-");
}

static char *
describe_location (SendpathEngine *engine)
{
  SendpathNetwork *network = sendpath_engine_get_network (engine);
  SendpathLocation *location = sendpath_engine_get_current_location (engine);
  g_autoptr (GString) text = g_string_new (NULL);

  add_line (text, _ ("Location:"),
            location != NULL ? sendpath_location_get_id (location) : _ ("none that is known"));
  if (location != NULL)
    add_line (text, _ ("Relay:"), sendpath_location_get (location, "smtp"));
  add_line (text, _ ("Connection:"), sendpath_network_get_connection (network));
  add_line (text, _ ("Wi-Fi:"), sendpath_network_get_ssid (network));
  add_line (text, _ ("Domain:"), sendpath_network_get_domains (network)[0]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_outbox (SendpathEngine *engine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) waiting = sendpath_engine_list_queue (engine, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  if (waiting == NULL)
    return g_strdup (error->message);
  if (waiting->len == 0)
    return g_strdup (_ ("Nothing waits in the outbox."));
  for (guint i = 0; i < waiting->len; i++)
    {
      const SendpathReport *report = waiting->pdata[i];
      g_autofree char *summary = sendpath_report_dup_summary (report);
      const char *subject = sendpath_report_get_subject (report);

      g_string_append_printf (text, "%s\n%s\n\n", subject != NULL ? subject : "-", summary);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_walk (const SendpathReport *report)
{
  g_autofree char *summary = NULL, *walk = NULL;

  if (report == NULL)
    return g_strdup (_ ("Nothing has been sent through sendpath since Claws Mail was started."));
  summary = sendpath_report_dup_summary (report);
  walk = sendpath_report_to_text (report);
  return g_strconcat (summary, "\n\n", walk, NULL);
}

static void
refresh (gpointer data)
{
  Tools *tools = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathEngine) engine = NULL;
  g_autofree char *location = NULL, *outbox = NULL, *walk = NULL;

  if (tools->window == NULL)
    return;
  engine = delivering_open_engine (tools->delivering, &error);
  location = engine != NULL ? describe_location (engine) : g_strdup (error->message);
  outbox = engine != NULL ? describe_outbox (engine) : g_strdup (error->message);
  walk = describe_walk (delivering_get_last (tools->delivering));
  gtk_text_buffer_set_text (tools->texts[PAGE_LOCATION], location, -1);
  gtk_text_buffer_set_text (tools->texts[PAGE_OUTBOX], outbox, -1);
  gtk_text_buffer_set_text (tools->texts[PAGE_WALK], walk, -1);
}

/* ---- the window ------------------------------------------------------------------------------ */

enum { RESPONSE_FLUSH = 1 };

static void
on_response (GtkDialog *window, int response, gpointer data)
{
  Tools *tools = data;

  if (response == RESPONSE_FLUSH && !delivering_is_busy (tools->delivering))
    delivering_flush (tools->delivering);
  else if (response != RESPONSE_FLUSH)
    gtk_widget_destroy (GTK_WIDGET (window));
}

static void
on_destroyed (GtkWidget *window, gpointer data)
{
  Tools *tools = data;

  tools->window = NULL;
}

static void
add_page (Tools *tools, GtkNotebook *notebook, Page page, const char *title)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  tools->texts[page] = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_container_add (GTK_CONTAINER (scrolled), view);
  gtk_notebook_append_page (notebook, scrolled, gtk_label_new (title));
}

static void
open_window (Tools *tools, GtkWindow *parent)
{
  GtkWidget *notebook = gtk_notebook_new ();
  GtkWidget *area;

  tools->window =
      gtk_dialog_new_with_buttons (_ ("Outgoing Mail"), parent, 0, _ ("_Try Now"), RESPONSE_FLUSH,
                                   _ ("_Close"), GTK_RESPONSE_CLOSE, NULL);
  gtk_window_set_default_size (GTK_WINDOW (tools->window), 640, 400);
  add_page (tools, GTK_NOTEBOOK (notebook), PAGE_LOCATION, _ ("Location"));
  add_page (tools, GTK_NOTEBOOK (notebook), PAGE_OUTBOX, _ ("Outbox"));
  add_page (tools, GTK_NOTEBOOK (notebook), PAGE_WALK, _ ("Last Message"));
  area = gtk_dialog_get_content_area (GTK_DIALOG (tools->window));
  gtk_box_pack_start (GTK_BOX (area), notebook, TRUE, TRUE, 0);
  g_signal_connect (tools->window, "response", G_CALLBACK (on_response), tools);
  g_signal_connect (tools->window, "destroy", G_CALLBACK (on_destroyed), tools);
  gtk_widget_show_all (tools->window);
}

/* ---- the menu -------------------------------------------------------------------------------- */

/* The entry belongs to Claws Mail's window, which knows nothing of ours. */
static void
on_activated (GtkAction *action, gpointer data)
{
  Tools *tools = data;
  MainWindow *main_window = mainwindow_get_mainwindow ();

  if (tools->window == NULL)
    open_window (tools, GTK_WINDOW (main_window->window));
  refresh (tools);
  gtk_window_present (GTK_WINDOW (tools->window));
}

Tools *
tools_new (Delivering *delivering)
{
  MainWindow *main_window = mainwindow_get_mainwindow ();
  GtkActionEntry entry = { ACTION, NULL, _ ("Outgoing Mail (_sendpath)…"),
                           NULL,   NULL, G_CALLBACK (on_activated) };
  Tools *tools = g_new0 (Tools, 1);

  tools->delivering = delivering;
  delivering_follow (delivering, refresh, tools);
  gtk_action_group_add_actions (main_window->action_group, &entry, 1, tools);
  MENUITEM_ADDUI_ID_MANAGER (main_window->ui_manager, "/Menu/Tools", "Sendpath", ACTION,
                             GTK_UI_MANAGER_MENUITEM, tools->merge_id)
  return tools;
}

/* When Claws Mail ends, its window has gone before. */
void
tools_free (Tools *tools)
{
  MainWindow *main_window = mainwindow_get_mainwindow ();

  delivering_follow (tools->delivering, NULL, NULL);
  if (tools->window != NULL)
    gtk_widget_destroy (tools->window);
  if (main_window != NULL)
    MENUITEM_REMUI_MANAGER (main_window->ui_manager, main_window->action_group, ACTION,
                            tools->merge_id);
  g_free (tools);
}
