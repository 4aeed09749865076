/* explain-codes: a reply code without words, with both readings where it has two. It knows nothing
 * of verdicts. */
#include "config.h"

#include "sendpath/verdict/explain-codes.h"

#include <glib/gi18n-lib.h>

#define MAILBOX_OR_LOGIN                                                                           \
  N_ ("If there is no such mailbox, sendpath does not try again; if a login is missing, it logs "  \
      "in or tries the next way to send it.")

/* Both readings where a code has two; what is NULL is said by the verdict. */
static const struct {
  guint code;
  const char *what, *will, *advice;
} codes[] = {
  { 421,
    N_ ("The server is not available or closes the connection for now; it may also put off senders "
        "it does not know yet."),
    NULL, NULL },
  { 450,
    N_ ("The recipient's mailbox cannot be used just now, or the server puts off senders it does "
        "not know yet."),
    NULL, NULL },
  { 451,
    N_ ("The server had a fault of its own while it worked on the message, or it wants less mail "
        "at a time."),
    NULL, NULL },
  { 452,
    N_ ("The server is short of disk space, or the message has more recipients than it takes at a "
        "time."),
    N_ ("sendpath sends the message to the remaining recipients right afterwards, or keeps it in "
        "the outbox and tries again later by itself."),
    N_ ("If the message has many recipients, write to fewer at a time; otherwise there is nothing "
        "to do but wait.") },
  { 454,
    N_ ("The server cannot check logins or encrypt the connection just now, or does not pass mail "
        "on without a login."),
    NULL, NULL },
  { 500, N_ ("The server did not understand a command."), NULL, NULL },
  { 501, N_ ("The server did not understand a part of a command, often an address."), NULL,
    N_ ("Check the addresses for typing errors. An antivirus program or a firewall in between can "
        "cause this too.") },
  { 502, N_ ("The server does not know a command."), NULL, NULL },
  { 503,
    N_ ("The server got commands in an order that it does not accept; often it wants a login "
        "first."),
    NULL,
    N_ ("Check that the account has your user name and password for sending. An antivirus program "
        "or a firewall in between can cause this too.") },
  { 504, N_ ("The server does not know a part of a command, often the way to log in."), NULL,
    NULL },
  { 521, N_ ("The server takes no mail at all."), NULL, NULL },
  { 530, N_ ("The server wants a login first, or an encrypted connection."), NULL,
    N_ ("Check that the account has your user name and password for sending, and turn on "
        "encryption for this server.") },
  { 534,
    N_ ("The server does not accept this way of logging in; often it wants a password made for "
        "mail programs (an app password)."),
    NULL, NULL },
  { 550,
    N_ ("The server refused the recipient: there is no such mailbox, or it does not pass mail on "
        "from this network without a login."),
    MAILBOX_OR_LOGIN,
    N_ ("Check the recipient's address for a typing error, and that the account has your user name "
        "and password for sending.") },
  { 551,
    N_ ("The recipient's mailbox is not on this server, and the server does not pass the mail on."),
    MAILBOX_OR_LOGIN,
    N_ ("Check the recipient's address for a typing error, and that the account has your user name "
        "and password for sending.") },
  { 552, N_ ("The recipient's mailbox is full, or the message is larger than the server accepts."),
    NULL,
    N_ ("Send smaller attachments; if that does not help, tell the recipient in another way that "
        "the mailbox is full.") },
  { 553,
    N_ ("The server does not accept an address as it is written, or does not pass mail on to the "
        "recipient's provider without a login."),
    N_ ("If an address is wrong, sendpath does not try again; if a login is missing, it logs in or "
        "tries the next way to send it."),
    N_ ("Check the addresses for typing errors, and that the account has your user name and "
        "password for sending.") },
  { 554,
    N_ ("The server refused the message as a whole, or takes no mail from the internet address "
        "that it came from."),
    N_ ("If the message is refused, sendpath does not try again; if the place it comes from is "
        "refused, sendpath logs in or tries the next way to send it."),
    N_ ("Send through your own provider's server with a login; if you already do, look at "
        "attachments and links, and send the message again without them.") },
  { 555, N_ ("The server did not understand an addition to an address."), NULL, NULL },
  { 556, N_ ("The part of the recipient's address after the @ takes no mail."), NULL, NULL },
};

void
explain_code_find (guint code, ExplainTexts *texts)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code)
      {
        texts->what = _ (codes[i].what);
        if (codes[i].will != NULL)
          texts->will = _ (codes[i].will);
        if (codes[i].advice != NULL)
          texts->advice = _ (codes[i].advice);
      }
}
