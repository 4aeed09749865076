/* What shows that a message is a delivery report. */
#pragma once

#include "sendpath/mail/header.h"

G_BEGIN_DECLS

/* TRUE if a mail server or its postmaster sent it. */
gboolean bounce_signs_name_reporter (const Header *header);
/* TRUE if it is a message at all. */
gboolean bounce_signs_show_mail (const Header *header);
/* TRUE if @text says that mail was not delivered. */
gboolean bounce_signs_are_in (const char *text);
gboolean bounce_signs_are_in_subject (const Header *header);

G_END_DECLS
