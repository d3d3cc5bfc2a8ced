/*
 * pack - a message as bytes, in one pass
 *
 * The very bytes protobuf_c_message_pack() makes. That one needs to know how long
 * they will be, and asks for it by a walk that costs as much as packing; here
 * they are written from the end towards the beginning, so a length is known when
 * its turn comes, and what does not fit is noticed in time.
 */
#ifndef PROTO_PACK_H
#define PROTO_PACK_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"

/*
 * Packs into the end of the room. Returns where the bytes begin, or NULL when
 * there is not room enough; what is in it then is undefined.
 */
uint8_t *pack_behind(const ProtobufCMessage *message, uint8_t *room, size_t room_bytes);

/* Packs into the arena. NULL past its ceiling; no bytes are not NULL. */
uint8_t *pack_message(
	const ProtobufCMessage *message, struct arena *arena, size_t *bytes);

#endif
