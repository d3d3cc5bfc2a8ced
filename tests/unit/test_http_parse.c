#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/http_parse.h"

#define HOST "Host: desk.example\r\n"

/* Feeds in two pieces; *at is where it ended. 0, an answer, or a fault. */
static int
feed_cut(struct http_parse *parse, const char *text, size_t n, size_t cut, size_t *at)
{
	size_t used;
	int r = http_parse_feed(parse, (const uint8_t *)text, cut, &used);

	*at = used;
	if (r == HTTP_PARSE_MORE && used == cut) {
		r = http_parse_feed(parse, (const uint8_t *)text + cut, n - cut, &used);
		*at = cut + used;
	}
	return r;
}

static int
feed(struct http_parse *parse, const char *text)
{
	size_t at;

	return feed_cut(parse, text, strlen(text), strlen(text), &at);
}

/* The status a text is refused with; 0: it is whole, 1: more is wanted. */
static int
status_of(const char *text)
{
	struct http_parse parse;

	http_parse_init(&parse);
	int r = feed(&parse, text);
	int status = r == HTTP_PARSE_REFUSED ? parse.status : r;
	http_parse_reset(&parse);
	return status;
}

struct meaning {
	const char *text;
	enum http_method method;
	const char *path;
	const char *query;
	size_t n_headers;
	const char *body;
	bool keep_alive;
};

/* clang-format off */
static const struct meaning meanings[] = {
	{"GET / HTTP/1.1\r\n" HOST "\r\n", HTTP_GET, "/", "", 1, "", true},
	{"\r\nGET / HTTP/1.1\r\n" HOST "\r\n", HTTP_GET, "/", "", 1, "", true},
	{"HEAD /a%20b?c=%20 HTTP/1.1\r\n" HOST "\r\n", HTTP_HEAD, "/a b", "c=%20", 1, "", true},
	{"DELETE /a/ HTTP/1.1\r\n" HOST "X:\r\n\r\n", HTTP_DELETE, "/a/", "", 2, "", true},
	{"OPTIONS /a?b?c HTTP/1.1\r\n" HOST "\r\n", HTTP_OPTIONS, "/a", "b?c", 1, "", true},
	{"GET /? HTTP/1.0\r\n\r\n", HTTP_GET, "/", "", 0, "", false},
	{"GET / HTTP/1.1\r\nConnection: x , Close\r\n" HOST "\r\n", HTTP_GET, "/", "", 2, "", false},
	{"POST / HTTP/1.1\r\n" HOST "\r\n", HTTP_POST, "/", "", 1, "", true},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", HTTP_POST, "/", "", 2, "hello", true},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n"
	 "1\r\nh\r\n0004;x=y\r\nello\r\n0\r\n\r\n", HTTP_POST, "/", "", 2, "hello", true},
	{"POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\n\n", HTTP_POST, "/", "", 1, "\n", false},
};
/* clang-format on */

static void
assert_means(const struct http_parse *parse, const struct meaning *m)
{
	assert_int_equal(parse->method, m->method);
	assert_string_equal(http_parse_path(parse), m->path);
	assert_string_equal(http_parse_query(parse), m->query);
	assert_int_equal(parse->n_headers, m->n_headers);
	assert_int_equal(parse->body_bytes, strlen(m->body));
	assert_memory_equal(http_parse_body(parse), m->body, parse->body_bytes);
	assert_int_equal(parse->keep_alive, m->keep_alive);
}

static void
a_request_means_the_same_wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const char *text = meanings[i].text;
		for (size_t cut = 0; cut <= strlen(text); cut++) {
			struct http_parse parse;
			size_t at;
			http_parse_init(&parse);
			assert_int_equal(
				feed_cut(&parse, text, strlen(text), cut, &at), 0);
			assert_int_equal(at, strlen(text));
			assert_means(&parse, &meanings[i]);
			http_parse_reset(&parse);
		}
	}
}

static void
the_next_request_is_left_alone(void **state)
{
	static const char two[] =
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"
		"GET /b HTTP/1.1\r\n" HOST "\r\n";
	struct http_parse parse;
	size_t first, second;

	(void)state;
	http_parse_init(&parse);
	assert_int_equal(
		http_parse_feed(&parse, (const uint8_t *)two, strlen(two), &first), 0);
	assert_memory_equal(two + first, "GET /b", 6);
	http_parse_reset(&parse);
	assert_int_equal(http_parse_feed(&parse, (const uint8_t *)two + first,
				 strlen(two) - first, &second),
		0);
	assert_string_equal(http_parse_path(&parse), "/b");
	assert_int_equal(first + second, strlen(two));
	http_parse_reset(&parse);
}

