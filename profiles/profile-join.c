/* The sections of a configuration file and the objects that stand for them, in both directions.
 *
 * Moves values and nothing else. Never reads or writes a file. */
#include "config.h"

#include "profiles/profile-join.h"

#include "profiles/account-private.h"
#include "profiles/location-private.h"

const char *
profile_join_get_id (gpointer object)
{
  return SENDPATH_IS_ACCOUNT (object) ? sendpath_account_get_id (object)
                                      : sendpath_location_get_id (object);
}

KeyValues *
profile_join_get_values (gpointer object)
{
  return SENDPATH_IS_ACCOUNT (object) ? account_get_values (object) : location_get_values (object);
}

/* Borrowed, or NULL. */
gpointer
profile_join_find (GListStore *list, const char *id)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (list));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(GObject) object = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (g_str_equal (profile_join_get_id (object), id))
        return object; /* the list keeps it alive */
    }
  return NULL;
}

/* Gives @values what @section says; NULL: nothing. */
void
profile_join_take_values (KeyValues *values, SendpathSection kind, const ProfileSection *section,
                          GObject *owner)
{
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    {
      const ProfileLine *line = NULL;

      if (key->section != kind)
        continue;
      if (section != NULL)
        line = profile_section_find (section, key->name);
      key_values_set (values, key->name, line != NULL ? line->value : NULL, owner, NULL);
    }
}

static gboolean
is_same_list (GListStore *list, GPtrArray *objects)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (list)) != objects->len)
    return FALSE;
  for (guint i = 0; i < objects->len; i++)
    {
      g_autoptr(GObject) object = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (object != objects->pdata[i])
        return FALSE;
    }
  return TRUE;
}

/* Objects of sections that are still there stay the same objects. */
void
profile_join_take_sections (GListStore *list, const ProfileFile *file, SendpathSection kind)
{
  g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < file->sections->len; i++)
    {
      const ProfileSection *section = file->sections->pdata[i];
      GObject *object;

      if (section->kind != kind)
        continue;
      object = profile_join_find (list, section->id);
      if (object != NULL)
        g_object_ref (object);
      else
        object = g_object_new (g_list_model_get_item_type (G_LIST_MODEL (list)), "id", section->id,
                               NULL);
      profile_join_take_values (profile_join_get_values (object), kind, section, object);
      g_ptr_array_add (objects, object);
    }
  if (!is_same_list (list, objects))
    g_list_store_splice (list, 0, g_list_model_get_n_items (G_LIST_MODEL (list)), objects->pdata,
                         objects->len);
}

static void
remove_sections (ProfileFile *file, SendpathSection kind, GListStore *list)
{
  for (guint i = file->sections->len; i > 0; i--)
    {
      const ProfileSection *section = file->sections->pdata[i - 1];

      if (section->kind == kind && profile_join_find (list, section->id) == NULL)
        profile_file_remove (file, section);
    }
}

static void
put_keys (ProfileFile *file, SendpathSection kind, const char *id, KeyValues *values)
{
  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == kind)
      profile_file_set (file, kind, id, key->name, key_values_get_given (values, key->name));
}

void
profile_join_put_sections (ProfileFile *file, SendpathSection kind, GListStore *list)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (list));

  remove_sections (file, kind, list);
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(GObject) object = g_list_model_get_item (G_LIST_MODEL (list), i);
      const char *id = profile_join_get_id (object);

      if (profile_file_find (file, kind, id) == NULL)
        profile_file_add (file, kind, id);
      put_keys (file, kind, id, profile_join_get_values (object));
    }
}

void
profile_join_put_values (ProfileFile *file, SendpathSection kind, KeyValues *values)
{
  gboolean is_there = profile_file_find (file, kind, NULL) != NULL;

  if (!is_there && key_values_is_empty (values))
    return;
  if (!is_there)
    profile_file_add (file, kind, NULL);
  put_keys (file, kind, NULL, values);
}
