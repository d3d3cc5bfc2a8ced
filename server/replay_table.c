#include "server/replay_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <jansson.h>

#include "server/csv.h"

void
replay_table_fini(struct replay_table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		struct replay_row *row = &table->rows[i];

		for (size_t c = 0; row->cells != NULL && c < table->n_columns; c++) {
			free(row->cells[c]);
		}
		free(row->cells);
	}
	for (size_t c = 0; c < table->n_columns; c++) {
		free(table->columns[c]);
	}
	free(table->columns);
	free(table->rows);
	free(table->text);
	memset(table, 0, sizeof *table);
}

int
replay_table_column(const struct replay_table *table, const char *name)
{
	for (size_t c = 0; c < table->n_columns; c++) {
		if (strcasecmp(table->columns[c], name) == 0) {
			return (int)c;
		}
	}
	return -1;
}

/* A fresh row at the end, or NULL. */
static struct replay_row *
add_row(struct replay_table *table, unsigned line)
{
	struct replay_row *row;

	if (table->n_rows == table->room) {
		size_t room = table->room == 0 ? 64 : 2 * table->room;
		struct replay_row *rows =
			realloc(table->rows, room * sizeof *table->rows);

		if (rows == NULL) {
			return NULL;
		}
		table->rows = rows;
		table->room = room;
	}
	row = &table->rows[table->n_rows++];
	*row = (struct replay_row){.line = line};
	return row;
}

static int
add_column(struct replay_table *table, const char *name)
{
	char **columns =
		realloc(table->columns, (table->n_columns + 1) * sizeof *columns);

	if (columns == NULL) {
		return -ENOMEM;
	}
	table->columns = columns;
	columns[table->n_columns] = strdup(name);
	if (columns[table->n_columns] == NULL) {
		return -ENOMEM;
	}
	table->n_columns++;
	return 0;
}

/* ---- CSV */

static int
add_csv_row(struct replay_table *table, const struct csv_row *from, int answer)
{
	struct replay_row *row = add_row(table, from->line);

	if (row == NULL) {
		return -ENOMEM;
	}
	if (answer == CSV_BAD) {
		row->reason = from->reason;
		return 0;
	}
	if (from->n_fields != table->n_columns) {
		row->reason = "not as many fields as the first row names";
		return 0;
	}
	row->cells = calloc(table->n_columns, sizeof *row->cells);
	for (size_t c = 0; row->cells != NULL && c < table->n_columns; c++) {
		row->cells[c] = strdup(from->fields[c]);
		if (row->cells[c] == NULL) {
			return -ENOMEM;
		}
	}
	return row->cells == NULL ? -ENOMEM : 0;
}

static int
read_csv(struct replay_table *table, size_t bytes, const char *name, FILE *err)
{
	struct csv csv;
	struct csv_row row;
	int answer;
	int fault = 0;

	table->row_word = "line";
	csv_init(&csv, table->text, bytes);
	if (csv_next(&csv, &row) != 0) {
		fprintf(err, "%s: the first row must name the columns\n", name);
		return REPLAY_TABLE_BAD;
	}
	for (size_t i = 0; i < row.n_fields && fault == 0; i++) {
		fault = add_column(table, row.fields[i]);
	}
	while (fault == 0 && (answer = csv_next(&csv, &row)) != CSV_END) {
		fault = add_csv_row(table, &row, answer);
	}
	return fault;
}

/* ---- GeoJSON */

