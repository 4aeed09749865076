/* What a value of each type of key must look like.
 *
 * Pure functions of text. Never looks a value up anywhere, and never repeats a command in a
 * message: it may hold what nobody else should read. */
#include "config.h"

#include "profiles/profile-value.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "profiles/profile-address.h"

#define ID_MAX 64
#define SHOWN_MAX 60 /* bytes of a bad value that a message repeats */

typedef gboolean (*Check) (const SendpathProfileKey *key, const char *value);

char **
profile_value_split (const char *value)
{
  g_auto(GStrv) parts = g_strsplit (value, ";", -1);
  GPtrArray *kept = g_ptr_array_new ();

  for (gsize i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_ptr_array_add (kept, g_strdup (parts[i]));
  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (kept, FALSE);
}

guint64
profile_value_to_integer (const char *value)
{
  return value != NULL ? g_ascii_strtoull (value, NULL, 10) : 0;
}

char *
profile_value_dup_shown (const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, MIN (strlen (value), SHOWN_MAX));

  for (char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p))) /* those beyond ASCII drive terminals, too */
      memset (p, '?', g_utf8_next_char (p) - p);
  return g_strconcat (valid, strlen (value) > SHOWN_MAX ? "…" : "", NULL);
}

/* Names go into lists (`;`), behind a prefix (`pop:NAME`) and on the command line. */
gboolean
profile_value_is_id (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > ID_MAX || !g_utf8_validate (text, length, NULL))
    return FALSE;
  if (text[0] == '-' || g_ascii_isspace (text[0]) || g_ascii_isspace (text[length - 1]))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) || strchr (";:[]/\\", *p) != NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_text (const SendpathProfileKey *key, const char *value)
{
  return TRUE;
}

static gboolean
is_address (const SendpathProfileKey *key, const char *value)
{
  return profile_address_is_valid (value) && !profile_address_is_wildcard (value);
}

static gboolean
is_address_or_wildcard (const SendpathProfileKey *key, const char *value)
{
  if (profile_address_is_wildcard (value))
    return profile_host_is_valid (value + 2);
  return profile_address_is_valid (value);
}

static gboolean
is_server (const SendpathProfileKey *key, const char *value)
{
  return profile_server_is_valid (value);
}

static gboolean
is_name (const SendpathProfileKey *key, const char *value)
{
  return profile_value_is_id (value);
}

static gboolean
is_choice (const SendpathProfileKey *key, const char *value)
{
  g_auto(GStrv) choices = g_strsplit (key->choices, "|", -1);

  return g_strv_contains ((const char *const *) choices, value);
}

/* The first choice is the one that means none of the others. */
static gboolean
is_choices (const SendpathProfileKey *key, const char *value)
{
  g_auto(GStrv) choices = g_strsplit (key->choices, "|", -1);
  g_auto(GStrv) parts = profile_value_split (value);
  gsize n_parts = g_strv_length (parts);

  for (gsize i = 0; i < n_parts; i++)
    {
      if (!g_strv_contains ((const char *const *) choices, parts[i]))
        return FALSE;
      if (n_parts > 1 && g_str_equal (parts[i], choices[0]))
        return FALSE;
    }
  return n_parts > 0;
}

static gboolean
is_boolean (const SendpathProfileKey *key, const char *value)
{
  return g_str_equal (value, "yes") || g_str_equal (value, "no");
}

static gboolean
is_integer (const SendpathProfileKey *key, const char *value)
{
  char *dash = NULL;
  guint64 least = g_ascii_strtoull (key->choices, &dash, 10);
  guint64 most = g_ascii_strtoull (dash + 1, NULL, 10);

  return g_ascii_string_to_unsigned (value, 10, least, most, NULL, NULL);
}

static gboolean
is_rate (const SendpathProfileKey *key, const char *value)
{
  g_autofree char *number = NULL;

  if (!g_str_has_suffix (value, "/h"))
    return FALSE;
  number = g_strndup (value, strlen (value) - 2);
  return g_ascii_string_to_unsigned (number, 10, 1, G_MAXUINT32, NULL, NULL);
}

static gboolean
is_pin (const SendpathProfileKey *key, const char *value)
{
  const char *hex = value + strlen ("sha256:");

  if (!g_str_has_prefix (value, "sha256:") || strlen (hex) != 64)
    return FALSE;
  return strspn (hex, "0123456789abcdefABCDEF") == 64;
}

static gboolean
is_command (const SendpathProfileKey *key, const char *value)
{
  return g_shell_parse_argv (value, NULL, NULL, NULL);
}

static gboolean
is_domain (const SendpathProfileKey *key, const char *value)
{
  return profile_host_is_valid (value);
}

static gboolean
is_ehlo (const SendpathProfileKey *key, const char *value)
{
  return profile_ehlo_is_valid (value);
}

