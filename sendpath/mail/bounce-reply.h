/* The server's reply in what a delivery report says about one recipient. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint code;   /* 0: none is shown */
  char *status; /* RFC 3463, such as `5.1.1`, or NULL */
  char *words;  /* without the code, lines joined by '\n'; never NULL */
} BounceReply;

/* Looks for a reply in valid UTF-8 @text of any number of lines. TRUE if there is a code or a
 * status; else all of the text is the words. Set in either case. */
gboolean bounce_reply_find (const char *text, BounceReply *ret_reply);
void bounce_reply_clear (BounceReply *reply);

/* The status that @text begins with, or NULL. */
char *bounce_reply_dup_status (const char *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BounceReply, bounce_reply_clear)

G_END_DECLS
