/* Typed values become command lines in a bounded buffer: never cut, never injected, never more than
 * one line. It knows no connection. */
#pragma once

#include <gio/gio.h>

#include "sendpath/wire/reply.h"
#include "sendpath/wire/smtp-caps.h"

G_BEGIN_DECLS

#define SMTP_COMMAND_MAX 510             /* RFC 5321 4.5.3.1.4: 512 with CRLF */
#define SMTP_COMMAND_AUTH_MAX (12288 - 2) /* RFC 4954 section 4: 12288 with CRLF */

/* One command line. @bytes ends in CRLF and NUL once a function below returned NONE; @length counts
 * the CRLF. Lives on the stack or in a session; holds a secret after smtp_command_auth*() and is
 * wiped by its user then. */
typedef struct {
  gsize length;
  char  bytes[SMTP_COMMAND_AUTH_MAX + sizeof "\r\n"];
} SmtpCommand;

/* What MAIL says besides the sender. */
typedef struct {
  const char *sender;     /* "" is the null sender */
  guint64     size_bytes; /* content as it goes out, without stuffing; 0: not said */
  gboolean    is_8bit;    /* body holds 8-bit bytes: BODY=8BITMIME */
  gboolean    is_utf8;    /* addresses or header fields need SMTPUTF8 */
  const char *dsn_ret;    /* "FULL", "HDRS" or NULL */
  const char *dsn_envid;  /* or NULL */
} SmtpMail;

/* Each builds one line and returns FAULT_NONE, or says why the values cannot go on the wire:
 * FAULT_NO_SMTPUTF8 (a local part needs it) or FAULT_BAD_ADDRESS (anything else). Parameters are
 * written only where @caps offers their extension. */

/* @verb is "EHLO" or "HELO"; @name one word of printable ASCII. */
SendpathFault smtp_command_hello (SmtpCommand *command, const char *verb, const char *name);
/* A command without arguments: STARTTLS, DATA, RSET, QUIT. */
SendpathFault smtp_command_plain (SmtpCommand *command, const char *verb);
/* `BDAT n` or `BDAT n LAST` (RFC 3030 section 2). */
SendpathFault smtp_command_bdat (SmtpCommand *command, guint64 n_bytes, gboolean is_last);
SendpathFault smtp_command_mail (SmtpCommand *command, const SmtpMail *mail, const SmtpCaps *caps);
/* @is_utf8 as in the MAIL command of the same transaction; @dsn_notify "FAILURE,DELAY" or NULL. */
SendpathFault smtp_command_rcpt (SmtpCommand *command, const char *address, gboolean is_utf8,
                                 const char *dsn_notify, const SmtpCaps *caps);
/* @initial: base64 of the initial response, "" for an empty one (sent as `=`), or NULL for none. */
SendpathFault smtp_command_auth (SmtpCommand *command, const char *mechanism,
                                 const char *initial);
/* The answer to a 334: base64, may be empty, or "*" to break off. */
SendpathFault smtp_command_auth_answer (SmtpCommand *command, const char *base64);

/* `[192.0.2.7]` or `[IPv6:2001:db8::7]` (RFC 5321 section 4.1.3). */
char         *smtp_command_dup_literal (GInetAddress *address);

G_END_DECLS
