/* pasted-dialogue: follows a pasted conversation, so that each answer is known by its question. It
 * never decides what an answer means. */
#include "config.h"

#include "sendpath/verdict/pasted-dialogue.h"

#include <string.h>

#include "sendpath/verdict/pasted-place.h"

/* How far into a line a mark is looked for: behind a time and a program's name. */
#define MARK_WITHIN 60

typedef enum { SPEAKER_NONE, SPEAKER_SERVER, SPEAKER_CLIENT } Speaker;

/* What programs put before a line; the longer ones first. */
static const struct {
  const char *mark;
  Speaker speaker;
} marks[] = {
  { "SERVER -> CLIENT:", SPEAKER_SERVER },
  { "CLIENT -> SERVER:", SPEAKER_CLIENT },
  { "SMTP<", SPEAKER_SERVER },
  { "SMTP>", SPEAKER_CLIENT },
  { "reply: b'", SPEAKER_SERVER },
  { "reply: '", SPEAKER_SERVER },
  { "send: '", SPEAKER_CLIENT },
  { "<<<", SPEAKER_SERVER },
  { ">>>", SPEAKER_CLIENT },
  { "<** ", SPEAKER_SERVER },
  { "<~* ", SPEAKER_SERVER },
  { "<--", SPEAKER_SERVER },
  { "-->", SPEAKER_CLIENT },
  { "<- ", SPEAKER_SERVER },
  { "<~ ", SPEAKER_SERVER },
  { "-> ", SPEAKER_CLIENT },
  { "~> ", SPEAKER_CLIENT },
  { "S: ", SPEAKER_SERVER },
  { "C: ", SPEAKER_CLIENT },
  { "< ", SPEAKER_SERVER },
  { "> ", SPEAKER_CLIENT },
};

static const struct {
  const char *verb;
  SendpathPhase phase;
} verbs[] = {
  { "EHLO", SENDPATH_PHASE_EHLO },         { "HELO", SENDPATH_PHASE_EHLO },
  { "STARTTLS", SENDPATH_PHASE_STARTTLS }, { "AUTH", SENDPATH_PHASE_AUTH },
  { "MAIL FROM:", SENDPATH_PHASE_MAIL },   { "RCPT TO:", SENDPATH_PHASE_RCPT },
  { "DATA", SENDPATH_PHASE_DATA },         { "RSET", SENDPATH_PHASE_QUIT },
  { "QUIT", SENDPATH_PHASE_QUIT },
};

typedef struct {
  SendpathPhase phase;
  char *recipient;
} Question;

typedef struct {
  GQueue questions; /* not answered yet */
  GString *text;    /* of the answer that is being read */
  char *server;
  gboolean is_dialogue;
  PastedExchange found; /* code 0: nothing yet */
} Reader;

static void
free_question (gpointer data)
{
  Question *question = data;

  g_free (question->recipient);
  g_free (question);
}

static gboolean
is_answer (const char *s)
{
  return s[0] >= '2' && s[0] <= '5' && g_ascii_isdigit (s[1]) && g_ascii_isdigit (s[2]) &&
         (s[3] == '\0' || s[3] == ' ' || s[3] == '-');
}

static int
find_verb (const char *s)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      gsize n = strlen (verbs[i].verb);

      if (g_ascii_strncasecmp (s, verbs[i].verb, n) == 0 &&
          (verbs[i].verb[n - 1] == ':' || s[n] == '\0' || strchr (" \\'", s[n]) != NULL))
        return (int) i;
    }
  return -1;
}

/* Who speaks in @line, and from where on. */
static Speaker
find_speaker (const char *line, const char **ret_said)
{
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      const char *mark = g_strstr_len (line, MARK_WITHIN, marks[i].mark);
      const char *said = mark != NULL ? mark + strlen (marks[i].mark) : NULL;

      if (said == NULL)
        continue;
      said += strspn (said, " \t");
      if (marks[i].speaker == SPEAKER_SERVER ? !is_answer (said)
                                             : find_verb (said) < 0 && strcmp (said, ".") != 0)
        continue;
      *ret_said = said;
      return marks[i].speaker;
    }
  *ret_said = line + strspn (line, " \t");
  if (is_answer (*ret_said))
    return SPEAKER_SERVER;
  return find_verb (*ret_said) >= 0 || strcmp (*ret_said, ".") == 0 ? SPEAKER_CLIENT : SPEAKER_NONE;
}

