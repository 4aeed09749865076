/* `sendmail --help`: the table of options for people. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void sendmail_help_print (void);

G_END_DECLS
