/* What a console front knows of umbrellas, and puts on its board */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/umbrella_board.h"

#define OPEN VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN
#define MERGED VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_MERGED
#define ENDED VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_ENDED

struct scene {
	struct umbrella_board *umbrellas;
	struct board *board;
	struct arena *arena;
};

static void
put_incident(struct board *b, uint64_t id)
{
	Vedetta__V1__Incident state = VEDETTA__V1__INCIDENT__INIT;

	state.id = id;
	state.sequence = id;
	state.hazard = (char *)"flood";
	assert_int_equal(board_put(b, &state), 0);
}

static int
set_up(void **state)
{
	static struct scene s;

	s.umbrellas = umbrella_board_new();
	s.board = board_new();
	s.arena = arena_new(1 << 20);
	board_reset(s.board, "0123456789abcdef");
	put_incident(s.board, 1);
	put_incident(s.board, 2);
	*state = &s;
	return s.umbrellas == NULL || s.board == NULL || s.arena == NULL;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	umbrella_board_free(s->umbrellas);
	board_free(s->board);
	arena_free(s->arena);
	return 0;
}

static int
tell(struct scene *s, bool full, uint64_t id, int status, uint64_t into,
	uint32_t incidents, bool maxi)
{
	Vedetta__V1__UmbrellaStates states = VEDETTA__V1__UMBRELLA_STATES__INIT;
	Vedetta__V1__Umbrella umbrella = VEDETTA__V1__UMBRELLA__INIT;
	Vedetta__V1__Umbrella *one = &umbrella;

	umbrella.id = id;
	umbrella.status = (Vedetta__V1__UmbrellaStatus)status;
	umbrella.merged_into = into;
	umbrella.incidents = incidents;
	umbrella.maxi = maxi;
	states.full = full;
	states.n_umbrellas = id != 0;
	states.umbrellas = &one;
	return umbrella_board_take(s->umbrellas, &states, s->board);
}

