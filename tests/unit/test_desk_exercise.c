/* What an exercise left open is closed by its end, and nothing else is. */
#include "act_kit.h"

#define CASE(name) VEDETTA__V1__DUTY_INPUT__WHAT_##name
#define CLOSED VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED
#define OPEN VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN

struct night {
	struct kit *kit;
	struct arena *words; /* of what was said, as long as it is looked at */
	struct store_record record;
	uint8_t packed[1024];
	const Vedetta__V1__DutyAnswered *answered;
};

static int
make_night(void **state)
{
	struct night *n = calloc(1, sizeof(*n));

	assert_non_null(n);
	n->kit = kit_new(1000);
	n->words = arena_new(1 << 20);
	assert_non_null(n->words);
	*state = n;
	return 0;
}

static int
drop_night(void **state)
{
	struct night *n = *state;

	kit_free(n->kit);
	arena_free(n->words);
	free(n);
	return 0;
}

/* A row of the book is no incident's: kit_keep() would miss its chain. */
static void
keep_duty(struct night *n, const struct store_record *record)
{
	struct kit *k = n->kit;
	struct store_row *row = &k->rows[k->n_rows + 1];

	assert_int_equal(k->out.n_rows, 1);
	*row = k->out.rows[0];
	row->body = kit_copy(row->body, row->body_bytes);
	row->personal = kit_copy(row->personal, row->personal_bytes);
	k->n_rows++;
	assert_int_equal(row->seq, k->n_rows);
	assert_true(record->packed_bytes <= sizeof(n->packed));
	memcpy(n->packed, record->packed, record->packed_bytes);
	n->record = *record;
	n->record.packed = n->packed;
}

static const Vedetta__V1__Exercise *
change(struct night *n, const Vedetta__V1__ExerciseChange *c)
{
	Vedetta__V1__DutyInput in = VEDETTA__V1__DUTY_INPUT__INIT;
	struct store_record record;

	arena_reset(n->words);
	in.what_case = CASE(EXERCISE);
	in.exercise = (Vedetta__V1__ExerciseChange *)c;
	in.author = (char *)"lea";
	assert_int_equal(desk_take_duty(n->kit->desk, &in, NULL, n->kit->now_ms,
				 n->words, &n->kit->out, &record),
		0);
	n->answered = n->kit->out.answer.duty;
	if (n->kit->out.n_rows == 0) {
		return NULL;
	}
	keep_duty(n, &record);
	return n->answered->record->exercise;
}

static const Vedetta__V1__Exercise *
begin(struct night *n)
{
	Vedetta__V1__ExerciseChange c = VEDETTA__V1__EXERCISE_CHANGE__INIT;

	n->kit->now_ms += 1000;
	c.on = true;
	c.name = (char *)"Aterno";
	return change(n, &c);
}

static const Vedetta__V1__Exercise *
end(struct night *n, bool leave_open)
{
	Vedetta__V1__ExerciseChange c = VEDETTA__V1__EXERCISE_CHANGE__INIT;

	n->kit->now_ms += 1000;
	c.leave_open = leave_open;
	return change(n, &c);
}

/* A report ten kilometres from the one before: an incident of its own. */
static uint64_t
report(struct night *n, bool exercise)
{
	static int nth;
	struct report r;

	n->kit->now_ms += 10;
	nth++;
	report_init(&r, "flood", 40 + nth % 50 * 0.1, 10 + nth / 50 * 0.1,
		(uint64_t)nth + 100, 0);
	r.input.exercise = exercise;
	kit_step(n->kit, &r.step);
	return n->kit->n_rows;
}

/* At most so many steps of it; how many incidents it closed. */
static unsigned
clear(struct night *n, unsigned most)
{
	unsigned closed = 0;

	while (most-- > 0) {
		struct store_record record;
		int r;

		arena_reset(n->kit->arena);
		r = desk_clear_next(n->kit->desk, n->kit->now_ms, n->kit->arena,
			&n->kit->out, &record);
		assert_true(r >= 0);
		if (r == 0) {
			break;
		}
		if (r == DESK_CLEARED_ONE) {
			kit_keep(n->kit);
			closed++;
		} else {
			keep_duty(n, &record);
		}
	}
	return closed;
}

