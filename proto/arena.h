/*
 * arena - memory for one unit of work, with a ceiling
 *
 * One input, one answer, one question: everything it needs comes from here and
 * goes at once. The ceiling is what keeps 64 KiB of hostile protobuf from
 * becoming 6 MiB of objects (protobuf-c multiplies by up to 92): past it every
 * allocation is NULL and the unit of work is refused.
 *
 * Not for anything that outlives its unit of work.
 */
#ifndef PROTO_ARENA_H
#define PROTO_ARENA_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

struct arena;

/*
 * The first block is kept over arena_reset(), so a warm arena does not call
 * malloc. NULL when memory is short.
 */
struct arena *arena_new(size_t max_bytes);

/* Accepts NULL. */
void arena_free(struct arena *a);

/* Forgets everything handed out. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any object. NULL past the ceiling or without memory. */
void *arena_alloc(struct arena *a, size_t bytes);

/*
 * The same object with more room, zeroed behind old_bytes; old may be NULL with
 * 0 bytes. Grows in place when it is the newest one, else copies; old must not
 * be used again. NULL past the ceiling: old is then as it was.
 */
void *arena_grow(struct arena *a, void *old, size_t old_bytes, size_t new_bytes);

/*
 * All the room there is without a call for memory, not zeroed: for bytes whose
 * number is not known before. Nothing else may be asked of the arena until
 * arena_close() keeps those bytes of it, moved to its beginning; NULL: none.
 */
void *arena_open(struct arena *a, size_t *room_bytes);
void *arena_close(struct arena *a, const void *keep, size_t bytes);

/* A copy with a NUL behind it; the NUL is not counted in bytes. */
char *arena_copy(struct arena *a, const void *data, size_t bytes);

/* printf into the arena; NULL past the ceiling. */
char *arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes handed out since the last reset, rounded up to the alignment. */
size_t arena_used(const struct arena *a);

/*
 * For protobuf-c's unpack calls; lives as long as the arena. Freeing through
 * it does nothing: the arena frees all at once.
 */
ProtobufCAllocator *arena_allocator(struct arena *a);

#endif
