/* What a scripted server has heard, and whether it was what was written. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScriptedRecord ScriptedRecord;

ScriptedRecord *scripted_record_new (void);
void            scripted_record_free (ScriptedRecord *record);

void            scripted_record_add_bytes (ScriptedRecord *record, const guint8 *bytes,
                                           gsize length);
/* Takes @body. */
void            scripted_record_add_body (ScriptedRecord *record, GBytes *body);
/* The first one counts. */
void            scripted_record_note_mismatch (ScriptedRecord *record, const char *format, ...)
                    G_GNUC_PRINTF (2, 3);
/* What goes wrong from here on is the test's own doing. */
void            scripted_record_close (ScriptedRecord *record);

char           *scripted_record_dup_mismatch (ScriptedRecord *record);
GBytes         *scripted_record_dup_bytes (ScriptedRecord *record);
/* TRUE if @needle was heard, or its base64 at any offset. */
gboolean        scripted_record_has (ScriptedRecord *record, const char *needle);
guint           scripted_record_count_bodies (ScriptedRecord *record);
GBytes         *scripted_record_dup_body (ScriptedRecord *record, guint i);

G_END_DECLS
