/* answer - questions to a desk's file, as a reader is asked them */
#include "unit.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_folder.h"
#include "proto/frame.h"
#include "server/answer.h"

#define FOUND VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND
#define NOT_FOUND VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND

enum {
	NOW_MS = 1000000,
	ARENA_BYTES = 2 * 1024 * 1024,
};

static struct desk_folder desk;
static struct store *store;
static struct answerer *answerer;
static struct arena *arena;
static Vedetta__V1__Answer answer;

static int
open_all(void **state)
{
	char why[200] = "";

	(void)state;
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	assert_int_equal(store_open_reader(&store, desk.path, why, sizeof(why)), 0);
	answerer = answerer_new(store, desk.receipt_key);
	arena = arena_new(ARENA_BYTES);
	assert_non_null(answerer);
	assert_non_null(arena);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	answerer_free(answerer);
	arena_free(arena);
	store_close(store);
	desk_folder_remove(&desk);
	return 0;
}

static void
ask(const Vedetta__V1__Question *question)
{
	arena_reset(arena);
	store_set_deadline(store, 1000);
	assert_int_equal(answer_question(answerer, question, arena, &answer), 0);
	assert_true(vedetta__v1__answer__get_packed_size(&answer) <=
		    (size_t)FRAME_BODY_MAX);
}

static void
ask_incident(uint64_t id, uint64_t before, uint32_t limit)
{
	Vedetta__V1__IncidentQuestion incident = VEDETTA__V1__INCIDENT_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;

	incident.id = id;
	incident.before = before;
	incident.limit = limit;
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_INCIDENT;
	question.incident = &incident;
	ask(&question);
}

static void
ask_report(uint64_t id)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;

	question.about_case = VEDETTA__V1__QUESTION__ABOUT_REPORT;
	question.report = id;
	ask(&question);
}

static void
ask_receipt(const char *token, const char *code)
{
	Vedetta__V1__ReceiptQuestion receipt = VEDETTA__V1__RECEIPT_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;

	receipt.token = (char *)(uintptr_t)token;
	receipt.code = (char *)(uintptr_t)code;
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_RECEIPT;
	question.receipt = &receipt;
	ask(&question);
}

/* Rows 1 and 3 of one incident, 2 of another. */
static struct keeper_answer
store_three(void)
{
	const struct desk_words first = {.text = "uno", .source = 5};
	const struct desk_words far = {.text = "due", .lat_deg = 44, .source = 5};
	const struct desk_words third = {.text = "tre", .source = 5};

	desk_folder_add(&desk, 1, &first);
	desk_folder_add(&desk, 2, &far);
	desk_folder_add(&desk, 3, &third);
	return desk_folder_run(&desk, NOW_MS)[0];
}

static void
a_history_is_walked_newest_first_page_by_page(void **state)
{
	(void)state;
	(void)store_three();
	ask_incident(1, 3, 1);
	assert_int_equal(answer.outcome, FOUND);
	assert_int_equal(answer.incident->n_reports, 1);
	assert_string_equal(answer.incident->reports[0]->report->text, "tre");
	assert_string_equal(answer.incident->next, "1");
	assert_int_equal(answer.incident->sequence, 3);
	ask_incident(1, 1, 1);
	assert_string_equal(answer.incident->reports[0]->report->text, "uno");
	assert_string_equal(answer.incident->next, "");
	ask_incident(1, 3, 50);
	assert_int_equal(answer.incident->n_reports, 2);
}

static void
a_sender_has_one_name_in_an_incident_and_another_elsewhere(void **state)
{
	char here[32], there[32];

	(void)state;
	(void)store_three();
	ask_incident(1, 3, 50);
	(void)snprintf(here, sizeof(here), "%s", answer.incident->reports[0]->source);
	assert_string_equal(here, answer.incident->reports[1]->source);
	ask_incident(2, 2, 50);
	(void)snprintf(there, sizeof(there), "%s", answer.incident->reports[0]->source);
	assert_string_not_equal(here, there);
}

static void
a_row_of_another_incident_is_not_found(void **state)
{
	(void)state;
	(void)store_three();
	ask_incident(2, 3, 10);
	assert_int_equal(answer.outcome, NOT_FOUND);
	assert_null(answer.incident);
	ask_incident(1, UINT64_MAX, 10);
	assert_int_equal(answer.outcome, NOT_FOUND);
}

