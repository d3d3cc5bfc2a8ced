#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/group.h"
#include "states.h"

struct scene {
	struct board *board;
	struct arena *arena;
	struct filter open;
};

static int
set_up(void **state)
{
	static struct scene s;

	s.board = board_new();
	s.arena = arena_new(1 << 20);
	board_reset(s.board, EPOCH);
	board_told(s.board, 0, true);
	filter_init(&s.open);
	s.open.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	*state = &s;
	return s.board == NULL || s.arena == NULL;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	board_free(s->board);
	arena_free(s->arena);
	return 0;
}

/*
 * What an event says, short: "+1@5 +2@6 -3 =6" (states with their sequence,
 * removals, where it goes on).
 */
static const char *
said(struct event_text *t)
{
	static char out[4096];
	const char *at = t->data;
	size_t n = 0;

	assert_int_equal(strncmp(at, "event: change\nid: " EPOCH "-", 35), 0);
	assert_int_equal(strncmp(t->data + t->bytes - 3, "}\n\n", 3), 0);
	t->data[t->bytes] = '\0';
	while ((at = strstr(at, "{\"id\":\"")) != NULL) {
		unsigned long id = strtoul(at + 7, NULL, 10);
		unsigned long sequence =
			strtoul(strstr(at, "\"sequence\":\"") + 12, NULL, 10);

		n += (size_t)snprintf(
			out + n, sizeof(out) - n, "+%lu@%lu ", id, sequence);
		at++;
	}
	at = strstr(t->data, "\"removed\":[");
	for (at = at != NULL ? at + 11 : NULL; at != NULL && *at == '"';) {
		char *end;

		n += (size_t)snprintf(
			out + n, sizeof(out) - n, "-%lu ", strtoul(at + 1, &end, 10));
		at = end[1] == ',' ? end + 2 : NULL;
	}
	(void)snprintf(
		out + n, sizeof(out) - n, "=%lu", strtoul(t->data + 35, NULL, 10));
	event_text_drop(t);
	return out;
}

static const char *
step(struct scene *s, struct group *g)
{
	struct event_text *text;

	assert_int_equal(group_step(g, s->board, s->arena, &text), 0);
	return text != NULL ? said(text) : "";
}

static void
a_step_tells_what_changed_and_matches(void **state)
{
	struct scene *s = *state;
	struct group *g = group_new(s->board, &s->open);

	assert_non_null(g);
	assert_string_equal(step(s, g), "");
	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	state_tell(s->board, (struct state){.id = 2, .sequence = 2, .closed = true});
	state_tell(s->board, (struct state){.id = 1, .sequence = 3});
	assert_string_equal(step(s, g), "+1@3 =3");
	assert_string_equal(step(s, g), "");
	group_free(g);
}

static void
what_leaves_the_filter_is_removed_once(void **state)
{
	struct scene *s = *state;
	struct group *g;

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	state_tell(s->board, (struct state){.id = 2, .sequence = 2, .closed = true});
	g = group_new(s->board, &s->open);
	state_tell(s->board, (struct state){.id = 1, .sequence = 3, .closed = true});
	state_tell(s->board, (struct state){.id = 2, .sequence = 4, .closed = true});
	assert_string_equal(step(s, g), "-1 =4");
	state_tell(s->board, (struct state){.id = 1, .sequence = 5, .closed = true});
	assert_string_equal(step(s, g), "");
	assert_int_equal(group_position(g), 5);
	state_tell(s->board, (struct state){.id = 1, .sequence = 6});
	state_tell(s->board, (struct state){.id = 2, .sequence = 7});
	assert_string_equal(step(s, g), "+1@6 +2@7 =7");
	state_tell(s->board, (struct state){.id = 2, .sequence = 8, .closed = true});
	assert_string_equal(step(s, g), "-2 =8");
	group_free(g);
}

