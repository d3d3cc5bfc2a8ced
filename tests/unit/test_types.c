/* What json.c, scan.c and validate.c take for granted about the .proto files. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "proto/path.h"
#include "types.h"

static bool
is_message(const ProtobufCFieldDescriptor *field)
{
	return field->type == PROTOBUF_C_TYPE_MESSAGE;
}

/* Levels of nested messages below, or -1 when a type contains itself. */
static int
depth_of(const ProtobufCMessageDescriptor *type, int above)
{
	int deepest = 0;

	if (above > 100) {
		return -1;
	}
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (is_message(&type->fields[i])) {
			int below = depth_of(type->fields[i].descriptor, above + 1);

			if (below < 0) {
				return -1;
			}
			deepest = below > deepest ? below : deepest;
		}
	}
	return deepest + 1;
}

static void
no_type_contains_itself_or_nests_too_deep(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		int depth = depth_of(all_types[i], 0);

		if (depth < 1 || depth > PATH_DEPTH_MAX) {
			fail_msg("%s: depth %d", all_types[i]->name, depth);
		}
	}
}

static void
every_field_is_of_a_type_the_mapping_handles(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		for (unsigned f = 0; f < all_types[i]->n_fields; f++) {
			const ProtobufCFieldDescriptor *field =
				&all_types[i]->fields[f];

			if (field->type == PROTOBUF_C_TYPE_FLOAT ||
				field->label == PROTOBUF_C_LABEL_REQUIRED ||
				field->label == PROTOBUF_C_LABEL_OPTIONAL) {
				fail_msg("%s.%s", all_types[i]->name, field->name);
			}
		}
	}
}

/* A map is a list of a generated type with the fields key and value. */
static void
there_are_no_maps(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		const ProtobufCMessageDescriptor *type = all_types[i];
		size_t bytes = strlen(type->short_name);

		if (bytes > 5 && strcmp(type->short_name + bytes - 5, "Entry") == 0 &&
			type->n_fields == 2 &&
			strcmp(type->fields[0].name, "key") == 0 &&
			strcmp(type->fields[1].name, "value") == 0) {
			fail_msg("%s", type->name);
		}
	}
}

static void
wrappers_any_and_struct_are_not_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		for (unsigned f = 0; f < all_types[i]->n_fields; f++) {
			const ProtobufCFieldDescriptor *field =
				&all_types[i]->fields[f];
			const ProtobufCMessageDescriptor *type = field->descriptor;

			if (is_message(field) &&
				strcmp(type->package_name, "vedetta.v1") != 0 &&
				strcmp(type->name, "google.protobuf.Timestamp") != 0) {
				fail_msg("%s.%s", all_types[i]->name, field->name);
			}
		}
	}
}

static void
fields_are_few_enough_and_names_short_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		assert_in_range(all_types[i]->n_fields, 0, PATH_FIELDS_MAX);
		for (unsigned f = 0; f < all_types[i]->n_fields; f++) {
			assert_in_range(strlen(all_types[i]->fields[f].name), 1,
				PATH_NAME_BYTES - 1);
		}
	}
}

static void
no_two_fields_of_a_message_share_a_name_in_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		const ProtobufCMessageDescriptor *type = all_types[i];

		for (unsigned f = 0; f < type->n_fields; f++) {
			char name[PATH_NAME_BYTES];
			size_t bytes = path_json_name(type->fields[f].name, name);
			unsigned n = 0;

			for (unsigned g = 0; g < type->n_fields; g++) {
				n += path_is_name(type->fields[g].name, name, bytes);
			}
			assert_int_equal(n, 1);
		}
	}
}

static void
every_message_declared_is_in_the_list(void **state)
{
	(void)state;
	/* The list follows nested fields: what they reach must be listed too. */
	for (size_t i = 0; i < N_TYPES; i++) {
		for (unsigned f = 0; f < all_types[i]->n_fields; f++) {
			const void *wanted = all_types[i]->fields[f].descriptor;
			bool found = !is_message(&all_types[i]->fields[f]);

			for (size_t j = 0; j < N_TYPES; j++) {
				found = found || all_types[j] == wanted;
			}
			assert_true(found);
		}
	}
	assert_in_range(N_TYPES, 30, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_type_contains_itself_or_nests_too_deep),
		cmocka_unit_test(every_field_is_of_a_type_the_mapping_handles),
		cmocka_unit_test(there_are_no_maps),
		cmocka_unit_test(wrappers_any_and_struct_are_not_used),
		cmocka_unit_test(fields_are_few_enough_and_names_short_enough),
		cmocka_unit_test(no_two_fields_of_a_message_share_a_name_in_json),
		cmocka_unit_test(every_message_declared_is_in_the_list),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
