/* A window to write a message in: it sends while it stays alive, shows the walk as it happens, and asks
 * for a password or about a network's relay. Its texts are English; a program has its own. */
#include "tests/examples/compose.h"

#include <string.h>

/* One window; what is under way outlives it. */
typedef struct {
  SendpathEngine *engine;
  GCancellable *cancellable; /* of what is under way; NULL: nothing is */
  SendpathRequest *request;  /* that the question is about; NULL: there is none */

  GtkWindow *window; /* NULL: it was closed */
  GtkDropDown *account;
  GtkEditable *to;
  GtkEditable *subject;
  GtkTextView *text;
  GtkWidget *send;
  GtkWidget *cancel;
  GtkProgressBar *progress;
  GtkListBox *walk; /* a row for each attempt */
  GtkWidget *step;  /* of the attempt that goes on; NULL: none does */
  GtkLabel *result;

  GtkRevealer *question;
  GtkLabel *asked;
  GtkWidget *password;
  GtkWidget *answers; /* buttons, for what is asked now */
} Compose;

static void
compose_clear (gpointer data)
{
  Compose *compose = data;

  g_clear_object (&compose->request);
  g_clear_object (&compose->cancellable);
  g_clear_object (&compose->engine);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static GtkWidget *
add_step (Compose *compose)
{
  GtkWidget *step = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (step), gtk_image_new ());
  gtk_box_append (GTK_BOX (step), label);
  gtk_widget_set_margin_top (step, 6);
  gtk_widget_set_margin_bottom (step, 6);
  gtk_widget_set_margin_start (step, 8);
  gtk_widget_set_margin_end (step, 8);
  gtk_list_box_append (compose->walk, step);
  gtk_widget_set_visible (GTK_WIDGET (compose->walk), TRUE);
  return step;
}

static void
show_step (GtkWidget *step, const char *icon, const char *text)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (gtk_widget_get_first_child (step)), icon);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (step)), text);
}

static void
on_attempt_started (SendpathEngine *engine, SendpathRoute *route, gpointer data)
{
  Compose *compose = data;
  g_autofree char *text = g_strdup_printf ("Trying %s …", sendpath_route_get_server (route));

  compose->step = add_step (compose);
  show_step (compose->step, "content-loading-symbolic", text);
}

/* An offer that is repeated after a login is another attempt on the same route. */
static void
on_attempt_ended (SendpathEngine *engine, SendpathReport *report, guint attempt, gpointer data)
{
  Compose *compose = data;
  g_autofree char *text = sendpath_report_attempt_to_text (report, attempt);
  gboolean is_taken =
      sendpath_report_get_attempt_verdict (report, attempt) == SENDPATH_VERDICT_ACCEPTED;

  show_step (compose->step != NULL ? compose->step : add_step (compose),
             is_taken ? "object-select-symbolic" : "go-next-symbolic", text);
  compose->step = NULL;
}

static void
on_progress (SendpathEngine *engine, const char *id, guint64 sent, guint64 total, gpointer data)
{
  Compose *compose = data;

  gtk_progress_bar_set_fraction (compose->progress, total > 0 ? (double) sent / (double) total : 0);
}

static void
clear_walk (Compose *compose)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (compose->walk, 0)) != NULL)
    gtk_list_box_remove (compose->walk, GTK_WIDGET (row));
  gtk_widget_set_visible (GTK_WIDGET (compose->walk), FALSE);
  compose->step = NULL;
  gtk_label_set_text (compose->result, "");
  gtk_progress_bar_set_fraction (compose->progress, 0);
}

/* ---- questions ------------------------------------------------------------------------------- */

static void
close_question (Compose *compose)
{
  g_clear_object (&compose->request); /* declined, if nobody answered */
  gtk_revealer_set_reveal_child (compose->question, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (compose->password), "");
}

static void
answer_password (Compose *compose)
{
  if (compose->request != NULL)
    sendpath_request_answer (compose->request,
                             gtk_editable_get_text (GTK_EDITABLE (compose->password)));
  close_question (compose);
}

static void
answer_relay (GtkButton *button, gpointer choice)
{
  Compose *compose = g_object_get_data (G_OBJECT (button), "compose");

  if (compose->request != NULL)
    sendpath_request_answer_relay (compose->request, GPOINTER_TO_INT (choice));
  close_question (compose);
}

static GtkWidget *
add_answer (Compose *compose, const char *label)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_object_set_data (G_OBJECT (button), "compose", compose);
  gtk_box_append (GTK_BOX (compose->answers), button);
  return button;
}

