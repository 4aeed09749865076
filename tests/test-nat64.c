/* NAT64: which prefix a network has, and which addresses lead through it. */
#include "config.h"

#include "profiles/nat64.h"

static GInetAddress *
new_address (const char *text)
{
  GInetAddress *address = g_inet_address_new_from_string (text);

  g_assert_nonnull (address);
  return address;
}

/* The examples of RFC 6052 2.4, and the addresses of ipv4only.arpa with the same prefixes. */
static void
test_forms (void)
{
  static const struct {
    const char *answer;
    const char *wrapped; /* 192.0.2.33 */
  } rows[] = {
    { "2001:db8:c000:aa::", "2001:db8:c000:221::" },
    { "2001:db8:1c0:0:aa::", "2001:db8:1c0:2:21::" },
    { "2001:db8:122:c000:0:aa00::", "2001:db8:122:c000:2:2100::" },
    { "2001:db8:122:3c0:0:aa::", "2001:db8:122:3c0:0:221::" },
    { "2001:db8:122:344:c0:0:aa00::", "2001:db8:122:344:c0:2:2100::" },
    { "2001:db8:122:344::192.0.0.170", "2001:db8:122:344::192.0.2.33" },
    { "64:ff9b::192.0.0.171", "64:ff9b::192.0.2.33" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GInetAddress) answer = new_address (rows[i].answer);
      g_autoptr(GInetAddress) v4 = new_address ("192.0.2.33");
      g_autoptr(GInetAddress) expected = new_address (rows[i].wrapped);
      g_autoptr(GInetAddress) wrapped = NULL, unwrapped = NULL;
      Nat64Prefix prefix;

      g_test_message ("%s", rows[i].answer);
      g_assert_true (nat64_prefix_read (&prefix, answer));
      wrapped = nat64_wrap (&prefix, v4);
      g_assert_true (g_inet_address_equal (wrapped, expected));
      unwrapped = nat64_unwrap (&prefix, wrapped);
      g_assert_true (g_inet_address_equal (unwrapped, v4));
    }
}

static void
test_nothing (void)
{
  static const char *const answers[] = { "2001:db8::1", "::1", "192.0.0.170",
                                         "2001:db8::192.0.0.172", "2001:db8:122:344:1c0:0:aa00::" };
  const Nat64Prefix none = { { 0 }, 0 };
  g_autoptr(GInetAddress) v6 = new_address ("64:ff9b::192.0.2.33");
  Nat64Prefix prefix;

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr(GInetAddress) answer = new_address (answers[i]);

      g_test_message ("%s", answers[i]);
      g_assert_false (nat64_prefix_read (&prefix, answer));
    }
  g_assert_null (nat64_unwrap (&none, v6));
}

static void
test_needed (void)
{
  static const char *const only_v6[] = { "2001:db8::7/64", "fd00::7/64", NULL };
  static const char *const both[] = { "2001:db8::7/64", "192.0.2.7/24", NULL };
  static const char *const nothing[] = { NULL };

  g_assert_true (nat64_is_needed (only_v6));
  g_assert_false (nat64_is_needed (both));
  g_assert_false (nat64_is_needed (nothing));
  g_assert_false (nat64_is_needed (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nat64/every-length-of-a-prefix", test_forms);
  g_test_add_func ("/nat64/other-addresses-have-none", test_nothing);
  g_test_add_func ("/nat64/only-where-there-is-no-ipv4", test_needed);
  return g_test_run ();
}
