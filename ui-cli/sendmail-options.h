/* The options of `sendmail`: one table (PRODUCT.md section 6). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SENDMAIL_SUBMIT,     /* read a message and send it */
  SENDMAIL_SMTP,       /* -bs: a dialogue brings the messages */
  SENDMAIL_VERIFY,     /* -bv: say how it would be sent */
  SENDMAIL_LIST,       /* mailq, -bp */
  SENDMAIL_FLUSH,      /* -q */
  SENDMAIL_NEWALIASES, /* newaliases, -bi, -I: nothing to do */
  SENDMAIL_HELP,       /* --help */
  SENDMAIL_VERSION,    /* --version */
} SendmailMode;

typedef enum {
  SENDMAIL_DELIVER_BY_POLICY,  /* nothing was said */
  SENDMAIL_DELIVER_WAIT,       /* -odi: try now, and report */
  SENDMAIL_DELIVER_BACKGROUND, /* -odb */
  SENDMAIL_DELIVER_QUEUE,      /* -odq, -odd: with the next run of the queue */
  SENDMAIL_DELIVER_DIRECT,     /* by policy alone: nothing is kept */
} SendmailDelivery;

/* What a command line says; strings are borrowed from argv. */
typedef struct {
  SendmailMode mode;
  SendmailDelivery delivery;
  gboolean recipients_from_header;
  gboolean dot_is_text;
  gboolean verbose;
  const char *sender;      /* -f, -r; NULL: not given */
  const char *full_name;   /* -F */
  const char *dsn_when;    /* -N, not checked; NULL: not given */
  const char *dsn_content; /* -R */
  const char *dsn_envid;   /* -V */
  GPtrArray *recipients;
} SendmailOptions;

typedef enum {
  SENDMAIL_OPTION_ALONE,    /* may be bundled with others: -ti */
  SENDMAIL_OPTION_VALUE,    /* the rest of the argument, or the next argument */
  SENDMAIL_OPTION_ATTACHED, /* the rest of the argument, which may be empty */
  SENDMAIL_OPTION_ONLY,     /* the whole command line: with anything else a message might get lost */
} SendmailOptionForm;

typedef enum {
  SENDMAIL_OPTION_USED,
  SENDMAIL_OPTION_IGNORED, /* has no meaning here, and never keeps a message from being sent */
  SENDMAIL_OPTION_REFUSED, /* exit 64 */
} SendmailOptionMeaning;

typedef struct {
  const char *name; /* without the dash */
  SendmailOptionForm form;
  const char *value; /* its name in the manual page; NULL: there is none, or it means nothing */
  SendmailOptionMeaning meaning;
  const char *help; /* to be translated; NULL unless it is used */
  gboolean (*apply) (SendmailOptions *options, const char *value, GError **error); /* or NULL */
} SendmailOptionRow;

/* The table itself, in the order of the manual page. */
const SendmailOptionRow *sendmail_options_get_rows (guint *ret_n);
/* As it is typed, with the name of its value: `-f ADDRESS`, `-q[TIME]`. */
char *sendmail_option_row_dup_usage (const SendmailOptionRow *row);

#define SENDMAIL_ERROR (sendmail_error_quark ())
typedef enum { SENDMAIL_ERROR_USAGE } SendmailError;
GQuark sendmail_error_quark (void);

/* FALSE: nothing may be done; the error names the option and says what to do (exit 64). */
gboolean sendmail_options_parse (SendmailOptions *options, int argc, char **argv, GError **error);
void sendmail_options_clear (SendmailOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SendmailOptions, sendmail_options_clear)

G_END_DECLS
