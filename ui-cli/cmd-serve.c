/* `sendpath serve`: programs that speak only SMTP hand in their messages here; and which programs may. A
 * password is shown once, when it is made. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <stdio.h>
#include <string.h>

#include "cli-json.h"
#include "commands.h"
#include "serve-door.h"
#include "service.h"

/* ---- who may --------------------------------------------------------------------------------- */

/* What was typed is at fault, and no file. */
static gboolean
check_accounts (SendpathProfileStore *profiles, const char *const *accounts, GError **error)
{
  for (guint i = 0; accounts != NULL && accounts[i] != NULL; i++)
    if (cli_find_account (profiles, accounts[i], error) == NULL)
      return FALSE;
  return TRUE;
}

/* What is typed into the program. */
static int
add_client (SendpathEngine *engine, const char *name, const char *const *accounts, GError **error)
{
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (engine);
  char *password;

  if (!check_accounts (profiles, accounts, error))
    return CLI_NO;
  password = sendpath_engine_add_client (engine, name, accounts, error);
  if (password == NULL)
    {
      if ((*error)->domain == SENDPATH_PROFILE_ERROR)
        cli_blame_usage (&cmd_serve, error);
      return CLI_UNAVAILABLE;
    }
  setvbuf (stdout, NULL, _IONBF, 0); /* no copy of the password is left */
  g_printf (_ ("What %s has to know about its outgoing server (SMTP):\n"
               "\n"
               "  Server:      127.0.0.1\n"
               "  Port:        %u\n"
               "  Encryption:  none (nothing leaves this machine here)\n"
               "  Login:       user name and password, as they are\n"
               "  User name:   %s\n"
               "  Password:    %s\n"
               "\n"
               "The password is not shown again. To listen from now on, at each login:\n"
               "  systemctl --user enable --now sendpath-serve.socket\n"),
            name, (guint) sendpath_profile_store_get_policy_integer (profiles, "port"), name,
            password);
  explicit_bzero (password, strlen (password));
  g_free (password);
  return CLI_YES;
}

static void
print_client (JsonObject *object)
{
  JsonArray *accounts = json_object_get_array_member (object, "accounts");
  const char *secret = json_object_get_string_member (object, "secret");
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (accounts); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            json_array_get_string_element (accounts, i));
  g_printf ("%-16s  %s", json_object_get_string_member (object, "client"),
            names->len > 0 ? names->str : _ ("all accounts"));
  if (!g_str_equal (secret, "keyring"))
    g_printf ("  (%s)", g_str_equal (secret, "locked")
                            ? _ ("the keyring is locked")
                            : _ ("the keyring cannot be reached, or has no password for it"));
  g_printf ("\n");
}

static int
list_clients (SendpathEngine *engine, gboolean json, GError **error)
{
  g_autoptr (GPtrArray) clients = sendpath_engine_list_clients (engine, error);

  if (clients == NULL)
    return CLI_UNAVAILABLE;
  for (guint i = 0; i < clients->len; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (clients->pdata[i], NULL);

      if (json)
        g_printf ("%s\n", (const char *) clients->pdata[i]);
      else
        print_client (json_node_get_object (node));
    }
  return clients->len > 0 ? CLI_YES : CLI_NO;
}

/* ---- listening ------------------------------------------------------------------------------- */

static gboolean
can_log_in (const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);

  return g_str_equal (json_object_get_string_member (json_node_get_object (node), "secret"),
                      "keyring");
}

