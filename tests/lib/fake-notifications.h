/* A desktop that shows notifications, as a test wants it: the usual server or the portal. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeNotifications FakeNotifications;

typedef enum {
  FAKE_NOTIFICATIONS_FULL = 0,
  FAKE_NOTIFICATIONS_PLAIN = 1 << 0,  /* neither buttons nor markup */
  FAKE_NOTIFICATIONS_SILENT = 1 << 1, /* takes calls and never answers */
  FAKE_NOTIFICATIONS_PORTAL = 1 << 2,
} FakeNotificationsFlags;

/* Called in the thread of its connection for each call, with one line about it. */
typedef void (*FakeNotificationsTell) (const char *line, gpointer data);

/* Serves on the session bus, in the thread of its connection. @tell may be NULL. */
FakeNotifications *fake_notifications_new (FakeNotificationsFlags flags, FakeNotificationsTell tell,
                                           gpointer data);
void               fake_notifications_free (FakeNotifications *fake);
/* The lines since, each with its end:
 *   show NUMBER replaces NUMBER|TITLE|BODY|BUTTON=LABEL,…   (the portal: show SLOT|…)
 *   close NUMBER                                            (the portal: close SLOT) */
char              *fake_notifications_steal_calls (FakeNotifications *fake);
/* The user presses a button: @notice is the number, of the portal the slot. */
void               fake_notifications_press (FakeNotifications *fake, const char *notice,
                                             const char *button);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeNotifications, fake_notifications_free)

G_END_DECLS
