#include "server/courier_role.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "dispatch/derive.h"
#include "proto/arena.h"
#include "server/clock.h"
#include "server/delivery_name.h"
#include "server/line.h"
#include "server/log.h"
#include "server/means.h"
#include "server/metrics.h"
#include "server/oidc_client.h"
#include "server/role_loop.h"
#include "server/sandbox.h"
#include "server/transfers.h"
#include "vedetta/v1/frame.pb-c.h"

#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name
#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name

enum {
	SECOND_MS = 1000,
	ARENA_BYTES = 1024 * 1024,
	OUTCOME_BYTES = 128,
	/* Addresses and names at their longest. */
	PROVIDER_BYTES = 2048,
};

/* One on its way. */
struct job {
	TAILQ_ENTRY(job) link;
	struct courier *courier; /* borrowed: owns us */
	uint64_t wire;           /* hash of what the other end knows it by */
	uint64_t id;
	uint32_t attempt; /* the newest that was asked for */
	Vedetta__V1__DeliveryMeans means;
	int64_t since_us;
};

/* One that ended for good. */
struct memory_of {
	uint64_t wire; /* 0: none */
	Vedetta__V1__DeliveryResult result;
	Vedetta__V1__DeliveryReason reason;
	uint32_t status;
};

struct courier {
	struct role *role; /* borrowed: lives as long as the process */
	struct event_base *base;
	struct event *over; /* the drain's deadline */
	struct line *line;  /* NULL: no desk */
	struct line *dead;  /* freed from the loop */
	struct event *sweep;
	struct arena *arena;
	struct means means;
	struct transfers *transfers;
	struct oidc_client *oidc;
	TAILQ_HEAD(, job) jobs;
	size_t n_jobs;
	bool draining;
	size_t next_memory;
	struct memory_of memory[COURIER_REMEMBERED];
};

/* ---- answers */

static void
send_frame(struct courier *c, uint16_t kind, uint64_t ref, const uint8_t *body,
	size_t bytes)
{
	const struct frame_head head = {
		.kind = kind, .ref = ref, .body_bytes = (uint32_t)bytes};

	/* Without a desk nobody waits for it: the next one asks again. */
	if (c->line != NULL && line_send(c->line, &head, body) != 0) {
		log_event(LOG_WARN, "courier.unheard", "delivery=%llu",
			(unsigned long long)ref);
	}
}

static void
answer(struct courier *c, const Vedetta__V1__DeliveryOutcome *outcome)
{
	uint8_t body[OUTCOME_BYTES];
	size_t bytes = vedetta__v1__delivery_outcome__get_packed_size(outcome);

	if (bytes <= sizeof(body)) {
		(void)vedetta__v1__delivery_outcome__pack(outcome, body);
		send_frame(c, FRAME_DELIVERY_OUTCOME, outcome->id, body, bytes);
	}
}

static bool
is_final(const Vedetta__V1__DeliveryOutcome *o)
{
	return o->result == RESULT(HANDED_OVER) || o->result == RESULT(DELIVERED) ||
	       o->result == RESULT(REFUSED);
}

static void
remember(struct courier *c, uint64_t wire, const Vedetta__V1__DeliveryOutcome *o)
{
	if (is_final(o)) {
		c->memory[c->next_memory] =
			(struct memory_of){wire, o->result, o->reason, o->status};
		c->next_memory = (c->next_memory + 1) % COURIER_REMEMBERED;
	}
}

/* The token and the address are never in the log. */
static void
note(const Vedetta__V1__DeliveryOutcome *o, Vedetta__V1__DeliveryMeans means,
	int64_t since_us)
{
	bool is_ours =
		o->result == RESULT(MISCONFIGURED) || o->reason == REASON(NOT_SET_UP);

	if (is_ours) {
		log_event(LOG_ERROR, "courier.misconfigured",
			"means=%s reason=%s status=%u", delivery_means_name(means),
			delivery_reason_name(o->reason), o->status);
		return;
	}
	log_event(is_final(o) && o->result != RESULT(REFUSED) ? LOG_INFO : LOG_WARN,
		"courier.attempt",
		"delivery=%llu attempt=%u means=%s result=%s reason=%s status=%u "
		"ms=%lld",
		(unsigned long long)o->id, o->attempt, delivery_means_name(means),
		delivery_result_name(o->result), delivery_reason_name(o->reason),
		o->status, (long long)(clock_mono_us() - since_us) / 1000);
}

/* ---- jobs */

static void
end_if_idle(struct courier *c)
{
	if (c->draining && c->n_jobs == 0) {
		(void)event_base_loopbreak(c->base);
	}
}

static void
on_done(void *arg, const struct transfer_answer *said)
{
	Vedetta__V1__DeliveryOutcome outcome = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
	struct job *job = arg;
	struct courier *c = job->courier;

	outcome.id = job->id;
	outcome.attempt = job->attempt;
	means_judge(job->means, said, &outcome);
	note(&outcome, job->means, job->since_us);
	remember(c, job->wire, &outcome);
	TAILQ_REMOVE(&c->jobs, job, link);
	c->n_jobs--;
	metrics_set(METRIC_COURIER_JOBS, c->n_jobs);
	free(job);
	answer(c, &outcome);
	end_if_idle(c);
}

