/* Who tells the user what about the messages of the outbox, once each.
 *
 * A notice has a slot on the desktop: what is to be done by the user has one for all messages that
 * need it, so that twenty of them are not twenty notices. It never decides anything itself. */
#include "config.h"

#include "notify.h"

typedef struct {
  NoticeKind kind; /* what was told last, or would have been had it not been shown already */
  char *slot;      /* where; NULL: nothing */
  gboolean was_told;
  gint64 queued_at_s;
} Told;

/* What is shown in a slot. */
typedef struct {
  NoticeKind kind;
  char *id; /* of the message that it is about */
} Shown;

struct _Notifier {
  NotifierHost host;
  Desktop *desktop;
  gboolean is_wanted;
  gint64 warn_after_s;
  GHashTable *told;  /* id -> Told; messages that are in the outbox */
  GHashTable *shown; /* slot -> Shown */
  GSource *alarm;    /* when the next one has waited for long; NULL: none will */
  gint64 alarm_at_s;
};

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->slot);
  g_free (told);
}

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_free (shown->id);
  g_free (shown);
}

/* ---- showing --------------------------------------------------------------------------------- */

static char *
dup_slot (NoticeKind kind, const SendpathReport *report)
{
  switch (kind)
    {
    case NOTICE_NONE:
      return NULL;
    case NOTICE_WAITS:
    case NOTICE_LEFT:
      return g_strdup ("outbox");
    case NOTICE_RELAY:
      return g_strdup ("relay");
    case NOTICE_PASSWORD:
      return g_strdup_printf ("password:%s", sendpath_report_get_account (report));
    case NOTICE_DECISION:
    case NOTICE_REFUSED:
      return g_strdup_printf ("message:%s", sendpath_report_get_id (report));
    }
  return NULL;
}

static void
show (Notifier *notifier, NoticeKind kind, const char *slot, const SendpathReport *report)
{
  const Shown *before = g_hash_table_lookup (notifier->shown, slot);
  g_autoptr (Notice) notice = NULL;
  Shown *shown;

  if (before != NULL && before->kind == kind && kind != NOTICE_LEFT)
    return;
  notice = notice_new (kind, report);
  desktop_show (notifier->desktop, slot, notice);
  shown = g_new0 (Shown, 1);
  shown->kind = kind;
  shown->id = g_strdup (sendpath_report_get_id (report));
  g_hash_table_insert (notifier->shown, g_strdup (slot), shown);
}

static const char *
find_other (Notifier *notifier, const char *slot, const char *id)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, notifier->told);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (((Told *) value)->slot, slot) == 0 && !g_str_equal (key, id))
      return key;
  return NULL;
}

/* Message @id has nothing more to say in @slot: the notice goes with the last one that has. */
static void
leave_slot (Notifier *notifier, const char *slot, const char *id)
{
  Shown *shown = g_hash_table_lookup (notifier->shown, slot);
  const char *other = find_other (notifier, slot, id);

  if (shown == NULL || !g_str_equal (shown->id, id))
    return;
  if (other != NULL)
    {
      g_free (shown->id);
      shown->id = g_strdup (other);
      return;
    }
  desktop_withdraw (notifier->desktop, slot);
  g_hash_table_remove (notifier->shown, slot);
}

/* ---- when ------------------------------------------------------------------------------------ */

static gint64
get_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
clear_alarm (Notifier *notifier)
{
  if (notifier->alarm != NULL)
    g_source_destroy (notifier->alarm);
  g_clear_pointer (&notifier->alarm, g_source_unref);
}

static gboolean on_alarm (gpointer data);

/* The alarm goes off at @at_s, if that is earlier than what it is set to. */
static void
set_alarm (Notifier *notifier, gint64 at_s)
{
  if (notifier->alarm != NULL && notifier->alarm_at_s <= at_s)
    return;
  clear_alarm (notifier);
  notifier->alarm_at_s = at_s;
  notifier->alarm = g_timeout_source_new_seconds ((guint) CLAMP (at_s - get_now_s (), 0, G_MAXINT));
  g_source_set_callback (notifier->alarm, on_alarm, notifier, NULL);
  g_source_attach (notifier->alarm, g_main_context_get_thread_default ());
}

static Told *
get_told (Notifier *notifier, const SendpathReport *report)
{
  const char *id = sendpath_report_get_id (report);
  Told *told = g_hash_table_lookup (notifier->told, id);

  if (told != NULL)
    return told;
  told = g_new0 (Told, 1);
  told->queued_at_s = sendpath_report_get_queued_at (report);
  g_hash_table_insert (notifier->told, g_strdup (id), told);
  return told;
}

