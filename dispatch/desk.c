/* Longer than our files should be: each part of the desk has its few calls here. */
#include "dispatch/desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/desk_internal.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"
#include "dispatch/state.h"
#include "dispatch/state_work.h"
#include "dispatch/step.h"

_Static_assert((int)DESK_KEYS_KEPT_MS == (int)MEMORY_KEYS_KEPT_MS, "one promise");
_Static_assert((int)OFFICE_ROWS_MOST <= (int)DESK_ROWS_FEW, "they fit");
_Static_assert((int)RECEIPT_KEY_BYTES == (int)DERIVE_SECRET_BYTES, "one secret");

struct desk_cursor {
	struct roster_cursor at;
	struct desk *desk; /* borrowed: outlives its cursors */
};

struct desk *
desk_new(const struct desk_options *options)
{
	uint8_t hash_key[SEEN_HASH_KEY_BYTES];
	struct desk *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		return NULL;
	}
	derive_hash_key(options->receipt_key, hash_key);
	if (memory_init(&d->memory, options->keys_max, hash_key) < 0) {
		free(d);
		return NULL;
	}
	d->receipts = receipt_keys_new(options->receipt_key);
	d->umbrellas = umbrellas_new(&d->memory.roster);
	d->no_news = no_news_new();
	if (d->receipts == NULL || d->umbrellas == NULL || d->no_news == NULL) {
		desk_free(d);
		return NULL;
	}
	desk_connect_duty(d);
	return d;
}

void
desk_free(struct desk *d)
{
	if (d == NULL) {
		return;
	}
	free(d->clearing.ids);
	relook_fini(&d->relook);
	umbrellas_free(d->umbrellas);
	no_news_free(d->no_news);
	memory_fini(&d->memory);
	receipt_keys_free(d->receipts);
	free(d);
}

int
desk_load_incident(struct desk *d, const struct store_incident *incident)
{
	return incident->damaged ? memory_load_damaged(&d->memory, incident->id)
				 : memory_load(&d->memory, incident);
}

int
desk_load_row(struct desk *d, const struct store_row *row)
{
	if (row->lost) {
		return memory_lose_row(&d->memory, row);
	}
	if (row->kind == STORE_UMBRELLA) {
		umbrellas_load_row(d->umbrellas, row);
	}
	d->last_at_ms = row->at_ms;
	return memory_apply(&d->memory, row);
}

int
desk_remake(struct desk *d, const struct store_row *row, struct arena *arena)
{
	return memory_remake(&d->memory, row, arena);
}

bool
desk_record_of(const struct desk *d, uint64_t id, struct store_incident *record)
{
	const struct incident *i = roster_find(&d->memory.roster, id);

	if (i != NULL) {
		incident_to_store(i, record);
	}
	return i != NULL;
}

int
desk_loaded(struct desk *d, uint64_t last_seq, int64_t now_ms)
{
	d->memory.last_seq = last_seq;
	/* Without a row there is nothing young enough to count. */
	umbrellas_loaded(d->umbrellas, last_seq,
		d->last_at_ms > 0 ? d->last_at_ms : now_ms - MEMORY_KEYS_KEPT_MS);
	duty_expire(d->memory.duty, now_ms);
	seen_expire(d->memory.seen, now_ms - MEMORY_KEYS_KEPT_MS, SIZE_MAX);
	return memory_loaded(&d->memory);
}

uint64_t
desk_next_spot(const struct desk *d)
{
	return pile_next(d->memory.piles);
}

void
desk_load_spot(struct desk *d, const struct store_row *row, struct arena *arena)
{
	struct geo_point at;
	bool known = record_point(row->personal, row->personal_bytes, arena, &at) == 0;

	pile_locate(d->memory.piles, row->seq, known ? &at : NULL);
}

uint64_t
desk_next_first(const struct desk *d)
{
	return fold_next_unfilled(&d->memory.fold);
}

