#include "proto/scan.h"

#include <assert.h>
#include <string.h>

#include "proto/path.h"
#include "proto/utf8.h"

enum {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_LENGTH = 2,
	WIRE_FIXED32 = 5,
};

const struct scan_limits scan_default_limits = {
	.max_fields = 512,
	.max_elements = 256,
	.max_depth = 8,
};

struct scanner {
	const struct scan_limits *limits;
	struct trouble *trouble;
	size_t n_fields;
};

struct bytes {
	const uint8_t *at;
	const uint8_t *end;
};

static int scan_message(struct scanner *s, const struct path *where, size_t depth,
	const ProtobufCMessageDescriptor *type, struct bytes bytes);

static int
refuse(struct scanner *s, const struct path *where, const char *reason)
{
	char field[TROUBLE_FIELD_BYTES];

	path_write(where, field);
	trouble_add(s->trouble, field, "%s", reason);
	return SCAN_REFUSED;
}

/* At most max_bytes long, and no bit past the 64th. */
static bool
take_varint(struct bytes *b, unsigned max_bytes, uint64_t *out)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < max_bytes && b->at < b->end; i++) {
		uint8_t byte = *b->at++;

		if (i == 9 && byte > 1) {
			return false;
		}
		number |= (uint64_t)(byte & 0x7F) << (7 * i);
		if ((byte & 0x80) == 0) {
			*out = number;
			return true;
		}
	}
	return false;
}

static bool
skip_bytes(struct bytes *b, size_t n)
{
	if ((size_t)(b->end - b->at) < n) {
		return false;
	}
	b->at += n;
	return true;
}

/* The part a length prefix speaks of. */
static bool
take_part(struct bytes *b, struct bytes *part)
{
	uint64_t length;

	if (!take_varint(b, 5, &length) || length > (uint64_t)(b->end - b->at)) {
		return false;
	}
	part->at = b->at;
	part->end = b->at + length;
	b->at = part->end;
	return true;
}

static unsigned
wire_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
		return WIRE_VARINT;
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return WIRE_FIXED64;
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return WIRE_FIXED32;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return WIRE_LENGTH;
}

static bool
skip_scalar(struct bytes *b, unsigned wire)
{
	uint64_t ignored;

	switch (wire) {
	case WIRE_VARINT:
		return take_varint(b, 10, &ignored);
	case WIRE_FIXED64:
		return skip_bytes(b, 8);
	default:
		return skip_bytes(b, 4);
	}
}

static int
scan_string(struct scanner *s, const struct path *where, struct bytes part)
{
	size_t bytes = (size_t)(part.end - part.at);

	if (!utf8_is_valid(part.at, bytes, NULL)) {
		return refuse(s, where, "must be UTF-8");
	}
	if (bytes > 0 && memchr(part.at, '\0', bytes) != NULL) {
		return refuse(s, where, "cannot hold a NUL character");
	}
	return 0;
}

static int
scan_packed(struct scanner *s, const struct path *where, unsigned wire,
	struct bytes part, size_t *n)
{
	while (part.at < part.end) {
		if (!skip_scalar(&part, wire)) {
			return refuse(s, where, "is cut off or malformed");
		}
		*n += 1;
		if (*n > s->limits->max_elements) {
			return refuse(s, where, "has too many elements");
		}
	}
	return 0;
}

/* What stands behind a tag; *n counts the field's elements so far. */
static int
scan_value(struct scanner *s, const struct path *where, size_t depth, unsigned wire,
	struct bytes *b, size_t *n)
{
	const ProtobufCFieldDescriptor *field = where->field;
	unsigned wanted = wire_of(field->type);
	bool packed = wire == WIRE_LENGTH && wanted != WIRE_LENGTH &&
		      field->label == PROTOBUF_C_LABEL_REPEATED;
	struct bytes part;