static void
offer_answers (Compose *compose, SendpathRequestKind kind)
{
  static const struct {
    const char *label;
    SendpathRelayChoice choice;
  } choices[] = {
    { "Not now", SENDPATH_RELAY_CHOICE_KEEP },
    { "Never here", SENDPATH_RELAY_CHOICE_NEVER },
    { "This message only", SENDPATH_RELAY_CHOICE_ONCE },
    { "Use it here", SENDPATH_RELAY_CHOICE_HERE },
  };
  /* what everybody nearby can read is asked about for each message */
  gboolean is_bare =
      sendpath_request_get_security (compose->request) == SENDPATH_SECURITY_NONE;
  guint n_choices = G_N_ELEMENTS (choices) - (is_bare ? 1 : 0);
  GtkWidget *old;
  GtkWidget *button = NULL;

  while ((old = gtk_widget_get_first_child (compose->answers)) != NULL)
    gtk_box_remove (GTK_BOX (compose->answers), old);
  if (kind == SENDPATH_REQUEST_PASSWORD)
    {
      button = add_answer (compose, "Not now");
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (close_question), compose);
      button = add_answer (compose, "Log in");
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (answer_password), compose);
    }
  for (guint i = 0; kind == SENDPATH_REQUEST_RELAY && i < n_choices; i++)
    {
      button = add_answer (compose, choices[i].label);
      g_signal_connect (button, "clicked", G_CALLBACK (answer_relay),
                        GINT_TO_POINTER (choices[i].choice));
    }
  gtk_widget_add_css_class (button, "suggested-action");
}

/* It is kept, and answered when a button is pressed; letting it go declines. */
static gboolean
on_request (SendpathEngine *engine, SendpathRequest *request, gpointer data)
{
  Compose *compose = data;
  SendpathRequestKind kind = sendpath_request_get_kind (request);

  if (compose->request != NULL || kind == SENDPATH_REQUEST_TOKEN)
    return FALSE;
  compose->request = g_object_ref (request);
  gtk_label_set_text (compose->asked, sendpath_request_get_text (request));
  gtk_widget_set_visible (compose->password, kind == SENDPATH_REQUEST_PASSWORD);
  offer_answers (compose, kind);
  gtk_revealer_set_reveal_child (compose->question, TRUE);
  if (kind == SENDPATH_REQUEST_PASSWORD)
    gtk_widget_grab_focus (compose->password);
  return TRUE;
}

/* ---- sending --------------------------------------------------------------------------------- */

static void
set_busy (Compose *compose, gboolean is_busy)
{
  gtk_widget_set_sensitive (compose->send, !is_busy);
  gtk_widget_set_visible (compose->cancel, is_busy);
  gtk_widget_set_visible (GTK_WIDGET (compose->progress), is_busy);
  if (!is_busy)
    g_clear_object (&compose->cancellable);
}

static void
show_result (Compose *compose, const char *text)
{
  gtk_label_set_text (compose->result, text);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Compose *compose = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathReport) report =
                 sendpath_engine_send_finish (SENDPATH_ENGINE (source), result, &error);
  g_autofree char *summary = report != NULL ? sendpath_report_dup_summary (report) : NULL;

  if (compose->window != NULL)
    {
      set_busy (compose, FALSE);
      close_question (compose);
      show_result (compose, summary != NULL ? summary : error->message);
    }
  g_rc_box_release_full (compose, compose_clear);
}

static char *
dup_text (Compose *compose)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (compose->text);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

/* What is missing in the header is added by the engine: Date, Message-ID, the name in From:. A real program
 * writes fields that are not ASCII as RFC 2047 says. */
static SendpathMessage *
make_message (Compose *compose, SendpathAccount *account, GError **error)
{
  g_autofree char *text = dup_text (compose);
  g_autofree char *subject = g_strdup (gtk_editable_get_text (compose->subject));
  g_autofree char *to = g_strdup (gtk_editable_get_text (compose->to));
  g_autofree char *whole = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_strdelimit (subject, "\r\n", ' ');
  g_strdelimit (to, "\r\n", ' ');
  whole = g_strdup_printf ("From: %s\nTo: %s\nSubject: %s\nMIME-Version: 1.0\n"
                           "Content-Type: text/plain; charset=utf-8\n\n%s\n",
                           sendpath_account_get (account, "address"), to, subject, text);
  bytes = g_bytes_new (whole, strlen (whole));
  return sendpath_message_new_from_bytes (bytes, SENDPATH_MESSAGE_RECIPIENTS_FROM_HEADER, error);
}

static void
on_send (Compose *compose)
{
  SendpathAccount *account = gtk_drop_down_get_selected_item (compose->account);
  g_autoptr (GError) error = NULL;
  g_autoptr (SendpathMessage) message =
                 account != NULL ? make_message (compose, account, &error) : NULL;

  clear_walk (compose);
  if (message == NULL)
    {
      show_result (compose, error != NULL ? error->message : "There is no account.");
      return;
    }
  compose->cancellable = g_cancellable_new ();
  set_busy (compose, TRUE);
  sendpath_engine_send_async (compose->engine, message, sendpath_account_get_id (account),
                              compose->cancellable, on_sent, g_rc_box_acquire (compose));
}

static void
on_cancel (Compose *compose)
{
  g_cancellable_cancel (compose->cancellable);
}

/* ---- the window ------------------------------------------------------------------------------ */

static GtkWidget *
add_field (GtkWidget *grid, int row, const char *name, GtkWidget *field)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (name);

  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), field);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_hexpand (field, TRUE);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), field, 1, row, 1, 1);
  return field;
}

