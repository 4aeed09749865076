/* A short conversation with the system bus: properties of a service, many at a time.
 *
 * No thread: a process may fork right after, and GDBus starts a thread with its first connection.
 * Never starts a bus or a service, never waits long for either, and follows no address off this
 * machine. */
#include "config.h"

#include "profiles/system-bus.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_ADDRESS   "unix:path=/run/dbus/system_bus_socket"
#define SILENCE_MS        300  /* without a byte: nobody is there */
#define TOTAL_MS          1000 /* for all of it, however busy the other side is */
#define MESSAGE_MAX_BYTES (4 * 1024 * 1024)
#define HEADER_BYTES      16 /* as g_dbus_message_bytes_needed() wants */
#define LINE_MAX_BYTES    512

struct _SystemBus {
  int fd;
  gint64 end_us;
  guint32 last_serial;
  GByteArray *unread;
};

char *
system_bus_dup_address (void)
{
  const char *given = g_getenv ("DBUS_SYSTEM_BUS_ADDRESS");
  const char *address = given != NULL && *given != '\0' ? given : DEFAULT_ADDRESS;

  return g_str_has_prefix (address, "unix:") ? g_strdup (address) : NULL;
}

/* The value of @key in the first entry of a D-Bus address, or NULL. */
static char *
dup_address_value (const char *address, const char *key)
{
  g_autofree char *first = g_strndup (address, strcspn (address, ";"));
  g_auto(GStrv) pairs = g_strsplit (first + strlen ("unix:"), ",", -1);
  gsize length = strlen (key);

  for (gsize i = 0; pairs[i] != NULL; i++)
    if (strncmp (pairs[i], key, length) == 0 && pairs[i][length] == '=')
      return g_uri_unescape_string (pairs[i] + length + 1, NULL);
  return NULL;
}

