#include "server/area_residents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geo/measure.h"
#include "server/csv.h"
#include "server/point_file.h"

enum {
	FIRST_ROOM = 1024,
	DIGITS_MOST = 12,
};

static const size_t NOWHERE = SIZE_MAX;

/* Where the columns stand; lat and lon may be NOWHERE. */
struct layout {
	size_t n_fields;
	size_t code;
	size_t residents;
	size_t lat;
	size_t lon;
};

static size_t
find_column(const struct csv_row *head, const char *name, const char *other)
{
	for (size_t i = 0; i < head->n_fields; i++) {
		if (strcasecmp(head->fields[i], name) == 0 ||
			strcasecmp(head->fields[i], other) == 0) {
			return i;
		}
	}
	return NOWHERE;
}

/* The name of a column that is missing, or NULL. */
static const char *
find_columns(const struct csv_row *head, struct layout *l)
{
	*l = (struct layout){.n_fields = head->n_fields,
		.code = find_column(head, "istat", "code"),
		.residents = find_column(head, "residenti", "residents"),
		.lat = find_column(head, "lat", "lat_deg"),
		.lon = find_column(head, "lon", "lon_deg")};
	if (l->code == NOWHERE) {
		return "istat";
	}
	if (l->residents == NOWHERE) {
		return "residenti";
	}
	return (l->lat == NOWHERE) == (l->lon == NOWHERE) ? NULL
	       : l->lat == NOWHERE                        ? "lat"
							  : "lon";
}

static bool
read_count(const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > DIGITS_MOST || text[digits] != '\0') {
		return false;
	}
	*out = strtoll(text, NULL, 10);
	return true;
}

/* What is wrong with the row, or NULL. */
static const char *
read_row(const struct csv_row *from, const struct layout *l, struct store_residents *to)
{
	if (from->n_fields != l->n_fields) {
		return "not as many fields as the first row names";
	}
	*to = (struct store_residents){.code = from->fields[l->code]};
	if (to->code[0] == '\0' || strlen(to->code) >= AREA_CODE_BYTES) {
		return "the code is empty or too long";
	}
	if (!read_count(from->fields[l->residents], &to->residents)) {
		return "the residents are not a whole number";
	}
	if (l->lat == NOWHERE ||
		(from->fields[l->lat][0] == '\0' && from->fields[l->lon][0] == '\0')) {
		return NULL;
	}
	to->has_center = true;
	if (!point_file_number(from->fields[l->lat], &to->center.lat_deg) ||
		!point_file_number(from->fields[l->lon], &to->center.lon_deg)) {
		return "the position is not two numbers";
	}
	return point_is_valid(to->center) ? NULL : "the position is not on the earth";
}

static int
keep(struct area_residents *r, size_t *room, unsigned line,
	const struct store_residents *residents)
{
	if (r->n == *room) {
		size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
		void *rows = realloc(r->rows, more * sizeof(r->rows[0]));

		if (rows == NULL) {
			return -ENOMEM;
		}
		r->rows = rows;
		*room = more;
	}
	r->rows[r->n++] = (struct area_residents_row){line, *residents};
	return 0;
}

static int
by_code(const void *a, const void *b)
{
	const struct area_residents_row *x = *(struct area_residents_row *const *)a;
	const struct area_residents_row *y = *(struct area_residents_row *const *)b;
	int order = strcmp(x->residents.code, y->residents.code);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Of rows with one code the first stays. 0 or -ENOMEM. */
static int
leave_out_repeats(struct area_residents *r, const char *name, FILE *err)
{
	struct area_residents_row **sorted = malloc((r->n + 1) * sizeof(*sorted));
	size_t n = 0;

	if (sorted == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < r->n; i++) {
		sorted[i] = &r->rows[i];
	}
	qsort(sorted, r->n, sizeof(*sorted), by_code);
	for (size_t i = 1, first = 0; i < r->n; i++) {
		if (strcmp(sorted[first]->residents.code, sorted[i]->residents.code) !=
			0) {
			first = i;
			continue;
		}
		fprintf(err, "%s, line %u: the code %s stands in line %u already\n",
			name, sorted[i]->line, sorted[i]->residents.code,
			sorted[first]->line);
		sorted[i]->line = 0;
		r->n_left_out++;
	}
	free(sorted);
	for (size_t i = 0; i < r->n; i++) {
		if (r->rows[i].line != 0) {
			r->rows[n++] = r->rows[i];
		}
	}
	r->n = n;
	return 0;
}

int
area_residents_read(
	struct area_residents *r, char *text, size_t bytes, const char *name, FILE *err)
{
	struct layout layout;
	struct csv csv;
	struct csv_row row;
	const char *missing;
	size_t room = 0;
	int answer, fault = 0;

	*r = (struct area_residents){0};
	csv_init(&csv, text, bytes);
	if (csv_next(&csv, &row) != 0) {
		fprintf(err, "%s: the first row must name the columns\n", name);
		return AREA_RESIDENTS_BAD;
	}
	missing = find_columns(&row, &layout);
	if (missing != NULL) {
		fprintf(err, "%s has no column %s\n", name, missing);
		return AREA_RESIDENTS_BAD;
	}
	while (fault == 0 && (answer = csv_next(&csv, &row)) != CSV_END) {
		struct store_residents residents;
		const char *why =
			answer == 0 ? read_row(&row, &layout, &residents) : row.reason;

		if (why == NULL) {
			fault = keep(r, &room, row.line, &residents);
			continue;
		}
		fprintf(err, "%s, line %u: %s\n", name, row.line, why);
		r->n_left_out++;
	}
	return fault != 0 ? fault : leave_out_repeats(r, name, err);
}

void
area_residents_fini(struct area_residents *r)
{
	free(r->rows);
	*r = (struct area_residents){0};
}
