/* SendpathBounce: what a delivery report means, recipient by recipient. It takes what mail/bounce
 * has read and what the classifier says of it; it never reads MIME and never judges a reply. */
#include "config.h"

#include "sendpath/verdict/explain-bounce.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "sendpath/mail/bounce.h"
#include "sendpath/verdict/bounce-cause.h"
#include "sendpath/wire/clean-text.h"

#define MAX_TEXT_CHARS 500

G_STATIC_ASSERT (SENDPATH_BOUNCE_MAX_BYTES == BOUNCE_MAX_BYTES);

typedef struct {
  char *address;
  char *original;
  char *status;
  char *text;
  guint code;
  BounceAction action;
  SendpathExplanation *explanation;
} Recipient;

/**
 * SendpathBounce:
 *
 * What a delivery report says: which message it is about, and for each
 * recipient what became of it and what that means.
 *
 * It never changes once it is made; it may be read from any thread. Its
 * sentences are in the language of the thread that made it.
 *
 * Since: 1.0
 */
struct _SendpathBounce {
  char *message_id;
  char *envid;
  GPtrArray *recipients;
};

G_DEFINE_BOXED_TYPE (SendpathBounce, sendpath_bounce, sendpath_bounce_ref, sendpath_bounce_unref)

static void
recipient_free (gpointer data)
{
  Recipient *recipient = data;

  g_free (recipient->address);
  g_free (recipient->original);
  g_free (recipient->status);
  g_free (recipient->text);
  sendpath_explanation_unref (recipient->explanation);
  g_free (recipient);
}

/**
 * sendpath_bounce_ref: (skip)
 * @bounce: a #SendpathBounce
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @bounce
 *
 * Since: 1.0
 */
SendpathBounce *
sendpath_bounce_ref (SendpathBounce *bounce)
{
  g_return_val_if_fail (bounce != NULL, NULL);
  return g_atomic_rc_box_acquire (bounce);
}

static void
clear (gpointer data)
{
  SendpathBounce *bounce = data;

  g_free (bounce->message_id);
  g_free (bounce->envid);
  g_ptr_array_unref (bounce->recipients);
}

/**
 * sendpath_bounce_unref: (skip)
 * @bounce: (transfer full): a #SendpathBounce
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
sendpath_bounce_unref (SendpathBounce *bounce)
{
  g_return_if_fail (bounce != NULL);
  g_atomic_rc_box_release_full (bounce, clear);
}

static void
add_recipient (SendpathBounce *bounce, const BounceRecipient *from)
{
  Recipient *recipient = g_new0 (Recipient, 1);
  const char *text = from->text != NULL ? from->text : from->context;

  recipient->address = clean_text (from->address, -1, MAX_TEXT_CHARS);
  if (from->original != NULL)
    recipient->original = clean_text (from->original, -1, MAX_TEXT_CHARS);
  recipient->status = g_strdup (from->status);
  recipient->code = from->code;
  recipient->action = from->action;
  if (text != NULL)
    recipient->text = clean_text (text, -1, MAX_TEXT_CHARS);
  recipient->explanation = bounce_cause_explain (from);
  g_ptr_array_add (bounce->recipients, recipient);
}

/**
 * sendpath_explain_bounce:
 * @message: a whole message that came back, as it is in the mailbox
 * @error: return location for a #GError, or %NULL
 *
 * Reads a delivery report: those of RFC 3464, and those that only people were
 * meant to read. Each recipient gets the verdict and the remedy that the
 * server's answer would have got.
 *
 * A report that delivery is late, or that it succeeded, is a bounce, too: see
 * sendpath_bounce_is_delayed(), and the verdict %SENDPATH_VERDICT_ACCEPTED.
 *
 * Fails with %G_IO_ERROR_INVALID_DATA if @message names nobody whose mail did
 * not arrive, and with %G_IO_ERROR_MESSAGE_TOO_LARGE over 10 MB. Nothing is
 * looked up and nothing outside @message is read.
 *
 * Returns: (transfer full): the bounce, with one recipient or more, or %NULL
 *
 * Since: 1.0
 */
SendpathBounce *
sendpath_explain_bounce (GBytes *message, GError **error)
{
  g_autoptr (Bounce) read = NULL;
  SendpathBounce *bounce;

  g_return_val_if_fail (message != NULL, NULL);

  read = bounce_read (message, error);
  if (read == NULL)
    return NULL;
  bounce = g_atomic_rc_box_new0 (SendpathBounce);
  bounce->recipients = g_ptr_array_new_with_free_func (recipient_free);
  if (read->message_id != NULL)
    bounce->message_id = clean_text (read->message_id, -1, MAX_TEXT_CHARS);
  if (read->envid != NULL)
    bounce->envid = clean_text (read->envid, -1, MAX_TEXT_CHARS);
  for (guint i = 0; i < read->recipients->len; i++)
    add_recipient (bounce, g_ptr_array_index (read->recipients, i));
  return bounce;
}

