#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "types.h"

const ProtobufCMessageDescriptor *
fuzz_type(const uint8_t **data, size_t *bytes)
{
	const uint8_t *end = *bytes == 0 ? NULL : memchr(*data, '\n', *bytes);
	size_t name_bytes;

	if (end == NULL) {
		return NULL;
	}
	name_bytes = (size_t)(end - *data);
	for (size_t i = 0; i < N_TYPES; i++) {
		const char *name = all_types[i]->short_name;

		if (strlen(name) == name_bytes &&
			memcmp(name, *data, name_bytes) == 0) {
			*data += name_bytes + 1;
			*bytes -= name_bytes + 1;
			return all_types[i];
		}
	}
	return NULL;
}

void
fuzz_assert_equal(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
	size_t bytes = protobuf_c_message_get_packed_size(a);
	uint8_t *one = malloc(bytes + 1);
	uint8_t *other = malloc(bytes + 1);

	assert(one != NULL && other != NULL);
	assert(protobuf_c_message_get_packed_size(b) == bytes);
	assert(protobuf_c_message_pack(a, one) == bytes);
	assert(protobuf_c_message_pack(b, other) == bytes);
	assert(memcmp(one, other, bytes) == 0);
	free(one);
	free(other);
}
