#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch/escalation_internal.h"
#include "escalation_kit.h"

enum {
	ROUNDS = 20,
	THINGS = 150,
};

/* Behind one that comes from so late a time none fits, and each is a whole one. */
static void
let_none_be_fresh(struct night *t, bool none)
{
	struct night_event *event = night_event(t);

	event->at_ms = INT64_MAX / 4;
	event->incident = event->seq;
	event->facts =
		(struct escalation_facts){.class_no = none ? 2 : 3, .is_open = true};
	assert_int_equal(escalations_note(t->e, event->incident, event->seq,
				 event->at_ms, &event->facts),
		0);
}

static void
something_happens(struct night *t, unsigned what, unsigned which, unsigned how)
{
	uint64_t id = t->n_incidents == 0 ? 0 : t->incidents[which % t->n_incidents].id;

	if (id == 0 || what < 6) {
		(void)night_open(t, (uint8_t)(1 + how % 3), "M1", how % 7 == 0);
	} else if (what < 8) {
		(void)night_note(t, which % t->n_incidents);
	} else if (what < 10) {
		(void)night_rise(t, id, (uint8_t)(1 + how % 3));
	} else if (what == 10) {
		night_ack(t, id, how % 3 == 0 ? 0 : how % 3 == 1 ? id : t->seq);
	} else if (what == 11) {
		night_hand_over(t, id);
	} else if (what == 12) {
		night_close(t, id);
	} else if (what == 13) {
		t->now_ms += how % 2 == 0 ? how % 300000 : -(int64_t)(how % 90000);
	} else if (what == 14) {
		night_restart(t);
	} else {
		night_run(t, how % 40);
	}
}

static void
assert_same_rows(const struct night *a, const struct night *b)
{
	assert_int_equal(a->n_events, b->n_events);
	for (size_t i = 0; i < a->n_events; i++) {
		const struct store_row *x = &a->events[i].row;
		const struct store_row *y = &b->events[i].row;

		assert_int_equal(a->events[i].is_row, b->events[i].is_row);
		assert_int_equal(x->subject, y->subject);
		assert_int_equal(x->body_bytes, y->body_bytes);
		if (x->body_bytes > 0) {
			assert_memory_equal(x->body, y->body, x->body_bytes);
		}
	}
}

/* With and without; people are in the book from the middle on. */
static void
fresh_or_not_the_same_is_written(void **state)
{
	size_t n_rows = 0;

	(void)state;
	srand(20261122);
	for (int round = 0; round < ROUNDS; round++) {
		struct night *a = night_new();
		struct night *b = night_new();
		struct escalation_figures x, y;

		let_none_be_fresh(a, false);
		let_none_be_fresh(b, true);
		for (int i = 0; i < THINGS; i++) {
			unsigned what = (unsigned)rand() % 16;
			unsigned which = (unsigned)rand();
			unsigned how = (unsigned)rand();

			if (i == THINGS / 2) {
				assert_true(a->e->n_fresh > a->e->first_fresh);
				duty_kit_usual(&a->kit);
				duty_kit_usual(&b->kit);
			}
			something_happens(a, what, which, how);
			something_happens(b, what, which, how);
		}
		night_run(a, 60);
		night_run(b, 60);
		assert_same_rows(a, b);
		assert_string_equal(night_told(a), night_told(b));
		escalations_figures(a->e, &x);
		escalations_figures(b->e, &y);
		assert_int_equal(x.waiting + 1, y.waiting); /* that from so late */
		assert_int_equal(x.drills, y.drills);
		n_rows += a->n_rows;
		night_free(a);
		night_free(b);
	}
	assert_in_range(n_rows, ROUNDS * 20, SIZE_MAX);
}

static void
what_nothing_happened_to_stays_fresh_until_somebody_is_told(void **state)
{
	struct escalation_figures f;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		(void)night_open(night, 2, "M1", i % 10 == 0);
		(void)night_note(night, i);
	}
	assert_int_equal(night->e->n_fresh, 1000);
	assert_int_equal(night->e->by_id.n, 0);
	for (size_t i = 500; i < 1000; i += 2) {
		night_close(night, night->incidents[i].id);
	}
	assert_int_equal(night->e->by_id.n, 250);
	escalations_figures(night->e, &f);
	assert_int_equal(f.waiting, 700);
	assert_int_equal(f.drills, 50);
	duty_kit_usual(&night->kit);
	night_run(night, 1);
	assert_null(escalation_fresh_first(night->e));
	assert_int_equal(night->e->by_id.n, 1000);
	for (size_t i = 0; i < 900; i++) { /* in the room of those that went */
		(void)night_open(night, 2, "M1", false);
		night_tick(night);
	}
	assert_in_range(night->e->room_fresh, 1000, 1300);
}

static void
short_of_memory_none_is_lost(void **state)
{
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		struct escalations *e = escalations_new();
		struct escalation_facts facts = {.class_no = 2, .is_open = true};
		struct escalation_figures f;
		int opened, closed;

		assert_non_null(e);
		alloc_fail_at(n);
		opened = escalations_note(e, 7, 7, 1000, &facts);
		facts.is_open = false;
		closed = opened < 0 ? 0 : escalations_note(e, 7, 8, 2000, &facts);
		alloc_fail_at(0);
		escalations_figures(e, &f);
		assert_int_equal(f.waiting, opened == 0 && closed < 0);
		escalations_free(e);
		if (opened == 0 && closed == 0) {
			break;
		}
		assert_int_equal(opened < 0 ? opened : closed, -12);
	}
	assert_int_equal(n, 5); /* list, heap, whole one, table */
}

#define NIGHT(name) cmocka_unit_test_setup_teardown(name, night_begin, night_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_or_not_the_same_is_written),
		NIGHT(what_nothing_happened_to_stays_fresh_until_somebody_is_told),
		cmocka_unit_test(short_of_memory_none_is_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
