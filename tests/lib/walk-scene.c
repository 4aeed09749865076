/* A walk with scripted servers. It expects nothing. */
#include "config.h"

#include "tests/lib/walk-scene.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "profiles/approvals.h"

static SendpathSecret *
get_secret (gpointer data, const SecretQuery *query, WalkSecret how, GError **error)
{
  Scene *scene = data;
  const char *password = how == WALK_SECRET_NEW ? NULL : scene->password;

  g_string_append_printf (scene->secrets, "%s%s/%s", scene->secrets->len > 0 ? " " : "",
                          query->account, query->service);
  if (password == NULL && how != WALK_SECRET_AT_HAND)
    {
      scene->n_asked++;
      password = scene->answer;
    }
  if (password != NULL)
    return sendpath_secret_new (password, strlen (password), secret_query_get_kind (query));
  g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND, "none");
  return NULL;
}

static gboolean
before_dot (gpointer data, const char *const *addresses, const char *server, GError **error)
{
  Scene *scene = data;

  if (scene->disk_is_full)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
      return FALSE;
    }
  for (guint i = 0; addresses[i] != NULL; i++)
    g_string_append_printf (scene->dots, "%s%s", scene->dots->len > 0 ? " " : "", addresses[i]);
  return TRUE;
}

/* Nobody is reached at the addresses of relays that are offered here. */
static void
stand_in (Scene *scene, SendpathRoute *route)
{
  guint16 port = scripted_server_get_port (scene->relay);

  g_ptr_array_set_size (route->endpoints, 0);
  g_ptr_array_add (route->endpoints,
                   sendpath_endpoint_new ("127.0.0.1", port, SENDPATH_SECURITY_NONE));
  g_string_append (scene->pins, route->tls_pin != NULL ? route->tls_pin : "name");
}

static void
attempt_started (gpointer data, SendpathRoute *route)
{
  Scene *scene = data;

  g_string_append_printf (scene->routes, "%s%s", scene->routes->len > 0 ? " " : "",
                          sendpath_route_kind_to_string (sendpath_route_get_kind (route)));
  if (route->kind == SENDPATH_ROUTE_DISCOVERED && scene->relay != NULL)
    stand_in (scene, route);
}

static gboolean
attempt_ended (gpointer data, SendpathReport *report, guint attempt, GError **error)
{
  const Scene *scene = data;

  if (scene->journal_is_bad)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the journal cannot be written");
  return !scene->journal_is_bad;
}

static gboolean
pause_for (gpointer data, guint milliseconds)
{
  return TRUE;
}

static SendpathRelayChoice
choose_relay (gpointer data, const WalkRelay *relay, char **ret_key)
{
  Scene *scene = data;

  g_string_append_printf (scene->relays, "%s%s:%u", scene->relays->len > 0 ? " " : "", relay->host,
                          relay->port);
  *ret_key = g_strdup (scene->key);
  return scene->choice;
}

static void
bind_closed_port (Scene *scene)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  scene->closed_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (scene->closed_fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (getsockname (scene->closed_fd, (struct sockaddr *) &address, &length), ==, 0);
  scene->closed_port = ntohs (address.sin_port);
}

static char *
dup_address (const Scene *scene, const ScriptedServer *server)
{
  return g_strdup_printf ("127.0.0.1:%u",
                          server != NULL ? scripted_server_get_port (server) : scene->closed_port);
}

static ScriptedServer *
start_server (const char *dialogue)
{
  return dialogue != NULL ? scripted_server_new (dialogue, SCRIPTED_SERVER_NO_CUT) : NULL;
}

