#include "unit.h"

#include <string.h>

#include "proto/frame.h"

static const struct frame_head head = {
	.body_bytes = 321,
	.kind = FRAME_QUESTION,
	.ref = UINT64_C(0x0123456789ABCDEF),
	.key = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
};

static void
the_head_lies_on_the_wire_as_the_header_says(void **state)
{
	static const uint8_t wire[FRAME_HEAD_BYTES] = {0x41, 0x01, 0x00, 0x00, 0x07,
		0x00, 0x01, 0x00, 0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01, 1, 2,
		3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	uint8_t out[FRAME_HEAD_BYTES];

	(void)state;
	frame_write_head(&head, out);
	assert_memory_equal(out, wire, sizeof(wire));
}

static void
a_head_is_read_as_it_was_written(void **state)
{
	uint8_t wire[FRAME_HEAD_BYTES];

	(void)state;
	for (uint16_t kind = FRAME_INPUT_REPORT; kind <= FRAME_KIND_LAST; kind++) {
		struct frame_head in = head;
		struct frame_head out;

		in.kind = kind;
		in.body_bytes = FRAME_BODY_MAX;
		frame_write_head(&in, wire);
		assert_int_equal(frame_read_head(wire, &out), 0);
		assert_int_equal(out.kind, kind);
		assert_int_equal(out.body_bytes, FRAME_BODY_MAX);
		assert_true(out.ref == head.ref);
		assert_memory_equal(out.key, head.key, FRAME_KEY_BYTES);
	}
}

static void
other_kinds_versions_and_sizes_are_refused(void **state)
{
	uint8_t wire[FRAME_HEAD_BYTES];
	struct frame_head in = head;
	struct frame_head out;

	(void)state;
	in.kind = 0;
	frame_write_head(&in, wire);
	assert_int_equal(frame_read_head(wire, &out), FRAME_BAD);
	in.kind = FRAME_KIND_LAST + 1;
	frame_write_head(&in, wire);
	assert_int_equal(frame_read_head(wire, &out), FRAME_BAD);
	in.kind = FRAME_DUTY;
	in.body_bytes = FRAME_BODY_MAX + 1;
	frame_write_head(&in, wire);
	assert_int_equal(frame_read_head(wire, &out), FRAME_BAD);
	in.body_bytes = 0;
	frame_write_head(&in, wire);
	assert_int_equal(frame_read_head(wire, &out), 0);
	wire[6]++;
	assert_int_equal(frame_read_head(wire, &out), FRAME_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_lies_on_the_wire_as_the_header_says),
		cmocka_unit_test(a_head_is_read_as_it_was_written),
		cmocka_unit_test(other_kinds_versions_and_sizes_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
