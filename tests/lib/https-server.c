/* A web server on this machine, with libsoup. It listens on loopback only. */
#include "config.h"

#include "tests/lib/https-server.h"

#include <libsoup/soup.h>

struct _HttpsServer {
  const HttpsPage *pages;
  GTlsCertificate *certificate;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  GMutex lock;
  GCond is_up;
  guint16 port;
  GString *log;
};

static const HttpsPage *
find_page (const HttpsServer *server, const char *host, const char *path)
{
  const HttpsPage *page = server->pages;

  while (page->path != NULL && (!g_str_equal (page->path, path) ||
                                (page->host != NULL && !g_str_equal (page->host, host))))
    page++;
  return page;
}

static void
answer (HttpsServer *server, SoupServerMessage *message, const HttpsPage *page)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *padding = g_strnfill (page->pad, ' ');
  g_autofree char *body = g_strconcat (page->body != NULL ? page->body : "", padding, NULL);

  if (page->location != NULL)
    {
      g_autoptr(GString) location = g_string_new (page->location);
      g_autofree char *port = g_strdup_printf ("%u", server->port);

      g_string_replace (location, "{port}", port, 0);
      soup_message_headers_replace (headers, "Location", location->str);
    }
  soup_server_message_set_status (message, page->status != 0 ? page->status : SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/xml", SOUP_MEMORY_COPY, body, strlen (body));
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  HttpsServer *server = data;
  GUri *uri = soup_server_message_get_uri (message);
  const HttpsPage *page = find_page (server, g_uri_get_host (uri), path);

  g_mutex_lock (&server->lock);
  g_string_append_printf (server->log, "%s %s%s%s\n", g_uri_get_host (uri), path,
                          g_uri_get_query (uri) != NULL ? "?" : "",
                          g_uri_get_query (uri) != NULL ? g_uri_get_query (uri) : "");
  g_mutex_unlock (&server->lock);
  if (page->path != NULL)
    answer (server, message, page);
  else
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

static gpointer
serve (gpointer data)
{
  HttpsServer *server = data;
  g_autoptr(SoupServer) soup = NULL;
  g_autoptr(GError) error = NULL;
  g_autoslist(GUri) uris = NULL;

  g_main_context_push_thread_default (server->context);
  soup = soup_server_new ("tls-certificate", server->certificate, NULL);
  soup_server_add_handler (soup, NULL, on_request, server, NULL);
  if (!soup_server_listen_local (soup, 0,
                                 SOUP_SERVER_LISTEN_IPV4_ONLY |
                                     (server->certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0),
                                 &error))
    g_error ("%s", error->message);
  uris = soup_server_get_uris (soup);
  g_mutex_lock (&server->lock);
  server->port = (guint16) g_uri_get_port (uris->data);
  g_cond_signal (&server->is_up);
  g_mutex_unlock (&server->lock);
  g_main_loop_run (server->loop);
  soup_server_disconnect (soup);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

HttpsServer *
https_server_new (const char *certificate, const HttpsPage *pages)
{
  HttpsServer *server = g_new0 (HttpsServer, 1);
  g_autoptr(GError) error = NULL;

  server->pages = pages;
  if (certificate != NULL)
    {
      server->certificate = g_tls_certificate_new_from_file (certificate, &error);
      g_assert_no_error (error);
    }
  server->log = g_string_new (NULL);
  server->context = g_main_context_new ();
  server->loop = g_main_loop_new (server->context, FALSE);
  g_mutex_init (&server->lock);
  g_cond_init (&server->is_up);
  server->thread = g_thread_new ("https-server", serve, server);
  g_mutex_lock (&server->lock);
  while (server->port == 0)
    g_cond_wait (&server->is_up, &server->lock);
  g_mutex_unlock (&server->lock);
  return server;
}

static gboolean
on_stop (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
https_server_free (HttpsServer *server)
{
  g_main_context_invoke (server->context, on_stop, server->loop);
  g_thread_join (server->thread);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
  g_clear_object (&server->certificate);
  g_string_free (server->log, TRUE);
  g_mutex_clear (&server->lock);
  g_cond_clear (&server->is_up);
  g_free (server);
}

guint16
https_server_get_port (HttpsServer *server)
{
  return server->port;
}

char *
https_server_dup_log (HttpsServer *server)
{
  char *log;

  g_mutex_lock (&server->lock);
  log = g_strdup (server->log->str);
  g_mutex_unlock (&server->lock);
  return log;
}
