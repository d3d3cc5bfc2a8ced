/*
 * desk_kit - a desk with a log beside it, as the desk role keeps one on disk
 *
 * What a step returns is kept like the store keeps it: rows in order, incidents
 * as last written. kit_reload() makes a new desk from them, without bodies, as
 * store_load() would give them.
 */
#ifndef TESTS_DESK_KIT_H
#define TESTS_DESK_KIT_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch/desk.h"
#include "proto/arena.h"

enum {
	KIT_ROWS = 4096,
	KIT_BOARD_BYTES = 1 << 20,
};

static const struct desk_options kit_options = {
	.receipt_key = "a receipt key of 32 bytes......", .keys_max = 1000};

struct kit {
	struct desk *desk;
	struct desk_options options;
	struct arena *arena;
	struct desk_out out;
	int64_t now_ms;

	size_t n_rows;
	struct store_row rows[KIT_ROWS + 1];            /* by seq */
	struct store_incident incidents[KIT_ROWS + 1];  /* by id; id 0: none */
	uint64_t newest[KIT_ROWS + 1];                  /* row of the incident */
	struct store_umbrella umbrellas[KIT_ROWS + 1];  /* by id; id 0: none */
	struct store_delivery deliveries[KIT_ROWS + 1]; /* likewise */
};

static inline void *
kit_copy(const void *data, size_t bytes)
{
	void *copy = data == NULL ? NULL : malloc(bytes + 1);

	if (copy != NULL) {
		memcpy(copy, data, bytes);
	}
	return copy;
}

static inline struct kit *
kit_new(size_t keys_max)
{
	struct kit *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->options = kit_options;
	k->options.keys_max = keys_max;
	k->desk = desk_new(&k->options);
	k->arena = arena_new(1 << 20);
	k->now_ms = 1795000000000;
	assert_true(k->desk != NULL && k->arena != NULL);
	return k;
}

static inline void
kit_free(struct kit *k)
{
	size_t i;

	for (i = 0; i <= k->n_rows; i++) {
		free((void *)k->rows[i].body);
		free((void *)k->rows[i].personal);
		free((void *)k->incidents[i].words);
		free((void *)k->incidents[i].areas);
	}
	desk_free(k->desk);
	arena_free(k->arena);
	free(k);
}

/* What every row owes to those before it, whatever it says. */
static inline void
kit_check_row(const struct kit *k, const struct store_row *row)
{
	assert_int_equal(row->seq, k->n_rows + 1);
	assert_int_equal(row->at_ms, k->now_ms);
	assert_true(row->about < row->seq);
	assert_true((row->subject == 0) ==
			    (row->kind == STORE_RAW || row->kind == STORE_AREAS) ||
		    row->kind == STORE_ESCALATION);
	assert_int_equal(row->prev, row->subject == 0 ? 0 : k->newest[row->subject]);
	assert_true(row->subject <= row->seq);
}

static inline void
kit_keep(struct kit *k)
{
	const struct desk_out *out = &k->out;
	size_t i;

	for (i = 0; i < out->n_rows; i++) {
		struct store_row *row = &k->rows[k->n_rows + 1];

		assert_true(k->n_rows < KIT_ROWS);
		kit_check_row(k, &out->rows[i]);
		*row = out->rows[i];
		row->body = kit_copy(row->body, row->body_bytes);
		row->personal = kit_copy(row->personal, row->personal_bytes);
		k->newest[row->subject] = row->seq;
		k->newest[0] = 0;
		k->n_rows++;
	}
	for (i = 0; i < out->n_incidents; i++) {
		struct store_incident *record = &k->incidents[out->incidents[i].id];

		assert_int_equal(
			out->incidents[i].seq, k->newest[out->incidents[i].id]);
		free((void *)record->words);
		free((void *)record->areas);
		*record = out->incidents[i];
		record->words = record->words == NULL ? NULL : strdup(record->words);
		record->areas = strdup(record->areas);
	}
}

