/* The dialogue, line by line; secrets cannot get in: the writer of a secret says "secret". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @line: `-> EHLO [192.0.2.7]`, `<- 250 PIPELINING`, `== TLS 1.3 verified for smtp.proseware.com`;
 * UTF-8, without line end, cleaned for a terminal. Called in the thread of the session. */
typedef void (*TraceFunc) (const char *line, gpointer data);

typedef struct {
  TraceFunc func; /* NULL: no trace */
  gpointer  data;
} Trace;

void trace_sent (const Trace *trace, const char *line, gsize length);
/* Shows only @shown (such as `AUTH PLAIN`) and `****`. */
void trace_sent_secret (const Trace *trace, const char *shown);
void trace_received (const Trace *trace, const char *line, gsize length);
void trace_note (const Trace *trace, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
