#include "server/oidc_token.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LOGOUT_EVENT "http://schemas.openid.net/event/backchannel-logout"
#define TIME_MOST 9007199254740992.0 /* 2^53: whole numbers up to there are exact */

struct parts {
	const char *signed_part; /* head.claims */
	size_t signed_bytes;
	json_t *head;
	json_t *claims;
	uint8_t signature[OIDC_RSA_BYTES_MOST];
	size_t signature_bytes;
};

/* ---- form */

/* An object, or OIDC_TOKEN_FORM, or -ENOMEM. */
static int
read_object(const char *text, size_t bytes, struct arena *arena, json_t **out)
{
	uint8_t *raw = arena_alloc(arena, bytes + 1);
	json_error_t error;
	size_t n;

	if (raw == NULL) {
		return -ENOMEM;
	}
	if (!oidc_base64url(text, bytes, raw, bytes, &n)) {
		return OIDC_TOKEN_FORM;
	}
	*out = json_loadb((const char *)raw, n, JSON_REJECT_DUPLICATES, &error);
	if (*out == NULL) {
		return json_error_code(&error) == json_error_out_of_memory
			       ? -ENOMEM
			       : OIDC_TOKEN_FORM;
	}
	return json_is_object(*out) ? 0 : OIDC_TOKEN_FORM;
}

static int
take_apart(const char *text, size_t bytes, struct arena *arena, struct parts *out)
{
	const char *first = memchr(text, '.', bytes);
	const char *second = first != NULL ? memchr(first + 1, '.',
						     bytes - (size_t)(first + 1 - text))
					   : NULL;
	const char *end = text + bytes;
	int r;

	if (bytes > OIDC_TOKEN_MOST || second == NULL ||
		!oidc_base64url(second + 1, (size_t)(end - second - 1), out->signature,
			sizeof(out->signature), &out->signature_bytes)) {
		return OIDC_TOKEN_FORM;
	}
	out->signed_part = text;
	out->signed_bytes = (size_t)(second - text);
	r = read_object(text, (size_t)(first - text), arena, &out->head);
	return r == 0 ? read_object(first + 1, (size_t)(second - first - 1), arena,
				&out->claims)
		      : r;
}

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* Not said, or said in words we know. */
static bool
is_type(const json_t *head, const char *wanted)
{
	const json_t *type = json_object_get(head, "typ");
	const char *name = json_string_value(type);

	return type == NULL || (name != NULL && (strcasecmp(name, "JWT") == 0 ||
							strcasecmp(name, wanted) == 0));
}

static bool
read_algorithm(const char *name, enum oidc_algorithm *out)
{
	static const struct {
		const char *name;
		enum oidc_algorithm algorithm;
	} known[] = {
		{"RS256", OIDC_RS256}, {"ES256", OIDC_ES256}, {"PS256", OIDC_PS256}};

	for (size_t i = 0; name != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(name, known[i].name) == 0) {
			*out = known[i].algorithm;
			return true;
		}
	}
	return false;
}

/* type: what a token of its kind may say it is, besides "JWT". */
static int
check_signature(const struct parts *p, const char *type, const struct oidc_keys *keys)
{
	const json_t *kid = json_object_get(p->head, "kid");
	enum oidc_algorithm algorithm;
	int r;

	if (!read_algorithm(text_of(p->head, "alg"), &algorithm)) {
		return OIDC_TOKEN_ALGORITHM;
	}
	if (!is_type(p->head, type) || json_object_get(p->head, "crit") != NULL ||
		(kid != NULL && !json_is_string(kid))) {
		return OIDC_TOKEN_FORM;
	}
	if (keys == NULL) {
		return OIDC_TOKEN_KEY;
	}
	r = oidc_keys_verify(keys, algorithm, json_string_value(kid), p->signed_part,
		p->signed_bytes, p->signature, p->signature_bytes);
	return r == OIDC_KEY_UNKNOWN ? OIDC_TOKEN_KEY
	       : r != 0              ? OIDC_TOKEN_SIGNATURE
				     : 0;
}

/* ---- claims */

static bool
is_text(const json_t *claim, const char *value)
{
	const char *text = json_string_value(claim);

	return text != NULL && strcmp(text, value) == 0;
}

