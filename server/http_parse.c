#include "server/http_parse.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/http_head.h"

enum {
	FIRST_BLOCK_BYTES = 1000, /* with malloc's own, a size that it caches */
	/* "OPTIONS " before the target, " HTTP/1.1\r\n" behind it */
	LINE_BYTES = LIMIT_TARGET_BYTES + 19,
	/* What an inner function returns to go on; never leaves this file. */
	GO_ON = -1000000,
};

void
http_parse_init(struct http_parse *parse)
{
	memset(parse, 0, sizeof(*parse));
}

void
http_parse_reset(struct http_parse *parse)
{
	free(parse->bytes);
	http_parse_init(parse);
}

static int
refuse(struct http_parse *parse, int status)
{
	parse->phase = HTTP_PARSE_OVER;
	parse->status = status;
	return HTTP_PARSE_REFUSED;
}

/* Grows by doubling, never past most: what this phase may hold in all. */
static int
append(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t most)
{
	size_t wanted = parse->n_bytes + n;

	assert(wanted <= most);
	if (wanted > parse->capacity) {
		size_t capacity =
			parse->capacity == 0 ? FIRST_BLOCK_BYTES : parse->capacity * 2;
		capacity = capacity < wanted ? wanted : capacity;
		capacity = capacity > most ? most : capacity;
		char *grown = realloc(parse->bytes, capacity);
		if (grown == NULL) {
			return -ENOMEM;
		}
		parse->bytes = grown;
		parse->capacity = capacity;
	}
	memcpy(parse->bytes + parse->n_bytes, bytes, n);
	parse->n_bytes = wanted;
	return 0;
}

static int
end_head(struct http_parse *parse)
{
	int status = http_head_end(parse);

	if (status != 0) {
		return refuse(parse, status);
	}
	parse->body_at = parse->n_bytes;
	if (!parse->chunked && parse->body_expected == 0) {
		parse->phase = HTTP_PARSE_WHOLE;
		return 0;
	}
	parse->phase = HTTP_PARSE_BODY;
	http_chunk_init(&parse->chunk);
	return GO_ON;
}

static int
end_line(struct http_parse *parse)
{
	char *line = parse->bytes + parse->line_at;
	size_t n = parse->n_bytes - parse->line_at - 2;
	int status;

	parse->line_at = parse->n_bytes;
	if (parse->phase == HTTP_PARSE_HEADERS) {
		if (n == 0) {
			return end_head(parse);
		}
		status = http_head_header(parse, line, n);
	} else if (n == 0 && !parse->blank_seen) {
		parse->blank_seen = true;
		parse->n_bytes = 0;
		parse->line_at = 0;
		return GO_ON;
	} else {
		status = http_head_request_line(parse, line, n);
		parse->phase = HTTP_PARSE_HEADERS;
	}
	return status == 0 ? GO_ON : refuse(parse, status);
}

/*
 * How many of n bytes belong to this line and may be in a head: printable
 * ASCII, space, tab, and CR and LF as a pair. *bad: the last of them may not.
 */
static size_t
scan_line(struct http_parse *parse, const uint8_t *bytes, size_t n, bool *bad,
	bool *ended)
{
	*bad = false;
	*ended = false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = bytes[i];
		if (c >= 0x20 && c < 0x7f && !parse->cr_seen) {
			continue;
		}
		*ended = parse->cr_seen && c == '\n';
		*bad = !*ended && (parse->cr_seen || (c != '\t' && c != '\r'));
		parse->cr_seen = c == '\r';
		if (*ended || *bad) {
			return i + 1;
		}
	}
	return n;
}

