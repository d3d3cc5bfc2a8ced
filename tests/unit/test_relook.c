/* Looking up again, through the desk that does it */
#include "act_kit.h"

#include "area_kit.h"
#include "dispatch/areas.h"
#include "vedetta/v1/log.pb-c.h"

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

/* ---- reports that come and go */

#define WHAT(name) VEDETTA__V1__ACTION__WHAT_##name

/* The desk ends before it looks; then it does, or it did not end. */
static void
look_after(struct kit *k, struct area_map *m, bool restarted)
{
	if (restarted) {
		kit_reload(k);
		desk_use_areas(k->desk, m, false);
	}
	(void)relook(k);
	assert_false(desk_relook_waits(k->desk));
	assert_int_equal(relook(k), 0);
}

static void
who_no_report_touches_sees_it_no_more(void **state)
{
	struct area_map *m = area_kit_map(0);

	(void)state;
	for (int restarted = 0; restarted < 2; restarted++) {
		struct kit *k = kit_new(100);
		uint64_t id, decision, other;
		struct act a;

		desk_use_areas(k->desk, m, false);
		id = say(k, 44.05, 9.0985, 1);
		say(k, 44.05, 9.1015, 2);
		assert_record(k, id, INSIDE, "M1 M2");
		act_init(&a, id, WHAT(SPLIT));
		a.reports[0] = 2;
		decision = act_do(k, &a)->decision;
		other = decision + 2;
		/* Until it was looked up, nobody loses it. */
		assert_record(k, id, INSIDE, "M1 M2");
		assert_record(k, other, INSIDE, "M1 M2");
		assert_true(desk_relook_waits(k->desk));
		look_after(k, m, restarted);
		assert_record(k, id, INSIDE, "M1");
		assert_record(k, other, INSIDE, "M2");

		(void)act_undo(k, id, decision);
		look_after(k, m, restarted);
		assert_record(k, id, INSIDE, "M1 M2");
		/* Closed: who saw it sees where it went. */
		assert_record(k, other, INSIDE, "M2");
		kit_free(k);
	}
	area_map_free(m);
}

static void
a_place_an_operator_gave_holds_instead_of_what_was_said(void **state)
{
	struct area_map *m = area_kit_map(0);

	(void)state;
	for (int restarted = 0; restarted < 2; restarted++) {
		struct kit *k = kit_new(100);
		struct action put;
		uint64_t id;

		desk_use_areas(k->desk, m, false);
		id = say(k, 44.05, 9.05, 1);
		action_init(&put, id, 0, 44.05, 9.25);
		kit_step(k, &put.step);
		assert_record(k, id, INSIDE, "M1 M3");
		look_after(k, m, restarted);
		assert_record(k, id, INSIDE, "M3");
		/* Outside every area it is nobody's but of who sees those. */
		action_init(&put, id, 0, 41, 9.25);
		kit_step(k, &put.step);
		look_after(k, m, restarted);
		assert_record(k, id, UNASSIGNED, "");
		kit_free(k);
	}
	area_map_free(m);
}

static unsigned
dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % sides;
}

/* Where the report is, and in which incident, as the whole log has it. */
static uint64_t
where(const struct kit *k, uint64_t report, struct place *place)
{
	const struct store_row *said = &k->rows[report];
	Vedetta__V1__Report *r =
		vedetta__v1__report__unpack(NULL, said->personal_bytes, said->personal);
	uint64_t incident = said->subject;

	*place = (struct place){.has_point = true, .accuracy_m = 10};
	place->point =
		(struct geo_point){r->place->point->lat_deg, r->place->point->lon_deg};
	vedetta__v1__report__free_unpacked(r, NULL);
	for (uint64_t seq = report + 1; seq <= k->n_rows; seq++) {
		const struct store_row *row = &k->rows[seq];

		if (row->kind != STORE_MOVED_IN || row->about != report) {
			continue;
		}
		incident = row->subject;
		if (row->personal != NULL) {
			Vedetta__V1__PlaceAction *put =
				vedetta__v1__place_action__unpack(
					NULL, row->personal_bytes, row->personal);

			place->point = (struct geo_point){
				put->point->lat_deg, put->point->lon_deg};
			place->accuracy_m = -1;
			place->kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
			vedetta__v1__place_action__free_unpacked(put, NULL);
		}
	}
	return incident;
}

