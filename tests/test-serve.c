/* Programs that hand in messages at a port of this machine: who is heard there, who is not, and that nobody
 * is taken for having said what he did not. Real sockets; nothing is sent. */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sendpath/submission/listener.h"

#define CLIENTS_MAX    4
#define RECIPIENTS_MAX 100
#define BYTES_MAX      100000
#define DELAY_MS       20000 /* that nobody sits out */

/* \0NAME\0PASSWORD */
#define WEB   "AUTH PLAIN AHdlYgBjYW5hcnktNw==\r\n"
#define DESK  "AUTH PLAIN AGRlc2sAY2FuYXJ5LTg=\r\n"
#define WRONG "AUTH PLAIN AHdlYgBjYW5hcnktOA==\r\n"

#define EHLO "EHLO [127.0.0.1]\r\n"
#define MAIL "MAIL FROM:<web@proseware.com>\r\n"
#define RCPT "RCPT TO:<bob@adatum.com>\r\n"
#define TEXT "Subject: Hello\r\n\r\nHello.\r\n"

typedef struct {
  char *dir;
  char *path;
  GSocketAddress *address; /* of the port */
  GArray *doors;
  GPtrArray *sockets;
  guint delay_ms;
  GCancellable *cancellable;
  GThread *thread;
  GMutex lock;
  GString *taken;
} House;

/* ---- the house ------------------------------------------------------------------------------- */

static char *
log_in (const char *user, const char *password, gpointer data)
{
  static const char *const clients[][2] = { { "web", "canary-7" }, { "desk", "canary-8" } };

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    if (g_str_equal (clients[i][0], user) && g_str_equal (clients[i][1], password))
      return g_strdup ("235 2.7.0 welcome");
  return g_strdup ("535 5.7.8 no");
}

/* Each has an address of its own. */
static char *
refuse_sender (const char *sender, const ListenerGuest *guest, gpointer data)
{
  g_autofree char *own = g_strdup_printf ("%s@proseware.com", guest->name);

  return g_str_equal (sender, own) ? NULL : g_strdup ("550 5.7.1 not yours");
}

static char *
take (SendpathMessage *message, const ListenerGuest *guest, gpointer data)
{
  House *house = data;

  g_mutex_lock (&house->lock);
  g_string_append_printf (house->taken, "%s<%s>%s ", guest->name != NULL ? guest->name : "owner",
                          sendpath_message_get_sender (message),
                          sendpath_message_get_subject (message));
  g_mutex_unlock (&house->lock);
  return g_strdup ("250 2.0.0 accepted");
}

static gpointer
listen_to_all (gpointer data)
{
  House *house = data;
  g_autoptr (GError) error = NULL;
  const ListenerSettings settings = {
    .max_clients = CLIENTS_MAX,
    .max_of_one_user = CLIENTS_MAX,
    .max_bytes = BYTES_MAX,
    .max_recipients = RECIPIENTS_MAX,
    .patience_s = 30,
    .lifetime_s = 60,
    .login_s = 30,
    .refusal_delay_ms = house->delay_ms,
    .log_in = log_in,
    .refuse_sender = refuse_sender,
    .take = take,
    .data = house,
  };

  listener_run ((const ListenerDoor *) (gpointer) house->doors->data, house->doors->len, &settings,
                house->cancellable, &error);
  g_assert_no_error (error);
  return NULL;
}

static GSocket *
open_socket (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  return socket;
}

static void
add_door (House *house, GSocketAddress *address, ListenerEntry entry)
{
  GSocket *socket = open_socket (address);
  ListenerDoor door = { g_socket_get_fd (socket), entry };

  g_array_append_val (house->doors, door);
  g_ptr_array_add (house->sockets, socket);
}

