/* The reader; the writer is json_write.c. */
#include "proto/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "proto/base64.h"
#include "proto/path.h"
#include "proto/stamp.h"
#include "proto/token.h"

enum {
	SHOWN_NAME_BYTES = 40, /* of an unknown field's name */
	FIRST_ROOM = 4,        /* elements of a list */
};

static int read_object(struct token_reader *r, const struct path *where,
	const ProtobufCMessageDescriptor *type, ProtobufCMessage **out);

static int
read_bool(struct token_reader *r, const struct path *where, protobuf_c_boolean *out)
{
	if (token_take_word(r, "true")) {
		*out = 1;
		return 0;
	}
	if (token_take_word(r, "false")) {
		*out = 0;
		return 0;
	}
	return token_refuse(r, where, "must be true or false");
}

/* What is expected is a string. */
static int
read_text(struct token_reader *r, const struct path *where, struct token_span *out)
{
	if (!token_next_is(r, '"')) {
		return token_refuse(r, where, "must be a string");
	}
	return token_string(r, where, out);
}

/* An open enum keeps a number it does not know; whether it may is validated. */
static int
read_enum(struct token_reader *r, const struct path *where, int *out)
{
	const ProtobufCEnumDescriptor *type = where->field->descriptor;
	const ProtobufCEnumValue *value = NULL;
	char name[PATH_NAME_BYTES];
	struct token_span span;
	int64_t number;
	int rc;

	if (!token_next_is(r, '"')) {
		rc = token_signed(r, where, INT32_MIN, INT32_MAX, &number);
		if (rc == 0) {
			*out = (int)number;
		}
		return rc;
	}
	rc = token_string(r, where, &span);
	if (rc != 0) {
		return rc;
	}
	if (span.bytes < sizeof(name)) {
		memcpy(name, span.data, span.bytes);
		name[span.bytes] = '\0';
		value = protobuf_c_enum_descriptor_get_value_by_name(type, name);
	}
	if (value == NULL) {
		return token_refuse(r, where, "is not a name of %s", type->short_name);
	}
	*out = value->value;
	return 0;
}

static int
read_words(struct token_reader *r, const struct path *where, char **out)
{
	struct token_span span;
	int rc = read_text(r, where, &span);

	if (rc != 0) {
		return rc;
	}
	/* What is in the arena is ours to give away. */
	*out = span.in_arena ? (char *)(uintptr_t)span.data
			     : arena_copy(r->arena, span.data, span.bytes);
	return *out == NULL ? JSON_TOO_LARGE : 0;
}

static int
read_bytes(struct token_reader *r, const struct path *where, ProtobufCBinaryData *out)
{
	struct token_span span;
	int rc = read_text(r, where, &span);

	if (rc != 0) {
		return rc;
	}
	out->data = arena_alloc(r->arena, span.bytes / 4 * 3 + 2);
	if (out->data == NULL) {
		return JSON_TOO_LARGE;
	}
	if (base64_read(span.data, span.bytes, out->data, &out->len) != 0) {
		return token_refuse(r, where, "must be base64");
	}
	return 0;
}

static int
read_stamp(struct token_reader *r, const struct path *where, ProtobufCMessage *message)
{
	Google__Protobuf__Timestamp *stamp = (Google__Protobuf__Timestamp *)message;
	struct token_span span;
	int rc = read_text(r, where, &span);

	if (rc != 0) {
		return rc;
	}
	if (stamp_read(span.data, span.bytes, &stamp->seconds, &stamp->nanos) != 0) {
		return token_refuse(r, where,
			"must be a time like 2026-11-21T20:00:00Z, years 0001 to 9999");
	}
	return 0;
}

static size_t
value_bytes(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return sizeof(int32_t);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return sizeof(int64_t);
	case PROTOBUF_C_TYPE_DOUBLE:
		return sizeof(double);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_ENUM:
		return sizeof(int);
	case PROTOBUF_C_TYPE_STRING:
		return sizeof(char *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(ProtobufCMessage *);
	case PROTOBUF_C_TYPE_FLOAT:
		break;
	}
	assert(false && "a type our .proto files do not use");
	return 0;
}

