/* drill - the same for the same seed, and with all in it that an exercise needs */
#include "unit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "proto/utf8.h"
#include "server/drill.h"

extern const struct embedded demo_files[];

enum {
	SEEDS = 20,
};

static struct drill_plan plan;

static void
make(uint64_t seed)
{
	assert_int_equal(drill_laquila(&plan, seed, (const char *)demo_files[0].data,
				 demo_files[0].bytes),
		0);
}

static void
hash_of(uint64_t seed, char out[65])
{
	unsigned char hash[32];
	size_t bytes = 0;
	char *csv;

	make(seed);
	csv = drill_plan_csv(&plan, &bytes);
	assert_non_null(csv);
	crypto_generichash(hash, sizeof hash, (unsigned char *)csv, bytes, NULL, 0);
	sodium_bin2hex(out, 65, hash, sizeof hash);
	free(csv);
}

static size_t
count(const char *part)
{
	size_t n = 0;

	for (size_t i = 0; i < plan.n; i++) {
		n += strcmp(plan.reports[i].part, part) == 0;
	}
	return n;
}

static const struct drill_report *
first(const char *part)
{
	size_t i = 0;

	while (i < plan.n && strcmp(plan.reports[i].part, part) != 0) {
		i++;
	}
	assert_true(i < plan.n);
	return &plan.reports[i];
}

/* `vedetta drill laquila --dry-run | b2sum -l 256`, by gcc and by clang. */
static void
seed_one_is_the_same_to_the_byte_wherever_it_is_made(void **state)
{
	char hash[65], again[65], other[65];

	(void)state;
	hash_of(1, hash);
	hash_of(2, other);
	hash_of(1, again);
	assert_string_equal(hash,
		"b61263083b155f870b0c1ba5d1f4c007d60e4c841175dd971a24f7bcb9cf199e");
	assert_string_equal(hash, again);
	assert_string_not_equal(hash, other);
}

static void
everything_an_exercise_needs_is_in_it_in_numbers(void **state)
{
	static const struct {
		const char *part;
		size_t n;
	} wanted[] = {{"shock", 353}, {"aftershock", 70}, {"worst", 29}, {"valley", 25},
		{"again", 26}, {"neighbour", 30}, {"out", 10}, {"zero", 6},
		{"swapped", 6}, {"centroid", 14}, {"rough", 10}, {"name", 16},
		{"nowhere", 4}, {"abroad", 8}, {"hoax", 3}, {"chain", 9},
		{"english", 7}, {"romanian", 8}, {"albanian", 7}, {"dialect", 6},
		{"gas", 9}, {"fire", 6}, {"utility", 14}, {"health", 9}, {"missing", 3},
		{"road", 3}, {"hospital", 6}};

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		size_t all = 0;

		make(seed);
		for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
			assert_int_equal(count(wanted[i].part), wanted[i].n);
			all += wanted[i].n;
		}
		assert_int_equal(plan.n, all);
		assert_in_range(plan.n, 400, 700);
		assert_true(plan.n_senders > 400);
	}
}

static void
each_report_is_one_the_desk_would_take(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		make(seed);
		for (size_t i = 0; i < plan.n; i++) {
			const struct drill_report *r = &plan.reports[i];

			assert_true(r->text[0] != '\0' && r->hazard[0] != '\0');
			assert_true(utf8_is_valid(r->text, strlen(r->text), NULL));
			assert_null(strchr(r->text, '{'));
			assert_true(r->sender >= 1 && r->sender <= plan.n_senders);
			assert_true(r->at_cmin < 1200);
			assert_in_range(
				r->point.lat_udeg + 90000000, 0, UINT64_C(180000000));
			assert_true(r->has_point || r->accuracy_m == 0);
		}
	}
}

