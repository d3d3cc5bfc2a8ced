/*
 * area_residents - how many live where, from a CSV
 *
 * Columns by name: `istat` or `code`, `residenti` or `residents`, and when they
 * are there `lat` and `lon`, the point where people think the place is. Codes
 * are text: their zeros in front count. A row that cannot be read, or whose code
 * a row before it had, is told with its line and left out; the others are taken.
 */
#ifndef SERVER_AREA_RESIDENTS_H
#define SERVER_AREA_RESIDENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "geo/store_area.h"

enum area_residents_answer {
	AREA_RESIDENTS_BAD = 1, /* no such file of figures; told on err */
};

struct area_residents_row {
	unsigned line;
	struct store_residents residents; /* code: in the text */
};

struct area_residents {
	size_t n;
	struct area_residents_row *rows;
	size_t n_left_out;
};

/*
 * Reads text in place (text[bytes] is writable too, and outlives the rows). 0,
 * AREA_RESIDENTS_BAD, or -ENOMEM. Fine to finish in any case.
 */
int area_residents_read(struct area_residents *r, char *text, size_t bytes,
	const char *name, FILE *err);
void area_residents_fini(struct area_residents *r);

#endif
