/* The list of `mailq`, in the form that Postfix made usual. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

/* @waiting: SendpathReport. */
void mailq_print (GPtrArray *waiting);

G_END_DECLS
