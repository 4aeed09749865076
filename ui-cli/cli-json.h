/* JSON on standard output: objects with "schema":1 or lines of them. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define CLI_JSON_OPTION(flag)                                                                      \
  {                                                                                                \
    "json", 0, 0, G_OPTION_ARG_NONE, flag, N_ ("Print JSON for programs"), NULL                    \
  }
#define CLI_TRACE_OPTION(flag)                                                                     \
  {                                                                                                \
    "trace", 0, 0, G_OPTION_ARG_NONE, flag,                                                        \
        N_ ("Show the dialogue with the servers, without secrets"), NULL                           \
  }

JsonObject *cli_json_new (void); /* with "schema":1 */
void cli_json_add_text (JsonObject *object, const char *name, const char *text); /* NULL: null */
void cli_json_print (JsonObject *object);
/* A line of `account test` in words. */
void cli_json_print_check (const char *line);

G_END_DECLS
