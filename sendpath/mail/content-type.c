/* The value of a Content-Type field (RFC 2045 section 5.1): media type and parameters. It never
 * changes one, and never puts the pieces of RFC 2231 together: a boundary in pieces is none. */
#include "config.h"

#include "sendpath/mail/content-type.h"

#include <string.h>

static const char *const signed_types[] = {
  "multipart/signed",
  "multipart/encrypted",
  "application/pkcs7-mime",
  "application/x-pkcs7-mime",
};

/* White space and comments. */
static const char *
skip_blanks (const char *p)
{
  guint depth = 0;

  for (; *p; p++)
    {
      if (*p == '(')
        depth++;
      else if (*p == ')' && depth > 0)
        depth--;
      else if (*p == '\\' && depth > 0 && p[1])
        p++;
      else if (depth == 0 && !strchr (" \t\r\n", *p))
        break;
    }
  return p;
}

static const char *
take_token (const char *p, char **ret_token)
{
  gsize length = strcspn (p, " \t\r\n()<>@,;:\\\"/[]?=");

  *ret_token = g_strndup (p, length);
  return skip_blanks (p + length);
}

/* A token, or a quoted string; `boundary=a/b=c`, wrong but seen, too. */
static const char *
take_value (const char *p, char **ret_value)
{
  g_autoptr(GString) value = g_string_new (NULL);

  if (*p != '"')
    {
      gsize length = strcspn (p, " \t\r\n;\"(");
      *ret_value = g_strndup (p, length);
      return skip_blanks (p + length);
    }
  for (p++; *p && *p != '"'; p++)
    {
      if (*p == '\\' && p[1])
        p++;
      g_string_append_c (value, *p);
    }
  *ret_value = g_string_free (g_steal_pointer (&value), FALSE);
  return skip_blanks (*p ? p + 1 : p);
}

static const char *
take_media (const char *value, char **ret_media)
{
  g_autofree char *type = NULL, *subtype = NULL, *media = NULL;
  const char *p = take_token (skip_blanks (value), &type);

  if (*p == '/')
    p = take_token (skip_blanks (p + 1), &subtype);
  *ret_media = NULL;
  if (*type && subtype && *subtype)
    {
      media = g_strconcat (type, "/", subtype, NULL);
      *ret_media = g_ascii_strdown (media, -1);
    }
  return p;
}

char *
content_type_dup_media (const char *value)
{
  char *media;

  take_media (value, &media);
  return media;
}

char *
content_type_dup_param (const char *value, const char *name)
{
  g_autofree char *media = NULL;
  const char *p = take_media (value, &media);

  while ((p = strchr (p, ';')))
    {
      g_autofree char *key = NULL, *text = NULL;
      p = take_token (skip_blanks (p + 1), &key);
      if (*p != '=')
        continue;
      p = take_value (skip_blanks (p + 1), &text);
      if (g_ascii_strcasecmp (key, name) == 0)
        return g_steal_pointer (&text);
    }
  return NULL;
}

gboolean
content_type_is_signed (const char *media)
{
  for (guint i = 0; i < G_N_ELEMENTS (signed_types); i++)
    if (g_str_equal (media, signed_types[i]))
      return TRUE;
  return FALSE;
}
