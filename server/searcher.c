#include "server/searcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/entry.h"
#include "server/filter.h"
#include "server/log.h"
#include "server/searcher_internal.h"

enum {
	ARENA_BYTES = 4 * 1024 * 1024,
	CORNERS_MOST = 128,
	LEFT_OUT_MOST = 64, /* of one chunk; more: the file is damaged, not a row */
};

struct searcher *
searcher_new(struct store *store, const char *index_path)
{
	struct searcher *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		return NULL;
	}
	s->store = store;
	s->index = index_asker_new(index_path);
	s->rows = arena_new(ARENA_BYTES);
	if (s->index == NULL || s->rows == NULL || needle_open(&s->needles) != 0) {
		searcher_free(s);
		return NULL;
	}
	return s;
}

void
searcher_free(struct searcher *s)
{
	if (s != NULL) {
		index_asker_free(s->index);
		area_view_fini(&s->areas);
		move_view_fini(&s->moves);
		needle_close(s->needles);
		arena_free(s->rows);
		free(s);
	}
}

void
searcher_tell_damage(struct searcher *s)
{
	index_asker_tell(s->index);
}

void
searcher_index_is_bad(struct searcher *s)
{
	log_event(LOG_WARN, "reader.index_damaged", NULL);
	index_ask_tell_bad(s->index);
}

bool
searcher_open_index(struct searcher *s)
{
	uint64_t seq;
	bool ours;

	index_asker_open(s->index);
	ours = index_ask_begin(s->index, store_epoch(s->store), &seq) == 0;
	index_ask_end(s->index);
	return ours;
}

bool
searcher_is_outdated(const struct searcher *s)
{
	return index_asker_is_outdated(s->index);
}

/* ---- what is asked */

static bool
refuse(struct searcher_refusal *refusal, const char *parameter, const char *reason)
{
	*refusal = (struct searcher_refusal){parameter, reason};
	return false;
}

static bool
read_polygon(const Vedetta__V1__SearchQuestion *q, struct asking *a,
	struct searcher_refusal *refusal)
{
	struct geo_point corners[CORNERS_MOST];
	uint32_t n = (uint32_t)(q->n_polygon / 2);
	int r;

	if (q->n_polygon == 0) {
		return true;
	}
	if (n > CORNERS_MOST) {
		return refuse(refusal, "polygon", "has too many corners");
	}
	for (uint32_t i = 0; i < n; i++) {
		corners[i] =
			(struct geo_point){q->polygon[2 * i + 1], q->polygon[2 * i]};
	}
	r = polygon_new(&a->polygon, corners, &n, 1);
	if (r != 0) {
		return refuse(refusal, "polygon",
			r > 0 ? polygon_reason((enum polygon_answer)r)
			      : "could not be kept: memory is short");
	}
	a->search.polygon = a->polygon;
	return true;
}

static bool
read_words(struct searcher *s, const Vedetta__V1__SearchQuestion *q, struct asking *a,
	struct searcher_refusal *refusal)
{
	int r = q->words[0] == '\0'
			? 0
			: needle_read(s->needles, q->words, &a->search.words);

	if (r == NEEDLE_NONE) {
		return refuse(refusal, "words", "has no letter or digit");
	}
	return r == 0 ? true
		      : refuse(refusal, "words", "are more than 8, or one is too long");
}

static bool
read_question(struct searcher *s, const Vedetta__V1__SearchQuestion *q,
	struct asking *a, struct searcher_refusal *refusal)
{
	struct search *to = &a->search;

	search_init(to);
	to->hazards = q->hazards;
	to->class_max = (uint8_t)q->class_max;
	to->exercise = (int8_t)(q->exercise == 0 ? -1 : q->exercise == 1);
	to->from_ms = q->from_ms;
	to->to_ms = q->to_ms != 0 ? q->to_ms : INT64_MAX;
	to->unassigned = strcmp(q->area, FILTER_UNASSIGNED) == 0;
	to->assigned = strcmp(q->area, FILTER_ASSIGNED) == 0;
	if (!to->unassigned && !to->assigned) {
		(void)snprintf(to->area, sizeof(to->area), "%s", q->area);
	}
	if (q->n_box == 4) {
		to->has_box = true;
		to->west_deg = q->box[0];
		to->south_deg = q->box[1];
		to->east_deg = q->box[2];
		to->north_deg = q->box[3];
	}
	if (q->n_near == 3) {
		to->has_near = true;
		to->near = (struct geo_point){q->near[1], q->near[0]};
		to->radius_m = q->near[2];
	}
	return read_polygon(q, a, refusal) && read_words(s, q, a, refusal);
}

/* ---- a question */

static bool
is_late(const void *arg)
{
	return store_is_late(arg);
}

/* The map that counts; an index made with another one is of no use here. */
static int
look_at_areas(struct searcher *s, struct asking *a, struct searcher_refusal *refusal)
{
	bool ready;
	int r = area_view_refresh(&s->areas, s->store, &ready);

	if (r != 0 || !ready) {
		return r != 0 ? r : SEARCHER_LATE;
	}
	if (a->search.area[0] != '\0' &&
		(s->areas.map == NULL ||
			area_map_by_code(s->areas.map, a->search.area) == NULL)) {
		(void)refuse(refusal, "area", "is not the code of an area we have");
		return SEARCHER_REFUSED;
	}
	if (s->areas.map == NULL) {
		a->search.assigned = false; /* without areas none is outside them */
	}
	if (a->indexed > 0 && index_ask_areas(s->index) != s->areas.import) {
		a->indexed = 0;
	}
	return 0;
}

