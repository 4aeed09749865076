/* The options of `sendmail`: one table. It decides what a command line means and does nothing. */
#include "config.h"

#include "sendmail-options.h"

#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_QUARK (sendmail-error-quark, sendmail_error)

static gboolean
set_recipients_from_header (SendmailOptions *options, const char *value, GError **error)
{
  options->recipients_from_header = TRUE;
  return TRUE;
}

static gboolean
set_dot_is_text (SendmailOptions *options, const char *value, GError **error)
{
  options->dot_is_text = TRUE;
  return TRUE;
}

static gboolean
set_verbose (SendmailOptions *options, const char *value, GError **error)
{
  options->verbose = TRUE;
  return TRUE;
}

static gboolean
refuse (const char *argument, GError **error)
{
  g_set_error (error, SENDMAIL_ERROR, SENDMAIL_ERROR_USAGE,
               _ ("option %s is not allowed here; nothing was queued"), argument);
  return FALSE;
}

static gboolean
set_sender (SendmailOptions *options, const char *value, GError **error)
{
  if (value[0] == '-')
    return refuse (value, error); /* T-057: not an address */
  options->sender = value;
  return TRUE;
}

static gboolean
set_full_name (SendmailOptions *options, const char *value, GError **error)
{
  options->full_name = value;
  return TRUE;
}

static gboolean
set_dsn_when (SendmailOptions *options, const char *value, GError **error)
{
  options->dsn_when = value;
  return TRUE;
}

static gboolean
set_dsn_content (SendmailOptions *options, const char *value, GError **error)
{
  options->dsn_content = value;
  return TRUE;
}

static gboolean
set_dsn_envid (SendmailOptions *options, const char *value, GError **error)
{
  options->dsn_envid = value;
  return TRUE;
}

static gboolean
set_wait (SendmailOptions *options, const char *value, GError **error)
{
  options->delivery = SENDMAIL_DELIVER_WAIT;
  return TRUE;
}

static gboolean
set_background (SendmailOptions *options, const char *value, GError **error)
{
  options->delivery = SENDMAIL_DELIVER_BACKGROUND;
  return TRUE;
}

static gboolean
set_queue (SendmailOptions *options, const char *value, GError **error)
{
  options->delivery = SENDMAIL_DELIVER_QUEUE;
  return TRUE;
}

static gboolean
set_submit (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_SUBMIT;
  return TRUE;
}

static gboolean
set_smtp (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_SMTP;
  return TRUE;
}

static gboolean
set_verify (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_VERIFY;
  return TRUE;
}

static gboolean
set_list (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_LIST;
  return TRUE;
}

static gboolean
set_flush (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_FLUSH;
  return TRUE;
}

static gboolean
set_newaliases (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_NEWALIASES;
  return TRUE;
}

static gboolean
set_help (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_HELP;
  return TRUE;
}

static gboolean
set_version (SendmailOptions *options, const char *value, GError **error)
{
  options->mode = SENDMAIL_VERSION;
  return TRUE;
}

#define ALONE    SENDMAIL_OPTION_ALONE
#define VALUE    SENDMAIL_OPTION_VALUE
#define ATTACHED SENDMAIL_OPTION_ATTACHED
#define ONLY     SENDMAIL_OPTION_ONLY
#define USED     SENDMAIL_OPTION_USED
#define IGNORED  SENDMAIL_OPTION_IGNORED
#define REFUSED  SENDMAIL_OPTION_REFUSED

