/* What was sent is sent again: by the user's wish, or because it came back (RFC 3464). A bounce can be
 * forged, so nothing in it is believed but which message it means: to whom that was sent, and its
 * bytes, come from the outbox. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "profiles/profile-store-private.h"
#include "sendpath/bounce-trail.h"
#include "sendpath/outbox/errand.h"
#include "sendpath/outbox/history.h"
#include "sendpath/outbox/resend.h"
#include "sendpath/walk/fields.h"

/* ---- whether it helps ------------------------------------------------------------------------ */

typedef enum { AGAIN_NO, AGAIN_YES, AGAIN_WAS_DONE } Again;

static gboolean
has_sender (SendpathEngine *self, const char *account)
{
  g_autoptr (SendpathProfileStore) profiles = engine_dup_profiles (self);
  SendpathAccount *found =
      account != NULL ? sendpath_profile_store_get_account (profiles, account) : NULL;

  return found != NULL && sendpath_account_is_set (found, "sender");
}

/* Whether recipient @i of @bounce may get it again; @ret_recipient gets who that is in @report. */
static Again
judge (SendpathEngine *self, Outbox *outbox, const SendpathReport *report,
       const SendpathBounce *bounce, guint i, ReportRecipient **ret_recipient)
{
  ReportRecipient *recipient = bounce_trail_find_recipient (report, bounce, i);
  const Attempt *attempt = recipient != NULL ? report_get_last_attempt (report, recipient) : NULL;
  const char *text = sendpath_bounce_get_text (bounce, i);
  g_autoptr (SendpathReply) reply = sendpath_reply_new (sendpath_bounce_get_code (bounce, i),
                                                        sendpath_bounce_get_status (bounce, i),
                                                        text != NULL ? text : "");
  g_autoptr (History) history = history_new (self->state_dir);

  if (attempt == NULL || sendpath_bounce_is_delayed (bounce, i) ||
      !resend_is_curable (attempt, sendpath_bounce_get_verdict (bounce, i), reply,
                          has_sender (self, report->account)))
    return AGAIN_NO;
  *ret_recipient = recipient;
  return resend_was_done (outbox, history, recipient) ? AGAIN_WAS_DONE : AGAIN_YES;
}

/* ---- told ------------------------------------------------------------------------------------ */

/* Looking must not make one. */
static Outbox *
open_existing_outbox (SendpathEngine *self)
{
  return g_file_test (self->outbox_dir, G_FILE_TEST_IS_DIR) ? engine_open_outbox (self, NULL)
                                                            : NULL;
}

/* Adds a line in which `{word}` stands for its value; translators write it, so it is no printf
 * format. */
static void
append_line (GString *out, const char *text, const char *const words[][2])
{
  g_autoptr (GString) line = g_string_new (text);

  for (guint i = 0; words[i][0] != NULL; i++)
    g_string_replace (line, words[i][0], words[i][1], 0);
  g_string_append_printf (out, "%s\n", line->str);
}

static char *
dup_time (gint64 at_s)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (at_s);

  return at != NULL ? g_date_time_format (at, "%F %R") : g_strdup ("?");
}

static void
append_sent (GString *out, const BounceTrail *trail)
{
  g_autofree char *at = dup_time (trail->at_s);
  const char *const words[][2] = { { "{server}", trail->server != NULL ? trail->server : "?" },
                                   { "{account}", trail->account != NULL ? trail->account : "?" },
                                   { "{time}", at },
                                   { NULL, NULL } };

  append_line (out,
               _ ("sendpath sent this message by account {account}; {server} took it at {time}."),
               words);
}

static void
append_again (GString *out, SendpathEngine *self, Outbox *outbox, const BounceTrail *trail,
              const SendpathBounce *bounce)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < sendpath_bounce_get_n_recipients (bounce); i++)
    {
      ReportRecipient *recipient = NULL;
      Again again = judge (self, outbox, trail->report, bounce, i, &recipient);
      const char *const words[][2] = {
        { "{address}", recipient != NULL ? recipient->address : "" },
        { "{id}", recipient != NULL && recipient->resent_as != NULL ? recipient->resent_as : "" },
        { NULL, NULL }
      };

      if (again == AGAIN_WAS_DONE)
        append_line (out, _ ("It was sent to {address} again already, as message {id}."), words);
      if (again == AGAIN_YES)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", recipient->address);
    }
  if (names->len > 0)
    {
      const char *const words[][2] = { { "{addresses}", names->str }, { NULL, NULL } };

      append_line (out,
                   _ ("Another route may deliver it: with --resend, sendpath sends it again to "
                      "{addresses}, not by the server that took it before."),
                   words);
    }
}

/**
 * sendpath_engine_bounce_to_text:
 * @self: a #SendpathEngine
 * @bounce: what came back
 *
 * sendpath_bounce_to_text(), and if it is about a message that was sent from here, when and by which
 * server, and whether sendpath_engine_resend_bounced() would help. Reads the outbox and the log.
 *
 * Returns: (transfer full): translated text that ends in a line end
 *
 * Since: 1.0
 */
