#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "dispatch/words.h"

struct row {
	const char *text;
	uint8_t class_no;
};

static void
check(const struct row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (words_class(rows[i].text) != rows[i].class_no) {
			fail_msg("\"%s\": %u, not %u", rows[i].text,
				words_class(rows[i].text), rows[i].class_no);
		}
	}
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

/* clang-format off */
static void
words_of_lives_raise(void **state)
{
	static const struct row rows[] = {
		{"siamo intrappolati al secondo piano", 1},
		{"INTRAPPOLATA IN ASCENSORE", 1},
		{"mio padre non respira piu", 1},
		{"mio padre non riesce più a respirare", 1},
		{"mio padre non riesce piu\xcc\x80 a respirare", 1},
		{"c'è gente sotto le macerie", 1},
		{"bloccati in casa dentro, acqua alta", 1},
		{"my mother isn't breathing", 1},
		{"he stopped breathing", 1},
		{"people trapped under the rubble", 1},
		{"we can't get out", 1},
		{"un ferito grave", 2},
		{"forte odore di gas", 2},
		{"l'acqua sta ancora salendo", 2},
		{"the water is still rising", 2},
		{"smell of gas in the street", 2},
		{"un ferito, uno svenuto", 1},
		{"intrappolato", 1},
	};

	(void)state;
	CHECK(rows);
}

static void
denials_do_not_raise(void **state)
{
	static const struct row rows[] = {
		{"nessuno intrappolato", 0},
		{"nessuno è intrappolato", 0},
		{"nessuno è rimasto intrappolato", 0},
		{"non ci sono feriti", 0},
		{"non ci sono persone ferite", 0},
		{"non risultano feriti", 0},
		{"nessun ferito", 0},
		{"senza feriti", 0},
		{"0 feriti", 0},
		{"non sono ferito", 0},
		{"feriti: nessuno", 0},
		{"Feriti: nessuno. Strada chiusa.", 0},
		{"injuries: none", 0},
		{"no one trapped", 0},
		{"no one is trapped", 0},
		{"nobody is trapped", 0},
		{"not injured", 0},
		{"he isn't injured", 0},
		{"no injuries", 0},
		{"there are no people trapped", 0},
		{"without injuries", 0},
	};

	(void)state;
	CHECK(rows);
}

/* In doubt the class is raised: a denial must be close and plain. */
static void
what_only_looks_like_a_denial_still_raises(void **state)
{
	static const struct row rows[] = {
		{"no, sono intrappolato", 1},
		{"non so se è intrappolato", 1},
		{"non c'è nessuno sono intrappolato", 1},
		{"non c'è nessuno e siamo intrappolati", 1},
		{"non c'è corrente e sono intrappolato", 1},
		{"non siamo feriti ma intrappolati", 1},
		{"nessuno ci aiuta. intrappolati", 1},
		{"non solo feriti", 2},
		{"intrappolati: nessuno viene ad aiutarci", 1},
		{"feriti: 3", 2},
		{"feriti nessuno ci aiuta", 2},
		{"no exit, trapped", 1},
		{"no exit trapped inside", 1},
		{"there is nobody we are trapped", 1},
		{"not injured but trapped", 1},
		{"don't know if she is trapped", 1},
	};

	(void)state;
	CHECK(rows);
}

static void
other_words_say_nothing(void **state)
{
	static const struct row rows[] = {
		{"", 0},
		{NULL, 0},
		{"strada allagata, si passa a fatica", 0},
		{"albero caduto in via Roma 12", 0},
		{"the road is blocked", 0},
		{"不能呼吸", 0},
		{"respira bene", 0},
		{"the trapper", 0},
		{"uscire. non. riesco", 0},
		{"...,,,:::", 0},
		{"\xc3\x97\xc3\xb7", 0},
	};

	(void)state;
	CHECK(rows);
}
/* clang-format on */

static void
every_row_of_the_table_is_found_and_sorted(void **state)
{
	size_t n;
	const struct words_row *table = words_table(&n);
	char last = 'a';
	size_t i;
	size_t w;

	(void)state;
	for (i = 0; i < n; i++) {
		char text[128] = "";
		char first = 0;

		for (w = 0; w < WORDS_PHRASE_MAX && table[i].word[w] != NULL; w++) {
			size_t used = strlen(text);
			int bytes = (int)strcspn(table[i].word[w], "*");

			first = table[i].word[w][0];
			snprintf(text + used, sizeof(text) - used, "%s%.*s",
				w > 0 ? " " : "", bytes, table[i].word[w]);
		}
		assert_true(first >= last);
		last = first;
		assert_in_range(table[i].class_no, 1, 2);
		if (words_class(text) != table[i].class_no) {
			fail_msg("\"%s\": %u", text, words_class(text));
		}
	}
}

static void
a_long_text_is_read_to_its_end(void **state)
{
	static char text[16001];
	size_t i;

	(void)state;
	for (i = 0; i + 9 < sizeof(text); i += 5) {
		memcpy(text + i, "acqua ", 6);
	}
	memcpy(text + sizeof(text) - 10, " trapped", 9);
	assert_int_equal(words_class(text), 1);
	memset(text, 'a', sizeof(text) - 1);
	assert_int_equal(words_class(text), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_lives_raise),
		cmocka_unit_test(denials_do_not_raise),
		cmocka_unit_test(what_only_looks_like_a_denial_still_raises),
		cmocka_unit_test(other_words_say_nothing),
		cmocka_unit_test(every_row_of_the_table_is_found_and_sorted),
		cmocka_unit_test(a_long_text_is_read_to_its_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
