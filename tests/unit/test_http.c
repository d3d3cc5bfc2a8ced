#include "unit.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/http.h"
#include "server/http_answer.h"
#include "server/limits.h"

/*
 * The server's clock is this test's, and its peers are on an abstract Unix
 * socket: no test sleeps, and none uses the network.
 */
static int64_t now_ms = 1000000;

int64_t
clock_wall_ms(void)
{
	return 784111777000;
}

int64_t
clock_mono_ms(void)
{
	return now_ms;
}

int64_t
clock_mono_us(void)
{
	return now_ms * 1000;
}

static struct desk {
	struct event_base *base;
	struct http_server *server;
	struct sockaddr_un address;
	socklen_t address_bytes;
	struct http_handle handle; /* of the newest request */
	int n_requests;
	bool answers; /* at once, or only keeps the handle */
	int n_refused[HTTP_REFUSALS];
	int n_closed;
	int n_drained;
} desk;

static void
on_request(void *arg, const struct http_request *request)
{
	assert_ptr_equal(arg, &desk);
	assert_string_equal(http_header(request, "HOST"), "a");
	assert_null(http_header(request, "X-None"));
	desk.handle = request->handle;
	desk.n_requests++;
	if (desk.answers) {
		assert_true(http_reply(
			desk.server, request->handle, 204, NULL, "X-Y: z\r\n", NULL));
		/* The request must outlive its own answer. */
		assert_string_equal(request->path, "/x");
	}
}

static const char *
write_error_page(void *arg, int status, struct evbuffer *out)
{
	assert_ptr_equal(arg, &desk);
	evbuffer_add_printf(out, "page %d", status);
	return "text/plain";
}

static void
on_refused(void *arg, enum http_refusal why)
{
	assert_ptr_equal(arg, &desk);
	desk.n_refused[why]++;
}

static int
listen_somewhere(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* Bound to nothing but its family, the kernel chooses an abstract name. */
	desk.address = (struct sockaddr_un){.sun_family = AF_UNIX};
	desk.address_bytes = sizeof(desk.address);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&desk.address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(fd, 100), 0);
	assert_int_equal(
		getsockname(fd, (struct sockaddr *)&desk.address, &desk.address_bytes),
		0);
	return fd;
}

static const struct http_options usual = {
	.max_connections = 3,
	.max_per_address = 1,
	.handler = on_request,
	.error_page = write_error_page,
	.on_refused = on_refused,
	.arg = &desk,
};

static int
open_desk(void **state)
{
	(void)state;
	memset(&desk, 0, sizeof(desk));
	desk.base = event_base_new();
	desk.server = http_server_new(desk.base, listen_somewhere(), &usual);
	desk.answers = true;
	assert_non_null(desk.server);
	return 0;
}

static int
close_desk(void **state)
{
	(void)state;
	http_server_free(desk.server);
	event_base_free(desk.base);
	return 0;
}

/* Lets the loop do all it can do now. */
static void
turn(void)
{
	for (int i = 0; i < 20; i++) {
		event_base_loop(desk.base, EVLOOP_NONBLOCK);
	}
}

static int
enter(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&desk.address, desk.address_bytes), 0);
	turn();
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(
		send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	turn();
}

static char heard[4096];

/* What came; "" when nothing, NULL when the server's side has ended. */
static const char *
hear(int fd)
{
	ssize_t n = recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT);

	heard[n > 0 ? n : 0] = '\0';
	return n == 0 ? NULL : heard;
}

static const char request[] = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

static void
an_answer_is_exactly_this(void **state)
{
	int fd = enter();

	(void)state;
	say(fd, request);
	assert_string_equal(hear(fd), "HTTP/1.1 204 No Content\r\n"
				      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
				      "X-Y: z\r\n\r\n");
	assert_int_equal(desk.n_requests, 1);
	close(fd);
}

static void
an_error_is_exactly_this(void **state)
{
	int fd = enter();

	(void)state;
	say(fd, "BREW / HTTP/1.1\r\n");
	assert_string_equal(hear(fd), "HTTP/1.1 501 Not Implemented\r\n"
				      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
				      "Content-Type: text/plain\r\n"
				      "Content-Length: 8\r\n"
				      "Connection: close\r\n\r\npage 501");
	assert_null(hear(fd));
	assert_int_equal(desk.n_refused[HTTP_REFUSED_UNSUPPORTED], 1);
	assert_int_equal(http_server_connections(desk.server), 1); /* it lingers */
	close(fd);
	turn();
	assert_int_equal(http_server_connections(desk.server), 0);
}

