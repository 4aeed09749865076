/* Who tells the user what about the messages of the outbox, once each. */
#pragma once

#include "desktop.h"

G_BEGIN_DECLS

typedef struct _Notifier Notifier;

typedef struct {
  /* The message as it stands, or NULL if it is gone. */
  SendpathReport *(*find) (const char *id, gpointer data);
  /* The user pressed @button of the notice about message @id. */
  void (*pressed) (const char *id, const char *button, gpointer data);
  gpointer data;
} NotifierHost;

/* @is_sandboxed: as desktop_new(). */
Notifier *notifier_new (const NotifierHost *host, gboolean is_sandboxed);
void      notifier_free (Notifier *notifier);
/* `notify` and `warn-after` of the policy; at first nothing is shown. */
void      notifier_set_policy (Notifier *notifier, gboolean is_wanted, gint64 warn_after_s);
/* Message of @report came in, was tried, left, or is looked at for the first time. */
void      notifier_note (Notifier *notifier, const SendpathReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Notifier, notifier_free)

G_END_DECLS
