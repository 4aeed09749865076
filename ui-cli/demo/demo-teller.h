/* How the demo tells its story: lines on standard output. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

typedef enum { DEMO_TONE_PLAIN, DEMO_TONE_TITLE, DEMO_TONE_GOOD, DEMO_TONE_BAD } DemoTone;

/* Opens scene @number. */
void demo_tell_scene (guint number, const char *title, const char *setting);
/* A paragraph. */
void demo_tell_plainly (const char *text);
/* One row: a word, and what there is to say, wrapped. Coloured on a terminal only. */
void demo_tell (DemoTone tone, const char *word, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* Attempt @index of @report: what was offered to whom, and what the server said. */
void demo_tell_attempt (const SendpathReport *report, guint index);

/* A row of the table at the end; the last cell has the tone. */
typedef struct {
  DemoTone tone;
  const char *cells[4];
} DemoRow;

/* Columns are as wide as what stands in them. */
void demo_tell_table (const DemoRow *rows, guint n_rows);

/* How an attempt went, as far as the story has expectations of it. */
typedef struct {
  const char *kind; /* of the route */
  gboolean is_logged_in;
  gboolean is_after_pop;   /* a POP3 login came first */
  const char *sender_rule; /* `keep`, `sender` or `rewrite` */
  const char *verdict;
} DemoAttempt;

/* Compares attempt @index of @report. */
gboolean demo_attempt_is (const SendpathReport *report, guint index, const DemoAttempt *expected);

G_END_DECLS
