/* What servers has this address? Nobody outside is asked: a resolver with a table and a web server on
 * this machine answer. */
#include "config.h"

#include "profiles/server-finder.h"

#include <string.h>

#include "tests/lib/fake-resolver.h"
#include "tests/lib/https-server.h"
#include "tests/lib/test-certs.h"

#define ADDRESS "terri@proseware.com"
#define HERE    "127.0.0.1"

#define CONFIG(host)                                                                               \
  "<clientConfig version=\"1.1\"><emailProvider id=\"x\"><outgoingServer type=\"smtp\">"           \
  "<hostname>" host "</hostname><port>465</port><socketType>SSL</socketType>"                      \
  "<username>%EMAILLOCALPART%</username></outgoingServer></emailProvider></clientConfig>"
#define CONFIG_PATH     "/mail/config-v1.1.xml"
#define WELL_KNOWN_PATH "/.well-known/autoconfig/mail/config-v1.1.xml"

/* The web is there, and no more. */
#define WEB_HOSTS                                                                                  \
  { .host = "autoconfig.proseware.com", .addresses = HERE },                                       \
      { .host = "proseware.com", .addresses = HERE },                                              \
  {                                                                                                \
    .host = "autoconfig.thunderbird.net", .addresses = HERE                                        \
  }

static const FakeHost web_hosts[] = { WEB_HOSTS, { .host = NULL } };
static const FakeHost no_hosts[] = { { .host = NULL } };
static const HttpsPage no_pages[] = { { .path = NULL } };

static TestCerts *certs;

/* Looks with those name servers and that web server. */
static ServerFinding *
look (const FakeHost *hosts, HttpsServer *web, const char *address, guint timeout_ms,
      GError **error)
{
  g_autoptr(GResolver) before = g_resolver_get_default ();
  g_autoptr(GResolver) resolver = fake_resolver_new (hosts);
  ServerFinderOptions options = { timeout_ms, web != NULL ? https_server_get_port (web) : 1 };
  ServerFinding *finding;

  g_resolver_set_default (resolver);
  finding = server_finder_find (address, &options, NULL, error);
  g_resolver_set_default (before);
  return finding;
}

static HttpsServer *
web_new (const HttpsPage *pages)
{
  return https_server_new (test_certs_get_file (certs, "web"), pages);
}

static ServerFinding *
look_at_web (const HttpsPage *pages, const char *certificate)
{
  g_autoptr(HttpsServer) web = https_server_new (
      certificate != NULL ? test_certs_get_file (certs, certificate) : NULL, pages);

  /* one that speaks no TLS waits for more */
  return look (web_hosts, web, ADDRESS, certificate != NULL ? SERVER_FINDER_MS : 300, NULL);
}

static void
test_known_provider_asks_nobody (void)
{
  g_autoptr(HttpsServer) web = web_new (no_pages);
  g_autoptr(ServerFinding) finding = look (web_hosts, web, "terri@WEB.de", SERVER_FINDER_MS, NULL);
  g_autofree char *log = https_server_dup_log (web);

  g_assert_cmpint (finding->source, ==, SERVER_SOURCE_PROVIDER);
  g_assert_cmpstr (finding->smtp, ==, "smtp.web.de");
  g_assert_cmpstr (finding->pop, ==, "pop3.web.de");
  g_assert_cmpstr (finding->user, ==, "terri");
  g_assert_cmpstr (finding->provider->id, ==, "web.de");
  g_assert_cmpstr (log, ==, "");
}

static void
test_autoconfig_of_the_domain (void)
{
  static const HttpsPage pages[] = {
    { "autoconfig.proseware.com", CONFIG_PATH, .body = CONFIG ("smtp.proseware.com") },
    { "proseware.com", WELL_KNOWN_PATH, .body = CONFIG ("other.proseware.com") },
    { "autoconfig.thunderbird.net", "/v1.1/proseware.com", .body = CONFIG ("third.example.net") },
    { NULL },
  };
  g_autoptr(HttpsServer) web = web_new (pages);
  g_autoptr(ServerFinding) finding = look (web_hosts, web, ADDRESS, SERVER_FINDER_MS, NULL);
  g_autofree char *log = https_server_dup_log (web);

  g_assert_cmpint (finding->source, ==, SERVER_SOURCE_AUTOCONFIG);
  g_assert_cmpstr (finding->smtp, ==, "smtp.proseware.com:465");
  g_assert_null (finding->security);
  g_assert_cmpstr (finding->user, ==, "terri");
  g_assert_null (finding->pop);
  g_assert_nonnull (strstr (finding->place, CONFIG_PATH));
  g_assert_nonnull (strstr (log, "autoconfig.proseware.com " CONFIG_PATH
                                 "?emailaddress=terri%40proseware.com\n"));
  /* Mozilla's list learns the domain, and never who writes */
  g_assert_null (strstr (log, "thunderbird.net /v1.1/proseware.com?"));
}

