#include "server/indexer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "dispatch/entry.h"
#include "geo/index.h"
#include "server/area_view.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/shapes.h"

enum {
	PATH_BYTES = CONFIG_TEXT_BYTES + 32,
	READ_MS = 2000,
	ARENA_BYTES = 8 * 1024 * 1024,
	SLICE_BYTES = 4 * 1024 * 1024, /* read ahead; the next row has the rest */
	SLICE_FULL = 100,              /* no answer of store or index */
	DRAW_MS = 20,                  /* a turn draws on as long as that */
	SHAPES_EVERY_MS = 200,
	WHY_BYTES = 512,
	LEFT_OUT_MOST = 64, /* damaged rows on end */
	/* Left to the desk beyond its reserve: a slice needs the WAL's room too. */
	ROOM_BYTES = 32 * 1024 * 1024,
};

/* A row that the index holds something of. */
struct slice_row {
	bool moves;
	union {
		struct index_entry entry;
		struct entry_move move;
	} is;
};

/*
 * What a slice gathers. All is read before any of it is written: while a log is
 * read its WAL cannot begin anew, and who reads it slowly makes it grow.
 */
struct slice {
	struct indexer *indexer; /* borrowed: owns us */
	int64_t now_ms;
	int64_t first_at_ms; /* of its oldest row */
	uint64_t seq;        /* the last row seen */
	size_t n_rows;
	struct slice_row rows[INDEXER_SLICE_ROWS];
	size_t n_incidents;
	uint64_t incidents[INDEXER_SLICE_ROWS];
	size_t n_moved; /* reports that stand elsewhere now, by their rows */
	uint64_t moved[INDEXER_SLICE_ROWS];
};

struct indexer {
	char data_dir[CONFIG_TEXT_BYTES];
	char desk_path[PATH_BYTES];
	char index_path[PATH_BYTES];
	uint64_t reserve_bytes;
	struct store *store;
	struct index_writer *index;
	char epoch[STORE_EPOCH_BYTES]; /* of the log the index follows */
	struct area_view areas;
	struct shapes *shapes;
	int64_t shaped_ms;
	bool shaped; /* nothing is left to draw */
	struct arena *arena;
	struct indexer_figures figures;
	const char *said; /* why it waits, as the log knows */
	bool drawn;       /* all outlines are */
	struct slice slice;
};

struct indexer *
indexer_new(const char *data_dir, uint64_t reserve_bytes)
{
	struct indexer *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		return NULL;
	}
	(void)snprintf(x->data_dir, sizeof(x->data_dir), "%s", data_dir);
	(void)snprintf(x->desk_path, sizeof(x->desk_path), "%s/desk.sqlite", data_dir);
	(void)snprintf(
		x->index_path, sizeof(x->index_path), "%s/index.sqlite", data_dir);
	x->reserve_bytes = reserve_bytes;
	x->arena = arena_new(ARENA_BYTES);
	x->shapes = shapes_new();
	if (x->arena == NULL || x->shapes == NULL) {
		indexer_free(x);
		return NULL;
	}
	return x;
}

void
indexer_free(struct indexer *x)
{
	if (x != NULL) {
		index_close(x->index);
		shapes_free(x->shapes);
		area_view_fini(&x->areas);
		store_close(x->store);
		arena_free(x->arena);
		free(x);
	}
}

struct indexer_figures
indexer_figures(const struct indexer *x)
{
	return x->figures;
}

/* Once for each reason, and once when it is over. */
static int64_t
pause_for(struct indexer *x, const char *reason)
{
	if (x->said != reason) {
		log_event(LOG_WARN, "index.waits", "reason=%s", reason);
		x->said = reason;
	}
	metrics_set(METRIC_INDEX_WAITS, 1);
	return INDEXER_PAUSE_MS;
}

static void
drop_index(struct indexer *x)
{
	index_close(x->index);
	x->index = NULL;
	shapes_forget(x->shapes);
	x->figures.indexed_seq = 0;
}

static void
begin_anew(struct indexer *x, const char *reason)
{
	log_event(LOG_WARN, "index.anew", "reason=%s", reason);
	metrics_add(METRIC_INDEX_ANEW, 1);
	drop_index(x);
}