static void
set_up (House *house, gconstpointer data)
{
  g_autoptr (GSocketAddress) port = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) path = NULL;

  house->delay_ms = GPOINTER_TO_UINT (data);
  house->dir = g_dir_make_tmp (NULL, NULL);
  house->path = g_build_filename (house->dir, "submit", NULL);
  path = g_unix_socket_address_new (house->path);
  house->doors = g_array_new (FALSE, FALSE, sizeof (ListenerDoor));
  house->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  add_door (house, port, LISTENER_LOGIN);
  add_door (house, path, LISTENER_OWNER);
  house->address = g_socket_get_local_address (house->sockets->pdata[0], NULL);
  house->cancellable = g_cancellable_new ();
  house->taken = g_string_new (NULL);
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
  g_object_unref (house->address);
  g_array_unref (house->doors);
  g_ptr_array_unref (house->sockets);
  g_string_free (house->taken, TRUE);
  g_mutex_clear (&house->lock);
  g_unlink (house->path);
  g_rmdir (house->dir);
  g_free (house->path);
  g_free (house->dir);
}

/* ---- a client -------------------------------------------------------------------------------- */

typedef struct {
  GSocketConnection *connection;
  GString *heard;
} Client;

static Client *
come_in (GSocketAddress *address)
{
  g_autoptr (GSocketClient) socket_client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  Client *client = g_new0 (Client, 1);

  client->connection =
      g_socket_client_connect (socket_client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  client->heard = g_string_new (NULL);
  return client;
}

static void
client_free (Client *client)
{
  g_object_unref (client->connection);
  g_string_free (client->heard, TRUE);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

/* FALSE: it was hung up on. */
static gboolean
say (Client *client, const char *text, gsize length)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (client->connection));

  return g_output_stream_write_all (out, text, length, NULL, NULL, NULL);
}

/* The next @n replies, or fewer if it is hung up on. */
static void
hear (Client *client, guint n)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (client->connection));
  gsize line = client->heard->len;
  char byte;

  while (n > 0 && g_input_stream_read (in, &byte, 1, NULL, NULL) == 1)
    {
      g_string_append_c (client->heard, byte);
      if (byte != '\n')
        continue;
      n -= client->heard->str[line + 3] == ' ' ? 1 : 0;
      line = client->heard->len;
    }
}

/* The code of each reply until now. */
static char *
dup_codes (const Client *client)
{
  g_auto (GStrv) lines = g_strsplit (client->heard->str, "\r\n", -1);
  GString *codes = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strlen (lines[i]) > 3 && lines[i][3] == ' ')
      g_string_append_printf (codes, "%s%.3s", codes->len > 0 ? " " : "", lines[i]);
  return g_string_free (codes, FALSE);
}

/* Says each of @flights (ended by NULL) when the one before it was answered by as many replies as its first
 * byte tells. */
static char *
talk (GSocketAddress *address, const char *const *flights)
{
  g_autoptr (Client) client = come_in (address);

  hear (client, 1);
  for (guint i = 0; flights[i] != NULL; i++)
    {
      say (client, flights[i] + 1, strlen (flights[i] + 1));
      hear (client, (guint) *flights[i]);
    }
  return dup_codes (client);
}

#define TALK(address, ...) talk (address, (const char *const[]) { __VA_ARGS__, NULL })

/* More replies than any: until it is hung up on. */
#define TO_THE_END "\x7f"

/* ---- tests ----------------------------------------------------------------------------------- */

/* T-157 */
static void
test_without_a_password (House *house, gconstpointer data)
{
  g_autofree char *codes = TALK (house->address, "\x04" EHLO MAIL RCPT "DATA\r\n",
                                 "\x03"
                                 "VRFY bob\r\nRSET\r\nQUIT\r\n");

  end (house);
  g_assert_cmpstr (codes, ==, "220 250 530 530 530 252 250 221");
  g_assert_cmpstr (house->taken->str, ==, "");
}

static void
test_each_by_its_own_account (House *house, gconstpointer data)
{
  g_autofree char *web = TALK (house->address, "\x05" EHLO WEB MAIL RCPT "DATA\r\n",
                               "\x03" TEXT ".\r\nMAIL FROM:<desk@proseware.com>\r\nQUIT\r\n");
  g_autofree char *desk = TALK (house->address, "\x03" EHLO DESK MAIL,
                                "\x03"
                                "MAIL FROM:<desk@proseware.com>\r\n" RCPT "DATA\r\n",
                                "\x02" TEXT ".\r\nQUIT\r\n");

  end (house);
  g_assert_cmpstr (web, ==, "220 250 235 250 250 354 250 550 221");
  g_assert_cmpstr (desk, ==, "220 250 235 550 250 250 354 250 221");
  g_assert_cmpstr (house->taken->str, ==,
                   "web<web@proseware.com>Hello desk<desk@proseware.com>Hello ");
}

