/* The certificate of the demo's own servers, and its key.
 *
 * Everybody can read this key, so it protects nothing. It is made for servers that listen on
 * loopback for some seconds: it signs nothing, no authority knows it, its names end in .example,
 * and only the demo's accounts name it in `tls-pin`. It must never be installed, trusted or used
 * anywhere else. */
#include "config.h"

#include "demo-certificate.h"

/* Elliptic curve P-256; valid from 2000 to 9999, so that the demo works whatever the clock says. */
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                          "MIIBxDCCAWugAwIBAgIBATAKBggqhkjOPQQDAjAnMSUwIwYDVQQDDBxzZW5kcGF0\n"
                          "aCBkZW1vLCBsb29wYmFjayBvbmx5MCAXDTAwMDEwMTAwMDAwMFoYDzk5OTkxMjMx\n"
                          "MjM1OTU5WjAnMSUwIwYDVQQDDBxzZW5kcGF0aCBkZW1vLCBsb29wYmFjayBvbmx5\n"
                          "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyv7WZ/uxpMMV2CjH28+eUHQ0jslO\n"
                          "A4zfF9BwAj6R8JxdsuiM4oZghl8Y1cGkfcQPUMrIVhxWbvjz+JGE6AwUFaOBhTCB\n"
                          "gjAuBgNVHREEJzAlghFzbXRwLmRlbW8uZXhhbXBsZYIQcG9wLmRlbW8uZXhhbXBs\n"
                          "ZTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEF\n"
                          "BQcDATAdBgNVHQ4EFgQUN8+GBAbUDmCA1oSCiyDypDvU8kAwCgYIKoZIzj0EAwID\n"
                          "RwAwRAIgabBKg8QYDzSULcZ1WvE26lSurZkmtsOxVnGXrpD+U0gCIDf9j67l4G+f\n"
                          "Hep9QnLFXpZonZekDHYCPL2uq7BhkhHr\n"
                          "-----END CERTIFICATE-----\n"
                          "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxeMcnxRQUsTIKgvr\n"
                          "vFxIkSxVTYsYPpCX+MCl2oUmvGOhRANCAATK/tZn+7GkwxXYKMfbz55QdDSOyU4D\n"
                          "jN8X0HACPpHwnF2y6IzihmCGXxjVwaR9xA9QyshWHFZu+PP4kYToDBQV\n"
                          "-----END PRIVATE KEY-----\n";

GTlsCertificate *
demo_certificate_new (GError **error)
{
  return g_tls_certificate_new_from_pem (pem, -1, error);
}
