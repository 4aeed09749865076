/* Passwords and tokens: the Secret Service, and commands that print them. The only room with
 * libsecret, which is loaded when the keyring is asked first.
 *
 * Never prints, logs or keeps a secret, never copies one that another program stored, never
 * starts a bus, and never lets a person be asked unless the caller said so. */
#include "config.h"

#include "profiles/secrets.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "profiles/late.h"
#include "profiles/secret-command.h"
#include "profiles/session-bus.h"
#include "profiles/tokens.h"

#define FUNCTIONS(F)                                                                               \
  F (secret, collection_for_alias)                                                                 \
  F (secret, collection_for_alias_finish)                                                          \
  F (secret, collection_get_locked)                                                                \
  F (secret, error_get_quark)                                                                      \
  F (secret, item_delete)                                                                          \
  F (secret, item_delete_finish)                                                                   \
  F (secret, item_get_attributes)                                                                  \
  F (secret, item_get_locked)                                                                      \
  F (secret, item_get_secret)                                                                      \
  F (secret, item_load_secret)                                                                     \
  F (secret, item_load_secret_finish)                                                              \
  F (secret, service_get_type)                                                                     \
  F (secret, service_search)                                                                       \
  F (secret, service_search_finish)                                                                \
  F (secret, service_store)                                                                        \
  F (secret, service_store_finish)                                                                 \
  F (secret, service_unlock)                                                                       \
  F (secret, service_unlock_finish)                                                                \
  F (secret, value_get)                                                                            \
  F (secret, value_new)                                                                            \
  F (secret, value_unref)

LATE_LIBRARY (libsecret, LIBSECRET_FILE, FUNCTIONS)

#define SCHEMA_NAME "org.sendpath.Password"
#define LOOKUP_LIMIT_MS 2000
#define COMMAND_LIMIT_S 30
#define TOKEN_LIMIT_MS 10000 /* the desktop may have to ask the provider */

static const SecretSchema schema = {
  .name = SCHEMA_NAME,
  .flags = SECRET_SCHEMA_NONE,
  .attributes = { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "service", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "protocol", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "port", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

/* How a program names what we look for: its name of each attribute, or NULL where it has none. */
typedef struct {
  const char *account;
  const char *service;
  const char *user;
  const char *server;
  const char *protocol;
  gboolean    is_upper; /* the protocol is written in capitals */
} Pattern;

/* Ours first; the others in the order in which they say most about the server. */
static const Pattern patterns[] = {
  { "account", "service", "user", "server", "protocol", FALSE },
  { NULL, NULL, "user", "server", "protocol", FALSE }, /* network passwords, bare secret-tool */
  { NULL, NULL, "user", "host", "service", FALSE },    /* msmtp */
  { NULL, NULL, "login", "host", "proto", TRUE },      /* Geary */
};

static const Pattern *const own_pattern = &patterns[0];

/* ---- a conversation with the Secret Service -------------------------------------------------- */

/* A SecretService over a connection of our own: libsecret's constructor insists on the one that
 * the process shares. */
typedef struct {
  SecretService parent;
} OwnService;

typedef struct {
  SecretServiceClass parent;
} OwnServiceClass;

static GType own_service_get_type (void);
G_DEFINE_TYPE (OwnService, own_service, libsecret.service_get_type ())

static GObject *
own_service_constructor (GType type, guint n_properties, GObjectConstructParam *properties)
{
  GObject *object =
      G_OBJECT_CLASS (own_service_parent_class)->constructor (type, n_properties, properties);

  g_object_set (object, "g-bus-type", G_BUS_TYPE_NONE, NULL);
  return object;
}

static void
own_service_class_init (OwnServiceClass *class)
{
  G_OBJECT_CLASS (class)->constructor = own_service_constructor;
}

static void
own_service_init (OwnService *self)
{
}

/* libsecret's own way to free one would call it by name. */
typedef SecretValue OwnedValue;

static void
owned_value_free (OwnedValue *value)
{
  libsecret.value_unref (value);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OwnedValue, owned_value_free)

typedef struct {
  SessionBus    *bus;
  SecretService *service;
} Keyring;

static void
keyring_close (Keyring *keyring)
{
  g_clear_object (&keyring->service);
  g_clear_pointer (&keyring->bus, session_bus_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keyring, keyring_close)

static void
set_locked (GError **error)
{
  g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED,
                       _("the keyring is locked; unlock it, or log in to the desktop"));
}

static void
set_unreachable (const GError *cause, GError **error)
{
  g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_UNAVAILABLE,
               _("the keyring cannot be reached: %s"), cause->message);
}

/* Says in our words why a call failed; always FALSE. @cause is NULL where a prompt was refused. */
static gboolean
fail (Keyring *keyring, GError *cause, GError **error)
{
  if (cause == NULL || g_error_matches (cause, libsecret.error_get_quark (), SECRET_ERROR_IS_LOCKED))
    {
      set_locked (error);
      return FALSE;
    }
  g_dbus_error_strip_remote_error (cause);
  if (session_bus_is_late (keyring->bus))
    g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_UNAVAILABLE,
                         _("the keyring does not answer"));
  else if (g_cancellable_is_cancelled (session_bus_get_cancellable (keyring->bus)))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, cause->message);
  else
    set_unreachable (cause, error);
  return FALSE;
}

