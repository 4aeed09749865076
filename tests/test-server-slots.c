/* Places at servers: two, in order, and no waiting for ever. */
#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "sendpath/walk/server-slots.h"

#define HOST "smtp.proseware.com"

static const ServerSlotTimes patient = { 60000, 60000, 60000 };
static const ServerSlotTimes quick = { 60000, 1, 0 };

static ServerSlot *
take (ServerSlots *slots, const char *server)
{
  gboolean has_waited;

  return server_slots_take (slots, server, NULL, &has_waited);
}

/* Somebody in another thread who wants a place. */
typedef struct {
  ServerSlots *slots;
  GCancellable *cancellable;
  GAsyncQueue *done; /* their numbers, in the order in which they got it */
  guint number;
  gboolean has_waited, is_served;
  GThread *thread;
} Guest;

static gpointer
run_guest (gpointer data)
{
  Guest *guest = data;
  g_autoptr (ServerSlot) slot =
                 server_slots_take (guest->slots, HOST, guest->cancellable, &guest->has_waited);

  guest->is_served = slot != NULL;
  g_async_queue_push (guest->done, GUINT_TO_POINTER (guest->number));
  return NULL;
}

static void
start (Guest *guest)
{
  guest->thread = g_thread_new ("guest", run_guest, guest);
}

static void
test_two (void)
{
  g_autoptr (ServerSlots) slots = server_slots_new (&patient);
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Guest guest = { slots, NULL, done, 1 };
  g_autoptr (ServerSlot) elsewhere = NULL, second = NULL;
  ServerSlot *first;
  gboolean has_waited;

  first = server_slots_take (slots, HOST, NULL, &has_waited);
  g_assert_false (has_waited);
  second = take (slots, "SMTP.Proseware.com");
  elsewhere = take (slots, "smtp.adatum.com");
  g_assert_nonnull (elsewhere);
  start (&guest);
  g_assert_null (g_async_queue_timeout_pop (done, 20000));
  server_slot_free (first);
  g_thread_join (guest.thread);
  g_assert_true (guest.is_served);
  g_assert_true (guest.has_waited);
}

static void
test_cancel (void)
{
  g_autoptr (ServerSlots) slots = server_slots_new (&patient);
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Guest guest = { slots, cancellable, done, 1 };
  G_GNUC_UNUSED g_autoptr (ServerSlot) first = take (slots, HOST);
  G_GNUC_UNUSED g_autoptr (ServerSlot) second = take (slots, HOST);

  start (&guest);
  g_cancellable_cancel (cancellable);
  g_thread_join (guest.thread);
  g_assert_false (guest.is_served);
}

static void
test_end_of_patience (void)
{
  static const ServerSlotTimes hasty = { 1, 60000, 60000 };
  g_autoptr (ServerSlots) slots = server_slots_new (&hasty);
  G_GNUC_UNUSED g_autoptr (ServerSlot) first = take (slots, HOST);
  G_GNUC_UNUSED g_autoptr (ServerSlot) second = take (slots, HOST);

  g_assert_null (take (slots, HOST));
}

/* Who rests goes where somebody waits; who is used does not. */
static void
test_resting (void)
{
  g_autoptr (ServerSlots) slots = server_slots_new (&quick);
  G_GNUC_UNUSED g_autoptr (ServerSlot) used = take (slots, HOST);
  g_autoptr (ServerSlot) resting = take (slots, HOST);
  g_autoptr (ServerSlot) third = NULL;
  int fds[2];
  char byte;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  g_assert_true (server_slot_rest (resting, fds[0]));
  g_assert_true (server_slot_resume (resting));
  g_assert_true (server_slot_rest (resting, fds[0]));
  third = take (slots, HOST);
  g_assert_nonnull (third);
  g_assert_cmpint (read (fds[1], &byte, 1), ==, 0);
  g_assert_false (server_slot_resume (resting));
  close (fds[0]);
  close (fds[1]);
}

/* Whoever has had a turn gives way as soon as it rests, and not before somebody waits. */
static void
test_turns (void)
{
  static const ServerSlotTimes times = { 60000, 60000, 0 };
  g_autoptr (ServerSlots) slots = server_slots_new (&times);
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Guest guest = { slots, NULL, done, 1 };
  G_GNUC_UNUSED g_autoptr (ServerSlot) second = take (slots, HOST);
  ServerSlot *first = take (slots, HOST);

  g_assert_true (server_slot_rest (first, -1));
  g_assert_true (server_slot_resume (first));
  start (&guest);
  while (server_slot_rest (first, -1))
    {
      g_assert_true (server_slot_resume (first));
      g_thread_yield ();
    }
  server_slot_free (first);
  g_thread_join (guest.thread);
  g_assert_true (guest.is_served);
}

/* A server that refuses the second gets one from then on; one that refuses the only one is told nothing. */
static void
test_refusal (void)
{
  g_autoptr (ServerSlots) slots = server_slots_new (&patient);
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Guest guest = { slots, NULL, done, 1 };
  ServerSlot *first = take (slots, HOST);
  ServerSlot *second;

  g_assert_false (server_slot_note_refusal (first));
  second = take (slots, HOST);
  g_assert_true (server_slot_note_refusal (second));
  server_slot_free (second);
  start (&guest);
  g_assert_null (g_async_queue_timeout_pop (done, 20000));
  server_slot_free (first);
  g_thread_join (guest.thread);
  g_assert_true (guest.is_served);
}

/* One after the other, as they came. */
static void
test_order (void)
{
  g_autoptr (ServerSlots) slots = server_slots_new (&patient);
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Guest guests[4];
  ServerSlot *first = take (slots, HOST);
  ServerSlot *second = take (slots, HOST);

  server_slot_note_refusal (second);
  server_slot_free (second);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      guests[i] = (Guest) { slots, NULL, done, i + 1 };
      start (&guests[i]);
      g_assert_null (g_async_queue_timeout_pop (done, 10000)); /* it stands in line by now */
    }
  server_slot_free (first);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_assert_cmpuint (GPOINTER_TO_UINT (g_async_queue_pop (done)), ==, i + 1);
      g_thread_join (guests[i].thread);
      g_assert_true (guests[i].is_served);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-slots/two-at-a-server", test_two);
  g_test_add_func ("/server-slots/cancel-ends-the-waiting", test_cancel);
  g_test_add_func ("/server-slots/nobody-waits-for-ever", test_end_of_patience);
  g_test_add_func ("/server-slots/who-rests-gives-way", test_resting);
  g_test_add_func ("/server-slots/everybody-has-a-turn", test_turns);
  g_test_add_func ("/server-slots/refused-the-second", test_refusal);
  g_test_add_func ("/server-slots/in-order", test_order);
  return g_test_run ();
}
