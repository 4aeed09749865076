/* A Secret Service that misbehaves on demand, with one item, for what no real keyring does.
 *
 * Only what libsecret asks for is here. Secrets travel in the clear: never for anything but tests. */
#include "config.h"

#include "tests/lib/fake-keyring.h"

#include <string.h>

#define NAME "org.freedesktop.secrets"
#define SERVICE_PATH "/org/freedesktop/secrets"
#define SESSION_PATH SERVICE_PATH "/session/1"
#define ITEM_PATH SERVICE_PATH "/collection/test/1"
#define PROMPT_PATH SERVICE_PATH "/prompt/1"

struct _FakeKeyring
{
  FakeKeyringFlags flags;
  char            *secret;
  GVariant        *attributes;
  GDBusConnection *connection;
  GMainContext    *context;
  GMainLoop       *loop;
  GThread         *thread;
  gint             n_prompts;
};

static const char description[] =
    "<node>"
    " <interface name='org.freedesktop.Secret.Service'>"
    "  <method name='OpenSession'><arg type='s' direction='in'/><arg type='v' direction='in'/>"
    "   <arg type='v' direction='out'/><arg type='o' direction='out'/></method>"
    "  <method name='SearchItems'><arg type='a{ss}' direction='in'/>"
    "   <arg type='ao' direction='out'/><arg type='ao' direction='out'/></method>"
    "  <method name='Unlock'><arg type='ao' direction='in'/>"
    "   <arg type='ao' direction='out'/><arg type='o' direction='out'/></method>"
    "  <method name='ReadAlias'><arg type='s' direction='in'/><arg type='o' direction='out'/></method>"
    "  <property name='Collections' type='ao' access='read'/>"
    " </interface>"
    " <interface name='org.freedesktop.Secret.Item'>"
    "  <method name='GetSecret'><arg type='o' direction='in'/>"
    "   <arg type='(oayays)' direction='out'/></method>"
    "  <property name='Locked' type='b' access='read'/>"
    "  <property name='Attributes' type='a{ss}' access='read'/>"
    "  <property name='Label' type='s' access='read'/>"
    " </interface>"
    " <interface name='org.freedesktop.Secret.Prompt'>"
    "  <method name='Prompt'><arg type='s' direction='in'/></method>"
    "  <signal name='Completed'><arg type='b'/><arg type='v'/></signal>"
    " </interface>"
    "</node>";

static gboolean
is_locked (FakeKeyring *keyring)
{
  return (keyring->flags & FAKE_KEYRING_LOCKED) != 0;
}

/* An array with the item, or without. */
static GVariant *
new_items (gboolean has_item)
{
  const char *const paths[] = { ITEM_PATH };

  return g_variant_new_objv (paths, has_item ? 1 : 0);
}

static void
open_session (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  const char *algorithm;

  g_variant_get_child (parameters, 0, "&s", &algorithm);
  if (g_str_equal (algorithm, "plain"))
    g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(vo)", g_variant_new_string (""), SESSION_PATH));
  else
    g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR,
                                                   G_DBUS_ERROR_NOT_SUPPORTED, "plain only");
}

static void
search_items (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  if ((keyring->flags & FAKE_KEYRING_DIES) != 0)
    {
      g_object_unref (invocation);
      g_dbus_connection_close_sync (keyring->connection, NULL, NULL);
      return;
    }
  g_dbus_method_invocation_return_value (
      invocation,
      g_variant_new ("(@ao@ao)", new_items (!is_locked (keyring)), new_items (is_locked (keyring))));
}

static void
unlock (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(@aoo)", new_items (FALSE), PROMPT_PATH));
}

static void
read_alias (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/"));
}

static void
get_secret (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  GVariant *bytes = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, keyring->secret,
                                               strlen (keyring->secret), 1);
  GVariant *none = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, NULL, 0, 1);

  g_dbus_method_invocation_return_value (
      invocation, g_variant_new ("((o@ay@ays))", SESSION_PATH, none, bytes, "text/plain"));
}

