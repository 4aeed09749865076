/* The log: what was tried for which message, a line of JSON an attempt, in one file that turns into
 * an old one when it is long. It is a record for people and for finding a message again; nothing
 * that must not be lost is kept here. */
#pragma once

#include <json-glib/json-glib.h>

#include "sendpath/walk/report-private.h"

G_BEGIN_DECLS

typedef struct _History History;

/* @state_dir is made when first written. */
History *history_new (const char *state_dir);
void     history_free (History *history);

/* What a line says beside its attempt. */
typedef struct {
  const char *message_id; /* of the message as it was sent; nullable */
  const char *resend_of;  /* nullable */
  const char *envid;      /* the caller's own; nullable */
} HistoryNote;

/* Appends attempt @attempt of @report with the recipients whose last it is. Whether that works changes
 * nothing for anybody. */
void     history_note (History *history, const SendpathReport *report, guint attempt,
                       const HistoryNote *note);

/* Which lines; NULL and 0 are any. */
typedef struct {
  gint64      since_s;
  const char *to;         /* an address */
  const char *message_id; /* with or without its brackets */
  const char *id;
  const char *envid; /* the caller's own */
} HistoryFilter;

/* One line; FALSE ends the search. */
typedef gboolean (*HistoryVisit) (JsonObject *line, gpointer data);
/* The newest line first. What cannot be read is passed over. */
void     history_search (History *history, const HistoryFilter *filter, HistoryVisit visit,
                         gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (History, history_free)

G_END_DECLS
