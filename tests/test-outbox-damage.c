/* Outbox: what is damaged, or none of ours, is set aside and never sent; what a crash left is
 * tidied up. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"

enum { GOOD = 0 };

/* ---- damage ---------------------------------------------------------------------------------- */

static char *
plant_prefix (OutboxFixture *fixture, const char *contents, gsize length, guint number)
{
  char *id = g_strdup_printf ("%032x", number);

  outbox_fixture_plant (fixture, id, contents, length);
  return id;
}

/* T-120, P-2: a file that was cut, at whatever length, is set aside and named; its neighbours are
 * sent. */
static void
test_cut_everywhere (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  gsize length;
  g_autofree char *contents = outbox_fixture_read_message_file (fixture, id, &length);
  g_auto(GStrv) corrupt = NULL;
  g_autofree char *left = NULL;
  g_autoptr(OutboxEntry) entry = NULL;

  for (gsize cut = 0; cut < length; cut++)
    g_free (plant_prefix (fixture, contents, cut, (guint) cut));
  for (gsize cut = 0; cut < length; cut += 7)
    {
      g_autofree char *cut_id = g_strdup_printf ("%032x", (guint) cut);

      outbox_fixture_refuse (fixture, cut_id, OUTBOX_ERROR_CORRUPT);
      g_assert_true (outbox_fixture_has (fixture, "corrupt", cut_id, ".message"));
      g_assert_true (outbox_fixture_has (fixture, "corrupt", cut_id, ".journal"));
    }
  left = outbox_fixture_list (fixture, OUTBOX_QUEUE, &corrupt);
  g_assert_cmpstr (left, ==, id);
  g_assert_cmpuint (g_strv_length (corrupt), ==, length - (length + 6) / 7);
  g_assert_cmpuint (outbox_fixture_count (fixture, "corrupt"), ==, 2 * length);
  entry = outbox_fixture_take (fixture, id);
}

/* No byte can change without being noticed. Each file has the right name, so only its contents can
 * tell. */
static void
test_bit_rot_everywhere (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  gsize length;
  g_autofree char *contents = outbox_fixture_read_message_file (fixture, id, &length);
  g_autoptr(OutboxEntry) entry = NULL;

  for (gsize at = 0; at < length; at++)
    {
      contents[at] ^= 1;
      outbox_fixture_plant (fixture, id, contents, length);
      contents[at] ^= 1;
      outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_CORRUPT);
      g_assert_true (outbox_discard (fixture->outbox, id, NULL));
    }
  outbox_fixture_plant (fixture, id, contents, length);
  entry = outbox_fixture_take (fixture, id);
}

static void
test_longer_than_it_says (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  gsize length;
  g_autofree char *contents = outbox_fixture_read_message_file (fixture, id, &length);
  g_autofree char *longer = g_strdup_printf ("%s\n", contents);

  outbox_fixture_plant (fixture, id, longer, length + 1);
  outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_CORRUPT);
}

/* Nobody can tell what was sent already. */
static void
test_without_its_journal (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *journal = outbox_fixture_get_path (fixture, "queue", id, ".journal");

  g_assert_cmpint (g_remove (journal), ==, 0);
  g_assert_null (outbox_read_report (fixture->outbox, id, NULL));
  g_assert_true (outbox_fixture_has (fixture, "queue", id, ".message"));
  outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_CORRUPT);
  g_assert_true (outbox_fixture_has (fixture, "corrupt", id, ".message"));
}

/* P-2: what was set aside before is not pushed out. */
static void
test_set_aside_twice (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *first = plant_prefix (fixture, "one", 3, 1);
  g_autofree char *second = NULL;

  outbox_fixture_refuse (fixture, first, OUTBOX_ERROR_CORRUPT);
  second = plant_prefix (fixture, "two", 3, 1);
  outbox_fixture_refuse (fixture, second, OUTBOX_ERROR_CORRUPT);
  g_assert_cmpuint (outbox_fixture_count (fixture, "corrupt"), ==, 4);
}

