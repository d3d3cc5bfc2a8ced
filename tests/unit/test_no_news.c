/* Municipalities without news, through the desk that opens and closes them */
#include "desk_kit.h"

#include "silence_kit.h"

#include "dispatch/no_news.h"

enum {
	OPEN = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
	CLOSED = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED,
	WAIT_MS = 600000,
	MINUTE_MS = 60000,
	HOUR_MS = 3600000,
};

static void
say(struct kit *k, struct geo_point at, uint64_t source)
{
	struct report r;

	report_init(&r, "quake_damage", at.lat_deg, at.lon_deg, source, 0);
	(void)kit_step(k, &r.step);
	kit_keep_own(k);
}

/*
 * A grid of reports 400 m apart over all of the kit's middle three columns and
 * rows but M22: one umbrella of many incidents. Sources are all different.
 */
static void
shake(struct kit *k)
{
	uint64_t source = 1;

	for (double lat = 44.041; lat < 44.16; lat += 0.0036) {
		for (double lon = 9.041; lon < 9.16; lon += 0.005) {
			if (lat < 44.08 || lat > 44.12 || lon < 9.08 || lon > 9.12) {
				say(k, (struct geo_point){lat, lon}, source++);
			}
		}
	}
}

/* One look at all umbrellas; the rows it gave. */
static size_t
look(struct kit *k)
{
	size_t before = k->n_rows;
	int r;

	k->now_ms += NO_NEWS_EVERY_MS;
	assert_int_equal(desk_pass_time(k->desk, k->now_ms), 0);
	kit_keep_own(k);
	umbrellas_tick(desk_umbrellas(k->desk));
	before = k->n_rows;
	while (desk_look_for_silence(k->desk, k->now_ms, WAIT_MS) == 1) {
		do {
			arena_reset(k->arena);
			r = desk_silence_next(k->desk, k->now_ms, k->arena, &k->out);
			assert_true(r >= 0);
			if (r == 1) {
				kit_keep(k);
			}
		} while (r == 1);
	}
	return k->n_rows - before;
}

static struct kit *
shaken(struct area_map *m)
{
	struct kit *k = kit_new(100);

	assert_int_equal(desk_umbrellas_catch_up(k->desk, k->now_ms), 0);
	desk_use_areas(k->desk, m, false);
	k->now_ms = 1795003200000;
	shake(k);
	return k;
}

static Vedetta__V1__SilenceView *
view_of(struct kit *k)
{
	const uint8_t *bytes;
	uint64_t cursor = 0;
	size_t n_bytes;

	arena_reset(k->arena);
	return no_news_tell(desk_no_news(k->desk), &cursor, &bytes, &n_bytes)
		       ? vedetta__v1__silence_view__unpack(
				 arena_allocator(k->arena), n_bytes, bytes)
		       : NULL;
}

static void
a_silent_municipality_opens_once_and_closes_when_news_come(void **state)
{
	struct area_map *m = kit_squares(1, 3, KIT_RESIDENTS);
	struct kit *k = shaken(m);
	const Vedetta__V1__SilenceView *view;
	const Vedetta__V1__Incident *i;
	uint64_t id;

	(void)state;
	assert_int_equal(look(k), 0); /* too early */
	view = view_of(k);
	assert_non_null(strstr(view->note, "from 10 minutes after"));
	assert_int_equal(view->wait_minutes, 10);
	assert_int_equal(
		view->obstacle, VEDETTA__V1__SILENCE_OBSTACLE__SILENCE_OBSTACLE_EARLY);
	assert_int_equal(view->n_places, 9);
	assert_true(view->places[0]->silent && view->places[0]->incident_id == 0);
	k->now_ms += WAIT_MS;
	assert_int_equal(look(k), 1);
	id = k->n_rows;
	assert_int_equal(k->rows[id].kind, STORE_SILENCE);
	assert_string_equal(k->incidents[id].areas, "M22");
	assert_int_equal(k->incidents[id].class_no, 2);
	i = kit_state(k, id);
	assert_int_equal(i->status, OPEN);
	assert_string_equal(i->rank->reason, "silence");
	assert_string_equal(i->silent->name, "Name 22");
	assert_string_equal(i->place->words, "Name 22");
	assert_string_equal(i->hazard, "quake_damage");
	assert_int_equal(i->reports, 0);
	assert_int_equal(i->silent->senders, 0);
	assert_int_equal(i->silent->residents, KIT_RESIDENTS);
	assert_int_equal(i->silent->peers, 8);
	assert_true(i->silent->chance < SILENCE_BELOW);
	assert_false(i->unplaced);
	assert_true(i->place->accuracy_m > 2000 && i->place->accuracy_m < 4000);
	assert_int_equal(view_of(k)->places[0]->incident_id, id);
	assert_string_equal(view_of(k)->note, "");
	k->now_ms += MINUTE_MS;
	assert_int_equal(look(k), 0); /* once */

	/* One sender is not enough, and does not make it flap either. */
	say(k, kit_middle(2, 2), 90001);
	assert_int_equal(look(k), 0);
	arena_reset(k->arena);
	assert_int_equal(kit_state(k, id)->status, OPEN);
	for (uint64_t n = 0; n < 100; n++) {
		say(k, kit_middle(2, 2), 91000 + n);
	}
	assert_int_equal(look(k), 1);
	assert_int_equal(k->rows[k->n_rows].subject, id);
	arena_reset(k->arena);
	i = kit_state(k, id);
	assert_int_equal(i->status, CLOSED);
	assert_int_equal(
		i->silent->outcome, VEDETTA__V1__SILENCE_OUTCOME__SILENCE_OUTCOME_NEWS);
	assert_int_equal(i->silent->senders, 101);
	/* The hour is over, nobody reports there any more: it is not opened again. */
	k->now_ms += 2 * HOUR_MS;
	shake(k);
	shake(k);
	assert_int_equal(look(k), 0);
	kit_free(k);
	area_map_free(m);
}

