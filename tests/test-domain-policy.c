/* What the From domain publishes, now and as seen elsewhere, and what that means for a route. */
#include "config.h"

#include "sendpath/walk/domain-policy.h"

#include <string.h>

#include "sendpath/walk/policy-memory.h"
#include "tests/lib/fake-resolver.h"
#include "tests/lib/plan-fixture.h"

static const FakeHost hosts[] = {
  { .host = "spf.example.", .txt = "v=spf1 mx -all" },
  { .host = "soft.example.", .txt = "v=spf1 ~all" },
  { .host = "far.example.", .txt = "v=spf1 redirect=spf.example" },
  { .host = "loop.example.", .txt = "v=spf1 redirect=loop.example" },
  { .host = "chain.example.", .txt = "v=spf1 redirect=far.example" },
  { .host = "both.example.", .txt = "v=spf1 -all" },
  { .host = "_dmarc.both.example.", .txt = "v=DMARC1; p=reject" },
  { .host = "_dmarc.reject.example.", .txt = "v=DMARC1; p=reject; sp=quarantine" },
  { .host = "_dmarc.mild.reject.example.", .txt = "v=DMARC1; p=none" },
  { .host = "_dmarc.torn.reject.example.", .txt = "#" },
  { .host = "silent.example.", .txt = "?" },
  { .host = "_dmarc.silent.example.", .txt = "v=DMARC1; p=reject" },
  { .host = "mute.example.", .txt = "?" },
  { .host = "broken.example.", .txt = "#" },
  { .host = "_dmarc.broken.example.", .txt = "#" },
  { .host = "xn--bcher-kva.example.", .txt = "v=spf1 -all" },
  { .host = NULL },
};

/* ---- the name servers ------------------------------------------------------------------------ */

static void
test_look_up (void)
{
  static const struct {
    const char *domain, *policy;
    gboolean is_complete;
  } rows[] = {
    { "spf.example", "spf", TRUE },
    { "soft.example", "none", TRUE },
    { "far.example", "spf", TRUE },
    { "loop.example", "none", TRUE },
    { "chain.example", "none", TRUE }, /* a redirect is followed once */
    { "both.example", "reject", TRUE },
    { "reject.example", "reject", TRUE },
    { "a.b.reject.example", "quarantine", TRUE },
    { "mild.reject.example", "none", TRUE },
    { "torn.reject.example", "none", FALSE },
    { "broken.example", "none", FALSE },
    { "nowhere.example", "none", TRUE },
    { "co.uk", "none", TRUE },
  };
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const domains[] = { rows[i].domain, NULL };
      PolicyAnswer answer;

      g_test_message ("%s", rows[i].domain);
      policy_lookup_run (domains, &answer, resolver, POLICY_LOOKUP_MAX_MS, NULL);
      g_assert_cmpstr (mail_policy_to_string (answer.policy), ==, rows[i].policy);
      g_assert_cmpint (answer.is_complete, ==, rows[i].is_complete);
    }
}

/* Time enough for a table to answer, also on a busy machine. */
#define PATIENCE_MS 300

/* What is there counts; whoever is silent is given up. */
static void
test_no_answer_in_time (void)
{
  const char *const domains[] = { "silent.example", "mute.example", "spf.example", NULL };
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);
  PolicyAnswer answers[3];

  policy_lookup_run (domains, answers, resolver, PATIENCE_MS, NULL);
  g_assert_cmpint (answers[0].policy, ==, MAIL_POLICY_REJECT);
  g_assert_true (answers[0].is_complete); /* SPF could make it no stricter */
  g_assert_cmpint (answers[1].policy, ==, MAIL_POLICY_NONE);
  g_assert_false (answers[1].is_complete);
}

static void
test_cancel (void)
{
  const char *const domains[] = { "mute.example", NULL };
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  PolicyAnswer answer;

  g_cancellable_cancel (cancellable);
  policy_lookup_run (domains, &answer, resolver, G_MAXINT, cancellable);
  g_assert_false (answer.is_complete);
}

