/* delivering: sends what claws-send put into the outbox, while Claws Mail's window stays alive, and tells how it
 * went. It keeps no message and no setting: the outbox and the configuration are the library's. */
#include "config.h"

#include "delivering.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <log.h>
#include <statusbar.h>
#include <unistd.h>

#include "door.h"

/* How long an answer to a final dot is waited for when Claws Mail ends. */
#define LEAVE_S 5

struct _Delivering {
  grefcount n_refs; /* of the owner and of each call that is under way */
  Asking *asking;   /* NULL: the plugin is gone, and nobody wants to know */
  char *path;
  GSocket *socket;
  GSource *source;
  GCancellable *cancellable;
  SendpathEngine *engine; /* for all that is under way at the same time */
  guint n_running;
  SendpathReport *last;
  void (*func) (gpointer);
  gpointer func_data;
};

static void
unref (Delivering *delivering)
{
  if (!g_ref_count_dec (&delivering->n_refs))
    return;
  g_clear_object (&delivering->engine);
  g_clear_object (&delivering->cancellable);
  g_clear_pointer (&delivering->last, sendpath_report_unref);
  g_free (delivering);
}

/* ---- the engine ------------------------------------------------------------------------------ */

static gboolean
on_request (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  const Delivering *delivering = data;

  return delivering->asking != NULL && asking_answer (delivering->asking, engine, request);
}

/* The configuration may have changed since; what is under way keeps the engine that remembers the answers. */
SendpathEngine *
delivering_open_engine (Delivering *delivering, GError **error)
{
  g_autoptr (SendpathProfileStore) profiles = NULL;

  if (delivering->engine != NULL && delivering->n_running > 0)
    return g_object_ref (delivering->engine);
  profiles = sendpath_profile_store_new (NULL);
  if (!sendpath_profile_store_load (profiles, error))
    return NULL;
  if (delivering->engine != NULL)
    g_signal_handlers_disconnect_by_data (delivering->engine, delivering);
  g_clear_object (&delivering->engine);
  delivering->engine = sendpath_engine_new (profiles);
  g_signal_connect (delivering->engine, "request", G_CALLBACK (on_request), delivering);
  return g_object_ref (delivering->engine);
}

/* ---- how it went ----------------------------------------------------------------------------- */

/* What has just been sent needs no window. */
static void
tell_report (Delivering *delivering, const SendpathReport *report)
{
  static const GtkMessageType types[] = {
    [SENDPATH_OUTCOME_QUEUED] = GTK_MESSAGE_WARNING,
    [SENDPATH_OUTCOME_SENT] = GTK_MESSAGE_INFO,
    [SENDPATH_OUTCOME_PARTIAL] = GTK_MESSAGE_ERROR,
    [SENDPATH_OUTCOME_FAILED] = GTK_MESSAGE_ERROR,
    [SENDPATH_OUTCOME_UNCERTAIN] = GTK_MESSAGE_WARNING,
  };
  SendpathOutcome outcome = sendpath_report_get_outcome (report);
  g_autofree char *summary = sendpath_report_dup_summary (report);

  if (outcome == SENDPATH_OUTCOME_SENT)
    log_message (LOG_PROTOCOL, "sendpath: %s\n", summary);
  else
    log_warning (LOG_PROTOCOL, "sendpath: %s\n", summary);
  if (outcome != SENDPATH_OUTCOME_SENT)
    asking_tell (delivering->asking, types[outcome], summary);
}

/* Another process has it if it is busy: that one tells of it. */
static void
tell_error (Delivering *delivering, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, SENDPATH_ERROR, SENDPATH_ERROR_BUSY))
    return;
  asking_tell (delivering->asking, GTK_MESSAGE_ERROR, error->message);
}

static void
note_report (Delivering *delivering, SendpathReport *report)
{
  g_clear_pointer (&delivering->last, sendpath_report_unref);
  delivering->last = sendpath_report_ref (report);
}

static void
begin (Delivering *delivering)
{
  g_ref_count_inc (&delivering->n_refs);
  delivering->n_running++;
  statusbar_print_all ("%s", _ ("Sending mail through sendpath…"));
}

static void
end (Delivering *delivering, const GError *error)
{
  delivering->n_running--;
  if (delivering->asking != NULL)
    {
      statusbar_pop_all ();
      if (error != NULL)
        tell_error (delivering, error);
      if (delivering->func != NULL)
        delivering->func (delivering->func_data);
    }
  unref (delivering);
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void
on_delivered (GObject *source, GAsyncResult *result, gpointer data)
{
  Delivering *delivering = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathReport) report =
                 sendpath_engine_deliver_finish (SENDPATH_ENGINE (source), result, &error);

  if (report != NULL)
    note_report (delivering, report);
  if (report != NULL && delivering->asking != NULL)
    tell_report (delivering, report);
  end (delivering, error);
}

