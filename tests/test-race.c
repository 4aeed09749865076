/* The race: who starts when, who wins, what is said of the others. */
#include "config.h"

#include <string.h>

#include "sendpath/wire/race.h"
#include "tests/lib/fake-resolver.h"
#include "tests/lib/scripted-server.h"
#include "tests/lib/silent-port.h"

#define HOST "smtp.example.org"

static TestCerts *certs;

static const FakeHost hosts[] = {
  { HOST, "127.0.0.1" },
  { "both.example.org", "::1 127.0.0.1" },
  { "slow6.example.org", "? 127.0.0.1" },
  { "xn--bcher-kva.example.org", "127.0.0.1" },
  { "mute.example.org", "? !" },
  { NULL, NULL },
};

/* Ten times as fast as the product to begin, and no hurry where an end is not what is tested. */
static const RaceTimes fast = {
  .stagger_ms = 25,
  .head_start_ms = 150,
  .port_25_ms = 100,
  .late_family_ms = 5,
  .resolve_ms = 60000,
  .tls_ms = 60000,
  .greeting_ms = 60000,
};

/* Where it is. */
static const RaceTimes brief = {
  .stagger_ms = 25,
  .head_start_ms = 150,
  .port_25_ms = 100,
  .late_family_ms = 5,
  .resolve_ms = 300,
  .tls_ms = 300,
  .greeting_ms = 300,
};

/* One race: endpoints, servers, and what is traced. */
typedef struct {
  GPtrArray   *endpoints;
  GResolver   *resolver;
  GString     *lines;
  Trace        trace;
  RaceOptions  options;
} Ring;

static void
add_line (const char *line, gpointer data)
{
  g_string_append_printf (data, "%s\n", line);
}

static void
ring_init (Ring *ring)
{
  ring->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sendpath_endpoint_unref);
  ring->resolver = fake_resolver_new (hosts);
  ring->lines = g_string_new (NULL);
  ring->trace = (Trace){ add_line, ring->lines };
  ring->options = (RaceOptions){ .patience_s = 1,
                                 .trace = &ring->trace,
                                 .resolver = ring->resolver,
                                 .times = &fast };
}

static void
ring_clear (Ring *ring)
{
  g_ptr_array_unref (ring->endpoints);
  g_object_unref (ring->resolver);
  g_string_free (ring->lines, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ring, ring_clear)

static void
enter (Ring *ring, const char *host, guint16 port, SendpathSecurity security)
{
  g_ptr_array_add (ring->endpoints, sendpath_endpoint_new (host, port, security));
}

static ScriptedServer *
play (const char *dialogue)
{
  ScriptedServer *server = scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT);

  scripted_server_set_certs (server, certs);
  return server;
}

static void
assert_failure (GPtrArray *failures, guint i, guint16 port, SendpathPhase phase, guint code,
                SendpathFault fault)
{
  const Runner *runner;

  g_assert_cmpuint (i, <, failures->len);
  runner = failures->pdata[i];
  g_assert_null (runner->stream);
  g_assert_cmpuint (sendpath_endpoint_get_port (runner->endpoint), ==, port);
  g_assert_cmpstr (sendpath_phase_to_string (runner->phase), ==, sendpath_phase_to_string (phase));
  g_assert_cmpuint (sendpath_reply_get_code (runner->greeting), ==, code);
  g_assert_cmpint (sendpath_reply_get_fault (runner->greeting), ==, fault);
}

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

/* ---- one endpoint ---------------------------------------------------------------------------- */

static void
test_plain (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220-hello\nS: 220 there\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  failures = race_steal_failures (race);
  g_assert_nonnull (winner);
  g_assert_cmpuint (failures->len, ==, 0);
  g_assert_cmpstr (winner->ip, ==, "127.0.0.1");
  g_assert_cmpint (winner->family, ==, G_SOCKET_FAMILY_IPV4);
  g_assert_cmpint (winner->phase, ==, SENDPATH_PHASE_GREETING);
  g_assert_cmpuint (sendpath_reply_get_code (winner->greeting), ==, 220);
  g_assert_cmpstr (sendpath_reply_get_text (winner->greeting), ==, "hello\nthere");
  g_assert_cmpint (ABS (g_get_real_time () - winner->started_at_us), <, 60 * G_USEC_PER_SEC);
  g_assert_false (stream_is_dead (winner->stream));
  g_assert_false (stream_is_tls (winner->stream));
  g_assert_null (race_run (race, RACE_ALL, NULL));
}