static int
read_int32(struct token_reader *r, const struct path *where, int32_t *out)
{
	int64_t number;
	int rc = token_signed(r, where, INT32_MIN, INT32_MAX, &number);

	if (rc == 0) {
		*out = (int32_t)number;
	}
	return rc;
}

static int
read_uint32(struct token_reader *r, const struct path *where, uint32_t *out)
{
	uint64_t number;
	int rc = token_unsigned(r, where, UINT32_MAX, &number);

	if (rc == 0) {
		*out = (uint32_t)number;
	}
	return rc;
}

/* One value of the step's field; to has value_bytes() of room. */
static int
read_value(struct token_reader *r, const struct path *where, void *to)
{
	switch (where->field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return read_int32(r, where, to);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return read_uint32(r, where, to);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return token_signed(r, where, INT64_MIN, INT64_MAX, to);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return token_unsigned(r, where, UINT64_MAX, to);
	case PROTOBUF_C_TYPE_DOUBLE:
		return token_double(r, where, to);
	case PROTOBUF_C_TYPE_BOOL:
		return read_bool(r, where, to);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(r, where, to);
	case PROTOBUF_C_TYPE_STRING:
		return read_words(r, where, to);
	case PROTOBUF_C_TYPE_BYTES:
		return read_bytes(r, where, to);
	case PROTOBUF_C_TYPE_MESSAGE:
		return read_object(r, where, where->field->descriptor, to);
	case PROTOBUF_C_TYPE_FLOAT:
		break;
	}
	assert(false && "a type our .proto files do not use");
	return JSON_REFUSED;
}

struct list {
	char *data;
	size_t n;
	size_t room;
};

static int
add_element(struct token_reader *r, const struct path *where, struct list *list)
{
	size_t each = value_bytes(where->field->type);
	int rc;

	if (token_take_word(r, "null")) {
		return token_refuse(r, where, "a list cannot hold null");
	}
	if (list->n == list->room) {
		size_t room = list->room == 0 ? FIRST_ROOM : list->room * 2;
		void *data =
			arena_grow(r->arena, list->data, list->n * each, room * each);

		if (data == NULL) {
			return JSON_TOO_LARGE;
		}
		list->data = data;
		list->room = room;
	}
	rc = read_value(r, where, list->data + list->n * each);
	list->n += rc == 0;
	return rc;
}

static int
read_list(struct token_reader *r, const struct path *where, char *message)
{
	struct path step = {where->up, where->field, 0};
	struct list list = {NULL, 0, 0};
	int rc;

	if (!token_take_char(r, '[')) {
		return token_refuse(r, where, "must be a list");
	}
	token_skip_space(r);
	while (!token_take_char(r, ']')) {
		if (list.n > 0) {
			if (!token_take_char(r, ',')) {
				return token_refuse_syntax(
					r, where, "a comma or ] is expected");
			}
			token_skip_space(r);
		}
		step.index = list.n;
		rc = add_element(r, &step, &list);
		if (rc != 0) {
			return rc;
		}
		token_skip_space(r);
	}
	memcpy(message + where->field->offset, &list.data, sizeof(list.data));
	memcpy(message + where->field->quantifier_offset, &list.n, sizeof(list.n));
	return 0;
}

static int
read_field(struct token_reader *r, const struct path *where, char *message)
{
	const ProtobufCFieldDescriptor *field = where->field;
	int32_t which;

	if (token_take_word(r, "null")) {
		return 0;
	}
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		return read_list(r, where, message);
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		memcpy(&which, message + field->quantifier_offset, sizeof(which));
		if (which != 0) {
			return token_refuse(
				r, where, "another member of its group is given too");
		}
		which = (int32_t)field->id;
		memcpy(message + field->quantifier_offset, &which, sizeof(which));
	}
	return read_value(r, where, message + field->offset);
}

/* Most senders keep the order of the .proto file, so the next one is tried first. */
static const ProtobufCFieldDescriptor *
find_field(const ProtobufCMessageDescriptor *type, const struct token_span *key,
	unsigned *at)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		unsigned n = (*at + i) % type->n_fields;

		if (path_is_name(type->fields[n].name, key->data, key->bytes)) {
			*at = n;
			return &type->fields[n];
		}
	}
	return NULL;
}