/* @limit_ms: for everything until keyring_close(); 0: none. */
static gboolean
keyring_open (Keyring *keyring, guint limit_ms, SecretServiceFlags flags, GCancellable *cancellable,
              GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GObject) source = NULL;
  g_autoptr(GError) cause = NULL;
  GObject *service;

  if (!load_libsecret (&cause))
    {
      set_unreachable (cause, error);
      return FALSE;
    }
  keyring->bus = session_bus_new (limit_ms, cancellable);
  if (!session_bus_connect (keyring->bus, &cause))
    return fail (keyring, cause, error);

  g_async_initable_new_async (own_service_get_type (), G_PRIORITY_DEFAULT,
                              session_bus_get_cancellable (keyring->bus), session_bus_on_result,
                              keyring->bus, "g-connection",
                              session_bus_get_connection (keyring->bus), "flags", flags, NULL);
  result = session_bus_await (keyring->bus);
  source = g_async_result_get_source_object (result);
  service = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, &cause);
  if (service == NULL)
    return fail (keyring, cause, error);
  keyring->service = (SecretService *) service;
  return TRUE;
}

/* ---- items ----------------------------------------------------------------------------------- */

static void
put_attribute (GHashTable *attributes, const char *name, const char *value)
{
  if (name != NULL)
    g_hash_table_insert (attributes, (char *) name, g_strdup (value));
}

/* The attributes that an item for @query has if @pattern's program stored it. */
static GHashTable *
describe (const Pattern *pattern, const SecretQuery *query)
{
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autofree char *upper = g_ascii_strup (query->protocol, -1);

  put_attribute (attributes, pattern->account, query->account);
  put_attribute (attributes, pattern->service, query->service);
  put_attribute (attributes, pattern->user, query->user);
  put_attribute (attributes, pattern->server, query->server);
  put_attribute (attributes, pattern->protocol, pattern->is_upper ? upper : query->protocol);
  return attributes;
}

/* A service may compare loosely; a password for the wrong server must not depend on that. */
static gboolean
is_exact (SecretItem *item, const Pattern *pattern, GHashTable *wanted)
{
  g_autoptr(GHashTable) attributes = libsecret.item_get_attributes (item);
  gboolean is_ours = g_strcmp0 (g_hash_table_lookup (attributes, "xdg:schema"), SCHEMA_NAME) == 0;
  GHashTableIter iter;
  gpointer name, value;

  /* what we stored belongs to one account, even where the attributes of others match it too */
  if (is_ours != (pattern == own_pattern))
    return FALSE;
  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (g_strcmp0 (g_hash_table_lookup (attributes, name), value) != 0)
      return FALSE;
  return TRUE;
}

