#include "unit.h"

#include <errno.h>
#include <string.h>

#include "server/pending.h"

static uint64_t
add(struct pending *p, const char *body)
{
	struct pending_input input = {
		.body = (const uint8_t *)body,
		.body_bytes = strlen(body),
	};
	const struct pending_input *last;
	size_t n = pending_count(p);

	assert_int_equal(pending_add(p, &input), 0);
	assert_int_equal(pending_count(p), n + 1);
	/* The newest is unsent: the walk finds it. */
	last = pending_next_unsent(p);
	assert_non_null(last);
	return last->ref;
}

/* Sends all that is unsent; the bodies, one letter each. */
static const char *
send_all(struct pending *p)
{
	static char sent[64];
	const struct pending_input *input;
	size_t n = 0;

	while ((input = pending_next_unsent(p)) != NULL) {
		sent[n++] = (char)input->body[0];
		pending_sent(p);
	}
	sent[n] = '\0';
	return sent;
}

static void
inputs_are_sent_in_order_and_taken_by_ref(void **state)
{
	struct pending *p = pending_new(8, 1000);
	uint64_t a, b;

	(void)state;
	a = add(p, "a");
	assert_string_equal(send_all(p), "a");
	b = add(p, "b");
	assert_string_equal(send_all(p), "b");
	assert_true(a != b);
	assert_memory_equal(pending_take(p, b)->body, "b", 1);
	assert_memory_equal(pending_take(p, a)->body, "a", 1);
	assert_int_equal(pending_count(p), 0);
	assert_null(pending_late(p, INT64_MAX, 0));
	pending_free(p);
}

static void
a_ref_is_good_once(void **state)
{
	struct pending *p = pending_new(8, 1000);
	uint64_t a = add(p, "a"), again;

	(void)state;
	assert_non_null(pending_take(p, a));
	assert_null(pending_take(p, a));
	again = add(p, "b");
	assert_true(again != a);
	assert_null(pending_take(p, a));
	assert_null(pending_take(p, 0));
	assert_null(pending_take(p, UINT64_MAX));
	assert_non_null(pending_take(p, again));
	pending_free(p);
}

static void
a_new_line_is_sent_what_is_unanswered_in_order(void **state)
{
	struct pending *p = pending_new(8, 1000);
	uint64_t a, b;

	(void)state;
	a = add(p, "a");
	(void)send_all(p);
	b = add(p, "b");
	(void)send_all(p);
	(void)add(p, "c");
	(void)send_all(p);
	(void)add(p, "d");
	assert_non_null(pending_take(p, b));
	assert_int_equal(pending_unsend(p), 2); /* a and c; d never left */
	assert_string_equal(send_all(p), "acd");
	assert_int_equal(pending_late(p, INT64_MAX, 0)->ref, a);
	assert_int_equal(pending_unsend(p), 3);
	assert_int_equal(pending_unsend(p), 0);
	pending_free(p);
}

static void
who_may_wait_longer_keeps_nobody_waiting(void **state)
{
	struct pending *p = pending_new(8, 1000);
	struct pending_input patient = {.since_us = 10,
		.within_us = 100,
		.body = (const uint8_t *)"p",
		.body_bytes = 1};
	struct pending_input other = {
		.since_us = 20, .body = (const uint8_t *)"o", .body_bytes = 1};
	const struct pending_input *late;

	(void)state;
	assert_int_equal(pending_add(p, &patient), 0);
	assert_int_equal(pending_add(p, &other), 0);
	assert_null(pending_late(p, 29, 10));
	late = pending_late(p, 30, 10);
	assert_non_null(late);
	assert_int_equal(late->body[0], 'o');
	assert_non_null(pending_take(p, late->ref));
	assert_null(pending_late(p, 109, 10));
	assert_int_equal(pending_late(p, 110, 10)->body[0], 'p');
	pending_free(p);
}

static void
taking_the_next_unsent_moves_the_walk_on(void **state)
{
	struct pending *p = pending_new(8, 1000);
	uint64_t a = add(p, "a");

	(void)state;
	(void)add(p, "b");
	assert_non_null(pending_take(p, a));
	assert_string_equal(send_all(p), "b");
	pending_free(p);
}

