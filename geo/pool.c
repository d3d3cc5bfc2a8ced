#include "geo/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	FIRST_ROOM = 16,
	LINE_BYTES = 64,
	HUGE_PAGE_BYTES = 2 << 20,
	MAPPED_FROM_BYTES = 4 * HUGE_PAGE_BYTES,
};

static size_t all_mapped_bytes;

void
pool_init(struct pool *p, size_t slot_bytes)
{
	assert(slot_bytes >= sizeof(uint32_t) && slot_bytes <= UINT32_MAX);
	*p = (struct pool){.slot_bytes = (uint32_t)slot_bytes, .free = POOL_NONE};
}

void
pool_fini(struct pool *p)
{
	if (p->mapped_bytes > 0) {
		(void)munmap(p->memory, p->mapped_bytes);
		all_mapped_bytes -= p->mapped_bytes;
	} else {
		free(p->memory);
	}
	*p = (struct pool){.slot_bytes = p->slot_bytes, .free = POOL_NONE};
}

/* From the heap to memory of its own, or to more of that. */
static int
map(struct pool *p, size_t bytes)
{
	size_t wanted =
		(bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
	void *memory;

	if (p->mapped_bytes > 0) {
		memory = mremap(p->memory, p->mapped_bytes, wanted, MREMAP_MAYMOVE);
	} else {
		memory = mmap(NULL, wanted, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
	if (memory == MAP_FAILED) {
		return -ENOMEM;
	}
	/* Where there are none it works, too. */
	(void)madvise(memory, wanted, MADV_HUGEPAGE);
	if (p->mapped_bytes == 0 && p->memory != NULL) {
		memcpy(memory, p->slots, pool_bytes(p));
		free(p->memory);
	}
	p->memory = p->slots = memory;
	all_mapped_bytes += wanted - p->mapped_bytes;
	p->mapped_bytes = wanted;
	return 0;
}

/* Makes the memory that large, with the slots at the beginning of a line. */
static int
resize(struct pool *p, size_t bytes)
{
	size_t before =
		p->memory == NULL ? 0 : (size_t)((char *)p->slots - (char *)p->memory);
	char *memory;
	size_t behind;

	if (bytes >= MAPPED_FROM_BYTES) {
		return map(p, bytes);
	}
	memory = realloc(p->memory, bytes + LINE_BYTES);
	if (memory == NULL) {
		return -ENOMEM;
	}
	behind = -(uintptr_t)memory % LINE_BYTES;
	if (behind != before) {
		memmove(memory + behind, memory + before, pool_bytes(p));
	}
	p->memory = memory;
	p->slots = memory + behind;
	return 0;
}

int
pool_grow(struct pool *p, uint32_t n)
{
	size_t wanted = (size_t)p->top + n - (n < p->n_free ? n : p->n_free);
	size_t room = p->room == 0 ? FIRST_ROOM : p->room;

	while (room < wanted) {
		room *= 2;
	}
	if (room > POOL_NONE) {
		room = POOL_NONE;
	}
	if (room < wanted) {
		return -ENOMEM;
	}
	if (resize(p, room * p->slot_bytes) < 0) {
		return -ENOMEM;
	}
	p->room = (uint32_t)room;
	return 0;
}

int
pool_fit(struct pool *p, uint32_t n)
{
	if (n <= p->top) {
		return 0;
	}
	if (resize(p, (size_t)n * p->slot_bytes) < 0) {
		return -ENOMEM;
	}
	p->room = p->top = n;
	return 0;
}

uint32_t
pool_take(struct pool *p)
{
	uint32_t slot = p->free;

	if (slot == POOL_NONE) {
		assert(p->top < p->room);
		return p->top++;
	}
	memcpy(&p->free, pool_at(p, slot), sizeof(p->free));
	p->n_free--;
	return slot;
}

void
pool_give(struct pool *p, uint32_t slot)
{
	assert(slot < p->top);
	memcpy(pool_at(p, slot), &p->free, sizeof(p->free));
	p->free = slot;
	p->n_free++;
}

uint32_t
pool_used(const struct pool *p)
{
	return p->top - p->n_free;
}

size_t
pool_bytes(const struct pool *p)
{
	return (size_t)p->top * p->slot_bytes;
}

size_t
pool_mapped_bytes(void)
{
	return all_mapped_bytes;
}
