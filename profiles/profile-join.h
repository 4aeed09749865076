/* The sections of a configuration file and the objects that stand for them, in both directions. */
#pragma once

#include <gio/gio.h>

#include "profiles/key-values.h"
#include "profiles/profile-file.h"

G_BEGIN_DECLS

/* Of an account or a location. */
const char *profile_join_get_id (gpointer object);
KeyValues  *profile_join_get_values (gpointer object);

/* The object of @list with that id, borrowed, or NULL. */
gpointer    profile_join_find (GListStore *list, const char *id);

/* Gives @values what @section says (NULL: nothing), and notifies @owner or nobody. */
void        profile_join_take_values (KeyValues *values, SendpathSection kind,
                                      const ProfileSection *section, GObject *owner);
/* Makes @list the sections of @kind. Objects of sections that are still there stay the same. */
void        profile_join_take_sections (GListStore *list, const ProfileFile *file,
                                        SendpathSection kind);
/* Makes the sections of @kind what @list says. */
void        profile_join_put_sections (ProfileFile *file, SendpathSection kind, GListStore *list);
/* Makes the one section of @kind what @values says. */
void        profile_join_put_values (ProfileFile *file, SendpathSection kind, KeyValues *values);

G_END_DECLS
