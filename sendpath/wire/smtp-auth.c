/* SASL: gsasl's mechanisms, and the two token mechanisms that are one line each. */
#include "config.h"

#include "sendpath/wire/smtp-auth.h"

#include <glib/gi18n-lib.h>
#include <gsasl.h>
#include <string.h>

#include "profiles/late.h"

#define FUNCTIONS(F)                                                                               \
  F (gsasl, client_start)                                                                          \
  F (gsasl, done)                                                                                  \
  F (gsasl, finish)                                                                                \
  F (gsasl, init)                                                                                  \
  F (gsasl, property_fast)                                                                         \
  F (gsasl, property_set)                                                                          \
  F (gsasl, step)                                                                                  \
  F (gsasl, strerror)

LATE_LIBRARY (libgsasl, LIBGSASL_FILE, FUNCTIONS)

/* Some servers ask for 600000 rounds of PBKDF2; a hostile one could keep us busy for hours. */
#define SCRAM_ITERATIONS_MAX 1000000

typedef enum {
  AUTO = 1 << 0,         /* used without being named */
  FIRST = 1 << 1,        /* the client speaks first */
  BINDING = 1 << 2,      /* bound to the TLS connection */
  SCRAM = 1 << 3,        /* the server says how often to hash */
  DEAF = 1 << 4,         /* what the server says does not matter */
  BEARER = 1 << 5,       /* RFC 7628 */
  GOOGLE_BEARER = 1 << 6 /* XOAUTH2, of which there is only Google's description */
} Manner;

typedef struct {
  const char *name;
  const char *policy;     /* the value of `auth` that names it */
  SecretKind  kind;
  guint       manners;    /* set of Manner */
  guint       challenges; /* that belong to it, without the one for the initial response */
} Mechanism;

/* R-4, best first. */
static const Mechanism mechanisms[] = {
  { "OAUTHBEARER",        "oauthbearer", SECRET_TOKEN,    AUTO | FIRST | BEARER,          1 },
  { "XOAUTH2",            "xoauth2",     SECRET_TOKEN,    AUTO | FIRST | GOOGLE_BEARER,   1 },
  { "SCRAM-SHA-256-PLUS", "scram",       SECRET_PASSWORD, AUTO | FIRST | BINDING | SCRAM, 2 },
  { "SCRAM-SHA-1-PLUS",   "scram",       SECRET_PASSWORD, AUTO | FIRST | BINDING | SCRAM, 2 },
  { "SCRAM-SHA-256",      "scram",       SECRET_PASSWORD, AUTO | FIRST | SCRAM,           2 },
  { "SCRAM-SHA-1",        "scram",       SECRET_PASSWORD, AUTO | FIRST | SCRAM,           2 },
  { "PLAIN",              "plain",       SECRET_PASSWORD, AUTO | FIRST,                   0 },
  { "LOGIN",              "login",       SECRET_PASSWORD, AUTO | DEAF,                    2 },
  { "CRAM-MD5",           "cram-md5",    SECRET_PASSWORD, 0,                              1 },
  { "GSSAPI",             "gssapi",      SECRET_PASSWORD, FIRST,                          4 },
  { "NTLM",               "ntlm",        SECRET_PASSWORD, FIRST,                          1 },
};

/* Bytes that may be a secret: wiped before they are freed. */
typedef struct {
  char *bytes;
  gsize length;
} Wiped;

struct _SmtpAuth {
  const Mechanism *mechanism;
  SmtpAuthWho      who;
  Gsasl           *gsasl;   /* NULL for the token mechanisms */
  Gsasl_session   *session;
  Wiped            initial; /* not yet sent initial response */
  gboolean         is_initial_due;
  gboolean         is_complete;
  guint            n_challenges;
};

static void
wipe (Wiped *wiped)
{
  if (wiped->bytes)
    explicit_bzero (wiped->bytes, wiped->length);
  free (wiped->bytes);
  *wiped = (Wiped) { NULL, 0 };
}

static const Mechanism *
find_mechanism (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (g_str_equal (mechanisms[i].name, name))
      return &mechanisms[i];
  return NULL;
}

