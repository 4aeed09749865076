/* The exit status of `sendmail` and `sendpath send`: one table for errors and outcomes. */
#include "config.h"

#include "sendmail-exit.h"

#include <gio/gio.h>
#include <sysexits.h>

/* Errors mean that nothing was queued; a domain without a row is an internal error. */
static const struct {
  GQuark (*domain) (void);
  int code;
  int exit;
} errors[] = {
  { sendpath_error_quark, SENDPATH_ERROR_OUTBOX_CANNOT_CREATE, EX_CANTCREAT },
  { sendpath_error_quark, SENDPATH_ERROR_OUTBOX_IO, EX_IOERR },
  { sendpath_error_quark, SENDPATH_ERROR_OUTBOX_FULL, EX_TEMPFAIL },
  { sendpath_error_quark, SENDPATH_ERROR_OUTBOX_UNSAFE, EX_NOPERM },
  { sendpath_error_quark, SENDPATH_ERROR_MESSAGE, EX_DATAERR },
  { sendpath_error_quark, SENDPATH_ERROR_NOT_FOUND, EX_UNAVAILABLE },
  { sendpath_error_quark, SENDPATH_ERROR_BUSY, EX_UNAVAILABLE },
  { sendpath_error_quark, SENDPATH_ERROR_CORRUPT, EX_DATAERR },
  { sendpath_error_quark, SENDPATH_ERROR_PROCESS, EX_OSERR },
  { sendpath_error_quark, SENDPATH_ERROR_KEYRING, EX_UNAVAILABLE },
  /* a message, an address or an option as it was read, and what kept it from being read */
  { g_io_error_quark, G_IO_ERROR_INVALID_DATA, EX_DATAERR },
  { g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, EX_USAGE },
  { g_io_error_quark, G_IO_ERROR_NO_SPACE, EX_TEMPFAIL },
  { g_io_error_quark, G_IO_ERROR_TOO_MANY_OPEN_FILES, EX_TEMPFAIL },
  { g_io_error_quark, G_IO_ERROR_FAILED, EX_IOERR },
  /* what the service of the machine says to a message */
  { g_io_error_quark, G_IO_ERROR_BUSY, EX_TEMPFAIL },
  { g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, EX_UNAVAILABLE },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_MISSING, EX_CONFIG },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_BROKEN, EX_CONFIG },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_UNSAFE, EX_CONFIG },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_NO_ACCOUNT, EX_CONFIG },
  { sendpath_profile_error_quark, SENDPATH_PROFILE_ERROR_EXISTS, EX_CONFIG },
};

int
sendmail_exit_for_error (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (g_error_matches (error, errors[i].domain (), errors[i].code))
      return errors[i].exit;
  return EX_SOFTWARE;
}

static gboolean
is_about_the_address (SendpathVerdict verdict)
{
  return verdict == SENDPATH_VERDICT_RECIPIENT_UNKNOWN ||
         verdict == SENDPATH_VERDICT_RECIPIENT_INVALID;
}

/* Non-zero only when nothing is left to try: else the caller would send it again. */
int
sendmail_exit_for_report (const SendpathReport *report)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);

  if (outcome != SENDPATH_OUTCOME_FAILED && outcome != SENDPATH_OUTCOME_PARTIAL)
    return EX_OK;
  for (guint i = 0; i < sendpath_report_get_n_recipients (report); i++)
    if (sendpath_report_get_state (report, i) == SENDPATH_RECIPIENT_FAILED &&
        !is_about_the_address (sendpath_report_get_verdict (report, i)))
      return EX_UNAVAILABLE;
  return EX_NOUSER;
}

/* In words for the manual page; what each is given for stands above and below. */
static const SendmailExitRow rows[] = {
  { EX_OK, "Every recipient is sent, or the rest is safely in the outbox: queued, on hold or uncertain. "
           "Who was refused is named on standard error." },
  { EX_USAGE, "The command line cannot be used: a bad option, or no recipients without -t. Nothing was "
              "queued." },
  { EX_DATAERR, "The message or an address cannot be used: no recipients with -t, a header that cannot "
                "be read, nothing on standard input. Nothing was queued." },
  { EX_NOUSER, "Nothing is left to try, and every recipient who was refused is unknown or invalid. A "
               "copy is kept, but not with delivery = direct." },
  { EX_UNAVAILABLE, "Nothing is left to try, and a recipient was refused for another reason. A copy is "
                    "kept, but not with delivery = direct." },
  { EX_SOFTWARE, "A fault of sendpath itself." },
  { EX_OSERR, "No memory, or no process. Nothing was queued." },
  { EX_CANTCREAT, "The outbox cannot be created. Nothing was queued." },
  { EX_IOERR, "Reading or writing failed. Nothing was queued." },
  { EX_TEMPFAIL, "The disk is full; or the service that sends for all users did not take the message; "
                 "or it could not leave now and is not kept, because of delivery = direct. Nothing was "
                 "queued; try again later." },
  { EX_NOPERM, "Not permitted: a set-uid program, or an outbox that others may write to. Nothing was "
               "queued." },
  { EX_CONFIG, "There is no configuration. Nothing was queued." },
};

const SendmailExitRow *
sendmail_exit_get_rows (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (rows);
  return rows;
}

/* Nothing was kept: what is open is the caller's to send again. */
int
sendmail_exit_for_unkept (const SendpathReport *report)
{
  SendpathOutcome outcome = sendpath_report_get_outcome (report);

  return outcome == SENDPATH_OUTCOME_QUEUED || outcome == SENDPATH_OUTCOME_UNCERTAIN
             ? EX_TEMPFAIL
             : sendmail_exit_for_report (report);
}
