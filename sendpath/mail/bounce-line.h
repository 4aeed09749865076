/* The lines of a report that only people were meant to read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How surely a line says for whom the report is. */
typedef enum {
  BOUNCE_LINE_OTHER,
  BOUNCE_LINE_MENTIONS, /* an address among other words */
  BOUNCE_LINE_TELLS,    /* the same, and the words are about delivery */
  BOUNCE_LINE_COMMAND,  /* a RCPT command of a transcript */
  BOUNCE_LINE_LEADS,    /* the address, or a label and the address, begins the line */
} BounceLineKind;

typedef struct {
  BounceLineKind kind;
  char *text;
  char *address;    /* NULL: BOUNCE_LINE_OTHER */
  const char *rest; /* behind the address, in text */
} BounceLine;

/* The lines of @text (element-type BounceLine). */
GArray *bounce_line_split (const char *text);

/* TRUE for `554 <a@example.org>... text`, as Sendmail and its forebears conclude. */
gboolean bounce_line_is_conclusion (const char *line);

/* The first address in @text, or NULL; @ret_end (nullable): what follows it. */
char *bounce_line_dup_address (const char *text, const char **ret_end);

G_END_DECLS
