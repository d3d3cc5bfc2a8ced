/*
 * outbox_internal - what the files of the outbox share; nobody else includes it
 *
 * outbox.c knows them and ends them, outbox_put.c takes them in, outbox_try.c is
 * the courier's side; outbox_row.c makes their rows, outbox_queue.c says who waits
 * for when, outbox_bucket.c who may go now.
 */
#ifndef DISPATCH_OUTBOX_INTERNAL_H
#define DISPATCH_OUTBOX_INTERNAL_H

#include <sys/queue.h>

#include "dispatch/outbox.h"

enum {
	OUTBOX_BUCKETS = 1024,
	OUTBOX_URGENCIES = 4, /* by enum DeliveryUrgency */
	OUTBOX_KEY_HEADS = 4096,
};

enum outbox_where {
	OUTBOX_NOWHERE, /* ended */
	OUTBOX_WAITING, /* in the heap, until next_ms */
	OUTBOX_READY,   /* in its bucket */
	OUTBOX_GONE,    /* with the courier */
};

struct outbox_item {
	struct store_delivery d;
	enum outbox_where where;
	size_t heap_at;                /* when waiting */
	struct outbox_bucket *bucket;  /* NULL: ended */
	TAILQ_ENTRY(outbox_item) link; /* of the open, by id, or of the ended */
	TAILQ_ENTRY(outbox_item) ready_link;
	LIST_ENTRY(outbox_item) key_link;
};

TAILQ_HEAD(outbox_list, outbox_item);
LIST_HEAD(outbox_keys, outbox_item);

/* What is paced together. */
struct outbox_bucket {
	uint64_t hash;
	uint8_t means;
	size_t n_open;
	size_t n_gone;
	uint32_t failures;     /* in a row */
	uint32_t trips;        /* of the breaker, in a row */
	int64_t open_until_ms; /* the breaker's */
	int64_t paused_until_ms;
	int64_t next_ms; /* the gap's */
	struct outbox_list ready[OUTBOX_URGENCIES];
};

struct outbox {
	struct outbox_item **by_id; /* all, sorted */
	size_t n;
	size_t room;
	struct outbox_item **heap; /* those waiting, by next_ms */
	size_t n_heap;
	size_t room_heap;
	struct outbox_list open;
	struct outbox_list ended; /* in the order they ended */
	struct outbox_keys keys[OUTBOX_KEY_HEADS];
	struct outbox_bucket *buckets[OUTBOX_BUCKETS];
	size_t n_buckets;
	size_t turn; /* the bucket that is first next time */
	size_t n_open;
	size_t n_gone;
	struct outbox_item *alone;  /* the suspect that the courier has */
	struct outbox_item *expire; /* where the look for the late goes on */
	bool expiring;
};

/* ---- outbox.c */

struct outbox_item *outbox_item(const struct outbox *o, uint64_t id);
struct outbox_item *outbox_item_by_key(struct outbox *o, uint64_t key_hash);

/* Of those that ended and were queued before, at most so many. */
void outbox_forget(struct outbox *o, int64_t queued_before_ms, size_t most);

/* For one more. 0, OUTBOX_FULL or -ENOMEM. */
int outbox_make_room(struct outbox *o);

/* It is known, and open unless it has ended. */
void outbox_enter(struct outbox *o, struct outbox_item *i);

/* Wherever it is, it is there no longer. */
void outbox_take_out(struct outbox *o, struct outbox_item *i);

/* These make the row: OUTBOX_ROW or -ENOMEM. */
int outbox_end_as(struct outbox *o, struct outbox_item *i, int state, int reason,
	const struct outbox_turn *turn, struct outbox_row *out);
int outbox_give_up(struct outbox *o, struct outbox_item *i,
	const struct outbox_turn *turn, struct outbox_row *out);

/* Again from next_ms on, unless that is too late or nobody wants it. */
int outbox_again(struct outbox *o, struct outbox_item *i, int state, int64_t next_ms,
	const struct outbox_turn *turn, struct outbox_row *out);

/* ---- outbox_row.c */

/*
 * A row that says what the item is now, and moves its seq on; delivery is set in
 * the row that queues it. OUTBOX_ROW or -ENOMEM.
 */
int outbox_row(struct outbox_item *i, const Vedetta__V1__Delivery *delivery,
	const struct outbox_turn *turn, struct outbox_row *out);

/* A number that looks random, the same for the same two. */
uint64_t outbox_draw(uint64_t id, uint64_t attempt);

/* ---- outbox_queue.c */

/* Room for one more that waits. 0 or -ENOMEM. */
int outbox_queue_reserve(struct outbox *o);
void outbox_queue_put(struct outbox *o, struct outbox_item *i);
void outbox_queue_remove(struct outbox *o, struct outbox_item *i);

/* ---- outbox_bucket.c */

/* That of this delivery, made if need be. NULL when memory is short. */
struct outbox_bucket *outbox_bucket_of(
	struct outbox *o, const struct store_delivery *d, int64_t now_ms);

/* A time that was set for at most so far ahead; now, when the clock went back. */
int64_t outbox_not_far(int64_t at_ms, int64_t now_ms, int64_t most_ms);

bool outbox_bucket_may_send(const struct outbox_bucket *b, int64_t now_ms);

/* When it may; INT64_MAX: when one of those that are gone is back. */
int64_t outbox_bucket_due_ms(const struct outbox_bucket *b, int64_t now_ms);

bool outbox_bucket_is_open(const struct outbox_bucket *b, int64_t now_ms);
void outbox_bucket_note_sent(struct outbox_bucket *b, int64_t now_ms);
void outbox_bucket_note_taken(struct outbox_bucket *b);
void outbox_bucket_note_failed(struct outbox_bucket *b, int64_t now_ms);

#endif
