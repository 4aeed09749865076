/* The exit status of `sendmail` and `sendpath send`: one table for errors and outcomes
 * (PRODUCT.md section 6). */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

typedef struct {
  int status;
  const char *meaning; /* in English, for the manual page */
} SendmailExitRow;

/* Every status that there is. */
const SendmailExitRow *sendmail_exit_get_rows (guint *ret_n);

int sendmail_exit_for_report (const SendpathReport *report);
/* The same for a message that is not kept (`direct`). */
int sendmail_exit_for_unkept (const SendpathReport *report);
int sendmail_exit_for_error (const GError *error);

G_END_DECLS
