/* Plays every file of tests/dialogues through a session and compares what became of it with the
 * file's own words; then again with the link cut before and within every line.
 *
 *   #! security none|starttls|tls      (none)
 *   #! cleartext yes                   a login may go in the clear
 *   #! ehlo NAME, #! notify LIST       what the user configured
 *   #! body-lines N                    a longer message: so many lines of 1000 bytes
 *   #! open OUTCOME                    a new connection; `ok`, or a phase with a code or fault
 *   #! login [token:]SECRET POLICY OUTCOME
 *   #! deliver ADDRESS OUTCOME; …      one message; all its recipients
 *   #! guess ADDRESS; …                what seems to follow the delivery in the next line
 *   #! proven yes                      from here on, of this route
 */
#include "config.h"

#include <string.h>

#include "tests/lib/scripted-server.h"
#include "tests/lib/smtp-fixture.h"

/* A reply that does not come within this is a hang. */
#define PATIENCE_S 8

/* One file while it is played. */
typedef struct {
  const char        *name;
  const char        *text;
  ScriptedServer    *server;
  int                cut_at; /* or SCRIPTED_SERVER_NO_CUT */

  SendpathSecurity   security;
  SmtpSessionOptions options;
  gboolean           allow_cleartext;
  const char        *notify;
  guint              n_body_lines;
  gboolean           is_proven;
  char              *guess; /* of the next delivery; or NULL */

  Delivery          *next;       /* as guessed */
  SmtpSession       *session;    /* NULL: none, or no greeting */
  guint              n_opened;
  guint              n_dots_here; /* recorded in this connection */
  guint              n_dots;      /* recorded for this delivery */
  guint              n_settled;   /* likewise */
  guint              n_eod;       /* deliveries whose fate was decided there */
} Player;

static gboolean
on_before_dot (Delivery *delivery, GError **error)
{
  Player *player = delivery->data;
  player->n_dots++;
  player->n_dots_here++;
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
      g_assert_true (recipient->is_offered || recipient->reply);
    }
  return TRUE;
}

static void
on_settled (Delivery *delivery)
{
  Player *player = delivery->data;
  player->n_settled++;
  g_assert_cmpuint (delivery_count_undecided (delivery), ==, 0);
}

/* Takes the outcome @got for the @expected one, unless the link was cut. */
static void
check (const Player *player, const char *line, const char *expected, const char *got)
{
  if (player->cut_at == SCRIPTED_SERVER_NO_CUT && !g_str_equal (expected, got))
    g_error ("%s: `%s` went `%s`", player->name, line, got);
}

/* ---- the words of a file -------------------------------------------------------------------- */

static void
set_security (Player *player, const char *line, const char *value)
{
  static const SendpathSecurity all[]
      = { SENDPATH_SECURITY_TLS, SENDPATH_SECURITY_STARTTLS, SENDPATH_SECURITY_NONE };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_str_equal (sendpath_security_to_string (all[i]), value))
      player->security = all[i];
}

static void
set_cleartext (Player *player, const char *line, const char *value)
{
  player->allow_cleartext = TRUE;
}

static void
set_ehlo (Player *player, const char *line, const char *value)
{
  player->options.ehlo = value;
}

static void
set_notify (Player *player, const char *line, const char *value)
{
  player->notify = value;
}

static void
set_body_lines (Player *player, const char *line, const char *value)
{
  player->n_body_lines = g_ascii_strtoull (value, NULL, 10);
}

static void
set_proven (Player *player, const char *line, const char *value)
{
  player->is_proven = TRUE;
}

static void
open_session (Player *player, const char *line, const char *expected)
{
  g_autofree char *got = NULL;

  g_clear_pointer (&player->session, smtp_session_free);
  player->n_opened++;
  player->n_dots_here = 0;
  player->session = smtp_fixture_connect (scripted_server_get_port (player->server),
                                          player->security, &player->options, NULL);
  if (!player->session)
    got = g_strdup ("no greeting");
  else if (smtp_session_open (player->session))
    got = g_strdup ("ok");
  else
    got = smtp_fixture_describe (smtp_session_get_phase (player->session),
                                 smtp_session_get_reply (player->session));
  check (player, line, expected, got);
}

static void
log_in (Player *player, const char *line, const char *value)
{
  g_auto(GStrv) words = g_strsplit (value, " ", 3);
  gboolean is_token = g_str_has_prefix (words[0], "token:");
  const char *bytes = words[0] + (is_token ? strlen ("token:") : 0);
  g_autoptr(SendpathSecret) secret = sendpath_secret_new (
      bytes, strlen (bytes), is_token ? SECRET_TOKEN : SECRET_PASSWORD);
  g_autofree char *got = NULL;

  if (!player->session || !smtp_session_is_open (player->session))
    return;
  if (smtp_session_log_in (player->session, "terri", secret, words[1], player->allow_cleartext))
    got = g_strdup ("ok");
  else
    got = smtp_fixture_describe (smtp_session_get_phase (player->session),
                                 smtp_session_get_reply (player->session));
  check (player, line, words[2], got);
}

