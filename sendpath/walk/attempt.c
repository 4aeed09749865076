/* Attempt: a record of facts. It never judges them: the verdict in it comes from outside. */
#include "config.h"

#include "sendpath/walk/attempt.h"

#include <glib/gi18n-lib.h>

#include "sendpath/verdict/outlook-codes.h"
#include "sendpath/walk/fields.h"

Attempt *
attempt_new (void)
{
  return g_new0 (Attempt, 1);
}

Attempt *
attempt_copy (const Attempt *attempt)
{
  Attempt *copy = g_new0 (Attempt, 1);

  *copy = *attempt;
  copy->server = g_strdup (attempt->server);
  copy->login = g_strdup (attempt->login);
  copy->host = g_strdup (attempt->host);
  copy->ip = g_strdup (attempt->ip);
  copy->auth = g_strdup (attempt->auth);
  copy->mail_from = g_strdup (attempt->mail_from);
  copy->header_changes = g_strdupv (attempt->header_changes);
  copy->reply = attempt->reply != NULL ? sendpath_reply_ref (attempt->reply) : NULL;
  copy->rule = g_strdup (attempt->rule);
  return copy;
}

void
attempt_free (Attempt *attempt)
{
  g_free (attempt->server);
  g_free (attempt->login);
  g_free (attempt->host);
  g_free (attempt->ip);
  g_free (attempt->auth);
  g_free (attempt->mail_from);
  g_strfreev (attempt->header_changes);
  g_clear_pointer (&attempt->reply, sendpath_reply_unref);
  g_free (attempt->rule);
  g_free (attempt);
}

void
attempt_add_reply_fields (JsonObject *object, const SendpathReply *reply)
{
  g_autofree char *text = NULL;

  if (reply == NULL)
    {
      fields_add_text (object, "code", NULL);
      fields_add_text (object, "enhanced", NULL);
      fields_add_text (object, "text", NULL);
      return;
    }
  text = sendpath_reply_dup_clean_text (reply);
  fields_add_number_or_null (object, "code", sendpath_reply_get_code (reply));
  fields_add_text (object, "enhanced", sendpath_reply_get_enhanced (reply));
  fields_add_text (object, "text", text);
}

static JsonObject *
new_route_object (const Attempt *attempt)
{
  JsonObject *route = json_object_new ();

  fields_add_text (route, "kind", sendpath_route_kind_to_string (attempt->kind));
  fields_add_text (route, "server", attempt->server);
  fields_add_text (route, "login", attempt->login);
  fields_add_boolean (route, "pop_login", attempt->pop_login);
  fields_add_text (route, "sender_rule", sender_rule_to_string (attempt->sender_rule));
  return route;
}

static JsonObject *
new_ms_object (const Attempt *attempt)
{
  JsonObject *ms = json_object_new ();

  fields_add_number (ms, "resolve", attempt->resolve_ms);
  fields_add_number (ms, "connect", attempt->connect_ms);
  fields_add_number (ms, "tls", attempt->tls_ms);
  fields_add_number (ms, "total", attempt->total_ms);
  return ms;
}

const char *
attempt_get_outlook (const Attempt *attempt)
{
  return outlook_code (attempt->verdict, attempt->phase, sendpath_reply_get_code (attempt->reply));
}

JsonNode *
attempt_to_json (const Attempt *attempt)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  gboolean has_endpoint = attempt->host != NULL;

  fields_add_object (object, "route", new_route_object (attempt));
  fields_add_text (object, "host", attempt->host);
  fields_add_text (object, "ip", attempt->ip);
  fields_add_number_or_null (object, "port", has_endpoint ? attempt->port : 0);
  fields_add_text (object, "security",
                   has_endpoint ? sendpath_security_to_string (attempt->security) : NULL);
  fields_add_boolean (object, "protected", attempt->is_protected);
  fields_add_text (object, "auth", attempt->auth);
  fields_add_boolean (object, "same_connection", attempt->same_connection);
  fields_add_text (object, "mail_from", attempt->mail_from);
  fields_add_texts (object, "header_changes", (const char *const *) attempt->header_changes);
  fields_add_text (object, "phase", sendpath_phase_to_string (attempt->phase));
  attempt_add_reply_fields (object, attempt->reply);
  fields_add_text (object, "verdict", sendpath_verdict_to_string (attempt->verdict));
  fields_add_text (object, "rule", attempt->rule);
  fields_add_text (object, "outlook", attempt_get_outlook (attempt));
  fields_add_time (object, "at", attempt->at_us / G_USEC_PER_SEC);
  fields_add_object (object, "ms", new_ms_object (attempt));
  json_node_take_object (node, object);
  return node;
}

void
attempt_add_offer_fields (JsonObject *record, const Attempt *attempt)
{
  fields_add_number_or_null (record, "size_max",
                             (gint64) MIN (attempt->size_max_bytes, G_MAXINT64));
  fields_add_boolean (record, "oauth_only", attempt->is_oauth_only);
}

void
attempt_read_offer_fields (Attempt *attempt, JsonObject *record)
{
  attempt->size_max_bytes = (guint64) MAX (fields_get_number (record, "size_max"), 0);
  attempt->is_oauth_only = fields_get_boolean (record, "oauth_only");
}

