/* provider-logins: what the large providers want from mail programs in the place of a password, in
 * 2026. It judges no reply: that a login failed is known before it is asked. */
#include "config.h"

#include "sendpath/verdict/provider-logins.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/fill-in.h"

typedef enum {
  WAY_OAUTH_PERSONAL,
  WAY_OAUTH_COMPANY,
  WAY_TWO_STEPS,
  WAY_APP_PASSWORD,
  WAY_SWITCH_ON,
  WAY_CODE,
} Way;

static const char *const sentences[] = {
  [WAY_OAUTH_PERSONAL] = N_ ("{provider} has taken no password from mail programs since September "
                             "2024, only a login by OAuth2: set “auth = xoauth2” and a "
                             "“token-command” in the account."),
  [WAY_OAUTH_COMPANY] = N_ ("{provider} takes a password from mail programs only if the "
                            "administrator of your organisation has allowed it (authenticated "
                            "SMTP); otherwise set “auth = xoauth2” and a “token-command” in the "
                            "account."),
  [WAY_TWO_STEPS] = N_ ("{provider} takes only an app password here, not the usual one: turn on "
                        "two-step verification, make an app password at {page}, and store it with "
                        "“sendpath password set”."),
  [WAY_APP_PASSWORD] = N_ ("{provider} takes only a password made for mail programs here, not the "
                           "usual one: make one at {page}, and store it with “sendpath password "
                           "set”."),
  [WAY_SWITCH_ON] = N_ ("{provider} lets mail programs in only after you have allowed it: turn on "
                        "POP3 and IMAP access in the settings of its web mail, and send again."),
  [WAY_CODE] = N_ ("{provider} takes an authorisation code in the place of the password: turn on "
                   "SMTP in the settings of its web mail, and store the code that it shows with "
                   "“sendpath password set”."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (sentences) == WAY_CODE + 1);

/* Where the app passwords of Yahoo's, Google's and Apple's customers are made, and so on: the
 * providers' own help pages. */
static const struct {
  const char *domain; /* of servers, of addresses, or of pages that a reply points to */
  Way way;
  const char *provider;
  const char *page; /* NULL: the sentence names none */
} rows[] = {
  { "prod.outlook.com", WAY_OAUTH_COMPANY, "Microsoft 365", NULL },
  { "outlook.com", WAY_OAUTH_PERSONAL, "Outlook.com", NULL },
  { "hotmail.com", WAY_OAUTH_PERSONAL, "Outlook.com", NULL },
  { "live.com", WAY_OAUTH_PERSONAL, "Outlook.com", NULL },
  { "msn.com", WAY_OAUTH_PERSONAL, "Outlook.com", NULL },
  { "office365.com", WAY_OAUTH_COMPANY, "Microsoft 365", NULL },
  { "office.com", WAY_OAUTH_COMPANY, "Microsoft 365", NULL },
  { "gmail.com", WAY_TWO_STEPS, "Google", "myaccount.google.com/apppasswords" },
  { "googlemail.com", WAY_TWO_STEPS, "Google", "myaccount.google.com/apppasswords" },
  { "google.com", WAY_TWO_STEPS, "Google", "myaccount.google.com/apppasswords" },
  { "me.com", WAY_TWO_STEPS, "iCloud", "account.apple.com" },
  { "mac.com", WAY_TWO_STEPS, "iCloud", "account.apple.com" },
  { "icloud.com", WAY_TWO_STEPS, "iCloud", "account.apple.com" },
  { "yahoo.com", WAY_APP_PASSWORD, "Yahoo", "login.yahoo.com/account/security" },
  { "yahoodns.net", WAY_APP_PASSWORD, "Yahoo", "login.yahoo.com/account/security" },
  { "ymail.com", WAY_APP_PASSWORD, "Yahoo", "login.yahoo.com/account/security" },
  { "aol.com", WAY_APP_PASSWORD, "AOL", "login.aol.com/account/security" },
  { "fastmail.com", WAY_APP_PASSWORD, "Fastmail", "app.fastmail.com/settings/security" },
  { "messagingengine.com", WAY_APP_PASSWORD, "Fastmail", "app.fastmail.com/settings/security" },
  { "zoho.com", WAY_APP_PASSWORD, "Zoho", "accounts.zoho.com" },
  { "yandex.ru", WAY_APP_PASSWORD, "Yandex", "id.yandex.ru/security/app-passwords" },
  { "yandex.com", WAY_APP_PASSWORD, "Yandex", "id.yandex.com/security/app-passwords" },
  { "mail.ru", WAY_APP_PASSWORD, "Mail.ru", "account.mail.ru" },
  { "t-online.de", WAY_APP_PASSWORD, "T-Online", "account.idm.telekom.com" },
  { "gmx.net", WAY_SWITCH_ON, "GMX", NULL },
  { "gmx.de", WAY_SWITCH_ON, "GMX", NULL },
  { "gmx.com", WAY_SWITCH_ON, "GMX", NULL },
  { "gmx.at", WAY_SWITCH_ON, "GMX", NULL },
  { "gmx.ch", WAY_SWITCH_ON, "GMX", NULL },
  { "web.de", WAY_SWITCH_ON, "WEB.DE", NULL },
  { "freenet.de", WAY_SWITCH_ON, "freenet", NULL },
  { "wp.pl", WAY_SWITCH_ON, "WP Poczta", NULL },
  { "o2.pl", WAY_SWITCH_ON, "o2 Poczta", NULL },
  { "qq.com", WAY_CODE, "QQ", NULL },
  { "foxmail.com", WAY_CODE, "QQ", NULL },
  { "163.com", WAY_CODE, "163", NULL },
  { "126.com", WAY_CODE, "126", NULL },
  { "yeah.net", WAY_CODE, "yeah.net", NULL },
  { "sina.com", WAY_CODE, "Sina", NULL },
  { "139.com", WAY_CODE, "139", NULL },
};

#define NO_ROW G_N_ELEMENTS (rows)

static gboolean
is_within (const char *host, gsize length, const char *domain)
{
  gsize domain_length = strlen (domain);
  const char *tail = host + length - domain_length;

  return length >= domain_length && g_ascii_strncasecmp (tail, domain, domain_length) == 0 &&
         (length == domain_length || tail[-1] == '.');
}

static gsize
find_row (const char *host, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_within (host, length, rows[i].domain))
      return i;
  return NO_ROW;
}

