/*
 * api_oidc - in through the identity provider, and back
 *
 * Pages and redirects for browsers, without a script: what can be known is said on the
 * login page, where name and password work whatever the provider does. What the
 * browser brings back is looked at here as far as it concerns the browser; whether
 * the code is good is for the courier, whose account that is for the desk.
 */
#include <stdio.h>
#include <string.h>

#include "server/clock.h"
#include "server/fields.h"
#include "server/http.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/office_ask.h"
#include "server/oidc_trip.h"
#include "server/reply.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name

enum {
	CODE_BYTES = LIMIT_TARGET_BYTES, /* none is cut */
	STATE_BYTES = 128,
	ISSUER_BYTES = 256,
	WORD_BYTES = 48,
	LOGOUT_BYTES = 16 * 1024,
	SECOND_MS = 1000,
};

static bool
is_set_up(const struct front *f)
{
	return f->config->oidc_issuer[0] != '\0';
}

/* Every answer of these two is a page. */
static struct asker
page_asker(struct front *f, const struct call *call, const char *language)
{
	struct asker asker = call->asker;

	asker.form = ANSWER_HTML;
	asker.language = (uint8_t)front_language(f, call, language);
	return asker;
}

/* The trip is over, whatever came of it. */
static void
reply_state(struct front *f, const struct asker *asker, int status,
	enum page_login_state state, const char *subject)
{
	const struct page_login view = {.state = state, .subject = subject};
	char cookie[OIDC_COOKIE_LINE];

	oidc_trip_cookie(NULL, cookie);
	api_login_page(f, asker, status, &view, cookie);
}

/* As the browser calls us: its Host is loopback's, or the config knows better. */
static const char *
back_uri(struct front *f, const struct call *call)
{
	const char *host = http_header(call->request, "Host");

	if (f->config->console_address[0] != '\0') {
		return arena_printf(
			f->arena, "%s" OIDC_BACK, f->config->console_address);
	}
	return host != NULL ? arena_printf(f->arena, "http://%s" OIDC_BACK, host)
			    : NULL;
}

/*
 * They come back to where a login does, which is the one address of ours that is
 * registered there.
 */
const char *
api_oidc_end_url(struct front *f, const struct call *call)
{
	const char *endpoint =
		f->provider != NULL ? f->provider->end_session_endpoint : "";
	const char *back = back_uri(f, call);
	const char *uri = back != NULL ? fields_escape(f->arena, back) : NULL;
	const char *id = fields_escape(f->arena, f->config->oidc_client_id);

	return endpoint[0] != '\0' && uri != NULL && id != NULL
		       ? arena_printf(f->arena,
				 "%s%cclient_id=%s&post_logout_redirect_uri=%s",
				 endpoint, strchr(endpoint, '?') != NULL ? '&' : '?',
				 id, uri)
		       : NULL;
}

/* ---- GET /v1/oidc/start */

static void
send_off(struct front *f, const struct call *call, const struct asker *asker,
	bool step_up)
{
	const struct oidc_way way = {
		.authorization_endpoint = f->provider->authorization_endpoint,
		.client_id = f->config->oidc_client_id,
		.redirect_uri = back_uri(f, call),
		.acr = f->config->oidc_acr,
	};
	char cookie[OIDC_COOKIE_LINE];
	struct oidc_trip trip;
	const char *url, *headers;

	oidc_trip_begin(&trip, step_up, page_language_tag(f->page, asker->language),
		clock_wall_ms() / SECOND_MS);
	oidc_trip_cookie(&trip, cookie);
	url = way.redirect_uri != NULL ? oidc_trip_url(&trip, &way, f->arena) : NULL;
	headers = url != NULL
			  ? arena_printf(f->arena, "%sLocation: %s\r\n", cookie, url)
			  : NULL;
	if (headers == NULL) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, asker, 303, headers);
}

void
api_oidc_start_get(struct front *f, const struct call *call)
{
	const char *site = http_header(call->request, "Sec-Fetch-Site");
	char lang[OIDC_LANGUAGE_BYTES] = "", what[WORD_BYTES] = "";
	struct asker asker;
	bool found, step_up;

	(void)http_parameter(call->request->query, "lang", lang, sizeof(lang), &found);
	asker = page_asker(f, call, found ? lang : NULL);
	(void)http_parameter(call->request->query, "for", what, sizeof(what), &found);
	step_up = strcmp(what, "step-up") == 0;
	if (!is_set_up(f)) {
		reply_problem(f, &asker, PROBLEM_NOT_FOUND, NULL, NULL);
	} else if ((site != NULL && strcmp(site, "cross-site") == 0) ||
		   (step_up && call_who(f, call) == NULL)) {
		reply_page(f, &asker, 303, "Location: /login\r\n");
	} else if (f->provider == NULL ||
		   f->provider->authorization_endpoint[0] == '\0') {
		reply_state(f, &asker, 503, PAGE_LOGIN_AWAY, NULL);
	} else {
		send_off(f, call, &asker, step_up);
	}
}