/* The accounts as they stand, and as they change. */
static GtkWidget *
make_fields (Compose *compose)
{
  GtkWidget *grid = gtk_grid_new ();
  GListModel *accounts =
      sendpath_profile_store_get_accounts (sendpath_engine_get_profiles (compose->engine));

  compose->account = GTK_DROP_DOWN (
      gtk_drop_down_new (g_object_ref (accounts),
                         gtk_property_expression_new (SENDPATH_TYPE_ACCOUNT, NULL, "address")));
  compose->to = GTK_EDITABLE (gtk_entry_new ());
  compose->subject = GTK_EDITABLE (gtk_entry_new ());
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  add_field (grid, 0, "_From", GTK_WIDGET (compose->account));
  add_field (grid, 1, "_To", GTK_WIDGET (compose->to));
  add_field (grid, 2, "_Subject", GTK_WIDGET (compose->subject));
  return grid;
}

static GtkWidget *
make_text (Compose *compose)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  compose->text = GTK_TEXT_VIEW (view);
  gtk_text_view_set_wrap_mode (compose->text, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (compose->text, 8);
  gtk_text_view_set_right_margin (compose->text, 8);
  gtk_text_view_set_top_margin (compose->text, 8);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 140);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static GtkWidget *
make_question (Compose *compose)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *revealer = gtk_revealer_new ();

  compose->question = GTK_REVEALER (revealer);
  compose->asked = GTK_LABEL (gtk_label_new (NULL));
  compose->password = gtk_password_entry_new ();
  compose->answers = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_label_set_wrap (compose->asked, TRUE);
  gtk_label_set_xalign (compose->asked, 0);
  gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (compose->password), TRUE);
  g_signal_connect_swapped (compose->password, "activate", G_CALLBACK (answer_password), compose);
  gtk_widget_set_halign (compose->answers, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (compose->asked));
  gtk_box_append (GTK_BOX (box), compose->password);
  gtk_box_append (GTK_BOX (box), compose->answers);
  gtk_revealer_set_child (compose->question, box);
  return revealer;
}

static GtkWidget *
make_walk (Compose *compose)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  compose->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  compose->walk = GTK_LIST_BOX (gtk_list_box_new ());
  compose->result = GTK_LABEL (gtk_label_new (NULL));
  gtk_list_box_set_selection_mode (compose->walk, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (compose->walk), "frame");
  gtk_label_set_wrap (compose->result, TRUE);
  gtk_label_set_xalign (compose->result, 0);
  gtk_label_set_selectable (compose->result, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (compose->result), "heading");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (compose->progress));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (compose->walk));
  gtk_box_append (GTK_BOX (box), make_question (compose));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (compose->result));
  return box;
}

static GtkWidget *
make_header (Compose *compose)
{
  GtkWidget *bar = gtk_header_bar_new ();

  compose->send = gtk_button_new_with_mnemonic ("S_end");
  compose->cancel = gtk_button_new_with_mnemonic ("_Cancel");
  gtk_widget_add_css_class (compose->send, "suggested-action");
  g_signal_connect_swapped (compose->send, "clicked", G_CALLBACK (on_send), compose);
  g_signal_connect_swapped (compose->cancel, "clicked", G_CALLBACK (on_cancel), compose);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (bar), compose->send);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), compose->cancel);
  return bar;
}

/* What is under way then is broken off, and waits in the outbox if it has not left. */
static void
on_destroy (Compose *compose)
{
  g_cancellable_cancel (compose->cancellable);
  g_signal_handlers_disconnect_by_data (compose->engine, compose);
  compose->window = NULL;
  g_rc_box_release_full (compose, compose_clear);
}

GtkWindow *
compose_open (SendpathEngine *engine)
{
  Compose *compose = g_rc_box_new0 (Compose);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  compose->engine = g_object_ref (engine);
  compose->window = GTK_WINDOW (gtk_window_new ());
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_box_append (GTK_BOX (box), make_fields (compose));
  gtk_box_append (GTK_BOX (box), make_text (compose));
  gtk_box_append (GTK_BOX (box), make_walk (compose));
  gtk_window_set_titlebar (compose->window, make_header (compose));
  gtk_window_set_title (compose->window, "New message");
  gtk_window_set_default_size (compose->window, 560, 600);
  gtk_window_set_child (compose->window, box);
  clear_walk (compose);
  set_busy (compose, FALSE);

  g_signal_connect (engine, "attempt-started", G_CALLBACK (on_attempt_started), compose);
  g_signal_connect (engine, "attempt-ended", G_CALLBACK (on_attempt_ended), compose);
  g_signal_connect (engine, "progress", G_CALLBACK (on_progress), compose);
  g_signal_connect (engine, "request", G_CALLBACK (on_request), compose);
  g_signal_connect_swapped (compose->window, "destroy", G_CALLBACK (on_destroy), compose);
  gtk_window_present (compose->window);
  return compose->window;
}
