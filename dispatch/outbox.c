#include "dispatch/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/outbox_internal.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name

enum {
	FIRST_ROOM = 64,
	FORGET_AT_ONCE = 512,
};

struct outbox *
outbox_new(void)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (o != NULL) {
		TAILQ_INIT(&o->open);
		TAILQ_INIT(&o->ended);
	}
	return o;
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL) {
		return;
	}
	for (size_t i = 0; i < o->n; i++) {
		free(o->by_id[i]);
	}
	for (size_t i = 0; i < o->n_buckets; i++) {
		free(o->buckets[i]);
	}
	free(o->by_id);
	free(o->heap);
	free(o);
}

bool
outbox_has_ended(const struct store_delivery *d)
{
	return d->ended_ms != 0;
}

/* ---- who is known */

struct outbox_item *
outbox_item(const struct outbox *o, uint64_t id)
{
	size_t low = 0;
	size_t high = o->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->by_id[middle]->d.id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < o->n && o->by_id[low]->d.id == id ? o->by_id[low] : NULL;
}

const struct store_delivery *
outbox_find(const struct outbox *o, uint64_t id)
{
	const struct outbox_item *i = outbox_item(o, id);

	return i == NULL ? NULL : &i->d;
}

static struct outbox_keys *
head_of(struct outbox *o, uint64_t key_hash)
{
	return &o->keys[key_hash % OUTBOX_KEY_HEADS];
}

struct outbox_item *
outbox_item_by_key(struct outbox *o, uint64_t key_hash)
{
	struct outbox_item *i;

	LIST_FOREACH (i, head_of(o, key_hash), key_link) {
		if (i->d.key_hash == key_hash) {
			return i;
		}
	}
	return NULL;
}

/* Ended ones that were queued before; of those at most so many. */
void
outbox_forget(struct outbox *o, int64_t queued_before_ms, size_t most)
{
	struct outbox_item *next = TAILQ_FIRST(&o->ended);
	struct outbox_item *i;
	size_t kept = 0;
	size_t n = 0;

	while ((i = next) != NULL && n < most) {
		next = TAILQ_NEXT(i, link);
		if (i->d.queued_ms < queued_before_ms) {
			TAILQ_REMOVE(&o->ended, i, link);
			LIST_REMOVE(i, key_link);
			i->d.id = 0;
			n++;
		}
	}
	for (size_t k = 0; n > 0 && k < o->n; k++) {
		if (o->by_id[k]->d.id == 0) {
			free(o->by_id[k]);
		} else {
			o->by_id[kept++] = o->by_id[k];
		}
	}
	o->n = n > 0 ? kept : o->n;
}

/* 0, OUTBOX_FULL or -ENOMEM. */
int
outbox_make_room(struct outbox *o)
{
	size_t room = o->room == 0 ? FIRST_ROOM : 2 * o->room;
	void *grown;

	if (o->n >= OUTBOX_MOST) {
		outbox_forget(o, INT64_MAX, FORGET_AT_ONCE);
	}
	if (o->n >= OUTBOX_MOST) {
		return OUTBOX_FULL;
	}
	if (o->n < o->room) {
		return outbox_queue_reserve(o);
	}
	grown = realloc(o->by_id, room * sizeof(o->by_id[0]));
	if (grown == NULL) {
		return -ENOMEM;
	}
	o->by_id = grown;
	o->room = room;
	return outbox_queue_reserve(o);
}

/* ---- changes of state */

/* Wherever it is, it is there no longer. */
void
outbox_take_out(struct outbox *o, struct outbox_item *i)
{
	switch (i->where) {
	case OUTBOX_WAITING:
		outbox_queue_remove(o, i);
		break;
	case OUTBOX_READY:
		TAILQ_REMOVE(&i->bucket->ready[i->d.urgency], i, ready_link);
		break;
	case OUTBOX_GONE:
		o->n_gone--;
		i->bucket->n_gone--;
		if (o->alone == i) {
			o->alone = NULL;
		}
		break;
	case OUTBOX_NOWHERE:
		break;
	}
	i->where = OUTBOX_NOWHERE;
}