static void
test_tls (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server
      = play ("!tls good\nS: 220 hello\nC: EHLO x\nS: 250 x\nC: QUIT\n");
  g_autoptr(Race) race = NULL;
  Runner *winner;
  gsize length;

  ring_init (&ring);
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_true (stream_is_tls (winner->stream));
  g_assert_nonnull (strstr (ring.lines->str, "== TLS 1.3 verified for " HOST));
  g_assert_nonnull (strstr (ring.lines->str, "<- 220 hello"));

  /* The stream goes on outside of the race. */
  stream_set_deadline (winner->stream, 30);
  g_assert_true (stream_write (winner->stream, "EHLO x\r\n", 8));
  g_assert_true (stream_flush (winner->stream));
  g_assert_cmpstr (stream_read_line (winner->stream, 100, &length), ==, "250 x");
  g_assert_true (stream_write (winner->stream, "QUIT\r\n", 6));
  g_assert_true (stream_flush (winner->stream));
  runner_free (winner);
  scripted_server_assert_played (server);
}

static const struct {
  const char   *name;
  const char   *dialogue;
  SendpathSecurity security;
  SendpathPhase phase;
  guint         code;
  SendpathFault fault;
  gboolean      is_by_time;
} failing[] = {
  { "greeting-554", "S: 554 no\n", SENDPATH_SECURITY_STARTTLS, /* T-010 */
    SENDPATH_PHASE_GREETING, 554, SENDPATH_FAULT_NONE, FALSE },
  { "greeting-421", "S: 421 later\n", SENDPATH_SECURITY_NONE, /* T-011 */
    SENDPATH_PHASE_GREETING, 421, SENDPATH_FAULT_NONE, FALSE },
  { "greeting-250", "S: 250 ok\n", SENDPATH_SECURITY_NONE,
    SENDPATH_PHASE_GREETING, 250, SENDPATH_FAULT_NONE, FALSE },
  { "greeting-never-complete", /* T-020 */
    "!drip 20\nS: 220 one byte now and then, and there are so many of them that it never ends\n",
    SENDPATH_SECURITY_NONE, SENDPATH_PHASE_GREETING, 0, SENDPATH_FAULT_LINK_LOST, TRUE },
  { "greeting-missing", "!wait\n", SENDPATH_SECURITY_STARTTLS,
    SENDPATH_PHASE_GREETING, 0, SENDPATH_FAULT_LINK_LOST, TRUE },
  { "no-mail", "S: HTTP/1.1 302 Found\n", SENDPATH_SECURITY_NONE,
    SENDPATH_PHASE_GREETING, 0, SENDPATH_FAULT_PROTOCOL, FALSE },
  { "closed", "!cut\n", SENDPATH_SECURITY_NONE,
    SENDPATH_PHASE_GREETING, 0, SENDPATH_FAULT_LINK_LOST, FALSE },
  { "self-signed", "!tls self-signed\n", SENDPATH_SECURITY_TLS, /* T-030 */
    SENDPATH_PHASE_TLS, 0, SENDPATH_FAULT_TLS, FALSE },
  { "other-name", "!tls other\n", SENDPATH_SECURITY_TLS, /* T-031, T-054 */
    SENDPATH_PHASE_TLS, 0, SENDPATH_FAULT_TLS, FALSE },
  { "handshake-missing", "!wait\n", SENDPATH_SECURITY_TLS,
    SENDPATH_PHASE_TLS, 0, SENDPATH_FAULT_LINK_LOST, TRUE },
  { "plain-text-for-tls", "!peek\nS: 220 hello\n!wait\n", SENDPATH_SECURITY_TLS,
    SENDPATH_PHASE_TLS, 0, SENDPATH_FAULT_TLS, FALSE },
};

static void
test_failing (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play (failing[i].dialogue);
  guint16 port = scripted_server_get_port (server);
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  if (failing[i].is_by_time)
    ring.options.times = &brief;
  enter (&ring, HOST, port, failing[i].security);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  g_assert_cmpint (now_ms () - before_ms, <, 30000);
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 1);
  assert_failure (failures, 0, port, failing[i].phase, failing[i].code, failing[i].fault);
  g_assert_false (scripted_server_has_received (server, "EHLO"));
}

/* libetpan reads POP3's greeting: it must still be there. */
static void
test_pop (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls good\nS: +OK hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  gsize length;

  ring_init (&ring);
  ring.options.pop = TRUE;
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_null (winner->greeting);
  g_assert_cmpstr (stream_read_line (winner->stream, 100, &length), ==, "+OK hello");
}

