/* SendpathReply: what a server answered, or why there is no answer. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * SendpathFault:
 * @SENDPATH_FAULT_NONE: there is a reply from the server
 * @SENDPATH_FAULT_OFFLINE: this machine has no network
 * @SENDPATH_FAULT_PORTAL: the network wants a sign-in first
 * @SENDPATH_FAULT_HOST_NOT_FOUND: the server's name has no address
 * @SENDPATH_FAULT_UNREACHABLE: refused, no route, or no answer in time to connect
 * @SENDPATH_FAULT_TLS: no TLS session that may be trusted
 * @SENDPATH_FAULT_TLS_MISSING: the server does not offer TLS though it is needed
 * @SENDPATH_FAULT_STRIPPED: the server offered TLS before and does not now
 * @SENDPATH_FAULT_INTERCEPTED: somebody else answers in the server's place
 * @SENDPATH_FAULT_LINK_LOST: the connection broke or the reply did not come in time
 * @SENDPATH_FAULT_PROTOCOL: what came is not SMTP or POP3
 * @SENDPATH_FAULT_NO_CREDENTIAL: a login is needed and no password or token is at hand
 * @SENDPATH_FAULT_NO_MECHANISM: the server offers no login mechanism that may be used
 * @SENDPATH_FAULT_TOO_LARGE: the message is over the SIZE the server announced
 * @SENDPATH_FAULT_NO_8BITMIME: 8-bit content that must stay so, and a server without 8BITMIME
 * @SENDPATH_FAULT_NO_SMTPUTF8: a UTF-8 address and a server without SMTPUTF8
 * @SENDPATH_FAULT_BAD_ADDRESS: the address cannot be put on the wire
 * @SENDPATH_FAULT_LOCAL: our own record could not be written; nothing was sent
 * @SENDPATH_FAULT_CANCELLED: the caller cancelled
 * @SENDPATH_FAULT_NETWORK_LEFT: this machine went to another network, and nothing had been sent
 *
 * Why an attempt ended without a reply.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_FAULT_NONE,
  SENDPATH_FAULT_OFFLINE,
  SENDPATH_FAULT_PORTAL,
  SENDPATH_FAULT_HOST_NOT_FOUND,
  SENDPATH_FAULT_UNREACHABLE,
  SENDPATH_FAULT_TLS,
  SENDPATH_FAULT_TLS_MISSING,
  SENDPATH_FAULT_STRIPPED,
  SENDPATH_FAULT_INTERCEPTED,
  SENDPATH_FAULT_LINK_LOST,
  SENDPATH_FAULT_PROTOCOL,
  SENDPATH_FAULT_NO_CREDENTIAL,
  SENDPATH_FAULT_NO_MECHANISM,
  SENDPATH_FAULT_TOO_LARGE,
  SENDPATH_FAULT_NO_8BITMIME,
  SENDPATH_FAULT_NO_SMTPUTF8,
  SENDPATH_FAULT_BAD_ADDRESS,
  SENDPATH_FAULT_LOCAL,
  SENDPATH_FAULT_CANCELLED,
  SENDPATH_FAULT_NETWORK_LEFT,
} SendpathFault;

#define SENDPATH_TYPE_REPLY (sendpath_reply_get_type ())
typedef struct _SendpathReply SendpathReply; /* boxed, immutable, reference counted */

GType          sendpath_reply_get_type (void);

/* @enhanced may be NULL: then it is taken from the start of @text (RFC 2034). @text is the reply
 * without the three digits, lines joined by '\n', kept as sent. */
SendpathReply *sendpath_reply_new (guint code, const char *enhanced, const char *text);
/* No reply: @text says why, for people. */
SendpathReply *sendpath_reply_new_fault (SendpathFault fault, const char *text);
SendpathReply *sendpath_reply_ref (SendpathReply *reply);
void           sendpath_reply_unref (SendpathReply *reply);

/* 200-599, or 0 when there is none. */
guint          sendpath_reply_get_code (const SendpathReply *reply);
const char    *sendpath_reply_get_enhanced (const SendpathReply *reply); /* nullable */
const char    *sendpath_reply_get_text (const SendpathReply *reply);
SendpathFault  sendpath_reply_get_fault (const SendpathReply *reply);
/* Safe to show: no control, ANSI or bidi characters, at most 500 characters. */
char          *sendpath_reply_dup_clean_text (const SendpathReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathReply, sendpath_reply_unref)

G_END_DECLS
