/* page_form - the truth first, everything asked, everything given back, nothing
 * believed */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "dispatch/hazard.h"
#include "dispatch/rank.h"
#include "page_text.h"

static char *
form_text(struct page *p, const char *lang, bool staffed, const struct page_form *form)
{
	struct evbuffer *out = evbuffer_new();

	assert_int_equal(
		page_form(p, page_language(p, lang, NULL), staffed, form, out), 0);
	return taken(out);
}

static char *
error_text(
	struct page *p, int status, enum page_fate fate, const struct page_form *form)
{
	struct evbuffer *out = evbuffer_new();

	assert_int_equal(page_error(p, 0, false, status, fate, form, out), 0);
	return taken(out);
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text != NULL; text = strstr(text + 1, what)) {
		n++;
	}
	return n;
}

static void
the_first_words_say_who_reads_and_whom_to_call(void **state)
{
	const struct page_form empty = {0};
	struct page *p = new_page();
	char *off = form_text(p, "it", false, &empty);
	char *on = form_text(p, "en", true, &empty);

	(void)state;
	assert_has(off, "Adesso nessuno sta leggendo. Chiama il 112.");
	assert_has(off, "href=\"tel:112\"");
	assert_true(strstr(off, "nessuno sta leggendo") < strstr(off, "<h1>"));
	assert_true(strstr(off, "tel:112") < strstr(off, "<h1>"));
	assert_lacks(off, "Qualcuno sta leggendo");
	assert_has(on, "Somebody is reading now.");
	assert_lacks(on, "Nobody is reading");
	assert_has(on, "lang=\"en\"");
	free(off);
	free(on);
	page_free(p);
}

/* Word before everything else, token in the form, links that stay inside. */
static void
an_exercises_form_says_so_first_and_stays_one(void **state)
{
	const struct page_form form = {
		.value = {[PAGE_EXERCISE] = "TOKEN-of_exercises"}};
	const struct page_form real = {0};
	struct page *p = new_page();
	char *it = form_text(p, "it", true, &form);
	char *en = form_text(p, "en", true, &form);
	char *plain = form_text(p, "it", true, &real);
	char *back = error_text(p, 503, PAGE_FATE_NOT_SENT, &form);
	char *no = error_text(p, 403, PAGE_FATE_NO_REPORT, NULL);

	(void)state;
	assert_has(it, "<strong>ESERCITAZIONE</strong>");
	assert_true(strstr(it, "ESERCITAZIONE") < strstr(it, "tel:112"));
	assert_has(it, "name=\"exercise\" value=\"TOKEN-of_exercises\"");
	assert_has(it, "href=\"/?exercise=TOKEN-of_exercises&amp;lang=en\"");
	assert_has(en, "<strong>EXERCISE</strong>");
	assert_has(en, "In a real emergency call 112.");
	assert_lacks(plain, "ESERCITAZIONE");
	assert_lacks(plain, "exercise");
	assert_has(plain, "href=\"/?lang=en\"");
	assert_has(back, "<strong>EXERCISE</strong>");
	assert_has(back, "name=\"exercise\" value=\"TOKEN-of_exercises\"");
	assert_has(no, "Nothing was recorded");
	assert_lacks(no, "TOKEN-of_exercises");
	free(it);
	free(en);
	free(plain);
	free(back);
	free(no);
	page_free(p);
}

static void
every_hazard_is_offered_once_with_its_picture_and_word(void **state)
{
	const struct page_form empty = {0};
	struct page *p = new_page();
	size_t n;
	const struct hazard *table = hazard_table(&n);

	(void)state;
	for (int lang = 0; lang < 2; lang++) {
		char *text = form_text(p, page_language_tag(p, lang), true, &empty);

		for (size_t i = 0; i < n; i++) {
			char what[96];

			snprintf(what, sizeof(what), "name=\"hazard\" value=\"%s\"",
				table[i].code);
			assert_int_equal(count(text, what), 1);
			snprintf(what, sizeof(what), "<symbol id=\"i-%s\"",
				table[i].code);
			assert_int_equal(count(text, what), 1);
		}
		assert_int_equal(count(text, "name=\"hazard\""), n);
		/* No label is empty: a word is missing in a catalogue. */
		assert_lacks(text, "<span></span>");
		assert_lacks(text, "</svg></span>");
		free(text);
	}
	page_free(p);
}

static void
every_sign_of_the_table_is_asked(void **state)
{
	const struct page_form empty = {0};
	struct page *p = new_page();
	char *text = form_text(p, "it", true, &empty);
	size_t n;
	const struct sign_row *table = sign_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char what[96];

		snprintf(what, sizeof(what), "name=\"%s\" value=\"yes\"",
			table[i].field);
		assert_int_equal(count(text, what), 1);
	}
	free(text);
	page_free(p);
}

