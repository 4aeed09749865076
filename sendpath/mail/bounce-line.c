/* bounce-line: what a line of a report says by its shape. It knows labels and the forms of addresses,
 * and never what stands in the lines around. */
#include "config.h"

#include "sendpath/mail/bounce-line.h"

#include <string.h>

#define MAX_TELLING_BYTES 120

/* ---- addresses ------------------------------------------------------------------------------- */

static gboolean
is_local_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+/=?^_`{|}~.-", c) != NULL) ||
         (guchar) c >= 0x80;
}

static gboolean
is_domain_char (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '-' || (guchar) c >= 0x80;
}

/* @at: an `@` in @text, or NULL. */
static char *
dup_address_at (const char *text, const char *at, const char **ret_start, const char **ret_end)
{
  const char *start = at, *end = at + 1;

  while (start > text && is_local_char (start[-1]))
    start--;
  while (start < at && strchr ("'`=*.", *start) != NULL)
    start++;
  /* An attribute of an X.400 address. */
  if (at - start > 5 && g_ascii_strncasecmp (start, "smtp=", 5) == 0)
    start += 5;
  if (start == at && at > text && at[-1] == '"')
    for (start = at - 1; start > text && start[-1] != '"' && start[-1] != '\n';)
      start--;
  if (start < at && start > text && at[-1] == '"' && start[-1] == '"')
    start--;
  if (*end == '[')
    end += strspn (end, "[]0123456789abcdefABCDEFIPv.:");
  else
    while (is_domain_char (*end))
      end++;
  while (end > at + 1 && strchr (".-", end[-1]) != NULL)
    end--;
  if (start == at || end == at + 1 || end - start > 320)
    return NULL;
  *ret_start = start;
  *ret_end = end;
  return g_strndup (start, (gsize) (end - start));
}

