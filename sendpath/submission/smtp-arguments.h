/* What stands behind MAIL and RCPT: a path in angle brackets, and parameters (RFC 5321 section 4.1.2).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *path;        /* without its brackets, not looked at any further */
  char **parameters; /* `NAME` or `NAME=VALUE` */
} SmtpArguments;

/* @keyword: `FROM:` or `TO:`, in any case; a space behind it does no harm. FALSE if @text is not of
 * that form. */
gboolean smtp_arguments_read (SmtpArguments *arguments, const char *text, const char *keyword);
void smtp_arguments_clear (SmtpArguments *arguments);

/* The value of @parameter if that is @name, in any case; "" if it has none; NULL if it is another. */
const char *smtp_parameter_get (const char *parameter, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SmtpArguments, smtp_arguments_clear)

G_END_DECLS