static void
test_pin (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls self-signed\nS: 220 hello\n!wait\n");
  g_autofree char *pin = test_certs_dup_pin (certs, "self-signed");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;

  ring_init (&ring);
  ring.options.tls_pin = pin;
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
}

/* ---- several endpoints ----------------------------------------------------------------------- */

/* A refused or silent first one costs a stagger, no more. */
static void
test_blocked_first (gconstpointer is_silent)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(SilentPort) silent = silent_port_new ();
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  guint16 first = is_silent != NULL ? silent_port_get_port (silent) : silent_port_find_closed ();
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL, second = NULL;
  g_autoptr(GPtrArray) failures = NULL;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  enter (&ring, HOST, first, SENDPATH_SECURITY_NONE);
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpint (now_ms () - before_ms, <, 10000);
  g_assert_cmpuint (sendpath_endpoint_get_port (winner->endpoint), ==,
                    scripted_server_get_port (server));
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, is_silent != NULL ? 0 : 1);
  if (is_silent == NULL)
    assert_failure (failures, 0, first, SENDPATH_PHASE_CONNECT, 0, SENDPATH_FAULT_UNREACHABLE);

  /* What is left of the field is tried again, patiently, and nobody wins twice. */
  second = race_run (race, RACE_NEXT_ENDPOINT, NULL);
  g_assert_null (second);
}

/* T-011: a failure lets the next one go on at once, though it is up later. */
static void
test_next_after_failure (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) busy = play ("S: 421 later\n");
  g_autoptr(ScriptedServer) fine = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  enter (&ring, HOST, scripted_server_get_port (busy), SENDPATH_SECURITY_NONE);
  enter (&ring, HOST, scripted_server_get_port (fine), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpuint (sendpath_endpoint_get_port (winner->endpoint), ==,
                    scripted_server_get_port (fine));
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 1);
  assert_failure (failures, 0, scripted_server_get_port (busy), SENDPATH_PHASE_GREETING, 421,
                  SENDPATH_FAULT_NONE);
}

/* One that is up has its head start: nobody else is even connected to. */
static void
test_head_start (void)
{
  g_auto(Ring) ring = { 0 };
  RaceTimes times = fast;
  g_autoptr(ScriptedServer) slow = play ("!drip 10\nS: 220 slow but sure\n!wait\n");
  g_autoptr(ScriptedServer) other = play ("");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;

  ring_init (&ring);
  times.head_start_ms = 60000;
  ring.options.times = &times;
  enter (&ring, HOST, scripted_server_get_port (slow), SENDPATH_SECURITY_NONE);
  enter (&ring, HOST, scripted_server_get_port (other), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpuint (sendpath_endpoint_get_port (winner->endpoint), ==,
                    scripted_server_get_port (slow));
  scripted_server_assert_played (other);
  g_assert_cmpuint (scripted_server_count_connections (other), ==, 0);
}

/* After the head start the others go on; the first one is still at it when the second one wins. */
static void
test_head_start_ends (gconstpointer is_tls)
{
  g_auto(Ring) ring = { 0 };
  SendpathSecurity security = is_tls != NULL ? SENDPATH_SECURITY_TLS : SENDPATH_SECURITY_STARTTLS;
  g_autoptr(ScriptedServer) mute = play ("!wait\n");
  g_autoptr(ScriptedServer) fine = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  enter (&ring, HOST, scripted_server_get_port (mute), security);
  enter (&ring, HOST, scripted_server_get_port (fine), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpuint (sendpath_endpoint_get_port (winner->endpoint), ==,
                    scripted_server_get_port (fine));
  g_assert_cmpint (now_ms () - before_ms, >=, fast.head_start_ms);
  g_assert_cmpint (now_ms () - before_ms, <, fast.greeting_ms);
}

/* Nobody answers the connect: the patience is that of the race, not of each. */
static void
test_silence (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(SilentPort) one = silent_port_new ();
  g_autoptr(SilentPort) two = silent_port_new ();
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  ring.options.patience_s = 1;
  enter (&ring, HOST, silent_port_get_port (one), SENDPATH_SECURITY_TLS);
  enter (&ring, HOST, silent_port_get_port (two), SENDPATH_SECURITY_STARTTLS);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  g_assert_cmpint (now_ms () - before_ms, >=, 1000);
  g_assert_cmpint (now_ms () - before_ms, <, 10000);
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 2);
  assert_failure (failures, 0, silent_port_get_port (one), SENDPATH_PHASE_CONNECT, 0,
                  SENDPATH_FAULT_UNREACHABLE);
  assert_failure (failures, 1, silent_port_get_port (two), SENDPATH_PHASE_CONNECT, 0,
                  SENDPATH_FAULT_UNREACHABLE);
}

/* All ports accept and none says a word, as in front of some sign-in pages: nobody there. */
static void
test_mute (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) one = play ("!wait\n");
  g_autoptr(ScriptedServer) two = play ("!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;
  RaceTimes times = fast;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  times.head_start_ms = 1000;
  times.tls_ms = times.greeting_ms = 60000;
  ring.options.times = &times;
  enter (&ring, HOST, scripted_server_get_port (one), SENDPATH_SECURITY_TLS);
  enter (&ring, HOST, scripted_server_get_port (two), SENDPATH_SECURITY_STARTTLS);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  g_assert_cmpint (now_ms () - before_ms, >=, 2000);
  g_assert_cmpint (now_ms () - before_ms, <, 30000);
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 2);
  assert_failure (failures, 0, scripted_server_get_port (one), SENDPATH_PHASE_CONNECT, 0,
                  SENDPATH_FAULT_UNREACHABLE);
  assert_failure (failures, 1, scripted_server_get_port (two), SENDPATH_PHASE_CONNECT, 0,
                  SENDPATH_FAULT_UNREACHABLE);
}

