/* The keys of sendpath.conf and the exit status, from their tables. */
#include "config.h"

#include "page.h"

#include "../cli-command.h"
#include "roff.h"

static const struct {
  const char *name;
  SendpathSection section;
} sections[] = {
  { "account", SENDPATH_SECTION_ACCOUNT },
  { "location", SENDPATH_SECTION_LOCATION },
  { "policy", SENDPATH_SECTION_POLICY },
  { "serve", SENDPATH_SECTION_SERVE },
};

/* What a value looks like; NULL: what its choices say. */
static const char *const forms[] = {
  [SENDPATH_KEY_TEXT] = "text",
  [SENDPATH_KEY_ADDRESS] = "address",
  [SENDPATH_KEY_ADDRESSES] = "address;address",
  [SENDPATH_KEY_SERVERS] = "host:port;host:port",
  [SENDPATH_KEY_SERVER] = "host:port",
  [SENDPATH_KEY_NAME] = "account",
  [SENDPATH_KEY_NAMES] = "account;account",
  [SENDPATH_KEY_CHOICE] = NULL,
  [SENDPATH_KEY_CHOICES] = NULL,
  [SENDPATH_KEY_BOOLEAN] = "yes|no",
  [SENDPATH_KEY_INTEGER] = NULL,
  [SENDPATH_KEY_RATE] = "number/h",
  [SENDPATH_KEY_PIN] = "sha256:HEX",
  [SENDPATH_KEY_COMMAND] = "command",
  [SENDPATH_KEY_DOMAIN] = "domain",
  [SENDPATH_KEY_EHLO] = "name",
  [SENDPATH_KEY_MAC] = "00:53:00:aa:bb:cc",
  [SENDPATH_KEY_CIDR] = "192.0.2.0/24",
  [SENDPATH_KEY_PATH] = "path",
};
G_STATIC_ASSERT (G_N_ELEMENTS (forms) == SENDPATH_KEY_PATH + 1);

static void
print_key (GString *text, const SendpathProfileKey *key)
{
  const char *form = forms[key->type] != NULL ? forms[key->type] : key->choices;
  g_autofree char *value = g_strdup_printf (" = %s", form);
  g_autofree char *help = g_strdup_printf ("%c%s.", g_ascii_toupper (*key->help), key->help + 1);
  g_autofree char *fallback = key->fallback != NULL ? roff_dup (key->fallback) : NULL;

  roff_print_tag (text, key->name, value);
  roff_print_text (text, help);
  if (fallback != NULL)
    g_string_append_printf (text, "Default: \\fB%s\\fR.\n", fallback);
}

gboolean
page_add_keys (Page *page, const char *section)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_str_equal (sections[i].name, section))
      {
        for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
          if (key->section == sections[i].section)
            print_key (page->text, key);
        return TRUE;
      }
  return FALSE;
}

static const struct {
  int status;
  const char *meaning;
} exits[] = {
  { CLI_YES, "Yes, or done." },
  { CLI_NO, "No: nothing was found, or a test failed." },
  { CLI_USAGE, "The command line cannot be understood; nothing was done." },
  { CLI_UNAVAILABLE, "What is needed for it is not there, such as the keyring." },
  { CLI_CONFIG, "There is no configuration, or it cannot be used." },
};

gboolean
page_add_exit (Page *page, const char *argument)
{
  for (guint i = 0; i < G_N_ELEMENTS (exits); i++)
    {
      g_autofree char *status = g_strdup_printf ("%d", exits[i].status);

      roff_print_tag (page->text, status, NULL);
      roff_print_text (page->text, exits[i].meaning);
    }
  return TRUE;
}
