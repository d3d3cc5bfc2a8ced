#include "dispatch/trend.h"

enum {
	SPAN_MS = 600000,
	STEPS = 3,
};

static const uint32_t up_at[STEPS] = {0, 4, 16};
static const uint32_t down_below[STEPS] = {0, 2, 8};

void
trend_take(struct trend *t, int64_t now_ms, bool new_sender)
{
	int32_t span = (int32_t)(now_ms / SPAN_MS); /* fits for 40,000 years */
	uint32_t recent;

	if (span > t->span) {
		t->before = span == t->span + 1 ? t->running : 0;
		t->running = 0;
		t->span = span;
	}
	if (new_sender && t->running < UINT8_MAX) {
		t->running++;
	}
	recent = (uint32_t)t->running + t->before;
	while (t->step + 1 < STEPS && recent >= up_at[t->step + 1]) {
		t->step++;
	}
	while (t->step > 0 && recent < down_below[t->step]) {
		t->step--;
	}
}
