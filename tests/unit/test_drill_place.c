#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "server/drill_place.h"

static const char header[] = "istat,comune,residenti,lat,lon\n";

static size_t
read_rows(const char *rows, struct drill_town *out, size_t max)
{
	char csv[512];

	(void)snprintf(csv, sizeof csv, "%s%s", header, rows);
	return drill_place_read(csv, strlen(csv), "066", out, max);
}

static void
rows_of_the_province_are_read_and_others_passed_over(void **state)
{
	struct drill_town towns[4];

	(void)state;
	assert_int_equal(read_rows("067001,Alba Adriatica,12000,42.83,13.92\r\n"
				   "066049,L'Aquila,68304,42.35122195,13.39843828\r\n"
				   "066001,Acciano,339,42.1767172,13.7\n",
				 towns, 4),
		2);
	assert_string_equal(towns[0].code, "066049");
	assert_string_equal(towns[0].name, "L'Aquila");
	assert_int_equal(towns[0].residents, 68304);
	assert_int_equal(towns[0].at.lat_udeg, 42351222);
	assert_int_equal(towns[0].at.lon_udeg, 13398438);
	assert_int_equal(towns[1].at.lat_udeg, 42176717);
	assert_int_equal(towns[1].at.lon_udeg, 13700000);
}

static void
a_row_that_cannot_be_read_is_no_town(void **state)
{
	static const char *const bad[] = {"066049,L'Aquila,many,42.35,13.39\n",
		"066049,L'Aquila,1,north,13.39\n", "066049,L'Aquila,1,42.35\n",
		"066049,,1,42.35,13.39\n", "066049,L'Aquila,,42.35,13.39\n",
		"066049,L'Aquila,1,42.35x,13.39\n", "0660491,L'Aquila,1,42.35,13.39\n",
		"066049,L'Aquila,123456789,42.35,13.39\n"};
	struct drill_town towns[4];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(read_rows(bad[i], towns, 4), 0);
	}
	assert_int_equal(
		read_rows("066001,A,1,42,13\n066002,B,1,42,13\n", towns, 1), 0);
	assert_int_equal(read_rows("", towns, 4), 0);
}

/* Expected: haversine with R = 6,371,008.8 m gives 31,808 m. */
static void
distances_are_those_of_the_ground(void **state)
{
	const struct drill_point laquila = {42351222, 13398438};
	const struct drill_point capestrano = {42267423, 13768276};
	uint32_t m = drill_place_distance(laquila, capestrano);

	(void)state;
	assert_in_range(m, 31744, 31871);
	assert_int_equal(drill_place_distance(laquila, laquila), 0);
	assert_int_equal(m, drill_place_distance(capestrano, laquila));
}

static void
a_shift_lands_as_far_away_as_it_was_told(void **state)
{
	const struct drill_point from = {42285000, 13560000};

	(void)state;
	for (int32_t m = -3000; m <= 3000; m += 500) {
		struct drill_point to = drill_place_shift(from, m, 0);
		uint32_t away = (uint32_t)(m < 0 ? -m : m);

		assert_in_range(drill_place_distance(from, to) + 2, away, away + 4);
		to = drill_place_shift(from, 0, m);
		assert_in_range(drill_place_distance(from, to) + 2, away, away + 4);
	}
}

static void
roots_round_down(void **state)
{
	(void)state;
	assert_int_equal(drill_place_root(0), 0);
	assert_int_equal(drill_place_root(1), 1);
	assert_int_equal(drill_place_root(15), 3);
	assert_int_equal(drill_place_root(16), 4);
	assert_int_equal(drill_place_root(UINT64_MAX), UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_the_province_are_read_and_others_passed_over),
		cmocka_unit_test(a_row_that_cannot_be_read_is_no_town),
		cmocka_unit_test(distances_are_those_of_the_ground),
		cmocka_unit_test(a_shift_lands_as_far_away_as_it_was_told),
		cmocka_unit_test(roots_round_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
