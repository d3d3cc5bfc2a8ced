/*
 * ask - questions to the readers
 *
 * Two queues, short and long questions, each one end of a SOCK_SEQPACKET pair
 * whose other end all readers share: the kernel hands each datagram to one that
 * is free. A reader that dies takes its question with it, so each is asked
 * once more when its time has passed, and then given up. Bounded in number.
 */
#ifndef SERVER_ASK_H
#define SERVER_ASK_H

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "server/asker.h"
#include "vedetta/v1/frame.pb-c.h"

enum ask_answer {
	ASK_FULL = 1,
};

enum ask_queue {
	ASK_SHORT,
	ASK_LONG,
	ASK_QUEUES,
};

/* What was asked, for the one who gets the answer. */
struct ask_about {
	struct asker asker;
	uint64_t number; /* the caller's own */
	int64_t since_us;
};

/* answer is NULL when nobody answered in time; it lives until this returns. */
typedef void (*ask_done)(
	void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer);

struct ask;

/* NULL when memory is short. */
struct ask *ask_new(struct event_base *base, void *arg);
void ask_free(struct ask *a);

/* Takes over the descriptor; one that was there is closed. 0 or -ENOMEM. */
int ask_take_line(struct ask *a, enum ask_queue queue, int fd);

/* Copies the question. Returns 0, ASK_FULL or -ENOMEM. */
int ask_put(struct ask *a, enum ask_queue queue, const Vedetta__V1__Question *question,
	const struct ask_about *about, ask_done done);

/* Asks again, or gives up, what has waited too long; call it each tick. */
void ask_expire(struct ask *a, int64_t now_us);

size_t ask_count(const struct ask *a);

#endif
