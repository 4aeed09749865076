/* ImportDraft: an account on its way from another program's configuration to ours. */
#pragma once

#include "profiles/import-file.h"
#include "profiles/imported.h"
#include "profiles/key-values.h"

G_BEGIN_DECLS

typedef struct {
  char                *name; /* what it is called there; NULL: nothing that people know */
  KeyValues           *values;
  GPtrArray           *notes; /* of char: what became of the rest, for people */
  SendpathImportSecret secret;
  char                *secret_path; /* where it stands in plain text, or NULL */
  guint                secret_line;
  char                *secret_uid; /* what Evolution calls its item in the keyring, or NULL */
  gboolean             is_default;
} ImportDraft;

typedef enum { IMPORT_SECURITY_NONE, IMPORT_SECURITY_TLS, IMPORT_SECURITY_STARTTLS } ImportSecurity;

/* What one program has. */
typedef struct {
  GPtrArray *drafts; /* of ImportDraft */
  GPtrArray *notes;  /* of char: those of no account */
} ImportReading;

ImportReading *import_reading_new (void);
void           import_reading_free (ImportReading *reading);
/* Moves the notes of @file, which stays. */
void           import_reading_take_notes (ImportReading *reading, ImportFile *file);
void           import_reading_note (ImportReading *reading, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* A new one in @reading, which owns it. */
ImportDraft   *import_draft_add (ImportReading *reading, const char *name);
const char    *import_draft_get (const ImportDraft *draft, const char *key);
void           import_draft_note (ImportDraft *draft, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Sets a key to what @entry of @path led to, or notes that its value is bad. */
gboolean       import_draft_set (ImportDraft *draft, const char *key, const char *value,
                                 const char *path, const ImportEntry *entry);
/* Sets `smtp` or `pop` and its security. @port: 0 for the usual ones; where the connection was not
 * encrypted, that is noted, and ours will be. */
void           import_draft_set_server (ImportDraft *draft, const char *key, const char *host,
                                        guint port, ImportSecurity security, const char *path,
                                        const ImportEntry *entry);
/* One more of the addresses; what is no address is no loss. */
void           import_draft_add_alias (ImportDraft *draft, const char *address);
/* Notes that what @entry says has no counterpart. */
void           import_draft_lose (ImportDraft *draft, const char *path, const ImportEntry *entry);
/* The port that @entry tells, or 0 for the usual ones: it may be NULL, or say so in their ways. */
guint          import_draft_take_port (ImportDraft *draft, const char *path,
                                       const ImportEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportReading, import_reading_free)

G_END_DECLS
