#include "server/office_ask.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/pack.h"
#include "server/clock.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/office_view.h"
#include "server/reply.h"

enum {
	ADDRESS_BYTES = 64,
	ROOM_BYTES = 32,
};

/* What a password helper or the identity provider has to say something to. */
static bool
takes_its_time(const Vedetta__V1__OfficeInput *in)
{
	return in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY ||
	       in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT ||
	       in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN ||
	       in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_STEP_UP ||
	       in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_OWN;
}

static int
put(struct front *f, const struct asker *asker, const char *room,
	const char *client_key, const Vedetta__V1__OfficeInput *in,
	const struct office_memo *memo)
{
	struct pending_input input = {.since_us = clock_mono_us(),
		.within_us = takes_its_time(in) ? (int64_t)LIMIT_LOGIN_MS * 1000 : 0,
		.kind = FRAME_INPUT_OFFICE,
		.form = (const uint8_t *)memo,
		.form_bytes = sizeof(*memo)};
	size_t bytes = vedetta__v1__office_input__get_packed_size(in);
	uint8_t *body = arena_alloc(f->arena, bytes + 1);
	int r;

	if (asker != NULL) {
		input.asker = *asker;
	}
	if (body == NULL) {
		return PENDING_FULL;
	}
	input.body = body;
	input.body_bytes = vedetta__v1__office_input__pack(in, body);
	source_input_key(room, client_key, input.key);
	r = pending_add(f->pending, &input);
	return r;
}

static void
ask(struct front *f, const struct call *call, const char *room, const char *client_key,
	Vedetta__V1__OfficeInput *in, const struct office_memo *memo)
{
	Vedetta__V1__OfficeAsker asker = VEDETTA__V1__OFFICE_ASKER__INIT;
	const struct sockaddr *peer = call->request->peer;
	const char *agent = http_header(call->request, "User-Agent");
	char address[ADDRESS_BYTES] = "";

	(void)getnameinfo(peer,
		peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					    : sizeof(struct sockaddr_in),
		address, sizeof(address), NULL, 0, NI_NUMERICHOST);
	asker.session = call->asker.session;
	asker.agent = (char *)(agent != NULL ? agent : "");
	asker.address = address;
	asker.network = source_from_peer(&f->keys, peer);
	in->asker = &asker;
	if (put(f, &call->asker, room, client_key, in, memo) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FULL, NULL, NULL);
		return;
	}
	front_flush(f);
}

void
office_ask(struct front *f, const struct call *call, Vedetta__V1__OfficeInput *in,
	const struct office_memo *memo)
{
	ask(f, call, "office", NULL, in, memo);
}

/* Without the password: whoever has the log is not to try words on a short hash. */
void
office_ask_once(struct front *f, const struct call *call, Vedetta__V1__OfficeInput *in,
	const char *client_key, const struct office_memo *memo)
{
	Vedetta__V1__AccountInput bare = *in->account;
	Vedetta__V1__AccountChange change = *in->account->change;
	char room[ROOM_BYTES];
	const uint8_t *packed;
	size_t bytes;

	change.password = (char *)"";
	bare.change = &change;
	packed = pack_message(&bare.base, f->arena, &bytes);
	if (packed == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	in->print = source_print(&f->keys, packed, bytes);
	(void)snprintf(
		room, sizeof(room), "account %" PRIu64, call_who(f, call)->account);
	ask(f, call, room, client_key, in, memo);
}

void
office_tell_desk(struct front *f, Vedetta__V1__OfficeInput *in)
{
	static const struct office_memo nobody = {.after = OFFICE_AFTER_NOTHING};

	if (put(f, NULL, "office", NULL, in, &nobody) == 0) {
		front_flush(f);
	}
}

void
office_note_seen(struct front *f, const struct asker *asker,
	Vedetta__V1__AuditKind kind, uint64_t incident, uint64_t report,
	const char *detail)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__OfficeAsker who = VEDETTA__V1__OFFICE_ASKER__INIT;
	Vedetta__V1__SeenInput seen = VEDETTA__V1__SEEN_INPUT__INIT;

	who.session = asker->session;
	seen.kind = kind;
	seen.incident = incident;
	seen.report = report;
	seen.detail = (char *)detail;
	in.asker = &who;
	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_SEEN;
	in.seen = &seen;
	office_tell_desk(f, &in);
}
