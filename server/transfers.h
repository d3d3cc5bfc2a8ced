/*
 * transfers - parcels on their way, over libcurl's multi interface
 *
 * On the role's loop, as many at once as somebody starts. None can harm us: a
 * transfer has a deadline for its connection and one for all of it, no redirect is
 * followed, no proxy and no cookie is used, an answer is read up to
 * TRANSFER_ANSWER_MOST bytes, and each address is looked at when it is about to be
 * connected to (reach.h): a name that leads somewhere else the second time gains
 * nothing. Without TLS we talk to addresses only that the config allows.
 *
 * libcurl resolves names in threads of its own, which share nothing with us.
 */
#ifndef SERVER_TRANSFERS_H
#define SERVER_TRANSFERS_H

#include <event2/event.h>

#include "server/means.h"
#include "server/reach.h"

struct transfers;

enum {
	TRANSFER_CONNECT_MS = 8 * 1000,
	TRANSFER_ANSWER_MOST = 64 * 1024,
	TRANSFER_HEAD_MOST = 32 * 1024,
};

struct transfers_options {
	struct reach reach;
	const char *ca_file; /* borrowed; "": the system's */
	int64_t timeout_ms;
};

/* base is borrowed. NULL when memory is short. */
struct transfers *transfers_new(
	struct event_base *base, const struct transfers_options *options);

/* Those on their way end here; nobody is told. Accepts NULL. */
void transfers_free(struct transfers *t);

/*
 * Copies the parcel. done is called once, from the loop, never from inside; what
 * it is given lives during the call. 0 or -ENOMEM: then done is not called.
 */
int transfers_start(struct transfers *t, const struct parcel *parcel,
	void (*done)(void *arg, const struct transfer_answer *answer), void *arg);

#endif