/* ---- GET /v1/oidc/back */

struct coming {
	char code[CODE_BYTES];
	char state[STATE_BYTES];
	char issuer[ISSUER_BYTES];
	char error[WORD_BYTES];
	char again[WORD_BYTES];
	bool has_issuer;
	struct oidc_trip trip;
};

static bool
read_coming(const struct call *call, struct coming *in)
{
	const char *query = call->request->query;
	bool found;

	*in = (struct coming){.code = ""};
	(void)http_parameter(query, "code", in->code, sizeof(in->code), &found);
	(void)http_parameter(query, "state", in->state, sizeof(in->state), &found);
	(void)http_parameter(
		query, "iss", in->issuer, sizeof(in->issuer), &in->has_issuer);
	(void)http_parameter(query, "error", in->error, sizeof(in->error), &found);
	(void)http_parameter(query, "again", in->again, sizeof(in->again), &found);
	return oidc_trip_read(&in->trip, http_header(call->request, "Cookie"),
		       clock_wall_ms() / SECOND_MS) &&
	       oidc_trip_has_state(&in->trip, in->state);
}

/* RFC 9207: did another provider send them here, to have us give it its code? */
static bool
is_mixed_up(const struct front *f, const struct coming *in)
{
	return in->has_issuer ? strcmp(in->issuer, f->config->oidc_issuer) != 0
			      : f->provider != NULL && f->provider->says_issuer;
}

/* They said no, or could not: "access_denied" and its kin (RFC 6749, 4.1.2.1). */
static void
refuse_error(struct front *f, const struct asker *asker, const char *error)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	bool away = strcmp(error, "server_error") == 0 ||
		    strcmp(error, "temporarily_unavailable") == 0;

	log_event(LOG_INFO, "oidc.returned", "error=%s",
		strspn(error, letters) == strlen(error) && error[0] != '\0' ? error
									    : "odd");
	reply_state(f, asker, away ? 503 : 403,
		away ? PAGE_LOGIN_AWAY : PAGE_LOGIN_REFUSED, NULL);
}

/*
 * The session's cookie does not come along from another site. So they come again,
 * sent by a page of ours.
 */
static void
call_again(struct front *f, const struct call *call, const struct asker *asker)
{
	const char *next =
		arena_printf(f->arena, OIDC_BACK "?%s&again=1", call->request->query);

	if (next == NULL || page_entered(f->page, asker->language, next, f->out) != 0) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, asker, 200, NULL);
}

static void
ask_desk(struct front *f, const struct call *call, const struct asker *asker,
	struct coming *in)
{
	Vedetta__V1__OfficeInput input = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__IdentityInput identity = VEDETTA__V1__IDENTITY_INPUT__INIT;
	struct office_memo memo = {.after = OFFICE_AFTER_IDENTITY,
		.page = true,
		.step_up = in->trip.step_up};
	struct call asked = *call;
	uint8_t hash[WHO_HASH_BYTES];

	asked.asker = *asker;
	who_mint(memo.token, hash);
	identity.code = in->code;
	identity.verifier = in->trip.verifier;
	identity.nonce = in->trip.nonce;
	identity.redirect_uri = (char *)(uintptr_t)back_uri(f, call);
	identity.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	identity.step_up = in->trip.step_up;
	if (identity.redirect_uri == NULL) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	input.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY;
	input.identity = &identity;
	office_ask(f, &asked, &input, &memo);
}

/* From its end of a session: they bring nothing along. */
static bool
has_logged_out(const struct coming *in)
{
	return in->code[0] == '\0' && in->state[0] == '\0' && in->error[0] == '\0';
}

