/* The one place where values turn into SMTP commands. Every byte passes append(). */
#include "config.h"

#include "sendpath/wire/smtp-command.h"

#include <string.h>

static void
start (SmtpCommand *command)
{
  command->length = 0;
  command->bytes[0] = '\0';
}

/* Room for @text below @max and for the line end behind it, and no byte that could end the line. */
static gboolean
append (SmtpCommand *command, gsize max, const char *text)
{
  gsize length = strlen (text);
  g_assert (max <= SMTP_COMMAND_AUTH_MAX);
  if (length > max || command->length > max - length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] < 0x20 || text[i] == 0x7f)
      return FALSE;

  memcpy (command->bytes + command->length, text, length + 1);
  command->length += length;
  return TRUE;
}

static SendpathFault
finish (SmtpCommand *command, gboolean is_complete)
{
  if (!is_complete)
    {
      start (command);
      return SENDPATH_FAULT_BAD_ADDRESS;
    }
  memcpy (command->bytes + command->length, "\r\n", sizeof "\r\n");
  command->length += 2;
  return SENDPATH_FAULT_NONE;
}

/* One argument: visible ASCII only, so that it is not read as two. */
static gboolean
is_word (const char *text)
{
  for (const char *p = text; *p; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return text[0] != '\0';
}

static gboolean
is_made_of (const char *text, const char *allowed)
{
  return text[0] != '\0' && text[strspn (text, allowed)] == '\0';
}

/* RFC 3461 section 4: everything but visible ASCII, `+` and `=` becomes `+XX`. */
static char *
dup_xtext (const char *text)
{
  GString *xtext = g_string_new (NULL);
  for (const char *p = text; *p; p++)
    {
      if (g_ascii_isgraph (*p) && *p != '+' && *p != '=')
        g_string_append_c (xtext, *p);
      else
        g_string_append_printf (xtext, "+%02X", (guchar) *p);
    }
  return g_string_free (xtext, FALSE);
}

/* The byte after the local part: the last `@` outside quotes, or the end. NULL: a space or a
 * bracket where none may be, or quotes that do not end. */
static const char *
find_local_end (const char *address)
{
  const char *at = NULL;
  gboolean is_quoted = FALSE;
  const char *p;

  if (strpbrk (address, "<>"))
    return NULL;
  for (p = address; *p; p++)
    {
      if (*p == ' ' && !is_quoted)
        return NULL;
      if (*p == '\\' && is_quoted && p[1] != '\0')
        p++;
      else if (*p == '"')
        is_quoted = !is_quoted;
      else if (*p == '@' && !is_quoted)
        at = p;
    }
  if (is_quoted)
    return NULL;
  return at ? at : p;
}

/* @ret_wire: the address as it may stand between the angle brackets. */
static SendpathFault
address_to_wire (const char *address, gboolean is_utf8, char **ret_wire)
{
  if (!g_utf8_validate (address, -1, NULL))
    return SENDPATH_FAULT_BAD_ADDRESS;
  const char *at = find_local_end (address);
  if (!at || at == address || strcmp (at, "@") == 0)
    return SENDPATH_FAULT_BAD_ADDRESS;

  if (is_utf8 || g_str_is_ascii (address))
    {
      *ret_wire = g_strdup (address);
      return SENDPATH_FAULT_NONE;
    }

  g_autofree char *local = g_strndup (address, at - address);
  if (!g_str_is_ascii (local))
    return SENDPATH_FAULT_NO_SMTPUTF8;
  g_autofree char *domain = g_hostname_to_ascii (at + 1);
  if (!domain)
    return SENDPATH_FAULT_BAD_ADDRESS;
  *ret_wire = g_strconcat (local, "@", domain, NULL);
  return SENDPATH_FAULT_NONE;
}

SendpathFault
smtp_command_hello (SmtpCommand *command, const char *verb, const char *name)
{
  start (command);
  return finish (command, is_word (name) && append (command, SMTP_COMMAND_MAX, verb)
                              && append (command, SMTP_COMMAND_MAX, " ")
                              && append (command, SMTP_COMMAND_MAX, name));
}

SendpathFault
smtp_command_plain (SmtpCommand *command, const char *verb)
{
  start (command);
  return finish (command, is_word (verb) && append (command, SMTP_COMMAND_MAX, verb));
}

SendpathFault
smtp_command_bdat (SmtpCommand *command, guint64 n_bytes, gboolean is_last)
{
  char text[64];

  g_snprintf (text, sizeof text, "BDAT %" G_GUINT64_FORMAT "%s", n_bytes, is_last ? " LAST" : "");
  start (command);
  return finish (command, append (command, SMTP_COMMAND_MAX, text));
}

/* RET and ENVID: what the user asked to have in delivery reports. */
static gboolean
append_mail_dsn (SmtpCommand *command, gsize max, const SmtpMail *mail)
{
  if (mail->dsn_ret)
    {
      if (!g_str_equal (mail->dsn_ret, "FULL") && !g_str_equal (mail->dsn_ret, "HDRS"))
        return FALSE;
      if (!append (command, max, " RET=") || !append (command, max, mail->dsn_ret))
        return FALSE;
    }
  if (mail->dsn_envid)
    {
      g_autofree char *envid = dup_xtext (mail->dsn_envid);
      if (envid[0] == '\0' || strlen (envid) > 100) /* RFC 3461 section 4.4 */
        return FALSE;
      if (!append (command, max, " ENVID=") || !append (command, max, envid))
        return FALSE;
    }
  return TRUE;
}

static gboolean
append_mail (SmtpCommand *command, const char *sender, const SmtpMail *mail, const SmtpCaps *caps)
{
  gsize max = SMTP_COMMAND_MAX + smtp_caps_get_mail_extra (caps);

  if (!append (command, max, "MAIL FROM:<") || !append (command, max, sender)
      || !append (command, max, ">"))
    return FALSE;
  if ((caps->offered & SMTP_CAP_SIZE) && mail->size_bytes > 0)
    {
      char size[32];
      g_snprintf (size, sizeof size, " SIZE=%" G_GUINT64_FORMAT, mail->size_bytes);
      if (!append (command, max, size))
        return FALSE;
    }
  if ((caps->offered & SMTP_CAP_8BITMIME) && mail->is_8bit
      && !append (command, max, " BODY=8BITMIME"))
    return FALSE;
  if ((caps->offered & SMTP_CAP_SMTPUTF8) && mail->is_utf8 && !append (command, max, " SMTPUTF8"))
    return FALSE;
  return !(caps->offered & SMTP_CAP_DSN) || append_mail_dsn (command, max, mail);
}

SendpathFault
smtp_command_mail (SmtpCommand *command, const SmtpMail *mail, const SmtpCaps *caps)
{
  g_autofree char *sender = g_strdup ("");
  start (command);
  if (mail->sender[0] != '\0')
    {
      gboolean is_utf8 = mail->is_utf8 && (caps->offered & SMTP_CAP_SMTPUTF8);
      g_clear_pointer (&sender, g_free);
      SendpathFault fault = address_to_wire (mail->sender, is_utf8, &sender);
      if (fault != SENDPATH_FAULT_NONE)
        return fault;
    }
  return finish (command, append_mail (command, sender, mail, caps));
}

static gboolean
append_rcpt (SmtpCommand *command, const char *address, const char *dsn_notify,
             const SmtpCaps *caps)
{
  gsize max = SMTP_COMMAND_MAX + smtp_caps_get_rcpt_extra (caps);

  if (!append (command, max, "RCPT TO:<") || !append (command, max, address)
      || !append (command, max, ">"))
    return FALSE;
  if (!(caps->offered & SMTP_CAP_DSN) || !dsn_notify)
    return TRUE;
  return is_made_of (dsn_notify, "ABCDEFGHIJKLMNOPQRSTUVWXYZ,")
         && append (command, max, " NOTIFY=") && append (command, max, dsn_notify);
}

SendpathFault
smtp_command_rcpt (SmtpCommand *command, const char *address, gboolean is_utf8,
                   const char *dsn_notify, const SmtpCaps *caps)
{
  g_autofree char *wire = NULL;
  start (command);
  SendpathFault fault
      = address_to_wire (address, is_utf8 && (caps->offered & SMTP_CAP_SMTPUTF8), &wire);
  if (fault != SENDPATH_FAULT_NONE)
    return fault;
  return finish (command, append_rcpt (command, wire, dsn_notify, caps));
}

static gboolean
is_base64 (const char *text)
{
  gsize length = strlen (text);
  return length % 4 == 0
         && strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
                == length;
}

SendpathFault
smtp_command_auth (SmtpCommand *command, const char *mechanism, const char *initial)
{
  gsize max = SMTP_COMMAND_AUTH_MAX;
  start (command);
  if (!is_word (mechanism) || (initial && !is_base64 (initial)))
    return finish (command, FALSE);
  if (!append (command, max, "AUTH ") || !append (command, max, mechanism))
    return finish (command, FALSE);
  if (!initial)
    return finish (command, TRUE);
  return finish (command, append (command, max, " ")
                              && append (command, max, initial[0] != '\0' ? initial : "="));
}

SendpathFault
smtp_command_auth_answer (SmtpCommand *command, const char *base64)
{
  start (command);
  return finish (command, (is_base64 (base64) || g_str_equal (base64, "*"))
                              && append (command, SMTP_COMMAND_AUTH_MAX, base64));
}

char *
smtp_command_dup_literal (GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return g_strdup_printf ("[IPv6:%s]", text);
  return g_strdup_printf ("[%s]", text);
}
