/* The writer of json.h. */
#include "proto/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "proto/base64.h"
#include "proto/decimal.h"
#include "proto/path.h"
#include "proto/stamp.h"
#include "proto/utf8.h"

enum {
	FIRST_BYTES = 1024,
};

/* The text so far; the first answer that is not 0 stays. */
struct writer {
	struct arena *arena;
	enum json_style style;
	char *text;
	size_t bytes;
	size_t room;
	int rc;
};

static void write_message(struct writer *w, const ProtobufCMessage *message);

/* Room for that many more bytes, or NULL. */
static char *
reserve(struct writer *w, size_t bytes)
{
	size_t need = w->bytes + bytes;
	char *text;

	if (w->rc != 0) {
		return NULL;
	}
	if (need > w->room) {
		size_t room = w->room == 0 ? FIRST_BYTES : w->room * 2;

		room = need > room ? need : room;
		text = arena_grow(w->arena, w->text, w->bytes, room);
		if (text == NULL) {
			room = need;
			text = arena_grow(w->arena, w->text, w->bytes, room);
		}
		if (text == NULL) {
			w->rc = JSON_TOO_LARGE;
			return NULL;
		}
		w->text = text;
		w->room = room;
	}
	return w->text + w->bytes;
}

static void
put(struct writer *w, const char *data, size_t bytes)
{
	char *to = reserve(w, bytes);

	if (to != NULL && bytes > 0) {
		memcpy(to, data, bytes);
		w->bytes += bytes;
	}
}

static void
put_char(struct writer *w, char c)
{
	put(w, &c, 1);
}

static void
put_escape(struct writer *w, char c)
{
	static const char chars[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	const char *found = strchr(chars, c);
	char text[8];

	if (found != NULL) {
		put_char(w, '\\');
		put_char(w, names[found - chars]);
		return;
	}
	snprintf(text, sizeof(text), "\\u%04x", (unsigned char)c);
	put(w, text, 6);
}

/* protobuf-c takes NULL for an empty string, and so do we. */
static void
put_string(struct writer *w, const char *text)
{
	size_t bytes = text == NULL ? 0 : strlen(text);
	size_t at = 0;

	put_char(w, '"');
	while (at < bytes) {
		size_t plain = utf8_plain(text + at, bytes - at);

		put(w, text + at, plain);
		at += plain;
		if (at < bytes) {
			put_escape(w, text[at++]);
		}
	}
	put_char(w, '"');
}

static void
put_bytes(struct writer *w, const ProtobufCBinaryData *bytes)
{
	char *to;

	put_char(w, '"');
	to = reserve(w, (bytes->len + 2) / 3 * 4);
	if (to != NULL) {
		w->bytes += base64_write(bytes->data, bytes->len, to);
	}
	put_char(w, '"');
}

/* 64-bit numbers are strings, since JavaScript would round them. */
static void
put_integer(struct writer *w, bool negative, uint64_t magnitude, bool quoted)
{
	char text[DECIMAL_BYTES];
	size_t n = 0;

	if (quoted) {
		text[n++] = '"';
	}
	if (negative) {
		text[n++] = '-';
	}
	n += decimal_from_integer(magnitude, 1, text + n);
	if (quoted) {
		text[n++] = '"';
	}
	put(w, text, n);
}

static void
put_signed(struct writer *w, int64_t number, bool quoted)
{
	put_integer(w, number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number,
		quoted);
}

static void
put_double(struct writer *w, double number)
{
	char text[DECIMAL_BYTES];

	if (isnan(number)) {
		put_string(w, "NaN");
	} else if (isinf(number)) {
		put_string(w, number < 0 ? "-Infinity" : "Infinity");
	} else {
		put(w, text, decimal_from_double(number, text));
	}
}

static void
put_enum(struct writer *w, const ProtobufCEnumDescriptor *type, int number)
{
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value(type, number);

	if (value != NULL) {
		put_string(w, value->name);
	} else {
		put_signed(w, number, false);
	}
}

static void
put_stamp(struct writer *w, const ProtobufCMessage *message)
{
	const Google__Protobuf__Timestamp *stamp =
		(const Google__Protobuf__Timestamp *)message;
	char text[STAMP_BYTES];
	size_t bytes;

	if (stamp_write(stamp->seconds, stamp->nanos, text, &bytes) != 0) {
		w->rc = w->rc != 0 ? w->rc : JSON_UNWRITABLE;
		return;
	}
	put_char(w, '"');
	put(w, text, bytes);
	put_char(w, '"');
}

/*
 * A value wherever it lies, as the type says. Members of a message are aligned,
 * so one union's pointer serves all.
 */
union value {
	int32_t i32;
	uint32_t u32;
	int64_t i64;
	uint64_t u64;
	double number;
	protobuf_c_boolean flag;
	int enumerator;
	const char *string;
	ProtobufCBinaryData bytes;
	const ProtobufCMessage *message;
};

/* Copies the value out, and says how large it is. */
static size_t
load(const ProtobufCFieldDescriptor *field, const char *from, union value *out)
{
	size_t bytes = 0;

	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
		bytes = 4;
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		bytes = 8;
		break;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		bytes = sizeof(void *);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		bytes = sizeof(ProtobufCBinaryData);
		break;
	case PROTOBUF_C_TYPE_FLOAT:
		assert(false && "a type our .proto files do not use");
	}
	memset(out, 0, sizeof(*out));
	memcpy(out, from, bytes);
	return bytes;
}

