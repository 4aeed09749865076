/* Asking: what the plugin asks and tells, in windows that wait for nobody. */
#pragma once

#include <gtk/gtk.h>

#include "sendpath/sendpath.h"

typedef struct _Asking Asking;

Asking *asking_new (void);
void asking_free (Asking *asking);

/* FALSE: it is none for a person. */
gboolean asking_answer (Asking *asking, SendpathEngine *engine, SendpathRequest *request);
void asking_tell (Asking *asking, GtkMessageType type, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asking, asking_free)
