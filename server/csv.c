#include "server/csv.h"

#include <stdbool.h>
#include <string.h>

/* How often c stands in the first line, outside of quotes. */
static size_t
count_outside_quotes(const struct csv *csv, char c)
{
	size_t n = 0;
	bool quoted = false;

	for (const char *p = csv->at; p < csv->end && (quoted || *p != '\n'); p++) {
		quoted ^= *p == '"';
		n += *p == c && !quoted;
	}
	return n;
}

void
csv_init(struct csv *csv, char *text, size_t bytes)
{
	size_t commas;
	size_t semicolons;
	size_t tabs;

	*csv = (struct csv){
		.at = text, .end = text + bytes, .separator = ',', .line = 1};
	if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		csv->at += 3;
	}
	commas = count_outside_quotes(csv, ',');
	semicolons = count_outside_quotes(csv, ';');
	tabs = count_outside_quotes(csv, '\t');
	if (semicolons > commas && semicolons >= tabs) {
		csv->separator = ';';
	} else if (tabs > commas) {
		csv->separator = '\t';
	}
}

/* At the end of a row: "\r\n", "\n", or nothing more. */
static bool
at_row_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' ||
	       (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n');
}

static void
pass_row_end(struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r') {
		csv->at++;
	}
	if (csv->at < csv->end) {
		csv->at++;
		csv->line++;
	}
}

/* Gives the row up and goes on with the next line. */
static int
refuse(struct csv *csv, struct csv_row *row, const char *reason)
{
	row->reason = reason;
	while (csv->at < csv->end && *csv->at != '\n') {
		csv->at++;
	}
	pass_row_end(csv);
	return CSV_BAD;
}

/* The quote that closes the field whose opening one is behind us, or NULL. */
static char *
find_closing_quote(const struct csv *csv)
{
	for (char *p = csv->at; p < csv->end; p++) {
		if (*p != '"') {
			continue;
		}
		if (p + 1 == csv->end || p[1] != '"') {
			return p;
		}
		p++;
	}
	return NULL;
}

/* Leaves at behind the closing quote. Returns the end of the unquoted text. */
static char *
unquote(struct csv *csv, const char *closing)
{
	char *out = csv->at;

	for (; csv->at < closing; csv->at++) {
		csv->line += *csv->at == '\n';
		csv->at += *csv->at == '"';
		*out++ = *csv->at;
	}
	csv->at++;
	return out;
}

static char *
read_plain(struct csv *csv)
{
	while (!at_row_end(csv) && *csv->at != csv->separator) {
		csv->at++;
	}
	return csv->at;
}

/* One field and what ends it; *last tells that this was the row's end. */
static int
read_field(struct csv *csv, struct csv_row *row, bool *last)
{
	char *field = csv->at;
	char *field_end;

	if (csv->at < csv->end && *csv->at == '"') {
		const char *closing;

		field = ++csv->at;
		closing = find_closing_quote(csv);
		if (closing == NULL) {
			/* It would swallow all that follows: only its own line is given
			 * up. */
			return refuse(csv, row, "a quoted field has no end");
		}
		field_end = unquote(csv, closing);
		if (!at_row_end(csv) && *csv->at != csv->separator) {
			return refuse(csv, row, "text behind a closing quote");
		}
	} else {
		field_end = read_plain(csv);
	}
	if (memchr(field, '\0', (size_t)(field_end - field)) != NULL) {
		return refuse(csv, row, "a NUL");
	}
	row->fields[row->n_fields++] = field;
	*last = at_row_end(csv);
	if (*last) {
		pass_row_end(csv);
	} else {
		csv->at++;
	}
	*field_end = '\0';
	return 0;
}

int
csv_next(struct csv *csv, struct csv_row *row)
{
	bool last = false;
	int answer = 0;

	while (csv->at < csv->end && at_row_end(csv)) {
		pass_row_end(csv);
	}
	if (csv->at == csv->end) {
		return CSV_END;
	}
	row->line = csv->line;
	row->n_fields = 0;
	row->reason = NULL;
	while (answer == 0 && !last) {
		if (row->n_fields == CSV_FIELDS_MOST) {
			return refuse(csv, row, "too many fields");
		}
		answer = read_field(csv, row, &last);
	}
	return answer;
}
