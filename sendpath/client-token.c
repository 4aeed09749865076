/* The password of a program that hands in mail at the listener. It is never in a file, a log or an error. */
#include "config.h"

#include "sendpath/client-token.h"

#include <string.h>
#include <sys/random.h>

#include "profiles/secrets.h"

/* 26 of these are 130 bits; what looks like another one is left out. */
#define LETTERS      "abcdefghijkmnpqrstuvwxyz23456789"
#define TOKEN_LENGTH 26

G_STATIC_ASSERT (sizeof LETTERS - 1 == 32);

/* it opens this door and no other. */
static SecretQuery
make_query (const char *client, char **ret_owner)
{
  *ret_owner = g_strconcat ("client:", client, NULL);
  return (SecretQuery) { .account = *ret_owner,
                         .service = "serve",
                         .user = client,
                         .server = "localhost",
                         .protocol = "smtp" };
}

SendpathSecret *
client_token_new (void)
{
  guint8 random[TOKEN_LENGTH];
  char letters[TOKEN_LENGTH + 1] = "";
  SendpathSecret *token;

  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("no randomness from the kernel");
  for (guint i = 0; i < TOKEN_LENGTH; i++)
    letters[i] = LETTERS[random[i] % 32];
  token = sendpath_secret_new (letters, TOKEN_LENGTH, SECRET_PASSWORD);
  explicit_bzero (random, sizeof random);
  explicit_bzero (letters, sizeof letters);
  return token;
}

gboolean
client_token_store (const char *client, const SendpathSecret *token, GError **error)
{
  g_autofree char *owner = NULL;
  SecretQuery query = make_query (client, &owner);

  return secrets_store (&query, token, NULL, error);
}

gboolean
client_token_clear (const char *client, GError **error)
{
  g_autofree char *owner = NULL;
  SecretQuery query = make_query (client, &owner);

  return secrets_clear (&query, NULL, error);
}

const char *
client_token_get_state (const char *client)
{
  g_autofree char *owner = NULL;
  SecretQuery query = make_query (client, &owner);

  return secrets_get_state (&query, NULL);
}

/* Every byte of @known is looked at, whatever the others were. */
static gboolean
is_same (const SendpathSecret *known, const char *said)
{
  const char *bytes = sendpath_secret_peek (known);
  gsize length = sendpath_secret_get_length (known), said_length = strlen (said);
  guchar difference = length == said_length ? 0 : 1;

  for (gsize i = 0; i < length; i++)
    difference |= (guchar) (bytes[i] ^ said[i < said_length ? i : 0]);
  return difference == 0;
}

gboolean
client_token_check (const char *client, const char *password, GCancellable *cancellable,
                    GError **error)
{
  g_autofree char *owner = NULL;
  SecretQuery query = make_query (client, &owner);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SendpathSecret) known = secrets_lookup (&query, FALSE, cancellable, &local_error);

  if (known != NULL)
    return is_same (known, password);
  if (!g_error_matches (local_error, SENDPATH_SECRET_ERROR, SENDPATH_SECRET_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