static void
reports_that_fill_a_frame_go_on_on_the_next_page(void **state)
{
	static char text[3900];
	const struct desk_words words = {.text = text};
	uint64_t before = 60;
	unsigned seen = 0, pages = 0;
	unsigned i;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	for (i = 1; i <= 60; i++) {
		desk_folder_add(&desk, (uint8_t)i, &words);
	}
	(void)desk_folder_run(&desk, NOW_MS);
	while (before != 0) {
		ask_incident(1, before, 100);
		assert_int_equal(answer.outcome, FOUND);
		seen += (unsigned)answer.incident->n_reports;
		before = strtoull(answer.incident->next, NULL, 10);
		pages++;
	}
	assert_int_equal(seen, 60);
	assert_true(pages > 1);
}

static void
a_report_is_found_by_its_number(void **state)
{
	(void)state;
	(void)store_three();
	ask_report(2);
	assert_int_equal(answer.outcome, FOUND);
	assert_int_equal(answer.report->id, 2);
	assert_string_equal(answer.report->channel, "api");
	assert_int_equal(answer.report->received_at->seconds, NOW_MS / 1000);
	ask_report(4);
	assert_int_equal(answer.outcome, NOT_FOUND);
	ask_report(0);
	assert_int_equal(answer.outcome, NOT_FOUND);
}

/* Three say what the first said, the last of them to a desk that was restarted. */
static void
a_folded_report_says_under_which_and_why(void **state)
{
	const struct desk_words first = {
		.text = "acqua in cantina", .source = 5, .tokened = true};
	const struct desk_words alike = {.text = "c'è acqua nella cantina",
		.lat_deg = 42.3501,
		.source = 6,
		.tokened = true};
	const struct desk_words more = {
		.text = "foglie ovunque", .source = 5, .tokened = true};
	const struct desk_words again = {
		.text = "cantina: acqua!", .source = 5, .tokened = true};
	Vedetta__V1__IncidentReport **reports;
	struct keeper_answer code;

	(void)state;
	desk_folder_add(&desk, 1, &first);
	code = desk_folder_run(&desk, NOW_MS)[0];
	desk_folder_add(&desk, 2, &alike);
	(void)desk_folder_run(&desk, NOW_MS + 61 * 1000);
	desk_folder_add(&desk, 3, &more);
	(void)desk_folder_run(&desk, NOW_MS + 120 * 1000);
	desk_folder_close(&desk);
	desk_folder_open(&desk);
	desk_folder_add(&desk, 4, &again);
	(void)desk_folder_run(&desk, NOW_MS + 180 * 1000);

	ask_incident(1, 4, 10);
	assert_int_equal(answer.outcome, FOUND);
	assert_int_equal(answer.incident->n_reports, 4);
	reports = answer.incident->reports;
	assert_int_equal(reports[3]->folded_into, 0);
	assert_null(reports[3]->fold);

	assert_int_equal(reports[2]->folded_into, 1);
	assert_int_equal(
		reports[2]->fold->reason, VEDETTA__V1__FOLD_REASON__FOLD_REASON_WORDS);
	assert_true(reports[2]->fold->likeness > 0.99);
	assert_true(reports[2]->fold->distance_m > 11 &&
		    reports[2]->fold->distance_m < 11.3);
	assert_int_equal(reports[2]->fold->after_s, 61);
	assert_false(reports[2]->fold->same_source);
	assert_string_equal(reports[2]->fold->code, code.code);

	assert_int_equal(reports[1]->folded_into, 1);
	assert_int_equal(
		reports[1]->fold->reason, VEDETTA__V1__FOLD_REASON__FOLD_REASON_SOURCE);
	assert_true(reports[1]->fold->same_source);
	assert_true(reports[1]->fold->likeness < 0.01);

	assert_int_equal(reports[0]->folded_into, 1);
	assert_int_equal(reports[0]->fold->reason,
		VEDETTA__V1__FOLD_REASON__FOLD_REASON_WORDS_AND_SOURCE);
	assert_string_equal(reports[0]->report->text, "cantina: acqua!");
	ask_report(2);
	assert_int_equal(answer.report->folded_into, 1);
}

