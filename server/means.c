#include "server/means.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/target.h"
#include "server/delivery_text.h"
#include "server/hook_sign.h"
#include "server/mail_text.h"
#include "server/secret_file.h"

#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name

enum {
	TTL_LEAST_S = 60,
	TTL_MOST_S = 24 * 3600,
	TOKEN_LIFE_S = 12 * 3600,
	TOPIC_BYTES = 17, /* 16 hex digits and NUL */
};

int
means_open(
	struct means *m, const struct config *config, const uint8_t key[32], FILE *err)
{
	uint8_t seed[crypto_auth_hmacsha256_BYTES];
	int r;

	*m = (struct means){.config = config};
	memcpy(m->key, key, sizeof(m->key));
	(void)crypto_auth_hmacsha256(seed, (const uint8_t *)"vapid", 5, key);
	push_key_from_seed(seed, &m->push);
	sodium_memzero(seed, sizeof(seed));
	r = secret_file_read("courier.smtp_password_file", config->smtp_password_file,
		m->smtp_password, err);
	if (r == 0) {
		r = secret_file_read("courier.telegram_token_file",
			config->telegram_token_file, m->telegram_token, err);
	}
	return r;
}

bool
means_is_set_up(const struct means *m, Vedetta__V1__DeliveryMeans means)
{
	switch ((int)means) {
	case MEANS(EMAIL):
		return m->config->smtp_url[0] != '\0' &&
		       m->config->mail_from[0] != '\0';
	case MEANS(WEB_PUSH):
		return m->config->push_subject[0] != '\0';
	case MEANS(WEBHOOK):
		return true;
	case MEANS(TELEGRAM):
		return m->telegram_token[0] != '\0';
	default:
		return false;
	}
}

/* ---- parcels; false: short of memory, or as *outcome says */

static bool
add_header(struct parcel *p, const char *line)
{
	if (line != NULL) {
		p->headers[p->n_headers++] = line;
	}
	return line != NULL;
}

/* What belongs together, in letters that every protocol takes. */
static void
thread_of(const Vedetta__V1__Delivery *d, const char *id, char out[TOPIC_BYTES])
{
	const char *name = d->group[0] != '\0' ? d->group : id;

	(void)snprintf(out, TOPIC_BYTES, "%016llx",
		(unsigned long long)derive_hash("thread", name));
}

/* Without TLS only to this machine itself. */
static bool
is_here(const char *smtp_url)
{
	static const char *const here[] = {"smtp://127.",
		"smtp://localhost:", "smtp://localhost/", "smtp://[::1]"};

	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		if (strncmp(smtp_url, here[i], strlen(here[i])) == 0) {
			return true;
		}
	}
	return false;
}

static bool
make_mail(const struct means *m, const Vedetta__V1__DeliveryOrder *order, int64_t now_s,
	struct arena *arena, struct parcel *p)
{
	const Vedetta__V1__Delivery *d = order->delivery;
	char thread[TOPIC_BYTES];
	struct mail mail = {.from = m->config->mail_from,
		.to = d->target->address,
		.subject = delivery_title(d, arena),
		.text = delivery_body(d, 0, 0, arena),
		.id = order->wire_id,
		.thread = d->group[0] != '\0' ? thread : NULL,
		.at_s = now_s,
		.urgent = d->urgency ==
			  VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH};

	if (mail.subject == NULL || mail.text == NULL) {
		return false;
	}
	thread_of(d, order->wire_id, thread);
	p->is_mail = true;
	p->url = m->config->smtp_url;
	p->wants_tls = !is_here(p->url);
	p->mail_from = arena_printf(arena, "<%s>", mail.from);
	p->mail_to = arena_printf(arena, "<%s>", mail.to);
	p->user = m->config->smtp_user;
	p->password = m->smtp_password;
	p->body = mail_text(&mail, arena, &p->body_bytes);
	return p->mail_from != NULL && p->mail_to != NULL && p->body != NULL;
}

/* Scheme, host and port; the port only when it is not the scheme's. */
static const char *
origin_of(const char *url, struct arena *arena)
{
	char host[TARGET_HOST_BYTES];
	bool is_safe = strncmp(url, "https:", 6) == 0;
	const char *own = is_safe ? ":443" : ":80";
	size_t n = target_host(url, host);

	if (n > strlen(own) && strcmp(host + n - strlen(own), own) == 0) {
		host[n - strlen(own)] = '\0';
	}
	return n == 0 ? NULL
		      : arena_printf(
				arena, "%s://%s", is_safe ? "https" : "http", host);
}

static const char *
push_urgency(const Vedetta__V1__Delivery *d)
{
	switch ((int)d->urgency) {
	case VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_LOW:
		return "Urgency: low";
	case VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH:
		return "Urgency: high";
	default:
		return "Urgency: normal";
	}
}

