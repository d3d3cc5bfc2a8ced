/*
 * mail_text - one message as a mail server takes it
 *
 * RFC 5322 and MIME: plain text in UTF-8, quoted-printable; the subject in encoded
 * words (RFC 2047) when it is not ASCII. Auto-Submitted keeps answering machines
 * quiet (RFC 3834). The Message-ID is the same in every attempt, so a mail
 * program shows a message that was sent twice once. Addresses are checked before
 * (dispatch/target.h); no line of what is said can become a header.
 */
#ifndef SERVER_MAIL_TEXT_H
#define SERVER_MAIL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"

struct mail {
	const char *from; /* addresses, ASCII */
	const char *to;
	const char *subject; /* one line */
	const char *text;
	const char *id;     /* without its domain */
	const char *thread; /* the same for those that belong together; or NULL */
	int64_t at_s;
	int urgent;
};

/* In the arena, with CRLF ends, without the last dot; NULL when memory is short. */
char *mail_text(const struct mail *mail, struct arena *arena, size_t *bytes);

#endif
