/* The words of a reply, without what differs from one server, address or day to the next. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is kept of a reply's words, in bytes; the rest of a longer reply is not looked at. */
#define REPLY_WORDS_SIZE 4096

/**
 * ReplyWords:
 * @text: the words, lower-case and without accents, one space before, between and after them. An
 *   address is `ADDR`, a host name `HOST`, an IP address `IP`, a number `NUM`, a link `URL`; the
 *   name of a well-known list of client addresses is `LIST`, of one of advertised domains `URILIST`
 * @length: bytes of @text
 * @n_words: how many they are, without the upper-case ones
 * @status: the first enhanced status code (RFC 3463) in the text, or ""
 *
 * A reply as the rules see it. Each ideogram or kana is a word of its own.
 */
typedef struct {
  char  text[REPLY_WORDS_SIZE];
  gsize length;
  guint n_words;
  char  status[12];
} ReplyWords;

/* Reads @text once from left to right; allocates nothing. Bytes that are not UTF-8 count as
 * Latin-1. */
void reply_words_read (const char *text, ReplyWords *ret_words);

G_END_DECLS
