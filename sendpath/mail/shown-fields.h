/* The fields of a header that people and lists are shown: who wrote it, what about, and its id. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *from;       /* the first address, or NULL */
  char *subject;    /* decoded, or NULL */
  char *message_id; /* NULL: none */
} ShownFields;

/* They are looked for in a header block as header_parse() takes it, which need not be taken apart for
 * that. FALSE if it would be refused; @shown begins empty. */
gboolean shown_fields_read (ShownFields *shown, const char *bytes, gsize length);
void     shown_fields_clear (ShownFields *shown);

/* From the value of a From field: its first address, or NULL. */
char    *shown_fields_dup_from (const char *value);
/* From the value of a field: what is shown of it. */
char    *shown_fields_dup_text (const char *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShownFields, shown_fields_clear)

G_END_DECLS
