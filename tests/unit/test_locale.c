/* locale - choice of language; also the lint of the catalogues: same keys, same values,
 * in every language. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/locale.h"

extern const struct embedded web_locales[];

#define CATALOGUE(name, text)                                                          \
	{                                                                              \
		name, (const unsigned char *)(text), sizeof(text) - 1                  \
	}

static const struct embedded two[] = {
	CATALOGUE("en.json", "{\"a\": \"one\", \"only\": \"here\"}"),
	CATALOGUE("it.json", "{\"a\": \"uno\"}"),
	{0},
};

static void
a_language_is_found_by_its_primary_subtag(void **state)
{
	struct locale *l;

	(void)state;
	assert_int_equal(locale_new(&l, two), 0);
	assert_int_equal(locale_count(l), 2);
	assert_int_equal(locale_find(l, "it"), 1);
	assert_int_equal(locale_find(l, "IT-CH"), 1);
	assert_int_equal(locale_find(l, "ita"), -1);
	assert_int_equal(locale_find(l, ""), -1);
	assert_string_equal(locale_tag(l, 0), "en");
	locale_free(l);
}

static void
the_heaviest_language_we_have_wins(void **state)
{
	static const struct {
		const char *header;
		int language;
	} rows[] = {
		{"it-IT,it;q=0.9,en;q=0.8", 1},
		{"de, fr;q=0.9, en;q=0.5, it;q=0.4", 0},
		{"en;q=0.5, it;q=0.51", 1},
		{"en, it", 0},
		{"de", -1},
		{"", -1},
		{"it;q=0", -1},
		{"it;q=0, en;q=0.001", 0},
		{"*, *;q=0.5", -1},
		{"IT", 1},
		{"it ;q=1.0 , en", 1},
		{"it;q=9,en;q=0.1", 0},
		{";;;,,,;q=,en", 0},
	};
	struct locale *l;

	(void)state;
	assert_int_equal(locale_new(&l, two), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(locale_negotiate(l, rows[i].header), rows[i].language);
	}
	locale_free(l);
}

static void
a_missing_text_is_taken_from_another_language_and_then_is_its_key(void **state)
{
	struct locale *l;

	(void)state;
	assert_int_equal(locale_new(&l, two), 0);
	assert_string_equal(locale_text(l, 1, "a"), "uno");
	assert_string_equal(locale_text(l, 1, "only"), "here");
	assert_string_equal(locale_text(l, 1, "none"), "none");
	assert_null(locale_own_text(l, 1, "only"));
	locale_free(l);
}

static void
catalogues_that_are_not_flat_texts_are_refused(void **state)
{
	static const struct embedded bad[][2] = {
		{CATALOGUE("it.json", "{\"a\": 1}"), {0}},
		{CATALOGUE("it.json", "{\"a\": {}}"), {0}},
		{CATALOGUE("it.json", "[]"), {0}},
		{CATALOGUE("it.json", "{\"a\": \"b\", \"a\": \"c\"}"), {0}},
		{CATALOGUE("it.json", "{"), {0}},
		{CATALOGUE("much-too-long-a-tag.json", "{}"), {0}},
		{{0}, {0}},
	};
	struct locale *l;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(locale_new(&l, bad[i]), LOCALE_BAD);
	}
}

static void
reading_survives_a_failing_allocation(void **state)
{
	struct locale *l = NULL;

	(void)state;
	alloc_fail_at(1); /* jansson's own are out of our reach */
	assert_int_equal(locale_new(&l, two), -ENOMEM);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_null(l);
}

/* The {names} of a text in their order, "{n}{attempt}". */
static void
values_of(const char *text, char out[256])
{
	size_t n = 0;

	for (const char *s = strchr(text, '{'); s != NULL; s = strchr(s + 1, '{')) {
		const char *end = strchr(s, '}');

		assert_non_null(end);
		assert_true(n + (size_t)(end - s) + 2 < 256);
		memcpy(out + n, s, (size_t)(end - s) + 1);
		n += (size_t)(end - s) + 1;
	}
	out[n] = '\0';
}

struct comparison {
	const struct locale *l;
	int language;
};

static void
on_key(void *arg, const char *key)
{
	const struct comparison *c = arg;

	for (int i = 0; i < (int)locale_count(c->l); i++) {
		const char *here = locale_own_text(c->l, c->language, key);
		const char *there = locale_own_text(c->l, i, key);
		char a[256];
		char b[256];

		if (there == NULL || there[0] == '\0') {
			fail_msg("%s has no %s", locale_tag(c->l, i), key);
		}
		values_of(here, a);
		values_of(there, b);
		if (strcmp(a, b) != 0) {
			fail_msg("%s: values of %s differ", locale_tag(c->l, i), key);
		}
	}
}

static void
every_catalogue_has_every_key_with_the_same_values(void **state)
{
	struct comparison c;
	struct locale *l;

	(void)state;
	assert_int_equal(locale_new(&l, web_locales), 0);
	assert_true(locale_count(l) >= 2);
	c.l = l;
	for (c.language = 0; c.language < (int)locale_count(l); c.language++) {
		locale_each_key(l, c.language, on_key, &c);
	}
	locale_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_language_is_found_by_its_primary_subtag),
		cmocka_unit_test(the_heaviest_language_we_have_wins),
		cmocka_unit_test(
			a_missing_text_is_taken_from_another_language_and_then_is_its_key),
		cmocka_unit_test(catalogues_that_are_not_flat_texts_are_refused),
		cmocka_unit_test(reading_survives_a_failing_allocation),
		cmocka_unit_test(every_catalogue_has_every_key_with_the_same_values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
