/* bounce-text: reads delivery reports that only people were meant to read. It goes by the shape of
 * lines (an address at the beginning of one, a reply behind it), and by words only where there is no
 * shape; it knows no reporter by name. */
#include "config.h"

#include "sendpath/mail/bounce-text.h"

#include <string.h>

#include "sendpath/mail/bounce-line.h"
#include "sendpath/mail/bounce-reply.h"

#define MAX_FREE_RECIPIENTS 100
#define MAX_SEGMENT_LINES   40
#define MAX_CONTEXT_BYTES   4096

static gboolean
is_same (const char *a, const char *b)
{
  return a != NULL && b != NULL && g_ascii_strcasecmp (a, b) == 0;
}

static gboolean
is_among (const GPtrArray *addresses, const char *address)
{
  for (guint i = 0; i < addresses->len; i++)
    if (is_same (g_ptr_array_index (addresses, i), address))
      return TRUE;
  return FALSE;
}

/* ---- who ------------------------------------------------------------------------------------- */

static void
add_once (GPtrArray *addresses, const char *address)
{
  if (addresses->len >= MAX_FREE_RECIPIENTS)
    return;
  for (guint i = 0; i < addresses->len; i++)
    if (is_same (g_ptr_array_index (addresses, i), address))
      return;
  g_ptr_array_add (addresses, g_strdup (address));
}

static gboolean
is_service (const char *address)
{
  return g_ascii_strncasecmp (address, "postmaster@", 11) == 0 ||
         g_ascii_strncasecmp (address, "mailer-daemon@", 14) == 0;
}

static void
add_lines (GArray *lines, BounceLineKind kind, const char *but_not, GPtrArray *addresses)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const BounceLine *line = &g_array_index (lines, BounceLine, i);

      if (line->kind == kind && !is_same (line->address, but_not) && !is_service (line->address))
        add_once (addresses, line->address);
    }
}

/* Addresses that only stand among other words: those in @wanted, or with none, the first that is
 * not the sender. */
static void
add_mentions (GArray *lines, const GPtrArray *wanted, const char *sender, GPtrArray *addresses)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const BounceLine *line = &g_array_index (lines, BounceLine, i);

      if ((line->kind != BOUNCE_LINE_MENTIONS && line->kind != BOUNCE_LINE_TELLS) ||
          (wanted == NULL && addresses->len > 0))
        continue;
      if (wanted != NULL ? is_among (wanted, line->address)
                         : !is_same (line->address, sender) && !is_service (line->address))
        add_once (addresses, line->address);
    }
}

/* Of lines about delivery: the original's recipients, else the first. */
static void
add_told (GArray *lines, const BounceHints *hints, GPtrArray *addresses)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);

  add_lines (lines, BOUNCE_LINE_TELLS, hints->sender, told);
  for (guint i = 0; i < told->len; i++)
    if (is_among (hints->original, g_ptr_array_index (told, i)))
      add_once (addresses, g_ptr_array_index (told, i));
  if (addresses->len == 0 && told->len > 0)
    add_once (addresses, g_ptr_array_index (told, 0));
}

static void
add_all (const GPtrArray *from, GPtrArray *addresses)
{
  for (guint i = 0; i < from->len; i++)
    add_once (addresses, g_ptr_array_index (from, i));
}

/* From the surest source to the weakest; the first that says anything. */
static GPtrArray *
choose_addresses (GArray *lines, const BounceHints *hints)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);

  add_all (hints->failed, addresses);
  for (BounceLineKind kind = BOUNCE_LINE_LEADS; kind >= BOUNCE_LINE_COMMAND && addresses->len == 0;
       kind--)
    add_lines (lines, kind, hints->sender, addresses);
  /* Who writes to himself gets his own mail back. */
  if (addresses->len == 0)
    add_lines (lines, BOUNCE_LINE_LEADS, NULL, addresses);
  if (addresses->len == 0)
    add_told (lines, hints, addresses);
  /* Whom the original names may be a list, and the one who could not be reached a member of it. */
  if (addresses->len == 0)
    add_all (hints->envelope, addresses);
  if (addresses->len == 0)
    add_mentions (lines, hints->original, hints->sender, addresses);
  if (addresses->len == 0)
    add_mentions (lines, NULL, hints->sender, addresses);
  if (addresses->len == 0 && hints->original->len > 0)
    add_once (addresses, g_ptr_array_index (hints->original, 0));
  return addresses;
}

/* ---- what ------------------------------------------------------------------------------------ */

/* What follows the address in line @i, to the next empty line or address. */
static char *
dup_segment (GArray *lines, guint i)
{
  const BounceLine *line = &g_array_index (lines, BounceLine, i);
  GString *out;

  /* A conclusion is about the server's reply before it, or stands for itself. */
  if (bounce_line_is_conclusion (line->text))
    {
      const char *before = i > 0 ? g_array_index (lines, BounceLine, i - 1).text : "";

      if (g_str_has_prefix (before, "<<<"))
        return g_strdup (before);
      /* What a program on the server has said, which is more than what Sendmail makes of it. */
      if (strchr (before, ':') != NULL && strchr (">.-", *before) == NULL &&
          !g_ascii_isdigit (*before))
        return g_strdup_printf ("%.3s %s", line->text, before);
      return g_strdup (line->text);
    }
  out = g_string_new (line->rest);
  for (guint k = i + 1; k < lines->len && k < i + MAX_SEGMENT_LINES; k++)
    {
      const BounceLine *next = &g_array_index (lines, BounceLine, k);

      if (next->text[0] == '\0' || next->kind == BOUNCE_LINE_LEADS)
        break;
      if (out->len > 0)
        g_string_append_c (out, '\n');
      g_string_append (out, next->text + strspn (next->text, " \t"));
    }
  return g_string_free (out, FALSE);
}

