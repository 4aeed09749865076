/* How many recipients an account may send to now. It never waits and never sends: it counts, and says
 * when. */
#include "config.h"

#include "sendpath/outbox/pacing.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/retry-after.h"
#include "sendpath/walk/plan.h"

#define HOUR_S       3600
#define HOUR_MS      (HOUR_S * G_GINT64_CONSTANT (1000))
#define MINUTES      61 /* an hour and the minute that has begun: never fewer than were sent */
#define SILENCE_S    HOUR_S
#define LEARNED_MIN  20 /* fewer than that in an hour is a moment's mood, and no limit */
#define REMEMBERED_S (7 * 24 * HOUR_S)

/* In one go, and without a pause between them: a tenth of an hour's worth. */
#define BURST_SHARE 10

/* What was sent in a minute of the calendar. */
typedef struct {
  gint64 minute;
  guint n;
} Minute;

/* One account's entry: `NEXT_MS SILENT_UNTIL_S MINUTE:N…`. */
typedef struct {
  gint64 next_ms; /* when all that was sent has had its share of the hour */
  gint64 silent_until_s;
  guint n_minutes;
  Minute minutes[MINUTES]; /* the oldest first */
} Record;

typedef struct {
  SendpathAccount *account;
  guint rate; /* recipients an hour; 0: no limit */
  gint64 now_s;
} Place;

/* ---- what is kept ---------------------------------------------------------------------------- */

static char *
make_key (SendpathAccount *account, const char *what)
{
  g_auto (GStrv) servers = sendpath_account_dup_list (account, "smtp");
  g_autofree char *host = plan_dup_host (servers[0] != NULL ? servers[0] : "");

  /* so that `account forget` finds it */
  return g_strdup_printf ("%s@%s %s", sendpath_account_get_id (account), host, what);
}

static void
add_minute (Record *record, gint64 minute, guint n)
{
  if (record->n_minutes > 0 && record->minutes[record->n_minutes - 1].minute == minute)
    {
      record->minutes[record->n_minutes - 1].n += n;
      return;
    }
  if (record->n_minutes == MINUTES)
    memmove (record->minutes, record->minutes + 1, --record->n_minutes * sizeof (Minute));
  record->minutes[record->n_minutes++] = (Minute) { minute, n };
}

/* What no clock of ours can have written is left out: it was set back since (P-13). */
static void
read_record (const char *text, gint64 now_s, Record *record)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);
  guint n_words = g_strv_length (words);

  *record = (Record) { 0 };
  if (n_words < 2)
    return;
  record->next_ms = g_ascii_strtoll (words[0], NULL, 10);
  record->silent_until_s = g_ascii_strtoll (words[1], NULL, 10);
  if (record->next_ms > now_s * 1000 + HOUR_MS)
    record->next_ms = 0;
  if (record->silent_until_s > now_s + RETRY_AFTER_MAX_S)
    record->silent_until_s = 0;
  for (guint i = 2; i < n_words; i++)
    {
      char *end;
      gint64 minute = g_ascii_strtoll (words[i], &end, 10);

      if (*end == ':' && minute > now_s / 60 - MINUTES && minute <= now_s / 60)
        add_minute (record, minute, (guint) g_ascii_strtoull (end + 1, NULL, 10));
    }
}

static void
load_record (Memory *memory, SendpathAccount *account, gint64 now_s, Record *record)
{
  g_autofree char *key = make_key (account, "sent");
  g_autofree char *text = memory_get (memory, "pace", key, now_s, 0);

  read_record (text, now_s, record);
}

static char *
format_record (const Record *record)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, record->next_ms,
                   record->silent_until_s);
  for (guint i = 0; i < record->n_minutes; i++)
    if (record->minutes[i].n > 0)
      g_string_append_printf (text, " %" G_GINT64_FORMAT ":%u", record->minutes[i].minute,
                              record->minutes[i].n);
  return g_string_free (text, FALSE);
}

static guint
count_hour (const Record *record)
{
  guint n = 0;

  for (guint i = 0; i < record->n_minutes; i++)
    n += record->minutes[i].n;
  return n;
}

/* ---- what is allowed ------------------------------------------------------------------------- */

