/* Where the plugin hears what its program put into the outbox. */
#pragma once

#include <glib.h>

#define DOOR_MAX_BYTES 4096

char *door_dup_path (int claws_pid);
