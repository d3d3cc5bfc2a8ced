/*
 * http_parse - one HTTP/1.1 request out of a stream of bytes
 *
 * Pure: no socket, no clock, no libevent. Bytes are fed as they come; wherever
 * they are cut, the outcome is the same (the fuzz target holds that). Takes
 * exactly one request and leaves what stands behind it to the caller.
 *
 * Strict: RFC 9110 and 9112 where they leave one meaning, an error answer
 * where they leave room. Decided here, beyond http.h:
 *  - one empty line before the request line is skipped, as the RFC asks;
 *  - a target has a path of printable ASCII, without "//", dot segments, an
 *    escaped slash, backslash or control byte: a proxy in front of us must not
 *    be able to see another path than we do;
 *  - Content-Length and Transfer-Encoding hold no tab, no list, no leading
 *    zero; headers that mean one thing (singletons) come once;
 *  - chunk extensions of up to 64 printable bytes are skipped, as the RFC
 *    asks; white space before them, and trailers, are refused;
 *  - only POST has a body; POST without a length has an empty one;
 *  - HTTP/1.0 has no Transfer-Encoding, no 100-continue and no second request.
 *
 * Memory: head and body in one block that grows with what has arrived, never
 * with what is announced, and is given back by http_parse_reset().
 */
#ifndef SERVER_HTTP_PARSE_H
#define SERVER_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http_chunk.h"
#include "server/limits.h"

enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD, /* the handler sees HTTP_GET */
	HTTP_POST,
	HTTP_DELETE,
	HTTP_OPTIONS,
};

struct http_header {
	const char *name;  /* as sent */
	const char *value; /* trimmed; no control characters but tab */
};

enum http_parse_answer {
	HTTP_PARSE_MORE = 1, /* all bytes taken, the request goes on */
	HTTP_PARSE_REFUSED,  /* .status says why; feed it nothing more */
};

enum http_parse_phase {
	HTTP_PARSE_REQUEST_LINE, /* also before the first byte */
	HTTP_PARSE_HEADERS,
	HTTP_PARSE_BODY,
	HTTP_PARSE_WHOLE,
	HTTP_PARSE_OVER, /* refused */
};

/* Embedded in its connection; the first block of fields may be read. */
struct http_parse {
	enum http_parse_phase phase;
	int status;              /* of a refusal: 400, 413, 414, 417, 431, 501, 505 */
	enum http_method method; /* 0 until known */
	bool keep_alive;
	bool expects_continue; /* valid from HTTP_PARSE_BODY on */
	size_t body_bytes;     /* arrived so far */
	size_t n_headers;

	char *bytes; /* head, then body */
	size_t n_bytes;
	size_t capacity;
	size_t line_at; /* where the line being read starts */
	size_t body_at;
	size_t body_expected;
	struct http_chunk chunk;
	unsigned seen; /* known headers, as bits */
	int minor;
	bool blank_seen;
	bool cr_seen;
	bool chunked;
	bool wants_close;
	uint16_t path_at;
	uint16_t query_at;
	uint16_t name_at[LIMIT_HEADERS];
	uint16_t value_at[LIMIT_HEADERS];
};

void http_parse_init(struct http_parse *parse);

/* Gives the memory back; ready for the next request. */
void http_parse_reset(struct http_parse *parse);

/*
 * Takes bytes up to the end of the request; *used says how many. Returns 0
 * when the request is whole, an http_parse_answer, or -ENOMEM.
 */
int http_parse_feed(
	struct http_parse *parse, const uint8_t *bytes, size_t n, size_t *used);

/* Of a whole request; they live until the next feed or reset. */
const char *http_parse_path(const struct http_parse *parse);
const char *http_parse_query(const struct http_parse *parse);
const uint8_t *http_parse_body(const struct http_parse *parse);
void http_parse_headers(
	const struct http_parse *parse, struct http_header out[LIMIT_HEADERS]);

#endif