/* As configured, or fewer once the server has said so. */
static guint
find_rate (Memory *memory, SendpathAccount *account, gint64 now_s)
{
  g_autofree char *key = make_key (account, "rate");
  g_autofree char *value = memory_get (memory, "limit", key, now_s, REMEMBERED_S);
  guint64 configured = sendpath_account_get_integer (account, "rate");
  guint64 learned = value != NULL ? g_ascii_strtoull (value, NULL, 10) : 0;
  guint64 rate = configured == 0 || (learned != 0 && learned < configured) ? learned : configured;

  return (guint) MIN (rate, G_MAXINT);
}

static guint
get_burst (guint rate)
{
  return MAX (rate / BURST_SHARE, 1);
}

/* Of @n_recipients, as many as go in one go. */
static guint
get_portion (guint rate, guint n_recipients)
{
  return rate != 0 ? MIN (n_recipients, get_burst (rate)) : n_recipients;
}

static gint64
get_share_ms (guint rate, guint n)
{
  return (gint64) n * HOUR_MS / rate;
}

/* When so few were sent in the hour before that @n more are no more than the rate. */
static gint64
find_room (const Record *record, guint rate, guint n, gint64 now_s)
{
  guint sent = count_hour (record);
  gint64 at_s = now_s;

  for (guint i = 0; i < record->n_minutes && sent + n > rate; i++)
    {
      sent -= record->minutes[i].n;
      at_s = (record->minutes[i].minute + MINUTES) * 60;
    }
  return at_s;
}

static gint64
find_time (const Record *record, const Place *place, guint n_recipients)
{
  gint64 ready_s = MAX (record->silent_until_s, place->now_s);
  guint n = get_portion (place->rate, n_recipients);
  gint64 spread_ms;

  if (place->rate == 0)
    return ready_s;
  /* what one burst has not used yet may be used now */
  spread_ms = record->next_ms - get_share_ms (place->rate, get_burst (place->rate) - n);
  ready_s = MAX (ready_s, (spread_ms + 999) / 1000);
  return MAX (ready_s, find_room (record, place->rate, n, place->now_s));
}

static Place
find_place (Memory *memory, SendpathAccount *account, gint64 now_s)
{
  return (Place) { .account = account, .rate = find_rate (memory, account, now_s), .now_s = now_s };
}

gint64
pacing_ready_at (Memory *memory, SendpathAccount *account, guint n_recipients, gint64 now_s)
{
  Place place = find_place (memory, account, now_s);
  Record record;

  load_record (memory, account, now_s, &record);
  return find_time (&record, &place, n_recipients);
}

/* ---- counting -------------------------------------------------------------------------------- */

typedef struct {
  Place place;
  guint n_wanted;
  guint n_granted;
} Reservation;

static char *
reserve (const char *old, gpointer data)
{
  Reservation *reservation = data;
  const Place *place = &reservation->place;
  Record record;

  read_record (old, place->now_s, &record);
  if (find_time (&record, place, reservation->n_wanted) > place->now_s)
    return NULL;
  reservation->n_granted = get_portion (place->rate, reservation->n_wanted);
  if (place->rate == 0)
    return NULL;
  record.next_ms = MAX (record.next_ms, place->now_s * 1000) +
                   get_share_ms (place->rate, reservation->n_granted);
  add_minute (&record, place->now_s / 60, reservation->n_granted);
  return format_record (&record);
}

guint
pacing_reserve (Memory *memory, SendpathAccount *account, guint n_recipients, gint64 now_s)
{
  Reservation reservation = { .place = find_place (memory, account, now_s),
                              .n_wanted = n_recipients };
  g_autofree char *key = make_key (account, "sent");

  /* nothing is counted beforehand where nothing limits it */
  if (reservation.place.rate == 0)
    {
      g_autofree char *known = memory_get (memory, "pace", key, now_s, 0);

      reserve (known, &reservation);
    }
  else
    memory_change (memory, "pace", key, reserve, &reservation, now_s);
  return reservation.n_granted;
}

typedef struct {
  Place place;
  guint n_reserved;
  guint n_used;
  guint silent_s;  /* 0: nobody asked for it */
  guint n_in_hour; /* known when it is over */
} Note;

/* Takes @n out again, of the newest minutes. */
static void
give_back (Record *record, guint rate, guint n)
{
  record->next_ms -= get_share_ms (rate, n);
  for (guint i = record->n_minutes; i > 0 && n > 0; i--)
    {
      guint taken = MIN (record->minutes[i - 1].n, n);

      record->minutes[i - 1].n -= taken;
      n -= taken;
    }
}

