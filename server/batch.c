#include "server/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/limits.h"

struct batch {
	size_t n;
	size_t used;
	int64_t since_us;
	struct batch_input inputs[LIMIT_BATCH_INPUTS];
	/* Never touched pages cost nothing. */
	uint8_t bytes[(size_t)LIMIT_BATCH_INPUTS * FRAME_BODY_MAX];
};

struct batch *
batch_new(void)
{
	return calloc(1, sizeof(struct batch));
}

void
batch_free(struct batch *b)
{
	free(b);
}

void
batch_add(struct batch *b, uint64_t line, const struct frame_head *head,
	const uint8_t *body, int64_t now_us)
{
	struct batch_input *input = &b->inputs[b->n];

	assert(!batch_is_full(b) && head->body_bytes <= FRAME_BODY_MAX);
	if (b->n == 0) {
		b->since_us = now_us;
	}
	input->line = line;
	input->ref = head->ref;
	input->kind = head->kind;
	memcpy(input->key, head->key, FRAME_KEY_BYTES);
	input->body = b->bytes + b->used;
	input->body_bytes = head->body_bytes;
	memcpy(b->bytes + b->used, body, head->body_bytes);
	b->used += head->body_bytes;
	b->n++;
}

bool
batch_is_full(const struct batch *b)
{
	return b->n == LIMIT_BATCH_INPUTS;
}

size_t
batch_count(const struct batch *b)
{
	return b->n;
}

const struct batch_input *
batch_inputs(const struct batch *b)
{
	return b->inputs;
}

int64_t
batch_since_us(const struct batch *b)
{
	return b->since_us;
}

void
batch_clear(struct batch *b)
{
	b->n = 0;
	b->used = 0;
}
