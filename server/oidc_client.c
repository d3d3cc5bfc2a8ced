/* A little over 500 lines: all that is said to a provider, in its order. */
#include "server/oidc_client.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "proto/arena.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/oidc_assertion.h"
#include "server/oidc_place.h"
#include "server/oidc_request.h"
#include "server/oidc_token.h"
#include "server/reach.h"
#include "server/secret_file.h"

#define FAULT(name) VEDETTA__V1__LOGIN_FAULT__LOGIN_FAULT_##name

enum {
	ARENA_BYTES = 1024 * 1024,
	ANSWER_BYTES = 64 * 1024,
	NONCE_BYTES = 64,
	WORD_BYTES = 32,
	SECOND_MS = 1000,
	HOUR_S = 3600,
};

/* One code on its way to a person, or a logout token that is looked at. */
struct login {
	TAILQ_ENTRY(login) link;
	struct oidc_client *client; /* borrowed: owns us */
	uint64_t ref;
	bool is_logout;
	char nonce[NONCE_BYTES];
	char *token; /* waits for keys; NULL: not here yet */
	size_t token_bytes;
};

/* What a token says: who comes, or who goes. */
union said {
	struct oidc_person person;
	struct oidc_logout logout;
};

struct oidc_client {
	const struct config *config; /* borrowed */
	char secret[SECRET_FILE_BYTES];
	struct key_file key;
	struct reach reach;
	struct transfers *transfers; /* borrowed */
	struct oidc_client_events events;
	void *arg;
	struct event *due;
	struct arena *arena; /* of one talk */
	bool has_place;
	struct oidc_place place;
	struct oidc_keys *keys; /* NULL: none yet */
	int64_t keys_asked_ms;  /* mono */
	bool talking;           /* about place or keys */
	bool ready;
	bool has_failed; /* and said so */
	int64_t retry_ms;
	TAILQ_HEAD(, login) logins;
	size_t n_logins;
};

/* ---- how it is */

void
oidc_client_tell(struct oidc_client *c)
{
	Vedetta__V1__ProviderState state = VEDETTA__V1__PROVIDER_STATE__INIT;

	state.ready = c->ready;
	if (c->has_place) {
		state.authorization_endpoint = c->place.authorization;
		state.says_issuer = c->place.says_issuer;
		state.end_session_endpoint = c->place.end_session;
	}
	c->events.on_state(c->arg, &state);
}

static void
come_back(struct oidc_client *c, int64_t wait_ms)
{
	const struct timeval wait = {
		wait_ms / SECOND_MS, wait_ms % SECOND_MS * SECOND_MS};

	(void)event_add(c->due, &wait);
}

static void
set_ready(struct oidc_client *c, bool ready, const char *reason)
{
	bool told = c->ready == ready && (ready || c->has_failed);

	c->ready = ready;
	c->has_failed = !ready;
	metrics_set(METRIC_OIDC_READY, ready);
	if (told) {
		return;
	}
	if (ready) {
		log_event(LOG_INFO, "oidc.ready", "keys=%zu", oidc_keys_count(c->keys));
	} else {
		log_event(LOG_WARN, "oidc.away", "reason=%s", reason);
	}
	oidc_client_tell(c);
}

/* It does not answer, or not as it must: again soon, then less and less soon. */
static void
fail(struct oidc_client *c, const char *reason)
{
	c->retry_ms = c->retry_ms == 0 ? OIDC_RETRY_LEAST_MS : c->retry_ms * 2;
	c->retry_ms =
		c->retry_ms > OIDC_RETRY_MOST_MS ? OIDC_RETRY_MOST_MS : c->retry_ms;
	c->talking = false;
	set_ready(c, false, reason);
	come_back(c, c->retry_ms);
}

/* It answers, but can never let anybody in as it is set up: here or there. */
static void
fail_set_up(struct oidc_client *c, const char *what, const char *reason)
{
	if (!c->has_failed) {
		log_event(LOG_ERROR, "oidc.misconfigured", "at=%s reason=%s", what,
			reason);
	}
	fail(c, reason);
}

static const char *
end_word(const struct transfer_answer *said)
{
	switch (said->end) {
	case TRANSFER_UNREACHABLE:
		return "unreachable";
	case TRANSFER_TIMEOUT:
	case TRANSFER_CUT:
		return "timeout";
	case TRANSFER_TLS:
		return "tls";
	case TRANSFER_ADDRESS:
		return "address";
	case TRANSFER_ANSWERED:
		return "status";
	case TRANSFER_LOGIN:
	case TRANSFER_BAD_ANSWER:
	case TRANSFER_FAULT:
		break;
	}
	return "bad_answer";
}

