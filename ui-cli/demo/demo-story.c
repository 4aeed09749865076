/* The story of the demo: a table of scenes, played one after the other with the real engine.
 * What is told comes from its reports, what is counted from the servers; a scene that ends
 * otherwise than told is a failure, and said to be one. */
#include "config.h"

#include "demo-story.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gprintf.h>
#include <signal.h>
#include <string.h>

#include "demo-teller.h"

#define RECIPIENT "someone@adatum.com"

/* The wordings are those of sendmail and qmail. */
#define SENDMAIL_REFUSAL "550 5.7.1 <" RECIPIENT ">... Relaying denied"
#define QMAIL_REFUSAL    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"

/* ---- scenes ------------------------------------------------------------------------------- */

/* Where it happens, and how the own server behaves towards that place. */
typedef struct {
  const char *setting; /* N_(); NULL: there is no such act */
  const char *domain;  /* search domain of the network */
  const char *address; /* own address there */
  DemoManners manners;
} Act;

typedef struct {
  const char *title;   /* N_() */
  const char *from;    /* the account's address */
  const char *subject; /* by which the servers count */
  DemoSmtpId own;      /* the account's server */
  Act act;
  Act later;               /* if there is one, the message waits until then */
  DemoSmtpId taker;        /* whose `250` it is in the end */
  DemoAttempt end;         /* how that was reached */
  const char *reply_field; /* where the account's address must stand, so that replies come home */
  const char *cure;        /* N_() */
} Scene;

static const Scene scenes[] = {
  {
      .title = N_ ("In a hotel"),
      .from = DEMO_ADDRESS,
      .subject = "From the hotel",
      .own = DEMO_HOME,
      .act = { N_ ("Away from home your server wants a login; the password is not stored here."),
               "hotel.example.com",
               "198.51.100.20/24",
               { .refusal = SENDMAIL_REFUSAL, .offers_login = TRUE } },
      .taker = DEMO_HOME,
      .end = { "account", .is_logged_in = TRUE, .sender_rule = "keep", .verdict = "accepted" },
      .reply_field = "From",
      .cure = N_ ("a login, same connection"),
  },
  {
      .title = N_ ("At a friend's"),
      .from = DEMO_OTHER_ADDRESS,
      .subject = "From my other account",
      .own = DEMO_OTHER,
      .act = { N_ ("Your other account's old server relays for those who just checked their mail."),
               "friend.example.org",
               "203.0.113.7/24",
               { .refusal = QMAIL_REFUSAL, .trusts_pop = TRUE } },
      .taker = DEMO_OTHER,
      .end = { "account-pop", .is_after_pop = TRUE, .sender_rule = "keep", .verdict = "accepted" },
      .reply_field = "From",
      .cure = N_ ("a POP3 login first"),
  },
  {
      .title = N_ ("At work"),
      .from = DEMO_ADDRESS,
      .subject = "From work",
      .own = DEMO_HOME,
      .act = { N_ ("Your server offers no login here; the company's relay wants company senders."),
               DEMO_WORK_DOMAIN,
               "192.0.2.31/24",
               { .refusal = SENDMAIL_REFUSAL } },
      .taker = DEMO_RELAY,
      .end = { "location", .sender_rule = "rewrite", .verdict = "accepted" },
      .reply_field = "Reply-To",
      .cure = N_ ("the relay of this location"),
  },
  {
      .title = N_ ("On the road"),
      .from = DEMO_ADDRESS,
      .subject = "From the road",
      .own = DEMO_HOME,
      .act = { N_ ("No login, no POP3 server, no relay: every way is closed."),
               "road.example.com",
               "198.51.100.140/24",
               { .refusal = SENDMAIL_REFUSAL } },
      .later = { N_ ("at home again, where the server relays: “sendpath queue flush”"),
                 "proseware.com",
                 "203.0.113.99/24",
                 { .refusal = NULL } },
      .taker = DEMO_HOME,
      .end = { "account", .sender_rule = "keep", .verdict = "accepted" },
      .reply_field = "From",
      .cure = N_ ("the outbox, then home"),
  },
};

static const DemoAttempt refused_at_first = { "account", .sender_rule = "keep",
                                              .verdict = "relay-denied" };

/* The relay at work is always the same. */
static const DemoManners relay_manners = { .only_sender = DEMO_WORK_ADDRESS };

typedef struct {
  DemoWorld *world;
  SendpathEngine *engine;
  GCancellable *cancellable;
  GMainLoop *loop;
  const Scene *scene;     /* that is played */
  SendpathReport *report; /* of the call that ended last */
  GError *error;          /* or why there is none */
  guint n_faults;
  gboolean is_as_told[G_N_ELEMENTS (scenes)];
} Story;

