/* Longer than 500 lines: all that is said about duty goes one way. */
/*
 * api_duty - who is on duty, teams, rota, policies
 *
 * What there is comes from the desk (FRAME_DUTY_BOOK) and is answered here; what
 * is said becomes an input to the desk. How people are reached is shown to those
 * who set it only.
 */
#include <stdlib.h>
#include <string.h>

#include "dispatch/policy.h"
#include "proto/validate.h"
#include "server/admin.h"
#include "server/api_body.h"
#include "server/duty_scope.h"
#include "server/front.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/origin.h"
#include "server/reply.h"
#include "server/who.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name
#define ASKED(name) VEDETTA__V1__DUTY_INPUT__WHAT_##name

/* ---- what the desk tells */

/* A copy that outlives the frame. NULL when memory is short. */
static Vedetta__V1__DutyNow *
outliving(struct front *f, const Vedetta__V1__DutyNow *now)
{
	size_t bytes = vedetta__v1__duty_now__get_packed_size(now);
	uint8_t *packed = arena_alloc(f->work, bytes + 1);

	if (packed == NULL) {
		return NULL;
	}
	(void)vedetta__v1__duty_now__pack(now, packed);
	return vedetta__v1__duty_now__unpack(NULL, bytes, packed);
}

void
api_duty_take(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__DutyBook *piece = vedetta__v1__duty_book__unpack(
		arena_allocator(f->arena), head->body_bytes, body);
	bool is_bad = piece == NULL || f->board == NULL;

	if (!is_bad && (piece->first || f->duty == NULL)) {
		duty_free(f->duty);
		f->duty = duty_new();
	}
	is_bad = is_bad || f->duty == NULL;
	for (size_t i = 0; !is_bad && i < piece->n_records; i++) {
		size_t bytes =
			vedetta__v1__duty_record__get_packed_size(piece->records[i]);
		uint8_t *packed = arena_alloc(f->work, bytes + 1);

		is_bad = packed == NULL ||
			 duty_take(f->duty, packed,
				 vedetta__v1__duty_record__pack(
					 piece->records[i], packed)) < 0;
	}
	if (!is_bad && piece->now != NULL) {
		vedetta__v1__duty_now__free_unpacked(f->duty_now, NULL);
		f->duty_now = outliving(f, piece->now);
	}
	if (is_bad) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
	}
}

/* ---- what is asked */

static bool
is_known(struct front *f, const struct call *call)
{
	if (f->duty != NULL && f->duty_now != NULL && f->desk != NULL) {
		return true;
	}
	reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
	return false;
}

void
api_duty_get(struct front *f, const struct call *call)
{
	if (is_known(f, call)) {
		uint64_t damaged = admin_damaged_rows(f);

		f->duty_now->damaged =
			damaged > UINT32_MAX ? UINT32_MAX : (uint32_t)damaged;
		reply_message(f, &call->asker, 200, &f->duty_now->base,
			JSON_EMIT_IMPLICIT, NULL);
	}
}

/* A list with a place for each record. NULL when memory is short. */
static void *
list_for(struct front *f)
{
	return arena_alloc(f->work, (duty_count(f->duty) + 1) * sizeof(void *));
}

/* May this one see how people are reached? */
static bool
sees_contacts(const struct front *f, const struct call *call)
{
	const struct who *who = call_who(f, call);

	return who != NULL && rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_DUTY);
}

/* The person without ways to be reached. NULL when memory is short. */
static Vedetta__V1__DutyPerson *
only_name(struct front *f, const Vedetta__V1__DutyPerson *from)
{
	Vedetta__V1__DutyPerson *p = arena_alloc(f->work, sizeof(*p));

	if (p != NULL) {
		vedetta__v1__duty_person__init(p);
		p->account = from->account;
		p->name = from->name;
	}
	return p;
}