static inline int
kit_try(struct kit *k, const struct desk_input *input)
{
	arena_reset(k->arena);
	return desk_step(k->desk, input, k->now_ms, k->arena, &k->out);
}

/* Makes the step and keeps what it returns; the answer. */
static inline const Vedetta__V1__InputAnswer *
kit_step(struct kit *k, const struct desk_input *input)
{
	assert_int_equal(kit_try(k, input), 0);
	kit_keep(k);
	return &k->out.answer;
}

static inline struct desk *
kit_loaded_desk(const struct kit *k)
{
	struct desk *d = desk_new(&k->options);
	size_t i;

	assert_non_null(d);
	for (i = 1; i <= k->n_rows; i++) {
		if (k->incidents[i].id != 0) {
			assert_int_equal(desk_load_incident(d, &k->incidents[i]), 0);
		}
	}
	for (i = 1; i <= k->n_rows; i++) {
		if (k->umbrellas[i].id != 0) {
			assert_int_equal(desk_load_umbrella(d, &k->umbrellas[i]), 0);
		}
	}
	for (i = 1; i <= k->n_rows; i++) {
		if (k->deliveries[i].id != 0) {
			assert_int_equal(desk_load_delivery(d, &k->deliveries[i]), 0);
		}
	}
	for (i = 1; i <= k->n_rows; i++) {
		struct store_row row = k->rows[i];

		if (row.kind != STORE_MOVED_IN && row.kind != STORE_SILENCE &&
			row.kind != STORE_DECISION && row.kind != STORE_MESSAGE &&
			row.kind != STORE_ESCALATION && row.kind != STORE_MOVED_OUT) {
			row.body = NULL;
			row.body_bytes = 0;
		}
		if (row.kind != STORE_RAW && row.kind != STORE_DECISION &&
			row.kind != STORE_ESCALATION) {
			row.personal = NULL;
			row.personal_bytes = 0;
		}
		assert_int_equal(desk_load_row(d, &row), 0);
	}
	assert_int_equal(desk_loaded(d, k->n_rows, k->now_ms), 0);
	for (i = desk_next_spot(d); i != 0; i = desk_next_spot(d)) {
		struct arena *arena = arena_new(1 << 16);

		desk_load_spot(d, &k->rows[i], arena);
		arena_free(arena);
	}
	for (i = desk_next_first(d); i != 0; i = desk_next_first(d)) {
		struct arena *arena = arena_new(1 << 16);

		desk_load_first(d, &k->rows[i], arena);
		arena_free(arena);
	}
	return d;
}

/* The desk's own rows, of the last step or of catching up. */
static inline void
kit_keep_own(struct kit *k)
{
	struct umbrella_row own;

	while (desk_own_next(k->desk, k->arena, &own) == 1) {
		k->out = (struct desk_out){.n_rows = 1, .few = {own.row}};
		k->out.rows = k->out.few;
		kit_keep(k);
		k->umbrellas[own.record.id] = own.record;
	}
}

/* Another desk, loaded, reads the log for its umbrellas; those have no more to say. */
static inline void
kit_follow(const struct kit *k, struct desk *d, struct arena *arena)
{
	struct umbrella_row own;
	bool wanted = false; /* from the first on, as store_first_since() has it */
	uint64_t seq;

	for (seq = 1; seq <= k->n_rows; seq++) {
		arena_reset(arena);
		wanted = wanted || k->rows[seq].at_ms >= desk_umbrellas_wanted_ms(d);
		if (wanted) {
			while (desk_umbrellas_follow(
				       d, &k->rows[seq], k->now_ms, arena) == 1) {
			}
		}
	}
	while (desk_umbrellas_catch_up(d, k->now_ms) == 1) {
	}
	assert_true(desk_umbrellas_are_current(d));
	assert_int_equal(desk_pass_time(d, k->now_ms), 0);
	assert_int_equal(desk_own_next(d, arena, &own), 0);
}

static inline void
kit_reload(struct kit *k)
{
	struct desk *d = kit_loaded_desk(k);

	desk_free(k->desk);
	k->desk = d;
}

