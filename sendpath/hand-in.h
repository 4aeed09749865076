/* Programs that hand in messages by SMTP: one on two descriptors, or all that come to a socket. */
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

/**
 * SendpathTakeFromFunc:
 * @message: a whole message with its envelope
 * @uid: whose process handed it in, as the kernel says
 * @user_data: data of the caller
 * @error: return location for a #GError, or %NULL
 *
 * Takes a message, as #SendpathTakeFunc does. Called in many threads at once.
 *
 * Returns: %TRUE if @message is durable or settled; else nobody may get it
 *
 * Since: 1.0
 */
typedef gboolean (*SendpathTakeFromFunc) (SendpathMessage *message, guint uid, gpointer user_data,
                                          GError **error);

gboolean sendpath_listen (int fd, SendpathTakeFromFunc take_func, gpointer user_data,
                          GCancellable *cancellable, GError **error);

G_END_DECLS