static void
more_people_and_harder_shaking_mean_more_reports(void **state)
{
	static struct drill_town towns[DRILL_TOWNS_MAX];
	size_t n = drill_place_read((const char *)demo_files[0].data,
		demo_files[0].bytes, "066", towns, DRILL_TOWNS_MAX);
	const struct drill_point near = {42288055, 13558767};
	const struct drill_point city = {42351222, 13398438};
	const struct drill_point far = {42030680, 13426751};
	size_t in_city = 0, in_far = 0;

	(void)state;
	assert_int_equal(n, 108);
	assert_true(drill_shaking(near) > 950);
	assert_true(drill_shaking(near) > drill_shaking(city));
	assert_true(drill_shaking(city) > 3 * drill_shaking(far));
	make(1);
	for (size_t i = 0; i < plan.n; i++) {
		const struct drill_report *r = &plan.reports[i];

		if (strcmp(r->part, "shock") == 0) {
			in_city += drill_place_distance(r->point, city) < 3700;
			in_far += drill_place_distance(r->point, far) < 3000;
		}
	}
	/* Avezzano has three fifths of L'Aquila's residents, and shook less. */
	assert_in_range(in_city, 60, 110);
	assert_in_range(in_far, 10, 30);
}

static void
villages_near_the_epicentre_tell_of_it_and_one_event_is_close_to_the_silent_one(
	void **state)
{
	static struct drill_town towns[DRILL_TOWNS_MAX];
	const struct drill_point silent = {42288700, 13524391};
	size_t n = drill_place_read((const char *)demo_files[0].data,
		demo_files[0].bytes, "066", towns, DRILL_TOWNS_MAX);
	size_t villages = 0, loud = 0;

	(void)state;
	make(1);
	for (size_t t = 0; t < n; t++) {
		size_t told = 0;

		if (drill_shaking(towns[t].at) < 300 || towns[t].residents < 250 ||
			strcmp(towns[t].code, DRILL_SILENT_TOWN) == 0) {
			continue;
		}
		for (size_t i = 0; i < plan.n; i++) {
			const struct drill_report *r = &plan.reports[i];

			told += strcmp(r->part, "shock") == 0 &&
				drill_place_distance(r->point, towns[t].at) < 1000;
		}
		villages++;
		loud += told * 1000 >= towns[t].residents * 10;
	}
	assert_true(villages >= 10);
	assert_int_equal(loud, villages);
	for (size_t i = 0; i < plan.n; i++) {
		const struct drill_report *r = &plan.reports[i];

		assert_true(strcmp(r->part, "valley") != 0 ||
			    drill_place_distance(r->point, silent) < 5000);
	}
}

/* 1.3 km around its houses hold all of its roofs; 3 km fixes stay far away. */
static void
the_silent_town_near_the_worst_sends_nothing(void **state)
{
	const struct drill_point silent = {42288700, 13524391};

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		make(seed);
		assert_true(drill_place_distance(silent, first("worst")->point) < 5000);
		for (size_t i = 0; i < plan.n; i++) {
			const struct drill_report *r = &plan.reports[i];
			uint32_t m = drill_place_distance(silent, r->point);

			assert_null(strstr(r->text, "Sant'Eusanio"));
			assert_true(!r->has_point || m > 1000 + r->accuracy_m);
		}
	}
}

static void
the_worst_spot_is_one_house_told_of_by_many_and_rising(void **state)
{
	const struct drill_report *house;
	uint32_t senders[64];
	size_t n = 0, gone = 0, rising = 0;

	(void)state;
	make(1);
	house = first("worst");
	for (size_t i = 0; i < plan.n; i++) {
		const struct drill_report *r = &plan.reports[i];
		size_t s = 0;

		if (strcmp(r->part, "worst") != 0) {
			continue;
		}
		assert_true(drill_place_distance(r->point, house->point) < 100);
		assert_string_equal(r->hazard, "collapse");
		assert_non_null(strstr(r->signs, "trapped"));
		gone += strstr(r->signs, "unresponsive") != NULL;
		rising += strstr(r->signs, "danger_rising") != NULL;
		while (s < n && senders[s] != r->sender) {
			s++;
		}
		senders[s] = r->sender;
		n += s == n;
	}
	assert_true(n >= 20 && gone >= 3 && rising >= 4);
}

