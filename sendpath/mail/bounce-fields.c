/* bounce-fields: reads the fields of a delivery report (RFC 3464). It takes what is there in any
 * order and never guesses. */
#include "config.h"

#include "sendpath/mail/bounce-fields.h"

#include <string.h>

#include "sendpath/mail/bounce-reply.h"

/* One recipient's fields as they came. */
typedef struct {
  char *final, *original, *actual, *action, *status, *diagnostic;
} Group;

static void
group_clear (Group *group)
{
  g_clear_pointer (&group->final, g_free);
  g_clear_pointer (&group->original, g_free);
  g_clear_pointer (&group->actual, g_free);
  g_clear_pointer (&group->action, g_free);
  g_clear_pointer (&group->status, g_free);
  g_clear_pointer (&group->diagnostic, g_free);
}

static const struct {
  const char *name;
  gsize offset;
} group_fields[] = {
  { "final-recipient", G_STRUCT_OFFSET (Group, final) },
  { "original-recipient", G_STRUCT_OFFSET (Group, original) },
  { "x-actual-recipient", G_STRUCT_OFFSET (Group, actual) },
  { "action", G_STRUCT_OFFSET (Group, action) },
  { "status", G_STRUCT_OFFSET (Group, status) },
  { "diagnostic-code", G_STRUCT_OFFSET (Group, diagnostic) },
};

/* RFC 3464 section 2.3.3 */
static const struct {
  const char *name;
  BounceAction action;
} actions[] = {
  { "failed", BOUNCE_FAILED },       { "delayed", BOUNCE_DELAYED },
  { "delivered", BOUNCE_DELIVERED }, { "relayed", BOUNCE_DELIVERED },
  { "expanded", BOUNCE_DELIVERED },
};

static BounceAction
find_action (const char *text)
{
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (actions); i++)
    if (g_ascii_strncasecmp (text, actions[i].name, strlen (actions[i].name)) == 0)
      return actions[i].action;
  return BOUNCE_FAILED;
}

/* `rfc822; a@example.org` without its type, brackets and comment; NULL if nothing is left. */
static char *
dup_address (const char *value)
{
  const char *semicolon = value != NULL ? strchr (value, ';') : NULL, *s, *open;
  g_autofree char *address = NULL;

  if (value == NULL)
    return NULL;
  s = semicolon != NULL ? semicolon + 1 : value;
  s += strspn (s, " \t");
  /* A route of old (RFC 821): `@relay:a@example.org`. */
  if (*s == '@' && strchr (s, ':') != NULL)
    s = strchr (s, ':') + 1;
  open = strchr (s, '<');
  if (open != NULL && strchr (open, '>') != NULL)
    address = g_strndup (open + 1, strcspn (open + 1, ">"));
  else
    address = g_strndup (s, *s == '"' ? strlen (s) : strcspn (s, " \t(>"));
  return *g_strstrip (address) != '\0' ? g_steal_pointer (&address) : NULL;
}

static gboolean
has_domain (const char *address)
{
  const char *at = strrchr (address, '@');

  return at != NULL && at > address && strchr (at, '.') != NULL && strchr ("|/", *address) == NULL;
}

/* The mailbox that the report's reader knows best: with a domain if any field has one. */
static char *
choose_address (const Group *group)
{
  const char *values[] = { group->final, group->original, group->actual };
  g_autofree char *fallback = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *address = dup_address (values[i]);

      if (address != NULL && has_domain (address))
        return g_steal_pointer (&address);
      if (fallback == NULL)
        fallback = g_steal_pointer (&address);
    }
  return g_steal_pointer (&fallback);
}

/* The type of a diagnostic (`smtp;`) is a word; a text may have a semicolon, too. */
static const char *
skip_type (const char *diagnostic)
{
  gsize n = strspn (diagnostic, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

  n += strspn (diagnostic + n, " ");
  if (diagnostic[n] != ';')
    return diagnostic;
  return diagnostic + n + 1 + strspn (diagnostic + n + 1, " \t");
}

/* A bare exit code says nothing. */
static gboolean
has_letter (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isalpha (*text) || (guchar) *text >= 0x80)
      return TRUE;
  return FALSE;
}

