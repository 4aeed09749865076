/* Messages left with a service of the machine: what is heard at a local socket, and from whom. */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sendpath/sendpath.h"

#define CLIENTS_OF_ONE 16
#define HELLO          "To: bob@adatum.com, root\nBcc: eve@adatum.com\nSubject: Hello\n\nHello.\n"

typedef struct {
  char *dir;
  char *path;
  GSocket *socket;
  GCancellable *cancellable;
  GThread *thread;
  GQuark refusal_domain; /* 0: everything is taken */
  int refusal_code;
  GMutex lock;
  GPtrArray *taken; /* a line for each */
} House;

static gboolean
take (SendpathMessage *message, guint uid, gpointer data, GError **error)
{
  House *house = data;
  g_autofree char *to = g_strjoinv (" ", (char **) sendpath_message_get_recipients (message));

  if (house->refusal_domain != 0)
    {
      g_set_error_literal (error, house->refusal_domain, house->refusal_code, "no");
      return FALSE;
    }
  g_assert_cmpuint (uid, ==, getuid ());
  g_mutex_lock (&house->lock);
  g_ptr_array_add (house->taken,
                   g_strdup_printf ("<%s> %s: %s", sendpath_message_get_sender (message), to,
                                    sendpath_message_get_subject (message)));
  g_mutex_unlock (&house->lock);
  return TRUE;
}

static gpointer
listen_to_all (gpointer data)
{
  House *house = data;
  g_autoptr (GError) error = NULL;

  sendpath_listen (g_socket_get_fd (house->socket), take, house, house->cancellable, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
set_up (House *house, gconstpointer data)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  house->dir = g_dir_make_tmp (NULL, &error);
  g_assert_no_error (error);
  house->path = g_build_filename (house->dir, "submit", NULL);
  address = g_unix_socket_address_new (house->path);
  house->socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (house->socket, address, FALSE, NULL));
  g_assert_true (g_socket_listen (house->socket, NULL));
  house->cancellable = g_cancellable_new ();
  house->taken = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&house->lock);
  house->thread = g_thread_new ("listen", listen_to_all, house);
}

static void
end (House *house)
{
  g_cancellable_cancel (house->cancellable);
  g_clear_pointer (&house->thread, g_thread_join);
}

static void
tear_down (House *house, gconstpointer data)
{
  if (house->thread != NULL)
    end (house);
  g_object_unref (house->cancellable);
  g_object_unref (house->socket);
  g_ptr_array_unref (house->taken);
  g_mutex_clear (&house->lock);
  g_unlink (house->path);
  g_rmdir (house->dir);
  g_free (house->path);
  g_free (house->dir);
}

static SendpathMessage *
new_message (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static (HELLO, strlen (HELLO));
  g_autoptr (GError) error = NULL;
  SendpathMessage *message =
      sendpath_message_new_from_bytes (text, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, &error);

  g_assert_no_error (error);
  return message;
}

static GSocketConnection *
come_in (const House *house, const char *says, const char *expected)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (house->path);
  GSocketConnection *connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GString) heard = g_string_new (NULL);
  char byte;

  g_output_stream_write_all (out, says, strlen (says), NULL, NULL, NULL);
  while (strstr (heard->str, expected) == NULL)
    {
      g_assert_cmpint (g_input_stream_read (in, &byte, 1, NULL, NULL), ==, 1);
      g_string_append_c (heard, byte);
    }
  return connection;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void