static void
test_each_source_in_its_turn (void)
{
  static const HttpsPage well_known[] = {
    { "proseware.com", WELL_KNOWN_PATH, .body = CONFIG ("other.proseware.com") }, { NULL }
  };
  static const HttpsPage list[] = { { "autoconfig.thunderbird.net", "/v1.1/proseware.com",
                                      .body = CONFIG ("third.example.net") },
                                    { NULL } };
  g_autoptr(ServerFinding) second = look_at_web (well_known, "web");
  g_autoptr(ServerFinding) third = look_at_web (list, "web");

  g_assert_cmpint (second->source, ==, SERVER_SOURCE_AUTOCONFIG);
  g_assert_cmpstr (second->smtp, ==, "other.proseware.com:465");
  g_assert_cmpint (third->source, ==, SERVER_SOURCE_ISPDB);
  g_assert_cmpstr (third->smtp, ==, "third.example.net:465");
}

static void
test_redirects (void)
{
  static const HttpsPage pages[] = {
    { "autoconfig.proseware.com", CONFIG_PATH, 301, "https://proseware.com:{port}/there" },
    { "proseware.com", "/there", 302, "/here" },
    { "proseware.com", "/here", .body = CONFIG ("smtp.proseware.com") },
    { NULL },
  };
  g_autoptr(ServerFinding) finding = look_at_web (pages, "web");

  g_assert_cmpstr (finding->smtp, ==, "smtp.proseware.com:465");
}

/* Each of them looks as if nothing were there. */
static void
test_hostile_web_servers (void)
{
  static const HttpsPage good[] = { { NULL, CONFIG_PATH, .body = CONFIG ("smtp.proseware.com") },
                                    { NULL } };
  static const HttpsPage to_http[] = {
    { NULL, CONFIG_PATH, 301, "http://proseware.com:{port}/plain" },
    { NULL, "/plain", .body = CONFIG ("smtp.proseware.com") },
    { NULL },
  };
  static const HttpsPage loop[] = { { NULL, CONFIG_PATH, 302, CONFIG_PATH }, { NULL } };
  static const HttpsPage nowhere[] = { { NULL, CONFIG_PATH, 302 }, { NULL } };
  static const HttpsPage no_host[] = { { NULL, CONFIG_PATH, 302, "https:///there" }, { NULL } };
  static const HttpsPage to_address[] = {
    { NULL, CONFIG_PATH, 302, "https://" HERE ":{port}/there" },
    { NULL, "/there", .body = CONFIG ("smtp.proseware.com") },
    { NULL },
  };
  static const HttpsPage to_this_machine[] = {
    { NULL, CONFIG_PATH, 302, "https://localhost:{port}/there" },
    { NULL, "/there", .body = CONFIG ("smtp.proseware.com") },
    { NULL },
  };
  static const HttpsPage forbidden[] = {
    { NULL, CONFIG_PATH, 403, .body = CONFIG ("smtp.proseware.com") }, { NULL }
  };
  static const HttpsPage huge[] = {
    { NULL, CONFIG_PATH, .body = CONFIG ("smtp.proseware.com"), .pad = 200000 }, { NULL }
  };
  static const HttpsPage portal[] = {
    { NULL, CONFIG_PATH, .body = "<html><body>Sign in</body></html>" }, { NULL }
  };
  static const struct {
    const char *what, *certificate;
    const HttpsPage *pages;
  } rows[] = {
    { "self-signed", "self-signed", good },
    { "another name", "other", good },
    { "plain HTTP", NULL, good },
    { "redirect to http", "web", to_http },
    { "redirects for ever", "web", loop },
    { "redirect to nowhere", "web", nowhere },
    { "redirect to no host", "web", no_host },
    { "redirect to an address", "web", to_address },
    { "redirect to this machine", "web", to_this_machine },
    { "an error with a body", "web", forbidden },
    { "a huge file", "web", huge },
    { "a portal", "web", portal },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(ServerFinding) finding = look_at_web (rows[i].pages, rows[i].certificate);

      g_test_message ("%s", rows[i].what);
      g_assert_null (finding);
    }
}

static void
test_srv (void)
{
  static const FakeHost both[] = {
    { .host = "_submissions._tcp.proseware.com.", .srv = "0 1 465 smtp.proseware.com." },
    { .host = "_submission._tcp.proseware.com.", .srv = "0 1 587 smtp.proseware.com." },
    { .host = "_pop3s._tcp.proseware.com.", .srv = "0 1 995 pop.proseware.com." },
    { .host = NULL },
  };
  static const FakeHost order[] = {
    { .host = "_submissions._tcp.proseware.com.",
      .srv = "20 9 465 c.proseware.com 10 1 465 b.proseware.com 10 5 465 A.proseware.com" },
    { .host = NULL },
  };
  g_autoptr(ServerFinding) first = look (both, NULL, ADDRESS, SERVER_FINDER_MS, NULL);
  g_autoptr(ServerFinding) second = look (order, NULL, ADDRESS, SERVER_FINDER_MS, NULL);

  g_assert_cmpint (first->source, ==, SERVER_SOURCE_SRV);
  g_assert_cmpstr (first->smtp, ==, "smtp.proseware.com");
  g_assert_cmpstr (first->pop, ==, "pop.proseware.com:995");
  g_assert_null (first->user);
  g_assert_cmpstr (second->smtp, ==, "a.proseware.com:465");
}

