#include "dispatch/outbox_internal.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name
#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name

/* Between half of the wait and all of it. */
static int64_t
jittered(const struct outbox_item *i, int64_t wait_ms)
{
	return wait_ms - (int64_t)(outbox_draw(i->d.id, i->d.attempts) %
				   ((uint64_t)wait_ms / 2 + 1));
}

static int64_t
wait_after(const struct outbox_item *i)
{
	int64_t wait_ms = OUTBOX_WAIT_MS;

	for (uint32_t n = 1; n < i->d.attempts && wait_ms < OUTBOX_WAIT_MOST_MS; n++) {
		wait_ms *= 2;
	}
	return jittered(
		i, wait_ms < OUTBOX_WAIT_MOST_MS ? wait_ms : OUTBOX_WAIT_MOST_MS);
}

int
outbox_expire_next(
	struct outbox *o, const struct outbox_turn *turn, struct outbox_row *out)
{
	struct outbox_item *i;

	if (!o->expiring) {
		outbox_forget(o, turn->now_ms - OUTBOX_KEPT_MS, SIZE_MAX);
		o->expire = TAILQ_FIRST(&o->open);
		o->expiring = true;
	}
	while ((i = o->expire) != NULL) {
		o->expire = TAILQ_NEXT(i, link);
		if (i->where != OUTBOX_GONE && i->d.not_after_ms <= turn->now_ms) {
			return outbox_give_up(o, i, turn, out);
		}
	}
	o->expiring = false;
	return 0;
}

static int64_t
first_due_ms(const struct outbox *o, int64_t now_ms)
{
	return o->n_heap == 0 ? INT64_MAX
			      : outbox_not_far(o->heap[0]->d.next_ms, now_ms,
					OUTBOX_THROTTLED_MOST_MS);
}

/* Those whose time has come go to their buckets. */
static void
make_ready(struct outbox *o, int64_t now_ms)
{
	while (first_due_ms(o, now_ms) <= now_ms) {
		struct outbox_item *i = o->heap[0];

		outbox_queue_remove(o, i);
		i->where = OUTBOX_READY;
		TAILQ_INSERT_TAIL(&i->bucket->ready[i->d.urgency], i, ready_link);
	}
}

static struct outbox_item *
next_ready(struct outbox *o, int64_t now_ms)
{
	for (int u = OUTBOX_URGENCIES - 1; u >= 0; u--) {
		for (size_t k = 0; k < o->n_buckets; k++) {
			size_t at = (o->turn + k) % o->n_buckets;
			struct outbox_bucket *b = o->buckets[at];
			struct outbox_item *i = TAILQ_FIRST(&b->ready[u]);

			if (i != NULL && outbox_bucket_may_send(b, now_ms) &&
				i->d.not_after_ms > now_ms) {
				o->turn = at + 1;
				return i;
			}
		}
	}
	return NULL;
}

int
outbox_hand_next(
	struct outbox *o, const struct outbox_turn *turn, struct outbox_row *out)
{
	struct outbox_item *i;
	bool alone;

	make_ready(o, turn->now_ms);
	if (o->n_gone >= OUTBOX_AT_ONCE || o->alone != NULL) {
		return 0;
	}
	i = next_ready(o, turn->now_ms);
	alone = i != NULL && i->d.losses >= OUTBOX_ALONE;
	if (i == NULL || (alone && o->n_gone > 0)) {
		return 0;
	}
	outbox_take_out(o, i);
	i->where = OUTBOX_GONE;
	i->d.state = STATE(TRYING);
	i->d.attempts++;
	o->n_gone++;
	o->alone = alone ? i : NULL;
	outbox_bucket_note_sent(i->bucket, turn->now_ms);
	return outbox_row(i, NULL, turn, out);
}

int
outbox_lost_next(struct outbox *o, bool crashed, const struct outbox_turn *turn,
	struct outbox_row *out)
{
	struct outbox_item *i;

