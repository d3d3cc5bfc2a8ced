/* batch - inputs kept until they are answered */
#include "unit.h"

#include <string.h>

#include "server/batch.h"
#include "server/limits.h"

static void
it_holds_the_most_and_largest_there_can_be(void **state)
{
	static uint8_t body[FRAME_BODY_MAX];
	struct batch *b = batch_new();
	struct frame_head head = {.body_bytes = sizeof(body)};
	unsigned i;

	(void)state;
	assert_non_null(b);
	for (i = 0; i < LIMIT_BATCH_INPUTS; i++) {
		assert_false(batch_is_full(b));
		memset(body, (int)i, sizeof(body));
		head.ref = 1000 + i;
		memset(head.key, (int)i, sizeof(head.key));
		batch_add(b, i % 3, &head, body, 50 + i);
	}
	assert_true(batch_is_full(b));
	assert_int_equal(batch_since_us(b), 50);
	for (i = 0; i < batch_count(b); i++) {
		const struct batch_input *input = &batch_inputs(b)[i];

		assert_int_equal(input->ref, 1000 + i);
		assert_int_equal(input->line, i % 3);
		assert_int_equal(input->key[15], i);
		assert_int_equal(input->body_bytes, FRAME_BODY_MAX);
		assert_int_equal(input->body[0], i);
		assert_int_equal(input->body[FRAME_BODY_MAX - 1], i);
	}
	batch_clear(b);
	assert_int_equal(batch_count(b), 0);
	head.body_bytes = 0;
	batch_add(b, 1, &head, body, 99);
	assert_int_equal(batch_since_us(b), 99);
	assert_int_equal(batch_inputs(b)[0].body_bytes, 0);
	batch_free(b);
}

static void
without_memory_there_is_no_batch(void **state)
{
	(void)state;
	alloc_fail_at(1);
	assert_null(batch_new());
	assert_true(alloc_failed());
	alloc_fail_at(0);
	batch_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_holds_the_most_and_largest_there_can_be),
		cmocka_unit_test(without_memory_there_is_no_batch),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
