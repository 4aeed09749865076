/* The page of the preferences: which accounts send through sendpath. */
#pragma once

#include "takeover.h"

void page_add (Takeover *takeover);
void page_remove (void);
