/* One small file over HTTPS: the only file with libsoup, which is loaded at the first.
 *
 * It sends no cookie, no password and nothing of the user but what stands in the URL. It never
 * speaks plain HTTP, never takes a certificate that does not verify, and is not sent to this machine
 * or the local network. */
#include "config.h"

#include "profiles/https-get.h"

#include <libsoup/soup.h>

#include "profiles/found-server.h"
#include "profiles/late.h"

#define HTTPS_PORT    443
#define MAX_REDIRECTS 3
#define CHUNK_BYTES   8192

#define FUNCTIONS(F)                                                                               \
  F (soup, auth_manager_get_type)                                                                  \
  F (soup, content_decoder_get_type)                                                               \
  F (soup, message_add_flags)                                                                      \
  F (soup, message_get_response_headers)                                                           \
  F (soup, message_get_status)                                                                     \
  F (soup, message_get_tls_protocol_version)                                                       \
  F (soup, message_get_uri)                                                                        \
  F (soup, message_headers_get_one)                                                                \
  F (soup, message_new_from_uri)                                                                   \
  F (soup, session_abort)                                                                          \
  F (soup, session_new_with_options)                                                               \
  F (soup, session_remove_feature_by_type)                                                         \
  F (soup, session_send_async)                                                                     \
  F (soup, session_send_finish)

LATE_LIBRARY (libsoup, LIBSOUP_FILE, FUNCTIONS)

typedef struct {
  SoupSession *session;
  SoupMessage *message;
  GInputStream *body;
  GByteArray *bytes;
  guint n_redirects;
} Get;

static void
get_free (gpointer data)
{
  Get *get = data;

  g_clear_object (&get->body);
  g_clear_object (&get->message);
  libsoup.session_abort (get->session);
  g_object_unref (get->session);
  g_byte_array_unref (get->bytes);
  g_free (get);
}

static void
fail (GTask *task, const char *why)
{
  Get *get = g_task_get_task_data (task);
  g_autofree char *url =
      get->message != NULL ? g_uri_to_string (libsoup.message_get_uri (get->message)) : NULL;

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s",
                           url != NULL ? url : "https", why);
  g_object_unref (task);
}

/* ---- the body -------------------------------------------------------------------------------- */

static void read_more (GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Get *get = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) chunk =
                 g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (chunk == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      g_object_unref (task);
    }
  else if (g_bytes_get_size (chunk) == 0)
    {
      g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&get->bytes)),
                             (GDestroyNotify) g_bytes_unref);
      get->bytes = g_byte_array_new ();
      g_object_unref (task);
    }
  else if (get->bytes->len + g_bytes_get_size (chunk) > HTTPS_GET_MAX_BYTES)
    fail (task, "larger than allowed");
  else
    {
      g_byte_array_append (get->bytes, g_bytes_get_data (chunk, NULL),
                           (guint) g_bytes_get_size (chunk));
      read_more (task);
    }
}

static void
read_more (GTask *task)
{
  Get *get = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (get->body, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_read, task);
}

/* ---- the request ----------------------------------------------------------------------------- */

static void send_request (GTask *task, GUri *uri);

/* This machine, the local network and bare addresses have no configuration for anybody. */
static gboolean
is_public_name (const char *host)
{
  g_autoptr(FoundServer) server = host != NULL ? found_server_new (host, HTTPS_PORT, TRUE) : NULL;

  return server != NULL;
}

/* Where the answer sends us; NULL if that is not https, or no host of the net. */
static GUri *
find_next (SoupMessage *message)
{
  const char *location =
      libsoup.message_headers_get_one (libsoup.message_get_response_headers (message), "Location");
  g_autoptr(GUri) next = location != NULL
                              ? g_uri_parse_relative (libsoup.message_get_uri (message), location,
                                                      SOUP_HTTP_URI_FLAGS, NULL)
                              : NULL;

  if (next == NULL || !g_str_equal (g_uri_get_scheme (next), "https") ||
      !is_public_name (g_uri_get_host (next)))
    return NULL;
  return g_steal_pointer (&next);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Get *get = g_task_get_task_data (task);
  SoupMessage *message = get->message;
  g_autoptr(GError) error = NULL;

  get->body = libsoup.session_send_finish (get->session, result, &error);
  if (get->body == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      g_object_unref (task);
    }
  else if (libsoup.message_get_tls_protocol_version (message) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    fail (task, "TLS is too old");
  else if (SOUP_STATUS_IS_REDIRECTION (libsoup.message_get_status (message)))
    {
      g_autoptr(GUri) next = find_next (message);

      if (next == NULL || ++get->n_redirects > MAX_REDIRECTS)
        fail (task, "redirected to where nothing is fetched");
      else
        send_request (task, next);
    }
  else if (libsoup.message_get_status (message) != SOUP_STATUS_OK)
    fail (task, "not there");
  else
    read_more (task);
}

static void
send_request (GTask *task, GUri *uri)
{
  Get *get = g_task_get_task_data (task);

  g_clear_object (&get->body);
  g_clear_object (&get->message);
  get->message = libsoup.message_new_from_uri (g_intern_static_string ("GET"), uri);
  libsoup.message_add_flags (get->message, SOUP_MESSAGE_NO_REDIRECT);
  libsoup.session_send_async (get->session, get->message, G_PRIORITY_DEFAULT,
                              g_task_get_cancellable (task), on_sent, task);
}

void
https_get_async (const char *url, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr(GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  GError *error = NULL;
  Get *get;

  g_task_set_source_tag (task, https_get_async);
  if (!load_libsoup (&error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  get = g_new0 (Get, 1);
  get->session = libsoup.session_new_with_options ("user-agent", "sendpath", NULL);
  libsoup.session_remove_feature_by_type (get->session, libsoup.auth_manager_get_type ());
  libsoup.session_remove_feature_by_type (get->session, libsoup.content_decoder_get_type ());
  get->bytes = g_byte_array_new ();
  g_task_set_task_data (task, get, get_free);
  if (uri == NULL || !g_str_equal (g_uri_get_scheme (uri), "https"))
    fail (task, "not an https address");
  else
    send_request (task, uri);
}

GBytes *
https_get_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
