/* Servers that offer an extension and do not have it: the message goes without, and that is remembered. */
#include "config.h"

#include "sendpath/walk/server-manners.h"
#include "sendpath/wire/smtp-caps.h"
#include "tests/lib/walk-scene.h"

#define EHLO "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\n"
#define FLIGHT "C: MAIL FROM:*\nC: RCPT TO:*\nC: DATA\n"
#define STEP_BY_STEP                                                                               \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\nC: DATA\nS: 354 go\nC: <data>\n"            \
  "S: 250 queued\nC: QUIT\n"
/* Who pipelines says DATA before QUIT. */
#define NOBODY_STEP_BY_STEP                                                                        \
  "C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 550 5.1.1 No such user here\nC: QUIT\n"

static guint
get_manners (const Scene *scene)
{
  return server_manners_get (scene->plan->input.memory, "127.0.0.1", scene->plan->input.now_s);
}

/* Where the first try goes @wrong, the second one goes, and the third begins as the second did. */
static void
check_remembered (const char *wrong, SmtpCap cap, const char *offer)
{
  g_autofree char *dialogue
      = g_strconcat (EHLO, offer, wrong, "---\n", EHLO, offer, STEP_BY_STEP, "---\n", EHLO, offer,
                     NOBODY_STEP_BY_STEP, NULL);
  g_autoptr (Scene) scene = scene_new (dialogue, TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpuint (scene->report->attempts->len, ==, 2);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
  g_assert_false (report_find_recipient (scene->report, "someone@adatum.com")->is_repeated);
  g_assert_cmpuint (get_manners (scene), ==, cap);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  scripted_server_assert_played (scene->own);
}

static void
test_flight (gconstpointer data)
{
  check_remembered (data, SMTP_CAP_PIPELINING, "S: 250 PIPELINING\n");
}

static void
test_bdat (gconstpointer data)
{
  g_autofree char *wrong
      = g_strconcat ("C: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:*\nS: 250 ok\nC: <bdat vain>\n",
                     (const char *) data, NULL);

  check_remembered (wrong, SMTP_CAP_CHUNKING, "S: 250 CHUNKING\n");
}

/* It went no better without: then that was not it. */
static void
test_link_lost_twice (void)
{
  g_autoptr (Scene) scene = scene_new (EHLO "S: 250 PIPELINING\n" FLIGHT "!reset\n---\n" EHLO
                                            "S: 250 PIPELINING\nC: MAIL FROM:*\n!reset\n",
                                       NULL);

  scene_walk_to (scene, "someone@adatum.com");
  g_assert_cmpint (sendpath_report_get_outcome (scene->report), ==, SENDPATH_OUTCOME_QUEUED);
  g_assert_cmpuint (get_manners (scene), ==, 0);
  g_assert_cmpuint (scripted_server_count_connections (scene->own), ==, 2);
}

/* A refusal is none of these. */
static void
test_refusal (void)
{
  g_autoptr (Scene) scene
      = scene_new (EHLO "S: 250-PIPELINING\nS: 250 CHUNKING\nC: MAIL FROM:*\nC: RCPT TO:*\n"
                        "S: 250 ok\nS: 250 ok\nC: <bdat vain>\n"
                        "S: 554 5.7.1 Message contains a virus\nC: QUIT\n",
                   NULL);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_CONTENT_REJECTED);
  g_assert_cmpuint (scene->report->attempts->len, ==, 1);
  g_assert_cmpuint (get_manners (scene), ==, 0);
}

static void
test_memory (void)
{
  g_autoptr (Scene) scene = scene_new (NULL, NULL);
  Memory *memory = scene->plan->input.memory;
  gint64 now_s = scene->plan->input.now_s;

  server_manners_note (memory, "Smtp.Proseware.com", SMTP_CAP_CHUNKING, now_s);
  server_manners_note (memory, "smtp.proseware.com", SMTP_CAP_PIPELINING, now_s);
  g_assert_cmpuint (server_manners_get (memory, "smtp.proseware.com", now_s + 86400), ==,
                    SMTP_CAP_CHUNKING | SMTP_CAP_PIPELINING);
  g_assert_cmpuint (server_manners_get (memory, "smtp.adatum.com", now_s), ==, 0);
  g_assert_cmpuint (server_manners_get (memory, "smtp.proseware.com", now_s + 30 * 86400), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/manners/it-hangs-up-on-a-flight", FLIGHT "!reset\n", test_flight);
  g_test_add_data_func ("/manners/it-hangs-up-after-the-first-reply", FLIGHT "S: 250 ok\n!cut\n",
                        test_flight);
  g_test_add_data_func ("/manners/it-answers-something-else",
                        FLIGHT "S: 250 ok\nS: 354 go\nS: 250 ok\n!wait\n", test_flight);
  g_test_add_data_func ("/manners/it-lost-a-command",
                        FLIGHT "S: 250 ok\nS: 250 ok\nS: 503 5.5.1 RCPT first\nC: QUIT\n",
                        test_flight);
  g_test_add_data_func ("/manners/it-answers-too-much",
                        FLIGHT "S+: 250 ok\\r\\n250 ok\\r\\n354 go\\r\\n354 go\\r\\n\n!wait\n",
                        test_flight);
  g_test_add_data_func ("/manners/it-does-not-know-bdat", "S: 502 5.5.1 not implemented\n",
                        test_bdat);
  g_test_add_data_func ("/manners/bdat-is-out-of-turn", "S: 503 5.5.1 bad sequence\n", test_bdat);
  g_test_add_func ("/manners/a-lost-link-alone-says-nothing", test_link_lost_twice);
  g_test_add_func ("/manners/a-refusal-says-nothing", test_refusal);
  g_test_add_func ("/manners/they-are-forgotten", test_memory);
  return g_test_run ();
}
