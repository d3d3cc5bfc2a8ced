#include "proto/base64.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	if (c == '+' || c == '-') {
		return 62;
	}
	return c == '/' || c == '_' ? 63 : -1;
}

int
base64_read(const char *text, size_t bytes, uint8_t *out, size_t *out_bytes)
{
	uint32_t held = 0;
	unsigned n_held = 0; /* bits */
	size_t n = 0;

	if (bytes % 4 == 0 && bytes > 0 && text[bytes - 1] == '=') {
		bytes -= text[bytes - 2] == '=' ? 2 : 1;
	}
	if (bytes % 4 == 1) {
		return BASE64_BAD;
	}
	for (size_t i = 0; i < bytes; i++) {
		int value = value_of(text[i]);

		if (value < 0) {
			return BASE64_BAD;
		}
		held = held << 6 | (uint32_t)value;
		n_held += 6;
		if (n_held >= 8) {
			n_held -= 8;
			out[n++] = (uint8_t)(held >> n_held);
			held &= (1u << n_held) - 1;
		}
	}
	if (held != 0) {
		return BASE64_BAD;
	}
	*out_bytes = n;
	return 0;
}

size_t
base64_write(const uint8_t *data, size_t bytes, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i += 3) {
		uint32_t three = (uint32_t)data[i] << 16;

		three |= i + 1 < bytes ? (uint32_t)data[i + 1] << 8 : 0;
		three |= i + 2 < bytes ? data[i + 2] : 0;
		out[n++] = alphabet[three >> 18];
		out[n++] = alphabet[three >> 12 & 63];
		out[n++] = i + 1 < bytes ? alphabet[three >> 6 & 63] : '=';
		out[n++] = i + 2 < bytes ? alphabet[three & 63] : '=';
	}
	return n;
}
