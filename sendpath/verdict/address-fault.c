/* address-fault: finds the character at fault in an address that was refused. It looks at spelling
 * alone, and never at whether the mailbox or the domain is there. */
#include "config.h"

#include "sendpath/verdict/address-fault.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sendpath/verdict/fill-in.h"
#include "sendpath/verdict/mail-domains.h"

/* Longer than any address (RFC 5321 4.5.3.1: 64 and 255 bytes). */
#define ADDRESS_BYTES 1000

typedef enum {
  FAULT_NONE,
  FAULT_NO_AT,
  FAULT_TWO_AT,
  FAULT_EMPTY,
  FAULT_SPACE,
  FAULT_INVISIBLE,
  FAULT_COMMA,
  FAULT_QUOTE,
  FAULT_SIGN,
  FAULT_LOOK_ALIKE,
  FAULT_LETTER,
  FAULT_DOUBLE_DOT,
  FAULT_FIRST_DOT,
  FAULT_LAST_DOT,
  FAULT_FIRST_HYPHEN,
  FAULT_LAST_HYPHEN,
  FAULT_NO_DOT,
} Fault;

/* By whether it stands before or after the @. */
static const char *const sentences[][2] = {
  [FAULT_NO_AT] = { N_ ("The address {address} has no @; it takes one between the name and the "
                        "domain."),
                    NULL },
  [FAULT_TWO_AT] = { N_ ("The address {address} has more than one @; one of them is too many."),
                     NULL },
  [FAULT_EMPTY] = { N_ ("The address {address} has nothing before the @."),
                    N_ ("The address {address} has nothing after the @.") },
  [FAULT_SPACE] = { N_ ("The address {address} has a space before the @; leave it out."),
                    N_ ("The address {address} has a space after the @; leave it out.") },
  [FAULT_INVISIBLE] = { N_ ("The address {address} has an invisible character before the @; type "
                            "the address instead of copying it."),
                        N_ ("The address {address} has an invisible character after the @; type "
                            "the address instead of copying it.") },
  [FAULT_COMMA] = { N_ ("The address {address} has a comma before the @; perhaps a dot is meant."),
                    N_ ("The address {address} has a comma after the @; perhaps a dot is meant.") },
  [FAULT_QUOTE] = { N_ ("The address {address} has the quotation mark {character} before the @; "
                        "leave it out."),
                    N_ ("The address {address} has the quotation mark {character} after the @; "
                        "leave it out.") },
  [FAULT_SIGN] = { N_ ("The address {address} has “{character}” before the @, where an address "
                       "cannot have it."),
                   N_ ("The address {address} has “{character}” after the @, where an address "
                       "cannot have it.") },
  [FAULT_LOOK_ALIKE] = { N_ ("The address {address} has “{character}” before the @, which only "
                             "looks like “{plain}”; type it again."),
                         N_ ("The address {address} has “{character}” after the @, which only "
                             "looks like “{plain}”; type it again.") },
  [FAULT_LETTER] = { N_ ("The address {address} has “{character}” before the @; most servers "
                         "accept only the letters a to z there, without accents, and digits, dots "
                         "and hyphens."),
                     N_ ("The address {address} has “{character}” after the @; check whether the "
                         "domain is really spelled like that.") },
  [FAULT_DOUBLE_DOT] = { N_ ("The address {address} has two dots in a row before the @; one of "
                             "them is too many."),
                         N_ ("The address {address} has two dots in a row after the @; one of them "
                             "is too many.") },
  [FAULT_FIRST_DOT] = { N_ ("The address {address} begins with a dot; leave it out."),
                        N_ ("The address {address} has a dot right after the @; leave it out.") },
  [FAULT_LAST_DOT] = { N_ ("The address {address} has a dot right before the @; leave it out."),
                       N_ ("The address {address} ends with a dot; leave it out.") },
  [FAULT_FIRST_HYPHEN] = { N_ ("The address {address} begins with a hyphen; many servers do not "
                               "accept that."),
                           N_ ("The address {address} has a hyphen right after the @ or a dot, "
                               "where a domain cannot have it.") },
  [FAULT_LAST_HYPHEN] = { N_ ("The address {address} has a hyphen right before the @; many servers "
                              "do not accept that."),
                          N_ ("The domain of {address} has a hyphen at the end or right before a "
                              "dot, where a domain cannot have it.") },
  [FAULT_NO_DOT] = { NULL,
                     N_ ("The address {address} has no dot after the @; the end of the domain "
                         "is missing, such as “.com”.") },
};
G_STATIC_ASSERT (G_N_ELEMENTS (sentences) == FAULT_NO_DOT + 1);