/* Is it for us, and is it for us alone unless it says that we asked for it? */
static int
check_audience(const json_t *claims, const char *client_id)
{
	const json_t *audience = json_object_get(claims, "aud");
	const json_t *party = json_object_get(claims, "azp");
	size_t n = json_is_array(audience) ? json_array_size(audience) : 1;
	bool found = is_text(audience, client_id);

	if (n > OIDC_AUDIENCES_MOST) {
		return OIDC_TOKEN_AUDIENCE;
	}
	for (size_t i = 0; json_is_array(audience) && i < n; i++) {
		if (!json_is_string(json_array_get(audience, i))) {
			return OIDC_TOKEN_AUDIENCE;
		}
		found = found || is_text(json_array_get(audience, i), client_id);
	}
	if (!found) {
		return OIDC_TOKEN_AUDIENCE;
	}
	return (party == NULL && n > 1) || (party != NULL && !is_text(party, client_id))
		       ? OIDC_TOKEN_PARTY
		       : 0;
}

/* A time of seconds, or -1: there is none, or it is none. */
static int64_t
time_of(const json_t *claims, const char *name)
{
	const json_t *claim = json_object_get(claims, name);
	double value = json_is_number(claim) ? json_number_value(claim) : -1;

	return value >= 0 && value <= TIME_MOST ? (int64_t)value : -1;
}

/* Those of before the standard was done say no end for a logout. */
static int
check_times(const json_t *claims, bool must_end, int64_t now_s)
{
	bool has_end = json_object_get(claims, "exp") != NULL;
	int64_t expires_s = time_of(claims, "exp");
	int64_t made_s = time_of(claims, "iat");
	bool has_begin = json_object_get(claims, "nbf") != NULL;
	int64_t begins_s = time_of(claims, "nbf");

	if ((must_end || has_end) &&
		(expires_s < 0 || expires_s + OIDC_SKEW_S <= now_s)) {
		return OIDC_TOKEN_EXPIRED;
	}
	if (made_s < 0 || made_s > now_s + OIDC_SKEW_S ||
		made_s < now_s - OIDC_AGE_MOST_S - OIDC_SKEW_S ||
		(has_begin && (begins_s < 0 || begins_s > now_s + OIDC_SKEW_S))) {
		return OIDC_TOKEN_TIME;
	}
	return 0;
}

static bool
has_nonce(const json_t *claims, const char *nonce)
{
	const char *said = text_of(claims, "nonce");

	return said != NULL && nonce[0] != '\0' && strlen(said) == strlen(nonce) &&
	       sodium_memcmp(said, nonce, strlen(nonce)) == 0;
}

/* Is it one of the values between blanks? */
static bool
is_strong_enough(const json_t *claims, const char *wanted)
{
	const char *said = text_of(claims, "acr");
	const char *at = wanted;

	while (said != NULL && *(at += strspn(at, " ")) != '\0') {
		size_t bytes = strcspn(at, " ");

		if (strlen(said) == bytes && strncmp(at, said, bytes) == 0) {
			return true;
		}
		at += bytes;
	}
	return wanted[0] == '\0';
}

/* false, and "": it is not said, or as nobody we could tell apart would say it. */
static bool
take_name(const json_t *claims, const char *claim, char *out, size_t room)
{
	const char *name = text_of(claims, claim);

	out[0] = '\0';
	if (name == NULL || name[0] == '\0' || strlen(name) >= room) {
		return false;
	}
	memcpy(out, name, strlen(name) + 1);
	return true;
}

/* Printable ASCII, as OpenID Connect has it: what an administrator can type. */
static bool
take_subject(const json_t *claims, char out[OIDC_SUBJECT_BYTES])
{
	bool taken = take_name(claims, "sub", out, OIDC_SUBJECT_BYTES);

	for (const char *c = out; *c != '\0'; c++) {
		taken = taken && *c >= '!' && *c <= '~';
	}
	return taken;
}

static int
take_person(const json_t *claims, struct oidc_person *out)
{
	int64_t at_s = time_of(claims, "auth_time");

	if (!take_subject(claims, out->subject)) {
		return OIDC_TOKEN_SUBJECT;
	}
	(void)take_name(claims, "sid", out->session, sizeof(out->session));
	out->auth_time_s = at_s > 0 ? at_s : 0;
	return 0;
}

