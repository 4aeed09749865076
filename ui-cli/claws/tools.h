/* Tools: what the menu of that name shows. */
#pragma once

#include "delivering.h"

typedef struct _Tools Tools;

Tools *tools_new (Delivering *delivering);
void tools_free (Tools *tools);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tools, tools_free)
