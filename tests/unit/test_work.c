/*
 * What operators do, decided by a desk and read off its board. Longer than 500
 * lines: one test for each kind of decision.
 */
#include "act_kit.h"

#include "dispatch/facts.h"

static int
make_kit(void **state)
{
	struct kit *k = kit_new(1000);
	struct report r;

	/* Incident 1 with reports 1 and 2, incident 3 far from it. */
	report_init(&r, "flood", 42.35, 13.4, 1, 0);
	kit_step(k, &r.step);
	report_init(&r, "flood", 42.3501, 13.4, 2, 0);
	r.input.print = 2;
	kit_step(k, &r.step);
	report_init(&r, "flood", 42.45, 13.4, 3, 0);
	kit_step(k, &r.step);
	*state = k;
	return 0;
}

static int
drop_kit(void **state)
{
	kit_free(*state);
	return 0;
}

static void
report_at(struct kit *k, double lat_deg, bool trapped, bool unresponsive)
{
	struct report r;

	report_init(&r, "flood", lat_deg, 13.4, 10 + k->n_rows, 0);
	r.signs.trapped = trapped;
	r.signs.unresponsive = unresponsive;
	kit_step(k, &r.step);
}

/* What is on the board stays the same after a restart. */
static Vedetta__V1__Incident *
state_after_restart(struct kit *k, uint64_t id)
{
	kit_reload(k);
	return kit_state(k, id);
}

static void
an_acknowledgement_says_who_and_what_was_seen(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t decision;
	Vedetta__V1__Incident *i;

	assert_null(kit_state(k, 1)->acknowledged);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	a.action.sequence = 1;
	decision = act_do(k, &a)->decision;
	i = state_after_restart(k, 1);
	assert_string_equal(i->acknowledged->by, "bruno");
	assert_int_equal(i->acknowledged->sequence, 1);
	assert_int_equal(i->acknowledged->at->seconds, k->now_ms / 1000);
	/* Nobody has seen more than there was. */
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	i = kit_state(k, 1);
	assert_int_equal(i->acknowledged->sequence, decision);
	(void)act_undo(k, 1, decision);
	i = kit_state(k, 1);
	assert_non_null(i->acknowledged);
	assert_int_equal(i->version, 3);
}

static void
one_that_is_worse_behind_it_is_told(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t seen = k->newest[1];
	Vedetta__V1__Incident *i;

	report_at(k, 42.35, true, false);
	/* It came while the operator was reading. */
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	a.action.sequence = seen;
	(void)act_do(k, &a);
	i = state_after_restart(k, 1);
	assert_non_null(i->worse);
	assert_int_equal(i->worse->class_before, 4);
	assert_int_equal(i->worse->class_now, 1);
	assert_string_equal(i->worse->reason, "trapped");
	assert_int_equal(i->worse->report, 4);
	report_at(k, 42.35, false, true);
	i = kit_state(k, 1);
	assert_string_equal(i->worse->reason, "unresponsive");
	assert_int_equal(i->worse->class_before, 4); /* as of what was seen */
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	assert_null(kit_state(k, 1)->worse);
	report_at(k, 42.35, true, true);
	assert_null(state_after_restart(k, 1)->worse);
}

static void
class_one_sounds_until_it_is_given_on_or_refused(void **state)
{
	struct kit *k = *state;
	uint64_t decision;

	assert_false(kit_state(k, 1)->alarming);
	report_at(k, 42.35, true, false);
	assert_true(kit_state(k, 1)->alarming);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	assert_true(kit_state(k, 1)->alarming);
	decision = act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_HAND_OVER);
	assert_false(state_after_restart(k, 1)->alarming);
	(void)act_undo(k, 1, decision);
	assert_true(kit_state(k, 1)->alarming);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER);
	assert_false(kit_state(k, 1)->alarming);
	/* They who took it do not know of this one. */
	report_at(k, 42.35, false, true);
	assert_true(state_after_restart(k, 1)->alarming);
	assert_true(kit_state(k, 1)->handed_over[0]->before_worse);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_CLOSE);
	assert_false(kit_state(k, 1)->alarming);
}