static bool
is_here(const struct transfer_answer *said)
{
	return said->end == TRANSFER_ANSWERED && said->status == 200;
}

/* ---- logins */

static void
count(bool is_logout, Vedetta__V1__LoginFault fault)
{
	enum metric done =
		is_logout ? METRIC_OIDC_LOGOUTS_CONFIRMED : METRIC_OIDC_CONFIRMED;
	enum metric away = is_logout ? METRIC_OIDC_LOGOUTS_AWAY : METRIC_OIDC_AWAY;
	enum metric refused =
		is_logout ? METRIC_OIDC_LOGOUTS_REFUSED : METRIC_OIDC_REFUSED;

	metrics_add(fault == FAULT(UNSPECIFIED) ? done
		    : fault == FAULT(AWAY)      ? away
						: refused,
		1);
}

/* said NULL: nothing that can be trusted. */
static void
answer(struct oidc_client *c, uint64_t ref, bool is_logout,
	Vedetta__V1__LoginFault fault, union said *said)
{
	Vedetta__V1__LoginResult result = VEDETTA__V1__LOGIN_RESULT__INIT;
	Vedetta__V1__Identity identity = VEDETTA__V1__IDENTITY__INIT;

	count(is_logout, fault);
	result.fault = fault;
	identity.issuer = (char *)(uintptr_t)c->config->oidc_issuer;
	if (said != NULL && is_logout) {
		identity.subject = said->logout.subject;
		result.identity = &identity;
		result.session = said->logout.session;
		result.token_id = said->logout.id;
	} else if (said != NULL) {
		identity.subject = said->person.subject;
		result.identity = &identity;
		result.session = said->person.session;
		result.auth_time_s = said->person.auth_time_s;
		result.session_s = c->config->oidc_session_h * HOUR_S;
	}
	c->events.on_result(c->arg, ref, &result);
}

static void
drop(struct login *l)
{
	struct oidc_client *c = l->client;

	TAILQ_REMOVE(&c->logins, l, link);
	c->n_logins--;
	if (l->token != NULL) {
		sodium_memzero(l->token, l->token_bytes);
	}
	free(l->token);
	free(l);
}

static void
end(struct login *l, Vedetta__V1__LoginFault fault, union said *said)
{
	struct oidc_client *c = l->client;
	uint64_t ref = l->ref;
	bool is_logout = l->is_logout;

	drop(l);
	answer(c, ref, is_logout, fault, said);
}

static int
check(const struct login *l, union said *said)
{
	struct oidc_client *c = l->client;
	const struct oidc_wanted wanted = {.issuer = c->config->oidc_issuer,
		.client_id = c->config->oidc_client_id,
		.nonce = l->nonce,
		.acr = c->config->oidc_acr,
		.now_s = clock_wall_ms() / SECOND_MS};

	arena_reset(c->arena);
	return l->is_logout ? oidc_token_check_logout(l->token, l->token_bytes, c->keys,
				      &wanted, c->arena, &said->logout)
			    : oidc_token_check(l->token, l->token_bytes, c->keys,
				      &wanted, c->arena, &said->person);
}

static void
refuse_token(struct login *l, int why)
{
	log_event(LOG_WARN, "oidc.refused", "reason=%s%s", oidc_token_reason(why),
		l->is_logout ? " at=logout" : "");
	end(l, why == OIDC_TOKEN_WEAK ? FAULT(WEAK) : FAULT(BROKEN), NULL);
}

static void
finish(struct login *l, int r, union said *said)
{
	if (r == 0) {
		end(l, FAULT(UNSPECIFIED), said);
	} else {
		refuse_token(l, r);
	}
}

/* Those that wait for keys, when there are others now, or none to be had. */
static void
finish_waiting(struct oidc_client *c)
{
	struct login *l, *next;

	for (l = TAILQ_FIRST(&c->logins); l != NULL; l = next) {
		union said said;

		next = TAILQ_NEXT(l, link);
		if (l->token != NULL) {
			finish(l, check(l, &said), &said);
		}
	}
}

/* ---- where it is, and its keys */

/* Their addresses are this provider's and nobody else's. */
static int
talk(struct oidc_client *c, struct parcel *parcel,
	void (*done)(void *arg, const struct transfer_answer *said), void *arg)
{
	parcel->reach = &c->reach;
	parcel->timeout_ms = OIDC_TALK_MS;
	parcel->answer_bytes = ANSWER_BYTES;
	parcel->headers[parcel->n_headers++] = "Accept: application/json";
	return transfers_start(c->transfers, parcel, done, arg);
}

