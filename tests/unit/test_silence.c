/* Counting, and the formula against a table made with 50 digits in Python */
#include "silence_kit.h"

#include <math.h>
#include <string.h>

#include "dispatch/silence.h"

enum {
	HOUR_MS = 3600000,
	PLACES = SILENCE_PLACES_MOST,
};

static const int64_t noon_ms = 1795003200000; /* a full hour */

static void
the_chance_is_that_of_poisson_and_stays_stable(void **state)
{
	static const struct {
		uint64_t x;
		double expected, chance;
	} rows[] = {{0, 4.6, 1.005183574463e-02}, {0, 4.7, 9.095277101696e-03},
		{0, 14, 8.315287191036e-07}, {1, 8, 3.019163651123e-03},
		{3, 14, 4.742485461287e-04}, {5, 5, 6.159606548331e-01},
		{10, 3, 9.997076630494e-01}, {60, 100, 1.081221817024e-05},
		{900, 1000, 6.977673277963e-04}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double got = silence_chance(rows[i].x, rows[i].expected);

		assert_true(fabs(got - rows[i].chance) < 1e-9 * rows[i].chance);
	}
	assert_true(silence_chance(0, 800) < 1e-300);
	assert_true(silence_chance(3, 1e9) == 0);
	assert_true(silence_chance(1000000, 1e6) > 0.5);
	assert_true(silence_chance(1000000, 10) <= 1);
	assert_true(silence_chance(0, 0) == 1);
	assert_true(silence_chance(7, 0) == 1);
}

static void
say(struct silence *s, struct area_map *m, struct geo_point at, uint64_t source,
	int64_t at_ms)
{
	const struct silence_report r = {
		EVENT_GROUP_SEISMIC, false, at_ms, source, at, false};

	assert_int_equal(silence_take(s, &r, m), 0);
}

/* n senders from every municipality of the kit but the one of row and column. */
static void
all_but(struct silence *s, struct area_map *m, int row, int column, uint64_t n)
{
	for (int at = 0; at < KIT_SIDE * KIT_SIDE; at++) {
		int r = at / KIT_SIDE, c = at % KIT_SIDE;

		for (uint64_t i = 0; (r != row || c != column) && i < n; i++) {
			say(s, m, kit_middle(r, c), 1 + (uint64_t)at * 1000 + i,
				noon_ms + 1000);
		}
	}
}

static const struct silence_place *
judge(const struct silence *s, const struct area_map *m, bool exercise,
	struct silence_place places[PLACES], size_t *n, const char *code)
{
	const struct geo_point at[] = {kit_middle(2, 1), kit_middle(2, 3)};
	const struct silence_event e = {EVENT_GROUP_SEISMIC, exercise, noon_ms, at, 2};

	*n = silence_judge(s, m, &e, places);
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(places[i].area->code, code) == 0) {
			return &places[i];
		}
	}
	return NULL;
}

static struct silence_place places[PLACES];

static void
a_municipality_between_those_that_report_is_silent(void **state)
{
	struct area_map *m = kit_squares(0, 4, KIT_RESIDENTS);
	struct silence *s = silence_new();
	const struct silence_place *p;
	size_t n;

	(void)state;
	all_but(s, m, 2, 2, 12);
	p = judge(s, m, false, places, &n, "M22");
	assert_ptr_equal(p, &places[0]); /* the least likely comes first */
	assert_int_equal(p->n_peers, 12);
	assert_int_equal(p->peer_residents, 12000);
	assert_int_equal(p->peer_senders, 144);
	assert_true(fabs(p->peer_rate - 0.012) < 1e-12);
	/* 12/13 * 1000 * 12/1000 * (1 - 1/sqrt(12 * 12)), by hand */
	assert_true(fabs(p->expected - 10.153846153846) < 1e-9);
	assert_true(fabs(p->chance - exp(-p->expected)) < 1e-12);
	assert_true(p->chance < SILENCE_BELOW);
	assert_true(n > 12);
	assert_true(places[1].chance > SILENCE_OVER); /* nobody else */
	p = judge(s, m, true, places, &n, "M22");
	assert_true(p->is_expected && p->expected == 0); /* exercises apart */
	assert_true(p->chance == 1);
	silence_free(s);
	area_map_free(m);
}