static gboolean
is_allowed (const Mechanism *mechanism, const char *policy, SecretKind kind,
            gboolean has_binding)
{
  if (mechanism->kind != kind)
    return FALSE;
  if ((mechanism->manners & BINDING) && !has_binding)
    return FALSE;
  if (g_str_equal (policy, "auto"))
    return (mechanism->manners & AUTO) != 0;
  return g_str_equal (policy, mechanism->policy);
}

const char *
smtp_auth_choose (const char *const *offered, const char *policy, SecretKind kind,
                  gboolean has_binding, const char *after)
{
  const Mechanism *last = after ? find_mechanism (after) : NULL;

  for (const Mechanism *m = last ? last + 1 : mechanisms;
       m < mechanisms + G_N_ELEMENTS (mechanisms); m++)
    if (is_allowed (m, policy, kind, has_binding) && g_strv_contains (offered, m->name))
      return m->name;
  return NULL;
}

static gboolean
has_control (const char *text)
{
  for (const char *p = text; *p; p++)
    if (g_ascii_iscntrl (*p))
      return TRUE;
  return FALSE;
}

/* RFC 5801 section 4: a name in a GS2 header. */
static char *
dup_gs2_name (const char *user)
{
  GString *name = g_string_new (NULL);
  for (const char *p = user; *p; p++)
    {
      if (*p == ',')
        g_string_append (name, "=2C");
      else if (*p == '=')
        g_string_append (name, "=3D");
      else
        g_string_append_c (name, *p);
    }
  return g_string_free (name, FALSE);
}

/* The whole conversation of a token mechanism. */
static gboolean
make_bearer (SmtpAuth *auth, GError **error)
{
  const char *token = auth->who.secret ? sendpath_secret_peek (auth->who.secret) : "";
  g_autofree char *head = NULL;

  if (token[0] == '\0' || has_control (token) || has_control (auth->who.user))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _("user name or token for %s has characters that %s cannot carry"),
                   auth->who.host, auth->mechanism->name);
      return FALSE;
    }
  if (auth->mechanism->manners & BEARER)
    {
      g_autofree char *name = dup_gs2_name (auth->who.user);
      head = g_strdup_printf ("n,a=%s,\001host=%s\001port=%u\001auth=Bearer ", name,
                              auth->who.host, auth->who.port);
    }
  else
    head = g_strdup_printf ("user=%s\001auth=Bearer ", auth->who.user);

  gsize head_length = strlen (head);
  gsize token_length = strlen (token);
  auth->initial.length = head_length + token_length + 2;
  auth->initial.bytes = g_malloc (auth->initial.length);
  memcpy (auth->initial.bytes, head, head_length);
  memcpy (auth->initial.bytes + head_length, token, token_length);
  memcpy (auth->initial.bytes + head_length + token_length, "\001\001", 2);
  auth->is_initial_due = TRUE;
  auth->is_complete = TRUE;
  return TRUE;
}

static void
fail_gsasl (const SmtpAuth *auth, int status, GError **error)
{
  gboolean is_server = status == GSASL_MECHANISM_PARSE_ERROR || status == GSASL_AUTHENTICATION_ERROR
                       || status == GSASL_INTEGRITY_ERROR || status == GSASL_BASE64_ERROR;
  g_set_error (error, G_IO_ERROR, is_server ? G_IO_ERROR_INVALID_DATA : G_IO_ERROR_NOT_SUPPORTED,
               is_server ? _("what %s sent does not fit %s: %s")
                         : _("cannot log in to %s by %s: %s"),
               auth->who.host, auth->mechanism->name, libgsasl.strerror (status));
}

/* One step of gsasl; its answer in @ret_answer. */
static gboolean
step (SmtpAuth *auth, const char *input, gsize length, Wiped *ret_answer, GError **error)
{
  Wiped answer = { NULL, 0 };
  int status = libgsasl.step (auth->session, input, length, &answer.bytes, &answer.length);
  if (status != GSASL_OK && status != GSASL_NEEDS_MORE)
    {
      wipe (&answer);
      fail_gsasl (auth, status, error);
      return FALSE;
    }
  auth->is_complete = status == GSASL_OK;
  *ret_answer = answer;
  return TRUE;
}