static void
test_owner (void)
{
  static const struct {
    const char *domain, *owner;
  } rows[] = {
    { "mail.proseware.com", "proseware.com" }, { "Proseware.COM", "proseware.com" },
    { "a.b.example.co.uk", "example.co.uk" },  { "co.uk", "co.uk" },
    { "bücher.example", "xn--bcher-kva.example" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *owner = policy_lookup_dup_owner (rows[i].domain);

      g_assert_cmpstr (owner, ==, rows[i].owner);
    }
}

/* ---- the message ----------------------------------------------------------------------------- */

#define SIGNED(domain) "DKIM-Signature: v=1; a=rsa-sha256; d=" domain "; h=From; b=eA==\r\n"

static SendpathMessage *
new_message (const char *header)
{
  g_autofree char *text = g_strconcat (header, "\r\n\r\nHello.\r\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  SendpathMessage *message =
      sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_FLAGS_NONE, &error);

  g_assert_no_error (error);
  return message;
}

static void
test_domains (void)
{
  static const struct {
    const char *header, *domains;
  } rows[] = {
    { "From: Terri <terri@Proseware.com>", "proseware.com" },
    { "From: terri@proseware.com, t@example.org, x@PROSEWARE.com", "proseware.com example.org" },
    { "From: t@b\303\274cher.example", "xn--bcher-kva.example" },
    { "From: terri", "" },
    { "From: terri@localhost", "" },
    { "From: terri@[192.0.2.1]", "" },
    { "Subject: nobody", "" },
    { SIGNED ("proseware.com") "From: terri@proseware.com", "" },
    { SIGNED ("mail.proseware.com") "From: terri@news.proseware.com", "" },
    { SIGNED ("example.net") "From: terri@proseware.com", "proseware.com" },
    { SIGNED ("com") "From: terri@proseware.com", "proseware.com" },
    { SIGNED ("notproseware.com") "From: terri@proseware.com", "proseware.com" },
    { SIGNED ("example.net") SIGNED ("proseware.com") "From: terri@proseware.com", "" },
    { SIGNED ("proseware.com") "From: terri@proseware.com, t@example.org", "example.org" },
    { "DKIM-Signature: v=1; h=From\r\nFrom: terri@proseware.com", "proseware.com" },
    { "From: a@1.example, a@2.example, a@3.example, a@4.example, a@5.example, a@6.example, "
      "a@7.example, a@8.example, a@9.example",
      "1.example 2.example 3.example 4.example 5.example 6.example 7.example 8.example" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SendpathMessage) message = new_message (rows[i].header);
      g_auto (GStrv) domains = domain_policy_dup_domains (message);
      g_autofree char *text = g_strjoinv (" ", domains);

      g_assert_cmpstr (text, ==, rows[i].domains);
    }
}

/* ---- what was seen elsewhere ----------------------------------------------------------------- */

static MailPolicy
weigh (PlanFixture *fixture, const char *network, MailPolicy policy, gboolean is_complete,
       gboolean *ret_is_known)
{
  const PolicyAnswer answer = { policy, is_complete };
  MailPolicy weighed = policy_memory_weigh (fixture->input.memory, "proseware.com", network,
                                            fixture->input.now_s, &answer, ret_is_known);

  policy_memory_note (fixture->input.memory, "proseware.com", network, fixture->input.now_s,
                      &answer);
  return weighed;
}

/* One network after the other, a day between them. */
static void
test_memory (void)
{
  static const struct {
    const char *network;
    int days_later;
    MailPolicy policy;
    gboolean is_complete;
    MailPolicy expected;
    gboolean is_known;
  } rows[] = {
    { "home", 0, MAIL_POLICY_NONE, FALSE, MAIL_POLICY_NONE, FALSE },
    { "home", 0, MAIL_POLICY_REJECT, TRUE, MAIL_POLICY_REJECT, TRUE },
    { "evil", 1, MAIL_POLICY_NONE, TRUE, MAIL_POLICY_REJECT, TRUE }, /* a lie changes nothing */
    { "cafe net/1", 1, MAIL_POLICY_NONE, FALSE, MAIL_POLICY_REJECT, TRUE },
    { "home", 1, MAIL_POLICY_SPF_FAIL, FALSE, MAIL_POLICY_REJECT, TRUE }, /* half an answer */
    { "home", 1, MAIL_POLICY_NONE, TRUE, MAIL_POLICY_NONE, TRUE },        /* it was taken back */
    { "evil", 1, MAIL_POLICY_REJECT, TRUE, MAIL_POLICY_REJECT, TRUE },
    { "home", 1, MAIL_POLICY_NONE, TRUE, MAIL_POLICY_REJECT, TRUE },
    { "home", 31, MAIL_POLICY_NONE, TRUE, MAIL_POLICY_NONE, TRUE }, /* it is too long ago */
    { "cafe net/1", 1, MAIL_POLICY_SPF_FAIL, TRUE, MAIL_POLICY_SPF_FAIL, TRUE },
    { "home", -300, MAIL_POLICY_NONE, FALSE, MAIL_POLICY_NONE, FALSE }, /* all is in the future */
  };
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean is_known;
      MailPolicy policy;

      fixture->input.now_s += rows[i].days_later * 24 * 60 * 60;
      policy = weigh (fixture, rows[i].network, rows[i].policy, rows[i].is_complete, &is_known);
      g_test_message ("row %u", i);
      g_assert_cmpstr (mail_policy_to_string (policy), ==,
                       mail_policy_to_string (rows[i].expected));
      g_assert_cmpint (is_known, ==, rows[i].is_known);
    }
}