Scene *
scene_new (const char *own, const char *relay)
{
  Scene *scene = g_new0 (Scene, 1);
  g_autoptr (GString) config = g_string_new ("[account home]\naddress = terri@proseware.com\n"
                                             "allow-cleartext-login = yes\nsecurity = none\n");
  g_autofree char *own_address = NULL, *relay_address = NULL;

  bind_closed_port (scene);
  scene->own = start_server (own);
  scene->relay = start_server (relay);
  scene->dots = g_string_new (NULL);
  scene->routes = g_string_new (NULL);
  scene->secrets = g_string_new (NULL);
  scene->relays = g_string_new (NULL);
  scene->pins = g_string_new (NULL);
  own_address = dup_address (scene, scene->own);
  relay_address = dup_address (scene, scene->relay);
  g_string_append_printf (config, "smtp = %s\n", own_address);
  if (relay != NULL)
    g_string_append_printf (config,
                            "[location work]\nnetwork = 192.0.2.0/24\nsecurity = none\n"
                            "sender = tchudzik@thephone-company.com\nrewrite-from = yes\n"
                            "smtp = %s\n",
                            relay_address);
  scene->plan = plan_fixture_new (config->str);
  if (relay != NULL)
    plan_fixture_set_location (scene->plan, "work");
  return scene;
}

void
scene_set (Scene *scene, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  sendpath_account_set (scene->plan->input.account, key, value, &error);
  g_assert_no_error (error);
}

void
scene_add_pop (Scene *scene, const char *dialogue)
{
  g_autofree char *address = NULL;

  scene->pop = start_server (dialogue);
  address = dup_address (scene, scene->pop);
  scene_set (scene, "pop", address);
  scene_set (scene, "pop-security", "none");
}

void
scene_decide (Scene *scene, const char *host, guint16 port, const char *key, gboolean is_refused)
{
  RelayDecision decision = { (char *) host, port, (char *) key, is_refused };
  g_autoptr (GError) error = NULL;

  approvals_add (scene->plan->folder, scene->plan->input.network_id, &decision, &error);
  g_assert_no_error (error);
  g_clear_pointer (&scene->plan->input.approved, g_ptr_array_unref);
  scene->plan->input.approved =
      approvals_read (scene->plan->folder, scene->plan->input.network_id);
}

void
scene_approve (Scene *scene, const char *dialogue)
{
  scene->relay = start_server (dialogue);
  scene_decide (scene, "127.0.0.1", scripted_server_get_port (scene->relay), NULL, FALSE);
}

void
scene_offer (Scene *scene, const char *dialogue)
{
  scene->relay = start_server (dialogue);
}

void
scene_free (Scene *scene)
{
  g_clear_pointer (&scene->plan->input.approved, g_ptr_array_unref);
  g_clear_pointer (&scene->own, scripted_server_free);
  g_clear_pointer (&scene->pop, scripted_server_free);
  g_clear_pointer (&scene->relay, scripted_server_free);
  g_clear_pointer (&scene->report, sendpath_report_unref);
  g_string_free (scene->dots, TRUE);
  g_string_free (scene->routes, TRUE);
  g_string_free (scene->secrets, TRUE);
  g_string_free (scene->relays, TRUE);
  g_string_free (scene->pins, TRUE);
  plan_fixture_free (scene->plan);
  close (scene->closed_fd);
  g_free (scene);
}

/* The plan without the ports of step 2, which are nobody's here. */
static GPtrArray *
plan_without_other_ports (const Scene *scene)
{
  GPtrArray *routes = plan_make (&scene->plan->input);

  for (guint i = routes->len; i-- > 0;)
    {
      SendpathRoute *route = routes->pdata[i];

      if (route->kind == SENDPATH_ROUTE_LOCATION && route->location == NULL && !scene->keeps_tls)
        {
          g_ptr_array_set_size (route->endpoints, 0);
          g_ptr_array_add (
              route->endpoints,
              sendpath_endpoint_new (route->server, scripted_server_get_port (scene->relay),
                                     SENDPATH_SECURITY_NONE));
        }
      if (route->kind == SENDPATH_ROUTE_LOCATION && scene->other_port != 0)
        g_ptr_array_add (route->endpoints, sendpath_endpoint_new (route->server, scene->other_port,
                                                                  SENDPATH_SECURITY_NONE));
      if (route->kind == SENDPATH_ROUTE_ACCOUNT && scene->own_name != NULL)
        {
          g_free (route->server);
          route->server = g_strdup (scene->own_name);
        }
      if (route->kind == SENDPATH_ROUTE_ACCOUNT && scene->own_other_port != 0)
        g_ptr_array_add (
            route->endpoints,
            sendpath_endpoint_new (route->server, scene->own_other_port, SENDPATH_SECURITY_NONE));
      if (route->kind == SENDPATH_ROUTE_ACCOUNT_POP)
        g_ptr_array_set_size (route->endpoints, 1);
      if (route->kind == SENDPATH_ROUTE_ACCOUNT_PORT)
        g_ptr_array_remove_index (routes, i);
    }
  return routes;
}

