/*
 * replay_run - a plan sent with a progress bar, and what became of it told
 *
 * The end of both commands that send plans, replay and drill.
 */
#ifndef SERVER_REPLAY_RUN_H
#define SERVER_REPLAY_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/replay_plan.h"

enum {
	REPLAY_RUN_ALL = 0,  /* exit status: all were received */
	REPLAY_RUN_SOME = 1, /* some were not, or nobody could be told */
	REPLAY_RUN_NONE = 2, /* nothing was tried */
};

struct replay_run {
	const char *command; /* "vedetta replay": before each sentence */
	const struct replay_plan *plan;
	const char *to;       /* http://... of the citizens' door */
	const char *file;     /* with run and row it makes the key of a report */
	const char *run;      /* NULL: a new one, and reports say when they happened */
	const char *exercise; /* token, or NULL: they are real */
	size_t concurrency;
	int64_t patience_ms;
};

/* Does it begin with http:// or https://? A sentence is told if not. */
bool replay_run_is_url(const char *command, const char *to);

/*
 * SIGINT, SIGTERM and SIGHUP end it early; the figures are told all the same.
 * Returns an exit status.
 */
int replay_run(const struct replay_run *r);

#endif
