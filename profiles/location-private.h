/* What the profile store sees of a location, and nobody else. */
#pragma once

#include "profiles/key-values.h"
#include "profiles/location.h"

G_BEGIN_DECLS

KeyValues *location_get_values (SendpathLocation *self);

G_END_DECLS