/* T-126 */
static void
test_later_version (OutboxFixture *fixture, gconstpointer data)
{
  static const char text[] = "sendpath outbox message, format 2\nwho knows\n";
  g_autofree char *id = plant_prefix (fixture, text, sizeof text - 1, 1);
  g_auto(GStrv) corrupt = NULL;
  g_autofree char *listed = outbox_fixture_list (fixture, OUTBOX_QUEUE, &corrupt);
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (listed, ==, id);
  g_assert_cmpuint (g_strv_length (corrupt), ==, 0);
  g_assert_null (outbox_take (fixture->outbox, id, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NEWER);
  g_assert_nonnull (strstr (error->message, "later version"));
  g_assert_true (outbox_fixture_has (fixture, "queue", id, ".message"));
}

/* ---- files that are none of ours ------------------------------------------------------------- */

typedef gboolean (*MakeOdd) (const char *path, const char *secret);

static gboolean
make_symlink (const char *path, const char *secret)
{
  return symlink (secret, path) == 0;
}

static gboolean
make_hard_link (const char *path, const char *secret)
{
  return link (secret, path) == 0;
}

static gboolean
make_fifo (const char *path, const char *secret)
{
  return mkfifo (path, 0600) == 0;
}

static gboolean
make_folder (const char *path, const char *secret)
{
  return mkdir (path, 0700) == 0;
}

static gboolean
make_device (const char *path, const char *secret)
{
  return mknod (path, S_IFCHR | 0600, 0x0103) == 0; /* /dev/null */
}

static gboolean
make_foreign (const char *path, const char *secret)
{
  return g_file_set_contents_full (path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL) &&
         chown (path, geteuid () + 1, (gid_t) -1) == 0;
}

static const struct {
  const char *name;
  MakeOdd make;
} odd_files[] = {
  { "symlink", make_symlink }, { "hard-link", make_hard_link }, { "fifo", make_fifo },
  { "folder", make_folder },   { "device", make_device },       { "foreign", make_foreign },
};

/* T-122: set aside without being opened; the target stays as it is. */
static void
check_odd (OutboxFixture *fixture, guint i, gboolean by_list)
{
  g_autofree char *id = g_strdup_printf ("%032x", i + 1);
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".message");
  g_autofree char *secret = g_build_filename (fixture->dir, "secret", NULL);
  g_autofree char *contents = NULL;
  g_auto(GStrv) corrupt = NULL;
  g_autofree char *left = NULL;

  g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
  if (!odd_files[i].make (path, secret))
    {
      g_test_message ("%s needs root", odd_files[i].name);
      g_remove (path);
      return;
    }
  if (by_list)
    {
      left = outbox_fixture_list (fixture, OUTBOX_QUEUE, &corrupt);
      g_assert_cmpuint (g_strv_length (corrupt), ==, 1);
      g_assert_cmpstr (corrupt[0], ==, id);
    }
  else
    outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_CORRUPT);
  g_assert_false (outbox_fixture_has (fixture, "queue", id, ".message"));
  g_assert_true (outbox_fixture_has (fixture, "corrupt", id, ".message"));
  g_assert_true (outbox_discard (fixture->outbox, id, NULL));
  contents = outbox_fixture_read_file (secret, NULL);
  g_assert_cmpstr (contents, ==, "secret");
}

static void
test_odd_files (OutboxFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_files); i++)
    {
      check_odd (fixture, i, TRUE);
      check_odd (fixture, i, FALSE);
    }
}

/* A journal that is a link could make us write somewhere else. */
static void
test_odd_journals (OutboxFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_files); i++)
    {
      g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
      g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".journal");
      g_autofree char *secret = g_build_filename (fixture->dir, "secret", NULL);

      g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
      g_assert_cmpint (g_remove (path), ==, 0);
      if (odd_files[i].make (path, secret))
        outbox_fixture_refuse (fixture, id, OUTBOX_ERROR_CORRUPT);
    }
}

/* ---- what cannot be read just now ------------------------------------------------------------ */

/* Root reads whatever it likes as long as it has these. */
static gboolean
drop_capabilities (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

  return syscall (SYS_capset, &header, none) == 0;
}

/* A disk that fails for a moment, or rights that somebody changed: whoever was told that the message
 * is safe must find it sent when that is over (P-2). It blocks no other. */
