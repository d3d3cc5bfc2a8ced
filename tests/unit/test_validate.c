#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"
#include "proto/validate.h"
#include "types.h"

/* A report in pieces, good until a test spoils one. */
struct parts {
	Vedetta__V1__Report report;
	Vedetta__V1__Place place;
	Vedetta__V1__Point point;
	Vedetta__V1__Signs signs;
	Vedetta__V1__Contact contact;
	Google__Protobuf__Timestamp claimed_at;
};

static struct trouble trouble;

static void
make_good(struct parts *p)
{
	vedetta__v1__report__init(&p->report);
	vedetta__v1__place__init(&p->place);
	vedetta__v1__point__init(&p->point);
	vedetta__v1__signs__init(&p->signs);
	vedetta__v1__contact__init(&p->contact);
	google__protobuf__timestamp__init(&p->claimed_at);
	p->report.hazard = (char *)(uintptr_t) "flood";
	p->report.place = &p->place;
	p->report.signs = &p->signs;
	p->report.contact = &p->contact;
	p->report.claimed_at = &p->claimed_at;
	p->place.point = &p->point;
	p->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	p->place.accuracy_m = 20;
	p->place.age_case = VEDETTA__V1__PLACE__AGE_AGE_S;
	p->claimed_at.seconds = 1795291200;
}

static void
assert_passes(const struct parts *p)
{
	trouble_init(&trouble);
	if (validate_report(&p->report, &trouble) != 0) {
		fail_msg("%s: %s", trouble.at[0].field, trouble.at[0].reason);
	}
	assert_true(trouble_is_empty(&trouble));
}

static void
assert_fails(const struct parts *p, const char *field, const char *reason)
{
	trouble_init(&trouble);
	assert_int_equal(validate_report(&p->report, &trouble), VALIDATE_REFUSED);
	assert_int_equal(trouble.n_found, 1);
	assert_string_equal(trouble.at[0].field, field);
	assert_string_equal(trouble.at[0].reason, reason);
}

static char *
borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* Every message a Report can hold, and each of its fields, has its rule. */
static void
check_rows(const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];

		if (!validate_has_row(type, field->id)) {
			fail_msg("%s.%s has no row", type->name, field->name);
		}
		/* A Timestamp is one value here, as it is in JSON. */
		if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
			field->descriptor != &google__protobuf__timestamp__descriptor) {
			check_rows(field->descriptor);
		}
	}
}

static void
every_field_a_report_can_hold_has_a_row(void **state)
{
	(void)state;
	check_rows(&vedetta__v1__report__descriptor);
	check_rows(&vedetta__v1__action__descriptor);
	check_rows(&vedetta__v1__team__descriptor);
	check_rows(&vedetta__v1__shift__descriptor);
	check_rows(&vedetta__v1__on_call__descriptor);
	check_rows(&vedetta__v1__policy__descriptor);
	check_rows(&vedetta__v1__duty_answer__descriptor);
	assert_false(validate_has_row(&vedetta__v1__report__descriptor, 99));
	assert_false(validate_has_row(&vedetta__v1__incident__descriptor, 1));
}

static void
hazard_or_text_is_enough(void **state)
{
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct parts p;

	(void)state;
	trouble_init(&trouble);
	report.hazard = borrow("flood");
	assert_int_equal(validate_report(&report, &trouble), 0);
	report.hazard = borrow("");
	report.text = borrow("aiuto");
	assert_int_equal(validate_report(&report, &trouble), 0);
	assert_true(trouble_is_empty(&trouble));
	make_good(&p);
	assert_passes(&p);
	p.report.hazard = borrow("");
	assert_fails(&p, "hazard", "hazard or text is required");
	p.report.hazard = NULL;
	p.report.text = NULL;
	assert_fails(&p, "hazard", "hazard or text is required");
}

static void
white_space_says_nothing(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	p.report.hazard = borrow("");
	p.report.text = borrow(
		" \n\t \r\n\xC2\xA0\xE2\x80\x83\xE3\x80\x80\xE2\x80\x8B\xEF\xBB\xBF");
	assert_fails(&p, "hazard", "hazard or text is required");
	p.report.text = borrow("\xC2\xA0.");
	assert_passes(&p);
}

