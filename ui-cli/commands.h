/* The commands of `sendpath`, one row each; defined in cmd-*.c. */
#pragma once

#include "cli-command.h"

extern const CliCommand cmd_status; /* without a command */
extern const CliCommand cmd_account_add, cmd_account_import, cmd_account_list, cmd_account_show,
    cmd_account_remove, cmd_account_test, cmd_account_forget;
extern const CliCommand cmd_password_set, cmd_password_clear;
extern const CliCommand cmd_location, cmd_location_add, cmd_location_list, cmd_location_remove,
    cmd_location_use, cmd_location_trust, cmd_location_forget;
extern const CliCommand cmd_send, cmd_plan, cmd_explain, cmd_demo, cmd_log,
    cmd_watch, cmd_serve;
extern const CliCommand cmd_queue_list, cmd_queue_show, cmd_queue_flush, cmd_queue_remove,
    cmd_queue_resend, cmd_queue_retry, cmd_queue_hold, cmd_queue_resolve, cmd_queue_wait;

/* All of them, ended by NULL. */
const CliCommand *const *commands_get (void);