/* Is it known already? Then it is not carried again. */
static bool
is_known(struct courier *c, uint64_t wire, Vedetta__V1__DeliveryOutcome *outcome)
{
	struct job *job;

	TAILQ_FOREACH (job, &c->jobs, link) {
		if (job->wire == wire) {
			job->attempt = outcome->attempt;
			return true;
		}
	}
	for (size_t i = 0; i < COURIER_REMEMBERED; i++) {
		const struct memory_of *m = &c->memory[i];

		if (m->wire == wire) {
			outcome->result = m->result;
			outcome->reason = m->reason;
			outcome->status = m->status;
			answer(c, outcome);
			return true;
		}
	}
	return false;
}

static int
start(struct courier *c, const Vedetta__V1__DeliveryOrder *order, uint64_t wire,
	const struct parcel *parcel)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL || c->n_jobs == COURIER_JOBS ||
		transfers_start(c->transfers, parcel, on_done, job) != 0) {
		free(job);
		return -ENOMEM;
	}
	job->courier = c;
	job->wire = wire;
	job->id = order->delivery->id;
	job->attempt = order->attempt;
	job->means = order->delivery->means;
	job->since_us = clock_mono_us();
	TAILQ_INSERT_TAIL(&c->jobs, job, link);
	c->n_jobs++;
	metrics_set(METRIC_COURIER_JOBS, c->n_jobs);
	return 0;
}

static void
carry(struct courier *c, const Vedetta__V1__DeliveryOrder *order)
{
	Vedetta__V1__DeliveryOutcome outcome = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
	uint64_t wire = derive_hash("wire", order->wire_id);
	struct parcel parcel;
	int r;

	outcome.id = order->delivery->id;
	outcome.attempt = order->attempt;
	if (is_known(c, wire, &outcome)) {
		return;
	}
	if (!means_make(&c->means, order, clock_wall_ms() / SECOND_MS, c->arena,
		    &parcel, &outcome)) {
		note(&outcome, order->delivery->means, clock_mono_us());
		answer(c, &outcome);
		return;
	}
	r = start(c, order, wire, &parcel);
	if (r != 0) {
		log_event(LOG_WARN, "courier.no_start", "delivery=%llu reason=\"%s\"",
			(unsigned long long)outcome.id, strerror(-r));
		answer(c, &outcome); /* FAILED */
	}
}

/* ---- the identity provider */

static void
on_state(void *arg, const Vedetta__V1__ProviderState *state)
{
	uint8_t body[PROVIDER_BYTES];
	size_t bytes = vedetta__v1__provider_state__get_packed_size(state);

	if (bytes <= sizeof(body)) {
		(void)vedetta__v1__provider_state__pack(state, body);
		send_frame(arg, FRAME_PROVIDER, 0, body, bytes);
	}
}

static void
on_login(void *arg, uint64_t ref, const Vedetta__V1__LoginResult *result)
{
	uint8_t body[PROVIDER_BYTES];
	size_t bytes = vedetta__v1__login_result__get_packed_size(result);

	if (bytes <= sizeof(body)) {
		(void)vedetta__v1__login_result__pack(result, body);
		send_frame(arg, FRAME_LOGIN_RESULT, ref, body, bytes);
	}
}

static void
take_login(struct courier *c, const struct frame_head *head, const uint8_t *body)
{
	const Vedetta__V1__LoginOrder *order = vedetta__v1__login_order__unpack(
		arena_allocator(c->arena), head->body_bytes, body);

	if (order != NULL) {
		oidc_client_ask(c->oidc, order, head->ref);
	}
}

/* ---- the desk's line */

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	const Vedetta__V1__DeliveryOrder *order = NULL;
	struct courier *c = arg;

	arena_reset(c->arena);
	if (head->kind == FRAME_LOGIN_ORDER) {
		take_login(c, head, body);
		return;
	}
	if (head->kind == FRAME_DELIVERY) {
		order = vedetta__v1__delivery_order__unpack(
			arena_allocator(c->arena), head->body_bytes, body);
	}
	if (order == NULL || order->delivery == NULL || c->draining) {
		return; /* it stays the desk's, who asks again */
	}
	carry(c, order);
}

static void
on_turn_end(void *arg)
{
	(void)arg;
}

static void
on_closed(void *arg)
{
	struct courier *c = arg;

	line_free(c->dead); /* another one than that we are called by */
	c->dead = c->line;
	c->line = NULL;
	event_active(c->sweep, EV_TIMEOUT, 0);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct courier *c = arg;

	(void)fd;
	(void)what;
	line_free(c->dead);
	c->dead = NULL;
}

