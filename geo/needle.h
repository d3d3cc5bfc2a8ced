/*
 * needle - what somebody looks for in the words of reports
 *
 * Words are cut and folded by FTS5's own tokenizer (unicode61, diacritics
 * removed), here as in the index, so a report that is not yet indexed is found
 * by exactly the words that will find it later. All words must occur; one with
 * a star behind it may go on. What is looked for is data: no sign in it means
 * anything else.
 */
#ifndef GEO_NEEDLE_H
#define GEO_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	NEEDLE_MOST = 8,
	NEEDLE_BYTES = 64, /* with NUL */
	NEEDLE_EXPRESSION_BYTES = NEEDLE_MOST * (2 * NEEDLE_BYTES + 12),
};

enum needle_answer {
	NEEDLE_NONE = 1,     /* not a letter or digit in it */
	NEEDLE_TOO_MANY = 2, /* or one of them too long */
};

struct needles {
	size_t n;
	struct {
		char text[NEEDLE_BYTES];
		bool begins; /* the word may go on */
	} at[NEEDLE_MOST];
};

struct needle_reader;

/* 0 or -errno. */
int needle_open(struct needle_reader **out);

/* Accepts NULL. */
void needle_close(struct needle_reader *r);

/* 0, an answer, or -ENOMEM. */
int needle_read(struct needle_reader *r, const char *text, struct needles *out);

/* Do they all occur in these texts together? 1, 0, or -ENOMEM. */
int needle_occur(struct needle_reader *r, const struct needles *w,
	const char *const *texts, size_t n);

/* As FTS5 wants it. */
void needle_expression(const struct needles *w, char out[NEEDLE_EXPRESSION_BYTES]);

#endif