static void
whatever_a_field_holds_is_inert_and_comes_back(void **state)
{
	struct page *p = new_page();

	(void)state;
	for (int f = 0; f < PAGE_FIELDS; f++) {
		struct page_form form = {0};
		struct trouble trouble;
		char *text[2];

		trouble_init(&trouble);
		trouble_add(&trouble, PAYLOAD, "%s", PAYLOAD);
		form.trouble = &trouble;
		form.value[f] = PAYLOAD;
		text[0] = form_text(p, "it", false, &form);
		text[1] = error_text(p, 503, PAGE_FATE_NOT_SENT, &form);
		for (int i = 0; i < 2; i++) {
			assert_lacks(text[i], "<script>alert");
			assert_lacks(text[i], "<img");
			assert_lacks(text[i], "\"'>");
			free(text[i]);
		}
	}
	page_free(p);
}

static void
what_was_written_comes_back_after_an_error(void **state)
{
	struct page_form form = {0};
	struct trouble trouble;
	struct page *p = new_page();
	char *text;

	(void)state;
	form.value[PAGE_HAZARD] = "flood";
	form.value[PAGE_ABOUT] = "other";
	form.value[PAGE_LAT] = "42.1";
	form.value[PAGE_LON] = "13.2";
	form.value[PAGE_WORDS] = "via Roma";
	form.value[PAGE_TRAPPED] = "yes";
	form.value[PAGE_PEOPLE] = "two_to_five";
	form.value[PAGE_TEXT] = "acqua in cantina";
	form.value[PAGE_KEY] = "k-1";
	form.value[PAGE_SOURCE] = "s-1";
	trouble_init(&trouble);
	trouble_add(&trouble, "contact.phone", "too long");
	trouble_add(&trouble, "place.point.latDeg", "out of range");
	trouble_add(&trouble, "place.point.lonDeg", "out of range");
	form.trouble = &trouble;
	text = form_text(p, "en", false, &form);
	assert_has(text, "value=\"flood\" checked");
	assert_has(text, "value=\"other\" checked");
	assert_has(text, "name=\"lat\" value=\"42.1\"");
	assert_has(text, "value=\"via Roma\"");
	assert_has(text, "name=\"trapped\" value=\"yes\" checked");
	assert_lacks(text, "name=\"injured\" value=\"yes\" checked");
	assert_has(text, "value=\"two_to_five\" checked");
	assert_has(text, ">\nacqua in cantina</textarea>");
	assert_has(text, "name=\"key\" value=\"k-1\"");
	assert_has(text, "name=\"source\" value=\"s-1\"");
	assert_has(text, "The phone number is not valid");
	assert_int_equal(count(text, "<li><a href=\"#place\">"), 1);
	assert_int_equal(count(text, "aria-invalid=\"true\""), 1);
	free(text);
	page_free(p);
}

static void
an_error_says_the_truth_and_gives_the_form_back(void **state)
{
	static const int statuses[] = {400, 408, 413, 429, 431, 500, 501, 503};
	struct page_form form = {0};
	struct page *p = new_page();
	char *text;

	(void)state;
	form.value[PAGE_TEXT] = "aiuto";
	form.value[PAGE_KEY] = "k-1";
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		for (int filled = 0; filled < 2; filled++) {
			text = error_text(p, statuses[i], PAGE_FATE_NOT_SENT,
				filled ? &form : NULL);
			assert_has(text, "112");
			assert_has(text,
				filled ? ">\naiuto</textarea>" : "href=\"/?lang=");
			assert_has(text, "NOT received");
			free(text);
		}
	}
	page_free(p);
}

static void
an_error_knows_what_became_of_the_report(void **state)
{
	static const struct {
		enum page_fate fate;
		const char *says;
	} cases[] = {
		{PAGE_FATE_NOT_SENT, "Your report was NOT received."},
		{PAGE_FATE_NOT_SENT_IF,
			"If you were sending a report, it was NOT received."},
		{PAGE_FATE_UNCERTAIN,
			"It is not certain that your report was received."},
		{PAGE_FATE_NO_REPORT, NULL},
	};
	struct page *p = new_page();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = error_text(p, 503, cases[i].fate, NULL);

		assert_has(text, "call 112");
		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
			if (cases[j].says != NULL && i == j) {
				assert_has(text, cases[j].says);
			} else if (cases[j].says != NULL) {
				assert_lacks(text, cases[j].says);
			}
		}
		free(text);
	}
	page_free(p);
}

static void
a_page_is_whole_or_not_at_all_when_memory_is_short(void **state)
{
	const struct page_form empty = {0};
	struct page *p = new_page();
	struct evbuffer *out = evbuffer_new();

	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = page_form(p, 0, false, &empty, out);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(evbuffer_get_length(out), 0);
	}
	evbuffer_free(out);
	page_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exercises_form_says_so_first_and_stays_one),
		cmocka_unit_test(the_first_words_say_who_reads_and_whom_to_call),
		cmocka_unit_test(
			every_hazard_is_offered_once_with_its_picture_and_word),
		cmocka_unit_test(every_sign_of_the_table_is_asked),
		cmocka_unit_test(whatever_a_field_holds_is_inert_and_comes_back),
		cmocka_unit_test(what_was_written_comes_back_after_an_error),
		cmocka_unit_test(an_error_says_the_truth_and_gives_the_form_back),
		cmocka_unit_test(an_error_knows_what_became_of_the_report),
		cmocka_unit_test(a_page_is_whole_or_not_at_all_when_memory_is_short),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
