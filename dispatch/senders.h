/*
 * senders - who sent something, and how many reports each
 *
 * An exact multiset of 64-bit sender hashes: what moves away can be taken out, and
 * a sender is there as long as one of its reports is. Like sources.h, which never
 * forgets and needs half the room: the first lives in the struct itself, hashes
 * are keyed by the fronts, and 0 stands for "not known" and is not counted.
 */
#ifndef DISPATCH_SENDERS_H
#define DISPATCH_SENDERS_H

#include <stdbool.h>
#include <stdint.h>

struct sender {
	uint64_t source; /* 0: nobody */
	uint64_t reports;
};

struct senders {
	union {
		struct sender only;   /* while mask is 0 */
		struct sender *slots; /* owned */
	};
	uint32_t n; /* of different ones */
	uint32_t mask;
};

/* All zero is an empty set. */
void senders_fini(struct senders *s);

/* One report more. *added tells whether its sender was new. 0 or -ENOMEM. */
int senders_add(struct senders *s, uint64_t source, bool *added);

/* One report less. Returns whether its sender has none left; false when it had none. */
bool senders_remove(struct senders *s, uint64_t source);

#endif