char *
sendpath_engine_bounce_to_text (SendpathEngine *self, SendpathBounce *bounce)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (BounceTrail) trail = NULL;
  g_autofree char *text = NULL;
  GString *out;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (bounce != NULL, NULL);

  text = sendpath_bounce_to_text (bounce);
  out = g_string_new (text);
  outbox = open_existing_outbox (self);
  trail = bounce_trail_follow (self, outbox, bounce);
  if (trail != NULL)
    append_sent (out, trail);
  if (trail != NULL && trail->report != NULL)
    append_again (out, self, outbox, trail, bounce);
  else if (trail != NULL)
    g_string_append_printf (
        out, "%s\n", _ ("There is no copy of it any more, so sendpath cannot send it again."));
  return g_string_free (out, FALSE);
}

static JsonObject *
new_sent_object (const BounceTrail *trail)
{
  JsonObject *sent = json_object_new ();

  fields_add_text (sent, "id", trail->id);
  fields_add_text (sent, "account", trail->account);
  fields_add_time (sent, "at", trail->at_s);
  fields_add_text (sent, "server", trail->server);
  return sent;
}

/**
 * sendpath_engine_bounce_to_json:
 * @self: a #SendpathEngine
 * @bounce: what came back
 *
 * sendpath_bounce_to_json() with `sent` (null, or an object of `id`, `account`, `at` and `server`: the
 * message that was sent from here), and `resend` for each recipient: whether
 * sendpath_engine_resend_bounced() would send it again.
 *
 * Returns: (transfer full): a JSON object on one line, without a line end
 *
 * Since: 1.0
 */
char *
sendpath_engine_bounce_to_json (SendpathEngine *self, SendpathBounce *bounce)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (BounceTrail) trail = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  JsonObject *object;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (bounce != NULL, NULL);

  text = sendpath_bounce_to_json (bounce);
  root = json_from_string (text, NULL);
  object = json_node_get_object (root);
  outbox = open_existing_outbox (self);
  trail = bounce_trail_follow (self, outbox, bounce);
  if (trail != NULL)
    json_object_set_object_member (object, "sent", new_sent_object (trail));
  else
    json_object_set_null_member (object, "sent");
  for (guint i = 0; i < sendpath_bounce_get_n_recipients (bounce); i++)
    {
      ReportRecipient *unused = NULL;
      gboolean may_go = trail != NULL && trail->report != NULL &&
                        judge (self, outbox, trail->report, bounce, i, &unused) == AGAIN_YES;

      fields_add_boolean (fields_peek_object (fields_get_array (object, "recipients"), i), "resend",
                          may_go);
    }
  return json_to_string (root, FALSE);
}

/* ---- done ------------------------------------------------------------------------------------ */

/* The message as it was sent, and by which account it goes. */
static SendpathMessage *
dup_message (SendpathEngine *self, OutboxEntry *entry, char **ret_account, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = engine_dup_profiles (self);
  const char *decided = outbox_entry_get_account (entry);
  const char *id = decided != NULL ? decided : outbox_entry_get_report (entry)->account;
  SendpathAccount *account =
      errand_choose_account (profiles, id, outbox_entry_get_message (entry), NULL);

  if (account == NULL)
    {
      g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
                   _ ("%s: there is no account %s; use “sendpath account list”"),
                   profile_store_get_name (profiles), id != NULL ? id : "");
      return NULL;
    }
  *ret_account = g_strdup (sendpath_account_get_id (account));
  return errand_dup_message (profiles, entry, account, error);
}

static gboolean
fail (GError **error, const char *why)
{
  g_set_error_literal (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND, why);
  return FALSE;
}

/* Whose mail @bounce brought back, of those who got it by @entry, and may get it again. */
static GPtrArray *
choose_recipients (SendpathEngine *self, Outbox *outbox, OutboxEntry *entry,
                   const SendpathBounce *bounce, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  const char *done_as = NULL;

  for (guint i = 0; i < sendpath_bounce_get_n_recipients (bounce); i++)
    {
      ReportRecipient *recipient = NULL;
      Again again = judge (self, outbox, outbox_entry_get_report (entry), bounce, i, &recipient);

      if (again == AGAIN_YES && !g_ptr_array_find (chosen, recipient, NULL))
        g_ptr_array_add (chosen, recipient);
      else if (again == AGAIN_WAS_DONE)
        done_as = recipient->resent_as;
    }
  if (chosen->len > 0)
    return g_steal_pointer (&chosen);
  if (done_as != NULL)
    g_set_error (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND,
                 _ ("this message was already sent again, as %.12s"), done_as);
  else
    fail (error, _ ("another route would not help against this refusal; nothing is sent again"));
  return NULL;
}

static char *
resend_bounced (SendpathEngine *self, Outbox *outbox, const BounceTrail *trail,
                const SendpathBounce *bounce, GError **error)
{
  g_autoptr (OutboxEntry) entry = outbox_take (outbox, trail->id, error);
  g_autoptr (GPtrArray) recipients = NULL;
  g_autoptr (SendpathMessage) message = NULL;
  g_autofree char *account = NULL;

  if (entry == NULL)
    return NULL;
  recipients = choose_recipients (self, outbox, entry, bounce, error);
  message = recipients != NULL ? dup_message (self, entry, &account, error) : NULL;
  return message != NULL ? resend_queue_some (outbox, entry, message, account, recipients,
                                              g_get_real_time (), error)
                         : NULL;
}

