/* Mozilla's autoconfig format, by GMarkup, which knows no entities but the five of XML.
 *
 * What it reads is not believed: a host is a name and a port that somebody wrote. Fetches
 * nothing. */
#include "config.h"

#include "profiles/autoconfig.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_SERVERS    16
#define MAX_TEXT_CHARS 255

/* One <incomingServer> or <outgoingServer> while it is read. */
typedef struct {
  gboolean is_open;
  gboolean is_smtp;
  char *host, *port, *socket, *user;
  gboolean takes_password, takes_oauth2, by_network;
} Draft;

typedef struct {
  const char *address;
  Autoconfig *result;
  Draft draft;
  gboolean is_second; /* after the first provider */
} Reading;

void
autoconfig_free (Autoconfig *autoconfig)
{
  if (autoconfig == NULL)
    return;
  g_ptr_array_unref (autoconfig->smtp);
  g_ptr_array_unref (autoconfig->pop);
  g_free (autoconfig);
}

static void
clear_draft (Draft *draft)
{
  g_free (draft->host);
  g_free (draft->port);
  g_free (draft->socket);
  g_free (draft->user);
  *draft = (Draft) { 0 };
}

/* ---- one server ------------------------------------------------------------------------------ */

static char *
expand (const char *text, const char *address)
{
  const char *at = strrchr (address, '@');
  g_autofree char *local = g_strndup (address, at - address);
  g_autoptr(GString) out = g_string_new (text);

  g_string_replace (out, "%EMAILADDRESS%", address, 0);
  g_string_replace (out, "%EMAILLOCALPART%", local, 0);
  g_string_replace (out, "%EMAILDOMAIN%", at + 1, 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
is_showable (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isprint (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static FoundServer *
finish_draft (const Draft *draft, const char *address)
{
  gboolean is_tls = g_strcmp0 (draft->socket, "SSL") == 0;
  g_autofree char *host = draft->host != NULL ? expand (draft->host, address) : NULL;
  g_autofree char *user = draft->user != NULL ? expand (draft->user, address) : NULL;
  guint64 port;
  FoundServer *server;

  if (host == NULL || draft->port == NULL ||
      (!is_tls && g_strcmp0 (draft->socket, "STARTTLS") != 0))
    return NULL;
  if (!g_ascii_string_to_unsigned (draft->port, 10, 1, G_MAXUINT16, &port, NULL))
    return NULL;
  server = found_server_new (host, (guint) port, is_tls);
  if (server == NULL)
    return NULL;
  if (user != NULL && *user != '\0' && is_showable (user))
    server->user = g_steal_pointer (&user);
  server->wants_oauth2 = draft->takes_oauth2 && !draft->takes_password;
  server->own_network_only = draft->by_network;
  return server;
}

/* ---- the parser ------------------------------------------------------------------------------ */

/* The element around the one that begins now; "" for none. */
static const char *
get_parent (GMarkupParseContext *context)
{
  const GSList *stack = g_markup_parse_context_get_element_stack (context);

  return stack != NULL && stack->next != NULL ? stack->next->data : "";
}

static const char *
find_attribute (const char **names, const char **values, const char *wanted)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], wanted))
      return values[i];
  return "";
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **attributes,
          const char **values, gpointer data, GError **error)
{
  Reading *reading = data;
  const char *type = find_attribute (attributes, values, "type");
  gboolean is_smtp = g_str_equal (name, "outgoingServer") && g_str_equal (type, "smtp");
  gboolean is_pop = g_str_equal (name, "incomingServer") && g_str_equal (type, "pop3");

  if ((is_smtp || is_pop) && !reading->is_second &&
      g_str_equal (get_parent (context), "emailProvider"))
    {
      clear_draft (&reading->draft);
      reading->draft.is_open = TRUE;
      reading->draft.is_smtp = is_smtp;
    }
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  Reading *reading = data;
  Draft *draft = &reading->draft;
  FoundServer *server;
  GPtrArray *list;

  if (g_str_equal (name, "emailProvider"))
    reading->is_second = TRUE;
  if (!draft->is_open || !g_str_equal (name, draft->is_smtp ? "outgoingServer" : "incomingServer"))
    return;
  server = finish_draft (draft, reading->address);
  list = draft->is_smtp ? reading->result->smtp : reading->result->pop;
  if (server != NULL && list->len < MAX_SERVERS)
    g_ptr_array_add (list, server);
  else
    found_server_free (server);
  clear_draft (draft);
}

static void
take (char **place, const char *text)
{
  if (*place == NULL)
    *place = g_strdup (text);
}

static void
take_authentication (Draft *draft, const char *text)
{
  if (g_str_equal (text, "OAuth2"))
    draft->takes_oauth2 = TRUE;
  else if (g_str_equal (text, "client-IP-address"))
    draft->by_network = TRUE;
  else
    draft->takes_password = TRUE;
}

static void
on_text (GMarkupParseContext *context, const char *raw, gsize length, gpointer data, GError **error)
{
  Draft *draft = &((Reading *) data)->draft;
  const char *element = g_markup_parse_context_get_element (context);
  const char *parent = get_parent (context);
  g_autofree char *text = NULL;

  if (!draft->is_open || length > MAX_TEXT_CHARS ||
      !g_str_equal (parent, draft->is_smtp ? "outgoingServer" : "incomingServer"))
    return;
  text = g_strstrip (g_strndup (raw, length));
  if (*text == '\0')
    return;
  if (g_str_equal (element, "hostname"))
    take (&draft->host, text);
  else if (g_str_equal (element, "port"))
    take (&draft->port, text);
  else if (g_str_equal (element, "socketType"))
    take (&draft->socket, text);
  else if (g_str_equal (element, "username"))
    take (&draft->user, text);
  else if (g_str_equal (element, "authentication"))
    take_authentication (draft, text);
  else if (g_str_equal (element, "restriction") && g_str_equal (text, "client-IP-address"))
    draft->by_network = TRUE;
}

static const GMarkupParser parser = {
  .start_element = on_start,
  .end_element = on_end,
  .text = on_text,
};

Autoconfig *
autoconfig_parse (const char *text, gsize length, const char *address, GError **error)
{
  g_autoptr(Autoconfig) result = g_new0 (Autoconfig, 1);
  Reading reading = { .address = address, .result = result };
  g_autoptr(GMarkupParseContext) context =
                 g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);
  gboolean is_read;

  result->smtp = g_ptr_array_new_with_free_func ((GDestroyNotify) found_server_free);
  result->pop = g_ptr_array_new_with_free_func ((GDestroyNotify) found_server_free);
  is_read = g_markup_parse_context_parse (context, text, (gssize) length, error) &&
            g_markup_parse_context_end_parse (context, error);
  clear_draft (&reading.draft);
  if (!is_read)
    return NULL;
  if (result->smtp->len > 0)
    return g_steal_pointer (&result);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "it names no server for sending");
  return NULL;
}