/* The longest row that begins an argument counts. */
static const SendmailOptionRow rows[] = {
  { "t", ALONE, NULL, USED, N_ ("takes the recipients from To, Cc and Bcc"),
    set_recipients_from_header },
  { "i", ALONE, NULL, USED, N_ ("a line with a single dot does not end the message"),
    set_dot_is_text },
  { "oi", ATTACHED, NULL, USED, N_ ("a line with a single dot does not end the message"),
    set_dot_is_text },
  { "f", VALUE, "ADDRESS", USED, N_ ("the sender; it chooses the account"), set_sender },
  { "r", VALUE, "ADDRESS", USED, N_ ("the sender; it chooses the account"), set_sender },
  { "F", VALUE, "NAME", USED, N_ ("the sender’s name for a message without From"), set_full_name },
  { "v", ALONE, NULL, USED, N_ ("shows what was tried"), set_verbose },
  { "bm", ATTACHED, NULL, USED, N_ ("reads a message from standard input; this is the default"),
    set_submit },
  { "bs", ATTACHED, NULL, USED, N_ ("speaks SMTP on standard input and output"), set_smtp },
  { "bv", ATTACHED, NULL, USED,
    N_ ("shows the account, the sender, the recipients and the routes, and sends nothing"),
    set_verify },
  { "bp", ATTACHED, NULL, USED, N_ ("lists the outbox, as mailq does"), set_list },
  { "bi", ATTACHED, NULL, USED, N_ ("does nothing, as newaliases does"), set_newaliases },
  { "I", ALONE, NULL, USED, N_ ("does nothing, as newaliases does"), set_newaliases },
  { "q", ATTACHED, "TIME", USED, N_ ("tries now what waits in the outbox"), set_flush },
  { "odi", ATTACHED, NULL, USED, N_ ("waits for the result"), set_wait },
  { "odb", ATTACHED, NULL, USED, N_ ("does not wait for the result"), set_background },
  { "odd", ATTACHED, NULL, USED, N_ ("keeps the message for the next run of the outbox"),
    set_queue },
  { "odq", ATTACHED, NULL, USED, N_ ("keeps the message for the next run of the outbox"),
    set_queue },
  { "N", VALUE, "WHEN", USED,
    N_ ("asks for delivery reports: never, or some of success, failure and delay"), set_dsn_when },
  { "R", VALUE, "full|hdrs", USED, N_ ("how much of the message a delivery report holds"),
    set_dsn_content },
  { "V", VALUE, "ID", USED, N_ ("a name that delivery reports repeat"), set_dsn_envid },
  { "-help", ONLY, NULL, USED, N_ ("shows this list"), set_help },
  { "-version", ONLY, NULL, USED, N_ ("shows the version"), set_version },
  { "B", VALUE, "TYPE", IGNORED, NULL, NULL },
  { "oMr", VALUE, "PROTOCOL", IGNORED, NULL, NULL }, /* some write the value apart */
  { "oMs", VALUE, "HOST", IGNORED, NULL, NULL },
  { "o", VALUE, "OPTION", IGNORED, NULL, NULL },
  { "O", VALUE, "OPTION=VALUE", IGNORED, NULL, NULL },
  { "e", VALUE, "MODE", IGNORED, NULL, NULL },
  { "A", VALUE, "MODE", IGNORED, NULL, NULL },
  { "L", VALUE, "TAG", IGNORED, NULL, NULL },
  { "h", VALUE, "COUNT", IGNORED, NULL, NULL },
  { "p", VALUE, "PROTOCOL", IGNORED, NULL, NULL },
  { "G", ALONE, NULL, IGNORED, NULL, NULL },
  { "U", ALONE, NULL, IGNORED, NULL, NULL },
  { "m", ALONE, NULL, IGNORED, NULL, NULL },
  { "n", ALONE, NULL, IGNORED, NULL, NULL },
  { "X", VALUE, "FILE", REFUSED, NULL, NULL },
  { "C", VALUE, "FILE", REFUSED, NULL, NULL },
  { "oQ", VALUE, "FOLDER", REFUSED, NULL, NULL },
  { "b", VALUE, "MODE", REFUSED, NULL, NULL }, /* -be, -bd, -bD and modes that are not there */
  { "d", ATTACHED, "LEVEL", REFUSED, NULL, NULL },
};

const SendmailOptionRow *
sendmail_options_get_rows (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (rows);
  return rows;
}

char *
sendmail_option_row_dup_usage (const SendmailOptionRow *row)
{
  if (row->value == NULL)
    return g_strdup_printf ("-%s", row->name);
  return g_strdup_printf (row->form == ATTACHED ? "-%s[%s]" : "-%s %s", row->name, row->value);
}

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

static const SendmailOptionRow *
find_row (const char *text)
{
  const SendmailOptionRow *best = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_prefix (text, rows[i].name) &&
        (best == NULL || strlen (rows[i].name) > strlen (best->name)))
      best = &rows[i];
  return best;
}

/* One argument that begins with a dash; *@i moves on over a detached value. */
static gboolean
parse_argument (SendmailOptions *options, int argc, char **argv, int *i, GError **error)
{
  const char *argument = argv[*i];

  for (const char *at = argument + 1; *at != '\0';)
    {
      const SendmailOptionRow *row = find_row (at);
      const char *value = row != NULL ? at + strlen (row->name) : NULL;

      if (row == NULL || row->meaning == REFUSED ||
          (row->form == ONLY && (argc != 2 || at != argument + 1 || *value != '\0')))
        return refuse (argument, error);
      if (row->form == VALUE && *value == '\0')
        {
          if (++*i == argc)
            {
              g_set_error (error, SENDMAIL_ERROR, SENDMAIL_ERROR_USAGE,
                           _ ("option %s needs a value"), argument);
              return FALSE;
            }
          value = argv[*i];
        }
      if (row->apply != NULL && !row->apply (options, value, error))
        return FALSE;
      if (row->form != ALONE)
        return TRUE;
      at = value;
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
  if (options->recipients->len == 0 &&
      (options->mode == SENDMAIL_VERIFY ||
       (options->mode == SENDMAIL_SUBMIT && !options->recipients_from_header)))
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
