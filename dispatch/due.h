/*
 * due - what is due next
 *
 * A heap of what somebody else owns, by time, ties to the lower id: so the order
 * depends on nothing else. Embedded in what it orders.
 */
#ifndef DISPATCH_DUE_H
#define DISPATCH_DUE_H

#include <stddef.h>
#include <stdint.h>

struct due_at {
	int64_t at_ms;
	uint64_t id;
	uint32_t place; /* from 1; 0: not in it */
};

struct due {
	struct due_at **heap;
	size_t n;
	size_t room;
};

/* All zero is empty. */
void due_fini(struct due *d);

/* Makes sure that one more can be put. 0 or -ENOMEM. */
int due_reserve(struct due *d);

/* Puts it there, or moves it. 0 or -ENOMEM. */
int due_put(struct due *d, struct due_at *what, int64_t at_ms);

/* Fine when it is not there. */
void due_remove(struct due *d, struct due_at *what);

/* NULL when there is none. */
struct due_at *due_first(const struct due *d);

#endif