/* Both: copies whose people are names. */
static bool
hide_people(struct front *f, Vedetta__V1__DutyPerson ***people, size_t n)
{
	Vedetta__V1__DutyPerson **names =
		arena_alloc(f->work, (n + 1) * sizeof(names[0]));

	for (size_t i = 0; names != NULL && i < n; i++) {
		names[i] = only_name(f, (*people)[i]);
		if (names[i] == NULL) {
			return false;
		}
	}
	*people = names;
	return names != NULL;
}

static void *
copy(struct front *f, const void *from, size_t bytes)
{
	void *to = arena_alloc(f->work, bytes);

	if (to != NULL) {
		memcpy(to, from, bytes);
	}
	return to;
}

void
api_teams_get(struct front *f, const struct call *call)
{
	Vedetta__V1__TeamList list = VEDETTA__V1__TEAM_LIST__INIT;
	const Vedetta__V1__DutyRecord *r = NULL;
	bool is_whole;

	if (!is_known(f, call)) {
		return;
	}
	list.teams = list_for(f);
	is_whole = list.teams != NULL;
	while (is_whole && (r = duty_next(f->duty, r)) != NULL) {
		Vedetta__V1__Team *t;

		if (r->what_case != CASE(TEAM) || r->team->removed) {
			continue;
		}
		t = copy(f, r->team, sizeof(*t));
		is_whole =
			t != NULL && (sees_contacts(f, call) ||
					     hide_people(f, &t->people, t->n_people));
		list.teams[list.n_teams++] = t;
	}
	if (!is_whole) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_message(f, &call->asker, 200, &list.base, JSON_EMIT_IMPLICIT, NULL);
}

static bool
add_shift(struct front *f, const Vedetta__V1__Shift *from, bool with_contacts,
	Vedetta__V1__Rota *rota)
{
	Vedetta__V1__Shift *s = copy(f, from, sizeof(*s));

	if (s != NULL && !with_contacts) {
		s->person = only_name(f, from->person);
	}
	rota->shifts[rota->n_shifts++] = s;
	return s != NULL && s->person != NULL;
}

static bool
add_on_call(struct front *f, const Vedetta__V1__OnCall *from, bool with_contacts,
	Vedetta__V1__Rota *rota)
{
	Vedetta__V1__OnCall *list = copy(f, from, sizeof(*list));

	rota->on_call[rota->n_on_call++] = list;
	return list != NULL &&
	       (with_contacts || hide_people(f, &list->people, list->n_people));
}

void
api_rota_get(struct front *f, const struct call *call)
{
	Vedetta__V1__Rota rota = VEDETTA__V1__ROTA__INIT;
	const Vedetta__V1__DutyRecord *r = NULL;
	bool with_contacts = sees_contacts(f, call);
	bool is_whole;

	if (!is_known(f, call)) {
		return;
	}
	rota.shifts = list_for(f);
	rota.on_call = list_for(f);
	rota.gaps = f->duty_now->gaps;
	rota.n_gaps = f->duty_now->n_gaps;
	is_whole = rota.shifts != NULL && rota.on_call != NULL;
	while (is_whole && (r = duty_next(f->duty, r)) != NULL) {
		if (r->what_case == CASE(SHIFT) && !r->shift->removed) {
			is_whole = add_shift(f, r->shift, with_contacts, &rota);
		} else if (r->what_case == CASE(ON_CALL) && !r->on_call->removed) {
			is_whole = add_on_call(f, r->on_call, with_contacts, &rota);
		}
	}
	if (!is_whole) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_message(f, &call->asker, 200, &rota.base, JSON_EMIT_IMPLICIT, NULL);
}

