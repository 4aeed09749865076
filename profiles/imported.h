/* SendpathImported: an account that another program has, before it is anybody's here. */
#pragma once

#include "profiles/profile-store.h"

G_BEGIN_DECLS

/**
 * SendpathImportSecret:
 * @SENDPATH_IMPORT_SECRET_NONE: it logs in nowhere
 * @SENDPATH_IMPORT_SECRET_KEYRING: the keyring, as the program stored it; it is read there
 * @SENDPATH_IMPORT_SECRET_COMMAND: a command prints it, which the account has now
 * @SENDPATH_IMPORT_SECRET_FILE: the program's file, in plain text
 * @SENDPATH_IMPORT_SECRET_ITEM: the keyring, in an item that does not say for which server; it has
 *   to be copied
 * @SENDPATH_IMPORT_SECRET_CLOSED: a place of that program's, which sendpath cannot read
 * @SENDPATH_IMPORT_SECRET_TOKEN: it is an OAuth2 access token, of the desktop or of a command
 *
 * Where the password of an account is.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_IMPORT_SECRET_NONE,
  SENDPATH_IMPORT_SECRET_KEYRING,
  SENDPATH_IMPORT_SECRET_COMMAND,
  SENDPATH_IMPORT_SECRET_FILE,
  SENDPATH_IMPORT_SECRET_ITEM,
  SENDPATH_IMPORT_SECRET_CLOSED,
  SENDPATH_IMPORT_SECRET_TOKEN,
} SendpathImportSecret;

#define SENDPATH_TYPE_IMPORTED (sendpath_imported_get_type ())
typedef struct _SendpathImported SendpathImported; /* boxed, immutable, reference counted */

GType             sendpath_imported_get_type (void);
SendpathImported *sendpath_imported_ref (SendpathImported *imported);
void              sendpath_imported_unref (SendpathImported *imported);

SendpathAccount      *sendpath_imported_get_account (const SendpathImported *imported);
const char           *sendpath_imported_get_twin (const SendpathImported *imported);
const char *const    *sendpath_imported_get_notes (const SendpathImported *imported);
SendpathImportSecret  sendpath_imported_get_secret (const SendpathImported *imported);
const char           *sendpath_imported_get_secret_place (const SendpathImported *imported);
char                 *sendpath_imported_read_password (const SendpathImported *imported,
                                                       GError **error);
char                 *sendpath_imported_to_text (const SendpathImported *imported);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathImported, sendpath_imported_unref)

G_END_DECLS
