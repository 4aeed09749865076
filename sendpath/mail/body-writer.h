/* A body that is being made: in memory up to 1 MiB, beyond that in a file without a name. */
#pragma once

#include "sendpath/mail/body-source.h"

G_BEGIN_DECLS

typedef struct _BodyWriter BodyWriter;

BodyWriter *body_writer_new (void);
void        body_writer_free (BodyWriter *writer);
gboolean    body_writer_write (BodyWriter *writer, const char *bytes, gsize length, GError **error);
/* What was written, and its traits. The writer is done with after this. */
BodySource *body_writer_finish (BodyWriter *writer, BodyTraits *ret_traits, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BodyWriter, body_writer_free)

G_END_DECLS
