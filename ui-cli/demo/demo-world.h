/* The world of the demo: servers, names, a configuration and an outbox that are there for some
 * seconds. */
#pragma once

#include <sendpath/sendpath.h>

#include "demo-smtp.h"

G_BEGIN_DECLS

/* No secret of anybody; still it must not be seen in any output. */
#define DEMO_PASSWORD "tangerine-staircase-4711"

#define DEMO_ADDRESS "terri@proseware.com"
#define DEMO_OTHER_ADDRESS "terri@example.net"
#define DEMO_WORK_ADDRESS "tchudzik@thephone-company.com"
#define DEMO_WORK_DOMAIN "thephone-company.com"

typedef enum {
  DEMO_HOME,  /* of account `home`, DEMO_ADDRESS */
  DEMO_OTHER, /* of account `other`, DEMO_OTHER_ADDRESS; with a POP3 server */
  DEMO_RELAY, /* of location `work` */
  DEMO_N_SMTP,
} DemoSmtpId;

typedef struct _DemoWorld DemoWorld;

/* Must be called before the process has threads: it hides the user's session bus, and with it
 * the keyring, from this process. */
DemoWorld *demo_world_new (GError **error);
/* Ends the servers and removes all files. */
void demo_world_free (DemoWorld *world);

SendpathEngine *demo_world_get_engine (DemoWorld *world);
DemoSmtp *demo_world_get_smtp (DemoWorld *world, DemoSmtpId id);
const char *demo_smtp_id_to_host (DemoSmtpId id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoWorld, demo_world_free)

G_END_DECLS