/* ---- reading a bounce ------------------------------------------------------------------------ */

/**
 * sendpath_bounce_get_message_id:
 * @bounce: a #SendpathBounce
 *
 * Gets the Message-ID of the message that came back.
 *
 * Returns: (transfer none) (nullable): the identifier with its angle brackets,
 *   or %NULL if the report does not quote it
 *
 * Since: 1.0
 */
const char *
sendpath_bounce_get_message_id (const SendpathBounce *bounce)
{
  g_return_val_if_fail (bounce != NULL, NULL);
  return bounce->message_id;
}

/**
 * sendpath_bounce_get_envid:
 * @bounce: a #SendpathBounce
 *
 * Gets the envelope identifier under which the message was sent.
 *
 * Returns: (transfer none) (nullable): the identifier, or %NULL if the report
 *   has none
 *
 * Since: 1.0
 */
const char *
sendpath_bounce_get_envid (const SendpathBounce *bounce)
{
  g_return_val_if_fail (bounce != NULL, NULL);
  return bounce->envid;
}

/**
 * sendpath_bounce_get_n_recipients:
 * @bounce: a #SendpathBounce
 *
 * Gets how many recipients the report is about.
 *
 * Returns: the number, at least 1
 *
 * Since: 1.0
 */
guint
sendpath_bounce_get_n_recipients (const SendpathBounce *bounce)
{
  g_return_val_if_fail (bounce != NULL, 0);
  return bounce->recipients->len;
}

static const Recipient *
get_recipient (const SendpathBounce *bounce, guint i)
{
  g_return_val_if_fail (bounce != NULL && i < bounce->recipients->len, NULL);
  return g_ptr_array_index (bounce->recipients, i);
}

/**
 * sendpath_bounce_get_address:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets the recipient's address as the report has it.
 *
 * Returns: (transfer none): the address
 *
 * Since: 1.0
 */
const char *
sendpath_bounce_get_address (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL ? recipient->address : NULL;
}

/**
 * sendpath_bounce_get_original_address:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets the address that the sender gave for this recipient (the report's
 * Original-Recipient), which is another one than the address that failed
 * where mail was forwarded or a list was expanded on the way.
 *
 * Returns: (transfer none) (nullable): the address as the report has it, or
 *   %NULL if it names none
 *
 * Since: 1.0
 */
const char *
sendpath_bounce_get_original_address (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL ? recipient->original : NULL;
}

/**
 * sendpath_bounce_is_delayed:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Tells whether the message is only late: the server that reports goes on
 * trying, and sending it again would make a second copy.
 *
 * Returns: %TRUE if nothing is lost yet
 *
 * Since: 1.0
 */
gboolean
sendpath_bounce_is_delayed (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL && recipient->action == BOUNCE_DELAYED;
}

/**
 * sendpath_bounce_get_status:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets the status code of RFC 3463: that of the server's reply, else the
 * report's.
 *
 * Returns: (transfer none) (nullable): a status such as `5.1.1`, or %NULL
 *
 * Since: 1.0
 */
const char *
sendpath_bounce_get_status (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL ? recipient->status : NULL;
}

/**
 * sendpath_bounce_get_code:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets the code of the server's reply.
 *
 * Returns: the code, or 0 if the report shows none
 *
 * Since: 1.0
 */
guint
sendpath_bounce_get_code (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL ? recipient->code : 0;
}

/**
 * sendpath_bounce_get_text:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets the server's words without the code, or else the report's own, cleaned
 * for showing and cut at 500 characters.
 *
 * Returns: (transfer none) (nullable): the words, or %NULL if there are none
 *
 * Since: 1.0
 */
const char *
sendpath_bounce_get_text (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL ? recipient->text : NULL;
}

/**
 * sendpath_bounce_get_verdict:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets what the server's answer means.
 *
 * Returns: the verdict
 *
 * Since: 1.0
 */
SendpathVerdict
sendpath_bounce_get_verdict (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  return recipient != NULL ? sendpath_explanation_get_verdict (recipient->explanation)
                           : SENDPATH_VERDICT_NONE;
}

/**
 * sendpath_bounce_get_remedy:
 * @bounce: a #SendpathBounce
 * @i: which recipient, from 0
 *
 * Gets what would be done about it first; while delivery is only late, that is
 * %SENDPATH_REMEDY_WAIT.
 *
 * Returns: the remedy
 *
 * Since: 1.0
 */
SendpathRemedy
sendpath_bounce_get_remedy (const SendpathBounce *bounce, guint i)
{
  const Recipient *recipient = get_recipient (bounce, i);

  if (recipient == NULL)
    return SENDPATH_REMEDY_NONE;
  return recipient->action == BOUNCE_DELAYED
             ? SENDPATH_REMEDY_WAIT
             : sendpath_explanation_get_remedy (recipient->explanation);
}

