/* The durable outbox: its folders, what lies in them, and tidying up. It never sends, never asks,
 * and deletes nothing that is a message. */
#include "config.h"

#include "sendpath/outbox/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/lock.h"
#include "sendpath/outbox/outbox-private.h"

#define PREFIX_MIN_CHARS 4

G_DEFINE_QUARK (outbox-error-quark, outbox_error)

/* ---- opening --------------------------------------------------------------------------------- */

static void
set_path_error (GError **error, OutboxError otherwise, const char *path)
{
  int code = errno;

  g_set_error (error, OUTBOX_ERROR, outbox_is_full (code) ? OUTBOX_ERROR_FULL : otherwise, "%s: %s",
               path, g_strerror (code));
}

/* A new folder is durable only when the one that holds it is (P-1). */
static gboolean
sync_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  gboolean is_synced;
  int fd;

  do
    fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0)
    return FALSE;
  is_synced = disk_sync (fd);
  disk_close (fd);
  return is_synced;
}

/* A folder that was there before us may be the work of a submission that was killed before it could
 * sync it, or of somebody whose folders we may not even open. */
static gboolean
make_dir (const char *path, GError **error)
{
  struct stat status;
  gboolean is_old = stat (path, &status) == 0;

  if ((!is_old && mkdir (path, 0700) < 0 && errno != EEXIST) ||
      (!sync_parent (path) && !(is_old && (errno == EACCES || errno == EINVAL || errno == EROFS))))
    {
      set_path_error (error, OUTBOX_ERROR_CANNOT_CREATE, path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
make_dir_with_parents (const char *path, GError **error)
{
  for (const char *slash = strchr (path + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *parent = g_strndup (path, (gsize) (slash - path));

      if (!make_dir (parent, error))
        return FALSE;
    }
  return make_dir (path, error);
}

/* tmp/ is made last: where it is, everything else is, and is durable. */
static gboolean
is_complete (const char *path)
{
  g_autofree char *tmp = g_build_filename (path, outbox_get_folder_name (OUTBOX_TMP), NULL);
  struct stat status;

  return lstat (tmp, &status) == 0;
}

/* R-40, T-123: a folder that others may write to is no place for mail, and is not written to. */
static gboolean
check_dir (int fd, const char *path, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) < 0)
    {
      set_path_error (error, OUTBOX_ERROR_IO, path);
      return FALSE;
    }
  if (status.st_uid != geteuid ())
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE,
                   _("%s: this folder belongs to another user; no mail is kept there"), path);
      return FALSE;
    }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      g_set_error (
          error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE,
          _("%s: other users may write to this folder; to make it safe, run: chmod 700 %s"), path,
          path);
      return FALSE;
    }
  return TRUE;
}

static int
open_checked_dir (int dir_fd, const char *name, const char *path, GError **error)
{
  int fd = disk_open_dir (dir_fd, name);

  if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_UNSAFE,
                   _("%s: a folder is needed here, not a link or a file"), path);
      return -1;
    }
  if (fd < 0)
    {
      set_path_error (error, OUTBOX_ERROR_CANNOT_CREATE, path);
      return -1;
    }
  if (!check_dir (fd, path, error))
    {
      disk_close (fd);
      return -1;
    }
  return fd;
}