/* clang-format off */
static const struct { const char *text; int status; } refusals[] = {
	{"GET /\r\n", 400},
	{"GET / HTTP/1.1\n", 400},
	{"GET / HTTP/1.1\rX", 400},
	{"\n", 400},
	{"\r\n\r\n", 400},
	{"\x16", 400},
	{"GET  / HTTP/1.1\r\n", 400},
	{"GET / HTTP/1.10\r\n", 400},
	{"GET / HTTP/2.0\r\n", 505},
	{"GET / HTTP/1.2\r\n", 505},
	{"PUT / HTTP/1.1\r\n", 501},
	{"get / HTTP/1.1\r\n", 501},
	{"GET http://a/ HTTP/1.1\r\n", 400},
	{"GET * HTTP/1.1\r\n", 400},
	{"GET /.. HTTP/1.1\r\n", 400},
	{"GET /%2e%2e/ HTTP/1.1\r\n", 400},
	{"GET /%2f HTTP/1.1\r\n", 400},
	{"GET /%00 HTTP/1.1\r\n", 400},
	{"GET //a HTTP/1.1\r\n", 400},
	{"GET /?% HTTP/1.1\r\n", 400},
	{"GET / HTTP/1.1\r\n\r\n", 400},
	{"GET / HTTP/1.1\r\n" HOST HOST, 400},
	{"GET / HTTP/1.1\r\nHost: a b\r\n", 400},
	{"GET / HTTP/1.1\r\n X: y\r\n", 400},
	{"GET / HTTP/1.1\r\nX : y\r\n", 400},
	{"GET / HTTP/1.1\r\nX\r\n", 400},
	{"GET / HTTP/1.1\r\nX: \x80", 400},
	{"GET / HTTP/1.1\r\nContent-Type: a\r\ncontent-type: a\r\n", 400},
	{"GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n", 400},
	{"POST / HTTP/1.1\r\nContent-Length: +1\r\n", 400},
	{"POST / HTTP/1.1\r\nContent-Length: 01\r\n", 400},
	{"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n", 400},
	{"POST / HTTP/1.1\r\nContent-Length:\t1\r\n", 400},
	{"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n", 400},
	{"POST / HTTP/1.1\r\nContent-Length: 65537\r\n", 413},
	{"POST / HTTP/1.1\r\nContent-Length: 18446744073709551617\r\n", 413},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 501},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n", 501},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
	{"POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400},
	{"POST / HTTP/1.1\r\nExpect: 200-ok\r\n", 417},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n10001\r\n", 413},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n000000001", 400},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nxy", 400},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nX", 400},
};
/* clang-format on */

static void
each_doubt_is_refused_as_soon_as_it_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const char *text = refusals[i].text;
		size_t n = strlen(text);
		for (size_t cut = 0; cut <= n; cut++) {
			struct http_parse parse;
			size_t at;
			http_parse_init(&parse);
			assert_int_equal(feed_cut(&parse, text, n, cut, &at),
				HTTP_PARSE_REFUSED);
			assert_int_equal(parse.status, refusals[i].status);
			assert_true(at == n);
			http_parse_reset(&parse);
		}
	}
}

static void
a_target_may_have_2048_bytes_and_no_more(void **state)
{
	char text[LIMIT_TARGET_BYTES + 64];

	(void)state;
	snprintf(text, sizeof(text), "GET /%0*d HTTP/1.1\r\n" HOST "\r\n",
		LIMIT_TARGET_BYTES - 1, 0);
	assert_int_equal(status_of(text), 0);
	snprintf(text, sizeof(text), "GET /%0*d HTTP/1.1\r\n" HOST "\r\n",
		LIMIT_TARGET_BYTES, 0);
	assert_int_equal(status_of(text), 414);
}

static void
a_line_without_end_is_not_waited_for(void **state)
{
	char text[LIMIT_HEAD_BYTES + 2];

	(void)state;
	memset(text, 'G', sizeof(text));
	text[LIMIT_TARGET_BYTES + 19] = '\0';
	assert_int_equal(status_of(text), 414);
	text[LIMIT_TARGET_BYTES + 18] = '\0';
	assert_int_equal(status_of(text), HTTP_PARSE_MORE);
}

/* A head whose last byte is the nth. */
static void
make_head(char *text, int n)
{
	static const char start[] = "GET / HTTP/1.1\r\n" HOST "X: ";
	int filler = n - (int)strlen(start) - 4;

	snprintf(text, (size_t)n + 1, "%s%0*d\r\n\r\n", start, filler, 0);
}