static void
a_handle_goes_stale_with_its_answer(void **state)
{
	int fd = enter();

	(void)state;
	desk.answers = false;
	say(fd, request);
	struct http_handle first = desk.handle;
	assert_true(http_is_waiting(desk.server, first));
	assert_true(http_reply(desk.server, first, 200, NULL, NULL, NULL));
	assert_false(http_is_waiting(desk.server, first));
	assert_false(http_reply(desk.server, first, 200, NULL, NULL, NULL));
	say(fd, request);
	assert_false(http_is_waiting(desk.server, first));
	assert_true(http_is_waiting(desk.server, desk.handle));
	close(fd);
	turn();
	assert_false(http_is_waiting(desk.server, desk.handle));
	assert_false(http_is_waiting(desk.server, (struct http_handle){0, 0}));
	assert_false(http_is_waiting(desk.server, (struct http_handle){UINT32_MAX, 1}));
}

static void
a_stale_reply_leaves_the_body_alone(void **state)
{
	struct evbuffer *body = evbuffer_new();

	(void)state;
	evbuffer_add(body, "abc", 3);
	assert_false(http_reply(desk.server, (struct http_handle){0, 1}, 200,
		"text/plain", NULL, body));
	assert_int_equal(evbuffer_get_length(body), 3);
	evbuffer_free(body);
}

static void
limits_of_number_are_kept(void **state)
{
	int fd[5];

	(void)state;
	/* Peers of a Unix socket have no address, so only the total counts. */
	for (int i = 0; i < 5; i++) {
		fd[i] = enter();
	}
	assert_int_equal(desk.n_refused[HTTP_REFUSED_PER_ADDRESS], 0);
	assert_int_equal(desk.n_refused[HTTP_REFUSED_CONNECTIONS], 2);
	assert_non_null(strstr(hear(fd[4]), "HTTP/1.1 503 Service Unavailable\r\n"));
	assert_non_null(strstr(heard, "\r\nRetry-After: 5\r\n"));
	now_ms += LIMIT_EVICT_WAITING_MS;
	int sixth = enter();
	say(sixth, request);
	assert_int_equal(desk.n_requests, 1);
	assert_null(hear(fd[0]));
	assert_string_equal(hear(fd[1]), "");
	for (int i = 0; i < 5; i++) {
		close(fd[i]);
	}
	close(sixth);
}

static void
on_drained(void *arg)
{
	assert_ptr_equal(arg, &desk);
	desk.n_drained++;
	http_server_free(desk.server); /* the one callback that may */
	desk.server = NULL;
}

static void
draining_nothing_is_done_at_the_next_turn(void **state)
{
	(void)state;
	http_server_drain(desk.server, on_drained, &desk);
	assert_int_equal(desk.n_drained, 0);
	turn();
	assert_int_equal(desk.n_drained, 1);
}