static void
label(struct scene *s, uint64_t incident, uint64_t umbrella)
{
	Vedetta__V1__UmbrellaStates states = VEDETTA__V1__UMBRELLA_STATES__INIT;
	Vedetta__V1__UmbrellaLabel l = VEDETTA__V1__UMBRELLA_LABEL__INIT;
	Vedetta__V1__UmbrellaLabel *one = &l;
	uint64_t tags[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

	l.incident_id = incident;
	l.umbrella_id = umbrella;
	l.n_tags = 9;
	l.tags = tags;
	states.n_labels = 1;
	states.labels = &one;
	assert_int_equal(umbrella_board_take(s->umbrellas, &states, s->board), 0);
}

static void
a_list_has_maxi_first_then_the_largest(void **state)
{
	struct scene *s = *state;
	Vedetta__V1__UmbrellaList list;

	tell(s, true, 30, OPEN, 0, 9, false);
	tell(s, false, 10, OPEN, 0, 3, true);
	tell(s, false, 20, OPEN, 0, 12, false);
	tell(s, false, 15, ENDED, 0, 0, false);
	assert_int_equal(umbrella_board_list(s->umbrellas, -1, 2, s->arena, &list), 0);
	assert_int_equal(list.total, 3);
	assert_int_equal(list.n_umbrellas, 2);
	assert_int_equal(list.umbrellas[0]->id, 10);
	assert_int_equal(list.umbrellas[1]->id, 20);
	assert_int_equal(umbrella_board_list(s->umbrellas, 1, 2, s->arena, &list), 0);
	assert_int_equal(list.total, 0);
}

static void
a_merged_one_leads_to_the_last_it_became(void **state)
{
	struct scene *s = *state;
	bool short_of_memory;

	tell(s, true, 1, MERGED, 2, 0, false);
	tell(s, false, 2, MERGED, 3, 0, false);
	tell(s, false, 3, OPEN, 0, 1, false);
	assert_int_equal(umbrella_board_survivor(s->umbrellas, 1), 3);
	assert_int_equal(umbrella_board_survivor(s->umbrellas, 3), 3);
	assert_int_equal(umbrella_board_survivor(s->umbrellas, 4), 0);
	assert_int_equal(
		umbrella_board_find(s->umbrellas, 1, s->arena, &short_of_memory)
			->merged_into,
		2);
	assert_null(umbrella_board_find(s->umbrellas, 9, s->arena, &short_of_memory));
	assert_false(short_of_memory);
	/* Two that merged into each other, which the desk never says. */
	tell(s, false, 3, MERGED, 1, 0, false);
	assert_true(umbrella_board_survivor(s->umbrellas, 1) != 0);
}

static void
labels_are_in_the_json_of_incidents_and_full_forgets_them(void **state)
{
	struct scene *s = *state;
	struct filter filter;

	assert_null(strstr(
		board_json(s->board, board_find(s->board, 1), s->arena), "umbrella"));
	label(s, 1, 77);
	label(s, 999, 77); /* not on the board */
	assert_non_null(strstr(board_json(s->board, board_find(s->board, 1), s->arena),
		"\"umbrellaId\":\"77\",\"umbrellaTags\":[\"1\",\"2\",\"3\",\"4\"]"));
	filter_init(&filter);
	filter.umbrella = 77;
	assert_true(filter_matches(&filter, &board_find(s->board, 1)->facts));
	assert_false(filter_matches(&filter, &board_find(s->board, 2)->facts));
	tell(s, true, 0, OPEN, 0, 0, false);
	assert_null(strstr(
		board_json(s->board, board_find(s->board, 1), s->arena), "umbrella"));
	assert_false(filter_matches(&filter, &board_find(s->board, 1)->facts));
}

static uint64_t
umbrella_of(struct scene *s, uint64_t incident)
{
	return board_find(s->board, incident)->umbrella;
}

static void
no_news_is_under_what_it_was_opened_for_and_what_that_became(void **state)
{
	struct scene *s = *state;
	Vedetta__V1__Incident incident = VEDETTA__V1__INCIDENT__INIT;
	Vedetta__V1__Silence silent = VEDETTA__V1__SILENCE__INIT;

	incident.id = incident.sequence = 3;
	incident.hazard = (char *)"flood";
	incident.silent = &silent;
	silent.umbrella_id = 7;
	assert_int_equal(board_put(s->board, &incident), 0);
	umbrella_board_label_silent(s->umbrellas, s->board, 3);
	assert_int_equal(umbrella_of(s, 3), 7);
	assert_int_equal(tell(s, false, 7, MERGED, 8, 2, true), 0);
	assert_int_equal(umbrella_of(s, 3), 7); /* 8 is not known yet */
	assert_int_equal(tell(s, false, 8, OPEN, 0, 2, true), 0);
	assert_int_equal(umbrella_of(s, 3), 8);
	assert_int_equal(tell(s, true, 9, OPEN, 0, 2, true), 0);
	assert_int_equal(umbrella_of(s, 3), 7); /* all was forgotten */
	umbrella_board_label_silent(s->umbrellas, s->board, 1);
	umbrella_board_label_silent(s->umbrellas, s->board, 99);
	assert_int_equal(umbrella_of(s, 1), 0);
}

static void
a_new_stream_is_told_the_labels_that_changed_last(void **state)
{
	struct scene *s = *state;
	Vedetta__V1__UmbrellaStates full;

	for (uint64_t i = 1; i <= UMBRELLA_BOARD_LABELS + 7; i++) {
		label(s, i, i);
	}
	assert_int_equal(umbrella_board_full(s->umbrellas, s->arena, &full), 0);
	assert_true(full.full);
	assert_int_equal(full.n_labels, UMBRELLA_BOARD_LABELS);
	assert_int_equal(full.labels[0]->incident_id, 8);
	assert_int_equal(full.labels[UMBRELLA_BOARD_LABELS - 1]->incident_id,
		UMBRELLA_BOARD_LABELS + 7);
}

static void
those_that_are_gone_are_not_kept_for_ever(void **state)
{
	struct scene *s = *state;

	tell(s, true, 1, OPEN, 0, 1, false);
	for (uint64_t id = 2; id < 2 + 2 * UMBRELLA_BOARD_GONE_MOST + 1; id++) {
		tell(s, false, id, ENDED, 0, 0, false);
	}
	assert_int_equal(umbrella_board_survivor(s->umbrellas, 1), 1);
	assert_int_equal(umbrella_board_survivor(s->umbrellas, 2), 0);
	assert_int_equal(
		umbrella_board_survivor(s->umbrellas, 2 + 2 * UMBRELLA_BOARD_GONE_MOST),
		2 + 2 * UMBRELLA_BOARD_GONE_MOST);
}

static void
it_is_rebuilding_until_the_desk_says_otherwise(void **state)
{
	struct scene *s = *state;

	assert_true(umbrella_board_is_rebuilding(s->umbrellas));
	tell(s, true, 0, OPEN, 0, 0, false);
	assert_false(umbrella_board_is_rebuilding(s->umbrellas));
}

static void
what_lacks_memory_says_so(void **state)
{
	struct scene *s = *state;
	Vedetta__V1__UmbrellaList list;
	struct umbrella_board *u;
	unsigned long n = 0;

	do {
		alloc_fail_at(++n);
		u = umbrella_board_new();
		if (!alloc_failed()) {
			break;
		}
		assert_null(u);
	} while (true);
	alloc_fail_at(0);
	umbrella_board_free(u);
	n = 0;
	do {
		alloc_fail_at(++n);
	} while (tell(s, false, n, OPEN, 0, 1, false) == -ENOMEM || alloc_failed());
	alloc_fail_at(1);
	assert_int_equal(
		umbrella_board_list(s->umbrellas, -1, 2, s->arena, &list), -ENOMEM);
	alloc_fail_at(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_list_has_maxi_first_then_the_largest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_merged_one_leads_to_the_last_it_became, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			labels_are_in_the_json_of_incidents_and_full_forgets_them,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_news_is_under_what_it_was_opened_for_and_what_that_became,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_new_stream_is_told_the_labels_that_changed_last, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			those_that_are_gone_are_not_kept_for_ever, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_is_rebuilding_until_the_desk_says_otherwise, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_lacks_memory_says_so, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
