/* Lines with a single dot, which Claws Mail doubles for every mail command. */
#pragma once

#include <glib.h>

GBytes *dots_restore (GBytes *given, GBytes *file);
GBytes *dots_restore_from_process (GBytes *given, int pid);
