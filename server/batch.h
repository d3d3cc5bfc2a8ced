/*
 * batch - the inputs that will be committed together
 *
 * Frames are copied in as they arrive and stay until they are answered, since
 * a failed commit steps them once more. Full at LIMIT_BATCH_INPUTS; room for
 * the largest frames is set aside at the start, so adding never fails.
 */
#ifndef SERVER_BATCH_H
#define SERVER_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/frame.h"

struct batch_input {
	uint64_t line; /* the owner's number of the line it came over */
	uint64_t ref;
	uint16_t kind;                /* enum frame_kind: a report or an action */
	uint8_t key[FRAME_KEY_BYTES]; /* zero: none */
	const uint8_t *body;
	size_t body_bytes;
};

struct batch;

/* NULL when memory is short. */
struct batch *batch_new(void);
void batch_free(struct batch *b);

/* Not when full. now_us: when it came. */
void batch_add(struct batch *b, uint64_t line, const struct frame_head *head,
	const uint8_t *body, int64_t now_us);

bool batch_is_full(const struct batch *b);
size_t batch_count(const struct batch *b);
const struct batch_input *batch_inputs(const struct batch *b);

/* When the first of them came. */
int64_t batch_since_us(const struct batch *b);

void batch_clear(struct batch *b);

#endif