static gboolean
start_gsasl (SmtpAuth *auth, GError **error)
{
  g_autoptr(GError) load_error = NULL;
  int status;

  if (!load_libgsasl (&load_error))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _("cannot log in to %s by %s: %s"), auth->who.host, auth->mechanism->name,
                   load_error->message);
      return FALSE;
    }
  status = libgsasl.init (&auth->gsasl);
  if (status == GSASL_OK)
    status = libgsasl.client_start (auth->gsasl, auth->mechanism->name, &auth->session);
  if (status == GSASL_OK)
    status = libgsasl.property_set (auth->session, GSASL_AUTHID, auth->who.user);
  if (status == GSASL_OK && auth->who.secret)
    status = libgsasl.property_set (auth->session, GSASL_PASSWORD,
                                 sendpath_secret_peek (auth->who.secret));
  if (status == GSASL_OK)
    status = libgsasl.property_set (auth->session, GSASL_SERVICE, "smtp");
  if (status == GSASL_OK)
    status = libgsasl.property_set (auth->session, GSASL_HOSTNAME, auth->who.host);
  if (status == GSASL_OK && (auth->mechanism->manners & BINDING))
    {
      gsize length;
      const guchar *data = g_bytes_get_data (auth->who.binding, &length);
      g_autofree char *base64 = g_base64_encode (data, length);
      status = libgsasl.property_set (auth->session, GSASL_CB_TLS_EXPORTER, base64);
    }
  if (status != GSASL_OK)
    {
      fail_gsasl (auth, status, error);
      return FALSE;
    }

  if (!(auth->mechanism->manners & FIRST))
    return TRUE;
  auth->is_initial_due = TRUE;
  return step (auth, NULL, 0, &auth->initial, error);
}

SmtpAuth *
smtp_auth_new (const char *mechanism, const SmtpAuthWho *who, GError **error)
{
  const Mechanism *row = find_mechanism (mechanism);
  g_return_val_if_fail (row != NULL, NULL);
  g_return_val_if_fail (!(row->manners & BINDING) || who->binding, NULL);

  SmtpAuth *auth = g_new0 (SmtpAuth, 1);
  auth->mechanism = row;
  auth->who = *who;
  gboolean is_token = (row->manners & (BEARER | GOOGLE_BEARER)) != 0;
  if (!(is_token ? make_bearer (auth, error) : start_gsasl (auth, error)))
    g_clear_pointer (&auth, smtp_auth_free);
  return auth;
}

/* gsasl keeps its properties as plain strings and frees them as they are. */
static void
wipe_properties (Gsasl_session *session)
{
  static const Gsasl_property secrets[] = {
    GSASL_PASSWORD,
    GSASL_SCRAM_SALTED_PASSWORD,
    GSASL_SCRAM_SERVERKEY,
    GSASL_SCRAM_STOREDKEY,
  };
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      char *copy = (char *) libgsasl.property_fast (session, secrets[i]);
      if (copy)
        explicit_bzero (copy, strlen (copy));
    }
}

void
smtp_auth_free (SmtpAuth *auth)
{
  if (!auth)
    return;
  wipe (&auth->initial);
  if (auth->session)
    {
      wipe_properties (auth->session);
      libgsasl.finish (auth->session);
    }
  if (auth->gsasl)
    libgsasl.done (auth->gsasl);
  g_free (auth);
}

/* Base64 of @raw on one line, after `AUTH MECHANISM` if @mechanism is given. FALSE: it does not
 * fit. */
