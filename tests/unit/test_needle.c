/* What is looked for in words, against FTS5 itself. */
#include "unit.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "geo/needle.h"

static const char *const texts[] = {"acqua in cantina", "ACQUA alta!",
	"perch\xc3\xa9 dell'acquedotto", "PERCHE", "", "a AND b OR c NOT d",
	"text:acqua", "\"quoted\" * words", "\xe6\xb0\xb4\xe5\xae\xb3 flood",
	"e\xcc\x80 gi\xc3\xb9", "x-y_z 12,5", "NEAR(acqua, cantina)",
	"\xf0\x9f\x94\xa5 fuoco", "strass\xc3\x9f", "\xd0\x92\xd0\xbe\xd0\xb4\xd0\xb0"};

static const char *const asked[] = {"acqua", "ACQUA", "acq*", "perch\xc3\xa9", "perche",
	"dell'acquedotto", "acqua cantina", "AND", "OR NOT", "text:acqua", "\"", "*",
	"\"acqua", "acqua\"", "\"acqua\" OR \"x\"", "NEAR(acqua cantina)", "acqua* *",
	"^acqua", "{text}:acqua", "-acqua", "+acqua", "(acqua)", "acqua)", "'; DROP",
	"\xe6\xb0\xb4\xe5\xae\xb3", "\xe6\xb0\xb4*", "e\xcc\x80", "gi\xc3\xb9", "x-y_z",
	"12,5", "\xf0\x9f\x94\xa5", "fuoco \xf0\x9f\x94\xa5", "strass\xc3\x9f",
	"\xd0\xb2\xd0\xbe\xd0\xb4\xd0\xb0", "%", "_", "acqua%", "\\", "??*"};

static sqlite3 *
make_index(void)
{
	sqlite3_stmt *put = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "CREATE VIRTUAL TABLE w USING fts5(text, place, "
				 "detail = none, tokenize = 'unicode61 "
				 "remove_diacritics 2')",
				 NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
				 "INSERT INTO w (rowid, text, place) VALUES "
				 "(?1, ?2, ?3)",
				 -1, &put, NULL),
		SQLITE_OK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sqlite3_bind_int64(put, 1, (sqlite3_int64)i + 1);
		sqlite3_bind_text(put, 2, texts[i], -1, SQLITE_STATIC);
		sqlite3_bind_text(
			put, 3, i % 2 == 0 ? "via Roma" : "", -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(put), SQLITE_DONE);
		sqlite3_reset(put);
	}
	sqlite3_finalize(put);
	return db;
}

/* A bit for each text that matches; fails when FTS5 finds it no expression. */
static unsigned
find(sqlite3 *db, const char *expression)
{
	sqlite3_stmt *statement = NULL;
	unsigned found = 0;
	int code;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT rowid FROM w WHERE w MATCH ?1",
				 -1, &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_text(statement, 1, expression, -1, SQLITE_STATIC);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		found |= 1u << (sqlite3_column_int(statement, 0) - 1);
	}
	if (code != SQLITE_DONE) {
		fail_msg("%s: %s", expression, sqlite3_errmsg(db));
	}
	sqlite3_finalize(statement);
	return found;
}

static void
what_is_found_in_a_text_is_found_by_the_index_whatever_is_asked(void **state)
{
	sqlite3 *db = make_index();
	struct needle_reader *r = NULL;
	size_t some = 0;

	(void)state;
	assert_int_equal(needle_open(&r), 0);
	for (size_t q = 0; q < sizeof(asked) / sizeof(asked[0]); q++) {
		char expression[NEEDLE_EXPRESSION_BYTES];
		struct needles n;
		unsigned want = 0;

		if (needle_read(r, asked[q], &n) != 0) {
			continue;
		}
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			const char *const both[] = {
				texts[i], i % 2 == 0 ? "via Roma" : ""};
			int found = needle_occur(r, &n, both, 2);

			assert_true(found == 0 || found == 1);
			want |= (unsigned)found << i;
		}
		needle_expression(&n, expression);
		assert_int_equal(find(db, expression), want);
		some += want != 0;
	}
	assert_true(some > 20);
	needle_close(r);
	sqlite3_close(db);
}

static void
signs_are_data_and_say_nothing(void **state)
{
	struct needle_reader *r = NULL;
	struct needles n;

	(void)state;
	assert_int_equal(needle_open(&r), 0);
	assert_int_equal(needle_read(r, "", &n), NEEDLE_NONE);
	assert_int_equal(needle_read(r, " * \" -- %", &n), NEEDLE_NONE);
	assert_int_equal(needle_read(r, "acqua OR Acqu\xc3\xa0* dell'orto", &n), 0);
	assert_int_equal(n.n, 5);
	assert_string_equal(n.at[1].text, "or");
	assert_string_equal(n.at[2].text, "acqua");
	assert_true(n.at[2].begins);
	assert_false(n.at[0].begins);
	assert_string_equal(n.at[4].text, "orto");
	needle_close(r);
}

static void
too_many_words_and_words_too_long_are_refused(void **state)
{
	struct needle_reader *r = NULL;
	struct needles n;
	char longest[NEEDLE_BYTES + 1];

	(void)state;
	assert_int_equal(needle_open(&r), 0);
	assert_int_equal(needle_read(r, "a b c d e f g h", &n), 0);
	assert_int_equal(needle_read(r, "a b c d e f g h i", &n), NEEDLE_TOO_MANY);
	memset(longest, 'x', NEEDLE_BYTES);
	longest[NEEDLE_BYTES] = '\0';
	assert_int_equal(needle_read(r, longest, &n), NEEDLE_TOO_MANY);
	longest[NEEDLE_BYTES - 1] = '\0';
	assert_int_equal(needle_read(r, longest, &n), 0);
	needle_close(r);
}

static void
short_memory_opens_nothing(void **state)
{
	struct needle_reader *r = NULL;

	(void)state;
	for (unsigned long i = 1;; i++) {
		alloc_fail_at(i);
		int answer = needle_open(&r);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(answer, 0);
			break;
		}
		assert_int_equal(answer, -ENOMEM);
	}
	needle_close(r);
	needle_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_found_in_a_text_is_found_by_the_index_whatever_is_asked),
		cmocka_unit_test(signs_are_data_and_say_nothing),
		cmocka_unit_test(too_many_words_and_words_too_long_are_refused),
		cmocka_unit_test(short_memory_opens_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
