#include "server/conn_pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/conn.h"
#include "server/limits.h"

static const uint32_t no_slot = UINT32_MAX;

/* ---- places */

bool
conn_pool_enlist(struct conn_pool *pool, struct conn *c)
{
	uint32_t slot = pool->first_free;

	if (slot == no_slot) {
		return false;
	}
	pool->first_free = pool->slots[slot].next_free;
	pool->slots[slot].conn = c;
	c->slot = slot;
	c->phase = CONN_FIRST;
	TAILQ_INSERT_TAIL(&pool->groups[CONN_WAITING], c, in_group);
	if (pool->n_conns++ == 0) {
		const struct timeval soon = {.tv_usec = LIMIT_SWEEP_MS * 1000};
		event_add(pool->sweep, &soon);
	}
	return true;
}

struct conn *
conn_pool_find(struct conn_pool *pool, struct http_handle handle)
{
	if (handle.slot >= pool->max || (handle.generation & 1) == 0 ||
		pool->slots[handle.slot].generation != handle.generation) {
		return NULL;
	}
	return pool->slots[handle.slot].conn;
}

/* ---- turns */

/* The turn's end shall come, because a list has got something. */
static void
want_turn(struct conn_pool *pool)
{
	if (!pool->in_turn && !pool->turn_wanted) {
		pool->turn_wanted = true;
		event_active(pool->turn, EV_TIMEOUT, 0);
	}
}

void
conn_pool_give_work(struct conn_pool *pool, struct conn *c)
{
	if (!c->has_work) {
		c->has_work = true;
		pool->n_work++;
		TAILQ_INSERT_TAIL(&pool->work, c, in_work);
		want_turn(pool);
	}
}

static void
take_work(struct conn_pool *pool, struct conn *c)
{
	if (c->has_work) {
		c->has_work = false;
		pool->n_work--;
		TAILQ_REMOVE(&pool->work, c, in_work);
	}
}

static void
work(struct conn_pool *pool)
{
	/* What is added meanwhile waits for the next turn. */
	for (size_t left = pool->n_work; left > 0 && pool->n_work > 0; left--) {
		struct conn *c = TAILQ_FIRST(&pool->work);
		take_work(pool, c);
		conn_work(c);
	}
}

void
conn_pool_delist(struct conn_pool *pool, struct conn *c)
{
	struct conn_slot *slot = &pool->slots[c->slot];

	take_work(pool, c);
	slot->conn = NULL;
	slot->next_free = pool->first_free;
	pool->first_free = c->slot;
	pool->n_conns--;
	TAILQ_INSERT_TAIL(&pool->dead, c, in_group);
	want_turn(pool);
}

static void
dismiss(struct conn_pool *pool)
{
	struct conn *next;

	pool->drain_wanted = false;
	for (struct conn *c = TAILQ_FIRST(&pool->groups[CONN_WAITING]); c != NULL;
		c = next) {
		next = TAILQ_NEXT(c, in_group);
		conn_dismiss(c);
	}
	pool->events->on_drain(pool->arg);
}

static void
reap(struct conn_pool *pool)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&pool->dead)) != NULL) {
		TAILQ_REMOVE(&pool->dead, c, in_group);
		conn_free(c);
	}
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct conn_pool *pool = arg;

	(void)fd;
	(void)what;
	pool->now_ms = clock_mono_ms();
	pool->in_turn = true;
	pool->turn_wanted = false;
	if (pool->drain_wanted) {
		dismiss(pool);
	}
	work(pool);
	reap(pool);
	pool->in_turn = false;
	if (!TAILQ_EMPTY(&pool->work)) {
		/* By way of the loop, so that others are heard in between. */
		const struct timeval now = {0};
		pool->turn_wanted = true;
		event_add(pool->turn, &now);
	}
	pool->events->on_turn_end(pool->arg);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct conn_pool *pool = arg;
	struct timeval next = {.tv_usec = LIMIT_SWEEP_MS * 1000};
	size_t n_expired = 0;

	(void)fd;
	(void)what;
	pool->now_ms = clock_mono_ms();
	for (; pool->sweep_at < pool->max; pool->sweep_at++) {
		struct conn_slot *slot = &pool->slots[pool->sweep_at];
		if (slot->conn == NULL || slot->deadline_ms > pool->now_ms) {
			continue;
		}
		if (n_expired++ == LIMIT_EXPIRIES_A_TURN) {
			next.tv_usec = 1000;
			break;
		}
		conn_expire(slot->conn);
	}
	pool->sweep_at = pool->sweep_at < pool->max ? pool->sweep_at : 0;
	if (pool->n_conns > 0) {
		event_add(pool->sweep, &next);
	}
}

/* ---- the whole */

int
conn_pool_init(struct conn_pool *pool, struct event_base *base, size_t max,
	const struct http_times *times, const struct conn_events *events, void *arg)
{
	memset(pool, 0, sizeof(*pool));
	pool->events = events;
	pool->arg = arg;
	pool->base = base;
	pool->times = *times;
	pool->max = max;
	for (int i = 0; i < CONN_GROUPS; i++) {
		TAILQ_INIT(&pool->groups[i]);
	}
	TAILQ_INIT(&pool->work);
	TAILQ_INIT(&pool->dead);
	pool->scratch = malloc(LIMIT_READ_BYTES);
	pool->slots = calloc(max, sizeof(pool->slots[0]));
	pool->turn = event_new(base, -1, 0, on_turn, pool);
	pool->sweep = event_new(base, -1, 0, on_sweep, pool);
	if (pool->scratch == NULL || pool->slots == NULL || pool->turn == NULL ||
		pool->sweep == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < max; i++) {
		pool->slots[i].next_free = i + 1 < max ? (uint32_t)(i + 1) : no_slot;
	}
	pool->first_free = max > 0 ? 0 : no_slot;
	return 0;
}

void
conn_pool_fini(struct conn_pool *pool)
{
	for (size_t i = 0; pool->slots != NULL && i < pool->max; i++) {
		if (pool->slots[i].conn != NULL) {
			conn_close(pool->slots[i].conn);
		}
	}
	reap(pool);
	if (pool->turn != NULL) {
		event_free(pool->turn);
	}
	if (pool->sweep != NULL) {
		event_free(pool->sweep);
	}
	free(pool->slots);
	free(pool->scratch);
}

static bool
close_first(struct conn_pool *pool, enum conn_group group, int64_t since_ms)
{
	struct conn *c = TAILQ_FIRST(&pool->groups[group]);

	/* Who has requests put by will be heard at this turn's end: not the first. */
	while (c != NULL && c->ahead != NULL) {
		c = TAILQ_NEXT(c, in_group);
	}
	if (c == NULL || c->since_ms > since_ms) {
		return false;
	}
	conn_close(c);
	return true;
}

bool
conn_pool_evict(struct conn_pool *pool)
{
	int64_t now_ms = clock_mono_ms();

	return close_first(pool, CONN_WAITING, now_ms - LIMIT_EVICT_WAITING_MS) ||
	       close_first(pool, CONN_READING, now_ms - LIMIT_EVICT_READING_MS);
}

void
conn_pool_drain(struct conn_pool *pool)
{
	pool->draining = true;
	pool->drain_wanted = true;
	want_turn(pool);
}