static void
no_report_joins_it_and_nobody_can_place_it(void **state)
{
	struct area_map *m = kit_squares(1, 3, KIT_RESIDENTS);
	struct kit *k = shaken(m);
	struct desk_figures figures;
	struct action a;
	struct report r;
	uint64_t id;

	(void)state;
	k->now_ms += WAIT_MS;
	assert_int_equal(look(k), 1);
	id = k->n_rows;
	report_init(&r, "quake_damage", 44.1, 9.1, 5, 0);
	(void)kit_step(k, &r.step);
	assert_int_not_equal(k->out.rows[0].subject, id);
	kit_keep_own(k);
	report_init(&r, "quake_damage", 44.1, 9.1, 5, 0);
	r.said.place = NULL; /* words without a place */
	(void)kit_step(k, &r.step);
	assert_int_not_equal(k->out.rows[0].subject, id);
	kit_keep_own(k);
	action_init(&a, id, 0, 44.1, 9.1);
	assert_int_equal(kit_step(k, &a.step)->refusal,
		VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT);
	desk_figures(k->desk, &figures);
	assert_int_equal(figures.incidents_unplaced, 1); /* that without a place */
	assert_int_equal(figures.open_by_class[2], 1);
	/* New areas do not take its own away. */
	desk_use_areas(k->desk, m, true);
	for (uint64_t seq; (seq = desk_relook_want(k->desk)) != 0;) {
		assert_int_not_equal(k->rows[seq].subject, id);
		assert_int_equal(desk_relook_take(k->desk, &k->rows[seq], k->now_ms,
					 k->arena, &k->out),
			0);
		kit_keep(k);
		arena_reset(k->arena);
	}
	assert_string_equal(kit_state(k, id)->areas[0], "M22");
	kit_free(k);
	area_map_free(m);
}

/* The log once more from its start, as a restarted desk follows it. */
static void
restart(struct kit *k, struct area_map *m)
{
	kit_reload(k);
	desk_use_areas(k->desk, m, false);
	for (size_t n = 1; n <= k->n_rows; n++) {
		arena_reset(k->arena);
		assert_int_equal(desk_umbrellas_follow(
					 k->desk, &k->rows[n], k->now_ms, k->arena),
			0);
	}
	assert_int_equal(desk_umbrellas_catch_up(k->desk, k->now_ms), 0);
	kit_keep_own(k);
}

