/* A little over 500 lines: one file is made in one go. */
#include "server/exporter.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/store_area.h"
#include "geo/store_moment.h"
#include "server/export_row.h"
#include "server/keys.h"
#include "server/log.h"
#include "server/move_view.h"

enum {
	PATH_BYTES = 4096,
	ARENA_BYTES = 1024 * 1024,
	SLICE_ROWS = 1000,
	SLICE_AREAS = 50,
	READ_MS = 30 * 1000,
	SENTENCE_BYTES = 512,
	SHOWN_FIRST = 64,
	AREAS_BYTES = 4096, /* more than codes fit in */
};

/* The ground of an umbrella, until its record comes. */
struct shown {
	uint64_t id;
	struct polygon *ground;
};

struct exporter {
	const struct exporter_order *order;
	struct exporter_moment *moment;
	struct export *file;
	struct store *store;
	struct receipt_keys *codes;
	struct arena *arena;
	struct move_view moves; /* of a limited one */
	struct export_row row;
	uint64_t area_at;
	struct shown *shown; /* by id */
	size_t n_shown, room_shown;
	struct store_umbrella *ended; /* of a limited one: to be seen or not */
	size_t n_ended, room_ended;
	uint64_t n_left_out; /* damaged */
	char *why;
	size_t why_bytes;
};

static int
say(const struct exporter *x, int r, const char *what)
{
	if (r != 0 && x->why[0] == '\0') {
		(void)snprintf(x->why, x->why_bytes, "%s: %s", what,
			r == STORE_TOO_SLOW ? "the disk is too slow"
			: r < 0             ? strerror(-r)
					    : "it is damaged");
	}
	return r > 0 ? EXPORTER_REFUSED : r;
}

static int
tell(const struct exporter *x, uint64_t n_done)
{
	return x->order->told == NULL || x->order->told(x->order->arg, n_done,
						 x->moment->seq) == 0
		       ? 0
		       : EXPORTER_STOPPED;
}

/* ---- outlines, before the end of the log is known: so they are never ahead */

/* They come by id. */
static int
keep_ground(struct exporter *x, const struct index_outline *outline)
{
	struct polygon *ground = NULL;
	int r = export_row_ground(outline, x->order->personal, &ground);

	if (r == 0 && x->n_shown == x->room_shown) {
		size_t room = x->room_shown == 0 ? SHOWN_FIRST : 2 * x->room_shown;
		struct shown *shown = realloc(x->shown, room * sizeof(shown[0]));

		if (shown == NULL) {
			polygon_free(ground);
			return -ENOMEM;
		}
		x->shown = shown;
		x->room_shown = room;
	}
	if (r == 0) {
		x->shown[x->n_shown++] = (struct shown){outline->id, ground};
	}
	return r == EXPORT_ROW_NONE ? 0 : r;
}

static const struct polygon *
find_ground(const struct exporter *x, uint64_t id)
{
	size_t low = 0, high = x->n_shown;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->shown[middle].id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < x->n_shown && x->shown[low].id == id ? x->shown[low].ground : NULL;
}

static int
on_outline(void *arg, const struct index_outline *outline)
{
	struct exporter *x = arg;
	struct polygon *ground = NULL;
	int r;

	if (outline->event_group != 0) {
		/* As the map draws it for who sees one incident of it (api_outline.c).
		 */
		return export_scope_sees_umbrella(x->order->scope, outline->id)
			       ? keep_ground(x, outline)
			       : 0;
	}
	if (!export_scope_has(x->order->scope, outline->id)) {
		return 0;
	}
	r = export_row_outline(outline, x->order->personal, &ground, &x->row);
	if (r == 0) {
		r = export_put(x->file, EXPORT_OUTLINES, &x->row);
	} else if (r == EXPORT_ROW_NONE) {
		r = 0;
	}
	polygon_free(ground);
	return r;
}