static void
note (Notifier *notifier, const SendpathReport *report)
{
  const char *id = sendpath_report_get_id (report);
  SendpathOutcome outcome = sendpath_report_get_outcome (report);
  Told *told = get_told (notifier, report);
  NoticeKind kind = notice_kind (report, told->was_told, get_now_s (), notifier->warn_after_s);

  if (kind != told->kind)
    {
      g_autofree char *before = g_steal_pointer (&told->slot);

      told->kind = kind;
      told->slot = dup_slot (kind, report);
      told->was_told = told->was_told || kind != NOTICE_NONE;
      if (before != NULL && g_strcmp0 (before, told->slot) != 0)
        leave_slot (notifier, before, id);
      if (kind != NOTICE_NONE)
        show (notifier, kind, told->slot, report);
    }
  if (outcome != SENDPATH_OUTCOME_QUEUED && outcome != SENDPATH_OUTCOME_UNCERTAIN)
    g_hash_table_remove (notifier->told, id);
  else if (kind == NOTICE_NONE && get_now_s () < told->queued_at_s + notifier->warn_after_s)
    set_alarm (notifier, told->queued_at_s + notifier->warn_after_s);
  if (g_hash_table_size (notifier->told) == 0) /* nothing waits: no wake-up */
    clear_alarm (notifier);
}

void
notifier_note (Notifier *notifier, const SendpathReport *report)
{
  if (notifier->is_wanted)
    note (notifier, report);
}

static void
forget (Notifier *notifier, const char *id)
{
  const Told *told = g_hash_table_lookup (notifier->told, id);

  if (told->slot != NULL)
    leave_slot (notifier, told->slot, id);
  g_hash_table_remove (notifier->told, id);
}

/* Ids of those that have waited for long and about which nothing was said. */
static GPtrArray *
find_due (Notifier *notifier, gint64 now_s)
{
  GPtrArray *due = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, notifier->told);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Told *told = value;

      if (told->kind == NOTICE_NONE && told->queued_at_s + notifier->warn_after_s <= now_s)
        g_ptr_array_add (due, g_strdup (key));
      else if (told->kind == NOTICE_NONE)
        set_alarm (notifier, told->queued_at_s + notifier->warn_after_s);
    }
  return due;
}

static gboolean
on_alarm (gpointer data)
{
  Notifier *notifier = data;
  g_autoptr (GPtrArray) due = NULL;

  clear_alarm (notifier);
  due = find_due (notifier, get_now_s ());
  for (guint i = 0; i < due->len; i++)
    {
      g_autoptr (SendpathReport) report = notifier->host.find (due->pdata[i], notifier->host.data);

      if (report != NULL)
        note (notifier, report);
      else
        forget (notifier, due->pdata[i]);
    }
  return G_SOURCE_REMOVE;
}

/* ---- the user -------------------------------------------------------------------------------- */

/* What was answered for one message only is asked again for the next. */
static void
ask_for_another (Notifier *notifier, const char *slot, const char *id)
{
  const char *other = find_other (notifier, slot, id);
  const Told *told = other != NULL ? g_hash_table_lookup (notifier->told, other) : NULL;
  g_autoptr (SendpathReport) report =
                 other != NULL ? notifier->host.find (other, notifier->host.data) : NULL;

  if (report != NULL)
    show (notifier, told->kind, slot, report);
}

/* The desktop takes a notice away whose button was pressed. */
static void
on_pressed (const char *slot, const char *button, gpointer data)
{
  Notifier *notifier = data;
  const Shown *shown = g_hash_table_lookup (notifier->shown, slot);
  g_autofree char *id = shown != NULL ? g_strdup (shown->id) : NULL;

  if (id == NULL)
    return;
  g_hash_table_remove (notifier->shown, slot);
  notifier->host.pressed (id, button, notifier->host.data);
  if (g_str_equal (button, NOTICE_BUTTON_ONCE))
    ask_for_another (notifier, slot, id);
}

Notifier *
notifier_new (const NotifierHost *host, gboolean is_sandboxed)
{
  Notifier *notifier = g_new0 (Notifier, 1);

  notifier->host = *host;
  notifier->desktop = desktop_new (is_sandboxed, on_pressed, notifier);
  notifier->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, told_free);
  notifier->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, shown_free);
  return notifier;
}

void
notifier_free (Notifier *notifier)
{
  clear_alarm (notifier);
  desktop_free (notifier->desktop);
  g_hash_table_unref (notifier->told);
  g_hash_table_unref (notifier->shown);
  g_free (notifier);
}

void
notifier_set_policy (Notifier *notifier, gboolean is_wanted, gint64 warn_after_s)
{
  notifier->is_wanted = is_wanted;
  notifier->warn_after_s = warn_after_s;
  clear_alarm (notifier);
  g_ptr_array_unref (find_due (notifier, G_MININT64)); /* sets the alarm anew */
}
