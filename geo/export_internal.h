/* export_internal - what the files of the export share; nobody else includes it */
#ifndef GEO_EXPORT_INTERNAL_H
#define GEO_EXPORT_INTERNAL_H

#include <sqlite3.h>

#include "geo/export.h"

enum {
	EXPORT_SRS = 4326,
	EXPORT_HEAD_BYTES = 8, /* of a GeoPackage's geometry */
	EXPORT_BOX_BYTES = 32, /* its envelope, when it has one */
};

struct export
{
	char *path;
	sqlite3 *db;
	bool personal;
	sqlite3_stmt *put[EXPORT_LAYERS];
	sqlite3_stmt *put_box[EXPORT_LAYERS]; /* NULL without geometry */
	sqlite3_stmt *find;
	sqlite3_stmt *move;
	sqlite3_stmt *know;
	sqlite3_stmt *known;
	uint64_t rows[EXPORT_LAYERS];
};

/* Is the column in this file? */
bool export_has(const struct export *x, const struct export_column *column);

/* -errno for an SQLite result code; 0 for those that are no fault. */
int export_fault(int code);

/* Formats and runs. 0 or -errno. */
int export_run(struct export *x, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Ready to step. 0 or -errno. */
int export_prepare(struct export *x, sqlite3_stmt **out, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
