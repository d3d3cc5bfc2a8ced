/*
 * http_chunk - the framing of a chunked body, byte by byte
 *
 * RFC 9112 7.1 without what nobody needs: a size is one to eight hexadecimal
 * digits, lines end with CRLF, extensions are skipped up to a bound, the last
 * chunk is followed by an empty line. All framing of one body together is
 * bounded, so that one-byte chunks cannot cost more than they carry.
 */
#ifndef SERVER_HTTP_CHUNK_H
#define SERVER_HTTP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_chunk_state {
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK_EXTENSION,
	HTTP_CHUNK_SIZE_LF,
	HTTP_CHUNK_DATA, /* .left bytes of body come next, not through here */
	HTTP_CHUNK_DATA_CR,
	HTTP_CHUNK_DATA_LF,
	HTTP_CHUNK_END_CR,
	HTTP_CHUNK_END_LF,
	HTTP_CHUNK_END,
};

struct http_chunk {
	enum http_chunk_state state;
	uint32_t left;
	uint32_t digits;
	uint32_t extension_bytes;
	uint32_t framing_bytes;
};

enum http_chunk_answer {
	HTTP_CHUNK_BAD = 1,
	HTTP_CHUNK_TOO_MUCH, /* framing over its bound */
};

void http_chunk_init(struct http_chunk *chunk);

/* Takes one byte of framing; not to be called in HTTP_CHUNK_DATA or _END. */
int http_chunk_take(struct http_chunk *chunk, uint8_t byte);

/* Says that n bytes of the chunk's body went by; n <= .left. */
void http_chunk_skip(struct http_chunk *chunk, size_t n);

#endif
