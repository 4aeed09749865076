/* Outcomes: ten thousand recipients in a few lines, and each of them as it was. */
#include "config.h"

#include "sendpath/outbox/outcomes.h"

#include <string.h>

#include "sendpath/walk/fields.h"
#include "tests/lib/outbox-fixture.h"

#define MANY 10000

static SendpathReport *
new_report (guint n_recipients)
{
  g_autoptr(GString) addresses = g_string_new ("recipient0@adatum.com");
  g_autoptr(SendpathMessage) message = NULL;

  for (guint i = 1; i < n_recipients; i++)
    g_string_append_printf (addresses, " recipient%u@adatum.com", i);
  message = outbox_fixture_new_message (NULL, addresses->str, "Noon?\r\n");
  return report_new ("0123456789abcdef0123456789abcdef", message);
}

/* The last attempt of every recipient; every @third of them is sent, the others wait. */
static const Attempt *
answer (SendpathReport *report, guint third)
{
  g_autoptr(SendpathReply) taken = sendpath_reply_new (250, NULL, "2.0.0 Ok");
  g_autoptr(SendpathReply) later = sendpath_reply_new (451, NULL, "4.3.0 Later");
  Attempt *attempt = attempt_new ();
  guint index;

  attempt->reply = sendpath_reply_ref (taken);
  index = report_add_attempt (report, attempt);
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];
      gboolean is_taken = i % third == 0;

      report_set_recipient (report, recipient->address, index,
                            is_taken ? SENDPATH_RECIPIENT_SENT : SENDPATH_RECIPIENT_QUEUED,
                            is_taken ? SENDPATH_VERDICT_ACCEPTED : SENDPATH_VERDICT_SERVER_BUSY,
                            is_taken ? taken : later);
    }
  return attempt;
}

/* How many bytes the outcomes take; asserts that they name each recipient once, with its state. */
static gsize
check_outcomes (SendpathReport *report, JsonArray *outcomes)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);
  gsize length = 0;

  for (guint i = 0; i < json_array_get_length (outcomes); i++)
    {
      JsonObject *outcome = fields_peek_object (outcomes, i);
      g_autoptr(GPtrArray) found = outcomes_find_recipients (report, outcome);
      g_autofree char *text = fields_print (outcome);

      length += strlen (text);
      g_assert_nonnull (found);
      for (guint j = 0; j < found->len; j++)
        {
          const ReportRecipient *recipient = found->pdata[j];

          g_assert_true (g_hash_table_add (seen, found->pdata[j]));
          g_assert_cmpstr (fields_get_text (outcome, "state"), ==,
                           sendpath_recipient_state_to_string (recipient->state));
        }
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, report->recipients->len);
  return length;
}

/* T-162: a try that fails for all costs the journal some hundred bytes, not megabytes. */
static void
test_one_answer_for_many (void)
{
  g_autoptr(SendpathReport) report = new_report (MANY);
  const Attempt *attempt = answer (report, MANY);
  g_autoptr(JsonArray) outcomes = outcomes_new (report, attempt);

  g_assert_cmpuint (json_array_get_length (outcomes), ==, 2);
  g_assert_cmpuint (check_outcomes (report, outcomes), <, 512);
}

static void
test_answers_in_turn (void)
{
  g_autoptr(SendpathReport) report = new_report (MANY);
  const Attempt *attempt = answer (report, 3);
  g_autoptr(JsonArray) outcomes = outcomes_new (report, attempt);

  g_assert_cmpuint (json_array_get_length (outcomes), ==, 2);
  g_assert_cmpuint (check_outcomes (report, outcomes), <, MANY * strlen ("1234-1235,"));
}

/* Whoever looks into the journal of a usual message reads addresses. */
static void
test_few_are_named (void)
{
  g_autoptr(SendpathReport) report = new_report (3);
  const Attempt *attempt = answer (report, 2);
  g_autoptr(JsonArray) outcomes = outcomes_new (report, attempt);

  g_assert_cmpuint (json_array_get_length (outcomes), ==, 3);
  g_assert_cmpstr (fields_get_text (fields_peek_object (outcomes, 1), "address"), ==,
                   "recipient1@adatum.com");
  check_outcomes (report, outcomes);
}

static void
test_damage (void)
{
  static const char *const damaged[] = {
    "",
    "x",
    "-1",
    "3",
    "0-3",
    "2-1",
    "1-1",
    "0,0",
    "1,0",
    "0-1,1",
    "0,",
    "0-",
    ",0",
    "0 1",
    "0-1-2",
    " 0",
    "+0",
    "0x1",
    "1-18446744073709551616",
  };
  g_autoptr(SendpathReport) report = new_report (3);

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr(JsonObject) outcome = json_object_new ();
      g_autoptr(GPtrArray) found = NULL;

      fields_add_text (outcome, "places", damaged[i]);
      found = outcomes_find_recipients (report, outcome);
      g_test_message ("“%s”", damaged[i]);
      g_assert_null (found);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outcomes/one-answer-for-many-is-one-line", test_one_answer_for_many);
  g_test_add_func ("/outcomes/answers-in-turn", test_answers_in_turn);
  g_test_add_func ("/outcomes/few-are-named", test_few_are_named);
  g_test_add_func ("/outcomes/damage-is-found", test_damage);
  return g_test_run ();
}
