/*
 * csv - rows of a CSV text, as RFC 4180 has them
 *
 * Quoted fields may hold separators, doubled quotes and line breaks. Taken
 * besides: a byte order mark, bare LF line ends, a last row without one, and a
 * semicolon or a tab as separator when the first row has more of it than of
 * commas (spreadsheets of half of Europe write semicolons). Empty lines are
 * passed over. A row that cannot be read is told with its line and its reason,
 * and reading goes on behind it.
 *
 * The text is read in place: fields are cut, unquoted and ended by NULs inside
 * the caller's buffer.
 */
#ifndef SERVER_CSV_H
#define SERVER_CSV_H

#include <stddef.h>

enum csv_answer {
	CSV_END = 1,
	CSV_BAD, /* see row->reason */
};

enum {
	CSV_FIELDS_MOST = 256,
};

struct csv {
	char *at;
	char *end;
	char separator;
	unsigned line;
};

struct csv_row {
	unsigned line; /* on which it starts, from 1 */
	size_t n_fields;
	char *fields[CSV_FIELDS_MOST]; /* inside the text */
	const char *reason;            /* of CSV_BAD */
};

/* text[bytes] must be writable too: it becomes the last field's NUL. */
void csv_init(struct csv *csv, char *text, size_t bytes);

/* Returns 0, CSV_END or CSV_BAD; row->line is set unless it is the end. */
int csv_next(struct csv *csv, struct csv_row *row);

#endif