/* The number of the step that answers the @n-th content of the present connection. */
static int
find_final_reply (const Player *player, guint n)
{
  g_autoptr(GPtrArray) steps = dialogue_parse (player->text);
  guint connection = 1, n_contents = 0;
  int number = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      const DialogueStep *step = steps->pdata[i];
      if (step->kind == STEP_END)
        connection++;
      else if (connection == player->n_opened && n_contents == n && step->kind == STEP_SAY)
        return number;
      else if (connection == player->n_opened
               && (step->kind == STEP_EXPECT_DATA
                   || (step->kind == STEP_EXPECT_BDAT && !g_str_equal (step->text, "<bdat>"))))
        n_contents++;
      number += step->kind != STEP_END;
    }
  return G_MAXINT;
}

/* Whatever is cut: nobody is accepted whose final reply did not come whole. */
static void
check_accepted (const Player *player, const DeliveryRecipient *recipient)
{
  g_assert_cmpint (recipient->phase, ==, SENDPATH_PHASE_EOD);
  g_assert_cmpuint (player->n_dots, ==, 1);
  if (player->cut_at != SCRIPTED_SERVER_NO_CUT)
    g_assert_cmpint (player->cut_at / 2, >, find_final_reply (player, player->n_dots_here));
}

static void
check_outcomes (Player *player, const char *line, char **expected, const Delivery *delivery)
{
  gboolean is_eod = FALSE;

  g_assert_nonnull (delivery->reply);
  for (guint i = 0; i < delivery->recipients->len; i++)
    {
      const DeliveryRecipient *recipient = delivery_get_recipient (delivery, i);
      g_autofree char *outcome = smtp_fixture_describe (recipient->phase, recipient->reply);
      g_autofree char *got = g_strdup_printf ("%s %s", recipient->address, outcome);
      check (player, line, g_strstrip (expected[i]), got);
      is_eod = is_eod || recipient->phase == SENDPATH_PHASE_EOD;
      if (sendpath_reply_get_code (recipient->reply) / 100 == 2)
        check_accepted (player, recipient);
    }
  /* One record at most, one settlement for it; a link lost in between leaves the dot unwritten. */
  g_assert_cmpuint (player->n_dots, <=, 1);
  g_assert_cmpuint (player->n_dots, >=, is_eod);
  g_assert_cmpuint (player->n_settled, ==, player->n_dots);
  player->n_eod += is_eod;
}

static char *
dup_message_text (const Player *player)
{
  GString *text = g_string_new ("Subject: a test\r\n\r\nHello\r\n.\r\n");
  g_autofree char *line = g_strnfill (998, 'x');
  for (guint i = 0; i < player->n_body_lines; i++)
    g_string_append_printf (text, "%s\r\n", line);
  return g_string_free (text, FALSE);
}

static void
set_guess (Player *player, const char *line, const char *value)
{
  g_free (player->guess);
  player->guess = g_strdup (value);
}

/* The first word of each, with a space between. */
static char *
dup_addresses (char **expected)
{
  GString *addresses = g_string_new (NULL);
  for (guint i = 0; expected[i]; i++)
    {
      const char *word = expected[i] + strspn (expected[i], " ");
      if (i > 0)
        g_string_append_c (addresses, ' ');
      g_string_append_len (addresses, word, strcspn (word, " "));
    }
  return g_string_free (addresses, FALSE);
}

/* To those whom @words begin with. */
static Delivery *
new_delivery (const Player *player, char **words)
{
  g_autofree char *addresses = dup_addresses (words);
  g_autofree char *text = dup_message_text (player);
  g_autoptr(SendpathMessage) message
      = smtp_fixture_message ("terri@proseware.com", addresses, text);
  Delivery *delivery = smtp_fixture_delivery (message);

  delivery->dsn_notify = player->notify;
  delivery->is_proven = player->is_proven;
  return delivery;
}

/* It is borrowed only for the moment. */
static const Delivery *
on_get_next (Delivery *delivery)
{
  Player *player = delivery->data;

  g_assert_cmpuint (delivery_count_undecided (delivery), ==, delivery->recipients->len);
  g_clear_pointer (&player->next, delivery_free);
  if (player->guess)
    {
      g_auto(GStrv) words = g_strsplit (player->guess, ";", -1);
      player->next = new_delivery (player, words);
    }
  return player->next;
}

static void
deliver (Player *player, const char *line, const char *value)
{
  g_auto(GStrv) expected = g_strsplit (value, ";", -1);

  if (!player->session)
    return;
  g_autoptr(Delivery) delivery = new_delivery (player, expected);
  delivery->before_dot = on_before_dot;
  delivery->settled = on_settled;
  delivery->get_next = on_get_next;
  delivery->data = player;
  player->n_dots = player->n_settled = 0;
  smtp_session_deliver (player->session, delivery);
  g_clear_pointer (&player->next, delivery_free);
  g_clear_pointer (&player->guess, g_free);
  check_outcomes (player, line, expected, delivery);
}

