/* Concrete help: the one sentence about this very case, by the facts that are known of it. */
#include "config.h"

#include "sendpath/verdict/concrete-help.h"

#include <string.h>

#include "sendpath/verdict/fill-in.h"
#include "sendpath/verdict/mail-domains.h"

typedef struct {
  ConcreteFacts facts;
  const char *help; /* NULL: none */
} Case;

static void
check_cases (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *help = concrete_help (&cases[i].facts);

      g_assert_cmpstr (help, ==, cases[i].help);
    }
}

/* ---- the address ----------------------------------------------------------------------------- */

static void
test_character_at_fault (void)
{
  static const struct {
    const char *address, *help; /* help: what follows `The address ADDRESS ` */
  } cases[] = {
    { "mu\u00f1oz@adatum.com",
      "has “ñ” before the @; most servers accept only the letters a to z there, without accents, "
      "and digits, dots and hyphens." },
    /* the accent as a character of its own */
    { "jose\u0301@adatum.com",
      "has “é” before the @; most servers accept only the letters a to z there, without accents, "
      "and digits, dots and hyphens." },
    { "info@m\u00fcller.example",
      "has “ü” after the @; check whether the domain is really spelled like that." },
    { "terri chudzik@adatum.com", "has a space before the @; leave it out." },
    { "terri@adatum .com", "has a space after the @; leave it out." },
    { "terri\u00a0c@adatum.com", "has a space before the @; leave it out." },
    { "terri@adatum,com", "has a comma after the @; perhaps a dot is meant." },
    { "terri,c@adatum.com", "has a comma before the @; perhaps a dot is meant." },
    { "terri..c@adatum.com", "has two dots in a row before the @; one of them is too many." },
    { "terri@adatum..com", "has two dots in a row after the @; one of them is too many." },
    { ".terri@adatum.com", "begins with a dot; leave it out." },
    { "terri.@adatum.com", "has a dot right before the @; leave it out." },
    { "terri@.adatum.com", "has a dot right after the @; leave it out." },
    { "terri@adatum.com.", "ends with a dot; leave it out." },
    { "-terri@adatum.com", "begins with a hyphen; many servers do not accept that." },
    { "terri-@adatum.com", "has a hyphen right before the @; many servers do not accept that." },
    { "terri@-adatum.com",
      "has a hyphen right after the @ or a dot, where a domain cannot have it." },
    { "terri\u2013c@adatum.com",
      "has “–” before the @, which only looks like “-”; type it again." },
    { "terri@adat\u0443m.com", "has “у” after the @, which only looks like “y”; type it again." },
    { "terri\uff20adatum.com", "has “＠” before the @, which only looks like “@”; type it again." },
    { "terri@adatum\u3002com", "has “。” after the @, which only looks like “.”; type it again." },
    { "\"terri c\"@adatum.com", "has the quotation mark \" before the @; leave it out." },
    { "\u201cterri@adatum.com", "has the quotation mark “ before the @; leave it out." },
    { "terri(home)@adatum.com", "has “(” before the @, where an address cannot have it." },
    { "terri@adatum_mail.com", "has “_” after the @, where an address cannot have it." },
    { "terri.adatum.com", "has no @; it takes one between the name and the domain." },
    { "terri@c@adatum.com", "has more than one @; one of them is too many." },
    { "@adatum.com", "has nothing before the @." },
    { "terri@", "has nothing after the @." },
    { "terri@adatum", "has no dot after the @; the end of the domain is missing, such as “.com”." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ConcreteFacts facts = { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
                              .recipient = cases[i].address };
      g_autofree char *nfc = g_utf8_normalize (cases[i].address, -1, G_NORMALIZE_DEFAULT_COMPOSE);
      g_autofree char *clean = fill_in ("{address}", "address", nfc, NULL);
      g_autofree char *expected = g_strdup_printf ("The address %s %s", clean, cases[i].help);
      g_autofree char *help = concrete_help (&facts);

      g_assert_cmpstr (help, ==, expected);
    }
}

static void
test_sound_addresses (void)
{
  static const char *const addresses[] = {
    "terri@adatum.com",         " <terri@adatum.com> ",
    "o'brien+lists@adatum.com", "terri_c-2@mail-1.adatum.com",
    "terri@[192.0.2.1]",        "terri@xn--mller-kva.example",
    "terri@gmail.com",          "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      ConcreteFacts facts = { .verdict = SENDPATH_VERDICT_RECIPIENT_INVALID,
                              .recipient = addresses[i] };
      g_autofree char *help = concrete_help (&facts);

      g_assert_cmpstr (help, ==, NULL);
    }
}

