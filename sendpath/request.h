/* SendpathRequest: a question for the user that may be answered later. */
#pragma once

#include <gio/gio.h>

#include "sendpath/walk/relay-choice.h"
#include "sendpath/wire/endpoint.h"

G_BEGIN_DECLS

#define SENDPATH_TYPE_REQUEST (sendpath_request_get_type ())
G_DECLARE_FINAL_TYPE (SendpathRequest, sendpath_request, SENDPATH, REQUEST, GObject)

/**
 * SendpathRequestKind:
 * @SENDPATH_REQUEST_PASSWORD: which password? See sendpath_request_answer()
 * @SENDPATH_REQUEST_RELAY: may a relay be used? See sendpath_request_answer_relay()
 * @SENDPATH_REQUEST_TOKEN: which OAuth2 access token? Only a #SendpathPasswordFunc is asked; see
 *   sendpath_request_answer()
 *
 * What is asked for.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_REQUEST_PASSWORD,
  SENDPATH_REQUEST_RELAY,
  SENDPATH_REQUEST_TOKEN,
} SendpathRequestKind;

SendpathRequestKind sendpath_request_get_kind (SendpathRequest *self);
const char *sendpath_request_get_server (SendpathRequest *self);
/* The question in words, translated. */
const char *sendpath_request_get_text (SendpathRequest *self);

/* Of a password: the account's (or `location:NAME`, `pop:NAME`), and the login name. */
const char *sendpath_request_get_account (SendpathRequest *self);
const char *sendpath_request_get_user (SendpathRequest *self);
/* The server has just refused another one. */
gboolean sendpath_request_was_refused (SendpathRequest *self);

/* Of a relay. */
guint sendpath_request_get_port (SendpathRequest *self);
SendpathSecurity sendpath_request_get_security (SendpathRequest *self);
const char *sendpath_request_get_source (SendpathRequest *self);
const char *sendpath_request_get_key (SendpathRequest *self);
const char *sendpath_request_get_network (SendpathRequest *self);
const char *sendpath_request_get_message (SendpathRequest *self);

/* Gives the password or token; it is copied to memory that is not paged out. May be called once, from any
 * thread. */
void sendpath_request_answer (SendpathRequest *self, const char *password);
/* Says what becomes of the relay. May be called once, from any thread. */
void sendpath_request_answer_relay (SendpathRequest *self, SendpathRelayChoice choice);
/* Nobody answers: the safe answer. Also what happens when the last reference goes. */
void sendpath_request_decline (SendpathRequest *self);

G_END_DECLS