static gboolean
has_letter (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isalpha (*text) || (guchar) *text >= 0x80)
      return TRUE;
  return FALSE;
}

/* Takes the reply in @segment if it is better than what is known; prose only if it @may_be_prose. */
static void
weigh_segment (const char *segment, gboolean may_be_prose, BounceRecipient *recipient)
{
  g_auto (BounceReply) reply = { 0 };
  gboolean is_reply;

  if (recipient->code != 0 || !has_letter (segment))
    return;
  is_reply = bounce_reply_find (segment, &reply);
  if (!is_reply && !may_be_prose)
    return;
  if (recipient->text != NULL && (!is_reply || (recipient->status != NULL && reply.code == 0)))
    return;
  g_free (recipient->text);
  g_free (recipient->status);
  recipient->code = reply.code;
  recipient->status = g_steal_pointer (&reply.status);
  recipient->text = *reply.words != '\0' ? g_steal_pointer (&reply.words) : g_strdup (segment);
}

static void
read_recipient (GArray *lines, const char *text, gboolean is_alone, BounceRecipient *recipient)
{
  const BounceLineKind kinds[] = { BOUNCE_LINE_LEADS, BOUNCE_LINE_COMMAND, BOUNCE_LINE_TELLS,
                                   BOUNCE_LINE_MENTIONS };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds) && recipient->code == 0; kind++)
    for (guint i = 0; i < lines->len && recipient->code == 0; i++)
      {
        const BounceLine *line = &g_array_index (lines, BounceLine, i);
        g_autofree char *segment = NULL;

        if (line->kind != kinds[kind] || !is_same (line->address, recipient->address))
          continue;
        if (kinds[kind] < BOUNCE_LINE_COMMAND)
          segment = g_strdup (line->text);
        else
          segment = dup_segment (lines, i);
        weigh_segment (segment, kinds[kind] == BOUNCE_LINE_LEADS, recipient);
      }
  if (is_alone && recipient->code == 0)
    {
      g_auto (BounceReply) reply = { 0 };

      /* All of the report, as it is about nobody else. */
      if (bounce_reply_find (text, &reply) && (reply.code != 0 || recipient->status == NULL))
        {
          recipient->code = reply.code;
          g_free (recipient->status);
          recipient->status = g_steal_pointer (&reply.status);
          if (reply.code != 0 && *reply.words != '\0')
            {
              g_free (recipient->text);
              recipient->text = g_steal_pointer (&reply.words);
            }
        }
    }
}

char *
bounce_text_cut (const char *text)
{
  const char *end = text + MIN (strlen (text), MAX_CONTEXT_BYTES);

  while (end > text && ((guchar) *end & 0xC0) == 0x80)
    end--;
  return g_strstrip (g_strndup (text, (gsize) (end - text)));
}

gboolean
bounce_text_names_recipients (const char *text)
{
  g_autoptr (GArray) lines = bounce_line_split (text);

  for (guint i = 0; i < lines->len; i++)
    {
      const BounceLine *line = &g_array_index (lines, BounceLine, i);

      if ((line->kind == BOUNCE_LINE_LEADS || line->kind == BOUNCE_LINE_COMMAND) &&
          !is_service (line->address))
        return TRUE;
    }
  return FALSE;
}

/* What @lines say without what they say of others than @address. */
static char *
dup_common (GArray *lines, const char *address)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_others = FALSE;

  for (guint i = 0; i < lines->len && out->len < MAX_CONTEXT_BYTES; i++)
    {
      const BounceLine *line = &g_array_index (lines, BounceLine, i);

      if (line->text[0] == '\0')
        is_others = FALSE;
      else if (line->kind != BOUNCE_LINE_OTHER)
        is_others = !is_same (line->address, address);
      if (!is_others)
        g_string_append_printf (out, "%s\n", line->text);
    }
  return bounce_text_cut (out->str);
}

void
bounce_text_read (const char *text, const BounceHints *hints, GPtrArray *recipients)
{
  g_autoptr (GArray) lines = bounce_line_split (text);
  g_autoptr (GPtrArray) addresses = choose_addresses (lines, hints);

  for (guint i = 0; i < addresses->len; i++)
    {
      BounceRecipient *recipient = bounce_recipient_new (g_ptr_array_index (addresses, i));

      read_recipient (lines, text, addresses->len == 1, recipient);
      recipient->context =
          addresses->len == 1 ? bounce_text_cut (text) : dup_common (lines, recipient->address);
      g_ptr_array_add (recipients, recipient);
    }
}

/* ---- late or lost ---------------------------------------------------------------------------- */

static const char *const delay_words[] = {
  "(delay)",
  "warning message only",
  "not yet been delivered",
  "has been delayed",
  "is delayed",
  "will be retried",
  "will keep trying",
  "continue to try",
  "still being retried",
  "delivery delayed",
  "do not need to resend",
  "delayed mail",
  "delivery attempts will continue",
  "will continue trying",
};

gboolean
bounce_text_is_delay (const char *text)
{
  g_autofree char *words = g_ascii_strdown (text, -1);

  g_strdelimit (words, "\n\t", ' ');
  for (guint i = 0; i < G_N_ELEMENTS (delay_words); i++)
    if (strstr (words, delay_words[i]) != NULL)
      return TRUE;
  return FALSE;
}