static int
take_head(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t *took)
{
	bool in_line = parse->phase == HTTP_PARSE_REQUEST_LINE;
	size_t room = (in_line ? LINE_BYTES : LIMIT_HEAD_BYTES) - parse->n_bytes;
	bool bad, ended;

	*took = scan_line(parse, bytes, n < room ? n : room, &bad, &ended);
	if (bad) {
		return refuse(parse, 400);
	}
	int r = append(parse, bytes, *took, LIMIT_HEAD_BYTES);
	if (r < 0) {
		return r;
	}
	if (ended) {
		return end_line(parse);
	}
	if (*took == room) {
		return refuse(parse, in_line ? 414 : 431);
	}
	return GO_ON;
}

/* ---- the body */

static int
take_body(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t most)
{
	int r = append(parse, bytes, n, parse->body_at + most);
	if (r < 0) {
		return r;
	}
	parse->body_bytes += n;
	return GO_ON;
}

static int
take_sized(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t *took)
{
	size_t left = parse->body_expected - parse->body_bytes;

	*took = n < left ? n : left;
	int r = take_body(parse, bytes, *took, parse->body_expected);
	if (r == GO_ON && parse->body_bytes == parse->body_expected) {
		parse->phase = HTTP_PARSE_WHOLE;
		return 0;
	}
	return r;
}

static int
take_chunk_data(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t *took)
{
	size_t left = parse->chunk.left;

	*took = n < left ? n : left;
	int r = take_body(parse, bytes, *took, LIMIT_BODY_BYTES);
	if (r == GO_ON) {
		http_chunk_skip(&parse->chunk, *took);
	}
	return r;
}

static int
take_chunked(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t *took)
{
	if (parse->chunk.state == HTTP_CHUNK_DATA) {
		return take_chunk_data(parse, bytes, n, took);
	}
	*took = 1;
	int r = http_chunk_take(&parse->chunk, bytes[0]);
	if (r != 0) {
		return refuse(parse, r == HTTP_CHUNK_TOO_MUCH ? 413 : 400);
	}
	if (parse->chunk.state == HTTP_CHUNK_END) {
		parse->phase = HTTP_PARSE_WHOLE;
		return 0;
	}
	if (parse->chunk.state == HTTP_CHUNK_DATA &&
		parse->chunk.left > LIMIT_BODY_BYTES - parse->body_bytes) {
		return refuse(parse, 413);
	}
	return GO_ON;
}

/* ---- the whole */

int
http_parse_feed(struct http_parse *parse, const uint8_t *bytes, size_t n, size_t *used)
{
	assert(parse->phase != HTTP_PARSE_WHOLE && parse->phase != HTTP_PARSE_OVER);
	*used = 0;
	while (*used < n) {
		size_t took = 0;
		int r;
		if (parse->phase != HTTP_PARSE_BODY) {
			r = take_head(parse, bytes + *used, n - *used, &took);
		} else if (parse->chunked) {
			r = take_chunked(parse, bytes + *used, n - *used, &took);
		} else {
			r = take_sized(parse, bytes + *used, n - *used, &took);
		}
		*used += took;
		if (r != GO_ON) {
			return r;
		}
	}
	return HTTP_PARSE_MORE;
}

const char *
http_parse_path(const struct http_parse *parse)
{
	assert(parse->phase == HTTP_PARSE_WHOLE);
	return parse->bytes + parse->path_at;
}

const char *
http_parse_query(const struct http_parse *parse)
{
	assert(parse->phase == HTTP_PARSE_WHOLE);
	return parse->bytes + parse->query_at;
}

const uint8_t *
http_parse_body(const struct http_parse *parse)
{
	assert(parse->phase == HTTP_PARSE_WHOLE);
	return (const uint8_t *)parse->bytes + parse->body_at;
}

void
http_parse_headers(
	const struct http_parse *parse, struct http_header out[LIMIT_HEADERS])
{
	assert(parse->phase == HTTP_PARSE_WHOLE);
	for (size_t i = 0; i < parse->n_headers; i++) {
		out[i].name = parse->bytes + parse->name_at[i];
		out[i].value = parse->bytes + parse->value_at[i];
	}
}
