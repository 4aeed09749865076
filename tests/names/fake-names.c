/* Name servers for the built programs: a library that the loader puts into the process
 * (LD_PRELOAD). The process asks nobody but the table in SENDPATH_TEST_NAMES: `NAME KIND VALUE`
 * a line, KIND one of address, mx and srv (fake-resolver.h). */
#include "config.h"

#include <gio/gio.h>

#include "tests/lib/fake-resolver.h"

static void
read_line (FakeHost *host, const char *line)
{
  g_auto(GStrv) words = g_strsplit (line, " ", 3);

  if (g_strv_length (words) < 3)
    return;
  host->host = g_strdup (words[0]);
  if (g_str_equal (words[1], "address"))
    host->addresses = g_strdup (words[2]);
  else if (g_str_equal (words[1], "mx"))
    host->mx = g_strdup (words[2]);
  else if (g_str_equal (words[1], "srv"))
    host->srv = g_strdup (words[2]);
}

static void __attribute__ ((constructor))
answer_from_table (void)
{
  const char *text = g_getenv ("SENDPATH_TEST_NAMES");
  g_auto(GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  static FakeHost hosts[64];
  g_autoptr(GResolver) resolver = NULL;
  guint n = 0;

  for (char **line = lines; *line != NULL && n + 1 < G_N_ELEMENTS (hosts); line++)
    {
      read_line (&hosts[n], *line);
      n += hosts[n].host != NULL;
    }
  resolver = fake_resolver_new (hosts);
  g_resolver_set_default (resolver);
}
