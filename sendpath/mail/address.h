/* One strict parser for RFC 5322 address lists; says where an error is. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One mailbox. @addr is the addr-spec as it goes on the wire: local part (quoted where it must
 * be), `@`, domain as written; without a domain (`root`) it has no `@`. */
typedef struct {
  /* Display name in UTF-8, decoded from quoting but not from RFC 2047; if there is none, the
   * comment behind the address (`root (Cron Daemon)`); NULL if neither. */
  char *name;
  char *addr; /* never NULL */
} Address;

void        address_free (Address *address);

/* Parses @text (@length bytes, need not end in NUL) as an address-list: groups, comments, quoted
 * strings, empty list elements, obsolete routes, raw UTF-8. NULL and G_IO_ERROR_INVALID_DATA with
 * the position if any part does not parse: never a prefix. Bounds: 256 KiB of text, comment depth
 * 32, local part 64, domain 255 bytes (RFC 5321 4.5.3.1). An empty list is no error. */
GPtrArray  *address_list_parse (const char *text, gsize length, GError **error);

/* Parses exactly one complete addr-spec, with or without angle brackets and nothing beside it; used
 * for `-f`. "" and "<>" give "" if @may_be_empty. */
char       *address_parse_one (const char *text, gboolean may_be_empty, GError **error);

/* Parses an operand: one such addr-spec, or several with commas between them. All of them or an
 * error. */
char      **address_parse_operand (const char *text, GError **error);

/* The same string for the same mailbox: domain without case and in either spelling of an
 * international one, local part with case. */
char       *address_dup_key (const char *addr);

/* The domain, or NULL for an unqualified name. Borrowed from @addr. */
const char *address_get_domain (const char *addr);

/* `Name <addr>` for a header field; the name quoted or RFC 2047 encoded as needed. */
char       *address_format (const char *name, const char *addr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Address, address_free)

G_END_DECLS