/* 0 if @address names no socket. */
static socklen_t
make_socket_address (const char *address, struct sockaddr_un *ret_socket)
{
  g_autofree char *path = dup_address_value (address, "path");
  g_autofree char *abstract = dup_address_value (address, "abstract");
  const char *name = path != NULL ? path : abstract;
  gsize skip = path != NULL ? 0 : 1; /* an abstract name begins with a zero byte */

  memset (ret_socket, 0, sizeof *ret_socket);
  ret_socket->sun_family = AF_UNIX;
  if (name == NULL || strlen (name) + skip >= sizeof ret_socket->sun_path)
    return 0;
  memcpy (ret_socket->sun_path + skip, name, strlen (name));
  return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + skip + strlen (name));
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static gboolean
wait_for (SystemBus *bus, short events)
{
  struct pollfd fd = { .fd = bus->fd, .events = events };
  gint64 begun_us = g_get_monotonic_time ();
  gint64 end_us = MIN (bus->end_us, begun_us + SILENCE_MS * G_TIME_SPAN_MILLISECOND);
  gint64 left_us;
  int ready;

  do
    {
      left_us = MAX (0, end_us - g_get_monotonic_time ());
      ready = poll (&fd, 1, (int) ((left_us + 999) / 1000));
    }
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

static gboolean
write_all (SystemBus *bus, const void *bytes, gsize length)
{
  const char *next = bytes;

  while (length > 0)
    {
      gssize n = send (bus->fd, next, length, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno != EAGAIN || !wait_for (bus, POLLOUT)))
        return FALSE;
      next += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

static gboolean
read_more (SystemBus *bus)
{
  guint8 bytes[8192];
  gssize n;

  if (!wait_for (bus, POLLIN))
    return FALSE;
  n = recv (bus->fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0)
    return errno == EINTR || errno == EAGAIN;
  g_byte_array_append (bus->unread, bytes, (guint) n);
  return n > 0;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* D-Bus specification, "Authentication protocol": the kernel says who we are. */
static gboolean
authenticate (SystemBus *bus)
{
  g_autofree char *user = g_strdup_printf ("%u", (guint) geteuid ());
  g_autoptr(GString) line = g_string_new ("AUTH EXTERNAL ");
  const guint8 *end;

  for (const char *digit = user; *digit != '\0'; digit++)
    g_string_append_printf (line, "%02x", *digit);
  g_string_append (line, "\r\n");
  if (!write_all (bus, "", 1) || !write_all (bus, line->str, line->len))
    return FALSE;
  while ((end = bus->unread->len > 0 ? memchr (bus->unread->data, '\n', bus->unread->len) : NULL) ==
         NULL)
    if (bus->unread->len > LINE_MAX_BYTES || !read_more (bus))
      return FALSE;
  if (bus->unread->len < 3 || memcmp (bus->unread->data, "OK ", 3) != 0)
    return FALSE;
  g_byte_array_remove_range (bus->unread, 0, (guint) (end + 1 - bus->unread->data));
  return write_all (bus, "BEGIN\r\n", strlen ("BEGIN\r\n"));
}

/* The serial of the call, or 0. */
static guint32
send_call (SystemBus *bus, const char *service, const char *path, const char *interface,
           const char *method, GVariant *body)
{
  g_autoptr(GDBusMessage) message =
                 g_dbus_message_new_method_call (service, path, interface, method);
  g_autofree guchar *blob = NULL;
  gsize length;

  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  g_dbus_message_set_serial (message, ++bus->last_serial);
  if (body != NULL)
    g_dbus_message_set_body (message, body);
  blob = g_dbus_message_to_blob (message, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  return blob != NULL && write_all (bus, blob, length) ? bus->last_serial : 0;
}

/* The next message of any kind; NULL if none comes. */
static GDBusMessage *
read_message (SystemBus *bus)
{
  gssize length = 0;
  GDBusMessage *message;

  while (length == 0 || bus->unread->len < (gsize) length)
    {
      if (bus->unread->len >= HEADER_BYTES)
        length = g_dbus_message_bytes_needed (bus->unread->data, bus->unread->len, NULL);
      if (length < 0 || length > MESSAGE_MAX_BYTES)
        return NULL;
      if ((length == 0 || bus->unread->len < (gsize) length) && !read_more (bus))
        return NULL;
    }
  message = g_dbus_message_new_from_blob (bus->unread->data, (gsize) length,
                                          G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  g_byte_array_remove_range (bus->unread, 0, (guint) length);
  return message;
}

static SystemBusQuestion *
find_question (SystemBusQuestion *questions, guint n_questions, guint32 serial)
{
  for (guint i = 0; i < n_questions; i++)
    if (questions[i].serial != 0 && questions[i].serial == serial)
      return &questions[i];
  return NULL;
}

static void
take_answer (SystemBusQuestion *question, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);

  question->serial = 0;
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN &&
      body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(a{sv})")))
    question->answer = g_variant_get_child_value (body, 0);
}

gboolean
system_bus_get_all (SystemBus *bus, const char *service, SystemBusQuestion *questions,
                    guint n_questions)
{
  guint n_open = 0;

  for (guint i = 0; i < n_questions; i++)
    {
      if (questions[i].path == NULL || !g_variant_is_object_path (questions[i].path))
        continue;
      questions[i].serial =
          send_call (bus, service, questions[i].path, "org.freedesktop.DBus.Properties", "GetAll",
                     g_variant_new ("(s)", questions[i].interface));
      if (questions[i].serial == 0)
        return FALSE;
      n_open++;
    }
  while (n_open > 0)
    {
      g_autoptr(GDBusMessage) message = read_message (bus);
      SystemBusQuestion *question;

      if (message == NULL)
        return FALSE;
      question = find_question (questions, n_questions, g_dbus_message_get_reply_serial (message));
      if (question == NULL)
        continue; /* a signal, or the answer to our greeting */
      take_answer (question, message);
      n_open--;
    }
  return TRUE;
}

void
system_bus_question_clear (SystemBusQuestion *question)
{
  g_clear_pointer (&question->path, g_free);
  g_clear_pointer (&question->answer, g_variant_unref);
}

/* ---- open and close -------------------------------------------------------------------------- */

SystemBus *
system_bus_open (void)
{
  g_autofree char *address = system_bus_dup_address ();
  g_autoptr(SystemBus) bus = NULL;
  struct sockaddr_un socket_address;
  socklen_t length = address != NULL ? make_socket_address (address, &socket_address) : 0;

  if (length == 0)
    return NULL;
  bus = g_new0 (SystemBus, 1);
  bus->unread = g_byte_array_new ();
  bus->end_us = g_get_monotonic_time () + TOTAL_MS * G_TIME_SPAN_MILLISECOND;
  /* without waiting: a bus whose queue is full is as silent as one that does not answer */
  bus->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (bus->fd < 0 || connect (bus->fd, (struct sockaddr *) &socket_address, length) != 0 ||
      !authenticate (bus) ||
      send_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                 "Hello", NULL) == 0)
    return NULL;
  return g_steal_pointer (&bus);
}

void
system_bus_free (SystemBus *bus)
{
  if (bus->fd >= 0)
    close (bus->fd);
  g_byte_array_unref (bus->unread);
  g_free (bus);
}
