/* pack - the same bytes as protobuf-c's */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "proto/pack.h"
#include "vedetta/v1/frame.pb-c.h"
#include "vedetta/v1/search.pb-c.h"

enum {
	ROOM_BYTES = 256 * 1024,
	DEPTH_MOST = 4,
};

static uint64_t seed;

static uint64_t
draw(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return seed >> 20;
}

/* Often 0, often small, sometimes with all bits. */
static uint64_t
draw_number(void)
{
	switch (draw() % 5) {
	case 0:
		return 0;
	case 1:
		return draw() % 200;
	case 2:
		return (uint64_t)-1 - draw() % 3;
	default:
		return (draw() << 32 | draw()) >> draw() % 64;
	}
}

static bool
is_of_eight(ProtobufCType type)
{
	return type == PROTOBUF_C_TYPE_DOUBLE || type == PROTOBUF_C_TYPE_INT64 ||
	       type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_SINT64 ||
	       type == PROTOBUF_C_TYPE_FIXED64 || type == PROTOBUF_C_TYPE_SFIXED64;
}

static size_t
size_of(ProtobufCType type)
{
	if (type == PROTOBUF_C_TYPE_BYTES) {
		return sizeof(ProtobufCBinaryData);
	}
	return type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_MESSAGE
		       ? sizeof(void *)
	       : is_of_eight(type) ? 8
				   : 4;
}

static ProtobufCMessage *draw_message(
	struct arena *a, const ProtobufCMessageDescriptor *type, int depth);

static void
draw_value(struct arena *a, const ProtobufCFieldDescriptor *f, void *member, int depth)
{
	ProtobufCBinaryData *data = member;
	uint64_t number = draw_number();
	size_t bytes = draw() % 200;
	double real = draw() % 4 == 0 ? -0.0 : (double)number / 7;
	float small = (float)real;

	if (f->type == PROTOBUF_C_TYPE_STRING) {
		*(char **)member = memset(arena_alloc(a, bytes + 1), 'x', bytes);
	} else if (f->type == PROTOBUF_C_TYPE_BYTES) {
		data->len = bytes;
		data->data = arena_alloc(a, bytes + 1);
	} else if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
		*(ProtobufCMessage **)member =
			depth < DEPTH_MOST ? draw_message(a, f->descriptor, depth + 1)
					   : NULL;
	} else if (f->type == PROTOBUF_C_TYPE_DOUBLE) {
		memcpy(member, &real, sizeof(real));
	} else if (f->type == PROTOBUF_C_TYPE_FLOAT) {
		memcpy(member, &small, sizeof(small));
	} else if (f->type == PROTOBUF_C_TYPE_BOOL) {
		*(protobuf_c_boolean *)member = number % 2 == 1;
	} else {
		memcpy(member, &number, size_of(f->type));
	}
}

/* No NULL among the members: neither packer takes one. */
static void
draw_repeated(struct arena *a, const ProtobufCFieldDescriptor *f, uint8_t *m, int depth)
{
	size_t n = depth < DEPTH_MOST ? draw() % 4 : 0;
	uint8_t *members = arena_alloc(a, n * size_of(f->type) + 1);

	for (size_t i = 0; i < n; i++) {
		draw_value(a, f, members + i * size_of(f->type), depth);
	}
	*(size_t *)(void *)(m + f->quantifier_offset) = n;
	*(void **)(void *)(m + f->offset) = members;
}

static ProtobufCMessage *
draw_message(struct arena *a, const ProtobufCMessageDescriptor *type, int depth)
{
	ProtobufCMessage *message = arena_alloc(a, type->sizeof_message);
	uint8_t *m = (uint8_t *)message;

	protobuf_c_message_init(type, message);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &type->fields[i];

		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			draw_repeated(a, f, m, depth);
		} else if (draw() % 3 != 0) {
			if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
				*(uint32_t *)(void *)(m + f->quantifier_offset) = f->id;
			}
			draw_value(a, f, m + f->offset, depth);
		}
	}
	return message;
}

