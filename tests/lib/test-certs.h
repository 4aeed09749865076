/* Certificates for tests, made anew in a folder of their own. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TestCerts TestCerts;

/* Makes an authority and, for `!tls` lines, certificates for smtp.example.org:
 *
 *   good         valid; also for pop.example.org, smtp.proseware.com, pop.proseware.com,
 *                mail.thephone-company.com, localhost, 127.0.0.1 and ::1
 *   web          valid, for proseware.com, autoconfig.proseware.com and autoconfig.thunderbird.net
 *   other        valid, for other.example.net only
 *   wildcard     valid, for *.example.org
 *   expired      ended yesterday
 *   future       begins tomorrow
 *   cn-only      the name is in the subject only
 *   self-signed  signed by itself
 *   other-key    signed by itself, another key
 */
TestCerts  *test_certs_new (void);
/* Removes the folder, and the trust. */
void        test_certs_free (TestCerts *certs);

/* Makes this process trust the authority and nobody else. */
void        test_certs_trust (TestCerts *certs);
/* Path of the file with certificate and key, borrowed. */
const char *test_certs_get_file (TestCerts *certs, const char *name);
/* `sha256:HEX` of its key, worked out by GnuTLS from the key itself. */
char       *test_certs_dup_pin (TestCerts *certs, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestCerts, test_certs_free)

G_END_DECLS
