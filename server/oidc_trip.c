#include "server/oidc_trip.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "server/fields.h"

enum {
	RAW_BYTES = 32,
	VALUE_BYTES = OIDC_TEXT_BYTES + 40,
};

static_assert(sodium_base64_ENCODED_LEN(RAW_BYTES,
		      sodium_base64_VARIANT_URLSAFE_NO_PADDING) == OIDC_TEXT_BYTES,
	"texts are 256 bits");

static void
write_text(const uint8_t raw[RAW_BYTES], char out[OIDC_TEXT_BYTES])
{
	sodium_bin2base64(out, OIDC_TEXT_BYTES, raw, RAW_BYTES,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool
read_text(const char *text, size_t bytes, uint8_t raw[RAW_BYTES])
{
	size_t n = 0;

	return bytes == OIDC_TEXT_BYTES - 1 &&
	       sodium_base642bin(raw, RAW_BYTES, text, bytes, NULL, &n, NULL,
		       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	       n == RAW_BYTES;
}

/* What the cookie holds. */
static void
write_value(const struct oidc_trip *t, char out[VALUE_BYTES])
{
	(void)snprintf(out, VALUE_BYTES, "%s.%c.%" PRId64 ".%s", t->seed,
		t->step_up ? 's' : 'l', t->began_s, t->language);
}

static void
follow(const struct oidc_trip *t, const char *what, char out[OIDC_TEXT_BYTES])
{
	crypto_generichash_state hash;
	uint8_t raw[RAW_BYTES];
	char value[VALUE_BYTES];

	write_value(t, value);
	assert(strlen(value) <= crypto_generichash_KEYBYTES_MAX);
	crypto_generichash_init(
		&hash, (const uint8_t *)value, strlen(value), sizeof(raw));
	crypto_generichash_update(&hash, (const uint8_t *)what, strlen(what));
	crypto_generichash_final(&hash, raw, sizeof(raw));
	write_text(raw, out);
	sodium_memzero(raw, sizeof(raw));
}

static void
follow_all(struct oidc_trip *t)
{
	follow(t, "state", t->state);
	follow(t, "nonce", t->nonce);
	follow(t, "verifier", t->verifier);
}

void
oidc_trip_begin(
	struct oidc_trip *trip, bool step_up, const char *language, int64_t now_s)
{
	uint8_t raw[RAW_BYTES];

	*trip = (struct oidc_trip){.step_up = step_up, .began_s = now_s};
	(void)snprintf(trip->language, sizeof(trip->language), "%s", language);
	randombytes_buf(raw, sizeof(raw));
	write_text(raw, trip->seed);
	sodium_memzero(raw, sizeof(raw));
	follow_all(trip);
}

/* "SEED.l.1795000000.it" */
static bool
read_value(struct oidc_trip *t, const char *text, size_t bytes)
{
	uint8_t raw[RAW_BYTES];
	char value[VALUE_BYTES], again[VALUE_BYTES];
	char *end;

	if (bytes >= sizeof(value) || bytes < OIDC_TEXT_BYTES + 4) {
		return false;
	}
	memcpy(value, text, bytes);
	value[bytes] = '\0';
	*t = (struct oidc_trip){.step_up = value[OIDC_TEXT_BYTES] == 's'};
	if (!read_text(value, OIDC_TEXT_BYTES - 1, raw)) {
		return false;
	}
	memcpy(t->seed, value, OIDC_TEXT_BYTES - 1);
	t->began_s = strtoll(value + OIDC_TEXT_BYTES + 2, &end, 10);
	if (*end != '.' || strlen(end + 1) >= sizeof(t->language)) {
		return false;
	}
	memcpy(t->language, end + 1, strlen(end + 1) + 1);
	write_value(t, again);
	return strcmp(value, again) == 0;
}

bool
oidc_trip_read(struct oidc_trip *trip, const char *cookies, int64_t now_s)
{
	static const char name[] = OIDC_COOKIE "=";
	const char *at = cookies;

	while (at != NULL && *at != '\0') {
		size_t bytes;

		at += strspn(at, " ;");
		bytes = strcspn(at, ";");
		if (strncmp(at, name, sizeof(name) - 1) == 0) {
			if (!read_value(trip, at + sizeof(name) - 1,
				    bytes - (sizeof(name) - 1)) ||
				trip->began_s <= 0 || trip->began_s > now_s ||
				now_s - trip->began_s > OIDC_TRIP_S) {
				return false;
			}
			follow_all(trip);
			return true;
		}
		at += bytes;
	}
	return false;
}

void
oidc_trip_cookie(const struct oidc_trip *trip, char out[OIDC_COOKIE_LINE])
{
	char value[VALUE_BYTES] = "";

	if (trip != NULL) {
		write_value(trip, value);
	}
	(void)snprintf(out, OIDC_COOKIE_LINE,
		"Set-Cookie: " OIDC_COOKIE "=%s; Path=/; Secure; HttpOnly; "
		"SameSite=Lax; Max-Age=%d\r\n",
		value, trip != NULL ? OIDC_TRIP_S : 0);
}

bool
oidc_trip_has_state(const struct oidc_trip *trip, const char *state)
{
	return strlen(state) == OIDC_TEXT_BYTES - 1 &&
	       sodium_memcmp(state, trip->state, OIDC_TEXT_BYTES - 1) == 0;
}

static void
challenge(const struct oidc_trip *trip, char out[OIDC_TEXT_BYTES])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(
		hash, (const uint8_t *)trip->verifier, strlen(trip->verifier));
	write_text(hash, out);
}

const char *
oidc_trip_url(
	const struct oidc_trip *trip, const struct oidc_way *way, struct arena *arena)
{
	const char *endpoint = way->authorization_endpoint;
	const char *id = fields_escape(arena, way->client_id);
	const char *back = fields_escape(arena, way->redirect_uri);
	const char *acr = fields_escape(arena, way->acr);
	char hash[OIDC_TEXT_BYTES];

	if (id == NULL || back == NULL || acr == NULL) {
		return NULL;
	}
	challenge(trip, hash);
	/* Each time anew: the colleague before may still be logged in there. */
	return arena_printf(arena,
		"%s%cresponse_type=code&scope=openid&client_id=%s&redirect_uri=%s&"
		"state=%s&nonce=%s&code_challenge=%s&code_challenge_method=S256&"
		"prompt=login&max_age=0&ui_locales=%s%s%s",
		endpoint, strchr(endpoint, '?') != NULL ? '&' : '?', id, back,
		trip->state, trip->nonce, hash, trip->language,
		acr[0] != '\0' ? "&acr_values=" : "", acr);
}