/* A network that calls itself something else each time does not wash out the truth, and the memory
 * does not grow. */
static void
test_many_networks (void)
{
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n");
  g_autofree char *value = NULL;
  g_auto (GStrv) words = NULL;
  gboolean is_known;

  weigh (fixture, "home", MAIL_POLICY_REJECT, TRUE, &is_known);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *network = g_strdup_printf ("evil%u", i);

      fixture->input.now_s++;
      g_assert_cmpint (weigh (fixture, network, MAIL_POLICY_NONE, TRUE, &is_known), ==,
                       MAIL_POLICY_REJECT);
    }
  value = memory_get (fixture->input.memory, "policy", "proseware.com", fixture->input.now_s, 0);
  words = g_strsplit (value, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, POLICY_MEMORY_NETWORKS_MAX);
}

static void
test_damaged_memory (void)
{
  static const char *const values[] = { "", " ", "x", "1/reject", "1//home", "x/reject/home",
                                        "-1/reject/home", "99999999999999999999/reject/home",
                                        "1795262400/accept/home", "1795262401/reject/home" };
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      const PolicyAnswer answer = { 0 };
      gboolean is_known;

      memory_set (fixture->input.memory, "policy", "proseware.com", values[i],
                  fixture->input.now_s);
      g_assert_cmpint (policy_memory_weigh (fixture->input.memory, "proseware.com", "here",
                                            fixture->input.now_s, &answer, &is_known),
                       ==, MAIL_POLICY_NONE);
      g_assert_false (is_known);
    }
}

/* Several authors: the strictest. What is looked up ahead of a message is not kept. */
static void
test_strictest (void)
{
  const char *const domains[] = { "soft.example", "spf.example", "both.example",
                                  "mild.reject.example", NULL };
  g_autoptr (PlanFixture) fixture = plan_fixture_new (
      "[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n");
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);

  for (guint may_keep = 0; may_keep < 2; may_keep++)
    {
      g_autoptr (DomainPolicy) policy =
          domain_policy_find (domains, &fixture->input, may_keep, resolver, NULL);
      g_autofree char *kept =
          memory_get (fixture->input.memory, "policy", "both.example", fixture->input.now_s, 0);

      g_assert_cmpstr (policy->domain, ==, "both.example");
      g_assert_cmpint (policy->policy, ==, MAIL_POLICY_REJECT);
      g_assert_true (policy->is_known);
      g_assert_cmpint (kept != NULL, ==, may_keep);
    }
}

/* ---- the route ------------------------------------------------------------------------------- */

