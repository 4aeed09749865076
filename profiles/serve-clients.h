/* Which programs may hand in mail at the listener, and for which accounts: a file in the state
 * directory. Their tokens are in the keyring. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  char *name;
  char **accounts; /* ids; none: all that there are */
} ServeClient;

/* Letters, digits, `.`, `-` and `_`: what can be typed anywhere as a user name. */
gboolean serve_client_is_name (const char *name);

/* (element-type ServeClient), by name; empty if there never was one. NULL: what is there cannot be
 * read, and nobody may come in. */
GPtrArray *serve_clients_read (const char *state_dir, GError **error);
/* One of them, borrowed; NULL if there is none of that name. */
const ServeClient *serve_clients_find (GPtrArray *clients, const char *name);
gboolean serve_client_has_account (const ServeClient *client, const char *account);

/* G_IO_ERROR_EXISTS, G_IO_ERROR_NOT_FOUND. It is on disk when this returns. */
gboolean serve_clients_add (const char *state_dir, const char *name, const char *const *accounts,
                            GError **error);
gboolean serve_clients_remove (const char *state_dir, const char *name, GError **error);

G_END_DECLS