/**
 * sendpath_engine_resend_bounced:
 * @self: a #SendpathEngine
 * @bounce: what came back
 * @error: return location for a #GError, or %NULL
 *
 * Puts the message that @bounce is about into the outbox again, for those recipients alone whose mail
 * came back and whom another route may reach: the same bytes under a new id, to go by none of the
 * servers that took it before, now or later. Deliver it with sendpath_engine_deliver().
 *
 * Only who was sent that message from here can be among them. %SENDPATH_ERROR_NOT_FOUND if it was not
 * sent from here, is not kept any more, no other route would help, or it was sent again before:
 * nobody gets it twice. %SENDPATH_ERROR_BUSY while another process has it.
 *
 * Returns: (transfer full): the new id
 *
 * Since: 1.0
 */
char *
sendpath_engine_resend_bounced (SendpathEngine *self, SendpathBounce *bounce, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autoptr (BounceTrail) trail = NULL;
  char *id = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (bounce != NULL, NULL);

  outbox = engine_open_outbox (self, error);
  if (outbox == NULL)
    return NULL;
  trail = bounce_trail_follow (self, outbox, bounce);
  if (trail == NULL)
    fail (error, _ ("this is not about a message that sendpath sent"));
  else if (trail->report == NULL)
    fail (error, _ ("there is no copy of this message any more, so it cannot be sent again"));
  else
    id = resend_bounced (self, outbox, trail, bounce, error);
  engine_translate_error (error);
  return id;
}

/* ---- by the user's wish ---------------------------------------------------------------------- */

static char *
resend (SendpathEngine *self, Outbox *outbox, const char *id, GError **error)
{
  g_autoptr (OutboxEntry) entry = outbox_take (outbox, id, error);
  g_autoptr (SendpathMessage) message = NULL;
  g_autofree char *account = NULL;

  message = entry != NULL ? dup_message (self, entry, &account, error) : NULL;
  return message != NULL
             ? resend_queue_all (outbox, entry, message, account, g_get_real_time (), error)
             : NULL;
}

/**
 * sendpath_engine_resend:
 * @self: a #SendpathEngine
 * @id: id of a message that was sent or refused, or the beginning of one
 * @error: return location for a #GError, or %NULL
 *
 * Puts that message into the outbox again, for all its recipients, also those who have it already: the
 * same bytes with the same Message-ID under a new id. What there is of it stays.
 *
 * %SENDPATH_ERROR_NOT_FOUND if it is not kept, still waits, or was damaged.
 *
 * Returns: (transfer full): the new id
 *
 * Since: 1.0
 */
char *
sendpath_engine_resend (SendpathEngine *self, const char *id, GError **error)
{
  g_autoptr (Outbox) outbox = NULL;
  g_autofree char *whole = NULL;
  OutboxFolder folder = OUTBOX_SENT;
  char *again = NULL;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  outbox = engine_open_outbox (self, error);
  whole = outbox != NULL ? outbox_find (outbox, id, &folder, error) : NULL;
  if (whole != NULL && folder == OUTBOX_QUEUE)
    fail (error, _ ("this message still waits; “sendpath queue flush” tries it now"));
  else if (whole != NULL && folder == OUTBOX_CORRUPT)
    fail (error, _ ("this message was damaged on disk; it cannot be sent again"));
  else if (whole != NULL)
    again = resend (self, outbox, whole, error);
  engine_translate_error (error);
  return again;
}

/* ---- the log --------------------------------------------------------------------------------- */

static gboolean
collect_line (JsonObject *line, gpointer data)
{
  g_ptr_array_add (data, fields_print (line));
  return TRUE;
}

/**
 * sendpath_engine_read_log:
 * @self: a #SendpathEngine
 * @since: seconds since 1970, or 0: only attempts from then on
 * @to: (nullable): only attempts for this address
 * @message_id: (nullable): only attempts for the message of that Message-ID, with or without its angle
 *   brackets
 *
 * Reads what is in the log of attempts, which goes back until it was last shortened. A line that
 * cannot be read is left out.
 *
 * Returns: (transfer container) (element-type utf8): a JSON object for each attempt, the newest first
 *
 * Since: 1.0
 */
GPtrArray *
sendpath_engine_read_log (SendpathEngine *self, gint64 since, const char *to,
                          const char *message_id)
{
  g_autoptr (History) history = NULL;
  HistoryFilter filter = { .since_s = since, .to = to, .message_id = message_id };
  GPtrArray *lines;

  g_return_val_if_fail (SENDPATH_IS_ENGINE (self), NULL);

  history = history_new (self->state_dir);
  lines = g_ptr_array_new_with_free_func (g_free);
  history_search (history, &filter, collect_line, lines);
  return lines;
}
