#include "store_kit.h"

#include <errno.h>

struct loaded {
	uint64_t incidents[64];
	size_t n_incidents;
	uint64_t first;
	uint64_t last;
	uint64_t bodies[64];
	size_t n_bodies;
	uint64_t damaged[8];
	size_t n_damaged;
	uint64_t stop_at;
};

static int
on_incident(void *arg, const struct store_incident *incident)
{
	struct loaded *l = arg;

	assert_int_equal(l->first, 0); /* all before the rows */
	l->incidents[l->n_incidents++] = incident->id;
	return 0;
}

static int
on_row(void *arg, const struct store_row *row)
{
	struct loaded *l = arg;
	struct store_row want = row_of(row->seq);

	assert_true(l->first == 0 || row->seq == l->last + 1);
	l->first = l->first == 0 ? row->seq : l->first;
	l->last = row->seq;
	if (row->damaged) {
		assert_null(row->body);
		l->damaged[l->n_damaged++] = row->seq;
	}
	if (row->body != NULL) {
		l->bodies[l->n_bodies++] = row->seq;
		assert_memory_equal(row->body, want.body, want.body_bytes);
	} else if (row->kind < STORE_RAW) {
		want.at_ms = row->at_ms; /* some tests choose their own */
		assert_rows_equal(row, &want, false);
	}
	return row->seq == l->stop_at ? -ECANCELED : 0;
}

static const struct store_visitor visitor = {on_incident, on_row};

static struct loaded
load(struct store *s, int64_t since_ms)
{
	struct loaded l = {0};

	assert_int_equal(store_load(s, since_ms, &visitor, &l), 0);
	return l;
}

static void
append_at(struct store *s, uint64_t seq, int64_t at_ms)
{
	struct store_row row = row_of(seq);

	row.at_ms = at_ms;
	assert_int_equal(store_append(s, &row), 0);
}

static void
a_load_begins_with_what_the_window_or_an_incident_needs(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident incident;
	struct loaded l = load(s, 0);

	assert_int_equal(l.first, 0);
	append(s, 1, 100);
	l = load(s, 0);
	assert_int_equal(l.first, 1);
	assert_int_equal(l.last, 100);
	l = load(s, NOON_MS + 60000);
	assert_int_equal(l.first, 60);
	l = load(s, NOON_MS + 200000);
	assert_int_equal(l.first, 0);
	/* An open one is always needed, a closed one while it is young or new. */
	assert_int_equal(store_begin(s), 0);
	incident = incident_of(30, 30);
	put(s, &incident);
	incident = incident_of(20, 25);
	incident.status = CLOSED;
	put(s, &incident);
	incident = incident_of(40, 70);
	incident.status = CLOSED;
	put(s, &incident);
	assert_int_equal(store_commit(s), 0);
	l = load(s, NOON_MS + 60000);
	assert_int_equal(l.n_incidents, 2);
	assert_int_equal(l.incidents[0], 30);
	assert_int_equal(l.incidents[1], 40);
	assert_int_equal(l.first, 30);
	assert_int_equal(l.last, 100);
	l = load(s, NOON_MS + 25000);
	assert_int_equal(l.n_incidents, 3);
	assert_int_equal(l.first, 20);
	l = load(s, NOON_MS + 71000);
	assert_int_equal(l.n_incidents, 1);
	assert_int_equal(l.first, 30);
	store_close(s);
}

static void
a_clock_that_jumped_hides_no_row_of_the_window(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct loaded l;

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 20; seq++) {
		append_at(s, seq, NOON_MS);
	}
	append_at(s, 21, NOON_MS + 1000000); /* too far ahead for one row */
	for (uint64_t seq = 22; seq <= 3000; seq++) {
		append_at(s, seq, 0); /* no clock yet */
	}
	append_at(s, 3001, NOON_MS + 500);
	assert_int_equal(store_commit(s), 0);
	l = load(s, NOON_MS + 1);
	assert_int_equal(l.first, 21);
	assert_int_equal(l.last, 3001);
	store_close(s);
}

static void
a_visitor_stops_a_load_with_its_own_word(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct loaded l = {.stop_at = 5};

	append(s, 1, 10);
	assert_int_equal(store_load(s, 0, &visitor, &l), -ECANCELED);
	assert_int_equal(l.last, 5);
	append(s, 11, 11); /* no statement was left open */
	store_close(s);
}

static void
raw_rows_wait_with_their_bytes_until_one_interprets_them(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;
	struct loaded l;

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 10; seq++) {
		row = row_of(seq);
		row.kind = seq == 3 || seq == 4 || seq == 8 ? STORE_RAW : row.kind;
		if (seq == 9) {
			row.kind = STORE_INTERPRETED;
			row.about = 3;
		}
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
	/* Older than the window, and still the first that is needed. */
	l = load(s, NOON_MS + 10000);
	assert_int_equal(l.first, 4);
	assert_int_equal(l.n_bodies, 2);
	assert_int_equal(l.bodies[0], 4);
	assert_int_equal(l.bodies[1], 8);
	l = load(s, 0);
	assert_int_equal(l.first, 1);
	assert_int_equal(l.n_bodies, 2);
	store_close(s);
}

/* One is no reason to refuse all others; opening proves the last 1,000 only. */
static void
rows_that_are_not_what_was_written_are_shown_without_their_bytes(void **state)
{
	static const enum store_kind kinds[] = {STORE_RAW, STORE_SILENCE,
		STORE_MOVED_OUT, STORE_MOVED_IN, STORE_DECISION, STORE_MESSAGE,
		STORE_MOVED_OUT};
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;
	struct loaded l;
	uint64_t bad;

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 14; seq++) {
		row = row_of(seq);
		row.kind = kinds[(seq - 1) / 2];
		row.about = seq == 13 ? 1 : 0;
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
	append(s, 15, 1100);
	store_close(s);
	meddle(f, "UPDATE log SET body = x'78' WHERE seq < 14 AND seq % 2 = 1");
	s = open_store(f);
	l = load(s, 0);
	assert_int_equal(l.last, 1100);
	assert_int_equal(l.n_bodies, 7);
	assert_int_equal(l.n_damaged, 7);
	for (size_t i = 0; i < l.n_damaged; i++) {
		assert_int_equal(l.damaged[i], 1 + 2 * i);
	}
	assert_int_equal(
		store_verify(s, &bad, f->why, WHY_BYTES, NULL, NULL), STORE_DAMAGED);
	assert_int_equal(bad, 1);
	append(s, 1101, 1101);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_load_begins_with_what_the_window_or_an_incident_needs),
		TEST(a_clock_that_jumped_hides_no_row_of_the_window),
		TEST(a_visitor_stops_a_load_with_its_own_word),
		TEST(raw_rows_wait_with_their_bytes_until_one_interprets_them),
		TEST(rows_that_are_not_what_was_written_are_shown_without_their_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
