/* The desktop's notifications: shown, replaced, taken back, and which button was pressed. */
#pragma once

#include <gio/gio.h>

#include "notice.h"

G_BEGIN_DECLS

typedef struct _Desktop Desktop;
typedef void (*DesktopPressed) (const char *slot, const char *button, gpointer data);

/* @is_sandboxed: by the portal. @pressed is called in the main context that is current at the first
 * notice. */
Desktop *desktop_new (gboolean is_sandboxed, DesktopPressed pressed, gpointer data);
void     desktop_free (Desktop *desktop);

/* One notice a slot: another one takes its place. Where there is no desktop, nothing happens. */
void     desktop_show (Desktop *desktop, const char *slot, const Notice *notice);
void     desktop_withdraw (Desktop *desktop, const char *slot);

/* Where the session bus is; NULL: there is none. Newly allocated. */
char    *desktop_dup_bus_address (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desktop, desktop_free)

G_END_DECLS
