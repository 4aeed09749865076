/* Walks through a body line by line in bounded memory. */
#pragma once

#include "sendpath/mail/body-source.h"

G_BEGIN_DECLS

typedef struct _BodyLines BodyLines;

typedef struct {
  guint64     offset;
  guint64     end;    /* behind the line end */
  const char *text;   /* without the line end; valid until the next call */
  gsize       length; /* a very long line shows its beginning only, see body_line_is_whole() */
} BodyLine;

BodyLines *body_lines_new (const BodySource *body);
void       body_lines_free (BodyLines *lines);

/* 1, 0 at the end of the body, or -1 and @error. */
int        body_lines_next (BodyLines *lines, BodyLine *ret_line, GError **error);
/* The next line is the one that begins at @offset. */
void       body_lines_seek (BodyLines *lines, guint64 offset);
guint64    body_lines_tell (const BodyLines *lines);

/* TRUE if text holds all of the line. */
gboolean   body_line_is_whole (const BodyLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BodyLines, body_lines_free)

G_END_DECLS
