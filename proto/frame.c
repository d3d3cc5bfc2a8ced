#include "proto/frame.h"

#include <endian.h>
#include <string.h>

/* The head as it lies on the wire; all members are naturally aligned. */
struct wire_head {
	uint32_t body_bytes;
	uint16_t kind;
	uint16_t version;
	uint64_t ref;
	uint8_t key[FRAME_KEY_BYTES];
};
_Static_assert(sizeof(struct wire_head) == FRAME_HEAD_BYTES, "the head has no holes");

void
frame_write_head(const struct frame_head *head, uint8_t out[FRAME_HEAD_BYTES])
{
	struct wire_head wire = {
		.body_bytes = htole32(head->body_bytes),
		.kind = htole16(head->kind),
		.version = htole16(FRAME_VERSION),
		.ref = htole64(head->ref),
	};

	memcpy(wire.key, head->key, FRAME_KEY_BYTES);
	memcpy(out, &wire, FRAME_HEAD_BYTES);
}

int
frame_read_head(const uint8_t in[FRAME_HEAD_BYTES], struct frame_head *out)
{
	struct wire_head wire;
	uint16_t kind;

	memcpy(&wire, in, FRAME_HEAD_BYTES);
	kind = le16toh(wire.kind);
	if (le16toh(wire.version) != FRAME_VERSION || kind < FRAME_INPUT_REPORT ||
		kind > FRAME_KIND_LAST || le32toh(wire.body_bytes) > FRAME_BODY_MAX) {
		return FRAME_BAD;
	}
	out->body_bytes = le32toh(wire.body_bytes);
	out->kind = kind;
	out->ref = le64toh(wire.ref);
	memcpy(out->key, wire.key, FRAME_KEY_BYTES);
	return 0;
}
