#include "server/http_head.h"

#include <string.h>
#include <strings.h>

#include "server/http_target.h"

/* Headers that mean one thing and so come once. */
enum known {
	KNOWN_HOST = 1 << 0,
	KNOWN_CONTENT_LENGTH = 1 << 1,
	KNOWN_TRANSFER_ENCODING = 1 << 2,
	KNOWN_EXPECT = 1 << 3,
	KNOWN_CONTENT_TYPE = 1 << 4,
	KNOWN_CONTENT_ENCODING = 1 << 5,
	KNOWN_AUTHORIZATION = 1 << 6,
	KNOWN_ORIGIN = 1 << 7,
	KNOWN_IDEMPOTENCY_KEY = 1 << 8,
	KNOWN_CONNECTION = 1 << 9, /* a list: may come again */
};

static const struct {
	const char *name;
	unsigned known;
} known_headers[] = {
	{"authorization", KNOWN_AUTHORIZATION},
	{"connection", KNOWN_CONNECTION},
	{"content-encoding", KNOWN_CONTENT_ENCODING},
	{"content-length", KNOWN_CONTENT_LENGTH},
	{"content-type", KNOWN_CONTENT_TYPE},
	{"expect", KNOWN_EXPECT},
	{"host", KNOWN_HOST},
	{"idempotency-key", KNOWN_IDEMPOTENCY_KEY},
	{"origin", KNOWN_ORIGIN},
	{"transfer-encoding", KNOWN_TRANSFER_ENCODING},
};

static const struct {
	const char *name;
	enum http_method method;
} methods[] = {
	{"GET", HTTP_GET},
	{"POST", HTTP_POST},
	{"HEAD", HTTP_HEAD},
	{"DELETE", HTTP_DELETE},
	{"OPTIONS", HTTP_OPTIONS},
};

/* RFC 9110 5.6.2 */
static bool
is_token_byte(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9')) {
		return true;
	}
	switch (c) {
	case '!':
	case '#':
	case '$':
	case '%':
	case '&':
	case '\'':
	case '*':
	case '+':
	case '-':
	case '.':
	case '^':
	case '_':
	case '`':
	case '|':
	case '~':
		return true;
	default:
		return false;
	}
}

static size_t
token_length(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && is_token_byte(text[i])) {
		i++;
	}
	return i;
}

/* ---- the request line */

static int
parse_version(struct http_parse *parse, const char *version, size_t n)
{
	if (n != 8 || memcmp(version, "HTTP/", 5) != 0 || version[5] < '0' ||
		version[5] > '9' || version[6] != '.' || version[7] < '0' ||
		version[7] > '9') {
		return 400;
	}
	if (version[5] != '1' || version[7] > '1') {
		return 505;
	}
	parse->minor = version[7] - '0';
	return 0;
}

static int
parse_method(struct http_parse *parse, const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strlen(methods[i].name) == n &&
			memcmp(methods[i].name, name, n) == 0) {
			parse->method = methods[i].method;
			return 0;
		}
	}
	return 501;
}

/* The byte behind the target is the space, overwritten with the end of it. */
static int
parse_target(struct http_parse *parse, char *target, size_t n)
{
	char *mark = memchr(target, '?', n);
	size_t path_bytes = mark == NULL ? n : (size_t)(mark - target);
	size_t query_bytes = mark == NULL ? 0 : n - path_bytes - 1;

	if (n > LIMIT_TARGET_BYTES) {
		return 414;
	}
	target[n] = '\0';
	char *query = mark == NULL ? target + n : mark + 1;
	if (!http_target_is_query(query, query_bytes) ||
		!http_target_decode_path(target, path_bytes)) {
		return 400;
	}
	parse->path_at = (uint16_t)(target - parse->bytes);
	parse->query_at = (uint16_t)(query - parse->bytes);
	return 0;
}

int
http_head_request_line(struct http_parse *parse, char *line, size_t n)
{
	size_t method = token_length(line, n);
	if (method == 0 || method == n || line[method] != ' ') {
		return 400;
	}
	char *target = line + method + 1;
	char *space = memchr(target, ' ', n - method - 1);
	if (space == NULL || space == target) {
		return 400;
	}
	int status = parse_version(parse, space + 1, (size_t)(line + n - space - 1));
	if (status == 0) {
		status = parse_method(parse, line, method);
	}
	if (status == 0) {
		status = parse_target(parse, target, (size_t)(space - target));
	}
	return status;
}

