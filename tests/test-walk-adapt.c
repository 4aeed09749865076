/* Routes that adapt: what worked is tried first, and who answers in the server's place is told and gets
 * nothing. */
#include "config.h"

#include "tests/lib/walk-scene.h"

#include <string.h>

#define HOST "smtp.proseware.com"

#define DUAL "mail.proseware.com"

static const FakeHost hosts[] = { { .host = HOST, .addresses = "127.0.0.1" },
                                  { .host = DUAL, .addresses = "::1 127.0.0.1" },
                                  { .host = NULL } };

static TestCerts *certs;

#define STARTS_TLS(cert)                                                                           \
  "S: 220 " HOST " ESMTP\nC: EHLO *\nS: 250-" HOST "\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n"   \
  "!tls " cert "\n"
#define TAKES_IN_TLS                                                                               \
  "C: EHLO *\nS: 250 " HOST "\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<someone@adatum.com>\n"       \
  "S: 250 ok\nC: DATA\nS: 354 go\nC: <data>\nS: 250 2.0.0 queued\n"
/* Refused in the handshake: nothing more is said. */
#define SHOWS(name, cert)                                                                          \
  "S: 220 " name " ESMTP\nC: EHLO *\nS: 250-" name "\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n"   \
  "!tls " cert "\n!wait\n"
#define OFFERS_NO_TLS(name)                                                                        \
  "S: 220 " name " ESMTP\nC: EHLO *\nS: 250-" name "\nS: 250 AUTH PLAIN\nC: QUIT\n"

static ScriptedServer *
play (const char *dialogue)
{
  ScriptedServer *server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);

  scripted_server_set_certs (server, certs);
  return server;
}

/* The account's server is HOST at @server's port. */
static void
go_to (Scene *scene, ScriptedServer *server)
{
  g_autofree char *address = g_strdup_printf (HOST ":%u", scripted_server_get_port (server));

  scene_set (scene, "smtp", address);
}

static Scene *
new_scene (const char *security)
{
  Scene *scene = scene_new (NULL, NULL);

  scene->hosts = hosts;
  scene->password = CANARY;
  scene_set (scene, "allow-cleartext-login", "no");
  scene_set (scene, "security", security);
  return scene;
}

static const Attempt *
get_last_attempt (const Scene *scene)
{
  return scene->report->attempts->pdata[scene->report->attempts->len - 1];
}

/* ---- what worked ------------------------------------------------------------------------------ */

/* The first message finds out that this port wants STARTTLS; the next one comes with it at once. */
static void
test_learned_endpoint (void)
{
  g_autoptr (Scene) scene = new_scene ("auto");
  g_autoptr (ScriptedServer) server = play ("!peek\n!cut\n---\n" STARTS_TLS ("good") TAKES_IN_TLS
                                            "---\n" STARTS_TLS ("good") TAKES_IN_TLS);

  go_to (scene, server);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scripted_server_assert_played (server);
  g_assert_cmpuint (scripted_server_count_connections (server), ==, 3);
  g_assert_cmpuint (sendpath_report_get_n_attempts (scene->report), ==, 1);
}

/* Until it fails: then the others are tried, and what works now is learned. */
static void
test_learned_route (void)
{
  g_autoptr (Scene) scene = new_scene ("none");
  g_autoptr (ScriptedServer) first = play (TAKES "---\n" TAKES);
  g_autoptr (ScriptedServer) second = play (TAKES);
  g_autofree char *both = g_strdup_printf ("127.0.0.1:%u;127.0.0.1:%u", scene->closed_port,
                                           scripted_server_get_port (first));
  g_autofree char *moved = g_strdup_printf ("127.0.0.1:%u;127.0.0.1:%u",
                                            scripted_server_get_port (second), scene->closed_port);

  scene_set (scene, "smtp", both);
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->routes->str, ==, "account account");
  g_string_truncate (scene->routes, 0);
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (scene->routes->str, ==, "account");
  scripted_server_assert_played (first);

  scene_set (scene, "smtp", moved);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
}

/* The host has another address by now, and a stranger is at the one that worked: that is no attempt, and
 * tells the stranger nothing. */
