/* What comes in from a client that speaks SMTP, in pieces: command lines, the text of DATA, the octets
 * of BDAT. Lines end in CRLF and in nothing else, so that nobody reads another end of the data than its
 * sender did. */
#pragma once

#include "sendpath/mail/message-reader.h"

G_BEGIN_DECLS

typedef struct _SmtpInput SmtpInput;

/* @read gives what there is, as read(2) does, and blocks while there is nothing. */
SmtpInput *smtp_input_new (MessageReadFunc read, gpointer source);
void smtp_input_free (SmtpInput *input);

typedef enum {
  SMTP_LINE_GOOD,
  SMTP_LINE_UNCLEAN,    /* whole, but with control characters in it */
  SMTP_LINE_UNREADABLE, /* a line feed alone, or too long: it is not known where the next one begins */
  SMTP_LINE_NONE,       /* there is no more */
} SmtpLine;

/* @ret_line: without its end; belongs to @input until the next call. */
SmtpLine smtp_input_take_line (SmtpInput *input, const char **ret_line);

/* The next byte, which stays there, or -1. */
int smtp_input_peek (SmtpInput *input);
/* What was read so far is nowhere any more. */
void smtp_input_wipe (SmtpInput *input);

/* Before content. */
void smtp_input_begin_content (SmtpInput *input);
/* Text up to CRLF . CRLF, without that and without the dots that protect lines. 0 at its end, -1 at a
 * line feed or carriage return alone, or if the input ends first. */
gssize smtp_input_read_text (SmtpInput *input, char *buffer, gsize size);
/* The same for octets, of which @size are to come. 0 when all of them were read. */
void smtp_input_begin_chunk (SmtpInput *input, guint64 size);
gssize smtp_input_read_chunk (SmtpInput *input, char *buffer, gsize size);
/* Passes over what is left of them; FALSE if the input ends first. */
gboolean smtp_input_skip_chunk (SmtpInput *input);
/* A carriage return came last, in octets. */
gboolean smtp_input_is_in_line_end (SmtpInput *input);

/* Something came that is not read yet. */
gboolean smtp_input_is_pending (SmtpInput *input);
gboolean smtp_input_is_over (SmtpInput *input);
/* Why it is over, if the client did not just go away; or NULL. */
const GError *smtp_input_get_error (SmtpInput *input);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpInput, smtp_input_free)

G_END_DECLS
