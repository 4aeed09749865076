/* Somebody who hands in messages. No socket is between it and the server. */
#include "config.h"

#include "tests/lib/smtp-client.h"

#include <string.h>

static gssize
read_client (gpointer source, char *buffer, gsize size, GError **error)
{
  Client *client = source;
  const char *said;
  gsize length;

  if (client->next < client->n_says && client->used == strlen (client->says[client->next]))
    {
      client->next++;
      client->used = 0;
    }
  if (client->next == client->n_says)
    return 0;
  said = client->says[client->next] + client->used;
  length = MIN (size, client->max_read > 0 ? MIN (client->max_read, strlen (said)) : strlen (said));
  memcpy (buffer, said, length);
  client->used += length;
  return (gssize) length;
}

static gboolean
write_client (gpointer source, const char *text, gsize length)
{
  g_string_append_len (((Client *) source)->heard, text, (gssize) length);
  return TRUE;
}

static gboolean
has_input (gpointer source)
{
  const Client *client = source;

  return client->is_hasty || (client->next < client->n_says && client->used > 0 &&
                              client->used < strlen (client->says[client->next]));
}

static char *
read_body (SendpathMessage *message)
{
  BodySource *body = message_peek_body (message);
  gsize length = (gsize) body_source_get_length (body);
  char *text = g_malloc0 (length + 1);

  g_assert_cmpint (body_source_read (body, 0, text, length, NULL), ==, (gssize) length);
  return text;
}

static char *
take (SendpathMessage *message, gpointer data)
{
  Client *client = data;
  g_autofree char *to = g_strjoinv (" ", (char **) sendpath_message_get_recipients (message));
  g_autofree char *body = read_body (message);
  g_autofree char *notify = dsn_notify_to_string (message_get_dsn (message)->notify);
  const DsnRequest *dsn = message_get_dsn (message);

  if (client->refusal != NULL)
    return g_strdup (client->refusal);
  client->n_taken++;
  g_string_append_printf (client->taken, "<%s> %s: %s: %s", sendpath_message_get_sender (message),
                          to, sendpath_message_get_subject (message), body);
  if (notify != NULL || dsn->ret != NULL || dsn->envid != NULL)
    g_string_append_printf (client->taken, "[%s %s %s]", notify, dsn->ret, dsn->envid);
  return g_strdup ("250 2.0.0 accepted");
}

static char *
log_in (const char *user, const char *password, gpointer data)
{
  const Client *client = data;

  if (client->trouble != NULL)
    return g_strdup (client->trouble);
  return g_strdup (g_str_equal (password, client->password) ? "235 2.7.0 come in"
                                                            : "535 5.7.8 who is that?");
}

static char *
refuse_sender (const char *sender, gpointer data)
{
  const Client *client = data;

  return client->own == NULL || g_str_equal (sender, client->own) ? NULL
                                                                  : g_strdup ("550 5.7.1 not you");
}

void
client_clear (Client *client)
{
  g_string_free (client->heard, TRUE);
  g_string_free (client->taken, TRUE);
}

void
client_run (Client *client)
{
  const SmtpServerIo io = { read_client, write_client, has_input, NULL, client };
  const SmtpServerSettings settings = {
    .max_bytes = client->max_bytes,
    .max_recipients = client->max_recipients > 0 ? client->max_recipients : 100,
    .log_in = client->password != NULL ? log_in : NULL,
    .refuse_sender = refuse_sender,
    .take = take,
    .data = client,
  };

  client->heard = g_string_new (NULL);
  client->taken = g_string_new (NULL);
  while (client->n_says < CLIENT_MAX && client->says[client->n_says] != NULL)
    client->n_says++;
  client->end = smtp_server_run (&io, &settings);
}

char *
client_dup_codes (const Client *client)
{
  g_auto (GStrv) lines = g_strsplit (client->heard->str, "\r\n", -1);
  GString *codes = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strlen (lines[i]) > 3 && lines[i][3] == ' ')
      g_string_append_printf (codes, "%s%.3s", codes->len > 0 ? " " : "", lines[i]);
  return g_string_free (codes, FALSE);
}

void
client_assert (const Client *client, const char *codes, const char *taken, SmtpServerEnd end)
{
  g_autofree char *seen = client_dup_codes (client);

  g_assert_cmpstr (seen, ==, codes);
  g_assert_cmpstr (client->taken->str, ==, taken);
  g_assert_cmpint (client->end, ==, end);
}