static gsize
find_row_of (const char *host)
{
  return host != NULL ? find_row (host, strlen (host)) : NO_ROW;
}

/* Of the first host in @text that is a provider's. */
static gsize
find_row_in_text (const char *text)
{
  while (*text != '\0')
    {
      gsize length =
          strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
      gsize host_length = length > 0 && text[length - 1] == '.' ? length - 1 : length;
      gsize row = find_row (text, host_length);

      if (row != NO_ROW)
        return row;
      text += length > 0 ? length : 1;
    }
  return NO_ROW;
}

/* Microsoft's customers and its guests log in to the same servers. */
static gsize
find_row_at_microsoft (gsize own)
{
  if (own != NO_ROW && rows[own].way == WAY_OAUTH_PERSONAL)
    return own;
  return find_row_of ("office365.com");
}

char *
provider_logins_tell (const char *server, const char *text, const char *account_domain)
{
  gsize own = find_row_of (account_domain);
  gsize row = NO_ROW;

  if (server != NULL)
    row = find_row_of (server);
  else if (text != NULL)
    row = find_row_in_text (text);
  if (server == NULL && row == NO_ROW)
    row = own;
  if (row == NO_ROW)
    return NULL;
  if (rows[row].way <= WAY_OAUTH_COMPANY && account_domain != NULL)
    row = find_row_at_microsoft (own);
  return fill_in (_ (sentences[rows[row].way]), "provider", rows[row].provider, "page",
                  rows[row].page, NULL);
}
