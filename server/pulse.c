#include "server/pulse.h"

void
pulse_begin(struct pulse *p, int64_t now_ms)
{
	p->heard_ms = now_ms;
	p->spoke = false;
}

void
pulse_heard(struct pulse *p, int64_t now_ms)
{
	p->heard_ms = now_ms;
	p->spoke = true;
}

void
pulse_forgive(struct pulse *p, int64_t deaf_ms)
{
	p->heard_ms += deaf_ms;
}

bool
pulse_is_lost(const struct pulse *p, bool stepping, int64_t now_ms)
{
	int64_t silent_ms = now_ms - p->heard_ms;

	if (stepping) {
		return silent_ms > PULSE_STEPPING_MS;
	}
	return silent_ms > (p->spoke ? PULSE_SILENT_MS : PULSE_FIRST_MS);
}
