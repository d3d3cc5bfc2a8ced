#include "server/point_file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geo/measure.h"
#include "server/csv.h"

enum {
	FIRST_BYTES = 1 << 16,
	FIRST_ROWS = 1 << 10,
};

static const size_t FILE_BYTES_MOST = (size_t)1 << 30;

/* Where the columns stand. */
struct layout {
	size_t n_fields;
	size_t id;
	size_t lat;
	size_t lon;
};

bool
point_file_number(const char *text, double *out)
{
	size_t span;
	char *end;

	text += strspn(text, " \t");
	span = strspn(text, "+-.0123456789eE");
	*out = strtod(text, &end);
	return end > text && (size_t)(end - text) <= span &&
	       end[strspn(end, " \t")] == '\0' && isfinite(*out);
}

static int
read_text(struct point_file *f, FILE *from)
{
	size_t room = 0;

	do {
		if (f->bytes + 1 >= room) {
			char *text;

			if (room >= FILE_BYTES_MOST) {
				return -EFBIG;
			}
			room = room == 0 ? FIRST_BYTES : 2 * room;
			text = realloc(f->text, room);
			if (text == NULL) {
				return -ENOMEM;
			}
			f->text = text;
		}
		/* One byte is for the NUL that csv.h wants. */
		f->bytes += fread(f->text + f->bytes, 1, room - 1 - f->bytes, from);
	} while (!feof(from) && !ferror(from));
	if (!ferror(from)) {
		return 0;
	}
	return errno == EISDIR ? -EISDIR : -EIO;
}

static bool
find_column(const struct csv_row *head, const char *column, size_t *out)
{
	for (*out = 0; *out < head->n_fields; ++*out) {
		if (strcasecmp(head->fields[*out], column) == 0) {
			return true;
		}
	}
	return false;
}

/* The name of a column that is not there, or NULL. */
static const char *
find_columns(const struct csv_row *head, const struct point_file_columns *columns,
	struct layout *layout)
{
	layout->n_fields = head->n_fields;
	if (!find_column(head, columns->id, &layout->id)) {
		return columns->id;
	}
	if (!find_column(head, columns->lat, &layout->lat)) {
		return columns->lat;
	}
	return find_column(head, columns->lon, &layout->lon) ? NULL : columns->lon;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

/* What is wrong with the row, or NULL. */
static const char *
read_row(const struct csv_row *from, const struct layout *layout, struct point_row *row)
{
	const char *lat, *lon;

	if (from->n_fields != layout->n_fields) {
		return "not as many fields as the first row names";
	}
	lat = from->fields[layout->lat];
	lon = from->fields[layout->lon];
	if (is_blank(lat) || is_blank(lon)) {
		return "no position";
	}
	if (!point_file_number(lat, &row->at.lat_deg) ||
		!point_file_number(lon, &row->at.lon_deg)) {
		return "the position is not two numbers";
	}
	if (!point_is_valid(row->at)) {
		return "the position is not on the earth";
	}
	row->id = from->fields[layout->id];
	return NULL;
}

static int
keep_row(struct point_file *f, const struct point_row *row)
{
	if (f->n_rows == f->room) {
		size_t room = f->room == 0 ? FIRST_ROWS : 2 * f->room;
		struct point_row *rows = realloc(f->rows, room * sizeof(*rows));

		if (rows == NULL) {
			return -ENOMEM;
		}
		f->rows = rows;
		f->room = room;
	}
	f->rows[f->n_rows++] = *row;
	return 0;
}

int
point_file_read(struct point_file *f, FILE *from, const char *name,
	const struct point_file_columns *columns, FILE *err)
{
	struct layout layout = {0};
	struct csv csv;
	struct csv_row row;
	const char *missing;
	int answer, fault;

	*f = (struct point_file){0};
	fault = read_text(f, from);
	if (fault < 0) {
		return fault;
	}
	csv_init(&csv, f->text, f->bytes);
	if (csv_next(&csv, &row) != 0) {
		fprintf(err, "%s: the first row must name the columns\n", name);
		return POINT_FILE_BAD;
	}
	missing = find_columns(&row, columns, &layout);
	if (missing != NULL) {
		fprintf(err, "%s has no column %s\n", name, missing);
		return POINT_FILE_BAD;
	}
	while (fault == 0 && (answer = csv_next(&csv, &row)) != CSV_END) {
		struct point_row point;
		const char *why =
			answer == 0 ? read_row(&row, &layout, &point) : row.reason;

		if (why == NULL) {
			fault = keep_row(f, &point);
			continue;
		}
		fprintf(err, "%s, line %u: %s\n", name, row.line, why);
		f->n_left_out++;
	}
	return fault;
}

void
point_file_fini(struct point_file *f)
{
	free(f->rows);
	free(f->text);
	*f = (struct point_file){0};
}
