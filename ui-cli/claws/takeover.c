/* takeover: chosen accounts of Claws Mail get a mail command of ours for as long as the plugin is loaded. It changes
 * what Claws Mail has in memory, and sees to it that its account file keeps the account's own settings; a record of
 * them is kept beside it for the case of a crash. No other setting of an account is ever touched. */
#include "config.h"

#include "takeover.h"

#include <account.h>
#include <hooks.h>
#include <mainwindow.h>
#include <stdlib.h>
#include <string.h>
#include <utils.h>

#define RECORD      "sendpathrc"
#define USE_COMMAND "use_mail_command"
#define COMMAND     "mail_command"
#define ADDRESS     "address"

struct _Takeover {
  GKeyFile *record; /* a group for each chosen account: its own settings */
  char *path;
  gulong hook;
};

/* ---- one account ----------------------------------------------------------------------------- */

static char *
dup_group (const PrefsAccount *account)
{
  return g_strdup_printf ("account %d", account->account_id);
}

static gboolean
is_ours (const PrefsAccount *account)
{
  return account->use_mail_command && account->mail_command != NULL &&
         g_str_has_prefix (account->mail_command, CLAWS_SEND " ");
}

static void
set_command (PrefsAccount *account, gboolean is_used, char *command)
{
  g_free (account->mail_command);
  account->mail_command = command;
  account->use_mail_command = is_used;
}

/* What the account has now is its own, unless it is ours. */
static void
take (Takeover *takeover, PrefsAccount *account)
{
  g_autofree char *group = dup_group (account);

  if (is_ours (account))
    return;
  g_key_file_set_boolean (takeover->record, group, USE_COMMAND, account->use_mail_command);
  g_key_file_set_string (takeover->record, group, COMMAND,
                         account->mail_command != NULL ? account->mail_command : "");
  g_key_file_set_string (takeover->record, group, ADDRESS, account->address);
  set_command (account, TRUE, g_strdup_printf (CLAWS_SEND " %s", account->address));
}

/* What somebody typed in the meantime stays. */
static void
give_back (Takeover *takeover, PrefsAccount *account)
{
  g_autofree char *group = dup_group (account);

  if (is_ours (account))
    set_command (account, g_key_file_get_boolean (takeover->record, group, USE_COMMAND, NULL),
                 g_key_file_get_string (takeover->record, group, COMMAND, NULL));
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void
for_chosen (Takeover *takeover, void (*func) (Takeover *, PrefsAccount *))
{
  for (GList *item = account_get_list (); item != NULL; item = item->next)
    if (takeover_has (takeover, item->data))
      func (takeover, item->data);
}

static void
save_record (const Takeover *takeover)
{
  g_autoptr (GError) error = NULL;

  if (!g_key_file_save_to_file (takeover->record, takeover->path, &error))
    g_warning ("%s", error->message);
}

/* The number of an account that was removed may be another one's by now. Our own command says that it is not. */
static gboolean
is_chosen_one (const Takeover *takeover, const char *group)
{
  const char *id = strrchr (group, ' ');
  const PrefsAccount *account = id != NULL ? account_find_from_id (atoi (id)) : NULL;
  g_autofree char *address = g_key_file_get_string (takeover->record, group, ADDRESS, NULL);

  return account != NULL && (is_ours (account) || g_strcmp0 (account->address, address) == 0);
}

static void
forget_gone (Takeover *takeover)
{
  g_auto (GStrv) groups = g_key_file_get_groups (takeover->record, NULL);

  for (char **group = groups; *group != NULL; group++)
    if (!is_chosen_one (takeover, *group))
      g_key_file_remove_group (takeover->record, *group, NULL);
}

/* Claws Mail has just written its account file, with our command in it. */
static gboolean
on_accounts_changed (gpointer source, gpointer data)
{
  Takeover *takeover = data;

  forget_gone (takeover);
  for_chosen (takeover, give_back);
  account_write_config_all ();
  for_chosen (takeover, take);
  save_record (takeover);
  return FALSE;
}

gboolean
takeover_has (const Takeover *takeover, const PrefsAccount *account)
{
  g_autofree char *group = dup_group (account);

  return g_key_file_has_group (takeover->record, group);
}

void
takeover_choose (Takeover *takeover, PrefsAccount *account, gboolean is_chosen)
{
  g_autofree char *group = dup_group (account);

  if (is_chosen)
    take (takeover, account);
  else if (takeover_has (takeover, account))
    {
      give_back (takeover, account);
      g_key_file_remove_group (takeover->record, group, NULL);
    }
  save_record (takeover);
}

Takeover *
takeover_new (void)
{
  Takeover *takeover = g_new0 (Takeover, 1);

  takeover->record = g_key_file_new ();
  takeover->path = g_build_filename (get_rc_dir (), RECORD, NULL);
  g_key_file_load_from_file (takeover->record, takeover->path, G_KEY_FILE_NONE, NULL);
  forget_gone (takeover);
  for_chosen (takeover, take);
  save_record (takeover);
  takeover->hook =
      hooks_register_hook (ACCOUNT_LIST_CHANGED_HOOKLIST, on_accounts_changed, takeover);
  return takeover;
}

/* When Claws Mail ends it has written its accounts before this is called. */
void
takeover_free (Takeover *takeover)
{
  hooks_unregister_hook (ACCOUNT_LIST_CHANGED_HOOKLIST, takeover->hook);
  for_chosen (takeover, give_back);
  account_write_config_all ();
  g_key_file_unref (takeover->record);
  g_free (takeover->path);
  g_free (takeover);
}