static int
leave_what_cannot_be_read (OutboxFixture *fixture, const char *suffix)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *other G_GNUC_UNUSED = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, suffix);
  g_auto(GStrv) corrupt = NULL;
  g_auto(GStrv) ids = NULL;
  g_autoptr(OutboxEntry) entry = NULL;
  g_autoptr(GError) error = NULL;

  if (!drop_capabilities () || chmod (path, 0) < 0)
    return 1;
  ids = outbox_list (fixture->outbox, OUTBOX_QUEUE, &corrupt, NULL);
  if (ids == NULL || g_strv_length (ids) != 2 || g_strv_length (corrupt) != 0)
    return 2;
  if (outbox_take (fixture->outbox, id, &error) != NULL ||
      !g_error_matches (error, OUTBOX_ERROR, OUTBOX_ERROR_CORRUPT) ||
      strstr (error->message, id) == NULL)
    return 3;
  if (chmod (path, 0600) < 0)
    return 4;
  entry = outbox_take (fixture->outbox, id, NULL);
  return entry != NULL ? GOOD : 5;
}

static int
leave_message (gpointer data)
{
  return leave_what_cannot_be_read (data, ".message");
}

static int
leave_journal (gpointer data)
{
  return leave_what_cannot_be_read (data, ".journal");
}

static void
test_unreadable_message (OutboxFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (leave_message, fixture), ==, GOOD);
}

static void
test_unreadable_journal (OutboxFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (outbox_fixture_run_child (leave_journal, fixture), ==, GOOD);
}

/* ---- folders --------------------------------------------------------------------------------- */

