/* How many recipients an account sends to, in all processes together, and when its server wants
 * silence. No test waits. */
#include "config.h"

#include "sendpath/outbox/pacing.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/outbox-fixture.h"
#include "tests/lib/plan-fixture.h"

#define NOW_S  G_GINT64_CONSTANT (1795262400) /* 21 November 2026 */
#define HOUR_S 3600
#define RATE   300

typedef struct {
  PlanFixture *plan;
  Memory *memory;
  SendpathAccount *account;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->plan = plan_fixture_new (data);
  fixture->memory = fixture->plan->input.memory;
  fixture->account = fixture->plan->input.account;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  plan_fixture_free (fixture->plan);
}

static guint
reserve (Fixture *fixture, guint n, gint64 now_s)
{
  return pacing_reserve (fixture->memory, fixture->account, n, now_s);
}

static gint64
ready_in (Fixture *fixture, guint n, gint64 now_s)
{
  return pacing_ready_at (fixture->memory, fixture->account, n, now_s) - now_s;
}

/* A walk to so many recipients, each answered like this. */
static SendpathReport *
walk (guint n, guint code, const char *text, SendpathVerdict verdict, SendpathRecipientState state)
{
  g_autoptr (GString) recipients = g_string_new (NULL);
  g_autoptr (SendpathMessage) message = NULL;
  SendpathReport *report;
  Attempt *attempt = attempt_new ();
  guint index;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (recipients, "%sr%u@adatum.com", i > 0 ? " " : "", i);
  message = outbox_fixture_new_message (NULL, recipients->str, "Noon?\r\n");
  report = report_new ("0123456789abcdef0123456789abcdef", message);
  attempt->kind = SENDPATH_ROUTE_ACCOUNT;
  attempt->reply = sendpath_reply_new (code, NULL, text);
  index = report_add_attempt (report, attempt);
  for (guint i = 0; i < n; i++)
    report_set_recipient (report, sendpath_report_get_recipient (report, i), index, state, verdict,
                          attempt->reply);
  return report;
}

static void
note (Fixture *fixture, guint n_reserved, SendpathReport *report, gint64 now_s)
{
  pacing_note (fixture->memory, NULL, fixture->account, n_reserved, report, now_s);
  sendpath_report_unref (report);
}

#define TAKEN(n) walk (n, 250, "ok", SENDPATH_VERDICT_ACCEPTED, SENDPATH_RECIPIENT_SENT)
#define SLOWED(n, text)                                                                            \
  walk (n, 450, text, SENDPATH_VERDICT_RATE_LIMITED, SENDPATH_RECIPIENT_QUEUED)

static void
test_no_rate (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (reserve (fixture, 100000, NOW_S), ==, 100000);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S), ==, 1);
  g_assert_cmpint (ready_in (fixture, 1, NOW_S), ==, 0);
}

/* Whatever is asked for and when, no hour sees more than the rate, and all of it is used. */
static void
test_rate (Fixture *fixture, gconstpointer data)
{
  guint sent[3 * HOUR_S] = { 0 };
  guint in_hour = 0, total = 0;

  for (gint64 s = 0; s < 3 * HOUR_S; s++)
    {
      sent[s] = reserve (fixture, 1 + (guint) (s * 7919 % 50), NOW_S + s);
      in_hour += sent[s] - (s >= HOUR_S ? sent[s - HOUR_S] : 0);
      total += sent[s];
      g_assert_cmpuint (in_hour, <=, RATE);
    }
  g_assert_cmpuint (total, >=, 2 * RATE);
}

/* The first ones leave at once, the others one after the other. */
static void
test_spread (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (reserve (fixture, 5000, NOW_S), ==, 30);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S), ==, 0);
  g_assert_cmpint (ready_in (fixture, 1, NOW_S), ==, 12);
  g_assert_cmpint (ready_in (fixture, 5000, NOW_S), ==, 360);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S + 11), ==, 0);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S + 12), ==, 1);
}

static void
test_unused_is_given_back (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (reserve (fixture, 30, NOW_S), ==, 30);
  note (fixture, 30, SLOWED (0, ""), NOW_S);
  g_assert_cmpuint (reserve (fixture, 30, NOW_S), ==, 30);
}

/* T: two processes at once. */
static void
test_processes (Fixture *fixture, gconstpointer data)
{
  enum { N_PROCESSES = 6 };
  pid_t children[N_PROCESSES];
  guint total = 0;

  for (guint i = 0; i < N_PROCESSES; i++)
    {
      children[i] = fork ();
      g_assert_cmpint (children[i], >=, 0);
      if (children[i] == 0)
        {
          guint granted = 0;

          for (guint j = 0; j < 20; j++)
            granted += reserve (fixture, 1, NOW_S);
          _exit ((int) granted);
        }
    }
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      int status;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_true (WIFEXITED (status));
      total += (guint) WEXITSTATUS (status);
    }
  g_assert_cmpuint (total, ==, 30);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  note (fixture, 1, SLOWED (1, "4.7.0 too many, try again in 20 minutes"), NOW_S);
  g_assert_cmpint (ready_in (fixture, 1, NOW_S), ==, 1200);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S + 1199), ==, 0);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S + 1200), ==, 1);
  note (fixture, 1, SLOWED (1, "4.7.0 too many messages"), NOW_S);
  g_assert_cmpint (ready_in (fixture, 1, NOW_S), ==, HOUR_S);
}

/* What it took in the hour before it complained is its limit. */
static void
test_limit_is_learned (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpuint (reserve (fixture, 5, NOW_S + i * 60), ==, 5);
      note (fixture, 5, TAKEN (5), NOW_S + i * 60);
    }
  note (fixture, 1, SLOWED (1, "too many"), NOW_S + 600);
  g_assert_cmpuint (reserve (fixture, 5000, NOW_S + 2 * HOUR_S), ==, 5); /* a tenth of 50 */
  memory_forget (fixture->memory, NULL, "home@");
  g_assert_cmpuint (reserve (fixture, 5000, NOW_S + 2 * HOUR_S), ==, 5000);
}

/* P-13: what a wrong clock wrote stops nobody. */
static void
test_clock_set_back (Fixture *fixture, gconstpointer data)
{
  const gint64 far_s = G_GINT64_CONSTANT (4070908800); /* 2099 */

  g_assert_cmpuint (reserve (fixture, 30, far_s), ==, 30);
  note (fixture, 0, SLOWED (1, "try again in 24 hours"), far_s);
  g_assert_cmpint (ready_in (fixture, 1, NOW_S), ==, 0);
  g_assert_cmpuint (reserve (fixture, 30, NOW_S), ==, 30);
  g_assert_cmpuint (reserve (fixture, 1, NOW_S), ==, 0);
}

#define ACCOUNT(more)                                                                              \
  "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n" more

static void
add (const char *path, const char *config, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, config, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  const char *unlimited = ACCOUNT (""), *limited = ACCOUNT ("rate = 300/h\n");

  g_test_init (&argc, &argv, NULL);
  add ("/pacing/no-rate-no-limit", unlimited, test_no_rate);
  add ("/pacing/no-hour-sees-more", limited, test_rate);
  add ("/pacing/spread-over-the-hour", limited, test_spread);
  add ("/pacing/unused-is-given-back", limited, test_unused_is_given_back);
  add ("/pacing/processes-share-it", limited, test_processes);
  add ("/pacing/silence-when-asked", limited, test_silence);
  add ("/pacing/limit-is-learned-and-forgotten", unlimited, test_limit_is_learned);
  add ("/pacing/clock-set-back-P-13", limited, test_clock_set_back);
  return g_test_run ();
}
