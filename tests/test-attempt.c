/* Attempt: the object of `attempts` in PRODUCT.md section 7, there and back. */
#include "config.h"

#include "sendpath/walk/attempt.h"

#include <string.h>

/* 21 November 2026, 12:00:00 UTC, and some microseconds */
#define NOON_US (G_GINT64_CONSTANT (1795262400) * G_USEC_PER_SEC + 250000)

static Attempt *
new_refused_attempt (void)
{
  Attempt *attempt = attempt_new ();

  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->server = g_strdup ("smtp.proseware.com");
  attempt->login = g_strdup ("account");
  attempt->sender_rule = SENDER_RULE_KEEP;
  attempt->host = g_strdup ("smtp.proseware.com");
  attempt->ip = g_strdup ("192.0.2.25");
  attempt->port = 587;
  attempt->security = SENDPATH_SECURITY_STARTTLS;
  attempt->is_protected = TRUE;
  attempt->auth = g_strdup ("scram-sha-256");
  attempt->same_connection = TRUE;
  attempt->mail_from = g_strdup ("terri@proseware.com");
  attempt->header_changes = g_strsplit ("From Reply-To", " ", -1);
  attempt->phase = SENDPATH_PHASE_RCPT;
  attempt->reply = sendpath_reply_new (550, NULL, "5.7.1 Relaying denied\n5.7.1 \033[31mtoday");
  attempt->verdict = SENDPATH_VERDICT_RELAY_DENIED;
  attempt->rule = g_strdup ("relay-words");
  attempt->at_us = NOON_US;
  attempt->resolve_ms = 1;
  attempt->connect_ms = 20;
  attempt->tls_ms = 45;
  attempt->total_ms = 210;
  return attempt;
}

static char *
print (const Attempt *attempt)
{
  g_autoptr(JsonNode) node = attempt_to_json (attempt);

  return json_to_string (node, FALSE);
}

/* The text of @json from the member @from up to the member @to. */
static char *
cut_out (const char *json, const char *from, const char *to)
{
  const char *start = strstr (json, from);
  const char *end = start != NULL ? strstr (start, to) : NULL;

  g_assert_nonnull (end);
  return g_strndup (start, end - start);
}

static void
test_names_and_order (void)
{
  g_autoptr(Attempt) attempt = new_refused_attempt ();
  g_autofree char *json = print (attempt);
  g_autofree char *before_outlook = NULL;

  /* T-028: what the server sent comes cleaned */
  before_outlook = cut_out (json, "{", "\"outlook\"");
  g_assert_cmpstr (
      before_outlook, ==,
      "{\"route\":{\"kind\":\"account\",\"server\":\"smtp.proseware.com\",\"login\":\"account\","
      "\"pop_login\":false,\"sender_rule\":\"keep\"},"
      "\"host\":\"smtp.proseware.com\",\"ip\":\"192.0.2.25\",\"port\":587,"
      "\"security\":\"starttls\",\"protected\":true,\"auth\":\"scram-sha-256\","
      "\"same_connection\":true,\"mail_from\":\"terri@proseware.com\","
      "\"header_changes\":[\"From\",\"Reply-To\"],"
      "\"phase\":\"rcpt\",\"code\":550,\"enhanced\":\"5.7.1\","
      "\"text\":\"5.7.1 Relaying denied 5.7.1 today\","
      "\"verdict\":\"relay-denied\",\"rule\":\"relay-words\",");
  g_assert_true (
      g_str_has_suffix (json, ",\"at\":\"2026-11-21T12:00:00Z\","
                              "\"ms\":{\"resolve\":1,\"connect\":20,\"tls\":45,\"total\":210}}"));
}

static void
test_absent_is_null (void)
{
  g_autoptr(Attempt) attempt = attempt_new ();
  g_autofree char *json = NULL;
  g_autofree char *endpoint = NULL;
  g_autofree char *reply = NULL;

  attempt->kind = SENDPATH_ROUTE_ACCOUNT_POP;
  attempt->pop_login = TRUE;
  attempt->phase = SENDPATH_PHASE_RESOLVE;
  attempt->reply = sendpath_reply_new_fault (SENDPATH_FAULT_HOST_NOT_FOUND, "no such name");
  attempt->verdict = SENDPATH_VERDICT_HOST_NOT_FOUND;
  json = print (attempt);
  endpoint = cut_out (json, "\"host\"", "\"phase\"");
  g_assert_cmpstr (
      endpoint, ==,
      "\"host\":null,\"ip\":null,\"port\":null,\"security\":null,\"protected\":false,"
      "\"auth\":null,\"same_connection\":false,\"mail_from\":null,\"header_changes\":[],");
  reply = cut_out (json, "\"code\"", "\"outlook\"");
  g_assert_cmpstr (reply, ==,
                   "\"code\":null,\"enhanced\":null,\"text\":\"no such name\","
                   "\"verdict\":\"host-not-found\",\"rule\":null,");
  g_assert_nonnull (strstr (json, "\"at\":null,"));
}

static Attempt *
go_through_json (const Attempt *attempt)
{
  g_autofree char *json = print (attempt);
  g_autoptr(JsonNode) node = json_from_string (json, NULL);
  g_autoptr(GError) error = NULL;
  Attempt *copy = attempt_from_json (node, &error);

  g_assert_no_error (error);
  return copy;
}

