/* The log of attempts. It never fails for its caller, never waits for anybody, and is never synced:
 * a message's journal is what counts. */
#include "config.h"

#include "sendpath/outbox/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profiles/safe-file.h"
#include "sendpath/mail/address.h"
#include "sendpath/outbox/disk.h"
#include "sendpath/walk/fields.h"

#define NAME     "log"
#define OLD_NAME "log.1"
/* From this length on it becomes the old one, and the old one goes. */
#define ROTATE_BYTES (2 * 1024 * 1024)
/* Whatever somebody put there: no more than this of each is read, from the end. */
#define READ_BYTES (8 * 1024 * 1024)
/* How often the file is opened again that was rotated under our hands. */
#define TRIES 4

struct _History {
  char *state_dir;
  GMutex mutex; /* of what follows */
  int fd;       /* of the log, once something was written; else -1 */
};

History *
history_new (const char *state_dir)
{
  History *history = g_new0 (History, 1);

  history->state_dir = g_strdup (state_dir);
  g_mutex_init (&history->mutex);
  history->fd = -1;
  return history;
}

void
history_free (History *history)
{
  disk_close (history->fd);
  g_mutex_clear (&history->mutex);
  g_free (history->state_dir);
  g_free (history);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Ours alone, or nothing is written into it. */
static gboolean
is_ours (int fd, struct stat *status)
{
  return fstat (fd, status) == 0 && S_ISREG (status->st_mode) && status->st_uid == geteuid () &&
         status->st_nlink == 1;
}

static int
open_log (int dir_fd)
{
  int fd = disk_open (dir_fd, NAME, O_RDWR | O_APPEND);

  return fd < 0 && errno == ENOENT ? disk_create (dir_fd, NAME, O_RDWR | O_APPEND) : fd;
}

static gboolean
has_name (int fd, int dir_fd)
{
  struct stat by_fd, by_name;

  return fstat (fd, &by_fd) == 0 && fstatat (dir_fd, NAME, &by_name, AT_SYMLINK_NOFOLLOW) == 0 &&
         by_fd.st_ino == by_name.st_ino && by_fd.st_dev == by_name.st_dev;
}

/* The lock keeps two from rotating at once, which would lose the old one. Who does not get it leaves
 * that to the other. */
static void
rotate (int fd, int dir_fd)
{
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && has_name (fd, dir_fd))
    renameat (dir_fd, NAME, dir_fd, OLD_NAME);
}

/* The log, shorter than it may be; -1 if there is none to be had. */
static int
open_for_line (int dir_fd, struct stat *status)
{
  int fd = -1;

  for (guint i = 0; i < TRIES && fd < 0; i++)
    {
      fd = open_log (dir_fd);
      if (fd < 0 && errno != EEXIST) /* else another process made it just now */
        return -1;
      if (fd >= 0 && !is_ours (fd, status))
        {
          disk_close (fd);
          return -1;
        }
      if (fd >= 0 && status->st_size >= ROTATE_BYTES && i + 1 < TRIES)
        {
          rotate (fd, dir_fd);
          disk_close (fd);
          fd = -1;
        }
    }
  return fd;
}

/* What a full disk cut off must not spoil the next line. */
static gboolean
ends_torn (int fd, const struct stat *status)
{
  char last = '\n';

  return status->st_size > 0 &&
         (disk_read_at (fd, &last, 1, (guint64) status->st_size - 1) != 1 || last != '\n');
}

/* The one that is open, unless it is long enough or somebody has removed it. The mutex is held. */
static gboolean
open_if_needed (History *history, struct stat *status)
{
  int dir_fd;

  if (history->fd >= 0 && is_ours (history->fd, status) && status->st_size < ROTATE_BYTES)
    return TRUE;
  disk_close (history->fd);
  history->fd = -1;
  dir_fd = safe_file_open_private_dir (history->state_dir, TRUE, NULL);
  if (dir_fd >= 0)
    history->fd = open_for_line (dir_fd, status);
  disk_close (dir_fd);
  return history->fd >= 0;
}

static void
append_line (History *history, const char *json)
{
  struct stat status;

  g_mutex_lock (&history->mutex);
  if (open_if_needed (history, &status))
    {
      g_autofree char *line =
          g_strconcat (ends_torn (history->fd, &status) ? "\n" : "", json, "\n", NULL);

      disk_write (history->fd, line, strlen (line));
    }
  g_mutex_unlock (&history->mutex);
}

static JsonObject *
new_recipient (const ReportRecipient *recipient)
{
  JsonObject *object = json_object_new ();

  fields_add_text (object, "address", recipient->address);
  fields_add_text (object, "state", sendpath_recipient_state_to_string (recipient->state));
  fields_add_text (object, "verdict", sendpath_verdict_to_string (recipient->verdict));
  attempt_add_reply_fields (object, recipient->reply);
  return object;
}

static void
add_recipients (JsonObject *line, const SendpathReport *report, const Attempt *attempt)
{
  JsonArray *recipients = json_array_new ();

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (report_get_last_attempt (report, recipient) == attempt)
        json_array_add_object_element (recipients, new_recipient (recipient));
    }
  fields_add_array (line, "recipients", recipients);
}

static void
add_members (JsonObject *line, JsonObject *from)
{
  g_autoptr(GList) names = json_object_get_members (from);

  for (GList *name = names; name != NULL; name = name->next)
    json_object_set_member (line, name->data,
                            json_node_ref (json_object_get_member (from, name->data)));
}

