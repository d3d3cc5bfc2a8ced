/*
 * pool - slots of one size, known by number
 *
 * What is reserved can be taken without fail, so who must not fail half-way
 * reserves first. Slots lie in one array, which moves when it grows: keep
 * numbers, and pointers only until the next pool_reserve(). Memory is not given
 * back before pool_fini(); what was reserved and never taken is not touched.
 * The array begins with a cache line, so a slot of 64 bytes is one line, not two.
 * A large one is memory of its own, in huge pages where the machine has them:
 * slots are taken at random, and each would need a page's address found first.
 */
#ifndef GEO_POOL_H
#define GEO_POOL_H

#include <stddef.h>
#include <stdint.h>

/* No slot; all numbers are smaller, so the top bit of a number is free. */
#define POOL_NONE UINT32_C(0x7fffffff)

struct pool {
	void *slots;         /* where a line begins */
	void *memory;        /* that they lie in */
	size_t mapped_bytes; /* 0: it is of the heap */
	uint32_t slot_bytes;
	uint32_t room;
	uint32_t top;  /* the first that was never taken */
	uint32_t free; /* list of those given back */
	uint32_t n_free;
};

/* slot_bytes >= 4. */
void pool_init(struct pool *p, size_t slot_bytes);

void pool_fini(struct pool *p);

/* Makes room so that n more can be taken. 0 or -ENOMEM. */
int pool_grow(struct pool *p, uint32_t n);

/*
 * Of a pool nothing is taken from: n slots beside those of another pool, by the
 * same numbers. What a new one holds is undefined. 0 or -ENOMEM.
 */
int pool_fit(struct pool *p, uint32_t n);

/* A slot that was reserved; what it holds is undefined. */
uint32_t pool_take(struct pool *p);

void pool_give(struct pool *p, uint32_t slot);

/* Slots in use. */
uint32_t pool_used(const struct pool *p);

/* Bytes of all slots ever taken. */
size_t pool_bytes(const struct pool *p);

/*
 * Of all pools of the process: what they hold outside of the heap, which a count of
 * that does not see.
 */
size_t pool_mapped_bytes(void);

/* Makes sure that n more can be taken. 0 or -ENOMEM. */
static inline int
pool_reserve(struct pool *p, uint32_t n)
{
	return p->room - p->top + p->n_free >= n ? 0 : pool_grow(p, n);
}

static inline void *
pool_at(const struct pool *p, uint32_t slot)
{
	return (unsigned char *)p->slots + (size_t)slot * p->slot_bytes;
}

#endif