/* T-149 */
static void
test_hostile_srv (void)
{
  static const char *const rows[] = {
    "0 0 465 .",
    "0 0 0 smtp.proseware.com",
    "0 0 22 smtp.proseware.com",
    "0 0 25 smtp.proseware.com",
    "0 0 465 localhost",
    "0 0 465 127.0.0.1",
    "0 0 465 -",
    "0 0 465 a;b.proseware.com",
  };
  g_autoptr(GString) many = g_string_new ("0 0 465 .");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FakeHost hosts[] = { { .host = "_submissions._tcp.proseware.com.", .srv = rows[i] },
                           { .host = NULL } };
      g_autoptr(ServerFinding) finding = look (hosts, NULL, ADDRESS, SERVER_FINDER_MS, NULL);

      g_test_message ("%s", rows[i]);
      g_assert_null (finding);
    }
  for (guint i = 0; i < 1000; i++)
    g_string_append (many, " 0 0 465 .");
  {
    FakeHost hosts[] = { { .host = "_submissions._tcp.proseware.com.", .srv = many->str },
                         { .host = NULL } };

    g_assert_null (look (hosts, NULL, ADDRESS, SERVER_FINDER_MS, NULL));
  }
}

static void
test_mail_server_of_a_known_provider (void)
{
  static const FakeHost hosts[] = {
    { .host = "proseware.com.", .mx = "20 mx.example.net 10 aspmx.l.google.com" }, { .host = NULL }
  };
  g_autoptr(ServerFinding) finding = look (hosts, NULL, ADDRESS, SERVER_FINDER_MS, NULL);

  g_assert_cmpint (finding->source, ==, SERVER_SOURCE_MX_PROVIDER);
  g_assert_cmpstr (finding->place, ==, "aspmx.l.google.com");
  g_assert_cmpstr (finding->smtp, ==, "smtp.gmail.com");
  g_assert_null (finding->user);
}

static void
test_mail_server_in_mozillas_list (void)
{
  static const FakeHost hosts[] = { WEB_HOSTS,
                                    { .host = "proseware.com.", .mx = "10 mx1.mail.example.net" },
                                    { .host = NULL } };
  static const HttpsPage pages[] = { { "autoconfig.thunderbird.net", "/v1.1/example.net",
                                       .body = CONFIG ("smtp.example.net") },
                                     { NULL } };
  g_autoptr(HttpsServer) web = web_new (pages);
  g_autoptr(ServerFinding) finding = look (hosts, web, ADDRESS, SERVER_FINDER_MS, NULL);

  g_assert_cmpint (finding->source, ==, SERVER_SOURCE_MX_ISPDB);
  g_assert_cmpstr (finding->smtp, ==, "smtp.example.net:465");
}

static void
test_no_network (void)
{
  static const char *const addresses[] = { ADDRESS, "terri@[192.0.2.1]", "terri@localhost",
                                           "not an address" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (look (no_hosts, NULL, addresses[i], SERVER_FINDER_MS, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    }
}

static void
test_silence_ends (void)
{
  static const FakeHost hosts[] = { { .host = "autoconfig.proseware.com", .addresses = "? !" },
                                    { .host = "proseware.com.", .mx = "?" },
                                    { .host = "_submissions._tcp.proseware.com.",
                                      .srv = "0 1 465 smtp.proseware.com." },
                                    { .host = NULL } };
  g_autoptr(ServerFinding) finding = look (hosts, NULL, ADDRESS, 200, NULL);

  g_assert_cmpint (finding->source, ==, SERVER_SOURCE_SRV);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  certs = test_certs_new ();
  test_certs_trust (certs);
  g_test_add_func ("/server-finder/known-provider-asks-nobody", test_known_provider_asks_nobody);
  g_test_add_func ("/server-finder/autoconfig-of-the-domain", test_autoconfig_of_the_domain);
  g_test_add_func ("/server-finder/each-source-in-its-turn", test_each_source_in_its_turn);
  g_test_add_func ("/server-finder/redirects", test_redirects);
  g_test_add_func ("/server-finder/hostile-web-servers", test_hostile_web_servers);
  g_test_add_func ("/server-finder/srv", test_srv);
  g_test_add_func ("/server-finder/hostile-srv", test_hostile_srv);
  g_test_add_func ("/server-finder/mail-server-of-a-known-provider",
                   test_mail_server_of_a_known_provider);
  g_test_add_func ("/server-finder/mail-server-in-mozillas-list",
                   test_mail_server_in_mozillas_list);
  g_test_add_func ("/server-finder/no-network", test_no_network);
  g_test_add_func ("/server-finder/silence-ends", test_silence_ends);
  status = g_test_run ();
  test_certs_free (certs);
  return status;
}
