/* Uses the window of tests/examples/compose.c as a person does, through its widgets, and takes pictures of
 * it. check-compose starts it, and has the servers. */
#include "config.h"

#include <string.h>

#include "tests/examples/compose.h"

#define SECRET "tram-water-7"

typedef struct {
  GtkWindow *window;
  GMainLoop *loop;
  const char *pictures; /* folder */
  const char *answer;   /* label of the button that is pressed when something is asked */
  gboolean is_asked;
} Person;

/* ---- finding --------------------------------------------------------------------------------- */

typedef gboolean (*Wanted) (GtkWidget *widget, const char *text);

static GtkWidget *
find (GtkWidget *root, Wanted is_wanted, const char *text)
{
  if (is_wanted (root, text))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, is_wanted, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* The words on @widget without the mark of its key. */
static gboolean
is_button (GtkWidget *widget, const char *text)
{
  const char *label = GTK_IS_BUTTON (widget) ? gtk_button_get_label (GTK_BUTTON (widget)) : NULL;
  g_auto (GStrv) pieces = label != NULL ? g_strsplit (label, "_", -1) : NULL;
  g_autofree char *words = pieces != NULL ? g_strjoinv ("", pieces) : NULL;

  return g_strcmp0 (words, text) == 0;
}

static gboolean
is_label (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0;
}

static gboolean
is_text_view (GtkWidget *widget, const char *text)
{
  return GTK_IS_TEXT_VIEW (widget);
}

static gboolean
is_password (GtkWidget *widget, const char *text)
{
  return GTK_IS_PASSWORD_ENTRY (widget) && gtk_widget_get_visible (widget);
}

static gboolean
is_result (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && gtk_widget_has_css_class (widget, "heading");
}

static gboolean
is_revealer (GtkWidget *widget, const char *text)
{
  return GTK_IS_REVEALER (widget);
}

static void
press (Person *person, const char *label)
{
  GtkWidget *button = find (GTK_WIDGET (person->window), is_button, label);

  if (button == NULL)
    g_error ("no button says %s", label);
  g_signal_emit_by_name (button, "clicked");
}

/* Into the field behind that label. */
static void
type (Person *person, const char *label, const char *text)
{
  GtkWidget *name = find (GTK_WIDGET (person->window), is_label, label);

  gtk_editable_set_text (GTK_EDITABLE (gtk_label_get_mnemonic_widget (GTK_LABEL (name))), text);
}

/* ---- pictures -------------------------------------------------------------------------------- */

/* FALSE: nothing is drawn just now. */
static gboolean
take_picture (Person *person, const char *name)
{
  GtkWidget *window = GTK_WIDGET (person->window);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autofree char *path = g_strdup_printf ("%s/%s.png", person->pictures, name);
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window),
                          gtk_widget_get_height (window));
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    return FALSE;
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  return gdk_texture_save_to_png (texture, path);
}

/* ---- what a person does ---------------------------------------------------------------------- */

static gboolean
is_question_open (Person *person)
{
  GtkWidget *revealer = find (GTK_WIDGET (person->window), is_revealer, NULL);

  return gtk_revealer_get_child_revealed (GTK_REVEALER (revealer));
}

static void
answer (Person *person)
{
  GtkWidget *password = find (GTK_WIDGET (person->window), is_password, NULL);

  if (!take_picture (person, "asked"))
    return;
  if (password != NULL)
    gtk_editable_set_text (GTK_EDITABLE (password), SECRET);
  press (person, person->answer);
  person->is_asked = TRUE;
}

static gboolean
look (gpointer data)
{
  Person *person = data;
  GtkWidget *result = find (GTK_WIDGET (person->window), is_result, NULL);
  const char *text = gtk_label_get_text (GTK_LABEL (result));

  if (!person->is_asked && is_question_open (person))
    answer (person);
  if (*text == '\0' || is_question_open (person))
    return G_SOURCE_CONTINUE;
  if (!take_picture (person, "done"))
    return G_SOURCE_CONTINUE;
  g_print ("%s\n%s\n", person->is_asked ? "asked" : "not asked", text);
  g_main_loop_quit (person->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
begin (gpointer data)
{
  Person *person = data;
  GtkWidget *view = find (GTK_WIDGET (person->window), is_text_view, NULL);

  if (!gtk_widget_get_mapped (view))
    return G_SOURCE_CONTINUE;
  type (person, "To", "someone@adatum.com");
  type (person, "Subject", "Lunch");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)),
                            "Noon, at the usual place?\n\nTerri", -1);
  press (person, "Send");
  g_timeout_add (50, look, person);
  return G_SOURCE_REMOVE;
}

/* drive-compose PICTURES ANSWER */
int
main (int argc, char **argv)
{
  g_autoptr (SendpathProfileStore) profiles = sendpath_profile_store_new (NULL);
  g_autoptr (SendpathEngine) engine = sendpath_engine_new (profiles);
  Person person = { .pictures = argv[1], .answer = argv[2] };
  g_autoptr (GError) error = NULL;

  g_assert (argc == 3);
  gtk_init ();
  if (!sendpath_profile_store_load (profiles, &error))
    g_error ("%s", error->message);
  person.loop = g_main_loop_new (NULL, FALSE);
  person.window = compose_open (engine);
  g_timeout_add (20, begin, &person);
  g_main_loop_run (person.loop);
  gtk_window_destroy (person.window);
  g_main_loop_unref (person.loop);
  return 0;
}