static int
put_outlines(struct exporter *x)
{
	struct search everything;
	char path[PATH_BYTES];
	struct index_asker *asker;
	uint64_t seq;
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/index.sqlite", x->order->data_dir);
	search_init(&everything);
	asker = index_asker_new(path);
	if (asker == NULL) {
		return -ENOMEM;
	}
	index_asker_open(asker);
	if (index_ask_begin(asker, store_epoch(x->store), &seq) == 0) {
		r = index_ask_outlines(asker, &everything,
			INDEX_OF_INCIDENTS | INDEX_OF_UMBRELLAS, 0, on_outline, x);
		index_ask_end(asker);
		/* A damaged index gives what it gave: it is being made anew. */
		x->moment->outlines_seq = r == 0 ? seq : 0;
		r = r == INDEX_ASK_BAD || r == INDEX_ASK_LATE ? 0 : r;
	}
	index_asker_free(asker);
	return r;
}

/* ---- incidents and umbrellas */

static int
on_incident(void *arg, const struct store_incident *incident)
{
	struct exporter *x = arg;

	if (incident->damaged) {
		x->n_left_out++;
		return 0;
	}
	if (!export_scope_sees(x->order->scope, incident)) {
		return 0;
	}
	export_row_incident(incident, x->order->personal, &x->row);
	return export_put(x->file, EXPORT_INCIDENTS, &x->row);
}

static int
put_umbrella(struct exporter *x, const struct store_umbrella *umbrella)
{
	export_row_umbrella(umbrella, &x->row);
	/* The index may not have heard of its end yet. */
	x->row.ground = umbrella->ended_ms == 0 ? find_ground(x, umbrella->id) : NULL;
	return export_put(x->file, EXPORT_UMBRELLAS, &x->row);
}

/* Of one that ended the log alone can say who saw it: when it was read. */
static int
keep_ended(struct exporter *x, const struct store_umbrella *umbrella)
{
	if (x->n_ended == x->room_ended) {
		size_t room = x->room_ended == 0 ? SHOWN_FIRST : 2 * x->room_ended;
		struct store_umbrella *ended =
			realloc(x->ended, room * sizeof(ended[0]));

		if (ended == NULL) {
			return -ENOMEM;
		}
		x->ended = ended;
		x->room_ended = room;
	}
	x->ended[x->n_ended++] = *umbrella;
	return 0;
}

/* Those whose last anchor lies in an incident that is seen. */
static int
put_ended(struct exporter *x)
{
	struct store_row row;
	int r = 0;

	store_set_deadline(x->store, READ_MS);
	for (size_t i = 0; r == 0 && i < x->n_ended; i++) {
		r = store_read_row(x->store, x->ended[i].anchor, &row);
		if (r == 0 && export_scope_has(x->order->scope, row.subject)) {
			r = put_umbrella(x, &x->ended[i]);
		}
		r = r == STORE_NONE || r == -EUCLEAN ? 0 : r;
	}
	return r;
}

static int
on_umbrella(void *arg, const struct store_umbrella *umbrella)
{
	struct exporter *x = arg;

	if (umbrella->damaged) {
		x->n_left_out++;
		return 0;
	}
	if (!export_scope_sees_umbrella(x->order->scope, umbrella->id)) {
		return umbrella->ended_ms != 0 ? keep_ended(x, umbrella) : 0;
	}
	return put_umbrella(x, umbrella);
}

static int
put_moment(struct exporter *x)
{
	static const struct store_moment visitor = {on_incident, on_umbrella};

	store_set_deadline(x->store, READ_MS);
	return store_read_moment(x->store, &x->moment->seq, &visitor, x);
}

/* ---- reports */

/* The incident the report of this row is in, at the end of the file, goes out, too. */
static int
is_out(struct exporter *x, const struct store_row *row)
{
	bool adds = row->about != 0 &&
		    (row->kind == STORE_ADDITION || row->kind == STORE_INTERPRETED);
	struct export_incident incident;
	int r;

	if (x->order->scope == NULL) {
		return 0;
	}
	r = export_find_incident(x->file,
		move_view_where(&x->moves, x->moment->seq, adds ? row->about : row->seq,
			row->subject),
		&incident);
	return r;
}

