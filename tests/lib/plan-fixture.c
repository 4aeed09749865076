/* What a plan is made from, in a folder of its own. */
#include "config.h"

#include "tests/lib/plan-fixture.h"

#include <glib/gstdio.h>

PlanFixture *
plan_fixture_new (const char *config)
{
  PlanFixture *fixture = g_new0 (PlanFixture, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  fixture->folder = g_dir_make_tmp ("plan-XXXXXX", NULL);
  path = g_build_filename (fixture->folder, "sendpath.conf", NULL);
  g_assert_true (g_file_set_contents_full (path, config, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  fixture->profiles = sendpath_profile_store_new (path);
  sendpath_profile_store_load (fixture->profiles, &error);
  g_assert_no_error (error);
  fixture->input = (PlanInput) {
    .profiles = fixture->profiles,
    .account = sendpath_profile_store_match_account (fixture->profiles, NULL, NULL, NULL, NULL),
    .network_id = "here",
    .memory = memory_new (fixture->folder),
    .trust = trust_new (fixture->folder),
    .now_s = 1795262400, /* 2026-11-21 */
  };
  return fixture;
}

void
plan_fixture_set_location (PlanFixture *fixture, const char *id)
{
  fixture->input.location = sendpath_profile_store_get_location (fixture->profiles, id);
  g_assert_nonnull (fixture->input.location);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

void
plan_fixture_free (PlanFixture *fixture)
{
  memory_free (fixture->input.memory);
  trust_free (fixture->input.trust);
  g_object_unref (fixture->profiles);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture);
}
