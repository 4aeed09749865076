/* A small POP3 server: a login, and an empty mailbox. */
#pragma once

#include "demo-smtp.h"

G_BEGIN_DECLS

typedef struct _DemoPop DemoPop;

/* @smtp: the server that is told of each login. @login is borrowed, and must outlive the server. */
DemoPop *demo_pop_new (GTlsCertificate *certificate, const DemoLogin *login, DemoSmtp *smtp,
                       GError **error);
void demo_pop_free (DemoPop *pop);
guint16 demo_pop_get_port (DemoPop *pop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoPop, demo_pop_free)

G_END_DECLS
