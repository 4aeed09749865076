/* The table of configuration keys: one row serves parser, writer, options, manual page, completion.
 *
 * Knows no file and no value in use. A key exists if it has a row here, and nowhere else. */
#include "config.h"

#include "profiles/profile-keys.h"

#include <glib/gi18n-lib.h>

#include "profiles/profile-value.h"

#define SECURITY "auto|tls|starttls|none"
#define AUTH "auto|none|plain|login|scram|xoauth2|oauthbearer|cram-md5|gssapi|ntlm"
#define SECONDS "1-315360000" /* ten years */

#define ROW(section, name, type, choices, fallback, help) \
  { SENDPATH_SECTION_##section, name, SENDPATH_KEY_##type, choices, fallback, NULL, help }
#define ROW_LIKE(section, name, type, fallback_key, help) \
  { SENDPATH_SECTION_##section, name, SENDPATH_KEY_##type, NULL, NULL, fallback_key, help }

static const SendpathProfileKey keys[] = {
  ROW (ACCOUNT, "address", ADDRESS, NULL, NULL,
       N_("the account's address; chooses the account by From: or -f")),
  ROW (ACCOUNT, "aliases", ADDRESSES, NULL, NULL,
       N_("more addresses, separated by \";\"; *@domain is allowed")),
  ROW (ACCOUNT, "name", TEXT, NULL, NULL, N_("display name for From: when the message has none")),
  ROW (ACCOUNT, "default", BOOLEAN, NULL, "no",
       N_("used when no account matches; without one, the first account is")),
  ROW (ACCOUNT, "smtp", SERVERS, NULL, NULL,
       N_("outgoing servers, host or host:port, separated by \";\", tried in order")),
  ROW (ACCOUNT, "security", CHOICE, SECURITY, "auto",
       N_("encryption of the connection; auto is TLS in any form, certificate verified")),
  ROW_LIKE (ACCOUNT, "user", TEXT, "address", N_("login name; the address if not given")),
  ROW (ACCOUNT, "auth", CHOICE, AUTH, "auto", N_("how to log in")),
  ROW (ACCOUNT, "allow-cleartext-login", BOOLEAN, NULL, "no",
       N_("send the password over connections that are not encrypted")),
  ROW (ACCOUNT, "pop", SERVER, NULL, NULL,
       N_("POP3 server, host or host:port; if empty, POP login is never tried")),
  ROW (ACCOUNT, "pop-security", CHOICE, SECURITY, "auto",
       N_("encryption of the connection to the POP3 server")),
  ROW_LIKE (ACCOUNT, "pop-user", TEXT, "user",
            N_("login name for POP3; that of \"user\" if not given")),
  ROW (ACCOUNT, "pop-login", CHOICE, "fallback|always|never", "fallback",
       N_("log in by POP3 first: when refused, before each first connection, or never")),
  ROW (ACCOUNT, "sender", ADDRESS, NULL, NULL,
       N_("sender address for a provider that insists on another one")),
  ROW (ACCOUNT, "rewrite-from", BOOLEAN, NULL, "no",
       N_("let From: become the sender address where the server insists; Reply-To: stays")),
  ROW (ACCOUNT, "backup", NAMES, NULL, NULL,
       N_("accounts whose server may send for this one, separated by \";\"")),
  ROW (ACCOUNT, "confidential", BOOLEAN, NULL, "no",
       N_("never leaves by the server of another account or by a relay")),
  ROW (ACCOUNT, "rate", RATE, NULL, NULL, N_("recipients an hour, such as 300/h")),
  ROW (ACCOUNT, "max-recipients", INTEGER, "1-1000000", "100", N_("recipients a transaction")),
  ROW (ACCOUNT, "dsn", CHOICES, "none|failure|delay|success", "none",
       N_("reports to ask for where offered, separated by \";\"")),
  ROW (ACCOUNT, "tls-pin", PIN, NULL, NULL,
       N_("sha256:HEX of the server's public key; exactly this key is required")),
  ROW (ACCOUNT, "secret-command", COMMAND, NULL, NULL,
       N_("command that prints the password, run without a shell")),
  ROW (ACCOUNT, "token-command", COMMAND, NULL, NULL,
       N_("command that prints an OAuth2 access token, run without a shell")),
  ROW (ACCOUNT, "ehlo", EHLO, NULL, NULL,
       N_("name for EHLO; the address literal of the connection if not given")),

  ROW (LOCATION, "connection", TEXT, NULL, NULL,
       N_("recognised by this NetworkManager connection id or UUID")),
  ROW (LOCATION, "ssid", TEXT, NULL, NULL, N_("recognised by this name of a wireless network")),
  ROW (LOCATION, "gateway", MAC, NULL, NULL,
       N_("recognised by the hardware address of the gateway")),
  ROW (LOCATION, "domain", DOMAIN, NULL, NULL,
       N_("recognised by this DNS search domain, or one inside it")),
  ROW (LOCATION, "network", CIDR, NULL, NULL,
       N_("recognised by an own address in this network, such as 192.0.2.0/24")),
  ROW (LOCATION, "smtp", SERVERS, NULL, NULL,
       N_("relays, host or host:port, separated by \";\", tried in order")),
  ROW (LOCATION, "security", CHOICE, SECURITY, "auto",
       N_("encryption of the connection; \"none\" is what an old relay on port 25 needs")),
  ROW (LOCATION, "tls-pin", PIN, NULL, NULL,
       N_("sha256:HEX of the relay's public key; exactly this key is required")),
  ROW (LOCATION, "user", TEXT, NULL, NULL, N_("login name at the relay")),
  ROW (LOCATION, "auth", CHOICE, AUTH, "auto", N_("how to log in at the relay")),
  ROW (LOCATION, "sender", ADDRESS, NULL, NULL, N_("sender address that this relay accepts")),
  ROW (LOCATION, "rewrite-from", BOOLEAN, NULL, "no",
       N_("let From: become the sender address where the relay insists; Reply-To: stays")),
  ROW (LOCATION, "account", NAME, NULL, NULL,
       N_("account to prefer here when From: does not decide")),
  ROW (LOCATION, "discover", BOOLEAN, NULL, "yes", N_("look for a relay on this network")),

  ROW (POLICY, "discovered", CHOICE, "ask|never|auto", "ask",
       N_("what to do with a relay that nobody has approved")),
  ROW (POLICY, "delivery", CHOICE, "wait|background|queue|direct", "wait",
       N_("try now and report, try in the background, only queue, or keep nothing")),
  ROW (POLICY, "wait", INTEGER, "0-86400", "20",
       N_("longest time that sendmail waits for the report, seconds")),
  ROW (POLICY, "retry", INTEGER, SECONDS, NULL,
       N_("first delay before the next try, seconds (60 after connection trouble, else 300)")),
  ROW (POLICY, "retry-max", INTEGER, SECONDS, "3600",
       N_("longest delay before the next try, seconds")),
  ROW (POLICY, "warn-after", INTEGER, SECONDS, "1800",
       N_("seconds until a waiting message is pointed out")),
  ROW (POLICY, "hold-after", INTEGER, SECONDS, "432000",
       N_("seconds of trying until a message is held")),
  ROW (POLICY, "keep-sent", INTEGER, "0-3650", "3", N_("days that sent messages are kept")),
  ROW (POLICY, "local", ADDRESS, NULL, NULL,
       N_("where mail to names without a domain goes (the default account's address)")),
  ROW (POLICY, "notify", BOOLEAN, NULL, "yes", N_("show notifications on the desktop")),

  ROW (SERVE, "port", INTEGER, "1-65535", "5870",
       N_("port of the submission listener on loopback")),
  ROW (SERVE, "socket", PATH, NULL, NULL, N_("path of the listener's socket")),

  { SENDPATH_SECTION_ACCOUNT, NULL, SENDPATH_KEY_TEXT, NULL, NULL, NULL, NULL },
};

/**
 * sendpath_profile_error_quark:
 *
 * Returns: the domain of #SendpathProfileError
 *
 * Since: 1.0
 */
G_DEFINE_QUARK (sendpath-profile-error-quark, sendpath_profile_error)

/**
 * sendpath_profile_keys: (skip)
 *
 * Gets the table of all configuration keys, section by section in the order of the manual page.
 *
 * The last row has a %NULL name. The table is static and the same for every caller and thread.
 *
 * Returns: (transfer none): the first row
 *
 * Since: 1.0
 */
const SendpathProfileKey *
sendpath_profile_keys (void)
{
  return keys;
}

/**
 * sendpath_profile_key_find:
 * @section: kind of section
 * @name: name of a key, in the case it is written
 *
 * Finds the row of a configuration key.
 *
 * Returns: (transfer none) (nullable): the row, which is static, or %NULL if @section knows no such
 *   key
 *
 * Since: 1.0
 */
const SendpathProfileKey *
sendpath_profile_key_find (SendpathSection section, const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (const SendpathProfileKey *key = keys; key->name != NULL; key++)
    if (key->section == section && g_str_equal (key->name, name))
      return key;
  return NULL;
}

/**
 * sendpath_profile_key_check:
 * @key: the row of a key
 * @value: a value, not escaped
 * @error: return location for a #GError, or %NULL
 *
 * Checks whether @value is one that @key may have.
 *
 * Texts, addresses, servers, names and commands may be empty, which means the same as not given,
 * except that it stays in the file; other values may not. Names of accounts are not looked up here.
 *
 * The error is %SENDPATH_PROFILE_ERROR_BROKEN; its message names the key and says what is allowed.
 *
 * Returns: %TRUE if the value is good
 *
 * Since: 1.0
 */
gboolean
sendpath_profile_key_check (const SendpathProfileKey *key, const char *value, GError **error)
{
  g_return_val_if_fail (key != NULL && key->name != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  return profile_value_check (key, value, error);
}
