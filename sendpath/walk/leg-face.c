/* Who answered a leg: the server, or somebody in its place. It sends nothing. */
#include "config.h"

#include "sendpath/walk/leg-private.h"

#include "sendpath/walk/server-face.h"

static SendpathReply *
judge (Leg *leg, const ServerFace *face, const SendpathReply *failure)
{
  const PlanInput *plan = leg->walk->context->plan;
  SendpathReply *judged =
      server_face_judge (plan->memory, plan->trust, face, failure, plan->now_s);

  return judged != NULL ? judged : sendpath_reply_ref ((SendpathReply *) failure);
}

SendpathReply *
leg_judge_failure (Leg *leg, const Runner *failed)
{
  ServerFace face = { .endpoint = failed->endpoint, .key = failed->shown_key };

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