static void
test_comes_back (void)
{
  g_autoptr(Attempt) attempt = new_refused_attempt ();
  g_autoptr(Attempt) copy = go_through_json (attempt);
  g_autoptr(Attempt) again = attempt_copy (copy);
  g_autofree char *expected = print (attempt);
  g_autofree char *seen = print (again);

  g_assert_cmpstr (seen, ==, expected);
  g_assert_cmpint (copy->at_us, ==, NOON_US - 250000);
}

static void
test_silence_comes_back_as_its_fault (void)
{
  static const struct {
    SendpathVerdict verdict;
    SendpathFault fault;
  } cases[] = {
    { SENDPATH_VERDICT_OFFLINE, SENDPATH_FAULT_OFFLINE },
    { SENDPATH_VERDICT_UNREACHABLE, SENDPATH_FAULT_UNREACHABLE },
    { SENDPATH_VERDICT_TLS_FAILED, SENDPATH_FAULT_TLS },
    { SENDPATH_VERDICT_CONNECTION_LOST, SENDPATH_FAULT_LINK_LOST },
    { SENDPATH_VERDICT_UNCERTAIN, SENDPATH_FAULT_LINK_LOST },
    { SENDPATH_VERDICT_NO_CREDENTIAL, SENDPATH_FAULT_NO_CREDENTIAL },
    { SENDPATH_VERDICT_SERVER_ERROR, SENDPATH_FAULT_LOCAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Attempt) attempt = new_refused_attempt ();
      g_autoptr(Attempt) copy = NULL;

      sendpath_reply_unref (attempt->reply);
      attempt->reply = sendpath_reply_new_fault (cases[i].fault, "why");
      attempt->verdict = cases[i].verdict;
      copy = go_through_json (attempt);
      g_assert_cmpuint (sendpath_reply_get_code (copy->reply), ==, 0);
      g_assert_cmpint (sendpath_reply_get_fault (copy->reply), ==, cases[i].fault);
    }
}

static void
test_a_pop_login_has_no_code (void)
{
  g_autoptr(Attempt) attempt = new_refused_attempt ();
  g_autoptr(Attempt) copy = NULL;

  sendpath_reply_unref (attempt->reply);
  attempt->reply = sendpath_reply_new (0, NULL, "+OK logged in");
  attempt->verdict = SENDPATH_VERDICT_ACCEPTED;
  copy = go_through_json (attempt);
  g_assert_cmpint (sendpath_reply_get_fault (copy->reply), ==, SENDPATH_FAULT_NONE);
  g_assert_cmpstr (sendpath_reply_get_text (copy->reply), ==, "+OK logged in");
}

static void
test_refuses_what_is_no_attempt (void)
{
  static const char *const texts[] = {
    "7",
    "[]",
    "{}",
    "{\"route\":{},\"phase\":\"rcpt\",\"verdict\":\"accepted\",\"text\":\"ok\"}",
    "{\"route\":{\"kind\":\"account\",\"sender_rule\":\"none\"},\"phase\":\"rcpt\",\"verdict\":"
    "\"accepted\",\"text\":\"\"}",
    "{\"route\":{\"kind\":\"account\",\"sender_rule\":\"keep\"},\"phase\":\"rcpt\",\"verdict\":"
    "\"accepted\",\"text\":null}",
    "{\"route\":{\"kind\":\"account\",\"sender_rule\":\"keep\"},\"phase\":3,\"verdict\":"
    "\"accepted\",\"text\":\"ok\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(JsonNode) node = json_from_string (texts[i], NULL);
      g_autoptr(GError) error = NULL;

      g_assert_null (attempt_from_json (node, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

/* What the server offered is for the journal; the object of the contract stays as it is. */
static void
test_offer_comes_back (void)
{
  g_autoptr(Attempt) attempt = new_refused_attempt ();
  g_autoptr(Attempt) copy = attempt_new ();
  g_autoptr(JsonObject) record = json_object_new ();
  g_autofree char *before = print (attempt);
  g_autofree char *after = NULL;

  attempt->size_max_bytes = 25000000;
  attempt->is_oauth_only = TRUE;
  after = print (attempt);
  g_assert_cmpstr (after, ==, before);
  attempt_read_offer_fields (copy, record);
  g_assert_cmpuint (copy->size_max_bytes, ==, 0);
  attempt_add_offer_fields (record, attempt);
  attempt_read_offer_fields (copy, record);
  g_assert_cmpuint (copy->size_max_bytes, ==, 25000000);
  g_assert_true (copy->is_oauth_only);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attempt/names-and-order-are-those-of-the-contract", test_names_and_order);
  g_test_add_func ("/attempt/what-is-absent-is-null", test_absent_is_null);
  g_test_add_func ("/attempt/comes-back-from-json", test_comes_back);
  g_test_add_func ("/attempt/silence-comes-back-as-its-fault",
                   test_silence_comes_back_as_its_fault);
  g_test_add_func ("/attempt/a-pop-login-has-no-code", test_a_pop_login_has_no_code);
  g_test_add_func ("/attempt/what-was-offered-goes-beside-the-contract", test_offer_comes_back);
  g_test_add_func ("/attempt/refuses-what-is-no-attempt", test_refuses_what_is_no_attempt);
  return g_test_run ();
}
