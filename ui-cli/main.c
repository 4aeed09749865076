/* `sendpath`: finds the command in its table and runs it. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "cli-command.h"
#include "commands.h"
#include "no-memory.h"
#include "system-service.h"

/* The command whose words begin @argv; @ret_words gets how many words that are. */
static const CliCommand *
find_command (int argc, char **argv, int *ret_words)
{
  for (const CliCommand *const *command = commands_get (); *command != NULL; command++)
    {
      g_auto (GStrv) words = g_strsplit ((*command)->name, " ", 0);
      int n = (int) g_strv_length (words);

      if (argc > n && g_str_equal (argv[1], words[0]) &&
          (n == 1 || g_str_equal (argv[2], words[1])))
        {
          *ret_words = n;
          return *command;
        }
    }
  return NULL;
}

static void
print_help (FILE *out)
{
  g_fprintf (out, "%s\n\n", _ ("Usage: sendpath COMMAND [OPTIONS]"));
  for (const CliCommand *const *command = commands_get (); *command != NULL; command++)
    g_fprintf (out, "  %-16s %s\n", (*command)->name, _ ((*command)->summary));
  g_fprintf (out, "\n%s\n", _ ("“sendpath COMMAND --help” shows the options of a command."));
}

static int
run_command (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int words;
  const CliCommand *command = find_command (argc, argv, &words);
  int status;

  if (command == NULL)
    {
      g_fprintf (stderr, _ ("sendpath: there is no command “%s”; see “sendpath --help”\n"),
                 argv[1]);
      return CLI_USAGE;
    }
  status = command->run (argc - words, argv + words, &error);
  return error != NULL ? cli_fail (error) : status;
}

static gboolean
is_command (int argc, char **argv, const char *first, const char *second)
{
  return argc > 1 && g_str_equal (argv[1], first) &&
         (second == NULL || (argc > 2 && g_str_equal (argv[2], second)));
}

/* Root looks after what waits with the service that sends for all users; that alone sends it. */
static int
run_for_system (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc > 1 && !is_command (argc, argv, "queue", NULL) && !is_command (argc, argv, "log", NULL))
    {
      g_fprintf (stderr, "%s\n", _ ("sendpath: --system is for “queue” and “log” only"));
      return CLI_USAGE;
    }
  if (!system_service_enter (&error))
    return cli_fail (error);
  if (is_command (argc, argv, "queue", "flush"))
    return system_service_flush (&error) ? CLI_YES : cli_fail (error);
  return argc > 1 ? run_command (argc, argv) : cmd_status.run (argc, argv, NULL);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("sendpath");
  no_memory_ends_with ("sendpath", EX_OSERR);
  signal (SIGPIPE, SIG_IGN); /* a reader of our output that goes away must not end a delivery */
  sendpath_engine_harden_process ();

  if (argc > 1 && g_str_equal (argv[1], "--system"))
    return run_for_system (argc - 1, argv + 1);
  if (argc == 1)
    return cmd_status.run (argc, argv, NULL);
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "help"))
    {
      print_help (stdout);
      return CLI_YES;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      g_printf ("sendpath %s\n", PACKAGE_VERSION);
      return CLI_YES;
    }
  return run_command (argc, argv);
}
