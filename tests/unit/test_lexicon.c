#include "unit.h"

#include <string.h>

#include "dispatch/lexicon.h"

static void
the_table_is_sorted_and_each_word_finds_its_row(void **state)
{
	const struct lexicon_row *rows;
	char word[32];
	size_t n;
	size_t i;

	(void)state;
	rows = lexicon_table(&n);
	assert_true(n > 500);
	for (i = 0; i < n; i++) {
		size_t bytes = strnlen(rows[i].word, LEXICON_WORD_BYTES);
		struct lexicon_word found;

		assert_true(bytes >= 2 && bytes < LEXICON_WORD_BYTES);
		assert_true(i == 0 || strcmp(rows[i - 1].word, rows[i].word) < 0);
		memcpy(word, rows[i].word, bytes + 1);
		if (word[bytes - 1] == '*') {
			word[bytes - 1] = '\0';
		}
		found = lexicon_find(word);
		if (found.kind != rows[i].kind || found.value != rows[i].value) {
			fail_msg("%s is found as %d %u", word, (int)found.kind,
				found.value);
		}
	}
}

static void
one_meaning_has_one_concept_in_both_languages(void **state)
{
	static const char *const pairs[][2] = {{"acqua", "flooded"},
		{"incendio", "fire"}, {"fiamme", "burning"}, {"crollato", "collapsed"},
		{"intrappolati", "trapped"}, {"feriti", "injured"}, {"fumo", "smoke"},
		{"frana", "landslide"}, {"ponte", "bridge"}, {"cantine", "basement"},
		{"aiuto", "help"}, {"coperte", "blankets"}, {"anziana", "elderly"}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct lexicon_word a = lexicon_find(pairs[i][0]);
		struct lexicon_word b = lexicon_find(pairs[i][1]);

		assert_int_equal(a.kind, LEXICON_CONCEPT);
		assert_int_equal(b.kind, LEXICON_CONCEPT);
		assert_int_equal(a.value, b.value);
	}
	assert_int_not_equal(lexicon_find("acqua").value, lexicon_find("fire").value);
}

static void
a_whole_word_wins_over_a_stem(void **state)
{
	(void)state;
	/* "alber*" is a tree. */
	assert_int_equal(lexicon_find("albergo").value, lexicon_find("hotel").value);
	assert_int_equal(lexicon_find("alberi").value, lexicon_find("tree").value);
}

static void
numbers_in_words_have_their_value(void **state)
{
	static const struct {
		const char *word;
		uint32_t value;
	} rows[] = {{"due", 2}, {"nineteen", 19}, {"venti", 20}, {"ventuno", 21},
		{"trentotto", 38}, {"novantanove", 99}, {"cento", 100},
		{"centoventi", 120}, {"cinquecento", 500}, {"duecentotre", 203},
		{"duemila", 2000}, {"mille", 1000}, {"ninety", 90}};
	static const char *const others[] = {
		"ventola", "centone", "seicentista", "trentino", "duetto"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lexicon_word found = lexicon_find(rows[i].word);

		assert_int_equal(found.kind, LEXICON_NUMBER);
		assert_int_equal(found.value, rows[i].value);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(lexicon_find(others[i]).kind, LEXICON_UNKNOWN);
	}
}

static void
small_words_deniers_and_streets_are_known(void **state)
{
	(void)state;
	assert_int_equal(lexicon_find("della").kind, LEXICON_STOP);
	assert_int_equal(lexicon_find("the").kind, LEXICON_STOP);
	assert_int_equal(lexicon_find("l").kind, LEXICON_STOP);
	assert_int_equal(lexicon_find("").kind, LEXICON_STOP);
	assert_int_equal(lexicon_find("nn").kind, LEXICON_DENIES);
	assert_int_equal(lexicon_find("t").kind, LEXICON_DENIES);
	assert_int_equal(lexicon_find("piazza").kind, LEXICON_STREET);
	assert_int_equal(lexicon_find("avenue").kind, LEXICON_STREET_BEHIND);
	assert_int_equal(lexicon_find("blackout").kind, LEXICON_DENIED);
	assert_int_equal(lexicon_find("zibaldone").kind, LEXICON_UNKNOWN);
}

static void
a_denied_way_out_is_a_trap(void **state)
{
	struct lexicon_word out = lexicon_deny(lexicon_find("uscire"));

	(void)state;
	assert_int_equal(out.kind, LEXICON_CONCEPT);
	assert_int_equal(out.value, lexicon_find("trapped").value);
	assert_true(out.alarms);
	assert_int_equal(lexicon_deny(lexicon_find("feriti")).kind, LEXICON_DENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted_and_each_word_finds_its_row),
		cmocka_unit_test(one_meaning_has_one_concept_in_both_languages),
		cmocka_unit_test(a_whole_word_wins_over_a_stem),
		cmocka_unit_test(numbers_in_words_have_their_value),
		cmocka_unit_test(small_words_deniers_and_streets_are_known),
		cmocka_unit_test(a_denied_way_out_is_a_trap),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
