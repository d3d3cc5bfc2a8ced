#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "states.h"

static struct board *
new_board(void)
{
	struct board *b = board_new();

	assert_non_null(b);
	board_reset(b, EPOCH);
	return b;
}

/* The ids behind a sequence, in order of change: "3 1 2". */
static const char *
changed_after(const struct board *b, uint64_t after)
{
	static char text[256];
	const struct board_entry *e;
	size_t at = board_walk(b, after), n = 0;

	text[0] = '\0';
	while ((e = board_walk_next(b, &at)) != NULL) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%llu",
			n > 0 ? " " : "", (unsigned long long)e->id);
	}
	return text;
}

static void
an_incident_is_walked_once_where_it_changed_last(void **state)
{
	struct board *b = new_board();

	(void)state;
	state_tell(b, (struct state){.id = 1, .sequence = 1});
	state_tell(b, (struct state){.id = 2, .sequence = 2});
	state_tell(b, (struct state){.id = 1, .sequence = 3});
	state_tell(b, (struct state){.id = 4, .sequence = 4});
	assert_string_equal(changed_after(b, 0), "2 1 4");
	assert_string_equal(changed_after(b, 1), "2 1 4");
	assert_string_equal(changed_after(b, 2), "1 4");
	assert_string_equal(changed_after(b, 3), "4");
	assert_string_equal(changed_after(b, 4), "");
	assert_int_equal(board_count(b), 3);
	assert_int_equal(board_sequence(b), 4);
	board_free(b);
}

static void
a_state_told_again_or_older_changes_nothing(void **state)
{
	struct board *b = new_board();
	struct state s = {.id = 1, .sequence = 5};

	(void)state;
	state_tell(b, s);
	assert_int_equal(state_put(b, &s), BOARD_UNCHANGED);
	s.sequence = 4;
	assert_int_equal(state_put(b, &s), BOARD_UNCHANGED);
	s = (struct state){.id = 2, .sequence = 5};
	assert_int_equal(state_put(b, &s), BOARD_OUT_OF_ORDER);
	s = (struct state){.id = 6, .sequence = 6, .hazard = "dragon"};
	assert_int_equal(state_put(b, &s), BOARD_UNKNOWN_HAZARD);
	assert_string_equal(changed_after(b, 0), "1");
	board_free(b);
}

static void
the_same_epoch_keeps_the_board_and_another_empties_it(void **state)
{
	struct board *b = new_board();
	uint32_t generation = board_generation(b);

	(void)state;
	state_tell(b, (struct state){.id = 1, .sequence = 1});
	board_reset(b, EPOCH);
	assert_int_equal(board_count(b), 1);
	assert_true(board_is_ready(b));
	assert_int_equal(board_generation(b), generation);
	board_reset(b, "fedcba9876543210");
	assert_int_equal(board_count(b), 0);
	assert_false(board_is_ready(b));
	assert_int_not_equal(board_generation(b), generation);
	assert_int_equal(board_sequence(b), 0);
	assert_null(board_find(b, 1));
	state_tell(b, (struct state){.id = 1, .sequence = 1});
	assert_string_equal(changed_after(b, 0), "1");
	board_free(b);
}

static void
it_is_ready_once_all_was_told(void **state)
{
	struct board *b = new_board();
	struct state s = {.id = 1, .sequence = 1};

	(void)state;
	assert_int_equal(state_put(b, &s), 0);
	board_told(b, 1, false);
	assert_false(board_is_ready(b));
	board_told(b, 9, true);
	assert_true(board_is_ready(b));
	board_told(b, 9, false);
	assert_true(board_is_ready(b));
	assert_int_equal(board_sequence(b), 9);
	board_free(b);
}

static size_t
on_map(const struct board *b)
{
	return pyramid_count(board_pyramid(b));
}

