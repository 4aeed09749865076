/* A header block: fields in order with their raw bytes; edits touch only the field named. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HEADER_MAX_BYTES (256 * 1024)

typedef struct _Header Header;

/* What one line, without its line end, is to a header block. */
typedef enum {
  HEADER_LINE_FIELD,        /* `Name: value` */
  HEADER_LINE_CONTINUATION, /* begins with white space */
  HEADER_LINE_EMPTY,
  HEADER_LINE_FOREIGN, /* no header line at all */
} HeaderLine;

HeaderLine  header_line_classify (const char *line, gsize length);

/* Parses @bytes, a header block in which every line ends in CRLF, without the empty line that
 * ends it. Errors name the line. Refused: a line without colon, NUL, a bare CR, over
 * HEADER_MAX_BYTES; not other control characters (RFC 5322 4.1), which SMTP can carry. */
Header     *header_parse (const char *bytes, gsize length, GError **error);
Header     *header_new (void);
/* Adds a line, without its line end, that is a field or, behind one, a continuation. */
void        header_add_line (Header *header, const char *line, gsize length);
Header     *header_copy (const Header *header);
void        header_free (Header *header);

guint       header_get_n_fields (const Header *header);
/* Raw name without trailing space, borrowed. */
const char *header_get_name (const Header *header, guint i);
/* Unfolded value without the leading and trailing white space, newly allocated. */
char       *header_dup_value (const Header *header, guint i);
/* Value of the first field of that name, or NULL. */
char       *header_dup_first (const Header *header, const char *name);
gboolean    header_has (const Header *header, const char *name);

/* @value must hold no CR or LF (g_return_if_fail); it is folded at white space. */
void        header_append (Header *header, const char *name, const char *value);
/* Replaces the first field of that name in place, removes the others; appends if there is none. */
void        header_set (Header *header, const char *name, const char *value);
/* Removes every field of that name in any spelling of case and space before the colon. */
guint       header_remove (Header *header, const char *name);
/* Folds lines over 998 bytes at white space; other lines stay byte for byte. Error if one has none
 * where it would help; then nothing has changed. */
gboolean    header_fold_long_lines (Header *header, GError **error);

/* The block again, CRLF line ends, unchanged fields byte for byte; without the empty line. */
GBytes     *header_to_bytes (const Header *header);

/* TRUE if a signature covers the message: DKIM-Signature, ARC, multipart/signed and /encrypted,
 * application/pkcs7-mime. PGP inline is not seen here (message_is_signed() looks for it). */
gboolean    header_is_signed (const Header *header);
/* TRUE if a DKIM signature covers @name (h=), there or not, with d= aligned to @domain (one is the
 * other or its parent), or any if @domain is NULL. */
gboolean    header_dkim_covers (const Header *header, const char *name, const char *domain);
/* The domains (d=) of its DKIM signatures, as written; whether they are good is not looked at. */
char      **header_dup_dkim_signers (const Header *header);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Header, header_free)

G_END_DECLS
