/* Umbrellas under attack: what it costs, how much is written, who keeps its name */
#include "umbrella_kit.h"

#include <time.h>

enum {
	HOUR_MS = 3600000,
	MEASURED = 3, /* the least counts: the machine does other things, too */
};

static const struct geo_point aquila = {42.35, 13.4};
static const struct geo_point elsewhere = {38, 15};

static uint64_t seed = 20261123;

static size_t
draw_below(size_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (size_t)(seed * 2685821657736338717u % n);
}

static struct geo_point
offset(struct geo_point from, double north_m, double east_m)
{
	double deg = 180 / M_PI / EARTH_RADIUS_M;

	return cluster_round((struct geo_point){from.lat_deg + north_m * deg,
		from.lon_deg + east_m * deg / cos(from.lat_deg * (M_PI / 180))});
}

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- many reports, without the kit's log */

static size_t
drop_rows(struct line *l)
{
	struct umbrella_row own;
	size_t n = 0;

	while (umbrellas_next_row(l->umbrellas, l->arena, &own) == 1) {
		l->last_seq++;
		n++;
	}
	arena_reset(l->arena);
	return n;
}

/* One of the local group: 300 m, twelve hours. */
static void
put(struct line *l, uint64_t incident, struct geo_point at, int64_t arrival_ms)
{
	struct umbrella_report r = {.seq = ++l->last_seq,
		.incident = incident == NOBODY ? l->last_seq : incident,
		.at_ms = l->now_ms,
		.arrival_ms = arrival_ms,
		.placed = true,
		.at = at};

	if (roster_find(&l->roster, r.incident) == NULL) {
		line_add_incident(l, r.incident, "medical", at, 2);
	}
	assert_int_equal(umbrellas_take(l->umbrellas, &r, l->now_ms, l->last_seq), 0);
	(void)drop_rows(l);
}

/* Late ones that are read between new ones, n being there. */
static double
late_ones_cost_s(size_t n)
{
	struct line *l = line_new();
	double start;

	for (size_t i = 0; i < n; i++) {
		l->now_ms++;
		put(l, 1, aquila, l->now_ms);
	}
	start = cpu_s();
	for (int64_t i = 0; i < 2000; i++) {
		l->now_ms++;
		put(l, 1, aquila, l->now_ms);
		put(l, 1, aquila, l->now_ms - HOUR_MS + i);
	}
	start = cpu_s() - start;
	line_free(l);
	return start;
}

/*
 * A street of n incidents, newer ones far away, and a hundred houses that hang on
 * the street by what runs out now.
 */
static double
splits_cost_s(size_t n)
{
	struct line *l = line_new();
	int64_t first_ms = l->now_ms;
	double start;

	for (int i = 0; i < 100; i++) {
		put(l, NOBODY, offset(aquila, 250, 800 * i), l->now_ms);
	}
	l->now_ms += HOUR_MS;
	for (size_t i = 0; i < n; i++) {
		put(l, NOBODY, offset(aquila, 0, 200.0 * (double)(i % 400)), l->now_ms);
	}
	for (int i = 0; i < 300; i++) {
		put(l, NOBODY, offset(aquila, 500, 800 * (i % 100)), l->now_ms);
	}
	for (size_t i = 0; i < n; i++) {
		put(l, 1, elsewhere, l->now_ms);
	}
	l->now_ms = first_ms + 12 * HOUR_MS + 1;
	start = cpu_s();
	assert_int_equal(umbrellas_take(l->umbrellas, NULL, l->now_ms, l->last_seq), 0);
	start = cpu_s() - start;
	assert_true(drop_rows(l) >= 100);
	line_free(l);
	return start;
}

/* All labels to somebody new. */
static double
telling_costs_s(size_t n)
{
	struct line *l = line_new();
	struct umbrella_cursor cursor = {.began = false};
	Vedetta__V1__UmbrellaStates states;
	size_t n_told = 0;
	double start;

	for (size_t i = 0; i < n; i++) {
		put(l, NOBODY, aquila, l->now_ms);
	}
	umbrellas_tick(l->umbrellas);
	start = cpu_s();
	while (umbrellas_tell(l->umbrellas, &cursor, l->arena, &states) == 1) {
		n_told += states.n_labels;
		arena_reset(l->arena);
	}
	start = cpu_s() - start;
	assert_int_equal(n_told, n);
	line_free(l);
	return start;
}

/* How much more it costs with `many` than with `few`. */
static double
growth(double (*cost_s)(size_t n), size_t few, size_t many)
{
	double least[2] = {INFINITY, INFINITY};

	for (int i = 0; i < MEASURED; i++) {
		least[0] = fmin(least[0], cost_s(few));
		least[1] = fmin(least[1], cost_s(many));
	}
	print_message("# %.2f ms, %.2f ms\n", least[0] * 1e3, least[1] * 1e3);
	return least[1] / least[0];
}

static void
late_reports_cost_the_same_however_many_came_since(void **state)
{
	(void)state;
	assert_true(growth(late_ones_cost_s, 1000, 100000) < 12);
}

static void
a_split_costs_what_comes_off_not_what_stays(void **state)
{
	(void)state;
	assert_true(growth(splits_cost_s, 2000, 60000) < 8);
}

static void
all_labels_are_told_in_time_that_grows_with_their_number(void **state)
{
	(void)state;
	assert_true(growth(telling_costs_s, 8000, 80000) < 60);
}

/* ---- how much is written */

