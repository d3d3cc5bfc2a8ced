#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "area_data.h"
#include "dispatch/pile.h"

static const int64_t now_ms = 1795000000000;
static const int64_t hour_ms = 3600000;
static const struct geo_point town = {18.539167, -72.335};

static struct piles *
piles(void)
{
	struct piles *p = piles_new();

	assert_non_null(p);
	return p;
}

/* As a step does with one report; seq is its row. */
static int
tell(struct piles *p, uint64_t seq, struct geo_point at, uint64_t source, int64_t at_ms)
{
	const struct pile_spot spot = {.at = at, .source = source, .at_ms = at_ms};
	int answer = pile_ask(p, &spot);

	if (answer == PILE_COUNTS || answer == PILE_COMPLETE) {
		pile_take(p, seq, source, at_ms, false, answer == PILE_COMPLETE);
		assert_int_equal(pile_next(p), seq);
		pile_locate(p, seq, &at);
	}
	return answer;
}

static void
eight_senders_of_one_coordinate_make_a_pile(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n < PILE_SOURCES; n++) {
		assert_int_equal(tell(p, n, town, n, now_ms), PILE_COUNTS);
	}
	assert_int_equal(tell(p, n, town, n, now_ms), PILE_COMPLETE);
	assert_int_equal(tell(p, n + 1, town, n + 1, now_ms), PILE_STANDS);
	assert_int_equal(tell(p, n + 1, town, 1, now_ms), PILE_STANDS);
	/* Who sends from nobody in particular stands on it too. */
	assert_int_equal(tell(p, n + 1, town, 0, now_ms), PILE_STANDS);
	/* A metre beside it is not on it. */
	assert_int_equal(
		tell(p, n + 1, (struct geo_point){18.539176, -72.335}, 1, now_ms),
		PILE_COUNTS);
	piles_free(p);
}

static void
few_senders_make_no_pile_however_much_they_send(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n <= 20000; n++) {
		assert_int_not_equal(
			tell(p, n, town, 1 + n % (PILE_SOURCES - 1), now_ms),
			PILE_COMPLETE);
		assert_int_equal(tell(p, n, town, 0, now_ms), 0);
	}
	/* And they have not filled the ring: others still count. */
	assert_int_equal(tell(p, n, town, 77, now_ms), PILE_COMPLETE);
	piles_free(p);
}

static void
what_came_days_apart_makes_no_pile(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n < 3 * PILE_SOURCES; n++) {
		assert_int_equal(
			tell(p, n, town, n, now_ms + (int64_t)n * 12 * hour_ms),
			PILE_COUNTS);
	}
	piles_free(p);
}

static void
a_pile_is_known_for_eight_days(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n <= PILE_SOURCES; n++) {
		tell(p, n, town, n, now_ms);
	}
	assert_int_equal(tell(p, 90, town, 90, now_ms + 8 * 24 * hour_ms), PILE_STANDS);
	assert_int_equal(
		tell(p, 90, town, 90, now_ms + 8 * 24 * hour_ms + 1), PILE_COUNTS);
	piles_free(p);
}

static void
exercises_and_the_real_thing_are_apart(void **state)
{
	struct piles *p = piles();
	struct pile_spot spot = {.at = town, .source = 99, .at_ms = now_ms};
	uint64_t n;

	(void)state;
	for (n = 1; n <= PILE_SOURCES; n++) {
		tell(p, n, town, n, now_ms);
	}
	assert_int_equal(pile_ask(p, &spot), PILE_STANDS);
	spot.exercise = true;
	assert_int_equal(pile_ask(p, &spot), PILE_COUNTS);
	piles_free(p);
}

/* A camp: four hundred phones within some 40 m, as they say. */
static void
people_who_stand_together_are_no_pile(void **state)
{
	struct piles *p = piles();
	unsigned seed = 7;
	uint64_t n;

	(void)state;
	for (n = 1; n <= 400; n++) {
		const struct geo_point at = {
			42.35 + (rand_r(&seed) % 7200 - 3600) * 1e-7,
			13.4 + (rand_r(&seed) % 9600 - 4800) * 1e-7};

		assert_int_equal(tell(p, n, at, n, now_ms), PILE_COUNTS);
	}
	piles_free(p);
}

static void
a_stream_of_coordinates_pushes_out_the_oldest(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n < PILE_SOURCES; n++) {
		tell(p, n, town, n, now_ms);
	}
	for (n = 100; n < 100000; n++) {
		const struct geo_point at = {40 + (double)n * 1e-5, 13};

		assert_int_equal(tell(p, n, at, n, now_ms), PILE_COUNTS);
	}
	assert_int_equal(tell(p, n, town, n, now_ms), PILE_COUNTS);
	piles_free(p);
}

static void
a_flood_of_exercises_pushes_no_real_one_out(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n < PILE_SOURCES; n++) {
		tell(p, n, town, n, now_ms);
	}
	for (n = 100; n < 20000; n++) {
		const struct pile_spot spot = {.at = {40 + (double)n * 1e-5, 13},
			.exercise = true,
			.source = n,
			.at_ms = now_ms};

		assert_int_equal(pile_ask(p, &spot), PILE_COUNTS);
		pile_take(p, n, n, now_ms, true, false);
		pile_locate(p, n, &spot.at);
	}
	assert_int_equal(tell(p, n, town, n, now_ms), PILE_COMPLETE);
	piles_free(p);
}

