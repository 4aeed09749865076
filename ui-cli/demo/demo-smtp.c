/* A small SMTP server that refuses to relay unless its manners allow it, and counts what it
 * accepts. It delivers nothing, anywhere, and knows no more of SMTP than one polite client
 * needs. */
#include "config.h"

#include "demo-smtp.h"

#include <string.h>

#include "demo-server.h"

struct _DemoSmtp {
  char *name;
  const DemoLogin *login;
  DemoServer *server;

  GMutex mutex; /* for what follows: the story and the server's thread share it */
  DemoManners manners;
  gboolean saw_pop_login;
  GPtrArray *accepted; /* texts */
};

/* In the words of a company's usual server: at MAIL, and when it has seen From:. */
#define NO_SUCH_SENDER "550 5.7.1 Client does not have permissions to send as this sender"
#define NO_SUCH_AUTHOR "550 5.7.60 SMTP; Client does not have permissions to send as this sender"

/* One conversation. */
typedef struct {
  DemoSmtp *smtp;
  DemoLink *link;
  DemoManners manners; /* of when it began */
  gboolean is_logged_in;
  char *sender; /* NULL: no MAIL yet */
  guint n_recipients;
} Talk;

/* ---- what was accepted -------------------------------------------------------------------- */

/* The value of a field of @text's header; folded ones are not needed here. */
static char *
find_field (const char *text, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gsize length = strlen (name);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strdup (g_strstrip (lines[i] + length + 1));
  return NULL;
}

static gboolean
has_subject (const char *text, const char *subject)
{
  g_autofree char *value = find_field (text, "Subject");

  return g_strcmp0 (value, subject) == 0;
}

guint
demo_smtp_count (DemoSmtp *smtp, const char *subject)
{
  guint n = 0;

  g_mutex_lock (&smtp->mutex);
  for (guint i = 0; i < smtp->accepted->len; i++)
    if (has_subject (smtp->accepted->pdata[i], subject))
      n++;
  g_mutex_unlock (&smtp->mutex);
  return n;
}

char *
demo_smtp_dup_field (DemoSmtp *smtp, const char *subject, const char *name)
{
  char *value = NULL;

  g_mutex_lock (&smtp->mutex);
  for (guint i = smtp->accepted->len; i > 0 && value == NULL; i--)
    if (has_subject (smtp->accepted->pdata[i - 1], subject))
      value = find_field (smtp->accepted->pdata[i - 1], name);
  g_mutex_unlock (&smtp->mutex);
  return value;
}

/* ---- commands ----------------------------------------------------------------------------- */

static void
forget_envelope (Talk *talk)
{
  g_clear_pointer (&talk->sender, g_free);
  talk->n_recipients = 0;
}

static gboolean
on_ehlo (Talk *talk, const char *argument)
{
  forget_envelope (talk);
  if (talk->manners.offers_login)
    demo_link_say (talk->link, "250-%s\r\n250-8BITMIME\r\n250 AUTH PLAIN", talk->smtp->name);
  else
    demo_link_say (talk->link, "250-%s\r\n250 8BITMIME", talk->smtp->name);
  return TRUE;
}

/* RFC 4616: nobody in particular to act for, user, password. */
static gboolean
is_right (const DemoLogin *login, const char *base64)
{
  gsize length = 0;
  g_autofree char *given = (char *) g_base64_decode (base64, &length);
  g_autofree char *right = g_strconcat (" ", login->user, " ", login->password, NULL);

  for (gsize i = 0; i < length; i++)
    if (given[i] == '\0')
      given[i] = ' ';
  return length == strlen (right) && memcmp (given, right, length) == 0;
}

static gboolean
on_auth (Talk *talk, const char *argument)
{
  if (!talk->manners.offers_login || g_ascii_strncasecmp (argument, "PLAIN ", 6) != 0)
    demo_link_say (talk->link, "504 5.5.4 No such way to log in");
  else if (!is_right (talk->smtp->login, argument + 6))
    demo_link_say (talk->link, "535 5.7.8 Wrong user or password");
  else
    {
      talk->is_logged_in = TRUE;
      demo_link_say (talk->link, "235 2.7.0 Welcome");
    }
  return TRUE;
}

/* What stands between < and >. */
static char *
dup_address (const char *argument)
{
  const char *start = strchr (argument, '<');
  const char *end = start != NULL ? strchr (start, '>') : NULL;

  return end != NULL ? g_strndup (start + 1, end - start - 1) : NULL;
}

static gboolean
on_mail (Talk *talk, const char *argument)
{
  const char *only = talk->manners.only_sender;

  forget_envelope (talk);
  talk->sender = dup_address (argument);
  if (talk->sender == NULL)
    demo_link_say (talk->link, "501 5.5.4 MAIL FROM:<address>");
  else if (only != NULL && !g_str_equal (talk->sender, only))
    {
      demo_link_say (talk->link, NO_SUCH_SENDER);
      forget_envelope (talk);
    }
  else
    demo_link_say (talk->link, "250 2.1.0 Sender ok");
  return TRUE;
}

static gboolean
may_relay (Talk *talk)
{
  gboolean saw_pop_login;

  g_mutex_lock (&talk->smtp->mutex);
  saw_pop_login = talk->smtp->saw_pop_login;
  g_mutex_unlock (&talk->smtp->mutex);
  return talk->manners.refusal == NULL || talk->is_logged_in ||
         (talk->manners.trusts_pop && saw_pop_login);
}

