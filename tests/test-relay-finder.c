/* What relays does this network offer? A table stands for the name servers; nobody is asked. */
#include "config.h"

#include "profiles/relay-finder.h"

#include "tests/lib/fake-resolver.h"

#define PATIENT_MS 60000 /* where an end is not what is tested */
#define SRV(text) { .host = "_submissions._tcp.hotel.example.", .srv = text }
#define MAIL { .host = "mail.hotel.example", .addresses = "198.51.100.25 2001:db8::25" }
#define END { .host = NULL }

/* It knows nothing, not even how to ask. */
typedef GResolver BareResolver;
typedef GResolverClass BareResolverClass;

GType bare_resolver_get_type (void);

G_DEFINE_TYPE (BareResolver, bare_resolver, G_TYPE_RESOLVER)

static void
bare_resolver_init (BareResolver *resolver)
{
}

static void
bare_resolver_class_init (BareResolverClass *class)
{
}

static const char *const own[] = { "192.0.2.7/24", "2001:db8:1::7/64", NULL };
static const char *const domains[] = { "hotel.example", NULL };

/* `HOST:PORT/SOURCE` of each offer. */
static char *
ask (const FakeHost *hosts, const char *const *dhcp, gboolean with_usual_names, guint timeout_ms)
{
  g_autoptr(GResolver) resolver = fake_resolver_new (hosts);
  RelayFinderOptions options = { domains, own, dhcp, with_usual_names, resolver, timeout_ms };
  g_autoptr(GPtrArray) offers = relay_finder_ask (&options, NULL);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < offers->len; i++)
    {
      const RelayOffer *offer = offers->pdata[i];

      g_assert_cmpint (offer->is_tls, ==, offer->port == 465);
      g_string_append_printf (text, "%s%s:%u/%s", i > 0 ? " " : "", offer->host, offer->port,
                              relay_source_to_string (offer->source));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_offers (const FakeHost *hosts, const char *expected)
{
  g_autofree char *found = ask (hosts, NULL, FALSE, PATIENT_MS);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_srv (void)
{
  static const FakeHost hosts[] = {
    { .host = "_submission._tcp.hotel.example.",
      .srv = "20 0 587 second.hotel.example. 10 0 587 Mail.Hotel.Example." },
    SRV ("0 0 465 mail.hotel.example."),
    MAIL,
    { .host = "second.hotel.example", .addresses = "198.51.100.26" },
    END
  };

  assert_offers (hosts, "mail.hotel.example:465/srv mail.hotel.example:587/srv "
                        "second.hotel.example:587/srv");
}

static void
test_nothing (void)
{
  static const FakeHost hosts[] = { END };

  assert_offers (hosts, "");
}

/* T-149, and names that are none. */
static void
test_hostile_records (void)
{
  static const char *const records[] = {
    "0 0 465 .",
    "0 0 0 mail.hotel.example.",
    "0 0 22 mail.hotel.example.",
    "0 0 2525 mail.hotel.example.",
    "0 0 465 198.51.100.25",
    "0 0 465 198.51.100.25.",
    "0 0 465 0x7f.1",
    "0 0 465 localhost",
    "0 0 465 mail",
    "0 0 465 -x.hotel.example",
    "0 0 465 mail.hotel.example\r\nRCPT",
    "0 0 465 unknown.hotel.example",
  };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      const FakeHost hosts[] = { SRV (records[i]), MAIL, END };

      g_test_message ("%s", records[i]);
      assert_offers (hosts, "");
    }
}

/* R-25, T-149: as many as a network likes to send. */
static void
test_at_most_four (void)
{
  g_autoptr(GString) srv = g_string_new (NULL);
  const FakeHost *hosts;
  FakeHost table[12] = { END };
  static const char *const names[] = { "a.hotel.example", "b.hotel.example", "c.hotel.example",
                                       "d.hotel.example", "e.hotel.example", "f.hotel.example" };
  guint n = 0;

  for (; n < G_N_ELEMENTS (names); n++)
    {
      table[n] = (FakeHost){ .host = names[n], .addresses = "198.51.100.25" };
      g_string_append_printf (srv, "%u 0 465 %s. ", n, names[n]);
    }
  table[n] = (FakeHost) SRV (srv->str);
  hosts = table;
  assert_offers (hosts, "a.hotel.example:465/srv b.hotel.example:465/srv c.hotel.example:465/srv "
                        "d.hotel.example:465/srv");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (srv, "0 0 %u x%u.hotel.example. ", i % 2 ? 22 : 465, i);
  table[n] = (FakeHost) SRV (srv->str);
  assert_offers (hosts, "");
}

/* One bad address among good ones is enough. */
static void
test_hostile_addresses (void)
{
  static const char *const addresses[] = { "127.0.0.1",
                                           "198.51.100.25 127.0.0.1",
                                           "198.51.100.25 ::1",
                                           "192.0.2.7",
                                           "" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      const FakeHost hosts[] = {
        SRV ("0 0 465 mail.hotel.example."),
        { .host = "mail.hotel.example", .addresses = addresses[i] },
        END
      };

      g_test_message ("%s", addresses[i]);
      assert_offers (hosts, "");
    }
}

static void
test_addresses (void)
{
  static const struct {
    const char *address;
    gboolean may_be;
  } cases[] = {
    { "198.51.100.25", TRUE },
    { "10.0.0.25", TRUE },
    { "192.0.2.25", TRUE },
    { "2001:db8::25", TRUE },
    { "fd00::25", TRUE },
    { "127.0.0.1", FALSE },
    { "127.255.1.2", FALSE },
    { "0.0.0.0", FALSE },
    { "0.1.2.3", FALSE },
    { "169.254.1.2", FALSE },
    { "224.0.0.1", FALSE },
    { "240.0.0.1", FALSE },
    { "255.255.255.255", FALSE },
    { "192.0.2.7", FALSE },
    { "192.0.2.255", FALSE },
    { "::", FALSE },
    { "::1", FALSE },
    { "fe80::1", FALSE },
    { "ff02::1", FALSE },
    { "2001:db8:1::7", FALSE },
    { "::ffff:198.51.100.25", TRUE },
    { "::ffff:127.0.0.1", FALSE },
    { "::ffff:0.0.0.0", FALSE },
    { "::ffff:169.254.1.2", FALSE },
    { "::ffff:224.0.0.1", FALSE },
    { "::ffff:255.255.255.255", FALSE },
    { "::ffff:192.0.2.7", FALSE },
    { "::127.0.0.1", FALSE },
    { "64:ff9b::198.51.100.25", TRUE },
    { "64:ff9b::127.0.0.1", FALSE },
    { "64:ff9b::192.0.2.7", FALSE },
    { "64:ff9b::192.0.2.255", FALSE },
    { "64:ff9b:1::198.51.100.25", TRUE },
    { "64:ff9b:1::127.0.0.1", FALSE },
    { "64:ff9b:1::10.0.0.25", TRUE },
    { "64:ff9b:1:7f00:0:100::", FALSE },
    { "64:ff9b:1:c633:64:1900::", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (cases[i].address);

      g_test_message ("%s", cases[i].address);
      g_assert_nonnull (address);
      g_assert_cmpint (relay_finder_may_be (address, own), ==, cases[i].may_be);
    }
}

/* R-25 behind the prefix that this network has for NAT64 (RFC 7050). */
static void
test_nat64 (void)
{
  static const struct {
    const char *address;
    const char *offers;
  } rows[] = {
    { "2001:db8:64::198.51.100.25", "mail.hotel.example:465/srv" },
    { "2001:db8:65::127.0.0.1", "mail.hotel.example:465/srv" }, /* another prefix */
    { "2001:db8:64::127.0.0.1", "" },
    { "2001:db8:64::192.0.2.7", "" },
    { "2001:db8:64::255.255.255.255", "" },
    { "2001:db8:64::198.51.100.25 2001:db8:64::127.0.0.1", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const FakeHost hosts[] = {
        SRV ("0 0 465 mail.hotel.example."),
        { .host = "mail.hotel.example", .addresses = rows[i].address },
        { .host = "ipv4only.arpa", .addresses = "2001:db8:64::192.0.0.170" },
        END
      };

      g_test_message ("%s", rows[i].address);
      assert_offers (hosts, rows[i].offers);
    }
}

static void
test_dhcp (void)
{
  static const FakeHost hosts[] = { MAIL, END };
  static const char *const dhcp[] = { "127.0.0.1",       "198.51.100.1", "mail.hotel.example",
                                      "198.51.100.1",    "",             "192.0.2.7",
                                      "255.255.255.255", "198.51.100.2", NULL };
  g_autofree char *found = ask (hosts, dhcp, FALSE, PATIENT_MS);

  g_assert_cmpstr (found, ==, "198.51.100.1:25/dhcp 198.51.100.2:25/dhcp");
}

/* T-147, R-25 */
static void
test_many_dhcp_addresses (void)
{
  static const FakeHost hosts[] = { END };
  g_autofree char *text = g_strdup ("");
  g_auto(GStrv) dhcp = NULL;
  g_autofree char *found = NULL;

  for (guint i = 1; i <= 63; i++)
    {
      g_autofree char *longer = g_strdup_printf ("%s198.51.100.%u ", text, i);

      g_free (text);
      text = g_steal_pointer (&longer);
    }
  dhcp = g_strsplit (g_strchomp (text), " ", -1);
  found = ask (hosts, (const char *const *) dhcp, FALSE, PATIENT_MS);
  g_assert_cmpstr (found, ==, "198.51.100.1:25/dhcp 198.51.100.2:25/dhcp 198.51.100.3:25/dhcp "
                              "198.51.100.4:25/dhcp");
}

static void
test_usual_names (void)
{
  static const FakeHost hosts[] = { MAIL, END };
  g_autofree char *unasked = ask (hosts, NULL, FALSE, PATIENT_MS);
  g_autofree char *asked = ask (hosts, NULL, TRUE, PATIENT_MS);

  g_assert_cmpstr (unasked, ==, "");
  g_assert_cmpstr (asked, ==, "mail.hotel.example:587/name");
}

static void
test_bare_resolver (void)
{
  static const char *const dhcp[] = { "198.51.100.25", NULL };
  g_autoptr(GResolver) resolver = g_object_new (bare_resolver_get_type (), NULL);
  RelayFinderOptions options = { domains, own, dhcp, TRUE, resolver, PATIENT_MS };
  g_autoptr(GPtrArray) offers = relay_finder_ask (&options, NULL);

  g_assert_cmpuint (offers->len, ==, 1);
  g_assert_cmpstr (((const RelayOffer *) offers->pdata[0])->host, ==, "198.51.100.25");
}

/* What has not answered in time is not there. */
static void
test_silent_name_server (void)
{
  static const FakeHost hosts[] = { SRV ("0 0 465 mail.hotel.example."),
                                    { .host = "mail.hotel.example", .addresses = "? !" },
                                    END };
  gint64 begun_us = g_get_monotonic_time ();
  g_autofree char *found = ask (hosts, NULL, FALSE, 200);

  g_assert_cmpstr (found, ==, "");
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, 10 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/relay-finder/srv", test_srv);
  g_test_add_func ("/relay-finder/nothing-offered", test_nothing);
  g_test_add_func ("/relay-finder/hostile-records", test_hostile_records);
  g_test_add_func ("/relay-finder/at-most-four", test_at_most_four);
  g_test_add_func ("/relay-finder/hostile-addresses", test_hostile_addresses);
  g_test_add_func ("/relay-finder/addresses", test_addresses);
  g_test_add_func ("/relay-finder/addresses-behind-nat64", test_nat64);
  g_test_add_func ("/relay-finder/dhcp-addresses-only", test_dhcp);
  g_test_add_func ("/relay-finder/four-of-many-dhcp-addresses", test_many_dhcp_addresses);
  g_test_add_func ("/relay-finder/usual-names-on-demand", test_usual_names);
  g_test_add_func ("/relay-finder/a-resolver-without-records", test_bare_resolver);
  g_test_add_func ("/relay-finder/a-silent-name-server-ends", test_silent_name_server);
  return g_test_run ();
}
