/* How a server showed itself when TLS verified it: its name for itself and its key. What stands in the
 * memory only sharpens what a failure is called; nothing is sent or kept back because of it. */
#include "config.h"

#include "sendpath/walk/server-face.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/mail/public-suffix.h"

#define TOPIC   "server"
#define UNKNOWN "-"

static char *
dup_key (const ServerFace *face)
{
  return g_ascii_strdown (sendpath_endpoint_get_host (face->endpoint), -1);
}

void
server_face_forget (Memory *memory, const char *host)
{
  g_autofree char *key = g_ascii_strdown (host, -1);

  memory_forget (memory, TOPIC, key);
}

/* RFC 5321 4.2: the first word of a greeting is the server's name. NULL if that is none. */
static char *
dup_name (const SendpathReply *greeting)
{
  const char *text = greeting != NULL ? sendpath_reply_get_text (greeting) : "";
  g_autofree char *word = g_strndup (text, strcspn (text, " \t\n"));
  g_autofree char *name = g_ascii_strdown (word, -1);

  if (strchr (name, '.') == NULL || !g_str_is_ascii (name) ||
      strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen (name))
    return NULL;
  return g_steal_pointer (&name);
}

void
server_face_note (Memory *memory, const ServerFace *face, gint64 now_s)
{
  g_autofree char *key = dup_key (face);
  g_autofree char *name = dup_name (face->greeting);
  g_autofree char *value = g_strdup_printf ("%s %s", name != NULL ? name : UNKNOWN,
                                            face->key != NULL ? face->key : UNKNOWN);
  g_autofree char *known = memory_get (memory, TOPIC, key, now_s, 0);

  if (g_strcmp0 (known, value) != 0)
    memory_set (memory, TOPIC, key, value, now_s);
}

/* One provider's servers have many names; another provider's have another domain. */
static gboolean
are_of_one_domain (const char *a, const char *b)
{
  const char *domain_a = public_suffix_find_registered (a);
  const char *domain_b = public_suffix_find_registered (b);

  return g_str_equal (domain_a != NULL ? domain_a : a, domain_b != NULL ? domain_b : b);
}

/* The name by which somebody else answers, or NULL. */
static char *
dup_other_name (const ServerFace *face, const char *known)
{
  g_autofree char *host = dup_key (face);
  g_autofree char *name = dup_name (face->greeting);

  if (name == NULL || g_str_equal (known, UNKNOWN) || are_of_one_domain (name, known) ||
      are_of_one_domain (name, host))
    return NULL;
  return g_steal_pointer (&name);
}

static SendpathReply *
new_fault (SendpathFault fault, char *text)
{
  g_autofree char *owned = text;

  return sendpath_reply_new_fault (fault, owned);
}

SendpathReply *
server_face_judge (Memory *memory, Trust *trust, const ServerFace *face,
                   const SendpathReply *failure, gint64 now_s)
{
  const char *host = sendpath_endpoint_get_host (face->endpoint);
  SendpathFault fault = sendpath_reply_get_fault (failure);
  g_autofree char *key = dup_key (face);
  g_autofree char *value = memory_get (memory, TOPIC, key, now_s, 0);
  g_auto (GStrv) known = g_strsplit (value != NULL ? value : UNKNOWN " " UNKNOWN, " ", 2);
  g_autofree char *other = NULL;

  if ((fault != SENDPATH_FAULT_TLS && fault != SENDPATH_FAULT_TLS_MISSING) ||
      g_strv_length (known) != 2)
    return NULL;
  other = dup_other_name (face, known[0]);
  if (other != NULL)
    return new_fault (SENDPATH_FAULT_INTERCEPTED,
                      g_strdup_printf (_ ("something between you and %s answers in its place, and "
                                          "calls itself %s: %s"),
                                       host, other, sendpath_reply_get_text (failure)));
  if (fault == SENDPATH_FAULT_TLS && face->key != NULL && !g_str_equal (known[1], UNKNOWN) &&
      !g_str_equal (known[1], face->key))
    return new_fault (SENDPATH_FAULT_INTERCEPTED,
                      g_strdup_printf (_ ("something between you and %s answers in its place: %s"),
                                       host, sendpath_reply_get_text (failure)));
  if (fault == SENDPATH_FAULT_TLS_MISSING && trust_has_seen_tls (trust, host))
    return new_fault (
        SENDPATH_FAULT_STRIPPED,
        g_strdup_printf (_ ("something between you and %s hides its encryption, which "
                            "was there before"),
                         host));
  return NULL;
}
