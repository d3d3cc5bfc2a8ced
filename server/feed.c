#include "server/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/no_news.h"
#include "proto/pack.h"

enum {
	QUEUED_MOST_BYTES = 256 * 1024, /* past it we wait for the front */
	FRAME_FULL_BYTES = 48 * 1024,
	STATES_END_BYTES = 32, /* what stands behind the incidents */
};

struct feed {
	struct line *line; /* borrowed: the front's */
	struct desk_cursor *cursor;
	struct umbrella_cursor umbrellas;
	uint64_t silence; /* version of the view told last */
	struct office_cursor office;
	bool caught_up;
	uint8_t frame[FRAME_BODY_MAX];
};

struct feed *
feed_new(struct line *line)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (f != NULL) {
		f->line = line;
	}
	return f;
}

void
feed_forget(struct feed *f)
{
	desk_cursor_free(f->cursor);
	f->cursor = NULL;
	f->umbrellas = (struct umbrella_cursor){.began = false};
	f->silence = 0;
	f->office = (struct office_cursor){0};
	f->caught_up = false;
}

void
feed_free(struct feed *f)
{
	if (f != NULL) {
		feed_forget(f);
		free(f);
	}
}

static int
send_body(struct feed *f, enum frame_kind kind, const uint8_t *body, size_t bytes)
{
	const struct frame_head head = {
		.body_bytes = (uint32_t)bytes, .kind = (uint16_t)kind};
	int answer;

	if (bytes > FRAME_BODY_MAX) {
		return -EMSGSIZE;
	}
	answer = line_send(f->line, &head, body);
	return answer == LINE_FULL ? -EPIPE : answer;
}

static int
send_message(struct feed *f, enum frame_kind kind, const ProtobufCMessage *message,
	struct arena *arena)
{
	size_t bytes;
	const uint8_t *body = pack_message(message, arena, &bytes);

	return body == NULL ? -ENOMEM : send_body(f, kind, body, bytes);
}

static int
begin(struct feed *f, struct desk *desk, const char *epoch, struct arena *arena)
{
	Vedetta__V1__BoardReset reset = VEDETTA__V1__BOARD_RESET__INIT;

	f->cursor = desk_cursor_new(desk);
	if (f->cursor == NULL) {
		return -ENOMEM;
	}
	arena_reset(arena);
	reset.epoch = arena_printf(arena, "%s", epoch);
	if (reset.epoch == NULL) {
		return -ENOMEM;
	}
	return send_message(f, FRAME_BOARD_RESET, &reset.base, arena);
}

/*
 * Puts the next state into the frame behind *bytes: a message that says only this
 * one, since messages one behind the other are one. 1 at the end of the list.
 */
static int
put_state(struct feed *f, struct arena *arena, size_t *bytes, uint64_t *sequence)
{
	Vedetta__V1__BoardStates states = VEDETTA__V1__BOARD_STATES__INIT;
	Vedetta__V1__Incident *next;
	const uint8_t *packed;
	bool short_of_memory;
	size_t more;

	arena_reset(arena);
	next = desk_cursor_next(f->cursor, arena, &short_of_memory);
	if (next == NULL) {
		return short_of_memory ? -ENOMEM : 1;
	}
	*sequence = next->sequence;
	states.incidents = &next;
	states.n_incidents = 1;
	packed = pack_message(&states.base, arena, &more);
	if (packed == NULL) {
		return -ENOMEM;
	}
	if (more > FRAME_BODY_MAX - STATES_END_BYTES - *bytes) {
		return -EMSGSIZE;
	}
	memcpy(f->frame + *bytes, packed, more);
	*bytes += more;
	return 0;
}

/* One frame. Sets *more when the list goes on behind it. */
static int
send_states(struct feed *f, const struct desk *desk, struct arena *arena, bool *more)
{
	Vedetta__V1__BoardStates states = VEDETTA__V1__BOARD_STATES__INIT;
	size_t bytes = 0;
	int answer = 0;

	while (answer == 0 && bytes < FRAME_FULL_BYTES) {
		answer = put_state(f, arena, &bytes, &states.sequence);
	}
	if (answer < 0) {
		return answer;
	}
	*more = answer == 0;
	if (bytes == 0 && f->caught_up) {
		return 0;
	}
	if (!*more) {
		states.sequence = desk_last_seq(desk);
	}
	states.caught_up = !*more && !f->caught_up;
	f->caught_up = f->caught_up || !*more;
	bytes += vedetta__v1__board_states__pack(&states, f->frame + bytes);
	return send_body(f, FRAME_STATES, f->frame, bytes);
}

/* One frame, before all states: who may see them is known by then. */
static int
send_office(struct feed *f, struct desk *desk, struct arena *arena, bool *more)
{
	Vedetta__V1__OfficeStates states;
	int answer;

	arena_reset(arena);
	answer = office_tell(desk_office(desk), &f->office, arena, &states);
	*more = answer == 1;
	return *more ? send_message(f, FRAME_OFFICE, &states.base, arena) : answer;
}

/* One frame, behind all states: who is labelled is known by then. */
static int
send_umbrellas(struct feed *f, struct desk *desk, struct arena *arena, bool *more)
{
	Vedetta__V1__UmbrellaStates states;
	int answer;

	arena_reset(arena);
	answer = umbrellas_tell(desk_umbrellas(desk), &f->umbrellas, arena, &states);
	*more = answer == 1;
	return *more ? send_message(f, FRAME_UMBRELLAS, &states.base, arena) : answer;
}

/* One frame. */
static int
send_silence(struct feed *f, struct desk *desk, bool *more)
{
	struct frame_head head = {.kind = FRAME_SILENCE};
	const uint8_t *view;
	size_t bytes;
	int answer;

	*more = no_news_tell(desk_no_news(desk), &f->silence, &view, &bytes);
	if (!*more) {
		return 0;
	}
	if (bytes > FRAME_BODY_MAX) {
		return -EMSGSIZE;
	}
	head.body_bytes = (uint32_t)bytes;
	answer = line_send(f->line, &head, view);
	return answer == LINE_FULL ? -EPIPE : answer;
}

int
feed_go_on(struct feed *f, struct desk *desk, const char *epoch, struct arena *arena)
{
	bool more = true;
	int fault = 0;

	if (f->cursor == NULL) {
		fault = begin(f, desk, epoch, arena);
	}
	while (fault == 0 && more && line_queued_bytes(f->line) < QUEUED_MOST_BYTES) {
		fault = send_office(f, desk, arena, &more);
	}
	more = !more;
	while (fault == 0 && more && line_queued_bytes(f->line) < QUEUED_MOST_BYTES) {
		fault = send_states(f, desk, arena, &more);
	}
	more = !more;
	while (fault == 0 && more && line_queued_bytes(f->line) < QUEUED_MOST_BYTES) {
		fault = send_umbrellas(f, desk, arena, &more);
	}
	more = !more;
	while (fault == 0 && more && line_queued_bytes(f->line) < QUEUED_MOST_BYTES) {
		fault = send_silence(f, desk, &more);
	}
	return fault;
}
