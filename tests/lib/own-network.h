/* A network that only this process has. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Leaves the network of this machine for one with loopback and @address (IPv4), for good; FALSE where
 * that is not allowed. Before there is a second thread. */
gboolean own_network_enter (const char *address);
/* Once there: with @address; NULL: not even loopback is up. */
void own_network_set (const char *address);

/* Words with a blank between them; FALSE: they failed. */
gboolean own_network_run (const char *command);
/* Another process does @journey, and ends with what that returns: 0, or 77 where no network can be made
 * and the test is skipped. Before there is a second thread. */
void own_network_send (int (*journey) (void));

G_END_DECLS