/* Port 25 comes last though it is named first. Whether anybody listens there does not matter. */
static void
test_port_25 (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  RaceTimes times = fast;
  const char *port_25, *port_465, *port_587;

  ring_init (&ring);
  times.port_25_ms = 60000;
  ring.options.times = &times;
  enter (&ring, HOST, 25, SENDPATH_SECURITY_STARTTLS);
  enter (&ring, HOST, 465, SENDPATH_SECURITY_TLS);
  enter (&ring, HOST, 587, SENDPATH_SECURITY_STARTTLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  port_25 = strstr (ring.lines->str, "port 25\n");
  port_465 = strstr (ring.lines->str, "port 465\n");
  port_587 = strstr (ring.lines->str, "port 587\n");
  g_assert_nonnull (port_465);
  if (winner == NULL) /* nobody listens here, as a rule */
    {
      g_assert_true (port_465 < port_587);
      g_assert_true (port_587 < port_25);
    }
}

/* What worked here last waits for nobody, whatever its port. */
static void
test_learned_port_25 (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  const char *port_25, *port_465;

  ring_init (&ring);
  ring.options.is_learned = TRUE;
  enter (&ring, HOST, 25, SENDPATH_SECURITY_STARTTLS);
  enter (&ring, HOST, 465, SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  port_25 = strstr (ring.lines->str, "port 25\n");
  port_465 = strstr (ring.lines->str, "port 465\n");
  g_assert_nonnull (port_25);
  g_assert_true (port_465 == NULL || port_25 < port_465);
}

static void
test_cancel_at_once (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  enter (&ring, HOST, 587, SENDPATH_SECURITY_STARTTLS);
  g_cancellable_cancel (cancellable);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, cancellable));
  failures = race_steal_failures (race);
  assert_failure (failures, failures->len - 1, 587, SENDPATH_PHASE_CONNECT, 0,
                  SENDPATH_FAULT_CANCELLED);
}

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(SilentPort) silent = silent_port_new ();
  g_autoptr(ScriptedServer) mute = play ("!wait\n");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;
  GThread *thread;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  ring.options.times = NULL;
  ring.options.patience_s = 30;
  enter (&ring, HOST, silent_port_get_port (silent), SENDPATH_SECURITY_TLS);
  enter (&ring, HOST, scripted_server_get_port (mute), SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  thread = g_thread_new ("cancel", cancel, cancellable);
  g_assert_null (race_run (race, RACE_ALL, cancellable));
  g_assert_cmpint (now_ms () - before_ms, <, 5000);
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 1);
  assert_failure (failures, 0, silent_port_get_port (silent), SENDPATH_PHASE_CONNECT, 0,
                  SENDPATH_FAULT_CANCELLED);
  g_thread_join (thread);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void
test_host_not_found (gconstpointer host)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  ring.options.times = &brief;
  enter (&ring, host, 465, SENDPATH_SECURITY_TLS);
  enter (&ring, host, 587, SENDPATH_SECURITY_STARTTLS);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 1);
  assert_failure (failures, 0, 465, SENDPATH_PHASE_RESOLVE, 0, SENDPATH_FAULT_HOST_NOT_FOUND);
  g_assert_null (race_run (race, RACE_ALL, NULL));
}

