/* Makes certificates with GnuTLS. It never touches the trust of the machine. */
#include "config.h"

#include "tests/lib/test-certs.h"

#include <arpa/inet.h>
#include <string.h>

#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#define DAY_S (24 * 60 * 60)

typedef struct {
  const char *name;
  const char *common_name;
  const char *dns_names; /* separated by spaces */
  gboolean    has_addresses;
  int         from_days, to_days; /* from now */
  gboolean    is_self_signed;
} CertRow;

static const CertRow rows[] = {
  { "good", "mail",
    "smtp.example.org pop.example.org smtp.proseware.com pop.proseware.com "
    "mail.thephone-company.com localhost",
    TRUE, -2, 2, FALSE },
  { "web", "web", "proseware.com autoconfig.proseware.com autoconfig.thunderbird.net localhost",
    FALSE, -2, 2, FALSE },
  { "other", "mail", "other.example.net", FALSE, -2, 2, FALSE },
  { "wildcard", "mail", "*.example.org", FALSE, -2, 2, FALSE },
  { "expired", "mail", "smtp.example.org", FALSE, -3, -1, FALSE },
  { "future", "mail", "smtp.example.org", FALSE, 1, 3, FALSE },
  { "cn-only", "smtp.example.org", "", FALSE, -2, 2, FALSE },
  { "self-signed", "mail", "smtp.example.org", FALSE, -2, 2, TRUE },
  { "other-key", "mail", "smtp.example.org", FALSE, -2, 2, TRUE },
};

typedef struct {
  char                *path;
  gnutls_x509_privkey_t key;
} Cert;

struct _TestCerts {
  char                 *folder;
  char                 *ca_path;
  gnutls_x509_crt_t     ca;
  gnutls_x509_privkey_t ca_key;
  Cert                  certs[G_N_ELEMENTS (rows)];
  GTlsDatabase         *old_trust;
};

static void
must (int status)
{
  if (status < 0)
    g_error ("GnuTLS: %s", gnutls_strerror (status));
}

static gnutls_x509_privkey_t
make_key (void)
{
  gnutls_x509_privkey_t key;

  must (gnutls_x509_privkey_init (&key));
  must (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  return key;
}

static gnutls_x509_crt_t
make_cert (const char *common_name, gnutls_x509_privkey_t key, guint serial)
{
  gnutls_x509_crt_t crt;
  guint8 number[2] = { (guint8) (serial >> 8 | 1), (guint8) serial };

  must (gnutls_x509_crt_init (&crt));
  must (gnutls_x509_crt_set_version (crt, 3));
  must (gnutls_x509_crt_set_serial (crt, number, sizeof number));
  must (gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
                                       (guint) strlen (common_name)));
  must (gnutls_x509_crt_set_key (crt, key));
  return crt;
}

static void
set_days (gnutls_x509_crt_t crt, int from_days, int to_days)
{
  time_t now = g_get_real_time () / G_USEC_PER_SEC;

  must (gnutls_x509_crt_set_activation_time (crt, now + from_days * DAY_S));
  must (gnutls_x509_crt_set_expiration_time (crt, now + to_days * DAY_S));
}

static void
set_names (gnutls_x509_crt_t crt, const CertRow *row)
{
  g_auto(GStrv) names = g_strsplit (row->dns_names, " ", -1);
  struct in_addr v4 = { htonl (INADDR_LOOPBACK) };

  for (char **name = names; *name != NULL; name++)
    must (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, *name,
                                                (guint) strlen (*name), GNUTLS_FSAN_APPEND));
  if (!row->has_addresses)
    return;
  must (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, &v4, sizeof v4,
                                              GNUTLS_FSAN_APPEND));
  must (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, &in6addr_loopback,
                                              sizeof in6addr_loopback, GNUTLS_FSAN_APPEND));
}

/* Certificate and, unless it is NULL, key in one PEM file. */
static void
write_pem (const char *path, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
  gnutls_datum_t crt_pem, key_pem = { NULL, 0 };
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  must (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &crt_pem));
  g_string_append_len (text, (const char *) crt_pem.data, crt_pem.size);
  gnutls_free (crt_pem.data);
  if (key != NULL)
    {
      must (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &key_pem));
      g_string_append_len (text, (const char *) key_pem.data, key_pem.size);
      gnutls_free (key_pem.data);
    }
  if (!g_file_set_contents (path, text->str, (gssize) text->len, &error))
    g_error ("%s", error->message);
}

