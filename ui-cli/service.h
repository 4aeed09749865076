/* The service: it sends what waits in the outbox for as long as it runs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What else the same process does. */
typedef struct {
  void (*begin) (gpointer data); /* once the service is there; may be NULL */
  gpointer data;
  gboolean stays_beside; /* another service for the outbox is no reason to end */
} ServiceSide;

/* T-084: TLS is GIO's usual one with modules from their usual place, whatever the environment says. */
void service_clean_environment (void);
/* It ends by a signal; an exit status, CLI_NO if another one is running. */
int service_run (const ServiceSide *side, GError **error);

G_END_DECLS
