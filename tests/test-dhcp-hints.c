/* Option 69 of DHCP, as its clients leave it: odd lengths are nothing, and a lease of another place
 * counts for nothing. */
#include "config.h"

#include "profiles/dhcp-hints.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define NOW_S 1795262400 /* 2026/11/21 12:00:00 UTC */

#define LEASE(interface, address, options, expire)                                                 \
  "lease {\n  interface \"" interface "\";\n  fixed-address " address ";\n"                        \
  "  option subnet-mask 255.255.255.0;\n" options "  renew 6 2026/11/21 11:30:00;\n"               \
  "  expire " expire ";\n}\n"
#define SMTP(servers) "  option smtp-server " servers ";\n"

static const char *const own[] = { "192.0.2.7/24", "2001:db8::7/64", NULL };

/* The servers that are read from @file in a folder of networkd's or dhclient's. */
static char *
read_lease (const char *file, gboolean is_networkd)
{
  g_autofree char *dir = g_dir_make_tmp ("dhcp-hints-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "lease", NULL);
  const char *const folders[] = { is_networkd ? "/nonexistent" : dir, NULL };
  const DhcpLeases leases = { is_networkd ? dir : "/nonexistent", folders };
  g_auto(GStrv) servers = NULL;

  g_assert_true (g_file_set_contents (path, file, -1, NULL));
  servers = dhcp_hints_read (&leases, own, NOW_S);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  return g_strjoinv (" ", servers);
}

static void
assert_servers (const char *file, gboolean is_networkd, const char *expected)
{
  g_autofree char *servers = read_lease (file, is_networkd);

  if (!g_str_equal (servers, expected))
    g_error ("%s: %s, not %s", file, servers, expected);
}

static void
test_networkd (void)
{
  static const struct {
    const char *file;
    const char *servers;
  } rows[] = {
    { "ADDRESS=192.0.2.7\nDNS=192.0.2.53\nSMTP=192.0.2.25 192.0.2.26\n", "192.0.2.25 192.0.2.26" },
    { "SMTP=192.0.2.25\nADDRESS=192.0.2.7\n", "192.0.2.25" },
    { "ADDRESS=192.0.2.7\nDNS=192.0.2.53\n", "" },
    { "ADDRESS=192.0.2.70\nSMTP=192.0.2.25\n", "" }, /* another interface's, which is down */
    { "ADDRESS=192.0.2\nSMTP=192.0.2.25\n", "" },
    { "SMTP=192.0.2.25\n", "" },
    { "ADDRESS=\nSMTP=192.0.2.25\n", "" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_servers (rows[i].file, TRUE, rows[i].servers);
}

static void
test_dhclient (void)
{
  static const struct {
    const char *file;
    const char *servers;
  } rows[] = {
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25,192.0.2.26"), "6 2026/11/21 12:00:01"),
      "192.0.2.25 192.0.2.26" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "6 2026/11/21 12:00:00"), "" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "never"), "192.0.2.25" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "epoch 1795262401; # Sat Nov 21"),
      "192.0.2.25" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "epoch 1795262399; # Sat Nov 21"), "" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "6 2026/99/99 12:00:01"), "" },
    { LEASE ("eth0", "192.0.2.8", SMTP ("192.0.2.25"), "never"), "" },
    { "lease {\n interface \"eth0\";\n fixed-address 192.0.2.7;\n" SMTP ("192.0.2.25") "}\n", "" },
    /* the last one of an interface counts */
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "never")
          LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.26"), "never"),
      "192.0.2.26" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "never")
          LEASE ("eth0", "192.0.2.7", "", "never"),
      "" },
    { LEASE ("eth0", "192.0.2.7", SMTP ("192.0.2.25"), "never")
          LEASE ("eth1", "198.51.100.7", SMTP ("198.51.100.25"), "never"),
      "192.0.2.25" },
    { "lease {\n  interface \"eth0\";\n  fixed-address 192.0.2.7;\n  expire never;\n"
      "  option smtp-server 192.0.2.25;\n", /* cut off */
      "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_servers (rows[i].file, FALSE, rows[i].servers);
}

/* T-147: what clients make of 0, 3 and 5 bytes, or print where they cannot. */
static void
test_odd_lengths (void)
{
  static const char *const texts[] = { "",
                                       " , ",
                                       "192.0.2",
                                       "c0:0:2",
                                       "0xc0000219",
                                       "192.0.2.25 1",
                                       "192.0.2.25 c0",
                                       "\"\\300\\000\\002\"",
                                       "mail.hotel.example",
                                       "2001:db8::25",
                                       "192.0.2.25:25",
                                       "192.0.2.025" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GPtrArray) servers = g_ptr_array_new_with_free_func (g_free);

      g_test_message ("%s", texts[i]);
      dhcp_hints_add (servers, texts[i]);
      g_assert_cmpuint (servers->len, ==, 0);
    }
}

/* T-147: 63 addresses are the 252 bytes that fit; more are no option 69. */
static void
test_many (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GPtrArray) servers = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1; i <= DHCP_HINTS_MAX; i++)
    g_string_append_printf (text, "198.51.100.%u ", i);
  dhcp_hints_add (servers, text->str);
  g_assert_cmpuint (servers->len, ==, DHCP_HINTS_MAX);
  dhcp_hints_add (servers, text->str); /* each once */
  g_assert_cmpuint (servers->len, ==, DHCP_HINTS_MAX);
  g_string_append (text, "198.51.100.64");
  g_ptr_array_set_size (servers, 0);
  dhcp_hints_add (servers, text->str);
  g_assert_cmpuint (servers->len, ==, 0);
}

/* A folder of surprises is no lease, and nobody waits for it. */
static void
test_no_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("dhcp-hints-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (dir, "fifo", NULL);
  g_autofree char *sub = g_build_filename (dir, "sub", NULL);
  const char *const folders[] = { dir, "/nonexistent", NULL };
  const DhcpLeases leases = { dir, folders };
  g_auto(GStrv) servers = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  servers = dhcp_hints_read (&leases, own, NOW_S);
  g_assert_cmpuint (g_strv_length (servers), ==, 0);
  g_assert_cmpint (g_remove (fifo), ==, 0);
  g_assert_cmpint (g_rmdir (sub), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dhcp-hints/leases-of-systemd-networkd", test_networkd);
  g_test_add_func ("/dhcp-hints/leases-of-dhclient", test_dhclient);
  g_test_add_func ("/dhcp-hints/odd-lengths-are-nothing", test_odd_lengths);
  g_test_add_func ("/dhcp-hints/each-once-and-no-more-than-fit", test_many);
  g_test_add_func ("/dhcp-hints/what-is-no-file-is-no-lease", test_no_files);
  return g_test_run ();
}