char *
bounce_line_dup_address (const char *text, const char **ret_end)
{
  const char *start, *end;

  for (const char *at = strchr (text, '@'); at != NULL; at = strchr (at + 1, '@'))
    {
      char *address = dup_address_at (text, at, &start, &end);

      if (address == NULL)
        continue;
      if (ret_end != NULL)
        *ret_end = end;
      return address;
    }
  return NULL;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Labels before an address that could not be reached, as far as they must be known; what a label
 * begins with is enough. */
static const char *const recipient_labels[] = {
  "unknown user",
  "invalid user",
  "no such user",
  "undeliverable",
  "delivery failed",
  "could not be delivered to",
  "not delivered to",
  "target mail address",
  "recipient",
  "original recipient",
  "final recipient",
  "failed recipient",
  "intended recipient",
  "address",
  "failed address",
  "e-mail address",
  "email address",
  "user",
  "mailbox",
  "addressee",
  "destinataire",
  "destinatario",
  "destinatário",
  "empfänger",
  "an",
  "envelope recipient",
  "invalid recipient",
  "bad recipient",
};

/* Labels before an address that is somebody else's, or only says what the message was. */
static const char *const other_labels[] = {
  "from",          "to",          "cc",       "bcc",          "subject",    "sent",
  "date",          "sender",      "reply-to", "return-path",  "message-id", "mail from",
  "von",           "de",          "received", "in-reply-to",  "references", "x-",
  "envelope-from", "errors-to",   "resent-",  "delivered-to", "list-",      "original-envelope-id",
  "reporting-mta", "feedback-id",
};

static gboolean
begins_with_label (const char *text, const char *const *labels, gsize n_labels, gsize *ret_length)
{
  for (gsize i = 0; i < n_labels; i++)
    {
      gsize n = strlen (labels[i]), end;

      if (g_ascii_strncasecmp (text, labels[i], n) != 0)
        continue;
      if (labels[i][n - 1] != '-' && g_ascii_isalnum (text[n]))
        continue;
      end = n + strcspn (text + n, ":\n@<");
      if (text[end] != ':' || end > n + 24)
        continue;
      *ret_length = end + 1;
      return TRUE;
    }
  return FALSE;
}

static const char *
skip_bullets (const char *s)
{
  s += strspn (s, " \t*|>-=");
  /* A bullet of another script. */
  if (g_str_has_prefix (s, "•") || g_str_has_prefix (s, "·"))
    s += strcspn (s, " ") + strspn (s + strcspn (s, " "), " ");
  return s;
}

gboolean
bounce_line_is_conclusion (const char *s)
{
  const char *close = s[0] != '\0' ? strchr (s, '>') : NULL;

  return strspn (s, "0123456789") == 3 && s[3] == ' ' && s[4] == '<' && close != NULL &&
         g_str_has_prefix (close, ">...");
}

/* A short line about a mailbox: the address in it is likely the one that could not be reached. */
static gboolean
tells_of_delivery (const char *line)
{
  static const char *const words[] = { "deliver", "user", "recipient", "mailbox", "account" };

  for (guint i = 0; i < G_N_ELEMENTS (words) && strlen (line) < MAX_TELLING_BYTES; i++)
    if (strcasestr (line, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
classify_line (BounceLine *line)
{
  const char *s = skip_bullets (line->text), *start, *end, *at, *open;
  gsize length;
  BounceLineKind kind = BOUNCE_LINE_LEADS;

  if (bounce_line_is_conclusion (s))
    {
      kind = BOUNCE_LINE_COMMAND;
      s += 4;
    }

  if (g_ascii_strncasecmp (s, "sent <<< ", 9) == 0)
    s += 9;
  if (g_ascii_strncasecmp (s, "rcpt to", 7) == 0)
    {
      kind = BOUNCE_LINE_COMMAND;
      s += 7 + strspn (s + 7, ": ");
    }
  else if (begins_with_label (s, other_labels, G_N_ELEMENTS (other_labels), &length))
    return;
  else if (begins_with_label (s, recipient_labels, G_N_ELEMENTS (recipient_labels), &length))
    s += length + strspn (s + length, " \t");
  at = strchr (s, '@');
  if (at == NULL || g_str_has_prefix (s, "(generated") || g_str_has_prefix (s, "(expanded") ||
      g_str_has_prefix (s, "(ultimately"))
    return;
  if (g_str_has_prefix (s, "rfc822;") || g_str_has_prefix (s, "RFC822;"))
    s += 7 + strspn (s + 7, " ");
  line->address = dup_address_at (line->text, at, &start, &end);
  if (line->address == NULL)
    {
      line->address = bounce_line_dup_address (at, &end);
      if (line->address == NULL)
        return;
      start = end;
    }
  line->kind = tells_of_delivery (line->text) ? BOUNCE_LINE_TELLS : BOUNCE_LINE_MENTIONS;
  line->rest = end + strspn (end, ">\"')]:;,. \t");
  open = s + strspn (s, "<\"'([");
  /* `Some One <a@example.org>` alone on a line leads, too, and so does `a@example.org<mailto:…>` */
  if (start == open || (start > s && start[-1] == '<' && *line->rest == '\0' && start - s < 60 &&
                        strchr (s, ':') == NULL && line->text[0] != '\0' &&
                        (g_ascii_isspace (line->text[0]) || line->text[0] == '"')))
    line->kind = kind;
  if (g_str_has_prefix (end, "<mailto:"))
    line->rest = end + strcspn (end, ">") + (end[strcspn (end, ">")] == '>');
}

static void
line_clear (gpointer data)
{
  BounceLine *line = data;

  g_free (line->text);
  g_free (line->address);
}

GArray *
bounce_line_split (const char *text)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (BounceLine));
  const char *end;

  g_array_set_clear_func (lines, line_clear);
  for (const char *s = text; *s != '\0'; s = *end == '\n' ? end + 1 : end)
    {
      BounceLine line = { BOUNCE_LINE_OTHER, NULL, NULL, NULL };

      end = s + strcspn (s, "\n");
      line.text = g_strchomp (g_strndup (s, (gsize) (end - s)));
      classify_line (&line);
      g_array_append_val (lines, line);
    }
  return lines;
}