static void
draining_hears_what_an_idle_client_has_just_said(void **state)
{
	int fd = enter();

	(void)state;
	say(fd, request);
	hear(fd);
	assert_int_equal(
		send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
	http_server_drain(desk.server, on_drained, &desk);
	turn();
	assert_int_equal(desk.n_requests, 2);
	assert_non_null(strstr(hear(fd), "\r\nConnection: close\r\n"));
	close(fd);
	turn();
	assert_int_equal(desk.n_drained, 1);
}

static void
on_closed(void *arg, struct http_stream *stream)
{
	assert_non_null(stream);
	assert_ptr_equal(arg, &desk);
	desk.n_closed++;
}

static const struct http_stream_events stream_events = {on_closed};

static struct http_stream *
begin(int fd)
{
	desk.answers = false;
	say(fd, request);
	return http_stream_begin(desk.server, desk.handle, "text/event-stream", NULL,
		&stream_events, &desk);
}

static void
events_leave_at_the_end_of_the_turn(void **state)
{
	int fd = enter();
	struct http_stream *stream = begin(fd);

	(void)state;
	assert_non_null(stream);
	assert_non_null(strstr(hear(fd), "Content-Type: text/event-stream\r\n"
					 "Connection: close\r\n\r\n"));
	assert_int_equal(http_stream_send(stream, "one", 3), 0);
	assert_int_equal(http_stream_send(stream, "two", 3), 0);
	assert_int_equal(http_stream_queued_bytes(stream), 6);
	assert_string_equal(hear(fd), "");
	turn();
	assert_int_equal(http_stream_queued_bytes(stream), 0);
	assert_string_equal(hear(fd), "onetwo");
	assert_int_equal(http_stream_send(stream, "three", 5), 0);
	http_stream_close(stream);
	assert_string_equal(hear(fd), "three");
	assert_null(hear(fd));
	assert_int_equal(desk.n_closed, 0);
	close(fd);
}

static int n_unused;

static void
on_unused(const void *data, size_t bytes, void *arg)
{
	(void)data;
	(void)bytes;
	(void)arg;
	n_unused++;
}

static void
a_queue_over_its_bound_refuses_more_and_forgets_nothing(void **state)
{
	static char much[LIMIT_STREAM_QUEUE_BYTES + 1];
	int fd = enter();
	struct http_stream *stream = begin(fd);

	(void)state;
	n_unused = 0;
	assert_int_equal(
		http_stream_send_shared(stream, much, sizeof(much), on_unused, NULL),
		0);
	assert_true(http_stream_send_shared(stream, "x", 1, on_unused, NULL) < 0);
	assert_true(http_stream_send(stream, "x", 1) < 0);
	assert_int_equal(n_unused, 0);
	close(fd);
	turn();
	assert_int_equal(n_unused, 1);
	assert_int_equal(desk.n_closed, 1);
}

static void
a_handle_that_is_stale_begins_no_stream(void **state)
{
	(void)state;
	assert_null(http_stream_begin(desk.server, (struct http_handle){0, 1}, "a/b",
		NULL, &stream_events, &desk));
}

static void
freeing_the_server_ends_its_streams(void **state)
{
	int fd = enter();

	(void)state;
	assert_non_null(begin(fd));
	http_server_free(desk.server);
	desk.server = NULL;
	assert_int_equal(desk.n_closed, 1);
	close(fd);
}

/* Only our own allocations fail here; libevent's are in its shared object. */
static void
without_memory_there_is_no_server(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		int listener = listen_somewhere();
		alloc_fail_at(n);
		struct http_server *server =
			http_server_new(desk.base, listener, &usual);
		int failed = alloc_failed();
		alloc_fail_at(0);
		assert_int_equal(server == NULL, failed);
		http_server_free(server);
		assert_int_equal(close(listener), -1); /* taken in both cases */
		if (!failed) {
			assert_true(n > 3);
			break;
		}
	}
}

/* One request, with the nth allocation failing: an answer or an end, no crash. */
static void
without_memory_a_client_is_told_or_closed(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&desk.address,
					 desk.address_bytes),
			0);
		assert_true(send(fd, request, strlen(request), 0) > 0);
		alloc_fail_at(n);
		turn();
		int failed = alloc_failed();
		alloc_fail_at(0);
		const char *said = hear(fd);
		assert_true(
			said == NULL || strncmp(said, "HTTP/1.1 ", 9) == 0 || failed);
		close(fd);
		turn();
		if (!failed) {
			assert_true(n > 2);
			break;
		}
	}
}

static void
dates_are_those_of_the_standard(void **state)
{
	char date[HTTP_ANSWER_DATE_BYTES];

	(void)state;
	http_answer_date(0, date);
	assert_string_equal(date, "Thu, 01 Jan 1970 00:00:00 GMT");
	http_answer_date(951782400, date);
	assert_string_equal(date, "Tue, 29 Feb 2000 00:00:00 GMT");
	http_answer_date(1795219200 + 86399, date);
	assert_string_equal(date, "Sat, 21 Nov 2026 23:59:59 GMT");
	http_answer_date(INT64_MAX, date);
	assert_string_equal(date, "Thu, 01 Jan 1970 00:00:00 GMT");
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(an_answer_is_exactly_this),
		DESK_TEST(an_error_is_exactly_this),
		DESK_TEST(a_handle_goes_stale_with_its_answer),
		DESK_TEST(a_stale_reply_leaves_the_body_alone),
		DESK_TEST(limits_of_number_are_kept),
		DESK_TEST(draining_nothing_is_done_at_the_next_turn),
		DESK_TEST(draining_hears_what_an_idle_client_has_just_said),
		DESK_TEST(events_leave_at_the_end_of_the_turn),
		DESK_TEST(a_queue_over_its_bound_refuses_more_and_forgets_nothing),
		DESK_TEST(a_handle_that_is_stale_begins_no_stream),
		DESK_TEST(freeing_the_server_ends_its_streams),
		DESK_TEST(without_memory_there_is_no_server),
		DESK_TEST(without_memory_a_client_is_told_or_closed),
		cmocka_unit_test(dates_are_those_of_the_standard),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