test_handed_on (House *house, gconstpointer data)
{
  g_autoptr (SendpathMessage) message = new_message ();
  g_autoptr (GError) error = NULL;

  g_assert_true (sendpath_message_set_sender (message, "terri@proseware.com", NULL));
  g_assert_true (sendpath_hand_on (message, house->path, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (house->taken->len, ==, 1);
  g_assert_cmpstr (house->taken->pdata[0], ==,
                   "<terri@proseware.com> bob@adatum.com root eve@adatum.com: Hello");
}

static void
test_refusals (House *house, gconstpointer data)
{
  const struct {
    GQuark domain;
    int code;
    GQuark seen;
    int seen_code;
  } cases[] = {
    { SENDPATH_ERROR, SENDPATH_ERROR_MESSAGE, G_IO_ERROR, G_IO_ERROR_INVALID_DATA },
    { SENDPATH_ERROR, SENDPATH_ERROR_OUTBOX_FULL, G_IO_ERROR, G_IO_ERROR_BUSY },
    { SENDPATH_ERROR, SENDPATH_ERROR_OUTBOX_IO, G_IO_ERROR, G_IO_ERROR_BUSY },
    { SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING, SENDPATH_PROFILE_ERROR,
      SENDPATH_PROFILE_ERROR_MISSING },
    { SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_NO_ACCOUNT, SENDPATH_PROFILE_ERROR,
      SENDPATH_PROFILE_ERROR_MISSING },
    { G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SendpathMessage) message = new_message ();
      g_autoptr (GError) error = NULL;

      house->refusal_domain = cases[i].domain;
      house->refusal_code = cases[i].code;
      g_assert_false (sendpath_hand_on (message, house->path, NULL, &error));
      g_assert_error (error, cases[i].seen, cases[i].seen_code);
    }
}

/* P-3: what has not come as a whole by the end is nobody's, and keeps nobody from ending. */
static void
test_half_a_message (House *house, gconstpointer data)
{
  g_autoptr (GSocketConnection) half = NULL;

  half = come_in (house, "EHLO a\r\nMAIL FROM:<a@adatum.com>\r\nRCPT TO:<b@adatum.com>\r\nDATA\r\n",
                  "\r\n354 ");
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (half)),
                                            "Subject: a\r\n\r\nHello\r\n", 21, NULL, NULL, NULL));
  end (house);
  g_assert_cmpuint (house->taken->len, ==, 0);
}

/* Who does not listen to what is said to him keeps nobody from ending, either. */
static void
test_deaf (House *house, gconstpointer data)
{
  g_autoptr (GSocketConnection) deaf = come_in (house, "EHLO a\r\n", "250 ");
  GSocket *socket = g_socket_connection_get_socket (deaf);
  gint64 start_us;

  g_socket_set_timeout (socket, 1); /* until nothing more goes in, since no reply was read */
  while (g_socket_send (socket, "HELP\r\n", 6, NULL, NULL) > 0)
    ;
  start_us = g_get_monotonic_time ();
  end (house);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 30 * G_TIME_SPAN_SECOND);
}

static void
test_too_many (House *house, gconstpointer data)
{
  g_autoptr (GPtrArray) inside = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketConnection) outside = NULL;

  for (guint i = 0; i < CLIENTS_OF_ONE; i++)
    g_ptr_array_add (inside, come_in (house, "", "220 "));
  outside = come_in (house, "", "421 ");
}

static void
test_other_sockets (void)
{
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  for (int fd = -1; fd <= ends[0]; fd += ends[0] + 1)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sendpath_listen (fd, take, NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
    }
  close (ends[0]);
  close (ends[1]);
}

static void
test_nobody_listens (void)
{
  g_autoptr (SendpathMessage) message = new_message ();
  g_autoptr (GError) error = NULL;

  g_assert_false (sendpath_hand_on (message, "/nonexistent/submit", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/listener/handed-on-is-taken", House, NULL, set_up, test_handed_on, tear_down);
  g_test_add ("/listener/refusal-says-what-to-do", House, NULL, set_up, test_refusals, tear_down);
  g_test_add ("/listener/half-a-message-is-nobodys", House, NULL, set_up, test_half_a_message,
              tear_down);
  g_test_add ("/listener/who-does-not-listen", House, NULL, set_up, test_deaf, tear_down);
  g_test_add ("/listener/one-user-does-not-fill-it", House, NULL, set_up, test_too_many, tear_down);
  g_test_add_func ("/listener/no-other-sockets", test_other_sockets);
  g_test_add_func ("/hand-on/nobody-listens", test_nobody_listens);
  return g_test_run ();
}
