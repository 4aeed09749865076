/* concrete-help: from the facts of one case to the sentence that helps with it. Which texts the
 * verdict has for all cases is explain's matter; nothing is looked up here. */
#include "config.h"

#include "sendpath/verdict/concrete-help.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/mail/public-suffix.h"
#include "sendpath/verdict/address-fault.h"
#include "sendpath/verdict/blocklists.h"
#include "sendpath/verdict/fill-in.h"
#include "sendpath/verdict/mail-domains.h"
#include "sendpath/verdict/provider-logins.h"

#define TEXT_BYTES    4000
#define ADDRESS_BYTES 320 /* RFC 5321 4.5.3.1: 64, the @, 255 */

/* ---- the address ----------------------------------------------------------------------------- */

/* As people write it: without angle brackets. */
static char *
dup_bare_address (const char *address)
{
  g_autofree char *bare = g_strdup (address);
  gsize length;

  g_strstrip (bare);
  length = strlen (bare);
  if (length > 2 && bare[0] == '<' && bare[length - 1] == '>')
    return g_strndup (bare + 1, length - 2);
  return g_steal_pointer (&bare);
}

static char *
tell_near_domain (const char *address)
{
  g_autofree char *bare = dup_bare_address (address);
  char *at = strrchr (bare, '@');
  const char *meant = at != NULL ? mail_domains_find_near (at + 1) : NULL;
  g_autofree char *corrected = NULL;

  if (meant == NULL)
    return NULL;
  *at = '\0';
  corrected = g_strdup_printf ("%s@%s", bare, meant);
  return fill_in (_ ("Did you mean {address}?"), "address", corrected, NULL);
}

static char *
tell_spelling (const char *address)
{
  char *help = address != NULL ? address_fault_tell (address) : NULL;

  if (help == NULL && address != NULL)
    help = tell_near_domain (address);
  return help;
}

static char *
tell_mail_domain (const ConcreteFacts *facts)
{
  static const char *const sentences[] = {
    [MAIL_DOMAIN_UNKNOWN] = NULL,
    [MAIL_DOMAIN_TAKES_MAIL] = NULL,
    [MAIL_DOMAIN_NULL_MX] = N_ ("The domain {domain} says that it takes no mail at all; ask for "
                                "another address."),
    [MAIL_DOMAIN_NO_SERVER] =
        N_ ("The domain {domain} has no mail server, so no mail can reach it; "
            "check the part of the address after the @."),
    [MAIL_DOMAIN_MISSING] = N_ ("There is no domain {domain}; check the part of the address after "
                                "the @."),
  };
  g_autofree char *bare = NULL;
  const char *at;

  G_STATIC_ASSERT (G_N_ELEMENTS (sentences) == MAIL_DOMAIN_MISSING + 1);
  if (facts->recipient == NULL || sentences[facts->mail_domain] == NULL)
    return NULL;
  bare = dup_bare_address (facts->recipient);
  at = strrchr (bare, '@');
  if (at == NULL)
    return NULL;
  return fill_in (_ (sentences[facts->mail_domain]), "domain", at + 1, NULL);
}

/* The address that a refusal is about stands between angle brackets, as it came; NULL: none. */
static char *
dup_quoted_address (const char *text)
{
  for (const char *p = strchr (text, '<'); p != NULL; p = strchr (p + 1, '<'))
    {
      gsize length = strcspn (p + 1, "<>");

      if (p[1 + length] == '>' && length <= ADDRESS_BYTES && memchr (p + 1, '@', length) != NULL)
        return g_strndup (p + 1, length);
    }
  return NULL;
}

/* @address, or what the server's words say of it. */
static char *
tell_refused_spelling (const char *address, const char *text)
{
  g_autofree char *quoted = address == NULL && text != NULL ? dup_quoted_address (text) : NULL;

  return tell_spelling (address != NULL ? address : quoted);
}

static char *
tell_recipient (const ConcreteFacts *facts)
{
  char *help = tell_refused_spelling (facts->recipient, facts->text);

  return help != NULL ? help : tell_mail_domain (facts);
}

static char *
tell_sender (const ConcreteFacts *facts)
{
  return facts->is_bounce ? NULL : tell_refused_spelling (facts->sender, facts->text);
}

