/* Looking up again, through the desk that does it */
#include "desk_kit.h"

#include "area_kit.h"

enum {
	INSIDE = VEDETTA__V1__AREA_FIT__AREA_FIT_INSIDE,
	UNASSIGNED = VEDETTA__V1__AREA_FIT__AREA_FIT_UNASSIGNED,
};

static uint64_t
say(struct kit *k, double lat_deg, double lon_deg, uint64_t source)
{
	struct report r;

	report_init(&r, "flood", lat_deg, lon_deg, source, 0);
	return kit_step(k, &r.step)->report_id;
}

/* As the keeper does: reads what is wanted, writes what comes. The rows written. */
static size_t
relook(struct kit *k)
{
	size_t before = k->n_rows;
	uint64_t seq;

	while ((seq = desk_relook_want(k->desk)) != 0) {
		arena_reset(k->arena);
		assert_int_equal(desk_relook_take(k->desk, &k->rows[seq], k->now_ms,
					 k->arena, &k->out),
			0);
		kit_keep(k);
	}
	return k->n_rows - before;
}

static void
assert_record(const struct kit *k, uint64_t id, int fit, const char *codes)
{
	assert_string_equal(k->incidents[id].areas, codes);
	assert_int_equal(k->incidents[id].area_fit, fit);
}

static void
reports_take_their_areas_as_they_come(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct kit *k = kit_new(100);
	uint64_t id;

	(void)state;
	desk_use_areas(k->desk, m, false);
	id = say(k, 44.05, 9.0999, 1);
	assert_record(k, id, INSIDE, "M1 M2"); /* 8 m off the border */
	say(k, 44.05, 9.0985, 2);
	assert_int_equal(k->out.n_incidents, 0); /* nothing new to write */
	id = say(k, 41, 9.05, 3);
	assert_record(k, id, UNASSIGNED, "");
	assert_int_equal(relook(k), 0);
	kit_free(k);
	area_map_free(m);
}

static void
what_came_before_the_map_is_looked_up_after_it(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct kit *k = kit_new(100);
	uint64_t id = say(k, 44.05, 9.0985, 1);
	uint64_t far = say(k, 41, 9.05, 2);

	(void)state;
	assert_record(k, id, 0, "");
	say(k, 44.05, 9.1015, 3); /* joins the first, in the next municipality */
	assert_int_equal(k->rows[3].subject, id);
	kit_reload(k); /* the desk ended before the map came */
	desk_use_areas(k->desk, m, false);
	assert_int_equal(relook(k), 2);
	assert_record(k, id, INSIDE, "M1 M2");
	assert_record(k, far, UNASSIGNED, "");
	assert_int_equal(k->rows[4].kind, STORE_REAREA);
	assert_int_equal(kit_state(k, id)->reports, 2); /* it is no report */
	kit_reload(k);
	desk_use_areas(k->desk, m, false);
	assert_int_equal(relook(k), 0);
	kit_free(k);
	area_map_free(m);
}

static void
new_areas_change_only_the_incidents_they_concern(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct area_map *new = area_kit_map(1);
	struct kit *k = kit_new(100);
	uint64_t first, second;

	(void)state;
	desk_use_areas(k->desk, m, false);
	first = say(k, 44.05, 9.05, 1);
	second = say(k, 44.05, 9.15, 2);
	assert_record(k, second, INSIDE, "M2");
	desk_areas_row(k->desk, k->now_ms, (const uint8_t *)"b", 1, &k->out);
	kit_keep(k);
	assert_int_equal(k->rows[k->n_rows].kind, STORE_AREAS);
	desk_use_areas(k->desk, new, true);
	assert_int_equal(relook(k), 1);
	assert_record(k, first, INSIDE, "M1");
	assert_record(k, second, INSIDE, "N2");
	assert_int_equal(kit_state(k, second)->n_areas, 3);
	desk_use_areas(k->desk, new, true);
	desk_retell_areas(k->desk);
	assert_int_equal(relook(k), 2); /* both, though no code changed */
	desk_use_areas(k->desk, new, true);
	assert_int_equal(relook(k), 0);
	kit_free(k);
	area_map_free(m);
	area_map_free(new);
}

static void
reports_that_come_during_the_walk_are_walked_too(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct kit *k = kit_new(100);
	uint64_t id = say(k, 44.05, 9.0985, 1);

	(void)state;
	say(k, 44.05, 9.0985, 2);
	desk_use_areas(k->desk, m, true);
	assert_int_equal(desk_relook_want(k->desk), 2);
	assert_int_equal(
		desk_relook_take(k->desk, &k->rows[2], k->now_ms, k->arena, &k->out),
		0);
	say(k, 44.05, 9.1015, 3);
	assert_int_equal(k->rows[3].subject, id);
	relook(k);
	assert_record(k, id, INSIDE, "M1 M2");
	kit_free(k);
	area_map_free(m);
}

static void
an_erased_place_keeps_the_areas_it_gave(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct area_map *new = area_kit_map(1);
	struct kit *k = kit_new(100);
	uint64_t id;

	(void)state;
	desk_use_areas(k->desk, m, false);
	id = say(k, 44.05, 9.0999, 1);
	assert_record(k, id, INSIDE, "M1 M2");
	free((void *)k->rows[id].personal);
	k->rows[id].personal = NULL;
	k->rows[id].personal_bytes = 0;
	k->rows[id].erased = true;
	desk_use_areas(k->desk, new, true);
	assert_int_equal(relook(k), 1);
	assert_record(k, id, INSIDE, "M1"); /* M2 is no more */
	kit_free(k);
	area_map_free(m);
	area_map_free(new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_take_their_areas_as_they_come),
		cmocka_unit_test(what_came_before_the_map_is_looked_up_after_it),
		cmocka_unit_test(new_areas_change_only_the_incidents_they_concern),
		cmocka_unit_test(reports_that_come_during_the_walk_are_walked_too),
		cmocka_unit_test(an_erased_place_keeps_the_areas_it_gave),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
