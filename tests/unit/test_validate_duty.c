#include "unit.h"

#include <string.h>

#include "proto/validate.h"

static struct trouble trouble;

static char *
borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

struct rota_entry {
	Vedetta__V1__Shift shift;
	Vedetta__V1__DutyPerson person;
	Google__Protobuf__Timestamp from, to;
};

static void
make_shift(struct rota_entry *r)
{
	vedetta__v1__shift__init(&r->shift);
	vedetta__v1__duty_person__init(&r->person);
	google__protobuf__timestamp__init(&r->from);
	google__protobuf__timestamp__init(&r->to);
	r->person.name = borrow("Anna Rossi");
	r->person.email = borrow("anna@example.it");
	r->shift.area = borrow("066049");
	r->shift.person = &r->person;
	r->shift.from = &r->from;
	r->shift.to = &r->to;
	r->from.seconds = 1795291200;
	r->to.seconds = r->from.seconds + 12 * 3600;
}

static void
assert_said(int r, const char *field, const char *reason)
{
	assert_int_equal(r, VALIDATE_REFUSED);
	assert_int_equal(trouble.n_found, 1);
	assert_string_equal(trouble.at[0].field, field);
	assert_string_equal(trouble.at[0].reason, reason);
	trouble_init(&trouble);
}

static void
a_shift_has_an_area_a_person_and_an_end(void **state)
{
	struct rota_entry r;

	(void)state;
	trouble_init(&trouble);
	make_shift(&r);
	assert_int_equal(validate_shift(&r.shift, &trouble), 0);
	r.to.seconds = r.from.seconds;
	assert_said(validate_shift(&r.shift, &trouble), "to", "must be after from");
	r.to.seconds = r.from.seconds + DUTY_SHIFT_MAX_S + 1;
	assert_said(validate_shift(&r.shift, &trouble), "to",
		"must be 31 days after from at most");
	make_shift(&r);
	r.shift.area = borrow("");
	assert_said(validate_shift(&r.shift, &trouble), "area", "is required");
	make_shift(&r);
	r.shift.person = NULL;
	assert_said(validate_shift(&r.shift, &trouble), "person", "is required");
	make_shift(&r);
	r.shift.answered_at = &r.from;
	assert_said(validate_shift(&r.shift, &trouble), "answeredAt",
		"is set by POST /v1/duty");
}

static void
what_is_removed_needs_nothing_else(void **state)
{
	Vedetta__V1__Shift shift = VEDETTA__V1__SHIFT__INIT;
	Vedetta__V1__Team team = VEDETTA__V1__TEAM__INIT;
	Vedetta__V1__OnCall list = VEDETTA__V1__ON_CALL__INIT;
	Vedetta__V1__Policy policy = VEDETTA__V1__POLICY__INIT;

	(void)state;
	trouble_init(&trouble);
	shift.id = team.id = list.id = policy.id = 7;
	shift.removed = team.removed = list.removed = policy.removed = true;
	assert_int_equal(validate_shift(&shift, &trouble), 0);
	assert_int_equal(validate_team(&team, &trouble), 0);
	assert_int_equal(validate_on_call(&list, &trouble), 0);
	assert_int_equal(validate_policy(&policy, &trouble), 0);
	team.id = 0; /* a new one that is removed is no one */
	assert_int_equal(validate_team(&team, &trouble), VALIDATE_REFUSED);
}

static void
contacts_are_looked_at(void **state)
{
	struct rota_entry r;

	(void)state;
	trouble_init(&trouble);
	make_shift(&r);
	r.person.email = borrow("anna");
	assert_said(validate_shift(&r.shift, &trouble), "person.email",
		"must be name@domain");
	r.person.email = borrow("a@b@c");
	assert_said(validate_shift(&r.shift, &trouble), "person.email",
		"must be name@domain");
	r.person.email = borrow("a b@example.it");
	assert_said(validate_shift(&r.shift, &trouble), "person.email",
		"must be made of the characters of an e-mail address only");
	make_shift(&r);
	r.person.webhook = borrow("http://example.it/hook");
	assert_said(validate_shift(&r.shift, &trouble), "person.webhook",
		"must begin with https://");
	make_shift(&r);
	r.person.name = borrow("");
	assert_said(validate_shift(&r.shift, &trouble), "person.name",
		"name or account is required");
}