static gboolean
encode (const Wiped *raw, const char *mechanism, SmtpCommand *command)
{
  char base64[SMTP_COMMAND_AUTH_MAX + 8];
  int state = 0, save = 0;

  if (raw->length > SMTP_COMMAND_AUTH_MAX / 4 * 3)
    return FALSE;
  gsize length = g_base64_encode_step ((const guchar *) raw->bytes, raw->length, FALSE, base64,
                                       &state, &save);
  length += g_base64_encode_close (FALSE, base64 + length, &state, &save);
  base64[length] = '\0';

  SendpathFault fault = mechanism ? smtp_command_auth (command, mechanism, base64)
                                  : smtp_command_auth_answer (command, base64);
  explicit_bzero (base64, sizeof base64);
  return fault == SENDPATH_FAULT_NONE;
}

static gboolean
fail_too_long (const SmtpAuth *auth, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _("the secret for %s is too long for one line of %s"), auth->who.host,
               auth->mechanism->name);
  return FALSE;
}

gboolean
smtp_auth_start (SmtpAuth *auth, SmtpCommand *command, GError **error)
{
  if (auth->is_initial_due && encode (&auth->initial, auth->mechanism->name, command))
    {
      wipe (&auth->initial);
      auth->is_initial_due = FALSE;
      return TRUE;
    }
  if (smtp_command_auth (command, auth->mechanism->name, NULL) != SENDPATH_FAULT_NONE)
    return fail_too_long (auth, error);
  return TRUE;
}

/* The bytes of a challenge; fails on what is not base64. */
static gboolean
decode (const SmtpAuth *auth, const char *challenge, Wiped *ret_raw, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (challenge));
  gsize length = strlen (text);

  if (length % 4 != 0
      || strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
             != length)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("%s sent a challenge that is not base64"), auth->who.host);
      return FALSE;
    }
  ret_raw->bytes = (char *) g_base64_decode (text, &ret_raw->length);
  return TRUE;
}

/* RFC 5802 section 7: `r=…,s=…,i=4096`. */
static gboolean
is_iteration_count_sane (const Wiped *challenge)
{
  g_autofree char *text = g_strndup (challenge->bytes, challenge->length);
  const char *count = strstr (text, ",i=");
  return !count || g_ascii_strtoull (count + 3, NULL, 10) <= SCRAM_ITERATIONS_MAX;
}

static gboolean
step_with_challenge (SmtpAuth *auth, const char *challenge, Wiped *ret_answer, GError **error)
{
  Wiped raw = { NULL, 0 };

  /* Servers word the prompts of LOGIN as they like, and not always in base64. */
  if (!(auth->mechanism->manners & DEAF) && !decode (auth, challenge, &raw, error))
    return FALSE;
  if ((auth->mechanism->manners & SCRAM) && !is_iteration_count_sane (&raw))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("%s wants the password hashed more than %d times"), auth->who.host,
                   SCRAM_ITERATIONS_MAX);
      wipe (&raw);
      return FALSE;
    }
  gboolean is_good = step (auth, raw.bytes, raw.length, ret_answer, error);
  wipe (&raw);
  return is_good;
}

gboolean
smtp_auth_answer (SmtpAuth *auth, const char *challenge, SmtpCommand *command, GError **error)
{
  gboolean is_token = (auth->mechanism->manners & (BEARER | GOOGLE_BEARER)) != 0;
  Wiped answer = { NULL, 0 };

  if (auth->is_initial_due)
    {
      answer = auth->initial;
      auth->initial = (Wiped) { NULL, 0 };
      auth->is_initial_due = FALSE;
    }
  else if (auth->n_challenges++ >= auth->mechanism->challenges
           || (auth->is_complete && !is_token))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("%s asks for more than %s has"), auth->who.host, auth->mechanism->name);
      return FALSE;
    }
  else if (is_token)
    {
      /* RFC 7628 section 3.2.3: the challenge told the error; this answer lets the server fail. */
      auth->is_complete = FALSE;
      answer.length = auth->mechanism->manners & BEARER ? 1 : 0;
      answer.bytes = g_strdup ("\001");
    }
  else if (!step_with_challenge (auth, challenge, &answer, error))
    return FALSE;

  gboolean fits = encode (&answer, NULL, command);
  wipe (&answer);
  return fits || fail_too_long (auth, error);
}

gboolean
smtp_auth_is_complete (const SmtpAuth *auth)
{
  return auth->is_complete && !auth->is_initial_due;
}