/* A locked keyring will be unlocked; who comes before that is told so. */
static gboolean
check_clients (SendpathEngine *engine, gboolean has_socket, GError **error)
{
  g_autoptr (GPtrArray) clients = sendpath_engine_list_clients (engine, error);
  gboolean is_locked = FALSE;

  if (clients == NULL)
    return FALSE;
  for (guint i = 0; i < clients->len; i++)
    {
      is_locked = is_locked || strstr (clients->pdata[i], "\"locked\"") != NULL;
      if (can_log_in (clients->pdata[i]))
        return TRUE;
    }
  if (is_locked || has_socket)
    {
      g_fprintf (stderr, "sendpath: %s\n",
                 is_locked ? _ ("the keyring is locked: until it is unlocked nobody can log in")
                           : _ ("only the local socket is of use: nobody can log in"));
      return TRUE;
    }
  g_set_error_literal (
      error, SENDPATH_ERROR, SENDPATH_ERROR_KEYRING,
      clients->len == 0
          ? _ ("no program may hand in messages yet; let one: sendpath serve --new-client NAME")
          : _ ("nobody can log in: the keyring cannot be reached, or has none of the passwords; "
               "see "
               "“sendpath serve --list-clients”"));
  return FALSE;
}

typedef struct {
  ServeDoor *door;
  SendpathEngine *engine;
} Serve;

static void
open_door (gpointer data)
{
  const Serve *serve = data;

  serve_door_open (serve->door, serve->engine);
}

static int
serve_all (SendpathEngine *engine, GError **error)
{
  g_autoptr (ServeDoor) door = NULL;
  Serve serve = { .engine = engine };
  const ServiceSide side = { open_door, &serve, TRUE };
  g_autoptr (GError) local_error = NULL;
  int status;

  service_clean_environment ();
  door = serve_door_new (sendpath_engine_get_profiles (engine), &local_error);
  if (door == NULL || !check_clients (engine, serve_door_has_socket (door), &local_error))
    {
      cli_fail (local_error);
      return CLI_UNAVAILABLE;
    }
  serve.door = door;
  status = service_run (&side, &local_error);
  if (local_error == NULL && !serve_door_close (door, &local_error))
    status = CLI_UNAVAILABLE;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

/* One thing at a time. */
static gboolean
check_options (const char *name, char **accounts, gboolean lists, gboolean json, const char *gone,
               GError **error)
{
  if ((name != NULL) + lists + (gone != NULL) <= 1 && (accounts == NULL || name != NULL) &&
      (!json || lists))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
               _ ("%s: these options do not go together; see “sendpath %s --help”"), cmd_serve.name,
               cmd_serve.name);
  return FALSE;
}

static int
run (int argc, char **argv, GError **error)
{
  g_autofree char *name = NULL, *gone = NULL;
  g_auto (GStrv) accounts = NULL;
  gboolean lists = FALSE, json = FALSE;
  const GOptionEntry entries[] = {
    { "new-client", 0, 0, G_OPTION_ARG_STRING, &name,
      N_ ("Let the program NAME hand in messages, and show what to type into it"), "NAME" },
    { "account", 0, 0, G_OPTION_ARG_STRING_ARRAY, &accounts,
      N_ ("With --new-client: it may send by this account, and others that are named so"), "NAME" },
    { "list-clients", 0, 0, G_OPTION_ARG_NONE, &lists, N_ ("List the programs that may"), NULL },
    { "forget-client", 0, 0, G_OPTION_ARG_STRING, &gone, N_ ("Let that program in no more"),
      "NAME" },
    CLI_JSON_OPTION (&json),
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) operands = cli_parse (&cmd_serve, entries, argc, argv, 0, 0, error);
  g_autoptr (SendpathProfileStore) profiles = NULL;
  g_autoptr (SendpathEngine) engine = NULL;

  if (operands == NULL || !check_options (name, accounts, lists, json, gone, error))
    return CLI_USAGE;
  profiles = cli_load_profiles (lists || gone != NULL, error);
  if (profiles == NULL)
    return CLI_CONFIG;
  engine = sendpath_engine_new (profiles);
  if (name != NULL)
    return add_client (engine, name, (const char *const *) accounts, error);
  if (lists)
    return list_clients (engine, json, error);
  if (gone != NULL)
    return sendpath_engine_forget_client (engine, gone, error) ? CLI_YES : CLI_UNAVAILABLE;
  return serve_all (engine, error);
}

const CliCommand cmd_serve = {
  "serve", "", N_ ("Take in messages of programs that speak only SMTP, on this machine alone"), run
};