static void
a_hazard_is_a_lower_case_code(void **state)
{
	static const char *const good[] = {
		"a", "gas_leak", "a_", "abcdefghijklmnopqrstuvwxyz_abcde"};
	static const char *const bad[] = {
		"Flood", "gas leak", "gas-leak", "x1", "f\xC3\xA8", "a\n"};
	struct parts p;

	(void)state;
	make_good(&p);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		p.report.hazard = borrow(good[i]);
		assert_passes(&p);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p.report.hazard = borrow(bad[i]);
		assert_fails(&p, "hazard", "must be made of a-z and _ only");
	}
	p.report.hazard = borrow("_a");
	assert_fails(&p, "hazard", "must start with a letter");
	p.report.hazard = borrow("abcdefghijklmnopqrstuvwxyz_abcdef");
	assert_fails(&p, "hazard", "must have 32 characters at most");
}

static void
positions_are_on_earth(void **state)
{
	static const double lat_bad[] = {90.000001, -90.000001, 1e300};
	struct parts p;

	(void)state;
	make_good(&p);
	for (int sign = -1; sign <= 1; sign++) {
		p.point.lat_deg = 90 * sign;
		p.point.lon_deg = 180 * sign;
		assert_passes(&p);
	}
	for (size_t i = 0; i < 3; i++) {
		p.point.lat_deg = lat_bad[i];
		assert_fails(&p, "place.point.latDeg", "must be between -90 and 90");
	}
	p.point.lat_deg = NAN;
	assert_fails(&p, "place.point.latDeg", "must be a finite number");
	p.point.lat_deg = -HUGE_VAL;
	assert_fails(&p, "place.point.latDeg", "must be a finite number");
	p.point.lat_deg = 0;
	p.point.lon_deg = 180.5;
	assert_fails(&p, "place.point.lonDeg", "must be between -180 and 180");
	p.point.lon_deg = HUGE_VAL;
	assert_fails(&p, "place.point.lonDeg", "must be a finite number");
}

static void
accuracy_is_positive_and_age_is_not_negative(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	p.place.accuracy_m = REPORT_ACCURACY_MAX_M;
	p.place.age_s = REPORT_AGE_MAX_S;
	assert_passes(&p);
	p.place.accuracy_m = 0;
	assert_fails(&p, "place.accuracyM", "must be more than 0");
	p.place.accuracy_m = -1;
	assert_fails(&p, "place.accuracyM", "must be more than 0");
	p.place.accuracy_m = REPORT_ACCURACY_MAX_M + 1.0;
	assert_fails(&p, "place.accuracyM", "must be between 0 and 1000000");
	p.place.accuracy_m = NAN;
	assert_fails(&p, "place.accuracyM", "must be a finite number");
	/* What is not given is not looked at. */
	p.place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY__NOT_SET;
	assert_passes(&p);
	p.place.age_s = -0.5;
	assert_fails(&p, "place.ageS", "must be between 0 and 2678400");
	p.place.age_s = NAN;
	assert_fails(&p, "place.ageS", "must be a finite number");
}

/* A frightened person's half answer is an answer. */
static void
accuracy_and_age_may_come_without_a_point(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	p.place.point = NULL;
	assert_passes(&p);
}

static void
enum_values_are_known(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	p.report.about = VEDETTA__V1__ABOUT__ABOUT_OTHER;
	p.place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_THIRD_PARTY;
	p.signs.people = VEDETTA__V1__PEOPLE__PEOPLE_MORE;
	assert_passes(&p);
	p.report.about = (Vedetta__V1__About)3;
	assert_fails(&p, "about", "must be a known value");
	p.report.about = (Vedetta__V1__About)-1;
	assert_fails(&p, "about", "must be a known value");
	p.report.about = 0;
	p.place.kind = (Vedetta__V1__PlaceKind)9;
	assert_fails(&p, "place.kind", "must be a known value");
	p.place.kind = 0;
	p.signs.people = (Vedetta__V1__People)5;
	assert_fails(&p, "signs.people", "must be a known value");
}

/* n times a character of two bytes, with a NUL. */
static char *
many(size_t n)
{
	char *text = malloc(n * 2 + 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		memcpy(text + i * 2, "\xC3\xA8", 2);
	}
	text[n * 2] = '\0';
	return text;
}

static void
check_length(struct parts *p, char **slot, size_t max, const char *field)
{
	char *was = *slot;
	char reason[100];

	snprintf(reason, sizeof(reason), "must have %zu characters at most", max);
	*slot = many(max);
	assert_passes(p);
	free(*slot);
	*slot = many(max + 1);
	assert_fails(p, field, reason);
	free(*slot);
	*slot = was;
}

static void
texts_are_measured_in_characters(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	check_length(&p, &p.report.text, REPORT_TEXT_MAX, "text");
	check_length(&p, &p.place.words, REPORT_WORDS_MAX, "place.words");
	check_length(&p, &p.contact.name, REPORT_NAME_MAX, "contact.name");
}