/* IPv6 first, and the other family when the first is not there. */
static void
test_families (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  enter (&ring, "both.example.org", scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpstr (winner->ip, ==, "127.0.0.1");
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 1);
  g_assert_cmpstr (((Runner *) failures->pdata[0])->ip, ==, "::1");
}

static void
test_one_family (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  ring.options.family = G_SOCKET_FAMILY_IPV4;
  enter (&ring, "both.example.org", scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 0);
}

/* A name server that never answers for IPv6 holds nobody up. */
static void
test_slow_family (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  gint64 before_ms = now_ms ();

  ring_init (&ring);
  enter (&ring, "slow6.example.org", scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpint (now_ms () - before_ms, <, fast.resolve_ms);
}

static void
test_spellings (gconstpointer host)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;

  ring_init (&ring);
  enter (&ring, host, scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_cmpstr (winner->ip, ==, "127.0.0.1");
}

/* RACE_OTHER_FAMILY, RACE_NEXT_ENDPOINT, RACE_ALL: who is left. */
static void
test_fields (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) one = play ("S: 220 one\n!wait\n---\nS: 220 one again\n!wait\n");
  g_autoptr(ScriptedServer) two = play ("S: 220 two\n!wait\n");
  g_autoptr(Race) race = NULL;
  Runner *winner;

  ring_init (&ring);
  enter (&ring, HOST, scripted_server_get_port (one), SENDPATH_SECURITY_NONE);
  enter (&ring, HOST, scripted_server_get_port (two), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_cmpstr (sendpath_reply_get_text (winner->greeting), ==, "one");
  runner_free (winner);
  g_assert_null (race_run (race, RACE_OTHER_FAMILY, NULL));
  winner = race_run (race, RACE_NEXT_ENDPOINT, NULL);
  g_assert_cmpstr (sendpath_reply_get_text (winner->greeting), ==, "two");
  runner_free (winner);
  g_assert_null (race_run (race, RACE_NEXT_ENDPOINT, NULL));
  g_assert_null (race_run (race, RACE_ALL, NULL));
}

/* Both families of one endpoint, the second only when it is asked for. */
static void
test_other_family (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autoptr(GSocketAddress) v4 = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr(GSocketAddress) v6 = NULL, bound = NULL;
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) first = NULL, second = NULL;
  guint16 port;

  g_socket_listener_add_address (listener, v4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                 &bound, NULL);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  v6 = g_inet_socket_address_new_from_string ("::1", port);
  if (!g_socket_listener_add_address (listener, v6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                      NULL, NULL, NULL))
    {
      g_test_skip ("no IPv6 loopback here, or the port is taken");
      return;
    }

  /* Nobody greets: for POP the race ends with the connection. */
  ring_init (&ring);
  ring.options.pop = TRUE;
  enter (&ring, "both.example.org", port, SENDPATH_SECURITY_NONE);
  /* IPv4 worked here last */
  ring.options.learned = G_SOCKET_FAMILY_IPV4;
  race = race_new (ring.endpoints, &ring.options);
  first = race_run (race, RACE_ALL, NULL);
  g_assert_cmpint (first->family, ==, G_SOCKET_FAMILY_IPV4);
  g_clear_pointer (&first, runner_free);
  g_clear_pointer (&race, race_free);

  ring.options.learned = G_SOCKET_FAMILY_INVALID;
  race = race_new (ring.endpoints, &ring.options);
  first = race_run (race, RACE_ALL, NULL);
  g_assert_cmpint (first->family, ==, G_SOCKET_FAMILY_IPV6);
  g_assert_null (race_run (race, RACE_NEXT_ENDPOINT, NULL));
  second = race_run (race, RACE_OTHER_FAMILY, NULL);
  g_assert_cmpint (second->family, ==, G_SOCKET_FAMILY_IPV4);
  g_assert_null (race_run (race, RACE_OTHER_FAMILY, NULL));
}

static void
test_other_family_missing (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  /* IPv6 answers too late for the start. */
  ring_init (&ring);
  ring.options.times = &brief;
  enter (&ring, "slow6.example.org", scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_null (race_run (race, RACE_OTHER_FAMILY, NULL));
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 0);
}