static unsigned
status(struct night *n, uint64_t incident)
{
	arena_reset(n->kit->arena);
	return kit_state(n->kit, incident)->status;
}

static const Vedetta__V1__Exercise *
last(struct night *n)
{
	return duty_exercise_last(desk_duty(n->kit->desk))->exercise;
}

static void
restart(struct night *n)
{
	kit_reload(n->kit);
	assert_int_equal(desk_load_duty(n->kit->desk, &n->record), 0);
}

static void
its_end_closes_drills_and_no_real_one(void **state)
{
	struct night *n = *state;
	uint64_t real, drills[3], late;
	const Vedetta__V1__Exercise *e;
	Vedetta__V1__Incident *i;

	real = report(n, false);
	(void)begin(n);
	for (size_t d = 0; d < 3; d++) {
		drills[d] = report(n, true);
		late = report(n, false);
	}
	e = end(n, false);
	assert_true(e->closing);
	assert_int_equal(e->to_close, 3);
	assert_true(desk_is_clearing(n->kit->desk));
	assert_int_equal(clear(n, 100), 3);
	assert_false(desk_is_clearing(n->kit->desk));
	assert_int_equal(last(n)->closed, 3);
	assert_string_equal(last(n)->ended_by, "lea");
	for (size_t d = 0; d < 3; d++) {
		assert_int_equal(status(n, drills[d]), CLOSED);
		i = kit_state(n->kit, drills[d]);
		assert_int_equal(i->closed->outcome,
			VEDETTA__V1__CLOSE_OUTCOME__CLOSE_OUTCOME_EXERCISE);
		assert_string_equal(i->closed->by, "lea");
		assert_string_equal(i->closed->text, "Aterno");
	}
	assert_int_equal(status(n, real), OPEN);
	assert_int_equal(status(n, late), OPEN);
	assert_int_equal(clear(n, 100), 0);
}

static void
each_closing_is_a_decision_that_can_be_taken_back(void **state)
{
	struct night *n = *state;
	uint64_t drill, decision;

	(void)begin(n);
	drill = report(n, true);
	(void)end(n, false);
	assert_int_equal(clear(n, 100), 1);
	decision = n->kit->n_rows - 1; /* before the record's own row */
	assert_int_equal(n->kit->rows[decision].kind, STORE_DECISION);
	(void)act_undo(n->kit, drill, decision);
	assert_int_equal(status(n, drill), OPEN);
	restart(n);
	assert_int_equal(clear(n, 100), 0);
	assert_int_equal(status(n, drill), OPEN);
}

static void
left_open_on_purpose_they_are_closed_later_at_one_word(void **state)
{
	struct night *n = *state;
	uint64_t drill, real;

	(void)begin(n);
	drill = report(n, true);
	real = report(n, false);
	assert_false(end(n, true)->closing);
	assert_int_equal(clear(n, 100), 0);
	assert_int_equal(status(n, drill), OPEN);
	assert_null(end(n, true));
	assert_true(n->answered->not_found);
	assert_int_equal(end(n, false)->to_close, 1);
	assert_int_equal(clear(n, 100), 1);
	assert_int_equal(status(n, drill), CLOSED);
	assert_int_equal(status(n, real), OPEN);
	assert_null(end(n, false));
	assert_true(n->answered->not_found);
}

static void
what_an_earlier_one_left_is_not_the_next_ones(void **state)
{
	struct night *n = *state;
	uint64_t earlier, own;

	(void)begin(n);
	earlier = report(n, true);
	(void)end(n, true);
	(void)begin(n);
	own = report(n, true);
	assert_int_equal(end(n, false)->to_close, 1);
	assert_int_equal(clear(n, 100), 1);
	assert_int_equal(status(n, own), CLOSED);
	assert_int_equal(status(n, earlier), OPEN);
}

