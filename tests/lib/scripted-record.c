/* Keeps what the client said. It knows no dialogue. */
#include "config.h"

#include "tests/lib/scripted-record.h"

#include <string.h>

struct _ScriptedRecord {
  GMutex      lock; /* for what follows */
  GByteArray *bytes;
  GPtrArray  *bodies; /* GBytes */
  char       *mismatch;
  gboolean    is_closed;
};

ScriptedRecord *
scripted_record_new (void)
{
  ScriptedRecord *record = g_new0 (ScriptedRecord, 1);

  g_mutex_init (&record->lock);
  record->bytes = g_byte_array_new ();
  record->bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return record;
}

void
scripted_record_free (ScriptedRecord *record)
{
  g_mutex_clear (&record->lock);
  g_byte_array_unref (record->bytes);
  g_ptr_array_unref (record->bodies);
  g_free (record->mismatch);
  g_free (record);
}

void
scripted_record_add_bytes (ScriptedRecord *record, const guint8 *bytes, gsize length)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  g_byte_array_append (record->bytes, bytes, (guint) length);
}

void
scripted_record_add_body (ScriptedRecord *record, GBytes *body)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  g_ptr_array_add (record->bodies, body);
}

void
scripted_record_note_mismatch (ScriptedRecord *record, const char *format, ...)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);
  va_list args;

  va_start (args, format);
  if (record->mismatch == NULL && !record->is_closed)
    record->mismatch = g_strdup_vprintf (format, args);
  va_end (args);
}

void
scripted_record_close (ScriptedRecord *record)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  record->is_closed = TRUE;
}

char *
scripted_record_dup_mismatch (ScriptedRecord *record)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  return g_strdup (record->mismatch);
}

GBytes *
scripted_record_dup_bytes (ScriptedRecord *record)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  return g_bytes_new (record->bytes->data, record->bytes->len);
}

/* The middle of @needle's base64 when @offset bytes stand before it: what does not depend on its
 * neighbours. */
static char *
dup_base64_core (const char *needle, guint offset)
{
  g_autofree char *padded = g_strconcat (&"xx"[2 - offset], needle, NULL);
  g_autofree char *base64 = g_base64_encode ((const guchar *) padded, strlen (padded));
  gsize whole = strlen (padded) / 3 * 4;

  base64[whole] = '\0';
  return g_strdup (base64 + (offset > 0 ? 4 : 0));
}

gboolean
scripted_record_has (ScriptedRecord *record, const char *needle)
{
  g_autoptr(GBytes) heard = scripted_record_dup_bytes (record);
  gsize size;
  const char *bytes = g_bytes_get_data (heard, &size);

  if (bytes == NULL)
    return FALSE;
  for (guint offset = 0; offset < 3; offset++)
    {
      g_autofree char *core = dup_base64_core (needle, offset);

      if (strlen (core) >= 8 && memmem (bytes, size, core, strlen (core)) != NULL)
        return TRUE;
    }
  return memmem (bytes, size, needle, strlen (needle)) != NULL;
}

guint
scripted_record_count_bodies (ScriptedRecord *record)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  return record->bodies->len;
}

GBytes *
scripted_record_dup_body (ScriptedRecord *record, guint i)
{
  G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&record->lock);

  g_assert_cmpuint (i, <, record->bodies->len);
  return g_bytes_ref (record->bodies->pdata[i]);
}
