#include "server/restart.h"

#include <string.h>

void
restart_started(struct restart *r, int64_t now_ms)
{
	r->started_ms = now_ms;
}

int64_t
restart_ended(struct restart *r, int64_t now_ms)
{
	if (now_ms - r->started_ms >= RESTART_HEALTHY_MS) {
		r->wait_ms = 0;
	}
	r->wait_ms = r->wait_ms == 0 ? RESTART_WAIT_LEAST_MS : 2 * r->wait_ms;
	if (r->wait_ms > RESTART_WAIT_MOST_MS) {
		r->wait_ms = RESTART_WAIT_MOST_MS;
	}
	return r->wait_ms;
}

static void
note_unexplained(struct blame *b, int64_t now_ms)
{
	size_t i;

	for (i = 1; i < RESTART_CRASHES_TO_RAW; i++) {
		b->unexplained_ms[i - 1] = b->unexplained_ms[i];
	}
	b->unexplained_ms[RESTART_CRASHES_TO_RAW - 1] = now_ms;
}

void
blame_crash(struct blame *b, const uint8_t key[RESTART_KEY_BYTES], int64_t now_ms)
{
	static const uint8_t nothing[RESTART_KEY_BYTES];
	size_t i;

	if (memcmp(key, nothing, sizeof(nothing)) == 0) {
		note_unexplained(b, now_ms);
		return;
	}
	for (i = 0; i < b->n; i++) {
		if (memcmp(b->inputs[i].key, key, RESTART_KEY_BYTES) == 0) {
			b->inputs[i].crashes++;
			return;
		}
	}
	if (b->n == RESTART_BLAMED_MAX) {
		memmove(b->inputs, b->inputs + 1,
			(RESTART_BLAMED_MAX - 1) * sizeof(b->inputs[0]));
		b->n--;
	}
	memcpy(b->inputs[b->n].key, key, RESTART_KEY_BYTES);
	b->inputs[b->n].crashes = 1;
	b->n++;
}

bool
blame_wants_raw(const struct blame *b, int64_t now_ms)
{
	int64_t first = b->unexplained_ms[0];

	return first != 0 && now_ms - first < RESTART_HEALTHY_MS;
}

size_t
blame_quarantine(
	const struct blame *b, uint8_t keys[RESTART_BLAMED_MAX][RESTART_KEY_BYTES])
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->inputs[i].crashes >= RESTART_CRASHES_TO_QUARANTINE) {
			memcpy(keys[n++], b->inputs[i].key, RESTART_KEY_BYTES);
		}
	}
	return n;
}
