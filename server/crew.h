/*
 * crew - the roles of this desk, and their lives
 *
 * One member per process. Starting a member makes its line to us, tells it its
 * Setup and wires it to everybody who runs (wiring.h). Its end sets the time of
 * its next start, and for a crash of the desk blames the input it was stepping.
 * One that was killed because it hung in an input's step is a crash of that
 * input. Else a SIGKILL, SIGTERM or SIGHUP blames nobody and waits the least.
 *
 * Counter pages and the crash page are memory shared with the roles and
 * outlive them.
 */
#ifndef SERVER_CREW_H
#define SERVER_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/config.h"
#include "server/keys.h"
#include "server/pulse.h"
#include "server/restart.h"
#include "server/role.h"

enum member_kind {
	MEMBER_DESK = 1,
	MEMBER_FRONT,
	MEMBER_CONSOLE,
	MEMBER_READER,
	MEMBER_INDEX,
	MEMBER_COURIER,
};

struct member {
	enum member_kind kind;
	char name[ROLE_NAME_BYTES];
	uint32_t index;
	pid_t pid; /* 0: not running */
	int line;  /* -1: none */
	bool ready;
	bool was_ready; /* ever */
	bool stuck;     /* we killed it because it said nothing */
	struct pulse pulse;
	int64_t start_at_ms; /* when not running: the next start; INT64_MAX: none */
	struct restart restart;
	int page;
	int page_to_read;
	struct metrics_page *counters;
	int short_end; /* a front's queues: the readers' ends, or -1 */
	int long_end;
};

struct crew_options {
	const struct config *config; /* borrowed: outlives the crew */
	uint8_t receipt_key[KEYS_BYTES];
	uint8_t source_key[KEYS_BYTES];
	uint8_t exercise_key[KEYS_BYTES];
	uint8_t courier_key[KEYS_BYTES];
	int public_listener; /* borrowed */
	int console_listener;
	int admin_listener;
	int command_listener;
};

struct crew {
	struct crew_options options;
	struct blame blame;
	uint8_t *crash_key; /* shared with the desk */
	int crash_page;
	struct metrics_page *counters; /* the supervisor's own */
	int page_to_read;
	size_t n;
	struct member members[]; /* the desk first, fronts, readers, index, courier */
};

/* Makes the pages; starts nobody. *out is set only on 0; else -errno. */
int crew_new(struct crew **out, const struct crew_options *options);

/* Kills nobody. Accepts NULL. */
void crew_free(struct crew *c);

/* Starts one that does not run. Returns 0 or -errno (it will be tried again). */
int crew_start(struct crew *c, struct member *m, int64_t now_ms);

/*
 * It has ended: forgets its lines, blames an input for a desk's crash, and sets
 * start_at_ms. status is wait()'s.
 */
void crew_ended(struct crew *c, struct member *m, int status, int64_t now_ms);

void crew_kill(struct member *m);

/* The same to one that hangs. */
void crew_kill_stuck(struct crew *c, struct member *m);

/* Has it been silent for too long? */
bool crew_is_stuck(const struct crew *c, const struct member *m, int64_t now_ms);

/* NULL when nobody is it. */
struct member *crew_by_pid(struct crew *c, pid_t pid);
struct member *crew_front(struct crew *c, uint32_t index);

static inline bool
member_is_front(const struct member *m)
{
	return m->kind == MEMBER_FRONT || m->kind == MEMBER_CONSOLE;
}

/*
 * Nobody is served without it. The index is made anew and answers are exact
 * meanwhile; what the courier should carry waits for it.
 */
static inline bool
member_is_needed(const struct member *m)
{
	return m->kind != MEMBER_INDEX && m->kind != MEMBER_COURIER;
}

#endif
