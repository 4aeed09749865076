/* `sendpath demo`: the whole story on this machine, with built-in servers and no account. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>

#include "commands.h"
#include "demo/demo-story.h"

static void
print_introduction (void)
{
  g_printf ("%s\n%s\n", _ ("Terri Chudzik writes to someone@adatum.com from four places."),
            _ ("All servers are built in; your accounts, passwords and network stay untouched."));
}

static void
print_next_steps (void)
{
  g_printf ("\n%s\n", _ ("Next, your own account:"));
  g_printf ("   sendpath account add YOU@YOUR-DOMAIN\n");
}

static int
run (int argc, char **argv, GError **error)
{
  g_auto (GStrv) operands = cli_parse (&cmd_demo, NULL, argc, argv, 0, 0, error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (DemoWorld) world = NULL;

  if (operands == NULL)
    return CLI_USAGE;
  world = demo_world_new (&local_error);
  if (world == NULL)
    {
      g_fprintf (stderr, _ ("sendpath: the demo cannot begin: %s\n"), local_error->message);
      return CLI_NO;
    }
  print_introduction ();
  if (!demo_story_play (world))
    return CLI_NO;
  print_next_steps ();
  return CLI_YES;
}

const CliCommand cmd_demo = { "demo", "",
                              N_ ("See the whole story on built-in servers, without an account"),
                              run };
