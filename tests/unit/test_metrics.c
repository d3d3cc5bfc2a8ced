#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "server/metrics.h"

static struct metrics_page *
page_new(void)
{
	struct metrics_page *page = calloc(1, metrics_page_bytes());

	assert_non_null(page);
	return page;
}

/* The exposition of these pages; the caller frees it. */
static char *
exposition(const struct metrics_page *const *pages, size_t n_pages)
{
	struct evbuffer *out = evbuffer_new();
	size_t bytes;
	char *text;

	assert_int_equal(metrics_write(pages, n_pages, out), 0);
	bytes = evbuffer_get_length(out);
	text = calloc(1, bytes + 1);
	assert_non_null(text);
	evbuffer_remove(out, text, bytes);
	evbuffer_free(out);
	return text;
}

/* Lines of text that start so. */
static size_t
count_starting(const char *text, const char *start)
{
	size_t n = 0;

	while (text != NULL && *text != '\0') {
		n += strncmp(text, start, strlen(start)) == 0;
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return n;
}

static void
every_metric_has_a_row_of_its_own(void **state)
{
	struct metrics_page *page = page_new();
	const struct metrics_page *pages[] = {page};
	size_t samples = 0;
	char *text;

	(void)state;
	metrics_use(page);
	for (size_t m = 0; m < METRICS; m++) {
		metrics_set((enum metric)m, 1000000 + m);
	}
	metrics_use(NULL);
	text = exposition(pages, 1);
	for (size_t m = 0; m < METRICS; m++) {
		char value[32];
		char *found;

		snprintf(value, sizeof value, " %zu\n", 1000000 + m);
		found = strstr(text, value);
		assert_non_null(found);
		assert_null(strstr(found + 1, value));
		samples++;
	}
	assert_int_equal(samples, METRICS);
	assert_int_equal(count_starting(text, "(null)"), 0);
	free(text);
	free(page);
}

static void
every_sample_follows_the_type_line_of_its_family(void **state)
{
	struct metrics_page *page = page_new();
	const struct metrics_page *pages[] = {page};
	char *text = exposition(pages, 1);
	char family[128] = "";
	char *rest = text;
	char *line;

	(void)state;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		if (strncmp(line, "# TYPE ", 7) == 0) {
			sscanf(line + 7, "%127s", family);
		} else if (*line != '#') {
			assert_int_equal(strncmp(line, family, strlen(family)), 0);
		} else {
			/* A help text is there and ends like a sentence. */
			assert_int_equal(line[strlen(line) - 1], '.');
		}
	}
	free(text);
	free(page);
}

static void
the_end_of_the_chain_is_told_once_it_was_noted(void **state)
{
	struct metrics_page *page = page_new();
	struct metrics_page *none = page_new();
	const struct metrics_page *pages[] = {none, page};
	uint8_t hash[METRICS_HASH_BYTES], read[METRICS_HASH_BYTES];
	uint64_t row;
	char *text = exposition(pages, 2);

	(void)state;
	assert_null(strstr(text, "chain_head"));
	free(text);
	for (size_t i = 0; i < sizeof(hash); i++) {
		hash[i] = (uint8_t)(i * 8 + 1);
	}
	metrics_use(page);
	metrics_set_head(4711, hash);
	metrics_clear_gauges(page); /* the role died: it was noted all the same */
	metrics_use(NULL);
	assert_true(metrics_head(pages, 2, &row, read));
	assert_int_equal(row, 4711);
	assert_memory_equal(read, hash, sizeof(hash));
	text = exposition(pages, 2);
	assert_non_null(strstr(text,
		"\nvedetta_chain_head_info{row=\"4711\",hash=\"0109111921293139"
		"414951596169717981899199a1a9b1b9c1c9d1d9e1e9f1f9\"} 1\n"));
	free(text);
	free(page);
	free(none);
}

static void
no_family_is_announced_twice(void **state)
{
	struct metrics_page *page = page_new();
	const struct metrics_page *pages[] = {page};
	char *text = exposition(pages, 1);

	(void)state;
	for (char *at = text; (at = strstr(at, "# TYPE ")) != NULL; at++) {
		char line[160];

		sscanf(at, "%159[^\n]", line);
		assert_null(strstr(at + 1, line));
	}
	free(text);
	free(page);
}

