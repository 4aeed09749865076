/* What an attempt came to, in words. It never judges: the verdict is given. */
#include "config.h"

#include "sendpath/walk/words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/wire/clean-text.h"

#define NAME_CHARS 255

/* Each begins with the server's name, so that it may begin a sentence, or follow a colon. */
static const char *const clauses[] = {
  [SENDPATH_VERDICT_NONE] = N_("%s has not answered yet"),
  [SENDPATH_VERDICT_ACCEPTED] = N_("%s accepted the message"),
  [SENDPATH_VERDICT_RELAY_DENIED] = N_("%s does not relay this mail from this network"),
  [SENDPATH_VERDICT_AUTH_REQUIRED] = N_("%s wants a login first"),
  [SENDPATH_VERDICT_POP_REQUIRED] = N_("%s wants incoming mail to be checked first"),
  [SENDPATH_VERDICT_TLS_REQUIRED] = N_("%s wants an encrypted connection first"),
  [SENDPATH_VERDICT_AUTH_FAILED] = N_("%s refused the login"),
  [SENDPATH_VERDICT_SENDER_REJECTED] = N_("%s does not accept this sender address"),
  [SENDPATH_VERDICT_RECIPIENT_UNKNOWN] = N_("%s says that there is no such mailbox"),
  [SENDPATH_VERDICT_RECIPIENT_INVALID] = N_("%s says that this address is not valid"),
  [SENDPATH_VERDICT_MAILBOX_FULL] = N_("%s says that the mailbox is full"),
  [SENDPATH_VERDICT_MAILBOX_UNAVAILABLE] = N_("%s says that the mailbox takes no mail now"),
  [SENDPATH_VERDICT_REMOTE_UNREACHABLE] = N_("%s cannot reach the server of the recipient"),
  [SENDPATH_VERDICT_GREYLISTED] = N_("%s asks to try again in some minutes"),
  [SENDPATH_VERDICT_RATE_LIMITED] = N_("%s says that too much was sent in a short time"),
  [SENDPATH_VERDICT_SERVER_BUSY] = N_("%s is too busy now"),
  [SENDPATH_VERDICT_SERVER_STORAGE] = N_("%s has no room for the message now"),
  [SENDPATH_VERDICT_TOO_MANY_RECIPIENTS] = N_("%s takes fewer recipients at a time"),
  [SENDPATH_VERDICT_MESSAGE_TOO_LARGE] = N_("%s does not take messages of this size"),
  [SENDPATH_VERDICT_CONTENT_REJECTED] = N_("%s does not accept what is in the message"),
  [SENDPATH_VERDICT_CLIENT_BLOCKED] = N_("%s takes no mail from this network"),
  [SENDPATH_VERDICT_PTR_REQUIRED] = N_("%s takes no mail from networks without a name"),
  [SENDPATH_VERDICT_SERVER_ERROR] = N_("%s has a fault of its own"),
  [SENDPATH_VERDICT_PROTOCOL_ERROR] = N_("%s and sendpath did not understand each other"),
  [SENDPATH_VERDICT_OFFLINE] = N_("%s cannot be reached without a network"),
  [SENDPATH_VERDICT_PORTAL] = N_("%s cannot be reached before you sign in to this network"),
  [SENDPATH_VERDICT_HOST_NOT_FOUND] = N_("%s was not found by that name"),
  [SENDPATH_VERDICT_UNREACHABLE] = N_("%s cannot be reached from here"),
  [SENDPATH_VERDICT_TLS_FAILED] = N_("%s offered no encryption that can be trusted"),
  [SENDPATH_VERDICT_CONNECTION_LOST] = N_("%s was cut off in the middle of the conversation"),
  [SENDPATH_VERDICT_NO_CREDENTIAL] = N_("%s wants a login, and there is no password for it"),
  [SENDPATH_VERDICT_UNCERTAIN] = N_("%s did not confirm that it took the message"),
};
G_STATIC_ASSERT (G_N_ELEMENTS (clauses) == SENDPATH_VERDICT_UNCERTAIN + 1);

char *
words_fill (const char *format, const char *word)
{
  const char *gap = strstr (format, "%s");
  g_autofree char *clean = clean_text (word, -1, NAME_CHARS);

  if (gap == NULL)
    return g_strdup (format);
  return g_strdup_printf ("%.*s%s%s", (int) (gap - format), format, clean, gap + strlen ("%s"));
}

/* A login would have been possible there, and was not made. */
static gboolean
was_without_login (const Attempt *attempt)
{
  return attempt->auth == NULL && g_strcmp0 (attempt->login, "none") != 0;
}

char *
words_for_attempt (const Attempt *attempt, SendpathVerdict verdict)
{
  const char *server = attempt->server != NULL ? attempt->server : attempt->host;
  const char *clause = clauses[verdict];

  if (verdict == SENDPATH_VERDICT_RELAY_DENIED && was_without_login (attempt))
    clause = N_("%s does not relay mail from this network without a login");
  if (verdict == SENDPATH_VERDICT_TLS_FAILED && g_strcmp0 (attempt->rule, "intercepted") == 0)
    clause = N_("%s cannot be reached: something in between answers in its place");
  if (verdict == SENDPATH_VERDICT_TLS_FAILED && g_strcmp0 (attempt->rule, "tls-stripped") == 0)
    clause = N_("%s cannot be reached safely: something in between hides its encryption");
  /* TRANSLATORS: becomes the first word of clauses such as "%s wants a login first" */
  return words_fill (_(clause), server != NULL ? server : _("the server"));
}

/* Who answered was not the server: its name does not stand before those words. */
static gboolean
is_about_network (const SendpathReply *reply)
{
  SendpathFault fault = sendpath_reply_get_fault (reply);

  return fault == SENDPATH_FAULT_STRIPPED || fault == SENDPATH_FAULT_INTERCEPTED;
}

char *
words_for_answer (const char *server, const SendpathReply *reply, gboolean is_doubtful)
{
  g_autofree char *text = sendpath_reply_dup_clean_text (reply);
  guint code = sendpath_reply_get_code (reply);
  const char *name = server != NULL ? server : _("the server");

  if (is_about_network (reply))
    return g_steal_pointer (&text);
  if (code == 0)
    return g_strdup_printf (_("%s: %s"), name, text);
  if (is_doubtful)
    return g_strdup_printf (_("%s, or somebody in its place, answered without encryption: %u %s"),
                            name, code, text);
  return g_strdup_printf (_("%s answered: %u %s"), name, code, text);
}
