/* page_receipt - what happened, what to do now, and nobody else's business */
#include "unit.h"

#include "dispatch/hazard.h"
#include "page_text.h"

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
the_receipt_of_an_exercise_says_so_and_leads_back_into_it(void **state)
{
	struct page *p = new_page();
	struct sample s;
	char *real, *exercise;

	(void)state;
	sample_init(&s);
	real = receipt_text(p, "it", &s.view, 0);
	s.receipt.exercise = 1;
	exercise = receipt_text(p, "it", &s.view, 0);
	assert_lacks(real, "ESERCITAZIONE");
	assert_lacks(real, "exercise");
	assert_has(exercise, "<strong>ESERCITAZIONE</strong>");
	assert_has(exercise, "href=\"/?exercise=TOKEN-of_exercises&amp;lang=it\"");
	free(real);
	free(exercise);
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
without_a_link_nothing_on_the_page_leads_to_one(void **state)
{
	struct sample s;
	struct page *p = new_page();
	char *text;

	(void)state;
	sample_init(&s);
	s.receipt.link = (char *)"";
	text = receipt_text(p, "it", &s.view, s.at.seconds * 1000);
	assert_has(text, "K7M2-9QX4");
	assert_lacks(text, "href=\"?lang=");
	assert_has(text, "href=\"/?lang=en\"");
	assert_lacks(text, "id=\"refresh\"");
	assert_lacks(text, "Chi ha il link di questa pagina");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_receipt_of_an_exercise_says_so_and_leads_back_into_it),
		cmocka_unit_test(every_hazard_has_its_guidance_in_every_language),
		cmocka_unit_test(
			a_receipt_tells_all_that_happened_and_hides_the_contact),
		cmocka_unit_test(the_receipts_title_gives_nothing_away),
		cmocka_unit_test(
			a_receipt_of_an_erased_or_empty_report_still_shows_its_state),
		cmocka_unit_test(without_a_link_nothing_on_the_page_leads_to_one),
		cmocka_unit_test(whatever_a_report_holds_is_inert_in_its_receipt),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