/* ---- opening */

static int
open_store(struct indexer *x)
{
	char why[WHY_BYTES] = "";

	return x->store != NULL
		       ? 0
		       : store_open_reader(&x->store, x->desk_path, why, sizeof(why));
}

static bool
has_room(const struct indexer *x)
{
	struct statvfs fs;

	return statvfs(x->data_dir, &fs) == 0 &&
	       (uint64_t)fs.f_bavail * fs.f_frsize >= x->reserve_bytes + ROOM_BYTES;
}

static int
open_index(struct indexer *x)
{
	const char *why;
	int r;

	if (x->index != NULL) {
		return 0;
	}
	r = index_open(&x->index, x->index_path, store_epoch(x->store), &why);
	if (why != NULL) {
		char quoted[WHY_BYTES];

		log_event(LOG_WARN, "index.anew", "reason=\"%s\"",
			log_quote(why, quoted, sizeof(quoted)));
		metrics_add(METRIC_INDEX_ANEW, 1);
	}
	if (r == 0) {
		(void)snprintf(x->epoch, sizeof(x->epoch), "%s", store_epoch(x->store));
		x->figures.indexed_seq = index_state(x->index).seq;
		x->drawn = false;
		log_event(
			LOG_INFO, "index.open", "seq=%" PRIu64, x->figures.indexed_seq);
	}
	return r;
}

/* The next file may get the inode of this one: what was told is forgotten first. */
static int
forget_told(const struct indexer *x)
{
	int r = index_untell(x->index_path);

	return r == 0 ? index_delete(x->index_path) : r;
}

/* The file may be gone, or the log another one than yesterday. */
static int
look_after(struct indexer *x)
{
	if (x->index == NULL) {
		return 0;
	}
	if (!index_is_there(x->index)) {
		begin_anew(x, "deleted");
		return index_delete(x->index_path); /* its WAL must not outlive it */
	}
	if (index_is_told_damaged(x->index)) {
		begin_anew(x, "told_damaged");
		return forget_told(x);
	}
	if (strcmp(x->epoch, store_epoch(x->store)) != 0 ||
		x->figures.indexed_seq > x->figures.last_seq) {
		begin_anew(x, "another_log");
		return index_delete(x->index_path);
	}
	return 0;
}

/* ---- a slice */

static void
note_incident(struct slice *s, uint64_t id)
{
	for (size_t i = s->n_incidents; i > 0; i--) {
		if (s->incidents[i - 1] == id) {
			return;
		}
	}
	s->incidents[s->n_incidents++] = id;
}

/* It is where the operator says, not where its sender said. */
static int
move_report(struct slice *s, const struct entry_move *move)
{
	struct indexer *x = s->indexer;
	struct index_entry was, now;
	bool found;
	int r = index_read_report(x->index, move->number, &was, &found);

	if (r == 0 && found) {
		r = index_move(x->index, move->number, move->incident);
	}
	if (r != 0 || !found) {
		return r;
	}
	s->moved[s->n_moved++] = was.seq;
	if (!move->has_point) {
		return 0;
	}
	now = was;
	entry_put_elsewhere(move, &now);
	area_view_fill(&x->areas, &was);
	area_view_fill(&x->areas, &now);
	return index_place(x->index, &was, &now);
}

static int
on_row(void *arg, const struct store_row *row)
{
	struct slice *s = arg;
	struct slice_row *to = &s->rows[s->n_rows];
	struct arena *arena = s->indexer->arena;

	if (s->seq == s->indexer->figures.indexed_seq) {
		s->first_at_ms = row->at_ms;
	} else if (arena_used(arena) > SLICE_BYTES) {
		return SLICE_FULL;
	}
	s->seq = row->seq;
	if (row->subject != 0) {
		note_incident(s, row->subject);
	}
	to->moves = entry_move_of_row(row, arena, &to->is.move) == 0;
	if (to->moves || entry_of_row(row, arena, &to->is.entry) == 0) {
		s->n_rows++;
	}
	return 0;
}

