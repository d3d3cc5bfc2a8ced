#include "unit.h"

#include <string.h>

#include "dispatch/rank.h"

static void
expect_class(const char *hazard, uint32_t signs, uint8_t words, uint8_t class_no,
	const char *reason)
{
	struct class_of got = rank_class(hazard_by_code(hazard), signs, words);

	assert_int_equal(got.class_no, class_no);
	assert_string_equal(got.reason, reason);
}

static void
signs_set_the_class(void **state)
{
	(void)state;
	expect_class("flood", 0, 0, 4, "hazard");
	expect_class("fire", 0, 0, 3, "hazard");
	expect_class("other", 0, 0, 5, "hazard");
	expect_class("flood", SIGN_TRAPPED, 0, 1, "trapped");
	expect_class("other", SIGN_UNRESPONSIVE, 0, 1, "unresponsive");
	expect_class("flood", SIGN_INJURED | SIGN_NEEDS, 0, 2, "injured");
	expect_class("flood", SIGN_DANGER_RISING, 0, 2, "danger_rising");
	expect_class("utility_out", SIGN_WAY_OUT_BLOCKED, 0, 3, "way_out_blocked");
	expect_class("other", SIGN_NEEDS, 0, 4, "needs");
	expect_class("flood", SIGN_TRAPPED | SIGN_UNRESPONSIVE, 0, 1, "trapped");
}

static void
vulnerable_people_raise_only_with_a_danger(void **state)
{
	(void)state;
	expect_class("utility_out", SIGN_VULNERABLE, 0, 2, "vulnerable");
	expect_class("other", SIGN_VULNERABLE, 0, 5, "hazard");
}

static void
a_sign_never_lowers_what_the_hazard_gives(void **state)
{
	(void)state;
	expect_class("fire", SIGN_NEEDS, 0, 3, "hazard");
	expect_class("fire", SIGN_WAY_OUT_BLOCKED, 0, 3, "way_out_blocked");
}

static void
words_raise_and_never_lower(void **state)
{
	(void)state;
	expect_class("flood", 0, 1, 1, "words");
	expect_class("flood", SIGN_INJURED, 2, 2, "injured");
	expect_class("flood", SIGN_INJURED, 1, 1, "words");
	expect_class("flood", SIGN_TRAPPED, 2, 1, "trapped");
}

static void
every_sign_of_the_message_has_its_row(void **state)
{
	size_t n;
	const struct sign_row *table = sign_table(&n);
	const ProtobufCMessageDescriptor *type = &vedetta__v1__signs__descriptor;
	uint32_t seen = 0;
	size_t i;
	unsigned f;

	(void)state;
	for (i = 0; i < n; i++) {
		const ProtobufCFieldDescriptor *field =
			protobuf_c_message_descriptor_get_field_by_name(
				type, table[i].field);
		Vedetta__V1__Signs signs = VEDETTA__V1__SIGNS__INIT;

		assert_non_null(field);
		*(protobuf_c_boolean *)((char *)&signs + field->offset) = 1;
		assert_int_equal(signs_of(&signs), table[i].bit);
		seen |= table[i].bit;
	}
	assert_int_equal(seen, 0x7f);
	for (f = 0; f < type->n_fields; f++) {
		if (type->fields[f].type == PROTOBUF_C_TYPE_BOOL) {
			n--;
		}
	}
	assert_int_equal(n, 0);
	assert_int_equal(signs_of(NULL), 0);
}

static int64_t
points_of(const struct rank *rank, const char *name)
{
	size_t i;

	for (i = 0; i < rank->n_terms; i++) {
		if (strcmp(rank->terms[i].name, name) == 0) {
			return rank->terms[i].points;
		}
	}
	fail_msg("no term %s", name);
	return 0;
}

static void
the_key_is_the_sum_of_its_terms_less_the_opening(void **state)
{
	struct rank_facts facts = {.hazard = hazard_by_code("flood"),
		.signs = SIGN_VULNERABLE,
		.sources = 9,
		.people = VEDETTA__V1__PEOPLE__PEOPLE_MORE,
		.trend = 2,
		.opened_ms = 1000000};
	struct rank rank;
	int64_t sum = 0;
	size_t i;

	(void)state;
	rank_key(&facts, &rank);
	assert_int_equal(rank.n_terms, 5);
	for (i = 0; i < rank.n_terms; i++) {
		sum += rank.terms[i].points;
	}
	assert_int_equal(rank.key, sum * 60000 - 1000000);
	assert_int_equal(points_of(&rank, "sources"), 30); /* floor(log2 9) = 3 */
	assert_int_equal(points_of(&rank, "people"), 40);
	assert_int_equal(points_of(&rank, "vulnerable"), 20);
	assert_int_equal(points_of(&rank, "hazard"), 15);
	assert_int_equal(points_of(&rank, "trend"), 30);
}

static void
many_senders_weigh_no_more_than_the_cap(void **state)
{
	struct rank_facts facts = {.hazard = hazard_by_code("other")};
	struct rank few;
	struct rank many;

	(void)state;
	facts.sources = 64;
	rank_key(&facts, &few);
	facts.sources = 4000000000u;
	rank_key(&facts, &many);
	assert_int_equal(points_of(&few, "sources"), 60);
	assert_int_equal(points_of(&many, "sources"), 60);
	facts.sources = 63;
	rank_key(&facts, &few);
	assert_int_equal(points_of(&few, "sources"), 50);
	facts.sources = 0;
	rank_key(&facts, &few);
	assert_int_equal(points_of(&few, "sources"), 0);
}

static void
the_older_of_two_equals_comes_first(void **state)
{
	struct rank_facts facts = {
		.hazard = hazard_by_code("fire"), .sources = 1, .opened_ms = 5000};
	struct rank older;
	struct rank younger;

	(void)state;
	rank_key(&facts, &older);
	facts.opened_ms = 5001;
	rank_key(&facts, &younger);
	assert_true(older.key > younger.key);
}

static void
every_reason_has_a_number(void **state)
{
	size_t n_signs;
	const struct sign_row *signs = sign_table(&n_signs);
	const char *const others[] = {"hazard", "words", "quarantined", "silence"};
	size_t n;

	(void)state;
	assert_null(rank_reason(0));
	for (n = 0; n < n_signs; n++) {
		assert_string_equal(rank_reason(rank_reason_number(signs[n].field)),
			signs[n].field);
	}
	for (n = 0; n < 4; n++) {
		assert_string_equal(
			rank_reason(rank_reason_number(others[n])), others[n]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_number),
		cmocka_unit_test(signs_set_the_class),
		cmocka_unit_test(vulnerable_people_raise_only_with_a_danger),
		cmocka_unit_test(a_sign_never_lowers_what_the_hazard_gives),
		cmocka_unit_test(words_raise_and_never_lower),
		cmocka_unit_test(every_sign_of_the_message_has_its_row),
		cmocka_unit_test(the_key_is_the_sum_of_its_terms_less_the_opening),
		cmocka_unit_test(many_senders_weigh_no_more_than_the_cap),
		cmocka_unit_test(the_older_of_two_equals_comes_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
