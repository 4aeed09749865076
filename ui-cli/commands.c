/* The table of the commands, in the order of `sendpath --help` and of the manual: a command exists if it
 * has a row here. */
#include "config.h"

#include "commands.h"

static const CliCommand *const commands[] = {
  &cmd_account_add,
  &cmd_account_import,
  &cmd_account_list,
  &cmd_account_show,
  &cmd_account_remove,
  &cmd_account_test,
  &cmd_account_forget,
  &cmd_password_set,
  &cmd_password_clear,
  &cmd_location_add,
  &cmd_location_list,
  &cmd_location_remove,
  &cmd_location_use,
  &cmd_location_trust,
  &cmd_location_forget,
  &cmd_location,
  &cmd_send,
  &cmd_plan,
  &cmd_queue_list,
  &cmd_queue_show,
  &cmd_queue_flush,
  &cmd_queue_retry,
  &cmd_queue_hold,
  &cmd_queue_remove,
  &cmd_queue_resolve,
  &cmd_queue_resend,
  &cmd_queue_wait,
  &cmd_explain,
  &cmd_log,
  &cmd_watch,
  &cmd_serve,
  &cmd_demo,
  NULL,
};

const CliCommand *const *
commands_get (void)
{
  return commands;
}
