/* Somebody who hands in messages: says what a test wants, in flights, and keeps what it was told. */
#pragma once

#include "sendpath/submission/smtp-server.h"

G_BEGIN_DECLS

#define CLIENT_MAX 64

/* What a client says in one go, one after the other, and what became of it. */
typedef struct {
  const char *says[CLIENT_MAX];
  guint n_says;
  guint next;
  gboolean is_hasty; /* does not wait for replies */
  gsize max_read;    /* bytes at a time; 0: all */
  gsize used;        /* of the one before next */
  guint64 max_bytes;
  guint max_recipients;
  const char *refusal;  /* of a message */
  const char *password; /* of anybody who may log in; NULL: nobody has to */
  const char *trouble;  /* the reply to any login, in place of a look at it */
  const char *own;      /* the only sender that will do; NULL: any */

  GString *heard;
  GString *taken;
  guint n_taken;
  SmtpServerEnd end;
} Client;

void client_run (Client *client);
void client_clear (Client *client);
/* Each reply's code. */
char *client_dup_codes (const Client *client);
void client_assert (const Client *client, const char *codes, const char *taken, SmtpServerEnd end);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Client, client_clear)

#define EHLO "EHLO [127.0.0.1]\r\n"
#define MAIL "MAIL FROM:<terri@proseware.com>\r\n"
#define RCPT "RCPT TO:<bob@adatum.com>\r\n"
#define TEXT "Subject: Hello\r\n\r\nHello.\r\n"
#define SENT "<terri@proseware.com> bob@adatum.com: Hello: Hello.\r\n"

G_END_DECLS
