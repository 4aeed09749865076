/* The list of `mailq`, in the form that Postfix made usual: scripts read it, so nothing of it is
 * translated but the reasons. */
#include "config.h"

#include "mailq.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <time.h>

#define ID_DIGITS 12

static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static char *
dup_arrival (const SendpathReport *report)
{
  time_t queued_at = (time_t) sendpath_report_get_queued_at (report);
  struct tm at = { .tm_mday = 1 };

  localtime_r (&queued_at, &at);
  return g_strdup_printf ("%s %s %2d %02d:%02d:%02d", days[at.tm_wday], months[at.tm_mon],
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

static void
print_message (const SendpathReport *report)
{
  g_autofree char *arrival = dup_arrival (report);
  const char *reason = sendpath_report_get_reason (report);

  g_printf ("%.*s%c %8" G_GUINT64_FORMAT " %s  %s\n", ID_DIGITS, sendpath_report_get_id (report),
            get_mark (report), sendpath_report_get_size_bytes (report), arrival,
            get_sender (report));
  if (reason != NULL)
    g_printf ("(%s)\n", reason);
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_QUEUED ||
        sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_UNCERTAIN)
      g_printf ("%*s%s\n", ID_DIGITS + 32, "", sendpath_report_get_recipient (report, i));
  g_printf ("\n");
}

void
mailq_print (GPtrArray *waiting)
{
  guint64 size_bytes = 0;

  if (waiting->len == 0)
    {
      g_printf ("Mail queue is empty\n");
      return;
    }
  g_printf ("-Queue ID-    --Size-- ---Arrival Time---- -Sender/Recipient-------\n");
  for (guint i = 0; i < waiting->len; i++)
    {
      print_message (waiting->pdata[i]);
      size_bytes += sendpath_report_get_size_bytes (waiting->pdata[i]);
    }
  g_printf ("-- %" G_GUINT64_FORMAT " Kbytes in %u Request%s.\n", size_bytes / 1024, waiting->len,
            waiting->len == 1 ? "" : "s");
}
