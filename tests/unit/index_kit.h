/* index_kit - an index in a folder of its own, and reports to put there */
#ifndef TESTS_INDEX_KIT_H
#define TESTS_INDEX_KIT_H

#include "unit.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/index.h"
#include "geo/index_ask.h"

#define EPOCH "0123456789abcdef"

enum {
	KIT_REPORTS = 3000,
	KIT_HOUR_MS = 3600 * 1000,
};

static const int64_t kit_noon_ms = 1795000000000;

struct fixture {
	char folder[64];
	char path[96];
};

static inline int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-index-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/index.sqlite", f->folder);
	*state = f;
	return 0;
}

static inline int
drop_folder(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(index_delete(f->path), 0);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static inline struct index_writer *
open_index(struct fixture *f, const char **why)
{
	struct index_writer *x = NULL;
	const char *said;

	assert_int_equal(index_open(&x, f->path, EPOCH, why != NULL ? why : &said), 0);
	return x;
}

/* A small generator of its own: the same reports everywhere, for ever. */
static inline uint64_t
mix(uint64_t n)
{
	n = (n ^ n >> 31) * 0x9E3779B97F4A7C15u;
	n = (n ^ n >> 29) * 0xBF58476D1CE4E5B9u;
	return n ^ n >> 32;
}

static const char *const kit_texts[] = {"acqua in cantina", "Acqua alta, aiuto!",
	"fumo dal TETTO", "", "perch\xc3\xa9 nessuno arriva?",
	"caff\xc3\xa8 dell'angolo", "acquedotto rotto",
	"due anziani; DROP TABLE report", "fuoco \xe6\xb0\xb4\xe5\xae\xb3"};
static const char *const kit_places[] = {"", "piazza d'Armi", "via Roma 12"};
static const char *const kit_areas[] = {"066049", "066010", "13", "066"};

/* Around L'Aquila, on both sides of 180 degrees, anywhere; or nowhere. */
static inline struct geo_point
kit_point(uint64_t random)
{
	double a = (double)(random >> 8 & 0xffff) / 65536;
	double b = (double)(random >> 24 & 0xffff) / 65536;

	switch (random % 4) {
	case 0:
		return (struct geo_point){42.3 + a / 10, 13.35 + b / 10};
	case 1:
		return (struct geo_point){-17 + a, b < 0.5 ? 179.5 + b : -180.5 + b};
	case 2:
		return (struct geo_point){a * 180 - 90, b * 360 - 180};
	default:
		return (struct geo_point){42.35, 13.4};
	}
}

static inline struct index_entry
entry_of(uint64_t seq)
{
	uint64_t random = mix(seq);
	struct index_entry e = {
		.seq = seq,
		.number = seq,
		.incident = seq > 20 ? seq - seq % 7 : 1,
		.at_ms = kit_noon_ms + (int64_t)seq * 10000 -
			 (int64_t)(random >> 50) % 5000,
		.kind = 1,
		.hazard = (uint8_t)(1 + (random >> 3) % 16),
		.class_no = (uint8_t)(1 + (random >> 7) % 5),
		.exercise = (random >> 11) % 8 == 0,
		.own = (random >> 12) % 4 != 0,
		.has_point = (random >> 14) % 5 != 0,
		.accuracy_m = 20,
		.channel = "api",
		.text = kit_texts[(random >> 17) % 9],
		.place = kit_places[(random >> 40) % 3],
	};

	if (e.has_point) {
		e.point = kit_point(random >> 4);
	}
	if (e.has_point && (random >> 44) % 3 == 0) {
		e.n_areas = 2;
		e.areas[0] = kit_areas[(random >> 46) % 2];
		e.areas[1] = kit_areas[2 + (random >> 47) % 2];
	}
	return e;
}

static inline void
put_reports(struct index_writer *x, uint64_t first, uint64_t last)
{
	assert_int_equal(index_begin(x), 0);
	for (uint64_t seq = first; seq <= last; seq++) {
		struct index_entry e = entry_of(seq);

		assert_int_equal(index_put(x, &e), 0);
	}
	assert_int_equal(index_commit(x, (struct index_state){last, 0}), 0);
}

static inline int64_t
ask_file(struct fixture *f, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db;
	int64_t number = -1;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	}
	if (sqlite3_step(statement) == SQLITE_ROW) {
		number = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

#endif
