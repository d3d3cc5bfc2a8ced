/*
 * api_session - logging in and out, showing a secret again, who is in
 *
 * A little over 500 lines: each answer of the desk stands beside what it answers.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/scan.h"
#include "proto/stamp.h"
#include "server/api_body.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/office_ask.h"
#include "server/office_view.h"
#include "server/reply.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name
#define FORM_TYPE "application/x-www-form-urlencoded"

enum {
	NAME_MOST = 64,
	PASSWORD_MOST = 256,
	CODE_MOST = 64,
	RETRY_BYTES = 32,
};

static bool
is_form(const struct http_request *request)
{
	const char *type = http_header(request, "Content-Type");

	return type != NULL && strncasecmp(type, FORM_TYPE, sizeof(FORM_TYPE) - 1) == 0;
}

/* JSON or protobuf; NULL when the request was answered with what is wrong. */
ProtobufCMessage *
api_read_message(struct front *f, const struct call *call,
	const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *message = NULL;
	struct trouble trouble;
	int kind;

	trouble_init(&trouble);
	kind = api_body_read(f, call->request, type, &trouble, &message);
	if (kind != API_FINE) {
		reply_problem(f, &call->asker, (enum problem_kind)kind, &trouble, NULL);
		return NULL;
	}
	return message;
}

/* ---- the page */

void
api_login_page(struct front *f, const struct asker *asker, int status,
	const struct page_login *about, const char *headers)
{
	struct page_login view = *about;

	view.no_accounts =
		office_view_is_ready(f->office) && office_view_count(f->office) == 0;
	view.provider = f->config->oidc_issuer[0] != '\0' ? f->config->oidc_name : NULL;
	view.provider_ready = f->provider != NULL && f->provider->ready;
	if (page_login(f->page, asker->language, &view, f->out) != 0) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, asker, status, headers);
}

/* Works before and without the console's bundle. */
void
api_login_get(struct front *f, const struct call *call)
{
	struct page_login fresh = {.state = PAGE_LOGIN_FRESH};
	struct asker asker = call->asker;
	char lang[16] = "", out[16] = "";
	bool found;

	(void)http_parameter(call->request->query, "lang", lang, sizeof(lang), &found);
	asker.form = ANSWER_HTML;
	asker.language = (uint8_t)front_language(f, call, found ? lang : NULL);
	(void)http_parameter(call->request->query, "out", out, sizeof(out), &found);
	if (strcmp(out, "provider") == 0) {
		fresh.end_url = api_oidc_end_url(f, call);
	}
	api_login_page(f, &asker, 200, &fresh, NULL);
}

/* ---- POST /v1/session */

static bool
read_form(struct front *f, const struct call *call, Vedetta__V1__Login *login,
	const char **lang)
{
	struct trouble trouble;
	struct fields fields;
	const char *name, *password, *code;

	trouble_init(&trouble);
	if (fields_from_urlencoded((const char *)call->request->body,
		    call->request->body_bytes, f->arena, &trouble, &fields) != 0) {
		return false;
	}
	name = fields_get(&fields, "name");
	password = fields_get(&fields, "password");
	code = fields_get(&fields, "code");
	*lang = fields_get(&fields, "lang");
	login->name = (char *)(name != NULL ? name : "");
	login->password = (char *)(password != NULL ? password : "");
	login->code = (char *)(code != NULL ? code : "");
	return true;
}

/* As people type names: without spaces around, in small letters. */
static void
tidy(char *name)
{
	size_t bytes = strlen(name), before = strspn(name, " \t");

	memmove(name, name + before, bytes - before + 1);
	bytes -= before;
	while (bytes > 0 && (name[bytes - 1] == ' ' || name[bytes - 1] == '\t')) {
		name[--bytes] = '\0';
	}
	for (; *name != '\0'; name++) {
		if (*name >= 'A' && *name <= 'Z') {
			*name = (char)(*name - 'A' + 'a');
		}
	}
}