void
desk_load_first(struct desk *d, const struct store_row *row, struct arena *arena)
{
	struct fold_report report = {
		.seq = row->seq,
		.source = row->source,
		.arrival_ms = memory_arrival_ms(row->at_ms, row->facts),
		.facts = facts_unpack(row->facts),
	};

	fold_read(&report, record_personal(row->personal, row->personal_bytes, arena));
	/* Short of memory nothing folds into it: it stays in sight. */
	(void)fold_fill(&d->memory.fold, &report);
}

int
desk_add_centroid(struct desk *d, struct geo_point at)
{
	return centroids_add(&d->memory.ground.centroids, at);
}

size_t
desk_places_wanted(const struct desk *d, const struct desk_input *input,
	uint64_t out[DESK_PLACES_MAX])
{
	return input->kind == DESK_ACT
		       ? step_places_wanted(&d->memory, input->action, out)
		       : 0;
}

int
desk_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	struct arena *arena, struct desk_out *out)
{
	int r = step_take(&d->memory, d->receipts, input, now_ms, arena, out);
	int fault = 0;

	if (r < 0) {
		return r;
	}
	if (umbrellas_are_current(d->umbrellas)) {
		fault = desk_take_step(d, input, now_ms, out);
	}
	desk_note_incidents(d, out);
	return fault < 0 ? fault : r;
}

/* ---- no news */

int
desk_look_for_silence(struct desk *d, int64_t now_ms, int64_t wait_ms)
{
	return no_news_look(d->no_news, &d->memory, d->umbrellas, now_ms, wait_ms);
}

int
desk_silence_next(
	struct desk *d, int64_t now_ms, struct arena *arena, struct desk_out *out)
{
	return no_news_next(d->no_news, &d->memory, d->umbrellas, now_ms, arena, out);
}

struct no_news *
desk_no_news(struct desk *d)
{
	return d->no_news;
}

/* ---- what goes out */

int
desk_load_delivery(struct desk *d, const struct store_delivery *delivery)
{
	return outbox_load(d->memory.outbox, delivery);
}

struct outbox *
desk_outbox(struct desk *d)
{
	return d->memory.outbox;
}

struct outbox_turn
desk_outbox_turn(struct desk *d, int64_t now_ms, struct arena *arena)
{
	return (struct outbox_turn){&d->memory.last_seq, now_ms, arena};
}

/* ---- areas */

void
desk_use_areas(struct desk *d, struct area_map *map, bool all)
{
	relook_restart(&d->relook);
	memory_use_areas(&d->memory, map, all);
	office_use_areas(d->memory.office, map);
}

void
desk_retell_areas(struct desk *d)
{
	d->relook.tells = true;
}

/* A row of the desk's own; nothing that it holds can fail. */
static struct store_row *
begin_row(struct desk *d, int64_t now_ms, struct desk_out *out)
{
	out->n_incidents = 0;
	out->n_rows = 1;
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	out->rows = out->few;
	out->rows[0] =
		(struct store_row){.seq = d->memory.last_seq + 1, .at_ms = now_ms};
	return &out->rows[0];
}

void
desk_areas_row(struct desk *d, int64_t now_ms, const uint8_t *body, size_t body_bytes,
	struct desk_out *out)
{
	struct store_row *row = begin_row(d, now_ms, out);

	row->kind = STORE_AREAS;
	row->body = body;
	row->body_bytes = body_bytes;
	(void)memory_apply(&d->memory, row); /* no key, no incident: no memory */
}

struct office *
desk_office(struct desk *d)
{
	return d->memory.office;
}

bool
desk_knows_office(const struct desk *d, const uint8_t *key, uint64_t print,
	int64_t now_ms, Vedetta__V1__OfficeAnswer *answer)
{
	struct seen_entry known;

	if (memory_known(&d->memory, key, now_ms, &known) == NULL) {
		return false;
	}
	*answer = (Vedetta__V1__OfficeAnswer)VEDETTA__V1__OFFICE_ANSWER__INIT;
	answer->outcome =
		known.print == print
			? VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_DONE
			: VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_CONFLICT;
	answer->account = known.incident;
	return true;
}

