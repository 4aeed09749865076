/* outlook-codes: Outlook's error numbers, because help desks and web searches know failures by
 * them. It never decides a verdict of its own for a reply. */
#include "config.h"

#include "sendpath/verdict/outlook-codes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define V(verdict) SENDPATH_VERDICT_##verdict
#define P(phase)   SENDPATH_PHASE_##phase

/* For a number alone the likeliest reading; with the server's reply beside it the reply decides. */
static const OutlookNumber numbers[] = {
  { "0x800CCC0B", V (SERVER_BUSY), P (UNKNOWN), NULL },
  { "0x800CCC0D", V (HOST_NOT_FOUND), P (RESOLVE), NULL },
  { "0x800CCC0E", V (UNREACHABLE), P (CONNECT), NULL },
  { "0x800CCC0F", V (CONNECTION_LOST), P (UNKNOWN), NULL },
  { "0x800CCC10", V (RECIPIENT_UNKNOWN), P (RCPT), NULL },
  { "0x800CCC11", V (RECIPIENT_UNKNOWN), P (RCPT), NULL },
  { "0x800CCC12", V (CONNECTION_LOST), P (UNKNOWN), NULL },
  { "0x800CCC13", V (CONNECTION_LOST), P (UNKNOWN), NULL },
  { "0x800CCC14", V (OFFLINE), P (CONNECT), NULL },
  { "0x800CCC15", V (UNREACHABLE), P (CONNECT), NULL },
  { "0x800CCC16", V (AUTH_FAILED), P (AUTH), NULL },
  { "0x800CCC17", V (CONNECTION_LOST), P (UNKNOWN), N_("The sending was stopped by hand.") },
  { "0x800CCC18", V (AUTH_FAILED), P (AUTH), NULL },
  { "0x800CCC19", V (CONNECTION_LOST), P (UNKNOWN),
    N_("The server did not answer in time; a slow network, or an antivirus program or proxy that "
        "stands in between, does that.") },
  { "0x800CCC1A", V (TLS_FAILED), P (TLS), NULL },
  { "0x800CCC40", V (OFFLINE), P (CONNECT), NULL },
  { "0x800CCC60", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC61", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC62", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC63", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC64", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC65", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC66", V (PROTOCOL_ERROR), P (UNKNOWN), NULL },
  { "0x800CCC67", V (SERVER_BUSY), P (UNKNOWN), NULL },
  { "0x800CCC68", V (MAILBOX_UNAVAILABLE), P (RCPT), NULL },
  { "0x800CCC69", V (RECIPIENT_UNKNOWN), P (RCPT), NULL },
  { "0x800CCC6A", V (SERVER_BUSY), P (UNKNOWN), NULL },
  { "0x800CCC6B", V (RECIPIENT_UNKNOWN), P (RCPT), NULL },
  { "0x800CCC6C", V (SERVER_STORAGE), P (UNKNOWN),
    N_("The server is short of space, or the message has more recipients than it takes at a "
        "time.") },
  { "0x800CCC6D", V (MAILBOX_FULL), P (UNKNOWN),
    N_("The recipient's mailbox is full, or the message is larger than the server accepts.") },
  { "0x800CCC6E", V (RECIPIENT_INVALID), P (RCPT), NULL },
  { "0x800CCC6F", V (SERVER_ERROR), P (UNKNOWN),
    N_("The server refused the message as a whole; its own words say why.") },
  { "0x800CCC78", V (SENDER_REJECTED), P (MAIL), NULL },
  { "0x800CCC79", V (RELAY_DENIED), P (RCPT),
    N_("The server refused a recipient: mostly because it does not pass mail on to other "
        "providers "
        "from this network without a login, sometimes because the address does not exist.") },
  { "0x800CCC7A", V (SENDER_REJECTED), P (MAIL), N_("The message has no sender address.") },
  { "0x800CCC7B", V (RECIPIENT_INVALID), P (RCPT), N_("The message has no recipient.") },
  { "0x800CCC7C", V (TLS_REQUIRED), P (MAIL), NULL },
  { "0x800CCC7D", V (TLS_FAILED), P (STARTTLS), N_("The server offers no encryption.") },
  { "0x800CCC7F", V (TLS_FAILED), P (STARTTLS), NULL },
  { "0x800CCC90", V (PROTOCOL_ERROR), P (POP), NULL },
  { "0x800CCC91", V (AUTH_FAILED), P (POP), NULL },
  { "0x800CCC92", V (AUTH_FAILED), P (POP), NULL },
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

const OutlookNumber *
outlook_find (const char *text)
{
  for (const char *p = strstr (text, "0x"); p != NULL; p = strstr (p + 2, "0x"))
    for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
      if (g_ascii_strncasecmp (p, numbers[i].number, strlen (numbers[i].number)) == 0 &&
          !g_ascii_isxdigit (p[strlen (numbers[i].number)]))
        return &numbers[i];
  return NULL;
}
