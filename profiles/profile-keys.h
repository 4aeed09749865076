/* The table of configuration keys: one row serves parser, writer, options, manual page, completion. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SendpathSection:
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

typedef enum {
  SENDPATH_KEY_TEXT,
  SENDPATH_KEY_ADDRESS,
  SENDPATH_KEY_ADDRESSES, /* `;`-separated, `*@domain` allowed */
  SENDPATH_KEY_SERVERS,   /* `;`-separated host or host:port or [v6]:port */
  SENDPATH_KEY_SERVER,
  SENDPATH_KEY_NAMES,     /* `;`-separated */
  SENDPATH_KEY_CHOICE,    /* one of @choices */
  SENDPATH_KEY_CHOICES,   /* any of @choices, `;`-separated */
  SENDPATH_KEY_BOOLEAN,   /* yes, no */
  SENDPATH_KEY_INTEGER,
  SENDPATH_KEY_RATE,      /* 300/h */
  SENDPATH_KEY_PIN,       /* sha256:HEX */
  SENDPATH_KEY_COMMAND,   /* parsed like a shell line */
  SENDPATH_KEY_MAC,
  SENDPATH_KEY_CIDR,
} SendpathKeyType;

/**
 * SendpathProfileKey:
 * @section: where it may stand
 * @name: as written in the file and, after `--`, on the command line
 * @type: what a value must look like
 * @choices: (nullable): `|`-separated, for %SENDPATH_KEY_CHOICE and %SENDPATH_KEY_CHOICES
 * @fallback: (nullable): value when the key is not given; %NULL where that depends or is nothing
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
  const char     *help;
} SendpathProfileKey;

/* All rows, ended by one whose name is NULL; static. */
const SendpathProfileKey *sendpath_profile_keys (void);
/* The row, or NULL. */
const SendpathProfileKey *sendpath_profile_key_find (SendpathSection section, const char *name);
/* FALSE and a message that names key and value and says what is allowed. */
gboolean                  sendpath_profile_key_check (const SendpathProfileKey *key, const char *value,
                                                      GError **error);

G_END_DECLS
