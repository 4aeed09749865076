/* A message's files, read and checked piece by piece into an entry: for who takes it and for who only
 * looks. */
#pragma once

#include "sendpath/outbox/outbox-private.h"

G_BEGIN_DECLS

struct _OutboxEntry {
  Outbox *outbox;
  guint folder;
  char id[ENVELOPE_ID_CHARS + 1];
  int fd;         /* of the message: @lock's, or our own if we only look */
  Lock *lock;     /* NULL if we only look */
  guint64 file_bytes; /* of the message */
  GBytes *whole;      /* all of the message, if we take it and it is short; else NULL */
  int journal_fd; /* of the journal, until @journal has it */
  int error_code; /* errno of what could not be read */
  Envelope envelope;
  SendpathMessage *message; /* NULL if we only look */
  ShownFields shown;        /* of the message, if we only look */
  SendpathReport *report;
  Journal *journal;
};

/* What came of reading: damage is told apart from what may work the next time. */
typedef enum {
  READING_GOOD,
  READING_DAMAGED,
  READING_NEWER,
  READING_FAILED, /* the entry's error_code says why */
} Reading;

/* An entry that knows its id only. */
OutboxEntry *outbox_reader_new (Outbox *outbox, const char *id);
/* Envelope and header, by the descriptor of the message. */
Reading outbox_reader_read_message (OutboxEntry *entry);
/* The end mark and the checksum over all of it. */
Reading outbox_reader_check_whole (OutboxEntry *entry);
/* A message without its journal is damaged: nobody can tell what was sent already. */
Reading outbox_reader_open_journal (OutboxEntry *entry);
/* @is_in_flight: somebody else is sending it just now. */
Reading outbox_reader_read_journal (OutboxEntry *entry, gboolean is_in_flight);
/* FALSE if somebody else has filed the message since it was opened. */
gboolean outbox_reader_is_still_there (OutboxEntry *entry);
/* TRUE for READING_GOOD, else what it was is in @error, and what is damaged is set aside if the entry
 * holds the lock. */
gboolean outbox_reader_check (OutboxEntry *entry, Reading reading, GError **error);

G_END_DECLS
