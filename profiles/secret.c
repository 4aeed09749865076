/* A secret in memory that is not paged out, not dumped, and wiped when freed.
 *
 * Never prints one. Nothing here knows where secrets come from or what they open. */
#include "config.h"

#include "profiles/secret.h"

#include <string.h>
#include <sys/mman.h>

#include <glib/gi18n-lib.h>

/* The whole object lives in the memory it protects. */
struct _SendpathSecret
{
  gatomicrefcount references;
  SecretKind      kind;
  gsize           size; /* of the memory */
  gsize           length;
  char            bytes[];
};

G_DEFINE_QUARK (sendpath-secret-error-quark, sendpath_secret_error)

char *
secret_memory_new (gsize size)
{
  void *memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    g_error ("no memory for %" G_GSIZE_FORMAT " bytes", size); /* as g_malloc() does */
  /* both can be refused by a limit; the secret is needed all the same */
  mlock (memory, size);
  madvise (memory, size, MADV_DONTDUMP);
  return memory;
}

void
secret_memory_free (char *memory, gsize size)
{
  explicit_bzero (memory, size);
  munmap (memory, size);
}

SendpathSecret *
sendpath_secret_new (const char *bytes, gsize length, SecretKind kind)
{
  gsize size = sizeof (SendpathSecret) + length + 1;
  SendpathSecret *secret = (SendpathSecret *) secret_memory_new (size);

  g_atomic_ref_count_init (&secret->references);
  secret->kind = kind;
  secret->size = size;
  secret->length = length;
  if (length > 0)
    memcpy (secret->bytes, bytes, length);
  return secret;
}

SendpathSecret *
sendpath_secret_ref (SendpathSecret *secret)
{
  g_atomic_ref_count_inc (&secret->references);
  return secret;
}

void
sendpath_secret_unref (SendpathSecret *secret)
{
  if (g_atomic_ref_count_dec (&secret->references))
    secret_memory_free ((char *) secret, secret->size);
}

const char *
sendpath_secret_peek (const SendpathSecret *secret)
{
  return secret->bytes;
}

gsize
sendpath_secret_get_length (const SendpathSecret *secret)
{
  return secret->length;
}

SecretKind
sendpath_secret_get_kind (const SendpathSecret *secret)
{
  return secret->kind;
}

gboolean
sendpath_secret_check (const SendpathSecret *secret, GError **error)
{
  const char *why = NULL;

  if (secret->length == 0)
    why = _("the password is empty");
  else if (secret->length > SECRET_LENGTH_MAX)
    why = _("the password is longer than 64 KiB");
  else if (memchr (secret->bytes, '\r', secret->length) != NULL ||
           memchr (secret->bytes, '\n', secret->length) != NULL)
    why = _("the password has more than one line");
  else if (memchr (secret->bytes, '\0', secret->length) != NULL)
    why = _("the password has a zero byte in it");
  if (why == NULL)
    return TRUE;
  g_set_error_literal (error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_BAD, why);
  return FALSE;
}
