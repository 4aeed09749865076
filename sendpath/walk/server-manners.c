/* The memory of servers that offer more than they have. What stands there costs turns and nothing else;
 * it is forgotten, since servers are mended. */
#include "config.h"

#include "sendpath/walk/server-manners.h"

#include <string.h>

#include "sendpath/wire/smtp-caps.h"

#define TOPIC "manners"
#define AGE_S (7 * 24 * 60 * 60)

static const struct {
  SmtpCap cap;
  const char *word;
} words[] = {
  { SMTP_CAP_PIPELINING, "pipelining" },
  { SMTP_CAP_CHUNKING, "chunking" },
};

guint
server_manners_get (Memory *memory, const char *server, gint64 now_s)
{
  g_autofree char *key = g_ascii_strdown (server, -1);
  g_autofree char *value = memory_get (memory, TOPIC, key, now_s, AGE_S);
  guint extensions = 0;

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (words); i++)
    if (strstr (value, words[i].word) != NULL)
      extensions |= words[i].cap;
  return extensions;
}

void
server_manners_note (Memory *memory, const char *server, guint extensions, gint64 now_s)
{
  g_autofree char *key = g_ascii_strdown (server, -1);
  guint all = extensions | server_manners_get (memory, server, now_s);
  g_autoptr (GString) value = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (all & words[i].cap)
      g_string_append_printf (value, "%s%s", value->len > 0 ? " " : "", words[i].word);
  memory_set (memory, TOPIC, key, value->str, now_s);
}