static void
make_authority (TestCerts *certs)
{
  certs->ca_key = make_key ();
  certs->ca = make_cert ("Test authority", certs->ca_key, 1);
  set_days (certs->ca, -4, 4);
  must (gnutls_x509_crt_set_ca_status (certs->ca, 1));
  must (gnutls_x509_crt_set_key_usage (certs->ca, GNUTLS_KEY_KEY_CERT_SIGN));
  must (gnutls_x509_crt_sign2 (certs->ca, certs->ca, certs->ca_key, GNUTLS_DIG_SHA256, 0));
  certs->ca_path = g_build_filename (certs->folder, "ca.pem", NULL);
  write_pem (certs->ca_path, certs->ca, NULL);
}

static void
make_row (TestCerts *certs, guint i)
{
  const CertRow *row = &rows[i];
  Cert *cert = &certs->certs[i];
  g_autofree char *file = g_strconcat (row->name, ".pem", NULL);
  gnutls_x509_crt_t crt;

  cert->key = make_key ();
  crt = make_cert (row->common_name, cert->key, i + 2);
  set_days (crt, row->from_days, row->to_days);
  if (*row->dns_names != '\0')
    set_names (crt, row);
  if (row->is_self_signed)
    must (gnutls_x509_crt_sign2 (crt, crt, cert->key, GNUTLS_DIG_SHA256, 0));
  else
    must (gnutls_x509_crt_sign2 (crt, certs->ca, certs->ca_key, GNUTLS_DIG_SHA256, 0));
  cert->path = g_build_filename (certs->folder, file, NULL);
  write_pem (cert->path, crt, cert->key);
  gnutls_x509_crt_deinit (crt);
}

TestCerts *
test_certs_new (void)
{
  TestCerts *certs = g_new0 (TestCerts, 1);
  g_autoptr(GError) error = NULL;

  certs->folder = g_dir_make_tmp ("sendpath-certs-XXXXXX", &error);
  if (certs->folder == NULL)
    g_error ("%s", error->message);
  make_authority (certs);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    make_row (certs, i);
  return certs;
}

void
test_certs_free (TestCerts *certs)
{
  if (certs->old_trust != NULL)
    g_tls_backend_set_default_database (g_tls_backend_get_default (), certs->old_trust);
  g_clear_object (&certs->old_trust);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_unlink (certs->certs[i].path);
      g_free (certs->certs[i].path);
      gnutls_x509_privkey_deinit (certs->certs[i].key);
    }
  gnutls_x509_crt_deinit (certs->ca);
  gnutls_x509_privkey_deinit (certs->ca_key);
  g_unlink (certs->ca_path);
  g_rmdir (certs->folder);
  g_free (certs->ca_path);
  g_free (certs->folder);
  g_free (certs);
}

void
test_certs_trust (TestCerts *certs)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsDatabase) trust = g_tls_file_database_new (certs->ca_path, &error);

  g_assert_no_error (error);
  if (certs->old_trust == NULL)
    certs->old_trust = g_tls_backend_get_default_database (backend);
  g_tls_backend_set_default_database (backend, trust);
}

static const Cert *
find (TestCerts *certs, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &certs->certs[i];
  g_error ("no test certificate `%s`", name);
}

const char *
test_certs_get_file (TestCerts *certs, const char *name)
{
  return find (certs, name)->path;
}

char *
test_certs_dup_pin (TestCerts *certs, const char *name)
{
  gnutls_privkey_t key;
  gnutls_pubkey_t public_key;
  gnutls_datum_t der;
  g_autofree char *hex = NULL;

  must (gnutls_privkey_init (&key));
  must (gnutls_privkey_import_x509 (key, find (certs, name)->key, 0));
  must (gnutls_pubkey_init (&public_key));
  must (gnutls_pubkey_import_privkey (public_key, key, 0, 0));
  must (gnutls_pubkey_export2 (public_key, GNUTLS_X509_FMT_DER, &der));
  hex = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der.data, der.size);
  gnutls_free (der.data);
  gnutls_pubkey_deinit (public_key);
  gnutls_privkey_deinit (key);
  return g_strconcat ("sha256:", hex, NULL);
}
