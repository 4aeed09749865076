/* What was said about one message reaches no other message, network or relay, and nothing that everybody
 * nearby could read. */
#include "config.h"

#include "sendpath/relay-answers.h"

#define MESSAGE "11111111111111111111111111111111"
#define NETWORK "0123456789abcdef"
#define HOST    "mail.thephone-company.com"

static const struct {
  const char *name;
  WalkRelay relay;
  gboolean is_granted;
} cases[] = {
  { "the-same", { MESSAGE, NETWORK, HOST, 587, SENDPATH_SECURITY_STARTTLS }, TRUE },
  { "another-port", { MESSAGE, NETWORK, HOST, 465, SENDPATH_SECURITY_TLS }, TRUE },
  { "no-encryption", { MESSAGE, NETWORK, HOST, 25, SENDPATH_SECURITY_NONE }, FALSE },
  { "another-message", { "2", NETWORK, HOST, 587, SENDPATH_SECURITY_STARTTLS }, FALSE },
  { "another-network", { MESSAGE, "3", HOST, 587, SENDPATH_SECURITY_STARTTLS }, FALSE },
  { "another-relay", { MESSAGE, NETWORK, "adatum.com", 587, SENDPATH_SECURITY_STARTTLS }, FALSE },
};

static void
test_granted (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  RelayAnswers *answers = relay_answers_new ();

  g_assert_false (relay_answers_is_granted (answers, &cases[i].relay));
  relay_answers_grant (answers, &cases[0].relay);
  g_assert_cmpint (relay_answers_is_granted (answers, &cases[i].relay), ==, cases[i].is_granted);
  relay_answers_free (answers);
}

/* The last question counts; one about a message is found by that message. */
static void
test_asked (void)
{
  RelayAnswers *answers = relay_answers_new ();
  WalkRelay first = { MESSAGE, NETWORK, HOST, 587, SENDPATH_SECURITY_STARTTLS };
  WalkRelay second = { "2", "3", "MAIL.thephone-company.com", 25, SENDPATH_SECURITY_NONE };
  g_autoptr (AskedRelay) by_host = NULL;
  g_autoptr (AskedRelay) by_message = NULL;

  relay_answers_note_question (answers, &first, "sha256:00");
  relay_answers_note_question (answers, &second, NULL);
  by_host = relay_answers_find (answers, NULL, HOST);
  by_message = relay_answers_find (answers, MESSAGE, NULL);
  g_assert_cmpstr (by_host->network_id, ==, "3");
  g_assert_null (by_host->key);
  g_assert_cmpstr (by_message->network_id, ==, NETWORK);
  g_assert_cmpstr (by_message->key, ==, "sha256:00");
  g_assert_null (relay_answers_find (answers, "3", NULL));
  g_assert_null (relay_answers_find (answers, NULL, "adatum.com"));
  relay_answers_free (answers);
}

/* A service lives long: what was said about a message goes with it, and with no other. */
static void
test_forgotten (void)
{
  RelayAnswers *answers = relay_answers_new ();
  const WalkRelay gone = cases[0].relay;
  const WalkRelay other = { "2", NETWORK, HOST, 587, SENDPATH_SECURITY_STARTTLS };
  g_autoptr (AskedRelay) by_host = NULL;
  g_autoptr (AskedRelay) by_message = NULL;

  relay_answers_note_question (answers, &gone, NULL);
  relay_answers_note_question (answers, &other, NULL);
  relay_answers_grant (answers, &gone);
  relay_answers_grant (answers, &other);
  relay_answers_forget (answers, MESSAGE);
  g_assert_null (relay_answers_find (answers, MESSAGE, NULL));
  g_assert_false (relay_answers_is_granted (answers, &gone));
  by_message = relay_answers_find (answers, "2", NULL);
  by_host = relay_answers_find (answers, NULL, HOST);
  g_assert_nonnull (by_message);
  g_assert_nonnull (by_host);
  g_assert_true (relay_answers_is_granted (answers, &other));
  relay_answers_free (answers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/relay-answers/R-26-granted/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_granted);
    }
  g_test_add_func ("/relay-answers/asked", test_asked);
  g_test_add_func ("/relay-answers/forgotten-with-the-message", test_forgotten);
  return g_test_run ();
}
