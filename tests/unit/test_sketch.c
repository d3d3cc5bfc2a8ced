#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dispatch/sketch.h"

static void
expect_same(const char *a, const char *b)
{
	struct sketch x;
	struct sketch y;
	size_t i;

	sketch_text(a, &x);
	sketch_text(b, &y);
	if (x.n != y.n) {
		fail_msg("%u words in \"%s\", %u in \"%s\"", x.n, a, y.n, b);
	}
	for (i = 0; i < x.n; i++) {
		if (sketch_order(&x.words[i], &y.words[i]) != 0) {
			fail_msg("\"%s\" is not \"%s\"", a, b);
		}
	}
}

static uint32_t
words_of(const char *text)
{
	struct sketch s;

	sketch_text(text, &s);
	return s.n;
}

static void
writing_does_not_matter(void **state)
{
	(void)state;
	expect_same("LA CANTINA È ALLAGATA!!!", "cantina allagata");
	expect_same("l'acqua nell'ingresso", "Acqua; ingresso");
	expect_same("citta\xcc\x80", "città");
	expect_same("aiutooooo", "aiuto");
	expect_same("voragine", "voragini");
	expect_same("rallentamento", "rallentamenti");
	expect_same("Гора горит", "гора ГОРИТ");
}

static void
numbers_are_the_same_in_figures_and_words(void **state)
{
	(void)state;
	expect_same("due tende", "2 tende");
	expect_same("ventuno tende", "21 tende");
	expect_same("twenty-one tents", "21 tents");
	expect_same("two hundred tents", "200 tents");
	expect_same("1.500 tende", "1500 tende");
	expect_same("tenda 12/B", "tenda 12b");
	assert_int_equal(words_of("alle 14.30"), 2);
}

static void
what_is_denied_is_another_word(void **state)
{
	(void)state;
	expect_same("nessun ferito", "non ci sono feriti");
	expect_same("nessun ferito", "feriti: nessuno");
	expect_same("nessun ferito", "feriti: 0");
	expect_same("nessuna persona ferita", "nobody hurt");
	expect_same(
		"non si esce: impossibile uscire", "impossibile non si esce uscire");
	expect_same("blackout", "manca la luce");
}

static void
texts_without_words_that_count_are_empty(void **state)
{
	(void)state;
	assert_int_equal(words_of(NULL), 0);
	assert_int_equal(words_of(""), 0);
	assert_int_equal(words_of("sono qui!!! \xf0\x9f\x94\xa5"), 0);
	assert_int_equal(words_of("aiuto"), 1);
	assert_int_equal(words_of("acqua acqua acqua"), 1);
}

static void
more_words_than_fit_are_kept_as_one_hash(void **state)
{
	char text[2048] = "";
	struct sketch a;
	struct sketch b;
	size_t bytes = 0;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		bytes += (size_t)snprintf(text + bytes, sizeof(text) - bytes,
			"%c%cxyz ", 'a' + i / 26, 'a' + i % 26);
	}
	sketch_text(text, &a);
	assert_int_equal(a.n, SKETCH_WORDS_MAX);
	assert_true(a.rest != 0);
	text[bytes - 2] = 'q';
	sketch_text(text, &b);
	assert_true(b.rest != 0 && b.rest != a.rest);
	assert_memory_equal(a.words, b.words, sizeof(a.words));
}

static void
a_danger_to_people_that_is_new_is_seen(void **state)
{
	struct sketch a;
	struct sketch b;

	(void)state;
	sketch_text("acqua in cantina", &a);
	sketch_text("acqua in cantina, un anziano", &b);
	assert_true(sketch_alarms_more(&b, &a));
	assert_false(sketch_alarms_more(&a, &b));
	assert_false(sketch_alarms_more(&b, &b));
	sketch_text("acqua in cantina, nessun ferito", &b);
	assert_false(sketch_alarms_more(&b, &a));
}

/* Whatever comes: bounded, never beyond its 32 words, the same twice. */
static void
random_bytes_and_large_texts_are_survived(void **state)
{
	enum { LARGE = 64 * 1024, ROUNDS = 2000 };
	static char text[LARGE + 1];
	static const char *const kinds[] = {"a", "7", ".", " ", "12 ", "ab ",
		"\xc3\xa8", "\xd0\xb6", "non ", "via ", "\xe4\xba\xba"};
	struct sketch s;
	struct sketch t;
	unsigned seed = 7;
	struct timespec from;
	struct timespec to;
	size_t k;
	int n;

	(void)state;
	for (n = 0; n < ROUNDS; n++) {
		size_t bytes = (size_t)rand_r(&seed) % 300;
		size_t i;

		for (i = 0; i < bytes; i++) {
			text[i] = (char)(1 + rand_r(&seed) % 255);
		}
		text[bytes] = '\0';
		sketch_text(text, &s);
		sketch_text(text, &t);
		assert_true(s.n <= SKETCH_WORDS_MAX);
		assert_memory_equal(&s, &t, sizeof(s));
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t piece = strlen(kinds[k]);
		size_t i;

		for (i = 0; i + piece <= LARGE; i += piece) {
			memcpy(text + i, kinds[k], piece);
		}
		text[i] = '\0';
		sketch_text(text, &s);
		assert_true(s.n <= SKETCH_WORDS_MAX);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	/* 11 texts of 64 KiB; some 10 ms, and 20 times that with sanitizers. */
	assert_true(to.tv_sec - from.tv_sec < 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing_does_not_matter),
		cmocka_unit_test(numbers_are_the_same_in_figures_and_words),
		cmocka_unit_test(what_is_denied_is_another_word),
		cmocka_unit_test(texts_without_words_that_count_are_empty),
		cmocka_unit_test(more_words_than_fit_are_kept_as_one_hash),
		cmocka_unit_test(a_danger_to_people_that_is_new_is_seen),
		cmocka_unit_test(random_bytes_and_large_texts_are_survived),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
