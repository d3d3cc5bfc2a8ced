/* Pairs of texts and whether they say the same: tests/data/likeness.csv. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dispatch/likeness.h"

enum {
	PAIRS_MAX = 400,
	LINE_BYTES = 1024,
};

struct pair {
	bool like;
	char a[LINE_BYTES];
	char b[LINE_BYTES];
};

static struct pair pairs[PAIRS_MAX];
static size_t n_pairs;

/* One field of a line of CSV; the place behind it. */
static const char *
read_field(const char *from, char *to)
{
	bool quoted = *from == '"';

	from += quoted;
	while (*from != '\0' && (quoted ? *from != '"' : *from != ',')) {
		*to++ = *from++;
	}
	*to = '\0';
	from += quoted;
	return *from == ',' ? from + 1 : from;
}

static int
read_pairs(void **state)
{
	FILE *file = fopen(VEDETTA_SOURCE "/tests/data/likeness.csv", "r");
	char line[LINE_BYTES];
	char field[LINE_BYTES];

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file) != NULL) {
		struct pair *pair = &pairs[n_pairs++];
		const char *at;

		assert_true(n_pairs < PAIRS_MAX);
		line[strcspn(line, "\n")] = '\0';
		at = read_field(line, field);
		pair->like = field[0] == '1';
		at = read_field(read_field(at, field), pair->a);
		read_field(at, pair->b);
	}
	fclose(file);
	return 0;
}

static struct likeness
compare(const char *a, const char *b)
{
	struct sketch x;
	struct sketch y;

	sketch_text(a, &x);
	sketch_text(b, &y);
	return likeness_of(&x, &y);
}

/* A wrong "like" hides a report, a missed one only leaves it in sight. */
static void
the_pairs_are_told_apart(void **state)
{
	size_t n_right = 0;
	size_t n_wrong = 0;
	size_t n_missed = 0;
	size_t i;

	(void)state;
	assert_true(n_pairs >= 150);
	for (i = 0; i < n_pairs; i++) {
		bool like = likeness_is_enough(compare(pairs[i].a, pairs[i].b));

		n_right += like && pairs[i].like;
		n_wrong += like && !pairs[i].like;
		n_missed += !like && pairs[i].like;
		if (like && !pairs[i].like) {
			print_message("# like: %s | %s\n", pairs[i].a, pairs[i].b);
		}
	}
	print_message("# %zu pairs: precision %.3f, recall %.3f\n", n_pairs,
		(double)n_right / (double)(n_right + n_wrong),
		(double)n_right / (double)(n_right + n_missed));
	assert_true((double)n_right >= 0.97 * (double)(n_right + n_wrong));
	assert_true((double)n_right >= 0.85 * (double)(n_right + n_missed));
}

static void
likeness_is_bounded_and_the_same_either_way_round(void **state)
{
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < n_pairs; i++) {
		for (j = 0; j < n_pairs; j++) {
			struct likeness ab = compare(pairs[i].a, pairs[j].b);
			struct likeness ba = compare(pairs[j].b, pairs[i].a);

			assert_true(ab.value >= 0 && ab.value <= 1);
			assert_true(ab.value == ba.value);
			assert_int_equal(ab.defined, ba.defined);
			assert_int_equal(ab.contradicts, ba.contradicts);
			assert_true(ab.defined || ab.value == 0);
		}
	}
}

static void
a_text_is_wholly_like_itself(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < n_pairs; i++) {
		struct likeness self = compare(pairs[i].a, pairs[i].a);

		assert_false(self.contradicts);
		assert_true(!self.defined || fabs(self.value - 1) < 1e-9);
	}
}

static void
empty_texts_are_like_nothing(void **state)
{
	(void)state;
	assert_false(likeness_is_enough(compare(NULL, NULL)));
	assert_false(likeness_is_enough(compare("", "")));
	assert_false(compare("acqua", "").defined);
	assert_true(compare("acqua", "acqua").defined);
}

static void
contradictions_are_named(void **state)
{
	static const char *const rows[][2] = {{"152 tende", "500 tende"},
		{"acqua in via Roma 12", "acqua in via Roma 21"},
		{"acqua in via Roma", "acqua in via Verdi"},
		{"nessun ferito", "feriti"},
		{"fumo nella scuola", "fumo nella chiesa"}};
	static const char *const fine[][2] = {{"152 tende", "tende"},
		{"acqua in via Roma 12", "acqua in via Roma"},
		{"via Roma angolo via Verdi", "via Verdi"},
		{"acqua in via Garibaldi", "acqua in via Garibbaldi"}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(compare(rows[i][0], rows[i][1]).contradicts);
		assert_true(compare(rows[i][0], rows[i][1]).value <= 0.25);
	}
	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		assert_false(compare(fine[i][0], fine[i][1]).contradicts);
	}
}

static void
long_texts_are_like_only_when_they_go_on_alike(void **state)
{
	char a[4096] = "";
	char b[4096];
	size_t bytes = 0;
	int i;

	(void)state;
	for (i = 0; i < 60; i++) {
		bytes += (size_t)snprintf(a + bytes, sizeof(a) - bytes, "%c%cxyz ",
			'a' + i / 26, 'a' + i % 26);
	}
	memcpy(b, a, sizeof(b));
	assert_true(likeness_is_enough(compare(a, b)));
	b[bytes - 2] = 'q';
	assert_false(likeness_is_enough(compare(a, b)));
}

/* Two full sketches without an equal word: every pair is looked at. */
static void
a_comparison_is_quick_whatever_was_written(void **state)
{
	enum { ROUNDS = 20000 };
	struct sketch a = {.n = 0};
	struct sketch b = {.n = 0};
	char text[1024] = "";
	struct timespec from;
	struct timespec to;
	double sum = 0;
	double us;
	size_t bytes = 0;
	int i;

	(void)state;
	for (i = 0; i < SKETCH_WORDS_MAX; i++) {
		bytes += (size_t)snprintf(text + bytes, sizeof(text) - bytes,
			"%c%cqwert%c ", 'a' + i % 26, 'b' + i % 7, 'm' + i % 3);
	}
	sketch_text(text, &a);
	for (i = 0; text[i] != '\0'; i++) {
		text[i] = text[i] == 'q' ? 'j' : text[i] == 'w' ? 'h' : text[i];
	}
	sketch_text(text, &b);
	assert_int_equal(a.n, SKETCH_WORDS_MAX);
	assert_int_equal(b.n, SKETCH_WORDS_MAX);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < ROUNDS; i++) {
		sum += likeness_of(&a, &b).value;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	us = ((double)(to.tv_sec - from.tv_sec) * 1e6 +
		     (double)(to.tv_nsec - from.tv_nsec) / 1e3) /
	     ROUNDS;
	print_message("# worst comparison %.2f us\n", us);
	assert_true(sum >= 0 && us < 500); /* 5, and what sanitizers cost */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pairs_are_told_apart),
		cmocka_unit_test(likeness_is_bounded_and_the_same_either_way_round),
		cmocka_unit_test(a_text_is_wholly_like_itself),
		cmocka_unit_test(empty_texts_are_like_nothing),
		cmocka_unit_test(contradictions_are_named),
		cmocka_unit_test(long_texts_are_like_only_when_they_go_on_alike),
		cmocka_unit_test(a_comparison_is_quick_whatever_was_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, read_pairs, NULL);
}