static void
elements_of_lists_are_looked_at_and_counted(void **state)
{
	Vedetta__V1__DutyPerson person = VEDETTA__V1__DUTY_PERSON__INIT;
	Vedetta__V1__DutyPerson *people[LIST_MOST + 1];
	Vedetta__V1__OnCall list = VEDETTA__V1__ON_CALL__INIT;

	(void)state;
	trouble_init(&trouble);
	for (size_t i = 0; i <= LIST_MOST; i++) {
		people[i] = &person;
	}
	person.name = borrow("Anna");
	list.area = borrow("*");
	assert_said(validate_on_call(&list, &trouble), "people",
		"one person at least is required");
	list.people = people;
	list.n_people = LIST_MOST;
	assert_int_equal(validate_on_call(&list, &trouble), 0);
	list.n_people = LIST_MOST + 1;
	assert_said(validate_on_call(&list, &trouble), "people",
		"must have 256 elements at most");
	list.n_people = 1;
	person.telegram = borrow("@anna");
	assert_said(validate_on_call(&list, &trouble), "people[0].telegram",
		"must be made of digits, with - before them only");
}

static void
a_policy_has_classes_and_steps(void **state)
{
	Vedetta__V1__PolicyStep step = VEDETTA__V1__POLICY_STEP__INIT;
	Vedetta__V1__PolicyStep *steps[] = {&step};
	Vedetta__V1__Policy p = VEDETTA__V1__POLICY__INIT;
	uint32_t classes[] = {1, 4};

	(void)state;
	trouble_init(&trouble);
	p.area = borrow("*");
	p.classes = classes;
	p.n_classes = 1;
	assert_said(validate_policy(&p, &trouble), "steps",
		"one step at least is required");
	p.steps = steps;
	p.n_steps = 1;
	assert_said(validate_policy(&p, &trouble), "steps[0].to", "is required");
	step.to = VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_TEAM;
	assert_said(validate_policy(&p, &trouble), "steps[0].team",
		"is required with POLICY_TARGET_TEAM");
	step.team = 4;
	assert_int_equal(validate_policy(&p, &trouble), 0);
	step.after_s = 86401;
	assert_said(validate_policy(&p, &trouble), "steps[0].afterS",
		"must be between 0 and 86400");
	step.after_s = 0;
	p.n_classes = 2;
	assert_said(
		validate_policy(&p, &trouble), "classes[1]", "must be between 1 and 2");
}

static void
an_answer_is_about_one_thing(void **state)
{
	Vedetta__V1__DutyAnswer a = VEDETTA__V1__DUTY_ANSWER__INIT;

	(void)state;
	trouble_init(&trouble);
	a.on = true;
	assert_int_equal(validate_duty_answer(&a, &trouble), 0);
	a.area = borrow("066049");
	assert_int_equal(validate_duty_answer(&a, &trouble), 0);
	a.shift = 4;
	assert_said(
		validate_duty_answer(&a, &trouble), "area", "goes without shift only");
	a.area = borrow("");
	a.exercise = true;
	assert_said(validate_duty_answer(&a, &trouble), "exercise",
		"goes without shift and area only");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shift_has_an_area_a_person_and_an_end),
		cmocka_unit_test(what_is_removed_needs_nothing_else),
		cmocka_unit_test(contacts_are_looked_at),
		cmocka_unit_test(elements_of_lists_are_looked_at_and_counted),
		cmocka_unit_test(a_policy_has_classes_and_steps),
		cmocka_unit_test(an_answer_is_about_one_thing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
