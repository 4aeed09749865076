/* Who answered a leg: the server, or somebody in its place. It sends nothing. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include <glib/gi18n-lib.h>

#include "sendpath/walk/server-face.h"
#include "sendpath/wire/wrong-names.h"

static SendpathReply *
judge (Leg *leg, const ServerFace *face, const SendpathReply *failure)
{
  const PlanInput *plan = leg->walk->context->plan;
  SendpathReply *judged = server_face_judge (plan->memory, plan->trust, face, failure, plan->now_s);

  return judged != NULL ? judged : sendpath_reply_ref ((SendpathReply *) failure);
}

/* Before the sign-in, or on a hostile network, every name leads to the same place. Asked about only when
 * the server did not answer. */
static gboolean
is_wrong_address (Leg *leg, const Runner *failed)
{
  Walk *walk = leg->walk;

  if (failed->ip == NULL || leg->contact != NULL ||
      sendpath_reply_get_fault (failed->greeting) == SENDPATH_FAULT_NONE ||
      g_hostname_is_ip_address (sendpath_endpoint_get_host (failed->endpoint)))
    return FALSE;
  if (walk->wrong_addresses == NULL)
    walk->wrong_addresses = wrong_names_find (walk->context->resolver, walk->cancellable);
  return g_strv_contains ((const char *const *) walk->wrong_addresses, failed->ip);
}

static SendpathReply *
new_wrong_address (const char *ip)
{
  g_autofree char *text = g_strdup_printf (
      _ ("the name servers of this network give the address %s for every name; sign in to this "
         "network, or use another one"),
      ip);

  return sendpath_reply_new_fault (SENDPATH_FAULT_HOST_NOT_FOUND, text);
}

SendpathReply *
leg_judge_failure (Leg *leg, const Runner *failed)
{
  ServerFace face = { .endpoint = failed->endpoint, .key = failed->shown_key };

  if (is_wrong_address (leg, failed))
    return new_wrong_address (failed->ip);
  return judge (leg, &face, failed->greeting);
}

SendpathReply *
leg_judge_session (Leg *leg)
{
  g_autofree char *key = smtp_session_dup_peer_key (leg->session);
  ServerFace face = { .endpoint = leg->contact->endpoint,
                      .greeting = leg->contact->greeting,
                      .key = key };

  return judge (leg, &face, smtp_session_get_reply (leg->session));
}

void
leg_note_face (Leg *leg)
{
  const PlanInput *plan = leg->walk->context->plan;
  g_autofree char *key = smtp_session_dup_peer_key (leg->session);
  ServerFace face = { .endpoint = leg->contact->endpoint,
                      .greeting = leg->contact->greeting,
                      .key = key };

  server_face_note (plan->memory, &face, plan->now_s);
}
