/*
 * point_file - points with ids from a CSV file
 *
 * The first row names the columns; letter case does not count. A row without a
 * usable position is told to err, with its line and the reason, and left out.
 * The whole file is in memory, at most 1 GiB of it.
 */
#ifndef SERVER_POINT_FILE_H
#define SERVER_POINT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "geo/point.h"

enum point_file_answer {
	POINT_FILE_BAD = 1, /* not such a file: told to err */
};

struct point_file_columns {
	const char *id;
	const char *lat;
	const char *lon;
};

struct point_row {
	const char *id; /* in the file's text */
	struct geo_point at;
};

struct point_file {
	struct point_row *rows;
	size_t n_rows;
	size_t n_left_out;
	/* What the rows live in. */
	size_t room;
	char *text;
	size_t bytes;
};

/*
 * name is what err is told of the file. Returns 0, POINT_FILE_BAD or -errno;
 * point_file_fini() is due in any case.
 */
int point_file_read(struct point_file *f, FILE *from, const char *name,
	const struct point_file_columns *columns, FILE *err);

void point_file_fini(struct point_file *f);

/*
 * A finite decimal number with nothing but blanks around it; strtod alone would
 * take hex, "inf" and "nan".
 */
bool point_file_number(const char *text, double *out);

#endif