static void
what_folds_into_a_damaged_report_is_shown_without_the_reason(void **state)
{
	const struct desk_words words = {.text = "acqua in cantina", .source = 5};
	Vedetta__V1__IncidentReport **reports;
	sqlite3 *db;

	(void)state;
	for (uint8_t i = 1; i <= 2; i++) {
		desk_folder_add(&desk, i, &words);
		(void)desk_folder_run(&desk, NOW_MS + i * 1000);
	}
	assert_int_equal(sqlite3_open(desk.path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE personal SET personal = x'78' WHERE seq = 1",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	ask_incident(1, 2, 10);
	assert_int_equal(answer.incident->n_reports, 2);
	reports = answer.incident->reports;
	assert_false(reports[0]->damaged);
	assert_string_equal(reports[0]->report->text, "acqua in cantina");
	assert_int_equal(reports[0]->folded_into, 1);
	assert_int_equal(reports[0]->fold->reason,
		VEDETTA__V1__FOLD_REASON__FOLD_REASON_UNSPECIFIED);
	assert_true(reports[1]->damaged);
}

static void
the_link_tells_everything_and_the_code_the_state_alone(void **state)
{
	struct keeper_answer first;

	(void)state;
	first = store_three();
	ask_receipt(first.token, "");
	assert_int_equal(answer.outcome, FOUND);
	assert_string_equal(answer.receipt->report->text, "uno");
	assert_string_equal(answer.receipt->receipt->code, first.code);
	assert_int_equal(answer.receipt->receipt->copies, 1);
	ask_receipt("", first.code);
	assert_int_equal(answer.outcome, FOUND);
	assert_null(answer.receipt->report);
	assert_null(answer.receipt->receipt->received_at);
	assert_string_equal(answer.receipt->receipt->link, "");
	assert_int_equal(answer.receipt->receipt->state,
		VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED);
	ask_receipt("AAAA", "");
	assert_int_equal(answer.outcome, NOT_FOUND);
	ask_receipt("", "0000-0000");
	assert_int_equal(answer.outcome, NOT_FOUND);
}

static void
what_nobody_could_read_is_given_as_it_came(void **state)
{
	static const uint8_t nonsense[] = {0xFF, 0xFE, 0xFD};

	(void)state;
	desk_folder_add_bytes(&desk, 1, nonsense, sizeof(nonsense));
	(void)desk_folder_run(&desk, NOW_MS);
	ask_incident(1, 1, 10);
	assert_int_equal(answer.outcome, FOUND);
	assert_null(answer.incident->reports[0]->report);
	assert_int_equal(answer.incident->reports[0]->raw.len, sizeof(nonsense));
	assert_memory_equal(
		answer.incident->reports[0]->raw.data, nonsense, sizeof(nonsense));
}

static void
a_raw_report_is_shown_before_and_after_it_was_interpreted(void **state)
{
	const struct desk_words words = {.text = "grezzo"};
	struct keeper_answer raw;

	(void)state;
	keeper_set_raw_mode(desk.keeper, true);
	desk_folder_add(&desk, 1, &words);
	raw = desk_folder_run(&desk, NOW_MS)[0];
	assert_int_equal(raw.kind, DESK_RAW);
	ask_receipt(raw.token, "");
	assert_string_equal(answer.receipt->report->text, "grezzo");
	assert_false(keeper_interpret_some(desk.keeper, NOW_MS + 5000));
	ask_incident(2, 2, 10);
	assert_int_equal(answer.outcome, FOUND);
	assert_int_equal(answer.incident->reports[0]->id, raw.report_id);
	assert_string_equal(answer.incident->reports[0]->code, raw.code);
	assert_int_equal(
		answer.incident->reports[0]->received_at->seconds, NOW_MS / 1000);
	assert_string_equal(answer.incident->reports[0]->report->text, "grezzo");
}

/* Said live, then twice while the desk was behind: read late, it folds like any. */
static void
what_was_read_late_folds_and_is_folded_into(void **state)
{
	const struct desk_words early = {.text = "fumo dal tetto", .source = 7};
	const struct desk_words live = {.text = "acqua in cantina", .source = 5};
	const struct desk_words late = {
		.text = "c'è acqua nella cantina", .source = 6, .lat_deg = 42.3501};
	const struct desk_words after = {.text = "fumo dal tetto!", .source = 8};
	Vedetta__V1__IncidentReport **reports;
	uint64_t raw[2];
	int n;

	(void)state;
	keeper_set_raw_mode(desk.keeper, true);
	desk_folder_add(&desk, 1, &early);
	raw[0] = desk_folder_run(&desk, NOW_MS)[0].report_id;
	desk_folder_add(&desk, 2, &late);
	raw[1] = desk_folder_run(&desk, NOW_MS + 60 * 1000)[0].report_id;
	keeper_set_raw_mode(desk.keeper, false);
	desk_folder_add(&desk, 3, &live);
	(void)desk_folder_run(&desk, NOW_MS + 150 * 1000);
	for (n = 0; keeper_interpret_some(desk.keeper, NOW_MS + 1600 * 1000); n++) {
		assert_true(n < 10);
	}
	desk_folder_close(&desk);
	desk_folder_open(&desk);
	desk_folder_add(&desk, 4, &after);
	(void)desk_folder_run(&desk, NOW_MS + 1700 * 1000);

	ask_incident(3, 6, 10);
	assert_int_equal(answer.outcome, FOUND);
	assert_int_equal(answer.incident->n_reports, 4);
	reports = answer.incident->reports;
	/* Under the number on its first's receipt, though that was read late. */
	assert_int_equal(reports[0]->folded_into, raw[0]);
	assert_int_equal(reports[0]->fold->after_s, 1700);
	assert_int_equal(reports[1]->id, raw[1]);
	assert_int_equal(reports[1]->folded_into, 3);
	assert_int_equal(reports[1]->fold->before_s, 90);
	assert_int_equal(reports[1]->fold->after_s, 0);
	assert_int_equal(
		reports[1]->fold->reason, VEDETTA__V1__FOLD_REASON__FOLD_REASON_WORDS);
	assert_int_equal(reports[2]->id, raw[0]);
	assert_int_equal(reports[2]->folded_into, 0);
	assert_null(reports[3]->fold);
}

static void
a_small_arena_ends_in_a_fault_and_not_in_a_crash(void **state)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	struct arena *small = arena_new(64);

	(void)state;
	(void)store_three();
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_REPORT;
	question.report = 1;
	assert_int_equal(answer_question(answerer, &question, small, &answer), 0);
	assert_int_equal(
		answer.outcome, VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FAULT);
	assert_null(answer.report);
	arena_free(small);
}

static void
without_memory_there_is_no_answerer(void **state)
{
	struct answerer *a;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		a = answerer_new(store, desk.receipt_key);
		if (!alloc_failed()) {
			break;
		}
		assert_null(a);
	}
	alloc_fail_at(0);
	assert_non_null(a);
	answerer_free(a);
	answerer_free(NULL);
}

int
main(void)
{
#define ON_A_FILE(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
	const struct CMUnitTest tests[] = {
		ON_A_FILE(a_history_is_walked_newest_first_page_by_page),
		ON_A_FILE(a_sender_has_one_name_in_an_incident_and_another_elsewhere),
		ON_A_FILE(a_row_of_another_incident_is_not_found),
		ON_A_FILE(reports_that_fill_a_frame_go_on_on_the_next_page),
		ON_A_FILE(a_report_is_found_by_its_number),
		ON_A_FILE(a_folded_report_says_under_which_and_why),
		ON_A_FILE(what_folds_into_a_damaged_report_is_shown_without_the_reason),
		ON_A_FILE(the_link_tells_everything_and_the_code_the_state_alone),
		ON_A_FILE(what_nobody_could_read_is_given_as_it_came),
		ON_A_FILE(a_raw_report_is_shown_before_and_after_it_was_interpreted),
		ON_A_FILE(what_was_read_late_folds_and_is_folded_into),
		ON_A_FILE(a_small_arena_ends_in_a_fault_and_not_in_a_crash),
		ON_A_FILE(without_memory_there_is_no_answerer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