static const struct {
  const char *word;
  void      (*run) (Player *player, const char *line, const char *value);
} words[] = {
  { "security ", set_security }, { "cleartext ", set_cleartext },
  { "ehlo ", set_ehlo }, { "notify ", set_notify }, { "body-lines ", set_body_lines },
  { "open ", open_session }, { "login ", log_in }, { "deliver ", deliver },
  { "guess ", set_guess }, { "proven ", set_proven },
};

/* ---- playing -------------------------------------------------------------------------------- */

static void
run_line (Player *player, const char *line)
{
  const char *text = line + strlen ("#! ");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (text, words[i].word))
      {
        words[i].run (player, line, text + strlen (words[i].word));
        return;
      }
  g_error ("%s: cannot read `%s`", player->name, line);
}

/* The connection in which the cut is made, from 1. */
static guint
find_cut_connection (const char *text, int cut_at)
{
  g_autoptr(GPtrArray) steps = dialogue_parse (text);
  guint connection = 1;
  int number = 0;

  if (cut_at == SCRIPTED_SERVER_NO_CUT)
    return G_MAXUINT;
  for (guint i = 0; number < cut_at / 2 || ((DialogueStep *) steps->pdata[i])->kind == STEP_END;
       i++)
    {
      gboolean is_end = ((DialogueStep *) steps->pdata[i])->kind == STEP_END;
      connection += is_end;
      number += !is_end;
    }
  return connection;
}

static void
play (const char *name, const char *text, TestCerts *certs, int cut_at)
{
  g_autoptr(ScriptedServer) server = scripted_server_new (text, cut_at);
  Player player = { .name = name, .text = text, .server = server,
                    .cut_at = cut_at, .security = SENDPATH_SECURITY_NONE,
                    .options = { .patience_s = PATIENCE_S } };
  guint last_connection = find_cut_connection (text, cut_at);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  gint64 start_us = g_get_monotonic_time ();

  scripted_server_set_certs (server, certs);
  for (guint i = 0; lines[i]; i++)
    {
      if (g_str_has_prefix (lines[i], "#! open") && player.n_opened == last_connection)
        break;
      if (g_str_has_prefix (lines[i], "#! "))
        run_line (&player, lines[i]);
    }
  g_clear_pointer (&player.session, smtp_session_free);
  g_free (player.guess);

  g_autofree char *mismatch = scripted_server_finish (server);
  if (mismatch && cut_at == SCRIPTED_SERVER_NO_CUT)
    g_error ("%s: %s", name, mismatch);
  /* A content that came whole, dot and all, is never taken for one that did not. */
  g_assert_cmpuint (scripted_server_count_bodies (server), <=, player.n_eod);
  if (g_get_monotonic_time () - start_us >= PATIENCE_S * G_USEC_PER_SEC)
    g_error ("%s: it took too long, cut at %d", name, cut_at);
}

typedef struct {
  char      *name;
  TestCerts *certs;
} Case;

static void
test_whole (gconstpointer data)
{
  const Case *dialogue = data;
  g_autofree char *text = dialogue_load (dialogue->name);
  play (dialogue->name, text, dialogue->certs, SCRIPTED_SERVER_NO_CUT);
}

static void
test_cut_everywhere (gconstpointer data)
{
  const Case *dialogue = data;
  g_autofree char *text = dialogue_load (dialogue->name);
  int n_cuts = scripted_server_count_cuts (text);
  for (int cut_at = 0; cut_at < n_cuts; cut_at++)
    play (dialogue->name, text, dialogue->certs, cut_at);
}

static void
case_free (gpointer data)
{
  Case *dialogue = data;
  g_free (dialogue->name);
  g_free (dialogue);
}

/* One test for each file, and one for all its cuts. */
static void
add_cases (GPtrArray *cases, TestCerts *certs)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "dialogues", NULL);
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  const char *file;

  while ((file = g_dir_read_name (folder)))
    {
      if (!g_str_has_suffix (file, ".dialogue"))
        continue;
      Case *dialogue = g_new0 (Case, 1);
      dialogue->name = g_strndup (file, strlen (file) - strlen (".dialogue"));
      dialogue->certs = certs;
      g_ptr_array_add (cases, dialogue);
      g_autofree char *whole = g_strdup_printf ("/dialogues/%s/whole", dialogue->name);
      g_autofree char *cut = g_strdup_printf ("/dialogues/%s/cut-everywhere", dialogue->name);
      g_test_add_data_func (whole, dialogue, test_whole);
      g_test_add_data_func (cut, dialogue, test_cut_everywhere);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr(TestCerts) certs = test_certs_new ();
  g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func (case_free);
  test_certs_trust (certs);
  add_cases (cases, certs);
  return g_test_run ();
}
