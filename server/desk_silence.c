#include "server/desk_silence.h"

#include "server/log.h"
#include "vedetta/v1/silence.pb-c.h"

struct look {
	int64_t wait_ms;
	bool changed;
};

static void
tell(const struct keeper_own *own, const struct desk_out *out)
{
	const struct store_row *row = &out->rows[0];
	Vedetta__V1__Silence *said = vedetta__v1__silence__unpack(
		arena_allocator(own->arena), row->body_bytes, row->body);

	if (said != NULL) {
		log_event(LOG_INFO,
			said->outcome == 0 ? "silence.opened" : "silence.closed",
			"incident=%llu umbrella=%llu area=%s residents=%llu senders=%u "
			"expected=%.1f outcome=%d",
			(unsigned long long)row->subject,
			(unsigned long long)said->umbrella_id, said->area,
			(unsigned long long)said->residents, said->senders,
			said->expected, (int)said->outcome);
	}
}

static int
look(void *arg, const struct keeper_own *own)
{
	struct look *l = arg;
	struct desk_out out;
	int r = desk_look_for_silence(own->desk, own->now_ms, l->wait_ms);

	while (r == 1) {
		arena_reset(own->arena);
		r = desk_silence_next(own->desk, own->now_ms, own->arena, &out);
		if (r == 1) {
			l->changed = true;
			tell(own, &out);
			r = keeper_write(own, &out);
			r = r == 0 ? 1 : r;
		}
	}
	return r < 0 ? r : l->changed ? 0 : KEEPER_NOTHING;
}

bool
desk_silence_look(struct keeper *k, int64_t now_ms, int64_t wait_ms)
{
	struct look l = {.wait_ms = wait_ms};

	(void)keeper_do(k, now_ms, look, &l);
	return l.changed;
}
