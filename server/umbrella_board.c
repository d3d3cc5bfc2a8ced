#include "server/umbrella_board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IS_OPEN VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN

enum {
	ROOM_FIRST = 64,
	MERGES_MOST = 64, /* one into the next, in a row */
};

struct entry {
	uint64_t id;
	uint64_t merged_into;
	uint32_t incidents;
	uint32_t packed_bytes;
	uint8_t *packed;
	bool is_open;
	bool maxi;
	bool exercise;
};

struct recent {
	uint64_t incident;
	uint64_t umbrella;
	size_t n_tags;
	uint64_t tags[BOARD_TAGS_MOST];
};

struct umbrella_board {
	struct entry *entries; /* in order of their ids */
	size_t n;
	size_t room;
	size_t n_gone;
	uint64_t version;
	bool is_rebuilding;
	struct recent recent[UMBRELLA_BOARD_LABELS]; /* a ring */
	size_t n_recent;                             /* ever */
};

struct umbrella_board *
umbrella_board_new(void)
{
	struct umbrella_board *u = calloc(1, sizeof(*u));

	if (u != NULL) {
		u->is_rebuilding = true;
	}
	return u;
}

static void
forget(struct umbrella_board *u)
{
	for (size_t i = 0; i < u->n; i++) {
		free(u->entries[i].packed);
	}
	u->n = 0;
	u->n_gone = 0;
	u->n_recent = 0;
}

void
umbrella_board_free(struct umbrella_board *u)
{
	if (u == NULL) {
		return;
	}
	forget(u);
	free(u->entries);
	free(u);
}

