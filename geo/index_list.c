/* Listings, newest or nearest first. */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "geo/index_ask_internal.h"
#include "geo/measure.h"

enum {
	CANDIDATES_MOST = 20000, /* from the R-tree, before the log's order is better */
	RINGS = 4,               /* around a point, each four times as wide */
};

/* ---- rows */

#define REPORT_COLUMNS                                                                 \
	"r.seq, r.number, r.incident, r.at_ms, r.kind, r.hazard, r.class_no, "         \
	"r.exercise, r.accuracy_m, r.lat_deg, r.lon_deg, r.channel"

/* channel is the statement's; words and areas are not read. */
static void
take_entry(sqlite3_stmt *s, struct index_entry *e)
{
	const char *channel = (const char *)sqlite3_column_text(s, 11);

	*e = (struct index_entry){
		.seq = (uint64_t)sqlite3_column_int64(s, 0),
		.number = (uint64_t)sqlite3_column_int64(s, 1),
		.incident = (uint64_t)sqlite3_column_int64(s, 2),
		.at_ms = sqlite3_column_int64(s, 3),
		.kind = (uint8_t)sqlite3_column_int(s, 4),
		.hazard = (uint8_t)sqlite3_column_int(s, 5),
		.class_no = (uint8_t)sqlite3_column_int(s, 6),
		.exercise = sqlite3_column_int(s, 7) != 0,
		.accuracy_m = sqlite3_column_double(s, 8),
		.has_point = sqlite3_column_type(s, 9) != SQLITE_NULL,
		.point = {sqlite3_column_double(s, 9), sqlite3_column_double(s, 10)},
		.channel = channel != NULL ? channel : "",
		.text = "",
		.place = "",
	};
}

struct range {
	uint64_t first, last;
};

/* Rows of these minutes lie there; none: first > last. */
static int
range_of(struct index_asker *a, const struct search *s, uint64_t before,
	struct range *out)
{
	static const char sql[] =
		"SELECT min(first), max(last) FROM minute WHERE minute "
		"BETWEEN ?1 AND ?2";
	sqlite3_stmt *statement = NULL;
	int code;

	*out = (struct range){1, before > 0 ? before - 1 : 0};
	if (s->from_ms <= 0 && s->to_ms == INT64_MAX) {
		return 0;
	}
	code = sqlite3_prepare_v2(a->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(
			statement, 1, s->from_ms / INDEX_MINUTE_MS - 1);
		(void)sqlite3_bind_int64(statement, 2,
			s->to_ms == INT64_MAX ? INT64_MAX : s->to_ms / INDEX_MINUTE_MS);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		uint64_t first = (uint64_t)sqlite3_column_int64(statement, 0);
		uint64_t last = (uint64_t)sqlite3_column_int64(statement, 1);

		out->first = first > 0 ? first : 1;
		out->last = last < out->last ? last : out->last;
	}
	(void)sqlite3_finalize(statement);
	return index_asked(code);
}

/* ---- what a place narrows it to */

static int
compare_down(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Sorted ones, each once: the tree's numbers are coarse, and two boxes may touch. */
static size_t
drop_twins(uint64_t *seqs, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || seqs[kept - 1] != seqs[i]) {
			seqs[kept++] = seqs[i];
		}
	}
	return kept;
}

/* Those in the boxes, newest first; *n over the most: too many to be of use. */
static int
find_in_boxes(struct index_asker *a, const struct search *s, const struct range *range,
	uint64_t *seqs, size_t *n)
{
	static const char sql[] =
		"SELECT seq FROM report_place WHERE west <= ?1 AND east >= ?2 AND "
		"south <= ?3 AND north >= ?4 AND seq BETWEEN ?5 AND ?6";
	struct search_box boxes[2];
	size_t n_boxes = search_boxes(s, boxes);
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(a->db, sql, -1, &statement, NULL);

	*n = 0;
	for (size_t i = 0; code == SQLITE_OK && i < n_boxes; i++) {
		(void)sqlite3_bind_double(statement, 1, boxes[i].east_deg);
		(void)sqlite3_bind_double(statement, 2, boxes[i].west_deg);
		(void)sqlite3_bind_double(statement, 3, boxes[i].north_deg);
		(void)sqlite3_bind_double(statement, 4, boxes[i].south_deg);
		(void)sqlite3_bind_int64(statement, 5, (int64_t)range->first);
		(void)sqlite3_bind_int64(statement, 6, (int64_t)range->last);
		while (*n <= CANDIDATES_MOST &&
			(code = sqlite3_step(statement)) == SQLITE_ROW) {
			seqs[(*n)++] = (uint64_t)sqlite3_column_int64(statement, 0);
		}
		code = code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
		(void)sqlite3_reset(statement);
	}
	(void)sqlite3_finalize(statement);
	if (*n <= CANDIDATES_MOST) {
		qsort(seqs, *n, sizeof(seqs[0]), compare_down);
		*n = drop_twins(seqs, *n);
	}
	return index_asked(code);
}

