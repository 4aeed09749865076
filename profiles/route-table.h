/* The kernel's default route and the hardware address behind it, by rtnetlink. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint index;   /* of the interface that the default route goes through; 0: there is none */
  char *gateway; /* MAC, lower case; NULL if there is none or it does not answer */
} DefaultRoute;

/* Asks the kernel; at most an empty datagram goes to the gateway. Takes 200 ms if nobody
 * answers. */
void route_table_read (DefaultRoute *ret_route);

G_END_DECLS
