/* An attempt from the line of its journal, without a tree of JSON. It never judges what it reads. */
#include "config.h"

#include "sendpath/outbox/attempt-line.h"

#include <string.h>

/* Members as they come; words are looked up when all are there. */
typedef struct {
  char at[LINE_WORD_BYTES]; /* of the record: the attempt has its own */
  char kind[LINE_WORD_BYTES];
  char sender_rule[LINE_WORD_BYTES];
  char security[LINE_WORD_BYTES];
  char phase[LINE_WORD_BYTES];
  char verdict[LINE_WORD_BYTES];
  char outlook[LINE_WORD_BYTES];
  char state[LINE_WORD_BYTES];
  char *address;
  char *server;
  char *login;
  char *host;
  char *ip;
  char *auth;
  char *mail_from;
  char **header_changes;
  char *enhanced;
  char *text;
  char *rule;
  gboolean pop_login;
  gboolean is_protected;
  gboolean same_connection;
  gboolean is_oauth_only;
  gint64 port;
  gint64 code;
  gint64 at_s;
  gint64 resolve_ms, connect_ms, tls_ms, total_ms;
  gint64 size_max_bytes;
} Members;

static void
members_clear (Members *members)
{
  g_free (members->address);
  g_free (members->server);
  g_free (members->login);
  g_free (members->host);
  g_free (members->ip);
  g_free (members->auth);
  g_free (members->mail_from);
  g_strfreev (members->header_changes);
  g_free (members->enhanced);
  g_free (members->text);
  g_free (members->rule);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Members, members_clear)

