/*
 * wake_text - what a message about waiting incidents says
 *
 * A title of one line, a line for each incident, and what to do; in the language
 * of whoever is woken, from the catalogues. Says kind, class, age and
 * municipality: nothing of who reported, no words of theirs, no exact place.
 */
#ifndef SERVER_WAKE_TEXT_H
#define SERVER_WAKE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"

/* Made from web/locales/ (words.py); ends in one without a language. */
struct wake_word {
	const char *language;
	const char *key;
	const char *text;
};

extern const struct wake_word wake_words[];

enum {
	WAKE_LINES_MOST = 20,
};

struct wake_line {
	uint64_t id;
	unsigned class_no;
	const char *hazard; /* code */
	const char *area;   /* name; "": not known */
	int64_t opened_ms;
};

struct wake_text {
	char *title;
	char *text;
};

/*
 * n of them in all, the worst first, of which `lines` are told (at most
 * WAKE_LINES_MOST). language: BCP 47; one we do not have: English. In the arena. 0
 * or -ENOMEM.
 */
int wake_text(const char *language, const struct wake_line *lines, size_t n_lines,
	size_t n, int64_t now_ms, struct arena *arena, struct wake_text *out);

/* What somebody is told who asks whether messages arrive. 0 or -ENOMEM. */
int wake_text_test(const char *language, struct arena *arena, struct wake_text *out);

#endif
