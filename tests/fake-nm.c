/* fake-nm SCENE: a NetworkManager on a bus of its own, for tests of programs. Prints the address of the
 * bus, and ends with its standard input. A line there that names a scene changes to that; `wake` has
 * logind say that the machine has slept. */
#include "config.h"

#include <stdio.h>

#include "tests/lib/fake-network-manager.h"

#define NM "/org/freedesktop/NetworkManager"
#define MANAGER(connectivity)                                                                      \
  {                                                                                                \
    NM, "{'ActiveConnections': <[objectpath '" NM "/ActiveConnection/1']>, 'PrimaryConnection':"   \
        " <objectpath '" NM "/ActiveConnection/1'>, 'Connectivity': <uint32 " connectivity ">}"    \
  }
#define CONNECTION(name, type)                                                                     \
  { NM "/ActiveConnection/1",                                                                      \
    "{'Id': <'" name "'>, 'Uuid': <'7c9d4d9e-3f6f-4c6b-8f0e-2f2d5f4e0a01'>,"                       \
    " 'Type': <'" type "'>, 'State': <uint32 2>, 'Default': <true>,"                               \
    " 'SpecificObject': <objectpath '" NM "/AccessPoint/1'>,"                                      \
    " 'Ip4Config': <objectpath '" NM "/IP4Config/1'>,"                                             \
    " 'Dhcp4Config': <objectpath '" NM "/DHCP4Config/1'>}" },                                      \
  {                                                                                                \
    NM "/IP4Config/1", "{'Domains': <['hotel.example']>}"                                          \
  }
#define SSID /* the bytes of Guest */                                                              \
  {                                                                                                \
    NM "/AccessPoint/1", "{'Ssid': <[byte 0x47, 0x75, 0x65, 0x73, 0x74]>}"                         \
  }
#define OPEN_SSID                                                                                  \
  {                                                                                                \
    NM "/AccessPoint/1", "{'Ssid': <[byte 0x47, 0x75, 0x65, 0x73, 0x74]>, 'Flags': <uint32 0>,"    \
                         " 'WpaFlags': <uint32 0>, 'RsnFlags': <uint32 0>}"                        \
  }
#define SMTP_SERVER /* option 69 */                                                                \
  {                                                                                                \
    NM "/DHCP4Config/1", "{'Options': <{'smtp_server': <'192.0.2.25 127.0.0.1'>}>}"                \
  }
#define END                                                                                        \
  {                                                                                                \
    NULL, NULL                                                                                     \
  }

static const FakeNetworkManagerObject hotel[] = { MANAGER ("4"),
                                                  CONNECTION ("Hotel", "802-11-wireless"), SSID,
                                                  END };
static const FakeNetworkManagerObject portal[] = { MANAGER ("2"),
                                                   CONNECTION ("Hotel", "802-11-wireless"), SSID,
                                                   END };
static const FakeNetworkManagerObject unlocked[] = { MANAGER ("4"),
                                                     CONNECTION ("Hotel", "802-11-wireless"),
                                                     OPEN_SSID, END };
static const FakeNetworkManagerObject cable[] = {
  MANAGER ("4"), CONNECTION ("Wired connection 1", "802-3-ethernet"), END
};

static const FakeNetworkManagerObject offering[] = { MANAGER ("4"),
                                                     CONNECTION ("Hotel", "802-11-wireless"), SSID,
                                                     SMTP_SERVER, END };

static const struct {
  const char *name;
  FakeNetworkManagerFlags flags;
  const FakeNetworkManagerObject *objects;
} scenes[] = {
  { "hotel", FAKE_NM_WELL, hotel },       { "portal", FAKE_NM_WELL, portal },
  { "open", FAKE_NM_WELL, unlocked },     { "cable", FAKE_NM_WELL, cable },
  { "offering", FAKE_NM_WELL, offering }, { "silent", FAKE_NM_SILENT, hotel },
};

static FakeNetworkManager *
play (FakeNetworkManager *manager, const char *scene)
{
  for (gsize i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (!g_str_equal (scenes[i].name, scene))
      continue;
    else if (manager == NULL)
      return fake_network_manager_new (scenes[i].flags, scenes[i].objects);
    else
      {
        fake_network_manager_change (manager, scenes[i].objects);
        return manager;
      }
  g_error ("there is no such scene");
  return NULL;
}

/* Has the name while it speaks, which is all that listeners ask for. */
static void
wake (const char *address)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) bus = g_dbus_connection_new_for_address_sync (
      address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_autoptr(GVariant) reply = NULL;

  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_emit_signal (bus, NULL, "/org/freedesktop/login1",
                                 "org.freedesktop.login1.Manager", "PrepareForSleep",
                                 g_variant_new ("(b)", FALSE), &error);
  g_assert_no_error (error);
  g_dbus_connection_flush_sync (bus, NULL, &error); /* closing does not */
  g_assert_no_error (error);
  g_dbus_connection_close_sync (bus, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr(GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  FakeNetworkManager *manager;
  char line[32];

  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  manager = play (NULL, argc == 2 ? argv[1] : "");
  puts (g_test_dbus_get_bus_address (bus));
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    if (g_str_equal (g_strchomp (line), "wake"))
      wake (g_test_dbus_get_bus_address (bus));
    else
      play (manager, line);
  fake_network_manager_free (manager);
  g_test_dbus_down (bus);
  return 0;
}
