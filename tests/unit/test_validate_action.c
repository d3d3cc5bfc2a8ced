#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "proto/validate.h"

static struct trouble trouble;
static Vedetta__V1__Action a;

static char *
borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void
begin(Vedetta__V1__Action__WhatCase what)
{
	vedetta__v1__action__init(&a);
	a.sequence = 7;
	a.what_case = what;
}

static void
assert_passes(void)
{
	trouble_init(&trouble);
	if (validate_action(&a, &trouble) != 0) {
		fail_msg("%s: %s", trouble.at[0].field, trouble.at[0].reason);
	}
}

static void
assert_fails(const char *field)
{
	trouble_init(&trouble);
	assert_int_equal(validate_action(&a, &trouble), VALIDATE_REFUSED);
	assert_int_equal(trouble.n_found, 1);
	assert_string_equal(trouble.at[0].field, field);
}

static void
what_was_seen_and_what_is_done_are_required(void **state)
{
	Vedetta__V1__Acknowledge acknowledge = VEDETTA__V1__ACKNOWLEDGE__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT__NOT_SET);
	assert_fails("what");
	begin(VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	a.acknowledge = &acknowledge;
	assert_passes();
	a.sequence = 0;
	assert_fails("sequence");
}

static void
somebody_must_be_assigned_or_nobody_said(void **state)
{
	Vedetta__V1__Assign assign = VEDETTA__V1__ASSIGN__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT_ASSIGN);
	a.assign = &assign;
	assert_fails("assign");
	assign.to_case = VEDETTA__V1__ASSIGN__TO_PERSON;
	assign.person = borrow(" ");
	assert_fails("assign");
	assign.person = borrow("anna");
	assert_passes();
	assign.to_case = VEDETTA__V1__ASSIGN__TO_TEAM;
	assign.team = 0;
	assert_fails("assign");
	assign.team = 3;
	assert_passes();
	assign.to_case = VEDETTA__V1__ASSIGN__TO_NOBODY;
	assign.nobody = false;
	assert_fails("assign");
	assign.nobody = true;
	assert_passes();
}

static void
a_hand_over_says_to_whom_a_refusal_why(void **state)
{
	Vedetta__V1__HandOver over = VEDETTA__V1__HAND_OVER__INIT;
	Vedetta__V1__Refuse refuse = VEDETTA__V1__REFUSE__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT_HAND_OVER);
	a.hand_over = &over;
	assert_fails("handOver.to");
	over.to = borrow("115");
	assert_passes();
	over.reference = borrow("a\001b");
	assert_fails("handOver.reference");
	begin(VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER);
	a.refuse_hand_over = &refuse;
	assert_fails("refuseHandOver.reason");
	refuse.reason = borrow("\xC2\xA0");
	assert_fails("refuseHandOver.reason");
	refuse.reason = borrow("They called back: all are out.");
	assert_passes();
}

static void
words_that_say_nothing_are_no_note_and_no_question(void **state)
{
	Vedetta__V1__Note note = VEDETTA__V1__NOTE__INIT;
	Vedetta__V1__Ask ask = VEDETTA__V1__ASK__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT_NOTE);
	a.note = &note;
	assert_fails("note.text");
	note.text = borrow("x");
	assert_passes();
	begin(VEDETTA__V1__ACTION__WHAT_ASK);
	a.ask = &ask;
	assert_fails("ask.text");
	ask.text = borrow("Quanti siete?");
	assert_passes();
}

static void
a_class_is_one_of_five_and_has_a_reason(void **state)
{
	Vedetta__V1__SetClass set = VEDETTA__V1__SET_CLASS__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT_SET_CLASS);
	a.set_class = &set;
	assert_passes(); /* given back to the rule */
	set.class_ = 5;
	assert_fails("setClass.reason");
	set.reason = borrow("no");
	assert_passes();
	set.class_ = 6;
	assert_fails("setClass.class");
}

static void
merges_splits_and_moves_say_what_goes_where(void **state)
{
	uint64_t reports[ACTION_REPORTS_MAX + 1] = {1};
	Vedetta__V1__Merge merge = VEDETTA__V1__MERGE__INIT;
	Vedetta__V1__Split split = VEDETTA__V1__SPLIT__INIT;
	Vedetta__V1__MoveReport move = VEDETTA__V1__MOVE_REPORT__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT_MERGE);
	a.merge = &merge;
	merge.into = 3;
	assert_fails("merge.intoSequence");
	merge.into_sequence = 4;
	assert_passes();
	merge.into = 0;
	assert_fails("merge.into");
	begin(VEDETTA__V1__ACTION__WHAT_SPLIT);
	a.split = &split;
	assert_fails("split.reports");
	split.reports = reports;
	split.n_reports = ACTION_REPORTS_MAX;
	assert_passes();
	split.n_reports++;
	assert_fails("split.reports");
	begin(VEDETTA__V1__ACTION__WHAT_MOVE);
	a.move = &move;
	move.into = 3;
	move.into_sequence = 4;
	assert_fails("move.report");
	move.report = 1;
	assert_passes();
}

static void
marks_closings_and_undos_say_which(void **state)
{
	Vedetta__V1__Mark mark = VEDETTA__V1__MARK__INIT;
	Vedetta__V1__Close close = VEDETTA__V1__CLOSE__INIT;
	Vedetta__V1__Undo undo = VEDETTA__V1__UNDO__INIT;
	Vedetta__V1__Reopen reopen = VEDETTA__V1__REOPEN__INIT;

	(void)state;
	begin(VEDETTA__V1__ACTION__WHAT_MARK);
	a.mark = &mark;
	mark.reason = borrow("Same caller, ten times.");
	assert_fails("mark.kind");
	mark.kind = VEDETTA__V1__MARK_KIND__MARK_KIND_DUPLICATE;
	assert_fails("mark.of");
	mark.kind = VEDETTA__V1__MARK_KIND__MARK_KIND_HOAX;
	assert_passes();
	mark.reason = borrow("");
	assert_fails("mark.reason");
	begin(VEDETTA__V1__ACTION__WHAT_CLOSE);
	a.close = &close;
	assert_fails("close.outcome");
	close.outcome = (Vedetta__V1__CloseOutcome)99;
	assert_fails("close.outcome");
	close.outcome = VEDETTA__V1__CLOSE_OUTCOME__CLOSE_OUTCOME_RESOLVED;
	assert_passes();
	begin(VEDETTA__V1__ACTION__WHAT_UNDO);
	a.undo = &undo;
	assert_fails("undo.decision");
	undo.decision = 12;
	assert_passes();
	begin(VEDETTA__V1__ACTION__WHAT_REOPEN);
	a.reopen = &reopen;
	assert_passes();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen_and_what_is_done_are_required),
		cmocka_unit_test(somebody_must_be_assigned_or_nobody_said),
		cmocka_unit_test(a_hand_over_says_to_whom_a_refusal_why),
		cmocka_unit_test(words_that_say_nothing_are_no_note_and_no_question),
		cmocka_unit_test(a_class_is_one_of_five_and_has_a_reason),
		cmocka_unit_test(merges_splits_and_moves_say_what_goes_where),
		cmocka_unit_test(marks_closings_and_undos_say_which),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
