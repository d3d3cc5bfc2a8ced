/*
 * outbox - what goes out, from being queued to its end
 *
 * A delivery is one message to one target over one means. It is put under a key
 * of its putter's: whoever steps again after a restart puts nothing twice. Each
 * change of its state is a row of the log (STORE_DELIVERY, subject: the delivery)
 * and a record (store_delivery.h), so the outbox is the same after a restart.
 * Nothing goes out but what was committed as TRYING before: who reads the log
 * knows what may have left.
 *
 *	queued ──► trying ──► handed over, delivered          ended
 *	  ▲  ▲       │ ├────► refused                         ended
 *	  │  └───────┘ │      (failed: again later)
 *	  └─ unknown ◄─┘      (courier or desk went away: again, under the same id)
 *	queued, unknown ────► given up (too late), cancelled  ended
 *
 * Attempts back off from 2 s, doubled up to OUTBOX_WAIT_MOST_MS, with a jitter
 * drawn from id and attempt. What is paced together (target.h) is a bucket: so
 * many at once, a gap between two, a pause when the other end asks for one, and a
 * breaker: after OUTBOX_FAILURES failures in a row it is left alone for a while,
 * then one goes first. The most urgent go first, the buckets in turn. An
 * attempt in which the courier went away counts against all it had; what was there
 * OUTBOX_ALONE times goes alone from then on, and is given up after OUTBOX_LOSSES.
 *
 * Pure: times and outcomes come in as data. Where to and what is said is not held
 * here; it is in the personal part of the row that queued it. Memory is bounded;
 * what ended goes first, and what did not end is never forgotten: OUTBOX_FULL.
 *
 * A clock that was set back delays nothing for longer than it was to wait; one set
 * forward makes what waits due, or too late.
 *
 * An exercise goes to targets that joined exercises, else it is not put.
 *
 * Each call that says OUTBOX_ROW gives one row, numbered *last_seq + 1 (moved
 * on); append it and put its record before the next call, in one batch. When that
 * fails the outbox has seen what never happened: load it again.
 */
#ifndef DISPATCH_OUTBOX_H
#define DISPATCH_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/store.h"
#include "geo/store_delivery.h"
#include "proto/arena.h"
#include "proto/trouble.h"
#include "vedetta/v1/delivery.pb-c.h"

struct outbox;

enum outbox_answer {
	OUTBOX_ROW = 1,        /* there is a row to write */
	OUTBOX_KNOWN = 2,      /* it was put before; *id says as which */
	OUTBOX_FULL = 3,       /* OUTBOX_MOST wait already */
	OUTBOX_NOT_JOINED = 4, /* an exercise, and the target has not joined */
	OUTBOX_BAD = 5,        /* no such target, or no text; see trouble */
	OUTBOX_LATE = 6,       /* not_after_ms has passed */
};

enum {
	OUTBOX_MOST = 50000,
	OUTBOX_AT_ONCE = 32, /* with the courier */
	OUTBOX_KEPT_MS = 2 * 86400 * 1000,
	OUTBOX_LIFE_MS = 86400 * 1000, /* when not_after_ms is not said */
	OUTBOX_LIFE_MOST_MS = 7 * 86400 * 1000,
	OUTBOX_WAIT_MS = 2000, /* after the first failure */
	OUTBOX_WAIT_MOST_MS = 2 * 60 * 1000,
	OUTBOX_THROTTLED_MOST_MS = 60 * 60 * 1000,
	OUTBOX_FAILURES = 5,
	OUTBOX_OPEN_MS = 10 * 1000, /* of a breaker, at first */
	OUTBOX_OPEN_MOST_MS = 5 * 60 * 1000,
	OUTBOX_ALONE = 2,
	OUTBOX_LOSSES = 5,
	OUTBOX_TITLE_MAX = 200, /* code points */
	OUTBOX_TEXT_MAX = 3000,
	OUTBOX_KEY_MAX = 128, /* bytes; group too */
};

struct outbox_row {
	struct store_row row; /* its bytes are in the arena */
	struct store_delivery record;
};

/* What every row needs. */
struct outbox_turn {
	uint64_t *last_seq; /* of the log; moved on */
	int64_t now_ms;
	struct arena *arena;
};

/* NULL when memory is short. */
struct outbox *outbox_new(void);
/* Accepts NULL. */
void outbox_free(struct outbox *o);

/* ---- starting: records in order of their ids. 0 or -ENOMEM */

int outbox_load(struct outbox *o, const struct store_delivery *record);

/* ---- for whoever has something to say */

/*
 * Queues it. Its id, times and state are made here. *id is set with OUTBOX_ROW and
 * OUTBOX_KNOWN; trouble is filled with OUTBOX_BAD and may be NULL. Any answer but
 * OUTBOX_ROW is no row, and nothing has changed. Or -ENOMEM.
 */
int outbox_put(struct outbox *o, const Vedetta__V1__Delivery *delivery,
	const struct outbox_turn *turn, struct trouble *trouble, struct outbox_row *out,
	uint64_t *id);

/*
 * Nobody wants these any more: the next of the group that did not leave is
 * cancelled; what the courier has is not tried again. Call it until it says 0;
 * OUTBOX_ROW or -ENOMEM.
 */
int outbox_cancel_next(struct outbox *o, const char *group,
	const struct outbox_turn *turn, struct outbox_row *out);

/* As it is now; NULL: not known (any more). Valid until the next call. */
const struct store_delivery *outbox_find(const struct outbox *o, uint64_t id);

bool outbox_has_ended(const struct store_delivery *d);

/* ---- for whoever has the courier; each OUTBOX_ROW, 0 or -ENOMEM */

/* Until it says 0, once a second: what it is too late for is given up. */
int outbox_expire_next(
	struct outbox *o, const struct outbox_turn *turn, struct outbox_row *out);

/* Until it says 0: the next that may go now is trying. Send it after the commit. */
int outbox_hand_next(
	struct outbox *o, const struct outbox_turn *turn, struct outbox_row *out);

/*
 * The courier is gone, or another one than before may be there: what it had is
 * unknown. Until it says 0, before the next is handed. crashed: it counts as a
 * loss.
 */
int outbox_lost_next(struct outbox *o, bool crashed, const struct outbox_turn *turn,
	struct outbox_row *out);

/* What became of an attempt. 0: not of one we wait for. */
int outbox_outcome(struct outbox *o, const Vedetta__V1__DeliveryOutcome *outcome,
	const struct outbox_turn *turn, struct outbox_row *out);

/* Its personal part is gone: it cannot be sent. 0: it is not being tried. */
int outbox_unreadable(struct outbox *o, uint64_t id, const struct outbox_turn *turn,
	struct outbox_row *out);

/* When outbox_hand_next() may have something next; INT64_MAX: nothing waits. */
int64_t outbox_due_ms(const struct outbox *o, int64_t now_ms);

/* ---- figures */

struct outbox_figures {
	size_t known;
	size_t open;
	size_t with_courier;
	size_t breakers_open;
	int64_t oldest_ms; /* when the oldest that did not end was queued; 0: none */
};

void outbox_figures(const struct outbox *o, int64_t now_ms, struct outbox_figures *out);

#endif
