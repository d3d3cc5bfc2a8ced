/*
 * sources - how many different senders?
 *
 * An exact set of 64-bit sender hashes, one per incident. The first lives in
 * the struct itself, since most incidents never have a second. Hashes are
 * keyed by the fronts, so nobody can choose them. 0 stands for "not known"
 * and is not counted.
 */
#ifndef DISPATCH_SOURCES_H
#define DISPATCH_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

struct sources {
	union {
		uint64_t only;   /* while mask is 0 */
		uint64_t *slots; /* owned */
	};
	uint32_t n;
	uint32_t mask;
};

/* All zero is an empty set. */
void sources_fini(struct sources *s);

/* *added tells whether it was new. 0 or -ENOMEM. */
int sources_add(struct sources *s, uint64_t source, bool *added);

#endif
