/* pasted-reply: finds a reply in what a person pastes. It reads text of unknown origin and never
 * decides what a reply means. */
#include "config.h"

#include "sendpath/verdict/pasted-reply.h"

#include <string.h>

#include "sendpath/verdict/fault-words.h"
#include "sendpath/verdict/pasted-dialogue.h"

/* More is never pasted to ask about one reply. */
#define TEXT_BYTES (64 * 1024)

/* Behind these a server's words begin, when its code is not told. Lower-case; the last one in a
 * text counts. */
static const char *const before_words[] = {
  "server responded:",  "response was:", "server said:",      "server message:",
  "host said:",         "stat=",         "detail:",           "command failed:",
  "recipients failed:", "failed: ",      "status=deferred (", "status=bounced (",
  "errormsg=",
};

/* What programs add behind a server's words. Lower-case. */
static const char *const behind_words[] = {
  " (in reply to",
  "/giving up on",
  "\ngiving up on",
  "please check the message recipient",
  "please verify that your email",
  "\nmsmtp:",
  "use the pop-up menu below",
  "; nested exception",
  "\n\tat ",
  "\n at ",
  "\n   at ",
  "\n    at ",
  " additional smtp info",
  "', port:",
  " at /usr/",
  " errormsg=",
};

/* Some programs tell a code by a sentence only: .NET, Thunderbird. Lower-case; both have to be. */
static const struct {
  const char *sentence, *beside;
  guint code;
} told_codes[] = {
  { "service not available, closing transmission channel", "response was:", 421 },
  { "error in processing.", "response was:", 451 },
  { "insufficient system storage.", "response was:", 452 },
  { "command unrecognized.", "response was:", 500 },
  { "syntax error in parameters or arguments.", "response was:", 501 },
  { "command not implemented.", "response was:", 502 },
  { "bad sequence of commands.", "response was:", 503 },
  { "command parameter not implemented.", "response was:", 504 },
  { "secure connection or the client was not authenticated", "response was:", 530 },
  { "login to server", "with username", 535 },
  { "mailbox unavailable.", "response was:", 550 },
  { "user not local", "response was:", 551 },
  { "exceeded storage allocation.", "response was:", 552 },
  { "mailbox name not allowed.", "response was:", 553 },
  { "transaction failed.", "response was:", 554 },
};

/* Before a code that nothing else marks as one. Lower-case. */
static const char *const before_codes[] = {
  "code",      "error",    "status",  "smtp",  "said",
  "responded", "returned", "retcode", "reply", "response",
};

/* A number behind these is none. Lower-case. */
static const char *const before_numbers[] = {
  "port", "port:", "port=", "timeout", "timeout:", "line", "pid", "size", "delay",
};

/* ---- the code -------------------------------------------------------------------------------- */

static gboolean
is_code (const char *s)
{
  return s[0] >= '2' && s[0] <= '5' && g_ascii_isdigit (s[1]) && g_ascii_isdigit (s[2]) &&
         (s[3] == '\0' || strchr (" -_\t\r\n'\",:;.)]", s[3]) != NULL) &&
         !(s[3] == '.' && g_ascii_isdigit (s[4]));
}

/* `5.7.1` behind a code makes sure that it is one. */
static gboolean
has_status (const char *s)
{
  return (s[3] == ' ' || s[3] == '-') && strchr ("245", s[4]) != NULL && s[4] != '\0' &&
         s[5] == '.';
}

/* Python: `(550, b'5.7.1 no')`. */
static gboolean
is_tuple (const char *s)
{
  return g_str_has_prefix (s + 3, ", b'") || g_str_has_prefix (s + 3, ", '") ||
         g_str_has_prefix (s + 3, ", b\"") || g_str_has_prefix (s + 3, ", \"");
}

static gboolean
ends_with_any (const char *text, const char *s, const char *const *words, gsize n_words)
{
  for (gsize i = 0; i < n_words; i++)
    {
      gsize n = strlen (words[i]);

      if ((gsize) (s - text) >= n && g_ascii_strncasecmp (s - n, words[i], n) == 0)
        return TRUE;
    }
  return FALSE;
}

