/* Routes that the From domain's SPF and DMARC allow, at which sender rule, and what waits. */
#include "config.h"

#include "tests/lib/walk-scene.h"

#include <string.h>

static const FakeHost spf[] = { { .host = "proseware.com.", .txt = "v=spf1 mx -all" },
                                { .host = NULL } };
static const FakeHost reject[] = { { .host = "_dmarc.proseware.com.", .txt = "v=DMARC1; p=reject" },
                                   { .host = NULL } };

/* What the relay got: the rule it started with, MAIL FROM, and the changed fields. */
static void
assert_last_attempt (Scene *scene, SenderRule rule, const char *mail_from, const char *changes)
{
  const Attempt *last =
      scene->report->attempts->pdata[sendpath_report_get_n_attempts (scene->report) - 1];
  g_autofree char *fields = g_strjoinv (" ", last->header_changes);

  scene_assert_recipient (scene, 0, SENDPATH_RECIPIENT_SENT, SENDPATH_VERDICT_ACCEPTED);
  g_assert_cmpint (last->sender_rule, ==, rule);
  g_assert_cmpstr (last->mail_from, ==, mail_from);
  g_assert_cmpstr (fields, ==, changes);
}

static void
assert_waits (Scene *scene, const char *words)
{
  g_assert_cmpint (sendpath_report_get_state (scene->report, 0), ==, SENDPATH_RECIPIENT_QUEUED);
  g_assert_cmpuint (scripted_server_count_connections (scene->relay), ==, 0);
  g_assert_cmpstr (scene->routes->str, ==, "account");
  g_assert_cmpstr (sendpath_report_get_needs (scene->report), ==, "decision");
  g_test_message ("%s", sendpath_report_get_reason (scene->report));
  g_assert_nonnull (strstr (sendpath_report_get_reason (scene->report), words));
}

static void
test_spf (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->hosts = spf;
  scene_walk_to (scene, "someone@adatum.com");
  assert_last_attempt (scene, SENDER_RULE_SENDER, "tchudzik@thephone-company.com", "Sender");
}

static void
test_dmarc (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
  g_autoptr (GBytes) body = NULL;

  scene->hosts = reject;
  scene_walk_to (scene, "someone@adatum.com");
  assert_last_attempt (scene, SENDER_RULE_REWRITE, "tchudzik@thephone-company.com",
                       "From Reply-To");
  body = scripted_server_dup_body (scene->relay, 0);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body),
                                  "Reply-To: Terri Chudzik <terri@proseware.com>\r\n"));
}

static void
test_nothing_published (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene_walk_to (scene, "someone@adatum.com");
  assert_last_attempt (scene, SENDER_RULE_KEEP, "terri@proseware.com", "");
  g_assert_cmpuint (scene->n_txt, >, 0);
}

/* Whoever needs nobody else's server waits for no name server. */
static void
test_own_routes_ask_nobody (void)
{
  g_autoptr (Scene) scene = scene_new (TAKES, TAKES);

  scene->hosts = reject;
  scene_walk_to (scene, "someone@adatum.com");
  assert_last_attempt (scene, SENDER_RULE_KEEP, "terri@proseware.com", "");
  g_assert_cmpuint (scene->n_txt, ==, 0);
}

#define SIGNED                                                                                     \
  "DKIM-Signature: v=1; a=rsa-sha256; d=mail.proseware.com; s=x; h=from:sender; bh=eA==; b=eA==\r\n"
#define FROM "From: terri@proseware.com\r\n\r\nHello.\r\n"

static void
test_signed_by_the_domain (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->hosts = reject;
  scene->text = SIGNED FROM;
  scene_walk_to (scene, "someone@adatum.com");
  assert_last_attempt (scene, SENDER_RULE_KEEP, "terri@proseware.com", "");
  g_assert_cmpuint (scene->n_txt, ==, 0);
}

/* A signature of somebody else must not break, and does not help. */
static void
test_signed_by_another (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->hosts = reject;
  scene->text = "DKIM-Signature: v=1; d=example.net; s=x; h=from; bh=eA==; b=eA==\r\n" FROM;
  scene_walk_to (scene, "someone@adatum.com");
  assert_waits (scene, "signature");
}

/* Sender: is left alone where a signature covers it; MAIL FROM changes all the same. */
static void
test_signature_over_sender (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->hosts = spf;
  scene->text = "DKIM-Signature: v=1; d=example.net; s=x; h=from:sender; bh=eA==; b=eA==\r\n" FROM;
  scene_walk_to (scene, "someone@adatum.com");
  assert_last_attempt (scene, SENDER_RULE_SENDER, "tchudzik@thephone-company.com", "");
}

static void
test_rewrite_not_allowed (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
  g_autofree char *summary = NULL;

  g_assert_true (
      sendpath_location_set (scene->plan->input.location, "rewrite-from", "no", NULL));
  scene->hosts = reject;
  scene_walk_to (scene, "someone@adatum.com");
  assert_waits (scene, "“rewrite-from = yes” in [location work]");
  summary = sendpath_report_dup_summary (scene->report);
  g_assert_nonnull (strstr (summary, "DMARC p=reject"));
}