static void
test_server_has_moved (gconstpointer security)
{
  static const FakeHost before[] = { { .host = HOST, .addresses = "127.0.0.2" }, { .host = NULL } };
  gboolean is_tls = g_str_equal (security, "tls");
  const char *once = is_tls ? "!tls good\nS: 220 " HOST " ESMTP\n" TAKES_IN_TLS
                            : STARTS_TLS ("good") TAKES_IN_TLS;
  const char *other = is_tls ? "!tls other\n" : SHOWS (HOST, "other");
  g_autofree char *stranger = g_strconcat (once, "---\n", other, NULL);
  /* a connection that came second in the race may be given up */
  g_autofree char *twice = g_strconcat (once, "---\n", once, NULL);
  g_autoptr (Scene) scene = new_scene (security);
  g_autoptr (ScriptedServer) new = play (twice);
  g_autoptr (ScriptedServer) old =
      scripted_server_new_at (stranger, "127.0.0.2", scripted_server_get_port (new));

  scripted_server_set_certs (old, certs);
  go_to (scene, new);
  scene->hosts = before;
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (get_last_attempt (scene)->ip, ==, "127.0.0.2");
  scene->hosts = hosts;
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpuint (sendpath_report_get_n_attempts (scene->report), ==, 1);
  g_assert_cmpstr (get_last_attempt (scene)->ip, ==, "127.0.0.1");
  g_assert_false (scripted_server_has_received (old, CANARY));
}

/* ---- address families ------------------------------------------------------------------------- */

#define POP_ACCEPTS                                                                                \
  "S: +OK ready\nC: CAPA\nS: +OK\nS: USER\nS: .\nC: USER *\nS: +OK\nC: PASS *\nS: +OK\n"           \
  "C: QUIT\nS: +OK bye\n"

/* @key of the account is DUAL at a server with that dialogue; NULL: no IPv6 here. */
static ScriptedServer *
play_dual (Scene *scene, const char *key, const char *dialogue)
{
  ScriptedServer *server = scripted_server_new_for_both_families (dialogue);
  g_autofree char *address = NULL;

  if (server == NULL)
    {
      g_test_skip ("no IPv6 loopback here");
      return NULL;
    }
  address = g_strdup_printf (DUAL ":%u", scripted_server_get_port (server));
  scene_set (scene, key, address);
  return server;
}

/* Where the attempts of the last walk went, separated by spaces. */
static char *
dup_ips (const Scene *scene)
{
  g_autoptr (GString) ips = g_string_new (NULL);

  for (guint i = 0; i < scene->report->attempts->len; i++)
    g_string_append_printf (ips, "%s%s", i > 0 ? " " : "",
                            ((const Attempt *) scene->report->attempts->pdata[i])->ip);
  return g_string_free (g_steal_pointer (&ips), FALSE);
}

/* A server that takes mail from our IPv4 address alone: the other family is tried before anything
 * else, the report says so, and the next message goes there at once. */
static void
test_one_family_is_authorised (void)
{
  g_autoptr (Scene) scene = new_scene ("none");
  g_autoptr (ScriptedServer) server = play_dual (scene, "smtp", DENIES "---\n" TAKES "---\n" TAKES);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *summary = NULL;

  if (server == NULL)
    return;
  scene_walk_to (scene, "someone@adatum.com");
  first = dup_ips (scene);
  g_assert_cmpstr (first, ==, "::1 127.0.0.1");
  summary = sendpath_report_dup_summary (scene->report);
  g_assert_nonnull (strstr (summary, "so sendpath connected over IPv4."));
  scene_walk_to (scene, "someone@adatum.com");
  second = dup_ips (scene);
  g_assert_cmpstr (second, ==, "127.0.0.1");
  scripted_server_assert_played (server);
}

/* the POP3 login goes over the family that the server was last talked to. */
static void
test_pop_on_the_same_family (void)
{
  g_autoptr (Scene) scene = new_scene ("none");
  g_autoptr (ScriptedServer) server =
                 play_dual (scene, "smtp", DENIES "---\n" DENIES "---\n" TAKES);
  g_autoptr (ScriptedServer) pop = play_dual (scene, "pop", POP_ACCEPTS);
  g_autofree char *ips = NULL;

  if (server == NULL || pop == NULL)
    return;
  scene_set (scene, "pop-security", "none");
  scene_set (scene, "allow-cleartext-login", "yes");
  scene_walk_to (scene, "someone@adatum.com");
  ips = dup_ips (scene);
  g_assert_cmpstr (ips, ==, "::1 127.0.0.1 127.0.0.1");
  scripted_server_assert_played (server);
  scripted_server_assert_played (pop);
}

