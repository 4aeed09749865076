/* `sendmail -bv`: by which account and route a message to these recipients would go. It sends nothing,
 * and reads no message. */
#include "config.h"

#include "sendmail-verify.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <string.h>

/* An envelope without a message, for its addresses to be looked at. */
static SendpathMessage *
new_envelope (const SendmailOptions *options, GError **error)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("\n", 1);
  g_autoptr (SendpathMessage) envelope =
                 sendpath_message_new_from_bytes (nothing, SENDPATH_MESSAGE_FLAGS_NONE, error);

  if (envelope == NULL ||
      (options->sender != NULL && !sendpath_message_set_sender (envelope, options->sender, error)))
    return NULL;
  for (guint i = 0; i < options->recipients->len; i++)
    if (!sendpath_message_add_recipient (envelope, options->recipients->pdata[i], error))
      return NULL;
  return g_steal_pointer (&envelope);
}

/* */
static const char *
choose_mail_from (SendpathAccount *account, const char *sender)
{
  gboolean is_kept =
      sender != NULL && (*sender == '\0' || sendpath_account_covers (account, sender));

  return is_kept ? sender : sendpath_account_get (account, "address");
}

/* Where mail to a name without a domain goes. */
static const char *
get_local (SendpathProfileStore *profiles)
{
  const char *local = sendpath_profile_store_get_policy (profiles, "local");

  if (local != NULL && *local != '\0')
    return local;
  return sendpath_account_get (
      sendpath_profile_store_match_account (profiles, NULL, NULL, NULL, NULL), "address");
}

static void
print_recipients (SendpathProfileStore *profiles, SendpathMessage *envelope)
{
  const char *const *recipients = sendpath_message_get_recipients (envelope);

  for (; *recipients != NULL; recipients++)
    if (strchr (*recipients, '@') != NULL)
      g_printf (_ ("recipient: %s\n"), *recipients);
    else
      g_printf (_ ("recipient: %s, that is %s\n"), *recipients, get_local (profiles));
}

static void
print_routes (GPtrArray *routes)
{
  for (guint i = 0; i < routes->len; i++)
    {
      const SendpathRoute *route = routes->pdata[i];
      const char *skipped = sendpath_route_get_skipped (route);

      g_printf (_ ("route: %s: %s\n"), sendpath_route_get_server (route),
                skipped != NULL ? skipped : sendpath_route_get_why (route));
    }
}

gboolean
sendmail_verify_run (SendpathEngine *engine, const SendmailOptions *options, GError **error)
{
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (engine);
  g_autoptr (SendpathMessage) envelope = new_envelope (options, error);
  const char *sender = envelope != NULL ? sendpath_message_get_sender (envelope) : NULL;
  g_autoptr (GPtrArray) routes =
                 envelope != NULL ? sendpath_engine_plan (engine, NULL, sender, error) : NULL;
  SendpathAccount *account;

  if (routes == NULL)
    return FALSE;
  account = sendpath_profile_store_match_account (
      profiles, NULL, sender, sendpath_engine_get_current_location (engine), NULL);
  g_printf (_ ("account: %s\n"), sendpath_account_get_id (account));
  g_printf (_ ("sender: %s\n"), choose_mail_from (account, sender));
  print_recipients (profiles, envelope);
  print_routes (routes);
  return TRUE;
}