/* A property as a cell: text as it is, figures and words of JSON as written. */
static char *
cell_of(const json_t *value)
{
	if (value == NULL || json_is_null(value)) {
		return strdup("");
	}
	if (json_is_string(value)) {
		return strdup(json_string_value(value));
	}
	return json_dumps(
		value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
}

static int
add_columns(struct replay_table *table, json_t *features)
{
	size_t i;
	json_t *feature;
	const char *key;
	json_t *value;
	int fault = 0;

	fault |= add_column(table, "lat");
	fault |= add_column(table, "lon");
	fault |= add_column(table, "id");
	json_array_foreach(features, i, feature)
	{
		json_object_foreach(json_object_get(feature, "properties"), key, value)
		{
			if (fault == 0 && replay_table_column(table, key) < 0 &&
				table->n_columns < CSV_FIELDS_MOST) {
				fault = add_column(table, key);
			}
		}
	}
	return fault != 0 ? -ENOMEM : 0;
}

/* Why this feature is no report, or NULL. Null geometry is one without a place. */
static const char *
find_fault(const json_t *feature)
{
	const json_t *geometry = json_object_get(feature, "geometry");
	const json_t *at = json_object_get(geometry, "coordinates");
	const char *type = json_string_value(json_object_get(geometry, "type"));

	if (!json_is_object(feature)) {
		return "not a feature";
	}
	if (geometry == NULL || json_is_null(geometry)) {
		return NULL;
	}
	if (type == NULL || strcmp(type, "Point") != 0) {
		return "not a point";
	}
	if (!json_is_number(json_array_get(at, 0)) ||
		!json_is_number(json_array_get(at, 1))) {
		return "a point without coordinates";
	}
	return NULL;
}

/* lat, lon and id go first; a property of these names is used when they are empty. */
static json_t *
find_value(const struct replay_table *table, const json_t *feature, size_t column)
{
	json_t *at =
		json_object_get(json_object_get(feature, "geometry"), "coordinates");
	json_t *own = NULL;

	if (column == 0) {
		own = json_array_get(at, 1);
	} else if (column == 1) {
		own = json_array_get(at, 0);
	} else if (column == 2) {
		own = json_object_get(feature, "id");
	}
	if (own != NULL) {
		return own;
	}
	return json_object_get(
		json_object_get(feature, "properties"), table->columns[column]);
}

static int
add_feature(struct replay_table *table, const json_t *feature, size_t number)
{
	struct replay_row *row = add_row(table, (unsigned)number);

	if (row == NULL) {
		return -ENOMEM;
	}
	row->reason = find_fault(feature);
	if (row->reason != NULL) {
		return 0;
	}
	row->cells = calloc(table->n_columns, sizeof *row->cells);
	for (size_t c = 0; row->cells != NULL && c < table->n_columns; c++) {
		row->cells[c] = cell_of(find_value(table, feature, c));
		if (row->cells[c] == NULL) {
			return -ENOMEM;
		}
	}
	return row->cells == NULL ? -ENOMEM : 0;
}

static int
read_geojson(struct replay_table *table, size_t bytes, const char *name, FILE *err)
{
	json_error_t where;
	size_t mark = strncmp(table->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	json_t *root = json_loadb(table->text + mark, bytes - mark, 0, &where);
	json_t *features = json_object_get(root, "features");
	json_t *feature;
	size_t i;
	int fault;

	table->row_word = "feature";
	if (root == NULL) {
		fprintf(err, "%s:%d: %s\n", name, where.line, where.text);
		return REPLAY_TABLE_BAD;
	}
	if (!json_is_array(features)) {
		fprintf(err, "%s: not a GeoJSON FeatureCollection\n", name);
		json_decref(root);
		return REPLAY_TABLE_BAD;
	}
	fault = add_columns(table, features);
	json_array_foreach(features, i, feature)
	{
		if (fault == 0) {
			fault = add_feature(table, feature, i + 1);
		}
	}
	json_decref(root);
	return fault;
}

int
replay_table_take(struct replay_table *table, char *text, size_t bytes,
	const char *name, FILE *err)
{
	int answer;

	*table = (struct replay_table){.text = text};
	if (text[strspn(text, " \t\r\n\xef\xbb\xbf")] == '{') {
		answer = read_geojson(table, bytes, name, err);
	} else {
		answer = read_csv(table, bytes, name, err);
	}
	if (answer == -ENOMEM) {
		fprintf(err, "%s: not enough memory\n", name);
	}
	if (answer != 0) {
		replay_table_fini(table);
	}
	return answer;
}

int
replay_table_read(struct replay_table *table, const char *path, FILE *err)
{
	int fd = open(
		path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* of a FIFO nobody waits */
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat about;
	char *text = NULL;
	size_t bytes = 0;
	int fault = 0;

	if (file == NULL || fstat(fileno(file), &about) != 0) {
		fault = -errno;
	} else if (!S_ISREG(about.st_mode)) {
		fault = S_ISDIR(about.st_mode) ? -EISDIR : -ENODEV;
	} else if (about.st_size > REPLAY_FILE_BYTES) {
		fault = -EFBIG;
	} else {
		bytes = (size_t)about.st_size;
		text = calloc(1, bytes + 1);
		if (text == NULL) {
			fault = -ENOMEM;
		} else if (fread(text, 1, bytes, file) != bytes) {
			fault = -EIO;
		}
	}
	if (file != NULL) {
		fclose(file);
	}
	if (fault != 0) {
		fprintf(err, "%s: cannot be read: %s\n", path,
			fault == -ENODEV ? "it is no file" : strerror(-fault));
		free(text);
		return fault;
	}
	return replay_table_take(table, text, bytes, path, err);
}