/* ---- in words -------------------------------------------------------------------------------- */

static const char *
say_action (BounceAction action)
{
  switch (action)
    {
    case BOUNCE_FAILED:
      return _ ("%s: not delivered");
    case BOUNCE_DELAYED:
      return _ ("%s: not delivered yet; the server goes on trying, do not send it again");
    case BOUNCE_DELIVERED:
      return _ ("%s: delivered");
    }
  g_return_val_if_reached ("%s");
}

static void
append_said (GString *out, const Recipient *recipient)
{
  g_autoptr (GString) said = g_string_new (NULL);
  const char *text = recipient->text != NULL ? recipient->text : "";

  if (recipient->code != 0)
    g_string_append_printf (said, "%u ", recipient->code);
  if (recipient->status != NULL && strstr (text, recipient->status) == NULL)
    g_string_append_printf (said, "%s ", recipient->status);
  g_string_append (said, text);
  if (said->len == 0)
    return;
  g_string_append (out, "  ");
  g_string_append_printf (out, _ ("The server said: %s"), g_strchomp (said->str));
  g_string_append_c (out, '\n');
}

/**
 * sendpath_bounce_to_text:
 * @bounce: a #SendpathBounce
 *
 * Puts the bounce into words for a terminal: the message, then for each
 * recipient what became of it, why, what to do, and the server's own words.
 *
 * Returns: (transfer full): translated text that ends in a line end
 *
 * Since: 1.0
 */
char *
sendpath_bounce_to_text (const SendpathBounce *bounce)
{
  GString *out;

  g_return_val_if_fail (bounce != NULL, NULL);

  out = g_string_new (NULL);
  if (bounce->message_id != NULL)
    {
      g_string_append_printf (out, _ ("Message: %s"), bounce->message_id);
      g_string_append_c (out, '\n');
    }
  for (guint i = 0; i < bounce->recipients->len; i++)
    {
      const Recipient *recipient = g_ptr_array_index (bounce->recipients, i);
      const SendpathExplanation *explanation = recipient->explanation;

      /* The format is one of three constants or their translations, which msgfmt checks. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_string_append_printf (out, say_action (recipient->action), recipient->address);
#pragma GCC diagnostic pop
      g_string_append_c (out, '\n');
      if (recipient->action != BOUNCE_DELIVERED)
        g_string_append_printf (out, "  %s\n", sendpath_explanation_get_what (explanation));
      if (recipient->action == BOUNCE_FAILED)
        g_string_append_printf (out, "  %s\n", sendpath_explanation_get_advice (explanation));
      append_said (out, recipient);
    }
  return g_string_free (out, FALSE);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_json (JsonBuilder *builder, const SendpathBounce *bounce, guint i)
{
  static const char *const actions[] = {
    [BOUNCE_FAILED] = "failed",
    [BOUNCE_DELAYED] = "delayed",
    [BOUNCE_DELIVERED] = "delivered",
  };
  const Recipient *recipient = g_ptr_array_index (bounce->recipients, i);

  json_builder_begin_object (builder);
  add_text (builder, "address", recipient->address);
  add_text (builder, "status", recipient->status);
  json_builder_set_member_name (builder, "code");
  if (recipient->code != 0)
    json_builder_add_int_value (builder, recipient->code);
  else
    json_builder_add_null_value (builder);
  add_text (builder, "text", recipient->text);
  add_text (builder, "verdict",
            sendpath_verdict_to_string (sendpath_bounce_get_verdict (bounce, i)));
  add_text (builder, "remedy", sendpath_remedy_to_string (sendpath_bounce_get_remedy (bounce, i)));
  add_text (builder, "action", actions[recipient->action]);
  json_builder_end_object (builder);
}

/**
 * sendpath_bounce_to_json:
 * @bounce: a #SendpathBounce
 *
 * Puts the bounce into JSON: `schema`, `message_id`, `envid` and `recipients`,
 * each with `address`, `status`, `code`, `text`, `verdict`, `remedy` and
 * `action` (`failed`, `delayed` or `delivered`).
 *
 * Returns: (transfer full): a JSON object on one line, without a line end
 *
 * Since: 1.0
 */
char *
sendpath_bounce_to_json (const SendpathBounce *bounce)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (bounce != NULL, NULL);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "schema");
  json_builder_add_int_value (builder, 1);
  add_text (builder, "message_id", bounce->message_id);
  add_text (builder, "envid", bounce->envid);
  json_builder_set_member_name (builder, "recipients");
  json_builder_begin_array (builder);
  for (guint i = 0; i < bounce->recipients->len; i++)
    add_json (builder, bounce, i);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
