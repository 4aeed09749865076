/* The list of `mailq`, in the form that Postfix made usual: scripts read it, so nothing of it is
 * translated but the reasons. */
#include "config.h"

#include "mailq.h"

#include <glib/gprintf.h>
#include <stdio.h>
#include <time.h>

#define ID_DIGITS 12

static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

#define TIME_BYTES 32

typedef struct {
  GMutex mutex;
  guint64 bytes; /* of all messages, under @mutex */
} Size;

static void
write_arrival (const SendpathReport *report, char text[TIME_BYTES])
{
  time_t queued_at = (time_t) sendpath_report_get_queued_at (report);
  struct tm at = { .tm_mday = 1 };

  localtime_r (&queued_at, &at);
  g_snprintf (text, TIME_BYTES, "%s %s %2d %02d:%02d:%02d", days[at.tm_wday], months[at.tm_mon],
              at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec);
}

/* `*`: being sent, `!`: on hold. */
static char
get_mark (const SendpathReport *report)
{
  if (sendpath_report_get_in_flight (report))
    return '*';
  return sendpath_report_get_held (report) ? '!' : ' ';
}

static const char *
get_sender (const SendpathReport *report)
{
  const char *sender = sendpath_report_get_sender (report);

  return sender == NULL || *sender == '\0' ? "MAILER-DAEMON" : sender;
}

/* With the empty line behind it; in any thread. */
static char *
describe (const SendpathReport *report, gpointer data)
{
  g_autoptr (GString) text = g_string_sized_new (256);
  const char *reason = sendpath_report_get_reason (report);
  guint64 size_bytes = sendpath_report_get_size_bytes (report);
  char arrival[TIME_BYTES];
  Size *size = data;

  write_arrival (report, arrival);
  g_string_append_printf (text, "%.*s%c %8" G_GUINT64_FORMAT " %s  %s\n", ID_DIGITS,
                          sendpath_report_get_id (report), get_mark (report), size_bytes, arrival,
                          get_sender (report));
  if (reason != NULL)
    g_string_append_printf (text, "(%s)\n", reason);
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_QUEUED ||
        sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_UNCERTAIN)
      g_string_append_printf (text, "%*s%s\n", ID_DIGITS + 32, "",
                              sendpath_report_get_recipient (report, i));
  g_mutex_lock (&size->mutex);
  size->bytes += size_bytes;
  g_mutex_unlock (&size->mutex);
  return g_strndup (text->str, text->len); /* many are kept: no more than they need */
}

gboolean
mailq_print (SendpathEngine *engine, GError **error)
{
  Size size = { .bytes = 0 };
  g_auto (GStrv) texts = sendpath_engine_describe_queue (engine, describe, &size, error);
  guint n = texts != NULL ? g_strv_length (texts) : 0;

  if (n == 0)
    {
      if (texts != NULL)
        puts ("Mail queue is empty");
      return texts != NULL;
    }
  puts ("-Queue ID-    --Size-- ---Arrival Time---- -Sender/Recipient-------");
  for (guint i = 0; i < n; i++)
    puts (texts[i]);
  g_printf ("-- %" G_GUINT64_FORMAT " Kbytes in %u Request%s.\n", size.bytes / 1024, n,
            n == 1 ? "" : "s");
  return TRUE;
}
