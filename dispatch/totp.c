#include "dispatch/totp.h"

#include <string.h>

enum {
	BLOCK_BYTES = 64,
	MESSAGE_MOST = BLOCK_BYTES + SHA1_BYTES,
	CODES = 1000000,
};

static uint32_t
turned(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

static void
mix(uint32_t h[5], const uint8_t block[BLOCK_BYTES])
{
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

	for (unsigned i = 0; i < 16; i++) {
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	}
	for (unsigned i = 16; i < 80; i++) {
		w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	}
	for (unsigned i = 0; i < 80; i++) {
		uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999
			     : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
			     : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
				      : (b ^ c ^ d) + 0xCA62C1D6;
		uint32_t t = turned(a, 5) + f + e + w[i];

		e = d;
		d = c;
		c = turned(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void
sha1(const uint8_t *data, size_t bytes, uint8_t out[SHA1_BYTES])
{
	uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
	uint8_t block[2 * BLOCK_BYTES] = {0};
	size_t left = bytes % BLOCK_BYTES;
	size_t end = left + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
	uint64_t bits = (uint64_t)bytes * 8;

	for (size_t at = 0; at + BLOCK_BYTES <= bytes; at += BLOCK_BYTES) {
		mix(h, data + at);
	}
	memcpy(block, data + bytes - left, left);
	block[left] = 0x80;
	for (unsigned i = 0; i < 8; i++) {
		block[end - 1 - i] = (uint8_t)(bits >> 8 * i);
	}
	for (size_t at = 0; at < end; at += BLOCK_BYTES) {
		mix(h, block + at);
	}
	for (unsigned i = 0; i < SHA1_BYTES; i++) {
		out[i] = (uint8_t)(h[i / 4] >> 8 * (3 - i % 4));
	}
}

/* RFC 2104; the message is a counter or a digest. */
static void
hmac(const uint8_t *key, size_t key_bytes, const uint8_t *message, size_t bytes,
	uint8_t out[SHA1_BYTES])
{
	uint8_t padded[BLOCK_BYTES] = {0}, inner[MESSAGE_MOST], outer[MESSAGE_MOST];

	if (key_bytes > BLOCK_BYTES) {
		sha1(key, key_bytes, padded);
	} else {
		memcpy(padded, key, key_bytes);
	}
	for (size_t i = 0; i < BLOCK_BYTES; i++) {
		inner[i] = padded[i] ^ 0x36;
		outer[i] = padded[i] ^ 0x5c;
	}
	memcpy(inner + BLOCK_BYTES, message, bytes);
	sha1(inner, BLOCK_BYTES + bytes, outer + BLOCK_BYTES);
	sha1(outer, BLOCK_BYTES + SHA1_BYTES, out);
}

uint32_t
totp_code(const uint8_t *secret, size_t secret_bytes, uint64_t step)
{
	uint8_t counter[8], digest[SHA1_BYTES];
	unsigned at;

	for (unsigned i = 0; i < 8; i++) {
		counter[7 - i] = (uint8_t)(step >> 8 * i);
	}
	hmac(secret, secret_bytes, counter, sizeof(counter), digest);
	at = digest[SHA1_BYTES - 1] & 0xf;
	return ((uint32_t)(digest[at] & 0x7f) << 24 | (uint32_t)digest[at + 1] << 16 |
		       (uint32_t)digest[at + 2] << 8 | digest[at + 3]) %
	       CODES;
}

/* Six digits, spaces left out. */
static bool
read_code(const char *text, uint32_t *out)
{
	unsigned digits = 0;
	uint32_t code = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ') {
			continue;
		}
		if (*text < '0' || *text > '9' || ++digits > TOTP_CODE_DIGITS) {
			return false;
		}
		code = code * 10 + (uint32_t)(*text - '0');
	}
	*out = code;
	return digits == TOTP_CODE_DIGITS;
}

bool
totp_accepts(const uint8_t *secret, size_t secret_bytes, int64_t now_ms, uint64_t taken,
	const char *text, uint64_t *step)
{
	uint64_t now = now_ms < 0 ? 0 : (uint64_t)now_ms / 1000 / TOTP_STEP_S;
	bool found = false;
	uint32_t code;

	if (!read_code(text, &code)) {
		return false;
	}
	for (uint64_t at = now > 0 ? now - 1 : 0; at <= now + 1; at++) {
		if (at > taken && totp_code(secret, secret_bytes, at) == code) {
			*step = at;
			found = true;
		}
	}
	return found;
}

size_t
totp_base32(const uint8_t *data, size_t bytes, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned held = 0, bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++) {
		held = held << 8 | data[i];
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			out[n++] = letters[held >> bits & 31];
		}
		held &= (1u << bits) - 1;
	}
	if (bits > 0) {
		out[n++] = letters[held << (5 - bits) & 31];
	}
	out[n] = '\0';
	return n;
}
