/* every port that was tried answered, with something that is not mail. One port alone may simply
 * be another service's. It learns nothing and asks about no certificate. */
#include "config.h"

#include "sendpath/walk/portal.h"

#include <glib/gi18n-lib.h>

/* What was seen so far. */
typedef struct {
  GHashTable *ports;
  gboolean is_other_service; /* somebody spoke, and it was neither mail nor TLS */
  gboolean is_none;          /* something does not fit: silence, or mail */
} Evidence;

static void
evidence_clear (Evidence *evidence)
{
  g_clear_pointer (&evidence->ports, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Evidence, evidence_clear)

static void
look_at (Evidence *evidence, SendpathPhase phase, SendpathFault fault, guint16 port)
{
  if (evidence->ports == NULL)
    evidence->ports = g_hash_table_new (NULL, NULL);
  if (phase > SENDPATH_PHASE_GREETING ||
      (fault != SENDPATH_FAULT_PROTOCOL && fault != SENDPATH_FAULT_TLS))
    evidence->is_none = TRUE;
  evidence->is_other_service = evidence->is_other_service || fault == SENDPATH_FAULT_PROTOCOL;
  g_hash_table_add (evidence->ports, GUINT_TO_POINTER (port));
}

static gboolean
is_enough (const Evidence *evidence)
{
  return evidence->ports != NULL && !evidence->is_none && evidence->is_other_service &&
         g_hash_table_size (evidence->ports) > 1;
}

gboolean
portal_shows_in_race (const GPtrArray *failures)
{
  g_auto (Evidence) evidence = { 0 };

  for (guint i = 0; i < failures->len; i++)
    {
      const Runner *failed = failures->pdata[i];

      look_at (&evidence, failed->phase, sendpath_reply_get_fault (failed->greeting),
               sendpath_endpoint_get_port (failed->endpoint));
    }
  return is_enough (&evidence);
}

gboolean
portal_shows_in_walk (const Walk *walk)
{
  g_auto (Evidence) evidence = { 0 };

  for (guint i = walk->first_attempt; i < walk->report->attempts->len; i++)
    {
      const Attempt *attempt = walk->report->attempts->pdata[i];

      look_at (&evidence, attempt->phase, sendpath_reply_get_fault (attempt->reply), attempt->port);
    }
  return is_enough (&evidence);
}

void
portal_tell (const Walk *walk)
{
  g_autoptr (SendpathReply) page = sendpath_reply_new_fault (
      SENDPATH_FAULT_PORTAL, _ ("this network wants you to sign in on a web page first"));

  for (guint i = 0; i < walk->travellers->len; i++)
    {
      const char *name = g_array_index (walk->travellers, Traveller, i).name;

      if (report_find_recipient (walk->report, name)->state == SENDPATH_RECIPIENT_QUEUED)
        report_set_recipient (walk->report, name, REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_QUEUED,
                              SENDPATH_VERDICT_PORTAL, page);
    }
}
