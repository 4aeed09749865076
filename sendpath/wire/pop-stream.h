/* libetpan's mailstream over a Stream, for its mailpop3. */
#pragma once

#include "sendpath/wire/stream.h"

G_BEGIN_DECLS

struct _mailstream;

/* @stream must outlive it. NULL and an error if libetpan is not on this machine. */
struct _mailstream *pop_stream_new (Stream *stream, GError **error);
/* The stream stays as it is. */
void pop_stream_free (struct _mailstream *mail);

G_END_DECLS
