/* The programs that may hand in mail where sendpath_engine_serve() listens: named, each with a token of its
 * own. A token is shown when it is made, and never again. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/serve-clients.h"
#include "sendpath/client-token.h"
#include "sendpath/engine-private.h"
#include "sendpath/serve.h"
#include "sendpath/walk/fields.h"

static gboolean
check_accounts (SendpathEngine *self, const char *const *accounts, GError **error)
{
  for (guint i = 0; accounts[i] != NULL; i++)
    if (engine_find_account (self->profiles, accounts[i], NULL, NULL, NULL, error) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (serve_client_is_name (name))
    return TRUE;
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
               _ ("“%s” cannot be the name of a client: use letters and digits"), name);
  return FALSE;
}

/* In the words of the public face. */
static void
translate_error (GError **error)
{
  if (error == NULL)
    return;
  if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    {
      (*error)->domain = SENDPATH_PROFILE_ERROR;
      (*error)->code = SENDPATH_PROFILE_ERROR_EXISTS;
    }
  else if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      (*error)->domain = SENDPATH_ERROR;
      (*error)->code = SENDPATH_ERROR_NOT_FOUND;
    }
  else if ((*error)->domain == SENDPATH_SECRET_ERROR)
    {
      (*error)->domain = SENDPATH_ERROR;
      (*error)->code = SENDPATH_ERROR_KEYRING;
    }
}

/**
 * sendpath_engine_add_client:
 * @self: a #SendpathEngine
 * @name: what the program will log in by: letters, digits, `.`, `-` and `_`
 * @accounts: (nullable) (array zero-terminated=1): ids of the accounts that it may send by; %NULL or none:
 *   all that there are, and will be
 * @error: return location for a #GError, or %NULL
 *
 * Lets a program hand in messages where sendpath_engine_serve() listens. Its password is random, and stored
 * in the Secret Service. Blocks while the keyring asks to be unlocked.
 *
 * @error is %SENDPATH_PROFILE_ERROR_EXISTS if there is a client of that name, %SENDPATH_PROFILE_ERROR_BROKEN
 * if @name cannot be one, %SENDPATH_PROFILE_ERROR_NO_ACCOUNT, or %SENDPATH_ERROR_KEYRING. Nobody was added
 * then.
 *
 * Returns: (transfer full): the password; it is the caller's to wipe, and is not to be had again
 *
 * Since: 1.0
 */
char *
sendpath_engine_add_client (SendpathEngine *self, const char *name, const char *const *accounts,
                            GError **error)
{
  static const char *const all[] = { NULL };
  g_autoptr (SendpathSecret) token = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (accounts == NULL)
    accounts = all;
  if (!check_name (name, error) || !check_accounts (self, accounts, error))
    return NULL;
  token = client_token_new ();
  /* first the name: it is nobody's until it has a token, and no other program's token is replaced */
  if (!serve_clients_add (self->state_dir, name, accounts, error))
    {
      translate_error (error);
      return NULL;
    }
  if (client_token_store (name, token, error))
    return g_strdup (sendpath_secret_peek (token));
  serve_clients_remove (self->state_dir, name, NULL);
  translate_error (error);
  return NULL;
}

/**
 * sendpath_engine_forget_client:
 * @self: a #SendpathEngine
 * @name: name of a client
 * @error: return location for a #GError, or %NULL
 *
 * Takes back what sendpath_engine_add_client() gave. The program cannot log in any more, whether its password
 * could be removed from the keyring or not. @error is %SENDPATH_ERROR_NOT_FOUND if there is no such client.
 *
 * Returns: %TRUE if it was there and is gone
 *
 * Since: 1.0
 */
gboolean
sendpath_engine_forget_client (SendpathEngine *self, const char *name, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (!serve_clients_remove (self->state_dir, name, error))
    {
      translate_error (error);
      return FALSE;
    }
  if (client_token_clear (name, &local_error) ||
      g_error_matches (local_error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND))
    return TRUE;
  translate_error (&local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * sendpath_engine_list_clients:
 * @self: a #SendpathEngine
 * @error: return location for a #GError, or %NULL
 *
 * Lists who may hand in messages where sendpath_engine_serve() listens: `client`, `accounts` (none: all), and
 * where its password is, `secret`: `keyring`, `missing` or `locked`. Nobody is asked.
 *
 * Returns: (transfer full) (element-type utf8): JSON objects
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_list_clients (SendpathEngine *self, GError **error)
{
  g_autoptr (GPtrArray) clients = NULL;
  GPtrArray *lines;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  clients = serve_clients_read (self->state_dir, error);
  if (clients == NULL)
    return NULL;
  lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < clients->len; i++)
    {
      const ServeClient *client = clients->pdata[i];
      g_autoptr (JsonObject) object = json_object_new ();

      fields_add_number (object, "schema", 1);
      fields_add_text (object, "client", client->name);
      fields_add_texts (object, "accounts", (const char *const *) client->accounts);
      fields_add_text (object, "secret", client_token_get_state (client->name));
      g_ptr_array_add (lines, fields_print (object));
    }
  return lines;
}