static void
the_centre_of_the_event_may_be_the_silent_one_and_the_far_are_left_alone(void **state)
{
	struct area_map *m = kit_squares(0, 4, KIT_RESIDENTS);
	struct silence *s = silence_new();
	const char *wrong = NULL;
	size_t n;

	(void)state;
	all_but(s, m, 2, 1, 12);
	assert_true(judge(s, m, false, places, &n, "M21")->chance < SILENCE_BELOW);
	area_map_free(m);
	m = area_map_new();
	kit_take_square(m, 2, 2, KIT_RESIDENTS);
	kit_take_square(m, 2, 5, KIT_RESIDENTS); /* 6 km east of the nearest */
	kit_take_square(m, 2, 6, KIT_RESIDENTS); /* 10 km */
	assert_int_equal(area_map_seal(m, &wrong), 0);
	assert_non_null(judge(s, m, false, places, &n, "M25"));
	assert_null(judge(s, m, false, places, &n, "M26"));
	say(s, m, kit_middle(2, 6), 1, noon_ms); /* reports, but out of the box */
	assert_null(judge(s, m, false, places, &n, "M26"));
	silence_free(s);
	area_map_free(m);
}

static void
without_residents_nothing_is_expected(void **state)
{
	struct area_map *m = kit_squares(0, 4, -1);
	struct silence *s = silence_new();
	const struct silence_place *p;
	size_t n;

	(void)state;
	all_but(s, m, 2, 2, 12);
	p = judge(s, m, false, places, &n, "M22");
	assert_false(p->is_expected);
	assert_int_equal(p->n_peers, 0);
	p = judge(s, m, false, places, &n, "M11");
	assert_int_equal(p->senders, 12);
	silence_free(s);
	area_map_free(m);
}

static void
few_peers_and_few_senders_say_little(void **state)
{
	struct area_map *m = kit_squares(2, 3, KIT_RESIDENTS); /* four in all */
	struct silence *s = silence_new();
	const struct silence_place *p;
	size_t n;

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		say(s, m, kit_middle(2, 3), 1 + i, noon_ms);
		say(s, m, kit_middle(3, 2), 11 + i, noon_ms);
		say(s, m, kit_middle(3, 3), 21 + i, noon_ms);
	}
	p = judge(s, m, false, places, &n, "M22");
	assert_int_equal(p->n_peers, 3);
	/* 3/4 * 1000 * 3/1000 * (1 - 1/sqrt(3 * 3)) */
	assert_true(fabs(p->expected - 1.5) < 1e-12);
	assert_true(p->chance > SILENCE_OVER);
	silence_free(s);
	s = silence_new();
	for (uint64_t i = 0; i < 500; i++) {
		say(s, m, kit_middle(2, 3), 1 + i, noon_ms);
	}
	/* One that shouts among those that say nothing. */
	p = judge(s, m, false, places, &n, "M22");
	assert_int_equal(p->peer_senders, 500);
	assert_true(p->peer_rate == 0 && p->expected == 0 && p->chance == 1);
	silence_free(s);
	s = silence_new();
	say(s, m, kit_middle(2, 3), 1, noon_ms);
	/* One sender alone is expected nowhere else. */
	assert_true(judge(s, m, false, places, &n, "M22")->expected == 0);
	silence_free(s);
	area_map_free(m);
}

/* Residents of towns of the kit, and so many senders. */
struct town {
	int64_t residents;
	uint64_t senders;
};

/* Nine towns, row by row from the south-west; the one looked at is the middle. */
static const struct silence_place *
judge_towns(const struct town towns[9], size_t *n)
{
	struct area_map *m = area_map_new();
	struct silence *s = silence_new();
	static struct silence_place kept;
	const char *wrong = NULL;
	uint64_t source = 1;

	for (int at = 0; at < 9; at++) {
		kit_take_square(m, 1 + at / 3, 1 + at % 3, towns[at].residents);
	}
	assert_int_equal(area_map_seal(m, &wrong), 0);
	for (int at = 0; at < 9; at++) {
		for (uint64_t i = 0; i < towns[at].senders; i++) {
			say(s, m, kit_middle(1 + at / 3, 1 + at % 3), source++,
				noon_ms);
		}
	}
	kept = *judge(s, m, false, places, n, "M22");
	silence_free(s);
	area_map_free(m);
	return &kept;
}

