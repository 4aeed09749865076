/* Members of JSON objects as our outputs have them: absent is null, times are RFC 3339 in UTC.
 * It knows nothing of mail. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Writing. Members come out in the order in which they were added. A text of NULL is null. */
void        fields_add_text (JsonObject *object, const char *name, const char *text);
void        fields_add_number (JsonObject *object, const char *name, gint64 number);
/* 0 is null. */
void        fields_add_number_or_null (JsonObject *object, const char *name, gint64 number);
void        fields_add_boolean (JsonObject *object, const char *name, gboolean value);
/* Seconds since 1970; 0, and what no calendar has, is null. */
void        fields_add_time (JsonObject *object, const char *name, gint64 time_s);
void        fields_add_texts (JsonObject *object, const char *name, const char *const *texts);
/* Takes @value over. */
void        fields_add_object (JsonObject *object, const char *name, JsonObject *value);
void        fields_add_array (JsonObject *object, const char *name, JsonArray *value);
/* One line without a line end. */
char       *fields_print (JsonObject *object);

/* Reading what may have been written by another version: a member that is absent, null or of
 * another type is NULL, 0, FALSE or empty. Borrowed from @object. */
const char *fields_get_text (JsonObject *object, const char *name);
gint64      fields_get_number (JsonObject *object, const char *name);
gboolean    fields_get_boolean (JsonObject *object, const char *name);
gint64      fields_get_time (JsonObject *object, const char *name);
JsonObject *fields_get_object (JsonObject *object, const char *name);
JsonArray  *fields_get_array (JsonObject *object, const char *name);
/* Newly allocated, never NULL. */
char      **fields_dup_texts (JsonObject *object, const char *name);
/* @index of an array, or NULL. */
JsonObject *fields_peek_object (JsonArray *array, guint index);
/* One object in @line, newly referenced, or NULL if it is anything else. */
JsonObject *fields_parse (const char *line, gsize length);

G_END_DECLS