	if (wire != wanted && !packed) {
		return refuse(s, where, "has the wrong wire type");
	}
	if (wire == WIRE_LENGTH ? !take_part(b, &part) : !skip_scalar(b, wire)) {
		return refuse(s, where, "is cut off or malformed");
	}
	if (packed) {
		return scan_packed(s, where, wanted, part, n);
	}
	*n += 1;
	if (*n > s->limits->max_elements) {
		return refuse(s, where, "has too many elements");
	}
	if (field->type == PROTOBUF_C_TYPE_STRING) {
		return scan_string(s, where, part);
	}
	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		return scan_message(s, where, depth + 1, field->descriptor, part);
	}
	return 0;
}

/* Another member of the same oneof has been here. */
static bool
has_rival(const ProtobufCMessageDescriptor *type, unsigned at, const size_t *counts)
{
	const ProtobufCFieldDescriptor *field = &type->fields[at];

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
		return false;
	}
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (i != at && counts[i] > 0 &&
			(type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
			type->fields[i].quantifier_offset == field->quantifier_offset) {
			return true;
		}
	}
	return false;
}

static int
scan_field(struct scanner *s, const struct path *up, size_t depth,
	const ProtobufCMessageDescriptor *type, struct bytes *b, size_t *counts)
{
	struct path step = {up, NULL, PATH_NO_INDEX};
	char field[TROUBLE_FIELD_BYTES];
	uint64_t tag;
	unsigned at;

	if (!take_varint(b, 5, &tag) || tag > UINT32_MAX) {
		return refuse(s, up, "is cut off or malformed");
	}
	step.field =
		protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
	if (step.field == NULL) {
		path_write(up, field);
		trouble_add(s->trouble, field, "has no field of number %u",
			(unsigned)(tag >> 3));
		return SCAN_REFUSED;
	}
	s->n_fields++;
	if (s->n_fields > s->limits->max_fields) {
		return refuse(s, NULL, "has too many fields");
	}
	at = (unsigned)(step.field - type->fields);
	if (step.field->label == PROTOBUF_C_LABEL_REPEATED) {
		step.index = counts[at];
	} else if (counts[at] > 0) {
		return refuse(s, &step, "is given twice");
	} else if (has_rival(type, at, counts)) {
		return refuse(s, &step, "another member of its group is given too");
	}
	return scan_value(s, &step, depth, tag & 7, b, &counts[at]);
}

/*
 * Calls itself once per nested message: no deeper than max_depth, nor than the
 * types nest, whatever the bytes say.
 */
static int
scan_message(struct scanner *s, const struct path *where, size_t depth,
	const ProtobufCMessageDescriptor *type, struct bytes bytes)
{
	size_t counts[PATH_FIELDS_MAX] = {0};

	assert(type->n_fields <= PATH_FIELDS_MAX);
	if (depth > s->limits->max_depth) {
		return refuse(s, where, "is nested too deep");
	}
	while (bytes.at < bytes.end) {
		int rc = scan_field(s, where, depth, type, &bytes, counts);

		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

int
scan_check(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t bytes,
	const struct scan_limits *limits, struct trouble *trouble)
{
	struct scanner s = {limits, trouble, 0};
	struct bytes all = {data, bytes == 0 ? data : data + bytes};

	assert(limits->max_depth <= PATH_DEPTH_MAX);
	return scan_message(&s, NULL, 1, type, all);
}

int
scan_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t bytes,
	const struct scan_limits *limits, struct arena *arena, struct trouble *trouble,
	ProtobufCMessage **out)
{
	int rc = scan_check(type, data, bytes, limits, trouble);
	ProtobufCMessage *message;

	if (rc != 0) {
		return rc;
	}
	/* What was let through can only be refused for want of memory. */
	message = protobuf_c_message_unpack(type, arena_allocator(arena), bytes, data);
	if (message == NULL) {
		return SCAN_TOO_LARGE;
	}
	*out = message;
	return 0;
}
