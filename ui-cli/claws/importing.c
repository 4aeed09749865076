/* importing: shows which accounts of Claws Mail could be taken over, and writes them to sendpath's configuration if
 * somebody says yes. Passwords go into the keyring, and only if that was said too. */
#include "config.h"

#include "importing.h"

#include <account.h>
#include <glib/gi18n-lib.h>
#include <passwordstore.h>
#include <string.h>
#include <utils.h>

#include "sendpath/sendpath.h"

typedef struct {
  SendpathProfileStore *profiles;
  GPtrArray *found; /* of SendpathImported */
} Import;

static void
import_clear (Import *import)
{
  g_clear_object (&import->profiles);
  g_clear_pointer (&import->found, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static void
show (GtkWindow *parent, GtkMessageType type, const char *text)
{
  GtkWidget *window =
      gtk_message_dialog_new (parent, GTK_DIALOG_MODAL, type, GTK_BUTTONS_CLOSE, "%s", text);

  gtk_window_set_title (GTK_WINDOW (window), "sendpath");
  gtk_dialog_run (GTK_DIALOG (window));
  gtk_widget_destroy (window);
}

static gboolean
is_new (const SendpathImported *imported)
{
  return sendpath_imported_get_account (imported) != NULL &&
         sendpath_imported_get_twin (imported) == NULL;
}

static gboolean
read_accounts (Import *import, GError **error)
{
  g_autofree char *path = g_build_filename (get_rc_dir (), "accountrc", NULL);

  import->profiles = sendpath_profile_store_new (NULL);
  if (!sendpath_profile_store_load (import->profiles, error))
    {
      if (!g_error_matches (*error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING))
        return FALSE;
      g_clear_error (error);
    }
  import->found = sendpath_import_read ("claws", path, import->profiles, error);
  return import->found != NULL;
}

/* What would be written, in the words of the configuration; NULL: nothing is new. */
static char *
describe (const Import *import)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < import->found->len; i++)
    {
      const SendpathImported *imported = import->found->pdata[i];
      g_autofree char *account = NULL;

      if (!is_new (imported))
        continue;
      account = sendpath_imported_to_text (imported);
      g_string_append_printf (text, "%s\n", account);
      for (const char *const *note = sendpath_imported_get_notes (imported); *note != NULL; note++)
        g_string_append_printf (text, "%s\n", *note);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
confirm (GtkWindow *parent, const char *text, gboolean *ret_with_passwords)
{
  GtkWidget *window =
      gtk_message_dialog_new (parent, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE,
                              "%s", _ ("Write this to sendpath’s configuration?"));
  GtkWidget *area = gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (window));
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *copy = gtk_check_button_new_with_mnemonic (
      _ ("_Copy the passwords that Claws Mail has to the keyring"));
  gboolean is_wanted;

  gtk_window_set_title (GTK_WINDOW (window), "sendpath");
  gtk_dialog_add_buttons (GTK_DIALOG (window), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Import"),
                          GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_container_add (GTK_CONTAINER (area), label);
  gtk_container_add (GTK_CONTAINER (area), copy);
  gtk_widget_show_all (area);
  is_wanted = gtk_dialog_run (GTK_DIALOG (window)) == GTK_RESPONSE_OK;
  *ret_with_passwords = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (copy));
  gtk_widget_destroy (window);
  return is_wanted;
}

/* NULL: there is none, or several have that address, and nobody knows whose password it would be. */
static const PrefsAccount *
find_theirs (const char *address)
{
  const PrefsAccount *found = NULL;

  for (GList *item = account_get_list (); item != NULL; item = item->next)
    {
      const PrefsAccount *account = item->data;

      if (account->address == NULL || g_ascii_strcasecmp (account->address, address) != 0)
        continue;
      if (found != NULL)
        return NULL;
      found = account;
    }
  return found;
}

static gboolean
copy_one (SendpathEngine *engine, const char *name, const PrefsAccount *theirs, const char *which,
          GError **error)
{
  char *password = passwd_store_get_account (theirs->account_id, which);
  gboolean is_copied = TRUE;

  if (password != NULL && *password != '\0')
    is_copied = sendpath_engine_set_password (engine, name, password, NULL, error);
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  g_free (password);
  return is_copied;
}

/* Claws Mail's SMTP login has the password of the incoming server unless it has a user of its own. The POP3
 * server's is stored first, so that it is not taken for the same. */
static gboolean
copy_password (SendpathEngine *engine, const SendpathImported *imported, GError **error)
{
  SendpathAccount *account = sendpath_imported_get_account (imported);
  const char *id = sendpath_account_get_id (account);
  const PrefsAccount *theirs = find_theirs (sendpath_account_get (account, "address"));
  g_autofree char *pop = g_strdup_printf ("pop:%s", id);
  gboolean has_own;

  if (theirs == NULL || sendpath_imported_get_secret (imported) != SENDPATH_IMPORT_SECRET_CLOSED)
    return TRUE;
  has_own = theirs->smtp_userid != NULL && *theirs->smtp_userid != '\0';
  if (has_own && sendpath_account_get (account, "pop") != NULL &&
      !copy_one (engine, pop, theirs, PWS_ACCOUNT_RECV, error))
    return FALSE;
  return copy_one (engine, id, theirs, has_own ? PWS_ACCOUNT_SEND : PWS_ACCOUNT_RECV, error);
}

static gboolean
write_accounts (Import *import, gboolean with_passwords, GError **error)
{
  g_autoptr (SendpathEngine) engine = NULL;

  for (guint i = 0; i < import->found->len; i++)
    if (is_new (import->found->pdata[i]) &&
        !sendpath_profile_store_add_account (
            import->profiles, sendpath_imported_get_account (import->found->pdata[i]), error))
      return FALSE;
  if (!sendpath_profile_store_save (import->profiles, error))
    return FALSE;
  engine = sendpath_engine_new (import->profiles);
  for (guint i = 0; with_passwords && i < import->found->len; i++)
    if (is_new (import->found->pdata[i]) &&
        !copy_password (engine, import->found->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* Accounts that the plugin sends for are read with their own settings, which is what their file has. */
gboolean
importing_run (GtkWindow *parent)
{
  g_auto (Import) import = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean with_passwords = FALSE, is_written = FALSE;

  if (read_accounts (&import, &error))
    text = describe (&import);
  if (text == NULL && error == NULL)
    show (parent, GTK_MESSAGE_INFO, _ ("There is nothing to import."));
  if (text != NULL && confirm (parent, text, &with_passwords))
    is_written = write_accounts (&import, with_passwords, &error);
  if (error != NULL)
    show (parent, GTK_MESSAGE_ERROR, error->message);
  return is_written;
}