/* All states of the board from its start, packed one behind the other. */
static inline size_t
kit_board(struct desk *d, uint8_t out[KIT_BOARD_BYTES])
{
	struct desk_cursor *c = desk_cursor_new(d);
	struct arena *arena = arena_new(1 << 16);
	Vedetta__V1__Incident *state;
	bool short_of_memory;
	size_t used = 0;

	assert_true(c != NULL && arena != NULL);
	while ((state = desk_cursor_next(c, arena, &short_of_memory)) != NULL) {
		size_t bytes = vedetta__v1__incident__get_packed_size(state);

		assert_true(used + bytes <= KIT_BOARD_BYTES);
		used += vedetta__v1__incident__pack(state, out + used);
		arena_reset(arena);
	}
	assert_false(short_of_memory);
	arena_free(arena);
	desk_cursor_free(c);
	return used;
}

/* The state of one incident, in the kit's arena; NULL: not on the board. */
static inline Vedetta__V1__Incident *
kit_state(struct kit *k, uint64_t id)
{
	struct desk_cursor *c = desk_cursor_new(k->desk);
	Vedetta__V1__Incident *state;
	bool short_of_memory;

	do {
		state = desk_cursor_next(c, k->arena, &short_of_memory);
		assert_false(short_of_memory);
	} while (state != NULL && state->id != id);
	desk_cursor_free(c);
	return state;
}

/* ---- reports */

struct report {
	Vedetta__V1__Point point;
	Vedetta__V1__Place place;
	Vedetta__V1__Signs signs;
	Vedetta__V1__Report said;
	Vedetta__V1__ReportInput input;
	struct desk_input step;
};

/* A report at a point by a token, 10 m accurate, under a key (0: none). */
static inline void
report_init(struct report *r, const char *hazard, double lat_deg, double lon_deg,
	uint64_t source, uint64_t key)
{
	*r = (struct report){
		.point = VEDETTA__V1__POINT__INIT,
		.place = VEDETTA__V1__PLACE__INIT,
		.signs = VEDETTA__V1__SIGNS__INIT,
		.said = VEDETTA__V1__REPORT__INIT,
		.input = VEDETTA__V1__REPORT_INPUT__INIT,
		.step = {.kind = DESK_REPORT, .has_key = key != 0},
	};
	r->point.lat_deg = lat_deg;
	r->point.lon_deg = lon_deg;
	r->place.point = &r->point;
	r->place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX;
	r->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	r->place.accuracy_m = 10;
	r->said.hazard = (char *)hazard;
	r->said.place = &r->place;
	r->said.signs = &r->signs;
	r->input.report = &r->said;
	r->input.channel = (char *)"web";
	r->input.source = source;
	r->input.tokened = 1;
	r->input.print = 1;
	memcpy(r->step.key, &key, sizeof(key));
	r->step.report = &r->input;
}

/* ---- what operators do */

struct action {
	Vedetta__V1__Point point;
	Vedetta__V1__PlaceAction said;
	Vedetta__V1__Action action;
	Vedetta__V1__ActionInput input;
	struct desk_input step;
};

/* A place for a report (0: the only one) of the incident; sees all there is. */
static inline void
action_init(struct action *a, uint64_t incident, uint64_t report, double lat_deg,
	double lon_deg)
{
	*a = (struct action){
		.point = VEDETTA__V1__POINT__INIT,
		.said = VEDETTA__V1__PLACE_ACTION__INIT,
		.action = VEDETTA__V1__ACTION__INIT,
		.input = VEDETTA__V1__ACTION_INPUT__INIT,
		.step = {.kind = DESK_ACT},
	};
	a->point.lat_deg = lat_deg;
	a->point.lon_deg = lon_deg;
	a->said.point = &a->point;
	a->said.report = report;
	a->action.sequence = UINT64_MAX;
	a->action.what_case = VEDETTA__V1__ACTION__WHAT_PLACE;
	a->action.place = &a->said;
	a->input.incident = incident;
	a->input.action = &a->action;
	a->input.author = (char *)"console";
	a->step.action = &a->input;
}

#endif