static void
an_operators_class_holds_until_it_is_given_back(void **state)
{
	struct kit *k = *state;
	struct desk_figures f;
	struct act a;
	uint64_t first, second;
	Vedetta__V1__Incident *i;

	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_SET_CLASS);
	a.set_class.class_ = 5;
	first = act_do(k, &a)->decision;
	report_at(k, 42.35, true, false);
	i = state_after_restart(k, 1);
	assert_int_equal(i->rank->class_, 5);
	assert_string_equal(i->rank->reason, "operator");
	assert_int_equal(i->class_set->by_rule, 1);
	assert_string_equal(i->class_set->reason, "seen from the air");
	desk_figures(k->desk, &f);
	assert_int_equal(f.open_by_class[5], 1);
	a.set_class.class_ = 2;
	second = act_do(k, &a)->decision;
	assert_int_equal(k->incidents[1].class_no, 2);
	(void)act_undo(k, 1, second);
	assert_int_equal(state_after_restart(k, 1)->rank->class_, 5);
	(void)act_undo(k, 1, first);
	i = kit_state(k, 1);
	assert_int_equal(i->rank->class_, 1);
	assert_null(i->class_set);
	(void)act_do(k, &a);
	a.set_class.class_ = 0;
	(void)act_do(k, &a);
	i = state_after_restart(k, 1);
	assert_int_equal(i->rank->class_, 1);
	assert_string_equal(i->rank->reason, "trapped");
}

/* What the duty book says of team 90 from now on. */
static void
book_team(struct kit *k, const char *name, bool removed)
{
	Vedetta__V1__DutyRecord record = VEDETTA__V1__DUTY_RECORD__INIT;
	Vedetta__V1__Team team = VEDETTA__V1__TEAM__INIT;
	static uint64_t seq = 90;
	uint8_t packed[256];

	team.id = 90;
	team.name = (char *)(uintptr_t)name;
	team.removed = removed;
	record.sequence = seq++;
	record.what_case = VEDETTA__V1__DUTY_RECORD__WHAT_TEAM;
	record.team = &team;
	assert_int_equal(duty_take(desk_duty(k->desk), packed,
				 vedetta__v1__duty_record__pack(&record, packed)),
		0);
}

static void
whose_work_it_is_and_what_it_is_said_to_be(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t decision;
	Vedetta__V1__Incident *i;

	decision = act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.assign.to_case = VEDETTA__V1__ASSIGN__TO_TEAM;
	a.assign.team = 90;
	book_team(k, "Barche di Ripa", false);
	(void)act_do(k, &a);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_MARK);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MARK);
	a.mark.report = 2; /* that one alone: the incident is still a hoax */
	a.mark.kind = VEDETTA__V1__MARK_KIND__MARK_KIND_DUPLICATE;
	a.mark.of = 3;
	(void)act_do(k, &a);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_NOTE);
	i = state_after_restart(k, 1);
	assert_int_equal(i->assigned->team, 90);
	assert_int_equal(i->marked->kind, VEDETTA__V1__MARK_KIND__MARK_KIND_HOAX);
	assert_int_equal(i->notes, 1);
	assert_int_equal(i->rank->class_, 4);
	assert_int_equal(i->status, VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN);
	act_undo(k, 1, decision + 1);
	assert_string_equal(kit_state(k, 1)->assigned->person, "anna");
	a.mark.report = 0;
	a.mark.kind = VEDETTA__V1__MARK_KIND__MARK_KIND_NONE;
	(void)act_do(k, &a);
	assert_null(kit_state(k, 1)->marked);
	a.mark.report = 3;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT);
}