/* The first whose id is not smaller. */
static size_t
place_of(const struct umbrella_board *u, uint64_t id)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (u->entries[middle].id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static struct entry *
find(const struct umbrella_board *u, uint64_t id)
{
	size_t at = place_of(u, id);

	return at < u->n && u->entries[at].id == id ? &u->entries[at] : NULL;
}

static struct entry *
entry_for(struct umbrella_board *u, uint64_t id)
{
	size_t at = place_of(u, id);

	if (at < u->n && u->entries[at].id == id) {
		return &u->entries[at];
	}
	if (u->n == u->room) {
		size_t room = u->room == 0 ? ROOM_FIRST : 2 * u->room;
		void *more = realloc(u->entries, room * sizeof(*u->entries));

		if (more == NULL) {
			return NULL;
		}
		u->entries = more;
		u->room = room;
	}
	memmove(&u->entries[at + 1], &u->entries[at],
		(u->n - at) * sizeof(*u->entries));
	u->entries[at] = (struct entry){.id = id, .is_open = true};
	u->n++;
	return &u->entries[at];
}

static int
put(struct umbrella_board *u, const Vedetta__V1__Umbrella *state)
{
	size_t bytes = vedetta__v1__umbrella__get_packed_size(state);
	uint8_t *packed = malloc(bytes);
	struct entry *e = packed == NULL ? NULL : entry_for(u, state->id);

	if (e == NULL) {
		free(packed);
		return -ENOMEM;
	}
	free(e->packed);
	e->packed = packed;
	e->packed_bytes = (uint32_t)vedetta__v1__umbrella__pack(state, packed);
	u->n_gone += e->is_open && state->status != IS_OPEN;
	e->is_open = state->status == IS_OPEN;
	e->maxi = state->maxi;
	e->exercise = state->exercise;
	e->incidents = state->incidents;
	e->merged_into = state->merged_into;
	return 0;
}

/* Of those that are gone the oldest half. */
static void
sweep(struct umbrella_board *u)
{
	size_t to_go = u->n_gone / 2;
	size_t n = 0;

	for (size_t i = 0; i < u->n; i++) {
		if (!u->entries[i].is_open && to_go > 0) {
			to_go--;
			u->n_gone--;
			free(u->entries[i].packed);
		} else {
			u->entries[n++] = u->entries[i];
		}
	}
	u->n = n;
}

static void
label(struct umbrella_board *u, const Vedetta__V1__UmbrellaLabel *l,
	struct board *board)
{
	struct recent *r = &u->recent[u->n_recent++ % UMBRELLA_BOARD_LABELS];

	r->incident = l->incident_id;
	r->umbrella = l->umbrella_id;
	r->n_tags = l->n_tags < BOARD_TAGS_MOST ? l->n_tags : BOARD_TAGS_MOST;
	for (size_t i = 0; i < r->n_tags; i++) {
		r->tags[i] = l->tags[i];
	}
	board_label(board, r->incident, r->umbrella, r->tags, r->n_tags);
}

static void
label_silent(const struct umbrella_board *u, struct board *board,
	const struct board_entry *e)
{
	uint64_t umbrella;

	if (e->facts.silent_of == 0) {
		return;
	}
	umbrella = umbrella_board_survivor(u, e->facts.silent_of);
	umbrella = umbrella == 0 ? e->facts.silent_of : umbrella;
	if (umbrella != e->umbrella) {
		board_label(board, e->id, umbrella, NULL, 0);
	}
}

void
umbrella_board_label_silent(
	const struct umbrella_board *u, struct board *board, uint64_t incident)
{
	const struct board_entry *e = board_find(board, incident);

	if (e != NULL) {
		label_silent(u, board, e);
	}
}

int
umbrella_board_take(struct umbrella_board *u, const Vedetta__V1__UmbrellaStates *states,
	struct board *board)
{
	int fault = 0;

	if (states->full) {
		forget(u);
		board_unlabel(board);
	}
	u->version++;
	u->is_rebuilding = states->rebuilding;
	for (size_t i = 0; fault == 0 && i < states->n_umbrellas; i++) {
		fault = put(u, states->umbrellas[i]);
	}
	for (size_t i = 0; i < states->n_labels; i++) {
		label(u, states->labels[i], board);
	}
	for (size_t i = 0; i < board_count(board); i++) {
		label_silent(u, board, board_at(board, i));
	}
	if (u->n_gone > 2 * UMBRELLA_BOARD_GONE_MOST) {
		sweep(u);
	}
	return fault;
}

bool
umbrella_board_is_rebuilding(const struct umbrella_board *u)
{
	return u->is_rebuilding;
}

uint64_t
umbrella_board_version(const struct umbrella_board *u)
{
	return u->version;
}

uint64_t
umbrella_board_survivor(const struct umbrella_board *u, uint64_t id)
{
	const struct entry *e = find(u, id);

	for (int i = 0; e != NULL && e->merged_into != 0 && i < MERGES_MOST; i++) {
		const struct entry *next = find(u, e->merged_into);

		if (next == NULL) {
			break; /* forgotten: the last one known */
		}
		e = next;
	}
	return e == NULL ? 0 : e->id;
}

static Vedetta__V1__Umbrella *
unpack(const struct entry *e, struct arena *arena)
{
	return vedetta__v1__umbrella__unpack(
		arena_allocator(arena), e->packed_bytes, e->packed);
}

Vedetta__V1__Umbrella *
umbrella_board_find(const struct umbrella_board *u, uint64_t id, struct arena *arena,
	bool *short_of_memory)
{
	const struct entry *e = find(u, id);
	Vedetta__V1__Umbrella *state = e == NULL ? NULL : unpack(e, arena);

	*short_of_memory = e != NULL && state == NULL;
	return state;
}

/* ---- lists */

static int
by_size(const void *a, const void *b)
{
	const struct entry *left = *(const struct entry *const *)a;
	const struct entry *right = *(const struct entry *const *)b;

	if (left->maxi != right->maxi) {
		return left->maxi ? -1 : 1;
	}
	if (left->incidents != right->incidents) {
		return left->incidents > right->incidents ? -1 : 1;
	}
	return left->id < right->id ? -1 : 1;
}

int
umbrella_board_list(const struct umbrella_board *u, int exercise, size_t most,
	struct arena *arena, Vedetta__V1__UmbrellaList *out)
{
	const struct entry **open = malloc((u->n + 1) * sizeof(const struct entry *));
	size_t n = 0;
	int fault = 0;

	*out = (Vedetta__V1__UmbrellaList)VEDETTA__V1__UMBRELLA_LIST__INIT;
	for (size_t i = 0; open != NULL && i < u->n; i++) {
		const struct entry *e = &u->entries[i];

		if (e->is_open && (exercise < 0 || e->exercise == (exercise > 0))) {
			open[n++] = e;
		}
	}
	out->rebuilding = u->is_rebuilding;
	out->total = (uint32_t)n;
	most = n < most ? n : most;
	out->umbrellas = arena_alloc(arena, (most + 1) * sizeof(*out->umbrellas));
	if (open == NULL || out->umbrellas == NULL) {
		free(open);
		return -ENOMEM;
	}
	qsort(open, n, sizeof(*open), by_size);
	for (size_t i = 0; fault == 0 && i < most; i++) {
		out->umbrellas[i] = unpack(open[i], arena);
		fault = out->umbrellas[i] == NULL ? -ENOMEM : 0;
	}
	out->n_umbrellas = most;
	free(open);
	return fault;
}

static Vedetta__V1__UmbrellaLabel *
recent_label(const struct recent *r, struct arena *arena)
{
	Vedetta__V1__UmbrellaLabel *l = arena_alloc(arena, sizeof(*l));

	if (l == NULL) {
		return NULL;
	}
	*l = (Vedetta__V1__UmbrellaLabel)VEDETTA__V1__UMBRELLA_LABEL__INIT;
	l->incident_id = r->incident;
	l->umbrella_id = r->umbrella;
	l->n_tags = r->n_tags;
	l->tags = (uint64_t *)r->tags; /* only read */
	return l;
}

int
umbrella_board_full(const struct umbrella_board *u, struct arena *arena,
	Vedetta__V1__UmbrellaStates *out)
{
	size_t n = u->n_recent < UMBRELLA_BOARD_LABELS ? u->n_recent
						       : UMBRELLA_BOARD_LABELS;
	Vedetta__V1__UmbrellaList list;
	int fault = umbrella_board_list(u, -1, UMBRELLA_BOARD_FULL, arena, &list);

	*out = (Vedetta__V1__UmbrellaStates)VEDETTA__V1__UMBRELLA_STATES__INIT;
	out->full = 1;
	out->rebuilding = u->is_rebuilding;
	out->labels = arena_alloc(arena, (n + 1) * sizeof(*out->labels));
	if (fault < 0 || out->labels == NULL) {
		return -ENOMEM;
	}
	out->umbrellas = list.umbrellas;
	out->n_umbrellas = list.n_umbrellas;
	for (size_t i = 0; i < n; i++) {
		size_t at = (u->n_recent - n + i) % UMBRELLA_BOARD_LABELS;

		out->labels[i] = recent_label(&u->recent[at], arena);
		if (out->labels[i] == NULL) {
			return -ENOMEM;
		}
	}
	out->n_labels = n;
	return 0;
}