/* ---- size ------------------------------------------------------------------------------------ */

/* The number of bytes that @text names behind a word for a limit, or 0: `exceeds maximum size
 * (10485760)`. A unit behind it is taken at its word. */
static guint64
find_limit (const char *text)
{
  static const char *const words[] = { "limit", "max" };
  g_autofree char *lower = g_ascii_strdown (text, (gssize) strnlen (text, TEXT_BYTES));

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const char *word = strstr (lower, words[i]);
      const char *digits = word != NULL ? strpbrk (word, "0123456789") : NULL;
      char *end = NULL;
      guint64 number = digits != NULL ? g_ascii_strtoull (digits, &end, 10) : 0;

      if (number == 0 || number > G_MAXINT32)
        continue;
      end += strspn (end, " ");
      if (g_str_has_prefix (end, "mb") || g_str_has_prefix (end, "mib"))
        return number << 20;
      if (g_str_has_prefix (end, "kb") || g_str_has_prefix (end, "kib"))
        return number << 10;
      if (number >= 100000)
        return number;
    }
  return 0;
}

static char *
tell_size (const ConcreteFacts *facts)
{
  guint64 max = facts->size_max_bytes;
  guint64 size = facts->message_size_bytes;
  g_autofree char *limit = NULL;
  g_autofree char *own = NULL;
  GFormatSizeFlags flags = G_FORMAT_SIZE_DEFAULT;

  if (max == 0 && facts->text != NULL)
    max = find_limit (facts->text);
  if (facts->server == NULL || max == 0)
    return NULL;
  limit = g_format_size (max);
  own = g_format_size (size);
  if (g_str_equal (limit, own))
    flags = G_FORMAT_SIZE_LONG_FORMAT;
  if (flags != G_FORMAT_SIZE_DEFAULT)
    {
      g_free (limit);
      g_free (own);
      limit = g_format_size_full (max, flags);
      own = g_format_size_full (size, flags);
    }
  if (size > max)
    return fill_in (_ ("The message has {size} with its attachments; {server} takes {limit}."),
                    "size", own, "server", facts->server, "limit", limit, NULL);
  return fill_in (_ ("{server} takes messages of up to {limit}, attachments included."), "server",
                  facts->server, "limit", limit, NULL);
}

/* ---- the network address --------------------------------------------------------------------- */

/* An address that means something outside of the network it is in. */
static gboolean
is_public (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  return inet != NULL && !g_inet_address_get_is_site_local (inet) &&
         !g_inet_address_get_is_link_local (inet) && !g_inet_address_get_is_loopback (inet);
}

static char *
dup_client_address (const ConcreteFacts *facts)
{
  char *address = facts->text != NULL ? blocklists_dup_address (facts->text) : NULL;

  if (address == NULL && facts->client_address != NULL && is_public (facts->client_address))
    address = g_strdup (facts->client_address);
  return address;
}

static char *
tell_blocked (const ConcreteFacts *facts)
{
  /* by: the address is the provider's; the list is known; the address is known */
  static const char *const sentences[2][2][2] = {
    { { NULL, N_ ("The blocked address, {address}, belongs to the network you are in, not to your "
                  "account.") },
      { N_ ("The network you are in is on the list of {list}; your account is not."),
        N_ ("The address {address} of the network you are in is on the list of {list}; your "
            "account is not.") } },
    { { N_ ("The blocked address is your provider's, not yours; only your provider can have it "
            "taken off the list."),
        N_ ("The blocked address, {address}, is your provider's, not yours; only your provider "
            "can have it taken off the list.") },
      { N_ ("A server of your provider is on the list of {list}; only your provider can have it "
            "taken off."),
        N_ ("The address {address} of your provider's server is on the list of {list}; only your "
            "provider can have it taken off.") } },
  };
  g_autofree char *list = facts->text != NULL ? blocklists_dup_name (facts->text) : NULL;
  g_autofree char *address = dup_client_address (facts);
  const char *sentence = sentences[facts->is_bounce ? 1 : 0][list != NULL][address != NULL];

  if (sentence == NULL)
    return NULL;
  return fill_in (_ (sentence), "list", list, "address", address, NULL);
}

