/* mail-domains: slips of the finger in the domain of an address. It knows the large providers and
 * asks nobody; whether the domain as written takes mail is not its matter. */
#include "config.h"

#include "sendpath/verdict/mail-domains.h"

#include <string.h>

#include "sendpath/mail/public-suffix.h"

#define DOMAIN_MAX 64

/* The most used first: of several that are equally near the first is meant. One that is here is
 * never taken for a slip of another. */
static const char *const domains[] = {
  "gmail.com",      "yahoo.com",        "hotmail.com",     "outlook.com",    "icloud.com",
  "qq.com",         "163.com",          "mail.ru",         "yandex.ru",      "aol.com",
  "live.com",       "msn.com",          "gmx.de",          "web.de",         "t-online.de",
  "googlemail.com", "me.com",           "mac.com",         "126.com",        "yeah.net",
  "foxmail.com",    "sina.com",         "sina.cn",         "sohu.com",       "139.com",
  "189.cn",         "aliyun.com",       "naver.com",       "daum.net",       "hanmail.net",
  "yahoo.co.jp",    "docomo.ne.jp",     "ezweb.ne.jp",     "softbank.ne.jp", "yahoo.fr",
  "yahoo.de",       "yahoo.es",         "yahoo.it",        "yahoo.co.uk",    "yahoo.ca",
  "yahoo.co.in",    "yahoo.in",         "yahoo.com.br",    "yahoo.com.ar",   "yahoo.com.mx",
  "yahoo.com.au",   "yahoo.pl",         "ymail.com",       "rocketmail.com", "hotmail.fr",
  "hotmail.de",     "hotmail.es",       "hotmail.it",      "hotmail.co.uk",  "hotmail.nl",
  "live.fr",        "live.de",          "live.it",         "live.nl",        "live.co.uk",
  "live.cn",        "outlook.fr",       "outlook.de",      "outlook.es",     "outlook.it",
  "outlook.com.br", "gmx.net",          "gmx.at",          "gmx.ch",         "gmx.com",
  "gmx.fr",         "freenet.de",       "arcor.de",        "posteo.de",      "mailbox.org",
  "orange.fr",      "wanadoo.fr",       "free.fr",         "sfr.fr",         "laposte.net",
  "bbox.fr",        "numericable.fr",   "neuf.fr",         "libero.it",      "virgilio.it",
  "alice.it",       "tin.it",           "tiscali.it",      "telefonica.net", "terra.es",
  "terra.com.br",   "uol.com.br",       "bol.com.br",      "ig.com.br",      "wp.pl",
  "o2.pl",          "onet.pl",          "op.pl",           "interia.pl",     "poczta.onet.pl",
  "gazeta.pl",      "tlen.pl",          "vp.pl",           "seznam.cz",      "centrum.cz",
  "ziggo.nl",       "kpnmail.nl",       "planet.nl",       "home.nl",        "telenet.be",
  "skynet.be",      "bluewin.ch",       "sunrise.ch",      "sapo.pt",        "telia.com",
  "bk.ru",          "inbox.ru",         "list.ru",         "rambler.ru",     "yandex.com",
  "ukr.net",        "btinternet.com",   "sky.com",         "talktalk.net",   "virginmedia.com",
  "ntlworld.com",   "blueyonder.co.uk", "comcast.net",     "verizon.net",    "att.net",
  "sbcglobal.net",  "bellsouth.net",    "cox.net",         "charter.net",    "earthlink.net",
  "optonline.net",  "rogers.com",       "shaw.ca",         "sympatico.ca",   "videotron.ca",
  "bigpond.com",    "bigpond.net.au",   "optusnet.com.au", "xtra.co.nz",     "rediffmail.com",
  "protonmail.com", "proton.me",        "pm.me",           "fastmail.com",   "fastmail.fm",
  "zoho.com",       "tutanota.com",     "mail.com",        "email.com",      "hey.com",
  "email.cz",       "email.it",         "email.de",        "mail.de",        "post.cz",
};

/* How many single slips make @b of @a: a letter more, less, other, or two neighbours exchanged
 * (optimal string alignment). More than DOMAIN_MAX letters are no slip. */
