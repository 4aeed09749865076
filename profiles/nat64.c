/* IPv4 addresses inside the IPv6 addresses of a network with NAT64.
 *
 * It asks nobody, and believes of an answer only what has the right form. */
#include "config.h"

#include "profiles/nat64.h"

#include <string.h>

/* RFC 6052 2.2: the bytes of the IPv4 address for each length of a prefix; byte 8 is always zero. */
static const struct {
  guint length;
  guint8 places[4];
} forms[] = {
  { 96, { 12, 13, 14, 15 } }, { 64, { 9, 10, 11, 12 } }, { 56, { 7, 9, 10, 11 } },
  { 48, { 6, 7, 9, 10 } },    { 40, { 5, 6, 7, 9 } },    { 32, { 4, 5, 6, 7 } },
};

/* RFC 7050 8.2 */
static const guint8 known[][4] = { { 192, 0, 0, 170 }, { 192, 0, 0, 171 } };

static void
take_out (const guint8 *v6, guint form, guint8 *ret_v4)
{
  for (guint i = 0; i < 4; i++)
    ret_v4[i] = v6[forms[form].places[i]];
}

static gboolean
has_form (const guint8 *v6, guint form)
{
  guint8 v4[4];

  take_out (v6, form, v4);
  return (forms[form].length == 96 || v6[8] == 0) &&
         (memcmp (v4, known[0], sizeof v4) == 0 || memcmp (v4, known[1], sizeof v4) == 0);
}

static guint
find_form (const Nat64Prefix *prefix)
{
  guint form = 0;

  while (forms[form].length != prefix->length)
    form++;
  return form;
}

gboolean
nat64_prefix_read (Nat64Prefix *ret_prefix, GInetAddress *answer)
{
  const guint8 *v6 = g_inet_address_to_bytes (answer);

  if (g_inet_address_get_family (answer) != G_SOCKET_FAMILY_IPV6)
    return FALSE;
  for (guint form = 0; form < G_N_ELEMENTS (forms); form++)
    if (has_form (v6, form))
      {
        memset (ret_prefix, 0, sizeof *ret_prefix);
        memcpy (ret_prefix->bytes, v6, forms[form].length / 8);
        ret_prefix->length = forms[form].length;
        return TRUE;
      }
  return FALSE;
}

GInetAddress *
nat64_wrap (const Nat64Prefix *prefix, GInetAddress *v4)
{
  const guint8 *bytes = g_inet_address_to_bytes (v4);
  guint form = find_form (prefix);
  guint8 v6[16];

  memcpy (v6, prefix->bytes, sizeof v6);
  for (guint i = 0; i < 4; i++)
    v6[forms[form].places[i]] = bytes[i];
  return g_inet_address_new_from_bytes (v6, G_SOCKET_FAMILY_IPV6);
}

GInetAddress *
nat64_unwrap (const Nat64Prefix *prefix, GInetAddress *v6)
{
  guint8 v4[4];

  if (prefix->length == 0 || g_inet_address_get_family (v6) != G_SOCKET_FAMILY_IPV6 ||
      memcmp (g_inet_address_to_bytes (v6), prefix->bytes, prefix->length / 8) != 0)
    return NULL;
  take_out (g_inet_address_to_bytes (v6), find_form (prefix), v4);
  return g_inet_address_new_from_bytes (v4, G_SOCKET_FAMILY_IPV4);
}

gboolean
nat64_is_needed (const char *const *own)
{
  gboolean has_any = FALSE;

  for (gsize i = 0; own != NULL && own[i] != NULL; i++)
    {
      if (strchr (own[i], ':') == NULL)
        return FALSE;
      has_any = TRUE;
    }
  return has_any;
}
