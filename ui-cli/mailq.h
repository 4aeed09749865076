/* The list of `mailq`, in the form that Postfix made usual. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

gboolean mailq_print (SendpathEngine *engine, GError **error);

G_END_DECLS