static void
texts_hold_no_controls_and_are_utf_8(void **state)
{
	static const char reason[] =
		"must be UTF-8 text without control characters but newline and tab";
	struct parts p;

	(void)state;
	make_good(&p);
	p.report.text = borrow("riga\nriga\r\nriga\tfine \xF0\x9F\x98\x80");
	assert_passes(&p);
	p.report.text = borrow("\x1B[31m");
	assert_fails(&p, "text", reason);
	p.report.text = borrow("a\xFF");
	assert_fails(&p, "text", reason);
	p.report.text = borrow("");
	p.place.words = borrow("a\x07");
	assert_fails(&p, "place.words", reason);
	p.place.words = borrow("");
	p.contact.name = borrow("a\x7F");
	assert_fails(&p, "contact.name", reason);
}

static void
languages_and_phones_have_their_alphabets(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	p.report.lang = borrow("zh-Hant-TW");
	p.contact.phone = borrow("+39 (0862) 12.34/56-78");
	assert_passes(&p);
	p.report.lang = borrow("it_IT");
	assert_fails(&p, "lang", "must be made of letters, digits and - only");
	p.report.lang = borrow("abcdefghijklmnopqrstuvwxyz-123456789");
	assert_fails(&p, "lang", "must have 35 characters at most");
	p.report.lang = borrow("");
	p.contact.phone = borrow("call me");
	assert_fails(
		&p, "contact.phone", "must be made of digits, spaces and +().-/ only");
	p.contact.phone = borrow("123456789012345678901234567890123");
	assert_fails(&p, "contact.phone", "must have 32 characters at most");
}

static void
a_claimed_time_is_of_our_age(void **state)
{
	static const char reason[] = "must be a time of the years 1970 to 2099";
	struct parts p;

	(void)state;
	make_good(&p);
	p.claimed_at.seconds = 0;
	assert_passes(&p);
	p.claimed_at.seconds = 4102444799;
	p.claimed_at.nanos = 999999999;
	assert_passes(&p);
	p.claimed_at.seconds = 4102444800;
	p.claimed_at.nanos = 0;
	assert_fails(&p, "claimedAt", reason);
	p.claimed_at.seconds = -1;
	assert_fails(&p, "claimedAt", reason);
	p.claimed_at.seconds = 1;
	p.claimed_at.nanos = -1;
	assert_fails(&p, "claimedAt", reason);
	p.claimed_at.nanos = 1000000000;
	assert_fails(&p, "claimedAt", reason);
}

static void
all_that_is_wrong_is_said_at_once(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	p.report.hazard = borrow("");
	p.point.lat_deg = 91;
	p.point.lon_deg = 181;
	p.place.accuracy_m = -1;
	p.contact.phone = borrow("x");
	trouble_init(&trouble);
	assert_int_equal(validate_report(&p.report, &trouble), VALIDATE_REFUSED);
	assert_int_equal(trouble.n, 5);
	assert_string_equal(trouble.at[0].field, "place.point.latDeg");
	assert_string_equal(trouble.at[1].field, "place.point.lonDeg");
	assert_string_equal(trouble.at[2].field, "place.accuracyM");
	assert_string_equal(trouble.at[3].field, "contact.phone");
	assert_string_equal(trouble.at[4].field, "hazard");
}

static void
what_was_wrong_before_is_not_this_message_s_fault(void **state)
{
	struct parts p;

	(void)state;
	make_good(&p);
	trouble_init(&trouble);
	trouble_add(&trouble, "x", "y");
	assert_int_equal(validate_report(&p.report, &trouble), 0);
	assert_int_equal(validate_message(&p.place.base, &trouble), 0);
	assert_int_equal(trouble.n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_a_report_can_hold_has_a_row),
		cmocka_unit_test(hazard_or_text_is_enough),
		cmocka_unit_test(white_space_says_nothing),
		cmocka_unit_test(a_hazard_is_a_lower_case_code),
		cmocka_unit_test(positions_are_on_earth),
		cmocka_unit_test(accuracy_is_positive_and_age_is_not_negative),
		cmocka_unit_test(accuracy_and_age_may_come_without_a_point),
		cmocka_unit_test(enum_values_are_known),
		cmocka_unit_test(texts_are_measured_in_characters),
		cmocka_unit_test(texts_hold_no_controls_and_are_utf_8),
		cmocka_unit_test(languages_and_phones_have_their_alphabets),
		cmocka_unit_test(a_claimed_time_is_of_our_age),
		cmocka_unit_test(all_that_is_wrong_is_said_at_once),
		cmocka_unit_test(what_was_wrong_before_is_not_this_message_s_fault),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