/* Mail with an empty sender is never changed. */
static void
test_empty_sender (void)
{
  g_autoptr (Scene) scene = scene_new (DENIES, TAKES);

  scene->hosts = reject;
  scene->has_empty_sender = TRUE;
  scene_walk_to (scene, "someone@adatum.com");
  assert_waits (scene, "empty sender");
}

/* What was seen at home holds where the name servers say something else, or nothing. */
static void
test_lying_network (void)
{
  static const FakeHost lies[] = { { .host = "_dmarc.proseware.com.", .txt = "v=DMARC1; p=none" },
                                   { .host = NULL } };
  static const FakeHost fails[] = { { .host = "proseware.com.", .txt = "#" },
                                    { .host = "_dmarc.proseware.com.", .txt = "#" },
                                    { .host = NULL } };
  static const FakeHost *const elsewhere[] = { lies, fails };

  for (guint i = 0; i < G_N_ELEMENTS (elsewhere); i++)
    {
      g_autoptr (Scene) at_home = scene_new (DENIES, TAKES);
      g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
      Memory *memory = scene->plan->input.memory;

      at_home->hosts = reject;
      scene_walk_to (at_home, "someone@adatum.com");
      scene->plan->input.memory = at_home->plan->input.memory;
      scene->plan->input.network_id = "elsewhere";
      scene->hosts = elsewhere[i];
      scene_walk_to (scene, "someone@adatum.com");
      scene->plan->input.memory = memory;
      assert_last_attempt (scene, SENDER_RULE_REWRITE, "tchudzik@thephone-company.com",
                           "From Reply-To");
    }
}

/* A network with a copied name is the same connection to NetworkManager, behind another gateway. */
static void
test_copied_network (void)
{
  static const FakeHost lies[] = { { .host = NULL } };
  g_autoptr (Scene) at_home = scene_new (DENIES, TAKES);

  at_home->hosts = reject;
  at_home->plan->input.former_network_id = "gateway";
  scene_walk_to (at_home, "someone@adatum.com");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Scene) scene = scene_new (DENIES, TAKES);
      Memory *memory = scene->plan->input.memory;

      scene->plan->input.memory = at_home->plan->input.memory;
      scene->plan->input.former_network_id = "copy";
      scene->hosts = lies;
      scene_walk_to (scene, "someone@adatum.com");
      scene->plan->input.memory = memory;
      assert_last_attempt (scene, SENDER_RULE_REWRITE, "tchudzik@thephone-company.com",
                           "From Reply-To");
    }
}

/* The rules go on from where they started, and start there again at another door. */
static void
test_rules_go_on (void)
{
  g_autoptr (Scene) scene = scene_new (
      DENIES, "S: 220 x ESMTP\nC: EHLO *\nS: 250 x\nC: MAIL FROM:<tchudzik@thephone-company.com>*\n"
              "S: 250 ok\nC: RCPT TO:*\nS: 550 5.7.1 Relaying denied\nC: RSET\nS: 250 ok\n"
              "C: MAIL FROM:<tchudzik@thephone-company.com>*\nS: 250 ok\nC: RCPT TO:*\n"
              "S: 550 5.7.1 Relaying denied\n");
  g_autoptr (ScriptedServer) other = scripted_server_new (TAKES, SCRIPTED_SERVER_NO_CUT);

  scene->hosts = spf;
  scene->other_port = scripted_server_get_port (other);
  scene_walk_to (scene, "someone@adatum.com");
  scripted_server_assert_played (scene->relay);
  assert_last_attempt (scene, SENDER_RULE_SENDER, "tchudzik@thephone-company.com", "Sender");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/walk/policy/spf-starts-at-sender", test_spf);
  g_test_add_func ("/walk/policy/dmarc-starts-at-rewrite", test_dmarc);
  g_test_add_func ("/walk/policy/nothing-published-keeps", test_nothing_published);
  g_test_add_func ("/walk/policy/own-routes-ask-nobody", test_own_routes_ask_nobody);
  g_test_add_func ("/walk/policy/a-signature-of-the-domain-keeps", test_signed_by_the_domain);
  g_test_add_func ("/walk/policy/another-signature-waits", test_signed_by_another);
  g_test_add_func ("/walk/policy/a-signature-over-sender-stays-whole", test_signature_over_sender);
  g_test_add_func ("/walk/policy/no-rewrite-allowed-waits", test_rewrite_not_allowed);
  g_test_add_func ("/walk/policy/empty-sender-waits", test_empty_sender);
  g_test_add_func ("/walk/policy/a-lying-network-changes-nothing", test_lying_network);
  g_test_add_func ("/walk/policy/a-copied-network-changes-nothing", test_copied_network);
  g_test_add_func ("/walk/policy/rules-go-on-from-there", test_rules_go_on);
  return g_test_run ();
}
