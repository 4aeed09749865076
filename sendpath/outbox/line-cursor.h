/* A place in a line of a journal, moved over it piece by piece: for lists of a hundred thousand, where a
 * tree of JSON takes too long. It takes what is exactly as fields.h writes it, and nothing else. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *at;
  const char *end;
} LineCursor;

/* The length of a name of an id, with its NUL. */
#define LINE_WORD_BYTES 32

/* All of these: FALSE if something else stands there; where the cursor is then is not defined. */
gboolean line_cursor_skip (LineCursor *cursor, const char *text, gsize length);
gboolean line_cursor_skip_word (LineCursor *cursor, const char *word);
/* Into a char * that is NULL: a text in which nothing but `"` and `\` is escaped, or null. */
gboolean line_cursor_take_text (LineCursor *cursor, gpointer place);
/* Into a char[LINE_WORD_BYTES] that is empty: a short text without escapes, or null. */
gboolean line_cursor_take_word (LineCursor *cursor, gpointer place);
/* Into a char ** that is NULL. */
gboolean line_cursor_take_texts (LineCursor *cursor, gpointer place);
/* Into a gint64 of 0: seconds since 1970, or null. */
gboolean line_cursor_take_time (LineCursor *cursor, gpointer place);
/* Into a gint64 of 0: a number that is not negative, or null. */
gboolean line_cursor_take_number (LineCursor *cursor, gpointer place);
gboolean line_cursor_take_boolean (LineCursor *cursor, gpointer place);

/* One member of an object, and where its value goes in a struct. */
typedef struct {
  const char *name; /* with the comma before it, its quotation marks and the colon */
  gsize length;
  gboolean (*take) (LineCursor *cursor, gpointer place);
  gsize offset;
} LineMember;

#define LINE_MEMBER(before, name, take, type, field)                                               \
  {                                                                                                \
    before "\"" name "\":", sizeof before "\"" name "\":" - 1, take, G_STRUCT_OFFSET (type, field) \
  }

/* Those of @members that are there, in that order. */
gboolean line_cursor_take_members (LineCursor *cursor, const LineMember *members, gsize n,
                                   gpointer into);

/* TRUE if it is UTF-8, as JSON has to be; NUL is not. */
gboolean line_is_text (const char *line, gsize length);

G_END_DECLS