static void
log_in(struct front *f, const struct call *call, Vedetta__V1__Login *login, bool page)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__LoginInput input = VEDETTA__V1__LOGIN_INPUT__INIT;
	struct office_memo memo = {.after = OFFICE_AFTER_LOGIN, .page = page};
	uint8_t hash[WHO_HASH_BYTES];
	struct trouble trouble;

	trouble_init(&trouble);
	if (strlen(login->name) > NAME_MOST) {
		trouble_add(&trouble, "name", "is longer than %d bytes", NAME_MOST);
	}
	if (strlen(login->password) > PASSWORD_MOST) {
		trouble_add(
			&trouble, "password", "is longer than %d bytes", PASSWORD_MOST);
	}
	if (strlen(login->code) > CODE_MOST) {
		trouble_add(&trouble, "code", "is longer than %d bytes", CODE_MOST);
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	/* One that was not said is a constant. */
	login->name = arena_printf(f->arena, "%s", login->name);
	if (login->name == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	tidy(login->name);
	who_mint(memo.token, hash);
	input.login = login;
	input.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN;
	in.login = &input;
	office_ask(f, call, &in, &memo);
}

void
api_session_post(struct front *f, const struct call *call)
{
	Vedetta__V1__Login typed = VEDETTA__V1__LOGIN__INIT;
	struct call asked = *call;
	const char *lang = NULL;
	ProtobufCMessage *message;

	if (!is_form(call->request)) {
		message = api_read_message(f, call, &vedetta__v1__login__descriptor);
		if (message != NULL) {
			log_in(f, call, (Vedetta__V1__Login *)message, false);
		}
		return;
	}
	asked.asker.form = ANSWER_HTML;
	if (!read_form(f, call, &typed, &lang)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, NULL, NULL);
		return;
	}
	asked.asker.language = (uint8_t)front_language(f, call, lang);
	log_in(f, &asked, &typed, true);
}

void
api_step_up_post(struct front *f, const struct call *call)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__StepUpInput input = VEDETTA__V1__STEP_UP_INPUT__INIT;
	struct office_memo memo = {.after = OFFICE_AFTER_STEP_UP};
	uint8_t hash[WHO_HASH_BYTES];

	input.step_up = (Vedetta__V1__StepUp *)api_read_message(
		f, call, &vedetta__v1__step_up__descriptor);
	if (input.step_up == NULL) {
		return;
	}
	if (strlen(input.step_up->password) > PASSWORD_MOST ||
		strlen(input.step_up->code) > CODE_MOST) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, NULL, NULL);
		return;
	}
	who_mint(memo.token, hash);
	input.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_STEP_UP;
	in.step_up = &input;
	office_ask(f, call, &in, &memo);
}

void
api_session_delete(struct front *f, const struct call *call)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	const struct office_memo memo = {
		.after = OFFICE_AFTER_LOGOUT, .page = is_form(call->request)};

	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_LOG_OUT;
	in.log_out = true;
	office_ask(f, call, &in, &memo);
}

void
api_revoke_post(struct front *f, const struct call *call)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	const struct office_memo memo = {.after = OFFICE_AFTER_REVOKE};

	if (!fields_uint(call->parameter, INT64_MAX, &in.revoke) || in.revoke == 0) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_REVOKE;
	office_ask(f, call, &in, &memo);
}

/* ---- GET /v1/session, GET /v1/sessions */

static Google__Protobuf__Timestamp *
stamp(struct front *f, int64_t ms)
{
	return ms > 0 ? stamp_new(f->work, ms) : NULL;
}

void
api_session_get(struct front *f, const struct call *call)
{
	const struct who *who = call_who(f, call);
	const Vedetta__V1__OfficeAccount *a =
		office_view_account(f->office, who->account);
	const Vedetta__V1__OfficeSession *s =
		office_view_session_of(f->office, who->session);
	Vedetta__V1__Right rights[RIGHTS_END];
	Vedetta__V1__Me me = VEDETTA__V1__ME__INIT;

	me.account = who->account;
	me.name = a->account->name;
	me.full_name = a->account->full_name;
	me.role = who->role;
	me.rights = rights;
	for (int right = 1; right < RIGHTS_END; right++) {
		if (rights_have(who->rights, (Vedetta__V1__Right)right)) {
			rights[me.n_rights++] = (Vedetta__V1__Right)right;
		}
	}
	me.areas = a->account->areas;
	me.n_areas = a->account->n_areas;
	me.unassigned = who->unassigned;
	me.language = a->account->language;
	me.preferences = a->preferences;
	me.session = who->session;
	me.expires_at = stamp(f, s->expires_ms);
	me.stepped_up_until = who->stepped_up ? stamp(f, s->stepped_up_until_ms) : NULL;
	me.totp = a->account->totp;
	me.password_given = a->account->password_given;
	me.nobody_unassigned = !office_view_unassigned_held(f->office);
	me.contacts = a->account->contacts;
	if (f->config->oidc_issuer[0] != '\0') {
		me.provider = (char *)(uintptr_t)f->config->oidc_name;
		me.by_provider = s->by_provider;
		me.bound = a->account->identity != NULL &&
			   strcmp(a->account->identity->issuer,
				   f->config->oidc_issuer) == 0;
	}
	me.password = a->account->password;
	reply_message(f, &call->asker, 200, &me.base, JSON_CANONICAL, NULL);
}

