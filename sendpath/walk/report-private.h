/* Building a report: for walk, outbox and engine. */
#pragma once

#include "sendpath/mail/message-private.h"
#include "sendpath/mail/shown-fields.h"
#include "sendpath/verdict/concrete-help.h"
#include "sendpath/walk/attempt.h"
#include "sendpath/walk/report.h"

G_BEGIN_DECLS

/* In the place of the index of an attempt: none. */
#define REPORT_NO_ATTEMPT G_MAXUINT

typedef struct {
  char                  *address;
  SendpathRecipientState state;
  GArray                *attempts; /* guint indexes into the report's attempts */
  SendpathVerdict        verdict;
  SendpathReply         *reply;    /* the one that decided last; NULL before any */
  char                  *text;     /* of @reply, cleaned for people; NULL before any */
  guint                  refused_by; /* the attempt of the first answer that was no acceptance, or of
                                        the first silence; REPORT_NO_ATTEMPT: none */
  SendpathVerdict        refusal;    /* what that meant for this recipient */
  char                  *resent_as;  /* a copy for this recipient, whose mail came back, was or was to be
                                        queued under this id; NULL: none */
  gboolean               is_resent;  /* it was queued, for sure */
  MailDomain             mail_domain; /* as far as anybody asked; in no journal */
  gboolean               is_late;  /* noted without an attempt of its own (REPORT_NO_ATTEMPT) */

  gboolean               is_dotted;   /* the final dot may have gone out, and no outcome is known */
  char                  *dot_server;  /* where it went last, or NULL */
  SenderRule             dot_rule;
  gint64                 uncertain_s; /* since when the state is uncertain */
  gboolean               is_repeated; /* once uncertain, the dot went out again: never again by itself */
  gboolean               may_repeat;  /* in this walk, to @dot_server alone (P-5); in no journal */
} ReportRecipient;

struct _SendpathReport {
  gatomicrefcount ref_count;
  char      *id;
  char      *account, *location, *network;  /* nullable until known */
  char      *message_id, *subject, *from;   /* nullable */
  char      *sender;     /* of the envelope; NULL: the account decides */
  gint64     queued_at_s;
  guint64    size_bytes;
  GPtrArray *attempts;   /* Attempt */
  guint      walk_from;  /* the first attempt of the latest walk */
  GPtrArray *recipients; /* ReportRecipient */
  GHashTable *by_address; /* of @recipients, borrowed; NULL: there are few */
  char      *reason;     /* nullable */
  char      *needs;      /* nullable */
  gint64     next_try_s; /* 0: none set */
  gboolean   held;
  gboolean   is_in_flight; /* somebody else is sending it just now; in no journal */
  guint      n_tries;    /* walks in a row on this network that count and were in vain */
  guint      n_paced;    /* how often in a row the account had no room for it */
  gint64     tried_s;    /* how long it has really been tried (hold-after) */
  gint64     settled_s;  /* when the latest walk was over; 0: never */
};

/* All recipients of @message queued, no attempts. @id: NULL if the message is in no outbox. */
SendpathReport  *report_new (const char *id, SendpathMessage *message);
/* The same without the message; nothing is known of its size. */
SendpathReport  *report_new_for (const char *id, const char *const *recipients,
                                 const ShownFields *shown);
/* What is added from now on belongs to another walk, on another day perhaps. */
void             report_begin_walk (SendpathReport *report);
/* Takes @attempt over, which has its reply; returns its index. */
guint            report_add_attempt (SendpathReport *report, Attempt *attempt);
/* Notes what attempt @attempt meant for @address (@reply is referenced, may be NULL). With
 * REPORT_NO_ATTEMPT what is noted was found out later, without an attempt of its own. */
void             report_set_recipient (SendpathReport *report, const char *address, guint attempt,
                                       SendpathRecipientState state, SendpathVerdict verdict,
                                       SendpathReply *reply);
/* The final dot goes out for @address; from now on it may have been accepted. The same when the
 * journal says so. */
void             report_note_dot (SendpathReport *report, const char *address, const char *server,
                                  SenderRule rule, gint64 at_s);
/* It did not go out after all, and none had before. */
void             report_take_back_dot (SendpathReport *report, const char *address);
/* What the DNS says about the domain of @address: the words for people go by it. */
void             report_set_mail_domain (SendpathReport *report, const char *address,
                                         MailDomain state);
ReportRecipient *report_find_recipient (SendpathReport *report, const char *address);
/* The addresses that are not settled, or are offered once more, borrowed strings in a new array
 * (free with g_free). */
const char     **report_dup_unsettled (SendpathReport *report);
/* Of the latest walk's attempts for @recipient, the one that got furthest (gio's rule), the last of
 * several; or NULL. */
const Attempt   *report_get_furthest (const SendpathReport *report,
                                      const ReportRecipient *recipient);
/* How far @attempt got for somebody whom it did not get through to, whatever became of others. */
SendpathPhase    report_get_phase_for_refused (const Attempt *attempt);
/* The attempt that decided last about @recipient, or NULL. */
const Attempt   *report_get_last_attempt (const SendpathReport *report,
                                          const ReportRecipient *recipient);

/* All of it again: for another thread, while this one goes on changing. */
SendpathReport  *report_copy (const SendpathReport *report);
/* Replaces one of the texts of a report. */
void             report_set_text (char **field, const char *text);

G_END_DECLS
