/* What the name servers of this network said of a name a moment ago, for all that run side by side. It
 * asks nobody, and keeps nothing that is older than that. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RecentAnswers RecentAnswers;

/* An answer is good for @life_ms: how long it may be used is not told by getaddrinfo(). */
RecentAnswers *recent_answers_new (guint life_ms);
void           recent_answers_free (RecentAnswers *recent);
/* The network is another one. */
void           recent_answers_clear (RecentAnswers *recent);

/* GPtrArray of GInetAddress (transfer full), or NULL. Any thread. */
GPtrArray     *recent_answers_find (RecentAnswers *recent, const char *name, GSocketFamily family);
/* Which network it is: for recent_answers_put(), asked before the name servers are. */
guint          recent_answers_get_era (RecentAnswers *recent);
/* Keeps what they said in that era. @addresses: GList of GInetAddress, NULL: there are none. Any
 * thread. */
void           recent_answers_put (RecentAnswers *recent, guint era, const char *name,
                                   GSocketFamily family, GList *addresses);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecentAnswers, recent_answers_free)

G_END_DECLS
