/* fake-desktop: a desktop with notifications on a session bus of its own, for tests of programs. Prints
 * the address of the bus, then a line for each call (lib/fake-notifications.h), and ends with its
 * standard input; a line `NOTICE BUTTON` there presses one. */
#include "config.h"

#include <stdio.h>

#include "tests/lib/fake-notifications.h"

static void
print (const char *line, gpointer data)
{
  puts (line);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr(GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  FakeNotifications *desktop;
  char line[256];

  g_test_dbus_up (bus);
  desktop = fake_notifications_new (FAKE_NOTIFICATIONS_FULL, print, NULL);
  print (g_test_dbus_get_bus_address (bus), NULL);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto(GStrv) words = g_strsplit (g_strchomp (line), " ", 2);

      fake_notifications_press (desktop, words[0], words[1]);
    }
  fake_notifications_free (desktop);
  g_test_dbus_down (bus);
  return 0;
}
