/*
 * Longer than our files should be: what stands in an entry is set, found and put in
 * order here, and apart these would share all of its inside.
 */
#include "server/board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "proto/json.h"
#include "proto/pack.h"
#include "proto/stamp.h"
#include "server/board_map.h"

enum {
	STATE_BYTES = 2048, /* more than most states have */
	SLOTS_FIRST = 256,
	/* Stale changes are swept out when they outnumber the live by this. */
	STALE_SPARE = 1024,
	NO_SLOT = 0,
};

struct change {
	uint64_t sequence;
	uint32_t slot;
};

struct board {
	struct pyramid *pyramid;
	struct board_entry *entries;
	size_t n_entries;
	size_t entries_room;
	/* Open addressing: slot + 1, or NO_SLOT; a power of two, half empty. */
	uint32_t *by_id;
	size_t by_id_room;
	struct change *changes;
	size_t n_changes;
	size_t changes_room;
	/* Those that have JSON, in order of being asked for: slot plus one, or 0. */
	uint32_t asked_first;
	uint32_t asked_last;
	size_t json_bytes;
	uint64_t sequence;
	uint32_t generation;
	bool ready;
	char epoch[BOARD_EPOCH_BYTES];
};

struct board *
board_new(void)
{
	struct board *b = calloc(1, sizeof(*b));

	if (b != NULL && (b->pyramid = pyramid_new()) == NULL) {
		free(b);
		b = NULL;
	}
	return b;
}

static void
forget(struct board *b)
{
	for (size_t i = 0; i < b->n_entries; i++) {
		free(b->entries[i].packed);
		free(b->entries[i].areas);
		free(b->entries[i].json);
	}
	pyramid_clear(b->pyramid);
	b->asked_first = b->asked_last = 0;
	b->json_bytes = 0;
	b->n_entries = 0;
	b->n_changes = 0;
	b->sequence = 0;
	b->ready = false;
	if (b->by_id != NULL) {
		memset(b->by_id, 0, b->by_id_room * sizeof(b->by_id[0]));
	}
}

void
board_free(struct board *b)
{
	if (b == NULL) {
		return;
	}
	forget(b);
	pyramid_free(b->pyramid);
	free(b->entries);
	free(b->by_id);
	free(b->changes);
	free(b);
}

void
board_reset(struct board *b, const char *epoch)
{
	size_t bytes = strnlen(epoch, BOARD_EPOCH_BYTES - 1);

	if (strcmp(b->epoch, epoch) == 0) {
		return;
	}
	forget(b);
	b->generation++;
	memcpy(b->epoch, epoch, bytes);
	b->epoch[bytes] = '\0';
}

/* Finalizer of MurmurHash3: ids are sequence numbers, not spread by themselves. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
	x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

/* The place in by_id of this id, or the empty one where it would go. */
static uint32_t *
place_of(const struct board *b, uint64_t id)
{
	size_t mask = b->by_id_room - 1;
	size_t at = (size_t)mix(id) & mask;

	while (b->by_id[at] != NO_SLOT && b->entries[b->by_id[at] - 1].id != id) {
		at = (at + 1) & mask;
	}
	return &b->by_id[at];
}

static int
grow_index(struct board *b)
{
	size_t room = b->by_id_room > 0 ? 2 * b->by_id_room : 2 * SLOTS_FIRST;
	uint32_t *table = calloc(room, sizeof(table[0]));

	if (table == NULL) {
		return -ENOMEM;
	}
	free(b->by_id);
	b->by_id = table;
	b->by_id_room = room;
	for (size_t i = 0; i < b->n_entries; i++) {
		*place_of(b, b->entries[i].id) = (uint32_t)i + 1;
	}
	return 0;
}

