/* What was learned, by string keys: the route that worked per account and network, limits, POP
 * windows.
 *
 * A help, never a truth: a damaged file is thrown away, and nothing is ever refused or allowed
 * because of what stands here. Nothing durable, no secret. */
#include "config.h"

#include "profiles/memory.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#include "profiles/safe-file.h"

#define FILE_NAME "memory"
#define FIRST_LINE "sendpath-memory 1"
#define ENTRIES_MAX 1000
#define SIZE_MAX_BYTES (1024 * 1024)
#define LIFE_S ((guint64) 365 * 24 * 3600) /* what nobody has met again for so long is forgotten */

struct _Memory
{
  char *dir;

  GMutex mutex; /* of what was read last, as long as the file is still that one: */
  struct stat seen; /* all 0: nothing was */
  GArray *lines;    /* Line, in @text */
  char *text;
  gboolean looks_when_told; /* at its file; else each time it is asked */
  gboolean has_looked;      /* since it was told, and since we changed anything */
};

typedef struct {
  gint64 time_s;
  char  *topic;
  char  *key;
  char  *value;
} Entry;

static void
entry_free (Entry *entry)
{
  g_free (entry->topic);
  g_free (entry->key);
  g_free (entry->value);
  g_free (entry);
}

Memory *
memory_new (const char *state_dir)
{
  Memory *memory = g_new0 (Memory, 1);

  memory->dir = g_strdup (state_dir);
  g_mutex_init (&memory->mutex);
  return memory;
}

void
memory_free (Memory *memory)
{
  g_clear_pointer (&memory->lines, g_array_unref);
  g_free (memory->text);
  g_mutex_clear (&memory->mutex);
  g_free (memory->dir);
  g_free (memory);
}

/* A backslash at the end escapes nothing; GLib would complain on standard error. */
static gboolean
is_escaped (const char *field)
{
  for (; *field != '\0'; field++)
    if (*field == '\\' && *++field == '\0')
      return FALSE;
  return TRUE;
}

/* `TIME<TAB>TOPIC<TAB>KEY<TAB>VALUE`, each escaped as in C, cut in place. */
typedef struct {
  gint64      time_s;
  const char *topic, *key, *value;
} Line;

static gboolean
cut_line (char *text, Line *ret_line)
{
  char *fields[4] = { text };

  for (guint i = 1; i < G_N_ELEMENTS (fields); i++)
    {
      fields[i] = strchr (fields[i - 1], '\t');
      if (fields[i] == NULL)
        return FALSE;
      *fields[i]++ = '\0';
    }
  ret_line->topic = fields[1];
  ret_line->key = fields[2];
  ret_line->value = fields[3];
  return strchr (fields[3], '\t') == NULL && is_escaped (fields[1]) && is_escaped (fields[2]) &&
         is_escaped (fields[3]) &&
         g_ascii_string_to_signed (fields[0], 10, G_MININT64, G_MAXINT64, &ret_line->time_s, NULL);
}

/* Line, the oldest first, in @ret_text; none at all if a single one is damaged. */
static GArray *
read_lines (int dir, char **ret_text)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_autoptr(GBytes) bytes = safe_file_read (dir, FILE_NAME, SIZE_MAX_BYTES, NULL, NULL);
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  char *line = *ret_text = g_strndup (data != NULL ? data : "", size);

  if (size == 0 || strlen (line) != size || line[size - 1] != '\n')
    return lines;
  for (char *end; (end = strchr (line, '\n')) != NULL; line = end + 1)
    {
      Line cut = { 0 };
      gboolean is_first = line == *ret_text;

      *end = '\0';
      if (is_first ? !g_str_equal (line, FIRST_LINE) : !cut_line (line, &cut))
        {
          g_array_set_size (lines, 0);
          return lines;
        }
      if (!is_first)
        g_array_append_val (lines, cut);
    }
  return lines;
}

static GPtrArray *
read_entries (int dir)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_autofree char *text = NULL;
  g_autoptr(GArray) lines = read_lines (dir, &text);

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);
      Entry *entry = g_new0 (Entry, 1);

      entry->time_s = line->time_s;
      entry->topic = g_strcompress (line->topic);
      entry->key = g_strcompress (line->key);
      entry->value = g_strcompress (line->value);
      g_ptr_array_add (entries, entry);
    }
  return entries;
}

