/* page - what a citizen is shown: the truth first, and nobody else's code */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "dispatch/rank.h"
#include "embed.h"
#include "server/locale.h"
#include "server/page.h"
#include "server/template.h"

extern const struct embedded web_form[];
extern const struct embedded web_locales[];

/* Breaks out of text, attributes, scripts and comments wherever escaping fails. */
#define PAYLOAD "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{key}}{n}-->"

static struct page *
new_page(void)
{
	const struct page_options options = {.emergency_number = "112",
		.desk_name = "Comune di Prova",
		.language = "it"};
	struct page *p = page_new(&options);

	assert_non_null(p);
	return p;
}

/* NUL-terminated; the caller frees it. */
static char *
taken(struct evbuffer *out)
{
	size_t bytes = evbuffer_get_length(out);
	char *text = malloc(bytes + 1);

	evbuffer_remove(out, text, bytes);
	text[bytes] = '\0';
	evbuffer_free(out);
	return text;
}

static char *
form_text(struct page *p, const char *lang, bool staffed, const struct page_form *form)
{
	struct evbuffer *out = evbuffer_new();

	assert_int_equal(
		page_form(p, page_language(p, lang, NULL), staffed, form, out), 0);
	return taken(out);
}

static char *
error_text(struct page *p, int status, const struct page_form *form)
{
	struct evbuffer *out = evbuffer_new();

	assert_int_equal(page_error(p, 0, false, status, form, out), 0);
	return taken(out);
}

static char *
receipt_text(struct page *p, const char *lang, const Vedetta__V1__ReceiptView *view,
	int64_t now_ms)
{
	struct evbuffer *out = evbuffer_new();

	assert_int_equal(
		page_receipt(p, page_language(p, lang, NULL), true, now_ms, view, out),
		0);
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

#define assert_has(text, what) assert_non_null(strstr(text, what))
#define assert_lacks(text, what) assert_null(strstr(text, what))

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
	assert_lacks(on, "Nobody");
	assert_has(on, "lang=\"en\"");
	free(off);
	free(on);
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
every_hazard_has_its_guidance_in_every_language(void **state)
{
	struct page *p = new_page();
	const char *steps[PAGE_GUIDANCE_MAX];
	const char *other[PAGE_GUIDANCE_MAX];
	size_t n;
	const struct hazard *table = hazard_table(&n);

	(void)state;
	for (int lang = 0; lang < 2; lang++) {
		assert_int_equal(page_guidance(p, lang, "other", other), 3);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(
				page_guidance(p, lang, table[i].code, steps), 3);
			assert_true(strcmp(table[i].code, "other") == 0 ||
				    strcmp(steps[0], other[0]) != 0);
		}
		assert_int_equal(page_guidance(p, lang, "", steps), 3);
		assert_string_equal(steps[0], other[0]);
		assert_int_equal(page_guidance(p, lang, "volcano", steps), 3);
		assert_string_equal(steps[0], other[0]);
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
		text[1] = error_text(p, 503, &form);
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
			text = error_text(p, statuses[i], filled ? &form : NULL);
			assert_has(text, "112");
			assert_has(text,
				filled ? ">\naiuto</textarea>" : "href=\"/?lang=");
			assert_has(text, "NOT received");
			free(text);
		}
	}
	text = error_text(p, 404, NULL);
	assert_lacks(text, "NOT received");
	free(text);
	page_free(p);
}

/* ---- the receipt */

struct sample {
	Vedetta__V1__ReceiptView view;
	Vedetta__V1__Receipt receipt;
	Vedetta__V1__Report report;
	Vedetta__V1__Place place;
	Vedetta__V1__Point point;
	Vedetta__V1__Signs signs;
	Vedetta__V1__Contact contact;
	Google__Protobuf__Timestamp at;
};

static void
sample_init(struct sample *s)
{
	vedetta__v1__receipt_view__init(&s->view);
	vedetta__v1__receipt__init(&s->receipt);
	vedetta__v1__report__init(&s->report);
	vedetta__v1__place__init(&s->place);
	vedetta__v1__point__init(&s->point);
	vedetta__v1__signs__init(&s->signs);
	vedetta__v1__contact__init(&s->contact);
	google__protobuf__timestamp__init(&s->at);
	s->view.receipt = &s->receipt;
	s->view.report = &s->report;
	s->receipt.code = (char *)"K7M2-9QX4";
	s->receipt.link = (char *)"/r/abc";
	s->receipt.state = VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED;
	s->receipt.received_at = &s->at;
	s->receipt.copies = 1;
	s->at.seconds = 1795291200; /* 2026-11-21T20:00:00Z */
	s->report.hazard = (char *)"flood";
	s->report.about = VEDETTA__V1__ABOUT__ABOUT_SELF;
	s->report.place = &s->place;
	s->place.point = &s->point;
	s->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	s->place.accuracy_m = 20;
	s->point.lat_deg = 42.3498;
	s->point.lon_deg = 13.3995;
	s->report.signs = &s->signs;
	s->signs.trapped = 1;
	s->signs.people = VEDETTA__V1__PEOPLE__PEOPLE_TWO_TO_FIVE;
	s->report.text = (char *)"acqua in cantina";
	s->report.contact = &s->contact;
	s->contact.name = (char *)"Ada Lovelace";
	s->contact.phone = (char *)"+390811234567";
}

