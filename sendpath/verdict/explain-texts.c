/* explain-texts: one sentence of what happened, one of what sendpath does, one of what the
 * person can do, for each verdict. Plain words, no blame; the server's own words are shown
 * beside, never here. */
#include "config.h"

#include "sendpath/verdict/explain-texts.h"

#include <glib/gi18n-lib.h>

#include "sendpath/verdict/explain-codes.h"
#include "sendpath/verdict/fill-in.h"

#define V(verdict) SENDPATH_VERDICT_##verdict

/* Whom to ask when it lasts. */
typedef enum {
  CONTACT_NOBODY,
  CONTACT_SERVER, /* whoever runs the server, by the place */
  CONTACT_OWN,
  CONTACT_REMOTE,
  CONTACT_NETWORK,
} Contact;

typedef struct {
  SendpathVerdict verdict;
  guint place;        /* all of them have to be so */
  const char *reason; /* NULL: any */
  Contact contact;
  const char *what, *advice;
} Row;

#define NOTHING_TO_DO    N_ ("There is nothing to do.")
#define NOTHING_BUT_WAIT N_ ("There is nothing to do but wait.")
#define CHECK_LOGIN                                                                                \
  N_ ("Check that the account has your user name and password for sending. If it goes on, ask "    \
      "your provider whether mail may be sent from outside its own network.")
#define USE_YOUR_PROVIDER                                                                          \
  N_ ("Send through your own provider's server with a login. If you already do, tell your "        \
      "provider what the server said.")
#define CHECK_RECIPIENT                                                                            \
  N_ ("Check the recipient's address for a typing error, or ask the person in another way.")
#define CHECK_AFTER_AT N_ ("Check the part of the address after the @ for a typing error.")
#define IN_BETWEEN                                                                                 \
  N_ ("An antivirus program, a firewall or a proxy between you and the server can cause this: "    \
      "try without it, or in another network.")
#define ANOTHER_NETWORK                                                                            \
  N_ ("Try another network: in this one somebody may be listening in, or mail may leave only "     \
      "through a server of the network.")
#define ADDRESS_OF_LOGIN                                                                           \
  N_ ("Send from the address that belongs to the login, or ask your provider to allow this one.")