static void
a_head_may_have_8192_bytes_and_no_more(void **state)
{
	char text[LIMIT_HEAD_BYTES + 16];

	(void)state;
	make_head(text, LIMIT_HEAD_BYTES);
	assert_int_equal(status_of(text), 0);
	make_head(text, LIMIT_HEAD_BYTES + 1);
	assert_int_equal(status_of(text), 431);
}

static void
there_may_be_48_headers_and_no_more(void **state)
{
	char text[1024] = "GET / HTTP/1.1\r\n" HOST;
	char *end = text + strlen(text);

	(void)state;
	for (int i = 1; i < LIMIT_HEADERS; i++, end += 6) {
		snprintf(end, 7, "A: b\r\n");
	}
	snprintf(end, 3, "\r\n");
	assert_int_equal(status_of(text), 0);
	snprintf(end, 9, "A: b\r\n\r\n");
	assert_int_equal(status_of(text), 431);
}

static void
a_header_can_be_read_as_it_was_sent(void **state)
{
	struct http_header headers[LIMIT_HEADERS];
	struct http_parse parse;

	(void)state;
	http_parse_init(&parse);
	assert_int_equal(feed(&parse, "GET / HTTP/1.1\r\nhOST: a\r\nX: \t b\tc \r\n"
				      "E:\r\n\r\n"),
		0);
	assert_int_equal(parse.n_headers, 3);
	http_parse_headers(&parse, headers);
	assert_string_equal(headers[0].name, "hOST");
	assert_string_equal(headers[0].value, "a");
	assert_string_equal(headers[1].value, "b\tc");
	assert_string_equal(headers[2].name, "E");
	assert_string_equal(headers[2].value, "");
	http_parse_reset(&parse);
}

static void
memory_follows_what_came_not_what_was_announced(void **state)
{
	struct http_parse parse;

	(void)state;
	http_parse_init(&parse);
	assert_int_equal(feed(&parse, "POST / HTTP/1.1\r\n" HOST
				      "Content-Length: 65536\r\n\r\nx"),
		HTTP_PARSE_MORE);
	assert_int_equal(parse.phase, HTTP_PARSE_BODY);
	assert_int_equal(parse.body_bytes, 1);
	assert_true(parse.capacity <= 1024);
	http_parse_reset(&parse);
	assert_null(parse.bytes);
}

static void
an_expectation_shows_once_the_head_has_passed(void **state)
{
	struct http_parse parse;

	(void)state;
	http_parse_init(&parse);
	assert_int_equal(
		feed(&parse, "POST / HTTP/1.1\r\n" HOST
			     "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
		HTTP_PARSE_MORE);
	assert_int_equal(parse.phase, HTTP_PARSE_BODY);
	assert_true(parse.expects_continue);
	http_parse_reset(&parse);
	assert_int_equal(
		feed(&parse, "POST / HTTP/1.0\r\n"
			     "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
		HTTP_PARSE_MORE);
	assert_false(parse.expects_continue);
	http_parse_reset(&parse);
}

/* Head and body together make the block grow several times. */
static void
without_memory_the_request_fails_and_leaks_nothing(void **state)
{
	enum { BODY = 20000 };
	static char text[BODY + 200];
	int head = snprintf(text, sizeof(text),
		"POST / HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", BODY);

	(void)state;
	memset(text + head, 'x', BODY);
	for (unsigned long n = 1;; n++) {
		struct http_parse parse;
		size_t at;
		http_parse_init(&parse);
		alloc_fail_at(n);
		int r = feed_cut(&parse, text, (size_t)head + BODY, 500, &at);
		int failed = alloc_failed();
		alloc_fail_at(0);
		assert_int_equal(r, failed ? -ENOMEM : 0);
		http_parse_reset(&parse);
		if (!failed) {
			assert_true(n > 2);
			break;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_means_the_same_wherever_it_is_cut),
		cmocka_unit_test(the_next_request_is_left_alone),
		cmocka_unit_test(each_doubt_is_refused_as_soon_as_it_is_seen),
		cmocka_unit_test(a_target_may_have_2048_bytes_and_no_more),
		cmocka_unit_test(a_line_without_end_is_not_waited_for),
		cmocka_unit_test(a_head_may_have_8192_bytes_and_no_more),
		cmocka_unit_test(there_may_be_48_headers_and_no_more),
		cmocka_unit_test(a_header_can_be_read_as_it_was_sent),
		cmocka_unit_test(memory_follows_what_came_not_what_was_announced),
		cmocka_unit_test(an_expectation_shows_once_the_head_has_passed),
		cmocka_unit_test(without_memory_the_request_fails_and_leaks_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
