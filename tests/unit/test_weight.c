/*
 * What a live report weighs in the desk, umbrellas and all. The bounds are what it
 * weighed when this was written and a twentieth; RESULTS.md has what each part takes.
 */
#include "unit.h"

#include <malloc.h>
#include <string.h>

#include "dispatch/desk.h"
#include "geo/pool.h"
#include "one_on_call.h"

enum {
	PLACES = 20000,
	ARENA_BYTES = 1 << 18,
	OWN_MOST = 1060,
	JOINS_MOST = 340,
	TOLD_MOST = 220,
};

static const struct desk_options options = {
	.receipt_key = "a receipt key of 32 bytes......", .keys_max = 1000000};

/* The nth report, 2 km from all but those of its own place. */
static void
send(struct desk *desk, struct arena *arena, uint64_t n)
{
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Signs signs = VEDETTA__V1__SIGNS__INIT;
	Vedetta__V1__Report said = VEDETTA__V1__REPORT__INIT;
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;
	struct desk_input step = {
		.kind = DESK_REPORT, .has_key = true, .report = &input};
	struct umbrella_row own;
	struct desk_out out;
	int r;

	point.lat_deg = 37 + (double)(n % PLACES / 200) * 0.02;
	point.lon_deg = 8 + (double)(n % PLACES % 200) * 0.03;
	place.point = &point;
	place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX;
	place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	place.accuracy_m = 20;
	signs.danger_rising = 1;
	said.hazard = (char *)"flood";
	said.place = &place;
	said.signs = &signs;
	said.text = (char *)"acqua in cantina, due anziani al piano terra";
	said.lang = (char *)"it";
	input.report = &said;
	input.channel = (char *)"web";
	input.tokened = true;
	input.source = (n + 1) * UINT64_C(0x9E3779B97F4A7C15);
	input.print = n + 1;
	memcpy(step.key, &n, sizeof(n));
	arena_reset(arena);
	assert_int_equal(
		desk_step(desk, &step, 1795000000000 + (int64_t)n, arena, &out), 0);
	while ((r = desk_own_next(desk, arena, &own)) == 1) {
	}
	assert_int_equal(r, 0);
}

/* As the C library counts, which no sanitizer's allocator does. */
static long
heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return (long)(info.uordblks + info.hblkhd + pool_mapped_bytes());
}

static void
a_live_report_weighs_no_more_than_it_did(void **state)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct desk *desk = desk_new(&options);
	struct desk_figures figures;
	long empty, alone, joined;
	uint64_t n;

	(void)state;
	assert_non_null(desk);
	assert_int_equal(desk_umbrellas_catch_up(desk, 1795000000000), 0);
	send(desk, arena, 0); /* what there is but once is there from now on */
	empty = heap_bytes();
	for (n = 1; n < PLACES; n++) {
		send(desk, arena, n);
	}
	alone = (heap_bytes() - empty) / PLACES;
	empty = heap_bytes();
	for (; n < 2 * PLACES; n++) {
		send(desk, arena, n);
	}
	joined = (heap_bytes() - empty) / PLACES;
	desk_figures(desk, &figures);
	assert_int_equal(figures.incidents_open, PLACES);
	print_message("# an incident of its own: %ld B, one that joins: %ld B\n", alone,
		joined);
	assert_in_range(alone, 100, OWN_MOST);
	assert_in_range(joined, 50, JOINS_MOST);
	desk_free(desk);
	arena_free(arena);
}

static void
what_was_told_of_an_incident_weighs_no_more_than_it_did(void **state)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct desk *desk = desk_new(&options);
	struct escalation_figures figures;
	struct escalation_page page;
	struct desk_out out;
	size_t n_steps = 0;
	long before, told;
	int r;

	(void)state;
	assert_non_null(desk);
	assert_int_equal(desk_umbrellas_catch_up(desk, 1795000000000), 0);
	put_in_book(desk);
	for (uint64_t n = 0; n < PLACES; n++) {
		send(desk, arena, n);
	}
	before = heap_bytes();
	do {
		arena_reset(arena);
		r = desk_wake_next(desk, 1795000000000 + PLACES, arena, &out, &page);
		n_steps += r == 1;
	} while (r > 0);
	assert_int_equal(r, 0);
	assert_int_equal(n_steps, PLACES);
	desk_escalation_figures(desk, &figures);
	assert_int_equal(figures.waiting, PLACES);
	told = (heap_bytes() - before) / PLACES;
	print_message("# what was told of an incident: %ld B\n", told);
	assert_in_range(told, 50, TOLD_MOST);
	desk_free(desk);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_report_weighs_no_more_than_it_did),
		cmocka_unit_test(
			what_was_told_of_an_incident_weighs_no_more_than_it_did),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
