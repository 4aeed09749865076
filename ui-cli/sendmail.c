/* `sendmail`, `mailq`, `newaliases`: takes a message on standard input. Exit 0 means durable. */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sysexits.h>
#include <unistd.h>

#include <sendpath/sendpath.h>

#include "cli-report.h"
#include "mailq.h"
#include "no-memory.h"
#include "sendmail-exit.h"
#include "sendmail-help.h"
#include "sendmail-home.h"
#include "sendmail-options.h"
#include "sendmail-smtp.h"
#include "sendmail-system.h"
#include "sendmail-verify.h"
#include "system-service.h"

static int
fail (const GError *error)
{
  g_autofree char *line = g_strdup (error->message);

  for (char *p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p)) /* out of what the caller said; it stays one line */
      *p = '?';
  g_fprintf (stderr, "sendmail: %s\n", line);
  return error->domain == SENDMAIL_ERROR ? EX_USAGE : sendmail_exit_for_error (error);
}

/* The configuration; one that is there but cannot be used gives @ret_hold_reason and an empty
 * store. */
static SendpathProfileStore *
load_profiles (char **ret_hold_reason, GError **error)
{
  g_autofree char *path = sendpath_profile_store_dup_default_path ();
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (path);
  g_autoptr (GError) local_error = NULL;

  if (!sendpath_profile_store_load (profiles, &local_error))
    {
      if (g_error_matches (local_error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_MISSING))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (!system_service_check_readable (path, error))
        return NULL;
      *ret_hold_reason = g_strdup (local_error->message);
    }
  return g_steal_pointer (&profiles);
}

/* One by one first, so that the option at fault is named. */
static gboolean
request_reports (SendpathMessage *message, const SendmailOptions *options, GError **error)
{
  const struct {
    const char *option, *when, *content, *envid;
  } requests[] = {
    { "-N", options->dsn_when, NULL, NULL },
    { "-R", NULL, options->dsn_content, NULL },
    { "-V", NULL, NULL, options->dsn_envid },
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    if (!sendpath_message_request_reports (message, requests[i].when, requests[i].content,
                                           requests[i].envid, error))
      {
        g_prefix_error (error, _ ("option %s: "), requests[i].option);
        return FALSE;
      }
  return sendpath_message_request_reports (message, options->dsn_when, options->dsn_content,
                                           options->dsn_envid, error);
}

static SendpathMessage *
read_message (const SendmailOptions *options, GError **error)
{
  SendpathMessageFlags flags = SENDPATH_MESSAGE_FLAGS_NONE;
  g_autoptr (SendpathMessage) message = NULL;

  if (options->recipients_from_header)
    flags |= SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER;
  if (!options->dot_is_text && isatty (STDIN_FILENO))
    flags |= SENDPATH_MESSAGE_DOT_ENDS;
  message = sendpath_message_new_from_fd (STDIN_FILENO, flags, error);
  if (message == NULL ||
      (options->sender != NULL && !sendpath_message_set_sender (message, options->sender, error)) ||
      (options->full_name != NULL &&
       !sendpath_message_set_full_name (message, options->full_name, error)) ||
      !request_reports (message, options, error))
    return NULL;
  for (guint i = 0; i < options->recipients->len; i++)
    if (!sendpath_message_add_recipient (message, options->recipients->pdata[i], error))
      return NULL;
  return g_steal_pointer (&message);
}

/* The words of `delivery` in the configuration. */
static const struct {
  const char *word;
  SendmailDelivery delivery;
} deliveries[] = {
  { "wait", SENDMAIL_DELIVER_WAIT },
  { "background", SENDMAIL_DELIVER_BACKGROUND },
  { "queue", SENDMAIL_DELIVER_QUEUE },
  { "direct", SENDMAIL_DELIVER_DIRECT },
};

/* What the command line says counts before what the configuration says. */
static SendmailDelivery
choose_delivery (const SendmailOptions *options, SendpathProfileStore *profiles)
{
  const char *word = sendpath_profile_store_get_policy (profiles, "delivery");

  if (options->delivery != SENDMAIL_DELIVER_BY_POLICY)
    return options->delivery;
  for (guint i = 0; i < G_N_ELEMENTS (deliveries); i++)
    if (g_strcmp0 (word, deliveries[i].word) == 0)
      return deliveries[i].delivery;
  return SENDMAIL_DELIVER_WAIT;
}

/* From here on the message is on disk: whatever happens, it is not the caller's to send again. */
static int
hand_over (SendpathEngine *engine, const SendmailOptions *options, const char *id, guint wait_s)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathReport) report = sendpath_engine_hand_over (engine, id, wait_s, &error);

  if (report == NULL)
    {
      /* NOT_FOUND: the service was quicker than we could look, and keeps no copies */
      if (error != NULL && !g_error_matches (error, SENDPATH_ERROR, SENDPATH_ERROR_NOT_FOUND))
        g_fprintf (stderr, _ ("sendmail: the message waits in the outbox: %s\n"), error->message);
      return EX_OK;
    }
  cli_report_warn (report, "sendmail");
  if (options->verbose)
    cli_report_print_walk (report);
  return sendmail_exit_for_report (report);
}

static int
keep_and_send (SendpathEngine *engine, const SendmailOptions *options, SendpathMessage *message,
               const char *hold_reason)
{
  SendpathProfileStore *profiles = sendpath_engine_get_profiles (engine);
  SendmailDelivery delivery = choose_delivery (options, profiles);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (delivery == SENDMAIL_DELIVER_QUEUE && hold_reason == NULL)
    id = sendpath_engine_submit_for_later (engine, message, NULL, &error);
  else
    id = sendpath_engine_submit (engine, message, NULL, hold_reason, &error);
  if (id == NULL)
    return fail (error);
  no_memory_ends_with ("sendmail", EX_OK);
  if (hold_reason != NULL)
    g_fprintf (stderr,
               _ ("sendmail: the message waits in the outbox until the configuration is mended: %s\n"),
               hold_reason);
  if (hold_reason != NULL || delivery == SENDMAIL_DELIVER_QUEUE)
    return EX_OK;
  return hand_over (engine, options, id,
                    delivery == SENDMAIL_DELIVER_BACKGROUND
                        ? 0
                        : (guint) sendpath_profile_store_get_policy_integer (profiles, "wait"));
}