/* T-123 */
static void
test_unsafe_folders (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *open_to_all = g_build_filename (fixture->dir, "open", NULL);
  g_autofree char *foreign = g_build_filename (fixture->dir, "foreign", NULL);
  g_autofree char *linked = g_build_filename (fixture->dir, "link", NULL);
  g_autofree char *file = g_build_filename (fixture->dir, "file", NULL);
  g_autofree char *queue = g_build_filename (fixture->path, "queue", NULL);
  const char *const paths[] = { open_to_all, foreign, linked, file, fixture->path };

  g_assert_cmpint (mkdir (open_to_all, 0700), ==, 0);
  g_assert_cmpint (chmod (open_to_all, 0777), ==, 0);
  g_assert_cmpint (mkdir (foreign, 0700), ==, 0);
  g_assert_cmpint (symlink (open_to_all, linked), ==, 0);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_cmpint (chmod (queue, 0770), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(GError) error = NULL;

      if (paths[i] == foreign && chown (foreign, geteuid () + 1, (gid_t) -1) < 0)
        continue; /* needs root */
      g_assert_null (outbox_open (paths[i], &error));
      g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
  /* nothing was written: only an empty folder can be removed */
  g_assert_cmpint (rmdir (open_to_all), ==, 0);
  g_assert_cmpint (rmdir (foreign), ==, 0);
}

static void
test_no_place (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->dir, "file", NULL);
  g_autofree char *below = g_build_filename (file, "outbox", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (outbox_open (below, &error));
  g_assert_error (error, OUTBOX_ERROR, OUTBOX_ERROR_CANNOT_CREATE);
}

/* ---- tidying up ------------------------------------------------------------------------------ */

static void
plant_in (OutboxFixture *fixture, const char *folder, const char *id, const char *suffix)
{
  g_autofree char *path = outbox_fixture_get_path (fixture, folder, id, suffix);

  g_assert_true (g_file_set_contents_full (path, "half", 4, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* T-127: three times in a row, the same result. */
static void
test_recovery (OutboxFixture *fixture, gconstpointer data)
{
  static const char dead[] = "11111111111111111111111111111111";
  static const char orphan[] = "22222222222222222222222222222222";
  g_autofree char *whole = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *failed = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *half_filed = outbox_fixture_get_path (fixture, "queue", failed, ".message");
  g_autofree char *filed = outbox_fixture_get_path (fixture, "failed", failed, ".message");
  g_autofree char *not_ours = g_build_filename (fixture->path, "tmp", "notes.txt", NULL);

  plant_in (fixture, "tmp", dead, ".message");
  plant_in (fixture, "tmp", dead, ".journal");
  plant_in (fixture, "queue", orphan, ".journal");
  g_assert_true (g_file_set_contents (not_ours, "mine", -1, NULL));
  /* killed between the two renames of filing */
  g_assert_cmpint (g_rename (half_filed, filed), ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(OutboxEntry) entry = NULL;

      g_assert_true (outbox_recover (fixture->outbox, NULL));
      g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 1);
      g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 2);
      g_assert_true (outbox_fixture_has (fixture, "failed", failed, ".journal"));
      entry = outbox_fixture_take (fixture, whole);
      g_clear_pointer (&entry, outbox_entry_free);
      entry = outbox_fixture_take (fixture, failed);
    }
}

/* What was left between two renames can be read without any tidying. */
static void
test_journal_on_its_way (OutboxFixture *fixture, gconstpointer data)
{
  g_autofree char *id = outbox_fixture_add (fixture, FIXTURE_BODY);
  g_autofree char *from = outbox_fixture_get_path (fixture, "queue", id, ".message");
  g_autofree char *to = outbox_fixture_get_path (fixture, "failed", id, ".message");
  g_autoptr(OutboxEntry) entry = NULL;

  g_assert_cmpint (g_rename (from, to), ==, 0);
  entry = outbox_fixture_take (fixture, id);
  g_assert_nonnull (outbox_entry_get_journal (entry));
}

/* A submission in the middle: recovery must keep away from it. */
static int
recover_from_outside (gpointer data)
{
  OutboxFixture *fixture = data;

  return outbox_recover (fixture->outbox, NULL) ? GOOD : 1;
}

static void
test_recovery_spares_the_living (OutboxFixture *fixture, gconstpointer data)
{
  static const char id[] = "33333333333333333333333333333333";
  g_autofree char *path = outbox_fixture_get_path (fixture, "tmp", id, ".message");
  struct flock whole_file = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd;

  plant_in (fixture, "tmp", id, ".message");
  plant_in (fixture, "tmp", id, ".journal");
  plant_in (fixture, "queue", id, ".journal");
  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fcntl (fd, F_OFD_SETLK, &whole_file), ==, 0);
  g_assert_cmpint (outbox_fixture_run_child (recover_from_outside, fixture), ==, GOOD);
  g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 2);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 1);
  close (fd);
  g_assert_true (outbox_recover (fixture->outbox, NULL));
  g_assert_cmpuint (outbox_fixture_count (fixture, "tmp"), ==, 0);
  g_assert_cmpuint (outbox_fixture_count (fixture, "queue"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outbox_fixture_add_test ("/outbox-damage/cut-anywhere-is-set-aside", test_cut_everywhere, TRUE);
  outbox_fixture_add_test ("/outbox-damage/bit-rot-anywhere-is-set-aside", test_bit_rot_everywhere,
                           TRUE);
  outbox_fixture_add_test ("/outbox-damage/longer-than-it-says-is-set-aside",
                           test_longer_than_it_says, FALSE);
  outbox_fixture_add_test ("/outbox-damage/without-its-journal-is-set-aside",
                           test_without_its_journal, FALSE);
  outbox_fixture_add_test ("/outbox-damage/set-aside-twice-keeps-both", test_set_aside_twice,
                           FALSE);
  outbox_fixture_add_test ("/outbox-damage/later-versions-are-left-alone", test_later_version,
                           FALSE);
  outbox_fixture_add_test ("/outbox-damage/odd-files-are-set-aside-unopened", test_odd_files,
                           FALSE);
  outbox_fixture_add_test ("/outbox-damage/odd-journals-are-not-written-to", test_odd_journals,
                           FALSE);
  outbox_fixture_add_test ("/outbox-damage/message-that-cannot-be-read-now-stays",
                           test_unreadable_message, FALSE);
  outbox_fixture_add_test ("/outbox-damage/journal-that-cannot-be-read-now-keeps-its-message",
                           test_unreadable_journal, FALSE);
  outbox_fixture_add_test ("/outbox-damage/unsafe-folders-are-refused", test_unsafe_folders, FALSE);
  outbox_fixture_add_test ("/outbox-damage/no-place-for-it", test_no_place, FALSE);
  outbox_fixture_add_test ("/outbox-damage/recovery-can-be-repeated", test_recovery, FALSE);
  outbox_fixture_add_test ("/outbox-damage/journal-on-its-way-is-found", test_journal_on_its_way,
                           FALSE);
  outbox_fixture_add_test ("/outbox-damage/recovery-spares-the-living",
                           test_recovery_spares_the_living, FALSE);
  return g_test_run ();
}