/* What cannot be seen is named all the same, and nothing of it reaches the terminal. */
static void
test_invisible_character (void)
{
  static const Case cases[] = {
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .recipient = "terri\u200b@adatum.com" },
      "The address terri@adatum.com has an invisible character before the @; type the address "
      "instead of copying it." },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .recipient = "terri@adatum.com\u202e" },
      "The address terri@adatum.com has an invisible character after the @; type the address "
      "instead of copying it." },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .recipient = "terri@adatum\x01.com" },
      "The address terri@adatum.com has an invisible character after the @; type the address "
      "instead of copying it." },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* A whole word in another alphabet is no disguise. */
static void
test_other_alphabets (void)
{
  static const Case cases[] = {
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .recipient = "\u0430\u0441@adatum.com" },
      "The address ас@adatum.com has “а” before the @; most servers accept only the letters a to z "
      "there, without accents, and digits, dots and hyphens." },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .recipient = "\xff@adatum.com" },
      "The address \xef\xbf\xbd@adatum.com has “\xef\xbf\xbd” before the @; most servers accept "
      "only the letters a to z there, without accents, and digits, dots and hyphens." },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_near_miss (void)
{
  static const struct {
    const char *domain, *meant;
  } cases[] = {
    { "gmial.com", "gmail.com" },
    { "GMIAL.com", "gmail.com" },
    { "gmai.com", "gmail.com" },
    { "gmail.con", "gmail.com" },
    { "gmail.co", "gmail.com" },
    { "gmal.cm", "gmail.com" },
    { "gmailcom", "gmail.com" },
    { "hotmial.com", "hotmail.com" },
    { "hotmil.con", "hotmail.com" },
    { "yahooo.com", "yahoo.com" },
    { "yaho.co.uk", "yahoo.co.uk" },
    { "outlok.com", "outlook.com" },
    { "gmx.ed", "gmx.de" },
    { "wbe.de", NULL }, /* too short to be sure */
    { "liev.com", "live.com" },
    { "life.com", NULL },
    { "qq.con", "qq.com" },
    { "162.com", NULL },
    { "orage.fr", "orange.fr" },
    { "interai.pl", "interia.pl" },
    /* providers themselves, and their neighbours in other countries */
    { "gmail.com", NULL },
    { "ymail.com", NULL },
    { "email.com", NULL },
    { "mail.com", NULL },
    { "yahoo.cz", NULL },
    { "yahoo.com.tr", NULL },
    { "hotmail.se", NULL },
    { "gmail.de", NULL },
    { "proseware.com", NULL },
    { "adatum.com", NULL },
    { "", NULL },
    { ".", NULL },
  };
  g_autofree char *endless = g_strnfill (5000, 'g');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (mail_domains_find_near (cases[i].domain), ==, cases[i].meant);
  g_assert_null (mail_domains_find_near (endless));
}

