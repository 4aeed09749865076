/* The EHLO reply, keyword by keyword. */
#include "config.h"

#include "sendpath/wire/smtp-caps.h"

#include <string.h>

/* A reply is at most 128 lines; an AUTH line that names more than this is noise. */
#define MECHANISMS_MAX 64

static void
parse_size (SmtpCaps *caps, char **params)
{
  /* RFC 1870 section 4: no number, or 0, is no fixed limit. */
  guint64 size = 0;
  if (params[0] && g_ascii_string_to_unsigned (params[0], 10, 0, G_MAXUINT64, &size, NULL))
    caps->size_max_bytes = size;
}

static gboolean
is_mechanism (const char *name)
{
  gsize length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
  return length > 0 && length <= 20 && name[length] == '\0'; /* RFC 4422 section 3.1 */
}

static void
parse_auth (SmtpCaps *caps, char **params)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  guint count = g_strv_length (caps->mechanisms);

  g_strv_builder_addv (builder, (const char **) caps->mechanisms);
  for (guint i = 0; params[i] && count < MECHANISMS_MAX; i++)
    {
      g_autofree char *name = g_ascii_strup (params[i], -1);
      if (!is_mechanism (name))
        continue;
      g_strv_builder_add (builder, name);
      count++;
    }
  g_strfreev (caps->mechanisms);
  caps->mechanisms = g_strv_builder_end (builder);
}

static const struct {
  const char *keyword;
  SmtpCap     cap;
  guint       mail_extra; /* what it adds to the length of a MAIL command */
  guint       rcpt_extra;
  void      (*parse) (SmtpCaps *caps, char **params);
} keywords[] = {
  { "STARTTLS",            SMTP_CAP_STARTTLS,            0,   0,   NULL },
  { "PIPELINING",          SMTP_CAP_PIPELINING,          0,   0,   NULL },
  { "SIZE",                SMTP_CAP_SIZE,                26,  0,   parse_size }, /* RFC 1870 3 */
  { "8BITMIME",            SMTP_CAP_8BITMIME,            17,  0,   NULL },       /* RFC 6152 2 */
  { "SMTPUTF8",            SMTP_CAP_SMTPUTF8,            10,  0,   NULL },       /* RFC 6531 3.1 */
  { "DSN",                 SMTP_CAP_DSN,                 116, 500, NULL }, /* RET, ENVID; ORCPT */
  { "CHUNKING",            SMTP_CAP_CHUNKING,            0,   0,   NULL },
  { "AUTH",                SMTP_CAP_AUTH,                500, 0,   parse_auth }, /* RFC 4954 3 */
  { "ENHANCEDSTATUSCODES", SMTP_CAP_ENHANCEDSTATUSCODES, 0,   0,   NULL },
};

static void
parse_line (SmtpCaps *caps, char *line)
{
  /* `AUTH=LOGIN` is what servers said before RFC 2554, and some still do. */
  if (g_ascii_strncasecmp (line, "AUTH=", 5) == 0)
    line[4] = ' ';

  g_auto(GStrv) words = g_strsplit_set (line, " \t\r", -1);
  guint n_words = 0;
  for (guint i = 0; words[i]; i++)
    {
      if (words[i][0] != '\0')
        words[n_words++] = words[i];
      else
        g_free (words[i]);
    }
  words[n_words] = NULL;
  if (n_words == 0)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (g_ascii_strcasecmp (words[0], keywords[i].keyword) == 0)
      {
        caps->offered |= keywords[i].cap;
        if (keywords[i].parse)
          keywords[i].parse (caps, words + 1);
        return;
      }
}

void
smtp_caps_parse (SmtpCaps *caps, const SendpathReply *ehlo)
{
  smtp_caps_clear (caps);
  caps->mechanisms = g_new0 (char *, 1);

  /* The first line is the server's name and greeting, whatever words it holds. */
  g_auto(GStrv) lines = g_strsplit (sendpath_reply_get_text (ehlo), "\n", -1);
  for (guint i = 1; lines[0] && lines[i]; i++)
    parse_line (caps, lines[i]);
}

void
smtp_caps_clear (SmtpCaps *caps)
{
  g_strfreev (caps->mechanisms);
  *caps = (SmtpCaps) { 0 };
}

gboolean
smtp_caps_is_oauth_only (const SmtpCaps *caps)
{
  for (guint i = 0; caps->mechanisms && caps->mechanisms[i]; i++)
    if (!g_str_equal (caps->mechanisms[i], "XOAUTH2")
        && !g_str_equal (caps->mechanisms[i], "OAUTHBEARER"))
      return FALSE;
  return caps->mechanisms && caps->mechanisms[0];
}

gsize
smtp_caps_get_mail_extra (const SmtpCaps *caps)
{
  gsize extra = 0;
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (caps->offered & keywords[i].cap)
      extra += keywords[i].mail_extra;
  return extra;
}

gsize
smtp_caps_get_rcpt_extra (const SmtpCaps *caps)
{
  gsize extra = 0;
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (caps->offered & keywords[i].cap)
      extra += keywords[i].rcpt_extra;
  return extra;
}
