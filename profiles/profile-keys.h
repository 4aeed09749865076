/* The table of configuration keys: one row serves parser, writer, options, manual page,
 * completion. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SENDPATH_PROFILE_ERROR (sendpath_profile_error_quark ())

/**
 * SendpathProfileError:
 * @SENDPATH_PROFILE_ERROR_MISSING: there is no configuration file
 * @SENDPATH_PROFILE_ERROR_BROKEN: unknown or repeated key or section, bad value, or a file that
 *   cannot be read or written; the message names file, line and key
 * @SENDPATH_PROFILE_ERROR_UNSAFE: the file or its folder is writable by others
 * @SENDPATH_PROFILE_ERROR_NO_ACCOUNT: no account of that name, or none at all
 * @SENDPATH_PROFILE_ERROR_EXISTS: that name is taken
 * @SENDPATH_PROFILE_ERROR_CHANGED: somebody else wrote the file since it was loaded; load it again
 *
 * Why a configuration cannot be used or written.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_PROFILE_ERROR_MISSING,
  SENDPATH_PROFILE_ERROR_BROKEN,
  SENDPATH_PROFILE_ERROR_UNSAFE,
  SENDPATH_PROFILE_ERROR_NO_ACCOUNT,
  SENDPATH_PROFILE_ERROR_EXISTS,
  SENDPATH_PROFILE_ERROR_CHANGED,
} SendpathProfileError;

GQuark sendpath_profile_error_quark (void);

/**
 * SendpathSection:
 * @SENDPATH_SECTION_ACCOUNT: `[account NAME]`
 * @SENDPATH_SECTION_LOCATION: `[location NAME]`
 * @SENDPATH_SECTION_POLICY: `[policy]`
 * @SENDPATH_SECTION_SERVE: `[serve]`
 *
 * A kind of section in sendpath.conf.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_SECTION_ACCOUNT,
  SENDPATH_SECTION_LOCATION,
  SENDPATH_SECTION_POLICY,
  SENDPATH_SECTION_SERVE,
} SendpathSection;

/**
 * SendpathKeyType:
 * @SENDPATH_KEY_TEXT: any text without control characters
 * @SENDPATH_KEY_ADDRESS: one address
 * @SENDPATH_KEY_ADDRESSES: addresses, `;`-separated, `*@domain` allowed
 * @SENDPATH_KEY_SERVERS: `host`, `host:port` or `[IPv6]:port`, `;`-separated
 * @SENDPATH_KEY_SERVER: one of those
 * @SENDPATH_KEY_NAME: the name of an account
 * @SENDPATH_KEY_NAMES: names of accounts, `;`-separated
 * @SENDPATH_KEY_CHOICE: one of the choices
 * @SENDPATH_KEY_CHOICES: any of the choices, `;`-separated, or the first alone
 * @SENDPATH_KEY_BOOLEAN: `yes` or `no`
 * @SENDPATH_KEY_INTEGER: a whole number in the range that the choices tell
 * @SENDPATH_KEY_RATE: recipients an hour, as `300/h`
 * @SENDPATH_KEY_PIN: `sha256:` and 64 hexadecimal digits
 * @SENDPATH_KEY_COMMAND: a command, parsed like a shell line
 * @SENDPATH_KEY_DOMAIN: a domain name
 * @SENDPATH_KEY_EHLO: a host name or an address literal, as `[192.0.2.1]`
 * @SENDPATH_KEY_MAC: a hardware address, as `00:53:00:aa:bb:cc`
 * @SENDPATH_KEY_CIDR: a network, as `192.0.2.0/24`
 * @SENDPATH_KEY_PATH: an absolute path
 *
 * What a value must look like.
 *
 * Since: 1.0
 */
typedef enum {
  SENDPATH_KEY_TEXT,
  SENDPATH_KEY_ADDRESS,
  SENDPATH_KEY_ADDRESSES,
  SENDPATH_KEY_SERVERS,
  SENDPATH_KEY_SERVER,
  SENDPATH_KEY_NAME,
  SENDPATH_KEY_NAMES,
  SENDPATH_KEY_CHOICE,
  SENDPATH_KEY_CHOICES,
  SENDPATH_KEY_BOOLEAN,
  SENDPATH_KEY_INTEGER,
  SENDPATH_KEY_RATE,
  SENDPATH_KEY_PIN,
  SENDPATH_KEY_COMMAND,
  SENDPATH_KEY_DOMAIN,
  SENDPATH_KEY_EHLO,
  SENDPATH_KEY_MAC,
  SENDPATH_KEY_CIDR,
  SENDPATH_KEY_PATH,
} SendpathKeyType;

/**
 * SendpathProfileKey:
 * @section: where it may stand
 * @name: as written in the file and, after `--`, on the command line
 * @type: what a value must look like
 * @choices: (nullable): `|`-separated, for %SENDPATH_KEY_CHOICE and %SENDPATH_KEY_CHOICES;
 *   `least-most` for %SENDPATH_KEY_INTEGER
 * @fallback: (nullable): value when the key is not given; %NULL where that depends or is nothing
 * @fallback_key: (nullable): the key of the same section whose value is taken when this one is not
 *   given
 * @help: one line for people, untranslated (translate with gettext)
 *
 * One configuration key.
 *
 * Since: 1.0
 */
typedef struct {
  SendpathSection section;
  const char     *name;
  SendpathKeyType type;
  const char     *choices;
  const char     *fallback;
  const char     *fallback_key;
  const char     *help;
} SendpathProfileKey;

const SendpathProfileKey *sendpath_profile_keys (void);
const SendpathProfileKey *sendpath_profile_key_find (SendpathSection section, const char *name);
gboolean                  sendpath_profile_key_check (const SendpathProfileKey *key,
                                                      const char *value, GError **error);

G_END_DECLS
