/* What is added to or mended in a message once, when it comes in. It never changes a Date, a
 * Message-ID or a qualified From that is there, and never guesses a recipient. */
#include "config.h"

#include "sendpath/mail/submission.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "sendpath/mail/address.h"
#include "sendpath/mail/recode.h"

/* The author of a message that was given a name before its account is known: not qualified, and so
 * mended, with the name kept, as soon as it is. */
#define AUTHOR_TO_COME "sender"

/* RFC 5321 section 2.3.1 and 4.1.1.4 leave no room for these. */
#define CANNOT_BE_SENT (BODY_HAS_BARE_CR | BODY_HAS_NUL)

static gboolean
has_name (const Header *header, guint i, const char *const *names)
{
  for (; *names; names++)
    if (g_ascii_strcasecmp (header_get_name (header, i), *names) == 0)
      return TRUE;
  return FALSE;
}

/* ---- recipients ------------------------------------------------------------------------------ */

static const char *const plain_fields[] = { "To", "Cc", "Bcc", NULL };
static const char *const resent_fields[] = { "Resent-To", "Resent-Cc", "Resent-Bcc", NULL };
static const char *const removed_fields[] = { "Bcc", "Resent-Bcc", NULL };

typedef struct {
  const SubmissionContext *context;
  GPtrArray *list;
  GHashTable *keys;
} Recipients;

static void
add_recipient (Recipients *recipients, const char *addr)
{
  const char *local = recipients->context->local;
  const char *whole = local && !address_get_domain (addr) ? local : addr;

  if (g_hash_table_add (recipients->keys, address_dup_key (whole)))
    g_ptr_array_add (recipients->list, g_strdup (whole));
}

static gboolean
add_from_field (Recipients *recipients, const Header *header, guint i, GError **error)
{
  g_autofree char *value = header_dup_value (header, i);
  g_autoptr(GPtrArray) list = address_list_parse (value, strlen (value), error);

  if (!list)
    {
      g_prefix_error (error, "%s: ", header_get_name (header, i));
      return FALSE;
    }
  for (guint k = 0; k < list->len; k++)
    add_recipient (recipients, ((Address *) g_ptr_array_index (list, k))->addr);
  return TRUE;
}

static gboolean
is_resent (const Header *header, guint i)
{
  return g_ascii_strncasecmp (header_get_name (header, i), "Resent-", strlen ("Resent-")) == 0;
}

/* RFC 5322 section 3.6.6: each resending puts a block of fields on top, one of each kind; only the
 * last one counts. Without any, all of the header does. */
static const char *const *
find_recipient_fields (const Header *header, guint *ret_first, guint *ret_end)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = header_get_n_fields (header), first = 0, end;

  while (first < n && !is_resent (header, first))
    first++;
  for (end = first; end < n && is_resent (header, end); end++)
    if (!g_hash_table_add (seen, g_ascii_strdown (header_get_name (header, end), -1)))
      break;

  *ret_first = first < n ? first : 0;
  *ret_end = end;
  return first < n ? resent_fields : plain_fields;
}