/* T-048 */
static void
test_no_module (void)
{
  if (g_test_subprocess ())
    {
      g_auto(Ring) ring = { 0 };
      g_autoptr(ScriptedServer) server = scripted_server_new ("", SCRIPTED_SERVER_NO_CUT);
      guint16 port = scripted_server_get_port (server);
      g_autoptr(Race) race = NULL;
      g_autoptr(GPtrArray) failures = NULL;

      ring_init (&ring);
      enter (&ring, HOST, port, SENDPATH_SECURITY_TLS);
      enter (&ring, HOST, port, SENDPATH_SECURITY_STARTTLS);
      race = race_new (ring.endpoints, &ring.options);
      g_assert_null (race_run (race, RACE_ALL, NULL));
      failures = race_steal_failures (race);
      g_assert_cmpuint (failures->len, ==, 2);
      assert_failure (failures, 0, port, SENDPATH_PHASE_TLS, 0, SENDPATH_FAULT_TLS);
      assert_failure (failures, 1, port, SENDPATH_PHASE_TLS, 0, SENDPATH_FAULT_TLS);
      scripted_server_assert_played (server);
      g_assert_cmpuint (scripted_server_count_connections (server), ==, 0);
      return;
    }
  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("GIO_USE_TLS");
  g_test_trap_assert_passed ();
}

/* a name of the network is looked at again when it is connected to. */
static void
test_refused (void)
{
  static const char *const names[] = { HOST, "both.example.org", "127.0.0.1", "::1",
                                       "::ffff:127.0.0.1" };
  static const char *const own[] = { "192.0.2.7/24", NULL };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  guint16 port = scripted_server_get_port (server);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto(Ring) ring = { 0 };
      g_autoptr(Race) race = NULL;
      g_autoptr(Runner) winner = NULL;
      g_autoptr(GPtrArray) failures = NULL;

      ring_init (&ring);
      ring.options.own = own;
      ring.options.is_offered = TRUE;
      enter (&ring, names[i], port, SENDPATH_SECURITY_NONE);
      race = race_new (ring.endpoints, &ring.options);
      winner = race_run (race, RACE_ALL, NULL);
      failures = race_steal_failures (race);
      g_assert_null (winner);
      g_assert_cmpuint (failures->len, ==, 1);
      assert_failure (failures, 0, port, SENDPATH_PHASE_RESOLVE, 0, SENDPATH_FAULT_HOST_NOT_FOUND);
      g_assert_nonnull (strstr (ring.lines->str, "leads back to this machine"));
    }
}

/* The addresses that are tried for the host 0.0.0.1, which stands for one that only NAT64 leads to;
 * behind the prefix of the table it is ::1. */