static char *
tell_nameless (const ConcreteFacts *facts)
{
  if (!facts->is_bounce)
    return NULL;
  return g_strdup (
      _ ("The address without a name is your provider's, not yours; only your provider "
         "can give it one."));
}

/* ---- the login ------------------------------------------------------------------------------- */

static char *
tell_login (const ConcreteFacts *facts)
{
  char *help;

  if (facts->is_bounce)
    return NULL;
  help = provider_logins_tell (facts->server, facts->text, facts->account_domain);
  if (help == NULL && facts->server != NULL && facts->is_oauth_only)
    help = fill_in (_ ("{server} takes no password, only a login by OAuth2: set “auth = xoauth2” "
                       "and a “token-command” in the account."),
                    "server", facts->server, NULL);
  return help;
}

/* ---- by verdict ------------------------------------------------------------------------------ */

static const struct {
  SendpathVerdict verdict;
  char *(*tell) (const ConcreteFacts *facts);
} tellers[] = {
  { SENDPATH_VERDICT_NONE, tell_recipient },
  { SENDPATH_VERDICT_RECIPIENT_UNKNOWN, tell_recipient },
  { SENDPATH_VERDICT_RECIPIENT_INVALID, tell_recipient },
  { SENDPATH_VERDICT_MAILBOX_UNAVAILABLE, tell_recipient },
  { SENDPATH_VERDICT_REMOTE_UNREACHABLE, tell_recipient },
  { SENDPATH_VERDICT_SENDER_REJECTED, tell_sender },
  { SENDPATH_VERDICT_MESSAGE_TOO_LARGE, tell_size },
  { SENDPATH_VERDICT_CLIENT_BLOCKED, tell_blocked },
  { SENDPATH_VERDICT_PTR_REQUIRED, tell_nameless },
  { SENDPATH_VERDICT_AUTH_FAILED, tell_login },
  { SENDPATH_VERDICT_AUTH_REQUIRED, tell_login },
  { SENDPATH_VERDICT_NO_CREDENTIAL, tell_login },
};

char *
concrete_help (const ConcreteFacts *facts)
{
  for (guint i = 0; i < G_N_ELEMENTS (tellers); i++)
    if (tellers[i].verdict == facts->verdict)
      return tellers[i].tell (facts);
  return NULL;
}

/* ---- whom to ask ----------------------------------------------------------------------------- */

/* The domain that somebody registered and @host is in, or NULL. */
static const char *
find_registered (const char *host)
{
  if (host == NULL || g_hostname_is_ip_address (host))
    return NULL;
  return public_suffix_find_registered (host);
}

/* What somebody can mend at the server. */
static gboolean
is_fault_of_server (SendpathVerdict verdict)
{
  static const SendpathVerdict faults[] = {
    SENDPATH_VERDICT_SERVER_BUSY,     SENDPATH_VERDICT_SERVER_STORAGE,
    SENDPATH_VERDICT_SERVER_ERROR,    SENDPATH_VERDICT_PROTOCOL_ERROR,
    SENDPATH_VERDICT_CONNECTION_LOST,
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (faults[i] == verdict)
      return TRUE;
  return FALSE;
}

char *
concrete_contact (const ConcreteFacts *facts)
{
  g_autofree char *server = facts->server != NULL ? g_ascii_strdown (facts->server, -1) : NULL;
  g_autofree char *own =
      facts->account_domain != NULL ? g_ascii_strdown (facts->account_domain, -1) : NULL;
  const char *domain = find_registered (server);

  if (domain == NULL || !is_fault_of_server (facts->verdict))
    return NULL;
  if (!facts->is_bounce && g_strcmp0 (domain, find_registered (own)) == 0)
    return fill_in (_ ("If it lasts more than 30 minutes, ask the help desk of {domain}, your "
                       "provider."),
                    "domain", domain, NULL);
  /* RFC 5321 4.5.1: whoever takes mail takes it for postmaster */
  return fill_in (_ ("If it lasts more than 30 minutes, ask whoever runs {server}: "
                     "postmaster@{domain}."),
                  "domain", domain, "server", server, NULL);
}