static void
what_is_closed_absorbs_nothing_and_opens_again(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t decision = act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_CLOSE);
	uint64_t next;
	Vedetta__V1__Incident *i = state_after_restart(k, 1);

	assert_int_equal(
		i->status, VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED);
	assert_string_equal(i->closed->text, "pumped out");
	report_at(k, 42.35, false, false);
	next = k->n_rows;
	i = kit_state(k, next);
	assert_int_equal(i->linked_id, 1);
	assert_int_equal(i->linked_closed->outcome,
		VEDETTA__V1__CLOSE_OUTCOME__CLOSE_OUTCOME_RESOLVED);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_HAND_OVER);
	assert_string_equal(
		act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED)
			->decided_what,
		"close");
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_NOTE);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_REOPEN);
	i = state_after_restart(k, 1);
	assert_int_equal(i->status, VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN);
	assert_null(i->closed);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_REOPEN);
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OPEN);
	/* That closing is over: there is nothing of it to take back. */
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_UNDO);
	a.undo.decision = decision;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNDONE);
	/* What opened meanwhile stands in its place. */
	report_at(k, 42.35, false, false);
	assert_int_equal(k->out.rows[0].subject, next);
	/* When that is closed, it is the only one that is open there. */
	(void)act_simply(k, next, VEDETTA__V1__ACTION__WHAT_CLOSE);
	report_at(k, 42.35, false, false);
	assert_int_equal(k->out.rows[0].subject, 1);
	kit_reload(k);
	report_at(k, 42.35, false, false);
	assert_int_equal(k->out.rows[0].subject, 1);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_CLOSE);
	report_at(k, 42.35, false, false);
	assert_int_equal(k->out.rows[0].subject, k->n_rows);
	assert_int_equal(kit_state(k, k->n_rows)->linked_id, next);
}

static void
a_decision_is_taken_back_once_and_only_what_can_be(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t decision = act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);

	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_UNDO);
	a.undo.decision = 1;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_DECISION);
	a.undo.decision = decision;
	(void)act_do(k, &a);
	assert_int_equal(k->rows[k->n_rows].about, decision);
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNDONE);
	a.undo.decision = k->n_rows;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_UNDO);
	assert_int_equal(act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_NOTE), 0);
	a.undo.decision = k->n_rows;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_UNDO);
	a.input.incident = 3;
	a.undo.decision = decision;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_DECISION);
}

static void
who_was_second_is_told_who_was_first(void **state)
{
	struct kit *k = *state;
	const Vedetta__V1__InputAnswer *answer;
	struct act a;

	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.action.sequence = 2;
	(void)act_do(k, &a);
	a.input.author = (char *)"carla";
	answer = act_refused(
		k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OUTDATED);
	assert_string_equal(answer->decided_by, "bruno");
	assert_string_equal(answer->decided_what, "assign");
	assert_int_equal(answer->decided_ms, k->now_ms);
	assert_int_equal(answer->sequence, k->newest[1]);
	a.action.what_case = VEDETTA__V1__ACTION__WHAT_NOTE;
	(void)act_do(k, &a);
	/* What reports do is no decision, nor is what only adds. */
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.action.sequence = k->newest[1];
	report_at(k, 42.35, true, false);
	(void)act_simply(k, 1, VEDETTA__V1__ACTION__WHAT_HAND_OVER);
	(void)act_do(k, &a);
}

static void
merged_it_leads_on_and_comes_back_whole(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t decision;
	Vedetta__V1__Incident *i;

	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MERGE);
	a.merge.into = 3;
	decision = act_do(k, &a)->decision;
	assert_int_equal(k->out.answer.incident, 3);
	assert_int_equal(k->out.n_rows, 4); /* decided, out, in, in */
	i = state_after_restart(k, 1);
	assert_int_equal(i->merged_into, 3);
	assert_int_equal(i->reports, 0);
	i = kit_state(k, 3);
	assert_int_equal(i->reports, 3);
	assert_int_equal(i->sources, 3);
	assert_int_equal(i->n_merged_from, 1);
	assert_int_equal(i->merged_from[0], 1);
	/* Its place is free. */
	report_at(k, 42.35, false, false);
	assert_int_equal(k->out.rows[0].subject, k->n_rows);
	a.action.what_case = VEDETTA__V1__ACTION__WHAT_REOPEN;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED);
	(void)act_undo(k, 1, decision);
	i = state_after_restart(k, 1);
	assert_int_equal(i->reports, 2);
	assert_int_equal(i->merged_into, 0);
	i = kit_state(k, 3);
	assert_int_equal(i->reports, 1);
	assert_int_equal(i->n_merged_from, 0);
}

