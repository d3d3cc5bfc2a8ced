/* outbox_kit - an outbox, a clock, and what was written */
#ifndef TESTS_OUTBOX_KIT_H
#define TESTS_OUTBOX_KIT_H

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/outbox.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name
#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name
#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define URGENCY(name) VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_##name

enum {
	KIT_RECORDS = 2048,
	START_MS = 1000000000,
};

struct kit {
	struct outbox *o;
	struct arena *arena;
	uint64_t last_seq;
	int64_t now_ms;
	/* The newest record of each, as a store would hold them. */
	struct store_delivery records[KIT_RECORDS];
	size_t n_records;
	struct outbox_row row;
};

__attribute__((unused)) static struct outbox_turn
turn_of(struct kit *k)
{
	arena_reset(k->arena);
	return (struct outbox_turn){&k->last_seq, k->now_ms, k->arena};
}

/* Stores the row; checks what holds for each. */
__attribute__((unused)) static int
store(struct kit *k, int r)
{
	size_t i = 0;

	if (r != OUTBOX_ROW) {
		return r;
	}
	assert_int_equal(k->row.row.seq, k->last_seq);
	assert_int_equal(k->row.row.kind, STORE_DELIVERY);
	assert_int_equal(k->row.row.subject, k->row.record.id);
	assert_int_equal(k->row.record.seq, k->last_seq);
	assert_false(k->row.row.has_key);
	while (i < k->n_records && k->records[i].id != k->row.record.id) {
		i++;
	}
	assert_int_equal(k->row.row.prev, i == k->n_records ? 0 : k->records[i].seq);
	assert_in_range(i, 0, KIT_RECORDS - 1);
	k->records[i] = k->row.record;
	k->n_records = i == k->n_records ? i + 1 : k->n_records;
	return r;
}

__attribute__((unused)) static int
set_up_kit(void **state)
{
	struct kit *k = calloc(1, sizeof(*k));

	k->o = outbox_new();
	k->arena = arena_new(1 << 20);
	k->now_ms = START_MS;
	*state = k;
	return 0;
}

__attribute__((unused)) static int
tear_down_kit(void **state)
{
	struct kit *k = *state;

	outbox_free(k->o);
	arena_free(k->arena);
	free(k);
	return 0;
}

/* Memory is made anew from the records. */
__attribute__((unused)) static void
load_again(struct kit *k)
{
	outbox_free(k->o);
	k->o = outbox_new();
	for (size_t i = 0; i < k->n_records; i++) {
		assert_int_equal(outbox_load(k->o, &k->records[i]), 0);
	}
}

struct message {
	Vedetta__V1__Delivery d;
	Vedetta__V1__DeliveryTarget target;
	char key[32];
};

/* A webhook's, to a host of its own by number. */
__attribute__((unused)) static void
message_init(struct message *m, const char *key, const char *address)
{
	vedetta__v1__delivery__init(&m->d);
	vedetta__v1__delivery_target__init(&m->target);
	(void)snprintf(m->key, sizeof(m->key), "%s", key);
	m->target.address = (char *)address;
	m->d.target = &m->target;
	m->d.key = m->key;
	m->d.means = MEANS(WEBHOOK);
	m->d.title = (char *)"Incident 7";
	m->d.text = (char *)"Somebody is trapped.";
}

/* Returns its id, or fails the test. */
__attribute__((unused)) static uint64_t
put(struct kit *k, struct message *m)
{
	const struct outbox_turn turn = turn_of(k);
	uint64_t id = 0;

	assert_int_equal(store(k, outbox_put(k->o, &m->d, &turn, NULL, &k->row, &id)),
		OUTBOX_ROW);
	assert_int_equal(id, k->last_seq);
	return id;
}

__attribute__((unused)) static uint64_t
put_to(struct kit *k, const char *key, const char *address)
{
	struct message m;

	message_init(&m, key, address);
	return put(k, &m);
}

/* Hands out the next: its id, or 0. */
__attribute__((unused)) static uint64_t
hand(struct kit *k)
{
	const struct outbox_turn turn = turn_of(k);

	if (store(k, outbox_hand_next(k->o, &turn, &k->row)) != OUTBOX_ROW) {
		return 0;
	}
	assert_int_equal(k->row.record.state, STATE(TRYING));
	return k->row.record.id;
}

__attribute__((unused)) static int
answer(struct kit *k, uint64_t id, int result, int reason)
{
	const struct outbox_turn turn = turn_of(k);
	Vedetta__V1__DeliveryOutcome outcome = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
	const struct store_delivery *d = outbox_find(k->o, id);

	outcome.id = id;
	outcome.attempt = d == NULL ? 1 : d->attempts;
	outcome.result = (Vedetta__V1__DeliveryResult)result;
	outcome.reason = (Vedetta__V1__DeliveryReason)reason;
	outcome.wait_ms = 7000;
	return store(k, outbox_outcome(k->o, &outcome, &turn, &k->row));
}

__attribute__((unused)) static void
lose(struct kit *k, bool crashed)
{
	int r;

	do {
		const struct outbox_turn turn = turn_of(k);

		r = store(k, outbox_lost_next(k->o, crashed, &turn, &k->row));
	} while (r == OUTBOX_ROW);
	assert_int_equal(r, 0);
}

__attribute__((unused)) static size_t
expire(struct kit *k)
{
	size_t n = 0;
	int r;

	do {
		const struct outbox_turn turn = turn_of(k);

		r = store(k, outbox_expire_next(k->o, &turn, &k->row));
		n += r == OUTBOX_ROW;
	} while (r == OUTBOX_ROW);
	assert_int_equal(r, 0);
	return n;
}

__attribute__((unused)) static int
state_of(const struct kit *k, uint64_t id)
{
	const struct store_delivery *d = outbox_find(k->o, id);

	return d == NULL ? -1 : d->state;
}

#endif
