/* The world of the demo: servers, names, a configuration and an outbox that are there for some
 * seconds. Nothing of it touches what is the user's: no file outside its own folder, no keyring,
 * no network but loopback. */
#include "config.h"

#include "demo-world.h"

#include <ftw.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <sys/stat.h>

#include "demo-certificate.h"
#include "demo-pop.h"
#include "demo-resolver.h"

#define POP_HOST       "pop.example.net"
#define OPEN_FILES_MAX 16

static const char *const hosts[] = {
  [DEMO_HOME] = "smtp.proseware.com",
  [DEMO_OTHER] = "smtp.example.net",
  [DEMO_RELAY] = "mail.thephone-company.com",
};
G_STATIC_ASSERT (G_N_ELEMENTS (hosts) == DEMO_N_SMTP);

static const DemoLogin login = { "terri", DEMO_PASSWORD };

struct _DemoWorld {
  char *folder;
  GResolver *old_resolver; /* that was the default before */
  DemoSmtp *smtp[DEMO_N_SMTP];
  DemoPop *pop;
  SendpathProfileStore *profiles;
  SendpathEngine *engine;
};

const char *
demo_smtp_id_to_host (DemoSmtpId id)
{
  return hosts[id];
}

SendpathEngine *
demo_world_get_engine (DemoWorld *world)
{
  return world->engine;
}

DemoSmtp *
demo_world_get_smtp (DemoWorld *world, DemoSmtpId id)
{
  return world->smtp[id];
}

/* ---- servers ------------------------------------------------------------------------------ */

/* Own servers speak TLS; an old relay on a company's network often does not. */
static gboolean
start_servers (DemoWorld *world, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = demo_certificate_new (error);

  if (certificate == NULL)
    {
      g_prefix_error (error, _ ("no TLS on this machine, install glib-networking: "));
      return FALSE;
    }
  for (DemoSmtpId id = 0; id < DEMO_N_SMTP; id++)
    {
      world->smtp[id] =
          demo_smtp_new (hosts[id], id == DEMO_RELAY ? NULL : certificate, &login, error);
      if (world->smtp[id] == NULL)
        return FALSE;
    }
  world->pop = demo_pop_new (certificate, &login, world->smtp[DEMO_OTHER], error);
  return world->pop != NULL;
}

static void
take_over_names (DemoWorld *world)
{
  const char *const names[] = { hosts[DEMO_HOME], hosts[DEMO_OTHER], hosts[DEMO_RELAY], POP_HOST,
                                NULL };
  g_autoptr (GResolver) resolver = demo_resolver_new (names);

  world->old_resolver = g_resolver_get_default ();
  g_resolver_set_default (resolver);
}

/* ---- configuration ------------------------------------------------------------------------ */

/* As the keys `smtp` and `pop` have it. */
static char *
dup_server (const char *host, guint16 port)
{
  return g_strdup_printf ("%s:%u", host, port);
}

static SendpathAccount *
make_account (DemoWorld *world, const char *name, const char *address, DemoSmtpId id,
              GError **error)
{
  g_autoptr (SendpathAccount) account = sendpath_account_new (name, address);
  g_autofree char *server = dup_server (hosts[id], demo_smtp_get_port (world->smtp[id]));

  return sendpath_account_set (account, "name", "Terri Chudzik", error) &&
                 sendpath_account_set (account, "user", login.user, error) &&
                 sendpath_account_set (account, "smtp", server, error) &&
                 sendpath_account_set (account, "security", "tls", error) &&
                 sendpath_account_set (account, "tls-pin", DEMO_CERTIFICATE_PIN, error)
             ? g_steal_pointer (&account)
             : NULL;
}

static gboolean
add_accounts (DemoWorld *world, GError **error)
{
  g_autoptr (SendpathAccount) home = make_account (world, "home", DEMO_ADDRESS, DEMO_HOME, error);
  g_autoptr (SendpathAccount) other =
                 home != NULL ? make_account (world, "other", DEMO_OTHER_ADDRESS, DEMO_OTHER, error)
                              : NULL;
  g_autofree char *pop = dup_server (POP_HOST, demo_pop_get_port (world->pop));

  return other != NULL && sendpath_account_set (other, "pop", pop, error) &&
         sendpath_account_set (other, "pop-security", "tls", error) &&
         sendpath_profile_store_add_account (world->profiles, home, error) &&
         sendpath_profile_store_add_account (world->profiles, other, error);
}

static gboolean
add_work (DemoWorld *world, GError **error)
{
  g_autoptr (SendpathLocation) work = sendpath_location_new ("work");
  g_autofree char *server =
      dup_server (hosts[DEMO_RELAY], demo_smtp_get_port (world->smtp[DEMO_RELAY]));

  return sendpath_location_set (work, "domain", DEMO_WORK_DOMAIN, error) &&
         sendpath_location_set (work, "smtp", server, error) &&
         sendpath_location_set (work, "security", "none", error) &&
         sendpath_location_set (work, "sender", DEMO_WORK_ADDRESS, error) &&
         sendpath_location_set (work, "rewrite-from", "yes", error) &&
         sendpath_profile_store_add_location (world->profiles, work, error);
}

static gboolean
write_configuration (DemoWorld *world, GError **error)
{
  g_autofree char *path = g_build_filename (world->folder, "sendpath.conf", NULL);

  world->profiles = sendpath_profile_store_new (path);
  return add_accounts (world, error) && add_work (world, error) &&
         sendpath_profile_store_save (world->profiles, error);
}

static void
make_engine (DemoWorld *world)
{
  g_autofree char *outbox = g_build_filename (world->folder, "outbox", NULL);
  g_autofree char *state = g_build_filename (world->folder, "state", NULL);

  world->engine = g_object_new (SENDPATH_TYPE_ENGINE, "profiles", world->profiles, "outbox-dir",
                                outbox, "state-dir", state, NULL);
}

/* ---- beginning and end -------------------------------------------------------------------- */

/* An address where no bus is: neither the keyring nor anything else of the user's session is
 * asked. */
static void
hide_session_bus (DemoWorld *world)
{
  g_autofree char *path = g_build_filename (world->folder, "no-bus", NULL);
  g_autofree char *escaped = g_dbus_address_escape_value (path);
  g_autofree char *address = g_strconcat ("unix:path=", escaped, NULL);

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
}

DemoWorld *
demo_world_new (GError **error)
{
  g_autoptr (DemoWorld) world = g_new0 (DemoWorld, 1);

  world->folder = g_dir_make_tmp ("sendpath-demo-XXXXXX", error);
  if (world->folder == NULL)
    return NULL;
  hide_session_bus (world);
  take_over_names (world);
  if (!start_servers (world, error) || !write_configuration (world, error))
    return NULL;
  make_engine (world);
  return g_steal_pointer (&world);
}

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *place)
{
  return remove (path);
}

void
demo_world_free (DemoWorld *world)
{
  g_clear_object (&world->engine);
  g_clear_object (&world->profiles);
  g_clear_pointer (&world->pop, demo_pop_free);
  for (DemoSmtpId id = 0; id < DEMO_N_SMTP; id++)
    g_clear_pointer (&world->smtp[id], demo_smtp_free);
  if (world->old_resolver != NULL)
    g_resolver_set_default (world->old_resolver);
  g_clear_object (&world->old_resolver);
  if (world->folder != NULL)
    nftw (world->folder, remove_one, OPEN_FILES_MAX, FTW_DEPTH | FTW_PHYS);
  g_free (world->folder);
  g_free (world);
}
