/* The reply address is kept: keep, sender, rewrite (PRODUCT.md section 3). Only the fields named by
 * a rule change; mail with an empty sender never does. */
#include "config.h"

#include "sendpath/mail/sender-rule.h"

#include <string.h>

#include "sendpath/mail/address.h"

/* ---- names ----------------------------------------------------------------------------------- */

static const char *const names[] = {
  [SENDER_RULE_KEEP] = "keep",
  [SENDER_RULE_SENDER] = "sender",
  [SENDER_RULE_REWRITE] = "rewrite",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == SENDER_RULE_REWRITE + 1);

const char *
sender_rule_to_string (SenderRule rule)
{
  return names[rule];
}

gboolean
sender_rule_from_string (const char *text, SenderRule *ret_rule)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i]))
      {
        *ret_rule = i;
        return TRUE;
      }
  return FALSE;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static gboolean
has_empty_sender (SendpathMessage *message)
{
  return g_strcmp0 (sendpath_message_get_sender (message), "") == 0;
}

gboolean
sender_rule_is_possible (SenderRule rule, SendpathMessage *message)
{
  switch (rule)
    {
    case SENDER_RULE_KEEP:
      return TRUE;
    case SENDER_RULE_SENDER:
      return !has_empty_sender (message);
    case SENDER_RULE_REWRITE:
      return !has_empty_sender (message) && !message_is_signed (message);
    }
  g_return_val_if_reached (FALSE);
}

static void
set_field (Header *header, const char *name, const char *value, GStrvBuilder *changes)
{
  header_set (header, name, value);
  g_strv_builder_add (changes, name);
}

static void
name_sender (Header *header, const char *sender, GStrvBuilder *changes)
{
  if (!header_dkim_covers (header, "Sender", NULL))
    set_field (header, "Sender", sender, changes);
}

static gboolean
has_text (const char *value)
{
  return value != NULL && *value != '\0';
}

gboolean
sender_rule_may_add_reply_to (SendpathMessage *message)
{
  const Header *header = message_peek_header (message);
  g_autofree char *from = header_dup_first (header, "From");
  g_autofree char *reply_to = header_dup_first (header, "Reply-To");

  return !has_empty_sender (message) && has_text (from) && !has_text (reply_to) &&
         !message_is_signed (message);
}

static void
name_reply_to (Header *header, GStrvBuilder *changes)
{
  g_autofree char *from = header_dup_first (header, "From");

  set_field (header, "Reply-To", from, changes);
}

static void
rewrite_from (Header *header, const char *sender, GStrvBuilder *changes)
{
  g_autofree char *original = header_dup_first (header, "From");
  g_autofree char *reply_to = header_dup_first (header, "Reply-To");
  g_autoptr(GPtrArray) authors =
      original ? address_list_parse (original, strlen (original), NULL) : NULL;
  const Address *author = authors && authors->len > 0 ? g_ptr_array_index (authors, 0) : NULL;
  g_autofree char *from = address_format (author ? author->name : NULL, sender);

  set_field (header, "From", from, changes);
  if (has_text (original) && !has_text (reply_to))
    set_field (header, "Reply-To", original, changes);
}

SendpathMessage *
sender_rule_apply (SenderRule rule, SendpathMessage *message, const char *mail_from,
                   const char *sender, gboolean add_reply_to, char ***ret_changes)
{
  g_autoptr(Header) header = header_copy (message_peek_header (message));
  g_autoptr(GStrvBuilder) changes = g_strv_builder_new ();
  const char *envelope = has_empty_sender (message) ? "" : mail_from;

  g_return_val_if_fail (sender_rule_is_possible (rule, message), NULL);
  switch (rule)
    {
    case SENDER_RULE_KEEP:
      break;
    case SENDER_RULE_SENDER:
      envelope = sender;
      name_sender (header, sender, changes);
      break;
    case SENDER_RULE_REWRITE:
      envelope = sender;
      rewrite_from (header, sender, changes);
      break;
    }
  if (add_reply_to && rule != SENDER_RULE_REWRITE && sender_rule_may_add_reply_to (message))
    name_reply_to (header, changes);
  if (ret_changes)
    *ret_changes = g_strv_builder_end (changes);
  return message_new_from_parts (envelope, sendpath_message_get_recipients (message), header,
                                 message_peek_body (message), message_get_body_traits (message));
}