static gboolean
on_rcpt (Talk *talk, const char *argument)
{
  if (talk->sender == NULL)
    demo_link_say (talk->link, "503 5.5.1 MAIL first");
  else if (!may_relay (talk))
    demo_link_say (talk->link, "%s", talk->manners.refusal);
  else
    {
      talk->n_recipients++;
      demo_link_say (talk->link, "250 2.1.5 Recipient ok");
    }
  return TRUE;
}

/* The message without its final dot, lines ended by LF; NULL: the client went before the dot. */
static char *
read_text (DemoLink *link)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (;;)
    {
      g_autofree char *line = demo_link_read (link);

      if (line == NULL)
        return NULL;
      if (g_str_equal (line, "."))
        return g_string_free (g_steal_pointer (&text), FALSE);
      g_string_append_printf (text, "%s\n", *line == '.' ? line + 1 : line);
    }
}

/* FALSE: From: is somebody whom this server does not let write. */
static gboolean
may_write (Talk *talk, const char *text)
{
  g_autofree char *from = find_field (text, "From");

  return talk->manners.only_sender == NULL ||
         (from != NULL && strstr (from, talk->manners.only_sender) != NULL);
}

static gboolean
on_data (Talk *talk, const char *argument)
{
  g_autofree char *text = NULL;

  if (talk->n_recipients == 0)
    {
      demo_link_say (talk->link, "503 5.5.1 RCPT first");
      return TRUE;
    }
  demo_link_say (talk->link, "354 Go on, end with a dot");
  text = read_text (talk->link);
  if (text == NULL)
    return FALSE;
  forget_envelope (talk);
  if (!may_write (talk, text))
    {
      demo_link_say (talk->link, NO_SUCH_AUTHOR);
      return TRUE;
    }
  /* Counted first: what the client hears must be true. */
  g_mutex_lock (&talk->smtp->mutex);
  g_ptr_array_add (talk->smtp->accepted, g_steal_pointer (&text));
  g_mutex_unlock (&talk->smtp->mutex);
  demo_link_say (talk->link, "250 2.0.0 Message accepted");
  return TRUE;
}

static gboolean
on_rset (Talk *talk, const char *argument)
{
  forget_envelope (talk);
  demo_link_say (talk->link, "250 2.0.0 Forgotten");
  return TRUE;
}

static gboolean
on_quit (Talk *talk, const char *argument)
{
  demo_link_say (talk->link, "221 2.0.0 Bye");
  return FALSE;
}

static gboolean
on_anything (Talk *talk, const char *argument)
{
  demo_link_say (talk->link, "502 5.5.1 Not known here");
  return TRUE;
}

/* ---- the conversation --------------------------------------------------------------------- */

static const struct {
  const char *verb;
  gboolean (*run) (Talk *talk, const char *argument); /* FALSE: it is over */
} commands[] = {
  { "EHLO ", on_ehlo }, { "AUTH ", on_auth }, { "MAIL FROM:", on_mail }, { "RCPT TO:", on_rcpt },
  { "DATA", on_data },  { "RSET", on_rset },  { "QUIT", on_quit },       { "", on_anything },
};

static gboolean
obey (Talk *talk, const char *line)
{
  guint i = 0;

  while (g_ascii_strncasecmp (line, commands[i].verb, strlen (commands[i].verb)) != 0)
    i++;
  return commands[i].run (talk, line + strlen (commands[i].verb));
}

static void
talk_with (DemoLink *link, gpointer data)
{
  DemoSmtp *smtp = data;
  Talk talk = { .smtp = smtp, .link = link };
  gboolean goes_on = TRUE;

  g_mutex_lock (&smtp->mutex);
  talk.manners = smtp->manners;
  g_mutex_unlock (&smtp->mutex);
  demo_link_say (link, "220 %s ESMTP", smtp->name);
  while (goes_on)
    {
      g_autofree char *line = demo_link_read (link);

      goes_on = line != NULL && obey (&talk, line);
    }
  forget_envelope (&talk);
}

/* ---- the server --------------------------------------------------------------------------- */

DemoSmtp *
demo_smtp_new (const char *name, GTlsCertificate *certificate, const DemoLogin *login,
               GError **error)
{
  g_autoptr (DemoSmtp) smtp = g_new0 (DemoSmtp, 1);

  g_mutex_init (&smtp->mutex);
  smtp->name = g_strdup (name);
  smtp->login = login;
  smtp->accepted = g_ptr_array_new_with_free_func (g_free);
  smtp->server = demo_server_new (certificate, talk_with, smtp, error);
  return smtp->server != NULL ? g_steal_pointer (&smtp) : NULL;
}

void
demo_smtp_free (DemoSmtp *smtp)
{
  g_clear_pointer (&smtp->server, demo_server_free);
  g_ptr_array_unref (smtp->accepted);
  g_mutex_clear (&smtp->mutex);
  g_free (smtp->name);
  g_free (smtp);
}

guint16
demo_smtp_get_port (DemoSmtp *smtp)
{
  return demo_server_get_port (smtp->server);
}

void
demo_smtp_set_manners (DemoSmtp *smtp, const DemoManners *manners)
{
  g_mutex_lock (&smtp->mutex);
  smtp->manners = *manners;
  g_mutex_unlock (&smtp->mutex);
}

void
demo_smtp_note_pop_login (DemoSmtp *smtp)
{
  g_mutex_lock (&smtp->mutex);
  smtp->saw_pop_login = TRUE;
  g_mutex_unlock (&smtp->mutex);
}
