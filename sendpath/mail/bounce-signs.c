/* bounce-signs: tells delivery reports from other mail. It goes by who sent a message and by words
 * that hardly anybody but a mail server writes; it reads nothing out of them. */
#include "config.h"

#include "sendpath/mail/bounce-signs.h"

#include <string.h>

#include "sendpath/mail/encoded-word.h"

static gboolean
names_any (const char *text, const char *const *words, gsize n_words)
{
  for (gsize i = 0; text != NULL && i < n_words; i++)
    if (strcasestr (text, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
bounce_signs_name_reporter (const Header *header)
{
  static const char *const reporters[] = { "mailer-daemon",     "mailerdaemon",  "mail-daemon",
                                           "postmaster",        "mail delivery", "mail system",
                                           "mail administrator" };
  g_autofree char *from = header_dup_first (header, "From");

  return names_any (from, reporters, G_N_ELEMENTS (reporters));
}

gboolean
bounce_signs_show_mail (const Header *header)
{
  static const char *const names[] = { "From", "Subject", "Received", "Return-Path", "Date" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (header_has (header, names[i]))
      return TRUE;
  return FALSE;
}

gboolean
bounce_signs_are_in (const char *text)
{
  static const char *const words[] = {
    "not be delivered",
    "cannot be delivered",
    "can not be delivered",
    "couldn't be delivered",
    "was not delivered",
    "wasn't delivered",
    "undeliver",
    "unable to deliver",
    "delivery fail",
    "delivery has failed",
    "returned to sender",
    "did not reach the following",
    "not a valid user",
    "mailer-daemon",
    "delivery status notification",
    "not yet been delivered",
    "nicht zugestellt werden",
    "no such user",
    "user unknown",
    "unknown user",
    "returned mail",
    "failure notice",
    "not a known user",
    "konnte nicht zugestellt",
    "n'a pas pu être",
    "no se pudo entregar",
    "no se ha podido entregar",
    "non è stato possibile",
    "nie została dostarczona",
    "nie mogła zostać dostarczona",
    "não pôde ser entregue",
    "não foi entregue",
    "niet worden bezorgd",
    "не было доставлено",
    "не может быть доставлено",
    "退信",
    "被退回",
    "无法送达",
    "配信でき",
    "送信できません",
    "お届けでき",
    "전달되지 못",
    "배달할 수 없",
  };

  return names_any (text, words, G_N_ELEMENTS (words));
}

gboolean
bounce_signs_are_in_subject (const Header *header)
{
  static const char *const words[] = {
    "delivery status",
    "delivery fail",
    "delivery problem",
    "delivery error",
    "delivery notif",
    "delivery report",
    "mail delivery",
    "message delivery",
    "non-delivery",
    "delivery delay",
    "delivery has",
    "mail failure",
    "mail error",
    "mail system error",
    "unzustellbar",
    "nicht zugestellt",
    "zustellung fehl",
    "zustellungsfehler",
    "fehler bei der zustellung",
    "non remis",
    "non distribu",
    "échec de remise",
    "échec de la remise",
    "no entregad",
    "falha na entrega",
    "fallo en la entrega",
    "error de entrega",
    "mancata consegna",
    "recapito non riuscito",
    "niedostarcz",
    "onbestelbaar",
    "недоставлен",
    "не доставлен",
    "退回",
    "未送达",
    "配信不能",
    "配信エラー",
    "エラーメール",
    "반송",
  };
  g_autofree char *value = header_dup_first (header, "Subject");
  g_autofree char *subject = value != NULL ? encoded_word_decode (value) : NULL;

  return subject != NULL &&
         (names_any (subject, words, G_N_ELEMENTS (words)) || bounce_signs_are_in (subject));
}
