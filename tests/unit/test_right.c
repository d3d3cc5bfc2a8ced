#include "unit.h"

#include <string.h>

#include "dispatch/right.h"

#define RIGHT(name) VEDETTA__V1__RIGHT__RIGHT_##name
#define ROLE(name) VEDETTA__V1__ROLE__ROLE_##name

/* The table again, as people read it: who may add a right must say it twice. */
static void
each_role_may_what_its_row_says_and_nothing_else(void **state)
{
	static const struct {
		Vedetta__V1__Role role;
		const char *name;
		const char *rights; /* of VIEW to METRICS: 1 for each it has */
	} roles[] = {
		{ROLE(UNSPECIFIED), "", "00000000000"},
		{ROLE(VIEWER), "viewer", "10000000000"},
		{ROLE(OPERATOR), "operator", "11100000000"},
		{ROLE(SHIFT_LEADER), "shift_leader", "11111100110"},
		{ROLE(COMMUNICATOR), "communicator", "10000010000"},
		{ROLE(ADMINISTRATOR), "administrator", "00000101101"},
	};

	(void)state;
	assert_int_equal(sizeof(roles) / sizeof(roles[0]), ROLES_END);
	for (size_t i = 0; i < ROLES_END; i++) {
		unsigned rights = role_rights(roles[i].role);

		assert_int_equal(strlen(roles[i].rights), RIGHTS_END - 1);
		for (int right = 1; right < RIGHTS_END; right++) {
			assert_int_equal(rights_have(rights, (Vedetta__V1__Right)right),
				roles[i].rights[right - 1] == '1');
		}
		assert_string_equal(role_name(roles[i].role), roles[i].name);
	}
}

static void
the_enums_end_where_the_table_ends(void **state)
{
	(void)state;
	assert_int_equal(vedetta__v1__right__descriptor.n_values, RIGHTS_END);
	assert_int_equal(vedetta__v1__role__descriptor.n_values, ROLES_END);
}

static void
what_is_no_right_is_nobodys(void **state)
{
	(void)state;
	assert_false(rights_have(~0u, RIGHT(UNSPECIFIED)));
	assert_false(rights_have(~0u, (Vedetta__V1__Right)RIGHTS_END));
	assert_false(rights_have(~0u, (Vedetta__V1__Right)-1));
	assert_int_equal(role_rights((Vedetta__V1__Role)ROLES_END), 0);
	assert_int_equal(role_rights((Vedetta__V1__Role)-1), 0);
}

static void
a_role_is_found_by_its_name_alone(void **state)
{
	(void)state;
	for (int role = 1; role < ROLES_END; role++) {
		assert_int_equal(
			role_by_name(role_name((Vedetta__V1__Role)role)), role);
	}
	assert_int_equal(role_by_name(""), ROLE(UNSPECIFIED));
	assert_int_equal(role_by_name("Operator"), ROLE(UNSPECIFIED));
	assert_int_equal(role_by_name("root"), ROLE(UNSPECIFIED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_may_what_its_row_says_and_nothing_else),
		cmocka_unit_test(the_enums_end_where_the_table_ends),
		cmocka_unit_test(what_is_no_right_is_nobodys),
		cmocka_unit_test(a_role_is_found_by_its_name_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
