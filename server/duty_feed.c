#include "server/duty_feed.h"

#include <errno.h>

enum {
	QUEUED_MOST_BYTES = 256 * 1024, /* past it we wait for the front */
	RECORDS_A_FRAME = 64,
	PIECE_BYTES = 64 * 1024, /* of records; one that is larger goes alone */
};

/* 0, -ENOMEM, or -EPIPE: the line takes no more. */
static int
send_piece(struct line *line, const Vedetta__V1__DutyBook *piece, struct arena *arena)
{
	struct frame_head head = {.kind = FRAME_DUTY_BOOK,
		.body_bytes = (uint32_t)vedetta__v1__duty_book__get_packed_size(piece)};
	uint8_t *body = arena_alloc(arena, head.body_bytes + 1);
	int r;

	if (body == NULL) {
		return -ENOMEM;
	}
	(void)vedetta__v1__duty_book__pack(piece, body);
	r = line_send(line, &head, body);
	return r == LINE_FULL ? -EPIPE : r;
}

/* The next records behind what was told. */
static int
send_records(struct duty_feed *f, struct line *line, const struct duty *duty,
	struct arena *arena)
{
	Vedetta__V1__DutyBook piece = VEDETTA__V1__DUTY_BOOK__INIT;
	Vedetta__V1__DutyRecord *records[RECORDS_A_FRAME];
	const Vedetta__V1__DutyRecord *next = duty_changed_since(duty, f->told);
	uint64_t told = f->told;
	size_t bytes = 0;
	int r;

	arena_reset(arena);
	piece.first = !f->has_begun;
	piece.records = records;
	while (next != NULL && piece.n_records < RECORDS_A_FRAME &&
		bytes < PIECE_BYTES) {
		bytes += vedetta__v1__duty_record__get_packed_size(next);
		records[piece.n_records++] = (Vedetta__V1__DutyRecord *)(uintptr_t)next;
		told = next->sequence;
		next = duty_next(duty, next);
	}
	r = send_piece(line, &piece, arena);
	if (r == 0) {
		f->has_begun = true;
		f->told = told;
	}
	return r;
}

static int
send_view(struct duty_feed *f, struct line *line, const struct duty_view *view,
	struct arena *arena)
{
	Vedetta__V1__DutyBook piece = VEDETTA__V1__DUTY_BOOK__INIT;
	int r;

	arena_reset(arena);
	piece.now = vedetta__v1__duty_now__unpack(
		arena_allocator(arena), view->bytes, view->packed);
	r = piece.now == NULL ? -ENOMEM : send_piece(line, &piece, arena);
	if (r == 0) {
		f->told_view = view->version;
	}
	return r;
}

int
duty_feed_go_on(struct duty_feed *f, struct line *line, const struct duty *duty,
	const struct duty_view *view, struct arena *arena)
{
	int r = 0;

	while (r == 0 && line_queued_bytes(line) < QUEUED_MOST_BYTES &&
		(!f->has_begun || duty_changed_since(duty, f->told) != NULL)) {
		r = send_records(f, line, duty, arena);
	}
	if (r == 0 && f->has_begun && view->packed != NULL &&
		view->version != f->told_view &&
		line_queued_bytes(line) < QUEUED_MOST_BYTES) {
		r = send_view(f, line, view, arena);
	}
	return r;
}
