#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log.h"

/* The log's clock is this test's, so that no test sleeps. */
static int64_t now_ms;

int64_t
clock_wall_ms(void)
{
	return 1795291200123;
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

static char said[65536];
static FILE *caught;
static int real_stderr;

static int
catch_stderr(void **state)
{
	(void)state;
	now_ms += 1000000; /* a new window for every test */
	caught = tmpfile();
	assert_non_null(caught);
	real_stderr = dup(STDERR_FILENO);
	dup2(fileno(caught), STDERR_FILENO);
	return 0;
}

static int
release_stderr(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	fclose(caught);
	return 0;
}

static const char *
what_was_said(void)
{
	size_t bytes;

	rewind(caught);
	bytes = fread(said, 1, sizeof said - 1, caught);
	said[bytes] = '\0';
	return said;
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		n += *text == '\n';
	}
	return n;
}

static void
a_line_has_time_level_role_and_event_before_its_fields(void **state)
{
	(void)state;
	log_open("front-1", LOG_INFO);
	log_event(LOG_WARN, "ingest.refused", "reason=%s wait_ms=%d", "full", 900);
	assert_string_equal(what_was_said(),
		"ts=2026-11-21T20:00:00.123Z level=warn role=front-1 "
		"event=ingest.refused reason=full wait_ms=900\n");
}

static void
an_event_needs_no_fields(void **state)
{
	(void)state;
	log_event(LOG_ERROR, "store.failed", NULL);
	assert_string_equal(what_was_said(),
		"ts=2026-11-21T20:00:00.123Z level=error role=front-1 "
		"event=store.failed\n");
}

static void
what_lies_below_the_level_is_not_said(void **state)
{
	(void)state;
	log_event(LOG_DEBUG, "http.parsed", "n=%d", 1);
	assert_string_equal(what_was_said(), "");
}

static void
a_line_that_does_not_fit_is_cut_and_says_so(void **state)
{
	static char words[5000];

	(void)state;
	memset(words, 'a', sizeof words - 1);
	log_event(LOG_INFO, "long.line", "words=%s", words);
	assert_true(strlen(what_was_said()) <= 2048);
	assert_string_equal(said + strlen(said) - 5, "a...\n");
}

static void
a_line_break_in_a_field_starts_no_new_line(void **state)
{
	(void)state;
	log_event(LOG_INFO, "evil.field", "name=%s", "a\nts=now level=error\x1b[2J");
	assert_int_equal(count_lines(what_was_said()), 1);
	assert_null(strchr(said, '\x1b'));
}

static void
equal_events_past_the_rate_are_counted_and_summed_up(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		log_event(LOG_WARN, "peer.gone", "i=%d", i);
	}
	assert_int_equal(count_lines(what_was_said()), 20);
	now_ms += 10000;
	log_event(LOG_INFO, "another.event", NULL);
	assert_non_null(strstr(what_was_said(),
		"level=warn role=front-1 event=peer.gone withheld=980\n"));
	assert_int_equal(count_lines(said), 22);
}

static void
a_flood_of_one_event_does_not_silence_another(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		log_event(LOG_WARN, "noise.made", NULL);
	}
	log_event(LOG_ERROR, "disk.full", NULL);
	assert_non_null(strstr(what_was_said(), "event=disk.full\n"));
}

static void
more_events_than_there_are_tallies_are_still_said(void **state)
{
	char event[16];

	(void)state;
	log_event(LOG_INFO, "windows.end", NULL);
	assert_int_equal(ftruncate(fileno(caught), 0), 0);
	rewind(caught);
	for (int i = 0; i < 100; i++) {
		snprintf(event, sizeof event, "event.n%d", i);
		log_event(LOG_INFO, event, NULL);
	}
	assert_int_equal(count_lines(what_was_said()), 100);
}

static void
quotes_backslashes_and_controls_are_escaped(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(log_quote("a \"b\" \\ \n\x7f", out, sizeof out),
		"a \\\"b\\\" \\\\ \\x0a\\x7f");
}

static void
quoting_cuts_between_escapes_never_inside(void **state)
{
	char out[6];

	(void)state;
	assert_string_equal(log_quote("abc\n", out, sizeof out), "abc");
	assert_string_equal(log_quote("a\nb", out, sizeof out), "a\\x0a");
}

int
main(void)
{
#define CAUGHT(test) cmocka_unit_test_setup_teardown(test, catch_stderr, release_stderr)
	const struct CMUnitTest tests[] = {
		CAUGHT(a_line_has_time_level_role_and_event_before_its_fields),
		CAUGHT(an_event_needs_no_fields),
		CAUGHT(what_lies_below_the_level_is_not_said),
		CAUGHT(a_line_that_does_not_fit_is_cut_and_says_so),
		CAUGHT(a_line_break_in_a_field_starts_no_new_line),
		CAUGHT(equal_events_past_the_rate_are_counted_and_summed_up),
		CAUGHT(a_flood_of_one_event_does_not_silence_another),
		CAUGHT(more_events_than_there_are_tallies_are_still_said),
		cmocka_unit_test(quotes_backslashes_and_controls_are_escaped),
		cmocka_unit_test(quoting_cuts_between_escapes_never_inside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