static void
test_recipient (void)
{
  static const Case cases[] = {
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .recipient = "<terri@gmial.com>" },
      "Did you mean terri@gmail.com?" },
    { { .verdict = SENDPATH_VERDICT_NONE,
        .recipient = "terri@gmial.com",
        .mail_domain = MAIL_DOMAIN_TAKES_MAIL },
      "Did you mean terri@gmail.com?" },
    { { .verdict = SENDPATH_VERDICT_REMOTE_UNREACHABLE,
        .recipient = "terri@gmial.com",
        .mail_domain = MAIL_DOMAIN_MISSING },
      "Did you mean terri@gmail.com?" },
    { { .verdict = SENDPATH_VERDICT_REMOTE_UNREACHABLE,
        .recipient = "terri@adatum.example",
        .mail_domain = MAIL_DOMAIN_MISSING },
      "There is no domain adatum.example; check the part of the address after the @." },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
        .recipient = "terri@www.adatum.com",
        .mail_domain = MAIL_DOMAIN_NO_SERVER },
      "The domain www.adatum.com has no mail server, so no mail can reach it; check the part of "
      "the "
      "address after the @." },
    { { .verdict = SENDPATH_VERDICT_NONE,
        .recipient = "terri@example.com",
        .mail_domain = MAIL_DOMAIN_NULL_MX },
      "The domain example.com says that it takes no mail at all; ask for another address." },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
        .recipient = "terri@adatum.com",
        .mail_domain = MAIL_DOMAIN_TAKES_MAIL },
      NULL },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .mail_domain = MAIL_DOMAIN_MISSING }, NULL },
    /* who relays for nobody says nothing about the address */
    { { .verdict = SENDPATH_VERDICT_RELAY_DENIED, .recipient = "terri@gmial.com" }, NULL },
    { { .verdict = SENDPATH_VERDICT_ACCEPTED, .recipient = "terri@gmial.com" }, NULL },
    { { .verdict = SENDPATH_VERDICT_SENDER_REJECTED,
        .sender = "terri@proseware,com",
        .recipient = "terri@gmial.com" },
      "The address terri@proseware,com has a comma after the @; perhaps a dot is meant." },
    { { .verdict = SENDPATH_VERDICT_SENDER_REJECTED, .sender = "" }, NULL },
    /* a pasted reply names the address itself */
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
        .text = "5.1.1 <terri@gmial.com>: user unknown" },
      "Did you mean terri@gmail.com?" },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_INVALID,
        .text = "5.1.3 <[>] <terri@adatum..com>... bad address" },
      "The address terri@adatum..com has two dots in a row after the @; one of them is too many." },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN,
        .recipient = "terri@adatum.com",
        .text = "5.1.1 <terri@gmial.com>: user unknown" },
      NULL },
    { { .verdict = SENDPATH_VERDICT_RECIPIENT_UNKNOWN, .text = "5.1.1 <terri@gmial.com" }, NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* ---- size ------------------------------------------------------------------------------------ */

static void
test_sizes_side_by_side (void)
{
  static const Case cases[] = {
    { { .verdict = SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
        .server = "smtp.proseware.com",
        .message_size_bytes = 31400000,
        .size_max_bytes = 25000000 },
      "The message has 31.4 MB with its attachments; smtp.proseware.com takes 25.0 MB." },
    { { .verdict = SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
        .server = "smtp.proseware.com",
        .message_size_bytes = 25000001,
        .size_max_bytes = 25000000 },
      "The message has 25.0 MB (25000001 bytes) with its attachments; "
      "smtp.proseware.com takes 25.0 MB (25000000 bytes)." },
    { { .verdict = SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
        .server = "mail.adatum.com",
        .text = "5.2.3 Message exceeds maximum fixed size (10485760)" },
      "mail.adatum.com takes messages of up to 10.5 MB, attachments included." },
    { { .verdict = SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
        .server = "mail.adatum.com",
        .message_size_bytes = 31457280,
        .text = "5.3.4 Message size exceeds the limit of 20 MB" },
      "The message has 31.5 MB with its attachments; mail.adatum.com takes 21.0 MB." },
    { { .verdict = SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
        .server = "mail.adatum.com",
        .message_size_bytes = 31457280,
        .text = "5.3.4 Message size exceeds fixed limit" },
      NULL },
    { { .verdict = SENDPATH_VERDICT_MESSAGE_TOO_LARGE,
        .server = "mail.adatum.com",
        .text = "max 99999999999999999999" },
      NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* ---- the network address --------------------------------------------------------------------- */

static void
test_whose_address_is_blocked (void)
{
  static const Case cases[] = {
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED,
        .text = "5.7.1 Service unavailable; Client host [198.51.100.7] blocked using "
                "zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7" },
      "The address 198.51.100.7 of the network you are in is on the list of Spamhaus "
      "(check.spamhaus.org); your account is not." },
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED,
        .is_bounce = TRUE,
        .text = "5.7.1 Service unavailable; Client host [198.51.100.7] blocked using "
                "zen.spamhaus.org" },
      "The address 198.51.100.7 of your provider's server is on the list of Spamhaus "
      "(check.spamhaus.org); only your provider can have it taken off." },
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED, .text = "Blocked using dnsbl.example.org." },
      "The network you are in is on the list of dnsbl.example.org; your account is not." },
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED,
        .text = "host [IPv6:2001:db8::7] is not allowed" },
      "The blocked address, 2001:db8::7, belongs to the network you are in, not to your "
      "account." },
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED,
        .text = "5.7.1 you are not allowed here",
        .client_address = "198.51.100.7" },
      "The blocked address, 198.51.100.7, belongs to the network you are in, not to your "
      "account." },
    /* what only this network knows helps nobody */
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED,
        .text = "5.7.1 you are not allowed here",
        .client_address = "192.168.1.7" },
      NULL },
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED, .is_bounce = TRUE, .text = "go away" },
      "The blocked address is your provider's, not yours; only your provider can have it "
      "taken off the list." },
    { { .verdict = SENDPATH_VERDICT_CLIENT_BLOCKED }, NULL },
    { { .verdict = SENDPATH_VERDICT_PTR_REQUIRED, .is_bounce = TRUE },
      "The address without a name is your provider's, not yours; only your provider can give it "
      "one." },
    { { .verdict = SENDPATH_VERDICT_PTR_REQUIRED }, NULL },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* ---- the login ------------------------------------------------------------------------------- */

