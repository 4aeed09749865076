/* Reads dialogues. It never plays one. */
#include "config.h"

#include "tests/lib/dialogue.h"

#include <string.h>

static const struct {
  const char *prefix;
  StepKind    kind;
  gboolean    has_number;
  gboolean    is_raw;
} forms[] = {
  { "S: ", STEP_SAY, FALSE, FALSE },
  { "S+: ", STEP_SAY, FALSE, TRUE },
  { "C: ", STEP_EXPECT, FALSE, FALSE },
  { "!tls ", STEP_TLS, FALSE, FALSE },
  { "!renegotiate", STEP_RENEGOTIATE, FALSE, FALSE },
  { "!drip ", STEP_DRIP, TRUE, FALSE },
  { "!flood ", STEP_FLOOD, TRUE, TRUE },
  { "!cut", STEP_CUT, FALSE, FALSE },
  { "!reset", STEP_RESET, FALSE, FALSE },
  { "!peek", STEP_PEEK, FALSE, FALSE },
  { "!wait", STEP_WAIT, FALSE, FALSE },
  { "!stall", STEP_STALL, FALSE, FALSE },
  { "!hold", STEP_HOLD, FALSE, FALSE },
  { "---", STEP_END, FALSE, FALSE },
};

static void
step_free (gpointer data)
{
  DialogueStep *step = data;

  g_free (step->text);
  g_clear_pointer (&step->bytes, g_bytes_unref);
  g_free (step);
}

/* \r \n \t \\ and \xNN become bytes. */
static GBytes *
unescape (const char *raw, guint line)
{
  GByteArray *bytes = g_byte_array_new ();

  for (const char *p = raw; *p != '\0'; p++)
    {
      guint8 byte = (guint8) *p;

      if (*p == '\\')
        {
          p++;
          if (*p == 'x' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
            {
              byte = (guint8) (g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]));
              p += 2;
            }
          else if (*p != '\0' && strchr ("rnt\\", *p) != NULL)
            byte = (guint8) (*p == 'r' ? '\r' : *p == 'n' ? '\n' : *p == 't' ? '\t' : '\\');
          else
            g_error ("dialogue, line %u: unknown escape \\%c", line, *p);
        }
      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static DialogueStep *
step_new (StepKind kind, guint line)
{
  DialogueStep *step = g_new0 (DialogueStep, 1);

  step->kind = kind;
  step->line = line;
  return step;
}

static DialogueStep *
parse_line (const char *line, guint line_no)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      DialogueStep *step;
      char *rest;

      if (!g_str_has_prefix (line, forms[i].prefix))
        continue;
      step = step_new (forms[i].kind, line_no);
      rest = (char *) line + strlen (forms[i].prefix);
      if (forms[i].has_number)
        step->number = g_ascii_strtoull (rest, &rest, 10);
      if (forms[i].kind == STEP_FLOOD)
        rest += *rest == ' ';
      step->text = g_strdup (rest);
      if (forms[i].is_raw)
        step->bytes = unescape (rest, line_no);
      else if (step->kind == STEP_SAY)
        step->bytes = g_bytes_new_take (g_strconcat (rest, "\r\n", NULL), strlen (rest) + 2);
      else if (step->kind == STEP_EXPECT && strcmp (rest, "<data>") == 0)
        step->kind = STEP_EXPECT_DATA;
      else if (step->kind == STEP_EXPECT && g_str_has_prefix (rest, "<bdat"))
        step->kind = STEP_EXPECT_BDAT;
      return step;
    }
  g_error ("dialogue, line %u: cannot read `%s`", line_no, line);
}

GPtrArray *
dialogue_parse (const char *text)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (step_free);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint line_no = 0;

  for (char **line = lines; *line != NULL; line++)
    {
      line_no++;
      if (**line != '\0' && **line != '#')
        g_ptr_array_add (steps, parse_line (*line, line_no));
    }
  if (steps->len > 0)
    g_ptr_array_add (steps, step_new (STEP_END, line_no));
  return steps;
}

char *
dialogue_load (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".dialogue", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "dialogues", file, NULL);
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  return text;
}
