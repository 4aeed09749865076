/* The Public Suffix List: the only file with libpsl. */
#include "config.h"

#include "sendpath/mail/public-suffix.h"

#include <libpsl.h>

#include "profiles/late.h"

#define FUNCTIONS(F)                                                                               \
  F (psl, builtin)                                                                                 \
  F (psl, is_public_suffix)                                                                        \
  F (psl, is_public_suffix2)                                                                       \
  F (psl, registrable_domain)

LATE_LIBRARY (libpsl, LIBPSL_FILE, FUNCTIONS)

const char *
public_suffix_find_registered (const char *domain)
{
  return load_libpsl (NULL) ? libpsl.registrable_domain (libpsl.builtin (), domain) : NULL;
}

gboolean
public_suffix_is_one (const char *domain)
{
  return !load_libpsl (NULL) || libpsl.is_public_suffix (libpsl.builtin (), domain);
}

gboolean
public_suffix_is_listed (const char *domain)
{
  return !load_libpsl (NULL) || libpsl.is_public_suffix2 (libpsl.builtin (), domain,
                                                          PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}
