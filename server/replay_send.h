/*
 * replay_send - posts a plan's reports, each at its moment
 *
 * libcurl's multi interface on one thread: at most `concurrency` posts in
 * flight; a report that finds none free goes late, and the tally says how late
 * the latest was. What got no final answer (no connection, 429, 5xx) is sent
 * again with the same key and the same bytes, slower each time, until the
 * patience ends. A named sender's first post waits for that sender's token
 * (replay_token.h). Every report that was begun ends in exactly one count of the
 * tally. Time in which this process was stopped is not counted as patience.
 */
#ifndef SERVER_REPLAY_SEND_H
#define SERVER_REPLAY_SEND_H

#include <signal.h>
#include <stdbool.h>

#include "server/replay_plan.h"
#include "server/replay_tally.h"

struct replay_sending {
	const struct replay_plan *plan;
	const char *url;  /* of the API's reports: http://.../v1/reports */
	const char *form; /* of the form, which gives each sender its token */
	const char *file; /* with run and row it makes the key of a report */
	const char *run;
	const char *exercise; /* token, or NULL */
	bool claim;           /* say when it happened: the moment it was due */
	size_t concurrency;
	int64_t patience_ms;
	const volatile sig_atomic_t *stop;
	/* Called at least once a second. */
	void (*on_progress)(const struct replay_tally *tally, size_t n_done,
		size_t n_all, int64_t elapsed_ms);
};

/* Returns 0 or -ENOMEM; *elapsed_ms is the first post to the last answer. */
int replay_send(const struct replay_sending *s, struct replay_tally *tally,
	int64_t *elapsed_ms);

#endif
