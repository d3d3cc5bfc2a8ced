/*
 * reason - what was wrong with a field, as a word for programs
 *
 * A field's reason is one English sentence. Each that somebody at the console
 * can bring about has a code as well, by one table: it stays when the sentence
 * is worded anew, and the console has its words in each language
 * (reason.CODE of web/locales; a lint holds the three together). A sentence that
 * is not in the table has none, and is shown as it is.
 */
#ifndef SERVER_REASON_H
#define SERVER_REASON_H

#include <stdbool.h>
#include <stddef.h>

enum {
	REASON_VALUES_MOST = 2,
};

struct reason {
	const char *code;
	/* What stands in the sentence, in its order: limits, mostly. Into the text. */
	size_t n_values;
	struct {
		const char *at;
		size_t bytes;
	} values[REASON_VALUES_MOST];
};

/* false: it has no code. */
bool reason_read(const char *sentence, struct reason *out);

#endif
