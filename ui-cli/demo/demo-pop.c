/* A small POP3 server: whoever logs in may then send by its SMTP server. It has no mail, so it
 * can lose none. */
#include "config.h"

#include "demo-pop.h"

#include <string.h>

#include "demo-server.h"

struct _DemoPop {
  const DemoLogin *login;
  DemoSmtp *smtp;
  DemoServer *server;
};

/* One conversation. */
typedef struct {
  DemoPop *pop;
  DemoLink *link;
  gboolean knows_user;
} Talk;

static gboolean
on_capa (Talk *talk, const char *argument)
{
  demo_link_say (talk->link, "+OK\r\nUSER\r\n.");
  return TRUE;
}

static gboolean
on_user (Talk *talk, const char *argument)
{
  talk->knows_user = g_str_equal (argument, talk->pop->login->user);
  demo_link_say (talk->link, "+OK and the password");
  return TRUE;
}

static gboolean
on_pass (Talk *talk, const char *argument)
{
  if (!talk->knows_user || !g_str_equal (argument, talk->pop->login->password))
    {
      demo_link_say (talk->link, "-ERR [AUTH] wrong user or password");
      return TRUE;
    }
  /* Told first, so that nobody who was let in here is still refused there. */
  demo_smtp_note_pop_login (talk->pop->smtp);
  demo_link_say (talk->link, "+OK no new mail");
  return TRUE;
}

static gboolean
on_quit (Talk *talk, const char *argument)
{
  demo_link_say (talk->link, "+OK bye");
  return FALSE;
}

static gboolean
on_anything (Talk *talk, const char *argument)
{
  demo_link_say (talk->link, "-ERR not known here");
  return TRUE;
}

static const struct {
  const char *verb;
  gboolean (*run) (Talk *talk, const char *argument); /* FALSE: it is over */
} commands[] = {
  { "CAPA", on_capa }, { "USER ", on_user }, { "PASS ", on_pass },
  { "QUIT", on_quit }, { "", on_anything },
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
  Talk talk = { .pop = data, .link = link };
  gboolean goes_on = TRUE;

  demo_link_say (link, "+OK ready");
  while (goes_on)
    {
      g_autofree char *line = demo_link_read (link);

      goes_on = line != NULL && obey (&talk, line);
    }
}

DemoPop *
demo_pop_new (GTlsCertificate *certificate, const DemoLogin *login, DemoSmtp *smtp, GError **error)
{
  g_autoptr (DemoPop) pop = g_new0 (DemoPop, 1);

  pop->login = login;
  pop->smtp = smtp;
  pop->server = demo_server_new (certificate, talk_with, pop, error);
  return pop->server != NULL ? g_steal_pointer (&pop) : NULL;
}

void
demo_pop_free (DemoPop *pop)
{
  g_clear_pointer (&pop->server, demo_server_free);
  g_free (pop);
}

guint16
demo_pop_get_port (DemoPop *pop)
{
  return demo_server_get_port (pop->server);
}
