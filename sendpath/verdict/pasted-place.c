/* pasted-place: reads what logs and mail programs write around a reply. It takes a name only where
 * one is sure to stand, and never reads the reply itself. */
#include "config.h"

#include "sendpath/verdict/pasted-place.h"

#include <string.h>

#define P(phase) SENDPATH_PHASE_##phase

#define ADDRESS_BYTES 320 /* RFC 5321 4.5.3.1: 64, the @, 255 */

/* All words are lower-case; the first row that occurs decides. */
static const struct {
  const char *words;
  SendpathPhase phase;
} phases[] = {
  { "reply to rcpt to", P (RCPT) },
  { "after rcpt to", P (RCPT) },
  { "reply to mail from", P (MAIL) },
  { "after mail from", P (MAIL) },
  { "after pipelined mail from", P (MAIL) },
  { "reply to end of data", P (EOD) },
  { "after end of data", P (EOD) },
  { "sending end of data", P (EOD) },
  { "reply to data", P (DATA) },
  { "after data", P (DATA) },
  { "after pipelined data", P (DATA) },
  { "reply to auth", P (AUTH) },
  { "after auth", P (AUTH) },
  { "reply to starttls", P (STARTTLS) },
  { "after starttls", P (STARTTLS) },
  { "reply to ehlo", P (EHLO) },
  { "reply to helo", P (EHLO) },
  { "after ehlo", P (EHLO) },
  { "after helo", P (EHLO) },
  { "reject: rcpt from", P (RCPT) },
  { "rejected rcpt", P (RCPT) },
  { "check_rcpt", P (RCPT) },
  { "reject: mail from", P (MAIL) },
  { "rejected mail", P (MAIL) },
  { "check_mail", P (MAIL) },
  { "reject: end-of-message", P (EOD) },
  { "rejected after data", P (EOD) },
  { "after initial connection", P (GREETING) },
  { "refused to talk to me", P (GREETING) },
  /* qmail */
  { "does not like recipient", P (RCPT) },
  { "sender was rejected", P (MAIL) },
  { "failed on data command", P (DATA) },
  { "failed after i sent the message", P (EOD) },
  { "but my name was rejected", P (EHLO) },
  { "but greeting failed", P (GREETING) },
  /* msmtp, curl, Evolution, PHPMailer, nodemailer, Python, Java, .NET, Outlook */
  { "envelope from address", P (MAIL) },
  { "recipient not accepted", P (RCPT) },
  { "not accepted by the server", P (RCPT) },
  { "rcpt failed:", P (RCPT) },
  { "rcpt to command failed", P (RCPT) },
  { "rcpt to <", P (RCPT) },
  { "rcpt to:<", P (RCPT) },
  { "following recipients failed", P (RCPT) },
  { "recipients were rejected", P (RCPT) },
  { "recipients was rejected", P (RCPT) },
  { "smtprecipientsrefused", P (RCPT) },
  { "smtpaddressfailed", P (RCPT) },
  { "smtpfailedrecipient", P (RCPT) },
  { "command: 'rcpt", P (RCPT) },
  { "message recipient", P (RCPT) },
  { "mail failed:", P (MAIL) },
  { "mail command failed", P (MAIL) },
  { "mail from command failed", P (MAIL) },
  { "mail from:<", P (MAIL) },
  { "following from address failed", P (MAIL) },
  { "smtpsenderrefused", P (MAIL) },
  { "smtpsenderfailed", P (MAIL) },
  { "command: 'mail", P (MAIL) },
  { "smtpdataerror", P (EOD) },
  { "data end command failed", P (EOD) },
  { "message failed:", P (EOD) },
  { "did not accept the mail", P (EOD) },
  { "data command failed", P (DATA) },
  { "data not accepted", P (EOD) },
  { "smtpauthenticationerror", P (AUTH) },
  { "authenticationfailedexception", P (AUTH) },
  { "authentication failed (method", P (AUTH) },
  { "auth command failed", P (AUTH) },
  { "invalid login:", P (AUTH) },
  { "login denied", P (AUTH) },
  { "access denied: 535", P (AUTH) },
  { "smtp error: could not authenticate", P (AUTH) },
  { "starttls command failed", P (STARTTLS) },
  { "smtpheloerror", P (EHLO) },
  { "helo command failed", P (EHLO) },
  { "ehlo command failed", P (EHLO) },
  { "smtpconnecterror", P (GREETING) },
  { "welcome response error", P (GREETING) },
};