void
api_policies_get(struct front *f, const struct call *call)
{
	Vedetta__V1__PolicyList list = VEDETTA__V1__POLICY_LIST__INIT;
	Vedetta__V1__Policy *built_in[POLICY_BUILT_IN];
	const Vedetta__V1__DutyRecord *r = NULL;

	if (!is_known(f, call)) {
		return;
	}
	list.policies = list_for(f);
	if (list.policies == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	while ((r = duty_next(f->duty, r)) != NULL) {
		if (r->what_case == CASE(POLICY) && !r->policy->removed) {
			list.policies[list.n_policies++] = r->policy;
		}
	}
	for (size_t i = 0; i < POLICY_BUILT_IN; i++) {
		built_in[i] = (Vedetta__V1__Policy *)(uintptr_t)policy_built_in(i);
	}
	list.built_in = built_in;
	list.n_built_in = POLICY_BUILT_IN;
	reply_message(f, &call->asker, 200, &list.base, JSON_EMIT_IMPLICIT, NULL);
}

/* ---- what is said */

static void
refuse(struct front *f, const struct asker *asker, int kind, struct trouble *trouble)
{
	metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
	reply_problem(f, asker, (enum problem_kind)kind, trouble, NULL);
}

void
api_duty_say(struct front *f, const struct call *call,
	const ProtobufCMessageDescriptor *type, api_duty_fill fill)
{
	Vedetta__V1__DutyInput said = VEDETTA__V1__DUTY_INPUT__INIT;
	const struct http_request *request = call->request;
	const struct who *who = call_who(f, call);
	const char *client_key = NULL;
	ProtobufCMessage *body;
	struct trouble trouble;
	int kind;

	trouble_init(&trouble);
	metrics_add(METRIC_INTAKE_IN, 1);
	if (origin_is_foreign(http_header(request, "Origin"),
		    http_header(request, "Host"),
		    http_header(request, "Sec-Fetch-Site"))) {
		refuse(f, &call->asker, PROBLEM_FOREIGN, NULL);
		return;
	}
	kind = api_body_read(f, request, type, &trouble, &body);
	if (kind == API_FINE && fill(&said, body, &trouble) != 0) {
		kind = PROBLEM_INVALID;
	}
	if (kind == API_FINE) {
		kind = api_body_key(request, &trouble, &client_key);
	}
	if (kind == API_FINE && who->scope != NULL && f->duty == NULL) {
		kind = PROBLEM_BOARD_LOADING;
	} else if (kind == API_FINE && !duty_scope_allows(f, who, &said)) {
		kind = PROBLEM_FORBIDDEN;
	}
	if (kind == API_FINE) {
		said.author = (char *)(uintptr_t)who->name;
		said.account = who->account;
		kind = api_body_keep(f, call, FRAME_INPUT_DUTY, "duty", client_key,
			&said.base, &said.print);
	}
	if (kind != API_FINE) {
		refuse(f, &call->asker, kind, &trouble);
		return;
	}
	front_flush(f);
}

static int
fill_answer(
	Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble)
{
	said->what_case = ASKED(ANSWER);
	said->answer = (Vedetta__V1__DutyAnswer *)body;
	return validate_duty_answer(said->answer, trouble);
}

static int
fill_team(Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble)
{
	said->what_case = ASKED(TEAM);
	said->team = (Vedetta__V1__Team *)body;
	return validate_team(said->team, trouble);
}

static int
fill_shift(
	Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble)
{
	said->what_case = ASKED(SHIFT);
	said->shift = (Vedetta__V1__Shift *)body;
	return validate_shift(said->shift, trouble);
}

static int
fill_on_call(
	Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble)
{
	said->what_case = ASKED(ON_CALL);
	said->on_call = (Vedetta__V1__OnCall *)body;
	return validate_on_call(said->on_call, trouble);
}

static int
fill_policy(
	Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble)
{
	said->what_case = ASKED(POLICY);
	said->policy = (Vedetta__V1__Policy *)body;
	return validate_policy(said->policy, trouble);
}

void
api_duty_post(struct front *f, const struct call *call)
{
	api_duty_say(f, call, &vedetta__v1__duty_answer__descriptor, fill_answer);
}

void
api_teams_post(struct front *f, const struct call *call)
{
	api_duty_say(f, call, &vedetta__v1__team__descriptor, fill_team);
}

void
api_rota_post(struct front *f, const struct call *call)
{
	api_duty_say(f, call, &vedetta__v1__shift__descriptor, fill_shift);
}

void
api_on_call_post(struct front *f, const struct call *call)
{
	api_duty_say(f, call, &vedetta__v1__on_call__descriptor, fill_on_call);
}

void
api_policies_post(struct front *f, const struct call *call)
{
	api_duty_say(f, call, &vedetta__v1__policy__descriptor, fill_policy);
}

/* ---- what the desk said */

static void
answer_no(struct front *f, const struct asker *asker,
	const Vedetta__V1__DutyAnswered *said)
{
	struct trouble trouble;

	metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
	trouble_init(&trouble);
	if (said == NULL || said->not_found) {
		reply_problem(f, asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	trouble_add(&trouble, said->field, "%s", said->reason);
	reply_problem(f, asker, PROBLEM_INVALID, &trouble, NULL);
}

static void
answer_done(struct front *f, const struct asker *asker,
	const Vedetta__V1__DutyAnswered *said)
{
	if (said != NULL && said->page != 0) {
		api_contacts_answered(f, asker, said->page);
	} else if (said == NULL || said->record == NULL) {
		answer_no(f, asker, said);
	} else {
		metrics_add(METRIC_INTAKE_OUT, 1);
		reply_message(f, asker, 200, &said->record->base, JSON_CANONICAL, NULL);
	}
}

void
api_duty_answered(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer)
{
	const Vedetta__V1__DutyAnswered *said = answer->duty;

	switch (answer->outcome) {
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED:
		answer_done(f, asker, said);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED:
		answer_no(f, asker, said);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT:
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		reply_problem(f, asker, PROBLEM_OTHER_ACTION, NULL, NULL);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_NO_ROOM:
		metrics_add(METRIC_INTAKE_REFUSED_NO_ROOM, 1);
		reply_problem(f, asker, PROBLEM_NO_ROOM, NULL, NULL);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORE_FAULT:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_UNSPECIFIED:
	case _VEDETTA__V1__INPUT_OUTCOME_IS_INT_SIZE:
		metrics_add(METRIC_INTAKE_REFUSED_FAULT, 1);
		reply_problem(f, asker, PROBLEM_STORE, NULL, NULL);
	}
}

/* ---- of one incident */

/* The messages that name the incident. */
static void
add_pages(struct front *f, uint64_t id, Vedetta__V1__Escalation *out)
{
	size_t n = f->duty_now != NULL ? f->duty_now->n_pages : 0;

	out->pages = arena_alloc(f->work, (n + 1) * sizeof(out->pages[0]));
	for (size_t i = 0; out->pages != NULL && i < n; i++) {
		Vedetta__V1__DutyPage *page = f->duty_now->pages[i];

		for (size_t k = 0; k < page->n_incident_ids; k++) {
			if (page->incident_ids[k] == id) {
				out->pages[out->n_pages++] = page;
			}
		}
	}
}

void
api_escalation_get(struct front *f, const struct call *call)
{
	Vedetta__V1__Escalation out = VEDETTA__V1__ESCALATION__INIT;
	const struct board_entry *entry;
	const Vedetta__V1__Incident *state;
	char *end;
	uint64_t id = strtoull(call->parameter, &end, 10);

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	entry = *end != '\0' ? NULL : board_find(f->board, id);
	if (entry == NULL || !who_sees(call_who(f, call), &entry->facts)) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	state = board_state(entry, f->work);
	if (state == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	if (state->escalation != NULL) {
		out = *state->escalation;
	}
	add_pages(f, id, &out);
	reply_message(f, &call->asker, 200, &out.base, JSON_EMIT_IMPLICIT, NULL);
}
