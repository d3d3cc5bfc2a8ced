/*
 * http_answer - the head of an answer, as bytes
 *
 * One small block: status line, date, type, length, whether the connection
 * ends. The owner's own header lines and the empty line follow it.
 */
#ifndef SERVER_HTTP_ANSWER_H
#define SERVER_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTP_ANSWER_HEAD_BYTES = 512,
	HTTP_ANSWER_DATE_BYTES = 30, /* with its NUL */
};

struct http_answer {
	int status;
	const char *content_type; /* NULL: none */
	const char *date;
	bool has_length;
	bool close;
	size_t length;
};

/* "Sun, 06 Nov 1994 08:49:37 GMT" of a Unix time, in no locale. */
void http_answer_date(int64_t wall_s, char out[HTTP_ANSWER_DATE_BYTES]);

/* Returns the bytes written to out, without an end: header lines may follow. */
size_t http_answer_head(
	const struct http_answer *answer, char out[HTTP_ANSWER_HEAD_BYTES]);

#endif
