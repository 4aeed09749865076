/* Outcomes of many recipients in few lines: a message for ten thousand is tried again and again, and its
 * journal is read by whoever lists the outbox. It never decides what an answer means. */
#include "config.h"

#include "sendpath/outbox/outcomes.h"

#include "sendpath/walk/fields.h"

/* Up to so many are named one by one, for people who look into the file. */
#define NAMED_RECIPIENTS 100

/* Recipients with the same answer, by their places in the envelope: `0-99,150`. */
typedef struct {
  JsonObject *outcome;
  const ReportRecipient *example;
  GString *places;
  guint first, last; /* of the range that is not written yet */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  json_object_unref (group->outcome);
  g_string_free (group->places, TRUE);
  g_free (group);
}

static void
write_range (Group *group)
{
  g_string_append_printf (group->places, "%s%u", group->places->len > 0 ? "," : "", group->first);
  if (group->last > group->first)
    g_string_append_printf (group->places, "-%u", group->last);
}

static void
add_place (Group *group, guint place)
{
  if (place != group->last + 1)
    {
      write_range (group);
      group->first = place;
    }
  group->last = place;
}

/* ---- writing --------------------------------------------------------------------------------- */

static gboolean
is_wanted (const SendpathReport *report, const ReportRecipient *recipient, const Attempt *noted)
{
  return noted != NULL ? report_get_last_attempt (report, recipient) == noted : recipient->is_late;
}

static void
add_answer (JsonObject *outcome, const ReportRecipient *recipient)
{
  fields_add_text (outcome, "state", sendpath_recipient_state_to_string (recipient->state));
  fields_add_text (outcome, "verdict", sendpath_verdict_to_string (recipient->verdict));
  attempt_add_reply_fields (outcome, recipient->reply);
}

static JsonObject *
new_named (const ReportRecipient *recipient)
{
  JsonObject *outcome = json_object_new ();

  fields_add_text (outcome, "address", recipient->address);
  add_answer (outcome, recipient);
  return outcome;
}

static gboolean
has_same_answer (const ReportRecipient *one, const ReportRecipient *other)
{
  return one->state == other->state && one->verdict == other->verdict && one->reply == other->reply;
}

/* The group of @recipient, which is @place in the envelope: a new one, or with that place added. */
static Group *
join_group (GHashTable *by_answer, GPtrArray *groups, const ReportRecipient *recipient, guint place)
{
  g_autoptr(JsonObject) outcome = json_object_new ();
  g_autofree char *answer = NULL;
  Group *group;

  add_answer (outcome, recipient);
  answer = fields_print (outcome);
  group = g_hash_table_lookup (by_answer, answer);
  if (group != NULL)
    {
      add_place (group, place);
      return group;
    }
  group = g_new0 (Group, 1);
  group->outcome = g_steal_pointer (&outcome);
  group->example = recipient;
  group->places = g_string_new (NULL);
  group->first = group->last = place;
  g_ptr_array_add (groups, group);
  g_hash_table_insert (by_answer, g_steal_pointer (&answer), group);
  return group;
}

static JsonArray *
new_grouped (const SendpathReport *report, const Attempt *noted)
{
  g_autoptr(GHashTable) by_answer = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  JsonArray *outcomes = json_array_new ();
  Group *latest = NULL;

  for (guint i = 0; i < report->recipients->len; i++)
    {
      const ReportRecipient *recipient = report->recipients->pdata[i];

      if (!is_wanted (report, recipient, noted))
        continue;
      if (latest != NULL && has_same_answer (latest->example, recipient))
        add_place (latest, i);
      else
        latest = join_group (by_answer, groups, recipient, i);
    }
  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = groups->pdata[i];

      write_range (group);
      fields_add_text (group->outcome, "places", group->places->str);
      json_array_add_object_element (outcomes, json_object_ref (group->outcome));
    }
  return outcomes;
}

JsonArray *
outcomes_new (const SendpathReport *report, const Attempt *noted)
{
  JsonArray *outcomes;

  if (report->recipients->len > NAMED_RECIPIENTS)
    return new_grouped (report, noted);
  outcomes = json_array_new ();
  for (guint i = 0; i < report->recipients->len; i++)
    if (is_wanted (report, report->recipients->pdata[i], noted))
      json_array_add_object_element (outcomes, new_named (report->recipients->pdata[i]));
  return outcomes;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* A number at *@text, which moves behind it; FALSE if there is none, or none below @end. */
static gboolean
take_place (const char **text, guint64 end, guint64 *place)
{
  char *behind;

  if (!g_ascii_isdigit (**text))
    return FALSE;
  *place = g_ascii_strtoull (*text, &behind, 10);
  *text = behind;
  return *place < end;
}

/* Ranges that ascend, so that nobody is in two. */
static gboolean
add_places (GPtrArray *found, SendpathReport *report, const char *text)
{
  guint64 next = 0;

  for (;;)
    {
      guint64 first, last;

      if (!take_place (&text, report->recipients->len, &first) || first < next)
        return FALSE;
      last = first;
      if (*text == '-')
        {
          text++;
          if (!take_place (&text, report->recipients->len, &last) || last <= first)
            return FALSE;
        }
      for (next = first; next <= last; next++)
        g_ptr_array_add (found, report->recipients->pdata[next]);
      if (*text == '\0')
        return TRUE;
      if (*text++ != ',')
        return FALSE;
    }
}

GPtrArray *
outcomes_find_recipients (SendpathReport *report, JsonObject *outcome)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  const char *places = fields_get_text (outcome, "places");
  const char *address = fields_get_text (outcome, "address");
  ReportRecipient *recipient = address != NULL ? report_find_recipient (report, address) : NULL;

  if (places != NULL)
    return add_places (found, report, places) ? g_steal_pointer (&found) : NULL;
  if (recipient == NULL)
    return NULL;
  g_ptr_array_add (found, recipient);
  return g_steal_pointer (&found);
}
