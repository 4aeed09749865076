/* SendpathSetup: the servers that were found for an address, as a value. It writes no account, and
 * what it holds is a proposal until somebody has looked at it. */
#include "config.h"

#include "sendpath/setup.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profiles/found-server.h"
#include "profiles/server-finder.h"
#include "sendpath/engine.h"
#include "sendpath/mail/public-suffix.h"
#include "sendpath/setup-text.h"

/* More is the account's default. */
#define USUAL_MAX_RECIPIENTS 100

struct _SendpathSetup {
  char *address;
  ServerFinding *finding;
  char **foreign_hosts;
  char *max_recipients; /* NULL: the default is right */
};

/**
 * SendpathSetup:
 *
 * The servers that were found for an address, and what their provider demands.
 *
 * It is a proposal: show it (sendpath_setup_to_text()) and have hosts outside the
 * address's domain confirmed (sendpath_setup_get_foreign_hosts()) before a password
 * goes to them. It never changes once it is made; it may be read from any thread.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (SendpathSetup, sendpath_setup, sendpath_setup_ref, sendpath_setup_unref)

static const char *const source_names[] = {
  [SERVER_SOURCE_PROVIDER] = "providers",
  [SERVER_SOURCE_AUTOCONFIG] = "autoconfig",
  [SERVER_SOURCE_ISPDB] = "ispdb",
  [SERVER_SOURCE_SRV] = "srv",
  [SERVER_SOURCE_MX_PROVIDER] = "mx-providers",
  [SERVER_SOURCE_MX_ISPDB] = "mx-ispdb",
};
G_STATIC_ASSERT (G_N_ELEMENTS (source_names) == SERVER_SOURCE_COUNT);

/* ---- life ------------------------------------------------------------------------------------ */

/**
 * sendpath_setup_ref: (skip)
 * @setup: a #SendpathSetup
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @setup
 *
 * Since: 1.0
 */
SendpathSetup *
sendpath_setup_ref (SendpathSetup *setup)
{
  g_return_val_if_fail (setup != NULL, NULL);

  return g_atomic_rc_box_acquire (setup);
}

static void
clear (gpointer data)
{
  SendpathSetup *setup = data;

  g_free (setup->address);
  server_finding_free (setup->finding);
  g_strfreev (setup->foreign_hosts);
  g_free (setup->max_recipients);
}

/**
 * sendpath_setup_unref: (skip)
 * @setup: (transfer full): a #SendpathSetup
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
sendpath_setup_unref (SendpathSetup *setup)
{
  g_return_if_fail (setup != NULL);

  g_atomic_rc_box_release_full (setup, clear);
}

/* ---- what is in it --------------------------------------------------------------------------- */

/**
 * sendpath_setup_get:
 * @setup: a #SendpathSetup
 * @key: name of a key that `[account NAME]` may have
 *
 * Gets what was found for a key.
 *
 * Returns: (transfer none) (nullable): the value; %NULL if the key's default is right, or
 * nothing is known
 *
 * Since: 1.0
 */
