/* admit - what a front sent is checked again, and nothing of it is refused */
#include "unit.h"

#include <string.h>

#include "desk_folder.h"
#include "server/admit.h"
#include "server/limits.h"

static const uint8_t bad_keys[1][STORE_KEY_BYTES] = {{8, 8, 8, 8}};
static struct admit_rules rules;
static struct arena *arena;
static uint8_t bytes[DESK_INPUT_BYTES];
static struct batch_input from;

static int
make(void **state)
{
	const struct desk_words words = {.text = "acqua"};

	(void)state;
	arena = arena_new(LIMIT_INPUT_ARENA_BYTES);
	memset(&rules, 0, sizeof(rules));
	memset(&from, 0, sizeof(from));
	from.body = bytes;
	from.body_bytes = desk_folder_pack(&words, bytes);
	from.key[0] = 1;
	return arena == NULL;
}

static int
drop(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct desk_input
admitted(void)
{
	struct desk_input input;

	arena_reset(arena);
	admit_input(&rules, &from, arena, &input);
	return input;
}

static void
pack_report(Vedetta__V1__Report *report)
{
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;

	input.report = report;
	from.body_bytes = vedetta__v1__report_input__pack(&input, bytes);
}

static void
a_good_input_is_a_report(void **state)
{
	struct desk_input input = admitted();

	(void)state;
	assert_int_equal(input.kind, DESK_REPORT);
	assert_true(input.has_key);
	assert_memory_equal(input.key, from.key, STORE_KEY_BYTES);
	assert_string_equal(input.report->report->text, "acqua");
}

static void
a_key_of_zeros_is_no_key(void **state)
{
	(void)state;
	memset(from.key, 0, sizeof(from.key));
	assert_false(admitted().has_key);
}

static void
a_hazard_that_is_not_in_the_table_is_quarantined(void **state)
{
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	static char hazard[] = "dragons";
	struct desk_input input;

	(void)state;
	report.hazard = hazard;
	pack_report(&report);
	input = admitted();
	assert_int_equal(input.kind, DESK_QUARANTINE);
	assert_ptr_equal(input.raw, bytes);
	assert_int_equal(input.raw_bytes, from.body_bytes);
}

static void
a_report_without_hazard_and_words_is_quarantined(void **state)
{
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;

	(void)state;
	pack_report(&report);
	assert_int_equal(admitted().kind, DESK_QUARANTINE);
	from.body_bytes = 0;
	assert_int_equal(admitted().kind, DESK_QUARANTINE);
}

static void
every_cut_of_a_good_input_is_admitted_one_way_or_the_other(void **state)
{
	size_t whole = from.body_bytes;

	(void)state;
	for (from.body_bytes = 0; from.body_bytes < whole; from.body_bytes++) {
		enum desk_input_kind kind = admitted().kind;

		assert_true(kind == DESK_REPORT || kind == DESK_QUARANTINE);
	}
}

static void
a_key_that_crashed_the_desk_is_not_read_in_any_mode(void **state)
{
	(void)state;
	rules.quarantine = bad_keys;
	rules.n_quarantine = 1;
	memcpy(from.key, bad_keys[0], STORE_KEY_BYTES);
	assert_int_equal(admitted().kind, DESK_QUARANTINE);
	assert_null(admitted().report);
	rules.raw_mode = true;
	assert_int_equal(admitted().kind, DESK_QUARANTINE);
}

static void
in_raw_mode_nothing_is_read(void **state)
{
	(void)state;
	rules.raw_mode = true;
	assert_int_equal(admitted().kind, DESK_RAW);
	assert_null(admitted().report);
}

static void
a_raw_row_is_read_unless_it_crashed_the_desk_or_was_erased(void **state)
{
	struct store_row row = {.seq = 9, .has_key = true};
	struct desk_input input;

	(void)state;
	row.personal = bytes;
	row.personal_bytes = from.body_bytes;
	admit_raw_row(&rules, &row, arena, &input);
	assert_int_equal(input.kind, DESK_INTERPRET);
	assert_int_equal(input.about, 9);
	rules.quarantine = bad_keys;
	rules.n_quarantine = 1;
	memcpy(row.key, bad_keys[0], STORE_KEY_BYTES);
	admit_raw_row(&rules, &row, arena, &input);
	assert_int_equal(input.kind, DESK_INTERPRET_FAILED);
	row.key[0] = 0;
	row.personal = NULL;
	row.personal_bytes = 0;
	admit_raw_row(&rules, &row, arena, &input);
	assert_int_equal(input.kind, DESK_INTERPRET_FAILED);
}

int
main(void)
{
#define WITH_INPUT(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		WITH_INPUT(a_good_input_is_a_report),
		WITH_INPUT(a_key_of_zeros_is_no_key),
		WITH_INPUT(a_hazard_that_is_not_in_the_table_is_quarantined),
		WITH_INPUT(a_report_without_hazard_and_words_is_quarantined),
		WITH_INPUT(every_cut_of_a_good_input_is_admitted_one_way_or_the_other),
		WITH_INPUT(a_key_that_crashed_the_desk_is_not_read_in_any_mode),
		WITH_INPUT(in_raw_mode_nothing_is_read),
		WITH_INPUT(a_raw_row_is_read_unless_it_crashed_the_desk_or_was_erased),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
