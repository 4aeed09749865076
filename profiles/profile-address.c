/* What addresses and host names look like in the configuration, and which address covers which.
 *
 * It says yes or no to what a person wrote in a file. Never used on a message: the address lists of
 * mail have comments, groups and old forms, and a parser of their own. */
#include "config.h"

#include "profiles/profile-address.h"

#include <string.h>

#include <gio/gio.h>

/* RFC 5321 4.5.3.1 */
#define LOCAL_MAX 64
#define DOMAIN_MAX 255

static gboolean
is_ascii (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text >= 0x80)
      return FALSE;
  return TRUE;
}

/* Letters and digits, and what else RFC 5322 3.2.3 allows in an atom; RFC 6532: any UTF-8. */
static gboolean
is_atext (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80 ||
         (c != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~", c));
}

static gboolean
is_dot_atom (const char *text, gsize length)
{
  gboolean after_dot = TRUE;

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '.' ? after_dot : !is_atext (text[i]))
        return FALSE;
      after_dot = text[i] == '.';
    }
  return !after_dot;
}

/* Without what no command could hold (SAFETY R-30). */
static gboolean
is_quoted_string (const char *text, gsize length)
{
  if (length < 3 || text[0] != '"' || text[length - 1] != '"')
    return FALSE;
  for (gsize i = 1; i < length - 1; i++)
    {
      if (text[i] == '"' || (text[i] == '\\' && ++i == length - 1))
        return FALSE;
      if ((guchar) text[i] < 0x20 || strchr ("<>\x7f", text[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_label (const char *text, gsize length)
{
  if (length == 0 || length > 63 || text[0] == '-' || text[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return FALSE;
  return TRUE;
}

gboolean
profile_host_is_valid (const char *text)
{
  g_autofree char *ascii = NULL;
  g_auto(GStrv) labels = NULL;

  if (*text == '\0' || strlen (text) > DOMAIN_MAX || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  ascii = is_ascii (text) ? g_strdup (text) : g_hostname_to_ascii (text);
  if (ascii == NULL || strlen (ascii) > DOMAIN_MAX)
    return FALSE;

  labels = g_strsplit (ascii, ".", -1);
  for (gsize i = 0; labels[i] != NULL; i++)
    if (!is_label (labels[i], strlen (labels[i])))
      return FALSE;
  return TRUE;
}

/* RFC 5321 4.1.3: [192.0.2.1] or [IPv6:2001:db8::1] */
static gboolean
is_address_literal (const char *text)
{
  gsize length = strlen (text);
  g_autofree char *inner = NULL;
  g_autoptr(GInetAddress) address = NULL;
  gboolean is_ipv6;

  if (length < 3 || text[0] != '[' || text[length - 1] != ']')
    return FALSE;
  is_ipv6 = g_ascii_strncasecmp (text + 1, "IPv6:", 5) == 0;
  inner = is_ipv6 ? g_strndup (text + 6, length - 7) : g_strndup (text + 1, length - 2);
  address = g_inet_address_new_from_string (inner);
  return address != NULL && g_inet_address_get_family (address) ==
                                (is_ipv6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4);
}

gboolean
profile_ehlo_is_valid (const char *text)
{
  return is_address_literal (text) || (is_ascii (text) && profile_host_is_valid (text));
}

gboolean
profile_address_is_valid (const char *text)
{
  const char *at = strrchr (text, '@');
  gsize length;

  if (at == NULL || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  length = at - text;
  if (length == 0 || length > LOCAL_MAX)
    return FALSE;
  if (!is_dot_atom (text, length) && !is_quoted_string (text, length))
    return FALSE;
  return profile_host_is_valid (at + 1) || is_address_literal (at + 1);
}

static gboolean
is_port (const char *text)
{
  return g_ascii_isdigit (*text) &&
         g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, NULL, NULL);
}

gboolean
profile_server_is_valid (const char *text)
{
  const char *colon = strrchr (text, ':');
  const char *bracket = strrchr (text, ']');
  g_autofree char *host = NULL;

  if (text[0] == '[')
    {
      g_autoptr(GInetAddress) address = NULL;

      if (bracket == NULL || (bracket[1] != '\0' && (bracket[1] != ':' || !is_port (bracket + 2))))
        return FALSE;
      host = g_strndup (text + 1, bracket - text - 1);
      address = g_inet_address_new_from_string (host);
      return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
    }

  if (colon != NULL && !is_port (colon + 1))
    return FALSE;
  host = colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
  return profile_host_is_valid (host);
}

static gboolean
is_same_domain (const char *a, const char *b)
{
  g_autofree char *ascii_a = NULL;
  g_autofree char *ascii_b = NULL;

  if (g_ascii_strcasecmp (a, b) == 0)
    return TRUE;
  if (is_ascii (a) && is_ascii (b))
    return FALSE;
  ascii_a = g_hostname_to_ascii (a);
  ascii_b = g_hostname_to_ascii (b);
  return ascii_a != NULL && ascii_b != NULL && g_ascii_strcasecmp (ascii_a, ascii_b) == 0;
}

gboolean
profile_address_is_wildcard (const char *pattern)
{
  return g_str_has_prefix (pattern, "*@");
}

gboolean
profile_address_covers (const char *pattern, const char *address)
{
  const char *pattern_at = strrchr (pattern, '@');
  const char *address_at = strrchr (address, '@');

  if (pattern_at == NULL || address_at == NULL || address_at == address)
    return FALSE;
  if (!is_same_domain (pattern_at + 1, address_at + 1))
    return FALSE;
  if (profile_address_is_wildcard (pattern))
    return TRUE;
  return pattern_at - pattern == address_at - address &&
         g_ascii_strncasecmp (pattern, address, address_at - address) == 0;
}
