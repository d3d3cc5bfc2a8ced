/* store_kit - a folder of its own for each test of the store, and rows to put there */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include "unit.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/store.h"

enum {
	WHY_BYTES = 256,
	NOON_MS = 1795000000, /* any time; whole rows are a second apart */
	OPEN = 1,
	CLOSED = 2,
};

static const struct store_options full = {.reserve_bytes = 0, .synchronous = 2};

/* A folder of its own for each test; every open store is closed by its test. */
struct fixture {
	char folder[64];
	char path[96];
	char why[WHY_BYTES];
};

static inline int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-store-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/desk.sqlite", f->folder);
	*state = f;
	return 0;
}

static inline int
drop_folder(void **state)
{
	struct fixture *f = *state;
	const char *const ends[] = {"", "-wal", "-shm", "-lock", "-other", "-other-wal",
		"-other-shm", "-other-lock"};
	char path[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static inline struct store *
open_at(struct fixture *f, const char *path)
{
	struct store *s = NULL;
	int r = store_open(&s, path, &full, f->why, sizeof(f->why));

	if (r != 0) {
		fail_msg("store_open: %d %s", r, f->why);
	}
	return s;
}

static inline struct store *
open_store(struct fixture *f)
{
	return open_at(f, f->path);
}

static inline struct store *
open_reader(struct fixture *f)
{
	struct store *s = NULL;
	int r = store_open_reader(&s, f->path, f->why, sizeof(f->why));

	if (r != 0) {
		fail_msg("store_open_reader: %d %s", r, f->why);
	}
	return s;
}

static char body_text[32];
static char personal_text[32];

/* Row n is always the same; two of three have a personal part, half a key. */
static inline struct store_row
row_of(uint64_t seq)
{
	struct store_row row = {.seq = seq,
		.at_ms = NOON_MS + (int64_t)seq * 1000,
		.kind = seq % 5 == 0 ? STORE_ADDITION : STORE_REPORT,
		.subject = seq > 7 ? seq - 7 : 9, /* opened by none of these */
		.prev = seq > 8 ? seq - 8 : 0,
		.about = seq % 5 == 0 ? seq - 1 : 0,
		.source = UINT64_MAX - seq,
		.facts = seq << 40,
		.print = seq * 0x9E3779B97F4A7C15u,
		.has_key = seq % 2 == 0};

	snprintf(body_text, sizeof(body_text), "body %" PRIu64, seq);
	snprintf(personal_text, sizeof(personal_text), "words of %" PRIu64, seq);
	memset(row.key, row.has_key ? (int)(seq & 0xff) : 0, sizeof(row.key));
	row.body = (const uint8_t *)body_text;
	row.body_bytes = strlen(body_text);
	if (seq % 3 != 0) {
		row.personal = (const uint8_t *)personal_text;
		row.personal_bytes = strlen(personal_text);
	}
	return row;
}

static inline void
assert_rows_equal(const struct store_row *got, const struct store_row *want, bool bytes)
{
	assert_int_equal(got->seq, want->seq);
	assert_int_equal(got->at_ms, want->at_ms);
	assert_int_equal(got->kind, want->kind);
	assert_int_equal(got->subject, want->subject);
	assert_int_equal(got->prev, want->prev);
	assert_int_equal(got->about, want->about);
	assert_int_equal(got->source, want->source);
	assert_int_equal(got->facts, want->facts);
	assert_int_equal(got->print, want->print);
	assert_int_equal(got->has_key, want->has_key);
	assert_memory_equal(got->key, want->key, STORE_KEY_BYTES);
	if (!bytes) {
		assert_null(got->body);
		assert_null(got->personal);
		return;
	}
	assert_int_equal(got->body_bytes, want->body_bytes);
	assert_memory_equal(got->body, want->body, want->body_bytes);
	assert_int_equal(got->personal_bytes, want->personal_bytes);
	assert_int_equal(got->personal == NULL, want->personal == NULL);
	if (want->personal != NULL) {
		assert_memory_equal(
			got->personal, want->personal, want->personal_bytes);
	}
}

static inline void
append(struct store *s, uint64_t first, uint64_t last)
{
	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = first; seq <= last; seq++) {
		struct store_row row = row_of(seq);
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
}

static inline void
assert_holds(struct store *s, uint64_t last)
{
	struct store_row row;

	for (uint64_t seq = 1; seq <= last; seq++) {
		struct store_row want = row_of(seq);
		assert_int_equal(store_read_row(s, seq, &row), 0);
		want = row_of(seq);
		assert_rows_equal(&row, &want, true);
		assert_false(row.erased);
	}
	assert_int_equal(store_read_row(s, last + 1, &row), STORE_NONE);
}

/* What another program could do to the file. */
static inline void
meddle(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
		fail_msg("%s: %s", sql, error);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline int
try_open(struct fixture *f)
{
	struct store *s = NULL;
	int r = store_open(&s, f->path, &full, f->why, sizeof(f->why));

	store_close(s);
	return r;
}

static inline struct store_incident
incident_of(uint64_t id, uint64_t seq)
{
	return (struct store_incident){.id = id,
		.seq = seq,
		.hazard = 3,
		.status = OPEN,
		.class_no = 2,
		.exercise = id % 2 == 0,
		.has_point = id % 3 != 0,
		.unplaced = id % 3 == 0,
		.point = id % 3 != 0 ? (struct geo_point){42.3498, -0.0}
				     : (struct geo_point){0, 0},
		.accuracy_m = id % 3 != 0 ? 20.5 : -1,
		.place_kind = 2,
		.words = id % 3 == 0 ? "piazza d'Armi, L\xc3\xa0quila" : NULL,
		.opened_ms = NOON_MS + (int64_t)id * 1000,
		.linked = id > 1 ? id - 1 : 0,
		.version = UINT32_MAX,
		.areas = id % 5 == 4 ? "010025 *011" : "",
		.area_fit = id % 5 == 4 ? 1 : 0};
}

static inline void
assert_incidents_equal(
	const struct store_incident *got, const struct store_incident *want)
{
	assert_int_equal(got->id, want->id);
	assert_int_equal(got->seq, want->seq);
	assert_int_equal(got->hazard, want->hazard);
	assert_int_equal(got->status, want->status);
	assert_int_equal(got->class_no, want->class_no);
	assert_int_equal(got->unplaced, want->unplaced);
	assert_int_equal(got->quarantined, want->quarantined);
	assert_int_equal(got->exercise, want->exercise);
	assert_int_equal(got->has_point, want->has_point);
	assert_true(got->point.lat_deg == want->point.lat_deg);
	assert_true(got->point.lon_deg == want->point.lon_deg);
	assert_true(got->accuracy_m == want->accuracy_m);
	assert_int_equal(got->place_kind, want->place_kind);
	assert_int_equal(got->words == NULL, want->words == NULL);
	if (want->words != NULL) {
		assert_string_equal(got->words, want->words);
	}
	assert_int_equal(got->opened_ms, want->opened_ms);
	assert_int_equal(got->linked, want->linked);
	assert_int_equal(got->version, want->version);
	assert_string_equal(got->areas, want->areas);
	assert_int_equal(got->area_fit, want->area_fit);
}

static inline void
put(struct store *s, const struct store_incident *incident)
{
	assert_int_equal(store_put_incident(s, incident), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

#endif
