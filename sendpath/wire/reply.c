/* SendpathReply: a value, built once. It never judges what a server said. */
#include "config.h"

#include "sendpath/wire/reply.h"

#include <string.h>

#include "sendpath/wire/clean-text.h"

/* What is shown of a reply at most. */
#define SHOWN_CHARS 500

/**
 * SendpathReply:
 *
 * What a server answered to one command, or why there is no answer.
 *
 * A reply never changes once it is made; it may be read from any thread.
 *
 * Since: 1.0
 */
struct _SendpathReply {
  guint         code;
  SendpathFault fault;
  char         *enhanced;
  char         *text;
};

G_DEFINE_BOXED_TYPE (SendpathReply, sendpath_reply, sendpath_reply_ref, sendpath_reply_unref)

/* Length of up to three digits followed by @end (0: by anything that ends a word), or 0. */
static gsize
span_number (const char *text, char end)
{
  gsize n = strspn (text, "0123456789");

  if (n < 1 || n > 3)
    return 0;
  if (end != '\0')
    return text[n] == end ? n : 0;
  return g_ascii_isalnum (text[n]) || text[n] == '.' ? 0 : n;
}

/* RFC 2034 3: class.subject.detail at the very start of the text. */
static char *
dup_enhanced (const char *text)
{
  gsize subject, detail;

  if (strchr ("245", text[0]) == NULL || text[0] == '\0' || text[1] != '.')
    return NULL;
  subject = span_number (text + 2, '.');
  if (subject == 0)
    return NULL;
  detail = span_number (text + 2 + subject + 1, '\0');
  if (detail == 0)
    return NULL;
  return g_strndup (text, 2 + subject + 1 + detail);
}

/**
 * sendpath_reply_new:
 * @code: the three-digit code, 200 to 599; 0 for a reply that has none, as in POP3
 * @enhanced: (nullable): the enhanced status code such as `5.7.1`, or %NULL to
 *   take it from the start of @text (RFC 2034)
 * @text: the reply without its code, several lines joined by `\n`
 *
 * A reply that a server gave. @text is kept as it was sent, but for bytes that
 * are not UTF-8, which are replaced.
 *
 * Returns: (transfer full): a new reply
 *
 * Since: 1.0
 */
SendpathReply *
sendpath_reply_new (guint code, const char *enhanced, const char *text)
{
  SendpathReply *reply;

  g_return_val_if_fail (code == 0 || (code >= 200 && code <= 599), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  reply = g_atomic_rc_box_new0 (SendpathReply);
  reply->code = code;
  reply->fault = SENDPATH_FAULT_NONE;
  reply->text = g_utf8_make_valid (text, -1);
  reply->enhanced = enhanced != NULL ? g_strdup (enhanced) : dup_enhanced (reply->text);
  return reply;
}

/**
 * sendpath_reply_new_fault:
 * @fault: why there is no reply; not %SENDPATH_FAULT_NONE
 * @text: one sentence for people, translated, without a full stop
 *
 * Stands where a reply would, when there is none.
 *
 * Returns: (transfer full): a new reply without a code
 *
 * Since: 1.0
 */
SendpathReply *
sendpath_reply_new_fault (SendpathFault fault, const char *text)
{
  SendpathReply *reply;

  g_return_val_if_fail (fault != SENDPATH_FAULT_NONE, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  reply = g_atomic_rc_box_new0 (SendpathReply);
  reply->fault = fault;
  reply->text = g_utf8_make_valid (text, -1);
  return reply;
}

/**
 * sendpath_reply_ref: (skip)
 * @reply: a #SendpathReply
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @reply
 *
 * Since: 1.0
 */
SendpathReply *
sendpath_reply_ref (SendpathReply *reply)
{
  g_return_val_if_fail (reply != NULL, NULL);

  return g_atomic_rc_box_acquire (reply);
}

static void
clear (gpointer data)
{
  SendpathReply *reply = data;

  g_free (reply->enhanced);
  g_free (reply->text);
}

/**
 * sendpath_reply_unref: (skip)
 * @reply: a #SendpathReply
 *
 * Gives a reference back.
 *
 * Since: 1.0
 */
void
sendpath_reply_unref (SendpathReply *reply)
{
  g_return_if_fail (reply != NULL);

  g_atomic_rc_box_release_full (reply, clear);
}

/**
 * sendpath_reply_get_code:
 * @reply: a #SendpathReply
 *
 * The three-digit code.
 *
 * Returns: 200 to 599, or 0 when there is none
 *
 * Since: 1.0
 */
guint
sendpath_reply_get_code (const SendpathReply *reply)
{
  g_return_val_if_fail (reply != NULL, 0);

  return reply->code;
}

/**
 * sendpath_reply_get_enhanced:
 * @reply: a #SendpathReply
 *
 * The enhanced status code (RFC 3463).
 *
 * Returns: (nullable) (transfer none): a code such as `5.7.1`, or %NULL if the
 *   server gave none
 *
 * Since: 1.0
 */
const char *
sendpath_reply_get_enhanced (const SendpathReply *reply)
{
  g_return_val_if_fail (reply != NULL, NULL);

  return reply->enhanced;
}

/**
 * sendpath_reply_get_text:
 * @reply: a #SendpathReply
 *
 * The server's own words, lines joined by `\n`, or for a fault the sentence
 * that tells it. Use sendpath_reply_dup_clean_text() for what is shown.
 *
 * Returns: (transfer none): the text in UTF-8, never %NULL
 *
 * Since: 1.0
 */
const char *
sendpath_reply_get_text (const SendpathReply *reply)
{
  g_return_val_if_fail (reply != NULL, NULL);

  return reply->text;
}

/**
 * sendpath_reply_get_fault:
 * @reply: a #SendpathReply
 *
 * Why there is no answer from the server.
 *
 * Returns: the fault, or %SENDPATH_FAULT_NONE if the server answered
 *
 * Since: 1.0
 */
SendpathFault
sendpath_reply_get_fault (const SendpathReply *reply)
{
  g_return_val_if_fail (reply != NULL, SENDPATH_FAULT_NONE);

  return reply->fault;
}

/**
 * sendpath_reply_dup_clean_text:
 * @reply: a #SendpathReply
 *
 * The text on one line, safe to print on a terminal: no control, ANSI or bidi
 * characters, and at most 500 characters.
 *
 * Returns: (transfer full): the cleaned text
 *
 * Since: 1.0
 */
char *
sendpath_reply_dup_clean_text (const SendpathReply *reply)
{
  g_return_val_if_fail (reply != NULL, NULL);

  return clean_text (reply->text, -1, SHOWN_CHARS);
}
