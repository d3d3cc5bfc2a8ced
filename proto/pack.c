#include "proto/pack.h"

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <string.h>

enum {
	VARINT_BYTES = 10,
};

/* Bytes stand from `at` to the end; `low` is where the room begins. */
struct packer {
	uint8_t *low;
	uint8_t *at;
	bool full;
};

static bool
has_room(struct packer *p, size_t bytes)
{
	if ((size_t)(p->at - p->low) < bytes) {
		p->full = true;
		return false;
	}
	return true;
}

static void
put_bytes(struct packer *p, const void *from, size_t bytes)
{
	if (bytes > 0 && has_room(p, bytes)) {
		p->at -= bytes;
		memcpy(p->at, from, bytes);
	}
}

static void
put_varint(struct packer *p, uint64_t value)
{
	uint8_t bytes[VARINT_BYTES];
	size_t n = 0;

	if (value < 0x80 && p->at > p->low) {
		*--p->at = (uint8_t)value;
		return;
	}
	for (; value >= 0x80; value >>= 7) {
		bytes[n++] = (uint8_t)(value | 0x80);
	}
	bytes[n++] = (uint8_t)value;
	put_bytes(p, bytes, n);
}

/* Of a 32-bit number and a 64-bit one; small ones stay small, also below 0. */
static uint64_t
zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static void put_message(struct packer *p, const ProtobufCMessage *message);

/* Returns the wire type of what it put. */
static ProtobufCWireType
put_value(struct packer *p, const ProtobufCFieldDescriptor *field, const void *member)
{
	const uint8_t *end = p->at;
	const ProtobufCBinaryData *data = member;
	const char *text;
	uint32_t four;
	uint64_t eight;

	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		put_varint(p, *(const protobuf_c_boolean *)member != 0);
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
		put_varint(p, (uint64_t)(int64_t) * (const int32_t *)member);
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_UINT32:
		put_varint(p, *(const uint32_t *)member);
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_SINT32:
		put_varint(p, (uint32_t)zigzag(*(const int32_t *)member));
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		put_varint(p, *(const uint64_t *)member);
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_SINT64:
		put_varint(p, zigzag(*(const int64_t *)member));
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		memcpy(&four, member, sizeof(four));
		four = htole32(four);
		put_bytes(p, &four, sizeof(four));
		return PROTOBUF_C_WIRE_TYPE_32BIT;
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		memcpy(&eight, member, sizeof(eight));
		eight = htole64(eight);
		put_bytes(p, &eight, sizeof(eight));
		return PROTOBUF_C_WIRE_TYPE_64BIT;
	case PROTOBUF_C_TYPE_STRING:
		text = *(const char *const *)member;
		put_bytes(p, text, text == NULL ? 0 : strlen(text));
		break;
	case PROTOBUF_C_TYPE_BYTES:
		put_bytes(p, data->data, data->len);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		put_message(p, *(const ProtobufCMessage *const *)member);
		break;
	}
	put_varint(p, (uint64_t)(end - p->at));
	return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
}

static void
put_field(struct packer *p, const ProtobufCFieldDescriptor *field, const void *member)
{
	ProtobufCWireType type = put_value(p, field, member);

	put_varint(p, (uint64_t)field->id << 3 | type);
}

static size_t
member_bytes(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return 4;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return sizeof(void *);
}

static void
put_repeated(struct packer *p, const ProtobufCFieldDescriptor *field, size_t n,
	const uint8_t *members)
{
	bool packed = (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
	size_t each = member_bytes(field->type);
	const uint8_t *end = p->at;
	size_t i;

	for (i = n; i > 0 && !p->full; i--) {
		if (packed) {
			(void)put_value(p, field, members + (i - 1) * each);
		} else {
			put_field(p, field, members + (i - 1) * each);
		}
	}
	if (packed && n > 0) {
		put_varint(p, (uint64_t)(end - p->at));
		put_varint(p, (uint64_t)field->id << 3 |
				      PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
	}
}

/* A plain field that says nothing is left out; -0.0 says nothing either. */
static bool
is_zero(const ProtobufCFieldDescriptor *field, const void *member)
{
	const char *text;

	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return *(const uint32_t *)member == 0;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return *(const uint64_t *)member == 0;
	case PROTOBUF_C_TYPE_FLOAT:
		return *(const float *)member == 0;
	case PROTOBUF_C_TYPE_DOUBLE:
		return *(const double *)member == 0;
	case PROTOBUF_C_TYPE_STRING:
		text = *(const char *const *)member;
		return text == NULL || *text == '\0';
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)member)->len == 0;
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return *(const void *const *)member == NULL;
}

/* Of a oneof: another is chosen, or what is chosen points to nothing. */
static bool
is_not_chosen(
	const ProtobufCFieldDescriptor *field, uint32_t chosen, const void *member)
{
	const void *at;

	if (chosen != field->id) {
		return true;
	}
	if (field->type != PROTOBUF_C_TYPE_STRING &&
		field->type != PROTOBUF_C_TYPE_MESSAGE) {
		return false;
	}
	at = *(const void *const *)member;
	return at == NULL || at == field->default_value;
}

/* Ours are proto3: neither required nor optional ones of proto2. */
static void
put_member(
	struct packer *p, const ProtobufCFieldDescriptor *field, const uint8_t *message)
{
	const uint8_t *member = message + field->offset;
	const uint8_t *quantifier = message + field->quantifier_offset;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		put_repeated(p, field, *(const size_t *)(const void *)quantifier,
			*(const uint8_t *const *)(const void *)member);
		return;
	}
	assert(field->label == PROTOBUF_C_LABEL_NONE);
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0
			? is_not_chosen(field,
				  *(const uint32_t *)(const void *)quantifier, member)
			: is_zero(field, member)) {
		return;
	}
	put_field(p, field, member);
}

/* Nested as deep as our types are, which do not contain themselves. */
static void
put_message(struct packer *p, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	unsigned i;

	for (i = message->n_unknown_fields; i > 0; i--) {
		const ProtobufCMessageUnknownField *field =
			&message->unknown_fields[i - 1];

		put_bytes(p, field->data, field->len);
		put_varint(p, (uint64_t)field->tag << 3 | field->wire_type);
	}
	for (i = type->n_fields; i > 0 && !p->full; i--) {
		put_member(p, &type->fields[i - 1], (const uint8_t *)message);
	}
}

uint8_t *
pack_behind(const ProtobufCMessage *message, uint8_t *room, size_t room_bytes)
{
	struct packer p = {.low = room, .at = room + room_bytes};

	put_message(&p, message);
	return p.full ? NULL : p.at;
}

uint8_t *
pack_message(const ProtobufCMessage *message, struct arena *arena, size_t *bytes)
{
	size_t room_bytes;
	uint8_t *room = arena_open(arena, &room_bytes);
	uint8_t *begin = pack_behind(message, room, room_bytes);
	uint8_t *whole;

	if (begin != NULL) {
		*bytes = (size_t)(room + room_bytes - begin);
		return arena_close(arena, begin, *bytes);
	}
	(void)arena_close(arena, NULL, 0);
	*bytes = protobuf_c_message_get_packed_size(message);
	whole = arena_alloc(arena, *bytes);
	if (whole != NULL) {
		begin = pack_behind(message, whole, *bytes);
		assert(begin == whole);
	}
	return whole;
}