/* The first row that fits; the last one of a verdict always does. */
static const Row rows[] = {
  { V (NONE), 0, NULL, CONTACT_NOBODY,
    /* TRANSLATORS: this and what follows is read by people who know nothing of how mail works:
     * plain, short, polite */
    N_ ("No server has answered yet."), NOTHING_TO_DO },
  { V (ACCEPTED), 0, NULL, CONTACT_NOBODY,
    /* TRANSLATORS: {server} is kept as it is, here and in all the others: it becomes the name of a
     * server (smtp.example.com) or your words for "The server"; it begins the sentence and is its
     * subject */
    N_ ("{server} accepted this; it is not an error."), NOTHING_TO_DO },

  /* ---- not from here, not without a login ---------------------------------------------------- */
  { V (RELAY_DENIED), EXPLAIN_NETWORK, NULL, CONTACT_NOBODY,
    /* TRANSLATORS: the mail server of the network that the person is in, such as a hotel's */
    N_ ("{server} does not pass this mail on, though it serves this network."),
    N_ ("Ask whoever runs the network whether it passes mail on, and which sender address it "
        "wants.") },
  { V (RELAY_DENIED), EXPLAIN_LOGGED_IN, NULL, CONTACT_NOBODY,
    N_ ("{server} does not pass this mail on, although you are logged in; often because of the "
        "sender address."),
    ADDRESS_OF_LOGIN },
  { V (RELAY_DENIED), EXPLAIN_REMOTE, NULL, CONTACT_NOBODY,
    N_ ("{server} does not take mail for this recipient from outside, or not without a login."),
    N_ ("Check the part of the address after the @ for a typing error. If this is a server for "
        "sending, give the account your user name and password.") },
  { V (RELAY_DENIED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} does not pass mail on to other providers from this network without a login."),
    CHECK_LOGIN },
  { V (AUTH_REQUIRED), EXPLAIN_REMOTE, NULL, CONTACT_NOBODY,
    N_ ("{server} takes mail for this recipient only from people who have logged in."),
    N_ ("If this is a server for sending, give the account your user name and password. Otherwise "
        "the address is for use inside an organisation: ask the recipient in another way.") },
  { V (AUTH_REQUIRED), 0, "no-common-login", CONTACT_NOBODY,
    N_ ("{server} wants a login, but the mail program and the server know no common way to log in; "
        "often only encryption is missing."),
    N_ ("Turn on encryption for this server; in sendpath leave the account's security at "
        "“auto”.") },
  { V (AUTH_REQUIRED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} takes mail only from people who have logged in."),
    N_ ("Check that the account has your user name and password for sending.") },
  { V (POP_REQUIRED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} wants you to fetch your mail first; after that it takes mail from you for some "
        "minutes."),
    N_ ("Check that the account names your incoming (POP3) server; or fetch your mail and send "
        "again.") },
  { V (TLS_REQUIRED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} takes mail only over an encrypted connection."),
    N_ ("Turn on encryption for this server; in sendpath leave the account's security at "
        "“auto”.") },
  { V (AUTH_FAILED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} did not accept the user name or the password."),
    N_ ("Check both. Some providers want a password made for mail programs (an app password), or "
        "want you to allow such programs on their web page first.") },
  { V (NO_CREDENTIAL), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} wants a login, and no password is stored for it."),
    N_ ("Store the password with “sendpath password set”, or unlock the keyring.") },

  /* ---- the sender ---------------------------------------------------------------------------- */
  { V (SENDER_REJECTED), 0, "sender-proof", CONTACT_NOBODY,
    /* TRANSLATORS: SPF, DKIM and DMARC are names; keep them */
    N_ ("{server} wants proof that this mail comes from the provider of the sender address (SPF, "
        "DKIM or DMARC), and did not find it."),
    N_ ("Send through the server of the provider that the sender address belongs to. If you "
        "already do, tell that provider what the server said.") },
  { V (SENDER_REJECTED), EXPLAIN_REMOTE, NULL, CONTACT_NOBODY,
    N_ ("{server} does not accept this sender address."),
    N_ ("Check the sender address for a typing error, and send through the server of the provider "
        "that it belongs to.") },
  { V (SENDER_REJECTED), 0, "no-sender", CONTACT_NOBODY, N_ ("The message has no sender address."),
    N_ ("Write your address into the account.") },
  { V (SENDER_REJECTED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} does not accept this sender address."), ADDRESS_OF_LOGIN },

  /* ---- the recipient ------------------------------------------------------------------------- */
  { V (RECIPIENT_UNKNOWN), 0, "not-local", CONTACT_NOBODY,
    N_ ("The recipient's mailbox is not on this server, and the server does not pass the mail on."),
    CHECK_RECIPIENT },
  { V (RECIPIENT_UNKNOWN), 0, NULL, CONTACT_NOBODY,
    N_ ("There is no mailbox with this name at the recipient's provider, or it is closed."),
    CHECK_RECIPIENT },
  { V (RECIPIENT_INVALID), 0, "no-utf8-address", CONTACT_NOBODY,
    N_ ("{server} cannot send to an address with letters such as ñ or ü."),
    N_ ("Ask the recipient for an address without such letters.") },
  { V (RECIPIENT_INVALID), 0, "no-recipient", CONTACT_NOBODY, N_ ("The message has no recipient."),
    N_ ("Write at least one address into To, Cc or Bcc.") },
  { V (RECIPIENT_INVALID), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} cannot use the recipient's address as it is written."),
    N_ ("Check the address: one @, no spaces, no accents unless the provider allows them, no dot "
        "or comma at the end.") },
  { V (MAILBOX_FULL), 0, "disk-quota", CONTACT_NOBODY,
    N_ ("A mailbox is full: mostly the recipient's, sometimes your own."),
    N_ ("Delete old mail in your own mailbox; if that does not help, tell the recipient in another "
        "way.") },
  { V (MAILBOX_FULL), 0, NULL, CONTACT_NOBODY, N_ ("The recipient's mailbox is full."),
    N_ ("Tell the recipient in another way; the mailbox needs room before it takes new mail.") },
  { V (MAILBOX_UNAVAILABLE), 0, NULL, CONTACT_REMOTE,
    N_ ("The recipient's mailbox cannot be used just now."), NOTHING_BUT_WAIT },
  { V (REMOTE_UNREACHABLE), EXPLAIN_PORT_25, NULL, CONTACT_NOBODY,
    N_ ("The recipient's provider could not be reached on port 25."),
    N_ ("If mail to everybody ends like this, your network blocks port 25: send through your "
        "provider's server with a login, on port 465 or 587.") },
  { V (REMOTE_UNREACHABLE), 0, NULL, CONTACT_REMOTE,
    N_ ("The recipient's provider could not be found or reached."), CHECK_AFTER_AT },

  /* ---- not now, not so much ------------------------------------------------------------------ */
  { V (GREYLISTED), 0, NULL, CONTACT_SERVER,
    N_ ("{server} puts off mail from senders it does not know yet, and takes it when it comes a "
        "second time some minutes later."),
    NOTHING_TO_DO },
  { V (RATE_LIMITED), EXPLAIN_REMOTE, NULL, CONTACT_REMOTE,
    N_ ("{server} has received too much in too short a time."), NOTHING_BUT_WAIT },
  { V (RATE_LIMITED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} has received too much in too short a time."),
    N_ ("There is nothing to do but wait. If you write to many people, ask your provider how much "
        "it allows.") },
  { V (SERVER_BUSY), 0, NULL, CONTACT_SERVER, N_ ("{server} cannot take the message just now."),
    NOTHING_BUT_WAIT },
  { V (SERVER_STORAGE), 0, "disk-full", CONTACT_NOBODY,
    N_ ("A disk is full: that of the server, or that of this computer."),
    N_ ("Make room on the disk of this computer; if there is room enough, there is nothing to do "
        "but wait.") },
  { V (SERVER_STORAGE), 0, NULL, CONTACT_SERVER,
    N_ ("{server} is short of disk space and takes no mail just now."), NOTHING_BUT_WAIT },
  { V (TOO_MANY_RECIPIENTS), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} does not take so many recipients at a time."),
    N_ ("With sendpath there is nothing to do; in another mail program, write to fewer people at a "
        "time.") },
  { V (MESSAGE_TOO_LARGE), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} does not accept a message as large as this one."),
    N_ ("Send smaller attachments, or put the files where the recipient can fetch them.") },
  { V (CONTENT_REJECTED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} does not accept this message: it looks like unwanted or harmful mail, or its "
        "form is not right."),
    N_ ("Look at attachments, links and unusual formatting, and send it again without them.") },

  /* ---- the place you send from --------------------------------------------------------------- */
  { V (CLIENT_BLOCKED), 0, NULL, CONTACT_NOBODY,
    N_ ("{server} takes no mail from the internet address that this mail came from."),
    USE_YOUR_PROVIDER },
  { V (PTR_REQUIRED), 0, NULL, CONTACT_NOBODY,
    /* TRANSLATORS: "reverse DNS" is the technical word that help desks know */
    N_ ("{server} takes mail only from computers whose internet address has a proper name (reverse "
        "DNS)."),
    USE_YOUR_PROVIDER },

  /* ---- faults -------------------------------------------------------------------------------- */
  { V (SERVER_ERROR), 0, "mail-loop", CONTACT_REMOTE,
    N_ ("The message went round in circles between mail servers."), CHECK_AFTER_AT },
  { V (SERVER_ERROR), 0, "unclassified", CONTACT_NOBODY,
    N_ ("{server} gave an answer that sendpath does not know."),
    N_ ("Read the server's own words; if they do not help, show them to your provider.") },
  { V (SERVER_ERROR), 0, NULL, CONTACT_SERVER, N_ ("{server} has a fault of its own."),
    NOTHING_BUT_WAIT },
  { V (PROTOCOL_ERROR), 0, "no-login-mechanism", CONTACT_NOBODY,
    N_ ("{server} offers no safe way to log in."),
    N_ ("Ask your provider how mail programs log in to its server for sending.") },
  { V (PROTOCOL_ERROR), 0, "no-8bit", CONTACT_NOBODY,
    N_ ("{server} cannot take the characters of this message, and the message must not be "
        "changed."),
    NOTHING_TO_DO },
  { V (PROTOCOL_ERROR), 0, "firewall-changes-words", CONTACT_NOBODY,
    N_ ("{server} cannot be understood, because a firewall in between changes the conversation; "
        "the stars in the greeting show it."),
    N_ ("Use port 465 with encryption, or ask whoever runs the network to turn off the firewall's "
        "inspection of mail.") },
  { V (PROTOCOL_ERROR), 0, NULL, CONTACT_SERVER,
    N_ ("{server} and the mail program did not understand each other."), IN_BETWEEN },

  /* ---- no conversation ----------------------------------------------------------------------- */
  { V (OFFLINE), 0, "network-programs-broken", CONTACT_NOBODY,
    N_ ("The part of this computer's system that connects to networks does not work."),
    N_ ("Restart the computer; if that does not help, look at its firewall and antivirus "
        "programs.") },
  { V (OFFLINE), 0, NULL, CONTACT_NOBODY, N_ ("This computer has no network connection."),
    N_ ("Connect to a network.") },
  { V (PORTAL), 0, NULL, CONTACT_NOBODY,
    N_ ("This network wants you to sign in on its web page first."),
    N_ ("Open any page in the web browser and sign in there.") },
  { V (HOST_NOT_FOUND), 0, NULL, CONTACT_OWN,
    N_ ("{server} could not be found; its name may be wrong, or the network does not work."),
    N_ ("Check the server's name in the account for a typing error, and that the network works.") },
  { V (UNREACHABLE), 0, "antivirus", CONTACT_NETWORK,
    N_ ("An antivirus program or a firewall answered in place of the server, because it could not "
        "reach it."),
    N_ ("Turn off the antivirus program's scanning of outgoing mail, or use port 465 or 587.") },
  { V (UNREACHABLE), EXPLAIN_PORT_25, NULL, CONTACT_NETWORK,
    N_ ("{server} did not answer on port 25; many networks block this port."),
    N_ ("Send through your provider's server with a login, on port 465 or 587.") },
  { V (UNREACHABLE), 0, NULL, CONTACT_OWN,
    N_ ("{server} did not answer, or refused the connection; many hotels and offices block the "
        "ports for mail."),
    N_ ("Check that the network works. If only mail fails, ask whoever runs the network about "
        "ports 465 and 587.") },
  { V (TLS_FAILED), 0, "tls-not-offered", CONTACT_OWN,
    N_ ("{server} offers no encryption, or something in between hides it."), IN_BETWEEN },
  { V (TLS_FAILED), 0, "tls-stripped", CONTACT_NETWORK,
    N_ ("{server} offered encryption before and does not now: something in between hides it."),
    ANOTHER_NETWORK },
  { V (TLS_FAILED), 0, "intercepted", CONTACT_NETWORK,
    N_ ("Something between you and the server answers in its place."), ANOTHER_NETWORK },
  { V (TLS_FAILED), 0, "certificate-expired", CONTACT_NOBODY,
    /* TRANSLATORS: the certificate of encryption (TLS, SSL), in this and the next ones */
    N_ ("The certificate that proves who the server is has expired or is not valid yet."),
    N_ ("Check the date and time of this computer. If they are right, tell your provider.") },
  { V (TLS_FAILED), 0, "certificate-name", CONTACT_NOBODY,
    N_ ("The certificate that should prove who the server is belongs to another name."),
    N_ ("Write the server's name in the account exactly as your provider gives it. If you are in a "
        "network that is not your own, try another one: somebody may be listening in.") },
  { V (TLS_FAILED), 0, "certificate-unknown", CONTACT_NOBODY,
    N_ ("The certificate that should prove who the server is comes from nobody that this computer "
        "trusts."),
    N_ ("If you are in a network that is not your own, try another one: somebody may be listening "
        "in. An antivirus program that looks into mail can be the reason too.") },
  { V (TLS_FAILED), 0, "tls-other-kind", CONTACT_NOBODY,
    N_ ("{server} does not speak this kind of encryption on this port."),
    /* TRANSLATORS: STARTTLS is a name; "auto" is typed as it is */
    N_ ("Port 465 is for encryption from the start, ports 587 and 25 are for STARTTLS; in sendpath "
        "leave the account's security at “auto”.") },
  { V (TLS_FAILED), 0, NULL, CONTACT_OWN,
    N_ ("{server} cannot be reached over an encrypted connection that can be trusted."),
    N_ ("Check the date and time of this computer. If you are in a network that is not your own, "
        "try another one: somebody may be listening in.") },
  { V (CONNECTION_LOST), 0, "no-answer-in-time", CONTACT_OWN,
    N_ ("{server} did not answer in time."), IN_BETWEEN },
  { V (CONNECTION_LOST), 0, "cancelled", CONTACT_NOBODY, N_ ("The sending was stopped by hand."),
    NOTHING_TO_DO },
  { V (CONNECTION_LOST), 0, "network-changed", CONTACT_NOBODY,
    N_ ("This computer went to another network before the message left."), NOTHING_TO_DO },
  { V (CONNECTION_LOST), 0, "not-recorded", CONTACT_NOBODY,
    N_ ("sendpath could not write to the disk of this computer, and so sent nothing."),
    N_ ("Make room on the disk, and check that the outbox may be written to.") },
  { V (CONNECTION_LOST), 0, NULL, CONTACT_OWN,
    N_ ("The connection to the server broke off before the message was accepted."), IN_BETWEEN },
  { V (UNCERTAIN), 0, NULL, CONTACT_NOBODY,
    N_ ("The connection broke off after the message was handed over and before the server "
        "confirmed it: it may have arrived or not."),
    /* TRANSLATORS: the words in quotation marks are typed as they are */
    N_ ("Ask the recipient whether it arrived; then tell sendpath with “sendpath queue "
        "resolve”.") },
};