/* Whose token is it, for whom and when? */
static int
check_ends(const json_t *claims, const struct oidc_wanted *wanted, bool must_end)
{
	int r = is_text(json_object_get(claims, "iss"), wanted->issuer)
			? check_audience(claims, wanted->client_id)
			: OIDC_TOKEN_ISSUER;

	return r == 0 ? check_times(claims, must_end, wanted->now_s) : r;
}

static int
check_claims(
	const json_t *claims, const struct oidc_wanted *wanted, struct oidc_person *out)
{
	int r = check_ends(claims, wanted, true);

	if (r == 0 && !has_nonce(claims, wanted->nonce)) {
		r = OIDC_TOKEN_NONCE;
	}
	if (r == 0 && !is_strong_enough(claims, wanted->acr)) {
		r = OIDC_TOKEN_WEAK;
	}
	return r == 0 ? take_person(claims, out) : r;
}

/* A logout that is not said well ends nothing: each part is there, or it is not. */
static int
check_logout(
	const json_t *claims, const struct oidc_wanted *wanted, struct oidc_logout *out)
{
	const json_t *events = json_object_get(claims, "events");
	int r = check_ends(claims, wanted, false);
	bool has_subject, has_session;

	if (r != 0) {
		return r;
	}
	if (!json_is_object(json_object_get(events, LOGOUT_EVENT))) {
		return OIDC_TOKEN_EVENT;
	}
	if (json_object_get(claims, "nonce") != NULL) {
		return OIDC_TOKEN_NONCE;
	}
	has_subject = take_subject(claims, out->subject);
	has_session = take_name(claims, "sid", out->session, sizeof(out->session));
	if ((!has_subject && json_object_get(claims, "sub") != NULL) ||
		(!has_session && json_object_get(claims, "sid") != NULL) ||
		(!has_subject && !has_session)) {
		return OIDC_TOKEN_SUBJECT;
	}
	return take_name(claims, "jti", out->id, sizeof(out->id)) ? 0 : OIDC_TOKEN_FORM;
}

/* One of the two is wanted. */
static int
check_token(const char *text, size_t bytes, const struct oidc_keys *keys,
	const struct oidc_wanted *wanted, struct arena *arena,
	struct oidc_person *person, struct oidc_logout *logout)
{
	const char *type = logout != NULL ? "logout+jwt" : "JWT";
	struct parts parts = {.head = NULL};
	int r = take_apart(text, bytes, arena, &parts);

	if (r == 0) {
		r = check_signature(&parts, type, keys);
	}
	if (r == 0) {
		r = logout != NULL ? check_logout(parts.claims, wanted, logout)
				   : check_claims(parts.claims, wanted, person);
	}
	json_decref(parts.head);
	json_decref(parts.claims);
	return r;
}

int
oidc_token_check(const char *text, size_t bytes, const struct oidc_keys *keys,
	const struct oidc_wanted *wanted, struct arena *arena, struct oidc_person *out)
{
	return check_token(text, bytes, keys, wanted, arena, out, NULL);
}

int
oidc_token_check_logout(const char *text, size_t bytes, const struct oidc_keys *keys,
	const struct oidc_wanted *wanted, struct arena *arena, struct oidc_logout *out)
{
	return check_token(text, bytes, keys, wanted, arena, NULL, out);
}

const char *
oidc_token_reason(int answer)
{
	static const char *const reasons[] = {
		[OIDC_TOKEN_FORM] = "form",
		[OIDC_TOKEN_ALGORITHM] = "algorithm",
		[OIDC_TOKEN_KEY] = "key",
		[OIDC_TOKEN_SIGNATURE] = "signature",
		[OIDC_TOKEN_ISSUER] = "issuer",
		[OIDC_TOKEN_AUDIENCE] = "audience",
		[OIDC_TOKEN_PARTY] = "azp",
		[OIDC_TOKEN_EXPIRED] = "expired",
		[OIDC_TOKEN_TIME] = "time",
		[OIDC_TOKEN_NONCE] = "nonce",
		[OIDC_TOKEN_SUBJECT] = "subject",
		[OIDC_TOKEN_WEAK] = "acr",
		[OIDC_TOKEN_EVENT] = "events",
	};

	return answer > 0 && answer <= OIDC_TOKEN_EVENT ? reasons[answer] : "no_memory";
}