static void
what_has_a_place_is_on_the_map_while_it_has_one(void **state)
{
	struct board *b = new_board();

	(void)state;
	state_tell(b, (struct state){.id = 1, .sequence = 1});
	state_tell(b, (struct state){.id = 2, .sequence = 2, .no_place = true});
	state_tell(b, (struct state){.id = 3, .sequence = 3, .unplaced = true});
	assert_int_equal(on_map(b), 1);
	state_tell(b, (struct state){.id = 3, .sequence = 4, .closed = true});
	assert_int_equal(on_map(b), 2);
	state_tell(b, (struct state){.id = 1, .sequence = 5, .lat_deg = 10});
	assert_int_equal(on_map(b), 2);
	state_tell(b, (struct state){.id = 1, .sequence = 6, .no_place = true});
	assert_int_equal(on_map(b), 1);
	board_reset(b, "fedcba9876543210");
	assert_int_equal(on_map(b), 0);
	board_free(b);
}

static size_t
json_kept(const struct board *b)
{
	size_t bytes = 0;

	for (size_t i = 0; i < board_count(b); i++) {
		bytes += board_at(b, i)->json != NULL ? board_at(b, i)->json_bytes : 0;
	}
	return bytes;
}

static void
json_nobody_asked_for_of_late_is_not_kept(void **state)
{
	struct board *b = new_board();
	struct arena *arena = arena_new(1 << 20);
	const uint64_t n = BOARD_JSON_BYTES / 100;
	const struct board_entry *first;
	uint64_t i;

	(void)state;
	for (i = 1; i <= n; i++) {
		state_tell(b, (struct state){.id = i, .sequence = i});
	}
	first = board_find(b, 1);
	for (i = 1; i <= n; i++) {
		const struct board_entry *e = board_find(b, i);

		assert_non_null(board_json(b, e, arena));
		assert_non_null(e->json);
		if (i % 1000 == 0) {
			assert_non_null(board_json(b, first, arena));
			assert_true(json_kept(b) <= BOARD_JSON_BYTES);
		}
	}
	/* Who is asked for again and again stays, who is not goes and comes back. */
	assert_non_null(first->json);
	assert_null(board_find(b, 2)->json);
	assert_true(json_kept(b) > BOARD_JSON_BYTES - 4096);
	assert_non_null(strstr(board_json(b, board_find(b, 2), arena), "\"id\":\"2\""));
	/* One that changes takes its JSON along. */
	state_tell(b, (struct state){.id = 1, .sequence = n + 1});
	assert_null(first->json);
	board_reset(b, "fedcba9876543210");
	assert_int_equal(json_kept(b), 0);
	state_tell(b, (struct state){.id = 5, .sequence = 5});
	assert_non_null(board_json(b, board_find(b, 5), arena));
	arena_free(arena);
	board_free(b);
}

static void
json_is_made_once_for_each_change(void **state)
{
	struct board *b = new_board();
	struct arena *arena = arena_new(1 << 20);
	const char *first;

	(void)state;
	state_tell(b, (struct state){.id = 7, .sequence = 7, .key = -3});
	first = board_json(b, board_find(b, 7), arena);
	assert_non_null(first);
	assert_non_null(strstr(first, "\"id\":\"7\""));
	assert_non_null(strstr(first, "\"hazard\":\"flood\""));
	assert_ptr_equal(board_json(b, board_find(b, 7), arena), first);
	assert_int_equal(board_find(b, 7)->json_bytes, strlen(first));
	state_tell(b, (struct state){.id = 7, .sequence = 8, .hazard = "fire"});
	assert_non_null(
		strstr(board_json(b, board_find(b, 7), arena), "\"hazard\":\"fire\""));
	arena_free(arena);
	board_free(b);
}

static void
many_changes_of_few_incidents_do_not_pile_up(void **state)
{
	struct board *b = new_board();

	(void)state;
	for (uint64_t s = 1; s <= 20000; s++) {
		state_tell(b, (struct state){.id = s % 7 + 1, .sequence = s});
	}
	assert_int_equal(board_count(b), 7);
	assert_string_equal(changed_after(b, 0), "3 4 5 6 7 1 2");
	assert_string_equal(changed_after(b, 19998), "1 2");
	/* However long it ran, a walk from the start skips a bounded rest. */
	size_t end = board_walk(b, 20000);
	assert_true(end <= 2 * 7 + 1024 + 1);
	board_free(b);
}

/* ---- listings */