/* One that knows of logins over the other family alone: each is tried once, and no more (T-154). */
static void
test_pop_on_the_other_family (void)
{
  g_autoptr (Scene) scene = new_scene ("none");
  g_autoptr (ScriptedServer) server =
                 play_dual (scene, "smtp",
                            DENIES "---\n" DENIES "---\n" DENIES "---\n" DENIES "---\n" DENIES
                                   "---\n" DENIES "---\n" TAKES);
  g_autoptr (ScriptedServer) pop = play_dual (scene, "pop", POP_ACCEPTS "---\n" POP_ACCEPTS);
  g_autofree char *ips = NULL;

  if (server == NULL || pop == NULL)
    return;
  scene_set (scene, "pop-security", "none");
  scene_set (scene, "allow-cleartext-login", "yes");
  scene_walk_to (scene, "someone@adatum.com");
  ips = dup_ips (scene);
  g_assert_cmpstr (ips, ==, "::1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 ::1");
  scripted_server_assert_played (server);
  scripted_server_assert_played (pop);
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
}

/* ---- somebody in between ---------------------------------------------------------------------- */

/* The server was met at home; from here on something else stands before it. */
static Scene *
new_traveller (void)
{
  Scene *scene = new_scene ("starttls");
  g_autoptr (ScriptedServer) server = play (STARTS_TLS ("good") TAKES_IN_TLS);

  go_to (scene, server);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scripted_server_assert_played (server);
  return scene;
}

static const struct {
  const char *name;
  const char *dialogue;
  const char *rule;
  const char *words;
} between[] = {
  { "another-name-and-key", SHOWS ("mail.hotel.example", "other-key"), "intercepted",
    "something between you and " HOST
    " answers in its place, and calls itself mail.hotel.example: " },
  { "another-name-without-tls", OFFERS_NO_TLS ("mail.hotel.example"), "intercepted",
    "something between you and " HOST
    " answers in its place, and calls itself mail.hotel.example: " },
  { "another-key", SHOWS (HOST, "other-key"), "intercepted",
    "something between you and " HOST " answers in its place: " },
  { "another-host-of-the-provider", SHOWS ("mx7.proseware.com", "self-signed"), "intercepted",
    "something between you and " HOST " answers in its place: " },
  { "stripped", OFFERS_NO_TLS (HOST), "tls-stripped",
    "something between you and " HOST " hides its encryption" },
  { "stripped-by-stars", OFFERS_NO_TLS ("*****************"), "tls-stripped",
    "something between you and " HOST " hides its encryption" },
};

/* T-046, R-12, R-13: it is told, and gets neither password nor message. */
static void
test_between (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (Scene) scene = new_traveller ();
  g_autoptr (ScriptedServer) proxy = play (between[i].dialogue);
  g_autofree char *summary = NULL;
  g_autofree char *text = NULL;

  go_to (scene, proxy);
  scene_walk_to (scene, "someone@adatum.com");
  g_free (scripted_server_finish (proxy)); /* a handshake that is broken off is not as written */
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_TLS_FAILED);
  g_assert_cmpstr (get_last_attempt (scene)->rule, ==, between[i].rule);
  g_assert_false (get_last_attempt (scene)->is_protected);
  g_assert_true (g_str_has_prefix (sendpath_report_get_reason (scene->report), between[i].words));
  summary = sendpath_report_dup_summary (scene->report);
  g_assert_nonnull (strstr (summary, HOST " cannot be reached"));
  text = sendpath_report_to_text (scene->report);
  g_assert_nonnull (strstr (text, between[i].words));
  g_assert_false (scripted_server_has_received (proxy, CANARY));
  g_assert_false (scripted_server_has_received (proxy, "MAIL FROM"));
  g_assert_cmpuint (scripted_server_count_bodies (proxy), ==, 0);
}

/* Nobody is suspected without a reason: a server that was never met. */
static void
test_not_between (void)
{
  static const struct {
    const char *dialogue;
    const char *rule;
  } rows[] = {
    { OFFERS_NO_TLS ("mail.hotel.example"), "tls-not-offered" },
    { SHOWS ("mail.hotel.example", "other-key"), "tls-not-trusted" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Scene) scene = new_scene ("starttls");
      g_autoptr (ScriptedServer) server = play (rows[i].dialogue);

      go_to (scene, server);
      scene_walk_to (scene, "someone@adatum.com");
      g_assert_cmpstr (get_last_attempt (scene)->rule, ==, rows[i].rule);
    }
}