static char *
try_literal (const char *const *own)
{
  static const FakeHost table[] = { { "ipv4only.arpa", "::192.0.0.170 ::192.0.0.171" },
                                    { NULL, NULL } };
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  g_autoptr(GResolver) resolver = fake_resolver_new (table);
  g_autoptr(GString) tried = g_string_new (NULL);
  g_autoptr(GPtrArray) failures = NULL;
  g_autoptr(Race) race = NULL;

  ring_init (&ring);
  ring.options.own = own;
  ring.options.resolver = resolver;
  enter (&ring, "0.0.0.1", scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  failures = race_steal_failures (race);
  for (guint i = 0; i < failures->len; i++)
    g_string_append_printf (tried, "%s ", ((const Runner *) failures->pdata[i])->ip);
  return g_string_free (g_steal_pointer (&tried), FALSE);
}

/* `smtp = 192.0.2.1`, and the network has IPv6 only (RFC 7050). */
static void
test_nat64 (void)
{
  static const char *const only_v6[] = { "2001:db8::7/64", NULL };
  static const char *const both[] = { "2001:db8::7/64", "192.0.2.7/24", NULL };
  g_autofree char *behind = try_literal (only_v6);
  g_autofree char *beside = try_literal (both);

  g_assert_nonnull (strstr (behind, "::1 "));
  g_assert_cmpstr (beside, ==, "0.0.0.1 ");
}

/* ---- what is known of another day ------------------------------------------------------------ */

/* The address of another day is at the server before any name server has said a word. */
static void
test_known_address (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls wildcard\nS: 220 hello\n!wait\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;

  ring_init (&ring);
  ring.options.is_learned = TRUE;
  ring.options.known_ip = "127.0.0.1";
  enter (&ring, "mute.example.org", scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_true (winner->is_guess);
  g_assert_true (stream_is_tls (winner->stream));
  g_assert_cmpuint (winner->resolve_ms, ==, 0);
}

/* Only where TLS shows whose address it is, and never for what the network named. */
static void
test_known_address_without_tls (gconstpointer is_offered)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("");
  g_autoptr(Race) race = NULL;

  ring_init (&ring);
  ring.options.times = &brief;
  ring.options.is_learned = TRUE;
  ring.options.known_ip = "127.0.0.1";
  ring.options.is_offered = is_offered != NULL;
  enter (&ring, "mute.example.org", scripted_server_get_port (server),
         is_offered != NULL ? SENDPATH_SECURITY_TLS : SENDPATH_SECURITY_NONE);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  g_assert_null (strstr (ring.lines->str, "connecting"));
  scripted_server_assert_played (server);
  g_assert_cmpuint (scripted_server_count_connections (server), ==, 0);
}

/* The host has moved: what is at its old address costs nothing and is told to nobody. */
static const char *const strangers[] = {
  NULL,               /* nobody listens there */
  "!tls other\n",     /* somebody else's server */
  "!wait\n",          /* one that is mute */
  "S: 554 not us\n", /* one that speaks plain text */
};

static void
test_host_has_moved (gconstpointer data)
{
  const char *stranger = strangers[GPOINTER_TO_SIZE (data)];
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls good\nS: 220 hello\n!wait\n");
  guint16 port = scripted_server_get_port (server);
  g_autoptr(ScriptedServer) other
      = stranger != NULL ? scripted_server_new_at (stranger, "127.0.0.2", port) : NULL;
  g_autoptr(Race) race = NULL;
  g_autoptr(Runner) winner = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  if (other != NULL)
    scripted_server_set_certs (other, certs);
  ring_init (&ring);
  ring.options.is_learned = TRUE;
  ring.options.learned = G_SOCKET_FAMILY_IPV4;
  ring.options.known_ip = "127.0.0.2";
  enter (&ring, HOST, port, SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  g_assert_nonnull (winner);
  g_assert_false (winner->is_guess);
  g_assert_cmpstr (winner->ip, ==, "127.0.0.1");
  g_assert_nonnull (strstr (ring.lines->str, "[127.0.0.2]"));
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 0);
}

/* It has not moved: one connection, and what it says counts, once. */
static void
test_known_address_is_refused (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("!tls good\nS: 421 later\n");
  g_autoptr(Race) race = NULL;
  g_autoptr(GPtrArray) failures = NULL;

  ring_init (&ring);
  ring.options.is_learned = TRUE;
  ring.options.known_ip = "127.0.0.1";
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_TLS);
  race = race_new (ring.endpoints, &ring.options);
  g_assert_null (race_run (race, RACE_ALL, NULL));
  failures = race_steal_failures (race);
  g_assert_cmpuint (failures->len, ==, 1);
  assert_failure (failures, 0, scripted_server_get_port (server), SENDPATH_PHASE_GREETING, 421,
                  SENDPATH_FAULT_NONE);
  scripted_server_assert_played (server);
}

/* Whoever finds out later that it was the wrong one begins anew with the name servers. */
static void
test_known_address_is_forgotten (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(ScriptedServer) server = play ("S: 220 hello\n!wait\n");
  guint16 port = scripted_server_get_port (server);
  G_GNUC_UNUSED g_autoptr(ScriptedServer) other
      = scripted_server_new_at ("S: 220 not us\n!wait\n", "127.0.0.2", port);
  g_autoptr(Race) race = NULL;
  Runner *winner;

  ring_init (&ring);
  ring.options.is_learned = TRUE;
  ring.options.known_ip = "127.0.0.2";
  enter (&ring, HOST, port, SENDPATH_SECURITY_STARTTLS);
  race = race_new (ring.endpoints, &ring.options);
  winner = race_run (race, RACE_ALL, NULL);
  if (winner->is_guess) /* or the name servers were quicker */
    {
      runner_free (winner);
      race_forget_known (race);
      winner = race_run (race, RACE_ALL, NULL);
    }
  g_assert_cmpstr (winner->ip, ==, "127.0.0.1");
  runner_free (winner);
}

/* What was asked a moment ago is not asked again, until the network is another one. */
static void
test_recent_answers (void)
{
  static const guint expected[] = { 2, 2, 4 };
  g_auto(Ring) ring = { 0 };
  g_autoptr(RecentAnswers) recent = recent_answers_new (60000);
  g_autoptr(ScriptedServer) server = play (
      "S: 220 hello\n!wait\n---\nS: 220 hello\n!wait\n---\nS: 220 hello\n!wait\n");

  ring_init (&ring);
  ring.options.recent = recent;
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_STARTTLS);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr(Race) race = race_new (ring.endpoints, &ring.options);
      g_autoptr(Runner) winner = NULL;

      if (i == 2)
        recent_answers_clear (recent);
      winner = race_run (race, RACE_ALL, NULL);
      g_assert_nonnull (winner);
      g_assert_cmpuint (fake_resolver_count_addresses (ring.resolver), ==, expected[i]);
    }
}

