/*
 * role - what every role does first, and its line to the supervisor
 *
 * A role is started with one descriptor, 3: a SOCK_SEQPACKET pair to the
 * supervisor. role_open() makes the process harmless (no dumps, no new
 * privileges, SIGPIPE and SIGINT ignored), waits for Setup and opens the log
 * and the counter page. After that orders bring lines and listeners, at the
 * start and again whenever a peer was restarted: one mechanism for both.
 *
 * When the supervisor is gone, so are we: at the end of descriptor 3 the
 * process exits at once. Nothing acknowledged is lost by that.
 */
#ifndef SERVER_ROLE_H
#define SERVER_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/config.h"
#include "server/keys.h"
#include "server/metrics.h"
#include "vedetta/v1/frame.pb-c.h"

enum {
	ROLE_FD = 3,
	ROLE_NAME_BYTES = 32,
	ROLE_DIGEST_BYTES = 16,
	ROLE_QUARANTINE_MAX = 64,
	ROLE_PAGES_MAX = 160,
	ROLE_CRASH_KEY_BYTES = 16,
	ROLE_ALIVE_EVERY_MS = 1000,
	/* Exit status: this cannot run as it is set up; a restart will not help. */
	ROLE_EXIT_REFUSED = 78,
};

/* What the supervisor told us; nothing changes in it later. */
struct role_setup {
	char name[ROLE_NAME_BYTES]; /* "front-1", "console-1", "desk", "reader-0" */
	uint32_t index;             /* of a front: `peer` of its lines, from 1 */
	bool console;               /* the front that shows the board */
	struct config config;       /* the role's part; the rest is at its default */
	/* A front: KEYS_SOURCE. Desk and readers: KEYS_RECEIPT. KEYS_COURIER. */
	uint8_t key[KEYS_BYTES];
	uint8_t exercise_key[KEYS_BYTES];         /* a front: KEYS_EXERCISE */
	uint8_t config_digest[ROLE_DIGEST_BYTES]; /* the desk; of the whole config */
	/* Desk: key of the input being stepped, zero otherwise; shared. */
	uint8_t *crash_key;
	size_t n_quarantine; /* desk: inputs that crashed it twice */
	uint8_t quarantine[ROLE_QUARANTINE_MAX][ROLE_CRASH_KEY_BYTES];
	bool raw_mode;  /* desk */
	size_t n_pages; /* console front: everybody's counters, read only */
	const struct metrics_page *pages[ROLE_PAGES_MAX];
};

struct role_events {
	/* fd is the callee's. peer: the front at the other end. May be NULL. */
	void (*on_line)(void *arg, Vedetta__V1__LineKind kind, uint32_t peer,
		bool console, int fd);
	/* fd is the callee's, non-blocking and listening. May be NULL. */
	void (*on_listener)(void *arg, Vedetta__V1__ListenerKind kind, int fd);
	/* Finish what is begun, role_say_drained(), end. */
	void (*on_drain)(void *arg, uint32_t within_ms);
};

struct role;

/*
 * Waits for Setup. Returns 0 or -errno with a sentence on standard error. The
 * process has one role and keeps it to its end: there is no close.
 */
int role_open(struct role **out);

const struct role_setup *role_setup(const struct role *r);

/* For loops: readable when role_take_orders() has something to do. */
int role_fd(const struct role *r);

/*
 * Takes what is there without waiting. Exits at the end of the line. false: no
 * descriptor is free to receive one; the orders wait, call it again later.
 */
bool role_take_orders(struct role *r, const struct role_events *events, void *arg);

/*
 * Puts by descriptors for the orders to come (descriptors.h). To be called when
 * some have become free and before strangers can take them.
 */
void role_keep_spares(struct role *r);

/* Serving: lines and listeners are in use. */
void role_say_ready(struct role *r);
/*
 * We get on: at least once a second, or the supervisor thinks that we are stuck
 * (pulse.h), also before role_say_ready(). Said too often it is not sent.
 */
void role_say_alive(struct role *r);
/* All work handed over or answered; about to exit. */
void role_say_drained(struct role *r);
/* The supervisor starts a helper (export_help.h); its line comes over on_line. */
void role_say_export(struct role *r);
/* The supervisor starts a helper (password.h); its line comes over on_line. */
void role_say_password(struct role *r);
/* This front does not read: the supervisor kills and restarts it. */
void role_say_stuck_front(struct role *r, uint32_t peer);

#endif
