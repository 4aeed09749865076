/* What a domain publishes about mail in its name: SPF and DMARC records are read here. It asks
 * nobody, and never follows what a record names. */
#include "config.h"

#include "sendpath/walk/policy-records.h"

#include <string.h>

static const char *const names[] = {
  [MAIL_POLICY_NONE] = "none",
  [MAIL_POLICY_SPF_FAIL] = "spf",
  [MAIL_POLICY_QUARANTINE] = "quarantine",
  [MAIL_POLICY_REJECT] = "reject",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == MAIL_POLICY_REJECT + 1);

const char *
mail_policy_to_string (MailPolicy policy)
{
  return names[policy];
}

gboolean
mail_policy_from_string (const char *text, MailPolicy *ret_policy)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], text))
      {
        *ret_policy = (MailPolicy) i;
        return TRUE;
      }
  return FALSE;
}

/* ---- SPF ------------------------------------------------------------------------------------- */

#define SPF_VERSION "v=spf1"
#define REDIRECT    "redirect="

/* RFC 7208 section 4.5: the version ends at a space, or the record does. */
static gboolean
is_spf (const char *text)
{
  char end;

  if (g_ascii_strncasecmp (text, SPF_VERSION, strlen (SPF_VERSION)) != 0)
    return FALSE;
  end = text[strlen (SPF_VERSION)];
  return end == '\0' || end == ' ';
}

/* `all` with or without a sign: what it says, `+` if it says nothing; 0 if @term is another. */
static char
read_all (const char *term)
{
  gboolean has_sign = *term != '\0' && strchr ("+-?~", *term) != NULL;

  if (g_ascii_strcasecmp (has_sign ? term + 1 : term, "all") != 0)
    return 0;
  return has_sign ? *term : '+';
}

/* A domain of its own: one with a macro would depend on who sends, and from where. */
static gboolean
is_plain_domain (const char *domain)
{
  return *domain != '\0' && strlen (domain) < 255 && strchr (domain, '%') == NULL &&
         g_str_is_ascii (domain);
}

MailPolicy
policy_records_read_spf (const char *const *texts, char **ret_redirect)
{
  const char *record = NULL;
  const char *redirect = NULL;
  g_auto (GStrv) terms = NULL;

  *ret_redirect = NULL;
  for (guint i = 0; texts[i] != NULL; i++)
    {
      if (!is_spf (texts[i]))
        continue;
      if (record != NULL) /* section 4.5: of two, neither counts */
        return MAIL_POLICY_NONE;
      record = texts[i];
    }
  if (record == NULL)
    return MAIL_POLICY_NONE;
  terms = g_strsplit (record, " ", -1);
  for (guint i = 1; terms[i] != NULL; i++)
    {
      char sign = read_all (terms[i]);

      if (sign != 0) /* sections 5.1 and 6.1: nothing behind it counts, nor does a redirect */
        return sign == '-' ? MAIL_POLICY_SPF_FAIL : MAIL_POLICY_NONE;
      if (redirect == NULL && g_ascii_strncasecmp (terms[i], REDIRECT, strlen (REDIRECT)) == 0)
        redirect = terms[i] + strlen (REDIRECT);
    }
  if (redirect != NULL && is_plain_domain (redirect))
    *ret_redirect = g_strdup (redirect);
  return MAIL_POLICY_NONE;
}

/* ---- DMARC ----------------------------------------------------------------------------------- */

/* RFC 7489 section 6.3: for `p` and `sp`, without case. */
static const struct {
  const char *word;
  MailPolicy policy;
} demands[] = {
  { "none", MAIL_POLICY_NONE },
  { "quarantine", MAIL_POLICY_QUARANTINE },
  { "reject", MAIL_POLICY_REJECT },
};

static gboolean
read_demand (const char *word, MailPolicy *ret_policy)
{
  for (guint i = 0; i < G_N_ELEMENTS (demands); i++)
    if (g_ascii_strcasecmp (demands[i].word, word) == 0)
      {
        *ret_policy = demands[i].policy;
        return TRUE;
      }
  return FALSE;
}

/* Splits `name = value` in place. */
static gboolean
split_tag (char *tag, const char **ret_name, const char **ret_value)
{
  char *sign = strchr (tag, '=');

  if (sign == NULL)
    return FALSE;
  *sign = '\0';
  *ret_name = g_strstrip (tag);
  *ret_value = g_strstrip (sign + 1);
  return TRUE;
}

/* Section 6.6.3: a record of this version begins with its version. */
static gboolean
is_dmarc (const char *text)
{
  g_auto (GStrv) tags = g_strsplit (text, ";", 2);
  const char *name, *value;

  return tags[0] != NULL && split_tag (tags[0], &name, &value) &&
         g_ascii_strcasecmp (name, "v") == 0 && g_str_equal (value, "DMARC1");
}

/* `p` and `sp`. A record without `p`, with a value that is none, or with a tag twice says nothing
 * that counts (section 6.6.3; RFC 6376 section 3.2). `pct` is not looked at: some of it is enough. */
static MailPolicy
read_dmarc (const char *record, gboolean is_parent)
{
  g_auto (GStrv) tags = g_strsplit (record, ";", -1);
  MailPolicy own = MAIL_POLICY_NONE, below = MAIL_POLICY_NONE;
  gboolean has_own = FALSE, has_below = FALSE;

  for (guint i = 1; tags[i] != NULL; i++)
    {
      const char *name, *value;
      gboolean is_below;

      if (!split_tag (tags[i], &name, &value))
        continue;
      is_below = g_ascii_strcasecmp (name, "sp") == 0;
      if (!is_below && g_ascii_strcasecmp (name, "p") != 0)
        continue;
      if ((is_below ? has_below : has_own) || !read_demand (value, is_below ? &below : &own))
        return MAIL_POLICY_NONE;
      if (is_below)
        has_below = TRUE;
      else
        has_own = TRUE;
    }
  if (!has_own)
    return MAIL_POLICY_NONE;
  return is_parent && has_below ? below : own;
}

gboolean
policy_records_read_dmarc (const char *const *texts, gboolean is_parent, MailPolicy *ret_policy)
{
  const char *record = NULL;
  guint n_records = 0;

  for (guint i = 0; texts[i] != NULL; i++)
    if (is_dmarc (texts[i]))
      {
        record = texts[i];
        n_records++;
      }
  if (n_records == 0)
    return FALSE;
  /* section 6.6.3: of two, neither counts, and no other name is asked */
  *ret_policy = n_records == 1 ? read_dmarc (record, is_parent) : MAIL_POLICY_NONE;
  return TRUE;
}