static SendpathMessage *
new_message (const Scene *scene)
{
  const char *text = scene->text != NULL
                         ? scene->text
                         : "From: Terri Chudzik <terri@proseware.com>\r\nTo: someone@adatum.com\r\n"
                           "Subject: Hello\r\n\r\nHello.\r\n";
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  SendpathMessage *message =
      sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, &error);

  g_assert_no_error (error);
  return message;
}

/* As if the reply to the dot had been lost some time ago. */
static void
begin_repeat (Scene *scene, const char *address)
{
  report_note_dot (scene->report, address, scene->repeat_at, SENDER_RULE_KEEP, 1);
  report_set_recipient (scene->report, address, REPORT_NO_ATTEMPT, SENDPATH_RECIPIENT_UNCERTAIN,
                        SENDPATH_VERDICT_UNCERTAIN, NULL);
  report_find_recipient (scene->report, address)->may_repeat = TRUE;
}

void
scene_walk_to (Scene *scene, const char *recipients)
{
  g_autoptr (SendpathMessage) message = new_message (scene);
  g_autoptr (GPtrArray) routes = plan_without_other_ports (scene);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (GStrv) addresses = g_strsplit (recipients, " ", 0);
  WalkHost host = { .get_secret = get_secret,
                    .before_dot = before_dot,
                    .attempt_started = attempt_started,
                    .attempt_ended = attempt_ended,
                    .pause = pause_for,
                    .choose_relay = choose_relay,
                    .data = scene };
  Trace trace = { NULL, NULL };
  static const FakeHost no_hosts[] = { { .host = NULL } };
  g_autoptr (GResolver) resolver =
      fake_resolver_new (scene->hosts != NULL ? scene->hosts : no_hosts);
  WalkContext context = { .plan = &scene->plan->input,
                          .local = scene->local,
                          .network_is_up = !scene->has_no_network,
                          .is_portal = scene->is_behind_portal,
                          .is_open = scene->is_open,
                          .n_most = scene->n_most,
                          .patience_s = 2,
                          .trace = &trace,
                          .resolver = resolver };

  if (scene->has_empty_sender)
    g_assert_true (sendpath_message_set_sender (message, "", NULL));
  if (scene->is_cancelled)
    g_cancellable_cancel (cancellable);
  for (guint i = 0; addresses[i] != NULL; i++)
    g_assert_true (sendpath_message_add_recipient (message, addresses[i], NULL));
  g_clear_pointer (&scene->report, sendpath_report_unref);
  scene->report = report_new ("0123456789abcdef0123456789abcdef", message);
  if (scene->repeat_at != NULL)
    begin_repeat (scene, addresses[0]);
  walk_run (message, routes, scene->report, &context, &host, cancellable);
  scene->n_txt = fake_resolver_count_txt (resolver);
}

void
scene_assert_recipient (Scene *scene, guint i, SendpathRecipientState state,
                        SendpathVerdict verdict)
{
  g_assert_cmpstr (sendpath_verdict_to_string (sendpath_report_get_verdict (scene->report, i)), ==,
                   sendpath_verdict_to_string (verdict));
  g_assert_cmpint (sendpath_report_get_state (scene->report, i), ==, state);
}