static void
a_hamlet_among_loud_towns_is_silent_beside_a_quiet_city_too(void **state)
{
	struct town towns[9] = {{707, 16}, {1838, 45}, {423, 10}, {1097, 30}, {370, 0},
		{1133, 24}, {503, 12}, {68304, 122}, {1875, 40}};
	const struct silence_place *p;
	size_t n;

	(void)state;
	p = judge_towns(towns, &n);
	/* The fourth of eight rates: of all together it were 4 in 1,000. */
	assert_true(fabs(p->peer_rate - 16.0 / 707) < 1e-12);
	assert_true(p->expected > 5 && silence_is_silent(p));
	towns[4].senders = 3;
	assert_false(silence_is_silent(judge_towns(towns, &n)));
	towns[4].senders = 8;
	assert_false(silence_is_silent(judge_towns(towns, &n)));
}

static void
a_city_that_sent_a_little_less_than_expected_is_not_silent(void **state)
{
	/* Of 80,000 neighbours. */
	struct town towns[9] = {{3000, 8}, {3000, 8}, {3000, 8}, {3000, 8},
		{73000, 122}, {3000, 8}, {3000, 8}, {3000, 8}, {59000, 157}};
	const struct silence_place *p;
	size_t n;

	(void)state;
	p = judge_towns(towns, &n);
	assert_true(fabs(p->expected - 151) < 1 && p->chance < SILENCE_BELOW);
	assert_false(silence_is_silent(p));
	towns[4].senders = 40; /* of 151 */
	p = judge_towns(towns, &n);
	assert_true(silence_is_silent(p));
	assert_false(silence_has_news(p, 10));
	towns[4].senders = 60; /* between the two: neither */
	p = judge_towns(towns, &n);
	assert_false(silence_is_silent(p) || silence_has_news(p, 40));
	towns[4].senders = 80; /* over the half, and still a chance of nearly 0 */
	p = judge_towns(towns, &n);
	assert_true(p->chance < SILENCE_BELOW);
	assert_true(silence_has_news(p, 40));
	assert_false(silence_has_news(p, 80)); /* nothing came since */
	/* Of 24,000 only, so by as many of its residents. */
	towns[8] = (struct town){3000, 8};
	p = judge_towns(towns, &n);
	assert_true(fabs(p->expected - 49.8) < 0.1 && p->chance > SILENCE_OVER);
}

static void
a_sender_counts_once_an_hour_and_only_since_the_event(void **state)
{
	struct area_map *m = kit_squares(0, 4, KIT_RESIDENTS);
	struct silence *s = silence_new();
	size_t n;

	(void)state;
	for (int i = 0; i < 5; i++) {
		say(s, m, kit_middle(1, 1), 7, noon_ms + i);
		say(s, m, kit_middle(1, 1), 0, noon_ms + i); /* nobody knows who */
		say(s, m, kit_middle(1, 1), 7, noon_ms + HOUR_MS + i);
		say(s, m, kit_middle(1, 1), 7, noon_ms - 1); /* the hour before */
	}
	assert_int_equal(judge(s, m, false, places, &n, "M11")->senders, 2);
	assert_int_equal(silence_since_ms(noon_ms + 59 * 60000), noon_ms);
	assert_int_equal(silence_since_ms(noon_ms), noon_ms);
	silence_free(s);
	area_map_free(m);
}

static void
old_hours_go_and_leave_nothing(void **state)
{
	struct area_map *m = kit_squares(0, 4, KIT_RESIDENTS);
	struct silence *s = silence_new();
	struct silence_figures f;

	(void)state;
	all_but(s, m, 9, 9, 3);
	silence_figures(s, &f);
	assert_int_equal(f.cells, 25);
	assert_int_equal(f.senders, 75);
	silence_expire(s, noon_ms + (int64_t)72 * HOUR_MS);
	silence_figures(s, &f);
	assert_int_equal(f.cells, 25);
	silence_expire(s, noon_ms + (int64_t)73 * HOUR_MS);
	silence_figures(s, &f);
	assert_int_equal(f.cells, 0);
	assert_int_equal(f.senders, 0);
	silence_free(s);
	area_map_free(m);
}