static void
what_a_merge_wants_of_the_other(void **state)
{
	struct kit *k = *state;
	struct report drill;
	struct act a;

	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MERGE);
	a.merge.into = 2;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INTO);
	a.merge.into = 1;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_SAME);
	report_init(&drill, "flood", 42.6, 13.4, 9, 0);
	drill.input.exercise = true;
	kit_step(k, &drill.step);
	a.merge.into = k->n_rows;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_EXERCISE);
	(void)act_simply(k, 3, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.merge.into = 3;
	a.merge.into_sequence = 3;
	assert_string_equal(
		act_refused(k, &a,
			VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_OUTDATED)
			->decided_what,
		"assign");
	(void)act_simply(k, 3, VEDETTA__V1__ACTION__WHAT_CLOSE);
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_CLOSED);
}

static void
a_part_is_split_off_and_one_is_moved(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t split, moved, new;
	Vedetta__V1__Incident *i;

	report_at(k, 42.35, true, false); /* report 4 */
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_SPLIT);
	a.split.n_reports = 3;
	a.reports[0] = 4;
	a.reports[1] = 1;
	a.reports[2] = 4;
	split = act_do(k, &a)->decision;
	new = k->out.answer.incident;
	i = state_after_restart(k, new);
	assert_int_equal(i->reports, 2);
	assert_int_equal(i->rank->class_, 1);
	assert_true(i->place->point->lat_deg == 42.35);
	i = kit_state(k, 1);
	assert_int_equal(i->reports, 1);
	assert_int_equal(i->rank->class_, 4);
	a.split.n_reports = 1;
	a.reports[0] = 2;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ALL_REPORTS);
	a.reports[0] = 3;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT);
	act_init(&a, new, VEDETTA__V1__ACTION__WHAT_MOVE);
	a.move.report = 4;
	a.move.into = 3;
	moved = act_do(k, &a)->decision;
	assert_int_equal(kit_state(k, 3)->rank->class_, 1);
	/* What was moved on since stays there. */
	(void)act_undo(k, 1, split);
	assert_int_equal(state_after_restart(k, 1)->reports, 2);
	assert_int_equal(kit_state(k, new)->merged_into, 1);
	act_init(&a, new, VEDETTA__V1__ACTION__WHAT_UNDO);
	a.undo.decision = moved;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED);
}

/* 2,000 reports, the most that go at once. */
static void
the_most_that_can_be_merged_fits_an_arena(void **state)
{
	enum { MOST = 2000 };
	struct kit *k = *state;
	struct act a;
	int n;

	for (n = 0; n < MOST - 2; n++) {
		report_at(k, 42.35, false, false);
	}
	assert_int_equal(kit_state(k, 1)->reports, MOST);
	report_at(k, 42.35, false, false);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MERGE);
	a.merge.into = 3;
	act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_TOO_MANY);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_SPLIT);
	a.reports[0] = k->n_rows;
	(void)act_do(k, &a);
	arena_reset(k->arena);
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MERGE);
	a.merge.into = 3;
	assert_int_equal(kit_try(k, act_step(&a)), 0);
	assert_int_equal(
		k->out.answer.outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	assert_int_equal(k->out.n_rows, MOST + 2);
}

static void
words_of_persons_are_in_the_part_that_can_be_erased(void **state)
{
	static const char secret[] = "nonna Pina";
	struct kit *k = *state;
	struct act a;
	Vedetta__V1__Action__WhatCase what;
	uint64_t seq;

	for (what = VEDETTA__V1__ACTION__WHAT_ASSIGN;
		what <= VEDETTA__V1__ACTION__WHAT_SPLIT; what++) {
		act_init(&a, 1, what);
		a.hand_over.reference = a.hand_over.taken_by = a.hand_over.note =
			(char *)secret;
		a.refuse.reason = a.note.text = a.set_class.reason = a.ask.text =
			a.assign.note = a.split.reason = (char *)secret;
		a.reports[0] = 1;
		if (what != VEDETTA__V1__ACTION__WHAT_MERGE) {
			(void)act_do(k, &a);
		}
	}
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MERGE);
	a.merge.into = 3;
	a.merge.reason = (char *)secret;
	(void)act_do(k, &a);
	for (seq = 4; seq <= k->n_rows; seq++) {
		const struct store_row *row = &k->rows[seq];

		assert_null(memmem(row->body, row->body_bytes, secret, 10));
		assert_non_null(memmem(row->body, row->body_bytes, "bruno", 5));
		if (row->kind == STORE_DECISION || row->kind == STORE_MESSAGE) {
			assert_non_null(
				memmem(row->personal, row->personal_bytes, secret, 10));
		}
	}
}