static void
test_what_the_provider_wants (void)
{
  static const struct {
    ConcreteFacts facts;
    const char *begins; /* NULL: no help */
  } cases[] = {
    { { .server = "smtp-mail.outlook.com" }, "Outlook.com has taken no password" },
    { { .server = "smtp.office365.com", .account_domain = "hotmail.com" },
      "Outlook.com has taken no password" },
    { { .server = "smtp.office365.com", .account_domain = "proseware.com" },
      "Microsoft 365 takes a password from mail programs only if" },
    { { .server = "smtp.gmail.com", .account_domain = "gmail.com" },
      "Google takes only an app password here, not the usual one: turn on two-step verification, "
      "make an app password at myaccount.google.com/apppasswords," },
    { { .text = "5.7.8 Username and Password not accepted. For more information, go to "
                "https://support.google.com/mail/?p=BadCredentials" },
      "Google takes only an app password" },
    { { .text = "5.7.139 Authentication unsuccessful, basic authentication is disabled. "
                "[AM0PR0.eurprd02.prod.outlook.com]" },
      "Microsoft 365 takes a password from mail programs only if" },
    { { .server = "smtp.mail.yahoo.com" }, "Yahoo takes only a password made for mail programs" },
    { { .server = "smtp.aol.com" }, "AOL takes only a password made for mail programs" },
    { { .server = "smtp.mail.me.com" }, "iCloud takes only an app password" },
    { { .server = "mail.gmx.net" }, "GMX lets mail programs in only after you have allowed it" },
    { { .account_domain = "web.de" }, "WEB.DE lets mail programs in only after" },
    { { .server = "smtp.qq.com" }, "QQ takes an authorisation code" },
    { { .server = "smtp.163.com" }, "163 takes an authorisation code" },
    { { .server = "smtp.proseware.com", .is_oauth_only = TRUE },
      "smtp.proseware.com takes no password, only a login by OAuth2" },
    { { .server = "smtp.proseware.com" }, NULL },
    /* another server than the provider's own has its own rules */
    { { .server = "smtp.proseware.com", .account_domain = "gmail.com" }, NULL },
    { { .server = "notgmail.com" }, NULL },
    { { .server = "smtp.gmail.com", .is_bounce = TRUE }, NULL },
    { { .text = "5.7.8 authentication failed" }, NULL },
    { { 0 }, NULL },
  };
  static const SendpathVerdict verdicts[] = { SENDPATH_VERDICT_AUTH_FAILED,
                                              SENDPATH_VERDICT_AUTH_REQUIRED,
                                              SENDPATH_VERDICT_NO_CREDENTIAL };

  for (guint i = 0; i < G_N_ELEMENTS (cases) * G_N_ELEMENTS (verdicts); i++)
    {
      ConcreteFacts facts = cases[i / G_N_ELEMENTS (verdicts)].facts;
      const char *begins = cases[i / G_N_ELEMENTS (verdicts)].begins;
      g_autofree char *help = NULL;

      facts.verdict = verdicts[i % G_N_ELEMENTS (verdicts)];
      help = concrete_help (&facts);
      if (begins == NULL)
        g_assert_cmpstr (help, ==, NULL);
      else if (help == NULL || !g_str_has_prefix (help, begins))
        g_assert_cmpstr (help, ==, begins);
      g_assert_true (help == NULL || strchr (help, '{') == NULL);
    }
}