/* The owner of the keyring makes up their mind at once. */
static void
prompt (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  gboolean refuses = (keyring->flags & FAKE_KEYRING_REFUSES) != 0;

  g_atomic_int_inc (&keyring->n_prompts);
  g_dbus_method_invocation_return_value (invocation, NULL);
  if (!refuses)
    keyring->flags &= ~FAKE_KEYRING_LOCKED;
  g_dbus_connection_emit_signal (keyring->connection, NULL, PROMPT_PATH,
                                 "org.freedesktop.Secret.Prompt", "Completed",
                                 g_variant_new ("(bv)", refuses, new_items (!refuses)), NULL);
}

static const struct {
  const char *name;
  void (*answer) (FakeKeyring *keyring, GVariant *parameters, GDBusMethodInvocation *invocation);
} methods[] = {
  { "OpenSession", open_session }, { "SearchItems", search_items }, { "Unlock", unlock },
  { "ReadAlias", read_alias },     { "GetSecret", get_secret },     { "Prompt", prompt },
};

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, method))
      {
        methods[i].answer (data, parameters, invocation);
        return;
      }
  g_assert_not_reached ();
}

static GVariant *
on_get_property (GDBusConnection *connection, const char *sender, const char *path,
                 const char *interface, const char *property, GError **error, gpointer data)
{
  FakeKeyring *keyring = data;

  if (g_str_equal (property, "Locked"))
    return g_variant_new_boolean (is_locked (keyring));
  if (g_str_equal (property, "Attributes"))
    return g_variant_ref (keyring->attributes);
  if (g_str_equal (property, "Label"))
    return g_variant_new_string ("an item");
  return g_variant_new_objv (NULL, 0);
}

static void
serve (FakeKeyring *keyring)
{
  static const GDBusInterfaceVTable vtable = { on_call, on_get_property, NULL, { NULL } };
  static const char *const paths[] = { SERVICE_PATH, ITEM_PATH, PROMPT_PATH };
  g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_dbus_connection_register_object (keyring->connection, paths[i], info->interfaces[i], &vtable,
                                       keyring, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (
      keyring->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "RequestName", g_variant_new ("(su)", NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static gpointer
run (gpointer data)
{
  FakeKeyring *keyring = data;

  g_main_context_push_thread_default (keyring->context);
  g_main_loop_run (keyring->loop);
  g_main_context_pop_thread_default (keyring->context);
  return NULL;
}

static GVariant *
new_attributes (const char *const *attributes)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; attributes[i] != NULL; i += 2)
    g_variant_builder_add (&builder, "{ss}", attributes[i], attributes[i + 1]);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

FakeKeyring *
fake_keyring_new (FakeKeyringFlags flags, const char *secret, const char *const *attributes)
{
  FakeKeyring *keyring = g_new0 (FakeKeyring, 1);
  g_autoptr(GError) error = NULL;

  keyring->flags = flags;
  keyring->secret = g_strdup (secret);
  keyring->attributes = new_attributes (attributes);
  keyring->context = g_main_context_new ();
  keyring->loop = g_main_loop_new (keyring->context, FALSE);
  keyring->connection = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);

  /* calls are answered in the context that objects are registered in */
  g_main_context_push_thread_default (keyring->context);
  serve (keyring);
  g_main_context_pop_thread_default (keyring->context);
  keyring->thread = g_thread_new ("fake-keyring", run, keyring);
  return keyring;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

void
fake_keyring_free (FakeKeyring *keyring)
{
  g_main_context_invoke (keyring->context, quit, keyring->loop);
  g_thread_join (keyring->thread);
  g_dbus_connection_close_sync (keyring->connection, NULL, NULL);
  g_object_unref (keyring->connection);
  while (g_main_context_iteration (keyring->context, FALSE))
    ;
  g_main_loop_unref (keyring->loop);
  g_main_context_unref (keyring->context);
  g_variant_unref (keyring->attributes);
  g_free (keyring->secret);
  g_free (keyring);
}

guint
fake_keyring_get_n_prompts (FakeKeyring *keyring)
{
  return g_atomic_int_get (&keyring->n_prompts);
}