static char *
note (const char *old, gpointer data)
{
  Note *note = data;
  const Place *place = &note->place;
  Record record;

  read_record (old, place->now_s, &record);
  if (place->rate != 0 && note->n_reserved > note->n_used)
    give_back (&record, place->rate, note->n_reserved - note->n_used);
  if (place->rate == 0 && note->n_used > 0)
    add_minute (&record, place->now_s / 60, note->n_used);
  if (note->silent_s != 0)
    record.silent_until_s = MAX (record.silent_until_s, place->now_s + note->silent_s);
  note->n_in_hour = count_hour (&record);
  return format_record (&record);
}

/* By the account's own server in the walk that is just over. */
static gboolean
is_of_this_walk (const SendpathReport *report, const ReportRecipient *recipient)
{
  guint n = recipient->attempts->len;
  guint last = n > 0 ? g_array_index (recipient->attempts, guint, n - 1) : 0;

  return n > 0 && last >= report->walk_from &&
         ((const Attempt *) report->attempts->pdata[last])->kind < SENDPATH_ROUTE_BACKUP;
}

static void
read_report (const SendpathReport *report, Note *note)
{
  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (!is_of_this_walk (report, recipient))
        continue;
      if (recipient->state == SENDPATH_RECIPIENT_SENT ||
          recipient->state == SENDPATH_RECIPIENT_UNCERTAIN)
        note->n_used++;
      if (recipient->verdict == SENDPATH_VERDICT_RATE_LIMITED)
        {
          guint stated_s = retry_after_read (recipient->text);

          note->silent_s = MAX (note->silent_s, stated_s != 0 ? stated_s : SILENCE_S);
        }
    }
}

void
pacing_tally_clear (PacingTally *tally, Memory *memory)
{
  Note noted = { .place = { .now_s = tally->since_s }, .n_used = tally->n };

  if (tally->n > 0)
    memory_change (memory, "pace", tally->key, note, &noted, tally->since_s);
  g_clear_pointer (&tally->key, g_free);
  tally->n = 0;
}

/* Adds @n to what was sent in this second, whose sum is written in one. */
static void
add_to_tally (PacingTally *tally, Memory *memory, const char *key, guint n, gint64 now_s)
{
  if (tally->since_s != now_s || g_strcmp0 (tally->key, key) != 0)
    pacing_tally_clear (tally, memory);
  if (tally->key == NULL)
    tally->key = g_strdup (key);
  tally->since_s = now_s;
  tally->n += n;
}

void
pacing_note (Memory *memory, PacingTally *tally, SendpathAccount *account, guint n_reserved,
             const SendpathReport *report, gint64 now_s)
{
  Note noted = { .place = find_place (memory, account, now_s), .n_reserved = n_reserved };
  g_autofree char *key = make_key (account, "sent");
  g_autofree char *limit_key = make_key (account, "rate");
  g_autofree char *limit = NULL;

  read_report (report, &noted);
  if (noted.n_used == 0 && noted.silent_s == 0 && noted.place.rate == 0)
    return;
  if (tally != NULL && noted.silent_s == 0 && noted.place.rate == 0)
    {
      add_to_tally (tally, memory, key, noted.n_used, now_s);
      return;
    }
  if (tally != NULL)
    pacing_tally_clear (tally, memory);
  memory_change (memory, "pace", key, note, &noted, now_s);
  if (noted.silent_s == 0 || noted.n_in_hour < LEARNED_MIN)
    return;
  limit = g_strdup_printf ("%u", noted.n_in_hour);
  memory_set (memory, "limit", limit_key, limit, now_s);
}

char *
pacing_dup_reason (Memory *memory, SendpathAccount *account, gint64 now_s)
{
  const char *id = sendpath_account_get_id (account);
  guint rate = find_rate (memory, account, now_s);
  Record record;

  load_record (memory, account, now_s, &record);
  if (record.silent_until_s > now_s || rate == 0)
    return g_strdup_printf (_ ("the server of account %s wants fewer messages for a while"), id);
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "account %s sends to no more than %u recipient an hour",
                   "account %s sends to no more than %u recipients an hour", rate),
      id, rate);
}