/* Plain and slow: what board_select() should say. */
static int
in_order(const void *a, const void *b)
{
	const struct board_entry *x = *(const struct board_entry *const *)a;
	const struct board_entry *y = *(const struct board_entry *const *)b;

	if (x->facts.class_no != y->facts.class_no) {
		return x->facts.class_no < y->facts.class_no ? -1 : 1;
	}
	if (x->key != y->key) {
		return x->key > y->key ? -1 : 1;
	}
	return x->id < y->id ? -1 : x->id > y->id;
}

static void
pages_put_together_are_the_board_in_order_of_rank(void **state)
{
	enum { N = 500 };
	static const struct board_entry *expected[N];
	const struct board_entry *page[N];
	struct board *b = new_board();
	struct filter all;

	(void)state;
	filter_init(&all);
	srandom(3);
	for (uint64_t i = 1; i <= N; i++) {
		state_tell(b, (struct state){.id = i,
				      .sequence = i,
				      .class_no = (uint32_t)(random() % 5) + 1,
				      .key = random() % 20 - 10});
	}
	for (size_t i = 0; i < N; i++) {
		expected[i] = board_at(b, i);
	}
	qsort(expected, N, sizeof(expected[0]), in_order);
	for (size_t limit = 1; limit <= N; limit += 83) {
		struct board_selection s = {.more = true};
		struct board_mark mark;
		size_t got = 0;

		while (s.more) {
			board_select(b, &all, got > 0 ? &mark : NULL, limit, page, &s);
			assert_int_equal(s.n_matching, N);
			assert_true(s.n == limit || !s.more);
			for (size_t i = 0; i < s.n; i++) {
				assert_ptr_equal(page[i], expected[got++]);
			}
			mark = (struct board_mark){page[s.n - 1]->facts.class_no,
				page[s.n - 1]->key, page[s.n - 1]->id};
		}
		assert_int_equal(got, N);
	}
	board_free(b);
}

static void
a_page_holds_what_the_filter_lets_through(void **state)
{
	const struct board_entry *page[10];
	struct board *b = new_board();
	struct board_selection s;
	struct filter open;

	(void)state;
	filter_init(&open);
	open.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	board_select(b, &open, NULL, 10, page, &s);
	assert_int_equal(s.n, 0);
	assert_false(s.more);
	for (uint64_t i = 1; i <= 20; i++) {
		state_tell(b,
			(struct state){.id = i, .sequence = i, .closed = i % 2 == 0});
	}
	board_select(b, &open, NULL, 10, page, &s);
	assert_int_equal(s.n, 10);
	assert_int_equal(s.n_matching, 10);
	assert_false(s.more);
	for (size_t i = 0; i < s.n; i++) {
		assert_int_equal(page[i]->id, 2 * i + 1);
	}
	board_free(b);
}

static void
without_memory_a_state_is_not_taken_and_the_board_stays_whole(void **state)
{
	struct board *b = new_board();
	struct state s = {.id = 1, .sequence = 1};
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = state_put(b, &s);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_string_equal(changed_after(b, 0), "");
		assert_int_equal(board_count(b), 0);
	}
	assert_true(n > 3);
	assert_string_equal(changed_after(b, 0), "1");
	board_free(b);
	for (n = 1;; n++) {
		alloc_fail_at(n);
		b = board_new();
		if (!alloc_failed()) {
			alloc_fail_at(0);
			break;
		}
		assert_null(b);
	}
	board_free(b);
	board_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_incident_is_walked_once_where_it_changed_last),
		cmocka_unit_test(a_state_told_again_or_older_changes_nothing),
		cmocka_unit_test(the_same_epoch_keeps_the_board_and_another_empties_it),
		cmocka_unit_test(it_is_ready_once_all_was_told),
		cmocka_unit_test(what_has_a_place_is_on_the_map_while_it_has_one),
		cmocka_unit_test(json_nobody_asked_for_of_late_is_not_kept),
		cmocka_unit_test(json_is_made_once_for_each_change),
		cmocka_unit_test(many_changes_of_few_incidents_do_not_pile_up),
		cmocka_unit_test(pages_put_together_are_the_board_in_order_of_rank),
		cmocka_unit_test(a_page_holds_what_the_filter_lets_through),
		cmocka_unit_test(
			without_memory_a_state_is_not_taken_and_the_board_stays_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
