/* An outbox in a folder of its own. */
#include "config.h"

#include "tests/lib/outbox-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_DIR "/dev/shm"

static char *
make_dir (gboolean in_memory)
{
  const char *parent =
      in_memory && g_access (MEMORY_DIR, W_OK) == 0 ? MEMORY_DIR : g_get_tmp_dir ();
  char *dir = g_build_filename (parent, "sendpath-test-XXXXXX", NULL);

  g_assert_nonnull (g_mkdtemp_full (dir, 0700));
  return dir;
}

static void
set_up (OutboxFixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  fixture->dir = make_dir (data != NULL);
  fixture->path = g_build_filename (fixture->dir, "state", "outbox", NULL);
  fixture->outbox = outbox_open (fixture->path, &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (OutboxFixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->outbox, outbox_unref);
  remove_tree (fixture->dir);
  g_clear_pointer (&fixture->path, g_free);
  g_clear_pointer (&fixture->dir, g_free);
}

void
outbox_fixture_add_test (const char *path,
                         void (*test) (OutboxFixture *fixture, gconstpointer data),
                         gboolean in_memory)
{
  g_test_add (path, OutboxFixture, in_memory ? MEMORY_DIR : NULL, set_up, test, tear_down);
}

SendpathMessage *
outbox_fixture_new_message (const char *sender, const char *recipients, const char *body)
{
  static const char fields[] = "From: terri@proseware.com\r\n"
                               "Subject: Lunch\r\n"
                               "Message-ID: <1@proseware.com>\r\n";
  g_autoptr(GError) error = NULL;
  g_autoptr(Header) header = header_parse (fields, strlen (fields), &error);
  g_autoptr(GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr(BodySource) source = body_source_new_from_bytes (bytes);
  g_auto(GStrv) addresses = g_strsplit (recipients, " ", -1);

  g_assert_no_error (error);
  return message_new_from_parts (sender, (const char *const *) addresses, header, source,
                                 BODY_PLAIN);
}

char *
outbox_fixture_add (OutboxFixture *fixture, const char *body)
{
  g_autoptr(SendpathMessage) message =
      outbox_fixture_new_message (NULL, "someone@adatum.com", body);
  g_autoptr(GError) error = NULL;
  char *id = outbox_add (fixture->outbox, message, "home", FIXTURE_NOW_US, &error);

  g_assert_no_error (error);
  return id;
}

OutboxEntry *
outbox_fixture_take (OutboxFixture *fixture, const char *id)
{
  g_autoptr(GError) error = NULL;
  OutboxEntry *entry = outbox_take (fixture->outbox, id, &error);

  g_assert_no_error (error);
  return entry;
}

void
outbox_fixture_refuse (OutboxFixture *fixture, const char *id, OutboxError code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (outbox_take (fixture->outbox, id, &error));
  g_assert_error (error, OUTBOX_ERROR, (int) code);
}

char *
outbox_fixture_list (OutboxFixture *fixture, OutboxFolder folder, char ***ret_corrupt)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) ids = outbox_list (fixture->outbox, folder, ret_corrupt, &error);

  g_assert_no_error (error);
  return g_strjoinv (" ", ids);
}

char *
outbox_fixture_get_path (OutboxFixture *fixture, const char *folder, const char *id,
                         const char *suffix)
{
  return g_strdup_printf ("%s/%s/%s%s", fixture->path, folder, id, suffix);
}

gboolean
outbox_fixture_has (OutboxFixture *fixture, const char *folder, const char *id, const char *suffix)
{
  g_autofree char *path = outbox_fixture_get_path (fixture, folder, id, suffix);

  return g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

guint
outbox_fixture_count (OutboxFixture *fixture, const char *folder)
{
  g_autofree char *path = g_build_filename (fixture->path, folder, NULL);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

char *
outbox_fixture_read_file (const char *path, gsize *length)
{
  g_autoptr(GError) error = NULL;
  char *contents = NULL;

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);
  return contents;
}

char *
outbox_fixture_read_message_file (OutboxFixture *fixture, const char *id, gsize *length)
{
  g_autofree char *path = outbox_fixture_get_path (fixture, "queue", id, ".message");

  return outbox_fixture_read_file (path, length);
}

static void
write_file (const char *path, const char *bytes, gsize length)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

void
outbox_fixture_plant (OutboxFixture *fixture, const char *id, const char *bytes, gsize length)
{
  g_autofree char *message = outbox_fixture_get_path (fixture, "queue", id, ".message");
  g_autofree char *journal = outbox_fixture_get_path (fixture, "queue", id, ".journal");

  write_file (journal, "", 0);
  write_file (message, bytes, length);
}

char *
outbox_fixture_dup_body (SendpathMessage *message)
{
  BodySource *body = message_peek_body (message);
  gsize length = (gsize) body_source_get_length (body), offset = 0;
  g_autofree char *text = g_malloc (length + 1);
  g_autoptr(GError) error = NULL;

  while (offset < length)
    {
      gssize count = body_source_read (body, offset, text + offset, length - offset, &error);

      g_assert_no_error (error);
      offset += (gsize) count;
    }
  text[length] = '\0';
  return g_steal_pointer (&text);
}

int
outbox_fixture_run_child (int (*work) (gpointer data), gpointer data)
{
  int status = 0;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (work (data));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}