void
api_oidc_back_get(struct front *f, const struct call *call)
{
	struct coming in;
	bool ours = read_coming(call, &in);
	struct asker asker = page_asker(f, call, ours ? in.trip.language : NULL);

	if (!is_set_up(f)) {
		reply_problem(f, &asker, PROBLEM_NOT_FOUND, NULL, NULL);
	} else if (has_logged_out(&in)) {
		reply_page(f, &asker, 303, "Location: /login\r\n");
	} else if (!ours) {
		reply_state(f, &asker, 400, PAGE_LOGIN_ELSEWHERE, NULL);
	} else if (is_mixed_up(f, &in)) {
		log_event(LOG_WARN, "oidc.refused", "reason=iss");
		reply_state(f, &asker, 400, PAGE_LOGIN_BROKEN, NULL);
	} else if (in.code[0] == '\0') {
		refuse_error(f, &asker, in.error);
	} else if (in.trip.step_up && call_who(f, call) == NULL) {
		if (in.again[0] == '\0') {
			call_again(f, call, &asker);
		} else {
			reply_page(f, &asker, 303, "Location: /login\r\n");
		}
	} else {
		ask_desk(f, call, &asker, &in);
	}
}

/* Nobody else sends people here by an address that long. */
int
api_oidc_too_long(struct front *f, struct evbuffer *out)
{
	const struct page_login view = {.state = PAGE_LOGIN_BROKEN,
		.provider = f->config->oidc_name,
		.provider_ready = true};

	log_event(LOG_WARN, "oidc.refused", "reason=long");
	return page_login(f->page, page_language(f->page, NULL, NULL), &view, out);
}

/* ---- POST /v1/oidc/logout */

void
api_logout_refused(struct front *f, const struct asker *asker)
{
	struct trouble trouble;

	trouble_init(&trouble);
	trouble_add(&trouble, "logout_token",
		"is none of the identity provider's for this console, or too old");
	reply_problem(f, asker, PROBLEM_INVALID, &trouble, NULL);
}

/* From the provider itself, behind the browser: the token alone says who asks. */
void
api_oidc_logout_post(struct front *f, const struct call *call)
{
	const struct office_memo memo = {.after = OFFICE_AFTER_PROVIDER_LOGOUT};
	Vedetta__V1__OfficeInput input = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__LogoutInput logout = VEDETTA__V1__LOGOUT_INPUT__INIT;
	const char *token = NULL;
	struct trouble trouble;
	struct fields fields;

	trouble_init(&trouble);
	if (!is_set_up(f)) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (fields_from_urlencoded((const char *)call->request->body,
		    call->request->body_bytes, f->arena, &trouble, &fields) == 0) {
		token = fields_get(&fields, "logout_token");
	}
	if (token == NULL || token[0] == '\0' || strlen(token) > LOGOUT_BYTES) {
		api_logout_refused(f, &call->asker);
		return;
	}
	logout.token = (char *)(uintptr_t)token;
	input.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT;
	input.provider_logout = &logout;
	office_ask(f, call, &input, &memo);
}

/* ---- what the desk said */

static void
let_in(struct front *f, const struct asker *asker, const struct office_memo *memo)
{
	char cookies[WHO_COOKIE_LINE + OIDC_COOKIE_LINE];

	who_cookie(memo->token, cookies);
	oidc_trip_cookie(NULL, cookies + strlen(cookies));
	if (page_entered(f->page, asker->language, memo->step_up ? NULL : "/console",
		    f->out) != 0) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, asker, 200, cookies);
}

/* clang-format off */
static const struct {
	Vedetta__V1__OfficeOutcome outcome;
	int status;
	enum page_login_state state;
} refusals[] = {
	{OUTCOME(PROVIDER_AWAY), 503, PAGE_LOGIN_AWAY},
	{OUTCOME(PROVIDER_REFUSED), 403, PAGE_LOGIN_REFUSED},
	{OUTCOME(PROVIDER_BROKEN), 502, PAGE_LOGIN_BROKEN},
	{OUTCOME(PROVIDER_WEAK), 403, PAGE_LOGIN_WEAK},
	{OUTCOME(UNBOUND), 403, PAGE_LOGIN_UNBOUND},
	{OUTCOME(DISABLED), 403, PAGE_LOGIN_DISABLED},
	{OUTCOME(OTHER_PERSON), 403, PAGE_LOGIN_OTHER_PERSON},
	{OUTCOME(STALE), 403, PAGE_LOGIN_STALE},
	{OUTCOME(NO_SESSION), 401, PAGE_LOGIN_ELSEWHERE},
};
/* clang-format on */

void
api_identity_answered(struct front *f, const struct asker *asker,
	const struct office_memo *memo, const Vedetta__V1__OfficeAnswer *answer)
{
	if (answer->outcome == OUTCOME(DONE)) {
		let_in(f, asker, memo);
		return;
	}
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].outcome == answer->outcome) {
			reply_state(f, asker, refusals[i].status, refusals[i].state,
				answer->reason);
			return;
		}
	}
	reply_state(f, asker, 503, PAGE_LOGIN_BUSY, NULL);
}
