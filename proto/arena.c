#include "proto/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(name) 0 /* gcc 12 tells by a macro instead */
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

enum {
	ALIGN = alignof(max_align_t),
	FIRST_BLOCK_BYTES = 16 * 1024,
	NEXT_BLOCK_BYTES = 64 * 1024,
};

/* What is not handed out is poisoned, so that ASan sees through the arena. */
struct block {
	struct block *next;
	size_t bytes;
	size_t taken;
	alignas(max_align_t) char data[];
};

struct arena {
	size_t max_bytes;
	size_t used;
	struct block *first; /* kept over a reset */
	struct block *last;  /* the only one with room */
	char *newest;        /* last thing handed out, in last */
	ProtobufCAllocator allocator;
};

static size_t
round_up(size_t bytes)
{
	return (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static struct block *
block_new(size_t bytes)
{
	struct block *b = malloc(sizeof(*b) + bytes);

	if (b == NULL) {
		return NULL;
	}
	b->next = NULL;
	b->bytes = bytes;
	b->taken = 0;
	ASAN_POISON_MEMORY_REGION(b->data, bytes);
	return b;
}

static void
block_free(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->bytes);
	free(b);
}

static void *
on_alloc(void *data, size_t bytes)
{
	return arena_alloc(data, bytes);
}

static void
on_free(void *data, void *pointer)
{
	(void)data;
	(void)pointer;
}

struct arena *
arena_new(size_t max_bytes)
{
	size_t first =
		round_up(max_bytes < FIRST_BLOCK_BYTES ? max_bytes : FIRST_BLOCK_BYTES);
	struct arena *a = calloc(1, sizeof(*a));

	assert(max_bytes < SIZE_MAX / 2); /* so that rounding up cannot wrap */
	if (a == NULL) {
		return NULL;
	}
	a->max_bytes = max_bytes;
	a->allocator.alloc = on_alloc;
	a->allocator.free = on_free;
	a->allocator.allocator_data = a;
	a->first = block_new(first);
	if (a->first == NULL) {
		free(a);
		return NULL;
	}
	a->last = a->first;
	return a;
}

static void
free_chain(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		block_free(b);
		b = next;
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL) {
		return;
	}
	free_chain(a->first);
	free(a);
}

void
arena_reset(struct arena *a)
{
	free_chain(a->first->next);
	a->first->next = NULL;
	a->first->taken = 0;
	ASAN_POISON_MEMORY_REGION(a->first->data, a->first->bytes);
	a->last = a->first;
	a->newest = NULL;
	a->used = 0;
}

/* A block with room for that many bytes becomes the last one. */
static int
add_block(struct arena *a, size_t bytes)
{
	struct block *b =
		block_new(bytes > NEXT_BLOCK_BYTES ? bytes : NEXT_BLOCK_BYTES);

	if (b == NULL) {
		return -1;
	}
	a->last->next = b;
	a->last = b;
	return 0;
}

/* Room for that many bytes, not zeroed. */
static void *
take(struct arena *a, size_t bytes)
{
	size_t taken;

	if (bytes > a->max_bytes) {
		return NULL;
	}
	taken = round_up(bytes == 0 ? 1 : bytes);
	if (taken > a->max_bytes - a->used) {
		return NULL;
	}
	if (taken > a->last->bytes - a->last->taken && add_block(a, taken) < 0) {
		return NULL;
	}
	a->newest = a->last->data + a->last->taken;
	a->last->taken += taken;
	a->used += taken;
	ASAN_UNPOISON_MEMORY_REGION(a->newest, bytes);
	return a->newest;
}

void *
arena_alloc(struct arena *a, size_t bytes)
{
	void *p = take(a, bytes);

	return p == NULL ? NULL : memset(p, 0, bytes);
}

void *
arena_grow(struct arena *a, void *old, size_t old_bytes, size_t new_bytes)
{
	void *p;

	assert(new_bytes >= old_bytes);
	if (old != NULL && old == a->newest && new_bytes <= a->max_bytes) {
		size_t had = (size_t)(a->last->data + a->last->taken - a->newest);
		size_t more = round_up(new_bytes) > had ? round_up(new_bytes) - had : 0;

		if (more <= a->max_bytes - a->used &&
			more <= a->last->bytes - a->last->taken) {
			a->last->taken += more;
			a->used += more;
			ASAN_UNPOISON_MEMORY_REGION(a->newest, new_bytes);
			memset(a->newest + old_bytes, 0, new_bytes - old_bytes);
			return old;
		}
	}
	p = take(a, new_bytes);
	if (p == NULL) {
		return NULL;
	}
	if (old_bytes > 0) {
		memcpy(p, old, old_bytes);
	}
	memset((char *)p + old_bytes, 0, new_bytes - old_bytes);
	return p;
}

void *
arena_open(struct arena *a, size_t *room_bytes)
{
	size_t room = a->last->bytes - a->last->taken;
	size_t most = (a->max_bytes - a->used) & ~(size_t)(ALIGN - 1);

	*room_bytes = room < most ? room : most;
	ASAN_UNPOISON_MEMORY_REGION(a->last->data + a->last->taken, *room_bytes);
	return a->last->data + a->last->taken;
}

void *
arena_close(struct arena *a, const void *keep, size_t bytes)
{
	char *room = a->last->data + a->last->taken;

	if (bytes > 0) {
		memmove(room, keep, bytes);
	}
	ASAN_POISON_MEMORY_REGION(room, a->last->bytes - a->last->taken);
	return keep == NULL ? NULL : take(a, bytes);
}

char *
arena_copy(struct arena *a, const void *data, size_t bytes)
{
	char *p;

	if (bytes == SIZE_MAX) {
		return NULL;
	}
	p = take(a, bytes + 1);
	if (p == NULL) {
		return NULL;
	}
	if (bytes > 0) {
		memcpy(p, data, bytes);
	}
	p[bytes] = '\0';
	return p;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0) {
		return NULL;
	}
	p = take(a, (size_t)n + 1);
	if (p == NULL) {
		return NULL;
	}
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return p;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

ProtobufCAllocator *
arena_allocator(struct arena *a)
{
	return &a->allocator;
}
