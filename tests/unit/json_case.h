/* json_case - reading and writing JSON in one line, for the tests of json.h */
#ifndef TESTS_JSON_CASE_H
#define TESTS_JSON_CASE_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "proto/json.h"
#include "types.h"

#define REPORT &vedetta__v1__report__descriptor
#define ANSWER &vedetta__v1__input_answer__descriptor
#define TERM &vedetta__v1__term__descriptor
#define SETUP &vedetta__v1__setup__descriptor
#define EVENT &vedetta__v1__event__descriptor
#define PROBLEM &vedetta__v1__problem__descriptor
#define QUESTION &vedetta__v1__question__descriptor

static struct arena *arena;
static struct trouble trouble;

static inline int
make_arena(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static inline int
free_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The text is copied to its own end of memory, where ASan sees a read past it. */
static inline int
read_text(const ProtobufCMessageDescriptor *type, const char *text, size_t bytes,
	ProtobufCMessage **out)
{
	char *copy = malloc(bytes == 0 ? 1 : bytes);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, bytes);
	arena_reset(arena);
	trouble_init(&trouble);
	rc = json_read(type, copy, bytes, arena, &trouble, out);
	free(copy);
	return rc;
}

static inline ProtobufCMessage *
read_ok(const ProtobufCMessageDescriptor *type, const char *text)
{
	ProtobufCMessage *message = NULL;
	int rc = read_text(type, text, strlen(text), &message);

	if (rc != 0) {
		fail_msg("%s: %d %s: %s", text, rc, trouble.at[0].field,
			trouble.at[0].reason);
	}
	assert_true(trouble_is_empty(&trouble));
	return message;
}

static inline void
assert_reads_as(
	const ProtobufCMessageDescriptor *type, const char *text, const char *canonical)
{
	ProtobufCMessage *message = read_ok(type, text);
	char *out;
	size_t bytes;

	assert_int_equal(json_write(message, JSON_CANONICAL, arena, &out, &bytes), 0);
	assert_string_equal(out, canonical);
	assert_int_equal(bytes, strlen(canonical));
}

/* Reason may be the start of one. */
static inline void
assert_refuses(const ProtobufCMessageDescriptor *type, const char *text,
	const char *field, const char *reason)
{
	ProtobufCMessage *message = NULL;
	int rc = read_text(type, text, strlen(text), &message);

	if (rc != JSON_REFUSED || trouble.n != 1 ||
		strcmp(trouble.at[0].field, field) != 0 ||
		strncmp(trouble.at[0].reason, reason, strlen(reason)) != 0) {
		fail_msg("%s: %d, %s: %s", text, rc,
			trouble.n == 0 ? "-" : trouble.at[0].field,
			trouble.n == 0 ? "-" : trouble.at[0].reason);
	}
	assert_null(message);
}

#endif