static bool
is_own_or_led(const struct front *f, const struct who *who,
	const Vedetta__V1__OfficeSession *s)
{
	const Vedetta__V1__OfficeAccount *a =
		office_view_account(f->office, s->account);

	return s->account == who->account ||
	       ((rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_ACCOUNTS) ||
			rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_LEAD)) &&
		       a != NULL && who_covers(f, who, a->account));
}

void
api_sessions_get(struct front *f, const struct call *call)
{
	const struct who *who = call_who(f, call);
	size_t n = office_view_sessions(f->office);
	Vedetta__V1__SessionList list = VEDETTA__V1__SESSION_LIST__INIT;
	Vedetta__V1__Session *all = arena_alloc(f->work, (n + 1) * sizeof(*all));

	list.sessions = arena_alloc(f->work, (n + 1) * sizeof(list.sessions[0]));
	if (all == NULL || list.sessions == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const Vedetta__V1__OfficeSession *s =
			office_view_session_at(f->office, i);
		const Vedetta__V1__OfficeAccount *a =
			office_view_account(f->office, s->account);
		Vedetta__V1__Session *one = &all[list.n_sessions];

		if (a == NULL || !is_own_or_led(f, who, s)) {
			continue;
		}
		vedetta__v1__session__init(one);
		one->id = s->id;
		one->account = s->account;
		one->name = a->account->name;
		one->full_name = a->account->full_name;
		one->created_at = stamp(f, s->created_ms);
		one->last_seen_at = stamp(f, s->seen_ms);
		one->expires_at = stamp(f, s->expires_ms);
		one->stepped_up_until = stamp(f, s->stepped_up_until_ms);
		one->agent = s->agent;
		one->address = s->address;
		one->current = s->id == who->session;
		list.sessions[list.n_sessions++] = one;
	}
	reply_message(f, &call->asker, 200, &list.base, JSON_CANONICAL, NULL);
}

/* ---- what the desk said */

static enum problem_kind
kind_of(Vedetta__V1__OfficeOutcome outcome)
{
	switch (outcome) {
	case OUTCOME(WRONG):
		return PROBLEM_WRONG_LOGIN;
	case OUTCOME(CODE_REQUIRED):
		return PROBLEM_CODE_REQUIRED;
	case OUTCOME(SLOWER):
		return PROBLEM_SLOWER;
	case OUTCOME(BUSY):
		return PROBLEM_LOGINS_BUSY;
	case OUTCOME(NO_SESSION):
		return PROBLEM_NO_SESSION;
	case OUTCOME(NO_RIGHT):
		return PROBLEM_FORBIDDEN;
	case OUTCOME(NOT_FOUND):
		return PROBLEM_NOT_FOUND;
	case OUTCOME(INVALID):
		return PROBLEM_INVALID;
	case OUTCOME(STEP_UP):
		return PROBLEM_STEP_UP;
	case OUTCOME(CONFLICT):
		return PROBLEM_OTHER_ACTION;
	case OUTCOME(PROVIDER_AWAY): /* these have their own page: api_oidc.c */
	case OUTCOME(PROVIDER_REFUSED):
	case OUTCOME(PROVIDER_BROKEN):
	case OUTCOME(PROVIDER_WEAK):
	case OUTCOME(UNBOUND):
	case OUTCOME(DISABLED):
	case OUTCOME(OTHER_PERSON):
	case OUTCOME(STALE):
	case OUTCOME(DONE):
	case OUTCOME(STORE_FAULT):
	case OUTCOME(UNSPECIFIED):
	case _VEDETTA__V1__OFFICE_OUTCOME_IS_INT_SIZE:
		break;
	}
	return PROBLEM_STORE;
}

static enum page_login_state
state_of(Vedetta__V1__OfficeOutcome outcome)
{
	return outcome == OUTCOME(WRONG)           ? PAGE_LOGIN_WRONG
	       : outcome == OUTCOME(CODE_REQUIRED) ? PAGE_LOGIN_CODE
	       : outcome == OUTCOME(SLOWER)        ? PAGE_LOGIN_SLOWER
						   : PAGE_LOGIN_BUSY;
}

