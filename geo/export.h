/*
 * export - everything there is, as one file for maps and tables
 *
 * A GeoPackage (OGC 12-128, 1.3: an SQLite file that QGIS and GDAL read),
 * written by hand on plain SQLite: layers with their R-trees, the extension
 * registered, its triggers there, so that who edits the file keeps it true.
 * CSV and GeoJSON are written from the finished file.
 *
 * Nothing personal is in a file that was opened without the right to it: those
 * columns do not exist there. What a coarse point is, is the caller's to say.
 *
 * The file is not safe until export_finish() returned 0, and has its name only
 * after the caller renamed it. Half a file is of no use to anybody: it is
 * written without a journal.
 */
#ifndef GEO_EXPORT_H
#define GEO_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "geo/export_table.h"
#include "geo/point.h"
#include "geo/polygon.h"

struct export;

enum export_answer {
	EXPORT_NONE = 1, /* no such incident */
};

struct export_value {
	bool is_set; /* else NULL */
	int64_t number;
	double real;
	const char *text;
};

/* At most one of point and ground. */
struct export_row {
	struct export_value values[EXPORT_COLUMNS_MOST]; /* [0] is the id */
	bool has_point;
	struct geo_point point;
	const struct polygon *ground; /* NULL: none */
};

/* Empty. */
void export_row_init(struct export_row *row, uint64_t id);

/* An empty or NULL text is NULL in the file. */
void export_set_text(struct export_row *row, size_t column, const char *text);
void export_set_number(struct export_row *row, size_t column, int64_t number);
void export_set_real(struct export_row *row, size_t column, double real);

/* Milliseconds since 1970, for columns of time. */
void export_set_time(struct export_row *row, size_t column, int64_t at_ms);

/*
 * Makes the file anew; what stood at the path is gone. 0 or -errno, as all that
 * follow.
 */
int export_open(struct export **out, const char *path, bool personal);

/*
 * As export_open(), and the path is free again at once: the file is *fd, the
 * caller's to read once it is finished and closed here, and gone with it.
 */
int export_open_nameless(struct export **out, const char *path, bool personal, int *fd);

/* Accepts NULL. The file stays. */
void export_close(struct export *x);

/* A row with an id that is there already takes its place. */
int export_put(struct export *x, enum export_layer layer, const struct export_row *row);

/* What a report needs to know of its incident; text is good until the next call. */
struct export_incident {
	bool has_point;
	struct geo_point point;
	const char *areas;
};

/* 0, EXPORT_NONE, or -errno. */
int export_find_incident(struct export *x, uint64_t id, struct export_incident *out);

/* The report of that id also goes by the number of another row. */
int export_know_as(struct export *x, uint64_t row, uint64_t report);

/* What that row goes by: its own number if nobody said another. */
int export_known_as(struct export *x, uint64_t row, uint64_t *report);

/*
 * The report in that row is another incident's now, and has its areas; it keeps
 * its place.
 */
int export_move(struct export *x, uint64_t row, uint64_t incident);

/*
 * Counts what each incident has, writes extents, indexes and triggers, and
 * syncs. Nothing can be put after it.
 */
int export_finish(struct export *x);

uint64_t export_rows(const struct export *x, enum export_layer layer);

/*
 * Of a finished file. RFC 4180 with a header line; points as lat_deg and
 * lon_deg, ground as wkt; a text that a spreadsheet would take for a formula
 * begins with '. GeoJSON is RFC 7946, with a bbox and the layer's name. visit
 * (may be NULL) is told now and then; other than 0 ends it and is returned.
 */
struct export_listener {
	int (*told)(void *arg, uint64_t n_rows);
	void *arg;
};

int export_write_csv(struct export *x, enum export_layer layer, FILE *out,
	const struct export_listener *listener);
int export_write_geojson(struct export *x, enum export_layer layer, FILE *out,
	const struct export_listener *listener);

#endif
