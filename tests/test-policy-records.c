/* What SPF and DMARC records say about mail in a domain's name. */
#include "config.h"

#include "sendpath/walk/policy-records.h"

#include <string.h>

static void
test_spf (void)
{
  static const struct {
    const char *records; /* separated by `|` */
    const char *expected;
    const char *redirect;
  } rows[] = {
    { "v=spf1 -all", "spf", NULL },
    { "v=spf1 mx ip4:192.0.2.0/24 include:_spf.example.org -all", "spf", NULL },
    { "V=SPF1 MX -ALL", "spf", NULL },
    { "v=spf1  -all ", "spf", NULL },
    { "some-verification=abc|v=spf1 -all", "spf", NULL },
    { "v=spf1 ~all", "none", NULL },
    { "v=spf1 ?all", "none", NULL },
    { "v=spf1 +all", "none", NULL },
    { "v=spf1 all -all", "none", NULL },
    { "v=spf1 ~all -all", "none", NULL },
    { "v=spf1 -all ~all", "spf", NULL },
    { "v=spf1 mx", "none", NULL },
    { "v=spf1", "none", NULL },
    { "v=spf1 -allowed", "none", NULL },
    { "v=spf1 -include:all.example.org", "none", NULL },
    { "v=spf10 -all", "none", NULL },
    { "v=spf1\t-all", "none", NULL },
    { "v=spf1;-all", "none", NULL },
    { " v=spf1 -all", "none", NULL },
    { "spf2.0/pra -all", "none", NULL },
    { "v=spf1 -all|v=spf1 -all", "none", NULL }, /* of two, neither counts */
    { "v=spf1 -all|v=spf1", "none", NULL },
    { "", "none", NULL },
    { "v=spf1 redirect=_spf.example.org", "none", "_spf.example.org" },
    { "v=spf1 mx Redirect=_spf.example.org", "none", "_spf.example.org" },
    { "v=spf1 redirect=_spf.example.org -all", "spf", NULL },
    { "v=spf1 redirect=_spf.example.org ~all", "none", NULL },
    { "v=spf1 redirect=%{d}.example.org", "none", NULL }, /* who sends, and from where? */
    { "v=spf1 redirect=", "none", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) texts = g_strsplit (rows[i].records, "|", -1);
      g_autofree char *redirect = NULL;
      MailPolicy policy = policy_records_read_spf ((const char *const *) texts, &redirect);

      g_test_message ("%s", rows[i].records);
      g_assert_cmpstr (mail_policy_to_string (policy), ==, rows[i].expected);
      g_assert_cmpstr (redirect, ==, rows[i].redirect);
    }
}

static void
test_dmarc (void)
{
  static const struct {
    const char *records;
    const char *own, *below; /* `-`: there is none, and the parent is asked */
  } rows[] = {
    { "v=DMARC1; p=reject", "reject", "reject" },
    { "v=DMARC1;p=quarantine;", "quarantine", "quarantine" },
    { "v=DMARC1; p=none", "none", "none" },
    { "v = DMARC1 ; P = Reject ; rua=mailto:d@example.org", "reject", "reject" },
    { "v=DMARC1; p=none; sp=reject", "none", "reject" },
    { "v=DMARC1; p=reject; sp=none", "reject", "none" },
    { "v=DMARC1; sp=quarantine; p=reject", "reject", "quarantine" },
    { "v=DMARC1; p=reject; pct=0", "reject", "reject" },
    { "v=DMARC1; p=reject; unknown=1; fo=1; garbage", "reject", "reject" },
    { "v=DMARC1; p=rejected", "none", "none" },
    { "v=DMARC1; p=", "none", "none" },
    { "v=DMARC1; sp=reject", "none", "none" }, /* no p: it says nothing */
    { "v=DMARC1; p=reject; sp=often", "none", "none" },
    { "v=DMARC1; p=none; p=reject", "none", "none" },
    { "v=DMARC1", "none", "none" },
    { "v=DMARC1; p=reject|v=DMARC1; p=reject", "none", "none" }, /* of two, neither counts */
    { "other|v=DMARC1; p=reject", "reject", "reject" },
    { "v=DMARC2; p=reject", "-", "-" },
    { "v=dmarc1; p=reject", "-", "-" },
    { "p=reject; v=DMARC1", "-", "-" },
    { "v=DMARC1 p=reject", "-", "-" },
    { "v=spf1 -all", "-", "-" },
    { "", "-", "-" },
    { ";;;===;", "-", "-" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) texts = g_strsplit (rows[i].records, "|", -1);
      MailPolicy policy;
      const char *own = "-", *below = "-";

      if (policy_records_read_dmarc ((const char *const *) texts, FALSE, &policy))
        own = mail_policy_to_string (policy);
      if (policy_records_read_dmarc ((const char *const *) texts, TRUE, &policy))
        below = mail_policy_to_string (policy);
      g_test_message ("%s", rows[i].records);
      g_assert_cmpstr (own, ==, rows[i].own);
      g_assert_cmpstr (below, ==, rows[i].below);
    }
}

/* As much as one answer can hold. */
static void
test_huge (void)
{
  g_autofree char *separators = g_strnfill (65000, ';');
  g_autofree char *dmarc = g_strconcat ("v=DMARC1;", separators, "p=reject", NULL);
  g_autofree char *spaces = g_strnfill (65000, ' ');
  g_autofree char *spf = g_strconcat ("v=spf1", spaces, "-all", NULL);
  const char *const spf_texts[] = { spf, NULL }, *const dmarc_texts[] = { dmarc, NULL };
  g_autofree char *redirect = NULL;
  MailPolicy policy;

  g_assert_cmpint (policy_records_read_spf (spf_texts, &redirect), ==, MAIL_POLICY_SPF_FAIL);
  g_assert_true (policy_records_read_dmarc (dmarc_texts, FALSE, &policy));
  g_assert_cmpint (policy, ==, MAIL_POLICY_REJECT);
}

static void
test_names (void)
{
  MailPolicy policy;

  for (guint i = MAIL_POLICY_NONE; i <= MAIL_POLICY_REJECT; i++)
    {
      g_assert_true (mail_policy_from_string (mail_policy_to_string (i), &policy));
      g_assert_cmpint (policy, ==, i);
    }
  g_assert_false (mail_policy_from_string ("accept", &policy));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy-records/spf-says-minus-all-or-nothing", test_spf);
  g_test_add_func ("/policy-records/dmarc-quarantine-and-reject", test_dmarc);
  g_test_add_func ("/policy-records/as-much-as-an-answer-holds", test_huge);
  g_test_add_func ("/policy-records/names", test_names);
  return g_test_run ();
}