static gboolean
add_from_header (Recipients *recipients, const Header *header, GError **error)
{
  guint i, end;
  const char *const *names = find_recipient_fields (header, &i, &end);

  for (; i < end; i++)
    if (has_name (header, i, names) && !add_from_field (recipients, header, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
collect_recipients (Recipients *recipients, SendpathMessage *raw, GError **error)
{
  const char *const *operands = sendpath_message_get_recipients (raw);
  gboolean is_from_header = message_recipients_from_header (raw);

  for (; *operands; operands++)
    add_recipient (recipients, *operands);
  if (is_from_header && !add_from_header (recipients, message_peek_header (raw), error))
    return FALSE;
  if (recipients->list->len == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           is_from_header ? _ ("the message names no recipient in To, Cc or Bcc; "
                                               "add one")
                                          : _ ("the message has no recipient; add one"));
      return FALSE;
    }
  g_ptr_array_add (recipients->list, NULL);
  return TRUE;
}

/* ---- header ---------------------------------------------------------------------------------- */

/* RFC 5322 section 3.3, in no language but its own. */
static char *
format_date (GDateTime *now)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  gint64 offset_min = g_date_time_get_utc_offset (now) / G_TIME_SPAN_MINUTE;
  guint ahead = (guint) ABS (offset_min);

  return g_strdup_printf (
      "%s, %d %s %04d %02d:%02d:%02d %c%02u%02u", days[g_date_time_get_day_of_week (now) - 1],
      g_date_time_get_day_of_month (now), months[g_date_time_get_month (now) - 1],
      g_date_time_get_year (now), g_date_time_get_hour (now), g_date_time_get_minute (now),
      g_date_time_get_second (now), offset_min < 0 ? '-' : '+', ahead / 60, ahead % 60);
}

static char *
format_message_id (const SubmissionContext *context)
{
  const char *domain = context->address ? address_get_domain (context->address) : NULL;
  g_autofree char *ascii = NULL;

  if (!domain)
    domain = "sendpath.invalid"; /* RFC 6761 section 6.4: no host has it */
  ascii = g_hostname_to_ascii (domain);
  return g_strdup_printf ("<%s@%s>", context->unique, ascii ? ascii : domain);
}

/* Of the account, with the name that the message or the caller gave; NULL if there is neither. */
static char *
format_account (SendpathMessage *raw, const char *name, const SubmissionContext *context)
{
  if (!name)
    name = message_get_full_name (raw);
  if (context->address)
    return address_format (name ? name : context->name, context->address);
  return name ? address_format (name, AUTHOR_TO_COME) : NULL;
}

/* Unqualified authors become the account, and nobody else is touched. */
static char *
mend_authors (SendpathMessage *raw, GPtrArray *authors, const SubmissionContext *context)
{
  g_autoptr(GString) mended = g_string_new (NULL);
  gboolean is_mended = FALSE;

  for (guint i = 0; i < authors->len; i++)
    {
      const Address *author = g_ptr_array_index (authors, i);
      gboolean is_whole = address_get_domain (author->addr) != NULL;
      g_autofree char *text = is_whole ? address_format (author->name, author->addr)
                                       : format_account (raw, author->name, context);
      g_string_append_printf (mended, "%s%s", i > 0 ? ", " : "", text);
      is_mended = is_mended || !is_whole;
    }
  return is_mended ? g_string_free (g_steal_pointer (&mended), FALSE) : NULL;
}

static void
mend_from (SendpathMessage *raw, Header *header, const SubmissionContext *context)
{
  g_autofree char *value = header_dup_first (header, "From");
  g_autoptr(GPtrArray) authors = value ? address_list_parse (value, strlen (value), NULL) : NULL;
  g_autofree char *mended = NULL;

  if (header_dkim_covers (header, "From", NULL))
    return;
  if (!value || *value == '\0')
    mended = format_account (raw, NULL, context);
  else if (authors && context->address)
    mended = mend_authors (raw, authors, context);
  if (mended)
    header_set (header, "From", mended);
}

static void
add_missing (Header *header, const char *name, char *value)
{
  g_autofree char *owned = value;

  /* a signature can also say that there is no such field (RFC 6376 section 5.4.2) */
  if (!header_has (header, name) && !header_dkim_covers (header, name, NULL))
    header_append (header, name, owned);
}

static Header *
mend_header (SendpathMessage *raw, const SubmissionContext *context, GError **error)
{
  g_autoptr(Header) header = header_copy (message_peek_header (raw));

  for (guint i = 0; removed_fields[i]; i++)
    header_remove (header, removed_fields[i]);
  mend_from (raw, header, context);
  add_missing (header, "Date", format_date (context->now));
  if (context->unique)
    add_missing (header, "Message-ID", format_message_id (context));
  if (!message_is_signed (raw) && !header_fold_long_lines (header, error))
    return NULL;
  return g_steal_pointer (&header);
}

/* ---- body ------------------------------------------------------------------------------------ */

static gboolean
check_body (SendpathMessage *message, const char *why, GError **error)
{
  if (!(message_get_body_traits (message) & CANNOT_BE_SENT))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, why);
  return FALSE;
}

static SendpathMessage *
mend_body (SendpathMessage *message, gboolean is_signed, GError **error)
{
  BodyTraits unwanted = message_get_body_traits (message) & (CANNOT_BE_SENT | BODY_HAS_LONG_LINE);
  g_autoptr(SendpathMessage) mended = NULL;
  const char *why;

  if (is_signed)
    why = _ ("the message is signed and has NUL bytes or carriage returns without line feed, "
             "which mail cannot carry; encode it as base64 and sign it again");
  else
    why = _ ("a part of the message is signed, or encoded in a way of its own, and has NUL bytes "
             "or carriage returns without line feed, which mail cannot carry; encode it as base64");

  if (is_signed || unwanted == BODY_PLAIN)
    mended = g_object_ref (message);
  else
    mended = recode_message (message, unwanted, error);
  if (!mended || !check_body (mended, why, error))
    return NULL;
  return g_steal_pointer (&mended);
}

/* "root" as a sender says nothing to a server. */
static const char *
get_sender (SendpathMessage *raw)
{
  const char *sender = sendpath_message_get_sender (raw);

  return sender && *sender && !address_get_domain (sender) ? NULL : sender;
}

SendpathMessage *
submission_finish (SendpathMessage *raw, const SubmissionContext *context, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(Header) header = NULL;
  g_autoptr(SendpathMessage) message = NULL;
  SendpathMessage *mended;
  Recipients recipients = { context, list, keys };

  if (!collect_recipients (&recipients, raw, error))
    return NULL;
  header = mend_header (raw, context, error);
  if (!header)
    return NULL;
  message = message_new_from_parts (get_sender (raw), (const char *const *) list->pdata, header,
                                    message_peek_body (raw), message_get_body_traits (raw));
  mended = mend_body (message, message_is_signed (raw), error);
  if (mended)
    message_set_dsn (mended, message_get_dsn (raw));
  return mended;
}
