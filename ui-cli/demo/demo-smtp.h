/* A small SMTP server that refuses to relay, with manners that can be changed. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  const char *refusal;     /* what it says at RCPT to those it does not relay for; NULL: it relays for everybody */
  gboolean offers_login;   /* AUTH PLAIN; whoever is logged in may relay */
  gboolean trusts_pop;     /* whoever checked mail by POP3 may relay */
  const char *only_sender; /* the one sender it takes, in the envelope and in From:; NULL: any */
} DemoManners;

/* Whom it knows; borrowed, must outlive the server. */
typedef struct {
  const char *user;
  const char *password;
} DemoLogin;

typedef struct _DemoSmtp DemoSmtp;

/* @name: what it calls itself. */
DemoSmtp *demo_smtp_new (const char *name, GTlsCertificate *certificate, const DemoLogin *login,
                         GError **error);
void demo_smtp_free (DemoSmtp *smtp);
guint16 demo_smtp_get_port (DemoSmtp *smtp);

/* Counts from the next connection on; what @manners points to is borrowed for ever. */
void demo_smtp_set_manners (DemoSmtp *smtp, const DemoManners *manners);
/* The mail of its user has just been checked. */
void demo_smtp_note_pop_login (DemoSmtp *smtp);

/* How often it accepted a message with @subject. */
guint demo_smtp_count (DemoSmtp *smtp, const char *subject);
/* Field @name of the message with @subject that it accepted last; NULL if there is none. */
char *demo_smtp_dup_field (DemoSmtp *smtp, const char *subject, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoSmtp, demo_smtp_free)

G_END_DECLS
