/* An outbox in a folder of its own, messages for it, and a look at its files from outside. */
#pragma once

#include "sendpath/outbox/outbox.h"

G_BEGIN_DECLS

#define FIXTURE_BODY "Noon?\r\n"
#define FIXTURE_NOW_US (G_GINT64_CONSTANT (1795262400) * G_USEC_PER_SEC) /* 2026-11-21T12:00:00Z */

typedef struct {
  char   *dir;    /* may be filled, harmed, mounted on; removed with all that is in it */
  char   *path;   /* of the outbox, below @dir */
  Outbox *outbox; /* open */
} OutboxFixture;

/* Adds a test with an outbox of its own. @in_memory: on a tmpfs, if there is one that we may use;
 * for tests of so many messages that a disk would spend minutes on syncing them. */
void             outbox_fixture_add_test (const char *path,
                                          void (*test) (OutboxFixture *fixture, gconstpointer data),
                                          gboolean in_memory);

/* From terri@proseware.com with the subject Lunch. @recipients are separated by spaces; @sender
 * NULL: the account decides. */
SendpathMessage *outbox_fixture_new_message (const char *sender, const char *recipients,
                                             const char *body);
/* Adds such a message for one recipient, and asserts that it worked. */
char            *outbox_fixture_add (OutboxFixture *fixture, const char *body);
/* Takes @id, and asserts that it worked. */
OutboxEntry     *outbox_fixture_take (OutboxFixture *fixture, const char *id);
/* Asserts that @id cannot be taken, for the reason @code. */
void             outbox_fixture_refuse (OutboxFixture *fixture, const char *id, OutboxError code);
/* The ids of @folder joined by spaces. */
char            *outbox_fixture_list (OutboxFixture *fixture, OutboxFolder folder,
                                      char ***ret_corrupt);

/* The path of @id's file with @suffix (`.message`, `.journal`) in @folder. */
char            *outbox_fixture_get_path (OutboxFixture *fixture, const char *folder,
                                          const char *id, const char *suffix);
gboolean         outbox_fixture_has (OutboxFixture *fixture, const char *folder, const char *id,
                                     const char *suffix);
/* How many files of any kind are in @folder. */
guint            outbox_fixture_count (OutboxFixture *fixture, const char *folder);
char            *outbox_fixture_read_file (const char *path, gsize *length);
/* The file of a message in queue/. */
char            *outbox_fixture_read_message_file (OutboxFixture *fixture, const char *id,
                                                   gsize *length);
/* Puts a copy of a message's file into queue/ under @id, @length bytes of it, with an empty
 * journal. */
void             outbox_fixture_plant (OutboxFixture *fixture, const char *id, const char *bytes,
                                       gsize length);
/* The body of @message as a string. */
char            *outbox_fixture_dup_body (SendpathMessage *message);

/* Runs @work in a forked child, which ends with the status that it returns; asserts that the
 * child was not killed. */
int              outbox_fixture_run_child (int (*work) (gpointer data), gpointer data);

G_END_DECLS
