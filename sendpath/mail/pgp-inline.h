/* PGP without MIME: text that is signed or sealed between lines of hyphens. */
#pragma once

#include "sendpath/mail/body-source.h"

G_BEGIN_DECLS

/* TRUE if such text begins in @body, or if @body cannot be read. */
gboolean pgp_inline_is_in (const BodySource *body);

G_END_DECLS