/* The report it folds into by its number: the row stands before this one. */
static int
name_first(struct exporter *x)
{
	const struct export_value *into = &x->row.values[REPORT_FOLDED_INTO];
	uint64_t number;
	int r;

	if (!into->is_set) {
		return 0;
	}
	r = export_known_as(x->file, (uint64_t)into->number, &number);
	if (r == 0) {
		export_set_number(&x->row, REPORT_FOLDED_INTO, (int64_t)number);
	}
	return r;
}

static int
on_row(void *arg, const struct store_row *row)
{
	struct exporter *x = arg;
	struct export_incident incident;
	int r;

	if (row->kind == STORE_MOVED_IN) {
		return export_move(x->file, row->about, row->subject);
	}
	if (row->kind == STORE_INTERPRETED) {
		r = export_know_as(x->file, row->seq, row->about);
		if (r != 0) {
			return r;
		}
	}
	r = is_out(x, row);
	if (r != 0) {
		return r == EXPORT_NONE ? 0 : r;
	}
	arena_reset(x->arena);
	if (export_row_report(row, x->codes, x->order->personal, x->arena, &x->row) !=
		0) {
		return 0;
	}
	r = export_find_incident(x->file, row->subject, &incident);
	if (r < 0) {
		return r;
	}
	export_row_join(&x->row, r == 0 ? &incident : NULL, x->order->personal);
	r = name_first(x);
	return r == 0 ? export_put(x->file, EXPORT_REPORTS, &x->row) : r;
}

static int
put_reports(struct exporter *x)
{
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < x->moment->seq; at += SLICE_ROWS) {
		uint64_t last = at + SLICE_ROWS;

		last = last < x->moment->seq ? last : x->moment->seq;
		store_set_deadline(x->store, READ_MS);
		r = store_visit_log(x->store, at + 1, last, &x->n_left_out, on_row, x);
		if (r == 0 && strcmp(x->moment->epoch, store_epoch(x->store)) != 0) {
			(void)snprintf(x->why, x->why_bytes,
				"the desk's file was put back meanwhile: try again");
			return EXPORTER_REFUSED;
		}
		if (r == 0 && tell(x, last) != 0) {
			return EXPORTER_STOPPED;
		}
	}
	return say(x, r, "the desk's file");
}

/* ---- areas */

static int
on_area(void *arg, const struct store_area *area)
{
	struct exporter *x = arg;
	struct polygon *ground = NULL;
	int r = export_row_area(area, &ground, &x->row);

	x->area_at = area->number;
	if (r == 0 && export_scope_sees_area(x->order->scope, area->code)) {
		r = export_put(x->file, EXPORT_AREAS, &x->row);
	}
	polygon_free(ground);
	return r;
}

static int
put_areas(struct exporter *x)
{
	unsigned n = SLICE_AREAS;
	int r = 0;

	while (r == 0 && n == SLICE_AREAS) {
		store_set_deadline(x->store, READ_MS);
		r = store_read_areas(
			x->store, 0, x->area_at, SLICE_AREAS, on_area, x, &n);
	}
	return r;
}

/* ---- all of it */

static int
put_meta(struct exporter *x)
{
	char areas[AREAS_BYTES];

	export_row_init(&x->row, 1);
	export_set_text(&x->row, META_EPOCH, x->moment->epoch);
	export_set_number(&x->row, META_SEQUENCE, (int64_t)x->moment->seq);
	export_set_time(&x->row, META_EXPORTED_AT, x->order->now_ms);
	export_set_number(&x->row, META_PERSONAL, x->order->personal);
	export_set_number(
		&x->row, META_OUTLINES_SEQUENCE, (int64_t)x->moment->outlines_seq);
	export_scope_text(x->order->scope, areas, sizeof(areas));
	export_set_text(&x->row, META_AREAS, areas);
	return export_put(x->file, EXPORT_META, &x->row);
}

