/* api_looking - POST /v1/looking: which incident a page of a console shows */
#include <string.h>

#include "proto/pack.h"
#include "proto/validate.h"
#include "server/clock.h"
#include "server/front.h"
#include "server/log.h"
#include "server/looking_view.h"
#include "server/origin.h"
#include "server/reply.h"
#include "server/who.h"

/* FNV-1a: it only tells the pages of one account from each other. */
static uint64_t
number_of(const char *tab)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *tab != '\0'; tab++) {
		hash = (hash ^ (uint8_t)*tab) * UINT64_C(0x100000001b3);
	}
	return hash;
}

/* When the line is full it is as if it had not been said. */
static void
tell_desk(struct front *f, const Vedetta__V1__LookInput *said)
{
	struct frame_head head = {.kind = FRAME_LOOK};
	const uint8_t *body;
	size_t bytes;

	body = pack_message(&said->base, f->work, &bytes);
	if (body != NULL && f->desk != NULL) {
		head.body_bytes = (uint32_t)bytes;
		(void)line_send(f->desk, &head, body);
	}
}

/* Now, and again to a desk that comes within the time it holds. */
static void
keep(struct front *f, const struct who *who, const Vedetta__V1__Look *look)
{
	Vedetta__V1__LookInput said = VEDETTA__V1__LOOK_INPUT__INIT;

	said.account = who->account;
	said.tab = number_of(look->tab);
	said.incident = look->incident;
	said.writing = look->writing;
	said.count = look->count;
	looking_expire(f->looked, clock_mono_ms());
	looking_take(f->looked, &said, clock_mono_ms());
	tell_desk(f, &said);
}

void
api_looking_say_again(struct front *f)
{
	int64_t now_ms = clock_mono_ms();
	Vedetta__V1__LookInput said;

	looking_expire(f->looked, now_ms);
	for (size_t n = 0; looking_nth(f->looked, n, now_ms, &said); n++) {
		arena_reset(f->work); /* between requests nothing is in it */
		tell_desk(f, &said);
	}
}

/* NULL when the request was answered with what is wrong. */
static const Vedetta__V1__Look *
read_look(struct front *f, const struct call *call, const struct who *who)
{
	struct trouble trouble;
	const Vedetta__V1__Look *look = (const Vedetta__V1__Look *)api_read_message(
		f, call, &vedetta__v1__look__descriptor);

	if (look == NULL) {
		return NULL;
	}
	trouble_init(&trouble);
	(void)validate_message(&look->base, &trouble);
	if (look->tab[0] == '\0') {
		trouble_add(&trouble, "tab", "is required");
	}
	if (look->incident != 0 &&
		(board_find(f->board, look->incident) == NULL ||
			!who_sees_incident(f, who, look->incident))) {
		trouble_add(&trouble, "incident", "is no incident that you see");
	}
	if (trouble.n > 0) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return NULL;
	}
	return look;
}

void
api_looking_post(struct front *f, const struct call *call)
{
	const struct http_request *request = call->request;
	const struct who *who = call_who(f, call);
	const Vedetta__V1__Look *look;
	Vedetta__V1__IncidentLookers others;

	if (origin_is_foreign(http_header(request, "Origin"),
		    http_header(request, "Host"),
		    http_header(request, "Sec-Fetch-Site"))) {
		reply_problem(f, &call->asker, PROBLEM_FOREIGN, NULL, NULL);
		return;
	}
	if (!looking_view_may_say(f->looking, who->account, clock_mono_ms())) {
		reply_problem(
			f, &call->asker, PROBLEM_OFTEN, NULL, "Retry-After: 1\r\n");
		return;
	}
	look = read_look(f, call, who);
	if (look == NULL) {
		return;
	}
	keep(f, who, look);
	if (looking_view_of(f->looking, look->incident, f->office, f->work, &others) <
		0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_message(f, &call->asker, 200, &others.base, JSON_CANONICAL, NULL);
}

void
api_looking_take(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	const Vedetta__V1__LookingList *list = vedetta__v1__looking_list__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (list == NULL || f->looking == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
	} else if (looking_view_take(f->looking, list) < 0) {
		log_event(LOG_WARN, "front.no_memory", "for=looking");
	}
}