/* What a keyboard or a word processor puts in the place of a plain character. Full-width forms are
 * not here: Unicode says what they stand for. */
static const struct {
  gunichar character;
  char plain;
} look_alikes[] = {
  { 0x2010, '-' }, { 0x2011, '-' }, { 0x2012, '-' },  { 0x2013, '-' },  { 0x2014, '-' },
  { 0x2015, '-' }, { 0x2212, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x00b4, '\'' },
  { 0x2024, '.' }, { 0x00b7, '.' }, { 0x3002, '.' },  { 0xff61, '.' },  { 0x2044, '/' },
  { 0x0430, 'a' }, { 0x0435, 'e' }, { 0x043e, 'o' },  { 0x0440, 'p' },  { 0x0441, 'c' },
  { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x0455, 's' },  { 0x0456, 'i' },  { 0x0458, 'j' },
  { 0x04bb, 'h' }, { 0x0501, 'd' }, { 0x051b, 'q' },  { 0x051d, 'w' },  { 0x0410, 'A' },
  { 0x0412, 'B' }, { 0x0415, 'E' }, { 0x041a, 'K' },  { 0x041c, 'M' },  { 0x041d, 'H' },
  { 0x041e, 'O' }, { 0x0420, 'P' }, { 0x0421, 'C' },  { 0x0422, 'T' },  { 0x0425, 'X' },
  { 0x03bf, 'o' }, { 0x03bd, 'v' }, { 0x03b1, 'a' },  { 0x0391, 'A' },  { 0x0392, 'B' },
  { 0x0395, 'E' }, { 0x039f, 'O' }, { 0x0261, 'g' },  { 0x0131, 'i' },
};

/* RFC 5322 3.2.4 allows the first of them around all that is before the @; few servers do. */
static const gunichar quotes[] = { '"',    0x201c, 0x201d, 0x201e, 0x201f, 0x00ab,
                                   0x00bb, 0x2039, 0x203a, 0x300c, 0x300d, 0xff02 };

/* RFC 5322 3.2.3, beside letters, digits and the dot. */
static const char local_signs[] = "!#$%&'*+-/=?^_`{|}~";

/* One side of the @. */
typedef struct {
  const char *start;
  gsize length;
  gboolean is_domain;
} Side;

static gboolean
has_latin_letter (const Side *side)
{
  for (gsize i = 0; i < side->length; i++)
    if (g_ascii_isalpha (side->start[i]))
      return TRUE;
  return FALSE;
}

/* The plain character that @character stands for at a glance, or '\0'. A word that is written in
 * another alphabet as a whole looks like nothing else. */
static char
find_plain (const Side *side, gunichar character)
{
  char utf8[7] = { 0 };
  g_autofree char *normal = NULL;

  g_unichar_to_utf8 (character, utf8);
  normal = g_utf8_normalize (utf8, -1, G_NORMALIZE_ALL);
  if (normal != NULL && normal[0] > ' ' && normal[0] < 0x7f && normal[1] == '\0')
    return normal[0];
  for (guint i = 0; i < G_N_ELEMENTS (look_alikes); i++)
    if (look_alikes[i].character == character &&
        (!g_ascii_isalpha (look_alikes[i].plain) || has_latin_letter (side)))
      return look_alikes[i].plain;
  return '\0';
}

static gboolean
is_quote (gunichar character)
{
  for (guint i = 0; i < G_N_ELEMENTS (quotes); i++)
    if (quotes[i] == character)
      return TRUE;
  return FALSE;
}

static Fault
judge_ascii (const Side *side, char character)
{
  if (character == ',')
    return FAULT_COMMA;
  if (g_ascii_isalnum (character) || character == '.' || character == '-')
    return FAULT_NONE;
  if (!side->is_domain && strchr (local_signs, character) != NULL)
    return FAULT_NONE;
  return FAULT_SIGN;
}

static Fault
judge_character (const Side *side, gunichar character, char *ret_plain)
{
  if (g_unichar_isspace (character))
    return FAULT_SPACE;
  if (g_unichar_iscntrl (character) || g_unichar_type (character) == G_UNICODE_FORMAT)
    return FAULT_INVISIBLE;
  if (is_quote (character))
    return FAULT_QUOTE;
  if (character < 0x80)
    return judge_ascii (side, (char) character);
  *ret_plain = find_plain (side, character);
  return *ret_plain != '\0' ? FAULT_LOOK_ALIKE : FAULT_LETTER;
}

