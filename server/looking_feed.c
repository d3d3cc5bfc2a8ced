#include "server/looking_feed.h"

#include <errno.h>

#include "proto/pack.h"

enum {
	QUEUED_MOST_BYTES = 256 * 1024, /* past it we wait for the front */
};

int
looking_feed_go_on(struct looking_feed *f, struct line *line,
	const struct looking *looking, struct arena *arena)
{
	struct frame_head head = {.kind = FRAME_LOOKING};
	Vedetta__V1__LookingList list;
	const uint8_t *body;
	size_t bytes;
	int r;

	if (f->told == looking_version(looking) ||
		line_queued_bytes(line) >= QUEUED_MOST_BYTES) {
		return 0;
	}
	arena_reset(arena);
	if (looking_tell(looking, arena, &list) < 0) {
		return -ENOMEM;
	}
	body = pack_message(&list.base, arena, &bytes);
	if (body == NULL) {
		return -ENOMEM;
	}
	head.body_bytes = (uint32_t)bytes;
	r = line_send(line, &head, body);
	if (r == 0) {
		f->told = looking_version(looking);
	}
	return r == LINE_FULL ? -EPIPE : r;
}
