/* Which relays of a network the user has approved. */
#include "config.h"

#include "profiles/approvals.h"

#include <glib/gstdio.h>

typedef struct {
  char *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("approvals-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "approved-relays", "approved-relays.lock" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, names[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->dir);
}

static void
add (Fixture *fixture, const char *network, const char *host, guint16 port)
{
  g_autoptr(GError) error = NULL;

  approvals_add (fixture->dir, network, host, port, &error);
  g_assert_no_error (error);
}

static void
assert_approved (Fixture *fixture, const char *network, const char *expected)
{
  g_autoptr(GPtrArray) relays = approvals_read (fixture->dir, network);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < relays->len; i++)
    {
      const ApprovedRelay *relay = relays->pdata[i];

      g_string_append_printf (text, "%s%s:%u", i > 0 ? " " : "", relay->host, relay->port);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_only_on_that_network (Fixture *fixture, gconstpointer data)
{
  assert_approved (fixture, "hotel", "");
  add (fixture, "hotel", "mail.hotel.example", 465);
  add (fixture, "hotel", "relay.hotel.example", 587);
  add (fixture, "hotel", "mail.hotel.example", 465);
  assert_approved (fixture, "hotel", "relay.hotel.example:587 mail.hotel.example:465");
  assert_approved (fixture, "hote", "");
  assert_approved (fixture, "train", "");
}

static void
test_forgotten (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  add (fixture, "hotel", "mail.hotel.example", 465);
  add (fixture, "train", "mail.train.example", 587);
  approvals_forget (fixture->dir, "hotel", &error);
  g_assert_no_error (error);
  assert_approved (fixture, "hotel", "");
  assert_approved (fixture, "train", "mail.train.example:587");
}

static void
test_damage_approves_nobody (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "sendpath-approved-relays 1\nhotel mail.hotel.example 465\n",
    "sendpath-approved-relays 1\nhotel mail.hotel.example 465\nen",
    "sendpath-approved-relays 2\nhotel mail.hotel.example 465\nend\n",
    "sendpath-approved-relays 1\nhotel mail.hotel.example 0\nend\n",
    "sendpath-approved-relays 1\nhotel mail.hotel.example\nend\n",
    "sendpath-approved-relays 1\nhotel -x 465\nend\n",
  };
  g_autofree char *path = g_build_filename (fixture->dir, "approved-relays", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      assert_approved (fixture, "hotel", "");
    }
  add (fixture, "hotel", "mail.hotel.example", 465);
  assert_approved (fixture, "hotel", "mail.hotel.example:465");
}

#define ADD(name, function)                                                                        \
  g_test_add ("/approvals/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("only-on-that-network", test_only_on_that_network);
  ADD ("forgotten", test_forgotten);
  ADD ("damage-approves-nobody", test_damage_approves_nobody);
  return g_test_run ();
}