void
history_note (History *history, const SendpathReport *report, guint attempt,
              const HistoryNote *note)
{
  const Attempt *noted = report->attempts->pdata[attempt];
  g_autoptr(JsonObject) line = json_object_new ();
  g_autoptr(JsonNode) attempt_node = attempt_to_json (noted);
  g_autofree char *json = NULL;

  fields_add_text (line, "id", report->id);
  fields_add_text (line, "message_id", note->message_id);
  fields_add_text (line, "resend_of", note->resend_of);
  fields_add_text (line, "envid", note->envid);
  fields_add_text (line, "account", report->account);
  fields_add_text (line, "location", report->location);
  add_members (line, json_node_get_object (attempt_node));
  add_recipients (line, report, noted);
  json = fields_print (line);
  append_line (history, json);
}

/* ---- searching ------------------------------------------------------------------------------- */

typedef struct {
  gint64 since_s;
  char *to_key;     /* nullable */
  char *message_id; /* without its brackets; nullable */
  const char *id;    /* nullable */
  const char *envid; /* nullable */
  HistoryVisit visit;
  gpointer data;
} Search;

static void
search_clear (Search *search)
{
  g_free (search->to_key);
  g_free (search->message_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static char *
dup_bare_id (const char *message_id)
{
  gsize length = strlen (message_id);

  if (length >= 2 && message_id[0] == '<' && message_id[length - 1] == '>')
    return g_strndup (message_id + 1, length - 2);
  return g_strdup (message_id);
}

static gboolean
has_message_id (const Search *search, JsonObject *line)
{
  const char *text = fields_get_text (line, "message_id");
  g_autofree char *bare = text != NULL ? dup_bare_id (text) : NULL;

  return search->message_id == NULL || g_strcmp0 (bare, search->message_id) == 0;
}

static gboolean
has_recipient (const Search *search, JsonObject *line)
{
  JsonArray *recipients = fields_get_array (line, "recipients");

  if (search->to_key == NULL)
    return TRUE;
  for (guint i = 0; recipients != NULL && i < json_array_get_length (recipients); i++)
    {
      JsonObject *recipient = fields_peek_object (recipients, i);
      const char *address = recipient != NULL ? fields_get_text (recipient, "address") : NULL;
      g_autofree char *key = address != NULL ? address_dup_key (address) : NULL;

      if (g_strcmp0 (key, search->to_key) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_wanted (const Search *search, JsonObject *line)
{
  return (search->id == NULL || g_strcmp0 (fields_get_text (line, "id"), search->id) == 0) &&
         (search->envid == NULL ||
          g_strcmp0 (fields_get_text (line, "envid"), search->envid) == 0) &&
         (search->since_s == 0 || fields_get_time (line, "at") >= search->since_s) &&
         has_message_id (search, line) && has_recipient (search, line);
}

/* Before a line is read as JSON: a Message-ID or an id stands in it as it is, unless it needs escaping.
 */
static gboolean
may_be_wanted (const Search *search, const char *line, gsize length)
{
  const char *needle = search->id != NULL ? search->id : search->message_id;

  return needle == NULL || strpbrk (needle, "\\\"/") != NULL || !g_str_is_ascii (needle) ||
         memmem (line, length, needle, strlen (needle)) != NULL;
}

/* FALSE: it is over. */
static gboolean
search_line (const Search *search, const char *text, gsize length)
{
  g_autoptr(JsonObject) line = NULL;

  if (length == 0 || !may_be_wanted (search, text, length))
    return TRUE;
  line = fields_parse (text, length);
  return line == NULL || fields_get_text (line, "id") == NULL || !is_wanted (search, line) ||
         search->visit (line, search->data);
}

static gboolean
search_text (const Search *search, const char *text, gsize length)
{
  while (length > 0)
    {
      const char *end = memrchr (text, '\n', length);
      gsize begin = end != NULL ? (gsize) (end - text) + 1 : 0;

      if (!search_line (search, text + begin, length - begin))
        return FALSE;
      length = end != NULL ? (gsize) (end - text) : 0;
    }
  return TRUE;
}

static gboolean
search_file (const Search *search, int dir_fd, const char *name)
{
  int fd = disk_open (dir_fd, name, O_RDONLY);
  g_autofree char *text = NULL;
  struct stat status;
  gssize length = -1;

  if (fd >= 0 && is_ours (fd, &status))
    {
      gsize size = (gsize) MIN (status.st_size, READ_BYTES);

      text = g_malloc (size);
      length = disk_read_at (fd, text, size, (guint64) status.st_size - size);
    }
  disk_close (fd);
  return length <= 0 || search_text (search, text, (gsize) length);
}

void
history_search (History *history, const HistoryFilter *filter, HistoryVisit visit, gpointer data)
{
  g_auto(Search) search = {
    .since_s = filter->since_s,
    .to_key = filter->to != NULL ? address_dup_key (filter->to) : NULL,
    .message_id = filter->message_id != NULL ? dup_bare_id (filter->message_id) : NULL,
    .id = filter->id,
    .envid = filter->envid,
    .visit = visit,
    .data = data,
  };
  int dir_fd = safe_file_open_private_dir (history->state_dir, FALSE, NULL);

  if (dir_fd >= 0 && search_file (&search, dir_fd, NAME))
    search_file (&search, dir_fd, OLD_NAME);
  disk_close (dir_fd);
}
