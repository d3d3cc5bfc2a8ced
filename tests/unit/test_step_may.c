#include "act_kit.h"

#include "area_kit.h"
#include "dispatch/desk.h"

#define REFUSAL(name) VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_##name
#define WHAT(name) VEDETTA__V1__ACTION__WHAT_##name

/* A desk with an incident and three who work at it. */
struct room {
	struct kit *k;
	uint64_t anna, bruno, lea; /* two operators, a shift leader */
	uint64_t far;              /* another leader, of other areas */
};

static uint64_t
add(struct kit *k, const char *name, Vedetta__V1__Role role, const char *area)
{
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;
	Vedetta__V1__AccountChange change = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	struct office_out out;
	static uint64_t seq = 100000;
	char *areas[] = {(char *)(uintptr_t)area};

	change.name = (char *)(uintptr_t)name;
	change.role = role;
	change.areas = areas;
	change.n_areas = 1;
	change.unassigned = area[0] == '*';
	change.password = (char *)(uintptr_t) "$argon2id$of-someone";
	command.what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_ADD;
	command.add = &change;
	seq += 10;
	assert_int_equal(office_command(desk_office(k->desk), &command, k->now_ms, seq,
				 k->arena, &out),
		0);
	return out.answer.account;
}

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct report r;

	room->k = kit_new(1000);
	report_init(&r, "flood", 42.35, 13.4, 1, 0);
	kit_step(room->k, &r.step);
	room->anna = add(room->k, "anna", VEDETTA__V1__ROLE__ROLE_OPERATOR, "*");
	room->bruno = add(room->k, "bruno", VEDETTA__V1__ROLE__ROLE_OPERATOR, "*");
	room->lea = add(room->k, "lea", VEDETTA__V1__ROLE__ROLE_SHIFT_LEADER, "*");
	room->far = add(room->k, "far", VEDETTA__V1__ROLE__ROLE_SHIFT_LEADER, "ZZ");
	*state = room;
	return 0;
}

static int
leave_room(void **state)
{
	struct room *room = *state;

	kit_free(room->k);
	free(room);
	return 0;
}

static uint64_t
done_by(struct room *room, uint64_t account, struct act *a)
{
	a->input.account = account;
	return act_do(room->k, a)->decision;
}

static void
refused_to(struct room *room, uint64_t account, struct act *a,
	Vedetta__V1__ActionRefusal why)
{
	a->input.account = account;
	(void)act_refused(room->k, a, why);
}

static uint64_t
class_by(struct room *room, uint64_t account, unsigned to)
{
	struct act a;

	act_init(&a, 1, WHAT(SET_CLASS));
	a.set_class.class_ = to;
	return done_by(room, account, &a);
}

static void
refused_class(struct room *room, uint64_t account, unsigned to)
{
	struct act a;

	act_init(&a, 1, WHAT(SET_CLASS));
	a.set_class.class_ = to;
	refused_to(room, account, &a, REFUSAL(NO_LEAD));
}

static void
undo_init(struct act *a, uint64_t decision)
{
	act_init(a, 1, WHAT(UNDO));
	a->undo.decision = decision;
}

static void
what_another_decided_is_taken_back_by_who_leads(void **state)
{
	struct room *room = *state;
	struct act a;
	uint64_t decision;

	act_init(&a, 1, WHAT(HAND_OVER));
	decision = done_by(room, room->anna, &a);
	undo_init(&a, decision);
	refused_to(room, room->bruno, &a, REFUSAL(NO_LEAD));
	assert_non_null(kit_state(room->k, 1)->handed_over);
	undo_init(&a, decision);
	(void)done_by(room, room->lea, &a);
	assert_int_equal(kit_state(room->k, 1)->n_handed_over, 0);
}

