/* fill-in: named places in sentences. It never takes a translated sentence for a printf format: a
 * translation with a slip in it must not read what is not there. */
#include "config.h"

#include "sendpath/verdict/fill-in.h"

#include <stdarg.h>
#include <string.h>

#include "sendpath/wire/clean-text.h"

#define VALUE_CHARS 320

/* The value of the place whose name begins at @name, and how long that name is; NULL if it is none
 * of @places. */
static const char *
find_value (const char *name, va_list places, gsize *ret_length)
{
  const char *place;

  while ((place = va_arg (places, const char *)) != NULL)
    {
      const char *value = va_arg (places, const char *);
      gsize length = strlen (place);

      if (strncmp (name, place, length) == 0 && name[length] == '}')
        {
          *ret_length = length;
          return value != NULL ? value : "";
        }
    }
  return NULL;
}

char *
fill_in (const char *text, ...)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = text; *p != '\0';)
    {
      const char *value = NULL;
      gsize length = 0;
      va_list places;

      va_start (places, text);
      if (*p == '{')
        value = find_value (p + 1, places, &length);
      va_end (places);
      if (value != NULL)
        {
          g_autofree char *clean = clean_text (value, -1, VALUE_CHARS);

          g_string_append (out, clean);
          p += length + strlen ("{}");
        }
      else
        g_string_append_c (out, *p++);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