static void
assert_own_circles(const struct kit *k, struct area_map *m, unsigned *n_checked)
{
	for (uint64_t id = 1; id <= k->n_rows; id++) {
		const struct store_incident *i = &k->incidents[id];
		struct areas expected = {NULL, 0};
		bool changed;

		if (i->id == 0 ||
			i->status !=
				VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
			continue;
		}
		for (uint64_t seq = k->n_rows; seq > 0; seq--) {
			struct place place;

			if (k->rows[seq].kind == STORE_REPORT &&
				where(k, seq, &place) == id) {
				assert_int_equal(
					areas_grow(&expected, m, &place, &changed), 0);
			}
		}
		assert_string_equal(i->areas, areas_text(&expected));
		assert_int_equal(i->area_fit, expected.fit);
		areas_fini(&expected);
		++*n_checked;
	}
}

/* Some decision about some report; most are refused. */
static void
decide(struct kit *k, unsigned *seed)
{
	uint64_t row = 1 + dice(seed, (unsigned)k->n_rows);
	uint64_t other = 1 + dice(seed, (unsigned)k->n_rows);
	unsigned what = dice(seed, 5);
	struct action put;
	struct act a;

	if (what == 0 && k->rows[row].kind == STORE_REPORT) {
		struct place place;
		uint64_t in = where(k, row, &place);

		action_init(&put, in, row, 44.05, 9.002 + dice(seed, 260) * 0.0015);
		kit_step(k, &put.step);
		return;
	}
	act_init(&a, k->rows[row].subject,
		what == 1   ? WHAT(SPLIT)
		: what == 2 ? WHAT(MERGE)
		: what == 3 ? WHAT(MOVE)
			    : WHAT(UNDO));
	a.merge.into = a.move.into = k->rows[other].subject;
	a.reports[0] = a.move.report =
		k->rows[row].about != 0 ? k->rows[row].about : row;
	a.undo.decision = row;
	kit_step(k, act_step(&a));
}

static void
whatever_moves_who_sees_it_follows_from_its_own_circles(void **state)
{
	struct area_map *m = area_kit_map(0);
	unsigned n_checked = 0, n_moved = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 60; seed++) {
		struct kit *k = kit_new(100);
		unsigned dices = seed;

		desk_use_areas(k->desk, m, false);
		for (int n = 0; n < 60; n++) {
			if (n < 4 || dice(&dices, 3) == 0) {
				say(k, 44.05, 9.09 + dice(&dices, 140) * 0.0015,
					1 + dice(&dices, 1000));
			} else {
				decide(k, &dices);
			}
			/* In the middle of a walk, too. */
			for (unsigned r = dice(&dices, 4); r > 0; r--) {
				uint64_t seq = desk_relook_want(k->desk);

				if (seq != 0) {
					arena_reset(k->arena);
					assert_int_equal(
						desk_relook_take(k->desk, &k->rows[seq],
							k->now_ms, k->arena, &k->out),
						0);
					kit_keep(k);
				}
			}
			if (dice(&dices, 8) == 0) {
				look_after(k, m, dice(&dices, 2) == 0);
				assert_own_circles(k, m, &n_checked);
			}
		}
		for (uint64_t seq = 1; seq <= k->n_rows; seq++) {
			n_moved += k->rows[seq].kind == STORE_MOVED_IN;
		}
		kit_free(k);
	}
	assert_true(n_checked > 1000 && n_moved > 500);
	area_map_free(m);
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
		cmocka_unit_test(who_no_report_touches_sees_it_no_more),
		cmocka_unit_test(
			a_place_an_operator_gave_holds_instead_of_what_was_said),
		cmocka_unit_test(
			whatever_moves_who_sees_it_follows_from_its_own_circles),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
