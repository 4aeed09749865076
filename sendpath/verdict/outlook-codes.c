/* outlook-codes: Outlook's error numbers, because help desks and web searches know failures by
 * them. It never decides a verdict of its own for a reply. */
#include "config.h"

#include "sendpath/verdict/outlook-codes.h"

#include <string.h>

#define V(verdict) SENDPATH_VERDICT_##verdict
#define P(phase)   SENDPATH_PHASE_##phase

/* For a number alone the likeliest reading; with the server's reply beside it the reply decides. */
static const OutlookNumber numbers[] = {
  { "0x800CCC0B", V (SERVER_BUSY), P (UNKNOWN), 0, NULL },
  { "0x800CCC0D", V (HOST_NOT_FOUND), P (RESOLVE), 0, NULL },
  { "0x800CCC0E", V (UNREACHABLE), P (CONNECT), 0, NULL },
  { "0x800CCC0F", V (CONNECTION_LOST), P (UNKNOWN), 0, NULL },
  { "0x800CCC10", V (RECIPIENT_UNKNOWN), P (RCPT), 0, NULL },
  { "0x800CCC11", V (RECIPIENT_UNKNOWN), P (RCPT), 0, NULL },
  { "0x800CCC12", V (CONNECTION_LOST), P (UNKNOWN), 0, NULL },
  { "0x800CCC13", V (CONNECTION_LOST), P (UNKNOWN), 0, NULL },
  { "0x800CCC14", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC15", V (UNREACHABLE), P (CONNECT), 0, NULL },
  { "0x800CCC16", V (AUTH_FAILED), P (AUTH), 0, NULL },
  { "0x800CCC17", V (CONNECTION_LOST), P (UNKNOWN), 0, "cancelled" },
  { "0x800CCC18", V (AUTH_FAILED), P (AUTH), 0, NULL },
  { "0x800CCC19", V (CONNECTION_LOST), P (UNKNOWN), 0, "no-answer-in-time" },
  { "0x800CCC1A", V (TLS_FAILED), P (TLS), 0, NULL },
  { "0x800CCC40", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC41", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC42", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC43", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC44", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC45", V (OFFLINE), P (CONNECT), 0, "network-programs-broken" },
  { "0x800CCC60", V (PROTOCOL_ERROR), P (UNKNOWN), 0, NULL },
  { "0x800CCC61", V (PROTOCOL_ERROR), P (UNKNOWN), 0, NULL },
  { "0x800CCC62", V (PROTOCOL_ERROR), P (UNKNOWN), 500, NULL },
  { "0x800CCC63", V (PROTOCOL_ERROR), P (UNKNOWN), 501, NULL },
  { "0x800CCC64", V (PROTOCOL_ERROR), P (UNKNOWN), 502, NULL },
  { "0x800CCC65", V (PROTOCOL_ERROR), P (UNKNOWN), 503, NULL },
  { "0x800CCC66", V (PROTOCOL_ERROR), P (UNKNOWN), 504, NULL },
  { "0x800CCC67", V (SERVER_BUSY), P (UNKNOWN), 421, NULL },
  { "0x800CCC68", V (MAILBOX_UNAVAILABLE), P (RCPT), 450, NULL },
  { "0x800CCC69", V (RECIPIENT_UNKNOWN), P (RCPT), 550, NULL },
  { "0x800CCC6A", V (SERVER_BUSY), P (UNKNOWN), 451, NULL },
  { "0x800CCC6B", V (RECIPIENT_UNKNOWN), P (RCPT), 551, NULL },
  { "0x800CCC6C", V (SERVER_STORAGE), P (UNKNOWN), 452, NULL },
  { "0x800CCC6D", V (MAILBOX_FULL), P (UNKNOWN), 552, NULL },
  { "0x800CCC6E", V (RECIPIENT_INVALID), P (RCPT), 553, NULL },
  { "0x800CCC6F", V (SERVER_ERROR), P (UNKNOWN), 554, NULL },
  { "0x800CCC78", V (SENDER_REJECTED), P (MAIL), 0, NULL },
  { "0x800CCC79", V (RELAY_DENIED), P (RCPT), 550, NULL },
  { "0x800CCC7A", V (SENDER_REJECTED), P (MAIL), 0, "no-sender" },
  { "0x800CCC7B", V (RECIPIENT_INVALID), P (RCPT), 0, "no-recipient" },
  { "0x800CCC7C", V (TLS_REQUIRED), P (MAIL), 0, NULL },
  { "0x800CCC7D", V (TLS_FAILED), P (STARTTLS), 0, "tls-not-offered" },
  { "0x800CCC7F", V (TLS_FAILED), P (UNKNOWN), 0, NULL },
  { "0x800CCC80", V (AUTH_REQUIRED), P (AUTH), 0, "no-common-login" },
  { "0x800CCC90", V (PROTOCOL_ERROR), P (POP), 0, NULL },
  { "0x800CCC91", V (AUTH_FAILED), P (POP), 0, NULL },
  { "0x800CCC92", V (AUTH_FAILED), P (POP), 0, NULL },
  /* newer versions of Outlook, for the same troubles */
  { "0x80042109", V (UNREACHABLE), P (CONNECT), 0, NULL },
  { "0x8004210A", V (CONNECTION_LOST), P (UNKNOWN), 0, "no-answer-in-time" },
  { "0x8004210B", V (CONNECTION_LOST), P (UNKNOWN), 0, "no-answer-in-time" },
  { "0x800408FC", V (HOST_NOT_FOUND), P (RESOLVE), 0, NULL },
};

typedef struct {
  SendpathVerdict verdict; /* NONE: any */
  SendpathPhase phase;     /* UNKNOWN: any */
  guint code;              /* 0: any */
  const char *number;
} Row;

/* The first that fits: what broke the conversation, then whom the server refused, then its code. */
static const Row rows[] = {
  { V (ACCEPTED), P (UNKNOWN), 0, NULL },
  { V (NONE), P (QUIT), 0, NULL },
  { V (HOST_NOT_FOUND), P (UNKNOWN), 0, "0x800CCC0D" },
  { V (UNREACHABLE), P (UNKNOWN), 0, "0x800CCC0E" },
  { V (CONNECTION_LOST), P (UNKNOWN), 0, "0x800CCC0F" },
  { V (UNCERTAIN), P (UNKNOWN), 0, "0x800CCC0F" },
  { V (TLS_FAILED), P (UNKNOWN), 0, "0x800CCC1A" },
  { V (OFFLINE), P (UNKNOWN), 0, "0x800CCC40" },
  { V (PORTAL), P (UNKNOWN), 0, NULL },
  { V (NO_CREDENTIAL), P (UNKNOWN), 0, NULL },
  { V (AUTH_FAILED), P (POP), 0, "0x800CCC92" },
  { V (NONE), P (POP), 0, "0x800CCC90" },
  { V (NONE), P (AUTH), 0, "0x800CCC18" },
  { V (AUTH_FAILED), P (UNKNOWN), 0, "0x800CCC18" },
  { V (NONE), P (MAIL), 0, "0x800CCC78" },
  { V (NONE), P (RCPT), 0, "0x800CCC79" },
  { V (NONE), P (STARTTLS), 0, "0x800CCC7F" },
  { V (TLS_REQUIRED), P (UNKNOWN), 0, "0x800CCC7C" },
  { V (RELAY_DENIED), P (UNKNOWN), 0, "0x800CCC79" },
  { V (AUTH_REQUIRED), P (UNKNOWN), 0, "0x800CCC79" },
  { V (POP_REQUIRED), P (UNKNOWN), 0, "0x800CCC79" },
  { V (RECIPIENT_UNKNOWN), P (UNKNOWN), 0, "0x800CCC79" },
  { V (RECIPIENT_INVALID), P (UNKNOWN), 0, "0x800CCC79" },
  { V (SENDER_REJECTED), P (UNKNOWN), 0, "0x800CCC78" },
  { V (NONE), P (UNKNOWN), 421, "0x800CCC67" },
  { V (NONE), P (UNKNOWN), 450, "0x800CCC68" },
  { V (NONE), P (UNKNOWN), 451, "0x800CCC6A" },
  { V (NONE), P (UNKNOWN), 452, "0x800CCC6C" },
  { V (NONE), P (UNKNOWN), 500, "0x800CCC62" },
  { V (NONE), P (UNKNOWN), 501, "0x800CCC63" },
  { V (NONE), P (UNKNOWN), 502, "0x800CCC64" },
  { V (NONE), P (UNKNOWN), 503, "0x800CCC65" },
  { V (NONE), P (UNKNOWN), 504, "0x800CCC66" },
  { V (NONE), P (UNKNOWN), 550, "0x800CCC69" },
  { V (NONE), P (UNKNOWN), 551, "0x800CCC6B" },
  { V (NONE), P (UNKNOWN), 552, "0x800CCC6D" },
  { V (NONE), P (UNKNOWN), 553, "0x800CCC6E" },
  { V (NONE), P (UNKNOWN), 554, "0x800CCC6F" },
  { V (PROTOCOL_ERROR), P (UNKNOWN), 0, "0x800CCC60" },
};

const char *
outlook_code (SendpathVerdict verdict, SendpathPhase phase, guint code)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if ((rows[i].verdict == V (NONE) || rows[i].verdict == verdict) &&
        (rows[i].phase == P (UNKNOWN) || rows[i].phase == phase) &&
        (rows[i].code == 0 || rows[i].code == code))
      return rows[i].number;
  return NULL;
}

/* Eight hexadecimal digits, with or without `0x`; without it only what looks like none else. */
static guint64
read_hex (const char *s, gboolean is_marked, gsize *ret_length)
{
  gsize n = strspn (s, "0123456789abcdefABCDEF");

  *ret_length = n;
  if (n != 8 || (!is_marked && g_ascii_strncasecmp (s, "800CCC", 6) != 0))
    return 0;
  return g_ascii_strtoull (s, NULL, 16);
}

/* The number as programs print it that take it for a decimal one, signed or not. */
static guint64
read_decimal (const char *s, gsize *ret_length)
{
  gboolean is_negative = s[0] == '-';
  gsize n = strspn (s + (is_negative ? 1 : 0), "0123456789");
  guint64 value;

  *ret_length = n + (is_negative ? 1 : 0);
  if (n != 10)
    return 0;
  value = g_ascii_strtoull (s + (is_negative ? 1 : 0), NULL, 10);
  return is_negative ? (G_GUINT64_CONSTANT (1) << 32) - value : value;
}

static const OutlookNumber *
find_number (guint64 value)
{
  for (guint i = 0; value != 0 && i < G_N_ELEMENTS (numbers); i++)
    if (g_ascii_strtoull (numbers[i].number, NULL, 16) == value)
      return &numbers[i];
  return NULL;
}

const OutlookNumber *
outlook_find (const char *text)
{
  for (const char *p = text; *p != '\0';)
    {
      gboolean is_marked = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
      const char *start = is_marked ? p + 2 : p;
      gsize hex = 0, decimal = 0;
      const OutlookNumber *number = find_number (read_hex (start, is_marked, &hex));

      if (number == NULL && !is_marked)
        number = find_number (read_decimal (p, &decimal));
      start += MAX (hex, decimal);
      if (number != NULL && !g_ascii_isalnum (*start))
        return number;
      /* on to the next word: a number never begins in the middle of one */
      while (g_ascii_isalnum (*start))
        start++;
      p = start > p ? start : p + 1;
    }
  return NULL;
}
