/* Delivery reports that only people were meant to read. */
#pragma once

#include "sendpath/mail/bounce.h"

G_BEGIN_DECLS

#define BOUNCE_TEXT_MAX_BYTES (128 * 1024)

/* What is known from elsewhere, addresses (element-type utf8). */
typedef struct {
  GPtrArray *failed;   /* that a header field names as failed */
  GPtrArray *envelope; /* that servers noted in the original message */
  GPtrArray *original; /* that the original message names as its recipients */
  const char *sender;  /* whom the report went to: rarely who could not be reached; or NULL */
} BounceHints;

/* Adds what @text (valid UTF-8, lines end in '\n', the original cut off) says about recipients. */
void bounce_text_read (const char *text, const BounceHints *hints, GPtrArray *recipients);

/* TRUE if the shape of a line says for whom @text is a report. */
gboolean bounce_text_names_recipients (const char *text);

/* The beginning of @text, some KiB of it: enough to tell what it is about. */
char *bounce_text_cut (const char *text);
/* TRUE if @text says that delivery is only late. */
gboolean bounce_text_is_delay (const char *text);

G_END_DECLS
