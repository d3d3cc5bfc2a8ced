#include "unit.h"

#include <string.h>

#include "proto/path.h"

static void
json_names_are_lower_camel_case(void **state)
{
	char name[PATH_NAME_BYTES];

	(void)state;
	assert_int_equal(path_json_name("lat_deg", name), 6);
	assert_string_equal(name, "latDeg");
	path_json_name("way_out_blocked", name);
	assert_string_equal(name, "wayOutBlocked");
	path_json_name("a_1_b__c_", name);
	assert_string_equal(name, "a1BC");
	assert_true(path_is_name("lat_deg", "latDeg", 6));
	assert_true(path_is_name("lat_deg", "lat_deg", 7));
	assert_false(path_is_name("lat_deg", "latdeg", 6));
	assert_false(path_is_name("lat_deg", "latDe", 5));
	assert_false(path_is_name("lat_deg", "latDegs", 7));
	assert_false(path_is_name("lat_deg", "lat_de", 6));
	assert_false(path_is_name("lat_deg", "lat_degs", 8));
	assert_false(path_is_name("lat_deg", "", 0));
}

static void
a_path_is_written_from_the_top_and_cut_at_the_end(void **state)
{
	static const ProtobufCFieldDescriptor place = {.name = "place"};
	static const ProtobufCFieldDescriptor errors = {.name = "errors_of"};
	const struct path top = {NULL, &place, PATH_NO_INDEX};
	const struct path leaf = {&top, &errors, 3};
	struct path chain[PATH_DEPTH_MAX];
	char out[TROUBLE_FIELD_BYTES];

	(void)state;
	path_write(NULL, out);
	assert_string_equal(out, "");
	path_write(&leaf, out);
	assert_string_equal(out, "place.errorsOf[3]");
	for (size_t i = 0; i < PATH_DEPTH_MAX; i++) {
		chain[i] = (struct path){
			i == 0 ? NULL : &chain[i - 1], &errors, SIZE_MAX - 1};
	}
	path_write(&chain[PATH_DEPTH_MAX - 1], out);
	assert_int_equal(strlen(out), TROUBLE_FIELD_BYTES - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_names_are_lower_camel_case),
		cmocka_unit_test(a_path_is_written_from_the_top_and_cut_at_the_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