/* ---- headers */

static int
parse_content_length(struct http_parse *parse, const char *value, size_t n)
{
	size_t length = 0;

	if (n == 0 || strspn(value, "0123456789") != n || (n > 1 && value[0] == '0')) {
		return 400;
	}
	for (size_t i = 0; i < n; i++) {
		length = length * 10 + (size_t)(value[i] - '0');
		if (length > LIMIT_BODY_BYTES) {
			return 413;
		}
	}
	parse->body_expected = length;
	return 0;
}

/* "close" counts wherever it stands in the list; the rest is hop-by-hop names. */
static void
parse_connection(struct http_parse *parse, const char *value)
{
	while (*value != '\0') {
		size_t length = strcspn(value, ", \t");
		if (length == 5 && strncasecmp(value, "close", 5) == 0) {
			parse->wants_close = true;
		}
		value += length;
		value += strspn(value, ", \t");
	}
}

/* value is trimmed; has_tab tells of the white space around it, too. */
static int
parse_known(struct http_parse *parse, unsigned known, const char *value, bool has_tab)
{
	size_t n = strlen(value);

	if ((parse->seen & known) != 0 && known != KNOWN_CONNECTION) {
		return 400;
	}
	parse->seen |= known;
	switch (known) {
	case KNOWN_HOST:
		return http_target_is_host(value, n) ? 0 : 400;
	case KNOWN_CONTENT_LENGTH:
		return has_tab ? 400 : parse_content_length(parse, value, n);
	case KNOWN_TRANSFER_ENCODING:
		if (has_tab || n == 0) {
			return 400;
		}
		parse->chunked = true;
		return strcasecmp(value, "chunked") == 0 ? 0 : 501;
	case KNOWN_EXPECT:
		parse->expects_continue = true;
		return strcasecmp(value, "100-continue") == 0 ? 0 : 417;
	case KNOWN_CONNECTION:
		parse_connection(parse, value);
		return 0;
	default:
		return 0;
	}
}

static unsigned
known_of(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(known_headers) / sizeof(known_headers[0]); i++) {
		const char *known = known_headers[i].name;
		/* The first letters differ mostly; comparing them first is cheap. */
		if ((known[0] ^ 0x20) != name[0] && known[0] != name[0]) {
			continue;
		}
		if (strlen(known) == n && strncasecmp(known, name, n) == 0) {
			return known_headers[i].known;
		}
	}
	return 0;
}

/* The two bytes behind the line are its CR and LF: room to end the value. */
int
http_head_header(struct http_parse *parse, char *line, size_t n)
{
	size_t name = token_length(line, n);
	if (name == 0 || name == n || line[name] != ':') {
		return 400;
	}
	if (parse->n_headers == LIMIT_HEADERS) {
		return 431;
	}
	char *value = line + name + 1;
	char *end = line + n;
	bool has_tab = memchr(value, '\t', (size_t)(end - value)) != NULL;
	while (value < end && (*value == ' ' || *value == '\t')) {
		value++;
	}
	while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
		end--;
	}
	line[name] = '\0';
	*end = '\0';
	parse->name_at[parse->n_headers] = (uint16_t)(line - parse->bytes);
	parse->value_at[parse->n_headers] = (uint16_t)(value - parse->bytes);
	parse->n_headers++;
	unsigned known = known_of(line, name);
	return known == 0 ? 0 : parse_known(parse, known, value, has_tab);
}

/* What only the whole head can tell. */
int
http_head_end(struct http_parse *parse)
{
	bool has_length = (parse->seen & KNOWN_CONTENT_LENGTH) != 0;

	if (parse->minor == 1 && (parse->seen & KNOWN_HOST) == 0) {
		return 400;
	}
	if (parse->chunked && (has_length || parse->minor == 0)) {
		return 400;
	}
	if (parse->method != HTTP_POST &&
		(parse->chunked || parse->body_expected > 0)) {
		return 400;
	}
	parse->keep_alive = parse->minor == 1 && !parse->wants_close;
	parse->expects_continue = parse->expects_continue && parse->minor == 1;
	return 0;
}
