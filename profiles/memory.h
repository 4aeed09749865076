/* What was learned, by string keys: the route that worked per account and network, limits, POP
 * windows. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Memory Memory;

/* @state_dir is made when first written. Reading never fails: what cannot be read was not
 * learned. A Memory may be used from several threads, and by several processes. */
Memory  *memory_new (const char *state_dir);
void     memory_free (Memory *memory);
/* @topic: `route`, `pop`, `limit`, `port`, `sent`, `server`, `manners`; @key: any text. NULL if unknown or older
 * than @max_age_s (0: any age) at @now_s (seconds since 1970; entries from the future are old,
 * P-13). What was not set anew for a year goes when something else is. */
char    *memory_get (Memory *memory, const char *topic, const char *key, gint64 now_s,
                     guint64 max_age_s);
/* Has it look at the file when it is asked next, and from now on only then and after changes of its own;
 * before the first such call it looks each time. */
void     memory_look_again (Memory *memory);
void     memory_set (Memory *memory, const char *topic, const char *key, const char *value,
                     gint64 now_s);
/* Gives the new value of an entry (newly allocated) for the @old one, NULL if there is none; NULL: it
 * stays as it is. */
typedef char *(*MemoryChange) (const char *old, gpointer data);
/* The same as memory_get() and memory_set() while nobody else, in no process, changes anything. If
 * nothing can be written now, @change is called all the same. */
void     memory_change (Memory *memory, const char *topic, const char *key, MemoryChange change,
                        gpointer data, gint64 now_s);
/* Forgets every entry of @topic (NULL: all) whose key starts with @prefix. */
void     memory_forget (Memory *memory, const char *topic, const char *prefix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Memory, memory_free)

G_END_DECLS
