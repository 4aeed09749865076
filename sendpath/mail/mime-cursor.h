/* A place in a body, and the multiparts that are open there. It reads; it changes nothing. */
#pragma once

#include "sendpath/mail/body-source.h"
#include "sendpath/mail/header.h"

G_BEGIN_DECLS

typedef struct _MimeCursor MimeCursor;

typedef enum { MIME_NO_DELIMITER, MIME_NEXT_PART, MIME_LAST_PART } MimeDelimiter;

/* @body must outlive it. */
MimeCursor   *mime_cursor_new (const BodySource *body);
void          mime_cursor_free (MimeCursor *cursor);
guint64       mime_cursor_tell (const MimeCursor *cursor);

void          mime_cursor_open (MimeCursor *cursor, const char *boundary);
void          mime_cursor_close (MimeCursor *cursor);

/* Goes on to the next delimiter of any open multipart, or to the end of the body. */
gboolean      mime_cursor_find_delimiter (MimeCursor *cursor, GError **error);
/* Goes behind the delimiter that is here, if it belongs to the multipart that was opened last. */
gboolean      mime_cursor_take_delimiter (MimeCursor *cursor, MimeDelimiter *ret_delimiter,
                                          GError **error);
/* Goes behind the header that is here; @ret_has_end: and behind the empty line that ends it. NUL
 * and bare CR, which no header has, come as spaces. */
Header       *mime_cursor_take_header (MimeCursor *cursor, gboolean *ret_has_end, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MimeCursor, mime_cursor_free)

G_END_DECLS
