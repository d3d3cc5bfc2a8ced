#include "proto/utf8.h"

#include <string.h>

enum {
	SURROGATE_FIRST = 0xD800,
	SURROGATE_LAST = 0xDFFF,
	CODE_POINT_LAST = 0x10FFFF,
};

static bool
is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

/*
 * Well-formed sequences as in table 3-7 of the Unicode standard: the bounds
 * of the second byte keep out overlong forms, surrogates and the too large.
 */
int32_t
utf8_next(const void *text, size_t bytes, size_t *at)
{
	const unsigned char *s = (const unsigned char *)text + *at;
	size_t left = bytes - *at;
	int32_t c;

	if (left == 0) {
		return -1;
	}
	if (s[0] < 0x80) {
		*at += 1;
		return s[0];
	}
	if (s[0] >= 0xC2 && s[0] <= 0xDF && left >= 2 && is_tail(s[1])) {
		*at += 2;
		return (s[0] & 0x1F) << 6 | (s[1] & 0x3F);
	}
	if ((s[0] & 0xF0) == 0xE0 && left >= 3 && is_tail(s[1]) && is_tail(s[2])) {
		c = (s[0] & 0x0F) << 12 | (s[1] & 0x3F) << 6 | (s[2] & 0x3F);
		if (c < 0x800 || (c >= SURROGATE_FIRST && c <= SURROGATE_LAST)) {
			return -1;
		}
		*at += 3;
		return c;
	}
	if ((s[0] & 0xF8) == 0xF0 && left >= 4 && is_tail(s[1]) && is_tail(s[2]) &&
		is_tail(s[3])) {
		c = (s[0] & 0x07) << 18 | (s[1] & 0x3F) << 12 | (s[2] & 0x3F) << 6 |
		    (s[3] & 0x3F);
		if (c < 0x10000 || c > CODE_POINT_LAST) {
			return -1;
		}
		*at += 4;
		return c;
	}
	return -1;
}

/* Eight bytes at a time: almost all of what passes here is ASCII. */
static size_t
skip_ascii(const char *text, size_t bytes, size_t at)
{
	uint64_t word;

	while (bytes - at >= sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0) {
			break;
		}
		at += sizeof(word);
	}
	return at;
}

/*
 * Eight bytes at a time, as long as each is printable ASCII. Borrowing between
 * bytes only begins at one that is refused, so it never lets one pass.
 */
static size_t
skip_plain(const char *text, size_t bytes, size_t at)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101);
	static const uint64_t highs = UINT64_C(0x8080808080808080);
	uint64_t word;

	while (bytes - at >= sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		/* above 0x7F, below 0x20, or 0x7F */
		if (((word | (word - ones * 0x20) | ((word ^ ones * 0x7F) - ones)) &
			    highs) != 0) {
			break;
		}
		at += sizeof(word);
	}
	return at;
}

static bool
is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* Eight at a time, as above: bytes over 0x7F are plain, too. */
size_t
utf8_plain(const char *text, size_t bytes)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101);
	static const uint64_t highs = UINT64_C(0x8080808080808080);
	size_t at = 0;
	uint64_t word;

	while (bytes - at >= sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		if ((((word - ones * 0x20) | ((word ^ ones * '"') - ones) |
			     ((word ^ ones * '\\') - ones)) &
			    ~word & highs) != 0) {
			break;
		}
		at += sizeof(word);
	}
	while (at < bytes && is_plain(text[at])) {
		at++;
	}
	return at;
}

bool
utf8_is_valid(const void *text, size_t bytes, size_t *bad_at)
{
	const unsigned char *s = text;
	size_t at = 0;

	while (at < bytes) {
		at = skip_ascii(text, bytes, at);
		while (at < bytes && s[at] < 0x80) {
			at++;
		}
		if (at < bytes && utf8_next(text, bytes, &at) < 0) {
			if (bad_at != NULL) {
				*bad_at = at;
			}
			return false;
		}
	}
	return true;
}

static bool
is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool
utf8_is_text(const void *text, size_t bytes, size_t *bad_at)
{
	const char *s = text;
	size_t at = 0;

	while (at < bytes) {
		size_t start = at = skip_plain(s, bytes, at);
		int32_t c;
		bool fits;

		if (at == bytes) {
			break;
		}
		c = utf8_next(text, bytes, &at);
		fits = c >= 0 && !is_control(c);

		fits = fits || c == '\n' || c == '\t' ||
		       (c == '\r' && at < bytes && s[at] == '\n');
		if (!fits) {
			if (bad_at != NULL) {
				*bad_at = start;
			}
			return false;
		}
	}
	return true;
}

size_t
utf8_length(const void *text, size_t bytes)
{
	const unsigned char *s = text;
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++) {
		n += !is_tail(s[i]);
	}
	return n;
}

size_t
utf8_put(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}
