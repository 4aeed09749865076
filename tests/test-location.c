/* SendpathLocation: which network it is recognised by, and that every key that is given must
 * match. */
#include "config.h"

#include "profiles/location.h"
#include "profiles/profile-keys.h"

#define STRINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static SendpathNetwork *
new_office (void)
{
  return sendpath_network_new_for_facts ("00:53:00:AA:BB:CC",
                                         STRINGS ("prague.thephone-company.com", "example.net"),
                                         STRINGS ("192.0.2.77/24", "2001:db8:5::7/64"));
}

static void
set (SendpathLocation *location, const char *key, const char *value)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sendpath_location_set (location, key, value, &error));
  g_assert_no_error (error);
}

/* What one key alone makes of the office. */
static void
test_single_keys (void)
{
  static const struct {
    const char *key;
    const char *value;
    gboolean    is_match;
  } rows[] = {
    { "gateway", "00:53:00:aa:bb:cc", TRUE },
    { "gateway", "00:53:00:AA:BB:CC", TRUE },
    { "gateway", "00:53:00:aa:bb:cd", FALSE },
    { "domain", "prague.thephone-company.com", TRUE },
    { "domain", "thephone-company.com", TRUE }, /* its parent */
    { "domain", "Thephone-Company.COM", TRUE },
    { "domain", "example.net", TRUE },
    { "domain", "phone-company.com", FALSE },
    { "domain", "floor1.prague.thephone-company.com", FALSE },
    { "network", "192.0.2.0/24", TRUE },
    { "network", "192.0.2.64/26", TRUE },
    { "network", "192.0.2.77", TRUE },
    { "network", "192.0.2.0/26", FALSE },
    { "network", "0.0.0.0/0", TRUE },
    { "network", "2001:db8:5::/48", TRUE },
    { "network", "2001:db8:6::/48", FALSE },
    /* only NetworkManager knows these, and this network was read without it */
    { "connection", "Office", FALSE },
    { "ssid", "Office", FALSE },
  };
  g_autoptr(SendpathNetwork) office = new_office ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SendpathLocation) location = sendpath_location_new ("work");
      g_auto(GStrv) keys = NULL;

      set (location, rows[i].key, rows[i].value);
      if (sendpath_location_matches (location, office, &keys) != rows[i].is_match)
        g_error ("%s = %s: match is %d", rows[i].key, rows[i].value, !rows[i].is_match);
      if (rows[i].is_match)
        g_assert_cmpstr (keys[0], ==, rows[i].key);
      else
        g_assert_null (keys);
    }
}

static void
test_every_key (void)
{
  g_autoptr(SendpathNetwork) office = new_office ();
  g_autoptr(SendpathLocation) location = sendpath_location_new ("work");
  g_auto(GStrv) keys = NULL;

  set (location, "network", "192.0.2.0/24");
  set (location, "gateway", "00:53:00:aa:bb:cc");
  set (location, "domain", "thephone-company.com");
  g_assert_true (sendpath_location_matches (location, office, &keys));
  g_assert_true (
      g_strv_equal ((const char *const *) keys, STRINGS ("gateway", "domain", "network")));

  set (location, "ssid", "Office");
  g_assert_false (sendpath_location_matches (location, office, NULL));
  set (location, "ssid", NULL);
  set (location, "domain", "adatum.com");
  g_assert_false (sendpath_location_matches (location, office, NULL));
}

static void
test_no_keys (void)
{
  g_autoptr(SendpathNetwork) office = new_office ();
  g_autoptr(SendpathLocation) location = sendpath_location_new ("work");

  set (location, "smtp", "mail.thephone-company.com");
  g_assert_false (sendpath_location_matches (location, office, NULL));
  set (location, "ssid", "");
  g_assert_false (sendpath_location_matches (location, office, NULL));
}

static void
test_unknown_network (void)
{
  g_autoptr(SendpathNetwork) nowhere = sendpath_network_new_for_facts (NULL, NULL, NULL);
  static const char *const keys[][2] = {
    { "gateway", "00:53:00:aa:bb:cc" }, { "domain", "example.net" }, { "network", "0.0.0.0/0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr(SendpathLocation) location = sendpath_location_new ("work");

      set (location, keys[i][0], keys[i][1]);
      g_assert_false (sendpath_location_matches (location, nowhere, NULL));
    }
}

static void
test_values (void)
{
  g_autoptr(SendpathLocation) location = sendpath_location_new ("work");
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) servers = NULL;

  g_assert_cmpstr (sendpath_location_get_id (location), ==, "work");
  g_assert_cmpstr (sendpath_location_get (location, "security"), ==, "auto");
  g_assert_null (sendpath_location_get (location, "user")); /* no account's login here */
  g_assert_true (sendpath_location_get_boolean (location, "discover"));
  g_assert_false (sendpath_location_get_boolean (location, "rewrite-from"));
  set (location, "smtp", "a.example.org;b.example.org:25");
  servers = sendpath_location_dup_list (location, "smtp");
  g_assert_cmpuint (g_strv_length (servers), ==, 2);
  g_assert_true (sendpath_location_is_set (location, "smtp"));
  g_assert_false (sendpath_location_set (location, "pop", "pop.proseware.com", &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer count)
{
  ++*(guint *) count;
}

static void
test_properties (void)
{
  g_autoptr(SendpathLocation) location = sendpath_location_new ("work");
  g_autofree char *sender = NULL;
  guint count = 0;

  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_LOCATION)
      g_assert_nonnull (g_object_class_find_property (G_OBJECT_GET_CLASS (location), key->name));
  g_signal_connect (location, "notify::sender", G_CALLBACK (count_notify), &count);
  g_object_set (location, "sender", "tchudzik@thephone-company.com", NULL);
  g_object_get (location, "sender", &sender, NULL);
  g_assert_cmpstr (sender, ==, "tchudzik@thephone-company.com");
  g_assert_cmpuint (count, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/location/recognised-by-gateway-domain-network", test_single_keys);
  g_test_add_func ("/location/every-key-that-is-given-must-match", test_every_key);
  g_test_add_func ("/location/without-match-keys-it-is-nowhere", test_no_keys);
  g_test_add_func ("/location/an-unknown-network-is-no-location", test_unknown_network);
  g_test_add_func ("/location/values-and-defaults", test_values);
  g_test_add_func ("/location/every-key-is-a-property-that-notifies", test_properties);
  return g_test_run ();
}