/* ---- whom to ask ----------------------------------------------------------------------------- */

static void
test_whom_to_ask (void)
{
  static const Case cases[] = {
    { { .verdict = SENDPATH_VERDICT_SERVER_BUSY,
        .server = "smtp.proseware.com",
        .account_domain = "proseware.com" },
      "If it lasts more than 30 minutes, ask the help desk of proseware.com, your provider." },
    { { .verdict = SENDPATH_VERDICT_SERVER_STORAGE,
        .server = "Mail.Thephone-Company.com",
        .account_domain = "proseware.com" },
      "If it lasts more than 30 minutes, ask whoever runs mail.thephone-company.com: "
      "postmaster@thephone-company.com." },
    { { .verdict = SENDPATH_VERDICT_SERVER_ERROR, .server = "mx.adatum.co.uk" },
      "If it lasts more than 30 minutes, ask whoever runs mx.adatum.co.uk: "
      "postmaster@adatum.co.uk." },
    { { .verdict = SENDPATH_VERDICT_SERVER_ERROR, .server = "192.0.2.25" }, NULL },
    { { .verdict = SENDPATH_VERDICT_SERVER_ERROR, .server = "com" }, NULL },
    { { .verdict = SENDPATH_VERDICT_SERVER_ERROR }, NULL },
    { { .verdict = SENDPATH_VERDICT_RELAY_DENIED, .server = "mx.adatum.com" }, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *contact = concrete_contact (&cases[i].facts);

      g_assert_cmpstr (contact, ==, cases[i].help);
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* R-34: what a server or a mail brings is shown, and moves nothing; nothing known is no crash. */
static void
test_nothing_moves_the_cursor (void)
{
  for (SendpathVerdict verdict = SENDPATH_VERDICT_NONE; verdict <= SENDPATH_VERDICT_UNCERTAIN;
       verdict++)
    {
      ConcreteFacts nothing = { .verdict = verdict };
      ConcreteFacts rude = { .verdict = verdict,
                             .recipient = "\033[1m\xe2\x80\xae{server}@gmial.com",
                             .sender = "\033[1m@\033",
                             .server = "\033[2Jmail.example.org",
                             .text = "using \033]0;x\007 spamhaus 2001:db8::1 limit 999999",
                             .message_size_bytes = G_MAXUINT64 };
      g_autofree char *none = concrete_help (&nothing);
      g_autofree char *help = concrete_help (&rude);

      g_assert_cmpstr (none, ==, NULL);
      g_assert_true (help == NULL || strpbrk (help, "\033\007\r\n") == NULL);
      g_assert_true (help == NULL || strstr (help, "\xe2\x80\xae") == NULL);
    }
}

static void
test_places (void)
{
  g_autofree char *filled = fill_in ("{a}: {b}, {c}, {a", "a", "{b}", "b", "%s\033[1m", NULL);

  g_assert_cmpstr (filled, ==, "{b}: %s, {c}, {a");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/concrete-help/character-at-fault-is-named", test_character_at_fault);
  g_test_add_func ("/concrete-help/sound-addresses-are-left-alone", test_sound_addresses);
  g_test_add_func ("/concrete-help/invisible-character-is-named", test_invisible_character);
  g_test_add_func ("/concrete-help/other-alphabets-are-no-disguise", test_other_alphabets);
  g_test_add_func ("/concrete-help/near-miss-domain-is-named", test_near_miss);
  g_test_add_func ("/concrete-help/recipient", test_recipient);
  g_test_add_func ("/concrete-help/sizes-side-by-side", test_sizes_side_by_side);
  g_test_add_func ("/concrete-help/whose-address-is-blocked", test_whose_address_is_blocked);
  g_test_add_func ("/concrete-help/what-the-provider-wants", test_what_the_provider_wants);
  g_test_add_func ("/concrete-help/whom-to-ask", test_whom_to_ask);
  g_test_add_func ("/concrete-help/nothing-moves-the-cursor", test_nothing_moves_the_cursor);
  g_test_add_func ("/concrete-help/places-are-filled-once", test_places);
  return g_test_run ();
}
