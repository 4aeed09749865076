/* explain-texts: one sentence of what happened, one of what sendpath does, one of what the
 * person can do, for each verdict. Plain words, no blame; the server's own words are shown
 * beside, never here. */
#include "config.h"

#include "sendpath/verdict/explain-texts.h"

#include <glib/gi18n-lib.h>

typedef struct {
  const char *what, *advice;
} Text;

static const Text texts[] = {
  [SENDPATH_VERDICT_NONE] = { N_("Nothing was answered yet."), N_("There is nothing to do.") },
  [SENDPATH_VERDICT_ACCEPTED] = { N_("{server} accepted it."), N_("There is nothing to do.") },
  [SENDPATH_VERDICT_RELAY_DENIED] = { N_("{server} does not pass mail on to other providers from "
                                          "this network without a login."),
                                      N_("Check that the account has your user name and password "
                                          "for sending. If it goes on, ask your "
                                          "provider whether mail may be sent from outside its own "
                                          "network.") },
  [SENDPATH_VERDICT_AUTH_REQUIRED] = { N_("{server} takes mail only from people who have logged "
                                           "in."),
                                       N_("Check that the account has your user name and password "
                                           "for sending.") },
  [SENDPATH_VERDICT_POP_REQUIRED] = { N_("{server} wants you to fetch your mail first; after that "
                                          "it accepts mail from here for a few "
                                          "minutes."),
                                      N_("Check that the account has your incoming (POP3) server; "
                                          "or fetch your mail and send again.") },
  [SENDPATH_VERDICT_TLS_REQUIRED] = { N_("{server} takes mail only over an encrypted connection."),
                                      N_("Leave the account's security at “auto”; “none” cannot "
                                          "work with this server.") },
  [SENDPATH_VERDICT_AUTH_FAILED] = { N_("{server} did not accept the user name or password."),
                                     N_("Check both. Some providers want a password made for mail "
                                         "programs (an application password), "
                                         "or a login in the web browser first.") },
  [SENDPATH_VERDICT_SENDER_REJECTED] = { N_("{server} does not accept this sender address."),
                                         N_("Send from the address that belongs to the login, or "
                                             "ask the provider to allow this one.") },
  [SENDPATH_VERDICT_RECIPIENT_UNKNOWN] = { N_("There is no mailbox of this name at the "
                                               "recipient's provider, or it is closed."),
                                           N_("Check the recipient's address for a typing error, "
                                               "and ask the person in another way.") },
  [SENDPATH_VERDICT_RECIPIENT_INVALID] = { N_("The recipient's address is not written in a form "
                                               "that {server} accepts."),
                                           N_("Check the address: one @, no blanks, no accents "
                                               "unless the provider allows them, no dot or "
                                               "comma at the end.") },
  [SENDPATH_VERDICT_MAILBOX_FULL] = { N_("The recipient's mailbox is full."),
                                      N_("Tell the recipient in another way; somebody has to make "
                                          "room there.") },
  [SENDPATH_VERDICT_MAILBOX_UNAVAILABLE] = { N_("The recipient's mailbox cannot be used just "
                                                 "now."),
                                             N_("There is nothing to do. If it lasts more than a "
                                                 "day, tell the recipient in another way.") },
  [SENDPATH_VERDICT_REMOTE_UNREACHABLE] = { N_("The recipient's provider could not be found or "
                                                "reached."),
                                            N_("Check the part of the address behind the @ for a "
                                                "typing error.") },
  [SENDPATH_VERDICT_GREYLISTED] = { N_("The recipient's provider puts off mail from senders it "
                                        "does not know yet; the second try is "
                                        "accepted."),
                                    N_("There is nothing to do.") },
  [SENDPATH_VERDICT_RATE_LIMITED] = { N_("{server} has received too much in too short a time."),
                                      N_("There is nothing to do. If you send to many people, ask "
                                          "the provider for its limits.") },
  [SENDPATH_VERDICT_SERVER_BUSY] = { N_("{server} cannot take the message just now."),
                                     N_("There is nothing to do. If it lasts more than 30 "
                                         "minutes, ask the provider.") },
  [SENDPATH_VERDICT_SERVER_STORAGE] = { N_("{server} is short of disk space."),
                                        N_("There is nothing to do. If it lasts more than 30 "
                                            "minutes, tell the provider.") },
  [SENDPATH_VERDICT_TOO_MANY_RECIPIENTS] = { N_("The message has more recipients than {server} "
                                                 "takes at a time."),
                                             N_("There is nothing to do.") },
  [SENDPATH_VERDICT_MESSAGE_TOO_LARGE] = { N_("The message is larger than {server} accepts."),
                                           N_("Send smaller attachments, or put the files where "
                                               "the recipient can fetch them.") },
  [SENDPATH_VERDICT_CONTENT_REJECTED] = { N_("{server} does not accept the content of this "
                                              "message; it takes it for unwanted or harmful, or "
                                              "its form is not right."),
                                          N_("Look at attachments, links and unusual formatting, "
                                              "and send it again without them.") },
  [SENDPATH_VERDICT_CLIENT_BLOCKED] = { N_("{server} accepts nothing from the network address you "
                                            "are at; it is on a list of addresses "
                                            "that are not trusted."),
                                        N_("Log in to your own provider's server, or use another "
                                            "network. The list concerns the network, "
                                            "not you.") },
  [SENDPATH_VERDICT_PTR_REQUIRED] = { N_("{server} accepts nothing from a network address without "
                                          "a proper name in the DNS."),
                                      N_("Log in to your own provider's server, or use another "
                                          "network.") },
  [SENDPATH_VERDICT_SERVER_ERROR] = { N_("{server} has a fault of its own."),
                                      N_("If it lasts, tell the provider and quote the server's "
                                          "words.") },
  [SENDPATH_VERDICT_PROTOCOL_ERROR] = { N_("{server} and sendpath did not understand each other."),
                                        N_("An antivirus program, a firewall or a proxy between "
                                            "you and the server can cause this. If it "
                                            "lasts, show the provider the server's words.") },
  [SENDPATH_VERDICT_OFFLINE] = { N_("This computer has no network."),
                                 N_("Connect to a network.") },
  [SENDPATH_VERDICT_PORTAL] = { N_("This network wants you to sign in on its web page first."),
                                N_("Open any page in the web browser and sign in there.") },
  [SENDPATH_VERDICT_HOST_NOT_FOUND] = { N_("The name of the server was not found."),
                                        N_("Check the server's name in the account, and that the "
                                            "network works.") },
  [SENDPATH_VERDICT_UNREACHABLE] = { N_("{server} did not answer; many hotels and offices block "
                                         "mail ports."),
                                     N_("Check that the network works. If only mail fails, ask "
                                         "whoever runs the network about ports "
                                         "465 and 587.") },
  [SENDPATH_VERDICT_TLS_FAILED] = { N_("No encrypted connection that can be trusted came about "
                                        "with {server}; no password was sent."),
                                    N_("Check the date and time of this computer. In a foreign "
                                        "network somebody may be listening: try "
                                        "another one.") },
  [SENDPATH_VERDICT_CONNECTION_LOST] = { N_("The connection broke before the message was handed "
                                             "over."),
                                         N_("There is nothing to do. If it happens often, an "
                                             "antivirus program or firewall may cut the "
                                             "connection.") },
  [SENDPATH_VERDICT_NO_CREDENTIAL] = { N_("{server} needs a login, and no password is at hand."),
                                       N_("Store the password with “sendpath password set”, or "
                                           "unlock the keyring.") },
  [SENDPATH_VERDICT_UNCERTAIN] = { N_("The connection broke after the message was handed over and "
                                       "before {server} confirmed it: it may "
                                       "have arrived or not."),
                                   N_("Ask the recipient; then tell sendpath with “sendpath queue "
                                       "resolve”.") },
};
G_STATIC_ASSERT (G_N_ELEMENTS (texts) == SENDPATH_VERDICT_UNCERTAIN + 1);

