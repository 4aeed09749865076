/* The numbers Outlook would show. */
#pragma once

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/* Static, or NULL where Outlook has no number of its own. */
const char *outlook_code (SendpathVerdict verdict, SendpathPhase phase, guint code);

G_END_DECLS