/* Own rows for each report while window after window of them drifts through. */
static double
rows_per_report(double reach_m, int64_t step_ms)
{
	struct line *l = line_new();
	size_t n_rows = 0;

	for (int i = 0; i < 4000; i++) {
		/* To the metre of eps, and a little beyond. */
		double north_m = round((double)draw_below(1000) / 1000 * reach_m / 150);
		double east_m = round((double)draw_below(1000) / 1000 * reach_m / 150);
		struct umbrella_report r = {.seq = ++l->last_seq,
			.incident = l->last_seq,
			.at_ms = l->now_ms,
			.arrival_ms = l->now_ms,
			.placed = true,
			.at = offset(aquila, north_m * 150.1, east_m * 150.1)};

		line_add_incident(l, r.seq, "medical", r.at, 2);
		assert_int_equal(
			umbrellas_take(l->umbrellas, &r, l->now_ms, l->last_seq), 0);
		n_rows += drop_rows(l);
		l->now_ms += step_ms;
	}
	line_free(l);
	return (double)n_rows / 4000;
}

static void
no_storm_writes_more_than_a_row_for_a_report(void **state)
{
	double most = 0;

	(void)state;
	for (double reach_m = 500; reach_m < 20000; reach_m *= 1.5) {
		for (int64_t held = 10; held <= 1000; held *= 3) {
			double rows = rows_per_report(reach_m, 12 * HOUR_MS / held);

			most = fmax(most, rows);
		}
	}
	print_message("# at most %.2f rows for a report\n", most);
	assert_true(most > 0.3);
	assert_true(most < 1);
}

/* ---- a ring */

static void
a_ring_cut_twice_is_two_and_the_larger_part_keeps_the_name(void **state)
{
	struct line *l = line_new();
	struct brute *b = calloc(1, sizeof(*b));
	uint64_t reports[60], name, part;

	(void)state;
	/* 250 m from one to the next; two to be cut come first, one after the other. */
	for (int k = 0; k < 60; k++) {
		int i = k == 0 ? 0 : k == 1 ? 20 : k <= 20 ? k - 1 : k;
		double angle = i * M_PI / 30;

		reports[i] = line_report(l, "medical", NOBODY,
			offset(aquila, 2388 * sin(angle), 2388 * cos(angle)), 0, true);
		line_pass(l, 60000);
		line_check(l, b, EVENT_GROUP_LOCAL);
	}
	name = umbrellas_of(l->umbrellas, reports[40]);
	assert_int_equal(umbrellas_of(l->umbrellas, reports[10]), name);
	line_pass(l, 11 * HOUR_MS + 1); /* the first is gone: a bow, in one piece */
	line_check(l, b, EVENT_GROUP_LOCAL);
	assert_int_equal(umbrellas_of(l->umbrellas, reports[10]), name);
	assert_int_equal(umbrellas_of(l->umbrellas, reports[0]), 0);
	line_pass(l, 60000);
	line_check(l, b, EVENT_GROUP_LOCAL);
	part = umbrellas_of(l->umbrellas, reports[10]);
	assert_int_equal(umbrellas_of(l->umbrellas, reports[40]), name);
	assert_true(part > name);
	assert_int_equal(l->rows[l->n_rows - 1].event,
		VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_SPLIT_OFF);
	assert_int_equal(l->rows[l->n_rows - 1].other, name);
	free(b);
	line_free(l);
}

/* ---- the clock */

static void
a_clock_that_was_ahead_for_a_moment_stops_nothing(void **state)
{
	struct line *l = line_new();
	struct umbrella_figures before, after;
	uint64_t name;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	}
	line_pass(l, 100 * HOUR_MS);
	assert_int_equal(umbrellas_of(l->umbrellas, 1), 0);
	l->now_ms -= 100 * HOUR_MS - 1000;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	}
	name = umbrellas_of(l->umbrellas, l->last_seq - 1);
	assert_int_equal(name, l->last_seq);
	umbrellas_figures(l->umbrellas, &before);
	assert_int_equal(before.points, 3);
	line_restart(l);
	/* Those that ran out in the future do not come back. */
	umbrellas_figures(l->umbrellas, &after);
	assert_int_equal(after.points, 3);
	assert_int_equal(after.lost, 0);
	assert_int_equal(umbrellas_of(l->umbrellas, l->last_seq - 1), name);
	line_pass(l, 12 * HOUR_MS + 1);
	assert_int_equal(umbrellas_of(l->umbrellas, l->last_seq - 2), 0);
	line_free(l);
}

/* Whoever was away for long loads no row of what was open: the record says which. */
static void
without_rows_the_newest_record_tells_where_to_begin(void **state)
{
	struct line *l = line_new();
	struct umbrellas *u = umbrellas_new(&l->roster);
	const struct log_row *born;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	}
	born = &l->rows[l->n_rows - 1];
	assert_int_equal(umbrellas_next_mark(u), 0);
	assert_int_equal(umbrellas_load(u, &l->records[0]), 0);
	assert_int_equal(umbrellas_next_mark(u), born->own.row.seq);
	umbrellas_load_row(u, &born->own.row);
	assert_int_equal(umbrellas_next_mark(u), 0);
	umbrellas_loaded(u, l->last_seq, 0);
	assert_int_equal(umbrellas_wanted_ms(u), l->now_ms - 72 * HOUR_MS);
	umbrellas_free(u);
	line_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_reports_cost_the_same_however_many_came_since),
		cmocka_unit_test(a_split_costs_what_comes_off_not_what_stays),
		cmocka_unit_test(
			all_labels_are_told_in_time_that_grows_with_their_number),
		cmocka_unit_test(no_storm_writes_more_than_a_row_for_a_report),
		cmocka_unit_test(
			a_ring_cut_twice_is_two_and_the_larger_part_keeps_the_name),
		cmocka_unit_test(a_clock_that_was_ahead_for_a_moment_stops_nothing),
		cmocka_unit_test(without_rows_the_newest_record_tells_where_to_begin),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