static int
make_room(struct board *b)
{
	if (b->n_entries == b->entries_room) {
		size_t room = b->entries_room > 0 ? 2 * b->entries_room : SLOTS_FIRST;
		void *more = realloc(b->entries, room * sizeof(b->entries[0]));

		if (more == NULL) {
			return -ENOMEM;
		}
		b->entries = more;
		b->entries_room = room;
	}
	if (2 * (b->n_entries + 1) > b->by_id_room && grow_index(b) != 0) {
		return -ENOMEM;
	}
	return pyramid_reserve(b->pyramid, b->n_entries + 1);
}

static bool
is_live(const struct board *b, const struct change *c)
{
	return b->entries[c->slot].sequence == c->sequence;
}

/* Room for one change at the end, sweeping or growing. */
static int
make_change_room(struct board *b)
{
	size_t n = 0;

	if (b->n_changes >= 2 * b->n_entries + STALE_SPARE) {
		for (size_t i = 0; i < b->n_changes; i++) {
			if (is_live(b, &b->changes[i])) {
				b->changes[n++] = b->changes[i];
			}
		}
		b->n_changes = n;
	}
	if (b->n_changes == b->changes_room) {
		size_t room = b->changes_room > 0 ? 2 * b->changes_room : SLOTS_FIRST;
		void *more = realloc(b->changes, room * sizeof(b->changes[0]));

		if (more == NULL) {
			return -ENOMEM;
		}
		b->changes = more;
		b->changes_room = room;
	}
	return 0;
}

static void
note_facts(struct board_entry *e, const Vedetta__V1__Incident *state, uint8_t hazard,
	uint8_t family)
{
	const Vedetta__V1__Point *point =
		state->place != NULL ? state->place->point : NULL;

	e->facts = (struct filter_facts){
		.has_point = point != NULL,
		.unplaced = state->unplaced,
		.exercise = state->exercise,
		.hazard = hazard,
		.family = family,
		.umbrella = e->umbrella,
		.silent_of = state->silent != NULL ? state->silent->umbrella_id : 0,
		.status = (uint8_t)state->status,
		.class_no = state->rank != NULL ? (uint8_t)state->rank->class_ : 0,
		.reports = state->reports,
		.opened_ms = stamp_ms(state->opened_at),
		.last_report_ms = stamp_ms(state->last_report_at),
	};
	e->facts.unassigned =
		state->area_fit == VEDETTA__V1__AREA_FIT__AREA_FIT_UNASSIGNED;
	if (e->areas != NULL) {
		e->facts.areas = e->areas;
		e->facts.wide = e->areas + strlen(e->areas) + 1;
	}
	if (point != NULL) {
		e->facts.point.lat_deg = point->lat_deg;
		e->facts.point.lon_deg = point->lon_deg;
	}
	e->key = state->rank != NULL ? state->rank->key : 0;
}

static void
put_on_map(struct board *b, const struct board_entry *e)
{
	if (e->facts.has_point && !e->facts.unplaced) {
		pyramid_put(
			b->pyramid, e->slot, e->facts.point, board_map_kind(&e->facts));
	} else {
		pyramid_remove(b->pyramid, e->slot);
	}
}

const struct pyramid *
board_pyramid(const struct board *b)
{
	return b->pyramid;
}

/* The entry of an id, made when it is new. NULL when memory is short. */
static struct board_entry *
entry_for(struct board *b, uint64_t id)
{
	uint32_t *place;

	if (make_room(b) != 0) {
		return NULL;
	}
	place = place_of(b, id);
	if (*place == NO_SLOT) {
		b->entries[b->n_entries] = (struct board_entry){
			.id = id,
			.slot = (uint32_t)b->n_entries,
		};
		b->n_entries++;
		*place = (uint32_t)b->n_entries;
	}
	return &b->entries[*place - 1];
}

static char *
stop_word(char *to, const char *word)
{
	size_t n = strlen(word);

	memcpy(to, word, n);
	to[n] = ' ';
	return to + n + 1;
}

