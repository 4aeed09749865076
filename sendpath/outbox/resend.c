/* Sending once more what was sent. It takes the bytes from the outbox alone, and nobody is sent a copy
 * twice because of one bounce. */
#include "config.h"

#include "sendpath/outbox/resend.h"

#include <errno.h>

#include "sendpath/mail/address.h"
#include "sendpath/verdict/remedies.h"
#include "sendpath/walk/plan.h"

/* ---- to whom --------------------------------------------------------------------------------- */

ReportRecipient *
resend_find_sent (const SendpathReport *report, const char *address)
{
  g_autofree char *wanted = address != NULL ? address_dup_key (address) : NULL;

  for (guint i = 0; wanted != NULL && i < report->recipients->len; i++)
    {
      ReportRecipient *recipient = report->recipients->pdata[i];
      g_autofree char *key = address_dup_key (recipient->address);

      if (recipient->state == SENDPATH_RECIPIENT_SENT && g_str_equal (key, wanted))
        return recipient;
    }
  return NULL;
}

gboolean
resend_is_curable (const Attempt *attempt, SendpathVerdict verdict, const SendpathReply *reply,
                   gboolean has_sender)
{
  const SendpathVerdictQuery query = {
    .reply = reply,
    .authenticated = attempt->auth != NULL,
    .tls = attempt->is_protected,
    .relay = attempt->kind >= SENDPATH_ROUTE_LOCATION,
    .has_sender_rule = has_sender && attempt->sender_rule == SENDER_RULE_KEEP,
  };
  const SendpathRemedy *remedy = verdict_remedies (verdict, &query);

  while (*remedy != SENDPATH_REMEDY_NONE && *remedy != SENDPATH_REMEDY_NEXT_ROUTE)
    remedy++;
  return *remedy == SENDPATH_REMEDY_NEXT_ROUTE;
}

static gboolean
note_line (JsonObject *line, gpointer data)
{
  *(gboolean *) data = TRUE;
  return FALSE;
}

/* A record that a crash left alone, without the copy that it announces, says nothing. */
gboolean
resend_was_done (Outbox *outbox, History *history, const ReportRecipient *recipient)
{
  HistoryFilter filter = { .id = recipient->resent_as };
  g_autofree char *found = NULL;
  gboolean was_tried = FALSE;

  if (recipient->resent_as == NULL || recipient->is_resent)
    return recipient->is_resent;
  found = outbox_find (outbox, recipient->resent_as, NULL, NULL);
  history_search (history, &filter, note_line, &was_tried);
  return found != NULL || was_tried;
}

/* ---- by whom not ----------------------------------------------------------------------------- */

static void
add_host (GPtrArray *hosts, const char *host)
{
  for (guint i = 0; i < hosts->len; i++)
    if (g_ascii_strcasecmp (hosts->pdata[i], host) == 0)
      return;
  g_ptr_array_add (hosts, g_strdup (host));
}

/* Those that this entry avoids already, and those that took it for @recipients. */
static char **
dup_hosts_to_avoid (OutboxEntry *entry, GPtrArray *recipients)
{
  const char *const *before = outbox_entry_get_avoid (entry);
  const SendpathReport *report = outbox_entry_get_report (entry);
  g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; before != NULL && before[i] != NULL; i++)
    add_host (hosts, before[i]);
  for (guint i = 0; i < recipients->len; i++)
    {
      const Attempt *attempt = report_get_last_attempt (report, recipients->pdata[i]);
      g_autofree char *server =
          attempt != NULL && attempt->server != NULL ? plan_dup_host (attempt->server) : NULL;

      if (server != NULL)
        add_host (hosts, server);
      if (attempt != NULL && attempt->host != NULL)
        add_host (hosts, attempt->host);
    }
  g_ptr_array_add (hosts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&hosts), FALSE);
}

/* ---- the new entry --------------------------------------------------------------------------- */

static char **
dup_addresses (GPtrArray *recipients)
{
  char **addresses = g_new0 (char *, recipients->len + 1);

  for (guint i = 0; i < recipients->len; i++)
    addresses[i] = g_strdup (((const ReportRecipient *) recipients->pdata[i])->address);
  return addresses;
}

/* The same bytes for other recipients. */
static SendpathMessage *
new_message_for (SendpathMessage *message, const char *const *addresses)
{
  return message_new_from_parts (sendpath_message_get_sender (message), addresses,
                                 message_peek_header (message), message_peek_body (message),
                                 message_get_body_traits (message));
}

static char *
dup_new_id (GError **error)
{
  char *id = outbox_dup_new_id ();

  if (id == NULL)
    g_set_error_literal (error, OUTBOX_ERROR, OUTBOX_ERROR_IO, g_strerror (errno));
  return id;
}

char *
resend_queue_all (Outbox *outbox, OutboxEntry *entry, SendpathMessage *message, const char *account,
                  gint64 now_us, GError **error)
{
  const OutboxAgain again = { .avoid = outbox_entry_get_avoid (entry) };

  return outbox_add_again (outbox, message, account, &again, now_us, error);
}

/* The record goes first: between it and the new entry a crash leaves nothing that could be sent twice.
 */
char *
resend_queue_some (Outbox *outbox, OutboxEntry *entry, SendpathMessage *message,
                   const char *account, GPtrArray *recipients, gint64 now_us, GError **error)
{
  Journal *journal = outbox_entry_get_journal (entry);
  g_auto(GStrv) avoid = dup_hosts_to_avoid (entry, recipients);
  g_auto(GStrv) addresses = dup_addresses (recipients);
  const char *const *list = (const char *const *) addresses;
  g_autofree char *id = dup_new_id (error);
  g_autoptr(SendpathMessage) part = NULL;
  g_autofree char *added = NULL;
  const OutboxAgain again = { id, outbox_entry_get_id (entry), (const char *const *) avoid };

  if (id == NULL || !journal_note_resend (journal, list, id, FALSE, now_us, error))
    return NULL;
  part = new_message_for (message, list);
  added = outbox_add_again (outbox, part, account, &again, now_us, error);
  /* without this record the entry itself is found */
  if (added != NULL)
    journal_note_resend (journal, list, id, TRUE, now_us, NULL);
  return g_steal_pointer (&added);
}