static guint16
get_port (SecretItem *item)
{
  g_autoptr(GHashTable) attributes = libsecret.item_get_attributes (item);
  const char *text = g_hash_table_lookup (attributes, "port");

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

typedef struct {
  GPtrArray *exact;  /* unlocked items with exactly the attributes, but for the port */
  GList     *locked; /* items whose attributes cannot be compared yet */
} Matches;

static void
matches_clear (Matches *matches)
{
  g_clear_pointer (&matches->exact, g_ptr_array_unref);
  g_list_free_full (g_steal_pointer (&matches->locked), g_object_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Matches, matches_clear)

static gboolean
search (Keyring *keyring, const Pattern *pattern, const SecretQuery *query, SecretSearchFlags flags,
        Matches *ret_matches, GError **error)
{
  g_autoptr(GHashTable) wanted = describe (pattern, query);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) cause = NULL;
  g_autolist(SecretItem) items = NULL;

  libsecret.service_search (keyring->service, pattern == own_pattern ? &schema : NULL, wanted,
                         flags | SECRET_SEARCH_ALL, session_bus_get_cancellable (keyring->bus),
                         session_bus_on_result, keyring->bus);
  result = session_bus_await (keyring->bus);
  items = libsecret.service_search_finish (keyring->service, result, &cause);
  if (cause != NULL)
    return fail (keyring, cause, error);

  ret_matches->exact = g_ptr_array_new_with_free_func (g_object_unref);
  for (GList *item = items; item != NULL; item = item->next)
    if (libsecret.item_get_locked (item->data))
      ret_matches->locked = g_list_prepend (ret_matches->locked, g_object_ref (item->data));
    else if (is_exact (item->data, pattern, wanted))
      g_ptr_array_add (ret_matches->exact, g_object_ref (item->data));
  return TRUE;
}

/* The same port is nearest, then no port, then another one. */
static guint
rank_port (guint16 port, guint16 wanted)
{
  if (port == wanted)
    return 2;
  return port == 0 ? 1 : 0;
}

/* The nearest of @items, borrowed; NULL if two are equally near (T-133). */
static SecretItem *
choose (GPtrArray *items, guint16 wanted_port)
{
  SecretItem *chosen = NULL;
  guint best = 0;
  guint n_best = 0;

  for (guint i = 0; i < items->len; i++)
    {
      guint rank = rank_port (get_port (items->pdata[i]), wanted_port);

      if (n_best > 0 && rank < best)
        continue;
      n_best = n_best > 0 && rank == best ? n_best + 1 : 1;
      best = rank;
      chosen = items->pdata[i];
    }
  return n_best == 1 ? chosen : NULL;
}

/* The default keyring if it is locked. Some services do not show what is in a locked one. */
static SecretCollection *
get_locked_collection (Keyring *keyring)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SecretCollection) collection = NULL;

  libsecret.collection_for_alias (keyring->service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                               session_bus_get_cancellable (keyring->bus), session_bus_on_result,
                               keyring->bus);
  result = session_bus_await (keyring->bus);
  collection = libsecret.collection_for_alias_finish (result, NULL);
  if (collection == NULL || !libsecret.collection_get_locked (collection))
    return NULL;
  return g_steal_pointer (&collection);
}

/* a relay gets what was stored for it as a relay, and nothing else; a client of the listener, too. */
static gboolean
is_ours_alone (const SecretQuery *query)
{
  return g_str_has_prefix (query->account, "location:") ||
         g_str_has_prefix (query->account, "client:");
}

/* The one item for @query. NULL and an error if there is none; if that is because something is
 * locked, @ret_locked gets what to unlock. */
static SecretItem *
find_item (Keyring *keyring, const SecretQuery *query, GList **ret_locked, GError **error)
{
  gsize n_patterns = is_ours_alone (query) ? 1 : G_N_ELEMENTS (patterns);
  SecretCollection *collection;

  for (gsize i = 0; i < n_patterns; i++)
    {
      g_auto(Matches) matches = { NULL, NULL };
      SecretItem *item;

      if (!search (keyring, &patterns[i], query, SECRET_SEARCH_NONE, &matches, error))
        return NULL;
      item = choose (matches.exact, query->port);
      if (item != NULL)
        return g_object_ref (item);
      if (matches.exact->len > 0)
        {
          g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_AMBIGUOUS,
                       _("the keyring has several passwords for %s at %s; remove all but one"),
                       query->user, query->server);
          return NULL;
        }
      if (matches.locked != NULL)
        {
          *ret_locked = g_steal_pointer (&matches.locked);
          set_locked (error);
          return NULL;
        }
    }

  collection = get_locked_collection (keyring);
  if (collection != NULL)
    {
      *ret_locked = g_list_prepend (NULL, collection);
      set_locked (error);
      return NULL;
    }
  g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
               _("the keyring has no password for %s at %s; run: sendpath password set %s"),
               query->user, query->server, query->account);
  return NULL;
}

/* Asks the owner of the keyring. FALSE without an error if they would not. */
static gboolean
unlock (Keyring *keyring, GList *objects)
{
  g_autoptr(GAsyncResult) result = NULL;

  libsecret.service_unlock (keyring->service, objects, session_bus_get_cancellable (keyring->bus),
                         session_bus_on_result, keyring->bus);
  result = session_bus_await (keyring->bus);
  return libsecret.service_unlock_finish (keyring->service, result, NULL, NULL) > 0;
}

