/* The text at the head of a message file: who, to whom, how long, and the checksum. It is made and
 * read here; nothing here touches a file.
 *
 *   sendpath outbox message, format 1
 *   envelope-bytes: 00000000000000000422
 *   header-bytes: 00000000000000000311
 *   body-bytes: 00000000000000000005
 *   sha256: 64 hex digits, over everything from the next line to the end of the body
 *   id: 32 hex digits
 *   queued-at-us: 00001795262400250000
 *   date: 2026-11-21T12:00:00Z
 *   traits: 8bit
 *   account: home
 *   resend-of: 32 hex digits, of the message of which this one is a part, sent again
 *   avoid: smtp.proseware.com (a host that must not get it; a line each)
 *   next-try: 1795334400 (nobody is to try it before, seconds since 1970)
 *   sender: <terri@proseware.com>
 *   dsn-notify: SUCCESS,FAILURE
 *   dsn-ret: HDRS
 *   dsn-envid: of the caller's own
 *   recipient: <someone@adatum.com>
 *   (an empty line)
 *
 * (account, resend-of, avoid, next-try and the three of dsn may be absent) then the message's header, CRLF, its body, and `end of message ID`. The lines down to queued-at-us
 * have a fixed width. */
#pragma once

#include "sendpath/mail/message-private.h"

G_BEGIN_DECLS

#define ENVELOPE_ID_CHARS 32
#define ENVELOPE_SHA256_CHARS 64
/* The lines of fixed width; where the digits of the checksum stand in them; where begins what it
 * covers. */
#define ENVELOPE_FIXED_BYTES 284
#define ENVELOPE_SHA256_OFFSET 147
#define ENVELOPE_SUMMED_OFFSET 212
/* 10 000 recipients take a tenth of it. */
#define ENVELOPE_MAX_BYTES (16 * 1024 * 1024)

typedef struct {
  guint64    envelope_bytes;
  guint64    header_bytes;
  guint64    body_bytes;
  char       sha256[ENVELOPE_SHA256_CHARS + 1];
  char       id[ENVELOPE_ID_CHARS + 1];
  gint64     queued_at_us;
  BodyTraits traits;
  char      *account;    /* NULL: not decided */
  char      *resend_of;  /* NULL: it is nobody's mail that came back */
  char     **avoid;      /* NULL: none */
  gint64     next_try_s; /* 0: at once */
  char      *sender;     /* NULL: the account decides; "": the null sender */
  DsnRequest dsn;
  char     **recipients; /* at least one */
} Envelope;

typedef enum {
  ENVELOPE_GOOD,
  ENVELOPE_DAMAGED,
  ENVELOPE_NEWER, /* of a later version of sendpath: to be left alone */
} EnvelopeState;

/* The text for @envelope, whose envelope_bytes it sets, with zeros for the checksum. */
char         *envelope_format (Envelope *envelope);
/* The lines of fixed width in @text (@length bytes; less is damage). */
EnvelopeState envelope_read_fixed (Envelope *envelope, const char *text, gsize length);
/* The lines after them up to and with the empty line: envelope_bytes - ENVELOPE_FIXED_BYTES
 * bytes. */
gboolean      envelope_read_rest (Envelope *envelope, const char *text, gsize length);
void          envelope_clear (Envelope *envelope);

/* How long the file must be. */
guint64       envelope_get_file_bytes (const Envelope *envelope);
/* Where the message's header and body begin in it. */
guint64       envelope_get_header_offset (const Envelope *envelope);
guint64       envelope_get_body_offset (const Envelope *envelope);
/* The last line of the file. */
char         *envelope_dup_end_mark (const Envelope *envelope);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Envelope, envelope_clear)

G_END_DECLS