static int
gather(struct exporter *x)
{
	int r = 0;

	store_set_deadline(x->store, READ_MS);
	if (x->order->scope != NULL) {
		r = say(x, export_scope_look(x->order->scope, x->store), "the areas");
	}
	if (r == 0) {
		r = say(x, put_outlines(x), "the index");
	}
	if (r == 0) {
		r = say(x, put_moment(x), "the desk's file");
	}
	if (r == 0) {
		r = say(x, put_ended(x), "the desk's file");
	}
	if (r == 0 && x->order->scope != NULL) {
		r = say(x, move_view_refresh(&x->moves, x->store, x->arena),
			"the desk's file");
	}
	if (r == 0) {
		r = put_reports(x);
	}
	if (r == 0) {
		r = say(x, put_areas(x), "the areas");
	}
	if (r == 0) {
		r = put_meta(x);
	}
	if (r == 0) {
		r = say(x, export_finish(x->file), x->order->path);
	}
	return r;
}

/* A code needs the desk's key; one that is not there is not made here. */
static int
open_codes(struct exporter *x)
{
	uint8_t master[KEYS_BYTES], key[KEYS_BYTES];
	char path[PATH_BYTES];
	int r;

	(void)snprintf(path, sizeof(path), "%s/key", x->order->data_dir);
	if (access(path, F_OK) != 0) {
		return say(x, -errno, path);
	}
	r = keys_load(path, master, x->why, x->why_bytes);
	if (r == 0) {
		keys_derive(master, KEYS_RECEIPT, key);
		x->codes = receipt_keys_new(key);
		r = x->codes == NULL ? -ENOMEM : 0;
	}
	explicit_bzero(master, sizeof(master));
	explicit_bzero(key, sizeof(key));
	return r;
}

static int
open_out(struct exporter *x)
{
	const struct exporter_order *o = x->order;

	return o->nameless ? export_open_nameless(
				     &x->file, o->path, o->personal, &x->moment->fd)
			   : export_open(&x->file, o->path, o->personal);
}

static int
open_all(struct exporter *x)
{
	char path[PATH_BYTES], sentence[SENTENCE_BYTES];
	int r;

	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", x->order->data_dir);
	r = store_open_reader(&x->store, path, sentence, sizeof(sentence));
	if (r != 0) {
		(void)snprintf(x->why, x->why_bytes, "%s: %s", path, sentence);
	} else {
		(void)snprintf(x->moment->epoch, sizeof(x->moment->epoch), "%s",
			store_epoch(x->store));
		r = open_codes(x);
	}
	if (r == 0) {
		x->arena = arena_new(ARENA_BYTES);
		r = x->arena == NULL ? -ENOMEM : 0;
	}
	if (r == 0) {
		r = say(x, open_out(x), x->order->path);
	}
	return say(x, r, x->order->data_dir);
}

int
exporter_run(struct export **out, struct exporter_moment *moment,
	const struct exporter_order *order, char *why, size_t why_bytes)
{
	struct exporter x = {
		.order = order, .moment = moment, .why = why, .why_bytes = why_bytes};
	int r;

	why[0] = '\0';
	memset(moment, 0, sizeof(*moment));
	moment->fd = -1;
	r = open_all(&x);
	if (r == 0) {
		r = gather(&x);
	}
	if (r < 0) {
		(void)say(&x, r, order->path);
	}
	if (r == 0 && x.n_left_out > 0) {
		log_event(LOG_WARN, "export.left_out", "damaged=%llu",
			(unsigned long long)x.n_left_out);
	}
	if (r == 0) {
		*out = x.file;
	} else {
		export_close(x.file);
		if (moment->fd >= 0) {
			(void)close(moment->fd);
			moment->fd = -1;
		}
	}
	for (size_t i = 0; i < x.n_shown; i++) {
		polygon_free(x.shown[i].ground);
	}
	free(x.shown);
	free(x.ended);
	move_view_fini(&x.moves);
	arena_free(x.arena);
	receipt_keys_free(x.codes);
	store_close(x.store);
	return r;
}