static SecretItem *
find_item_unlocking (Keyring *keyring, const SecretQuery *query, gboolean may_unlock,
                     GError **error)
{
  g_autolist(GObject) locked = NULL;
  g_autolist(GObject) still_locked = NULL;
  g_autoptr(GError) local = NULL;
  SecretItem *item = find_item (keyring, query, &locked, &local);

  if (item != NULL)
    return item;
  if (may_unlock && g_error_matches (local, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED))
    {
      session_bus_lift_limit (keyring->bus);
      if (unlock (keyring, locked))
        return find_item (keyring, query, &still_locked, error);
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static SendpathSecret *
load_secret (Keyring *keyring, SecretItem *item, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) cause = NULL;
  g_autoptr(OwnedValue) value = NULL;
  g_autoptr(SendpathSecret) secret = NULL;
  const char *bytes;
  gsize length = 0;

  libsecret.item_load_secret (item, session_bus_get_cancellable (keyring->bus), session_bus_on_result,
                           keyring->bus);
  result = session_bus_await (keyring->bus);
  if (!libsecret.item_load_secret_finish (item, result, &cause))
    {
      fail (keyring, cause, error);
      return NULL;
    }
  value = libsecret.item_get_secret (item);
  bytes = value != NULL ? libsecret.value_get (value, &length) : "";
  secret = sendpath_secret_new (bytes, length, SECRET_PASSWORD);
  return sendpath_secret_check (secret, error) ? g_steal_pointer (&secret) : NULL;
}

/* ---- what others call ------------------------------------------------------------------------ */

static SendpathSecret *
lookup_in_keyring (const SecretQuery *query, gboolean may_unlock, GCancellable *cancellable,
                   GError **error)
{
  g_auto(Keyring) keyring = { NULL, NULL };
  g_autoptr(SecretItem) item = NULL;

  if (!keyring_open (&keyring, LOOKUP_LIMIT_MS, SECRET_SERVICE_OPEN_SESSION, cancellable, error))
    return NULL;
  item = find_item_unlocking (&keyring, query, may_unlock, error);
  return item != NULL ? load_secret (&keyring, item, error) : NULL;
}

static gboolean
has_attribute (SecretItem *item, const char *key, const char *value)
{
  g_autoptr(GHashTable) attributes = libsecret.item_get_attributes (item);

  return g_strcmp0 (g_hash_table_lookup (attributes, key), value) == 0;
}

SendpathSecret *
secrets_lookup_item (const char *schema_name, const char *key, const char *value,
                     GCancellable *cancellable, GError **error)
{
  g_auto(Keyring) keyring = { NULL, NULL };
  g_autoptr(GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GAsyncResult) result = NULL;
  g_autolist(SecretItem) items = NULL;

  g_hash_table_insert (wanted, (char *) "xdg:schema", (char *) schema_name);
  g_hash_table_insert (wanted, (char *) key, (char *) value);
  if (!keyring_open (&keyring, LOOKUP_LIMIT_MS, SECRET_SERVICE_OPEN_SESSION, cancellable, error))
    return NULL;
  libsecret.service_search (keyring.service, NULL, wanted, SECRET_SEARCH_ALL,
                         session_bus_get_cancellable (keyring.bus), session_bus_on_result,
                         keyring.bus);
  result = session_bus_await (keyring.bus);
  items = libsecret.service_search_finish (keyring.service, result, NULL);
  if (items != NULL && items->next == NULL && !libsecret.item_get_locked (items->data) &&
      has_attribute (items->data, "xdg:schema", schema_name) &&
      has_attribute (items->data, key, value))
    return load_secret (&keyring, items->data, error);
  g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
                       _("the keyring has no such password, or it is locked"));
  return NULL;
}

SecretKind
secret_query_get_kind (const SecretQuery *query)
{
  return query->token_command != NULL || query->from_desktop ? SECRET_TOKEN : SECRET_PASSWORD;
}

SendpathSecret *
secrets_lookup (const SecretQuery *query, gboolean may_unlock, GCancellable *cancellable,
                GError **error)
{
  SendpathSecret *secret;

  if (query->token_command != NULL)
    secret = secret_command_run ("token-command", query->token_command, SECRET_TOKEN,
                                 COMMAND_LIMIT_S, cancellable, error);
  else if (query->from_desktop)
    secret = tokens_lookup (query, TOKEN_LIMIT_MS, cancellable, error);
  else if (query->secret_command != NULL)
    secret = secret_command_run ("secret-command", query->secret_command, SECRET_PASSWORD,
                                 COMMAND_LIMIT_S, cancellable, error);
  else
    secret = lookup_in_keyring (query, may_unlock, cancellable, error);
  if (secret == NULL)
    g_prefix_error (error, "%s: ", query->account);
  return secret;
}

