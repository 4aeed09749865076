/* Dialogues that somebody makes up, or that arrive damaged. Good ones are changed at random, and each is said
 * again in other pieces: how it is cut on the wire must change nothing, nothing is taken from who has not
 * logged in, and what is taken was whole.
 *
 * SENDPATH_TEST_LONG: for longer. The seed of a run is the test program's (--seed). */
#include "config.h"

#include <string.h>

#include "tests/lib/smtp-client.h"

#define ROUNDS      3000
#define ROUNDS_LONG 300000
#define CHANGES_MAX 6
#define FLIGHTS_MAX 8
#define REPLIES_MAX 400

/* Flights, each said when the one before it was answered; `|` stands between them. */
static const char *const seeds[] = {
  EHLO "AUTH PLAIN AHdlYgBjYW5hcnktNw==\r\n" MAIL RCPT "DATA\r\n|" TEXT ".\r\n|QUIT\r\n",
  EHLO "|AUTH LOGIN\r\n|d2Vi\r\n|Y2FuYXJ5LTc=\r\n|" MAIL RCPT RCPT "DATA\r\n|" TEXT
       "..a\r\n.\r\n" MAIL,
  EHLO "AUTH PLAIN\r\n|AHdlYgBjYW5hcnktNw==\r\n" MAIL RCPT "BDAT 16\r\nSubject: Hello\r\n"
       "BDAT 10 LAST\r\n\r\nHello.\r\n" MAIL RCPT "BDAT 26 LAST\r\n" TEXT "QUIT\r\n",
  EHLO "AUTH LOGIN d2Vi\r\n|Y2FuYXJ5LTc=\r\nMAIL FROM:<a@adatum.com> SIZE=20 BODY=8BITMIME "
       "RET=HDRS ENVID=a\r\n"
       "RCPT TO:<b@adatum.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b\r\nRSET\r\n" MAIL RCPT
       "DATA\r\n|" TEXT ".\r\n",
  "HELO a\r\nNOOP\r\nHELP\r\nVRFY a\r\n" MAIL RCPT "DATA\r\n|" TEXT "\r\n.\r\nRSET\r\nQUIT\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\n\r\n" EHLO "AUTH PLAIN AHdlYgBjYW5hcnktNw==\r\n" MAIL,
};

static const char *const pieces[] = {
  "\r\n",
  "\n",
  "\r",
  ".",
  "\r\n.\r\n",
  "\n.\n",
  "\r\n.\n",
  "\r.\r\n",
  "|",
  "DATA\r\n",
  "BDAT 5\r\n",
  "BDAT 0 LAST\r\n",
  "BDAT 99999999999999999999\r\n",
  "*\r\n",
  "=\r\n",
  "RSET\r\n",
  EHLO,
  MAIL,
  RCPT,
  TEXT,
  "AUTH PLAIN AHdlYgBjYW5hcnktNw==\r\n",
  "AUTH PLAIN AHdlYgBjYW5hcnktOA==\r\n",
  "\x01",
  "\xff",
  "<",
  ">",
  "\"",
};

/* ---- making one up --------------------------------------------------------------------------- */

static void
change (GString *text)
{
  gsize at = (gsize) g_test_rand_int_range (0, (gint32) text->len + 1);
  gsize length = (gsize) g_test_rand_int_range (0, 20);
  const char *piece = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];

  length = MIN (length, text->len - at);
  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      g_string_insert (text, (gssize) at, piece);
      break;
    case 1:
      g_string_erase (text, (gssize) at, (gssize) length);
      break;
    case 2:
      if (at < text->len)
        text->str[at] = (char) g_test_rand_int_range (1, 256);
      break;
    default:
      {
        g_autofree char *again = g_strndup (text->str + at, length);

        g_string_insert (text, g_test_rand_int_range (0, (gint32) text->len + 1), again);
      }
    }
}

static char *
make_dialogue (void)
{
  g_autoptr (GString) text = g_string_new (seeds[g_test_rand_int_range (0, G_N_ELEMENTS (seeds))]);

  for (int n = g_test_rand_int_range (0, CHANGES_MAX); n > 0; n--)
    change (text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- what must be so ------------------------------------------------------------------------- */

/* Three digits, what is printable, CRLF; no more replies than anything could ask for. */
static void
check_replies (const Client *client)
{
  g_auto (GStrv) lines = g_strsplit (client->heard->str, "\r\n", -1);
  guint n = g_strv_length (lines);

  g_assert_cmpstr (lines[n - 1], ==, "");
  g_assert_cmpuint (n, <, REPLIES_MAX);
  for (guint i = 0; i + 1 < n; i++)
    {
      g_assert_true (g_ascii_isdigit (lines[i][0]) && g_ascii_isdigit (lines[i][1]) &&
                     g_ascii_isdigit (lines[i][2]) && (lines[i][3] == ' ' || lines[i][3] == '-'));
      for (const char *at = lines[i]; *at != '\0'; at++)
        g_assert_true (g_ascii_isprint (*at));
    }
}

static guint
count (const char *text, const char *word)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, word)) != NULL; at += strlen (word))
    n++;
  return n;
}

static void
check_taken (const Client *client)
{
  const char *taken = client->taken->str;

  g_assert_cmpuint (client->n_taken, ==, count (client->heard->str, "250 2.0.0 accepted\r\n"));
  if (strstr (client->heard->str, "\r\n235 ") == NULL)
    g_assert_cmpuint (client->n_taken, ==, 0);
  for (const char *at = taken; *at != '\0'; at++)
    g_assert_true ((*at != '\n' || (at > taken && at[-1] == '\r')) &&
                   (*at != '\r' || at[1] == '\n'));
}

static void
converse (Client *client, const char *dialogue, char ***ret_flights)
{
  g_auto (GStrv) flights = g_strsplit (dialogue, "|", FLIGHTS_MAX);
  guint n = 0;

  client->password = "canary-7";
  client->max_recipients = 3;
  for (guint i = 0; flights[i] != NULL; i++)
    if (*flights[i] != '\0')
      client->says[n++] = flights[i];
  client_run (client);
  *ret_flights = g_steal_pointer (&flights);
}

static void
test_made_up (void)
{
  guint n = g_getenv ("SENDPATH_TEST_LONG") != NULL ? ROUNDS_LONG : ROUNDS;
  guint n_taken = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *dialogue = make_dialogue ();
      g_auto (GStrv) flights = NULL, again = NULL;
      g_auto (Client) whole = { 0 };
      g_auto (Client) pieces_of_it = { .max_read = (gsize) g_test_rand_int_range (1, 9) };

      converse (&whole, dialogue, &flights);
      check_replies (&whole);
      check_taken (&whole);
      converse (&pieces_of_it, dialogue, &again);
      g_assert_cmpstr (pieces_of_it.heard->str, ==, whole.heard->str);
      g_assert_cmpstr (pieces_of_it.taken->str, ==, whole.taken->str);
      g_assert_cmpint (pieces_of_it.end, ==, whole.end);
      n_taken += whole.n_taken;
    }
  g_assert_cmpuint (n_taken, >, n / 20); /* else it would look at refusals only */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/smtp-server", test_made_up);
  return g_test_run ();
}