static void
ask (Reader *reader, const char *said)
{
  int verb = find_verb (said);
  Question *question = g_new0 (Question, 1);

  question->phase = verb >= 0 ? verbs[verb].phase : SENDPATH_PHASE_EOD;
  if (question->phase == SENDPATH_PHASE_RCPT)
    question->recipient = pasted_place_dup_address (said + strlen ("RCPT TO:"));
  /* the final dot is answered where the invitation to it was */
  if (verb < 0 && g_queue_peek_tail (&reader->questions) != NULL)
    free_question (g_queue_pop_tail (&reader->questions));
  g_queue_push_tail (&reader->questions, question);
  reader->is_dialogue = TRUE;
}

static void
ask_again (Reader *reader, SendpathPhase phase)
{
  Question *question = g_new0 (Question, 1);

  question->phase = phase;
  g_queue_push_head (&reader->questions, question);
}

/* What was refused first counts, once the conversation was about a message: refusals that follow
 * come of it. Before that the last one counts, because programs try in several ways. */
static gboolean
matters (const Reader *reader, guint code, SendpathPhase phase)
{
  if (code < 400 || phase == SENDPATH_PHASE_QUIT)
    return FALSE;
  return reader->found.code == 0 || reader->found.phase < SENDPATH_PHASE_AUTH;
}

static void
answer (Reader *reader, guint code)
{
  Question *question = g_queue_pop_head (&reader->questions);
  SendpathPhase phase = question != NULL ? question->phase : SENDPATH_PHASE_UNKNOWN;

  if (question == NULL && code == 220 && reader->server == NULL)
    reader->server = pasted_place_dup_host (reader->text->str);
  if (code == 334)
    ask_again (reader, SENDPATH_PHASE_AUTH);
  if (code == 354)
    ask_again (reader, SENDPATH_PHASE_EOD);
  if (matters (reader, code, phase))
    {
      pasted_exchange_clear (&reader->found);
      reader->found.code = code;
      reader->found.text = g_strdup (g_strstrip (reader->text->str));
      reader->found.phase = phase;
      reader->found.recipient = g_strdup (question != NULL ? question->recipient : NULL);
    }
  else if (code < 400)
    reader->is_dialogue = TRUE;
  g_clear_pointer (&question, free_question);
  g_string_truncate (reader->text, 0);
}

static void
hear (Reader *reader, const char *said)
{
  const char *words = said + (said[3] != '\0' ? 4 : 3);
  const char *end = strstr (words, "\\r\\n");

  if (reader->text->len > 0)
    g_string_append_c (reader->text, '\n');
  g_string_append_len (reader->text, words, end != NULL ? end - words : (gssize) strlen (words));
  if (said[3] != '-')
    answer (reader, (guint) g_ascii_strtoull (said, NULL, 10));
}

void
pasted_exchange_clear (PastedExchange *exchange)
{
  g_free (exchange->text);
  g_free (exchange->recipient);
  g_free (exchange->server);
  memset (exchange, 0, sizeof *exchange);
}

gboolean
pasted_dialogue_find (const char *text, PastedExchange *ret_exchange)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Reader reader = { .questions = G_QUEUE_INIT, .text = g_string_new (NULL) };
  gboolean is_found;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *said;
      Speaker speaker = find_speaker (g_strchomp (lines[i]), &said);

      if (speaker == SPEAKER_CLIENT)
        ask (&reader, said);
      else if (speaker == SPEAKER_SERVER)
        hear (&reader, said);
    }
  g_queue_clear_full (&reader.questions, free_question);
  g_string_free (reader.text, TRUE);
  is_found = reader.is_dialogue && reader.found.code != 0;
  if (is_found)
    {
      *ret_exchange = reader.found;
      ret_exchange->server = g_steal_pointer (&reader.server);
    }
  else
    pasted_exchange_clear (&reader.found);
  g_free (reader.server);
  return is_found;
}
