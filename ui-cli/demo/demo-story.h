/* The story of the demo: its scenes, and whether each ended as told. */
#pragma once

#include "demo-world.h"

G_BEGIN_DECLS

/* Plays and tells all scenes. TRUE only if each message went the way that its scene tells and
 * was accepted exactly once; what went wrong is told on standard error. */
gboolean demo_story_play (DemoWorld *world);

G_END_DECLS
