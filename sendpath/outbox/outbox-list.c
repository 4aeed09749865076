/* What lies in the outbox: all of it in order of arrival, or one by its first digits. It reads no
 * message further than its first lines. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "sendpath/outbox/disk.h"
#include "sendpath/outbox/outbox-private.h"

#define PREFIX_MIN_CHARS 4

static gboolean
stop_at_first (const char *id, gpointer data, GError **error)
{
  gboolean *is_empty = data;

  *is_empty = FALSE;
  return FALSE;
}

gboolean
outbox_is_empty (Outbox *outbox)
{
  gboolean is_empty = TRUE;

  return outbox_visit (outbox, OUTBOX_QUEUE, OUTBOX_MESSAGE, stop_at_first, &is_empty, NULL) &&
         is_empty;
}

typedef struct {
  Outbox *outbox;
  guint folder;
  GArray *places;     /* OutboxPlace */
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
  g_autoptr(Lock) lock = NULL;

  if (is_regular)
    lock = outbox_lock_message (listing->outbox, listing->folder, id);
  if (is_regular && lock == NULL && errno != EUCLEAN)
    return;
  outbox_set_aside (listing->outbox, id, listing->folder, NULL);
  g_ptr_array_add (listing->corrupt, g_strdup (id));
}

static gboolean
list_one (const char *id, gpointer data, GError **error)
{
  Listing *listing = data;
  EnvelopeState state = ENVELOPE_DAMAGED;
  OutboxPlace place = { .queued_at_us = 0 };
  char name[OUTBOX_NAME_SIZE];
  int fd, result;

  outbox_make_name (name, id, OUTBOX_MESSAGE);
  fd = outbox_open_file (listing->outbox, listing->folder, name, O_RDONLY);
  result = fd >= 0 ? peek (fd, id, &place.queued_at_us, &state) : -1;
  disk_close (fd);
  if (result < 0 && errno == ENOENT)
    return TRUE; /* filed by somebody else meanwhile */
  if (result < 0 && errno != EUCLEAN && !outbox_is_unreadable (errno))
    {
      outbox_set_error (error, OUTBOX_ERROR_IO, listing->outbox, listing->folder, name);
      return FALSE;
    }
  if (result < 0 ? errno == EUCLEAN : state == ENVELOPE_DAMAGED)
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
  OutboxPlace place = { .queued_at_us = 0 };

  g_strlcpy (place.id, id, sizeof place.id);
  g_array_append_val (listing->places, place);
  return TRUE;
}

int
outbox_compare_places (gconstpointer a, gconstpointer b)
{
  const OutboxPlace *left = a, *right = b;

  if (left->queued_at_us != right->queued_at_us)
    return left->queued_at_us < right->queued_at_us ? -1 : 1;
  return strcmp (left->id, right->id);
}

static char **
dup_ids (const GArray *places)
{
  char **ids = g_new0 (char *, places->len + 1);

  for (guint i = 0; i < places->len; i++)
    ids[i] = g_strdup (g_array_index (places, OutboxPlace, i).id);
  return ids;
}

char **
outbox_list (Outbox *outbox, OutboxFolder folder, char ***ret_corrupt, GError **error)
{
  g_auto(Listing) listing = { .outbox = outbox, .folder = folder };

  listing.places = g_array_new (FALSE, FALSE, sizeof (OutboxPlace));
  listing.corrupt = g_ptr_array_new_with_free_func (g_free);
  if (!outbox_visit (outbox, folder, OUTBOX_MESSAGE, folder == OUTBOX_CORRUPT ? name_one : list_one,
                     &listing, error))
    return NULL;
  g_array_sort (listing.places, outbox_compare_places);
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