static const struct {
  const char *words;
  PastedBy by;
} writers[] = {
  { "postfix/", PASTED_BY_LOG },
  { "status=deferred", PASTED_BY_LOG },
  { "status=bounced", PASTED_BY_LOG },
  { " stat=", PASTED_BY_LOG },
  { "t=remote_smtp", PASTED_BY_LOG },
  { "r=dnslookup", PASTED_BY_LOG },
  { ": failure:", PASTED_BY_LOG },
  { ": deferral:", PASTED_BY_LOG },
  { "0x800ccc", PASTED_BY_CLIENT },
  { "0x8004", PASTED_BY_CLIENT },
  { "smtpstatus=", PASTED_BY_CLIENT },
  { "msmtp", PASTED_BY_CLIENT },
  { "outgoing server", PASTED_BY_CLIENT },
  { "an error occurred while sending mail", PASTED_BY_CLIENT },
  { "smtplib", PASTED_BY_CLIENT },
  { "mail.smtp", PASTED_BY_CLIENT },
  { "javax.mail", PASTED_BY_CLIENT },
  { "system.net.mail", PASTED_BY_CLIENT },
  { "server response was:", PASTED_BY_CLIENT },
  { "smtp error:", PASTED_BY_CLIENT },
  { "curl: (", PASTED_BY_CLIENT },
  { "responsecode:", PASTED_BY_CLIENT },
  { "the reported error was", PASTED_BY_CLIENT },
  { "smtp session failed", PASTED_BY_CLIENT },
  { "remote host said", PASTED_BY_REPORT },
  { " said: ", PASTED_BY_REPORT },
  { "in reply to", PASTED_BY_REPORT },
  { "error from remote mail server", PASTED_BY_REPORT },
  { "while talking to", PASTED_BY_REPORT },
};

/* What stands before a server's name. */
static const char *const before_hosts[] = {
  "(host ",
  " host ",
  "while talking to ",
  "connect to ",
  "lost connection with ",
  "conversation with ",
  "relay=",
  "outgoing server (smtp) ",
  "server: ",
  "host=",
  "server=",
  "the server ",
  "the smtp server ",
  "smtp server ",
  "smtp host: ",
  "host, port: ",
  "resolve host: ",
  "locate host ",
  "find the host ",
  "connecting to ",
  "error resolving ",
  "name could not be resolved: ",
  "enotfound ",
  "eai_again ",
  "unknownhostexception: ",
  " h=",
  "connected to ",
  "service error for name=",
  "timed out with ",
  "refused by ",
  "server at ",
};

static const char *const before_recipients[] = {
  "rcpt to:",
  "rcpt to ",
  "rejected rcpt ",
  "arg1=",
  "to=",
  "recipients=",
  "rejected e-mail address was ",
  "message recipient ",
  "recipients failed: ",
  "recipient address ",
  "the recipient ",
  "recipient ",
  "{",
  "** ",
  "== ",
};

/* Quotes of all kinds, brackets and blanks: what may stand between a word and a name. */
static const char *
skip_quotes (const char *s)
{
  static const char *const quotes[] = { "“", "‘", "„", "«", "\"", "'", "<", "[", " ", "=", "`" };

  for (guint i = 0; i < G_N_ELEMENTS (quotes);)
    {
      gsize n = strlen (quotes[i]);

      if (strncmp (s, quotes[i], n) == 0)
        {
          s += n;
          i = 0;
        }
      else
        i++;
    }
  return s;
}

char *
pasted_place_dup_host (const char *s)
{
  gsize n;
  const char *dot;

  s = skip_quotes (s);
  n = strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
  if (s[n] == '@' || s[n] == '_')
    return NULL;
  while (n > 0 && (s[n - 1] == '.' || s[n - 1] == '-'))
    n--;
  dot = g_strrstr_len (s, (gssize) n, ".");
  if (n > 253 || dot == NULL || dot == s || !g_ascii_isalpha (dot[1]) || !g_ascii_isalpha (dot[2]))
    return NULL;
  return g_strndup (s, n);
}

char *
pasted_place_dup_address (const char *s)
{
  gsize n;
  const char *at;

  s = skip_quotes (s);
  /* no further than an address may go: this is asked at many places of one text */
  n = 0;
  while (n <= ADDRESS_BYTES && strchr (" \t\r\n<>,;'\"()[]{}\\", s[n]) == NULL)
    n++;
  while (n > 0 && strchr (".:?!", s[n - 1]) != NULL)
    n--;
  at = g_strrstr_len (s, (gssize) n, "@");
  if (n > ADDRESS_BYTES || at == NULL || at == s || at + 1 == s + n)
    return NULL;
  return g_strndup (s, n);
}

