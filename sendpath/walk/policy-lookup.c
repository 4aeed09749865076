/* What domains publish about mail in their name: SPF of the domain, DMARC of the domain and of the
 * one its owner registered, all asked at once. It never waits longer than it was told, and decides
 * nothing. */
#include "config.h"

#include "sendpath/walk/policy-lookup.h"

#include <string.h>

#include "profiles/time-limit.h"
#include "sendpath/mail/public-suffix.h"
#include "sendpath/wire/txt-resolver.h"

typedef enum { QUESTION_NOT_ASKED, QUESTION_PENDING, QUESTION_FAILED, QUESTION_ANSWERED } State;

typedef struct _Inquiry Inquiry;

typedef struct {
  Inquiry *inquiry;
  State state;
  char **texts; /* the records, each in one piece */
} Question;

/* What is asked about one domain. */
typedef struct {
  Question spf, redirect, dmarc, parent;
} Subject;

struct _Inquiry {
  GMainContext *context;
  GResolver *resolver;
  TimeLimit limit;
  guint n_pending;
};

/* ---- answers --------------------------------------------------------------------------------- */

/* RFC 7208 section 3.3: the strings of a record are one text, without spaces between. */
static char **
join_strings (const GList *records)
{
  GPtrArray *texts = g_ptr_array_new ();

  for (const GList *l = records; l != NULL; l = l->next)
    {
      g_auto (GStrv) strings = NULL;

      g_variant_get (l->data, "(^as)", &strings);
      g_ptr_array_add (texts, g_strjoinv ("", strings));
    }
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (texts, FALSE);
}

/* NOT_FOUND is an answer; every other error is none. */
static void
on_records (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  g_autoptr (GError) error = NULL;
  GList *records = g_resolver_lookup_records_finish (G_RESOLVER (source), result, &error);
  gboolean is_answer =
      error == NULL || g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);

  question->inquiry->n_pending--;
  question->state = is_answer ? QUESTION_ANSWERED : QUESTION_FAILED;
  question->texts = join_strings (records);
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

/* ---- questions ------------------------------------------------------------------------------- */

/* The dot at the end keeps the domains that are searched out of it. */
static void
ask (Inquiry *inquiry, Question *question, const char *prefix, const char *domain)
{
  g_autofree char *name =
      g_strconcat (prefix, domain, g_str_has_suffix (domain, ".") ? "" : ".", NULL);

  question->inquiry = inquiry;
  question->state = QUESTION_PENDING;
  inquiry->n_pending++;
  g_resolver_lookup_records_async (inquiry->resolver, name, G_RESOLVER_RECORD_TXT,
                                   inquiry->limit.cancellable, on_records, question);
}

static void
ask_about (Inquiry *inquiry, Subject *subject, const char *domain)
{
  g_autofree char *owner = policy_lookup_dup_owner (domain);

  ask (inquiry, &subject->spf, "", domain);
  ask (inquiry, &subject->dmarc, "_dmarc.", domain);
  if (!g_str_equal (owner, domain))
    ask (inquiry, &subject->parent, "_dmarc.", owner);
}

/* Once: a redirect to a redirect says nothing here. */
static void
follow_redirect (Inquiry *inquiry, Subject *subject)
{
  g_autofree char *domain = NULL;

  if (subject->spf.state != QUESTION_ANSWERED || subject->redirect.state != QUESTION_NOT_ASKED)
    return;
  policy_records_read_spf ((const char *const *) subject->spf.texts, &domain);
  if (domain != NULL)
    ask (inquiry, &subject->redirect, "", domain);
}

/* Until everything is answered, or time is up; then what is still pending is given up. */
static void
wait_for_answers (Inquiry *inquiry, Subject *subjects, guint n_subjects)
{
  while (inquiry->n_pending > 0)
    {
      g_main_context_iteration (inquiry->context, TRUE);
      for (guint i = 0; i < n_subjects && !inquiry->limit.is_over; i++)
        follow_redirect (inquiry, &subjects[i]);
    }
}

/* ---- conclusions ----------------------------------------------------------------------------- */

static gboolean
is_settled (const Question *question)
{
  return question->state == QUESTION_NOT_ASKED || question->state == QUESTION_ANSWERED;
}

static MailPolicy
read_spf (const Question *question)
{
  g_autofree char *redirect = NULL;

  return question->state == QUESTION_ANSWERED
             ? policy_records_read_spf ((const char *const *) question->texts, &redirect)
             : MAIL_POLICY_NONE;
}

static gboolean
read_dmarc (const Question *question, gboolean is_parent, MailPolicy *policy)
{
  return question->state == QUESTION_ANSWERED &&
         policy_records_read_dmarc ((const char *const *) question->texts, is_parent, policy);
}

/* The parent counts only where the domain itself is known to have no DMARC record. */
static PolicyAnswer
conclude (const Subject *subject)
{
  MailPolicy spf = MAX (read_spf (&subject->spf), read_spf (&subject->redirect));
  MailPolicy dmarc = MAIL_POLICY_NONE;
  gboolean has_dmarc = read_dmarc (&subject->dmarc, FALSE, &dmarc);
  gboolean is_spf_settled = is_settled (&subject->spf) && is_settled (&subject->redirect);

  if (!has_dmarc && subject->dmarc.state == QUESTION_ANSWERED)
    {
      read_dmarc (&subject->parent, TRUE, &dmarc);
      has_dmarc = is_settled (&subject->parent);
    }
  return (PolicyAnswer) { .policy = MAX (spf, dmarc),
                          .is_complete =
                              has_dmarc && (is_spf_settled || dmarc > MAIL_POLICY_SPF_FAIL) };
}

static void
subject_clear (Subject *subject)
{
  g_strfreev (subject->spf.texts);
  g_strfreev (subject->redirect.texts);
  g_strfreev (subject->dmarc.texts);
  g_strfreev (subject->parent.texts);
}

void
policy_lookup_run (const char *const *domains, PolicyAnswer *answers, GResolver *resolver,
                   guint timeout_ms, GCancellable *cancellable)
{
  guint n_domains = g_strv_length ((char **) domains);
  g_autoptr (GResolver) asked =
                 resolver != NULL ? g_object_ref (resolver) : txt_resolver_get_default ();
  gboolean can_ask = G_RESOLVER_GET_CLASS (asked)->lookup_records_async != NULL;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree Subject *subjects = g_new0 (Subject, n_domains);
  Inquiry inquiry = { .context = context, .resolver = asked };

  g_main_context_push_thread_default (context);
  time_limit_start (&inquiry.limit, context, timeout_ms, cancellable);
  for (guint i = 0; i < n_domains && can_ask; i++)
    ask_about (&inquiry, &subjects[i], domains[i]);
  wait_for_answers (&inquiry, subjects, n_domains);
  time_limit_clear (&inquiry.limit);
  g_main_context_pop_thread_default (context);
  for (guint i = 0; i < n_domains; i++)
    {
      answers[i] = can_ask ? conclude (&subjects[i]) : (PolicyAnswer) { 0 };
      subject_clear (&subjects[i]);
    }
}

char *
policy_lookup_dup_owner (const char *domain)
{
  g_autofree char *ascii = g_hostname_to_ascii (domain);
  g_autofree char *plain = g_ascii_strdown (ascii != NULL ? ascii : domain, -1);
  const char *owner = public_suffix_find_registered (plain);

  return g_strdup (owner != NULL ? owner : plain);
}