/* Rows first, their coordinates behind: the same answers as without a restart. */
static void
a_restart_asks_for_the_coordinates_it_needs(void **state)
{
	static struct geo_point of_row[9001];
	struct piles *alive = piles();
	struct piles *again;
	uint64_t rows[9000], seq, n_rows = 0, wanted = 0;
	unsigned seed = 3;
	size_t i;

	(void)state;
	again = piles();
	for (seq = 1; seq <= 9000; seq++) {
		const struct pile_spot spot = {
			.at = {42 + rand_r(&seed) % 900 * 1e-4, 13},
			.source = 1 + (uint64_t)(rand_r(&seed) % 40),
			.at_ms = now_ms + (int64_t)seq * 1000,
		};
		int answer = tell(alive, seq, spot.at, spot.source, spot.at_ms);

		of_row[seq] = spot.at;
		if (answer == PILE_COUNTS || answer == PILE_COMPLETE) {
			rows[n_rows++] = seq;
			pile_take(again, seq, spot.source, spot.at_ms, false,
				answer == PILE_COMPLETE);
		}
	}
	while ((seq = pile_next(again)) != 0) {
		pile_locate(again, seq, &of_row[seq]);
		wanted++;
	}
	assert_true(n_rows > PILE_SPOTS && wanted <= PILE_SPOTS + PILE_KNOWN);
	for (i = 0; i < 900; i++) {
		const struct pile_spot spot = {.at = {42 + (double)i * 1e-4, 13},
			.source = 1 + i % 40,
			.at_ms = now_ms + 9000000};

		assert_int_equal(pile_ask(alive, &spot), pile_ask(again, &spot));
	}
	assert_true(rows[0] > 0);
	piles_free(alive);
	piles_free(again);
}

static void
what_was_erased_counts_no_more(void **state)
{
	struct piles *p = piles();
	uint64_t n;

	(void)state;
	for (n = 1; n < PILE_SOURCES; n++) {
		pile_take(p, n, n, now_ms, false, false);
		pile_locate(p, n, n == 3 ? NULL : &town);
	}
	assert_int_equal(pile_next(p), 0);
	assert_int_equal(tell(p, n, town, n, now_ms), PILE_COUNTS);
	assert_int_equal(tell(p, n + 1, town, n + 1, now_ms), PILE_COMPLETE);
	piles_free(p);
}

static int64_t
time_of(const char *text)
{
	struct tm tm = {.tm_isdst = 0};

	assert_int_equal(sscanf(text, "%d/%d/%d %d:%d", &tm.tm_mday, &tm.tm_mon,
				 &tm.tm_year, &tm.tm_hour, &tm.tm_min),
		5);
	tm.tm_mon--;
	tm.tm_year -= 1900;
	return (int64_t)timegm(&tm) * 1000;
}

/* Port-au-Prince in 2010: 140 reports on one coordinate, each of somebody else. */
static void
haitis_pile_is_recognised(void **state)
{
	const char *folder = area_data_folder();
	struct piles *p = piles();
	char line[1024], path[4200], when[32];
	uint64_t n = 0;
	int known = 0;
	FILE *file = NULL;

	(void)state;
	if (folder != NULL) {
		(void)snprintf(path, sizeof(path), "%s/../reports/haiti2010_points.csv",
			folder);
		file = fopen(path, "re");
	}
	if (file == NULL) {
		piles_free(p);
		print_message("skipped: no reports of Haiti beside the repository\n");
		skip();
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		struct geo_point at;
		int serial;

		if (sscanf(line, "%d,%31[^,],%lf,%lf", &serial, when, &at.lat_deg,
			    &at.lon_deg) == 4) {
			n++;
			known += tell(p, n, at, n, time_of(when)) == PILE_STANDS &&
				 at.lat_deg > 18.5391 && at.lat_deg < 18.5392 &&
				 at.lon_deg < -72.3349 && at.lon_deg > -72.3351;
		}
	}
	(void)fclose(file);
	assert_true(n > 3000);
	print_message("%d of 140 known as a pile\n", known);
	assert_true(known > 100);
	piles_free(p);
}

static void
short_memory_is_said(void **state)
{
	(void)state;
	alloc_fail_at(1);
	assert_null(piles_new());
	alloc_fail_at(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_senders_of_one_coordinate_make_a_pile),
		cmocka_unit_test(few_senders_make_no_pile_however_much_they_send),
		cmocka_unit_test(what_came_days_apart_makes_no_pile),
		cmocka_unit_test(a_pile_is_known_for_eight_days),
		cmocka_unit_test(exercises_and_the_real_thing_are_apart),
		cmocka_unit_test(people_who_stand_together_are_no_pile),
		cmocka_unit_test(a_stream_of_coordinates_pushes_out_the_oldest),
		cmocka_unit_test(a_flood_of_exercises_pushes_no_real_one_out),
		cmocka_unit_test(a_restart_asks_for_the_coordinates_it_needs),
		cmocka_unit_test(what_was_erased_counts_no_more),
		cmocka_unit_test(short_memory_is_said),
		cmocka_unit_test(haitis_pile_is_recognised),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