static void
what_comes_before_the_map_waits_for_it_within_a_bound(void **state)
{
	struct area_map *m = kit_squares(0, 4, KIT_RESIDENTS);
	struct silence *s = silence_new();
	struct silence_figures f;
	size_t n;

	(void)state;
	for (uint64_t i = 0; i < SILENCE_WAITING_MOST + 10; i++) {
		say(s, NULL, kit_middle(i < 10 ? 1 : 3, 3), 1 + i, noon_ms);
	}
	silence_figures(s, &f);
	assert_int_equal(f.waiting, SILENCE_WAITING_MOST);
	assert_int_equal(f.left_out, 10); /* the oldest */
	assert_int_equal(silence_count_some(s, NULL, 100), 0);
	assert_int_equal(silence_count_some(s, m, 100), 0);
	silence_figures(s, &f);
	assert_int_equal(f.waiting, SILENCE_WAITING_MOST - 100);
	say(s, m, kit_middle(1, 1), 5, noon_ms); /* in its turn */
	assert_int_equal(silence_count_some(s, m, SIZE_MAX), 0);
	assert_int_equal(
		judge(s, m, false, places, &n, "M33")->senders, SILENCE_WAITING_MOST);
	assert_int_equal(judge(s, m, false, places, &n, "M11")->senders, 1);
	assert_int_equal(judge(s, m, false, places, &n, "M13")->senders, 0);
	silence_free(s);
	area_map_free(m);
}

static void
a_flood_of_senders_is_left_out_past_the_bound(void **state)
{
	struct area_map *m = kit_squares(2, 2, KIT_RESIDENTS);
	struct silence *s = silence_new();
	struct silence_figures f;

	(void)state;
	for (uint64_t i = 0; i < SILENCE_SENDERS_MOST + 5; i++) {
		say(s, m, kit_middle(2, 2), 1 + i, noon_ms);
	}
	silence_figures(s, &f);
	assert_int_equal(f.senders, SILENCE_SENDERS_MOST);
	assert_int_equal(f.left_out, 5);
	silence_free(s);
	area_map_free(m);
}

static void
want_of_memory_is_told_and_leaks_nothing(void **state)
{
	struct area_map *m = kit_squares(0, 4, KIT_RESIDENTS);
	bool through = false;

	(void)state;
	for (unsigned long nth = 1; !through; nth++) {
		struct silence *s;
		int r = -1;

		alloc_fail_at(nth);
		s = silence_new();
		for (uint64_t i = 0; s != NULL && i < 6; i++) {
			const struct silence_report report = {EVENT_GROUP_FIRE, true,
				noon_ms, 1 + i, kit_middle(2, 2), false};

			r = silence_take(s, &report, i < 2 ? NULL : m);
			r = r == 0 ? silence_count_some(s, m, 10) : r;
			if (r < 0) {
				break;
			}
		}
		through = s != NULL && r == 0;
		alloc_fail_at(0);
		silence_free(s);
		assert_true(nth < 100);
	}
	area_map_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chance_is_that_of_poisson_and_stays_stable),
		cmocka_unit_test(a_municipality_between_those_that_report_is_silent),
		cmocka_unit_test(
			the_centre_of_the_event_may_be_the_silent_one_and_the_far_are_left_alone),
		cmocka_unit_test(without_residents_nothing_is_expected),
		cmocka_unit_test(few_peers_and_few_senders_say_little),
		cmocka_unit_test(
			a_hamlet_among_loud_towns_is_silent_beside_a_quiet_city_too),
		cmocka_unit_test(
			a_city_that_sent_a_little_less_than_expected_is_not_silent),
		cmocka_unit_test(a_sender_counts_once_an_hour_and_only_since_the_event),
		cmocka_unit_test(old_hours_go_and_leave_nothing),
		cmocka_unit_test(what_comes_before_the_map_waits_for_it_within_a_bound),
		cmocka_unit_test(a_flood_of_senders_is_left_out_past_the_bound),
		cmocka_unit_test(want_of_memory_is_told_and_leaks_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