/* ---- listing */

/* No hazard, or several: 0. */
static uint8_t
only_hazard(const struct search *s)
{
	if (s->hazards == 0 || (s->hazards & (s->hazards - 1)) != 0) {
		return 0;
	}
	return (uint8_t)__builtin_ctz(s->hazards);
}

struct listing {
	struct index_asker *asker;
	const struct search *search;
	struct range range;
	int (*visit)(void *arg, const struct index_entry *e);
	void *arg;
	uint64_t *at;
};

/*
 * One row of a listing that stands on it: the area, when asked for, has been
 * looked up by SQL, the words too.
 */
static int
look_at(struct listing *l, sqlite3_stmt *statement)
{
	struct index_entry e;
	int r = 0;

	take_entry(statement, &e);
	if (l->search->assigned || l->search->area[0] != '\0') {
		e.n_areas = 1;
		e.areas[0] = l->search->area;
	}
	if (search_matches(l->search, &e)) {
		r = l->visit(l->arg, &e);
	}
	*l->at = e.seq;
	return r;
}

/*
 * One in no area has a row of its own, of the area "". What was erased has no row and
 * no point; without a point none is in an area.
 */
static const char *
and_area(const struct search *s)
{
	if (s->assigned) {
		return " AND r.lat_deg IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
		       "report_area b WHERE b.area = '' AND b.seq = r.seq)";
	}
	return search_asks_area(s) ? " AND EXISTS (SELECT 1 FROM report_area b WHERE "
				     "b.area = ?3 AND b.seq = r.seq)"
				   : "";
}