/* How sure it is that the digits at @s are a reply's code: 0 not at all. */
static guint
weigh_code (const char *text, const char *s)
{
  const char *before = s;

  if (!is_code (s) || (s > text && (g_ascii_isalnum (s[-1]) || strchr (".-_@/+", s[-1]) != NULL)))
    return 0;
  if (s == text || s[-1] == '\n' || is_tuple (s) || (s[-1] == '(' && s[3] == ')'))
    return 3;
  while (before > text && strchr (" \t=(", before[-1]) != NULL)
    before--;
  if (ends_with_any (text, before, before_numbers, G_N_ELEMENTS (before_numbers)))
    return 0;
  if (has_status (s))
    return 3;
  if (s[-1] == ':' || s[3] == '.' || s[3] == ';')
    return s[-1] != ':' && before > text && before[-1] == ':' ? 1 : 0;
  if ((s[-1] == '\'' || s[-1] == '"') && s[3] == ' ')
    return 3;
  if (before > text && strchr (":><;", before[-1]) != NULL)
    return s[3] == ' ' || s[3] == '-' ? 2 : 1;
  if (s[-1] == '=')
    return 1;
  return ends_with_any (text, before, before_codes, G_N_ELEMENTS (before_codes)) ? 1 : 0;
}

/* A refusal goes before what went well. */
static const char *
find_code (const char *text)
{
  const char *found = NULL;
  guint best = 0;

  for (const char *s = text + strcspn (text, "2345"); *s != '\0'; s += 1 + strcspn (s + 1, "2345"))
    {
      guint weight = weigh_code (text, s);

      if (weight > 0 && s[0] >= '4')
        weight += 3;
      if (weight <= best)
        continue;
      best = weight;
      found = s;
    }
  return found;
}

/* ---- the words ------------------------------------------------------------------------------- */

/* The first of what programs add behind, or the end. */
static const char *
find_addition (const char *s)
{
  g_autofree char *lower = g_ascii_strdown (s, -1);
  gsize n = strlen (s);

  for (guint i = 0; i < G_N_ELEMENTS (behind_words); i++)
    {
      const char *added = strstr (lower, behind_words[i]);

      if (added != NULL)
        n = MIN (n, (gsize) (added - lower));
    }
  return s + n;
}

/* The end of what is quoted by @quote. */
static const char *
find_quote (const char *s, char quote)
{
  for (const char *end = strchr (s, quote); end != NULL; end = strchr (end + 1, quote))
    if (end[1] == '\0' || strchr (", ;)}\n", end[1]) != NULL)
      return end;
  return NULL;
}

/* Further lines lose their code, also where a log has put them behind each other: `550-one 550 two`
 * and `550-one\n550 two` are `one\ntwo`. */
