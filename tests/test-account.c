/* SendpathAccount: values with their defaults, live properties, and the addresses it covers. */
#include "config.h"

#include "profiles/account.h"
#include "profiles/profile-keys.h"

#include <string.h>

static SendpathAccount *
new_home (void)
{
  return sendpath_account_new ("home", "terri@proseware.com");
}

static void
set (SendpathAccount *account, const char *key, const char *value)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sendpath_account_set (account, key, value, &error));
  g_assert_no_error (error);
}

static void
test_values (void)
{
  g_autoptr(SendpathAccount) account = new_home ();
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (sendpath_account_get_id (account), ==, "home");
  g_assert_cmpstr (sendpath_account_get (account, "address"), ==, "terri@proseware.com");
  g_assert_null (sendpath_account_get (account, "smtp"));
  g_assert_false (sendpath_account_is_set (account, "smtp"));

  set (account, "smtp", "smtp.proseware.com");
  g_assert_true (sendpath_account_is_set (account, "smtp"));
  g_assert_cmpstr (sendpath_account_get (account, "smtp"), ==, "smtp.proseware.com");
  g_assert_false (sendpath_account_set (account, "smtp", "smtp://x", &error));
  g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
  g_assert_cmpstr (sendpath_account_get (account, "smtp"), ==, "smtp.proseware.com");
  set (account, "smtp", NULL);
  g_assert_false (sendpath_account_is_set (account, "smtp"));
}

