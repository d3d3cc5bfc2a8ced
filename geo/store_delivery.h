/*
 * store_delivery - the records of what goes out
 *
 * A record is written with the row that changed it and carries a sum of itself,
 * as an incident's does. Records are kept for ever; those that did not end are
 * found by an index that holds no others.
 */
#ifndef GEO_STORE_DELIVERY_H
#define GEO_STORE_DELIVERY_H

#include "geo/store.h"

/* Numbers are the proto's enums; see dispatch/outbox.h. */
struct store_delivery {
	uint64_t id;  /* seq of the row that queued it */
	uint64_t seq; /* row that last changed this record */
	uint8_t means;
	uint8_t state;
	uint8_t reason;
	uint8_t urgency;
	bool exercise;
	bool unwanted;
	uint32_t status;
	uint32_t attempts;
	uint32_t losses;
	uint64_t incident;
	uint64_t account;
	uint64_t bucket;
	uint64_t key_hash;
	uint64_t group_hash;
	int64_t queued_ms;
	int64_t next_ms;
	int64_t not_after_ms;
	int64_t ended_ms; /* 0: not ended */
	bool damaged;     /* when read: it is not what was written */
};

/* In a batch. 0 or -errno (broken), but -EINVAL for a record that cannot be. */
int store_put_delivery(struct store *s, const struct store_delivery *delivery);

/*
 * Those that did not end, and all from row `since` on, in order of their ids. Stops
 * with what the visitor returns.
 */
int store_load_deliveries(struct store *s, uint64_t since,
	int (*visit)(void *arg, const struct store_delivery *delivery), void *arg);

#endif