static void
assert_packs_as_protobuf_c_does(const ProtobufCMessage *message, struct arena *a)
{
	static uint8_t wanted[ROOM_BYTES], room[ROOM_BYTES];
	size_t n = protobuf_c_message_get_packed_size(message);
	const uint8_t *got;
	size_t bytes;

	assert_true(n <= ROOM_BYTES);
	assert_int_equal(protobuf_c_message_pack(message, wanted), n);
	got = pack_message(message, a, &bytes);
	assert_non_null(got);
	assert_int_equal(bytes, n);
	assert_memory_equal(got, wanted, n);
	assert_ptr_equal(pack_behind(message, room, n), room);
	assert_memory_equal(room, wanted, n);
	if (n > 0) {
		assert_null(pack_behind(message, room, n - 1));
		assert_null(pack_behind(message, room, draw() % n));
	}
}

static void
random_messages_of_our_types_pack_as_protobuf_c_packs_them(void **state)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		&vedetta__v1__report_input__descriptor,
		&vedetta__v1__input_answer__descriptor,
		&vedetta__v1__board_states__descriptor,
		&vedetta__v1__question__descriptor, &vedetta__v1__answer__descriptor,
		&vedetta__v1__order__descriptor, &vedetta__v1__command__descriptor,
		&vedetta__v1__outline__descriptor,
		&vedetta__v1__umbrella_states__descriptor};
	struct arena *a = arena_new(8 << 20);

	(void)state;
	assert_non_null(a);
	for (seed = 0; seed < 400;) {
		uint64_t round = seed;

		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			arena_reset(a);
			assert_packs_as_protobuf_c_does(
				draw_message(a, types[i], 0), a);
		}
		seed = round + 1;
	}
	arena_free(a);
}

static void
what_says_nothing_has_no_bytes_and_still_a_place(void **state)
{
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct arena *a = arena_new(4096);
	size_t bytes;

	(void)state;
	assert_non_null(pack_message(&report.base, a, &bytes));
	assert_int_equal(bytes, 0);
	report.lang = (char *)"";
	assert_non_null(pack_message(&report.base, a, &bytes));
	assert_int_equal(bytes, 0);
	arena_free(a);
}

static void
a_zero_that_was_chosen_in_a_oneof_is_packed(void **state)
{
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	struct arena *a = arena_new(4096);
	size_t bytes;

	(void)state;
	place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	place.accuracy_m = 0;
	assert_packs_as_protobuf_c_does(&place.base, a);
	(void)pack_message(&place.base, a, &bytes);
	assert_int_not_equal(bytes, 0);
	arena_free(a);
}

static void
fields_nobody_knows_go_on_as_they_came(void **state)
{
	static uint8_t said[] = {
		0x0a, 0x01, 'x', 0xfa, 0x7f, 0x02, 'a', 'b', 0xf0, 0x7f, 0x81, 0x01};
	Vedetta__V1__Report *report =
		vedetta__v1__report__unpack(NULL, sizeof(said), said);
	struct arena *a = arena_new(4096);

	(void)state;
	assert_non_null(report);
	assert_int_equal(report->base.n_unknown_fields, 2);
	assert_packs_as_protobuf_c_does(&report->base, a);
	vedetta__v1__report__free_unpacked(report, NULL);
	arena_free(a);
}

static void
what_does_not_fit_below_the_ceiling_is_refused(void **state)
{
	static char text[3000];
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct arena *a = arena_new(4096);
	size_t bytes;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	report.text = text;
	assert_non_null(pack_message(&report.base, a, &bytes));
	assert_null(pack_message(&report.base, a, &bytes));
	report.text = (char *)"small";
	assert_packs_as_protobuf_c_does(&report.base, a);
	arena_free(a);
}

/* The first block is 16 KiB: the second message begins another. */
static void
what_does_not_fit_into_a_block_gets_one(void **state)
{
	static char text[12000];
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct arena *a = arena_new(1 << 20);

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	report.text = text;
	assert_packs_as_protobuf_c_does(&report.base, a);
	assert_packs_as_protobuf_c_does(&report.base, a);
	assert_packs_as_protobuf_c_does(&report.base, a);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			random_messages_of_our_types_pack_as_protobuf_c_packs_them),
		cmocka_unit_test(what_says_nothing_has_no_bytes_and_still_a_place),
		cmocka_unit_test(a_zero_that_was_chosen_in_a_oneof_is_packed),
		cmocka_unit_test(fields_nobody_knows_go_on_as_they_came),
		cmocka_unit_test(what_does_not_fit_below_the_ceiling_is_refused),
		cmocka_unit_test(what_does_not_fit_into_a_block_gets_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