/* Who had them tried looks at them. */
static void
on_flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  Delivering *delivering = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reports =
                 sendpath_engine_flush_finish (SENDPATH_ENGINE (source), result, &error);

  for (guint i = 0; reports != NULL && i < reports->len; i++)
    note_report (delivering, reports->pdata[i]);
  end (delivering, error);
}

static void
deliver (Delivering *delivering, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathEngine) engine = delivering_open_engine (delivering, &error);

  if (engine == NULL)
    {
      tell_error (delivering, error);
      return;
    }
  begin (delivering);
  sendpath_engine_deliver_async (engine, id, delivering->cancellable, on_delivered, delivering);
}

void
delivering_flush (Delivering *delivering)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathEngine) engine = delivering_open_engine (delivering, &error);

  if (engine == NULL)
    {
      tell_error (delivering, error);
      return;
    }
  begin (delivering);
  sendpath_engine_flush_async (engine, delivering->cancellable, on_flushed, delivering);
}

const SendpathReport *
delivering_get_last (const Delivering *delivering)
{
  return delivering->last;
}

gboolean
delivering_is_busy (const Delivering *delivering)
{
  return delivering->n_running > 0;
}

void
delivering_follow (Delivering *delivering, void (*func) (gpointer), gpointer data)
{
  delivering->func = func;
  delivering->func_data = data;
}

/* ---- the door -------------------------------------------------------------------------------- */

static gboolean
is_id (const char *words)
{
  return strlen (words) == 32 && strspn (words, "0123456789abcdef") == 32;
}

/* Claws Mail still waits for claws-send to end: what is asked and told comes after it. */
static gboolean
on_told (GSocket *socket, GIOCondition condition, gpointer data)
{
  Delivering *delivering = data;
  char words[DOOR_MAX_BYTES + 1];
  gssize length = g_socket_receive (socket, words, DOOR_MAX_BYTES, NULL, NULL);

  if (length <= 0)
    return G_SOURCE_CONTINUE;
  words[length] = '\0';
  if (is_id (words))
    deliver (delivering, words);
  else if (g_utf8_validate (words, -1, NULL))
    asking_tell (delivering->asking, GTK_MESSAGE_ERROR, words);
  return G_SOURCE_CONTINUE;
}

static gboolean
open_door (Delivering *delivering, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;

  delivering->path = door_dup_path (getpid ());
  address = g_unix_socket_address_new (delivering->path);
  delivering->socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (delivering->socket == NULL)
    return FALSE;
  g_mkdir_with_parents (g_get_user_runtime_dir (), 0700);
  g_unlink (delivering->path); /* a former process had our number */
  if (!g_socket_bind (delivering->socket, address, FALSE, error))
    return FALSE;
  g_chmod (delivering->path, 0600);
  g_socket_set_blocking (delivering->socket, FALSE);
  delivering->source = g_socket_create_source (delivering->socket, G_IO_IN, NULL);
  g_source_set_callback (delivering->source, G_SOURCE_FUNC (on_told), delivering, NULL);
  g_source_attach (delivering->source, NULL);
  return TRUE;
}

static void
close_door (Delivering *delivering)
{
  if (delivering->source != NULL)
    g_source_destroy (delivering->source);
  g_clear_pointer (&delivering->source, g_source_unref);
  g_clear_object (&delivering->socket);
  g_unlink (delivering->path);
  g_clear_pointer (&delivering->path, g_free);
}

Delivering *
delivering_new (Asking *asking, GError **error)
{
  g_autoptr (Delivering) delivering = g_new0 (Delivering, 1);

  g_ref_count_init (&delivering->n_refs);
  delivering->asking = asking;
  delivering->cancellable = g_cancellable_new ();
  return open_door (delivering, error) ? g_steal_pointer (&delivering) : NULL;
}

static gboolean
on_time_up (gpointer data)
{
  gboolean *is_up = data;

  *is_up = TRUE;
  return G_SOURCE_CONTINUE;
}

/* What is cancelled before its final dot stays in the outbox; an answer to a dot is worth some waiting. */
void
delivering_free (Delivering *delivering)
{
  gboolean is_up = FALSE;
  guint timer = g_timeout_add_seconds (LEAVE_S, on_time_up, &is_up);

  close_door (delivering);
  delivering->asking = NULL;
  g_cancellable_cancel (delivering->cancellable);
  while (delivering->n_running > 0 && !is_up)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  unref (delivering);
}
