/*
 * accept - which of our forms of an answer does the asker want?
 *
 * RFC 9110, 12.5.1, as far as it helps: the largest q wins, then the first
 * named. Nothing that fits gets the form of the path's own: an answer in the
 * wrong form is better than none.
 */
#ifndef SERVER_ACCEPT_H
#define SERVER_ACCEPT_H

#include "server/asker.h"

enum {
	ACCEPT_JSON = 1u << ANSWER_JSON,
	ACCEPT_PROTOBUF = 1u << ANSWER_PROTOBUF,
	ACCEPT_HTML = 1u << ANSWER_HTML,
};

/* accept: the header, or NULL. offered: ACCEPT_ bits. */
enum answer_form accept_form(
	const char *accept, unsigned offered, enum answer_form otherwise);

#endif