static gboolean
delete_item (Keyring *keyring, SecretItem *item, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) cause = NULL;

  libsecret.item_delete (item, session_bus_get_cancellable (keyring->bus), session_bus_on_result,
                      keyring->bus);
  result = session_bus_await (keyring->bus);
  return libsecret.item_delete_finish (item, result, &cause) || fail (keyring, cause, error);
}

static gboolean
store_item (Keyring *keyring, const SecretQuery *query, const SendpathSecret *secret,
            GError **error)
{
  g_autoptr(GHashTable) attributes = describe (own_pattern, query);
  g_autofree char *label = g_strdup_printf (_("sendpath: password of %s for %s"), query->account,
                                            query->server);
  g_autoptr(OwnedValue) value = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) cause = NULL;

  if (query->port != 0)
    g_hash_table_insert (attributes, (char *) "port", g_strdup_printf ("%u", query->port));
  value = libsecret.value_new (sendpath_secret_peek (secret), sendpath_secret_get_length (secret),
                            "text/plain");
  libsecret.service_store (keyring->service, &schema, attributes, SECRET_COLLECTION_DEFAULT, label,
                        value, session_bus_get_cancellable (keyring->bus), session_bus_on_result,
                        keyring->bus);
  result = session_bus_await (keyring->bus);
  return libsecret.service_store_finish (keyring->service, result, &cause) ||
         fail (keyring, cause, error);
}

/* A password for every port makes an older one for a certain port wrong. */
static gboolean
delete_those_with_port (Keyring *keyring, const SecretQuery *query, GError **error)
{
  g_auto(Matches) matches = { NULL, NULL };

  if (!search (keyring, own_pattern, query, SECRET_SEARCH_NONE, &matches, error))
    return FALSE;
  for (guint i = 0; i < matches.exact->len; i++)
    if (get_port (matches.exact->pdata[i]) != 0 &&
        !delete_item (keyring, matches.exact->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean
secrets_store (const SecretQuery *query, const SendpathSecret *secret, GCancellable *cancellable,
               GError **error)
{
  g_auto(Keyring) keyring = { NULL, NULL };

  if (!sendpath_secret_check (secret, error))
    return FALSE;
  return keyring_open (&keyring, 0, SECRET_SERVICE_OPEN_SESSION, cancellable, error) &&
         store_item (&keyring, query, secret, error) &&
         (query->port != 0 || delete_those_with_port (&keyring, query, error));
}

gboolean
secrets_clear (const SecretQuery *query, GCancellable *cancellable, GError **error)
{
  g_auto(Keyring) keyring = { NULL, NULL };
  g_auto(Matches) matches = { NULL, NULL };
  guint n_deleted = 0;

  if (!keyring_open (&keyring, 0, SECRET_SERVICE_NONE, cancellable, error) ||
      !search (&keyring, own_pattern, query, SECRET_SEARCH_UNLOCK, &matches, error))
    return FALSE;
  for (guint i = 0; i < matches.exact->len; i++)
    {
      if (query->port != 0 && get_port (matches.exact->pdata[i]) != query->port)
        continue;
      if (!delete_item (&keyring, matches.exact->pdata[i], error))
        return FALSE;
      n_deleted++;
    }
  if (n_deleted > 0)
    return TRUE;
  if (matches.locked != NULL)
    set_locked (error);
  else
    g_set_error (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND,
                 _("the keyring has no password that sendpath stored for %s at %s"), query->user,
                 query->server);
  return FALSE;
}

const char *
secrets_get_state (const SecretQuery *query, GCancellable *cancellable)
{
  g_auto(Keyring) keyring = { NULL, NULL };
  g_autoptr(SecretItem) item = NULL;
  g_autoptr(GError) error = NULL;

  if (query->token_command != NULL)
    return "command";
  if (query->from_desktop)
    return tokens_get_state (query, LOOKUP_LIMIT_MS, cancellable);
  if (query->secret_command != NULL)
    return "command";
  if (keyring_open (&keyring, LOOKUP_LIMIT_MS, SECRET_SERVICE_NONE, cancellable, &error))
    item = find_item_unlocking (&keyring, query, FALSE, &error);
  if (item != NULL)
    return "keyring";
  return g_error_matches (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_LOCKED) ? "locked"
                                                                                  : "missing";
}

void
secrets_harden_process (void)
{
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  /* the limit does not hold where cores go to a program; this does, and it keeps debuggers out */
  prctl (PR_SET_DUMPABLE, 0);
}
