/* How many replies a second are classified on one core: bench-verdict CORPUS [SECONDS]. */
#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sendpath/verdict/verdict.h"

static GArray *
read_queries (const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GArray *queries = g_array_new (FALSE, FALSE, sizeof (SendpathVerdictQuery));

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return queries;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
      SendpathVerdictQuery query = { 0 };
      JsonObject *object;

      if (node == NULL)
        continue;
      object = json_node_get_object (node);
      query.phase = sendpath_phase_from_string (json_object_get_string_member (object, "stage"));
      query.reply =
          sendpath_reply_new ((guint) json_object_get_int_member (object, "code"),
                              json_object_get_string_member_with_default (object, "enhanced", NULL),
                              json_object_get_string_member (object, "text"));
      g_array_append_val (queries, query);
    }
  return queries;
}

int
main (int argc, char **argv)
{
  g_autoptr (GArray) queries = NULL;
  SendpathVerdictAnswer answer;
  gint64 start, until;
  clock_t busy;
  guint64 done = 0;

  if (argc < 2)
    {
      fprintf (stderr, "bench-verdict CORPUS [SECONDS]\n");
      return 64;
    }
  queries = read_queries (argv[1]);
  if (queries->len == 0)
    {
      fprintf (stderr, "%s: no replies\n", argv[1]);
      return 65;
    }
  start = g_get_monotonic_time ();
  sendpath_verdict_classify (&g_array_index (queries, SendpathVerdictQuery, 0), &answer);
  printf ("first answer after %.1f ms\n", (double) (g_get_monotonic_time () - start) / 1000.0);

  busy = clock (); /* of the processor: what else runs on the machine does not count */
  start = g_get_monotonic_time ();
  until = start + (argc > 2 ? atoi (argv[2]) : 2) * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < until)
    for (guint i = 0; i < queries->len; i++, done++)
      sendpath_verdict_classify (&g_array_index (queries, SendpathVerdictQuery, i), &answer);
  printf ("%.0f replies/s\n", (double) done * CLOCKS_PER_SEC / (double) (clock () - busy));
  for (guint i = 0; i < queries->len; i++)
    sendpath_reply_unref ((SendpathReply *) g_array_index (queries, SendpathVerdictQuery, i).reply);
  return 0;
}
