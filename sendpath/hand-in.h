/* Programs that hand in messages by SMTP, on two descriptors. */
#pragma once

#include "sendpath/mail/message.h"

G_BEGIN_DECLS

/**
 * SendpathTakeFunc:
 * @message: a whole message with its envelope
 * @user_data: data of the caller
 * @error: return location for a #GError, or %NULL
 *
 * Takes a message, with sendpath_engine_submit() for example. The client is told that it was accepted
 * if this returns %TRUE, and never before.
 *
 * Returns: %TRUE if @message is durable or settled; else nobody may get it
 *
 * Since: 1.0
 */
typedef gboolean (*SendpathTakeFunc) (SendpathMessage *message, gpointer user_data, GError **error);

gboolean sendpath_hand_in (int in_fd, int out_fd, SendpathTakeFunc take_func, gpointer user_data,
                           GError **error);

G_END_DECLS