static void
test_owner_at_the_local_socket (House *house, gconstpointer data)
{
  g_autoptr (GSocketAddress) path = g_unix_socket_address_new (house->path);
  g_autofree char *codes =
      TALK (path, "\x05" EHLO "AUTH PLAIN x\r\n" MAIL RCPT "DATA\r\n", "\x02" TEXT ".\r\nQUIT\r\n");

  end (house);
  g_assert_cmpstr (codes, ==, "220 250 502 250 250 354 250 221");
  g_assert_cmpstr (house->taken->str, ==, "owner<web@proseware.com>Hello ");
}

static void
test_wrong_passwords (House *house, gconstpointer data)
{
  g_autofree char *codes = TALK (house->address, TO_THE_END EHLO WRONG WRONG WRONG WEB MAIL);

  g_assert_cmpstr (codes, ==, "220 250 535 535 535 421");
}

/* T-158: dropped at the first line, or before it has ended. */
static void
test_other_protocols (House *house, gconstpointer data)
{
  static const char *const others[] = {
    TO_THE_END "POST / HTTP/1.1\r\nHost: 127.0.0.1:5870\r\n\r\n" EHLO WEB MAIL RCPT "DATA\r\n" TEXT
               ".\r\n",
    TO_THE_END "GET / HTTP/1.1\r\n",
    TO_THE_END "OPTIONS * HTTP/1.1\r\n",
    TO_THE_END "EHLO / HTTP/1.1\r\nHost: a\r\n\r\n" WEB MAIL,
    TO_THE_END "NOOP / HTTP/1.1\r\nHost: a\r\n\r\n" EHLO WEB MAIL,
    TO_THE_END "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    TO_THE_END "\x16\x03\x01\x02",
    TO_THE_END "\x05\x01",
    TO_THE_END "EHLO a\n" MAIL,
    TO_THE_END "EHLO a\r" MAIL "\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *codes = TALK (house->address, others[i]);

      g_assert_cmpstr (codes, ==, "220 500");
    }
  end (house);
  g_assert_cmpstr (house->taken->str, ==, "");
}

/* T-159: no end of the data but CRLF . CRLF, and no second message in the first one. */
static void
test_smuggled_messages (House *house, gconstpointer data)
{
  static const char *const ends[] = { "\n.\n",       "\r.\r",     "\r\n.\n",
                                      "\r\n.\r",     "\n.\r\n",   "\r.\r\n",
                                      "\r\n.\r\r\n", "\n\n.\r\n", "\r\r\n.\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *text = g_strconcat (TO_THE_END "Subject: a\r\n\r\nb", ends[i],
                                           MAIL RCPT "DATA\r\n" TEXT ".\r\n", NULL);
      g_autofree char *codes = TALK (house->address, "\x05" EHLO WEB MAIL RCPT "DATA\r\n", text);

      g_assert_cmpstr (codes, ==, "220 250 235 250 250 354 550");
    }
  end (house);
  g_assert_cmpstr (house->taken->str, ==, "");
}

