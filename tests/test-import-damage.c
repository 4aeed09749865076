/* Files of other programs that are cut off, garbled or nonsense: never a crash, never a hang, and
 * whatever comes out of them can be written down and read again. */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "profiles/import-readers.h"
#include "profiles/import.h"

#define N_GARBLED    400
#define N_NONSENSE   200
#define NONSENSE_MAX 600
#define SAVE_EVERY   100 /* a disk takes its time */

static const struct {
  const char *program;
  const char *sample; /* in imports/ */
  const char *name;   /* what a damaged one is called */
} formats[] = {
  { "msmtp", "msmtp/msmtprc", "damaged" },
  { "thunderbird", "thunderbird/abcd.default/prefs.js", "damaged" },
  { "claws", "claws/accountrc", "damaged" },
  { "evolution", "evolution/home-identity.source", "home-identity.source" },
};

/* Everything that was read, as one file of ours. */
static void
assert_can_be_saved (GPtrArray *found)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "sendpath.conf", NULL);
  g_autoptr(SendpathProfileStore) store = sendpath_profile_store_new (path);
  g_autoptr(SendpathProfileStore) again = sendpath_profile_store_new (path);
  g_autoptr(GError) error = NULL;
  guint n_accounts = 0;

  g_remove (path);
  for (guint i = 0; i < found->len; i++)
    {
      SendpathAccount *account = sendpath_imported_get_account (found->pdata[i]);

      for (const char *const *note = sendpath_imported_get_notes (found->pdata[i]); *note != NULL;
           note++)
        g_assert_true (g_utf8_validate (*note, -1, NULL));
      if (account == NULL)
        continue;
      g_assert_true (sendpath_profile_store_add_account (store, account, &error));
      g_assert_no_error (error);
      n_accounts++;
    }
  if (n_accounts == 0)
    return;
  sendpath_profile_store_save (store, &error);
  g_assert_no_error (error);
  sendpath_profile_store_load (again, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (sendpath_profile_store_get_accounts (again)), ==,
                    n_accounts);
}

/* In place: a disk takes half a minute for thousands of files that are new or begin anew. */
static void
write_bytes (const char *path, const char *bytes, gsize size)
{
  int fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, size), ==, size);
  g_assert_cmpint (ftruncate (fd, size), ==, 0);
  close (fd);
}

/* @is_saved: also write what came out of it, which takes a while. */
static void
try_bytes (gsize format, const char *bytes, gsize size, gboolean is_saved)
{
  const ImportPlaces places = { "/nonexistent", "/nonexistent", "/nonexistent", "terri" };
  gboolean is_folder = g_str_equal (formats[format].program, "evolution");
  g_autofree char *folder = g_build_filename (g_get_tmp_dir (), formats[format].program, NULL);
  g_autofree char *path = g_build_filename (folder, formats[format].name, NULL);
  g_autoptr(GPtrArray) found = NULL;
  g_autoptr(GError) error = NULL;

  write_bytes (path, bytes, size);
  found =
      import_read_from (&places, formats[format].program, is_folder ? folder : path, NULL, &error);
  g_assert_no_error (error);
  if (is_saved)
    assert_can_be_saved (found);
}

static char *
load_sample (gsize format, gsize *ret_size)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "imports", formats[format].sample, NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, ret_size, NULL));
  return bytes;
}

static void
test_cut_at_every_byte (gconstpointer data)
{
  gsize format = GPOINTER_TO_SIZE (data);
  gsize size = 0;
  g_autofree char *bytes = load_sample (format, &size);

  for (gsize length = 0; length <= size; length++)
    try_bytes (format, bytes, length, length % SAVE_EVERY == 0);
}

static void
test_garbled (gconstpointer data)
{
  gsize format = GPOINTER_TO_SIZE (data);
  gsize size = 0;
  g_autofree char *bytes = load_sample (format, &size);

  for (guint i = 0; i < N_GARBLED; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, size);

      for (guint j = 0; j < 8; j++)
        copy[g_test_rand_int_range (0, size)] = g_test_rand_int_range (0, 256);
      try_bytes (format, copy, size, i % SAVE_EVERY == 0);
    }
}

static void
test_nonsense (gconstpointer data)
{
  static const char some[] = "\"\\[](){}=,;#/*\n\r\t aux%@<>.:0";
  gsize format = GPOINTER_TO_SIZE (data);

  for (guint i = 0; i < N_NONSENSE; i++)
    {
      char bytes[NONSENSE_MAX];
      gsize size = g_test_rand_int_range (0, NONSENSE_MAX);

      for (gsize j = 0; j < size; j++)
        bytes[j] = i % 2 == 0 ? g_test_rand_int_range (0, 256)
                              : some[g_test_rand_int_range (0, sizeof some)];
      try_bytes (format, bytes, size, i % SAVE_EVERY == 0);
    }
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    GTestDataFunc run;
  } tests[] = {
    { "cut-at-every-byte", test_cut_at_every_byte },
    { "garbled", test_garbled },
    { "nonsense", test_nonsense },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *folder = g_build_filename (g_get_tmp_dir (), formats[i].program, NULL);

      g_mkdir (folder, 0700); /* the programs' folder goes with all that is in it */
    }
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (formats); j++)
      {
        g_autofree char *path =
            g_strdup_printf ("/import-damage/%s/%s", tests[i].name, formats[j].program);

        g_test_add_data_func (path, GSIZE_TO_POINTER (j), tests[i].run);
      }
  return g_test_run ();
}
