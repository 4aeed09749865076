/* The reply address is kept: keep, sender, rewrite (PRODUCT.md section 3). */
#pragma once

#include "sendpath/mail/message-private.h"

G_BEGIN_DECLS

typedef enum {
  SENDER_RULE_KEEP,    /* MAIL FROM and From: are the account's */
  SENDER_RULE_SENDER,  /* MAIL FROM is the sender address; Sender: names it; From: stays */
  SENDER_RULE_REWRITE, /* From: too is the sender address; Reply-To: the original From */
} SenderRule;

const char *sender_rule_to_string (SenderRule rule);
gboolean    sender_rule_from_string (const char *text, SenderRule *ret_rule);

/* TRUE if the rule may be used for @message: never with an empty envelope sender, rewrite never on
 * signed mail. */
gboolean    sender_rule_is_possible (SenderRule rule, SendpathMessage *message);

/* TRUE if Reply-To: could be added where it is missing: answers would go astray where a server makes
 * From: its own. Not to signed mail, nor with an empty envelope sender. */
gboolean    sender_rule_may_add_reply_to (SendpathMessage *message);

/* The message as it goes out under @rule: a new message that shares the body. @mail_from is the
 * account's address; @sender the address of the location or account for rules 2 and 3 (borrowed,
 * not NULL there). @add_reply_to: Reply-To: becomes what From: is, as far as it may be added.
 * @ret_changes gets the names of header fields that changed (GStrv, may be empty). The envelope
 * sender of the result is what MAIL FROM says. */
SendpathMessage *sender_rule_apply (SenderRule rule, SendpathMessage *message,
                                    const char *mail_from, const char *sender,
                                    gboolean add_reply_to, char ***ret_changes);

G_END_DECLS
