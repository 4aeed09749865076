/* What the desktop is told about a message: when, in which words, with which buttons. It knows no
 * bus, and shows nothing. */
#include "config.h"

#include "notice.h"

#include <glib/gi18n.h>

/* A subject may be of any length, and is not the news. */
#define SUBJECT_CHARS 80

static const NoticeButton no_buttons[] = { { NULL, NULL } };
static const NoticeButton relay_buttons[] = { { NOTICE_BUTTON_HERE, N_ ("Use here") },
                                              { NOTICE_BUTTON_ONCE, N_ ("Only this message") },
                                              { NOTICE_BUTTON_NEVER, N_ ("Not here") },
                                              { NULL, NULL } };

static const struct {
  const char *title; /* N_() */
  const NoticeButton *buttons;
  gboolean stays;
} forms[] = {
  [NOTICE_NONE] = { NULL, no_buttons, FALSE },
  [NOTICE_WAITS] = { N_ ("Your mail is waiting"), no_buttons, FALSE },
  [NOTICE_PASSWORD] = { N_ ("A password is needed"), no_buttons, TRUE },
  [NOTICE_RELAY] = { N_ ("Use the relay of this network?"), relay_buttons, TRUE },
  [NOTICE_DECISION] = { N_ ("Your mail waits for a decision"), no_buttons, TRUE },
  [NOTICE_REFUSED] = { N_ ("Your mail was refused"), no_buttons, TRUE },
  [NOTICE_LEFT] = { N_ ("Your mail has left"), no_buttons, FALSE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (forms) == NOTICE_LEFT + 1);

/* What a person must do something about is told at once, whatever else only when it lasts. */
static NoticeKind
kind_of_waiting (const SendpathReport *report, gint64 age_s, gint64 warn_after_s)
{
  static const struct {
    const char *needs;
    NoticeKind kind;
  } rows[] = {
    { "password", NOTICE_PASSWORD },
    { "approval", NOTICE_RELAY },
    { "decision", NOTICE_DECISION },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (sendpath_report_get_needs (report), rows[i].needs) == 0)
      return rows[i].kind;
  return age_s >= warn_after_s ? NOTICE_WAITS : NOTICE_NONE;
}

NoticeKind
notice_kind (const SendpathReport *report, gboolean was_told, gint64 now_s, gint64 warn_after_s)
{
  switch (sendpath_report_get_outcome (report))
    {
    case SENDPATH_OUTCOME_QUEUED:
      return kind_of_waiting (report, now_s - sendpath_report_get_queued_at (report), warn_after_s);
    case SENDPATH_OUTCOME_SENT:
      return was_told ? NOTICE_LEFT : NOTICE_NONE;
    case SENDPATH_OUTCOME_PARTIAL:
    case SENDPATH_OUTCOME_FAILED:
      return NOTICE_REFUSED;
    case SENDPATH_OUTCOME_UNCERTAIN: /* at first it is repeated once, by the clock */
      return g_strcmp0 (sendpath_report_get_needs (report), "decision") == 0 ? NOTICE_DECISION
                                                                             : NOTICE_NONE;
    }
  return NOTICE_NONE;
}

/* The subject on a line of its own, cut if need be, without what would make it two. */
static char *
dup_subject (const SendpathReport *report)
{
  const char *subject = sendpath_report_get_subject (report);
  g_autofree char *valid = g_utf8_make_valid (subject != NULL ? subject : "", -1);
  GString *line = g_string_new (NULL);
  guint n = 0;

  for (const char *p = valid; *p != '\0' && n < SUBJECT_CHARS; p = g_utf8_next_char (p), n++)
    g_string_append_unichar (line,
                             g_unichar_isprint (g_utf8_get_char (p)) ? g_utf8_get_char (p) : ' ');
  if (n == SUBJECT_CHARS)
    g_string_append (line, "…");
  if (n > 0)
    g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}

Notice *
notice_new (NoticeKind kind, const SendpathReport *report)
{
  Notice *notice = g_new0 (Notice, 1);
  g_autofree char *subject = dup_subject (report);
  g_autofree char *summary = sendpath_report_dup_summary (report);

  notice->title = g_strdup (_ (forms[kind].title));
  notice->body = g_strconcat (subject, summary, NULL);
  notice->buttons = forms[kind].buttons;
  notice->stays = forms[kind].stays;
  return notice;
}

void
notice_free (Notice *notice)
{
  g_free (notice->title);
  g_free (notice->body);
  g_free (notice);
}
