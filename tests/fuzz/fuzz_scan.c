/*
 * fuzz_scan - any bytes as any of our messages
 *
 * What the scan lets through unpacks inside the arena without unknown fields,
 * packs to bytes that scan clean and unpack to the same, and can be written as
 * JSON and read back unless a Timestamp has no form there.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "proto/json.h"
#include "proto/scan.h"
#include "proto/validate.h"
#include "vedetta/v1/report.pb-c.h"

enum {
	ARENA_MAX = 1 << 22,
	INPUT_MAX = 1 << 16, /* so that the limits keep all inside the arena */
};

static void
check_packed_again(const ProtobufCMessage *message, struct arena *arena)
{
	size_t bytes = protobuf_c_message_get_packed_size(message);
	uint8_t *wire = arena_alloc(arena, bytes);
	struct trouble trouble;
	ProtobufCMessage *again;

	assert(wire != NULL);
	assert(protobuf_c_message_pack(message, wire) == bytes);
	trouble_init(&trouble);
	assert(scan_unpack(message->descriptor, wire, bytes, &scan_default_limits,
		       arena, &trouble, &again) == 0);
	fuzz_assert_equal(message, again);
}

static void
check_as_json(const ProtobufCMessage *message, struct arena *arena)
{
	struct trouble trouble;
	ProtobufCMessage *again;
	char *text;
	char *text_again;
	size_t bytes;
	size_t bytes_again;
	int rc = json_write(message, JSON_CANONICAL, arena, &text, &bytes);

	if (rc == JSON_UNWRITABLE) {
		return;
	}
	assert(rc == 0);
	trouble_init(&trouble);
	assert(json_read(message->descriptor, text, bytes, arena, &trouble, &again) ==
		0);
	/* By the text: JSON has but one NaN. */
	assert(json_write(again, JSON_CANONICAL, arena, &text_again, &bytes_again) ==
		0);
	assert(bytes_again == bytes && memcmp(text_again, text, bytes) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const ProtobufCMessageDescriptor *type = fuzz_type(&data, &bytes);
	struct trouble trouble;
	struct arena *arena;
	ProtobufCMessage *message;
	int rc;

	if (type == NULL || bytes > INPUT_MAX) {
		return 0;
	}
	arena = arena_new(ARENA_MAX);
	assert(arena != NULL);
	trouble_init(&trouble);
	rc = scan_unpack(
		type, data, bytes, &scan_default_limits, arena, &trouble, &message);
	assert(rc == 0 || rc == SCAN_REFUSED);
	assert((rc == SCAN_REFUSED) == !trouble_is_empty(&trouble));
	if (rc == 0) {
		assert(message->n_unknown_fields == 0);
		check_packed_again(message, arena);
		check_as_json(message, arena);
		if (type == &vedetta__v1__report__descriptor) {
			validate_report((const Vedetta__V1__Report *)message, &trouble);
		}
	}
	arena_free(arena);
	return 0;
}
