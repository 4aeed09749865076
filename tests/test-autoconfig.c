/* What is read from Mozilla's autoconfig format, and what is not, however hostile the file. */
#include "config.h"

#include "profiles/autoconfig.h"

#include <gio/gio.h>
#include <string.h>

#define ADDRESS "terri@proseware.com"

#define SERVER(element, type, host, port, socket, more)                                            \
  "<" element " type=\"" type "\"><hostname>" host "</hostname><port>" port                        \
  "</port><socketType>" socket "</socketType>" more "</" element ">\n"
#define SMTP(host, port, socket, more) SERVER ("outgoingServer", "smtp", host, port, socket, more)
#define POP(host, port, socket, more)  SERVER ("incomingServer", "pop3", host, port, socket, more)
#define FILE_WITH(servers)                                                                         \
  "<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\"><emailProvider id=\"proseware.com\">\n"  \
  "<domain>proseware.com</domain>\n" servers "</emailProvider></clientConfig>\n"
#define USER  "<username>%EMAILLOCALPART%</username>"
#define PLAIN "<authentication>password-cleartext</authentication>"

static Autoconfig *
parse (const char *text, GError **error)
{
  return autoconfig_parse (text, strlen (text), ADDRESS, error);
}

/* `smtp.proseware.com:465/tls terri` a server. */
static char *
describe (GPtrArray *servers)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < servers->len; i++)
    {
      const FoundServer *server = servers->pdata[i];

      g_string_append_printf (out, "%s%s:%u/%s %s", i > 0 ? "; " : "", server->host, server->port,
                              server->is_tls ? "tls" : "starttls",
                              server->user != NULL ? server->user : "-");
    }
  return g_string_free (out, FALSE);
}

