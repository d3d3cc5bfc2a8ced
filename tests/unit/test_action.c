#include "unit.h"

#include <string.h>

#include "dispatch/action.h"
#include "proto/path.h"

/* By the descriptor, so that no kind is forgotten here. */
static void
each_kind_is_called_what_the_json_calls_it(void **state)
{
	const ProtobufCMessageDescriptor *type = &vedetta__v1__action__descriptor;
	Vedetta__V1__Action a = VEDETTA__V1__ACTION__INIT;
	char name[PATH_NAME_BYTES];
	unsigned i;

	(void)state;
	assert_string_equal(action_what(&a), "");
	for (i = 0; i < type->n_fields; i++) {
		if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
			a.what_case = (Vedetta__V1__Action__WhatCase)type->fields[i].id;
			(void)path_json_name(type->fields[i].name, name);
			assert_string_equal(action_what(&a), name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_called_what_the_json_calls_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