static int
put_rows(struct slice *s)
{
	struct indexer *x = s->indexer;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_rows; i++) {
		struct slice_row *row = &s->rows[i];

		if (row->moves) {
			r = move_report(s, &row->is.move);
			continue;
		}
		area_view_fill(&x->areas, &row->is.entry);
		r = index_put(x->index, &row->is.entry);
	}
	return r;
}

static int
put_incidents(struct slice *s)
{
	struct store_incident incident;

	for (size_t i = 0; i < s->n_incidents; i++) {
		int r = store_read_incident(
			s->indexer->store, s->incidents[i], &incident);

		if (r == 0) {
			r = index_put_incident(s->indexer->index, &incident);
		} else if (r == STORE_NONE || r == -EUCLEAN) {
			r = 0; /* not every subject is an incident, nor good */
		}
		if (r != 0) {
			return r;
		}
	}
	return 0;
}

static void
measure_slice(struct slice *s)
{
	int64_t late_ms = s->now_ms - s->first_at_ms;
	uint64_t behind_ms = late_ms > 0 ? (uint64_t)late_ms : 0;

	s->indexer->figures.waited_ms = (int64_t)behind_ms;
	metrics_set(METRIC_INDEX_LAG_S, behind_ms / 1000);
	metrics_observe_us(LATENCY_INDEX, behind_ms * 1000);
}

static int
write_slice(struct slice *s)
{
	struct indexer *x = s->indexer;
	struct index_state state = index_state(x->index);
	int r = index_begin(x->index);

	if (r == 0) {
		r = put_rows(s);
	}
	if (r == 0) {
		r = put_incidents(s);
	}
	if (r == 0) {
		metrics_add(METRIC_INDEX_ROWS, s->seq - state.seq);
		state.seq = s->seq;
		state.areas = x->areas.import;
		r = index_commit(x->index, state);
		measure_slice(s);
	}
	if (r != 0) {
		index_rollback(x->index);
	}
	return r;
}

/*
 * The row behind seq is not what was written. Where one of the next is, only that
 * is left out: it would keep the index from all that came after it. *last is
 * then the last such row. 0, or -EUCLEAN: more than rows is damaged.
 */
static int
leave_out(struct indexer *x, uint64_t seq, uint64_t *last)
{
	struct store_row row;
	int r = -EUCLEAN;

	for (uint64_t n = 2; r == -EUCLEAN && n <= LEFT_OUT_MOST + 1; n++) {
		*last = seq + n - 1;
		r = store_read_row(x->store, *last + 1, &row);
	}
	if (r == 0 || r == STORE_NONE) {
		log_event(LOG_WARN, "index.left_out", "first=%" PRIu64 " last=%" PRIu64,
			seq + 1, *last);
		metrics_add(METRIC_STORE_DAMAGED_ROWS, *last - seq);
		return 0;
	}
	return r < 0 ? r : -EUCLEAN;
}

static int
run_slice(struct indexer *x, int64_t now_ms)
{
	uint64_t seq = index_state(x->index).seq;
	struct slice *s = &x->slice;
	int r;

	s->indexer = x;
	s->now_ms = now_ms;
	s->seq = seq;
	s->n_rows = s->n_incidents = s->n_moved = 0;
	arena_reset(x->arena);
	r = store_read_rows(x->store, seq + 1, seq + INDEXER_SLICE_ROWS, on_row, s);
	if (r == -EUCLEAN) {
		r = s->seq > seq ? 0 : leave_out(x, seq, &s->seq);
	}
	if (r == 0 || r == SLICE_FULL) {
		r = write_slice(s);
	}
	if (r != 0) {
		return r;
	}
	x->figures.indexed_seq = s->seq;
	x->drawn = false;
	for (size_t i = 0; i < s->n_moved; i++) {
		shapes_note_moved(x->shapes, s->moved[i]);
	}
	return 0;
}

/* ---- a turn */

static int64_t
after_fault(struct indexer *x, int fault)
{
	switch (fault) {
	case INDEX_NO_ROOM:
		return pause_for(x, "no_room");
	case INDEX_DAMAGED:
		begin_anew(x, "damaged");
		return index_delete(x->index_path) == 0 ? 0 : INDEXER_PAUSE_MS;
	case INDEX_BUSY:
		return pause_for(x, "another_writes");
	default:
		/* Answers of the log's file share these numbers: none reach here. */
		drop_index(x);
		return pause_for(x, "fault");
	}
}