static void
test_servers (void)
{
  static const struct {
    const char *servers, *smtp, *pop;
  } rows[] = {
    { SMTP ("smtp.proseware.com", "465", "SSL", USER) POP ("pop.proseware.com", "995", "SSL", USER),
      "smtp.proseware.com:465/tls terri", "pop.proseware.com:995/tls terri" },
    { SMTP ("SMTP.%EMAILDOMAIN%", " 587 ", "STARTTLS", "<username>%EMAILADDRESS%</username>"),
      "smtp.proseware.com:587/starttls terri@proseware.com", "" },
    { SMTP ("a.proseware.com", "465", "SSL", "") SMTP ("a.proseware.com", "587", "STARTTLS", ""),
      "a.proseware.com:465/tls -; a.proseware.com:587/starttls -", "" },
    { SERVER ("incomingServer", "imap", "imap.proseware.com", "993", "SSL", "")
          SMTP ("a.proseware.com", "465", "SSL", "<!-- <port>1</port> --><password>x</password>"),
      "a.proseware.com:465/tls -", "" },
    { SMTP ("<![CDATA[b.proseware.com]]>", "465", "SSL", USER), "b.proseware.com:465/tls terri",
      "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (FILE_WITH ("%s"), rows[i].servers);
      g_autoptr(GError) error = NULL;
      g_autoptr(Autoconfig) autoconfig = parse (text, &error);
      g_autofree char *smtp = NULL, *pop = NULL;

      g_test_message ("%s", rows[i].servers);
      g_assert_no_error (error);
      smtp = describe (autoconfig->smtp);
      pop = describe (autoconfig->pop);
      g_assert_cmpstr (smtp, ==, rows[i].smtp);
      g_assert_cmpstr (pop, ==, rows[i].pop);
    }
}

static void
test_demands (void)
{
  static const struct {
    const char *more;
    gboolean wants_oauth2, own_network_only;
  } rows[] = {
    { PLAIN, FALSE, FALSE },
    { "<authentication>OAuth2</authentication>", TRUE, FALSE },
    { "<authentication>OAuth2</authentication>" PLAIN, FALSE, FALSE },
    { PLAIN "<restriction>client-IP-address</restriction>", FALSE, TRUE },
    { "<authentication>client-IP-address</authentication>", FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text =
          g_strdup_printf (FILE_WITH (SMTP ("a.proseware.com", "465", "SSL", "%s")), rows[i].more);
      g_autoptr(Autoconfig) autoconfig = parse (text, NULL);
      const FoundServer *server = autoconfig->smtp->pdata[0];

      g_assert_cmpint (server->wants_oauth2, ==, rows[i].wants_oauth2);
      g_assert_cmpint (server->own_network_only, ==, rows[i].own_network_only);
    }
}

/* Nothing of it may become a server. */
static void
test_servers_that_no_account_should_have (void)
{
  static const char *const rows[] = {
    SMTP ("a.proseware.com", "25", "plain", ""),
    SMTP ("a.proseware.com", "465", "", ""),
    SMTP ("a.proseware.com", "0", "SSL", ""),
    SMTP ("a.proseware.com", "65536", "SSL", ""),
    SMTP ("a.proseware.com", "-1", "SSL", ""),
    SMTP ("a.proseware.com", "465x", "SSL", ""),
    SMTP ("", "465", "SSL", ""),
    SMTP ("localhost", "465", "SSL", ""),
    SMTP ("mail", "465", "SSL", ""),
    SMTP ("printer.local", "465", "SSL", ""),
    SMTP ("mail.home.arpa", "465", "SSL", ""),
    SMTP ("127.0.0.1", "465", "SSL", ""),
    SMTP ("192.0.2.1.", "465", "SSL", ""),
    SMTP ("0x7f.1", "465", "SSL", ""),
    SMTP ("[::1]", "465", "SSL", ""),
    SMTP ("a.proseware.com:25", "465", "SSL", ""),
    SMTP ("a.proseware.com;evil.example.net", "465", "SSL", ""),
    SMTP ("a b.proseware.com", "465", "SSL", ""),
    SMTP ("a&#10;b.proseware.com", "465", "SSL", ""),
    SMTP ("https://a.proseware.com/", "465", "SSL", ""),
    POP ("pop.proseware.com", "995", "SSL", ""),
    "<x>" SMTP ("a.proseware.com", "465", "SSL", "") "</x>",
    "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (FILE_WITH ("%s"), rows[i]);
      g_autoptr(GError) error = NULL;
      g_autoptr(Autoconfig) autoconfig = parse (text, &error);

      g_test_message ("%s", rows[i]);
      g_assert_null (autoconfig);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    }
}

static void
test_user_with_control_characters_is_left_out (void)
{
  g_autoptr(Autoconfig) autoconfig = parse (
      FILE_WITH (SMTP ("a.proseware.com", "465", "SSL", "<username>a&#10;b&#27;[0m</username>")),
      NULL);

  g_assert_null (((const FoundServer *) autoconfig->smtp->pdata[0])->user);
}

static void
test_hostile_files (void)
{
  static const char *const rows[] = {
    "",
    "550 Relaying denied",
    "<html><body>Please sign in</body></html>",
    "<clientConfig><emailProvider>",
    "\xff\xfe<clientConfig/>",
    /* entities are not expanded, and so no bombs */
    "<!DOCTYPE c [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n" FILE_WITH (
        SMTP ("&b;.proseware.com", "465", "SSL", "")),
    "<!DOCTYPE c [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>\n" FILE_WITH (
        SMTP ("&f;", "465", "SSL", "")),
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(Autoconfig) autoconfig = parse (rows[i], &error);

      g_assert_null (autoconfig);
      g_assert_nonnull (error);
    }
}

static void
test_huge_files (void)
{
  g_autoptr(GString) many = g_string_new (NULL);
  g_autoptr(GString) deep = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_autoptr(Autoconfig) autoconfig = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (many, SMTP ("a.proseware.com", "465", "SSL", ""));
  text = g_strdup_printf (FILE_WITH ("%s"), many->str);
  autoconfig = parse (text, NULL);
  g_assert_cmpuint (autoconfig->smtp->len, <=, 16);

  for (guint i = 0; i < 20000; i++)
    g_string_append (deep, "<a>");
  g_assert_null (parse (deep->str, NULL));
}

static void
test_only_the_first_provider_counts (void)
{
  g_autoptr(Autoconfig) autoconfig = parse (
      "<clientConfig><emailProvider>" SMTP (
          "a.proseware.com", "465", "SSL",
          "") "</emailProvider><emailProvider>" SMTP ("b.proseware.com", "465", "SSL",
                                                      "") "</emailProvider></clientConfig>",
      NULL);
  g_autofree char *smtp = describe (autoconfig->smtp);

  g_assert_cmpstr (smtp, ==, "a.proseware.com:465/tls -");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/autoconfig/servers", test_servers);
  g_test_add_func ("/autoconfig/demands", test_demands);
  g_test_add_func ("/autoconfig/servers-that-no-account-should-have",
                   test_servers_that_no_account_should_have);
  g_test_add_func ("/autoconfig/user-with-control-characters-is-left-out",
                   test_user_with_control_characters_is_left_out);
  g_test_add_func ("/autoconfig/hostile-files", test_hostile_files);
  g_test_add_func ("/autoconfig/huge-files", test_huge_files);
  g_test_add_func ("/autoconfig/only-the-first-provider-counts",
                   test_only_the_first_provider_counts);
  return g_test_run ();
}