static void
refuse(struct front *f, const struct asker *asker, const struct office_memo *memo,
	const Vedetta__V1__OfficeAnswer *answer)
{
	enum problem_kind kind = kind_of(answer->outcome);
	char retry[RETRY_BYTES] = "";
	struct trouble trouble;

	trouble_init(&trouble);
	if (answer->retry_s > 0) {
		(void)snprintf(
			retry, sizeof(retry), "Retry-After: %u\r\n", answer->retry_s);
	}
	if (memo->page && memo->after == OFFICE_AFTER_LOGIN) {
		const struct page_login view = {
			state_of(answer->outcome), .retry_s = answer->retry_s};

		api_login_page(f, asker, problem_status(kind), &view, retry);
		return;
	}
	if (answer->outcome == OUTCOME(INVALID)) {
		trouble_add(&trouble, answer->field, "%s", answer->reason);
	}
	reply_problem(f, asker, kind, &trouble, retry[0] != '\0' ? retry : NULL);
}

/* Is what the desk did known here? It is told before the answer. */
static void
reply_session(struct front *f, const struct asker *asker, uint64_t session,
	const char *headers)
{
	const Vedetta__V1__OfficeSession *s =
		office_view_session_of(f->office, session);
	const Vedetta__V1__OfficeAccount *a =
		s != NULL ? office_view_account(f->office, s->account) : NULL;
	Vedetta__V1__Session one = VEDETTA__V1__SESSION__INIT;

	if (a == NULL) {
		reply_problem(f, asker, PROBLEM_BOARD_LOADING, NULL, headers);
		return;
	}
	one.id = s->id;
	one.account = s->account;
	one.name = a->account->name;
	one.full_name = a->account->full_name;
	one.created_at = stamp(f, s->created_ms);
	one.last_seen_at = stamp(f, s->seen_ms);
	one.expires_at = stamp(f, s->expires_ms);
	one.stepped_up_until = stamp(f, s->stepped_up_until_ms);
	one.agent = s->agent;
	one.address = s->address;
	one.current = true;
	reply_message(f, asker, 200, &one.base, JSON_CANONICAL, headers);
}

static void
answer_done(struct front *f, const struct asker *asker, const struct office_memo *memo,
	const Vedetta__V1__OfficeAnswer *answer)
{
	static const Vedetta__V1__OwnResult nothing = VEDETTA__V1__OWN_RESULT__INIT;
	char cookie[WHO_COOKIE_LINE + 64];

	who_cookie(memo->token, cookie);
	switch (memo->after) {
	case OFFICE_AFTER_LOGIN:
		if (memo->page) {
			(void)snprintf(cookie + strlen(cookie),
				sizeof(cookie) - strlen(cookie),
				"Location: /console\r\n");
			reply_page(f, asker, 303, cookie);
			return;
		}
		reply_session(f, asker, answer->session, cookie);
		return;
	case OFFICE_AFTER_STEP_UP:
		reply_session(f, asker, answer->session, cookie);
		return;
	case OFFICE_AFTER_LOGOUT:
		reply_out(f, asker, 204, NULL, cookie); /* without a token: it goes */
		return;
	case OFFICE_AFTER_OWN:
		api_own_answered(
			f, asker, answer->own != NULL ? answer->own : &nothing);
		return;
	case OFFICE_AFTER_ACCOUNT:
		api_account_answered(f, asker, answer->account);
		return;
	case OFFICE_AFTER_PROVIDER_LOGOUT:
		reply_out(f, asker, 200, NULL, NULL);
		return;
	case OFFICE_AFTER_REVOKE:
	case OFFICE_AFTER_IDENTITY:
	case OFFICE_AFTER_NOTHING:
		break;
	}
	reply_out(f, asker, 204, NULL, NULL);
}

void
api_office_answered(struct front *f, const struct pending_input *input,
	const Vedetta__V1__OfficeAnswer *answer)
{
	struct office_memo memo;

	memcpy(&memo, input->form, sizeof(memo));
	if (memo.after == OFFICE_AFTER_NOTHING) {
		return;
	}
	if (answer != NULL && memo.after == OFFICE_AFTER_PROVIDER_LOGOUT &&
		answer->outcome == OUTCOME(PROVIDER_BROKEN)) {
		api_logout_refused(f, &input->asker);
	} else if (answer != NULL && memo.after == OFFICE_AFTER_IDENTITY) {
		api_identity_answered(f, &input->asker, &memo, answer);
	} else if (answer == NULL) {
		reply_problem(f, &input->asker, PROBLEM_DESK_AWAY, NULL, NULL);
	} else if (answer->outcome == OUTCOME(DONE)) {
		answer_done(f, &input->asker, &memo, answer);
	} else {
		refuse(f, &input->asker, &memo, answer);
	}
}