/* It is known, and open unless it has ended. */
void
outbox_enter(struct outbox *o, struct outbox_item *i)
{
	o->by_id[o->n++] = i;
	LIST_INSERT_HEAD(head_of(o, i->d.key_hash), i, key_link);
	if (outbox_has_ended(&i->d)) {
		TAILQ_INSERT_TAIL(&o->ended, i, link);
		return;
	}
	TAILQ_INSERT_TAIL(&o->open, i, link);
	i->bucket->n_open++;
	o->n_open++;
}

static void
end(struct outbox *o, struct outbox_item *i, int64_t now_ms)
{
	i->d.ended_ms = now_ms;
	if (o->expire == i) {
		o->expire = TAILQ_NEXT(i, link);
	}
	TAILQ_REMOVE(&o->open, i, link);
	TAILQ_INSERT_TAIL(&o->ended, i, link);
	i->bucket->n_open--;
	i->bucket = NULL;
	o->n_open--;
}

int
outbox_end_as(struct outbox *o, struct outbox_item *i, int state, int reason,
	const struct outbox_turn *turn, struct outbox_row *out)
{
	outbox_take_out(o, i);
	i->d.state = (uint8_t)state;
	i->d.reason = (uint8_t)reason;
	end(o, i, turn->now_ms);
	return outbox_row(i, NULL, turn, out);
}

int
outbox_give_up(struct outbox *o, struct outbox_item *i, const struct outbox_turn *turn,
	struct outbox_row *out)
{
	/* Why it failed last says more than that it is late now. */
	return outbox_end_as(o, i, STATE(GIVEN_UP),
		i->d.reason == 0 ? REASON(TOO_LATE) : i->d.reason, turn, out);
}

/* Again from next_ms on, unless that is too late or nobody wants it. */
int
outbox_again(struct outbox *o, struct outbox_item *i, int state, int64_t next_ms,
	const struct outbox_turn *turn, struct outbox_row *out)
{
	if (i->d.unwanted) {
		return outbox_end_as(
			o, i, STATE(CANCELLED), REASON(UNWANTED), turn, out);
	}
	if (next_ms >= i->d.not_after_ms) {
		return outbox_give_up(o, i, turn, out);
	}
	outbox_take_out(o, i);
	i->d.state = (uint8_t)state;
	i->d.next_ms = next_ms;
	outbox_queue_put(o, i);
	return outbox_row(i, NULL, turn, out);
}

/* ---- starting */

int
outbox_load(struct outbox *o, const struct store_delivery *record)
{
	struct outbox_item *i;
	int r = outbox_make_room(o);

	/* More than OUTBOX_MOST that did not end can only be of an older program. */
	if (r != 0 && (r != OUTBOX_FULL || outbox_has_ended(record))) {
		return r < 0 ? r : 0;
	}
	if (r == OUTBOX_FULL) {
		return -ENOMEM;
	}
	i = calloc(1, sizeof(*i));
	if (i == NULL) {
		return -ENOMEM;
	}
	i->d = *record;
	i->d.urgency %= OUTBOX_URGENCIES;
	if (!outbox_has_ended(record)) {
		i->bucket = outbox_bucket_of(o, record, record->queued_ms);
		if (i->bucket == NULL) {
			free(i);
			return -ENOMEM;
		}
	}
	outbox_enter(o, i);
	if (outbox_has_ended(record)) {
		return 0;
	}
	if (record->state == STATE(TRYING)) {
		i->where = OUTBOX_GONE;
		i->bucket->n_gone++;
		o->n_gone++;
	} else {
		outbox_queue_put(o, i);
	}
	return 0;
}

void
outbox_figures(const struct outbox *o, int64_t now_ms, struct outbox_figures *out)
{
	const struct outbox_item *oldest = TAILQ_FIRST(&o->open);

	*out = (struct outbox_figures){
		.known = o->n,
		.open = o->n_open,
		.with_courier = o->n_gone,
		.oldest_ms = oldest == NULL ? 0 : oldest->d.queued_ms,
	};
	for (size_t k = 0; k < o->n_buckets; k++) {
		out->breakers_open += outbox_bucket_is_open(o->buckets[k], now_ms);
	}
}
