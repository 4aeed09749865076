/* outbox-submit DIR: one submission and nothing else, for tests/check-crash, which kills it at
 * every call. outbox-submit --recover DIR: tidies up as the next process does, and tells what is
 * there; --tell DIR...: the same for many, and what became of each recipient. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sendpath/outbox/outbox.h"

#define NOW_US (G_GINT64_CONSTANT (1795262400) * G_USEC_PER_SEC)

/* PRODUCT.md section 6 */
static int
get_status (const GError *error)
{
  static const struct {
    OutboxError code;
    int status;
  } rows[] = {
    { OUTBOX_ERROR_CANNOT_CREATE, 73 },
    { OUTBOX_ERROR_IO, 74 },
    { OUTBOX_ERROR_FULL, 75 },
    { OUTBOX_ERROR_UNSAFE, 77 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_error_matches (error, OUTBOX_ERROR, (int) rows[i].code))
      return rows[i].status;
  return 70;
}

static int
fail (const GError *error)
{
  fprintf (stderr, "outbox-submit: %s\n", error->message);
  return get_status (error);
}

static SendpathMessage *
new_message (void)
{
  static const char fields[] = "From: terri@proseware.com\r\nMessage-ID: <1@proseware.com>\r\n";
  static const char *const recipients[] = { "someone@adatum.com", NULL };
  g_autoptr(Header) header = header_parse (fields, strlen (fields), NULL);
  g_autofree char *text = g_strnfill (200000, 'x');
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(BodySource) body = NULL;

  /* large enough for several writes */
  for (gsize i = 78; i < 200000; i += 80)
    memcpy (text + i, "\r\n", 2);
  bytes = g_bytes_new (text, 200000);
  body = body_source_new_from_bytes (bytes);
  return message_new_from_parts ("terri@proseware.com", recipients, header, body, BODY_PLAIN);
}

static int
submit (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SendpathMessage) message = new_message ();
  g_autoptr(Outbox) outbox = outbox_open (path, &error);
  g_autofree char *id = NULL;

  if (outbox == NULL)
    return fail (error);
  id = outbox_add (outbox, message, "home", NOW_US, &error);
  if (id == NULL)
    return fail (error);
  printf ("accepted %s\n", id);
  return fflush (stdout) == 0 ? EXIT_SUCCESS : 70;
}

static int
recover (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Outbox) outbox = outbox_open (path, &error);
  g_auto(GStrv) corrupt = NULL;
  g_auto(GStrv) ids = NULL;

  if (outbox == NULL || !outbox_recover (outbox, &error))
    return fail (error);
  ids = outbox_list (outbox, OUTBOX_QUEUE, &corrupt, &error);
  if (ids == NULL)
    return fail (error);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr(OutboxEntry) entry = outbox_take (outbox, ids[i], &error);

      if (entry == NULL)
        return fail (error);
      printf ("whole %s\n", ids[i]);
    }
  for (guint i = 0; corrupt[i] != NULL; i++)
    printf ("corrupt %s\n", corrupt[i]);
  return EXIT_SUCCESS;
}

/* A line for each message: its outbox, its folder, its id, and the states of its recipients. */
static gboolean
tell_folder (Outbox *outbox, const char *path, OutboxFolder folder, GError **error)
{
  static const char *const names[] = { "queue", "failed", "sent", "corrupt" };
  g_auto(GStrv) ids = outbox_list (outbox, folder, NULL, error);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      g_autoptr(OutboxEntry) entry =
          folder != OUTBOX_CORRUPT ? outbox_take (outbox, ids[i], NULL) : NULL;

      if (entry == NULL && folder != OUTBOX_CORRUPT)
        continue; /* found damaged, and told with those */
      printf ("%s %s %s", path, names[folder], ids[i]);
      if (entry != NULL)
        {
          SendpathReport *report = outbox_entry_get_report (entry);

          for (guint j = 0; j < report->recipients->len; j++)
            {
              const ReportRecipient *recipient = report->recipients->pdata[j];

              printf (" %s", sendpath_recipient_state_to_string (recipient->state));
            }
        }
      printf ("\n");
    }
  return ids != NULL;
}

static int
tell (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Outbox) outbox = outbox_open (path, &error);
  gboolean is_told = outbox != NULL && outbox_recover (outbox, &error);

  for (guint i = OUTBOX_QUEUE; is_told && i <= OUTBOX_CORRUPT; i++)
    is_told = tell_folder (outbox, path, (OutboxFolder) i, &error);
  return is_told ? EXIT_SUCCESS : fail (error);
}

int
main (int argc, char **argv)
{
  int status = EXIT_SUCCESS;

  if (argc > 2 && strcmp (argv[1], "--tell") == 0)
    {
      for (int i = 2; i < argc && status == EXIT_SUCCESS; i++)
        status = tell (argv[i]);
      return status;
    }
  if (argc == 2)
    return submit (argv[1]);
  if (argc == 3 && strcmp (argv[1], "--recover") == 0)
    return recover (argv[2]);
  fputs ("usage: outbox-submit [--recover|--tell] DIR...\n", stderr);
  return 64;
}