static guint
count_slips (const char *a, gsize a_length, const char *b, gsize b_length)
{
  guint rows[3][DOMAIN_MAX + 1];

  if (a_length > DOMAIN_MAX || b_length > DOMAIN_MAX)
    return G_MAXUINT;
  for (gsize j = 0; j <= b_length; j++)
    rows[0][j] = (guint) j;
  for (gsize i = 1; i <= a_length; i++)
    {
      const guint *above = rows[(i - 1) % 3];
      guint *row = rows[i % 3];

      row[0] = (guint) i;
      for (gsize j = 1; j <= b_length; j++)
        {
          guint other = above[j - 1] + (a[i - 1] != b[j - 1]);

          row[j] = MIN (other, MIN (above[j], row[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
  return rows[a_length % 3][b_length];
}

static gboolean
is_swapped (const char *a, gsize a_length, const char *b, gsize b_length)
{
  gsize i = 0;

  if (a_length != b_length)
    return FALSE;
  while (i < a_length && a[i] == b[i])
    i++;
  return i + 1 < a_length && a[i] == b[i + 1] && a[i + 1] == b[i] &&
         memcmp (a + i, b + i, 2) != 0 && strncmp (a + i + 2, b + i + 2, a_length - i - 2) == 0;
}

/* Slips in the name before the first dot. The shorter a name the likelier that its neighbour is
 * somebody else's: three letters must be right, of four two may be exchanged. */
static guint
count_name_slips (const char *name, gsize length, const char *meant, gsize meant_length)
{
  guint slips = count_slips (name, length, meant, meant_length);
  guint most = meant_length >= 7 ? 2 : meant_length >= 5 ? 1 : 0;

  if (meant_length == 4 && is_swapped (name, length, meant, meant_length))
    return 1;
  return slips <= most ? slips : G_MAXUINT;
}

static const char *
find_last_label (const char *rest)
{
  const char *dot = strrchr (rest, '.');

  return dot != NULL ? dot + 1 : rest;
}

/* Two letters exchanged, so that no country is left: `.ed`, but not `.se`. */
static gboolean
is_slip_of_country (const char *country, const char *meant)
{
  return is_swapped (country, strlen (country), meant, strlen (meant)) &&
         !public_suffix_is_listed (country);
}

/* Slips in what follows the first dot, one at most. Another country is no slip. */
static guint
count_rest_slips (const char *rest, const char *meant)
{
  const char *country = find_last_label (rest);
  const char *meant_country = find_last_label (meant);
  guint slips = count_slips (rest, strlen (rest), meant, strlen (meant));

  if (slips > 1)
    return G_MAXUINT;
  if (strlen (country) == 2 && strlen (meant_country) == 2 &&
      !g_str_equal (country, meant_country) && !is_slip_of_country (country, meant_country))
    return G_MAXUINT;
  return slips;
}

/* `gmailcom` */
static gboolean
lacks_dot (const char *domain, const char *meant)
{
  gsize name_length = strcspn (meant, ".");

  return strncmp (domain, meant, name_length) == 0 &&
         g_str_equal (domain + name_length, meant + name_length + 1);
}

static guint
count_domain_slips (const char *domain, const char *meant)
{
  gsize length = strcspn (domain, ".");
  gsize meant_length = strcspn (meant, ".");
  guint in_name, in_rest;

  if (domain[length] == '\0')
    return lacks_dot (domain, meant) ? 1 : G_MAXUINT;
  in_name = count_name_slips (domain, length, meant, meant_length);
  in_rest = count_rest_slips (domain + length + 1, meant + meant_length + 1);
  if (in_name == G_MAXUINT || in_rest == G_MAXUINT || in_name + in_rest > 2)
    return G_MAXUINT;
  return in_name + in_rest;
}

static gboolean
has_same_name (const char *domain, const char *other)
{
  gsize length = strcspn (domain, ".");

  return length == strcspn (other, ".") && strncmp (domain, other, length) == 0;
}

/* The name is right; at most its ending is not. */
static gboolean
has_known_name (const char *domain)
{
  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    if (has_same_name (domain, domains[i]))
      return TRUE;
  return FALSE;
}

const char *
mail_domains_find_near (const char *domain)
{
  g_autofree char *lower = g_ascii_strdown (domain, -1);
  gboolean is_known = has_known_name (lower);
  const char *nearest = NULL;
  guint fewest = G_MAXUINT;

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      guint slips = count_domain_slips (lower, domains[i]);

      if (slips == 0)
        return NULL;
      if (slips < fewest && (!is_known || has_same_name (lower, domains[i])))
        {
          nearest = domains[i];
          fewest = slips;
        }
    }
  return nearest;
}