static bool
add_push_headers(const struct means *m, const Vedetta__V1__DeliveryOrder *order,
	int64_t now_s, struct arena *arena, struct parcel *p)
{
	const Vedetta__V1__Delivery *d = order->delivery;
	const char *origin = origin_of(d->target->address, arena);
	char key[PUSH_POINT_TEXT_BYTES];
	char token[PUSH_TOKEN_BYTES];
	char topic[TOPIC_BYTES];
	int64_t ttl_s = d->not_after_ms / 1000 - now_s;

	ttl_s = ttl_s < TTL_LEAST_S ? TTL_LEAST_S : ttl_s;
	ttl_s = ttl_s > TTL_MOST_S ? TTL_MOST_S : ttl_s;
	if (origin == NULL || push_token(&m->push, origin, now_s + TOKEN_LIFE_S,
				      m->config->push_subject, token) == 0) {
		return false;
	}
	push_key_text(&m->push, key);
	thread_of(d, order->wire_id, topic);
	return add_header(p, "Content-Type: application/octet-stream") &&
	       add_header(p, "Content-Encoding: aes128gcm") &&
	       add_header(p, push_urgency(d)) &&
	       add_header(p, arena_printf(arena, "TTL: %lld", (long long)ttl_s)) &&
	       add_header(p, arena_printf(arena, "Topic: %s", topic)) &&
	       add_header(p, arena_printf(arena, "Authorization: vapid t=%s, k=%s",
				     token, key));
}

static bool
make_push(const struct means *m, const Vedetta__V1__DeliveryOrder *order, int64_t now_s,
	struct arena *arena, struct parcel *p, Vedetta__V1__DeliveryOutcome *outcome)
{
	const Vedetta__V1__DeliveryTarget *t = order->delivery->target;
	const char *json = delivery_push_json(
		order->delivery, order->wire_id, PUSH_PLAIN_MOST, arena);
	uint8_t *body = arena_alloc(arena, PUSH_BODY_MOST);
	uint8_t seed[32], salt[PUSH_SALT_BYTES];
	struct push_key once;
	int r;

	if (json == NULL || body == NULL) {
		return false;
	}
	randombytes_buf(seed, sizeof(seed));
	randombytes_buf(salt, sizeof(salt));
	push_key_from_seed(seed, &once);
	r = push_seal(t->p256dh.data, t->auth.data, &once, salt, json, strlen(json),
		body, &p->body_bytes);
	sodium_memzero(&once, sizeof(once));
	sodium_memzero(seed, sizeof(seed));
	if (r != 0) {
		outcome->result = RESULT(REFUSED);
		outcome->reason = r == PUSH_BAD_KEY ? REASON(GONE) : REASON(CONTENT);
		return false;
	}
	p->body = body;
	p->url = t->address;
	return add_push_headers(m, order, now_s, arena, p);
}

static bool
make_hook(const struct means *m, const Vedetta__V1__DeliveryOrder *order, int64_t now_s,
	struct arena *arena, struct parcel *p)
{
	const char *url = order->delivery->target->address;
	const char *json =
		delivery_hook_json(order->delivery, order->wire_id, now_s, arena);
	char signature[HOOK_SIGNATURE_BYTES];
	uint8_t secret[HOOK_SECRET_BYTES];

	if (json == NULL) {
		return false;
	}
	hook_secret(m->key, url, secret);
	hook_sign(secret, sizeof(secret), order->wire_id, now_s, json, strlen(json),
		signature);
	sodium_memzero(secret, sizeof(secret));
	p->url = url;
	p->body = json;
	p->body_bytes = strlen(json);
	return add_header(p, "Content-Type: application/json") &&
	       add_header(p, arena_printf(arena, "webhook-id: %s", order->wire_id)) &&
	       add_header(p, arena_printf(arena, "webhook-timestamp: %lld",
				     (long long)now_s)) &&
	       add_header(p, arena_printf(arena, "webhook-signature: %s", signature));
}

static bool
make_telegram(const struct means *m, const Vedetta__V1__DeliveryOrder *order,
	struct arena *arena, struct parcel *p)
{
	p->url = arena_printf(arena, "%s/bot%s/sendMessage", m->config->telegram_url,
		m->telegram_token);
	p->body = delivery_telegram_json(order->delivery, arena);
	p->body_bytes = p->body == NULL ? 0 : strlen(p->body);
	return p->url != NULL && p->body != NULL &&
	       add_header(p, "Content-Type: application/json");
}

/* Nothing goes out that should not, whatever the desk believes. */
static bool
may_go(const struct means *m, const Vedetta__V1__Delivery *d,
	Vedetta__V1__DeliveryOutcome *outcome)
{
	struct trouble trouble;

	trouble_init(&trouble);
	if (d->target == NULL || target_check(d->means, d->target, &trouble) != 0) {
		outcome->result = RESULT(REFUSED);
		outcome->reason = REASON(GONE);
	} else if (d->exercise && !d->target->exercises) {
		outcome->result = RESULT(REFUSED);
		outcome->reason = REASON(NOT_JOINED);
	} else if (!means_is_set_up(m, d->means)) {
		/* Nor will it be before the next start: others must be tried now. */
		outcome->result = RESULT(REFUSED);
		outcome->reason = REASON(NOT_SET_UP);
	} else {
		return true;
	}
	return false;
}

bool
means_make(const struct means *m, const Vedetta__V1__DeliveryOrder *order,
	int64_t now_s, struct arena *arena, struct parcel *p,
	Vedetta__V1__DeliveryOutcome *outcome)
{
	*p = (struct parcel){.user = ""};
	if (!may_go(m, order->delivery, outcome)) {
		return false;
	}
	outcome->result = RESULT(FAILED); /* short of memory */
	outcome->reason = REASON(FAILED);
	switch ((int)order->delivery->means) {
	case MEANS(EMAIL):
		return make_mail(m, order, now_s, arena, p);
	case MEANS(WEB_PUSH):
		return make_push(m, order, now_s, arena, p, outcome);
	case MEANS(WEBHOOK):
		return make_hook(m, order, now_s, arena, p);
	default: /* means_is_set_up() knows no others */
		return make_telegram(m, order, arena, p);
	}
}