/* Digits behind the name: `[203.0.113.5]:25`, `:25`, `, port: 25`, ` port 25`, `, 587`. */
static guint
read_port (const char *s)
{
  static const char *const before[] = { ":", ", port: ", ", port ", " port ", "' port ", ", " };

  s += strspn (s, " ");
  if (*s == '[')
    {
      s += strcspn (s, "]");
      s += *s == ']' ? 1 : 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    if (g_str_has_prefix (s, before[i]) && g_ascii_isdigit (s[strlen (before[i])]))
      return (guint) MIN (g_ascii_strtoull (s + strlen (before[i]), NULL, 10), 65535);
  return 0;
}

/* `Port: 25`, `port=25`, `on port 25` anywhere. */
static guint
find_port (const char *lower)
{
  for (const char *s = strstr (lower, "port"); s != NULL; s = strstr (s + 1, "port"))
    {
      const char *digits = s + strlen ("port");

      digits += strspn (digits, " :=");
      if (g_ascii_isdigit (*digits) && (s == lower || !g_ascii_isalnum (s[-1])))
        return (guint) MIN (g_ascii_strtoull (digits, NULL, 10), 65535);
    }
  return 0;
}

static gboolean
begins_word (const char *text, const char *s)
{
  return s == text || !(g_ascii_isalnum (s[0]) && (g_ascii_isalnum (s[-1]) || s[-1] == '_'));
}

/* A log that names a host more than once tells its port with one of them. */
static guint
find_port_of (const char *text, const char *host)
{
  guint port = 0;

  for (const char *s = strstr (text, host); s != NULL && port == 0; s = strstr (s + 1, host))
    port = read_port (s + strlen (host) + (s[strlen (host)] == '.' ? 1 : 0));
  return port;
}

static void
find_server (const char *text, const char *lower, PastedPlace *place)
{
  for (guint i = 0; i < G_N_ELEMENTS (before_hosts); i++)
    for (const char *s = strstr (lower, before_hosts[i]); s != NULL;
         s = strstr (s + 1, before_hosts[i]))
      {
        const char *name = text + (s - lower) + strlen (before_hosts[i]);
        char *host = begins_word (lower, s) ? pasted_place_dup_host (name) : NULL;

        if (host == NULL)
          continue;
        place->server = host;
        place->port = find_port_of (text, host);
        return;
      }
}

/* Apple Mail: `recipients was rejected by the server mail.example.com: a@example.org.` */
static char *
dup_address_behind_server (const char *text, const char *lower)
{
  static const char rejected[] = "recipients was rejected by the server ";
  const char *s = strstr (lower, rejected);

  if (s == NULL)
    return NULL;
  s += strlen (rejected);
  s += strcspn (s, " \n");
  return s[-1] == ':' ? pasted_place_dup_address (text + (s - lower)) : NULL;
}

static void
find_recipient (const char *text, const char *lower, PastedPlace *place)
{
  place->recipient = dup_address_behind_server (text, lower);
  for (guint i = 0; i < G_N_ELEMENTS (before_recipients); i++)
    for (const char *s = strstr (lower, before_recipients[i]);
         s != NULL && place->recipient == NULL; s = strstr (s + 1, before_recipients[i]))
      if (begins_word (lower, s))
        place->recipient =
            pasted_place_dup_address (text + (s - lower) + strlen (before_recipients[i]));
}

/* A server's log of what it refused itself: the names in it are those of its client. */
static gboolean
is_own_refusal (const char *lower)
{
  return strstr (lower, "reject: ") != NULL || strstr (lower, "reject=") != NULL ||
         strstr (lower, " rejected rcpt ") != NULL || strstr (lower, " rejected mail ") != NULL;
}

static SendpathPhase
find_phase (const char *lower)
{
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    if (strstr (lower, phases[i].words) != NULL)
      return phases[i].phase;
  return SENDPATH_PHASE_UNKNOWN;
}

void
pasted_place_clear (PastedPlace *place)
{
  g_clear_pointer (&place->server, g_free);
  g_clear_pointer (&place->recipient, g_free);
}

void
pasted_place_find (const char *text, PastedPlace *ret_place)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  PastedPlace place = { 0 };

  place.phase = find_phase (lower);
  for (guint i = 0;
       i < G_N_ELEMENTS (writers) && !is_own_refusal (lower) && place.by == PASTED_BY_ANYBODY; i++)
    if (strstr (lower, writers[i].words) != NULL)
      place.by = writers[i].by;
  if (!is_own_refusal (lower))
    find_server (text, lower, &place);
  if (place.port == 0)
    place.port = find_port (lower);
  find_recipient (text, lower, &place);
  *ret_place = place;
}