#define MEMBER(before, name, take, field)                                                          \
  LINE_MEMBER (before, name, line_cursor_take_##take, Members, field)

/* In the order of journal_note_attempt() and attempt_to_json(). */
static const LineMember attempt_members[] = {
  MEMBER (",", "at", word, at),
  MEMBER (",\"attempt\":{\"route\":{", "kind", word, kind),
  MEMBER (",", "server", text, server),
  MEMBER (",", "login", text, login),
  MEMBER (",", "pop_login", boolean, pop_login),
  MEMBER (",", "sender_rule", word, sender_rule),
  MEMBER ("},", "host", text, host),
  MEMBER (",", "ip", text, ip),
  MEMBER (",", "port", number, port),
  MEMBER (",", "security", word, security),
  MEMBER (",", "protected", boolean, is_protected),
  MEMBER (",", "auth", text, auth),
  MEMBER (",", "same_connection", boolean, same_connection),
  MEMBER (",", "mail_from", text, mail_from),
  MEMBER (",", "header_changes", texts, header_changes),
  MEMBER (",", "phase", word, phase),
  MEMBER (",", "code", number, code),
  MEMBER (",", "enhanced", text, enhanced),
  MEMBER (",", "text", text, text),
  MEMBER (",", "verdict", word, verdict),
  MEMBER (",", "rule", text, rule),
  MEMBER (",", "outlook", word, outlook),
  MEMBER (",", "at", time, at_s),
  MEMBER (",\"ms\":{", "resolve", number, resolve_ms),
  MEMBER (",", "connect", number, connect_ms),
  MEMBER (",", "tls", number, tls_ms),
  MEMBER (",", "total", number, total_ms),
  MEMBER ("}},", "size_max", number, size_max_bytes),
  MEMBER (",", "oauth_only", boolean, is_oauth_only),
};

/* In the order of outcomes_new(). */
static const LineMember outcome_members[] = {
  MEMBER ("{", "address", text, address),
  MEMBER (",", "state", word, state),
  MEMBER (",", "verdict", word, verdict),
  MEMBER (",", "code", number, code),
  MEMBER (",", "enhanced", text, enhanced),
  MEMBER (",", "text", text, text),
};

/* ---- the attempt ----------------------------------------------------------------------------- */

static SendpathSecurity
find_security (const char *name)
{
  SendpathSecurity found = SENDPATH_SECURITY_TLS; /* for an attempt without an endpoint, too */

  for (SendpathSecurity i = SENDPATH_SECURITY_TLS; i <= SENDPATH_SECURITY_NONE; i++)
    if (g_str_equal (name, sendpath_security_to_string (i)))
      found = i;
  return found;
}

/* Takes the texts of @members over. NULL: something is missing that each has. */
static Attempt *
make_attempt (Members *members)
{
  g_autoptr(Attempt) attempt = attempt_new ();

  if (members->text == NULL || *members->phase == '\0' || *members->verdict == '\0' ||
      *members->kind == '\0' || members->header_changes == NULL ||
      !sender_rule_from_string (members->sender_rule, &attempt->sender_rule))
    return NULL;
  attempt->kind = sendpath_route_kind_from_string (members->kind);
  attempt->server = g_steal_pointer (&members->server);
  attempt->login = g_steal_pointer (&members->login);
  attempt->pop_login = members->pop_login;
  attempt->host = g_steal_pointer (&members->host);
  attempt->ip = g_steal_pointer (&members->ip);
  attempt->port = members->port <= G_MAXUINT16 ? (guint16) members->port : 0;
  attempt->security = find_security (members->security);
  attempt->is_protected = members->is_protected;
  attempt->auth = g_steal_pointer (&members->auth);
  attempt->size_max_bytes = (guint64) members->size_max_bytes;
  attempt->is_oauth_only = members->is_oauth_only;
  attempt->same_connection = members->same_connection;
  attempt->mail_from = g_steal_pointer (&members->mail_from);
  attempt->header_changes = g_steal_pointer (&members->header_changes);
  attempt->phase = sendpath_phase_from_string (members->phase);
  attempt->verdict = sendpath_verdict_from_string (members->verdict);
  attempt->reply =
      attempt_new_reply (members->code, members->enhanced, members->text, attempt->verdict);
  attempt->rule = g_steal_pointer (&members->rule);
  attempt->at_us = members->at_s * G_USEC_PER_SEC;
  attempt->resolve_ms = (guint) members->resolve_ms;
  attempt->connect_ms = (guint) members->connect_ms;
  attempt->tls_ms = (guint) members->tls_ms;
  attempt->total_ms = (guint) members->total_ms;
  return g_steal_pointer (&attempt);
}

/* ---- its outcomes ---------------------------------------------------------------------------- */

static void
outcome_clear (gpointer data)
{
  AttemptOutcome *outcome = data;

  g_free (outcome->address);
  g_clear_pointer (&outcome->reply, sendpath_reply_unref);
}

static gboolean
take_outcome (LineCursor *cursor, AttemptLine *read)
{
  g_auto(Members) members = { .address = NULL };
  AttemptOutcome outcome = { .address = NULL };

  if (!line_cursor_take_members (cursor, outcome_members, G_N_ELEMENTS (outcome_members),
                                 &members) ||
      !line_cursor_skip (cursor, "}", 1) || members.address == NULL || *members.state == '\0' ||
      *members.verdict == '\0')
    return FALSE;
  outcome.address = g_steal_pointer (&members.address);
  memcpy (outcome.state, members.state, sizeof outcome.state);
  outcome.verdict = sendpath_verdict_from_string (members.verdict);
  outcome.reply = attempt_new_reply (members.code, members.enhanced, members.text, outcome.verdict);
  g_array_append_val (read->outcomes, outcome);
  return TRUE;
}

static gboolean
take_outcomes (LineCursor *cursor, AttemptLine *read)
{
  read->outcomes = g_array_new (FALSE, FALSE, sizeof (AttemptOutcome));
  g_array_set_clear_func (read->outcomes, outcome_clear);
  if (line_cursor_skip (cursor, "]", 1))
    return TRUE;
  do
    if (!take_outcome (cursor, read))
      return FALSE;
  while (line_cursor_skip (cursor, ",", 1));
  return line_cursor_skip (cursor, "]", 1);
}

gboolean
attempt_line_read (AttemptLine *read, const char *line, gsize length)
{
  g_auto(Members) members = { .address = NULL };
  LineCursor cursor = { line, line + length };

  if (!line_cursor_skip_word (&cursor, "{\"event\":\"attempt\"") || !line_is_text (line, length) ||
      !line_cursor_take_members (&cursor, attempt_members, G_N_ELEMENTS (attempt_members),
                                 &members) ||
      !line_cursor_skip_word (&cursor, ",\"recipients\":[") || !take_outcomes (&cursor, read) ||
      !line_cursor_skip (&cursor, "}", 1) || cursor.at < cursor.end)
    return FALSE;
  read->attempt = make_attempt (&members);
  return read->attempt != NULL;
}

void
attempt_line_clear (AttemptLine *read)
{
  g_clear_pointer (&read->attempt, attempt_free);
  g_clear_pointer (&read->outcomes, g_array_unref);
}
