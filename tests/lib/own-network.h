/* A network that only this process has. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Leaves the network of this machine for one with loopback and @address (IPv4), for good; FALSE where
 * that is not allowed. Before there is a second thread. */
gboolean own_network_enter (const char *address);
/* Once there: with @address; NULL: not even loopback is up. */
void own_network_set (const char *address);

G_END_DECLS