/* A wrong place is mended by who sees it: none is sent out of sight unawares. */
static void
a_place_out_of_ones_own_sight_wants_to_be_meant(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct kit *k = kit_new(100);
	uint64_t limited = add(k, "limited", VEDETTA__V1__ROLE__ROLE_OPERATOR, "P1");
	uint64_t all = add(k, "all", VEDETTA__V1__ROLE__ROLE_OPERATOR, "*");
	const Vedetta__V1__InputAnswer *answer;
	struct action put;
	struct report r;

	(void)state;
	desk_use_areas(k->desk, m, false);
	report_init(&r, "flood", 44.05, 9.05, 1, 0);
	kit_step(k, &r.step);
	action_init(&put, 1, 0, 44.05, 9.25);
	put.input.account = limited;
	answer = kit_step(k, &put.step);
	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED);
	assert_int_equal(answer->refusal, REFUSAL(LEAVES));
	assert_int_equal(k->n_rows, 1);
	/* As wide as it is, the circle reaches into what it sees. */
	put.point.lon_deg = 9.201;
	put.said.accuracy_case = VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M;
	put.said.accuracy_m = 200;
	answer = kit_step(k, &put.step);
	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	put.point.lon_deg = 9.25;
	put.said.leaves = true;
	answer = kit_step(k, &put.step);
	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	put.said.leaves = false;
	put.input.account = all;
	put.point.lat_deg = 41;
	answer = kit_step(k, &put.step);
	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	kit_free(k);
	area_map_free(m);
}

static void
ones_own_decision_is_ones_own_to_take_back(void **state)
{
	struct room *room = *state;
	struct act a;
	uint64_t decision;

	act_init(&a, 1, WHAT(ASSIGN));
	decision = done_by(room, room->bruno, &a);
	undo_init(&a, decision);
	(void)done_by(room, room->bruno, &a);
	assert_null(kit_state(room->k, 1)->assigned);
}

static void
anothers_class_is_given_back_and_class_one_lowered_by_who_leads(void **state)
{
	struct room *room = *state;

	(void)class_by(room, room->anna, 3);
	refused_class(room, room->bruno, 0);
	(void)class_by(room, room->bruno, 1); /* another class, with its reason */
	refused_class(room, room->anna, 2);
	refused_class(room, room->anna, 0);
	(void)class_by(room, room->anna, 1);
	(void)class_by(room, room->anna, 2); /* it is hers now */
	(void)class_by(room, room->lea, 0);
	assert_null(kit_state(room->k, 1)->class_set);
	(void)class_by(room, room->bruno, 0); /* nobody's: nothing is taken away */
}

static void
who_leads_elsewhere_does_not_lead_here(void **state)
{
	struct room *room = *state;
	struct act a;
	uint64_t decision;

	act_init(&a, 1, WHAT(CLOSE));
	decision = done_by(room, room->anna, &a);
	undo_init(&a, decision);
	refused_to(room, room->far, &a, REFUSAL(NO_RIGHT));
	undo_init(&a, decision);
	refused_to(room, room->bruno, &a, REFUSAL(NO_LEAD));
}

static void
an_unknown_decision_is_no_question_of_rights(void **state)
{
	struct room *room = *state;
	struct act a;

	undo_init(&a, 77);
	refused_to(room, room->bruno, &a, REFUSAL(NO_DECISION));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_another_decided_is_taken_back_by_who_leads, open_room,
			leave_room),
		cmocka_unit_test_setup_teardown(
			ones_own_decision_is_ones_own_to_take_back, open_room,
			leave_room),
		cmocka_unit_test_setup_teardown(
			anothers_class_is_given_back_and_class_one_lowered_by_who_leads,
			open_room, leave_room),
		cmocka_unit_test_setup_teardown(
			who_leads_elsewhere_does_not_lead_here, open_room, leave_room),
		cmocka_unit_test_setup_teardown(
			an_unknown_decision_is_no_question_of_rights, open_room,
			leave_room),
		cmocka_unit_test(a_place_out_of_ones_own_sight_wants_to_be_meant),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
