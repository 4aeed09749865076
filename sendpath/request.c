/* SendpathRequest: a question for the user that may be answered later, from any thread. It never
 * stores a password, and no answer is the safe one. */
#include "config.h"

#include "sendpath/request.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/request-private.h"
#include "sendpath/verdict/explain-texts.h"
#include "sendpath/walk/words.h"

struct _Answer {
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;
  gboolean is_settled;
  SendpathSecret *secret;     /* NULL: declined */
  SendpathRelayChoice choice; /* KEEP: declined */
};

struct _SendpathRequest {
  GObject parent_instance;
  SendpathRequestKind kind;
  char *account;
  char *server;
  char *user;
  gboolean was_refused;
  guint16 port;
  SendpathSecurity security;
  RelaySource source;
  char *key;
  char *network;
  char *message;
  char *text;
  Answer *answer;
};

/**
 * SendpathRequest:
 *
 * A question for the user, or for a program's password store, that may be answered later and from any
 * thread. The message it is about waits meanwhile, as long as its call is not cancelled; an answer that
 * comes after that means nothing. No answer is the safe one.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (SendpathRequest, sendpath_request, G_TYPE_OBJECT)

static Answer *
answer_new (void)
{
  Answer *answer = g_new0 (Answer, 1);

  g_atomic_ref_count_init (&answer->ref_count);
  g_mutex_init (&answer->mutex);
  g_cond_init (&answer->cond);
  return answer;
}

static void
answer_unref (Answer *answer)
{
  if (!g_atomic_ref_count_dec (&answer->ref_count))
    return;
  g_clear_pointer (&answer->secret, sendpath_secret_unref);
  g_mutex_clear (&answer->mutex);
  g_cond_clear (&answer->cond);
  g_free (answer);
}

/* The first settlement counts; @secret is taken over. */
static void
answer_settle (Answer *answer, SendpathSecret *secret, SendpathRelayChoice choice)
{
  g_mutex_lock (&answer->mutex);
  if (answer->is_settled)
    g_clear_pointer (&secret, sendpath_secret_unref);
  else
    {
      answer->secret = secret;
      answer->choice = choice;
    }
  answer->is_settled = TRUE;
  g_cond_broadcast (&answer->cond);
  g_mutex_unlock (&answer->mutex);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  answer_settle (data, NULL, SENDPATH_RELAY_CHOICE_KEEP);
}

static void
wait_until_settled (Answer *answer, GCancellable *cancellable)
{
  gulong handler =
      cancellable != NULL
          ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), answer, NULL)
          : 0;

  g_mutex_lock (&answer->mutex);
  while (!answer->is_settled)
    g_cond_wait (&answer->cond, &answer->mutex);
  g_mutex_unlock (&answer->mutex);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
}

/* What is settled does not change any more. */
SendpathSecret *
answer_wait (Answer *answer, GCancellable *cancellable)
{
  SendpathSecret *secret;

  wait_until_settled (answer, cancellable);
  secret = g_steal_pointer (&answer->secret);
  answer_unref (answer);
  return secret;
}

SendpathRelayChoice
answer_wait_relay (Answer *answer, GCancellable *cancellable)
{
  SendpathRelayChoice choice;

  wait_until_settled (answer, cancellable);
  choice = answer->choice;
  answer_unref (answer);
  return choice;
}

static void
sendpath_request_finalize (GObject *object)
{
  SendpathRequest *self = SENDPATH_REQUEST (object);

  answer_settle (self->answer, NULL, SENDPATH_RELAY_CHOICE_KEEP);
  answer_unref (self->answer);
  g_free (self->account);
  g_free (self->server);
  g_free (self->user);
  g_free (self->key);
  g_free (self->network);
  g_free (self->message);
  g_free (self->text);
  G_OBJECT_CLASS (sendpath_request_parent_class)->finalize (object);
}

static void
sendpath_request_class_init (SendpathRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendpath_request_finalize;
}

static void
sendpath_request_init (SendpathRequest *self)
{
  self->answer = answer_new ();
}

static SendpathRequest *
new_of_kind (SendpathRequestKind kind, Answer **ret_answer)
{
  SendpathRequest *self = g_object_new (SENDPATH_TYPE_REQUEST, NULL);

  self->kind = kind;
  g_atomic_ref_count_inc (&self->answer->ref_count);
  *ret_answer = self->answer;
  return self;
}

