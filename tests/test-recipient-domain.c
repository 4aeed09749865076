/* What the name servers say of a recipient's domain. None is asked: a resolver with a table
 * answers. */
#include "config.h"

#include "sendpath/recipient-domain.h"
#include "tests/lib/fake-resolver.h"

static const FakeHost hosts[] = {
  { .host = "mx.example.org.", .mx = "20 mx2.example.org 10 mx1.example.org", .has_zone = TRUE },
  { .host = "null.example.org.", .mx = "0 .", .addresses = "192.0.2.1", .has_zone = TRUE },
  { .host = "plain.example.org.", .addresses = "192.0.2.2 2001:db8::2", .has_zone = TRUE },
  { .host = "bare.example.org.", .has_zone = TRUE },
  { .host = "silent.example.org.", .mx = "?", .addresses = "192.0.2.3", .has_zone = TRUE },
  { .host = "half.example.org.", .mx = "10 mx.adatum.com", .addresses = "? !", .has_zone = TRUE },
  { .host = "xn--bcher-kva.example.", .mx = "10 mx.example.org" },
  { .host = NULL },
};

static RecipientDomain *
look_up (const char *domain, guint timeout_ms)
{
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);

  return recipient_domain_look_up (domain, resolver, timeout_ms, NULL);
}

static void
test_states (void)
{
  static const struct {
    const char *domain, *state, *servers;
  } rows[] = {
    { "mx.example.org", "mail", "mx1.example.org mx2.example.org" },
    { "plain.example.org", "mail", "plain.example.org" },
    { "half.example.org", "mail", "mx.adatum.com" },
    { "bücher.example", "mail", "mx.example.org" },
    { "[192.0.2.7]", "mail", "[192.0.2.7]" },
    { "null.example.org", "null-mx", "" },
    { "bare.example.org", "no-mail-server", "" },
    { "nowhere.example.org", "missing", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RecipientDomain) answer = look_up (rows[i].domain, RECIPIENT_DOMAIN_MAX_MS);
      g_autofree char *servers = g_strjoinv (" ", answer->mail_servers);

      g_assert_cmpstr (recipient_domain_state_to_string (answer->state), ==, rows[i].state);
      g_assert_cmpstr (servers, ==, rows[i].servers);
    }
}

/* It is given up, and says so. */
static void
test_no_answer (void)
{
  g_autoptr (RecipientDomain) answer = look_up ("silent.example.org", 1);

  g_assert_cmpint (answer->state, ==, MAIL_DOMAIN_UNKNOWN);
}

static void
test_cancel (void)
{
  g_autoptr (GResolver) resolver = fake_resolver_new (hosts);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (RecipientDomain) answer = NULL;

  g_cancellable_cancel (cancellable);
  answer = recipient_domain_look_up ("silent.example.org", resolver, G_MAXINT, cancellable);
  g_assert_cmpint (answer->state, ==, MAIL_DOMAIN_UNKNOWN);
}

static void
test_local (void)
{
  static const struct {
    const char *domain, *server;
    gboolean is_local;
  } rows[] = {
    { "proseware.com", "smtp.proseware.com", TRUE },
    { "Proseware.com", "SMTP.proseware.com.", TRUE },
    { "mx.example.org", "smtp.example.org", TRUE },
    { "half.example.org", "smtp.adatum.com", TRUE },
    { "half.example.org", "smtp.proseware.com", FALSE },
    { "bare.example.org", "smtp.proseware.com", FALSE },
    { "one.co.uk", "smtp.other.co.uk", FALSE }, /* a public suffix is nobody's own */
    { "half.example.org", "192.0.2.7", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RecipientDomain) answer = look_up (rows[i].domain, RECIPIENT_DOMAIN_MAX_MS);

      g_assert_cmpint (recipient_domain_is_local (answer, rows[i].domain, rows[i].server), ==,
                       rows[i].is_local);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipient-domain/mail-null-mx-bare-and-missing-are-told-apart", test_states);
  g_test_add_func ("/recipient-domain/no-answer-in-time-is-not-known", test_no_answer);
  g_test_add_func ("/recipient-domain/a-cancel-ends-it", test_cancel);
  g_test_add_func ("/recipient-domain/local-is-what-the-server-itself-takes", test_local);
  return g_test_run ();
}
