/* asking: the engine's questions, and what people have to be told, as dialogues of Claws Mail. None of them blocks:
 * a message that waits for an answer keeps nobody else waiting. A window that is closed gives the safe answer. */
#include "config.h"

#include "asking.h"

#include <glib/gi18n-lib.h>
#include <log.h>
#include <mainwindow.h>
#include <string.h>

struct _Asking {
  GList *windows; /* of GtkDialog: those that are open */
};

typedef struct {
  SendpathEngine *engine;
  SendpathRequest *request;
  GtkEntry *password;
  GtkToggleButton *keep;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->engine);
  g_object_unref (question->request);
  g_free (question);
}

/* ---- windows --------------------------------------------------------------------------------- */

static void
on_destroyed (GtkWidget *window, gpointer data)
{
  Asking *asking = data;

  asking->windows = g_list_remove (asking->windows, window);
}

static GtkWidget *
open_window (Asking *asking, GtkMessageType type, const char *text)
{
  MainWindow *main_window = mainwindow_get_mainwindow ();
  GtkWindow *parent = main_window != NULL ? GTK_WINDOW (main_window->window) : NULL;
  GtkWidget *window = gtk_message_dialog_new (parent, 0, type, GTK_BUTTONS_NONE, "%s", text);

  gtk_window_set_title (GTK_WINDOW (window), "sendpath");
  asking->windows = g_list_prepend (asking->windows, window);
  g_signal_connect (window, "destroy", G_CALLBACK (on_destroyed), asking);
  return window;
}

