/* The service that sends for all users of this machine (sendpath-system.service): where it is, whose mail
 * goes there, and how root looks after it. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

#define SYSTEM_CONFIG "/etc/sendpath.conf"
#define SYSTEM_SOCKET "/run/sendpath/submit"
#define SYSTEM_STATE  "/var/lib/sendpath"

/* This user has no configuration of his own, and that service is there. */
gboolean system_service_is_ours (void);
/* For who found its configuration and may not read it: FALSE and an error that tells what to do. */
gboolean system_service_check_readable (const char *path, GError **error);
/* Makes this process the service's user's, with its outbox and no configuration. Only root can;
 * there must be no thread yet. */
gboolean system_service_enter (GError **error);
gboolean system_service_is_entered (void);
/* Has it try now whatever waits; after system_service_enter(). */
gboolean system_service_flush (GError **error);

G_END_DECLS
