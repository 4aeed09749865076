/* blocklists: which list a refusal speaks of, and which network address. It asks no list, and it
 * trusts no link that a server sends: the pages are those that the lists themselves publish. */
#include "config.h"

#include "sendpath/verdict/blocklists.h"

#include <gio/gio.h>
#include <string.h>

#define TEXT_BYTES    4000
#define ADDRESS_BYTES 45 /* the longest form of an IPv6 address */

static const struct {
  const char *needle; /* lower case */
  const char *name;
  const char *page; /* NULL: it has none, or is no more */
} lists[] = {
  { "spamhaus", "Spamhaus", "check.spamhaus.org" },
  { "abuseat.org", "Spamhaus", "check.spamhaus.org" },
  { "barracuda", "Barracuda", "barracudacentral.org/lookups" },
  { "spamcop", "SpamCop", "www.spamcop.net/bl.shtml" },
  { "abusix", "Abusix", "lookup.abusix.com" },
  { "uceprotect", "UCEPROTECT", "www.uceprotect.net/en/rblcheck.php" },
  { "backscatterer", "Backscatterer", "www.backscatterer.org" },
  { "sorbs", "SORBS", NULL },
  { "invaluement", "Invaluement", "www.invaluement.com/lookup" },
  { "mailspike", "Mailspike", "mailspike.org/iplookup.html" },
  { "psbl", "PSBL", "psbl.org" },
  { "dronebl", "DroneBL", "dronebl.org/lookup" },
  { "manitu", "NiX Spam", NULL },
  { "blocklist.de", "blocklist.de", "www.blocklist.de" },
  { "hostkarma", "Hostkarma", NULL },
  { "junkemailfilter", "Hostkarma", NULL },
  { "spfbl", "SPFBL", "matrix.spfbl.net" },
  { "gbudb", "GBUdb", NULL },
  { "cloudmark", "Cloudmark", "csi.cloudmark.com" },
  { "proofpoint", "Proofpoint", "ipcheck.proofpoint.com" },
  { "pphosted", "Proofpoint", "ipcheck.proofpoint.com" },
  { "talosintelligence", "Cisco Talos", "talosintelligence.com" },
  { "senderbase", "Cisco Talos", "talosintelligence.com" },
  { "trendmicro", "Trend Micro", "servicecentral.trendmicro.com" },
  { "mail-abuse.", "Trend Micro", "servicecentral.trendmicro.com" },
  { "sender.office.com", "Microsoft 365", "sender.office.com" },
  { "delist.messaging.microsoft", "Microsoft 365", "sender.office.com" },
  { "(s3140)", "Outlook.com", "sendersupport.olc.protection.outlook.com" },
  { "(s3150)", "Outlook.com", "sendersupport.olc.protection.outlook.com" },
};

/* Words before the zone of a list that is not in the table: `blocked using dnsbl.example.org`. */
static const char *const before_zones[] = { "using",     "rbl",       "dnsbl",     "blacklist",
                                            "blocklist", "listed in", "listed at", "listed by",
                                            "listed on", "found in",  "found on" };

static char *
dup_lower (const char *text)
{
  return g_ascii_strdown (text, (gssize) strnlen (text, TEXT_BYTES));
}

/* How much of @word is a name of the DNS with a dot in it and letters at its end; 0: none. */
static gsize
measure_zone (const char *word)
{
  gsize length = strspn (word, "abcdefghijklmnopqrstuvwxyz0123456789.-");

  while (length > 0 && word[length - 1] == '.')
    length--;
  if (length < 4 || !g_ascii_isalpha (word[length - 1]) || memchr (word, '.', length) == NULL)
    return 0;
  return length;
}

static char *
dup_zone (const char *lower)
{
  for (guint i = 0; i < G_N_ELEMENTS (before_zones); i++)
    for (const char *p = strstr (lower, before_zones[i]); p != NULL;
         p = strstr (p + 1, before_zones[i]))
      {
        const char *word = p + strlen (before_zones[i]);
        gsize blank = strspn (word, " :=\"'");
        gsize length = measure_zone (word + blank);

        if (blank > 0 && length > 0)
          return g_strndup (word + blank, length);
      }
  return NULL;
}

char *
blocklists_dup_name (const char *text)
{
  g_autofree char *lower = dup_lower (text);

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (strstr (lower, lists[i].needle) != NULL)
      return lists[i].page != NULL ? g_strdup_printf ("%s (%s)", lists[i].name, lists[i].page)
                                   : g_strdup (lists[i].name);
  return dup_zone (lower);
}

/* RFC 5321 4.1.3: an IPv6 address may have its tag before it. */
static const char *
skip_tag (const char *word)
{
  return g_str_has_prefix (word, "ipv6:") ? word + strlen ("ipv6:") : word;
}

char *
blocklists_dup_address (const char *text)
{
  g_autofree char *lower = dup_lower (text);

  for (const char *p = lower; *p != '\0';)
    {
      const char *start = skip_tag (p);
      gsize length = strspn (start, "0123456789abcdef.:");
      gsize bare = length;

      while (bare > 0 && (start[bare - 1] == '.' || start[bare - 1] == ':'))
        bare--;
      if (bare > 0 && bare <= ADDRESS_BYTES && !g_ascii_isalnum (start[length]))
        {
          g_autofree char *word = g_strndup (start, bare);

          if (g_hostname_is_ip_address (word))
            return g_steal_pointer (&word);
        }
      p = start + strspn (start, "0123456789abcdefghijklmnopqrstuvwxyz.:");
      p += *p != '\0' ? 1 : 0;
    }
  return NULL;
}