int
desk_take_office(struct desk *d, int64_t now_ms, const struct office_out *from,
	struct desk_out *out)
{
	out->n_rows = 0;
	out->rows = out->few;
	out->n_incidents = 0;
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	for (size_t i = 0; i < from->n_rows; i++) {
		struct store_row *row = &out->rows[out->n_rows++];
		int r;

		office_row_to_store(
			&from->rows[i], d->memory.last_seq + 1, now_ms, row);
		if (i == 0 && from->key != NULL) {
			row->has_key = true;
			memcpy(row->key, from->key, STORE_KEY_BYTES);
			row->print = from->print;
		}
		r = memory_apply(&d->memory, row);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

bool
desk_relook_waits(const struct desk *d)
{
	return d->memory.areas != NULL &&
	       (d->memory.has_stale || d->relook.incident != NULL);
}

uint64_t
desk_relook_want(struct desk *d)
{
	return relook_want(&d->relook, &d->memory);
}

int
desk_relook_take(struct desk *d, const struct store_row *row, int64_t now_ms,
	struct arena *arena, struct desk_out *out)
{
	struct store_row *new;
	struct incident *i;
	bool changed;
	int r = relook_take(&d->relook, &d->memory, row, arena, &i, &changed);

	*out = (struct desk_out){0};
	if (r < 0 || !changed) {
		return r;
	}
	new = begin_row(d, now_ms, out);
	new->kind = STORE_REAREA;
	new->subject = i->id;
	new->prev = i->seq;
	r = memory_apply(&d->memory, new);
	return r < 0 ? r : step_put_incident(i, arena, out);
}

uint64_t
desk_next_raw(const struct desk *d)
{
	const struct waiting_row *first = waiting_first(&d->memory.waiting);

	return first == NULL ? 0 : first->seq;
}

/* ---- the board */

struct desk_cursor *
desk_cursor_new(struct desk *d)
{
	struct desk_cursor *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		return NULL;
	}
	c->desk = d;
	roster_attach(&d->memory.roster, &c->at);
	return c;
}

void
desk_cursor_free(struct desk_cursor *c)
{
	if (c == NULL) {
		return;
	}
	roster_detach(&c->desk->memory.roster, &c->at);
	free(c);
}

Vedetta__V1__Incident *
desk_cursor_next(struct desk_cursor *c, struct arena *arena, bool *short_of_memory)
{
	const struct memory *memory;
	Vedetta__V1__Incident *state;

	*short_of_memory = false;
	if (c->at.next == NULL) {
		return NULL;
	}
	memory = &c->desk->memory;
	state = state_of(c->at.next, memory->areas, arena);
	if (state == NULL ||
		state_put_linked(roster_find(&memory->roster, c->at.next->rare->linked),
			arena, state) < 0) {
		*short_of_memory = true;
		return NULL;
	}
	state->escalation = escalations_tell(
		c->desk->memory.escalations, state->id, arena, short_of_memory);
	if (*short_of_memory) {
		return NULL;
	}
	roster_advance(&c->at);
	return state;
}

uint64_t
desk_last_seq(const struct desk *d)
{
	return d->memory.last_seq;
}

void
desk_figures(const struct desk *d, struct desk_figures *out)
{
	const struct memory *m = &d->memory;
	int class_no;

	*out = (struct desk_figures){
		.incidents_open = m->n_open,
		.incidents_unplaced = m->n_unplaced,
		.reports = m->n_reports,
		.drills_open = m->n_drills,
		.drill_reports = m->n_drill_reports,
		.keys = seen_count(m->seen),
		.keys_pushed_out = seen_pushed_out(m->seen),
		.raw_waiting = m->waiting.n,
	};
	for (class_no = CLASS_LIVES_NOW; class_no <= CLASS_INFORMATION; class_no++) {
		out->open_by_class[class_no] = m->n_by_class[class_no];
	}
}