static void
on_keys(void *arg, const struct transfer_answer *said)
{
	struct oidc_client *c = arg;
	struct oidc_keys *keys;
	int r;

	c->talking = false;
	if (!is_here(said)) {
		fail(c, end_word(said));
		finish_waiting(c);
		return;
	}
	r = oidc_keys_read(said->body, said->body_bytes, &keys);
	if (r != 0) {
		fail_set_up(c, "keys", r == OIDC_KEYS_BAD ? "form" : "no_memory");
	} else {
		oidc_keys_free(c->keys);
		c->keys = keys;
		c->retry_ms = 0;
		set_ready(c, true, "");
		come_back(c, OIDC_REFRESH_MS);
	}
	finish_waiting(c);
}

static bool
fetch_keys(struct oidc_client *c)
{
	struct parcel parcel = {.url = c->place.keys, .is_get = true};

	c->keys_asked_ms = clock_mono_ms();
	c->talking = talk(c, &parcel, on_keys, c) == 0;
	return c->talking;
}

static enum oidc_proof
proof_of(const struct oidc_client *c)
{
	return c->key.kind == KEY_RSA    ? OIDC_PROOF_RS256
	       : c->key.kind == KEY_P256 ? OIDC_PROOF_ES256
	       : c->secret[0] != '\0'    ? OIDC_PROOF_SECRET
					 : OIDC_PROOF_NONE;
}

static void
on_place(void *arg, const struct transfer_answer *said)
{
	struct oidc_client *c = arg;
	int r;

	c->talking = false;
	if (!is_here(said)) {
		fail(c, end_word(said));
		finish_waiting(c);
		return;
	}
	r = oidc_place_read(said->body, said->body_bytes, c->config->oidc_issuer,
		proof_of(c), &c->place);
	if (r == 0) {
		c->has_place = true;
		if (fetch_keys(c)) {
			return;
		}
		fail(c, "no_memory");
	} else {
		fail_set_up(c, "discovery", oidc_place_reason(r));
	}
	finish_waiting(c);
}

static void
fetch_place(struct oidc_client *c)
{
	const char *issuer = c->config->oidc_issuer;
	size_t bytes = strlen(issuer);
	struct parcel parcel = {.is_get = true};

	/* "If the issuer has a / at its end, it is taken off" (Discovery, 4.1). */
	arena_reset(c->arena);
	parcel.url = arena_printf(c->arena, "%.*s/.well-known/openid-configuration",
		(int)(bytes - (issuer[bytes - 1] == '/')), issuer);
	c->talking = parcel.url != NULL && talk(c, &parcel, on_place, c) == 0;
	if (!c->talking) {
		fail(c, "no_memory");
	}
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	struct oidc_client *c = arg;

	(void)fd;
	(void)what;
	if (!c->talking) {
		fetch_place(c);
	}
}

/* ---- a code becomes a token */

/* An error's name (RFC 6749, 5.2), for the log: letters, figures and _ of it. */
static void
read_error(const struct transfer_answer *said, char out[WORD_BYTES])
{
	json_t *body = json_loadb(said->body, said->body_bytes, 0, NULL);
	const char *name = json_string_value(json_object_get(body, "error"));
	size_t n = 0;

	for (; name != NULL && *name != '\0' && n < WORD_BYTES - 1; name++) {
		if ((*name >= 'a' && *name <= 'z') || *name == '_') {
			out[n++] = *name;
		}
	}
	out[n] = '\0';
	json_decref(body);
}

static void
refuse_code(struct login *l, const struct transfer_answer *said)
{
	struct oidc_client *c = l->client;
	char error[WORD_BYTES];

	if (said->end != TRANSFER_ANSWERED || said->status >= 500 ||
		said->status == 429) {
		set_ready(c, false, end_word(said));
		if (!c->talking) {
			come_back(c, OIDC_RETRY_LEAST_MS);
		}
		end(l, FAULT(AWAY), NULL);
		return;
	}
	read_error(said, error);
	if (strcmp(error, "invalid_grant") == 0) {
		log_event(LOG_WARN, "oidc.refused", "reason=%s", error);
		end(l, FAULT(REFUSED), NULL);
		return;
	}
	log_event(LOG_ERROR, "oidc.misconfigured", "at=token reason=%s status=%u",
		error[0] != '\0' ? error : "bad_answer", said->status);
	end(l, FAULT(BROKEN), NULL);
}