const char *
sendpath_setup_get (const SendpathSetup *setup, const char *key)
{
  const ServerFinding *finding;

  g_return_val_if_fail (setup != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  finding = setup->finding;
  const struct {
    const char *key, *value;
  } rows[] = {
    { "smtp", finding->smtp },         { "security", finding->security },
    { "user", finding->user },         { "auth", finding->auth },
    { "pop", finding->pop },           { "pop-security", finding->pop_security },
    { "pop-user", finding->pop_user }, { "max-recipients", setup->max_recipients },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (key, rows[i].key))
      return rows[i].value;
  return NULL;
}

/**
 * sendpath_setup_get_source:
 * @setup: a #SendpathSetup
 *
 * Gets where the servers were found.
 *
 * Returns: (transfer none): a stable name, never translated: `providers` (the table that sendpath
 *   brings), `autoconfig` (the domain's own, over HTTPS), `ispdb` (Mozilla's list), `srv` (the name
 *   servers), or `mx-providers` and `mx-ispdb` (by the domain's mail server)
 *
 * Since: 1.0
 */
const char *
sendpath_setup_get_source (const SendpathSetup *setup)
{
  g_return_val_if_fail (setup != NULL, NULL);

  return source_names[setup->finding->source];
}

/**
 * sendpath_setup_get_foreign_hosts:
 * @setup: a #SendpathSetup
 *
 * Gets the hosts that are outside the address's domain: ask whether they are right.
 *
 * Returns: (transfer none): the hosts, empty if all are the domain's own
 *
 * Since: 1.0
 */
const char *const *
sendpath_setup_get_foreign_hosts (const SendpathSetup *setup)
{
  g_return_val_if_fail (setup != NULL, NULL);

  return (const char *const *) setup->foreign_hosts;
}

/**
 * sendpath_setup_takes_password:
 * @setup: a #SendpathSetup
 *
 * Tells whether a password is worth asking for.
 *
 * Returns: %FALSE if the servers are known to take OAuth2 tokens only
 *
 * Since: 1.0
 */
gboolean
sendpath_setup_takes_password (const SendpathSetup *setup)
{
  g_return_val_if_fail (setup != NULL, FALSE);

  return g_strcmp0 (setup->finding->auth, "xoauth2") != 0;
}

/**
 * sendpath_setup_to_text:
 * @setup: a #SendpathSetup
 *
 * Tells for people what was found, who said so, and what the provider demands.
 *
 * Returns: (transfer full): lines, translated
 *
 * Since: 1.0
 */
char *
sendpath_setup_to_text (const SendpathSetup *setup)
{
  g_return_val_if_fail (setup != NULL, NULL);

  return setup_text_tell (setup->finding, setup->address);
}

/**
 * sendpath_setup_apply:
 * @setup: a #SendpathSetup
 * @account: the account that is to have these servers
 * @error: return location for a #GError, or %NULL
 *
 * Sets the keys that were found and that @account does not have yet.
 *
 * Servers go together with their own keys: if @account has `smtp` already, what was found for
 * sending is not set, and likewise for `pop`.
 *
 * The error is %SENDPATH_PROFILE_ERROR_BROKEN if a value cannot be had.
 *
 * Returns: %TRUE if everything could be set
 *
 * Since: 1.0
 */
gboolean
sendpath_setup_apply (const SendpathSetup *setup, SendpathAccount *account, GError **error)
{
  static const struct {
    const char *key, *belongs_to;
  } rows[] = {
    { "security", "smtp" }, { "user", "smtp" },         { "auth", "smtp" },
    { "smtp", "smtp" },     { "max-recipients", NULL }, { "pop-security", "pop" },
    { "pop-user", "pop" },  { "pop", "pop" },
  };

  g_return_val_if_fail (setup != NULL, FALSE);
  g_return_val_if_fail (SENDPATH_IS_ACCOUNT (account), FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *value = sendpath_setup_get (setup, rows[i].key);

      if (value == NULL || sendpath_account_is_set (account, rows[i].key) ||
          (rows[i].belongs_to != NULL && sendpath_account_is_set (account, rows[i].belongs_to)))
        continue;
      if (!sendpath_account_set (account, rows[i].key, value, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* Below a public suffix anybody may have a name. */
static gboolean
is_own (const char *host, const char *domain)
{
  return public_suffix_is_one (domain) ? g_str_equal (host, domain)
                                        : found_server_is_within (host, domain);
}

static void
add_if_foreign (GStrvBuilder *foreign, const char *server, const char *domain)
{
  g_autofree char *host = server != NULL ? g_strndup (server, strcspn (server, ":")) : NULL;

  if (host != NULL && !is_own (host, domain))
    g_strv_builder_add (foreign, host);
}

static SendpathSetup *
setup_new (const char *address, ServerFinding *finding)
{
  SendpathSetup *setup = g_atomic_rc_box_new0 (SendpathSetup);
  g_autoptr (GStrvBuilder) foreign = g_strv_builder_new ();
  g_autofree char *ascii = g_hostname_to_ascii (strrchr (address, '@') + 1);
  g_autofree char *domain = g_ascii_strdown (ascii, -1);
  const Provider *provider = finding->provider;

  setup->address = g_strdup (address);
  setup->finding = finding;
  add_if_foreign (foreign, finding->smtp, domain);
  if (finding->pop != NULL && g_strcmp0 (finding->pop, finding->smtp) != 0)
    add_if_foreign (foreign, finding->pop, domain);
  setup->foreign_hosts = g_strv_builder_end (foreign);
  if (provider != NULL && provider->max_recipients > 0 &&
      provider->max_recipients < USUAL_MAX_RECIPIENTS)
    setup->max_recipients = g_strdup_printf ("%u", provider->max_recipients);
  return setup;
}

/**
 * sendpath_setup_find:
 * @address: an address
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @error: return location for a #GError, or %NULL
 *
 * Looks for the servers of an address: in the table of providers that sendpath brings, and if
 * that knows nothing, by autoconfig over HTTPS (the address's domain, and Mozilla's list), by
 * SRV records, and by the domain's mail server.
 *
 * Only the address's own domain learns the address. No mail server is connected to, no
 * configuration is read or written. Blocks, ten seconds at most.
 *
 * The error is %SENDPATH_ERROR_NOT_FOUND if nothing was found, and %G_IO_ERROR_NOT_SUPPORTED if the
 * provider lets no mail program in: its message says what there is instead.
 *
 * Returns: (transfer full): what was found
 *
 * Since: 1.0
 */
SendpathSetup *
sendpath_setup_find (const char *address, GCancellable *cancellable, GError **error)
{
  const ServerFinderOptions options = { .timeout_ms = SERVER_FINDER_MS };
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ServerFinding) finding = NULL;
  g_autofree char *closed = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  finding = server_finder_find (address, &options, cancellable, &local_error);
  if (finding != NULL)
    closed = setup_text_tell_closed (finding->provider);
  if (finding != NULL && closed == NULL)
    return setup_new (address, g_steal_pointer (&finding));
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (closed != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, closed);
  else
    g_set_error_literal (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND, local_error->message);
  return NULL;
}

static void
run_find (GTask *task, gpointer source, gpointer address, GCancellable *cancellable)
{
  GError *error = NULL;
  SendpathSetup *setup = sendpath_setup_find (address, cancellable, &error);

  if (setup != NULL)
    g_task_return_pointer (task, setup, (GDestroyNotify) sendpath_setup_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sendpath_setup_find_async:
 * @address: an address
 * @cancellable: (nullable): optional #GCancellable, or %NULL
 * @callback: (scope async): called in the thread-default main context of now
 * @user_data: data for @callback
 *
 * sendpath_setup_find() in a worker thread.
 *
 * Since: 1.0
 */
void
sendpath_setup_find_async (const char *address, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (address != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sendpath_setup_find_async);
  g_task_set_task_data (task, g_strdup (address), g_free);
  g_task_run_in_thread (task, run_find);
}

/**
 * sendpath_setup_find_finish:
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Returns: (transfer full): as sendpath_setup_find()
 *
 * Since: 1.0
 */
SendpathSetup *
sendpath_setup_find_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