/* ---- what sendpath does ---------------------------------------------------------------------- */

static const char *const will_texts[] = {
  [SENDPATH_REMEDY_NONE] = N_ ("sendpath has nothing more to do."),
  /* TRANSLATORS: sendpath is the name of this program; lower-case, also at the beginning */
  [SENDPATH_REMEDY_LOG_IN] = N_ ("sendpath logs in and offers the message again; if that is not "
                                 "enough, it tries the next way to send it."),
  [SENDPATH_REMEDY_POP_LOGIN] =
      N_ ("sendpath logs in to your mailbox first and then offers the message again."),
  [SENDPATH_REMEDY_ENCRYPT] = N_ ("sendpath encrypts the connection and offers the message again."),
  [SENDPATH_REMEDY_ASK_LOGIN] = N_ ("sendpath does not try this password again; it asks for the "
                                    "right one and keeps the message in the outbox."),
  [SENDPATH_REMEDY_SENDER_RULE] =
      N_ ("sendpath offers the message again with the sender address that is set up for this "
          "server, or tries the next way to send it; replies still go to your own address."),
  [SENDPATH_REMEDY_OTHER_FAMILY] = N_ ("sendpath tries again from the other kind of internet "
                                       "address (IPv4 or IPv6), and then the next way to send it."),
  [SENDPATH_REMEDY_NEXT_ENDPOINT] = N_ ("sendpath tries another port or server, and keeps the "
                                        "message in the outbox until it can leave."),
  [SENDPATH_REMEDY_NEXT_ROUTE] = N_ ("sendpath tries the next way to send the message, and keeps "
                                     "it in the outbox until it can leave."),
  [SENDPATH_REMEDY_SPLIT] =
      N_ ("sendpath sends the message to the remaining recipients right afterwards."),
  [SENDPATH_REMEDY_WAIT] =
      N_ ("sendpath keeps the message in the outbox and tries again later by itself."),
  [SENDPATH_REMEDY_FINAL] =
      N_ ("sendpath does not try again by itself; it keeps a copy of the message."),
};
G_STATIC_ASSERT (G_N_ELEMENTS (will_texts) == SENDPATH_REMEDY_FINAL + 1);

