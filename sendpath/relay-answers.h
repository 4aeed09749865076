/* What was asked about relays, and what was said later about one message. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* May be used from any thread. */
typedef struct _RelayAnswers RelayAnswers;

RelayAnswers *relay_answers_new (void);
void relay_answers_free (RelayAnswers *answers);

/* @message waits for an answer about @host on that network. @is_bare: it would go unencrypted. */
void relay_answers_note_question (RelayAnswers *answers, const char *host, guint port,
                                  gboolean is_bare, const char *network_id, const char *message);
/* What was asked last for @message; the texts are newly allocated. FALSE: nothing. */
gboolean relay_answers_find (RelayAnswers *answers, const char *message, char **ret_host,
                             guint *ret_port, gboolean *ret_is_bare, char **ret_network_id);
/* The network of the last question about @host; NULL if there was none. Newly allocated. */
char *relay_answers_dup_network (RelayAnswers *answers, const char *host);

/* "Only this message", for the one that the last question about @host was asked for; FALSE if there was
 * none. */
gboolean relay_answers_grant (RelayAnswers *answers, const char *host);
/* The same for one that is named. */
void relay_answers_grant_message (RelayAnswers *answers, const char *host, const char *network_id,
                                  const char *message);
/* TRUE if that was said about @message there. */
gboolean relay_answers_is_granted (RelayAnswers *answers, const char *host, const char *network_id,
                                   const char *message);

G_END_DECLS