static void
a_receipt_tells_all_that_happened_and_hides_the_contact(void **state)
{
	struct sample s;
	struct page *p = new_page();
	char *text;

	(void)state;
	sample_init(&s);
	text = receipt_text(p, "it", &s.view, s.at.seconds * 1000 + 3 * 60000);
	assert_has(text, "<p class=\"code\" translate=\"no\">K7M2-9QX4</p>");
	assert_has(text, "Ricevuta e salvata. Nessun operatore");
	assert_has(text, "datetime=\"2026-11-21T20:00:00Z\"");
	assert_has(text, "3 min fa");
	assert_has(text, "Copie salvate: 1");
	assert_has(text, "Sali subito a un piano alto");
	assert_has(text, "42.34980, 13.39950 ± 20 m");
	assert_has(text, "Da 2 a 5");
	assert_has(text, "intrappolato");
	assert_has(text, "acqua in cantina");
	assert_lacks(text, "Lovelace");
	assert_lacks(text, "0811234567");
	free(text);
	s.receipt.state = VEDETTA__V1__REPORT_STATE__REPORT_STATE_CLOSED;
	text = receipt_text(p, "en", &s.view, s.at.seconds * 1000);
	assert_has(text, "Closed by an operator. If there is still danger, send a new "
			 "report or call 112.");
	assert_has(text, "just now");
	free(text);
	page_free(p);
}

static void
the_receipts_title_gives_nothing_away(void **state)
{
	struct sample s;
	struct page *p = new_page();
	char *text;

	(void)state;
	sample_init(&s);
	text = receipt_text(p, "it", &s.view, s.at.seconds * 1000);
	assert_has(text, "<title>Ricevuta</title>");
	free(text);
	page_free(p);
}

static void
a_receipt_of_an_erased_or_empty_report_still_shows_its_state(void **state)
{
	struct sample s;
	struct page *p = new_page();
	char *text;

	(void)state;
	sample_init(&s);
	s.view.report = NULL;
	s.receipt.received_at = NULL;
	text = receipt_text(p, "it", &s.view, 0);
	assert_has(text, "K7M2-9QX4");
	assert_has(text, "Nessun posto indicato");
	free(text);
	page_free(p);
}

static void
whatever_a_report_holds_is_inert_in_its_receipt(void **state)
{
	struct sample s;
	struct page *p = new_page();
	char *text;

	(void)state;
	sample_init(&s);
	s.receipt.code = (char *)PAYLOAD;
	s.receipt.link = (char *)PAYLOAD;
	s.report.hazard = (char *)PAYLOAD;
	s.report.text = (char *)PAYLOAD "\xE2\x80\xAE";
	s.place.words = (char *)PAYLOAD;
	s.contact.name = (char *)PAYLOAD;
	text = receipt_text(p, "it", &s.view, s.at.seconds * 1000);
	assert_lacks(text, "<script>alert");
	assert_lacks(text, "<img");
	assert_lacks(text, "\"'>");
	assert_lacks(text, "\xE2\x80\xAE");
	assert_has(text, "[U+202E]");
	free(text);
	page_free(p);
}

/* ---- the files themselves */

static void
on_template_key(void *arg, const char *key)
{
	const struct locale *l = arg;

	for (int i = 0; i < (int)locale_count(l); i++) {
		if (locale_own_text(l, i, key) == NULL) {
			fail_msg("%s has no %s", locale_tag(l, i), key);
		}
	}
}

static void
every_text_of_the_templates_is_in_every_catalogue(void **state)
{
	static const char *const names[] = {"form", "receipt", "error", "absent"};
	char why[TEMPLATE_WHY_BYTES];
	struct locale *l;

	(void)state;
	assert_int_equal(locale_new(&l, web_locales), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct template *t;

		assert_int_equal(template_new(&t, web_form, names[i], why), 0);
		template_each_key(t, on_template_key, l);
		template_free(t);
	}
	locale_free(l);
}