static void
a_restart_knows_the_same_whether_it_is_open_or_closed(void **state)
{
	static uint8_t before[KIT_BOARD_BYTES], after[KIT_BOARD_BYTES];
	struct area_map *m = kit_squares(1, 3, KIT_RESIDENTS);
	struct kit *k = shaken(m);
	struct silence_figures lived, read;
	struct desk_figures one, other;
	size_t bytes;
	uint64_t id;

	(void)state;
	k->now_ms += WAIT_MS;
	assert_int_equal(look(k), 1);
	id = k->n_rows;
	for (int closed = 0; closed < 2; closed++) {
		bytes = kit_board(k->desk, before);
		no_news_figures(desk_no_news(k->desk), &lived);
		desk_figures(k->desk, &one);
		restart(k, m);
		assert_int_equal(kit_board(k->desk, after), bytes);
		assert_memory_equal(before, after, bytes);
		no_news_figures(desk_no_news(k->desk), &read);
		assert_memory_equal(&lived, &read, sizeof(lived));
		desk_figures(k->desk, &other);
		assert_memory_equal(&one, &other, sizeof(one));
		assert_int_equal(look(k), 0); /* not opened twice */
		for (uint64_t n = 0; n < 100 && !closed; n++) {
			say(k, kit_middle(2, 2), 91000 + n);
		}
		if (!closed) {
			assert_int_equal(look(k), 1);
			assert_int_equal(k->rows[k->n_rows].subject, id);
		}
	}
	kit_free(k);
	area_map_free(m);
}

static uint32_t
senders_in(struct kit *k, const char *area)
{
	const Vedetta__V1__SilenceView *view = view_of(k);

	for (size_t i = 0; i < view->n_places; i++) {
		if (strcmp(view->places[i]->area, area) == 0) {
			return view->places[i]->senders;
		}
	}
	return 0;
}