static char *
format_entry (const Entry *entry)
{
  g_autofree char *topic = g_strescape (entry->topic, NULL);
  g_autofree char *key = g_strescape (entry->key, NULL);
  g_autofree char *value = g_strescape (entry->value, NULL);

  return g_strdup_printf ("%" G_GINT64_FORMAT "\t%s\t%s\t%s\n", entry->time_s, topic, key, value);
}

/* As many of the newest entries as may be read again. */
static void
write_entries (int dir, GPtrArray *entries)
{
  g_autoptr(GQueue) lines = g_queue_new ();
  GString *text = g_string_new (FIRST_LINE "\n");
  gsize size = text->len;
  g_autoptr(GBytes) bytes = NULL;

  for (guint i = entries->len; i > 0 && g_queue_get_length (lines) < ENTRIES_MAX; i--)
    {
      g_autofree char *line = format_entry (entries->pdata[i - 1]);

      size += strlen (line);
      if (size > SIZE_MAX_BYTES)
        break;
      g_queue_push_head (lines, g_steal_pointer (&line));
    }
  for (char *line = g_queue_pop_head (lines); line != NULL; line = g_queue_pop_head (lines))
    {
      g_string_append (text, line);
      g_free (line);
    }
  bytes = g_string_free_to_bytes (text);
  safe_file_replace (dir, FILE_NAME, bytes, 0600, SAFE_FILE_PLAIN, NULL);
}

/* Every change makes another file. */
static gboolean
is_same_file (const struct stat *one, const struct stat *other)
{
  return one->st_ino != 0 && one->st_ino == other->st_ino && one->st_dev == other->st_dev &&
         one->st_size == other->st_size && one->st_ctim.tv_sec == other->st_ctim.tv_sec &&
         one->st_ctim.tv_nsec == other->st_ctim.tv_nsec;
}

/* Has @memory know what its file says. The mutex is held. */
static void
read_if_changed (Memory *memory)
{
  g_autofree char *path = g_build_filename (memory->dir, FILE_NAME, NULL);
  struct stat now = { 0 };
  int dir;

  memory->has_looked = memory->looks_when_told;
  if (lstat (path, &now) == 0 && is_same_file (&memory->seen, &now))
    return;
  g_clear_pointer (&memory->lines, g_array_unref);
  g_clear_pointer (&memory->text, g_free);
  memory->seen = (struct stat) { 0 };
  dir = safe_file_open_private_dir (memory->dir, FALSE, NULL);
  if (dir < 0)
    return;
  memory->seen = now; /* from before it is read: what comes between is read the next time */
  memory->lines = read_lines (dir, &memory->text);
  close (dir);
}

/* Asked several times for each message: nothing is copied but the answer. The mutex is held. */
static char *
find_value (Memory *memory, const char *topic, const char *key, gint64 now_s, guint64 max_age_s)
{
  g_autofree char *escaped_topic = g_strescape (topic, NULL);
  g_autofree char *escaped_key = g_strescape (key, NULL);

  for (guint i = 0; memory->lines != NULL && i < memory->lines->len; i++)
    {
      const Line *line = &g_array_index (memory->lines, Line, i);

      if (!g_str_equal (line->topic, escaped_topic) || !g_str_equal (line->key, escaped_key))
        continue;
      if (max_age_s > 0 &&
          (line->time_s > now_s || (guint64) now_s - (guint64) line->time_s > max_age_s))
        return NULL;
      return g_strcompress (line->value);
    }
  return NULL;
}

char *
memory_get (Memory *memory, const char *topic, const char *key, gint64 now_s, guint64 max_age_s)
{
  char *value;

  g_mutex_lock (&memory->mutex);
  if (!memory->has_looked)
    read_if_changed (memory);
  value = find_value (memory, topic, key, now_s, max_age_s);
  g_mutex_unlock (&memory->mutex);
  return value;
}

