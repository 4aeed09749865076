/* The answer to "is this relaying?" in words: why a server answered so, and what sendpath would do.
 * It takes the facts as they are and judges nothing. */
#include "config.h"

#include "sendpath/relaying-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/mail/address.h"
#include "sendpath/verdict/explain-texts.h"
#include "sendpath/verdict/explain.h"
#include "sendpath/verdict/fill-in.h"

/* The second column of the table. */
static const char *const answer_words[] = {
  [SENDPATH_RELAY_UNKNOWN] = N_ ("not known"),     [SENDPATH_RELAY_LOCAL] = N_ ("local"),
  [SENDPATH_RELAY_ALLOWED] = N_ ("relay allowed"), [SENDPATH_RELAY_LOGIN] = N_ ("needs a login"),
  [SENDPATH_RELAY_REFUSED] = N_ ("refused"),
};

/* What follows where the server offers a login that the account may use. */
static const char *const credential_words[] = {
  [RELAY_CREDENTIAL_NONE] = N_ ("It offers no login that this account may use."),
  [RELAY_CREDENTIAL_STORED] = N_ ("It offers a login, and the password is stored."),
  [RELAY_CREDENTIAL_COMMAND] = N_ ("It offers a login, and a command tells the password."),
  [RELAY_CREDENTIAL_LOCKED] =
      N_ ("It offers a login, but the keyring with the password is locked."),
  [RELAY_CREDENTIAL_REFUSED] = N_ ("It offers a login, but it refused this password before; use "
                                   "“sendpath password set {account}”."),
  [RELAY_CREDENTIAL_MISSING] = N_ ("It offers a login, but no password is stored; use “sendpath "
                                   "password set {account}”."),
};

/* Of a server, the account is who logs in there. */
static char *
fill (const SendpathRelaying *relaying, const RelayServer *server, const char *text)
{
  g_autofree char *owner =
      server != NULL ? route_dup_owner (server->probe->route) : g_strdup (relaying->account);

  return fill_in (text, "server", server != NULL ? server->probe->route->server : "", "to",
                  relaying->to, "domain", address_get_domain (relaying->to), "account", owner,
                  "location", relaying->location, NULL);
}

/* ---- why ------------------------------------------------------------------------------------- */

static const char *
choose_login_sentence (const RelayServer *server)
{
  if (server->probe->verdict == SENDPATH_VERDICT_POP_REQUIRED)
    return _ ("{server} wants a POP3 login from this network first.");
  if (server->probe->verdict == SENDPATH_VERDICT_AUTH_REQUIRED)
    return _ ("{server} wants a login before it takes any mail from this network.");
  if (server->is_local)
    return _ ("{server} wants a login, although {domain} is a domain of its own.");
  return _ ("{server} does not relay to {domain} from this network without a login.");
}

/* NULL: it has nothing to do with relaying. */
static const char *
choose_sentence (const RelayServer *server)
{
  switch (server->answer)
    {
    case SENDPATH_RELAY_LOCAL:
      return _ ("{domain} is a domain of this server, which takes its mail from everywhere: no "
                "relaying is needed.");
    case SENDPATH_RELAY_ALLOWED:
      return _ ("{server} relays to {domain} for this network without a login.");
    case SENDPATH_RELAY_LOGIN:
      return choose_login_sentence (server);
    case SENDPATH_RELAY_REFUSED:
      if (server->probe->verdict == SENDPATH_VERDICT_RELAY_DENIED)
        return _ ("{server} does not relay to {domain} from this network.");
      return NULL;
    case SENDPATH_RELAY_UNKNOWN:
      return NULL;
    }
  return NULL;
}

/* What the verdict says of all such answers. */
static char *
dup_usual_sentence (const SendpathRelaying *relaying, const RelayServer *server)
{
  SendpathVerdictQuery query = { .phase = server->probe->phase,
                                 .reply = server->probe->reply,
                                 .recipient = relaying->to,
                                 .server = server->probe->route->server,
                                 .tls = server->probe->is_tls,
                                 .relay = route_is_relay (server->probe->route) };
  g_autoptr (SendpathExplanation) explanation = sendpath_explain_reply (&query);

  return g_strdup (sendpath_explanation_get_what (explanation));
}

/* What is true besides. */
static const char *
choose_second_sentence (const RelayServer *server)
{
  if (server->answer == SENDPATH_RELAY_LOGIN && server->credential == RELAY_CREDENTIAL_NONE &&
      server->can_pop)
    return _ ("It offers no login that this account may use, but a POP3 login may open the way.");
  if (server->answer == SENDPATH_RELAY_LOGIN)
    return _ (credential_words[server->credential]);
  if (server->answer != SENDPATH_RELAY_UNKNOWN)
    return NULL;
  return server->is_local ? _ ("{domain} is a domain of this server, so no relaying is needed.")
                          : _ ("{domain} is no domain of this server, so it would be relaying.");
}

char *
relaying_dup_why (const SendpathRelaying *relaying, const RelayServer *server)
{
  const char *own = choose_sentence (server);
  const char *more = choose_second_sentence (server);
  g_autofree char *first =
      own != NULL ? fill (relaying, server, own) : dup_usual_sentence (relaying, server);
  g_autofree char *second = more != NULL ? fill (relaying, server, more) : NULL;

  return second != NULL ? explain_texts_join (first, second) : g_steal_pointer (&first);
}