static void
test_unknown_key (void)
{
  static const struct {
    const char *key;
    const char *message;
  } rows[] = {
    { "adress", "unknown key \"adress\" (did you mean \"address\"?)" },
    { "pop3-user", "unknown key \"pop3-user\" (did you mean \"pop-user\"?)" },
    { "from", "unknown key \"from\" (did you mean \"address\"?)" },
    { "passwordeval", "unknown key \"passwordeval\" (did you mean \"secret-command\"?)" },
    { "password",
      "unknown key \"password\" (passwords stay in the keyring: sendpath password set NAME)" },
    { "colour", "unknown key \"colour\"" },
    { "ssid", "unknown key \"ssid\"" },
  };
  g_autoptr(SendpathAccount) account = new_home ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (sendpath_account_set (account, rows[i].key, "canary", &error));
      g_assert_error (error, SENDPATH_PROFILE_ERROR, SENDPATH_PROFILE_ERROR_BROKEN);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

static void
test_defaults (void)
{
  g_autoptr(SendpathAccount) account = new_home ();

  g_assert_cmpstr (sendpath_account_get (account, "security"), ==, "auto");
  g_assert_cmpstr (sendpath_account_get (account, "user"), ==, "terri@proseware.com");
  g_assert_cmpstr (sendpath_account_get (account, "pop-user"), ==, "terri@proseware.com");
  set (account, "user", "terri");
  g_assert_cmpstr (sendpath_account_get (account, "pop-user"), ==, "terri");
  set (account, "pop-user", "pop-terri");
  g_assert_cmpstr (sendpath_account_get (account, "user"), ==, "terri");
  g_assert_cmpstr (sendpath_account_get (account, "pop-user"), ==, "pop-terri");

  /* given, but nothing: as if not given */
  set (account, "user", "");
  set (account, "pop", "");
  g_assert_cmpstr (sendpath_account_get (account, "user"), ==, "terri@proseware.com");
  g_assert_null (sendpath_account_get (account, "pop"));
  g_assert_true (sendpath_account_is_set (account, "pop"));
}

static void
test_typed_values (void)
{
  g_autoptr(SendpathAccount) account = new_home ();
  g_auto(GStrv) none = NULL;
  g_auto(GStrv) some = NULL;

  none = sendpath_account_dup_list (account, "backup");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  set (account, "backup", " work ;;other;");
  some = sendpath_account_dup_list (account, "backup");
  g_assert_cmpuint (g_strv_length (some), ==, 2);
  g_assert_cmpstr (some[0], ==, "work");
  g_assert_cmpstr (some[1], ==, "other");

  g_assert_false (sendpath_account_get_boolean (account, "confidential"));
  set (account, "confidential", "yes");
  g_assert_true (sendpath_account_get_boolean (account, "confidential"));
  g_assert_cmpuint (sendpath_account_get_integer (account, "max-recipients"), ==, 100);
  g_assert_cmpuint (sendpath_account_get_integer (account, "rate"), ==, 0);
  set (account, "rate", "300/h");
  g_assert_cmpuint (sendpath_account_get_integer (account, "rate"), ==, 300);
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer names)
{
  g_string_append_printf (names, "%s ", pspec->name);
}

/* Every key is a property, and whoever watches hears of every change once. */
static void
test_properties (void)
{
  g_autoptr(SendpathAccount) account = new_home ();
  g_autoptr(GString) names = g_string_new (NULL);
  g_autofree char *user = NULL;
  g_autofree char *id = NULL;
  g_autofree char *security = NULL;

  for (const SendpathProfileKey *key = sendpath_profile_keys (); key->name != NULL; key++)
    if (key->section == SENDPATH_SECTION_ACCOUNT)
      g_assert_nonnull (g_object_class_find_property (G_OBJECT_GET_CLASS (account), key->name));

  g_signal_connect (account, "notify", G_CALLBACK (on_notify), names);
  g_object_set (account, "smtp", "smtp.proseware.com", NULL);
  set (account, "smtp", "smtp.proseware.com");
  g_assert_cmpstr (names->str, ==, "smtp ");
  g_assert_cmpstr (sendpath_account_get (account, "smtp"), ==, "smtp.proseware.com");

  /* what others take their default from */
  g_string_truncate (names, 0);
  set (account, "address", "terri@adatum.com");
  g_assert_cmpstr (names->str, ==, "address user pop-user ");
  g_object_get (account, "user", &user, "id", &id, NULL);
  g_assert_cmpstr (user, ==, "terri@adatum.com");
  g_assert_cmpstr (id, ==, "home");

  /* a bad value changes nothing */
  g_string_truncate (names, 0);
  g_object_set (account, "security", "ssl", NULL);
  g_object_get (account, "security", &security, NULL);
  g_assert_cmpstr (security, ==, "auto");
  g_assert_cmpstr (names->str, ==, "");
}

static void
test_covers (void)
{
  static const struct {
    const char *address;
    gboolean    is_covered;
  } rows[] = {
    { "terri@proseware.com", TRUE },
    { "terri@PROSEWARE.COM", TRUE },
    { "Terri@proseware.com", TRUE }, /* as people write it, and as msmtp takes it */
    { "info@proseware.com", TRUE },
    { "other@proseware.com", FALSE },
    { "anybody@adatum.com", TRUE },
    { "anybody@Adatum.Com", TRUE },
    { "anybody@mail.adatum.com", FALSE },
    { "anybody@notadatum.com", FALSE },
    { "a@b@adatum.com", TRUE },
    { "@adatum.com", FALSE },
    { "adatum.com", FALSE },
    { "", FALSE },
    { "x@xn--bcher-kva.example", TRUE },
    { "x@BÜCHER.example", TRUE },
  };
  g_autoptr(SendpathAccount) account = new_home ();

  set (account, "aliases", "info@proseware.com; *@adatum.com; x@bücher.example");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (sendpath_account_covers (account, rows[i].address) != rows[i].is_covered)
      g_error ("%s: covered is %d", rows[i].address, !rows[i].is_covered);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account/values-are-checked-when-set", test_values);
  g_test_add_func ("/account/unknown-keys-get-a-hint-and-no-value-is-repeated", test_unknown_key);
  g_test_add_func ("/account/defaults-follow-the-contract", test_defaults);
  g_test_add_func ("/account/lists-booleans-numbers", test_typed_values);
  g_test_add_func ("/account/every-key-is-a-property-that-notifies", test_properties);
  g_test_add_func ("/account/covers-its-address-and-aliases-only", test_covers);
  return g_test_run ();
}
