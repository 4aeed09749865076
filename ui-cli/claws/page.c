/* page: a page of Claws Mail's preferences, with a switch for each account and a button that imports them. It only shows
 * and asks: what is chosen is the takeover's. */
#include "config.h"

#include "page.h"

#include <account.h>
#include <glib/gi18n-lib.h>
#include <prefs_gtk.h>

#include "importing.h"
#include "sendpath/sendpath.h"

#define ACCOUNT "sendpath-account"

/* Claws Mail keeps a page by its address. */
typedef struct {
  PrefsPage page;
  Takeover *takeover;
  GtkWindow *window;
  GtkWidget *list; /* of GtkCheckButton */
} Page;

static Page the_page;

/* ---- the switches ---------------------------------------------------------------------------- */

/* NULL: there is no configuration that can be used. */
static SendpathProfileStore *
load_profiles (void)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);

  return sendpath_profile_store_load (profiles, NULL) ? g_steal_pointer (&profiles) : NULL;
}

static gboolean
is_known (SendpathProfileStore *profiles, const PrefsAccount *account)
{
  gboolean is_matched = FALSE;

  if (profiles != NULL)
    sendpath_profile_store_match_account (profiles, account->address, NULL, NULL, &is_matched);
  return is_matched;
}

static void
add_switch (Page *page, PrefsAccount *account, gboolean is_here)
{
  g_autofree char *text = g_strdup_printf ("%s <%s>", account->account_name, account->address);
  GtkWidget *button = gtk_check_button_new_with_label (text);
  gboolean is_chosen = takeover_has (page->takeover, account);

  g_object_set_data (G_OBJECT (button), ACCOUNT, GINT_TO_POINTER (account->account_id));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), is_chosen);
  gtk_widget_set_sensitive (button, is_here || is_chosen);
  if (!is_here)
    gtk_widget_set_tooltip_text (button,
                                 _ ("sendpath does not have this account yet: import it first."));
  gtk_container_add (GTK_CONTAINER (page->list), button);
}

static void
remove_switch (GtkWidget *button, gpointer data)
{
  gtk_widget_destroy (button);
}

static void
fill (Page *page)
{
  g_autoptr (SendpathProfileStore) profiles = load_profiles ();

  gtk_container_foreach (GTK_CONTAINER (page->list), remove_switch, NULL);
  for (GList *item = account_get_list (); item != NULL; item = item->next)
    {
      PrefsAccount *account = item->data;

      if (account->protocol != A_NNTP && account->address != NULL)
        add_switch (page, account, is_known (profiles, account));
    }
  gtk_widget_show_all (page->list);
}

static void
save_switch (GtkWidget *button, gpointer data)
{
  const Page *page = data;
  int id = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), ACCOUNT));
  PrefsAccount *account = account_find_from_id (id);
  gboolean is_chosen = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button));

  if (account != NULL && is_chosen != takeover_has (page->takeover, account))
    takeover_choose (page->takeover, account, is_chosen);
}

/* ---- what Claws Mail calls ------------------------------------------------------------------- */

static void
on_import (GtkButton *button, gpointer data)
{
  Page *page = data;

  if (importing_run (page->window))
    fill (page);
}

static void
create (PrefsPage *prefs_page, GtkWindow *window, gpointer data)
{
  Page *page = &the_page;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *label = gtk_label_new (_ ("These accounts send through sendpath:"));
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Import Accounts to sendpath…"));

  page->window = window;
  page->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect (button, "clicked", G_CALLBACK (on_import), page);
  gtk_container_add (GTK_CONTAINER (box), label);
  gtk_container_add (GTK_CONTAINER (box), page->list);
  gtk_container_add (GTK_CONTAINER (box), button);
  gtk_widget_show_all (box);
  fill (page);
  page->page.widget = box;
}

static void
save (PrefsPage *prefs_page)
{
  gtk_container_foreach (GTK_CONTAINER (the_page.list), save_switch, &the_page);
}

static void
destroy (PrefsPage *prefs_page)
{
  the_page.list = NULL;
  the_page.window = NULL;
}

void
page_add (Takeover *takeover)
{
  static char *path[3];

  path[0] = dgettext ("claws-mail", "Plugins"); /* where all plugins have theirs */
  path[1] = (char *) "sendpath";
  the_page = (Page) { .page = { .path = path,
                                .weight = 30,
                                .create_widget = create,
                                .destroy_widget = destroy,
                                .save_page = save },
                      .takeover = takeover };
  prefs_gtk_register_page (&the_page.page);
}

void
page_remove (void)
{
  prefs_gtk_unregister_page (&the_page.page);
}