static void
a_state_not_yet_told_complete_waits(void **state)
{
	struct scene *s = *state;
	struct group *g = group_new(s->board, &s->open);
	struct state half = {.id = 1, .sequence = 1};

	assert_int_equal(state_put(s->board, &half), 0);
	assert_string_equal(step(s, g), "");
	board_told(s->board, 1, true);
	assert_string_equal(step(s, g), "+1@1 =1");
	group_free(g);
}

static void
a_large_change_comes_in_pieces_without_a_gap(void **state)
{
	enum { N = 3 * GROUP_EVENT_STATES };
	struct scene *s = *state;
	struct group *g = group_new(s->board, &s->open);
	struct event_text *text;
	uint64_t next = 1;
	int r = GROUP_MORE, pieces = 0;

	for (uint64_t i = 1; i <= N; i++) {
		state_tell(s->board, (struct state){.id = i, .sequence = i});
	}
	while (r == GROUP_MORE) {
		const char *at;

		r = group_step(g, s->board, s->arena, &text);
		assert_true(r >= 0);
		assert_true(text->bytes < GROUP_EVENT_BYTES + 4096);
		for (at = text->data; (at = strstr(at, "{\"id\":\"")) != NULL; at++) {
			assert_int_equal(strtoul(at + 7, NULL, 10), next);
			next++;
		}
		event_text_drop(text);
		pieces++;
	}
	assert_int_equal(next, N + 1);
	assert_true(pieces >= 3);
	assert_int_equal(group_position(g), N);
	group_free(g);
}

static const char *
follow(struct scene *s, struct group *g, struct follower *f)
{
	struct event_text *text;

	assert_int_equal(group_follow(g, s->board, f, s->arena, &text), 0);
	assert_int_equal(f->position, group_position(g));
	return text != NULL ? said(text) : "";
}

static void
a_follower_is_told_all_since_its_sequence_and_what_it_may_still_show(void **state)
{
	struct scene *s = *state;
	struct group *g;
	struct follower f;

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	state_tell(s->board, (struct state){.id = 2, .sequence = 2});
	state_tell(s->board, (struct state){.id = 3, .sequence = 3});
	/* It leaves here; meanwhile: */
	state_tell(s->board, (struct state){.id = 1, .sequence = 4, .closed = true});
	state_tell(s->board, (struct state){.id = 5, .sequence = 5, .closed = true});
	state_tell(s->board, (struct state){.id = 2, .sequence = 6});
	g = group_new(s->board, &s->open);
	f = (struct follower){.position = 3};
	/* 5 was opened after 3, but a later page of its list may have shown it. */
	assert_string_equal(follow(s, g, &f), "+2@6 -1 -5 =6");
	assert_string_equal(follow(s, g, &f), "");
	group_free(g);
}

static void
what_a_follower_was_told_and_closes_meanwhile_is_removed(void **state)
{
	struct scene *s = *state;
	struct group *g;
	struct follower f = {0};

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	g = group_new(s->board, &s->open);
	assert_string_equal(follow(s, g, &f), "+1@1 =1");
	/* Not live yet when this comes. */
	state_tell(s->board, (struct state){.id = 1, .sequence = 2, .closed = true});
	assert_string_equal(step(s, g), "-1 =2");
	assert_string_equal(follow(s, g, &f), "-1 =2");
	group_free(g);
}

/*
 * The point of it all: whatever changes, and wherever a reader breaks off and
 * comes back, what it shows in the end is what the filter lets through.
 */
