/*
 * fuzz_http - any bytes as HTTP requests, one behind the other
 *
 * Wherever the bytes are cut, the same requests come out and the same refusal
 * at the same byte. What is understood keeps the parser's promises.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "server/http_parse.h"
#include "server/http_target.h"

enum {
	EACH_CUT_BYTES = 512, /* up to here every cut is tried, */
	SOME_CUTS = 24,       /* above it so many */
};

/* All that a run came to. */
struct outcome {
	uint64_t hash; /* of everything that was understood */
	size_t n_requests;
	size_t refused_at;
	int status;
	enum http_parse_phase phase;
	size_t body_bytes;
};

static void
add(struct outcome *o, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < n; i++) {
		o->hash = (o->hash ^ at[i]) * UINT64_C(0x100000001b3);
	}
	o->hash = (o->hash ^ n) * UINT64_C(0x100000001b3);
}

static void
check_text(const char *text)
{
	for (; *text != '\0'; text++) {
		assert(*text == '\t' || (*text >= 0x20 && *text < 0x7f));
	}
}

static void
check_path(const char *path)
{
	size_t n = strlen(path);

	check_text(path);
	assert(path[0] == '/' && strstr(path, "//") == NULL);
	assert(strstr(path, "/./") == NULL && strstr(path, "/../") == NULL);
	assert(n < 2 || strcmp(path + n - 2, "/.") != 0);
	assert(n < 3 || strcmp(path + n - 3, "/..") != 0);
}

static void
check_parameter(const char *query)
{
	char value[16];
	bool found = false;
	bool got = http_target_parameter(query, "a", value, sizeof(value), &found);

	assert(!got || (found && strlen(value) < sizeof(value)));
}

static void
note_request(struct outcome *o, const struct http_parse *parse)
{
	struct http_header headers[LIMIT_HEADERS];

	http_parse_headers(parse, headers);
	check_path(http_parse_path(parse));
	check_text(http_parse_query(parse));
	check_parameter(http_parse_query(parse));
	assert(parse->body_bytes <= LIMIT_BODY_BYTES);
	assert(parse->method == HTTP_POST || parse->body_bytes == 0);
	assert(parse->capacity <= LIMIT_HEAD_BYTES + LIMIT_BODY_BYTES);
	add(o, &parse->method, sizeof(parse->method));
	add(o, &parse->keep_alive, sizeof(parse->keep_alive));
	add(o, http_parse_path(parse), strlen(http_parse_path(parse)));
	add(o, http_parse_query(parse), strlen(http_parse_query(parse)));
	for (size_t i = 0; i < parse->n_headers; i++) {
		check_text(headers[i].name);
		check_text(headers[i].value);
		assert(headers[i].name[0] != '\0');
		add(o, headers[i].name, strlen(headers[i].name));
		add(o, headers[i].value, strlen(headers[i].value));
	}
	add(o, http_parse_body(parse), parse->body_bytes);
	o->n_requests++;
}

/* Feeds data[from, to); false once something was refused. */
static bool
feed(struct outcome *o, struct http_parse *parse, const uint8_t *data, size_t from,
	size_t to)
{
	while (from < to) {
		size_t used;
		int r = http_parse_feed(parse, data + from, to - from, &used);
		assert(used > 0 || r == HTTP_PARSE_REFUSED);
		from += used;
		if (r == HTTP_PARSE_REFUSED) {
			o->refused_at = from;
			o->status = parse->status;
			assert(o->status >= 400 && o->status <= 505);
			return false;
		}
		assert(r == 0 || (r == HTTP_PARSE_MORE && from == to));
		if (r == 0) {
			note_request(o, parse);
			http_parse_reset(parse);
		}
	}
	return true;
}

/* In pieces of that size; the first piece may be another. */
static struct outcome
run(const uint8_t *data, size_t bytes, size_t first, size_t piece)
{
	struct outcome o = {.hash = UINT64_C(0xcbf29ce484222325)};
	struct http_parse parse;
	size_t at = first < bytes ? first : bytes;

	http_parse_init(&parse);
	bool goes_on = feed(&o, &parse, data, 0, at);
	while (goes_on && at < bytes) {
		size_t end = bytes - at < piece ? bytes : at + piece;
		goes_on = feed(&o, &parse, data, at, end);
		at = end;
	}
	o.phase = parse.phase;
	o.body_bytes = goes_on ? parse.body_bytes : 0;
	http_parse_reset(&parse);
	return o;
}

static void
assert_same(const struct outcome *a, const struct outcome *b)
{
	assert(a->hash == b->hash && a->n_requests == b->n_requests);
	assert(a->status == b->status && a->refused_at == b->refused_at);
	assert(a->phase == b->phase && a->body_bytes == b->body_bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct outcome whole = run(data, bytes, bytes, 1);
	struct outcome single = run(data, bytes, 1, 1);
	size_t step = bytes <= EACH_CUT_BYTES ? 1 : bytes / SOME_CUTS;

	assert_same(&whole, &single);
	for (size_t cut = 1; cut < bytes; cut += step) {
		struct outcome cut_in_two = run(data, bytes, cut, bytes);
		assert_same(&whole, &cut_in_two);
	}
	return 0;
}