SendpathRequest *
request_new (const SecretQuery *query, Answer **ret_answer)
{
  gboolean is_token = secret_query_get_kind (query) == SECRET_TOKEN;
  SendpathRequest *self = new_of_kind (
      is_token ? SENDPATH_REQUEST_TOKEN : SENDPATH_REQUEST_PASSWORD, ret_answer);

  self->was_refused = query->was_refused;
  self->account = g_str_equal (query->service, "pop") ? g_strdup_printf ("pop:%s", query->account)
                                                      : g_strdup (query->account);
  self->server = g_strdup (query->server);
  self->user = g_strdup (query->user);
  self->text = g_strdup_printf (_ ("Password of %s at %s"), query->user, query->server);
  return self;
}

/* ---- about a relay --------------------------------------------------------------------------- */

static const char *const sources[] = {
  [RELAY_SOURCE_SRV] = N_ ("The offer comes from this network's name servers."),
  [RELAY_SOURCE_DHCP] = N_ ("The offer came by DHCP, with this machine's address."),
  [RELAY_SOURCE_NAME] =
      N_ ("Nobody announced it; it was found under a usual name for mail servers."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (sources) == RELAY_SOURCE_COUNT);

/* What it shows. */
static char *
describe_identity (const char *key)
{
  return key == NULL
             ? g_strdup (_ ("Its certificate is trusted for this name."))
             : g_strdup_printf (_ ("Its certificate is not trusted; the fingerprint of its key is "
                                   "%s. Use it only if "
                                   "whoever runs this network has told you that fingerprint."),
                                key);
}

static const char *
choose_offer (const WalkRelay *relay)
{
  if (relay->source == RELAY_SOURCE_NAME)
    return _ ("This network has a mail server with the name %s.");
  return relay->message != NULL ? _ ("This network offers the relay %s for your message.")
                                : _ ("This network offers the relay %s.");
}

static char *
join_all (const char *const *sentences)
{
  char *text = g_strdup (sentences[0]);

  for (guint i = 1; sentences[i] != NULL; i++)
    {
      g_autofree char *so_far = text;

      text = explain_texts_join (so_far, sentences[i]);
    }
  return text;
}

static char *
describe_relay (const WalkRelay *relay, const char *key)
{
  g_autofree char *identity = describe_identity (key);
  g_autofree char *offer = NULL;

  if (relay->security == SENDPATH_SECURITY_NONE)
    return g_strdup_printf (_ ("The wireless network here is not encrypted, and %s takes mail "
                               "without encryption: everybody "
                               "nearby can read this message. Your password is not sent."),
                            relay->host);
  offer = words_fill (choose_offer (relay), relay->host);
  return join_all ((const char *const[]) {
      offer, _ (sources[relay->source]), identity,
      relay->message != NULL
          ? _ ("Whoever runs it can read this message. Your password is not sent.")
          : _ ("Whoever runs it can read the mail that leaves by it. Your password is not "
               "sent."),
      NULL });
}

SendpathRequest *
request_new_relay (const WalkRelay *relay, const char *key, Answer **ret_answer)
{
  SendpathRequest *self = new_of_kind (SENDPATH_REQUEST_RELAY, ret_answer);

  self->server = g_strdup (relay->host);
  self->port = relay->port;
  self->security = relay->security;
  self->source = relay->source;
  self->key = g_strdup (key);
  self->network = g_strdup (relay->network_id);
  self->message = g_strdup (relay->message);
  self->text = describe_relay (relay, key);
  return self;
}

/* ---- what is asked --------------------------------------------------------------------------- */

/**
 * sendpath_request_get_kind:
 * @self: a #SendpathRequest
 *
 * Returns: what is asked for; a program that does not know the kind declines
 *
 * Since: 1.0
 */
SendpathRequestKind
sendpath_request_get_kind (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), SENDPATH_REQUEST_PASSWORD);

  return self->kind;
}

/**
 * sendpath_request_get_account:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none) (nullable): whose password is asked for: an account's id, `pop:ACCOUNT` or
 *   `location:NAME`; %NULL of a relay
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_account (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->account;
}

/**
 * sendpath_request_get_server:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none): the configured name of the server that gets the password, or the host of
 *   the relay
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_server (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->server;
}

/**
 * sendpath_request_get_user:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none) (nullable): the login name; %NULL of a relay
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_user (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->user;
}

/**
 * sendpath_request_was_refused:
 * @self: a #SendpathRequest
 *
 * Returns: %TRUE if the server refused a login with what it was given before, so that another password
 *   or a new token is needed; %FALSE of a relay
 *
 * Since: 1.0
 */