static void
story_clear (Story *story)
{
  g_clear_object (&story->cancellable);
  g_clear_pointer (&story->loop, g_main_loop_unref);
  g_clear_pointer (&story->report, sendpath_report_unref);
  g_clear_error (&story->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Story, story_clear)

/* ---- the engine at work ------------------------------------------------------------------- */

static gboolean
on_request (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  if (sendpath_request_get_kind (request) != SENDPATH_REQUEST_PASSWORD)
    return FALSE;
  demo_tell (DEMO_TONE_PLAIN, _ ("asked"), _ ("%s (the demo types it)"),
             sendpath_request_get_text (request));
  sendpath_request_answer (request, DEMO_PASSWORD);
  return TRUE;
}

static void
on_attempt_ended (SendpathEngine *engine, SendpathReport *report, guint index, gpointer data)
{
  demo_tell_attempt (report, index);
}

static gboolean
on_interrupt (gpointer data)
{
  Story *story = data;

  g_cancellable_cancel (story->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
on_sent (GObject *engine, GAsyncResult *result, gpointer data)
{
  Story *story = data;

  story->report = sendpath_engine_send_finish (SENDPATH_ENGINE (engine), result, &story->error);
  g_main_loop_quit (story->loop);
}

/* That of the message of @scene, or NULL. */
static SendpathReport *
dup_report (GPtrArray *reports, const Scene *scene)
{
  for (guint i = 0; i < reports->len; i++)
    if (g_strcmp0 (sendpath_report_get_subject (reports->pdata[i]), scene->subject) == 0)
      return sendpath_report_ref (reports->pdata[i]);
  return NULL;
}

static void
on_flushed (GObject *engine, GAsyncResult *result, gpointer data)
{
  Story *story = data;
  g_autoptr (GPtrArray) reports =
                 sendpath_engine_flush_finish (SENDPATH_ENGINE (engine), result, &story->error);

  if (reports != NULL)
    story->report = dup_report (reports, story->scene);
  g_main_loop_quit (story->loop);
}

static SendpathMessage *
make_message (const Scene *scene, GError **error)
{
  g_autofree char *text = g_strdup_printf (
      "From: Terri Chudzik <%s>\nTo: %s\nSubject: %s\n\n"
      "Hello, this message is part of a demonstration and stays on this machine.\n",
      scene->from, RECIPIENT, scene->subject);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, error);
}

/* Puts the engine on the network of @act, and the own server in its mood. */
static void
go_to (Story *story, const Act *act)
{
  const char *const domains[] = { act->domain, NULL };
  const char *const addresses[] = { act->address, NULL };
  g_autoptr (SendpathNetwork) network = sendpath_network_new_for_facts (NULL, domains, addresses);

  g_object_set (story->engine, "network", network, NULL);
  demo_smtp_set_manners (demo_world_get_smtp (story->world, story->scene->own), &act->manners);
  g_clear_pointer (&story->report, sendpath_report_unref);
}

/* ---- was it as told? ---------------------------------------------------------------------- */

static void
fail (Story *story, const char *what)
{
  story->n_faults++;
  fflush (stdout);
  g_fprintf (stderr, _ ("sendpath: demo, scene “%s”: %s\n"), _ (story->scene->title), what);
}

static void
expect (Story *story, gboolean is_so, const char *otherwise)
{
  if (!is_so)
    fail (story, otherwise);
}

static guint
count_everywhere (Story *story, const Scene *scene)
{
  guint n = 0;

  for (DemoSmtpId id = 0; id < DEMO_N_SMTP; id++)
    n += demo_smtp_count (demo_world_get_smtp (story->world, id), scene->subject);
  return n;
}

/* A call that came to no report, or was broken off, ends the scene. */
static gboolean
has_report (Story *story)
{
  if (g_cancellable_is_cancelled (story->cancellable))
    fail (story, _ ("interrupted"));
  else if (story->report == NULL)
    fail (story,
          story->error != NULL ? story->error->message : _ ("the outbox did not give it back"));
  else if (sendpath_report_get_n_attempts (story->report) == 0)
    fail (story, _ ("nothing was tried"));
  else
    return TRUE;
  g_clear_error (&story->error);
  return FALSE;
}

static gboolean
check_waiting (Story *story)
{
  guint n_faults = story->n_faults;

  expect (story, sendpath_report_get_outcome (story->report) == SENDPATH_OUTCOME_QUEUED,
          _ ("the message does not wait in the outbox"));
  expect (story, sendpath_report_get_reason (story->report) != NULL,
          _ ("there is no reason why it waits"));
  expect (story, count_everywhere (story, story->scene) == 0,
          _ ("a server accepted what is said to wait"));
  return story->n_faults == n_faults;
}

static void
check_end (Story *story)
{
  const Scene *scene = story->scene;
  DemoSmtp *taker = demo_world_get_smtp (story->world, scene->taker);
  g_autofree char *reply_to = demo_smtp_dup_field (taker, scene->subject, scene->reply_field);
  g_autoptr (GPtrArray) waiting = sendpath_engine_list_queue (story->engine, NULL);
  g_autoptr (SendpathReport) left = waiting != NULL ? dup_report (waiting, scene) : NULL;
  guint n_attempts = sendpath_report_get_n_attempts (story->report);

  expect (story, sendpath_report_get_outcome (story->report) == SENDPATH_OUTCOME_SENT,
          _ ("the message was not sent"));
  expect (story, demo_attempt_is (story->report, 0, &refused_at_first),
          _ ("the first answer was no relay refusal"));
  expect (story, demo_attempt_is (story->report, n_attempts - 1, &scene->end),
          _ ("it did not go the way that this scene is about"));
  expect (story,
          demo_smtp_count (taker, scene->subject) == 1 &&
              count_everywhere (story, story->scene) == 1,
          _ ("it was not accepted exactly once"));
  expect (story, reply_to != NULL && strstr (reply_to, scene->from) != NULL,
          _ ("the reply address was not kept"));
  expect (story, waiting != NULL && left == NULL, _ ("the message is still in the outbox"));
}

/* ---- playing ------------------------------------------------------------------------------ */

/* The header as the server got it. */
static void
tell_header (Story *story)
{
  const Scene *scene = story->scene;
  DemoSmtp *taker = demo_world_get_smtp (story->world, scene->taker);
  g_autofree char *from = demo_smtp_dup_field (taker, scene->subject, "From");
  g_autofree char *reply_to = demo_smtp_dup_field (taker, scene->subject, "Reply-To");

  if (reply_to == NULL)
    return;
  demo_tell (DEMO_TONE_PLAIN, _ ("arrived"), "From: %s", from);
  demo_tell (DEMO_TONE_PLAIN, "", "Reply-To: %s", reply_to);
}

static void
tell_summary (Story *story)
{
  g_autofree char *summary = sendpath_report_dup_summary (story->report);

  demo_tell_plainly (summary);
}

/* The message comes in; FALSE: this scene is over. */
static gboolean
play_act (Story *story)
{
  g_autoptr (SendpathMessage) message = make_message (story->scene, &story->error);

  if (message != NULL)
    {
      sendpath_engine_send_async (story->engine, message, NULL, story->cancellable, on_sent, story);
      g_main_loop_run (story->loop);
    }
  return has_report (story);
}

/* The message waited until now; FALSE: this scene is over. */
static gboolean
play_later (Story *story)
{
  if (!check_waiting (story))
    return FALSE;
  demo_tell (DEMO_TONE_PLAIN, _ ("waits"), "%s", sendpath_report_get_reason (story->report));
  demo_tell (DEMO_TONE_PLAIN, _ ("later"), "%s", _ (story->scene->later.setting));
  go_to (story, &story->scene->later);
  sendpath_engine_flush_async (story->engine, story->cancellable, on_flushed, story);
  g_main_loop_run (story->loop);
  return has_report (story);
}

static void
play (Story *story, guint number)
{
  const Scene *scene = &scenes[number];
  guint n_faults = story->n_faults;

  story->scene = scene;
  demo_tell_scene (number + 1, _ (scene->title), _ (scene->act.setting));
  go_to (story, &scene->act);
  if (!play_act (story) || (scene->later.setting != NULL && !play_later (story)))
    return;
  tell_header (story);
  tell_summary (story);
  check_end (story);
  story->is_as_told[number] = story->n_faults == n_faults;
}

static gboolean
tell_table (Story *story)
{
  DemoRow rows[1 + G_N_ELEMENTS (scenes)] = {
    { DEMO_TONE_PLAIN,
      { _ ("Scene"), _ ("Refused by"), _ ("What made it work"), _ ("Accepted") } }
  };
  g_auto (GStrv) times = g_new0 (char *, G_N_ELEMENTS (scenes) + 1);
  gboolean is_all_right = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    {
      guint n = count_everywhere (story, &scenes[i]);
      gboolean is_as_told = story->is_as_told[i];

      times[i] = g_strdup_printf (ngettext ("%u time", "%u times", n), n);
      rows[1 + i] = (DemoRow){ is_as_told ? DEMO_TONE_GOOD : DEMO_TONE_BAD,
                               { _ (scenes[i].title), demo_smtp_id_to_host (scenes[i].own),
                                 is_as_told ? _ (scenes[i].cure) : _ ("it did not go as told"),
                                 times[i] } };
      is_all_right = is_all_right && is_as_told;
    }
  g_printf ("\n");
  demo_tell_table (rows, G_N_ELEMENTS (rows));
  return is_all_right;
}

gboolean
demo_story_play (DemoWorld *world)
{
  g_auto (Story) story = { .world = world,
                           .engine = demo_world_get_engine (world),
                           .cancellable = g_cancellable_new (),
                           .loop = g_main_loop_new (NULL, FALSE) };
  guint interrupts[] = { g_unix_signal_add (SIGINT, on_interrupt, &story),
                         g_unix_signal_add (SIGTERM, on_interrupt, &story) };

  g_signal_connect (story.engine, "request", G_CALLBACK (on_request), NULL);
  g_signal_connect (story.engine, "attempt-ended", G_CALLBACK (on_attempt_ended), NULL);
  demo_smtp_set_manners (demo_world_get_smtp (world, DEMO_RELAY), &relay_manners);
  for (guint i = 0; i < G_N_ELEMENTS (scenes) && !g_cancellable_is_cancelled (story.cancellable);
       i++)
    play (&story, i);
  for (guint i = 0; i < G_N_ELEMENTS (interrupts); i++)
    g_source_remove (interrupts[i]);
  return tell_table (&story);
}