/* Why there was no reply, by what that was found to mean; the rest is no fault of a server. */
static SendpathFault
fault_of (SendpathVerdict verdict)
{
  static const SendpathFault faults[] = {
    [SENDPATH_VERDICT_OFFLINE] = SENDPATH_FAULT_OFFLINE,
    [SENDPATH_VERDICT_PORTAL] = SENDPATH_FAULT_PORTAL,
    [SENDPATH_VERDICT_HOST_NOT_FOUND] = SENDPATH_FAULT_HOST_NOT_FOUND,
    [SENDPATH_VERDICT_UNREACHABLE] = SENDPATH_FAULT_UNREACHABLE,
    [SENDPATH_VERDICT_TLS_FAILED] = SENDPATH_FAULT_TLS,
    [SENDPATH_VERDICT_CONNECTION_LOST] = SENDPATH_FAULT_LINK_LOST,
    [SENDPATH_VERDICT_PROTOCOL_ERROR] = SENDPATH_FAULT_PROTOCOL,
    [SENDPATH_VERDICT_NO_CREDENTIAL] = SENDPATH_FAULT_NO_CREDENTIAL,
    [SENDPATH_VERDICT_MESSAGE_TOO_LARGE] = SENDPATH_FAULT_TOO_LARGE,
    [SENDPATH_VERDICT_RECIPIENT_INVALID] = SENDPATH_FAULT_BAD_ADDRESS,
    [SENDPATH_VERDICT_UNCERTAIN] = SENDPATH_FAULT_LINK_LOST,
  };

  if ((guint) verdict < G_N_ELEMENTS (faults) && faults[verdict] != SENDPATH_FAULT_NONE)
    return faults[verdict];
  return SENDPATH_FAULT_LOCAL;
}

SendpathReply *
attempt_new_reply (gint64 code, const char *enhanced, const char *text, SendpathVerdict verdict)
{
  if (text == NULL)
    return NULL;
  if (code >= 200 && code <= 599)
    return sendpath_reply_new ((guint) code, enhanced, text);
  if (verdict == SENDPATH_VERDICT_ACCEPTED)
    return sendpath_reply_new (0, NULL, text); /* POP3 has no codes */
  return sendpath_reply_new_fault (fault_of (verdict), text);
}

SendpathReply *
attempt_read_reply_fields (JsonObject *object, SendpathVerdict verdict)
{
  return attempt_new_reply (fields_get_number (object, "code"),
                            fields_get_text (object, "enhanced"), fields_get_text (object, "text"),
                            verdict);
}

static gboolean
read_route (Attempt *attempt, JsonObject *route)
{
  const char *kind = fields_get_text (route, "kind");
  const char *rule = fields_get_text (route, "sender_rule");

  if (kind == NULL || rule == NULL || !sender_rule_from_string (rule, &attempt->sender_rule))
    return FALSE;
  attempt->kind = sendpath_route_kind_from_string (kind);
  attempt->server = g_strdup (fields_get_text (route, "server"));
  attempt->login = g_strdup (fields_get_text (route, "login"));
  attempt->pop_login = fields_get_boolean (route, "pop_login");
  return TRUE;
}

static void
read_endpoint (Attempt *attempt, JsonObject *object)
{
  const char *security = fields_get_text (object, "security");
  gint64 port = fields_get_number (object, "port");

  attempt->host = g_strdup (fields_get_text (object, "host"));
  attempt->ip = g_strdup (fields_get_text (object, "ip"));
  attempt->port = port > 0 && port <= G_MAXUINT16 ? (guint16) port : 0;
  for (SendpathSecurity i = SENDPATH_SECURITY_TLS; i <= SENDPATH_SECURITY_NONE; i++)
    if (g_strcmp0 (security, sendpath_security_to_string (i)) == 0)
      attempt->security = i;
}

static void
read_ms (Attempt *attempt, JsonObject *ms)
{
  attempt->resolve_ms = (guint) fields_get_number (ms, "resolve");
  attempt->connect_ms = (guint) fields_get_number (ms, "connect");
  attempt->tls_ms = (guint) fields_get_number (ms, "tls");
  attempt->total_ms = (guint) fields_get_number (ms, "total");
}

Attempt *
attempt_from_json (JsonNode *node, GError **error)
{
  g_autoptr(Attempt) attempt = attempt_new ();
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *route = object != NULL ? fields_get_object (object, "route") : NULL;
  JsonObject *ms = object != NULL ? fields_get_object (object, "ms") : NULL;
  const char *phase = object != NULL ? fields_get_text (object, "phase") : NULL;
  const char *verdict = object != NULL ? fields_get_text (object, "verdict") : NULL;

  if (route == NULL || phase == NULL || verdict == NULL || !read_route (attempt, route))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("not the record of an attempt"));
      return NULL;
    }
  attempt->phase = sendpath_phase_from_string (phase);
  attempt->verdict = sendpath_verdict_from_string (verdict);
  attempt->reply = attempt_read_reply_fields (object, attempt->verdict);
  if (attempt->reply == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("an attempt without a reply"));
      return NULL;
    }
  read_endpoint (attempt, object);
  attempt->is_protected = fields_get_boolean (object, "protected");
  attempt->auth = g_strdup (fields_get_text (object, "auth"));
  attempt->same_connection = fields_get_boolean (object, "same_connection");
  attempt->mail_from = g_strdup (fields_get_text (object, "mail_from"));
  attempt->header_changes = fields_dup_texts (object, "header_changes");
  attempt->rule = g_strdup (fields_get_text (object, "rule"));
  attempt->at_us = fields_get_time (object, "at") * G_USEC_PER_SEC;
  if (ms != NULL)
    read_ms (attempt, ms);
  return g_steal_pointer (&attempt);
}
