/* Lines of dots on their way through Claws Mail's mail command. */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "ui-cli/claws/dots.h"

static void
check (const char *given, const char *file, const char *wanted)
{
  g_autoptr (GBytes) given_bytes = g_bytes_new_static (given, strlen (given));
  g_autoptr (GBytes) file_bytes = file != NULL ? g_bytes_new_static (file, strlen (file)) : NULL;
  g_autoptr (GBytes) restored = dots_restore (given_bytes, file_bytes);

  if (wanted == NULL)
    {
      g_assert_null (restored);
      return;
    }
  g_assert_nonnull (restored);
  g_assert_cmpmem (g_bytes_get_data (restored, NULL), g_bytes_get_size (restored), wanted,
                   strlen (wanted));
}

/* The file tells a doubled dot from two that were written. */
static void
test_file (void)
{
  check ("To: a\n\n..\n..\n.x\n...\n",
         "MAID:1\nX-Claws-End-Special-Headers: 1\nTo: a\n\n.\n..\n.x\n...\n",
         "To: a\n\n.\n..\n.x\n...\n");
  check ("To: a\n\n..\n", "To: a\r\n\r\n.\r\n", "To: a\n\n.\n");
}

/* No other message is ever taken for it: neither a longer nor a shorter nor another one. */
static void
test_other_file (void)
{
  check ("To: a\n\n..\n", "To: a\n\n.\nmore\n", NULL);
  check ("To: a\n\n..\nmore\n", "To: a\n\n.\n", NULL);
  check ("To: a\n\n..\n", "To: b\n\n.\n", NULL);
  check ("To: a\n\n..\n", "To: a\n\n...\n", NULL);
  check ("To: a\n\n..\n", "", NULL);
}

static void
test_no_file (void)
{
  check ("To: a\n\n..\n...\n", NULL, "To: a\n\n.\n...\n");
}

/* Among those that a process has open. */
static void
test_process (void)
{
  const char *text = "To: a\n\n..\n";
  g_autoptr (GBytes) given = g_bytes_new_static (text, strlen (text));
  g_autoptr (GBytes) restored = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("dots-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  restored = dots_restore_from_process (given, getpid ());
  g_assert_true (g_bytes_equal (restored, given));
  close (fd);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/claws-dots/file-tells", test_file);
  g_test_add_func ("/claws-dots/another-message-is-left-alone", test_other_file);
  g_test_add_func ("/claws-dots/without-a-file-one-is-meant", test_no_file);
  g_test_add_func ("/claws-dots/open-files-of-a-process", test_process);
  return g_test_run ();
}
