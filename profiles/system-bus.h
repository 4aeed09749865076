/* A short conversation with the system bus: properties of a service, many at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SystemBus SystemBus;

/* All properties of one interface of one object. */
typedef struct {
  char *path; /* NULL: nothing is asked */
  const char *interface;
  GVariant *answer; /* a{sv}; NULL if there is none */
  guint32 serial;   /* while the answer is waited for */
} SystemBusQuestion;

/* The D-Bus address of the system bus, or NULL if it is none of this machine. */
char *system_bus_dup_address (void);

/* Connects. NULL if there is no bus, or it says nothing. */
SystemBus *system_bus_open (void);
void system_bus_free (SystemBus *bus);

/* Asks @service, which is not started for it, all @questions at once. FALSE if the bus or the
 * service is silent or gone: nothing more can be asked then. */
gboolean system_bus_get_all (SystemBus *bus, const char *service, SystemBusQuestion *questions,
                             guint n_questions);
void system_bus_question_clear (SystemBusQuestion *question);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SystemBus, system_bus_free)

G_END_DECLS
