/* SendpathRequest: a question for the user that may be answered later, from any thread. It asks
 * for a password and never stores one. */
#include "config.h"

#include "sendpath/request.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/request-private.h"

struct _Answer {
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;
  gboolean is_settled;
  SendpathSecret *secret; /* NULL: declined */
};

struct _SendpathRequest {
  GObject parent_instance;
  char *account;
  char *server;
  char *user;
  char *text;
  Answer *answer;
};

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
answer_settle (Answer *answer, SendpathSecret *secret)
{
  g_mutex_lock (&answer->mutex);
  if (answer->is_settled)
    g_clear_pointer (&secret, sendpath_secret_unref);
  else
    answer->secret = secret;
  answer->is_settled = TRUE;
  g_cond_broadcast (&answer->cond);
  g_mutex_unlock (&answer->mutex);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  answer_settle (data, NULL);
}

SendpathSecret *
answer_wait (Answer *answer, GCancellable *cancellable)
{
  gulong handler =
      cancellable != NULL
          ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), answer, NULL)
          : 0;
  SendpathSecret *secret;

  g_mutex_lock (&answer->mutex);
  while (!answer->is_settled)
    g_cond_wait (&answer->cond, &answer->mutex);
  secret = g_steal_pointer (&answer->secret);
  g_mutex_unlock (&answer->mutex);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  answer_unref (answer);
  return secret;
}

static void
sendpath_request_finalize (GObject *object)
{
  SendpathRequest *self = SENDPATH_REQUEST (object);

  answer_settle (self->answer, NULL);
  answer_unref (self->answer);
  g_free (self->account);
  g_free (self->server);
  g_free (self->user);
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

SendpathRequest *
request_new (const SecretQuery *query, Answer **ret_answer)
{
  SendpathRequest *self = g_object_new (SENDPATH_TYPE_REQUEST, NULL);

  self->account = g_str_equal (query->service, "pop") ? g_strdup_printf ("pop:%s", query->account)
                                                      : g_strdup (query->account);
  self->server = g_strdup (query->server);
  self->user = g_strdup (query->user);
  self->text = g_strdup_printf (_ ("Password of %s at %s"), query->user, query->server);
  g_atomic_ref_count_inc (&self->answer->ref_count);
  *ret_answer = self->answer;
  return self;
}

/**
 * sendpath_request_get_account:
 * @self: a #SendpathRequest
 *
 * Returns: (transfer none): whose password is asked for: an account's id, `pop:ACCOUNT` or
 *   `location:NAME`
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
 * Returns: (transfer none): the configured name of the server that gets the password
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
 * Returns: (transfer none): the login name
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
 * sendpath_request_answer:
 * @self: a #SendpathRequest
 * @password: the password; it is copied to memory that is not paged out, and @password stays the
 *   caller's to wipe
 *
 * Answers the question. Only the first answer counts. May be called from any thread.
 *
 * Since: 1.0
 */
void
sendpath_request_answer (SendpathRequest *self, const char *password)
{
  g_return_if_fail (SENDPATH_IS_REQUEST (self));
  g_return_if_fail (password != NULL);

  answer_settle (self->answer, sendpath_secret_new (password, strlen (password), SECRET_PASSWORD));
}

/**
 * sendpath_request_decline:
 * @self: a #SendpathRequest
 *
 * Gives the safe answer: no password. The same happens when the last reference to @self goes. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
sendpath_request_decline (SendpathRequest *self)
{
  g_return_if_fail (SENDPATH_IS_REQUEST (self));

  answer_settle (self->answer, NULL);
}