/* The same of a POP3 server. */
static void
test_between_pop (void)
{
  g_autoptr (Scene) scene = new_scene ("none");
  g_autoptr (ScriptedServer) server = play (DENIES);
  g_autoptr (ScriptedServer) pop = play ("S: +OK ready\nC: CAPA\nS: +OK\nS: USER\nS: .\nC: QUIT\n");
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", scripted_server_get_port (server));
  g_autofree char *pop_address = g_strdup_printf (HOST ":%u", scripted_server_get_port (pop));

  trust_note_tls (scene->plan->input.trust, HOST, NULL);
  scene_set (scene, "smtp", address);
  scene_set (scene, "pop", pop_address);
  scene_set (scene, "pop-security", "starttls");
  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpstr (get_last_attempt (scene)->rule, ==, "tls-stripped");
  g_assert_false (scripted_server_has_received (pop, CANARY));
}

/* Every name leads to one address, and nobody is there, or somebody else. */
static void
test_wrong_names (void)
{
  static const FakeHost liar[] = { { .host = HOST, .addresses = "127.0.0.1" },
                                   { .host = "sendpath.invalid.", .addresses = "127.0.0.1" },
                                   { .host = NULL } };
  g_autoptr (Scene) scene = new_scene ("tls");
  g_autofree char *nobody = g_strdup_printf (HOST ":%u", scene->closed_port);
  g_autoptr (ScriptedServer) other = play ("!tls other\n!wait\n");

  scene->hosts = liar;
  scene_set (scene, "smtp", nobody);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_HOST_NOT_FOUND);
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "network");
  g_assert_nonnull (strstr (sendpath_report_get_reason (scene->report),
                            "give the address 127.0.0.1 for every name"));
  go_to (scene, other);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_HOST_NOT_FOUND);
  scene->hosts = hosts;
  scene_set (scene, "smtp", nobody);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_UNREACHABLE);
}

/* TLS from the start: there is no greeting to look at, only the key. */
static void
test_between_tls (void)
{
  g_autoptr (Scene) scene = new_scene ("tls");
  g_autoptr (ScriptedServer) server = play ("!tls good\nS: 220 " HOST " ESMTP\n" TAKES_IN_TLS);
  g_autoptr (ScriptedServer) proxy = play ("!tls self-signed\n!wait\n");

  go_to (scene, server);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  go_to (scene, proxy);
  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_QUEUED, SENDPATH_VERDICT_TLS_FAILED);
  g_assert_cmpstr (get_last_attempt (scene)->rule, ==, "intercepted");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  certs = test_certs_new ();
  test_certs_trust (certs);
  g_test_add_func ("/walk-adapt/learned-endpoint-is-tried-alone", test_learned_endpoint);
  g_test_add_func ("/walk-adapt/learned-route-until-it-fails", test_learned_route);
  g_test_add_data_func ("/walk-adapt/server-has-moved/tls", "tls", test_server_has_moved);
  g_test_add_data_func ("/walk-adapt/server-has-moved/starttls", "starttls", test_server_has_moved);
  g_test_add_func ("/walk-adapt/only-one-family-is-authorised", test_one_family_is_authorised);
  g_test_add_func ("/walk-adapt/R-6-pop-login-on-the-same-family", test_pop_on_the_same_family);
  g_test_add_func ("/walk-adapt/R-6-pop-login-on-the-other-family", test_pop_on_the_other_family);
  for (guint i = 0; i < G_N_ELEMENTS (between); i++)
    {
      g_autofree char *path = g_strconcat ("/walk-adapt/between/", between[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_between);
    }
  g_test_add_func ("/walk-adapt/between/tls-from-the-start", test_between_tls);
  g_test_add_func ("/walk-adapt/between/pop3", test_between_pop);
  g_test_add_func ("/walk-adapt/name-servers-that-lie", test_wrong_names);
  g_test_add_func ("/walk-adapt/nobody-is-suspected-without-reason", test_not_between);
  status = g_test_run ();
  test_certs_free (certs);
  return status;
}