static const char *const will_texts[] = {
  [SENDPATH_REMEDY_NONE] = N_("sendpath does nothing more."),
  [SENDPATH_REMEDY_LOG_IN] = N_(
      "sendpath logs in and offers the message again; if that is not enough it takes the next way "
      "out."),
  [SENDPATH_REMEDY_POP_LOGIN] =
      N_("sendpath logs in to your mailbox first and then offers the message again."),
  [SENDPATH_REMEDY_ENCRYPT] = N_("sendpath encrypts the connection and offers the message again."),
  [SENDPATH_REMEDY_ASK_LOGIN] = N_("sendpath does not try this password again; it asks for the "
                                    "right one and keeps the message in "
                                    "the outbox."),
  [SENDPATH_REMEDY_SENDER_RULE] = N_(
      "sendpath offers it again with the sender address set up for this server, if there is one, "
      "and takes the next way out; replies still go to your own address."),
  [SENDPATH_REMEDY_OTHER_FAMILY] = N_("sendpath tries again from your other network address (IPv4 "
                                       "or IPv6), and then takes the next "
                                       "way out."),
  [SENDPATH_REMEDY_NEXT_ENDPOINT] =
      N_("sendpath tries another port or server, and keeps the message in the outbox until it can "
          "leave."),
  [SENDPATH_REMEDY_NEXT_ROUTE] = N_(
      "sendpath takes the next way out, and keeps the message in the outbox until it can leave."),
  [SENDPATH_REMEDY_SPLIT] = N_("sendpath sends it to the other recipients in further rounds."),
  [SENDPATH_REMEDY_WAIT] =
      N_("sendpath keeps the message in the outbox and tries again later by itself."),
  [SENDPATH_REMEDY_FINAL] =
      N_("sendpath does not try again, because it would end the same everywhere; a copy is kept."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (will_texts) == SENDPATH_REMEDY_FINAL + 1);

/* Where the verdict has more to say than its first remedy. */
static const struct {
  SendpathVerdict verdict;
  const char *will;
} special_will[] = {
  { SENDPATH_VERDICT_GREYLISTED,
    N_("sendpath tries again in the same way after a little more than five minutes.") },
  { SENDPATH_VERDICT_RATE_LIMITED, N_("sendpath sends nothing through this account for the time "
                                       "the server asks for, or an hour, and "
                                       "keeps the message in the outbox.") },
  { SENDPATH_VERDICT_UNCERTAIN,
    N_("sendpath does not send it through another server, so that nobody gets it twice.") },
  { SENDPATH_VERDICT_OFFLINE,
    N_("sendpath keeps the message in the outbox and sends it when there is a network again.") },
  { SENDPATH_VERDICT_PORTAL,
    N_("sendpath keeps the message in the outbox and sends it once you have signed in.") },
};

static const struct {
  guint code;
  const char *what;
} codes[] = {
  { 421, N_("The server is not available, or closes the connection for now; it may also put off "
             "senders it does not know yet.") },
  { 450,
    N_("The recipient's mailbox cannot be used just now, or the server puts off senders it does "
        "not know yet.") },
  { 451,
    N_("The server had an error of its own while it worked on the message, or wants less mail at "
        "a time.") },
  { 452, N_("The server is short of space, or the message has more recipients than it takes at a "
             "time.") },
  { 500, N_("The server did not understand a command.") },
  { 501, N_("The server did not understand a part of a command, often an address.") },
  { 502, N_("The server does not know a command.") },
  { 503,
    N_("The server got commands in an order it does not accept; often it wants a login first.") },
  { 504, N_("The server does not know a part of a command.") },
  { 550, N_("The server refused: there is no such mailbox, or it does not pass mail on from this "
             "network without a login.") },
  { 551, N_("The recipient's mailbox is not on this server, and it does not pass the mail on.") },
  { 552,
    N_("The recipient's mailbox is full, or the message is larger than the server accepts.") },
  { 553,
    N_("The server does not accept an address as it is written, or does not pass mail on to the "
        "recipient's provider.") },
  { 554, N_("The server refused the message as a whole, or accepts nothing from this network "
             "address.") },
};

const char *
explain_what (SendpathVerdict verdict)
{
  return _(texts[verdict].what);
}

const char *
explain_what_code (guint code)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code)
      return _(codes[i].what);
  return NULL;
}

const char *
explain_will (SendpathVerdict verdict, SendpathRemedy remedy)
{
  for (guint i = 0; i < G_N_ELEMENTS (special_will); i++)
    if (special_will[i].verdict == verdict)
      return _(special_will[i].will);
  return _(will_texts[remedy]);
}

const char *
explain_advice (SendpathVerdict verdict)
{
  return _(texts[verdict].advice);
}