static void
a_drills_decisions_are_a_drills(void **state)
{
	struct kit *k = *state;
	struct report drill;

	report_init(&drill, "flood", 42.6, 13.4, 9, 0);
	drill.input.exercise = true;
	kit_step(k, &drill.step);
	(void)act_simply(k, k->n_rows, VEDETTA__V1__ACTION__WHAT_CLOSE);
	assert_true(facts_unpack(k->rows[k->n_rows].facts).exercise);
	assert_true(k->incidents[k->rows[k->n_rows].subject].exercise);
}

static void
short_of_memory_it_can_be_done_again(void **state)
{
	struct kit *k = *state;
	struct act a;
	bool failed = true;
	unsigned long n;

	for (n = 1; failed; n++) {
		act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_MERGE);
		a.merge.into = 3;
		(void)act_step(&a);
		arena_reset(k->arena);
		alloc_fail_at(n);
		(void)desk_step(k->desk, &a.step, k->now_ms, k->arena, &k->out);
		failed = alloc_failed();
		alloc_fail_at(0);
		if (failed) {
			kit_reload(k);
		}
	}
	assert_true(n > 4);
	kit_keep(k);
	assert_int_equal(state_after_restart(k, 3)->reports, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_kit, drop_kit)

static void
a_team_is_told_by_the_name_it_had(void **state)
{
	struct kit *k = *state;
	struct act a;
	Vedetta__V1__Assigned *to;

	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.assign.to_case = VEDETTA__V1__ASSIGN__TO_TEAM;
	a.assign.team = 90;
	a.assign.team_name = (char *)"whatever the asker says";
	(void)act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_TEAM);
	book_team(k, "Barche di Ripa", false);
	(void)act_do(k, &a);
	to = kit_state(k, 1)->assigned;
	assert_int_equal(to->team, 90);
	assert_string_equal(to->team_name, "Barche di Ripa");
	book_team(k, "Barche di Ripa", true);
	(void)act_refused(k, &a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_TEAM);
	/* The new desk knows of no team at all. */
	to = state_after_restart(k, 1)->assigned;
	assert_string_equal(to->team_name, "Barche di Ripa");
	act_init(&a, 1, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.assign.team_name = (char *)"whatever the asker says";
	(void)act_do(k, &a);
	to = kit_state(k, 1)->assigned;
	assert_string_equal(to->person, "anna");
	assert_string_equal(to->team_name, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_acknowledgement_says_who_and_what_was_seen),
		TEST(one_that_is_worse_behind_it_is_told),
		TEST(class_one_sounds_until_it_is_given_on_or_refused),
		TEST(an_operators_class_holds_until_it_is_given_back),
		TEST(whose_work_it_is_and_what_it_is_said_to_be),
		TEST(what_is_closed_absorbs_nothing_and_opens_again),
		TEST(a_decision_is_taken_back_once_and_only_what_can_be),
		TEST(who_was_second_is_told_who_was_first),
		TEST(merged_it_leads_on_and_comes_back_whole),
		TEST(what_a_merge_wants_of_the_other),
		TEST(a_part_is_split_off_and_one_is_moved),
		TEST(the_most_that_can_be_merged_fits_an_arena),
		TEST(words_of_persons_are_in_the_part_that_can_be_erased),
		TEST(a_drills_decisions_are_a_drills),
		TEST(short_of_memory_it_can_be_done_again),
		cmocka_unit_test_setup_teardown(
			a_team_is_told_by_the_name_it_had, make_kit, drop_kit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
