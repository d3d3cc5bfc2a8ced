#include "server/office_ask.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "server/clock.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/office_view.h"
#include "server/reply.h"

enum {
	ADDRESS_BYTES = 64,
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
put(struct front *f, const struct asker *asker, const Vedetta__V1__OfficeInput *in,
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
	source_input_key("office", NULL, input.key);
	r = pending_add(f->pending, &input);
	return r;
}

void
office_ask(struct front *f, const struct call *call, Vedetta__V1__OfficeInput *in,
	const struct office_memo *memo)
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
	if (put(f, &call->asker, in, memo) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FULL, NULL, NULL);
		return;
	}
	front_flush(f);
}

void
office_tell_desk(struct front *f, Vedetta__V1__OfficeInput *in)
{
	static const struct office_memo nobody = {.after = OFFICE_AFTER_NOTHING};

	if (put(f, NULL, in, &nobody) == 0) {
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