/* Not where nothing would show whose address it is. */
static void
test_recent_answers_without_tls (void)
{
  g_auto(Ring) ring = { 0 };
  g_autoptr(RecentAnswers) recent = recent_answers_new (60000);
  g_autoptr(ScriptedServer) server
      = play ("S: 220 hello\n!wait\n---\nS: 220 hello\n!wait\n");

  ring_init (&ring);
  ring.options.recent = recent;
  enter (&ring, HOST, scripted_server_get_port (server), SENDPATH_SECURITY_NONE);
  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr(Race) race = race_new (ring.endpoints, &ring.options);
      g_autoptr(Runner) winner = race_run (race, RACE_ALL, NULL);

      g_assert_nonnull (winner);
      g_assert_cmpuint (fake_resolver_count_addresses (ring.resolver), ==, 2 * i);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/race/an-ipv4-address-behind-nat64", test_nat64);
  g_test_add_func ("/race/no-way-back-to-this-machine", test_refused);
  g_test_add_func ("/race/no-tls-opens-nothing", test_no_module);
  g_test_add_func ("/race/plain", test_plain);
  g_test_add_func ("/race/tls", test_tls);
  g_test_add_func ("/race/pop-greeting-is-left-alone", test_pop);
  g_test_add_func ("/race/pin", test_pin);
  for (gsize i = 0; i < G_N_ELEMENTS (failing); i++)
    {
      g_autofree char *path = g_strconcat ("/race/fails/", failing[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_failing);
    }
  g_test_add_data_func ("/race/first-is-refused", NULL, test_blocked_first);
  g_test_add_data_func ("/race/first-is-silent", "silent", test_blocked_first);
  g_test_add_func ("/race/next-after-a-failure", test_next_after_failure);
  g_test_add_func ("/race/accepted-and-not-a-word", test_mute);
  g_test_add_func ("/race/head-start", test_head_start);
  g_test_add_data_func ("/race/head-start-ends/in-the-greeting", NULL, test_head_start_ends);
  g_test_add_data_func ("/race/head-start-ends/in-tls", "tls", test_head_start_ends);
  g_test_add_func ("/race/silence-ends-it", test_silence);
  g_test_add_func ("/race/port-25-comes-last", test_port_25);
  g_test_add_func ("/race/learned-port-25-comes-first", test_learned_port_25);
  g_test_add_func ("/race/cancelled-before", test_cancel_at_once);
  g_test_add_func ("/race/cancelled", test_cancel);
  g_test_add_data_func ("/race/host-not-found", "nobody.example.org", test_host_not_found);
  g_test_add_data_func ("/race/name-servers-are-mute", "mute.example.org", test_host_not_found);
  g_test_add_data_func ("/race/host-is-no-name", "two..dots", test_host_not_found);
  g_test_add_func ("/race/families", test_families);
  g_test_add_func ("/race/one-family", test_one_family);
  g_test_add_func ("/race/slow-family-holds-nobody-up", test_slow_family);
  g_test_add_data_func ("/race/host/idn", "b\xc3\xbc" "cher.example.org", test_spellings);
  g_test_add_data_func ("/race/host/ipv4", "127.0.0.1", test_spellings);
  g_test_add_func ("/race/fields", test_fields);
  g_test_add_func ("/race/other-family", test_other_family);
  g_test_add_func ("/race/other-family-is-missing", test_other_family_missing);
  g_test_add_func ("/race/known-address-waits-for-no-name-server", test_known_address);
  g_test_add_data_func ("/race/known-address-needs-tls", NULL, test_known_address_without_tls);
  g_test_add_data_func ("/race/known-address-is-none-of-the-network-s", "offered",
                        test_known_address_without_tls);
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      static const char *const names[] = { "refused", "another-name", "mute", "plain-text" };
      g_autofree char *path = g_strconcat ("/race/host-has-moved/", names[i], NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_host_has_moved);
    }
  g_test_add_func ("/race/known-address-fails-once", test_known_address_is_refused);
  g_test_add_func ("/race/known-address-is-forgotten", test_known_address_is_forgotten);
  g_test_add_func ("/race/asked-once-in-a-while", test_recent_answers);
  g_test_add_func ("/race/asked-each-time-without-tls", test_recent_answers_without_tls);

  if (!g_test_subprocess ())
    {
      certs = test_certs_new ();
      test_certs_trust (certs);
    }
  status = g_test_run ();
  g_clear_pointer (&certs, test_certs_free);
  return status;
}
