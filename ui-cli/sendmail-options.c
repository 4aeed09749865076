/* The options of `sendmail`: one table. It decides what a command line means and does nothing. */
#include "config.h"

#include "sendmail-options.h"

#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_QUARK (sendmail-error-quark, sendmail_error)

typedef enum {
  ALONE,    /* may be bundled with others: -ti */
  VALUE,    /* the rest of the argument, or the next argument */
  ATTACHED, /* the rest of the argument, which may be empty */
} Form;

typedef void (*Apply) (SendmailOptions *options, const char *value);

static void
ignore (SendmailOptions *options, const char *value)
{
}

static void
set_recipients_from_header (SendmailOptions *options, const char *value)
{
  options->recipients_from_header = TRUE;
}

static void
set_dot_is_text (SendmailOptions *options, const char *value)
{
  options->dot_is_text = TRUE;
}

static void
set_verbose (SendmailOptions *options, const char *value)
{
  options->verbose = TRUE;
}

static void
set_sender (SendmailOptions *options, const char *value)
{
  options->sender = value;
}

static void
set_full_name (SendmailOptions *options, const char *value)
{
  options->full_name = value;
}

static void
set_wait (SendmailOptions *options, const char *value)
{
  options->delivery = SENDMAIL_DELIVER_WAIT;
}

static void
set_background (SendmailOptions *options, const char *value)
{
  options->delivery = SENDMAIL_DELIVER_BACKGROUND;
}

static void
set_queue (SendmailOptions *options, const char *value)
{
  options->delivery = SENDMAIL_DELIVER_QUEUE;
}

static void
set_list (SendmailOptions *options, const char *value)
{
  options->mode = SENDMAIL_LIST;
}

static void
set_flush (SendmailOptions *options, const char *value)
{
  options->mode = SENDMAIL_FLUSH;
}

static void
set_newaliases (SendmailOptions *options, const char *value)
{
  options->mode = SENDMAIL_NEWALIASES;
}

/* The longest row that begins an argument counts; a row without a function is refused with 64. */
static const struct {
  const char *name; /* without the dash */
  Form form;
  Apply apply;
} rows[] = {
  { "t", ALONE, set_recipients_from_header },
  { "i", ALONE, set_dot_is_text },
  { "oi", ATTACHED, set_dot_is_text },
  { "f", VALUE, set_sender },
  { "r", VALUE, set_sender },
  { "F", VALUE, set_full_name },
  { "v", ALONE, set_verbose },
  { "q", ATTACHED, set_flush },
  { "bm", ATTACHED, ignore },
  { "bp", ATTACHED, set_list },
  { "bi", ATTACHED, set_newaliases },
  { "I", ALONE, set_newaliases },
  { "odi", ATTACHED, set_wait },
  { "odb", ATTACHED, set_background },
  { "odd", ATTACHED, set_queue },
  { "odq", ATTACHED, set_queue },
  { "B", VALUE, ignore },
  { "N", VALUE, ignore },
  { "R", VALUE, ignore },
  { "V", VALUE, ignore },
  { "o", VALUE, ignore },
  { "O", VALUE, ignore },
  { "e", VALUE, ignore },
  { "A", VALUE, ignore },
  { "L", VALUE, ignore },
  { "h", VALUE, ignore },
  { "p", VALUE, ignore },
  { "G", ALONE, ignore },
  { "U", ALONE, ignore },
  { "m", ALONE, ignore },
  { "n", ALONE, ignore },
  { "X", VALUE, NULL },  /* names a file */
  { "C", VALUE, NULL },  /* names a file */
  { "oQ", VALUE, NULL }, /* names a folder */
  { "b", VALUE, NULL },  /* -be, -bd, -bD and modes that are not there */
  { "d", ATTACHED, NULL },
};

/* The program names that mean something of their own (T-085). */
static const struct {
  const char *name;
  SendmailMode mode;
} programs[] = {
  { "sendmail", SENDMAIL_SUBMIT },
  { "sendpath-sendmail", SENDMAIL_SUBMIT },
  { "lt-sendpath-sendmail", SENDMAIL_SUBMIT }, /* run from the build folder */
  { "mailq", SENDMAIL_LIST },
  { "newaliases", SENDMAIL_NEWALIASES },
};

static gboolean
choose_program (SendmailOptions *options, const char *argv0, GError **error)
{
  g_autofree char *name = g_path_get_basename (argv0 != NULL ? argv0 : "sendmail");

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (programs[i].name, name))
      {
        options->mode = programs[i].mode;
        return TRUE;
      }
  g_set_error (error, SENDMAIL_ERROR, SENDMAIL_ERROR_USAGE,
               _ ("called as %s; this program is sendmail, mailq or newaliases"), name);
  return FALSE;
}

/* Index of the longest row that begins @text, or -1. */
static int
find_row (const char *text)
{
  int best = -1;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_prefix (text, rows[i].name) &&
        (best < 0 || strlen (rows[i].name) > strlen (rows[best].name)))
      best = (int) i;
  return best;
}

static gboolean
refuse (const char *argument, GError **error)
{
  g_set_error (error, SENDMAIL_ERROR, SENDMAIL_ERROR_USAGE,
               _ ("option %s is not allowed here; nothing was queued"), argument);
  return FALSE;
}

/* One argument that begins with a dash; *@i moves on over a detached value. */
static gboolean
parse_argument (SendmailOptions *options, int argc, char **argv, int *i, GError **error)
{
  const char *argument = argv[*i];

  for (const char *at = argument + 1; *at != '\0';)
    {
      int row = find_row (at);
      const char *value = row >= 0 ? at + strlen (rows[row].name) : NULL;

      if (row < 0 || rows[row].apply == NULL)
        return refuse (argument, error);
      if (rows[row].form == ALONE)
        {
          rows[row].apply (options, NULL);
          at = value;
          continue;
        }
      if (rows[row].form == VALUE && *value == '\0')
        {
          if (++*i == argc)
            {
              g_set_error (error, SENDMAIL_ERROR, SENDMAIL_ERROR_USAGE,
                           _ ("option %s needs a value"), argument);
              return FALSE;
            }
          value = argv[*i];
        }
      if (rows[row].apply == set_sender && value[0] == '-')
        return refuse (value, error); /* T-057: not an address */
      rows[row].apply (options, value);
      return TRUE;
    }
  return TRUE;
}

gboolean
sendmail_options_parse (SendmailOptions *options, int argc, char **argv, GError **error)
{
  gboolean only_operands = FALSE;

  *options = (SendmailOptions) { .recipients = g_ptr_array_new () };
  if (!choose_program (options, argv[0], error))
    return FALSE;
  for (int i = 1; i < argc; i++)
    if (!only_operands && g_str_equal (argv[i], "--"))
      only_operands = TRUE;
    else if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0')
      g_ptr_array_add (options->recipients, argv[i]);
    else if (!parse_argument (options, argc, argv, &i, error))
      return FALSE;
  if (options->mode == SENDMAIL_SUBMIT && !options->recipients_from_header &&
      options->recipients->len == 0)
    {
      g_set_error_literal (error, SENDMAIL_ERROR, SENDMAIL_ERROR_USAGE,
                           _ ("no recipients; name them, or use -t"));
      return FALSE;
    }
  return TRUE;
}

void
sendmail_options_clear (SendmailOptions *options)
{
  g_clear_pointer (&options->recipients, g_ptr_array_unref);
}