static int64_t
after_log_fault(struct indexer *x)
{
	drop_index(x);
	store_close(x->store);
	x->store = NULL;
	return pause_for(x, "log_unread");
}

static void
measure(const struct indexer *x)
{
	uint64_t behind = x->figures.last_seq > x->figures.indexed_seq
				  ? x->figures.last_seq - x->figures.indexed_seq
				  : 0;

	metrics_set(METRIC_INDEX_SEQ, x->figures.indexed_seq);
	metrics_set(METRIC_INDEX_LAG_ROWS, behind);
	if (behind == 0) {
		metrics_set(METRIC_INDEX_LAG_S, 0);
	}
}

/* One after the other, as long as there is time. */
static int
draw_outlines(struct indexer *x)
{
	int64_t until_ms = clock_mono_ms() + DRAW_MS;
	bool left = true;
	int r = 0;

	while (r == 0 && left && clock_mono_ms() < until_ms) {
		r = index_draw_some(x->index, 1, &left);
	}
	x->drawn = r == 0 && !left;
	return r;
}

/* Behind rows that wait, but not for ever. */
static int
draw_shapes(struct indexer *x, int64_t now_ms, bool behind)
{
	const struct shapes_from from = {x->index, x->store, x->areas.map};
	int64_t mono_ms = clock_mono_ms();
	bool more = true;
	int r;

	if (behind && mono_ms - x->shaped_ms < SHAPES_EVERY_MS) {
		return 0;
	}
	x->shaped_ms = mono_ms;
	r = shapes_turn(x->shapes, &from, now_ms, mono_ms, &more);
	x->shaped = r == 0 && !more;
	return r;
}

static int64_t
work(struct indexer *x, int64_t now_ms)
{
	bool behind = x->figures.indexed_seq < x->figures.last_seq;
	int r = 0;

	if (index_wants_home(x->index)) {
		r = index_move_home(x->index); /* a turn of its own */
		return r == 0 ? 0 : after_fault(x, r);
	}
	if (behind) {
		r = run_slice(x, now_ms);
	}
	if (r == 0) {
		r = draw_shapes(x, now_ms, behind);
	}
	if (r == 0 && x->figures.indexed_seq >= x->figures.last_seq && !x->drawn) {
		r = draw_outlines(x);
	}
	if (r != 0) {
		return after_fault(x, r);
	}
	if (x->said != NULL) {
		log_event(LOG_INFO, "index.goes_on", NULL);
		metrics_set(METRIC_INDEX_WAITS, 0);
		x->said = NULL;
	}
	return x->figures.indexed_seq < x->figures.last_seq || !x->drawn || !x->shaped
		       ? 0
		       : INDEXER_IDLE_MS;
}

int64_t
indexer_turn(struct indexer *x, int64_t now_wall_ms)
{
	int64_t wait_ms, at_ms;
	bool areas_ready;
	int r;

	x->figures.waited_ms = 0;
	if (open_store(x) != 0) {
		return after_log_fault(x);
	}
	store_set_deadline(x->store, READ_MS);
	if (store_read_last(x->store, &x->figures.last_seq, &at_ms) != 0) {
		return after_log_fault(x);
	}
	if (area_view_refresh(&x->areas, x->store, &areas_ready) != 0) {
		return after_log_fault(x);
	}
	if (!areas_ready) {
		return 0;
	}
	r = look_after(x);
	if (r == 0 && !has_room(x)) {
		measure(x);
		return pause_for(x, "no_room");
	}
	if (r == 0) {
		r = open_index(x);
	}
	if (r == 0 && x->figures.indexed_seq > 0 &&
		index_state(x->index).areas != x->areas.import) {
		begin_anew(x, "other_areas");
		return index_delete(x->index_path) == 0 ? 0 : INDEXER_PAUSE_MS;
	}
	wait_ms = r == 0 ? work(x, now_wall_ms) : after_fault(x, r);
	measure(x);
	return wait_ms;
}