static gboolean
make_folder (int root, guint folder)
{
  const char *name = outbox_get_folder_name (folder);
  struct stat status;

  if (fstatat (root, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    return TRUE;
  if (folder == OUTBOX_TMP && !disk_sync (root))
    return FALSE;
  if (mkdirat (root, name, 0700) < 0)
    return errno == EEXIST;
  return folder == OUTBOX_TMP || disk_sync (root);
}

/* The folder @folder of the outbox whose descriptor is @root. */
static int
open_folder (int root, guint folder, const char *outbox_path, GError **error)
{
  const char *name = outbox_get_folder_name (folder);
  g_autofree char *path = g_build_filename (outbox_path, name, NULL);

  if (!make_folder (root, folder))
    {
      set_path_error (error, OUTBOX_ERROR_CANNOT_CREATE, path);
      return -1;
    }
  return open_checked_dir (root, name, path, error);
}

Outbox *
outbox_open (const char *path, GError **error)
{
  g_autoptr(Outbox) outbox = g_new0 (Outbox, 1);
  int root;

  g_atomic_ref_count_init (&outbox->ref_count);
  outbox->path = g_canonicalize_filename (path, NULL);
  for (guint i = 0; i < OUTBOX_N_FOLDERS; i++)
    outbox->folders[i] = -1;
  if (!is_complete (outbox->path) && !make_dir_with_parents (outbox->path, error))
    return NULL;
  root = open_checked_dir (AT_FDCWD, outbox->path, outbox->path, error);
  if (root < 0)
    return NULL;
  for (guint i = 0; i < OUTBOX_N_FOLDERS; i++)
    {
      outbox->folders[i] = open_folder (root, i, outbox->path, error);
      if (outbox->folders[i] < 0)
        {
          disk_close (root);
          return NULL;
        }
    }
  disk_close (root);
  return g_steal_pointer (&outbox);
}

Outbox *
outbox_ref (Outbox *outbox)
{
  g_atomic_ref_count_inc (&outbox->ref_count);
  return outbox;
}

void
outbox_unref (Outbox *outbox)
{
  if (!g_atomic_ref_count_dec (&outbox->ref_count))
    return;
  for (guint i = 0; i < OUTBOX_N_FOLDERS; i++)
    disk_close (outbox->folders[i]);
  g_free (outbox->path);
  g_free (outbox);
}

/* ---- what lies there ------------------------------------------------------------------------- */

typedef struct {
  char id[ENVELOPE_ID_CHARS + 1];
  gint64 queued_at_us;
} Place;

typedef struct {
  Outbox *outbox;
  guint folder;
  GArray *places;     /* Place */
  GPtrArray *corrupt; /* ids */
} Listing;

static void
listing_clear (Listing *listing)
{
  g_clear_pointer (&listing->places, g_array_unref);
  g_clear_pointer (&listing->corrupt, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

/* Whether the file of @fd may be what it says, by its first lines and its length; for a later
 * version, when it was written stands in for when it came. -1 and errno if it cannot be read. */
static int
peek (int fd, const char *id, gint64 *queued_at_us, EnvelopeState *state)
{
  char text[ENVELOPE_FIXED_BYTES];
  Envelope envelope = { 0 };
  struct stat status;
  gssize length = disk_read_at (fd, text, sizeof text, 0);

  if (length < 0 || fstat (fd, &status) < 0)
    return -1;
  *state = envelope_read_fixed (&envelope, text, (gsize) length);
  *queued_at_us = envelope.queued_at_us;
  if (*state == ENVELOPE_NEWER)
    *queued_at_us = status.st_mtim.tv_sec * G_USEC_PER_SEC;
  else if (*state == ENVELOPE_GOOD &&
           (!g_str_equal (envelope.id, id) ||
            (guint64) status.st_size != envelope_get_file_bytes (&envelope)))
    *state = ENVELOPE_DAMAGED;
  return 0;
}

/* A regular file is set aside only under its lock: whoever holds that has read it when it was
 * whole. */
static void
set_aside_unless_busy (Listing *listing, const char *id, gboolean is_regular)
{
  char name[OUTBOX_NAME_SIZE];
  g_autoptr(Lock) lock = NULL;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  if (is_regular)
    {
      int fd = outbox_open_file (listing->outbox, listing->folder, name, O_RDWR);

      lock = fd >= 0 ? lock_take (fd) : NULL;
      if (fd >= 0 && lock == NULL)
        disk_close (fd);
      if (lock == NULL && !outbox_is_damage (errno))
        return;
    }
  outbox_set_aside (listing->outbox, id, listing->folder, NULL);
  g_ptr_array_add (listing->corrupt, g_strdup (id));
}

static gboolean
list_one (const char *id, gpointer data, GError **error)
{
  Listing *listing = data;
  EnvelopeState state = ENVELOPE_DAMAGED;
  Place place = { .queued_at_us = 0 };
  char name[OUTBOX_NAME_SIZE];
  int fd, result;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  fd = outbox_open_file (listing->outbox, listing->folder, name, O_RDONLY);
  result = fd >= 0 ? peek (fd, id, &place.queued_at_us, &state) : -1;
  disk_close (fd);
  if (result < 0 && errno == ENOENT)
    return TRUE; /* filed by somebody else meanwhile */
  if (result < 0 && !outbox_is_damage (errno))
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, listing->outbox, listing->folder, name);
      return FALSE;
    }
  if (result < 0 || state == ENVELOPE_DAMAGED)
    {
      set_aside_unless_busy (listing, id, fd >= 0);
      return TRUE;
    }
  g_strlcpy (place.id, id, sizeof place.id);
  g_array_append_val (listing->places, place);
  return TRUE;
}

/* What was set aside may be anything: it is only named. */
static gboolean
name_one (const char *id, gpointer data, GError **error)
{
  Listing *listing = data;
  Place place = { .queued_at_us = 0 };

  g_strlcpy (place.id, id, sizeof place.id);
  g_array_append_val (listing->places, place);
  return TRUE;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *left = a, *right = b;

  if (left->queued_at_us != right->queued_at_us)
    return left->queued_at_us < right->queued_at_us ? -1 : 1;
  return strcmp (left->id, right->id);
}

static char **
dup_ids (const GArray *places)
{
  char **ids = g_new0 (char *, places->len + 1);

  for (guint i = 0; i < places->len; i++)
    ids[i] = g_strdup (g_array_index (places, Place, i).id);
  return ids;
}

char **
outbox_list (Outbox *outbox, OutboxFolder folder, char ***ret_corrupt, GError **error)
{
  g_auto(Listing) listing = { .outbox = outbox, .folder = folder };

  listing.places = g_array_new (FALSE, FALSE, sizeof (Place));
  listing.corrupt = g_ptr_array_new_with_free_func (g_free);
  if (!outbox_visit (outbox, folder, OUTBOX_MESSAGE, folder == OUTBOX_CORRUPT ? name_one : list_one,
                     &listing, error))
    return NULL;
  g_array_sort (listing.places, compare_places);
  if (ret_corrupt != NULL)
    {
      g_ptr_array_add (listing.corrupt, NULL);
      *ret_corrupt = (char **) g_ptr_array_free (g_steal_pointer (&listing.corrupt), FALSE);
    }
  return dup_ids (listing.places);
}

/* ---- finding by the first digits ------------------------------------------------------------- */

typedef struct {
  const char *prefix;
  guint folder; /* being looked through */
  char id[ENVELOPE_ID_CHARS + 1];
  guint found_in;
  guint n_found;
} Search;

static gboolean
match_one (const char *id, gpointer data, GError **error)
{
  Search *search = data;

  if (!g_str_has_prefix (id, search->prefix))
    return TRUE;
  g_strlcpy (search->id, id, sizeof search->id);
  search->found_in = search->folder;
  search->n_found++;
  return TRUE;
}

char *
outbox_find (Outbox *outbox, const char *id, OutboxFolder *ret_folder, GError **error)
{
  gsize length = strlen (id);
  Search search = { .prefix = id };

  if (length < PREFIX_MIN_CHARS || strspn (id, "0123456789abcdef") != length)
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND,
                   _("“%s” is not the id of a message, nor its first %d digits"), id,
                   PREFIX_MIN_CHARS);
      return NULL;
    }
  for (search.folder = OUTBOX_QUEUE; search.folder <= OUTBOX_CORRUPT; search.folder++)
    if (!outbox_visit (outbox, search.folder, OUTBOX_MESSAGE, match_one, &search, error))
      return NULL;
  if (search.n_found != 1)
    {
      g_set_error (error, OUTBOX_ERROR, OUTBOX_ERROR_NOT_FOUND,
                   search.n_found == 0 ? _("no message in the outbox has the id “%s”")
                                       : _("the ids of several messages begin with “%s”"),
                   id);
      return NULL;
    }
  if (ret_folder != NULL)
    *ret_folder = (OutboxFolder) search.found_in;
  return g_strdup (search.id);
}