/* Where the verdict has more to say than its first remedy. */
static const struct {
  SendpathVerdict verdict;
  const char *will;
} special_will[] = {
  { V (GREYLISTED),
    N_ ("sendpath tries again in the same way after a little more than five minutes.") },
  { V (RATE_LIMITED), N_ ("sendpath sends nothing through this account for as long as the server "
                          "asks, or for an hour, and keeps the message in the outbox.") },
  { V (NO_CREDENTIAL),
    N_ ("sendpath asks for the password, and keeps the message in the outbox until it has it.") },
  { V (TLS_FAILED),
    N_ ("sendpath sends neither password nor message over such a connection; it tries another port "
        "or server, and keeps the message in the outbox until it can leave.") },
  { V (UNCERTAIN),
    N_ ("sendpath does not send it through another server, so that nobody gets it twice.") },
  { V (OFFLINE),
    N_ ("sendpath keeps the message in the outbox and sends it when there is a network again.") },
  { V (PORTAL),
    N_ ("sendpath keeps the message in the outbox and sends it once you have signed in.") },
};

/* Where it is over. */
#define WILL_TRY_AND_END                                                                           \
  N_ ("sendpath tries another port or server; if that one does not take the message either, it "   \
      "keeps a copy and does not try again by itself.")
#define SEND_AGAIN_LATER                                                                           \
  N_ ("Send the message again later; if that does not help, tell the recipient in another way.")

