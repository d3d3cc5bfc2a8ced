/*
 * replay_table - a file of somebody's reports as rows and named columns
 *
 * CSV: the first row names the columns. GeoJSON: one row a feature; properties
 * and the feature's id are columns, a Point gives "lat" and "lon". A row that
 * cannot be read stays in the table with its reason, so that who shows the
 * table can tell. The whole file is in memory: at most REPLAY_FILE_BYTES.
 */
#ifndef SERVER_REPLAY_TABLE_H
#define SERVER_REPLAY_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum {
	REPLAY_FILE_BYTES = 256 * 1024 * 1024,
};

enum replay_table_answer {
	REPLAY_TABLE_BAD = 1, /* not such a file: told to err */
};

struct replay_row {
	unsigned line;      /* of a CSV; of GeoJSON the feature's number, from 1 */
	const char *reason; /* why it cannot be read, or NULL */
	char **cells;       /* n_columns of them; NULL when there is a reason */
};

struct replay_table {
	size_t n_columns;
	char **columns;
	size_t n_rows;
	struct replay_row *rows;
	const char *row_word; /* "line" or "feature" */
	/* What the strings live in. */
	size_t room;
	char *text;
};

/* Returns 0, REPLAY_TABLE_BAD, or -errno; a sentence was told to err. */
int replay_table_read(struct replay_table *table, const char *path, FILE *err);

/* From a text in memory; takes it (free() will get it). */
int replay_table_take(struct replay_table *table, char *text, size_t bytes,
	const char *name, FILE *err);

void replay_table_fini(struct replay_table *table);

/* Number of the column, or -1; letter case does not count. */
int replay_table_column(const struct replay_table *table, const char *name);

#endif