/* What the policy of PAGE_HEADERS would refuse, or would load from elsewhere. */
static void
no_page_has_inline_script_style_or_foreign_addresses(void **state)
{
	static const char *const never[] = {" style=", " srcdoc=", "<style",
		"javascript:", "http:", "https:", "innerHTML"};

	(void)state;
	for (const struct embedded *f = web_form; f->name != NULL; f++) {
		const char *text = (const char *)f->data;

		if (strcmp(f->name, "icon.svg") == 0) {
			continue; /* its xmlns */
		}
		for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
			if (strstr(text, never[i]) != NULL) {
				fail_msg("%s has %s", f->name, never[i]);
			}
		}
		for (const char *s = strstr(text, " on");
			s != NULL && strstr(f->name, ".html");
			s = strstr(s + 1, " on")) {
			size_t n = 3;

			while (isalpha((unsigned char)s[n])) {
				n++;
			}
			assert_true(n == 3 || s[n] != '=');
		}
	}
}

static void
the_first_load_is_at_most_50_kilobytes(void **state)
{
	const struct page_form empty = {0};
	struct page *p = new_page();

	(void)state;
	for (int lang = 0; lang < 2; lang++) {
		char *text = form_text(p, page_language_tag(p, lang), false, &empty);
		size_t bytes = strlen(text) + strlen(PAGE_HEADERS);

		for (const char *s = strstr(text, "/assets/"); s != NULL;
			s = strstr(s + 1, "/assets/")) {
			char path[64];
			const struct page_asset *asset;

			snprintf(path, sizeof(path), "%.*s", (int)strcspn(s, "\""), s);
			asset = page_asset(p, path);
			assert_non_null(asset);
			bytes += asset->bytes + 400; /* its head */
		}
		print_message("# first load, %s: %zu bytes\n",
			page_language_tag(p, lang), bytes);
		assert_true(bytes <= 50 * 1024);
		free(text);
	}
	assert_null(page_asset(p, "/assets/form.css"));
	assert_null(page_asset(p, "/assets/../form.css"));
	page_free(p);
}

static void
the_console_that_was_not_built_says_how_to_build_it(void **state)
{
	struct page *p = new_page();
	struct evbuffer *out = evbuffer_new();
	char *text;

	(void)state;
	assert_int_equal(page_console_absent(p, page_language(p, "en", NULL), out), 0);
	text = taken(out);
	assert_has(text, "-Dweb=enabled");
	free(text);
	page_free(p);
}

static void
the_language_asked_for_comes_first_then_the_browsers_then_ours(void **state)
{
	struct page *p = new_page();

	(void)state;
	assert_string_equal(page_language_tag(p, page_language(p, NULL, NULL)), "it");
	assert_string_equal(page_language_tag(p, page_language(p, NULL, "en")), "en");
	assert_string_equal(page_language_tag(p, page_language(p, "it", "en")), "it");
	assert_string_equal(page_language_tag(p, page_language(p, "xx", "yy")), "it");
	assert_string_equal(
		page_language_tag(p, page_language(p, "en-GB", "it")), "en");
	page_free(p);
}

static void
set_up_survives_every_failing_allocation(void **state)
{
	const struct page_options options = {
		.emergency_number = "112", .desk_name = "", .language = "it"};

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct page *p;

		alloc_fail_at(n);
		p = page_new(&options);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(p);
			page_free(p);
			return;
		}
		assert_null(p);
	}
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
		cmocka_unit_test(the_first_words_say_who_reads_and_whom_to_call),
		cmocka_unit_test(
			every_hazard_is_offered_once_with_its_picture_and_word),
		cmocka_unit_test(every_hazard_has_its_guidance_in_every_language),
		cmocka_unit_test(every_sign_of_the_table_is_asked),
		cmocka_unit_test(whatever_a_field_holds_is_inert_and_comes_back),
		cmocka_unit_test(what_was_written_comes_back_after_an_error),
		cmocka_unit_test(an_error_says_the_truth_and_gives_the_form_back),
		cmocka_unit_test(
			a_receipt_tells_all_that_happened_and_hides_the_contact),
		cmocka_unit_test(the_receipts_title_gives_nothing_away),
		cmocka_unit_test(
			a_receipt_of_an_erased_or_empty_report_still_shows_its_state),
		cmocka_unit_test(whatever_a_report_holds_is_inert_in_its_receipt),
		cmocka_unit_test(every_text_of_the_templates_is_in_every_catalogue),
		cmocka_unit_test(no_page_has_inline_script_style_or_foreign_addresses),
		cmocka_unit_test(the_first_load_is_at_most_50_kilobytes),
		cmocka_unit_test(the_console_that_was_not_built_says_how_to_build_it),
		cmocka_unit_test(
			the_language_asked_for_comes_first_then_the_browsers_then_ours),
		cmocka_unit_test(set_up_survives_every_failing_allocation),
		cmocka_unit_test(a_page_is_whole_or_not_at_all_when_memory_is_short),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
