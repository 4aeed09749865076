/* Delivery reports in words: who did not get which message, and why. */
#pragma once

#include <gio/gio.h>

#include "sendpath/verdict/verdict.h"

G_BEGIN_DECLS

/**
 * SENDPATH_BOUNCE_MAX_BYTES:
 *
 * The largest message that sendpath_explain_bounce() reads.
 *
 * Since: 1.0
 */
#define SENDPATH_BOUNCE_MAX_BYTES (10 * 1024 * 1024)

#define SENDPATH_TYPE_BOUNCE (sendpath_bounce_get_type ())
typedef struct _SendpathBounce SendpathBounce; /* boxed, immutable, reference counted */

GType sendpath_bounce_get_type (void);
SendpathBounce *sendpath_bounce_ref (SendpathBounce *bounce);
void sendpath_bounce_unref (SendpathBounce *bounce);

SendpathBounce *sendpath_explain_bounce (GBytes *message, GError **error);

const char *sendpath_bounce_get_message_id (const SendpathBounce *bounce);
const char *sendpath_bounce_get_envid (const SendpathBounce *bounce);
guint sendpath_bounce_get_n_recipients (const SendpathBounce *bounce);

const char *sendpath_bounce_get_address (const SendpathBounce *bounce, guint i);
const char *sendpath_bounce_get_original_address (const SendpathBounce *bounce, guint i);
gboolean sendpath_bounce_is_delayed (const SendpathBounce *bounce, guint i);
const char *sendpath_bounce_get_status (const SendpathBounce *bounce, guint i);
guint sendpath_bounce_get_code (const SendpathBounce *bounce, guint i);
const char *sendpath_bounce_get_text (const SendpathBounce *bounce, guint i);
SendpathVerdict sendpath_bounce_get_verdict (const SendpathBounce *bounce, guint i);
SendpathRemedy sendpath_bounce_get_remedy (const SendpathBounce *bounce, guint i);

char *sendpath_bounce_to_text (const SendpathBounce *bounce);
char *sendpath_bounce_to_json (const SendpathBounce *bounce);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendpathBounce, sendpath_bounce_unref)

G_END_DECLS