/* ---- tidying up ------------------------------------------------------------------------------ */

static gboolean
exists (Outbox *outbox, guint folder, const char *id, const char *suffix)
{
  char name[OUTBOX_NAME_SIZE];
  struct stat status;

  outbox_make_name (name, id, suffix);
  return fstatat (outbox->folders[folder], name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A submission holds the lock of its message from before the first byte until it is in queue/. */
static gboolean
is_being_written (Outbox *outbox, const char *id)
{
  char name[OUTBOX_NAME_SIZE];
  gboolean is_held;
  int fd;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  fd = outbox_open_file (outbox, OUTBOX_TMP, name, O_RDONLY);
  is_held = fd >= 0 && lock_is_held (fd);
  disk_close (fd);
  return is_held;
}

static gboolean
drop_unfinished (const char *id, gpointer data, GError **error)
{
  Outbox *outbox = data;
  char name[OUTBOX_NAME_SIZE];
  g_autoptr(Lock) lock = NULL;
  int fd;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  fd = outbox_open_file (outbox, OUTBOX_TMP, name, O_RDWR);
  if (fd < 0)
    return TRUE; /* in its queue by now, or nothing that we made */
  lock = lock_take (fd);
  if (lock == NULL)
    {
      disk_close (fd);
      return TRUE;
    }
  if (unlinkat (outbox->folders[OUTBOX_TMP], name, 0) < 0 && errno != ENOENT)
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, OUTBOX_TMP, name);
      return FALSE;
    }
  return TRUE;
}

