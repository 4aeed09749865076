/* A NetworkManager that says what a test wants, on the bus that a test calls the system's. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeNetworkManager FakeNetworkManager;

typedef enum {
  FAKE_NM_WELL = 0,
  FAKE_NM_SILENT = 1 << 0,  /* takes questions and never answers */
  FAKE_NM_MISSING = 1 << 1, /* the bus is there, NetworkManager is not */
} FakeNetworkManagerFlags;

/* The properties of one object, as GVariant text of type a{sv}. */
typedef struct {
  const char *path;
  const char *properties;
} FakeNetworkManagerObject;

/* @objects end with a NULL path. DBUS_SYSTEM_BUS_ADDRESS names a bus of the
 * test. */
FakeNetworkManager *fake_network_manager_new (FakeNetworkManagerFlags flags,
                                              const FakeNetworkManagerObject *objects);
void fake_network_manager_free (FakeNetworkManager *manager);

/* Says something else from now on, and tells everybody. */
void fake_network_manager_change (FakeNetworkManager *manager,
                                  const FakeNetworkManagerObject *objects);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeNetworkManager, fake_network_manager_free)

G_END_DECLS
