/* What the desktop is told about a message: when, in which words, with which buttons. */
#pragma once

#include <sendpath/sendpath.h>

G_BEGIN_DECLS

typedef enum {
  NOTICE_NONE,     /* nothing to tell: it leaves soon, or it left at once */
  NOTICE_WAITS,    /* for long, without anybody's fault here */
  NOTICE_PASSWORD, /* a login is missing */
  NOTICE_RELAY,    /* may the relay of this network be used? */
  NOTICE_DECISION, /* only the user knows how to go on */
  NOTICE_REFUSED,  /* for good, by some at least */
  NOTICE_LEFT,     /* after the user was told that it waits */
} NoticeKind;

#define NOTICE_BUTTON_HERE  "here"
#define NOTICE_BUTTON_ONCE  "once"
#define NOTICE_BUTTON_NEVER "never"

typedef struct {
  const char *id;    /* one of those above */
  const char *label; /* N_() */
} NoticeButton;

typedef struct {
  char *title;
  char *body;                  /* plain text, some lines */
  const NoticeButton *buttons; /* end with a NULL id */
  gboolean stays;              /* until the user has seen it */
} Notice;

/* @was_told: the user has heard of this message before. @warn_after_s: age from which on a message
 * that waits is pointed out. */
NoticeKind notice_kind (const SendpathReport *report, gboolean was_told, gint64 now_s,
                        gint64 warn_after_s);
/* @kind: not NOTICE_NONE. */
Notice *notice_new (NoticeKind kind, const SendpathReport *report);
void notice_free (Notice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Notice, notice_free)

G_END_DECLS