typedef struct {
  Outbox *outbox;
  guint folder;
} JournalSearch;

/* A journal belongs beside its message. The order of the questions is that in which messages move:
 * one that is no longer in tmp/ is in queue/, one that is no longer in queue/ is in failed/ or
 * corrupt/, or gone. */
static gboolean
bring_journal (const char *id, gpointer data, GError **error)
{
  static const guint homes[] = { OUTBOX_QUEUE, OUTBOX_FAILED, OUTBOX_CORRUPT };
  JournalSearch *search = data;
  Outbox *outbox = search->outbox;
  char name[OUTBOX_NAME_SIZE];
  int result = 0;
  guint i = 0;

  if (is_being_written (outbox, id))
    return TRUE;
  while (i < G_N_ELEMENTS (homes) && !exists (outbox, homes[i], id, OUTBOX_MESSAGE))
    i++;
  outbox_make_name (name, id, OUTBOX_JOURNAL);
  if (i == G_N_ELEMENTS (homes))
    result = unlinkat (outbox->folders[search->folder], name, 0);
  else if (homes[i] != search->folder && !exists (outbox, homes[i], id, OUTBOX_JOURNAL))
    result = renameat (outbox->folders[search->folder], name, outbox->folders[homes[i]], name);
  if (result < 0 && errno != ENOENT)
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, outbox, search->folder, name);
      return FALSE;
    }
  return TRUE;
}

gboolean
outbox_recover (Outbox *outbox, GError **error)
{
  static const guint folders[] = { OUTBOX_TMP, OUTBOX_QUEUE, OUTBOX_FAILED };

  if (!outbox_visit (outbox, OUTBOX_TMP, OUTBOX_MESSAGE, drop_unfinished, outbox, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      JournalSearch search = { outbox, folders[i] };

      if (!outbox_visit (outbox, folders[i], OUTBOX_JOURNAL, bring_journal, &search, error))
        return FALSE;
    }
  return TRUE;
}