/* What waiting cures, though nobody does it. */
static const SendpathVerdict passing[] = {
  V (MAILBOX_UNAVAILABLE), V (GREYLISTED),     V (RATE_LIMITED),
  V (SERVER_BUSY),         V (SERVER_STORAGE), V (SERVER_ERROR),
};

/* ---- choosing -------------------------------------------------------------------------------- */

static const char *
find_contact (Contact contact, guint place, gboolean has_recipient)
{
  if (contact == CONTACT_SERVER && (place & EXPLAIN_REMOTE) != 0)
    contact = CONTACT_REMOTE;
  if (contact == CONTACT_SERVER && (place & EXPLAIN_NETWORK) != 0)
    contact = CONTACT_NETWORK;
  if (contact == CONTACT_SERVER && (place & EXPLAIN_OWN) != 0)
    contact = CONTACT_OWN;
  switch (contact)
    {
    case CONTACT_NOBODY:
      return NULL;
    case CONTACT_SERVER:
      return _ ("If it lasts more than 30 minutes, ask whoever runs the server: your own provider, "
                "or the recipient's.");
    case CONTACT_OWN:
      return _ ("If it lasts more than 30 minutes, ask your provider.");
    case CONTACT_REMOTE:
      /* TRANSLATORS: {postmaster} is kept as it is; it becomes an address such as
       * postmaster@example.com */
      return has_recipient ? _ ("If it lasts more than 30 minutes, ask the recipient's provider: "
                                "{postmaster}.")
                           : _ ("If it lasts more than 30 minutes, ask the recipient's provider.");
    case CONTACT_NETWORK:
      return _ ("If it lasts more than 30 minutes, ask whoever runs the network.");
    }
  return NULL;
}