static void
a_desk_that_dies_in_between_goes_on_where_it_was(void **state)
{
	struct night *n = *state;
	uint64_t drills[4];

	(void)begin(n);
	for (size_t d = 0; d < 4; d++) {
		drills[d] = report(n, true);
	}
	(void)end(n, false);
	assert_int_equal(clear(n, 2), 2);
	restart(n);
	assert_true(desk_is_clearing(n->kit->desk));
	assert_int_equal(clear(n, 100), 2);
	assert_int_equal(last(n)->closed, 4);
	for (size_t d = 0; d < 4; d++) {
		assert_int_equal(status(n, drills[d]), CLOSED);
	}
}

static void
what_somebody_decided_meanwhile_stays(void **state)
{
	struct night *n = *state;
	uint64_t noted, other;

	(void)begin(n);
	noted = report(n, true);
	other = report(n, true);
	(void)end(n, false);
	(void)act_simply(n->kit, noted, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	assert_int_equal(clear(n, 100), 1);
	assert_int_equal(status(n, noted), OPEN);
	assert_int_equal(status(n, other), CLOSED);
	assert_int_equal(last(n)->closed, 1);
}

static void
the_next_exercise_may_begin_before_it_is_through(void **state)
{
	struct night *n = *state;
	uint64_t old, fresh;

	(void)begin(n);
	old = report(n, true);
	(void)end(n, false);
	(void)begin(n);
	fresh = report(n, true);
	assert_int_equal(clear(n, 100), 1);
	assert_int_equal(status(n, old), CLOSED);
	assert_int_equal(status(n, fresh), OPEN);
}

static void
figures_of_drills_move_no_real_one(void **state)
{
	struct night *n = *state;
	struct desk_figures f;

	(void)report(n, false);
	(void)begin(n);
	(void)report(n, true);
	(void)report(n, true);
	desk_figures(n->kit->desk, &f);
	assert_int_equal(f.incidents_open, 1);
	assert_int_equal(f.reports, 1);
	assert_int_equal(f.drills_open, 2);
	assert_int_equal(f.drill_reports, 2);
	(void)end(n, false);
	(void)clear(n, 100);
	desk_figures(n->kit->desk, &f);
	assert_int_equal(f.incidents_open, 1);
	assert_int_equal(f.drills_open, 0);
	assert_int_equal(f.drill_reports, 0);
}

static void
short_of_memory_nothing_is_said_to_be_done(void **state)
{
	struct night *n = *state;
	bool failed = true;
	unsigned long fails;
	int r = 0;

	(void)begin(n);
	(void)report(n, true);
	(void)end(n, false);
	for (fails = 1; failed; fails++) {
		struct store_record record;

		restart(n);
		arena_reset(n->kit->arena);
		alloc_fail_at(fails);
		r = desk_clear_next(n->kit->desk, n->kit->now_ms, n->kit->arena,
			&n->kit->out, &record);
		failed = alloc_failed();
		alloc_fail_at(0);
	}
	assert_true(fails > 2);
	assert_int_equal(r, DESK_CLEARED_ONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_night, drop_night)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(its_end_closes_drills_and_no_real_one),
		TEST(each_closing_is_a_decision_that_can_be_taken_back),
		TEST(left_open_on_purpose_they_are_closed_later_at_one_word),
		TEST(what_an_earlier_one_left_is_not_the_next_ones),
		TEST(a_desk_that_dies_in_between_goes_on_where_it_was),
		TEST(what_somebody_decided_meanwhile_stays),
		TEST(the_next_exercise_may_begin_before_it_is_through),
		TEST(figures_of_drills_move_no_real_one),
		TEST(short_of_memory_nothing_is_said_to_be_done),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
