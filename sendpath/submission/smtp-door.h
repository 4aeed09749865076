/* Where somebody who hands in messages speaks SMTP: two descriptors, and patience. */
#pragma once

#include "sendpath/submission/smtp-server.h"

G_BEGIN_DECLS

typedef struct {
  int in_fd;        /* where the client writes */
  int out_fd;       /* where it reads; may be the same */
  guint patience_s; /* that it may be silent, or not listen */
  gint64 end_us;    /* monotonic: nobody listens any longer; 0: for as long as it likes */
} SmtpDoor;

/* One dialogue, to its end. It closes nothing, and starts no thread. */
SmtpServerEnd smtp_door_serve (const SmtpDoor *door, const SmtpServerSettings *settings);

G_END_DECLS
