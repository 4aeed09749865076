/* What the one who hands a message in wants to be told of it. It reads words and nothing else; what
 * becomes of them on the wire is not known here. */
#include "config.h"

#include "sendpath/mail/dsn-request.h"

#include <string.h>

#define ENVID_MAX_BYTES 100 /* RFC 3461 section 4.4 */

static const struct {
  const char *word;
  DsnNotify notify;
} conditions[] = {
  { "NEVER", DSN_NOTIFY_NEVER },
  { "SUCCESS", DSN_NOTIFY_SUCCESS },
  { "FAILURE", DSN_NOTIFY_FAILURE },
  { "DELAY", DSN_NOTIFY_DELAY },
};

static const char *const returns[] = { "FULL", "HDRS" };

void
dsn_request_copy (DsnRequest *to, const DsnRequest *from)
{
  DsnRequest copy = { from->notify, from->ret, g_strdup (from->envid) };

  dsn_request_clear (to);
  *to = copy;
}

void
dsn_request_clear (DsnRequest *request)
{
  g_free (request->envid);
  *request = (DsnRequest) { 0 };
}

static DsnNotify
find_condition (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (g_ascii_strcasecmp (conditions[i].word, word) == 0)
      return conditions[i].notify;
  return 0;
}

gboolean
dsn_request_read_notify (DsnRequest *request, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  DsnNotify notify = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      DsnNotify condition = find_condition (words[i]);

      if (condition == 0)
        return FALSE;
      notify |= condition;
    }
  if (notify == 0 || ((notify & DSN_NOTIFY_NEVER) && notify != DSN_NOTIFY_NEVER))
    return FALSE;
  request->notify = notify;
  return TRUE;
}

gboolean
dsn_request_read_ret (DsnRequest *request, const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (returns); i++)
    if (g_ascii_strcasecmp (returns[i], text) == 0)
      {
        request->ret = returns[i];
        return TRUE;
      }
  return FALSE;
}

/* `+XX` is a character (RFC 3461 section 4). */
static gboolean
read_xtext_char (const char **text, char *ret_char)
{
  const char *at = *text;

  if (*at != '+')
    {
      *ret_char = *at;
      *text = at + 1;
      return g_ascii_isgraph (*at) && *at != '=';
    }
  if (!g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]) || g_ascii_islower (at[1]) ||
      g_ascii_islower (at[2]))
    return FALSE;
  *ret_char = (char) (g_ascii_xdigit_value (at[1]) * 16 + g_ascii_xdigit_value (at[2]));
  *text = at + 3;
  return *ret_char != '\0';
}

static gsize
measure_xtext (const char *text)
{
  gsize length = 0;

  for (; *text != '\0'; text++)
    length += g_ascii_isgraph (*text) && *text != '+' && *text != '=' ? 1 : 3;
  return length;
}

gboolean
dsn_request_set_envid (DsnRequest *request, const char *envid)
{
  for (const char *at = envid; *at != '\0'; at++)
    if (!g_ascii_isprint (*at))
      return FALSE;
  if (*envid == '\0' || measure_xtext (envid) > ENVID_MAX_BYTES)
    return FALSE;
  g_free (request->envid);
  request->envid = g_strdup (envid);
  return TRUE;
}

gboolean
dsn_request_read_envid (DsnRequest *request, const char *xtext)
{
  g_autoptr (GString) envid = g_string_new (NULL);
  char next;

  while (*xtext != '\0')
    {
      if (!read_xtext_char (&xtext, &next))
        return FALSE;
      g_string_append_c (envid, next);
    }
  return dsn_request_set_envid (request, envid->str);
}

char *
dsn_notify_to_string (DsnNotify notify)
{
  g_autoptr (GString) text = g_string_new (NULL);
  DsnNotify wanted = notify == DSN_NOTIFY_NEVER ? notify : notify & ~(guint) DSN_NOTIFY_NEVER;

  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (wanted & conditions[i].notify)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", conditions[i].word);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
