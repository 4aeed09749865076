/* DATA and BDAT: the message itself. What is not exactly as the rules have it is read to where it must
 * end, if that can be known, and given to nobody. */
#include "config.h"

#include <string.h>

#include "sendpath/submission/smtp-server-private.h"

#define DISCARD_BYTES 16384

typedef enum {
  CONTENT_GOOD,
  CONTENT_TOO_LARGE,
  CONTENT_BARE_LINE_END, /* a line feed or carriage return alone */
  CONTENT_ABANDONED,     /* between two chunks the client chose to do something else */
  CONTENT_LOST,          /* the input ended */
} ContentState;

typedef struct {
  SmtpServer *server;
  ContentState state;
  guint64 n_bytes;
  gboolean is_whole;
  gboolean is_last; /* chunk */
} Content;

static gssize
fail_content (Content *content, ContentState state, GError **error)
{
  content->state = state;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "broken off");
  return -1;
}

static gssize
count_content (Content *content, gssize count, GError **error)
{
  guint64 max = content->server->settings->max_bytes;

  if (count < 0)
    return fail_content (
        content, smtp_input_is_over (content->server->input) ? CONTENT_LOST : CONTENT_BARE_LINE_END,
        error);
  content->n_bytes += (guint64) count;
  if (max > 0 && content->n_bytes > max)
    return fail_content (content, CONTENT_TOO_LARGE, error);
  return count;
}

static gssize
read_data (gpointer source, char *buffer, gsize size, GError **error)
{
  Content *content = source;
  gssize count = smtp_input_read_text (content->server->input, buffer, size);

  content->is_whole = count == 0;
  return count_content (content, count, error);
}

static gboolean
set_envelope (SmtpServer *server, SendpathMessage *message, GError **error)
{
  if (!sendpath_message_set_sender (message, server->sender, error))
    return FALSE;
  for (guint i = 0; i < server->recipients->len; i++)
    if (!sendpath_message_add_recipient (message, server->recipients->pdata[i], error))
      return FALSE;
  message_set_dsn (message, &server->dsn);
  return TRUE;
}

/* The message could not be used, or not be kept while it came. */
static char *
dup_refusal (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    return smtp_server_format_reply ("554 5.6.0", error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return smtp_server_format_reply ("452 4.3.1", error->message);
  return smtp_server_format_reply ("451 4.3.0", error->message);
}

/* All of it has come, in whatever state. */
static void
answer_content (SmtpServer *server, const Content *content, SendpathMessage *message,
                const GError *error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *reply = NULL;

  if (content->state == CONTENT_TOO_LARGE)
    reply = g_strdup ("552 5.3.4 the message is too large");
  else if (content->state == CONTENT_BARE_LINE_END)
    reply = g_strdup ("550 5.6.0 a line must end in CRLF, and neither CR nor LF may stand alone");
  else if (message == NULL)
    reply = dup_refusal (error);
  else if (!set_envelope (server, message, &local_error))
    reply = dup_refusal (local_error);
  else
    reply = server->settings->take (message, server->settings->data);
  smtp_server_say (server, reply);
  smtp_server_reset (server);
}

/* RFC 5321 section 4.1.1.4. What came before 354 would be taken for content by us, and for commands by
 * somebody else. */
SmtpNext
smtp_content_on_data (SmtpServer *server, const char *argument)
{
  Content content = { .server = server };
  char discard[DISCARD_BYTES];
  g_autoptr (SendpathMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (*argument != '\0')
    return smtp_server_say_fault (server, "501 5.5.4 DATA stands alone");
  if (smtp_input_is_pending (server->input) || server->io->has_input (server->io->source))
    {
      smtp_server_say (server, "503 5.5.0 wait for 354 before sending the message");
      return SMTP_HANG_UP;
    }
  smtp_server_say (server, "354 end the message with a line that has a dot alone");
  smtp_input_begin_content (server->input);
  message = message_new_from_source (read_data, &content, SENDPATH_MESSAGE_FLAGS_NONE, &error);
  while (!content.is_whole && content.state < CONTENT_BARE_LINE_END)
    read_data (&content, discard, sizeof discard, NULL);
  if (content.state == CONTENT_LOST)
    return SMTP_HANG_UP;
  answer_content (server, &content, message, error);
  return content.state == CONTENT_BARE_LINE_END ? SMTP_HANG_UP : SMTP_GO_ON;
}

/* ---- chunks (RFC 3030) ----------------------------------------------------------------------- */

/* `SIZE` or `SIZE LAST`. FALSE leaves nobody knowing where the next command is. */
static gboolean
begin_chunk (Content *content, const char *argument)
{
  g_auto (GStrv) words = g_strsplit (argument, " ", -1);
  guint n = g_strv_length (words);
  guint64 size;

  if (n < 1 || n > 2 || (n == 2 && g_ascii_strcasecmp (words[1], "LAST") != 0) ||
      !g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXINT64, &size, NULL))
    {
      smtp_server_say (content->server, "501 5.5.4 BDAT needs a number of bytes");
      return FALSE;
    }
  content->is_last = n == 2;
  smtp_input_begin_chunk (content->server->input, size);
  return TRUE;
}

/* The command between two chunks. What is not another chunk ends the message without sending it. */
static gboolean
begin_next_chunk (Content *content)
{
  SmtpServer *server = content->server;
  g_autofree char *line = NULL;

  smtp_server_say (server, "250 2.0.0 ok");
  if (smtp_server_take_line (server, &line) != SMTP_LINE_GOOD)
    content->state = CONTENT_LOST;
  else if (g_ascii_strncasecmp (line, "BDAT ", 5) != 0)
    {
      content->state = CONTENT_ABANDONED;
      server->next_line = g_steal_pointer (&line);
    }
  else if (!begin_chunk (content, line + 5))
    content->state = CONTENT_LOST;
  return content->state == CONTENT_GOOD;
}

static gssize
read_chunks (gpointer source, char *buffer, gsize size, GError **error)
{
  Content *content = source;
  SmtpInput *input = content->server->input;
  gssize count = smtp_input_read_chunk (input, buffer, size);

  while (count == 0 && !content->is_last)
    {
      if (!begin_next_chunk (content))
        return fail_content (content, content->state, error);
      count = smtp_input_read_chunk (input, buffer, size);
    }
  if (count == 0 && smtp_input_is_in_line_end (input))
    return fail_content (content, CONTENT_BARE_LINE_END, error);
  return count_content (content, count, error);
}

/* Wherever it comes, octets follow it, which are never to be taken for commands. */
SmtpNext
smtp_content_on_bdat (SmtpServer *server, const char *argument)
{
  Content content = { .server = server };
  g_autoptr (SendpathMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (!smtp_server_may_send (server))
    {
      smtp_server_say (server, "530 5.7.0 first log in");
      return SMTP_HANG_UP;
    }
  if (!begin_chunk (&content, argument))
    return SMTP_HANG_UP;
  if (server->recipients->len == 0)
    return smtp_input_skip_chunk (server->input)
               ? smtp_server_say_fault (server, "503 5.5.1 first say to whom")
               : SMTP_HANG_UP;
  smtp_input_begin_content (server->input);
  message = message_new_from_source (read_chunks, &content, SENDPATH_MESSAGE_FLAGS_NONE, &error);
  if (content.state == CONTENT_LOST || !smtp_input_skip_chunk (server->input))
    return SMTP_HANG_UP;
  if (content.state == CONTENT_ABANDONED)
    smtp_server_reset (server);
  else
    answer_content (server, &content, message, error);
  return SMTP_GO_ON;
}
