/* Which of our messages a bounce is about: by its ENVID, which is the id of an entry of the outbox or was
 * given by who handed it in, or by its Message-ID in the log. It believes nothing else, and changes nothing. */
#include "config.h"

#include "sendpath/bounce-trail.h"

#include <string.h>

#include "sendpath/mail/address.h"
#include "sendpath/outbox/history.h"
#include "sendpath/outbox/resend.h"
#include "sendpath/walk/fields.h"

#define ID_CHARS 32

void
bounce_trail_free (BounceTrail *trail)
{
  g_free (trail->id);
  g_free (trail->account);
  g_free (trail->server);
  g_clear_pointer (&trail->report, sendpath_report_unref);
  g_free (trail);
}

/* The address that the sender wrote goes first: the other may be where it was forwarded to. */
ReportRecipient *
bounce_trail_find_recipient (const SendpathReport *report, const SendpathBounce *bounce, guint i)
{
  ReportRecipient *found =
      resend_find_sent (report, sendpath_bounce_get_original_address (bounce, i));

  return found != NULL ? found : resend_find_sent (report, sendpath_bounce_get_address (bounce, i));
}

static const Attempt *
find_taking_attempt (const SendpathReport *report, const SendpathBounce *bounce)
{
  for (guint i = 0; i < sendpath_bounce_get_n_recipients (bounce); i++)
    {
      const ReportRecipient *recipient = bounce_trail_find_recipient (report, bounce, i);

      if (recipient != NULL)
        return report_get_last_attempt (report, recipient);
    }
  return NULL;
}

/* What is kept of message @id, if that is the one which @bounce quotes and was sent to one of those
 * it names; else NULL. */
static BounceTrail *
follow_copy (Outbox *outbox, const char *id, const SendpathBounce *bounce)
{
  g_autoptr (SendpathReport) report = outbox_read_report (outbox, id, NULL);
  const char *message_id = sendpath_bounce_get_message_id (bounce);
  const Attempt *attempt = report != NULL ? find_taking_attempt (report, bounce) : NULL;
  BounceTrail *trail;

  if (attempt == NULL || (message_id != NULL && report->message_id != NULL &&
                          !g_str_equal (message_id, report->message_id)))
    return NULL;
  trail = g_new0 (BounceTrail, 1);
  trail->id = g_strdup (id);
  trail->account = g_strdup (report->account);
  trail->server = g_strdup (attempt->host != NULL ? attempt->host : attempt->server);
  trail->at_s = attempt->at_us / G_USEC_PER_SEC;
  trail->report = g_steal_pointer (&report);
  return trail;
}

typedef struct {
  const SendpathBounce *bounce;
  gboolean is_by_id; /* ENVID says which copy it is */
  BounceTrail *trail;
} LogSearch;

static gboolean
was_sent_to (JsonObject *line, const char *address)
{
  JsonArray *recipients = fields_get_array (line, "recipients");
  g_autofree char *wanted = address != NULL ? address_dup_key (address) : NULL;

  for (guint i = 0; wanted != NULL && recipients != NULL && i < json_array_get_length (recipients);
       i++)
    {
      JsonObject *recipient = fields_peek_object (recipients, i);
      const char *known = recipient != NULL ? fields_get_text (recipient, "address") : NULL;
      g_autofree char *key = known != NULL ? address_dup_key (known) : NULL;

      if (g_strcmp0 (key, wanted) == 0 &&
          g_strcmp0 (fields_get_text (recipient, "state"), "sent") == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_about_line (const SendpathBounce *bounce, JsonObject *line)
{
  for (guint i = 0; i < sendpath_bounce_get_n_recipients (bounce); i++)
    if (was_sent_to (line, sendpath_bounce_get_original_address (bounce, i)) ||
        was_sent_to (line, sendpath_bounce_get_address (bounce, i)))
      return TRUE;
  return FALSE;
}

/* By its Message-ID alone a copy that was sent again cannot be told from the first one: it is taken
 * for that, which may be sent again only once. */
static gboolean
follow_line (JsonObject *line, gpointer data)
{
  LogSearch *search = data;
  const char *host = fields_get_text (line, "host");
  JsonObject *route = fields_get_object (line, "route");

  if ((!search->is_by_id && fields_get_text (line, "resend_of") != NULL) ||
      !is_about_line (search->bounce, line))
    return TRUE;
  search->trail = g_new0 (BounceTrail, 1);
  search->trail->id = g_strdup (fields_get_text (line, "id"));
  search->trail->account = g_strdup (fields_get_text (line, "account"));
  search->trail->server =
      g_strdup (host != NULL || route == NULL ? host : fields_get_text (route, "server"));
  search->trail->at_s = fields_get_time (line, "at");
  return FALSE;
}

static BounceTrail *
follow_log (SendpathEngine *self, const SendpathBounce *bounce, const char *id, const char *envid)
{
  g_autoptr (History) history = history_new (self->state_dir);
  HistoryFilter filter = {
    .id = id,
    .envid = envid,
    .message_id = sendpath_bounce_get_message_id (bounce),
  };
  LogSearch search = { .bounce = bounce, .is_by_id = id != NULL || envid != NULL };

  if (search.is_by_id || filter.message_id != NULL)
    history_search (history, &filter, follow_line, &search);
  return search.trail;
}

BounceTrail *
bounce_trail_follow (SendpathEngine *self, Outbox *outbox, const SendpathBounce *bounce)
{
  const char *envid = sendpath_bounce_get_envid (bounce);
  const char *id = envid != NULL && strlen (envid) == ID_CHARS ? envid : NULL;
  g_autoptr (BounceTrail) logged = NULL;
  BounceTrail *kept = NULL;

  if (outbox != NULL && id != NULL)
    kept = follow_copy (outbox, id, bounce);
  if (kept != NULL)
    return kept;
  if (id != NULL)
    logged = follow_log (self, bounce, id, NULL);
  if (logged == NULL && envid != NULL)
    logged = follow_log (self, bounce, NULL, envid);
  if (logged == NULL)
    logged = follow_log (self, bounce, NULL, NULL);
  if (logged != NULL && outbox != NULL && strlen (logged->id) == ID_CHARS)
    kept = follow_copy (outbox, logged->id, bounce);
  return kept != NULL ? kept : g_steal_pointer (&logged);
}