#define SENDER  "sender = tchudzik@thephone-company.com\n"
#define REWRITE "rewrite-from = yes\n"
#define PLAIN   "From: terri@proseware.com"
#define PGP     PLAIN "\r\nContent-Type: multipart/signed; boundary=x"

static void
test_apply (void)
{
  static const struct {
    const char *keys; /* of the location */
    MailPolicy policy;
    const char *header; /* NULL: there is no message yet */
    const char *rule;   /* where it starts, or NULL: it is not used */
    const char *words;  /* in `why` or in `skipped` */
  } rows[] = {
    { "", MAIL_POLICY_NONE, NULL, "keep", "nothing against it" },
    { SENDER, MAIL_POLICY_SPF_FAIL, NULL, "sender", "SPF -all" },
    { SENDER REWRITE, MAIL_POLICY_SPF_FAIL, NULL, "sender", "tchudzik@thephone-company.com" },
    { SENDER, MAIL_POLICY_SPF_FAIL, PGP, "sender", "SPF -all" },
    { "", MAIL_POLICY_SPF_FAIL, NULL, NULL, "“sender” in [location work]" },
    { SENDER REWRITE, MAIL_POLICY_REJECT, NULL, "rewrite", "DMARC p=reject, so From: is rewritten" },
    { SENDER REWRITE, MAIL_POLICY_QUARANTINE, PLAIN, "rewrite", "DMARC p=quarantine" },
    { SENDER, MAIL_POLICY_REJECT, NULL, NULL, "“rewrite-from = yes” in [location work]" },
    { "", MAIL_POLICY_REJECT, NULL, NULL, "“sender” and “rewrite-from = yes” in" },
    { SENDER REWRITE, MAIL_POLICY_REJECT, PGP, NULL, "signature" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *config =
          g_strconcat ("[account home]\naddress = terri@proseware.com\nsmtp = smtp.proseware.com\n"
                       "[location work]\nnetwork = 192.0.2.0/24\nsmtp = mail.thephone-company.com\n",
                       rows[i].keys, NULL);
      g_autoptr (PlanFixture) fixture = plan_fixture_new (config);
      g_autoptr (SendpathMessage) message =
          rows[i].header != NULL ? new_message (rows[i].header) : NULL;
      g_autoptr (GPtrArray) routes = NULL;
      DomainPolicy policy = { (char *) "proseware.com", rows[i].policy, TRUE };
      SendpathRoute *route;
      const char *words;

      plan_fixture_set_location (fixture, "work");
      routes = plan_make (&fixture->input);
      route = routes->pdata[routes->len - 1];
      g_assert_false (domain_policy_concerns (routes->pdata[0]));
      g_assert_true (domain_policy_concerns (route));
      domain_policy_apply (&policy, route, message);
      words = rows[i].rule != NULL ? route->why : route->skipped;
      g_test_message ("%s", words);
      g_assert_nonnull (strstr (words, rows[i].words));
      g_assert_nonnull (strstr (words, "proseware.com publishes"));
      g_assert_cmpint (route->skipped == NULL, ==, rows[i].rule != NULL);
      g_assert_cmpstr (sendpath_route_get_sender_rule (route), ==,
                       rows[i].rule != NULL ? rows[i].rule : "keep");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-policy/spf-and-dmarc-are-looked-up", test_look_up);
  g_test_add_func ("/domain-policy/no-answer-in-time-is-not-known", test_no_answer_in_time);
  g_test_add_func ("/domain-policy/a-cancel-ends-it", test_cancel);
  g_test_add_func ("/domain-policy/owner-by-the-public-suffix-list", test_owner);
  g_test_add_func ("/domain-policy/authors-without-a-signature-of-theirs", test_domains);
  g_test_add_func ("/domain-policy/a-lying-network-makes-it-only-stricter", test_memory);
  g_test_add_func ("/domain-policy/many-networks-wash-out-nothing", test_many_networks);
  g_test_add_func ("/domain-policy/damaged-memory-says-nothing", test_damaged_memory);
  g_test_add_func ("/domain-policy/strictest-of-several-authors", test_strictest);
  g_test_add_func ("/domain-policy/where-the-rules-of-a-route-start", test_apply);
  return g_test_run ();
}
