#include <stdlib.h>

#include "dispatch/outbox_internal.h"

enum {
	GAP_MOST_MS = 1000,
};

/* How fast one bucket goes. Telegram says 30 a second over all chats. */
struct pace {
	size_t at_once;
	int64_t gap_ms;
};

static const struct pace paces[] = {
	[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_UNSPECIFIED] = {1, 1000},
	[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_EMAIL] = {4, 50},
	[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_WEB_PUSH] = {8, 5},
	[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_WEBHOOK] = {4, 20},
	[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_TELEGRAM] = {4, 40},
};

static const struct pace *
pace_of(const struct outbox_bucket *b)
{
	return &paces[b->means < sizeof(paces) / sizeof(paces[0]) ? b->means : 0];
}

/* Nothing is in it, and nothing would be forgotten with it. */
static bool
is_idle(const struct outbox_bucket *b, int64_t now_ms)
{
	return b->n_open == 0 && b->open_until_ms <= now_ms &&
	       b->paused_until_ms <= now_ms;
}

static void
begin(struct outbox_bucket *b, const struct store_delivery *d)
{
	*b = (struct outbox_bucket){.hash = d->bucket, .means = d->means};
	for (size_t u = 0; u < OUTBOX_URGENCIES; u++) {
		TAILQ_INIT(&b->ready[u]);
	}
}

/* When there are too many, those that come then share one. */
static struct outbox_bucket *
take_idle(struct outbox *o, const struct store_delivery *d, int64_t now_ms)
{
	for (size_t i = 0; i < o->n_buckets; i++) {
		if (is_idle(o->buckets[i], now_ms)) {
			begin(o->buckets[i], d);
			return o->buckets[i];
		}
	}
	return o->buckets[OUTBOX_BUCKETS - 1];
}

struct outbox_bucket *
outbox_bucket_of(struct outbox *o, const struct store_delivery *d, int64_t now_ms)
{
	struct outbox_bucket *b;

	for (size_t i = 0; i < o->n_buckets; i++) {
		if (o->buckets[i]->hash == d->bucket) {
			return o->buckets[i];
		}
	}
	if (o->n_buckets == OUTBOX_BUCKETS) {
		return take_idle(o, d, now_ms);
	}
	b = malloc(sizeof(*b));
	if (b != NULL) {
		begin(b, d);
		o->buckets[o->n_buckets++] = b;
	}
	return b;
}

int64_t
outbox_not_far(int64_t at_ms, int64_t now_ms, int64_t most_ms)
{
	return at_ms - now_ms > most_ms ? now_ms : at_ms;
}

static int64_t
later(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

bool
outbox_bucket_is_open(const struct outbox_bucket *b, int64_t now_ms)
{
	return b->failures >= OUTBOX_FAILURES && now_ms < b->open_until_ms;
}

bool
outbox_bucket_may_send(const struct outbox_bucket *b, int64_t now_ms)
{
	size_t most = b->failures >= OUTBOX_FAILURES ? 1 : pace_of(b)->at_once;

	return b->n_gone < most && now_ms >= outbox_bucket_due_ms(b, now_ms);
}

int64_t
outbox_bucket_due_ms(const struct outbox_bucket *b, int64_t now_ms)
{
	size_t most = b->failures >= OUTBOX_FAILURES ? 1 : pace_of(b)->at_once;
	int64_t due = now_ms;

	if (b->n_gone >= most) {
		return INT64_MAX;
	}
	if (outbox_bucket_is_open(b, now_ms)) {
		due = outbox_not_far(b->open_until_ms, now_ms, OUTBOX_OPEN_MOST_MS);
	}
	due = later(due,
		outbox_not_far(b->paused_until_ms, now_ms, OUTBOX_THROTTLED_MOST_MS));
	return later(due, outbox_not_far(b->next_ms, now_ms, GAP_MOST_MS));
}

void
outbox_bucket_note_sent(struct outbox_bucket *b, int64_t now_ms)
{
	b->n_gone++;
	b->next_ms = now_ms + pace_of(b)->gap_ms;
}

void
outbox_bucket_note_taken(struct outbox_bucket *b)
{
	b->failures = 0;
	b->trips = 0;
	b->open_until_ms = 0;
}

void
outbox_bucket_note_failed(struct outbox_bucket *b, int64_t now_ms)
{
	int64_t wait = OUTBOX_OPEN_MS;

	b->failures++;
	if (b->failures < OUTBOX_FAILURES) {
		return;
	}
	for (uint32_t i = 0; i < b->trips && wait < OUTBOX_OPEN_MOST_MS; i++) {
		wait *= 2;
	}
	if (wait > OUTBOX_OPEN_MOST_MS) {
		wait = OUTBOX_OPEN_MOST_MS;
	}
	/* Those that were gone already when it opened do not open it again. */
	if (now_ms >= b->open_until_ms) {
		wait -= (int64_t)(outbox_draw(b->hash, b->trips) %
				  (uint64_t)(wait / 4));
		b->open_until_ms = now_ms + wait;
		b->trips++;
	}
}
