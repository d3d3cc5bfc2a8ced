#include "server/http_target.h"

#include <string.h>

int
http_target_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

static bool
is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* The byte that the escape at text stands for, or -1. */
static int
escaped(const char *text, size_t bytes)
{
	if (bytes < 3) {
		return -1;
	}
	int high = http_target_digit(text[1]);
	int low = http_target_digit(text[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Dot segments are looked for after decoding, or "%2e%2e" would be one. */
static bool
has_odd_segment(const char *path)
{
	const char *segment = path + 1;

	for (;;) {
		size_t length = strcspn(segment, "/");
		bool last = segment[length] == '\0';
		if ((length == 0 && !last) || (length == 1 && segment[0] == '.') ||
			(length == 2 && segment[0] == '.' && segment[1] == '.')) {
			return true;
		}
		if (last) {
			return false;
		}
		segment += length + 1;
	}
}

bool
http_target_decode_path(char *path, size_t bytes)
{
	size_t out = 0;

	if (bytes == 0 || path[0] != '/') {
		return false;
	}
	for (size_t i = 0; i < bytes; i++) {
		char c = path[i];
		if (c == '%') {
			int byte = escaped(path + i, bytes - i);
			if (byte < 0x20 || byte > 0x7e || byte == '/' || byte == '\\') {
				return false;
			}
			c = (char)byte;
			i += 2;
		} else if (!is_alphanumeric(c) &&
			   (c == '\0' || strchr("/-._~!$&'()*+,;=:@", c) == NULL)) {
			return false;
		}
		path[out++] = c;
	}
	path[out] = '\0';
	return !has_odd_segment(path);
}

bool
http_target_is_query(const char *query, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		char c = query[i];
		if (c <= 0x20 || c > 0x7e || c == '#' || c == '"' || c == '<' ||
			c == '>') {
			return false;
		}
		if (c == '%' && escaped(query + i, bytes - i) < 0) {
			return false;
		}
	}
	return true;
}

static bool
is_port(const char *port, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (port[i] < '0' || port[i] > '9') {
			return false;
		}
	}
	return bytes > 0 && bytes <= 5;
}

bool
http_target_is_host(const char *host, size_t bytes)
{
	size_t i = 0;

	if (bytes > 0 && host[0] == '[') {
		for (i = 1; i < bytes && (http_target_digit(host[i]) >= 0 ||
						 host[i] == ':' || host[i] == '.');
			i++) {
		}
		if (i < 3 || i == bytes || host[i] != ']') {
			return false;
		}
		i++;
	} else {
		while (i < bytes && (is_alphanumeric(host[i]) || host[i] == '-' ||
					    host[i] == '.' || host[i] == '_')) {
			i++;
		}
		if (i == 0 || i > 255) {
			return false;
		}
	}
	return i == bytes || (host[i] == ':' && is_port(host + i + 1, bytes - i - 1));
}

/* Decodes one word of a form; '+' is a space. false: bad escape, or no room. */
static bool
decode_word(const char *text, size_t bytes, char *out, size_t out_bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++) {
		int byte = text[i] == '+' ? ' ' : (unsigned char)text[i];
		if (text[i] == '%') {
			byte = escaped(text + i, bytes - i);
			i += 2;
		}
		if (byte <= 0 || n + 1 >= out_bytes) {
			return false;
		}
		out[n++] = (char)byte;
	}
	out[n] = '\0';
	return true;
}

/* Does the encoded word say name? A bad escape says nothing. */
static bool
says(const char *text, size_t bytes, const char *name)
{
	char word[64];

	return decode_word(text, bytes, word, sizeof(word)) && strcmp(word, name) == 0;
}

bool
http_target_parameter(
	const char *encoded, const char *name, char *out, size_t out_bytes, bool *found)
{
	for (const char *pair = encoded; *pair != '\0';) {
		size_t bytes = strcspn(pair, "&");
		size_t name_bytes = strcspn(pair, "=&");
		if (says(pair, name_bytes, name)) {
			size_t skip = name_bytes + (name_bytes < bytes ? 1 : 0);
			*found = true;
			return out_bytes > 0 &&
			       decode_word(pair + skip, bytes - skip, out, out_bytes);
		}
		pair += bytes;
		pair += *pair == '&' ? 1 : 0;
	}
	*found = false;
	return false;
}
