/* Umbrellas when much has run out: a slice at a time, and nothing depends on it */
#include "umbrella_kit.h"

enum {
	HOUR_MS = 3600000,
};

static const struct geo_point aquila = {42.35, 13.4};

static struct geo_point
offset(struct geo_point from, double north_m, double east_m)
{
	double deg = 180 / M_PI / EARTH_RADIUS_M;

	return cluster_round((struct geo_point){from.lat_deg + north_m * deg,
		from.lon_deg + east_m * deg / cos(from.lat_deg * (M_PI / 180))});
}

/* It is not all at once that goes, and the end is the same. */
static void
what_ran_out_during_a_stop_goes_in_slices(void **state)
{
	struct line *l = line_new();
	struct umbrella_figures figures;

	(void)state;
	for (int i = 0; i < 3500; i++) {
		(void)line_report(l, "medical", i == 0 ? NOBODY : 1, aquila, 0, true);
		l->now_ms++;
	}
	l->now_ms += 20 * HOUR_MS;
	l->n_slices = 0;
	line_restart(l);
	/* The last one finds that 500 are left, and leaves them to the next step. */
	assert_int_equal(l->n_slices, 3500 + 4);
	umbrellas_figures(l->umbrellas, &figures);
	assert_true(figures.points <= 1000);
	assert_int_equal(figures.lost, 0);
	line_pass(l, 0);
	umbrellas_figures(l->umbrellas, &figures);
	assert_int_equal(figures.points, 0);
	assert_int_equal(l->rows[l->n_rows - 1].event,
		VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_ENDED);
	line_restart(l);
	umbrellas_figures(l->umbrellas, &figures);
	assert_int_equal(figures.points, 0);
	assert_int_equal(figures.lost, 0);
	line_free(l);
}

/* ---- the clock jumps while the desk runs */

enum {
	CROWD = 3500, /* of the local group, in four streets, a millisecond apart */
};

static struct line *
crowd(void)
{
	struct line *l = line_new();

	for (int i = 0; i < CROWD; i++) {
		(void)line_report(l, "medical", i < 40 ? NOBODY : (uint64_t)(1 + i % 4),
			offset(aquila, 10000 * (i % 4), i % 1000), 0, true);
		l->now_ms++;
	}
	l->now_ms += 20 * HOUR_MS;
	return l;
}

static size_t
points_of(const struct line *l)
{
	struct umbrella_figures f;

	umbrellas_figures(l->umbrellas, &f);
	assert_int_equal(f.lost, 0);
	return f.points;
}

static void
assert_equal_logs(const struct line *a, const struct line *b)
{
	assert_int_equal(a->n_rows, b->n_rows);
	for (size_t i = 0; i < a->n_rows; i++) {
		const struct log_row *r = &a->rows[i];
		const struct log_row *s = &b->rows[i];

		assert_int_equal(r->report.seq, s->report.seq);
		assert_int_equal(r->own.row.seq, s->own.row.seq);
		assert_int_equal(r->own.row.subject, s->own.row.subject);
		assert_int_equal(r->own.row.print, s->own.row.print);
		assert_int_equal(r->event, s->event);
		assert_int_equal(r->anchor, s->anchor);
		assert_int_equal(r->other, s->other);
	}
}

/* By how many points go, not by how long that takes. */
static void
no_call_takes_away_more_than_a_slice(void **state)
{
	struct line *l = crowd();
	struct line *restarted = crowd();
	size_t n = points_of(l);
	int calls = 0, again;

	(void)state;
	assert_int_equal(n, CROWD);
	do {
		size_t before = n;

		again = umbrellas_take(l->umbrellas, NULL, l->now_ms, l->last_seq);
		line_write(l);
		n = points_of(l);
		assert_true(before - n <= UMBRELLA_SLICE);
		assert_int_equal(umbrellas_have_more(l->umbrellas), again == 1);
		/* The other one starts anew between two slices, in the same second. */
		again = umbrellas_take(restarted->umbrellas, NULL, restarted->now_ms,
			restarted->last_seq);
		line_write(restarted);
		assert_equal_logs(l, restarted);
		calls++;
	} while (again == 1 && calls < 2);
	line_restart(restarted);
	while (again == 1) {
		again = umbrellas_take(l->umbrellas, NULL, l->now_ms, l->last_seq);
		line_write(l);
		calls++;
	}
	line_pass(restarted, 0);
	assert_int_equal(again, 0);
	assert_int_equal(calls, (CROWD + UMBRELLA_SLICE - 1) / UMBRELLA_SLICE);
	assert_int_equal(points_of(l), 0);
	assert_int_equal(points_of(restarted), 0);
	/* Four streets ended, in both in the same order. */
	assert_equal_logs(l, restarted);
	line_free(restarted);
	line_free(l);
}

/*
 * A report comes while most of what has run out is still there: it would join a
 * street that is over.
 */
static void
a_report_between_slices_is_read_again_when_the_rest_is_gone(void **state)
{
	struct line *l = crowd();
	struct line *whole = crowd();
	struct brute *b = calloc(1, sizeof(*b));
	const struct umbrella_report *report =
		line_log_report(l, "medical", NOBODY, aquila, 0, true);
	uint64_t seq = report->seq;

	(void)state;
	assert_int_equal(
		umbrellas_take(l->umbrellas, report, l->now_ms, l->last_seq), 1);
	line_write(l);
	assert_int_equal(points_of(l), CROWD - UMBRELLA_SLICE);
	assert_false(umbrellas_are_current(l->umbrellas));
	assert_true(umbrellas_have_more(l->umbrellas));
	assert_int_equal(umbrellas_followed(l->umbrellas), seq - 1);
	assert_int_equal(umbrellas_of(l->umbrellas, seq), 0);
	/* Others come meanwhile and are in the log. */
	(void)line_log_report(l, "medical", seq, offset(aquila, 0, 10), 0, true);
	(void)line_log_report(l, "medical", seq, offset(aquila, 0, 20), 0, true);
	line_follow(l, umbrellas_followed(l->umbrellas));
	assert_int_equal(points_of(l), 3);
	line_check(l, b, EVENT_GROUP_LOCAL);
	assert_true(umbrellas_of(l->umbrellas, seq) > seq);
	/* As it had been without a jump: the same life, told in the same order. */
	while (umbrellas_take(whole->umbrellas, NULL, whole->now_ms, whole->last_seq) ==
		1) {
		line_write(whole);
	}
	line_write(whole);
	seq = NOBODY;
	for (int i = 0; i < 3; i++) {
		uint64_t row = line_report(
			whole, "medical", seq, offset(aquila, 0, 10 * i), 0, true);

		seq = seq == NOBODY ? row : seq;
	}
	assert_int_equal(whole->n_records, l->n_records);
	for (size_t i = 0; i < l->n_records; i++) {
		assert_int_equal(whole->records[i].status, l->records[i].status);
	}
	assert_int_equal(umbrellas_take(l->umbrellas, NULL, l->now_ms, l->last_seq), 0);
	line_restart(l);
	line_check(l, b, EVENT_GROUP_LOCAL);
	assert_int_equal(points_of(l), 3);
	free(b);
	line_free(whole);
	line_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ran_out_during_a_stop_goes_in_slices),
		cmocka_unit_test(no_call_takes_away_more_than_a_slice),
		cmocka_unit_test(
			a_report_between_slices_is_read_again_when_the_rest_is_gone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
