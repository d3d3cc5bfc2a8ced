/*
 * pending - inputs on their way to the desk, kept until it answers
 *
 * In order of arrival. Those from a certain one on are not yet sent over the
 * line there is now: after the desk was restarted that is all of them, so
 * sending again is the same walk as sending. Each is kept with what its answer
 * needs: who asks, since when, and for a form its fields, to give them back.
 *
 * Bounded in number and bytes (the newcomer is refused), and in time: the
 * owner asks for the oldest and gives it up. What was kept for an input that is
 * answered goes with it, but for small buffers, which wait for the next.
 */
#ifndef SERVER_PENDING_H
#define SERVER_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/frame.h"
#include "server/asker.h"

enum pending_answer {
	PENDING_FULL = 1,
};

struct pending_input {
	uint64_t ref;
	uint8_t key[FRAME_KEY_BYTES];
	int64_t since_us;
	int64_t within_us; /* of pending_late(); 0: as long as it says */
	struct asker asker;
	uint8_t hazard; /* number, for the guidance */
	uint16_t kind;  /* enum frame_kind */
	bool exercise;
	size_t body_bytes;
	size_t form_bytes; /* 0: it was no form */
	const uint8_t *body;
	const uint8_t *form; /* fields_pack()'s */
};

struct pending;

/* NULL when memory is short. */
struct pending *pending_new(size_t max_inputs, size_t max_bytes);
void pending_free(struct pending *p);

/*
 * Copies everything the input points to and gives it its ref. Returns 0,
 * PENDING_FULL or -ENOMEM.
 */
int pending_add(struct pending *p, const struct pending_input *input);

/*
 * The input of a ref, no longer kept; what it points to is good until the next
 * pending_add() or pending_take(). NULL when there is none: answered, given up,
 * or never ours.
 */
const struct pending_input *pending_take(struct pending *p, uint64_t ref);

/* The next to send over the present line, or NULL; then: it was sent. */
const struct pending_input *pending_next_unsent(const struct pending *p);
void pending_sent(struct pending *p);

/* The line is gone: what is unanswered counts as unsent. Returns how many. */
size_t pending_unsend(struct pending *p);

/*
 * One that waits longer than it may, or NULL. Those that may wait longer than usual
 * are few: they are passed by on the way.
 */
const struct pending_input *pending_late(
	const struct pending *p, int64_t now_us, int64_t within_us);

size_t pending_count(const struct pending *p);

#endif