gboolean
sendpath_request_was_refused (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), FALSE);

  return self->was_refused;
}

/**
 * sendpath_request_get_text:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none): the question in words, translated
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_text (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->text;
}

/**
 * sendpath_request_get_port:
 * @self: a #SendpathRequest
 *
 * Returns: the relay's port; 0 of a password
 *
 * Since: 1.0
 */
guint
sendpath_request_get_port (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), 0);

  return self->port;
}

/**
 * sendpath_request_get_security:
 * @self: a #SendpathRequest
 *
 * Returns: how the message would travel to the relay. %SENDPATH_SECURITY_NONE is asked about only where
 *   everybody nearby can listen, for a relay that the user configured so; such a yes is for one message
 *
 * Since: 1.0
 */
SendpathSecurity
sendpath_request_get_security (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), SENDPATH_SECURITY_NONE);

  return self->security;
}

/**
 * sendpath_request_get_source:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none) (nullable): where the offer of the relay came from: `srv`, `dhcp` or `name`;
 *   %NULL of a password, and of a relay that the user configured
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_source (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->kind == SENDPATH_REQUEST_RELAY && self->security != SENDPATH_SECURITY_NONE
             ? relay_source_to_string (self->source)
             : NULL;
}

/**
 * sendpath_request_get_key:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none) (nullable): the fingerprint of the key that the relay shows, as `sha256:` and
 *   hexadecimal digits, if its certificate is not trusted for its name; a yes is to that key alone. %NULL
 *   if it is trusted
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_key (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->key;
}

/**
 * sendpath_request_get_network:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none) (nullable): id of the network that offers the relay; %NULL of a password
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_network (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->network;
}

/**
 * sendpath_request_get_message:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none) (nullable): id of the message that waits for the relay; %NULL of a password,
 *   and if no message does: then %SENDPATH_RELAY_CHOICE_ONCE is no answer
 *
 * Since: 1.0
 */
const char *
sendpath_request_get_message (SendpathRequest *self)
{
  g_return_val_if_fail (SENDPATH_IS_REQUEST (self), NULL);

  return self->message;
}

/* ---- the answer ------------------------------------------------------------------------------ */

/**
 * sendpath_request_answer:
 * @self: a #SendpathRequest
 * @password: the password, or the access token; it is copied to memory that is not paged out, and
 *   @password stays the caller's to wipe
 *
 * Answers the question for a password or an access token. It is used for this login and kept nowhere: to
 * store a password is sendpath_engine_set_password(). Only the first answer counts. May be called from
 * any thread.
 *
 * Since: 1.0
 */
void
sendpath_request_answer (SendpathRequest *self, const char *password)
{
  g_return_if_fail (SENDPATH_IS_REQUEST (self));
  g_return_if_fail (self->kind != SENDPATH_REQUEST_RELAY);
  g_return_if_fail (password != NULL);

  answer_settle (self->answer,
                 sendpath_secret_new (password, strlen (password),
                                      self->kind == SENDPATH_REQUEST_TOKEN ? SECRET_TOKEN
                                                                           : SECRET_PASSWORD),
                 SENDPATH_RELAY_CHOICE_KEEP);
}

/**
 * sendpath_request_answer_relay:
 * @self: a #SendpathRequest
 * @choice: what becomes of the relay
 *
 * Answers the question about a relay. %SENDPATH_RELAY_CHOICE_HERE and %SENDPATH_RELAY_CHOICE_NEVER are
 * kept for its network until sendpath_engine_forget_relays(). Only the first answer counts. May be called
 * from any thread. Whoever cannot answer soon declines, and calls sendpath_engine_decide_relay() later.
 *
 * Since: 1.0
 */
void
sendpath_request_answer_relay (SendpathRequest *self, SendpathRelayChoice choice)
{
  g_return_if_fail (SENDPATH_IS_REQUEST (self));
  g_return_if_fail (self->kind == SENDPATH_REQUEST_RELAY);

  answer_settle (self->answer, NULL, choice);
}

/**
 * sendpath_request_decline:
 * @self: a #SendpathRequest
 *
 * Gives the safe answer: no password, and the message stays in the outbox. The same happens when the last
 * reference to @self goes. May be called from any thread.
 *
 * Since: 1.0
 */
void
sendpath_request_decline (SendpathRequest *self)
{
  g_return_if_fail (SENDPATH_IS_REQUEST (self));

  answer_settle (self->answer, NULL, SENDPATH_RELAY_CHOICE_KEEP);
}
