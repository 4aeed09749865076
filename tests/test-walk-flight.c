/* A route that worked before: envelope and content go as one flight, and every answer finds its recipient
 * though the record of the dot stood before any of them. */
#include "config.h"

#include <string.h>

#include "tests/lib/walk-scene.h"

#define EHLO "S: 220 x ESMTP\nC: EHLO *\nS: 250-x\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
/* The first message shows that the route works; then comes the flight to two. */
#define FIRST                                                                                      \
  EHLO "C: MAIL FROM:*\nC: RCPT TO:*\nS: 250 ok\nS: 250 ok\nC: <bdat last>\nS: 250 queued\n"       \
       "C: QUIT\n---\n" EHLO "C: MAIL FROM:*\nC: RCPT TO:<someone@adatum.com>\n"                   \
       "C: RCPT TO:<ben@adatum.com>\n"

static Scene *
walk_proven (const char *answers)
{
  g_autofree char *dialogue = g_strconcat (FIRST, answers, NULL);
  Scene *scene = scene_new (dialogue, TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_string_truncate (scene->dots, 0);
  scene_walk_to (scene, "someone@adatum.com ben@adatum.com");
  g_assert_nonnull (strstr (scene->dots->str, "someone@adatum.com"));
  g_assert_nonnull (strstr (scene->dots->str, "ben@adatum.com"));
  return scene;
}

static void
test_one_refused (void)
{
  g_autoptr (Scene) scene
      = walk_proven ("C: <bdat last>\nS: 250 ok\nS: 250 ok\nS: 550 5.1.1 No such user here\n"
                     "S: 250 queued\nC: QUIT\n");

  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  scene_assert_recipient (scene, 1, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  scripted_server_assert_played (scene->own);
}

/* What was refused before the content is known not to have arrived. */
static void
test_relay_denied (void)
{
  g_autoptr (Scene) scene
      = walk_proven ("C: <bdat vain>\nS: 250 ok\nS: 550 5.7.1 Relaying denied\n"
                     "S: 550 5.7.1 Relaying denied\nS: 554 5.5.1 no valid recipients\nC: QUIT\n");

  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 1);
  g_assert_false (report_find_recipient (scene->report, "ben@adatum.com")->is_repeated);
}

static void
test_mail_refused (void)
{
  g_autoptr (Scene) scene
      = walk_proven ("C: <bdat vain>\nS: 421 4.7.0 too busy\n!cut\n");

  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (sendpath_report_get_state (scene->report, i), !=,
                     SENDPATH_RECIPIENT_UNCERTAIN);
  g_assert_false (report_find_recipient (scene->report, "ben@adatum.com")->is_repeated);
}

/* T-017: uncertain are those who were not refused, and no other route gets them. */
static void
test_421_in_the_list (void)
{
  g_autoptr (Scene) scene
      = walk_proven ("C: <bdat vain>\nS: 250 ok\nS: 550 5.1.1 No such user here\n!cut\n");

  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_FAILED, SENDPATH_VERDICT_RECIPIENT_UNKNOWN);
  scene_assert_recipient (scene, 1, SENDPATH_RECIPIENT_UNCERTAIN, SENDPATH_VERDICT_UNCERTAIN);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk-flight/each-answer-finds-its-recipient", test_one_refused);
  g_test_add_func ("/walk-flight/a-relay-refusal-walks-on", test_relay_denied);
  g_test_add_func ("/walk-flight/a-refused-sender-is-no-open-outcome", test_mail_refused);
  g_test_add_func ("/walk-flight/a-link-lost-in-the-list-leaves-the-others-open",
                   test_421_in_the_list);
  return g_test_run ();
}
