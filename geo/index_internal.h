/* index_internal - what the files of the index share; nobody else includes it */
#ifndef GEO_INDEX_INTERNAL_H
#define GEO_INDEX_INTERNAL_H

#include <sqlite3.h>
#include <sys/types.h>

#include "geo/index.h"

enum {
	INDEX_VERSION = 6,
	INDEX_HOUR_MS = 3600 * 1000,
	INDEX_MINUTE_MS = 60 * 1000,
	INDEX_PATH_BYTES = 4096,
};

#define INDEX_ALL "*"
#define INDEX_DAMAGE "-damaged" /* behind its path: where readers tell */

enum index_statement {
	INDEX_SQL_BEGIN,
	INDEX_SQL_COMMIT,
	INDEX_SQL_ROLLBACK,
	INDEX_SQL_STATE,
	INDEX_SQL_REPORT,
	INDEX_SQL_PLACE,
	INDEX_SQL_WORDS,
	INDEX_SQL_AREA,
	INDEX_SQL_MINUTE,
	INDEX_SQL_TALLY,
	INDEX_SQL_COUNT,
	INDEX_SQL_INCIDENT,
	INDEX_SQL_NEW_INCIDENT,
	INDEX_SQL_STALE,
	INDEX_SQL_OF,
	INDEX_SQL_MOVE,
	INDEX_SQL_RECOUNT,
	INDEX_SQL_STANDS,
	INDEX_SQL_REPLACE,
	INDEX_SQL_UNPLACE,
	INDEX_SQL_UNAREA,
	INDEX_SQL_UNTALLY,
	INDEX_SQL_POINTS,
	INDEX_SQL_HULL,
	INDEX_SQL_DRAW,
	INDEX_SQL_DRAWN,
	INDEX_SQL_FRESH,
	INDEX_SQL_ERASE,
	INDEX_SQL_UNDRAW,
	INDEX_SQL_UNDRAWN,
	INDEX_SQL_UMBRELLAS,
	INDEX_SQL_SINCE,
	INDEX_SQL_HANGING,
	INDEX_SQL_SIMPLER,
	INDEX_SQL_GROUND,
	INDEX_SQL_GROUND_PLACE,
	INDEX_SQL_GROUND_LAST,
	INDEX_SQLS,
};

struct index_writer {
	char path[INDEX_PATH_BYTES];
	sqlite3 *db;
	void *spatialite;
	sqlite3_stmt *statements[INDEX_SQLS];
	struct index_state state;
	dev_t device;
	ino_t inode;
	int wal_pages; /* in the WAL, */
	int wal_home;  /* and how many of these are in the file already */
};

/* 0, an answer, or -errno for an SQLite result code. */
int index_fault(int code);

/* Runs a statement that gives no rows, and resets it. 0, an answer, or -errno. */
int index_run(struct index_writer *x, enum index_statement which);

/*
 * Around one or more places: *ring holds doubles, longitude and latitude in
 * turn, the first corner again at the end; *geometry is SpatiaLite's. Both are
 * the statement's until it is reset. 0, an answer, or -errno.
 */
struct index_hull {
	double *ring; /* the caller frees it */
	size_t n_ring;
	double west_deg, south_deg, east_deg, north_deg;
};

int index_hull(struct index_writer *x, const struct geo_point *points, size_t n,
	double margin_m, struct index_hull *out);

/* Well-known binary, as this machine has its numbers: little-endian. */
enum {
	WKB_POINT = 1,
	WKB_POLYGON = 3,
	WKB_MULTIPOINT = 4,
	WKB_MULTIPOLYGON = 6,
	WKB_HEAD_BYTES = 9, /* byte order, type, count */
	WKB_POINT_BYTES = 21,
};

uint8_t *wkb_put_head(uint8_t *to, uint32_t type, uint32_t count);

/* The outer ring of a polygon of so many corners at most; 0 corners when it is none. */
size_t wkb_take_ring(
	const uint8_t *wkb, size_t bytes, size_t corners_most, const uint8_t **ring);

#endif
