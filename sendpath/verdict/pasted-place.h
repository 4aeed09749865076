/* What stands around a reply in a log or an error message: where, who, by whom. */
#pragma once

#include "sendpath/wire/phase.h"

G_BEGIN_DECLS

/* Who wrote what was pasted. */
typedef enum {
  PASTED_BY_ANYBODY,
  PASTED_BY_CLIENT, /* a mail program: the server is the account's own */
  PASTED_BY_LOG,    /* a mail server's log: the server is another one */
  PASTED_BY_REPORT, /* a mail server's report to the sender */
} PastedBy;

typedef struct {
  SendpathPhase phase;
  PastedBy      by;
  char         *server;    /* nullable */
  guint         port;      /* 0: not told */
  char         *recipient; /* nullable */
} PastedPlace;

/* @ret_place is to be cleared with pasted_place_clear(). */
void pasted_place_find (const char *text, PastedPlace *ret_place);
void pasted_place_clear (PastedPlace *place);

/* The host name at @s (with a dot, no address), or NULL; and the mail address. */
char *pasted_place_dup_host (const char *s);
char *pasted_place_dup_address (const char *s);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PastedPlace, pasted_place_clear)

G_END_DECLS