void
asking_tell (Asking *asking, GtkMessageType type, const char *text)
{
  GtkWidget *window = open_window (asking, type, text);

  gtk_dialog_add_button (GTK_DIALOG (window), _ ("_Close"), GTK_RESPONSE_CLOSE);
  g_signal_connect (window, "response", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_window_present (GTK_WINDOW (window));
}

/* ---- relays ---------------------------------------------------------------------------------- */

typedef struct {
  SendpathRelayChoice choice;
  const char *label;
} Choice;

/* What may be said where there is nothing else to choose than yes or no, and where there is. */
static const Choice choices_open[] = {
  { SENDPATH_RELAY_CHOICE_KEEP, N_ ("_Keep It Waiting") },
  { SENDPATH_RELAY_CHOICE_ONCE, N_ ("_Send It All the Same") },
};
static const Choice choices_message[] = {
  { SENDPATH_RELAY_CHOICE_NEVER, N_ ("_Never Use It Here") },
  { SENDPATH_RELAY_CHOICE_KEEP, N_ ("_Keep It Waiting") },
  { SENDPATH_RELAY_CHOICE_ONCE, N_ ("_Only for This Message") },
  { SENDPATH_RELAY_CHOICE_HERE, N_ ("Use It _Here from Now On") },
};

static void
on_relay_answered (GtkDialog *window, int response, gpointer data)
{
  Question *question = data;

  sendpath_request_answer_relay (question->request, response >= 0 ? (SendpathRelayChoice) response
                                                                  : SENDPATH_RELAY_CHOICE_KEEP);
  gtk_widget_destroy (GTK_WIDGET (window));
}

static void
ask_relay (GtkWidget *window, Question *question)
{
  gboolean is_open = sendpath_request_get_security (question->request) == SENDPATH_SECURITY_NONE;
  const Choice *choices = is_open ? choices_open : choices_message;
  guint n_choices = is_open ? G_N_ELEMENTS (choices_open) : G_N_ELEMENTS (choices_message);

  for (guint i = 0; i < n_choices; i++)
    gtk_dialog_add_button (GTK_DIALOG (window), _ (choices[i].label), (int) choices[i].choice);
  gtk_dialog_set_default_response (GTK_DIALOG (window), SENDPATH_RELAY_CHOICE_KEEP);
  g_signal_connect_data (window, "response", G_CALLBACK (on_relay_answered), question,
                         question_free, 0);
}

/* ---- passwords ------------------------------------------------------------------------------- */

typedef struct {
  SendpathEngine *engine;
  char *name;
  char *password;
} Keeping;

static void
keeping_free (gpointer data)
{
  Keeping *keeping = data;

  explicit_bzero (keeping->password, strlen (keeping->password));
  g_free (keeping->password);
  g_free (keeping->name);
  g_object_unref (keeping->engine);
  g_free (keeping);
}

/* The keyring may ask for its own password first, and take its time. */
static void
run_keeping (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Keeping *keeping = data;
  GError *error = NULL;

  if (sendpath_engine_set_password (keeping->engine, keeping->name, keeping->password, NULL,
                                    &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    log_error (LOG_PROTOCOL, "sendpath: %s\n", error->message);
}

static void
keep_password (const Question *question, const char *password)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_kept, NULL);
  Keeping *keeping = g_new0 (Keeping, 1);

  keeping->engine = sendpath_engine_new (sendpath_engine_get_profiles (question->engine));
  keeping->name = g_strdup (sendpath_request_get_account (question->request));
  keeping->password = g_strdup (password);
  g_task_set_task_data (task, keeping, keeping_free);
  g_task_run_in_thread (task, run_keeping);
}

static void
on_password_answered (GtkDialog *window, int response, gpointer data)
{
  Question *question = data;
  const char *password = gtk_entry_get_text (question->password);

  if (response != GTK_RESPONSE_OK || *password == '\0')
    sendpath_request_decline (question->request);
  else
    {
      if (gtk_toggle_button_get_active (question->keep))
        keep_password (question, password);
      sendpath_request_answer (question->request, password);
    }
  gtk_widget_destroy (GTK_WIDGET (window));
}

static void
ask_password (GtkWidget *window, Question *question)
{
  GtkWidget *area = gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (window));
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *keep = gtk_check_button_new_with_mnemonic (_ ("Keep it in the key_ring"));

  question->password = GTK_ENTRY (entry);
  question->keep = GTK_TOGGLE_BUTTON (keep);
  gtk_entry_set_visibility (question->password, FALSE);
  gtk_entry_set_input_purpose (question->password, GTK_INPUT_PURPOSE_PASSWORD);
  gtk_entry_set_activates_default (question->password, TRUE);
  gtk_container_add (GTK_CONTAINER (area), entry);
  gtk_container_add (GTK_CONTAINER (area), keep);
  gtk_widget_show_all (area);
  gtk_dialog_add_button (GTK_DIALOG (window), _ ("_Keep It Waiting"), GTK_RESPONSE_CANCEL);
  gtk_dialog_add_button (GTK_DIALOG (window), _ ("_Log In"), GTK_RESPONSE_OK);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gtk_widget_grab_focus (entry);
  g_signal_connect_data (window, "response", G_CALLBACK (on_password_answered), question,
                         question_free, 0);
}

/* ---- any of them ----------------------------------------------------------------------------- */

gboolean
asking_answer (Asking *asking, SendpathEngine *engine, SendpathRequest *request)
{
  static void (*const ask[]) (GtkWidget *, Question *) = {
    [SENDPATH_REQUEST_PASSWORD] = ask_password,
    [SENDPATH_REQUEST_RELAY] = ask_relay,
    [SENDPATH_REQUEST_TOKEN] = NULL, /* nobody knows one by heart */
  };
  SendpathRequestKind kind = sendpath_request_get_kind (request);
  GtkWidget *window;
  Question *question;

  if (ask[kind] == NULL)
    return FALSE;
  window = open_window (asking, GTK_MESSAGE_QUESTION, sendpath_request_get_text (request));
  question = g_new0 (Question, 1);
  question->engine = g_object_ref (engine);
  question->request = g_object_ref (request);
  ask[kind](window, question);
  gtk_window_present (GTK_WINDOW (window));
  return TRUE;
}

Asking *
asking_new (void)
{
  return g_new0 (Asking, 1);
}

/* What was not answered gets the safe answer, since the requests go. */
void
asking_free (Asking *asking)
{
  while (asking->windows != NULL)
    gtk_widget_destroy (asking->windows->data);
  g_free (asking);
}
