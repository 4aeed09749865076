/* How a server showed itself when TLS verified it, and whether somebody else answers now. */
#pragma once

#include "profiles/memory.h"
#include "profiles/trust.h"
#include "sendpath/wire/endpoint.h"
#include "sendpath/wire/reply.h"

G_BEGIN_DECLS

/* What answered; borrowed. */
typedef struct {
  const SendpathEndpoint *endpoint;
  const SendpathReply *greeting; /* nullable */
  const char *key;               /* as `tls-pin` has it; nullable */
} ServerFace;

/* TLS has verified that it is the server. */
void server_face_note (Memory *memory, const ServerFace *face, gint64 now_s);

/* @failure once more, by a better name, if what answered is not the server that was met before, or
 * hides what that server offers; NULL if there is nothing to say. Only words hang on it. */
SendpathReply *server_face_judge (Memory *memory, Trust *trust, const ServerFace *face,
                                  const SendpathReply *failure, gint64 now_s);

/* As if @host had never been met. */
void server_face_forget (Memory *memory, const char *host);

G_END_DECLS
