/*
 * conn_pool - all connections of a listener: places, deadlines, turns
 *
 * Each connection has a slot, which is half of its requests' handles. Its
 * deadline stands in the slot too, and the array is swept every LIMIT_SWEEP_MS:
 * ten thousand deadlines cost no timers. What a callback leaves to be done
 * (freeing, flushing, the next of many pipelined requests) is done at the end
 * of the loop's turn; what is left then waits for the next one.
 */
#ifndef SERVER_CONN_POOL_H
#define SERVER_CONN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "server/http.h"

struct conn;
TAILQ_HEAD(conn_list, conn);

/* Each connection stands in the list of its group, the longest there first. */
enum conn_group {
	CONN_WAITING, /* FIRST, IDLE */
	CONN_READING, /* HEAD, BODY */
	CONN_BUSY,    /* the others; CLOSED is in none */
	CONN_GROUPS,
};

/* What the pool's owner is told. */
struct conn_events {
	/* A request is whole in conn->parse, until this returns. */
	void (*on_request)(void *arg, struct conn *conn);
	/* Must be answered with that status, and conn->keep is false. */
	void (*on_refused)(void *arg, struct conn *conn, int status);
	/* Cut without an answer: out of time, or talking on a stream. */
	void (*on_cut)(void *arg, struct conn *conn);
	/* The last thing that is told of it. */
	void (*on_closed)(void *arg, struct conn *conn);
	/* From the loop, after conn_pool_drain(): close the streams. */
	void (*on_drain)(void *arg);
	/* The pool's turn is over; it may even be finished now. */
	void (*on_turn_end)(void *arg);
};

struct conn_slot {
	struct conn *conn; /* NULL: free */
	int64_t deadline_ms;
	uint32_t generation; /* even: nothing in flight */
	uint32_t next_free;
};

struct conn_pool {
	const struct conn_events *events;
	void *arg;
	struct event_base *base;
	struct http_times times;
	struct conn_list groups[CONN_GROUPS];
	struct conn_list work;
	struct conn_list dead;
	struct conn_slot *slots;
	size_t max;
	size_t n_conns;
	size_t n_work;
	size_t sweep_at;
	uint32_t first_free;
	bool draining; /* no connection outlives its answer */
	bool drain_wanted;
	bool in_turn;
	bool turn_wanted;
	int64_t now_ms; /* of this callback */
	struct event *turn;
	struct event *sweep;
	uint8_t *scratch; /* LIMIT_READ_BYTES to read into */
};

/* 0, or -ENOMEM; conn_pool_fini() is right after both. */
int conn_pool_init(struct conn_pool *pool, struct event_base *base, size_t max,
	const struct http_times *times, const struct conn_events *events, void *arg);

/* Closes all at once. */
void conn_pool_fini(struct conn_pool *pool);

/*
 * Closes the connection that waits longest, if for LIMIT_EVICT_WAITING_MS (the
 * bytes of a younger one may be on their way), or else one that has been
 * sending its request for LIMIT_EVICT_READING_MS. false: there is none.
 */
bool conn_pool_evict(struct conn_pool *pool);

/*
 * From now on connections end with their answer; those that wait are closed
 * when nothing has come from them.
 */
void conn_pool_drain(struct conn_pool *pool);

/* The connection whose request in flight the handle names, or NULL. */
struct conn *conn_pool_find(struct conn_pool *pool, struct http_handle handle);

/* ---- for conn.c */

/* conn_work() is to be called at the end of the turn. */
void conn_pool_give_work(struct conn_pool *pool, struct conn *c);

/* Gives c a slot and a place among the waiting; false: none is free. */
bool conn_pool_enlist(struct conn_pool *pool, struct conn *c);

/* Takes all that back; c is freed at the end of the turn. */
void conn_pool_delist(struct conn_pool *pool, struct conn *c);

#endif