static void
write_value(struct writer *w, const ProtobufCFieldDescriptor *field,
	const union value *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		put_signed(w, value->i32, false);
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		put_integer(w, false, value->u32, false);
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		put_signed(w, value->i64, true);
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		put_integer(w, false, value->u64, true);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		put_double(w, value->number);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		put(w, value->flag ? "true" : "false", value->flag ? 4 : 5);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		put_enum(w, field->descriptor, value->enumerator);
		break;
	case PROTOBUF_C_TYPE_STRING:
		put_string(w, value->string);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		put_bytes(w, &value->bytes);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		write_message(w, value->message);
		break;
	case PROTOBUF_C_TYPE_FLOAT:
		break;
	}
}

/* Without presence of its own a field is there when it is not the default. */
static bool
is_default(const ProtobufCFieldDescriptor *field, const union value *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_DOUBLE:
		return value->number == 0;
	case PROTOBUF_C_TYPE_STRING:
		return value->string == NULL || value->string[0] == '\0';
	case PROTOBUF_C_TYPE_BYTES:
		return value->bytes.len == 0;
	case PROTOBUF_C_TYPE_MESSAGE:
		return value->message == NULL;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
		return value->u32 == 0;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return value->u64 == 0;
	case PROTOBUF_C_TYPE_FLOAT:
		break;
	}
	return true;
}

static void
write_name(struct writer *w, const ProtobufCFieldDescriptor *field)
{
	char name[PATH_NAME_BYTES];
	size_t bytes = path_json_name(field->name, name);

	if (w->bytes > 0 && w->text[w->bytes - 1] != '{') {
		put_char(w, ',');
	}
	put_char(w, '"');
	put(w, name, bytes);
	put(w, "\":", 2);
}

static void
write_list(struct writer *w, const ProtobufCFieldDescriptor *field, const char *message)
{
	union value value;
	const char *at;
	size_t n;

	memcpy(&n, message + field->quantifier_offset, sizeof(n));
	memcpy(&at, message + field->offset, sizeof(at));
	if (n == 0 && w->style != JSON_EMIT_IMPLICIT) {
		return;
	}
	write_name(w, field);
	put_char(w, '[');
	for (size_t i = 0; i < n && w->rc == 0; i++) {
		if (i > 0) {
			put_char(w, ',');
		}
		at += load(field, at, &value);
		write_value(w, field, &value);
	}
	put_char(w, ']');
}

static void
write_field(
	struct writer *w, const ProtobufCFieldDescriptor *field, const char *message)
{
	union value value;
	int32_t which;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		write_list(w, field, message);
		return;
	}
	load(field, message + field->offset, &value);
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		memcpy(&which, message + field->quantifier_offset, sizeof(which));
		if (which != (int32_t)field->id) {
			return;
		}
	} else if (is_default(field, &value) &&
		   (w->style != JSON_EMIT_IMPLICIT ||
			   field->type == PROTOBUF_C_TYPE_MESSAGE)) {
		return;
	}
	write_name(w, field);
	write_value(w, field, &value);
}

static void
write_message(struct writer *w, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;

	if (type == &google__protobuf__timestamp__descriptor) {
		put_stamp(w, message);
		return;
	}
	put_char(w, '{');
	for (unsigned i = 0; i < type->n_fields && w->rc == 0; i++) {
		write_field(w, &type->fields[i], (const char *)message);
	}
	put_char(w, '}');
}

int
json_write(const ProtobufCMessage *message, enum json_style style, struct arena *arena,
	char **out, size_t *bytes)
{
	struct writer w = {.arena = arena, .style = style};

	write_message(&w, message);
	put_char(&w, '\0');
	if (w.rc != 0) {
		return w.rc;
	}
	*out = w.text;
	*bytes = w.bytes - 1;
	return 0;
}