/* Nothing is kept: what did not leave is the caller's, who must know if somebody has it already. */
static int
send_direct (SendpathEngine *engine, const SendmailOptions *options, SendpathMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathReport) report =
                 sendpath_engine_send_unkept (engine, message, NULL, NULL, &error);

  if (report == NULL)
    return fail (error);
  cli_report_warn_unkept (report, "sendmail");
  if (options->verbose)
    cli_report_print_walk (report);
  return sendmail_exit_for_unkept (report);
}

static int
submit (const SendmailOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hold_reason = NULL;
  g_autoptr (SendpathProfileStore) profiles = load_profiles (&hold_reason, &error);
  g_autoptr (SendpathMessage) message = profiles != NULL ? read_message (options, &error) : NULL;
  g_autoptr (SendpathEngine) engine = NULL;

  if (message == NULL)
    return fail (error);
  engine = sendpath_engine_new (profiles);
  return hold_reason == NULL && choose_delivery (options, profiles) == SENDMAIL_DELIVER_DIRECT
             ? send_direct (engine, options, message)
             : keep_and_send (engine, options, message, hold_reason);
}

static int
speak_smtp (const SendmailOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hold_reason = NULL;
  g_autoptr (SendpathProfileStore) profiles = load_profiles (&hold_reason, &error);
  g_autoptr (SendpathEngine) engine = NULL;

  if (profiles == NULL)
    {
      sendmail_smtp_turn_away (error);
      return fail (error);
    }
  engine = sendpath_engine_new (profiles);
  return sendmail_smtp_run (engine, options, choose_delivery (options, profiles), hold_reason);
}

static int
verify (const SendmailOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = sendpath_profile_store_dup_default_path ();
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (path);
  g_autoptr (SendpathEngine) engine = NULL;

  if (!sendpath_profile_store_load (profiles, &error))
    return fail (error);
  engine = sendpath_engine_new (profiles);
  return sendmail_verify_run (engine, options, &error) ? EX_OK : fail (error);
}

static int
list_queue (SendpathEngine *engine)
{
  g_autoptr (GError) error = NULL;

  return mailq_print (engine, &error) ? EX_OK : fail (error);
}

/* -q: what cannot leave stays, which is no error here. */
static int
flush_queue (SendpathEngine *engine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reports = sendpath_engine_flush (engine, NULL, &error);

  return reports != NULL ? EX_OK : fail (error);
}

/* @needs_profiles: listing does without a configuration. */
static int
run_with_engine (int (*run) (SendpathEngine *engine), gboolean needs_profiles)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = sendpath_profile_store_dup_default_path ();
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (path);
  g_autoptr (SendpathEngine) engine = NULL;

  if (needs_profiles && !sendpath_profile_store_load (profiles, &error))
    return fail (error);
  engine = sendpath_engine_new (profiles);
  return run (engine);
}

/* ---- users without a configuration of their own ---------------------------------------------- */

static int
submit_to_system (const SendmailOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathMessage) message = read_message (options, &error);

  return message != NULL && sendmail_system_submit (message, &error) ? EX_OK : fail (error);
}

static int
list_queue_of_system (void)
{
  g_autoptr (GError) error = NULL;

  return system_service_enter (&error) ? run_with_engine (list_queue, FALSE) : fail (error);
}

static int
flush_queue_of_system (void)
{
  g_autoptr (GError) error = NULL;

  return system_service_enter (&error) && system_service_flush (&error) ? EX_OK : fail (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (SendmailOptions) options = { 0 };
  gboolean is_for_system;

  if (getauxval (AT_SECURE) != 0) /* R-40; what the environment says is not listened to either */
    {
      fputs ("sendmail: this program must not be set-uid or set-gid\n", stderr);
      return EX_NOPERM;
    }
  sendmail_home_mend ();
  setlocale (LC_ALL, "");
  textdomain (GETTEXT_PACKAGE);
  no_memory_ends_with ("sendmail", EX_OSERR);
  signal (SIGPIPE, SIG_IGN); /* a caller that goes away must not end a delivery */
  sendpath_engine_harden_process ();

  if (!sendmail_options_parse (&options, argc, argv, &error))
    return fail (error);
  is_for_system = system_service_is_ours ();
  switch (options.mode)
    {
    case SENDMAIL_SUBMIT:
      return is_for_system ? submit_to_system (&options) : submit (&options);
    case SENDMAIL_SMTP:
      return is_for_system ? sendmail_system_speak_smtp () : speak_smtp (&options);
    case SENDMAIL_VERIFY:
      return verify (&options);
    case SENDMAIL_LIST:
      return is_for_system ? list_queue_of_system () : run_with_engine (list_queue, FALSE);
    case SENDMAIL_FLUSH:
      return is_for_system ? flush_queue_of_system () : run_with_engine (flush_queue, TRUE);
    case SENDMAIL_NEWALIASES:
      return EX_OK;
    case SENDMAIL_HELP:
      sendmail_help_print ();
      return EX_OK;
    case SENDMAIL_VERSION:
      g_printf ("sendpath-sendmail %s\n", PACKAGE_VERSION);
      return EX_OK;
    }
  return EX_SOFTWARE;
}