/* T-160 */
static void
test_wrong_chunks (House *house, gconstpointer data)
{
  static const struct {
    const char *says;
    const char *codes;
  } cases[] = {
    { TO_THE_END "BDAT 20\r\n" TEXT "BDAT 0 LAST\r\nQUIT\r\n", "250 500 503 221" },
    { TO_THE_END "BDAT -1 LAST\r\n" TEXT, "501" },
    { TO_THE_END "BDAT 26 FIRST\r\n" TEXT, "501" },
    { TO_THE_END "BDAT 18446744073709551616 LAST\r\n" TEXT, "501" },
    { TO_THE_END "BDAT 0x1a LAST\r\n" TEXT, "501" },
    { TO_THE_END "BDAT\r\nRSET\r\n" MAIL RCPT "DATA\r\n", "501" },
    { TO_THE_END "BDAT 16\r\nSubject: Hello\r\nBDAT\r\n" MAIL RCPT "DATA\r\n", "250 501" },
    { "\x03"
      "BDAT 14 LAST\r\nRSET\r\nRSET\r\n\n\nNOOP\r\nQUIT\r\n",
      "550 250 221" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *codes = TALK (house->address, "\x04" EHLO WEB MAIL RCPT, cases[i].says);
      g_autofree char *expected = g_strdup_printf ("220 250 235 250 250 %s", cases[i].codes);

      g_assert_cmpstr (codes, ==, expected);
    }
  end (house);
  g_assert_cmpstr (house->taken->str, ==, "");
}

/* T-160: whatever comes behind DATA before 354 is an end without a message. */
static void
test_content_before_354 (House *house, gconstpointer data)
{
  g_autofree char *codes =
      TALK (house->address, TO_THE_END EHLO WEB MAIL RCPT "DATA\r\n" MAIL RCPT TEXT ".\r\n");

  end (house);
  g_assert_cmpstr (codes, ==, "220 250 235 250 250 503");
  g_assert_cmpstr (house->taken->str, ==, "");
}

/* T-160: each of them gets its answer, in order. */
static void
test_9999_recipients (House *house, gconstpointer data)
{
  g_autoptr (GString) all = g_string_new (EHLO WEB MAIL);
  g_autoptr (Client) client = come_in (house->address);
  guint n_taken = 0, n_refused = 0;

  for (guint i = 0; i < 9999; i++)
    g_string_append_printf (all, "RCPT TO:<r%u@adatum.com>\r\n", i);
  hear (client, 1);
  for (gsize at = 0; at < all->len; at += 8192)
    {
      gsize length = MIN (8192, all->len - at);
      guint n = 0;

      say (client, all->str + at, length);
      for (gsize i = at; i < at + length; i++)
        n += all->str[i] == '\n' ? 1 : 0;
      hear (client, n);
    }
  say (client, "QUIT\r\n", 6);
  hear (client, 1);
  for (const char *at = client->heard->str; (at = strstr (at, "\r\n")) != NULL; at += 2)
    {
      n_taken += g_str_has_prefix (at + 2, "250 2.1.5") ? 1 : 0;
      n_refused += g_str_has_prefix (at + 2, "452 4.5.3") ? 1 : 0;
      g_assert_true (n_refused == 0 || n_taken == RECIPIENTS_MAX);
    }
  g_assert_cmpuint (n_taken, ==, RECIPIENTS_MAX);
  g_assert_cmpuint (n_refused, ==, 9999 - RECIPIENTS_MAX);
}

/* Whoever fills the port without a password makes room for who comes after; whoever has logged in does
 * not. */
static void
test_a_full_house (House *house, gconstpointer data)
{
  g_autoptr (GPtrArray) strangers = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_autoptr (Client) inside = come_in (house->address);
  g_autofree char *codes = NULL, *stays = NULL;

  hear (inside, 1);
  say (inside, EHLO WEB, strlen (EHLO WEB));
  hear (inside, 2);
  for (guint i = 0; i < CLIENTS_MAX - 1; i++)
    {
      g_ptr_array_add (strangers, come_in (house->address));
      hear (strangers->pdata[i], 1);
    }
  codes = TALK (house->address, "\x02" EHLO WEB);
  g_assert_cmpstr (codes, ==, "220 250 235");
  hear (strangers->pdata[0], 1);
  g_assert_cmpstr (((Client *) strangers->pdata[0])->heard->str, ==,
                   "220 localhost ESMTP sendpath\r\n");
  say (inside, "NOOP\r\n", 6);
  hear (inside, 1);
  stays = dup_codes (inside);
  g_assert_cmpstr (stays, ==, "220 250 235 250");
}

/* Nor does whoever is made to wait for a reply: who is sent away is gone, at the end too. */
static void
test_full_of_those_who_wait (House *house, gconstpointer data)
{
  g_autoptr (GPtrArray) strangers = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_autofree char *codes = NULL;

  for (guint i = 0; i < 4 * CLIENTS_MAX; i++)
    {
      Client *stranger = come_in (house->address);

      g_ptr_array_add (strangers, stranger);
      hear (stranger, 1);
      say (stranger, EHLO, strlen (EHLO));
      hear (stranger, 1);
      say (stranger, WRONG WRONG WRONG, strlen (WRONG WRONG WRONG));
    }
  codes = TALK (house->address, "\x02" EHLO WEB);
  g_assert_cmpstr (codes, ==, "220 250 235");
  end (house);
}

/* Its message is taken, and a program of ours that has left SIGPIPE as it was goes on. */
static void
test_who_does_not_wait (House *house, gconstpointer data)
{
  g_autoptr (GSocketAddress) path = g_unix_socket_address_new (house->path);
  Client *client = come_in (path);

  signal (SIGPIPE, SIG_DFL);
  hear (client, 1);
  say (client, EHLO MAIL RCPT "DATA\r\n", strlen (EHLO MAIL RCPT "DATA\r\n"));
  hear (client, 4);
  g_mutex_lock (&house->lock);
  say (client, TEXT ".\r\n", strlen (TEXT ".\r\n"));
  client_free (client);
  g_mutex_unlock (&house->lock);
  end (house);
  signal (SIGPIPE, SIG_IGN);
  g_assert_cmpstr (house->taken->str, ==, "owner<web@proseware.com>Hello ");
}

static void
test_full_of_those_who_may (House *house, gconstpointer data)
{
  g_autoptr (GPtrArray) inside = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_autofree char *codes = NULL;

  for (guint i = 0; i < CLIENTS_MAX; i++)
    {
      g_ptr_array_add (inside, come_in (house->address));
      hear (inside->pdata[i], 1);
      say (inside->pdata[i], EHLO WEB, strlen (EHLO WEB));
      hear (inside->pdata[i], 2);
    }
  codes = TALK (house->address, TO_THE_END EHLO);
  g_assert_cmpstr (codes, ==, "421");
}

/* Nothing that another machine could reach, and no local socket in the place of a port. */
static void
test_other_doors (void)
{
  static const char *const hosts[] = { "0.0.0.0", "::" };
  const ListenerSettings settings = { .max_clients = 1 };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (hosts[i], 0);
      g_autoptr (GSocket) socket = open_socket (address);

      for (ListenerEntry entry = LISTENER_ALL_USERS; entry <= LISTENER_LOGIN; entry++)
        {
          const ListenerDoor door = { g_socket_get_fd (socket), entry };
          g_autoptr (GError) error = NULL;

          g_assert_false (listener_run (&door, 1, &settings, NULL, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
        }
    }
}

#define ADD(path, test) g_test_add (path, House, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/serve/without-a-password-nothing-is-taken", test_without_a_password);
  ADD ("/serve/each-sends-by-its-own-account", test_each_by_its_own_account);
  ADD ("/serve/the-owner-needs-none-at-the-local-socket", test_owner_at_the_local_socket);
  ADD ("/serve/wrong-passwords-end-it", test_wrong_passwords);
  ADD ("/serve/other-protocols-are-dropped", test_other_protocols);
  ADD ("/serve/no-message-in-a-message", test_smuggled_messages);
  ADD ("/serve/wrong-chunks", test_wrong_chunks);
  ADD ("/serve/content-before-354", test_content_before_354);
  ADD ("/serve/9999-recipients", test_9999_recipients);
  ADD ("/serve/a-full-house-is-made-by-nobody", test_a_full_house);
  ADD ("/serve/full-of-those-who-may", test_full_of_those_who_may);
  ADD ("/serve/who-does-not-wait-for-the-reply", test_who_does_not_wait);
  g_test_add ("/serve/full-of-those-who-wait", House, GUINT_TO_POINTER (DELAY_MS), set_up,
              test_full_of_those_who_wait, tear_down);
  g_test_add_func ("/serve/no-other-doors", test_other_doors);
  return g_test_run ();
}