static const Row *
find_row (const ExplainCase *explained)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].verdict == explained->verdict &&
        (rows[i].place & explained->place) == rows[i].place &&
        (rows[i].reason == NULL || g_strcmp0 (rows[i].reason, explained->reason) == 0))
      return &rows[i];
  g_return_val_if_reached (&rows[0]);
}

static const char *
find_will (const ExplainCase *explained)
{
  for (guint i = 0; i < G_N_ELEMENTS (special_will); i++)
    if (special_will[i].verdict == explained->verdict)
      return special_will[i].will;
  if ((explained->place & EXPLAIN_OVER) != 0 && explained->remedy == SENDPATH_REMEDY_NEXT_ENDPOINT)
    return WILL_TRY_AND_END;
  return will_texts[explained->remedy];
}

static const char *
find_advice (const ExplainCase *explained, const Row *row)
{
  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    if ((explained->place & EXPLAIN_OVER) != 0 && row->reason == NULL &&
        explained->verdict == passing[i])
      return SEND_AGAIN_LATER;
  return row->advice;
}

void
explain_texts_find (const ExplainCase *explained, gboolean has_recipient, ExplainTexts *ret_texts)
{
  const Row *row = find_row (explained);

  ret_texts->what = _ (row->what);
  ret_texts->will = _ (find_will (explained));
  ret_texts->advice = _ (find_advice (explained, row));
  ret_texts->contact = find_contact (row->contact, explained->place, has_recipient);
  explain_code_find (explained->bare_code, ret_texts);
}

const char *
explain_texts_get_reason (guint i)
{
  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    if (rows[row].reason != NULL && i-- == 0)
      return rows[row].reason;
  return NULL;
}

/* ---- putting together ------------------------------------------------------------------------ */

char *
explain_texts_fill (const char *text, const char *server, const char *postmaster)
{
  /* TRANSLATORS: begins a sentence and is its subject, where the server's name is not known */
  return fill_in (text, "server", server != NULL ? server : _ ("The server"), "postmaster",
                  postmaster, NULL);
}

/* Not filled in: both are made already, and as long as they are. */
char *
explain_texts_join (const char *first, const char *second)
{
  /* TRANSLATORS: two whole sentences one after the other, in this order; leave the space out where
   * your language has none between sentences */
  g_autoptr (GString) out = g_string_new (_ ("{first} {second}"));

  g_string_replace (out, "{second}", second, 1);
  g_string_replace (out, "{first}", first, 1);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