static int
compare_rows(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The index does not know yet where these are; one moved twice is one. */
static int
list_moved(struct searcher *s, struct asking *a)
{
	size_t n = 0, kept = 0;
	int r = 0;

	a->moved = malloc((s->moves.n + 1) * sizeof(a->moved[0]));
	if (a->moved == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < s->moves.n; i++) {
		const struct move_view_one *one = &s->moves.at[i];

		if (one->seq > a->indexed && one->seq <= a->last &&
			one->move.number <= a->indexed) {
			r = index_ask_row(s->index, one->move.number, &a->moved[n]);
			n += a->moved[n] != 0;
		}
	}
	qsort(a->moved, n, sizeof(a->moved[0]), compare_rows);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || a->moved[kept - 1] != a->moved[i]) {
			a->moved[kept++] = a->moved[i];
		}
	}
	a->n_moved = kept;
	return r;
}

/* Operators' places: all that the log has, and what the index does not have. */
static int
look_at_moves(struct searcher *s, struct asking *a)
{
	int r = move_view_refresh(&s->moves, s->store, s->rows);

	a->upto = a->last;
	if (r == 0 && a->indexed > 0) {
		r = list_moved(s, a);
		if (r == INDEX_ASK_LATE) {
			return SEARCHER_LATE;
		}
		if (r == INDEX_ASK_BAD) {
			searcher_index_is_bad(s);
			a->indexed = 0;
			a->n_moved = 0;
			r = 0;
		}
	}
	a->below = a->search;
	a->below.without = a->moved;
	a->below.n_without = a->n_moved;
	return r;
}

int
searcher_begin(struct searcher *s, const Vedetta__V1__SearchQuestion *asked,
	bool by_area, int64_t within_ms, struct asking *a,
	struct searcher_refusal *refusal)
{
	int64_t at_ms;
	int r;

	*a = (struct asking){0};
	if (!read_question(s, asked, a, refusal)) {
		polygon_free(a->polygon);
		return SEARCHER_REFUSED;
	}
	store_set_deadline(s->store, within_ms);
	index_asker_set_deadline(s->index, is_late, s->store);
	r = index_ask_begin(s->index, store_epoch(s->store), &a->indexed);
	if (r == INDEX_ASK_BAD) {
		searcher_index_is_bad(s);
	}
	/* The index first: what it holds is in the log by then. */
	r = store_read_last(s->store, &a->last, &at_ms);
	a->by_area = by_area || search_asks_area(&a->search);
	if (r == 0 && a->by_area) {
		r = look_at_areas(s, a, refusal);
	}
	if (r == 0) {
		r = look_at_moves(s, a);
	}
	if (r != 0) {
		searcher_end(s, a);
		return r == STORE_TOO_SLOW ? SEARCHER_LATE : r;
	}
	return 0;
}

void
searcher_end(struct searcher *s, struct asking *a)
{
	index_ask_end(s->index);
	polygon_free(a->polygon);
	a->polygon = NULL;
	free(a->moved);
	a->moved = NULL;
	a->n_moved = 0;
}

struct scan {
	struct searcher *searcher;
	const struct asking *asking;
	uint64_t next; /* rows below were shown */
	searcher_shown shown;
	void *arg;
};

static int
on_row(void *arg, const struct store_row *row)
{
	struct scan *scan = arg;
	struct searcher *s = scan->searcher;
	struct index_entry e;
	int r = 1;

	scan->next = row->seq + 1;
	arena_reset(s->rows);
	if (entry_of_row(row, s->rows, &e) != 0) {
		return 0;
	}
	move_view_apply(&s->moves, scan->asking->upto, &e);
	if (scan->asking->by_area) {
		area_view_fill(&s->areas, &e);
	}
	if (!search_matches(&scan->asking->search, &e)) {
		return 0;
	}
	if (scan->asking->search.words.n > 0) {
		const char *const texts[] = {e.text, e.place};

		r = needle_occur(s->needles, &scan->asking->search.words, texts, 2);
	}
	return r == 1 ? scan->shown(scan->arg, &e) : r;
}

int
searcher_scan(struct searcher *s, const struct asking *a, uint64_t first, uint64_t last,
	searcher_shown shown, void *arg)
{
	struct scan scan = {s, a, first, shown, arg};
	int r = -EUCLEAN;

	for (int n = 0; r == -EUCLEAN && n <= LEFT_OUT_MOST; n++) {
		scan.next += n > 0; /* that row is not what was written */
		r = store_read_rows(s->store, scan.next, last, on_row, &scan);
	}
	return r == STORE_TOO_SLOW ? SEARCHER_LATE : r;
}

int
searcher_where(struct searcher *s, uint64_t number, uint64_t *incident)
{
	struct store_row move;
	int r = store_read_move(s->store, number, &move);

	if (r == 0) {
		*incident = move.subject;
	}
	return r == STORE_NONE || r == -EUCLEAN ? 0 : r;
}
