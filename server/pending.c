#include "server/pending.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
	/* A slot keeps a buffer up to this for its next input. */
	KEPT_BUFFER_BYTES = 2048,
};

TAILQ_HEAD(slot_list, slot);

struct slot {
	TAILQ_ENTRY(slot) link; /* in order of arrival, or free */
	struct pending_input input;
	uint8_t *buffer; /* body, then form */
	size_t buffer_bytes;
	uint32_t generation;
	bool taken;
};

struct pending {
	struct slot_list waiting;
	struct slot_list idle; /* the last used first: its memory is warm */
	struct slot *unsent;   /* first of waiting that was not sent, or NULL */
	struct slot *spent;    /* taken last; its owner may still look at it */
	size_t n;
	size_t bytes;
	size_t max_inputs;
	size_t max_bytes;
	size_t n_slots; /* ever used */
	struct slot *slots;
};

struct pending *
pending_new(size_t max_inputs, size_t max_bytes)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return NULL;
	}
	TAILQ_INIT(&p->waiting);
	TAILQ_INIT(&p->idle);
	p->max_inputs = max_inputs;
	p->max_bytes = max_bytes;
	p->slots = calloc(max_inputs, sizeof(p->slots[0]));
	if (p->slots == NULL) {
		pending_free(p);
		return NULL;
	}
	return p;
}

void
pending_free(struct pending *p)
{
	if (p == NULL) {
		return;
	}
	for (size_t i = 0; i < p->n_slots; i++) {
		free(p->slots[i].buffer);
	}
	free(p->slots);
	free(p);
}

static int
fit_buffer(struct slot *s, size_t bytes)
{
	uint8_t *buffer;

	if (bytes <= s->buffer_bytes) {
		return 0;
	}
	buffer = realloc(s->buffer, bytes);
	if (buffer == NULL) {
		return -ENOMEM;
	}
	s->buffer = buffer;
	s->buffer_bytes = bytes;
	return 0;
}

/* Nobody looks at it any more. */
static void
release_spent(struct pending *p)
{
	struct slot *s = p->spent;

	if (s != NULL && s->buffer_bytes > KEPT_BUFFER_BYTES) {
		free(s->buffer);
		s->buffer = NULL;
		s->buffer_bytes = 0;
	}
	p->spent = NULL;
}

static struct slot *
idle_slot(struct pending *p)
{
	struct slot *s = TAILQ_FIRST(&p->idle);

	if (s != NULL) {
		TAILQ_REMOVE(&p->idle, s, link);
		return s;
	}
	assert(p->n_slots < p->max_inputs);
	return &p->slots[p->n_slots++];
}

int
pending_add(struct pending *p, const struct pending_input *input)
{
	size_t bytes = input->body_bytes + input->form_bytes;
	struct slot *s;

	if (p->n == p->max_inputs || bytes > p->max_bytes - p->bytes) {
		return PENDING_FULL;
	}
	release_spent(p);
	s = idle_slot(p);
	if (fit_buffer(s, bytes) != 0) {
		TAILQ_INSERT_HEAD(&p->idle, s, link);
		return -ENOMEM;
	}
	s->input = *input;
	memcpy(s->buffer, input->body, input->body_bytes);
	if (input->form_bytes > 0) {
		memcpy(s->buffer + input->body_bytes, input->form, input->form_bytes);
	}
	s->input.body = s->buffer;
	s->input.form = s->buffer + input->body_bytes;
	s->generation++;
	s->input.ref = (uint64_t)s->generation << 32 | (uint32_t)(s - p->slots);
	s->taken = false;
	TAILQ_INSERT_TAIL(&p->waiting, s, link);
	if (p->unsent == NULL) {
		p->unsent = s;
	}
	p->n++;
	p->bytes += bytes;
	return 0;
}

const struct pending_input *
pending_take(struct pending *p, uint64_t ref)
{
	size_t at = (uint32_t)ref;
	struct slot *s = at < p->n_slots ? &p->slots[at] : NULL;

	if (s == NULL || s->taken || s->input.ref != ref) {
		return NULL;
	}
	if (p->unsent == s) {
		p->unsent = TAILQ_NEXT(s, link);
	}
	release_spent(p);
	p->spent = s;
	TAILQ_REMOVE(&p->waiting, s, link);
	TAILQ_INSERT_HEAD(&p->idle, s, link);
	s->taken = true;
	p->n--;
	p->bytes -= s->input.body_bytes + s->input.form_bytes;
	return &s->input;
}

const struct pending_input *
pending_next_unsent(const struct pending *p)
{
	return p->unsent != NULL ? &p->unsent->input : NULL;
}

void
pending_sent(struct pending *p)
{
	assert(p->unsent != NULL);
	p->unsent = TAILQ_NEXT(p->unsent, link);
}

size_t
pending_unsend(struct pending *p)
{
	size_t n = 0;

	for (struct slot *s = TAILQ_FIRST(&p->waiting); s != p->unsent;
		s = TAILQ_NEXT(s, link)) {
		n++;
	}
	p->unsent = TAILQ_FIRST(&p->waiting);
	return n;
}

const struct pending_input *
pending_late(const struct pending *p, int64_t now_us, int64_t within_us)
{
	const struct slot *s;

	TAILQ_FOREACH (s, &p->waiting, link) {
		const struct pending_input *input = &s->input;
		int64_t may_us = input->within_us > 0 ? input->within_us : within_us;

		if (now_us - input->since_us >= may_us) {
			return input;
		}
		if (input->within_us == 0) {
			break; /* all behind it came later */
		}
	}
	return NULL;
}

size_t
pending_count(const struct pending *p)
{
	return p->n;
}
