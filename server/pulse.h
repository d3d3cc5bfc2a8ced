/*
 * pulse - does a role still turn, as far as it says
 *
 * A role says once a second that it lives; what works for longer at one thing
 * (loading, a question) says so in between. One that has said nothing at all yet
 * is given longer: before its loop there is a file to open. A desk that is
 * silent while it steps an input is given the least, since a step takes
 * milliseconds and all senders wait for it. Pure: time is an argument.
 */
#ifndef SERVER_PULSE_H
#define SERVER_PULSE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PULSE_FIRST_MS = 20 * 1000,
	PULSE_SILENT_MS = 8 * 1000,
	PULSE_STEPPING_MS = 4 * 1000,
};

struct pulse {
	int64_t heard_ms; /* its last news, or its start */
	bool spoke;       /* since it was started */
};

void pulse_begin(struct pulse *p, int64_t now_ms);
void pulse_heard(struct pulse *p, int64_t now_ms);

/* We did not listen for so long: that is not held against it. */
void pulse_forgive(struct pulse *p, int64_t deaf_ms);

/* stepping: an input is named as being stepped. */
bool pulse_is_lost(const struct pulse *p, bool stepping, int64_t now_ms);

#endif