/* ---- what sendpath would do ------------------------------------------------------------------ */

static const char *
choose_summary_of_login (const RelayServer *server)
{
  if (!server->can_leave)
    return _ ("This is relaying, and sendpath cannot log in to {server} now: the message would "
              "wait in the outbox.");
  if (server->can_pop &&
      (!server->can_log_in || server->probe->verdict == SENDPATH_VERDICT_POP_REQUIRED))
    return _ ("This is relaying: sendpath would log in to the POP3 server first, and then send the "
              "message through {server}.");
  return _ ("This is relaying: sendpath would log in to {server} and send the message there.");
}

static const char *
choose_summary (const SendpathRelaying *relaying)
{
  const RelayServer *server = relaying->decisive;

  if (relaying->is_portal)
    return _ ("This network wants you to sign in on a web page first: the message would wait in the "
              "outbox.");
  if (!relaying->is_connected && (server == NULL || !server->probe->is_open))
    return _ ("This computer has no network: the message would wait in the outbox.");
  if (server == NULL)
    return _ ("Account {account} has no server that could be asked.");
  switch (server->answer)
    {
    case SENDPATH_RELAY_LOCAL:
      return _ ("This is no relaying: sendpath would hand the message to {server}, which takes "
                "mail for {to} itself.");
    case SENDPATH_RELAY_ALLOWED:
      if (route_is_from_network (server->probe->route))
        return _ ("This is relaying: sendpath would send the message through {server}, which you "
                  "approved for this network.");
      if (route_is_relay (server->probe->route))
        return _ ("This is relaying: sendpath would send the message through {server}, the relay "
                  "of location {location}.");
      return _ (
          "This is relaying, and this network may do it: sendpath would send the message through "
          "{server}.");
    case SENDPATH_RELAY_LOGIN:
      return choose_summary_of_login (server);
    case SENDPATH_RELAY_REFUSED:
      if (server->probe->remedy == SENDPATH_REMEDY_FINAL)
        return _ ("{server} does not take the message, and sendpath would give it back to you.");
      return _ ("{server} does not take the message from here: it would wait in the outbox.");
    case SENDPATH_RELAY_UNKNOWN:
      if (server->can_leave)
        return _ ("{server} gives no answer yet: sendpath would try again by itself.");
      return _ ("Nobody could be asked: the message would wait in the outbox until a server "
                "answers.");
    }
  return "";
}

char *
relaying_dup_summary (const SendpathRelaying *relaying)
{
  return fill (relaying, relaying->decisive, choose_summary (relaying));
}

/* ---- the table ------------------------------------------------------------------------------- */

static char *
dup_door (const SendpathEndpoint *endpoint)
{
  const char *host = sendpath_endpoint_get_host (endpoint);

  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
                          sendpath_endpoint_get_port (endpoint));
}

static void
append_server (GString *lines, const RelayServer *server, int width)
{
  g_autofree char *door = dup_door (server->probe->endpoint);
  g_autofree char *text = sendpath_reply_dup_clean_text (server->probe->reply);
  const char *enhanced = sendpath_reply_get_enhanced (server->probe->reply);
  guint code = sendpath_reply_get_code (server->probe->reply);

  g_string_append_printf (lines, "%-*s  %s\n    %s\n", width, door,
                          _ (answer_words[server->answer]), server->why);
  if (code == 0)
    g_string_append_printf (lines, "    (%s)\n", text);
  else if (enhanced != NULL && !g_str_has_prefix (text, enhanced))
    g_string_append_printf (lines, "    %u %s %s\n", code, enhanced, text);
  else
    g_string_append_printf (lines, "    %u %s\n", code, text);
}

/**
 * sendpath_relaying_to_text:
 * @relaying: a #SendpathRelaying
 *
 * Puts it into a table for a terminal: each server with its answer, why, and
 * its own words; and then what sendpath would do.
 *
 * Returns: (transfer full): translated lines, each with its line end
 *
 * Since: 1.0
 */
char *
sendpath_relaying_to_text (const SendpathRelaying *relaying)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *title = NULL;
  int width = 0;

  g_return_val_if_fail (relaying != NULL, NULL);

  title = fill (relaying, NULL,
                relaying->location != NULL ? _ ("From account {account} at location {location} to "
                                                "{to}:")
                                           : _ ("From account {account} at no known location to "
                                                "{to}:"));
  g_string_append_printf (lines, "%s\n\n", title);
  for (guint i = 0; i < relaying->servers->len; i++)
    {
      const RelayServer *server = relaying->servers->pdata[i];
      g_autofree char *door = dup_door (server->probe->endpoint);

      width = MAX (width, (int) strlen (door));
    }
  for (guint i = 0; i < relaying->servers->len; i++)
    append_server (lines, relaying->servers->pdata[i], width);
  g_string_append_printf (lines, "%s%s\n", relaying->servers->len > 0 ? "\n" : "",
                          relaying->summary);
  if (relaying->help != NULL)
    g_string_append_printf (lines, "%s\n", relaying->help);
  if (sendpath_relaying_can_leave (relaying))
    g_string_append_printf (lines, "%s\n",
                            _ ("Nothing was sent: this is what the server says to the address; "
                               "some refuse only when they have seen the message."));
  return g_string_free (g_steal_pointer (&lines), FALSE);
}
