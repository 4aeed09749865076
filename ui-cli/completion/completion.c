/* What can be typed where, from the tables of the code. It knows no shell. */
#include "config.h"

#include "completion.h"

#include <string.h>

/* ---- values of options ----------------------------------------------------------------------- */

/* What a value may be; NULL: nobody can say, or its choices say. */
static const char *const key_words[] = {
  [SENDPATH_KEY_NAME] = "%accounts",
  [SENDPATH_KEY_NAMES] = "%accounts",
  [SENDPATH_KEY_BOOLEAN] = "yes no",
  [SENDPATH_KEY_PATH] = "%files",
};
G_STATIC_ASSERT (G_N_ELEMENTS (key_words) == SENDPATH_KEY_PATH + 1);

static char *
dup_key_values (const SendpathProfileKey *key)
{
  if (key->type == SENDPATH_KEY_CHOICE || key->type == SENDPATH_KEY_CHOICES)
    return g_strdelimit (g_strdup (key->choices), "|", ' ');
  return g_strdup (key_words[key->type]);
}

static char *
dup_phases (void)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = SENDPATH_PHASE_UNKNOWN + 1; i <= SENDPATH_PHASE_QUIT; i++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "",
                            sendpath_phase_to_string ((SendpathPhase) i));
  return g_string_free (g_steal_pointer (&names), FALSE);
}

char *
completion_dup_values (const RecordedOption *option)
{
  if (option->key != NULL)
    return dup_key_values (option->key);
  if (option->value == NULL)
    return NULL;
  if (g_str_equal (option->value, "FILE"))
    return g_strdup ("%files");
  if (g_str_equal (option->value, "PHASE"))
    return dup_phases ();
  return g_str_equal (option->name, "account") ? g_strdup ("%accounts") : NULL;
}

/* ---- operands -------------------------------------------------------------------------------- */

/* What an operand in capitals stands for. */
static const struct {
  const char *group; /* NULL: in each */
  const char *name, *words;
} names[] = {
  { "account", "NAME", "%accounts" }, { "location", "NAME", "%locations" },
  { "password", "NAME", "%secrets" }, { NULL, "ID", "%messages" },
  { NULL, "FILE", "%files" },
};

/* What is made by a command is not there yet. */
static const char *
find_words (const CliCommand *command, const char *name)
{
  g_autofree char *group = record_dup_group (command);

  if (g_strcmp0 (completion_get_second_word (command), "add") == 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].name, name) &&
        (names[i].group == NULL || g_str_equal (names[i].group, group)))
      return names[i].words;
  return NULL;
}

/* `NAME|auto` */
static char *
dup_operand (const CliCommand *command, const char *operand)
{
  g_auto (GStrv) choices = g_strsplit (operand, "|", -1);
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; choices[i] != NULL; i++)
    {
      const char *word =
          g_ascii_isupper (*choices[i]) ? find_words (command, choices[i]) : choices[i];

      if (word != NULL)
        g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", word);
    }
  return g_string_free (g_steal_pointer (&words), FALSE);
}

GStrv
completion_dup_operands (const CliCommand *command, gboolean *ret_repeats)
{
  g_auto (GStrv) parts = g_strsplit (command->operands, " ", -1);
  g_autoptr (GStrvBuilder) operands = g_strv_builder_new ();

  *ret_repeats = FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) bare = g_strsplit_set (parts[i], "[]", -1);
      g_autofree char *name = g_strjoinv ("", bare);
      g_autofree char *words = NULL;

      if (g_str_has_suffix (name, "…"))
        {
          name[strlen (name) - strlen ("…")] = '\0';
          *ret_repeats = TRUE;
        }
      if (g_str_has_prefix (name, "|") || *name == '-')
        break; /* another way to call it begins, by an option */
      words = dup_operand (command, name);
      g_strv_builder_add (operands, words);
    }
  return g_strv_builder_end (operands);
}

/* ---- commands -------------------------------------------------------------------------------- */

const char *
completion_get_second_word (const CliCommand *command)
{
  const char *blank = strchr (command->name, ' ');

  return blank != NULL ? blank + 1 : NULL;
}

GStrv
completion_dup_groups (void)
{
  const CliCommand *const *commands = commands_get ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GStrvBuilder) groups = g_strv_builder_new ();

  for (guint i = 0; commands[i] != NULL; i++)
    {
      char *group = record_dup_group (commands[i]);

      if (!g_hash_table_contains (seen, group))
        g_strv_builder_add (groups, group);
      g_hash_table_add (seen, group);
    }
  return g_strv_builder_end (groups);
}

char *
completion_dup_group_help (const char *group)
{
  g_autofree const CliCommand **commands = record_group (group);
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; commands[i] != NULL; i++)
    {
      const char *word = completion_get_second_word (commands[i]);

      if (word == NULL)
        return g_strdup (commands[i]->summary);
      g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", word);
    }
  return g_string_free (g_steal_pointer (&words), FALSE);
}
