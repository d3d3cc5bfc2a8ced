/*
 * fuzz_json - any text as any of our messages
 *
 * What is accepted is written, read again and found equal in packed form, in
 * both styles; a report is also validated.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "proto/json.h"
#include "proto/validate.h"
#include "vedetta/v1/report.pb-c.h"

enum {
	ARENA_MAX = 1 << 20,
};

static void
check_again(const ProtobufCMessage *message, enum json_style style, struct arena *arena)
{
	struct trouble trouble;
	ProtobufCMessage *again;
	char *text;
	size_t bytes;
	int rc = json_write(message, style, arena, &text, &bytes);

	if (rc == JSON_TOO_LARGE) {
		return;
	}
	/* What was read from JSON can be written as JSON. */
	assert(rc == 0 && strlen(text) == bytes);
	trouble_init(&trouble);
	rc = json_read(message->descriptor, text, bytes, arena, &trouble, &again);
	if (rc == JSON_TOO_LARGE) {
		return;
	}
	assert(rc == 0);
	fuzz_assert_equal(message, again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const ProtobufCMessageDescriptor *type = fuzz_type(&data, &bytes);
	struct trouble trouble;
	struct arena *arena;
	ProtobufCMessage *message;
	int rc;

	if (type == NULL) {
		return 0;
	}
	arena = arena_new(ARENA_MAX);
	assert(arena != NULL);
	trouble_init(&trouble);
	rc = json_read(type, (const char *)data, bytes, arena, &trouble, &message);
	assert((rc == JSON_REFUSED) == !trouble_is_empty(&trouble));
	if (rc == 0) {
		check_again(message, JSON_CANONICAL, arena);
		check_again(message, JSON_EMIT_IMPLICIT, arena);
		if (type == &vedetta__v1__report__descriptor) {
			validate_report((const Vedetta__V1__Report *)message, &trouble);
		}
	}
	arena_free(arena);
	return 0;
}
