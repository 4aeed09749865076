/* Delivery: the envelope and content of one offer, and what became of it. It sends nothing. */
#include "config.h"

#include "sendpath/wire/delivery.h"

static void
clear_recipient (gpointer data)
{
  DeliveryRecipient *recipient = data;
  g_clear_pointer (&recipient->reply, sendpath_reply_unref);
}

Delivery *
delivery_new (SendpathMessage *message, const char *const *addresses)
{
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->message = g_object_ref (message);
  delivery->recipients = g_array_new (FALSE, TRUE, sizeof (DeliveryRecipient));
  g_array_set_clear_func (delivery->recipients, clear_recipient);
  for (guint i = 0; addresses[i]; i++)
    {
      DeliveryRecipient recipient = { .address = addresses[i] };
      g_array_append_val (delivery->recipients, recipient);
    }
  return delivery;
}

void
delivery_free (Delivery *delivery)
{
  if (!delivery)
    return;
  g_clear_pointer (&delivery->reply, sendpath_reply_unref);
  g_array_unref (delivery->recipients);
  g_object_unref (delivery->message);
  g_free (delivery);
}

DeliveryRecipient *
delivery_get_recipient (const Delivery *delivery, guint i)
{
  g_return_val_if_fail (i < delivery->recipients->len, NULL);
  return &g_array_index (delivery->recipients, DeliveryRecipient, i);
}

void
delivery_reset (Delivery *delivery)
{
  delivery->phase = SENDPATH_PHASE_UNKNOWN;
  delivery->is_recorded = FALSE;
  g_clear_pointer (&delivery->reply, sendpath_reply_unref);
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
      recipient->is_offered = FALSE;
      recipient->phase = SENDPATH_PHASE_UNKNOWN;
      g_clear_pointer (&recipient->reply, sendpath_reply_unref);
    }
}

void
delivery_note (Delivery *delivery, SendpathPhase phase, SendpathReply *reply)
{
  delivery->phase = phase;
  g_clear_pointer (&delivery->reply, sendpath_reply_unref);
  delivery->reply = sendpath_reply_ref (reply);
}

void
delivery_decide (Delivery *delivery, guint i, SendpathPhase phase, SendpathReply *reply)
{
  DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
  g_return_if_fail (!recipient->reply);
  recipient->phase = phase;
  recipient->reply = sendpath_reply_ref (reply);
}

void
delivery_decide_rest (Delivery *delivery, SendpathPhase phase, SendpathReply *reply)
{
  for (guint i = 0; i < delivery->recipients->len; i++)
    if (!delivery_get_recipient (delivery, i)->reply)
      delivery_decide (delivery, i, phase, reply);
}

guint
delivery_count_undecided (const Delivery *delivery)
{
  guint count = 0;
  for (guint i = 0; i < delivery->recipients->len; i++)
    if (!delivery_get_recipient (delivery, i)->reply)
      count++;
  return count;
}