static void
counters_of_all_pages_are_summed(void **state)
{
	struct metrics_page *a = page_new();
	struct metrics_page *b = page_new();
	const struct metrics_page *pages[] = {a, b};
	char *text;

	(void)state;
	metrics_use(a);
	metrics_add(METRIC_INTAKE_REFUSED_INVALID, 2);
	metrics_set(METRIC_CONNECTIONS, 3);
	metrics_set(METRIC_BOARD_INCIDENTS, 7);
	metrics_use(b);
	metrics_add(METRIC_INTAKE_REFUSED_INVALID, 40);
	metrics_set(METRIC_CONNECTIONS, 4);
	metrics_set(METRIC_BOARD_INCIDENTS, 5);
	metrics_use(NULL);
	text = exposition(pages, 2);
	assert_non_null(strstr(
		text, "\nvedetta_intake_refused_total{reason=\"invalid\"} 42\n"));
	assert_non_null(strstr(text, "\nvedetta_http_connections 7\n"));
	assert_non_null(strstr(text, "\nvedetta_board_incidents 7\n"));
	free(text);
	free(a);
	free(b);
}

static void
a_role_that_is_gone_leaves_counters_but_no_gauges(void **state)
{
	struct metrics_page *page = page_new();

	(void)state;
	metrics_use(page);
	metrics_add(METRIC_REQUESTS, 9);
	metrics_set(METRIC_STREAMS, 9);
	metrics_set(METRIC_DESK_LAST_SEQ, 9);
	metrics_use(NULL);
	metrics_clear_gauges(page);
	assert_int_equal(metrics_value(page, METRIC_REQUESTS), 9);
	assert_int_equal(metrics_value(page, METRIC_STREAMS), 0);
	assert_int_equal(metrics_value(page, METRIC_DESK_LAST_SEQ), 0);
	free(page);
}

static void
a_latency_counts_in_every_bucket_it_fits(void **state)
{
	struct metrics_page *page = page_new();
	const struct metrics_page *pages[] = {page};
	char *text;

	(void)state;
	metrics_use(page);
	metrics_observe_us(LATENCY_COMMIT, 0);
	metrics_observe_us(LATENCY_COMMIT, 1024);
	metrics_observe_us(LATENCY_COMMIT, 1025);
	metrics_observe_us(LATENCY_COMMIT, 500000000);
	metrics_use(NULL);
	text = exposition(pages, 1);
	assert_non_null(strstr(text, "commit_seconds_bucket{le=\"0.000001\"} 1\n"));
	assert_non_null(strstr(text, "commit_seconds_bucket{le=\"0.001024\"} 2\n"));
	assert_non_null(strstr(text, "commit_seconds_bucket{le=\"0.002048\"} 3\n"));
	assert_non_null(strstr(text, "commit_seconds_bucket{le=\"67.108864\"} 3\n"));
	assert_non_null(strstr(text, "commit_seconds_bucket{le=\"+Inf\"} 4\n"));
	assert_non_null(strstr(text, "commit_seconds_sum 500.002049\n"));
	assert_non_null(strstr(text, "commit_seconds_count 4\n"));
	free(text);
	free(page);
}

static void
without_a_page_nothing_is_counted(void **state)
{
	(void)state;
	metrics_use(NULL);
	metrics_add(METRIC_REQUESTS, 1);
	metrics_set(METRIC_STREAMS, 1);
	metrics_observe_us(LATENCY_COMMIT, 1);
}

static void
short_memory_is_told(void **state)
{
	struct metrics_page *page = page_new();
	const struct metrics_page *pages[] = {page};
	unsigned long n = 0;
	int answer;

	(void)state;
	do {
		struct evbuffer *out = evbuffer_new();

		alloc_fail_at(++n);
		answer = metrics_write(pages, 1, out);
		if (alloc_failed()) {
			assert_int_equal(answer, -12);
		}
		evbuffer_free(out);
	} while (alloc_failed());
	alloc_fail_at(0);
	assert_int_equal(answer, 0);
	free(page);
}

/* promtool is of Debian's package prometheus; ./test installs it. */
static void
promtool_finds_nothing_to_mend(void **state)
{
	struct metrics_page *page = page_new();
	const struct metrics_page *pages[] = {page};
	char *text = exposition(pages, 1);
	FILE *promtool;

	(void)state;
	if (system("command -v promtool >/dev/null") != 0) {
		free(text);
		free(page);
		skip();
	}
	promtool = popen("promtool check metrics >&2", "w");
	assert_non_null(promtool);
	fputs(text, promtool);
	assert_int_equal(pclose(promtool), 0);
	free(text);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_metric_has_a_row_of_its_own),
		cmocka_unit_test(every_sample_follows_the_type_line_of_its_family),
		cmocka_unit_test(the_end_of_the_chain_is_told_once_it_was_noted),
		cmocka_unit_test(no_family_is_announced_twice),
		cmocka_unit_test(counters_of_all_pages_are_summed),
		cmocka_unit_test(a_role_that_is_gone_leaves_counters_but_no_gauges),
		cmocka_unit_test(a_latency_counts_in_every_bucket_it_fits),
		cmocka_unit_test(without_a_page_nothing_is_counted),
		cmocka_unit_test(short_memory_is_told),
		cmocka_unit_test(promtool_finds_nothing_to_mend),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