/* The sender's name is shown only when it looks like one. */
static int
refuse_unknown(
	struct token_reader *r, const struct path *where, const struct token_span *key)
{
	char parent[TROUBLE_FIELD_BYTES];
	char field[TROUBLE_FIELD_BYTES + SHOWN_NAME_BYTES + 2];

	if (key->bytes == 0 || key->bytes > SHOWN_NAME_BYTES) {
		return token_refuse(r, where, "has an unknown field");
	}
	for (size_t i = 0; i < key->bytes; i++) {
		char c = key->data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			    (c >= 'a' && c <= 'z') || c == '_')) {
			return token_refuse(r, where, "has an unknown field");
		}
	}
	path_write(where, parent);
	snprintf(field, sizeof(field), "%s%s%.*s", parent, parent[0] == '\0' ? "" : ".",
		(int)key->bytes, key->data);
	trouble_add(r->trouble, field, "is not a known field");
	return JSON_REFUSED;
}

/* "key": value, of a message; seen has a bit per field. */
static int
read_member(struct token_reader *r, const struct path *up, ProtobufCMessage *message,
	uint64_t *seen, unsigned *next)
{
	struct path step = {up, NULL, PATH_NO_INDEX};
	struct token_span key;
	int rc;

	if (!token_next_is(r, '"')) {
		return token_refuse_syntax(r, up, "a field name in quotes is expected");
	}
	rc = token_string(r, up, &key);
	if (rc != 0) {
		return rc;
	}
	step.field = find_field(message->descriptor, &key, next);
	if (step.field == NULL) {
		return refuse_unknown(r, up, &key);
	}
	if ((*seen >> *next & 1) != 0) {
		return token_refuse(r, &step, "is given twice");
	}
	*seen |= UINT64_C(1) << *next;
	*next += 1;
	token_skip_space(r);
	if (!token_take_char(r, ':')) {
		return token_refuse_syntax(r, &step, "a colon is expected");
	}
	token_skip_space(r);
	if (r->at == r->end) {
		return token_refuse_syntax(r, &step, "");
	}
	return read_field(r, &step, (char *)message);
}

static int
read_members(
	struct token_reader *r, const struct path *where, ProtobufCMessage *message)
{
	uint64_t seen = 0;
	unsigned next = 0;
	int rc;

	if (!token_take_char(r, '{')) {
		return token_refuse(r, where, "must be an object");
	}
	token_skip_space(r);
	while (!token_take_char(r, '}')) {
		if (seen != 0) {
			if (!token_take_char(r, ',')) {
				return token_refuse_syntax(
					r, where, "a comma or } is expected");
			}
			token_skip_space(r);
		}
		rc = read_member(r, where, message, &seen, &next);
		if (rc != 0) {
			return rc;
		}
		token_skip_space(r);
	}
	return 0;
}

static int
read_object(struct token_reader *r, const struct path *where,
	const ProtobufCMessageDescriptor *type, ProtobufCMessage **out)
{
	assert(type->n_fields <= PATH_FIELDS_MAX);
	*out = arena_alloc(r->arena, type->sizeof_message);
	if (*out == NULL) {
		return JSON_TOO_LARGE;
	}
	type->message_init(*out);
	if (type == &google__protobuf__timestamp__descriptor) {
		return read_stamp(r, where, *out);
	}
	return read_members(r, where, *out);
}

int
json_read(const ProtobufCMessageDescriptor *type, const char *text, size_t bytes,
	struct arena *arena, struct trouble *trouble, ProtobufCMessage **out)
{
	struct token_reader r = {text, text, text + bytes, arena, trouble};
	ProtobufCMessage *message;
	int rc;

	token_skip_space(&r);
	if (r.at == r.end) {
		return token_refuse_syntax(&r, NULL, "");
	}
	rc = read_object(&r, NULL, type, &message);
	if (rc != 0) {
		return rc;
	}
	token_skip_space(&r);
	if (r.at < r.end) {
		return token_refuse_syntax(&r, NULL, "nothing may follow the object");
	}
	*out = message;
	return 0;
}
