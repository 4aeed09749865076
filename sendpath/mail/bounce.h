/* What a delivery report says: which message, which recipients, what servers answered. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BOUNCE_MAX_BYTES      (10 * 1024 * 1024)
#define BOUNCE_MAX_RECIPIENTS 1000

typedef enum {
  BOUNCE_FAILED,
  BOUNCE_DELAYED,   /* the reporter goes on trying */
  BOUNCE_DELIVERED, /* delivered, relayed or expanded: good news */
} BounceAction;

typedef struct {
  BounceAction action;
  char *address;  /* never NULL */
  char *original; /* what the sender had called it (RFC 3464 section 2.3.1), or NULL */
  char *status;   /* RFC 3463, such as `5.1.1`, or NULL */
  gboolean is_status_concluded; /* the reporter's, where the reply itself shows none */
  guint code;                   /* of the reply, or 0 */
  char *text;                   /* the reply without the code, or the report's own words, or NULL */
  char *context;                /* more of the report, for where @text says too little, or NULL */
  char *place; /* the report on this recipient, for where the reply came, or NULL */
} BounceRecipient;

BounceRecipient *bounce_recipient_new (const char *address);
void bounce_recipient_free (BounceRecipient *recipient);

typedef struct {
  char *message_id;      /* of the message that is reported on, with its brackets, or NULL */
  char *envid;           /* or NULL */
  GPtrArray *recipients; /* (element-type BounceRecipient), at least one */
} Bounce;

/* Reads @message, a report of RFC 3464 or of a form of its own. NULL and G_IO_ERROR_INVALID_DATA if
 * it names no recipient, G_IO_ERROR_MESSAGE_TOO_LARGE over BOUNCE_MAX_BYTES. */
Bounce *bounce_read (GBytes *message, GError **error);
void bounce_free (Bounce *bounce);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BounceRecipient, bounce_recipient_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bounce, bounce_free)

G_END_DECLS