static void
take_group (Group *group, BounceFields *fields)
{
  g_autofree char *address = choose_address (group);
  BounceRecipient *recipient;

  if (address == NULL || fields->recipients->len >= BOUNCE_MAX_RECIPIENTS)
    {
      group_clear (group);
      return;
    }
  recipient = bounce_recipient_new (address);
  recipient->original = dup_address (group->original);
  recipient->action = find_action (group->action);
  if (group->diagnostic != NULL)
    {
      g_auto (BounceReply) reply = { 0 };

      bounce_reply_find (skip_type (group->diagnostic), &reply);
      recipient->code = reply.code;
      recipient->status = g_steal_pointer (&reply.status);
      if (has_letter (reply.words))
        recipient->text = g_steal_pointer (&reply.words);
    }
  if (group->status != NULL)
    {
      g_autofree char *status =
          bounce_reply_dup_status (group->status + strspn (group->status, " \t"));

      /* That of the reply is surer, unless it says nothing. */
      if (recipient->status == NULL ||
          (status != NULL && g_str_has_suffix (recipient->status, ".0.0") &&
           status[0] == recipient->status[0]))
        {
          g_free (recipient->status);
          recipient->status = g_steal_pointer (&status);
          recipient->is_status_concluded = recipient->status != NULL;
        }
    }
  /* Actions that are no standard, such as `deliverable`. */
  if (recipient->status != NULL && recipient->status[0] == '2')
    recipient->action = BOUNCE_DELIVERED;
  g_ptr_array_add (fields->recipients, recipient);
  group_clear (group);
}

static gboolean
has_recipient (const Group *group)
{
  return group->final != NULL || group->original != NULL;
}

static void
take_field (Group *group, BounceFields *fields, const char *name, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (group_fields); i++)
    {
      char **place = G_STRUCT_MEMBER_P (group, group_fields[i].offset);

      if (!g_str_equal (name, group_fields[i].name))
        continue;
      /* Groups that no empty line parts. */
      if (*place != NULL && has_recipient (group))
        take_group (group, fields);
      g_free (*place);
      *place = g_strdup (value);
      return;
    }
  if (g_str_equal (name, "original-envelope-id") && fields->envid == NULL && *value != '\0')
    fields->envid = g_strdup (value);
  else if (g_str_equal (name, "x-original-message-id") && fields->message_id == NULL)
    fields->message_id = g_strdup (value);
}

/* The length of the field name at the beginning of @line, or 0. */
static gsize
measure_name (const char *line)
{
  gsize n = 0;

  while (g_ascii_isalnum (line[n]) || line[n] == '-')
    n++;
  return line[n] == ':' ? n : 0;
}

gboolean
bounce_fields_are_in (const char *text)
{
  for (const char *line = text; line != NULL; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      if (g_ascii_strncasecmp (line, "final-recipient:", 16) == 0)
        return TRUE;
    }
  return FALSE;
}

void
bounce_fields_read (const char *text, BounceFields *fields)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Group group = { 0 };

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize length = measure_name (lines[i]);
      g_autofree char *name = g_ascii_strdown (lines[i], (gssize) length);
      g_autoptr (GString) value = g_string_new (NULL);

      if (length == 0)
        {
          if (lines[i][strspn (lines[i], " \t\r")] == '\0' && has_recipient (&group))
            take_group (&group, fields);
          continue;
        }
      g_string_append (value, lines[i] + length + 1);
      while (lines[i + 1] != NULL && (lines[i + 1][0] == ' ' || lines[i + 1][0] == '\t') &&
             lines[i + 1][strspn (lines[i + 1], " \t\r")] != '\0')
        {
          i++;
          g_string_append_c (value, ' ');
          g_string_append (value, lines[i] + strspn (lines[i], " \t"));
        }
      g_strstrip (value->str);
      take_field (&group, fields, name, value->str);
    }
  if (has_recipient (&group))
    take_group (&group, fields);
  group_clear (&group);
}