static void
say_hello(struct courier *c)
{
	Vedetta__V1__CourierHello hello = VEDETTA__V1__COURIER_HELLO__INIT;
	Vedetta__V1__DeliveryMeans means[4];
	char key[PUSH_POINT_TEXT_BYTES];
	uint8_t body[256];

	push_key_text(&c->means.push, key);
	hello.push_key = key;
	hello.means = means;
	for (int m = MEANS(EMAIL); m <= MEANS(TELEGRAM); m++) {
		if (means_is_set_up(&c->means, (Vedetta__V1__DeliveryMeans)m)) {
			means[hello.n_means++] = (Vedetta__V1__DeliveryMeans)m;
		}
	}
	send_frame(c, FRAME_COURIER_HELLO, 0, body,
		vedetta__v1__courier_hello__pack(&hello, body));
}

static void
on_line(void *arg, Vedetta__V1__LineKind kind, uint32_t peer, bool console, int fd)
{
	static const struct line_events events = {
		on_frame, on_turn_end, NULL, on_closed};
	struct courier *c = arg;

	(void)kind; /* the courier has no other lines */
	(void)peer;
	(void)console;
	line_free(c->line);
	c->line = line_new(c->base, fd, &events, c);
	if (c->line == NULL) {
		(void)close(fd); /* the desk sees it and waits for the next */
		return;
	}
	say_hello(c);
	oidc_client_tell(c->oidc);
}

/* ---- the role */

static void
on_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)event_base_loopbreak(((struct courier *)arg)->base);
}

static void
on_drain(void *arg, uint32_t within_ms)
{
	const struct timeval wait = {within_ms / 2000, within_ms / 2 % 1000 * 1000};
	struct courier *c = arg;

	c->draining = true;
	(void)event_add(c->over, &wait);
	end_if_idle(c);
}

/* What resolving names and checking certificates reads; no file of ours. */
static int
enter_sandbox(const struct config *config)
{
	const struct sandbox_folder folders[] = {
		{"/etc/hosts", false},
		{"/etc/host.conf", false},
		{"/etc/resolv.conf", false},
		{"/etc/nsswitch.conf", false},
		{"/etc/gai.conf", false},
		{"/etc/services", false},
		{"/etc/protocols", false},
		{"/etc/ld.so.cache", false},
		{"/etc/localtime", false},
		{"/etc/ssl/certs", false},
		{"/usr/share/ca-certificates", false},
		{"/run/systemd/resolve", false},
		{"/usr/lib", false},
		{"/lib", false},
		{"/dev/urandom", false},
		{config->courier_ca_file, false},
	};

	return sandbox_enter_online(folders, sizeof(folders) / sizeof(folders[0]));
}

static int
open_role(struct courier *c)
{
	static const struct oidc_client_events oidc_events = {on_state, on_login};
	const struct role_setup *setup = role_setup(c->role);
	struct transfers_options options = {.ca_file = setup->config.courier_ca_file,
		.timeout_ms = setup->config.courier_timeout_s * SECOND_MS};
	int fault = means_open(&c->means, &setup->config, setup->key, stderr);

	if (fault != 0 || oidc_client_open(&c->oidc, &setup->config) != 0 ||
		reach_read(setup->config.courier_allow, &options.reach) != NULL) {
		log_event(LOG_ERROR, "courier.misconfigured", "reason=config");
		return -EINVAL;
	}
	fault = enter_sandbox(&setup->config);
	if (fault != 0) {
		log_event(LOG_ERROR, "sandbox.refused", "reason=\"%s\"",
			strerror(-fault));
		return fault;
	}
	TAILQ_INIT(&c->jobs);
	c->base = role_base_new();
	c->arena = arena_new(ARENA_BYTES);
	if (c->base == NULL || c->arena == NULL) {
		return -ENOMEM;
	}
	c->over = evtimer_new(c->base, on_over, c);
	c->sweep = evtimer_new(c->base, on_sweep, c);
	c->transfers = transfers_new(c->base, &options);
	if (c->over == NULL || c->sweep == NULL || c->transfers == NULL) {
		return -ENOMEM;
	}
	return oidc_client_begin(c->oidc, c->base, c->transfers, &oidc_events, c);
}

static void
close_role(struct courier *c)
{
	transfers_free(c->transfers);
	oidc_client_free(c->oidc);
	while (!TAILQ_EMPTY(&c->jobs)) {
		struct job *job = TAILQ_FIRST(&c->jobs);

		TAILQ_REMOVE(&c->jobs, job, link);
		free(job);
	}
	line_free(c->line);
	line_free(c->dead);
	event_free(c->over);
	event_free(c->sweep);
	event_base_free(c->base);
	arena_free(c->arena);
	explicit_bzero(&c->means, sizeof(c->means));
}

int
courier_role_run(struct role *role)
{
	static const struct role_events orders = {on_line, NULL, on_drain};
	struct courier *c = calloc(1, sizeof(*c));
	int fault;

	if (c == NULL) {
		return 1;
	}
	c->role = role;
	if (open_role(c) != 0) {
		return 1; /* the process ends: nothing to undo; it is tried again */
	}
	role_say_ready(role);
	fault = role_run(role, c->base, &orders, c);
	close_role(c);
	free(c);
	role_say_drained(role);
	return fault == 0 ? 0 : 1;
}
