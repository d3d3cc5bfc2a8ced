#include "server/http_chunk.h"

#include <assert.h>
#include <string.h>

#include "server/http_target.h"
#include "server/limits.h"

enum {
	DIGITS_MAX = 8,
};

void
http_chunk_init(struct http_chunk *chunk)
{
	memset(chunk, 0, sizeof(*chunk));
}

static int
take_size(struct http_chunk *chunk, uint8_t byte)
{
	int digit = http_target_digit((char)byte);

	if (digit >= 0) {
		if (chunk->digits == DIGITS_MAX) {
			return HTTP_CHUNK_BAD;
		}
		chunk->left = chunk->left << 4 | (uint32_t)digit;
		chunk->digits++;
		return 0;
	}
	if (chunk->digits == 0 || (byte != '\r' && byte != ';')) {
		return HTTP_CHUNK_BAD;
	}
	chunk->extension_bytes = 1;
	chunk->state = byte == ';' ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_SIZE_LF;
	return 0;
}

static int
take_extension(struct http_chunk *chunk, uint8_t byte)
{
	if (byte == '\r') {
		chunk->state = HTTP_CHUNK_SIZE_LF;
		return 0;
	}
	if (byte < 0x20 || byte > 0x7e ||
		++chunk->extension_bytes > LIMIT_CHUNK_EXTENSION_BYTES) {
		return HTTP_CHUNK_BAD;
	}
	return 0;
}

static int
expect(struct http_chunk *chunk, uint8_t byte, uint8_t wanted,
	enum http_chunk_state next)
{
	if (byte != wanted) {
		return HTTP_CHUNK_BAD;
	}
	chunk->state = next;
	return 0;
}

int
http_chunk_take(struct http_chunk *chunk, uint8_t byte)
{
	assert(chunk->state != HTTP_CHUNK_DATA && chunk->state != HTTP_CHUNK_END);
	if (++chunk->framing_bytes > LIMIT_CHUNK_FRAMING_BYTES) {
		return HTTP_CHUNK_TOO_MUCH;
	}
	switch (chunk->state) {
	case HTTP_CHUNK_SIZE:
		return take_size(chunk, byte);
	case HTTP_CHUNK_EXTENSION:
		return take_extension(chunk, byte);
	case HTTP_CHUNK_SIZE_LF:
		return expect(chunk, byte, '\n',
			chunk->left == 0 ? HTTP_CHUNK_END_CR : HTTP_CHUNK_DATA);
	case HTTP_CHUNK_DATA_CR:
		return expect(chunk, byte, '\r', HTTP_CHUNK_DATA_LF);
	case HTTP_CHUNK_DATA_LF:
		chunk->digits = 0;
		return expect(chunk, byte, '\n', HTTP_CHUNK_SIZE);
	case HTTP_CHUNK_END_CR:
		return expect(chunk, byte, '\r', HTTP_CHUNK_END_LF);
	case HTTP_CHUNK_END_LF:
		return expect(chunk, byte, '\n', HTTP_CHUNK_END);
	case HTTP_CHUNK_DATA:
	case HTTP_CHUNK_END:
		break;
	}
	return HTTP_CHUNK_BAD;
}

void
http_chunk_skip(struct http_chunk *chunk, size_t n)
{
	assert(chunk->state == HTTP_CHUNK_DATA && n <= chunk->left);
	chunk->left -= (uint32_t)n;
	if (chunk->left == 0) {
		chunk->state = HTTP_CHUNK_DATA_CR;
	}
}
