/* What the profile store sees of a location, and nobody else. */
#pragma once

#include "profiles/key-values.h"
#include "profiles/location.h"
#include "profiles/network-view.h"

G_BEGIN_DECLS

KeyValues *location_get_values (SendpathLocation *self);
/* The keys by which @view is this location, NULL at the end; NULL if it is not. */
char     **location_dup_matching_keys (SendpathLocation *self, const NetworkView *view);

G_END_DECLS