static void
people_who_write_again_are_the_same_and_neighbours_are_not(void **state)
{
	size_t same_words = 0;

	(void)state;
	make(1);
	for (size_t i = 0; i < plan.n; i++) {
		const struct drill_report *r = &plan.reports[i];
		bool is_new = true;

		for (size_t k = 0; k < i; k++) {
			is_new = is_new && plan.reports[k].sender != r->sender;
			same_words += strcmp(r->part, "neighbour") == 0 &&
				      strcmp(plan.reports[k].text, r->text) == 0;
		}
		if (strcmp(r->part, "again") == 0 || strcmp(r->part, "out") == 0) {
			assert_false(is_new);
		} else if (strcmp(r->part, "worst") != 0 &&
			   strcmp(r->part, "hoax") != 0) {
			assert_true(is_new);
		}
	}
	assert_true(same_words <= 3); /* some have nothing to misspell */
}

static void
places_that_are_none_are_of_each_kind(void **state)
{
	const struct drill_report *r;

	(void)state;
	make(1);
	r = first("zero");
	assert_true(r->has_point && r->point.lat_udeg == 0 && r->point.lon_udeg == 0);
	r = first("swapped");
	assert_in_range(r->point.lat_udeg, 13000000, 14500000);
	assert_in_range(r->point.lon_udeg, 41500000, 42600000);
	r = first("centroid");
	assert_int_equal(r->point.lat_udeg, 42270029);
	assert_int_equal(r->point.lon_udeg, 13537542);
	assert_int_equal(first("rough")->accuracy_m, 3000);
	r = first("name");
	assert_true(!r->has_point && r->words[0] != '\0');
	r = first("nowhere");
	assert_true(!r->has_point && r->words[0] == '\0');
	r = first("abroad");
	assert_string_equal(r->about, "other");
	assert_string_equal(r->kind, "browser_fix");
	assert_in_range(r->point.lat_udeg, 48000000, 49000000);
	assert_true(r->words[0] != '\0');
}

static void
the_aftershock_comes_at_minute_six(void **state)
{
	(void)state;
	make(1);
	for (size_t i = 0; i < plan.n; i++) {
		const struct drill_report *r = &plan.reports[i];

		if (strcmp(r->part, "aftershock") == 0) {
			assert_in_range(r->at_cmin, 600, 1199);
		}
		assert_true(strcmp(r->part, "shock") != 0 || r->at_cmin < 600);
	}
}

static void
a_table_without_its_towns_is_refused(void **state)
{
	static const char short_table[] = "istat,comune,residenti,lat,lon\n"
					  "066049,L'Aquila,68304,42.35,13.39\n";

	(void)state;
	assert_int_equal(drill_laquila(&plan, 1, short_table, sizeof short_table - 1),
		DRILL_BAD_RESIDENTS);
	assert_int_equal(drill_laquila(&plan, 1, "", 0), DRILL_BAD_RESIDENTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_one_is_the_same_to_the_byte_wherever_it_is_made),
		cmocka_unit_test(everything_an_exercise_needs_is_in_it_in_numbers),
		cmocka_unit_test(each_report_is_one_the_desk_would_take),
		cmocka_unit_test(more_people_and_harder_shaking_mean_more_reports),
		cmocka_unit_test(
			villages_near_the_epicentre_tell_of_it_and_one_event_is_close_to_the_silent_one),
		cmocka_unit_test(the_silent_town_near_the_worst_sends_nothing),
		cmocka_unit_test(
			the_worst_spot_is_one_house_told_of_by_many_and_rising),
		cmocka_unit_test(
			people_who_write_again_are_the_same_and_neighbours_are_not),
		cmocka_unit_test(places_that_are_none_are_of_each_kind),
		cmocka_unit_test(the_aftershock_comes_at_minute_six),
		cmocka_unit_test(a_table_without_its_towns_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
