#include "geo/needle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

struct needle_reader {
	sqlite3 *db; /* only its FTS5 is wanted */
	fts5_tokenizer calls;
	Fts5Tokenizer *tokenizer;
};

/* FTS5 hands out its interface through a bound pointer. */
static fts5_api *
api_of(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL) ==
		SQLITE_OK) {
		(void)sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
		(void)sqlite3_step(statement);
	}
	sqlite3_finalize(statement);
	return api;
}

static int
open_tokenizer(struct needle_reader *r)
{
	const char *arguments[] = {"remove_diacritics", "2"};
	void *context = NULL;
	fts5_api *api;

	if (sqlite3_open_v2(":memory:", &r->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		return -ENOMEM;
	}
	api = api_of(r->db);
	if (api == NULL || api->xFindTokenizer(api, "unicode61", &context, &r->calls) !=
				   SQLITE_OK) {
		return -ENOMEM; /* FTS5 is part of every SQLite we are built with */
	}
	return r->calls.xCreate(context, arguments, 2, &r->tokenizer) == SQLITE_OK
		       ? 0
		       : -ENOMEM;
}

int
needle_open(struct needle_reader **out)
{
	struct needle_reader *r = calloc(1, sizeof(*r));
	int fault = r == NULL ? -ENOMEM : open_tokenizer(r);

	if (fault != 0) {
		needle_close(r);
		return fault;
	}
	*out = r;
	return 0;
}

void
needle_close(struct needle_reader *r)
{
	if (r == NULL) {
		return;
	}
	if (r->tokenizer != NULL) {
		r->calls.xDelete(r->tokenizer);
	}
	(void)sqlite3_close(r->db);
	free(r);
}

static int
on_asked(void *arg, int flags, const char *token, int bytes, int start, int end)
{
	struct needles *w = arg;

	(void)flags;
	(void)start;
	(void)end;
	if (w->n == NEEDLE_MOST || bytes >= NEEDLE_BYTES) {
		return SQLITE_TOOBIG;
	}
	memcpy(w->at[w->n].text, token, (size_t)bytes);
	w->at[w->n].text[bytes] = '\0';
	w->at[w->n].begins = false;
	w->n++;
	return SQLITE_OK;
}

int
needle_read(struct needle_reader *r, const char *text, struct needles *out)
{
	struct needles words = {0};

	while (*text != '\0') {
		size_t bytes = strcspn(text, " \t\r\n");
		size_t before = words.n;
		int code = r->calls.xTokenize(r->tokenizer, &words, FTS5_TOKENIZE_QUERY,
			text, (int)bytes, on_asked);

		if (code != SQLITE_OK) {
			return code == SQLITE_TOOBIG ? NEEDLE_TOO_MANY : -ENOMEM;
		}
		if (bytes > 0 && text[bytes - 1] == '*' && words.n > before) {
			words.at[words.n - 1].begins = true;
		}
		text += bytes + (text[bytes] != '\0');
	}
	*out = words;
	return words.n > 0 ? 0 : NEEDLE_NONE;
}

struct looking {
	const struct needles *words;
	unsigned found; /* a bit for each */
};

static int
on_found(void *arg, int flags, const char *token, int bytes, int start, int end)
{
	struct looking *l = arg;

	(void)flags;
	(void)start;
	(void)end;
	for (size_t i = 0; i < l->words->n; i++) {
		size_t length = strlen(l->words->at[i].text);
		bool fits = l->words->at[i].begins ? (size_t)bytes >= length
						   : (size_t)bytes == length;

		if (fits && memcmp(token, l->words->at[i].text, length) == 0) {
			l->found |= 1u << i;
		}
	}
	return SQLITE_OK;
}

int
needle_occur(struct needle_reader *r, const struct needles *w, const char *const *texts,
	size_t n)
{
	struct looking l = {w, 0};

	for (size_t i = 0; i < n; i++) {
		if (r->calls.xTokenize(r->tokenizer, &l, FTS5_TOKENIZE_DOCUMENT,
			    texts[i], (int)strlen(texts[i]), on_found) != SQLITE_OK) {
			return -ENOMEM;
		}
	}
	return l.found == (1u << w->n) - 1;
}

void
needle_expression(const struct needles *w, char out[NEEDLE_EXPRESSION_BYTES])
{
	size_t at = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (i > 0) {
			at += (size_t)snprintf(
				out + at, NEEDLE_EXPRESSION_BYTES - at, " AND ");
		}
		out[at++] = '"';
		for (const char *c = w->at[i].text; *c != '\0'; c++) {
			if (*c == '"') {
				out[at++] = '"';
			}
			out[at++] = *c;
		}
		out[at++] = '"';
		if (w->at[i].begins) {
			out[at++] = '*';
		}
	}
	out[at] = '\0';
}