/* A domain in numbers (`[192.0.2.1]`) has rules of its own. */
static gboolean
is_literal (const Side *side)
{
  return side->is_domain && side->length > 1 && side->start[0] == '[' &&
         side->start[side->length - 1] == ']';
}

static Fault
find_odd_character (const Side *side, gunichar *ret_character, char *ret_plain)
{
  for (const char *p = side->start; p < side->start + side->length; p = g_utf8_next_char (p))
    {
      Fault fault = judge_character (side, g_utf8_get_char (p), ret_plain);

      *ret_character = g_utf8_get_char (p);
      if (fault != FAULT_NONE)
        return fault;
    }
  return FAULT_NONE;
}

static Fault
find_odd_place (const Side *side)
{
  const char *last = side->start + side->length - 1;

  if (*side->start == '.')
    return FAULT_FIRST_DOT;
  if (*last == '.')
    return FAULT_LAST_DOT;
  if (g_strstr_len (side->start, (gssize) side->length, "..") != NULL)
    return FAULT_DOUBLE_DOT;
  if (*side->start == '-' ||
      (side->is_domain && g_strstr_len (side->start, (gssize) side->length, ".-") != NULL))
    return FAULT_FIRST_HYPHEN;
  if (*last == '-' ||
      (side->is_domain && g_strstr_len (side->start, (gssize) side->length, "-.") != NULL))
    return FAULT_LAST_HYPHEN;
  return FAULT_NONE;
}

static Fault
find_side_fault (const Side *side, gunichar *ret_character, char *ret_plain)
{
  Fault fault;

  if (side->length == 0)
    return FAULT_EMPTY;
  if (is_literal (side))
    return FAULT_NONE;
  fault = find_odd_character (side, ret_character, ret_plain);
  return fault != FAULT_NONE ? fault : find_odd_place (side);
}

static gboolean
has_no_dot (const Side *domain)
{
  return !is_literal (domain) && memchr (domain->start, '.', domain->length) == NULL &&
         mail_domains_find_near (domain->start) == NULL;
}

/* What is wrong with the valid UTF-8 of @address, at which character, and on which side. */
static Fault
find_fault (const char *address, gunichar *ret_character, char *ret_plain, gboolean *ret_in_domain)
{
  const char *at = strrchr (address, '@');
  Side local = { .start = address,
                 .length = at != NULL ? (gsize) (at - address) : strlen (address) };
  Side domain = { .start = at != NULL ? at + 1 : "", .is_domain = TRUE };
  Fault fault;

  domain.length = strlen (domain.start);
  if (memchr (local.start, '@', local.length) != NULL)
    return FAULT_TWO_AT;
  fault = find_side_fault (&local, ret_character, ret_plain);
  if (at == NULL)
    return fault == FAULT_LOOK_ALIKE && *ret_plain == '@' ? FAULT_LOOK_ALIKE : FAULT_NO_AT;
  if (fault != FAULT_NONE)
    return fault;
  *ret_in_domain = TRUE;
  fault = find_side_fault (&domain, ret_character, ret_plain);
  if (fault == FAULT_NONE && has_no_dot (&domain))
    return FAULT_NO_DOT;
  return fault;
}

/* As people write it, without blanks and angle brackets around it; a letter and its accent are one
 * character. */
static char *
dup_bare (const char *address)
{
  g_autofree char *valid = g_utf8_make_valid (address, (gssize) strnlen (address, ADDRESS_BYTES));
  char *bare = g_strstrip (g_utf8_normalize (valid, -1, G_NORMALIZE_DEFAULT_COMPOSE));
  gsize length = strlen (bare);

  if (length > 2 && bare[0] == '<' && bare[length - 1] == '>')
    {
      bare[length - 1] = '\0';
      memmove (bare, bare + 1, length - 1);
    }
  return bare;
}

char *
address_fault_tell (const char *address)
{
  g_autofree char *bare = dup_bare (address);
  gunichar character = 0;
  char plain[2] = "";
  char utf8[7] = { 0 };
  gboolean in_domain = FALSE;
  Fault fault = *bare != '\0' ? find_fault (bare, &character, plain, &in_domain) : FAULT_NONE;

  if (fault == FAULT_NONE)
    return NULL;
  g_unichar_to_utf8 (character, utf8);
  return fill_in (_ (sentences[fault][in_domain ? 1 : 0]), "address", bare, "character", utf8,
                  "plain", plain, NULL);
}
