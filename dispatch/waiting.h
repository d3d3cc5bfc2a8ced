/* waiting - rows taken in raw mode that still want interpreting, oldest first */
#ifndef DISPATCH_WAITING_H
#define DISPATCH_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "geo/store.h"

struct waiting_row {
	TAILQ_ENTRY(waiting_row) link;
	uint64_t seq;
	int64_t at_ms;
	bool has_key;
	uint8_t key[STORE_KEY_BYTES];
};

struct waiting {
	TAILQ_HEAD(, waiting_row) rows;
	size_t n;
};

void waiting_init(struct waiting *w);
void waiting_fini(struct waiting *w);

/* Remembers a STORE_RAW row. 0 or -ENOMEM. */
int waiting_add(struct waiting *w, const struct store_row *row);

/* NULL when none waits. */
const struct waiting_row *waiting_first(const struct waiting *w);

/* Looks from the oldest on, which is the one asked for. NULL: not waiting. */
const struct waiting_row *waiting_find(const struct waiting *w, uint64_t seq);

/* Forgets it; does nothing when it does not wait. */
void waiting_remove(struct waiting *w, uint64_t seq);

#endif
