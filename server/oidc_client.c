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
#include "proto/base64.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/oidc_place.h"
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
};

/* One code on its way to a person. */
struct login {
	TAILQ_ENTRY(login) link;
	struct oidc_client *client; /* borrowed: owns us */
	uint64_t ref;
	char nonce[NONCE_BYTES];
	char *token; /* waits for keys; NULL: not here yet */
	size_t token_bytes;
};

struct oidc_client {
	const struct config *config; /* borrowed */
	char secret[SECRET_FILE_BYTES];
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
answer(struct oidc_client *c, uint64_t ref, Vedetta__V1__LoginFault fault,
	const struct oidc_person *person)
{
	Vedetta__V1__LoginResult result = VEDETTA__V1__LOGIN_RESULT__INIT;
	Vedetta__V1__Identity identity = VEDETTA__V1__IDENTITY__INIT;

	metrics_add(fault == FAULT(UNSPECIFIED) ? METRIC_OIDC_CONFIRMED
		    : fault == FAULT(AWAY)      ? METRIC_OIDC_AWAY
						: METRIC_OIDC_REFUSED,
		1);
	result.fault = fault;
	if (person != NULL) {
		identity.issuer = (char *)(uintptr_t)c->config->oidc_issuer;
		identity.subject = (char *)(uintptr_t)person->subject;
		result.identity = &identity;
		result.auth_time_s = person->auth_time_s;
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
end(struct login *l, Vedetta__V1__LoginFault fault, const struct oidc_person *person)
{
	struct oidc_client *c = l->client;
	uint64_t ref = l->ref;

	drop(l);
	answer(c, ref, fault, person);
}

static int
check(const struct login *l, struct oidc_person *person)
{
	struct oidc_client *c = l->client;
	const struct oidc_wanted wanted = {.issuer = c->config->oidc_issuer,
		.client_id = c->config->oidc_client_id,
		.nonce = l->nonce,
		.acr = c->config->oidc_acr,
		.now_s = clock_wall_ms() / SECOND_MS};

	arena_reset(c->arena);
	return oidc_token_check(
		l->token, l->token_bytes, c->keys, &wanted, c->arena, person);
}

static void
refuse_token(struct login *l, int why)
{
	log_event(LOG_WARN, "oidc.refused", "reason=%s", oidc_token_reason(why));
	end(l, why == OIDC_TOKEN_WEAK ? FAULT(WEAK) : FAULT(BROKEN), NULL);
}

static void
finish(struct login *l, int r, const struct oidc_person *person)
{
	if (r == 0) {
		end(l, FAULT(UNSPECIFIED), person);
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
		struct oidc_person person;

		next = TAILQ_NEXT(l, link);
		if (l->token != NULL) {
			finish(l, check(l, &person), &person);
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
		c->secret[0] != '\0', &c->place);
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

/* The ID token of an answer, kept in the login; false: it has none. */
static bool
keep_token(struct login *l, const struct transfer_answer *said)
{
	json_t *body =
		json_loadb(said->body, said->body_bytes, JSON_REJECT_DUPLICATES, NULL);
	const char *token = json_string_value(json_object_get(body, "id_token"));

	if (token != NULL && strlen(token) <= OIDC_TOKEN_MOST) {
		l->token_bytes = strlen(token);
		l->token = strdup(token);
	}
	json_decref(body);
	return l->token != NULL;
}

/* Under a key that we do not know: it waits until we do, or know that it is none. */
static void
on_token(void *arg, const struct transfer_answer *said)
{
	struct login *l = arg;
	struct oidc_client *c = l->client;
	struct oidc_person person;
	int r;

	if (!is_here(said)) {
		refuse_code(l, said);
		return;
	}
	r = keep_token(l, said) ? check(l, &person) : OIDC_TOKEN_FORM;
	if (r != OIDC_TOKEN_KEY) {
		finish(l, r, &person);
		return;
	}
	if (!c->talking && (clock_mono_ms() - c->keys_asked_ms < OIDC_KEYS_EVERY_MS ||
				   !fetch_keys(c))) {
		refuse_token(l, r);
	}
}

/* Name and secret, each escaped, as RFC 6749, 2.3.1 has it. */
static const char *
make_header(struct oidc_client *c)
{
	const char *name = fields_escape(c->arena, c->config->oidc_client_id);
	const char *secret = fields_escape(c->arena, c->secret);
	const char *both = name != NULL && secret != NULL
				   ? arena_printf(c->arena, "%s:%s", name, secret)
				   : NULL;
	char *coded =
		both != NULL ? arena_alloc(c->arena, strlen(both) / 3 * 4 + 8) : NULL;

	if (coded == NULL) {
		return NULL;
	}
	coded[base64_write((const uint8_t *)both, strlen(both), coded)] = '\0';
	return arena_printf(c->arena, "Authorization: Basic %s", coded);
}

static int
send_code(struct login *l, const Vedetta__V1__LoginOrder *order)
{
	struct oidc_client *c = l->client;
	bool in_header = c->secret[0] != '\0' && !c->place.wants_post;
	struct parcel parcel = {.url = c->place.token, .n_headers = 1};
	const char *code, *uri, *verifier, *name, *secret, *header = NULL;

	arena_reset(c->arena);
	code = fields_escape(c->arena, order->code);
	uri = fields_escape(c->arena, order->redirect_uri);
	verifier = fields_escape(c->arena, order->verifier);
	name = fields_escape(c->arena, c->config->oidc_client_id);
	secret = fields_escape(c->arena, c->secret);
	if (code == NULL || uri == NULL || verifier == NULL || name == NULL ||
		secret == NULL) {
		return -ENOMEM;
	}
	parcel.body = arena_printf(c->arena,
		"grant_type=authorization_code&code=%s&redirect_uri=%s&"
		"code_verifier=%s%s%s%s%s",
		code, uri, verifier,
		in_header ? "" : "&client_id=", in_header ? "" : name,
		in_header || secret[0] == '\0' ? "" : "&client_secret=",
		in_header ? "" : secret);
	parcel.headers[0] = "Content-Type: application/x-www-form-urlencoded";
	if (in_header) {
		header = make_header(c);
		parcel.headers[parcel.n_headers++] = header;
	}
	if (parcel.body == NULL || (in_header && header == NULL)) {
		return -ENOMEM;
	}
	parcel.body_bytes = strlen(parcel.body);
	return talk(c, &parcel, on_token, l);
}

void
oidc_client_ask(
	struct oidc_client *c, const Vedetta__V1__LoginOrder *order, uint64_t ref)
{
	struct login *l;

	if (!c->has_place || c->n_logins == OIDC_LOGINS_MOST ||
		strlen(order->nonce) >= NONCE_BYTES) {
		answer(c, ref, FAULT(AWAY), NULL);
		return;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		answer(c, ref, FAULT(AWAY), NULL);
		return;
	}
	l->client = c;
	l->ref = ref;
	memcpy(l->nonce, order->nonce, strlen(order->nonce) + 1);
	TAILQ_INSERT_TAIL(&c->logins, l, link);
	c->n_logins++;
	if (send_code(l, order) != 0) {
		end(l, FAULT(AWAY), NULL);
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
	free(c);
}
