#include "dispatch/likeness.h"

#include <math.h>
#include <string.h>

#include "dispatch/lexicon.h"

enum {
	PAIRS_MAX = 96, /* of words that are not equal, held side by side */
};

/* Pairs of letters that agree, of all: below it, two words are two words. */
static const double spelled_alike = 0.62;
/* What is left of the likeness of two texts that contradict each other. */
static const double contradicted = 0.25;

struct comparison {
	const struct sketch_word *left[2][SKETCH_WORDS_MAX]; /* without a match */
	size_t n_left[2];
	double dot;
	bool contradicts;
	unsigned groups[2]; /* bits */
	unsigned groups_shared;
	bool has_place[2];
	bool place_shared[2];
	size_t n_numbers[2];
	size_t n_numbers_shared;
};

static void
note_word(struct comparison *c, int side, const struct sketch_word *w)
{
	c->groups[side] |= w->denied ? 0 : 1u << w->group;
	c->has_place[side] = c->has_place[side] || w->kind == SKETCH_PLACE;
	c->n_numbers[side] += w->kind == SKETCH_NUMBER;
}

static void
note_match(struct comparison *c, const struct sketch_word *a,
	const struct sketch_word *b, double alike)
{
	c->dot += alike * a->weight * b->weight;
	c->groups_shared |= a->group == b->group ? 1u << a->group : 0;
	c->place_shared[0] = c->place_shared[0] || a->kind == SKETCH_PLACE;
	c->place_shared[1] = c->place_shared[1] || b->kind == SKETCH_PLACE;
	c->n_numbers_shared += a->kind == SKETCH_NUMBER;
}

static void
leave(struct comparison *c, int side, const struct sketch_word *w)
{
	c->left[side][c->n_left[side]++] = w;
}

/* Pairs those of one name; the rest is left. */
static void
match_equal(struct comparison *c, const struct sketch *a, const struct sketch *b)
{
	size_t i = 0;
	size_t j = 0;

	while (i < a->n && j < b->n) {
		const struct sketch_word *x = &a->words[i];
		const struct sketch_word *y = &b->words[j];
		int order = sketch_order(x, y);

		if (x->name == y->name && order != 0) {
			c->contradicts = true;
		}
		if (order == 0) {
			note_match(c, x, y, 1);
			i++;
			j++;
		} else if (order < 0) {
			leave(c, 0, x);
			i++;
		} else {
			leave(c, 1, y);
			j++;
		}
	}
	for (; i < a->n; i++) {
		leave(c, 0, &a->words[i]);
	}
	for (; j < b->n; j++) {
		leave(c, 1, &b->words[j]);
	}
}

static bool
is_concept(const struct sketch_word *w)
{
	return w->kind == SKETCH_CONCEPT || w->kind == SKETCH_ALARM;
}

static int
count(const struct sketch_word *w)
{
	return __builtin_popcountll(w->grams);
}

/* 0: these are two words. n_a and n_b: how many pairs of letters they have. */
static double
spelling(const struct sketch_word *a, int n_a, const struct sketch_word *b, int n_b)
{
	double shared;

	if (n_a == 0 || n_b == 0 || a->denied != b->denied ||
		(is_concept(a) && is_concept(b))) {
		return 0;
	}
	shared = 2.0 * __builtin_popcountll(a->grams & b->grams);
	return shared >= spelled_alike * (n_a + n_b) ? shared / (n_a + n_b) : 0;
}

static void
match_spelling(struct comparison *c)
{
	int counts[SKETCH_WORDS_MAX];
	size_t n_kept = 0;
	size_t i;
	size_t j;

	if (c->n_left[0] * c->n_left[1] > PAIRS_MAX) {
		return; /* so many are no typing mistakes, and would cost much */
	}
	for (j = 0; j < c->n_left[1]; j++) {
		counts[j] = count(c->left[1][j]);
	}
	for (i = 0; i < c->n_left[0]; i++) {
		int n = count(c->left[0][i]);
		double best = 0;
		size_t best_at = 0;

		for (j = 0; j < c->n_left[1]; j++) {
			double alike =
				spelling(c->left[0][i], n, c->left[1][j], counts[j]);

			if (alike > best) {
				best = alike;
				best_at = j;
			}
		}
		if (best > 0) {
			note_match(c, c->left[0][i], c->left[1][best_at], best);
			c->left[1][best_at] = c->left[1][--c->n_left[1]];
			counts[best_at] = counts[c->n_left[1]];
		} else {
			c->left[0][n_kept++] = c->left[0][i];
		}
	}
	c->n_left[0] = n_kept;
}

/* What each says instead of what the other says; more is detail of one alone. */
static double
exchanged(const struct comparison *c)
{
	double square[2] = {0, 0};
	int side;
	size_t i;

	for (side = 0; side < 2; side++) {
		for (i = 0; i < c->n_left[side]; i++) {
			double weight = c->left[side][i]->weight;

			square[side] += weight * weight;
		}
	}
	return fmin(square[0], square[1]);
}

static bool
is_contradiction(const struct comparison *c)
{
	unsigned none = 1u << LEXICON_GROUP_NONE;

	return c->contradicts ||
	       (c->groups[0] & c->groups[1] & ~c->groups_shared & ~none) != 0 ||
	       (c->has_place[0] && c->has_place[1] &&
		       !(c->place_shared[0] && c->place_shared[1])) ||
	       (c->n_numbers_shared < c->n_numbers[0] &&
		       c->n_numbers_shared < c->n_numbers[1]);
}

/* Some order, told by the first bytes where they differ in length: n is there. */
static bool
is_behind(const struct sketch *a, const struct sketch *b)
{
	const struct sketch *shorter = a->n < b->n ? a : b;

	return memcmp(a, b, sketch_bytes(shorter)) > 0;
}

struct likeness
likeness_of(const struct sketch *a, const struct sketch *b)
{
	struct comparison c = {.dot = 0};
	struct likeness result = {.value = 0};
	size_t i;

	if (a->n == 0 || b->n == 0) {
		return result;
	}
	if (is_behind(a, b)) {
		const struct sketch *other = a;

		a = b; /* the same either way round, also where words are paired */
		b = other;
	}
	for (i = 0; i < a->n; i++) {
		note_word(&c, 0, &a->words[i]);
	}
	for (i = 0; i < b->n; i++) {
		note_word(&c, 1, &b->words[i]);
	}
	match_equal(&c, a, b);
	match_spelling(&c);
	result.defined = true;
	result.contradicts = is_contradiction(&c);
	result.value = (c.dot - exchanged(&c)) / sqrt((double)a->square * b->square);
	result.value = fmin(1, fmax(0, result.value));
	if (result.contradicts || a->rest != b->rest) {
		result.value *= contradicted;
	}
	return result;
}

bool
likeness_is_enough(struct likeness l)
{
	return l.defined && l.value >= LIKENESS_ENOUGH;
}