void
memory_look_again (Memory *memory)
{
  g_mutex_lock (&memory->mutex);
  memory->looks_when_told = TRUE;
  memory->has_looked = FALSE;
  g_mutex_unlock (&memory->mutex);
}

/* It is another file now. */
static void
note_change (Memory *memory)
{
  g_mutex_lock (&memory->mutex);
  memory->has_looked = FALSE;
  g_mutex_unlock (&memory->mutex);
}

/* Removes the entries of @topic (NULL: all) whose key is, or begins with, @key. */
static void
remove_entries (GPtrArray *entries, const char *topic, const char *key, gboolean is_prefix)
{
  for (guint i = entries->len; i > 0; i--)
    {
      const Entry *entry = entries->pdata[i - 1];

      if (topic != NULL && !g_str_equal (entry->topic, topic))
        continue;
      if (is_prefix ? g_str_has_prefix (entry->key, key) : g_str_equal (entry->key, key))
        g_ptr_array_remove_index (entries, i - 1);
    }
}

/* The future is not old: the clock may have been wrong then. */
static void
remove_old (GPtrArray *entries, gint64 now_s)
{
  for (guint i = entries->len; i-- > 0;)
    {
      gint64 time_s = ((const Entry *) entries->pdata[i])->time_s;

      if (time_s < now_s && (guint64) now_s - (guint64) time_s > LIFE_S)
        g_ptr_array_remove_index (entries, i);
    }
}

/* Changes the file while nobody else does: removes entries, then adds @added (taken over), or
 * NULL. */
static void
replace (Memory *memory, const char *topic, const char *key, gboolean is_prefix, Entry *added)
{
  g_autoptr(GPtrArray) entries = NULL;
  int dir = safe_file_open_private_dir (memory->dir, added != NULL, NULL);
  int lock = dir >= 0 ? safe_file_lock_beside (dir, FILE_NAME, NULL) : -1;

  if (lock >= 0)
    {
      entries = read_entries (dir);
      remove_entries (entries, topic, key, is_prefix);
      if (added != NULL)
        {
          remove_old (entries, added->time_s);
          g_ptr_array_add (entries, g_steal_pointer (&added));
        }
      write_entries (dir, entries);
      note_change (memory);
      close (lock);
    }
  g_clear_pointer (&added, entry_free);
  if (dir >= 0)
    close (dir);
}

static Entry *
new_entry (const char *topic, const char *key, const char *value, gint64 now_s)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->time_s = now_s;
  entry->topic = g_strdup (topic);
  entry->key = g_strdup (key);
  entry->value = g_strdup (value);
  return entry;
}

static const Entry *
find_entry (GPtrArray *entries, const char *topic, const char *key)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];

      if (g_str_equal (entry->topic, topic) && g_str_equal (entry->key, key))
        return entry;
    }
  return NULL;
}

void
memory_change (Memory *memory, const char *topic, const char *key, MemoryChange change,
               gpointer data, gint64 now_s)
{
  int dir = safe_file_open_private_dir (memory->dir, TRUE, NULL);
  int lock = dir >= 0 ? safe_file_lock_beside (dir, FILE_NAME, NULL) : -1;
  g_autoptr(GPtrArray) entries = dir >= 0 ? read_entries (dir) : NULL;
  const Entry *old = entries != NULL ? find_entry (entries, topic, key) : NULL;
  g_autofree char *value = change (old != NULL ? old->value : NULL, data);

  if (lock >= 0 && value != NULL)
    {
      remove_entries (entries, topic, key, FALSE);
      remove_old (entries, now_s);
      g_ptr_array_add (entries, new_entry (topic, key, value, now_s));
      write_entries (dir, entries);
      note_change (memory);
    }
  if (lock >= 0)
    close (lock);
  if (dir >= 0)
    close (dir);
}

void
memory_set (Memory *memory, const char *topic, const char *key, const char *value, gint64 now_s)
{
  replace (memory, topic, key, FALSE, new_entry (topic, key, value, now_s));
}

void
memory_forget (Memory *memory, const char *topic, const char *prefix)
{
  replace (memory, topic, prefix, TRUE, NULL);
}