static void
a_reader_that_comes_and_goes_ends_with_the_board(void **state)
{
	enum { IDS = 40 };
	struct scene *s = *state;
	struct group *g = group_new(s->board, &s->open);
	bool shown[IDS + 1] = {false};
	bool open[IDS + 1] = {false}, known[IDS + 1] = {false};
	uint64_t position = 0;
	uint64_t sequence = IDS;

	srandom(11);
	for (int round = 0; round < 300; round++) {
		struct event_text *text = NULL;
		struct follower f = {position};
		const char *at;

		for (long i = random() % 12; i > 0; i--) {
			uint64_t id = (uint64_t)random() % IDS + 1;

			sequence++;
			open[id] = random() % 2 == 0;
			known[id] = true;
			state_tell(s->board, (struct state){.id = id,
						     .sequence = sequence,
						     .closed = !open[id]});
		}
		while (group_step(g, s->board, s->arena, &text) == GROUP_MORE) {
			event_text_drop(text);
		}
		event_text_drop(text);
		if (random() % 3 == 0) {
			continue; /* away */
		}
		assert_int_equal(group_follow(g, s->board, &f, s->arena, &text), 0);
		position = f.position;
		if (text == NULL) {
			continue;
		}
		text->data[text->bytes] = '\0';
		for (at = text->data; (at = strstr(at, "{\"id\":\"")) != NULL; at++) {
			shown[strtoul(at + 7, NULL, 10)] = true;
		}
		at = strstr(text->data, "\"removed\":[");
		while (at != NULL && (at = strchr(at, '"')) != NULL) {
			if (at[1] >= '0' && at[1] <= '9') {
				shown[strtoul(at + 1, NULL, 10)] = false;
			}
			at++;
		}
		event_text_drop(text);
		for (size_t id = 1; id <= IDS; id++) {
			assert_int_equal(shown[id], known[id] && open[id]);
		}
	}
	group_free(g);
}

static void
ids_of_events_are_read_back(void **state)
{
	static const char *const bad[] = {"", "1", "-1", EPOCH, EPOCH "-", EPOCH "-x",
		EPOCH "-1 ", "0123456789ABCDEF-1", "0123456789abcde-1",
		EPOCH "-99999999999999999999"};
	struct scene *s = *state;
	char id[GROUP_ID_BYTES];
	uint64_t sequence;
	bool same;

	group_event_id(s->board, 42, id);
	assert_true(group_read_id(s->board, id, &sequence, &same));
	assert_int_equal(sequence, 42);
	assert_true(same);
	assert_true(group_read_id(s->board, "fedcba9876543210-7", &sequence, &same));
	assert_false(same);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(group_read_id(s->board, bad[i], &sequence, &same));
	}
}

static void
without_memory_nothing_is_said_and_nothing_forgotten(void **state)
{
	struct scene *s = *state;
	struct group *g = NULL;
	struct event_text *text = NULL;
	unsigned long n;
	int r;

	for (n = 1;; n++) {
		alloc_fail_at(n);
		g = group_new(s->board, &s->open);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(g);
			break;
		}
		assert_null(g);
	}
	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	for (n = 1;; n++) {
		alloc_fail_at(n);
		r = group_step(g, s->board, s->arena, &text);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(group_position(g), 0);
	}
	assert_int_equal(r, 0);
	assert_string_equal(said(text), "+1@1 =1");
	group_free(g);
	group_free(NULL);
}

static void
a_text_lives_until_the_last_one_drops_it(void **state)
{
	struct event_text *t = event_text_new("heartbeat", NULL, "{}");

	(void)state;
	assert_non_null(t);
	assert_int_equal(t->bytes, strlen("event: heartbeat\ndata: {}\n\n"));
	assert_memory_equal(t->data, "event: heartbeat\ndata: {}\n\n", t->bytes);
	assert_ptr_equal(event_text_keep(t), t);
	event_text_drop(t);
	assert_int_equal(t->data[0], 'e');
	event_text_drop(t);
	event_text_drop(NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_step_tells_what_changed_and_matches),
		T(what_leaves_the_filter_is_removed_once),
		T(a_state_not_yet_told_complete_waits),
		T(a_large_change_comes_in_pieces_without_a_gap),
		T(a_follower_is_told_all_since_its_sequence_and_what_it_may_still_show),
		T(what_a_follower_was_told_and_closes_meanwhile_is_removed),
		T(a_reader_that_comes_and_goes_ends_with_the_board),
		T(ids_of_events_are_read_back),
		T(without_memory_nothing_is_said_and_nothing_forgotten),
		T(a_text_lives_until_the_last_one_drops_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
