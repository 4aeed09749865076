/* How long a session takes for messages from memory: bench-session [--one-at-a-time] [HOST:]PORT COUNT
 * BYTES. Over one connection, without a record; prints the seconds from connect to close. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sendpath/wire/reply-reader.h"
#include "sendpath/wire/smtp-session.h"

#define SENDER "terri@proseware.com"
#define RECIPIENT "someone@adatum.com"
/* as long as those of smtp-source */
#define LINE "A line of text, as long as lines of mail are, of which there are many to come.\r\n"

typedef struct {
  SendpathMessage *message;
  Delivery *next;
  guint left; /* behind the present one */
  gboolean is_one_at_a_time;
} Sender;

static SendpathMessage *
new_message (guint64 size)
{
  g_autoptr (GString) text = g_string_new ("From: " SENDER "\r\nTo: " RECIPIENT "\r\n"
                                           "Subject: a message\r\n\r\n");
  g_autoptr (GBytes) bytes = NULL;
  SendpathMessage *message;

  while (text->len < size)
    g_string_append (text, LINE);
  bytes = g_bytes_new (text->str, text->len);
  message = sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, NULL);
  sendpath_message_set_sender (message, SENDER, NULL);
  sendpath_message_add_recipient (message, RECIPIENT, NULL);
  return message;
}

static const Delivery *
get_next (Delivery *delivery)
{
  Sender *sender = delivery->data;

  return sender->left > 0 ? sender->next : NULL;
}

static Delivery *
new_delivery (Sender *sender)
{
  Delivery *delivery
      = delivery_new (sender->message, sendpath_message_get_recipients (sender->message));

  delivery->get_next = sender->is_one_at_a_time ? NULL : get_next;
  delivery->is_proven = !sender->is_one_at_a_time;
  delivery->data = sender;
  return delivery;
}

static SmtpSession *
open_session (const char *address)
{
  static const SmtpSessionOptions options = { .patience_s = 60 };
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  Runner winner = { 0 };
  SmtpSession *session;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, address, 25, NULL, &error);
  if (connection == NULL)
    {
      fprintf (stderr, "%s: %s\n", address, error->message);
      exit (69);
    }
  winner.endpoint = sendpath_endpoint_new ("localhost", 25, SENDPATH_SECURITY_NONE);
  winner.stream = stream_new (connection, NULL, NULL);
  winner.greeting = reply_read (winner.stream);
  session = smtp_session_new (&winner, &options);
  sendpath_reply_unref (winner.greeting);
  sendpath_endpoint_unref (winner.endpoint);
  if (smtp_session_open (session))
    return session;
  fprintf (stderr, "%s: %s\n", address,
           sendpath_reply_get_text (smtp_session_get_reply (session)));
  exit (69);
}

static void
send_all (SmtpSession *session, Sender *sender, guint count)
{
  sender->next = new_delivery (sender);
  for (sender->left = count; sender->left > 0;)
    {
      g_autoptr (Delivery) delivery = g_steal_pointer (&sender->next);

      sender->left--;
      sender->next = new_delivery (sender);
      smtp_session_deliver (session, delivery);
      if (delivery->phase == SENDPATH_PHASE_EOD
          && sendpath_reply_get_code (delivery->reply) / 100 == 2)
        continue;
      fprintf (stderr, "%s: %s\n", sendpath_phase_to_string (delivery->phase),
               sendpath_reply_get_text (delivery->reply));
      exit (75);
    }
  g_clear_pointer (&sender->next, delivery_free);
}

int
main (int argc, char **argv)
{
  Sender sender = { 0 };
  g_autofree char *address = NULL;
  SmtpSession *session;
  gint64 start_us;

  sender.is_one_at_a_time = argc > 1 && g_str_equal (argv[1], "--one-at-a-time");
  argv += sender.is_one_at_a_time;
  argc -= sender.is_one_at_a_time;
  if (argc != 4)
    {
      fprintf (stderr, "bench-session [--one-at-a-time] [HOST:]PORT COUNT BYTES\n");
      return 64;
    }
  address = strchr (argv[1], ':') != NULL ? g_strdup (argv[1])
                                          : g_strconcat ("127.0.0.1:", argv[1], NULL);
  sender.message = new_message (g_ascii_strtoull (argv[3], NULL, 10));
  start_us = g_get_monotonic_time ();
  session = open_session (address);
  send_all (session, &sender, (guint) strtoul (argv[2], NULL, 10));
  smtp_session_free (session);
  printf ("%.6f\n", (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC);
  g_object_unref (sender.message);
  return 0;
}