/* Under a key that we do not know: it waits until we do, or know that it is none. */
static void
look_at(struct login *l, const char *token)
{
	struct oidc_client *c = l->client;
	union said said;
	int r = OIDC_TOKEN_FORM;

	if (token != NULL && strlen(token) <= OIDC_TOKEN_MOST) {
		l->token_bytes = strlen(token);
		l->token = strdup(token);
		r = l->token != NULL ? check(l, &said) : -ENOMEM;
	}
	if (r != OIDC_TOKEN_KEY) {
		finish(l, r, &said);
		return;
	}
	if (!c->talking &&
		(!c->has_place ||
			clock_mono_ms() - c->keys_asked_ms < OIDC_KEYS_EVERY_MS ||
			!fetch_keys(c))) {
		refuse_token(l, r);
	}
}

static void
on_token(void *arg, const struct transfer_answer *said)
{
	struct login *l = arg;
	json_t *body;

	if (!is_here(said)) {
		refuse_code(l, said);
		return;
	}
	body = json_loadb(said->body, said->body_bytes, JSON_REJECT_DUPLICATES, NULL);
	look_at(l, json_string_value(json_object_get(body, "id_token")));
	json_decref(body);
}

static int
send_code(struct login *l, const Vedetta__V1__LoginOrder *order)
{
	struct oidc_client *c = l->client;
	const struct oidc_client_name name = {c->config->oidc_client_id, c->secret,
		&c->key, c->config->oidc_client_key_id, &c->place};
	struct parcel parcel;
	int r;

	arena_reset(c->arena);
	r = oidc_request_make(
		&name, order, clock_wall_ms() / SECOND_MS, c->arena, &parcel);
	return r == 0 ? talk(c, &parcel, on_token, l) : r;
}

void
oidc_client_ask(
	struct oidc_client *c, const Vedetta__V1__LoginOrder *order, uint64_t ref)
{
	struct login *l;

	bool is_logout = order->logout_token[0] != '\0';

	if ((!is_logout && !c->has_place) || c->n_logins == OIDC_LOGINS_MOST ||
		strlen(order->nonce) >= NONCE_BYTES) {
		answer(c, ref, is_logout, FAULT(AWAY), NULL);
		return;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		answer(c, ref, is_logout, FAULT(AWAY), NULL);
		return;
	}
	l->client = c;
	l->ref = ref;
	l->is_logout = is_logout;
	memcpy(l->nonce, order->nonce, strlen(order->nonce) + 1);
	TAILQ_INSERT_TAIL(&c->logins, l, link);
	c->n_logins++;
	if (is_logout) {
		look_at(l, order->logout_token);
	} else {
		int r = send_code(l, order);

		if (r == OIDC_ASSERTION_KEY) {
			log_event(LOG_ERROR, "oidc.misconfigured",
				"at=token reason=client_key");
		}
		if (r != 0) {
			end(l, r > 0 ? FAULT(BROKEN) : FAULT(AWAY), NULL);
		}
	}
}

/* ---- coming and going */

int
oidc_client_open(struct oidc_client **out, const struct config *config)
{
	struct oidc_client *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		return -ENOMEM;
	}
	c->config = config;
	TAILQ_INIT(&c->logins);
	if (secret_file_read("oidc.client_secret_file", config->oidc_client_secret_file,
		    c->secret, stderr) != 0 ||
		key_file_read("oidc.client_key_file", config->oidc_client_key_file,
			&c->key, stderr) != 0 ||
		reach_read(config->oidc_allow, &c->reach) != NULL) {
		oidc_client_free(c);
		return CONFIG_BAD;
	}
	*out = c;
	return 0;
}

int
oidc_client_begin(struct oidc_client *c, struct event_base *base,
	struct transfers *transfers, const struct oidc_client_events *events, void *arg)
{
	const struct timeval now = {0, 0};

	c->transfers = transfers;
	c->events = *events;
	c->arg = arg;
	c->keys_asked_ms = -OIDC_KEYS_EVERY_MS;
	metrics_set(METRIC_OIDC_READY, 0); /* of the one before us */
	c->arena = arena_new(ARENA_BYTES);
	c->due = evtimer_new(base, on_due, c);
	if (c->arena == NULL || c->due == NULL) {
		return -ENOMEM;
	}
	return c->config->oidc_issuer[0] == '\0' || event_add(c->due, &now) == 0
		       ? 0
		       : -ENOMEM;
}

void
oidc_client_free(struct oidc_client *c)
{
	if (c == NULL) {
		return;
	}
	while (!TAILQ_EMPTY(&c->logins)) {
		drop(TAILQ_FIRST(&c->logins));
	}
	if (c->due != NULL) {
		event_free(c->due);
	}
	oidc_keys_free(c->keys);
	arena_free(c->arena);
	explicit_bzero(c->secret, sizeof(c->secret));
	explicit_bzero(&c->key, sizeof(c->key));
	free(c);
}