	TAILQ_FOREACH (i, &o->open, link) {
		if (i->where == OUTBOX_GONE) {
			break;
		}
	}
	if (i == NULL) {
		return 0;
	}
	i->d.losses += crashed;
	i->d.reason = REASON(COURIER_LOST);
	i->d.status = 0;
	if (i->d.losses >= OUTBOX_LOSSES) {
		return outbox_give_up(o, i, turn, out);
	}
	return outbox_again(o, i, STATE(UNKNOWN),
		turn->now_ms + (crashed ? jittered(i, OUTBOX_WAIT_MS) : 0), turn, out);
}

static int
fail(struct outbox *o, struct outbox_item *i, const struct outbox_turn *turn,
	struct outbox_row *out)
{
	outbox_bucket_note_failed(i->bucket, turn->now_ms);
	return outbox_again(
		o, i, STATE(QUEUED), turn->now_ms + wait_after(i), turn, out);
}

static int
throttle(struct outbox *o, struct outbox_item *i, int64_t wait_ms,
	const struct outbox_turn *turn, struct outbox_row *out)
{
	int64_t own_ms = wait_after(i);

	if (wait_ms > OUTBOX_THROTTLED_MOST_MS) {
		wait_ms = OUTBOX_THROTTLED_MOST_MS;
	}
	if (wait_ms < own_ms) {
		wait_ms = own_ms;
	}
	i->bucket->paused_until_ms = turn->now_ms + wait_ms;
	return outbox_again(o, i, STATE(QUEUED), turn->now_ms + wait_ms, turn, out);
}

int
outbox_outcome(struct outbox *o, const Vedetta__V1__DeliveryOutcome *outcome,
	const struct outbox_turn *turn, struct outbox_row *out)
{
	struct outbox_item *i = outbox_item(o, outcome->id);

	if (i == NULL || i->where != OUTBOX_GONE || i->d.attempts != outcome->attempt) {
		return 0;
	}
	i->d.status = outcome->status;
	i->d.reason = (uint8_t)outcome->reason;
	switch ((int)outcome->result) {
	case RESULT(HANDED_OVER):
		outbox_bucket_note_taken(i->bucket);
		return outbox_end_as(o, i, STATE(HANDED_OVER), 0, turn, out);
	case RESULT(DELIVERED):
		outbox_bucket_note_taken(i->bucket);
		return outbox_end_as(o, i, STATE(DELIVERED), 0, turn, out);
	case RESULT(REFUSED):
		outbox_bucket_note_taken(i->bucket);
		return outbox_end_as(o, i, STATE(REFUSED), i->d.reason, turn, out);
	case RESULT(THROTTLED):
		return throttle(o, i, outcome->wait_ms, turn, out);
	default: /* FAILED, MISCONFIGURED, or what a later courier says */
		return fail(o, i, turn, out);
	}
}

int
outbox_unreadable(struct outbox *o, uint64_t id, const struct outbox_turn *turn,
	struct outbox_row *out)
{
	struct outbox_item *i = outbox_item(o, id);

	return i == NULL || i->where != OUTBOX_GONE
		       ? 0
		       : outbox_end_as(
				 o, i, STATE(GIVEN_UP), REASON(ERASED), turn, out);
}

int64_t
outbox_due_ms(const struct outbox *o, int64_t now_ms)
{
	int64_t due = first_due_ms(o, now_ms);

	if (o->n_gone >= OUTBOX_AT_ONCE || o->alone != NULL) {
		return INT64_MAX; /* when one is back */
	}
	for (size_t k = 0; k < o->n_buckets; k++) {
		const struct outbox_bucket *b = o->buckets[k];
		int64_t may_ms = outbox_bucket_due_ms(b, now_ms);

		for (int u = 0; u < OUTBOX_URGENCIES; u++) {
			if (!TAILQ_EMPTY(&b->ready[u]) && may_ms < due) {
				due = may_ms;
			}
		}
	}
	return due;
}