static char *
join_lines (const char *code, const char *s, const char *end)
{
  g_autofree char *text = g_strndup (s, (gsize) (end - s));
  g_autofree char *more = g_strconcat (" ", code, "-", NULL);
  g_autofree char *last = g_strconcat (" ", code, " ", NULL);
  g_autoptr (GString) in = g_string_new (text);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_replace (in, "\\r\\n", "\n", 0);
  g_string_replace (in, "\\n", "\n", 0);
  if (in->len > 3 && in->str[3] == '-')
    {
      more[0] = last[0] = '\n';
      g_string_replace (in, more + 1, more, 0);
      g_string_replace (in, last + 1, last, 0);
    }
  lines = g_strsplit_set (in->str, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = lines[i];

      if (g_str_has_prefix (line, code) && (line[3] == '\0' || strchr (" -:.;,)", line[3]) != NULL))
        line += 3 + strspn (line + 3, " -:.;,)");
      if (*line == '\0')
        continue;
      if (out->len > 0)
        g_string_append_c (out, '\n');
      g_string_append (out, g_strchomp (lines[i] + (line - lines[i])));
    }
  g_strstrip (out->str);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The words behind the code at @s. */
static char *
dup_words (const char *text, const char *s)
{
  g_autofree char *code = g_strndup (s, 3);
  const char *end = find_addition (s);
  const char *quote = NULL;

  if (is_tuple (s))
    {
      const char *open = s + strcspn (s, "'\"");

      quote = find_quote (open + 1, *open);
      return join_lines (code, open + 1, quote != NULL ? quote : s + strlen (s));
    }
  if (s > text && (s[-1] == '\'' || s[-1] == '"'))
    quote = find_quote (s, s[-1]);
  return join_lines (code, s, quote != NULL ? MIN (quote, end) : end);
}

/* Postfix puts a reply into brackets; only the first one is left out so far. */
static void
drop_bracket (char *words)
{
  gsize n = strlen (words);
  int depth = 0;

  for (const char *p = words; *p != '\0'; p++)
    depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
  if (depth < 0 && n > 0 && words[n - 1] == ')')
    words[n - 1] = '\0';
}

static gboolean
has_any (const char *text, gboolean (*is_one) (gunichar))
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (is_one (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

/* The server's words where no code tells where they begin. */
static char *
dup_words_alone (const char *text, const char *lower)
{
  const char *begin = text;
  char *words;

  for (guint i = 0; i < G_N_ELEMENTS (before_words); i++)
    {
      const char *found = g_strrstr (lower, before_words[i]);
      const char *after = found != NULL ? text + (found - lower) + strlen (before_words[i]) : text;

      if (after > begin && has_any (after, g_unichar_isalpha))
        begin = after;
    }
  words = g_strndup (begin, (gsize) (find_addition (begin) - begin));
  return g_strstrip (words);
}

/* ---- logs ------------------------------------------------------------------------------------ */

/* qmail's log has no blanks: `delivery 3: failure: Sorry,_no_mailbox_here._(#5.1.1)/`. */
static void
read_qmail (char *text)
{
  char *said = NULL;

  if (g_str_has_prefix (text, "delivery ") || strstr (text, " delivery ") != NULL)
    said = strstr (text, ": failure: ");
  if (said == NULL && strstr (text, "delivery ") != NULL)
    said = strstr (text, ": deferral: ");
  if (said == NULL || strchr (said + strlen (": deferral: "), '_') == NULL)
    return;
  for (said += strlen (": "); *said != '\0'; said++)
    if (*said == '_')
      *said = ' ';
    else if (*said == '/')
      *said = '\n';
}

/* msmtp puts its name before each line of a reply: those behind the first are lines of the reply. */
static void
join_msmtp (char *text)
{
  static const char before[] = "\nmsmtp: server message: ";
  char *s = strstr (text, before + 1);

  while (s != NULL && (s = strstr (s + 1, before)) != NULL)
    memmove (s + 1, s + strlen (before), strlen (s + strlen (before)) + 1);
}

/* `dsn=5.1.1` of Postfix and Sendmail, for words that have no code. */
static char *
dup_status (const char *lower)
{
  const char *dsn = strstr (lower, "dsn=");
  gsize n = dsn != NULL ? strspn (dsn + 4, "0123456789.") : 0;

  return n < 5 || g_str_has_prefix (dsn + 5, ".0.0") ? NULL : g_strndup (dsn + 4, n);
}

/* A mail server that could not reach the next one means the recipient's, unless it is the one that
 * it hands everything to: that has a port for sending, or a name that is no recipient's. */
static gboolean
is_remote_trouble (const PastedPlace *place, const FaultWords *fault, const char *lower)
{
  const char *domain = place->recipient != NULL ? strrchr (place->recipient, '@') : NULL;
  const char *name = strstr (lower, "error for name=");

  if (place->by != PASTED_BY_LOG && place->by != PASTED_BY_REPORT)
    return FALSE;
  if (place->port == 465 || place->port == 587 || fault->phase == SENDPATH_PHASE_EOD)
    return FALSE;
  if (fault->fault == SENDPATH_FAULT_HOST_NOT_FOUND && name != NULL && domain != NULL)
    return g_ascii_strncasecmp (name + strlen ("error for name="), domain + 1,
                                strlen (domain + 1)) == 0;
  return fault->fault == SENDPATH_FAULT_HOST_NOT_FOUND ||
         fault->fault == SENDPATH_FAULT_UNREACHABLE || fault->fault == SENDPATH_FAULT_LINK_LOST;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void
take_fault (PastedReply *pasted, const FaultWords *fault, const char *text)
{
  pasted->reply = sendpath_reply_new_fault (fault->fault, text);
  pasted->reason = fault->reason;
  if (fault->phase != SENDPATH_PHASE_UNKNOWN)
    pasted->place.phase = fault->phase;
}

static gboolean
take_exchange (PastedReply *pasted, const char *text)
{
  g_auto (PastedExchange) exchange = { 0 };

  if (!pasted_dialogue_find (text, &exchange))
    return FALSE;
  pasted->reply = sendpath_reply_new (exchange.code, NULL, exchange.text);
  pasted->place.phase = exchange.phase;
  if (exchange.recipient != NULL)
    {
      g_free (pasted->place.recipient);
      pasted->place.recipient = g_steal_pointer (&exchange.recipient);
    }
  if (pasted->place.server == NULL)
    pasted->place.server = g_steal_pointer (&exchange.server);
  return TRUE;
}

static void
take_code (PastedReply *pasted, const char *text, const char *lower, const char *code)
{
  g_autofree char *words = dup_words (text, code);

  /* `SMTP code: 554` behind the words */
  if (!has_any (words, g_unichar_isalpha) && has_any (text, g_unichar_isalpha))
    {
      g_autofree char *alone = dup_words_alone (text, lower);

      if (!g_str_equal (alone, text))
        {
          g_free (words);
          words = g_steal_pointer (&alone);
        }
    }
  drop_bracket (words);
  pasted->reply = sendpath_reply_new ((guint) g_ascii_strtoull (code, NULL, 10), NULL, words);
}

/* `#5.1.1` alone stands for the code that it mostly comes with (RFC 3463 section 2). */
static gboolean
take_status (PastedReply *pasted, const char *text)
{
  const char *status = text + strspn (text, "#( ");
  gsize n = strspn (status, "0123456789.");

  if (n < 5 || strchr ("245", status[0]) == NULL || status[1] != '.' ||
      status[n + strspn (status + n, ") ")] != '\0')
    return FALSE;
  pasted->reply = sendpath_reply_new (status[0] == '5'   ? 550
                                      : status[0] == '4' ? 450
                                                         : 250,
                                      NULL, status);
  return TRUE;
}

static void
take_words (PastedReply *pasted, const char *text, const char *lower)
{
  g_autofree char *words = dup_words_alone (text, lower);
  g_autofree char *status = dup_status (lower);
  guint code = 0;

  for (guint i = 0; i < G_N_ELEMENTS (told_codes) && code == 0; i++)
    if (strstr (lower, told_codes[i].sentence) != NULL &&
        strstr (lower, told_codes[i].beside) != NULL)
      code = told_codes[i].code;
  pasted->reply = sendpath_reply_new (code, status, words);
}

/* The recipient's server, and nobody's words: the status says it. */
static void
take_remote_trouble (PastedReply *pasted, const char *lower)
{
  g_autofree char *status = dup_status (lower);

  pasted->reply = sendpath_reply_new (0, status != NULL ? status : "4.4.1", "");
}

/* `5.1.1 <a@example.org>: …`: many servers begin with the address that they mean; the sender's is
 * called so. */
static void
find_recipient_in_reply (PastedReply *pasted)
{
  const char *text = sendpath_reply_get_text (pasted->reply);
  const char *status = sendpath_reply_get_enhanced (pasted->reply);

  if (pasted->place.recipient != NULL ||
      (pasted->place.phase != SENDPATH_PHASE_UNKNOWN &&
       pasted->place.phase != SENDPATH_PHASE_RCPT) ||
      strcasestr (text, "sender") != NULL)
    return;
  if (status != NULL && g_str_has_prefix (text, status))
    text += strlen (status);
  text += strspn (text, " ");
  if (*text == '<')
    pasted->place.recipient = pasted_place_dup_address (text);
}

void
pasted_reply_free (PastedReply *pasted)
{
  sendpath_reply_unref (pasted->reply);
  pasted_place_clear (&pasted->place);
  g_free (pasted);
}

PastedReply *
pasted_reply_new (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) strnlen (text, TEXT_BYTES));
  g_autofree char *lower = NULL;
  const FaultWords *fault;
  const char *code;
  PastedReply *pasted;

  g_strstrip (valid);
  if (!has_any (valid, g_unichar_isalnum))
    return NULL;
  pasted = g_new0 (PastedReply, 1);
  read_qmail (valid);
  join_msmtp (valid);
  pasted_place_find (valid, &pasted->place);
  lower = g_ascii_strdown (valid, -1);
  code = find_code (valid);
  fault = fault_words_find (lower, code != NULL);

  if (fault != NULL && fault->also_in_replies)
    take_fault (pasted, fault, valid);
  else if (take_exchange (pasted, valid))
    ;
  else if (code != NULL)
    take_code (pasted, valid, lower, code);
  else if (take_status (pasted, valid))
    ;
  else if (fault == NULL || strstr (lower, "(#") != NULL)
    take_words (pasted, valid, lower);
  else if (is_remote_trouble (&pasted->place, fault, lower))
    take_remote_trouble (pasted, lower);
  else
    take_fault (pasted, fault, valid);
  find_recipient_in_reply (pasted);
  return pasted;
}
