/* The fields of a delivery report (RFC 3464 section 2). */
#pragma once

#include "sendpath/mail/bounce.h"

G_BEGIN_DECLS

/* What the fields say; addresses and texts as they came. Starts as { 0 } with @recipients set. */
typedef struct {
  char *envid;
  char *message_id;      /* of fields that are no standard */
  GPtrArray *recipients; /* (element-type BounceRecipient) */
} BounceFields;

/* TRUE if a line of @text begins with a field that says for which recipient a report is. */
gboolean bounce_fields_are_in (const char *text);

/* Reads the fields in @text, whose lines end in '\n'. Other lines are passed over. */
void bounce_fields_read (const char *text, BounceFields *fields);

G_END_DECLS