/* Which table leads: it gives rows from the newest down. */
static int
prepare_listing(struct listing *l, sqlite3_stmt **out)
{
	const struct search *s = l->search;
	char words[NEEDLE_EXPRESSION_BYTES] = "";
	char sql[SQL_BYTES];
	int code;

	if (s->words.n > 0) {
		needle_expression(&s->words, words);
		(void)snprintf(sql, sizeof(sql),
			"SELECT " REPORT_COLUMNS " FROM report_words w CROSS JOIN "
			"report r ON r.seq = w.rowid WHERE report_words MATCH ?4 AND "
			"w.rowid BETWEEN ?1 AND ?2%s ORDER BY w.rowid DESC",
			and_area(s));
	} else if (search_asks_area(s) && !s->assigned) {
		(void)snprintf(sql, sizeof(sql),
			"SELECT " REPORT_COLUMNS " FROM report_area q CROSS JOIN "
			"report r ON r.seq = q.seq WHERE q.area = ?3 AND "
			"q.seq BETWEEN ?1 AND ?2 ORDER BY q.seq DESC");
	} else if (only_hazard(s) != 0) {
		(void)snprintf(sql, sizeof(sql),
			"SELECT " REPORT_COLUMNS " FROM report r INDEXED BY "
			"report_hazard WHERE r.hazard = %u AND r.seq BETWEEN ?1 AND "
			"?2%s ORDER BY r.seq DESC",
			only_hazard(s), and_area(s));
	} else {
		(void)snprintf(sql, sizeof(sql),
			"SELECT " REPORT_COLUMNS " FROM report r WHERE r.seq BETWEEN "
			"?1 AND ?2%s ORDER BY r.seq DESC",
			and_area(s));
	}
	code = sqlite3_prepare_v2(l->asker->db, sql, -1, out, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(*out, 1, (int64_t)l->range.first);
		(void)sqlite3_bind_int64(*out, 2, (int64_t)l->range.last);
		(void)sqlite3_bind_text(*out, 3, s->area, -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(*out, 4, words, -1, SQLITE_TRANSIENT);
	}
	return code;
}

static int
list_down(struct listing *l)
{
	sqlite3_stmt *statement = NULL;
	int code = prepare_listing(l, &statement);
	int r = 0;

	if (code == SQLITE_OK) {
		while (r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
			r = look_at(l, statement);
		}
	}
	(void)sqlite3_finalize(statement);
	if (r == 0) {
		r = index_asked(code);
		*l->at = r == 0 ? 0 : *l->at;
	}
	return r;
}

/* The few in a box, each looked up. */
static int
list_found(struct listing *l, const uint64_t *seqs, size_t n)
{
	char sql[SQL_BYTES];
	sqlite3_stmt *statement = NULL;
	int code, r = 0;

	(void)snprintf(sql, sizeof(sql),
		"SELECT " REPORT_COLUMNS " FROM report r WHERE r.seq = ?1%s",
		and_area(l->search));
	code = sqlite3_prepare_v2(l->asker->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_text(
			statement, 3, l->search->area, -1, SQLITE_STATIC);
	}
	for (size_t i = 0; r == 0 && code == SQLITE_OK && i < n; i++) {
		(void)sqlite3_bind_int64(statement, 1, (int64_t)seqs[i]);
		code = sqlite3_step(statement);
		if (code == SQLITE_ROW) {
			r = look_at(l, statement);
		}
		code = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
		(void)sqlite3_reset(statement);
	}
	(void)sqlite3_finalize(statement);
	if (r == 0) {
		r = index_asked(code);
		*l->at = r == 0 ? 0 : *l->at;
	}
	return r;
}

int
index_ask_reports(struct index_asker *a, const struct search *s, uint64_t before,
	int (*visit)(void *arg, const struct index_entry *e), void *arg, uint64_t *at)
{
	struct listing l = {
		.asker = a, .search = s, .visit = visit, .arg = arg, .at = at};
	struct search_box boxes[2];
	uint64_t *seqs;
	size_t n = 0;
	int r = range_of(a, s, before, &l.range);

	*at = before;
	if (r != 0) {
		return r;
	}
	if (l.range.first > l.range.last) {
		*at = 0;
		return 0;
	}
	if (s->words.n > 0 || search_boxes(s, boxes) == 0) {
		return list_down(&l);
	}
	seqs = malloc((CANDIDATES_MOST + 1) * sizeof(seqs[0]));
	if (seqs == NULL) {
		return -ENOMEM;
	}
	r = find_in_boxes(a, s, &l.range, seqs, &n);
	if (r == 0) {
		r = n > CANDIDATES_MOST ? list_down(&l) : list_found(&l, seqs, n);
	}
	free(seqs);
	return r;
}

/* ---- nearest first */

static bool
comes_before(double m, uint64_t seq, const struct index_near *other)
{
	return m < other->distance_m || (m <= other->distance_m && seq < other->seq);
}

void
index_nearest_add(struct index_nearest *n, double distance_m, uint64_t seq)
{
	const struct index_near from = {n->from_m, n->from_seq};
	const struct index_near own = {distance_m, seq};
	size_t i;

	assert(n->most <= INDEX_NEAR_MOST);
	if (seq > n->upto ||
		(n->from_m >= 0 && !comes_before(from.distance_m, from.seq, &own))) {
		return;
	}
	if (n->n == n->most) {
		if (n->most == 0 || !comes_before(distance_m, seq, &n->at[n->n - 1])) {
			return;
		}
		n->n--;
	}
	for (i = n->n; i > 0 && comes_before(distance_m, seq, &n->at[i - 1]); i--) {
		n->at[i] = n->at[i - 1];
	}
	n->at[i] = own;
	n->n++;
}

struct measuring {
	const struct search *search;
	struct index_nearest *out;
};

static int
measure(void *arg, const struct index_entry *e)
{
	struct measuring *m = arg;

	index_nearest_add(
		m->out, measure_distance_m(m->search->near, e->point), e->seq);
	return 0;
}

/*
 * Rings that grow: where reports are dense the first of them fill the page, and
 * what is outside a ring is farther than all that is inside.
 */
int
index_ask_nearest(
	struct index_asker *a, const struct search *s, struct index_nearest *out)
{
	struct search ring = *s;
	struct index_nearest found = *out;
	struct measuring m = {&ring, &found};
	uint64_t at;
	int r = 0;

	assert(s->has_near);
	for (int i = RINGS - 1; i >= 0; i--) {
		ring.radius_m = s->radius_m / pow(4, i);
		if (i > 0 && ring.radius_m <= out->from_m) {
			continue;
		}
		found = *out;
		r = index_ask_reports(a, &ring, out->upto + 1, measure, &m, &at);
		if (r != 0 || found.n == found.most) {
			break;
		}
	}
	if (r == 0) {
		*out = found;
	}
	return r;
}