/* " code code " twice, a NUL between: of the areas, then of the wide ones. */
static int
list_areas(const Vedetta__V1__Incident *state, char **out)
{
	size_t bytes = 4;
	char *to;

	if (state->n_areas == 0) {
		return 0;
	}
	for (size_t i = 0; i < state->n_areas; i++) {
		bytes += strlen(state->areas[i]) + 1;
	}
	for (size_t i = 0; i < state->n_wide_areas; i++) {
		bytes += strlen(state->wide_areas[i]) + 1;
	}
	to = *out = calloc(bytes, 1);
	if (to == NULL) {
		return -ENOMEM;
	}
	*to++ = ' ';
	for (size_t i = 0; i < state->n_areas; i++) {
		to = stop_word(to, state->areas[i]);
	}
	to++;
	*to++ = ' ';
	for (size_t i = 0; i < state->n_wide_areas; i++) {
		to = stop_word(to, state->wide_areas[i]);
	}
	return 0;
}

/* ---- who has JSON */

static uint32_t *
next_of(struct board *b, uint32_t asked)
{
	return asked == 0 ? &b->asked_first : &b->entries[asked - 1].asked_after;
}

static uint32_t *
before_of(struct board *b, uint32_t asked)
{
	return asked == 0 ? &b->asked_last : &b->entries[asked - 1].asked_before;
}

static void
be_last(struct board *b, struct board_entry *e)
{
	e->asked_before = b->asked_last;
	e->asked_after = 0;
	*next_of(b, b->asked_last) = e->slot + 1;
	b->asked_last = e->slot + 1;
}

static void
leave_asked(struct board *b, struct board_entry *e)
{
	*next_of(b, e->asked_before) = e->asked_after;
	*before_of(b, e->asked_after) = e->asked_before;
}

static void
be_asked_last(struct board *b, struct board_entry *e)
{
	leave_asked(b, e);
	be_last(b, e);
}

static void
drop_json(struct board *b, struct board_entry *e)
{
	if (e->json != NULL) {
		leave_asked(b, e);
		b->json_bytes -= e->json_bytes;
		free(e->json);
		e->json = NULL;
	}
}

/* NULL when memory is short. */
static uint8_t *
pack_state(const Vedetta__V1__Incident *state, size_t *bytes)
{
	uint8_t room[STATE_BYTES];
	const uint8_t *begin = pack_behind(&state->base, room, sizeof(room));
	uint8_t *packed;

	*bytes = begin != NULL ? (size_t)(room + sizeof(room) - begin)
			       : vedetta__v1__incident__get_packed_size(state);
	packed = malloc(*bytes > 0 ? *bytes : 1);
	if (packed != NULL && begin != NULL) {
		memcpy(packed, begin, *bytes);
	} else if (packed != NULL) {
		(void)pack_behind(&state->base, packed, *bytes);
	}
	return packed;
}

int
board_put(struct board *b, const Vedetta__V1__Incident *state)
{
	const struct hazard *hazard = hazard_by_code(state->hazard);
	const struct board_entry *old = board_find(b, state->id);
	struct board_entry *e;
	size_t bytes;
	uint8_t *packed;
	char *areas = NULL;

	if (old != NULL && old->sequence >= state->sequence) {
		return BOARD_UNCHANGED;
	}
	if (b->n_changes > 0 &&
		b->changes[b->n_changes - 1].sequence >= state->sequence) {
		return BOARD_OUT_OF_ORDER;
	}
	if (hazard == NULL) {
		return BOARD_UNKNOWN_HAZARD;
	}
	packed = pack_state(state, &bytes);
	if (packed == NULL || list_areas(state, &areas) != 0 ||
		make_change_room(b) != 0 || (e = entry_for(b, state->id)) == NULL) {
		free(packed);
		free(areas);
		return -ENOMEM;
	}
	free(e->packed);
	drop_json(b, e);
	free(e->areas);
	e->areas = areas;
	e->packed = packed;
	e->packed_bytes = (uint32_t)bytes;
	e->sequence = state->sequence;
	note_facts(e, state, hazard->number, (uint8_t)hazard->family);
	put_on_map(b, e);
	b->changes[b->n_changes++] = (struct change){state->sequence, e->slot};
	return 0;
}