/* Sixty that a geocoder put into M22, and one that said no place, are in M21. */
static void
who_was_moved_counts_where_an_operator_put_it(void **state)
{
	struct area_map *m = kit_squares(1, 3, KIT_RESIDENTS);
	struct kit *k = shaken(m);
	struct silence_figures lived, read;
	struct action a;
	struct report r;
	uint64_t incident;
	uint32_t there;

	(void)state;
	for (uint64_t n = 0; n < 60; n++) {
		say(k, kit_middle(2, 2), 90001 + n);
	}
	incident = k->rows[k->n_rows].subject;
	k->now_ms += WAIT_MS;
	assert_int_equal(look(k), 0);
	assert_int_equal(senders_in(k, "M22"), 60);
	there = senders_in(k, "M21");
	report_init(&r, "quake_damage", 0, 0, 5, 0);
	r.said.place = NULL;
	(void)kit_step(k, &r.step);
	kit_keep_own(k);
	action_init(&a, k->rows[k->n_rows].subject, 0, 44.1, 9.06);
	assert_int_equal(kit_step(k, &a.step)->outcome,
		VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	kit_keep_own(k);
	for (uint64_t n = 1; n <= k->n_rows; n++) {
		if (k->rows[n].kind == STORE_REPORT && k->rows[n].subject == incident) {
			action_init(&a, incident, n, 44.1, 9.06);
			assert_int_equal(kit_step(k, &a.step)->outcome,
				VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
			kit_keep_own(k);
		}
	}
	assert_int_equal(look(k), 1); /* M22 is silent, as it was */
	assert_string_equal(k->incidents[k->n_rows].areas, "M22");
	assert_int_equal(senders_in(k, "M22"), 0);
	assert_int_equal(senders_in(k, "M21"), there + 61);
	no_news_figures(desk_no_news(k->desk), &lived);
	restart(k, m);
	no_news_figures(desk_no_news(k->desk), &read);
	assert_memory_equal(&lived, &read, sizeof(lived));
	assert_int_equal(look(k), 0);
	assert_int_equal(senders_in(k, "M21"), there + 61);
	kit_free(k);
	area_map_free(m);
}

static void
it_ends_with_its_event(void **state)
{
	struct area_map *m = kit_squares(1, 3, KIT_RESIDENTS);
	struct kit *k = shaken(m);
	const Vedetta__V1__Incident *i;
	uint64_t id;

	(void)state;
	k->now_ms += WAIT_MS;
	assert_int_equal(look(k), 1);
	id = k->n_rows;
	k->now_ms += (int64_t)73 * HOUR_MS;
	assert_int_equal(look(k), 1);
	arena_reset(k->arena);
	i = kit_state(k, id);
	assert_int_equal(i->status, CLOSED);
	assert_int_equal(i->silent->outcome,
		VEDETTA__V1__SILENCE_OUTCOME__SILENCE_OUTCOME_EVENT_ENDED);
	assert_int_equal(look(k), 0);
	kit_free(k);
	area_map_free(m);
}

static void
put_silence(struct memory *m, uint64_t id, int64_t opened_ms,
	Vedetta__V1__SilenceOutcome outcome)
{
	const struct store_incident record = {.id = id,
		.seq = id,
		.hazard = 1,
		.status = OPEN,
		.unplaced = true,
		.opened_ms = opened_ms};
	Vedetta__V1__Silence said = VEDETTA__V1__SILENCE__INIT;
	uint8_t body[64];
	struct store_row row = {
		.seq = id, .at_ms = opened_ms, .kind = STORE_SILENCE, .subject = id};
	struct incident *i;

	said.outcome = outcome;
	row.body = body;
	row.body_bytes = vedetta__v1__silence__pack(&said, body);
	assert_int_equal(memory_open(m, &record, &i), 0);
	assert_int_equal(memory_apply(m, &row), 0);
}

/* What can open no second one any more is not looked through for ever. */
static void
closed_ones_are_forgotten_in_time_and_open_ones_never(void **state)
{
	static const uint8_t hash_key[SEEN_HASH_KEY_BYTES];
	struct memory m;

	(void)state;
	assert_int_equal(memory_init(&m, 10, hash_key), 0);
	put_silence(&m, 1, 1000, 0);
	put_silence(&m, 2, 1000, VEDETTA__V1__SILENCE_OUTCOME__SILENCE_OUTCOME_NEWS);
	put_silence(&m, 3, 2000, VEDETTA__V1__SILENCE_OUTCOME__SILENCE_OUTCOME_NEWS);
	assert_int_equal(m.n_silent, 3);
	memory_forget_silent(&m, 2000);
	assert_int_equal(m.n_silent, 2);
	assert_int_equal(m.silent[0]->id, 1);
	assert_int_equal(m.silent[1]->id, 3);
	memory_fini(&m);
}

static void
without_residents_the_view_says_what_to_do(void **state)
{
	struct area_map *known = kit_squares(1, 3, KIT_RESIDENTS);
	struct area_map *m = kit_squares(1, 3, -1);
	struct area_map *far = kit_squares(20, 21, KIT_RESIDENTS);
	struct kit *k = shaken(m);
	const Vedetta__V1__SilenceView *view;

	(void)state;
	k->now_ms += WAIT_MS;
	assert_int_equal(look(k), 0);
	view = view_of(k);
	assert_false(view->residents_known);
	assert_non_null(strstr(view->note, "vedetta area import --residents"));
	assert_int_equal(view->n_places, 9);
	desk_use_areas(k->desk, NULL, false);
	assert_int_equal(look(k), 0);
	assert_non_null(strstr(view_of(k)->note, "no areas are loaded"));
	desk_use_areas(k->desk, far, false);
	assert_int_equal(look(k), 0);
	view = view_of(k);
	assert_int_equal(view->n_places, 0);
	assert_int_equal(view->obstacle,
		VEDETTA__V1__SILENCE_OBSTACLE__SILENCE_OBSTACLE_NOWHERE);
	desk_use_areas(k->desk, known, false); /* imported: counted before stands */
	assert_int_equal(look(k), 1);
	assert_true(view_of(k)->residents_known);
	kit_free(k);
	area_map_free(known);
	area_map_free(far);
	area_map_free(m);
}

static void
want_of_memory_is_told(void **state)
{
	struct area_map *m = kit_squares(1, 3, KIT_RESIDENTS);
	int r = -1;

	(void)state;
	for (unsigned long nth = 1; r < 0; nth++) {
		struct kit *k = shaken(m);

		k->now_ms += WAIT_MS;
		umbrellas_tick(desk_umbrellas(k->desk));
		alloc_fail_at(nth);
		r = desk_look_for_silence(k->desk, k->now_ms, WAIT_MS);
		while (r == 1) {
			r = desk_silence_next(k->desk, k->now_ms, k->arena, &k->out);
		}
		alloc_fail_at(0);
		assert_true(nth < 50);
		kit_free(k);
	}
	area_map_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_silent_municipality_opens_once_and_closes_when_news_come),
		cmocka_unit_test(no_report_joins_it_and_nobody_can_place_it),
		cmocka_unit_test(a_restart_knows_the_same_whether_it_is_open_or_closed),
		cmocka_unit_test(who_was_moved_counts_where_an_operator_put_it),
		cmocka_unit_test(it_ends_with_its_event),
		cmocka_unit_test(closed_ones_are_forgotten_in_time_and_open_ones_never),
		cmocka_unit_test(without_residents_the_view_says_what_to_do),
		cmocka_unit_test(want_of_memory_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
