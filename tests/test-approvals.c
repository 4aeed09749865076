/* What a person decided about the relays of a network. */
#include "config.h"

#include "profiles/approvals.h"

#include <glib/gstdio.h>

#define HALF_KEY "0123456789abcdef0123456789abcdef"
#define KEY_A    "sha256:" HALF_KEY HALF_KEY
#define KEY_B    "sha256:ffffffffffffffffffffffffffffffff" HALF_KEY

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
decide (Fixture *fixture, const char *network, const char *host, guint16 port, const char *key,
        gboolean is_refused)
{
  RelayDecision decision = { (char *) host, port, (char *) key, is_refused };
  g_autoptr(GError) error = NULL;

  approvals_add (fixture->dir, network, &decision, &error);
  g_assert_no_error (error);
}

static void
add (Fixture *fixture, const char *network, const char *host, guint16 port)
{
  decide (fixture, network, host, port, NULL, FALSE);
}

/* `HOST:PORT` of each decision; `!` before what is refused, `/KEY` behind what is known by its key. */
static void
assert_approved (Fixture *fixture, const char *network, const char *expected)
{
  g_autoptr(GPtrArray) decisions = approvals_read (fixture->dir, network);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < decisions->len; i++)
    {
      const RelayDecision *decision = decisions->pdata[i];

      g_string_append_printf (text, "%s%s%s:%u%s%s", i > 0 ? " " : "",
                              decision->is_refused ? "!" : "", decision->host, decision->port,
                              decision->key != NULL ? "/" : "",
                              decision->key != NULL ? decision->key : "");
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

/* another key, another port or a refusal is another decision about the same relay. */
static void
test_last_decision_counts (Fixture *fixture, gconstpointer data)
{
  decide (fixture, "hotel", "mail.hotel.example", 465, KEY_A, FALSE);
  assert_approved (fixture, "hotel", "mail.hotel.example:465/" KEY_A);
  decide (fixture, "hotel", "mail.hotel.example", 465, KEY_B, FALSE);
  assert_approved (fixture, "hotel", "mail.hotel.example:465/" KEY_B);
  add (fixture, "hotel", "mail.hotel.example.com", 465);
  decide (fixture, "hotel", "Mail.Hotel.Example", 587, NULL, TRUE);
  assert_approved (fixture, "hotel", "mail.hotel.example.com:465 !mail.hotel.example:587");
}

static void
test_found (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) decisions = NULL;

  decide (fixture, "hotel", "mail.hotel.example", 465, NULL, TRUE);
  decisions = approvals_read (fixture->dir, "hotel");
  g_assert_true (approvals_find (decisions, "MAIL.hotel.example")->is_refused);
  g_assert_null (approvals_find (decisions, "relay.hotel.example"));
  g_assert_null (approvals_find (NULL, "mail.hotel.example"));
}

/* What was approved before there were keys and refusals. */
static void
test_first_format (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "approved-relays", NULL);

  g_assert_true (g_file_set_contents (path,
                                      "sendpath-approved-relays 1\nhotel mail.hotel.example 465\n"
                                      "train mail.train.example 587\nend\n",
                                      -1, NULL));
  assert_approved (fixture, "hotel", "mail.hotel.example:465");
  decide (fixture, "hotel", "relay.hotel.example", 587, KEY_A, FALSE);
  assert_approved (fixture, "hotel", "mail.hotel.example:465 relay.hotel.example:587/" KEY_A);
  assert_approved (fixture, "train", "mail.train.example:587");
}

static void
test_forgotten (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  add (fixture, "hotel", "mail.hotel.example", 465);
  decide (fixture, "hotel", "relay.hotel.example", 465, NULL, TRUE);
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
    "sendpath-approved-relays 3\nhotel mail.hotel.example 465 approved\nend\n",
    "sendpath-approved-relays 2\nhotel mail.hotel.example 465\nend\n",
    "sendpath-approved-relays 2\nhotel mail.hotel.example 465 perhaps\nend\n",
    "sendpath-approved-relays 2\nhotel mail.hotel.example 465 approved sha256:12\nend\n",
    "sendpath-approved-relays 2\nhotel mail.hotel.example 465 refused " KEY_A "\nend\n",
    "sendpath-approved-relays 1\nhotel mail.hotel.example 465 approved\nend\n",
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
  ADD ("R-26-last-decision-counts", test_last_decision_counts);
  ADD ("found-by-host", test_found);
  ADD ("first-format-is-read", test_first_format);
  ADD ("forgotten", test_forgotten);
  ADD ("damage-approves-nobody", test_damage_approves_nobody);
  return g_test_run ();
}