static void
it_is_full_at_its_number_and_at_its_bytes(void **state)
{
	struct pending *p = pending_new(2, 10);
	struct pending_input input = {
		.body = (const uint8_t *)"12345", .body_bytes = 5};
	uint64_t a;

	(void)state;
	a = add(p, "12345");
	input.body_bytes = 5;
	input.form = (const uint8_t *)"f";
	input.form_bytes = 1;
	assert_int_equal(pending_add(p, &input), PENDING_FULL); /* 11 bytes */
	input.form_bytes = 0;
	assert_int_equal(pending_add(p, &input), 0);
	input.body_bytes = 0;
	assert_int_equal(pending_add(p, &input), PENDING_FULL); /* 3 inputs */
	assert_non_null(pending_take(p, a));
	assert_int_equal(pending_add(p, &input), 0);
	pending_free(p);
}

static void
an_input_keeps_its_key_asker_and_form(void **state)
{
	struct pending *p = pending_new(2, 10000);
	struct pending_input input = {.since_us = 7, .hazard = 3};
	static uint8_t body[3000];
	const struct pending_input *kept;

	(void)state;
	memset(body, 'b', sizeof(body));
	input.body = body;
	input.body_bytes = sizeof(body);
	input.form = (const uint8_t *)"form";
	input.form_bytes = 4;
	input.asker.handle.slot = 9;
	memset(input.key, 5, sizeof(input.key));
	assert_int_equal(pending_add(p, &input), 0);
	memset(body, 0, sizeof(body)); /* it has copied */
	kept = pending_take(p, pending_late(p, INT64_MAX, 0)->ref);
	assert_int_equal(kept->since_us, 7);
	assert_int_equal(kept->hazard, 3);
	assert_int_equal(kept->asker.handle.slot, 9);
	assert_int_equal(kept->body[2999], 'b');
	assert_memory_equal(kept->form, "form", 4);
	assert_memory_equal(kept->key, input.key, sizeof(input.key));
	pending_free(p);
}

/* What was released must be allocated again, and that can fail. */
static void
large_buffers_are_not_kept_for_nobody(void **state)
{
	static const uint8_t body[60000];
	struct pending_input large = {.body = body, .body_bytes = sizeof(body)};
	struct pending *p = pending_new(4, 10 * sizeof(body));
	uint64_t refs[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pending_add(p, &large), 0);
		refs[i] = pending_next_unsent(p)->ref;
		pending_sent(p);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pending_take(p, refs[i])->body[59999], 0);
	}
	for (size_t i = 0; i < 3; i++) {
		alloc_fail_at(1);
		(void)pending_add(p, &large);
		assert_true(alloc_failed());
		alloc_fail_at(0);
		assert_int_equal(pending_add(p, &large), 0);
	}
	pending_free(p);
}

static void
without_memory_an_input_is_not_taken(void **state)
{
	struct pending_input input = {.body = (const uint8_t *)"x", .body_bytes = 1};
	struct pending *p = NULL;
	int r = -1;

	(void)state;
	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		p = pending_new(4, 100);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(p);
			break;
		}
		assert_null(p);
	}
	alloc_fail_at(1);
	r = pending_add(p, &input);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_int_equal(r, -ENOMEM);
	assert_int_equal(pending_count(p), 0);
	assert_int_equal(pending_add(p, &input), 0);
	pending_free(p);
	pending_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inputs_are_sent_in_order_and_taken_by_ref),
		cmocka_unit_test(a_ref_is_good_once),
		cmocka_unit_test(a_new_line_is_sent_what_is_unanswered_in_order),
		cmocka_unit_test(who_may_wait_longer_keeps_nobody_waiting),
		cmocka_unit_test(taking_the_next_unsent_moves_the_walk_on),
		cmocka_unit_test(it_is_full_at_its_number_and_at_its_bytes),
		cmocka_unit_test(an_input_keeps_its_key_asker_and_form),
		cmocka_unit_test(large_buffers_are_not_kept_for_nobody),
		cmocka_unit_test(without_memory_an_input_is_not_taken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