static gboolean
is_mac (const SendpathProfileKey *key, const char *value)
{
  if (strlen (value) != strlen ("00:53:00:aa:bb:cc"))
    return FALSE;
  for (gsize i = 0; value[i] != '\0'; i++)
    if (i % 3 == 2 ? value[i] != ':' : !g_ascii_isxdigit (value[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_cidr (const SendpathProfileKey *key, const char *value)
{
  g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string (value, NULL);

  return mask != NULL;
}

static gboolean
is_path (const SendpathProfileKey *key, const char *value)
{
  return g_path_is_absolute (value);
}

/* One row a type: the check, whether it is made on each part between `;`, whether nothing is a
 * value, and what to write instead. */
static const struct {
  Check       check;
  gboolean    is_list;
  gboolean    may_be_empty;
  const char *wanted;
} types[] = {
  [SENDPATH_KEY_TEXT] = { is_text, FALSE, TRUE, N_("text without control characters") },
  [SENDPATH_KEY_ADDRESS] = { is_address, FALSE, FALSE,
                             N_("one address, such as terri@proseware.com") },
  [SENDPATH_KEY_ADDRESSES] = { is_address_or_wildcard, TRUE, TRUE,
                               N_("addresses or *@domain, separated by \";\"") },
  [SENDPATH_KEY_SERVERS] = { is_server, TRUE, TRUE,
                             N_("host, host:port or [IPv6]:port, separated by \";\"") },
  [SENDPATH_KEY_SERVER] = { is_server, FALSE, TRUE, N_("host, host:port or [IPv6]:port") },
  [SENDPATH_KEY_NAME] = { is_name, FALSE, TRUE, N_("the name of an account") },
  [SENDPATH_KEY_NAMES] = { is_name, TRUE, TRUE, N_("names of accounts, separated by \";\"") },
  [SENDPATH_KEY_CHOICE] = { is_choice, FALSE, FALSE, NULL },
  [SENDPATH_KEY_CHOICES] = { is_choices, FALSE, FALSE, NULL },
  [SENDPATH_KEY_BOOLEAN] = { is_boolean, FALSE, FALSE, N_("yes or no") },
  [SENDPATH_KEY_INTEGER] = { is_integer, FALSE, FALSE, NULL },
  [SENDPATH_KEY_RATE] = { is_rate, FALSE, FALSE, N_("recipients an hour, such as 300/h") },
  [SENDPATH_KEY_PIN] = { is_pin, FALSE, FALSE, N_("sha256: and 64 hexadecimal digits") },
  [SENDPATH_KEY_COMMAND] = { is_command, FALSE, TRUE, N_("a command whose quotes are closed") },
  [SENDPATH_KEY_DOMAIN] = { is_domain, FALSE, FALSE, N_("a domain name") },
  [SENDPATH_KEY_EHLO] = { is_ehlo, FALSE, FALSE,
                          N_("a host name or an address such as [192.0.2.1]") },
  [SENDPATH_KEY_MAC] = { is_mac, FALSE, FALSE,
                         N_("a hardware address such as 00:53:00:aa:bb:cc") },
  [SENDPATH_KEY_CIDR] = { is_cidr, FALSE, FALSE, N_("a network such as 192.0.2.0/24") },
  [SENDPATH_KEY_PATH] = { is_path, FALSE, FALSE, N_("an absolute path") },
};
G_STATIC_ASSERT (G_N_ELEMENTS (types) == SENDPATH_KEY_PATH + 1);

/* Control characters would travel into headers and commands; none is ever meant. */
static gboolean
is_printable (const char *value)
{
  if (!g_utf8_validate (value, -1, NULL))
    return FALSE;
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static gboolean
is_good (const SendpathProfileKey *key, const char *value)
{
  g_auto(GStrv) parts = NULL;

  if (!is_printable (value))
    return FALSE;
  if (*value == '\0')
    return types[key->type].may_be_empty;
  if (!types[key->type].is_list)
    return types[key->type].check (key, value);

  parts = profile_value_split (value);
  for (gsize i = 0; parts[i] != NULL; i++)
    if (!types[key->type].check (key, parts[i]))
      return FALSE;
  return TRUE;
}

static char *
describe_wanted (const SendpathProfileKey *key)
{
  g_auto(GStrv) choices = NULL;
  g_autofree char *listed = NULL;

  if (types[key->type].wanted != NULL)
    return g_strdup (_(types[key->type].wanted));
  if (key->type == SENDPATH_KEY_INTEGER)
    return g_strdup_printf (_("a whole number, %s"), key->choices);

  choices = g_strsplit (key->choices, "|", -1);
  listed = g_strjoinv (", ", choices);
  return key->type == SENDPATH_KEY_CHOICE
             ? g_strdup_printf (_("one of %s"), listed)
             : g_strdup_printf (_("any of %s, separated by \";\""), listed);
}

gboolean
profile_value_check (const SendpathProfileKey *key, const char *value, GError **error)
{
  g_autofree char *wanted = NULL;
  g_autofree char *shown = NULL;

  if (is_good (key, value))
    return TRUE;

  wanted = describe_wanted (key);
  if (key->type == SENDPATH_KEY_COMMAND)
    {
      g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
                   _("bad value of \"%s\": expected %s"), key->name, wanted);
      return FALSE;
    }
  shown = profile_value_dup_shown (value);
  g_set_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN,
               _("bad value of \"%s\": \"%s\" is not %s"), key->name, shown, wanted);
  return FALSE;
}