void
board_told(struct board *b, uint64_t sequence, bool caught_up)
{
	if (sequence > b->sequence) {
		b->sequence = sequence;
	}
	b->ready = b->ready || caught_up;
}

bool
board_is_ready(const struct board *b)
{
	return b->ready;
}

uint32_t
board_generation(const struct board *b)
{
	return b->generation;
}

const char *
board_epoch(const struct board *b)
{
	return b->epoch;
}

uint64_t
board_sequence(const struct board *b)
{
	return b->sequence;
}

size_t
board_count(const struct board *b)
{
	return b->n_entries;
}

const struct board_entry *
board_find(const struct board *b, uint64_t id)
{
	uint32_t slot = b->by_id != NULL ? *place_of(b, id) : NO_SLOT;

	return slot != NO_SLOT ? &b->entries[slot - 1] : NULL;
}

const struct board_entry *
board_at(const struct board *b, size_t slot)
{
	return &b->entries[slot];
}

void
board_label(struct board *b, uint64_t id, uint64_t umbrella, const uint64_t *tags,
	size_t n_tags)
{
	uint32_t slot = b->by_id != NULL ? *place_of(b, id) : NO_SLOT;
	struct board_entry *e;

	if (slot == NO_SLOT) {
		return;
	}
	e = &b->entries[slot - 1];
	e->umbrella = umbrella;
	e->facts.umbrella = umbrella;
	e->n_tags = (uint8_t)n_tags;
	for (size_t i = 0; i < n_tags; i++) {
		e->tags[i] = tags[i];
	}
	drop_json(b, e);
}

void
board_unlabel(struct board *b)
{
	for (size_t i = 0; i < b->n_entries; i++) {
		if (b->entries[i].umbrella != 0 || b->entries[i].n_tags > 0) {
			board_label(b, b->entries[i].id, 0, NULL, 0);
		}
	}
}

Vedetta__V1__Incident *
board_state(const struct board_entry *entry, struct arena *arena)
{
	Vedetta__V1__Incident *state = vedetta__v1__incident__unpack(
		arena_allocator(arena), entry->packed_bytes, entry->packed);

	if (state != NULL) {
		state->umbrella_id = entry->umbrella;
		state->n_umbrella_tags = entry->n_tags;
		state->umbrella_tags = (uint64_t *)entry->tags; /* only read */
	}
	return state;
}

const char *
board_json(struct board *b, const struct board_entry *entry, struct arena *arena)
{
	struct board_entry *e = &b->entries[entry->slot];
	Vedetta__V1__Incident *state;
	char *text;

	if (e->json != NULL) {
		be_asked_last(b, e);
		return e->json;
	}
	arena_reset(arena);
	state = board_state(e, arena);
	if (state == NULL || json_write(&state->base, JSON_CANONICAL, arena, &text,
				     &e->json_bytes) != 0) {
		return NULL;
	}
	e->json = malloc(e->json_bytes + 1);
	if (e->json == NULL) {
		return NULL;
	}
	memcpy(e->json, text, e->json_bytes + 1);
	b->json_bytes += e->json_bytes;
	be_last(b, e);
	while (b->json_bytes > BOARD_JSON_BYTES && b->asked_first != b->asked_last) {
		drop_json(b, &b->entries[b->asked_first - 1]);
	}
	return e->json;
}

size_t
board_walk(const struct board *b, uint64_t after)
{
	size_t low = 0, high = b->n_changes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->changes[middle].sequence <= after) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

const struct board_entry *
board_walk_next(const struct board *b, size_t *at)
{
	while (*at < b->n_changes) {
		const struct change *c = &b->changes[(*at)++];

		if (is_live(b, c)) {
			return &b->entries[c->slot];
		}
	}
	return NULL;
}
