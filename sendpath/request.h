/* SendpathRequest: a question for the user that may be answered later. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDPATH_TYPE_REQUEST (sendpath_request_get_type ())
G_DECLARE_FINAL_TYPE (SendpathRequest, sendpath_request, SENDPATH, REQUEST, GObject)

/* The account's (or `location:NAME`, `pop:NAME`) whose password is asked for. */
const char *sendpath_request_get_account (SendpathRequest *self);
const char *sendpath_request_get_server (SendpathRequest *self);
const char *sendpath_request_get_user (SendpathRequest *self);
/* The question in words, translated. */
const char *sendpath_request_get_text (SendpathRequest *self);

/* Gives the password; it is copied to memory that is not paged out. May be called once, from any
 * thread. */
void sendpath_request_answer (SendpathRequest *self, const char *password);
/* Nobody answers: the safe answer. Also what happens when the last reference goes. */
void sendpath_request_decline (SendpathRequest *self);

G_END_DECLS
