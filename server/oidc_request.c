#include "server/oidc_request.h"

#include <errno.h>
#include <string.h>

#include "proto/base64.h"
#include "server/fields.h"
#include "server/oidc_assertion.h"

#define ASSERTION_TYPE                                                                 \
	"urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"

/* Name and secret, each escaped, as RFC 6749, 2.3.1 has it. */
static const char *
make_header(const struct oidc_client_name *name, struct arena *arena)
{
	const char *id = fields_escape(arena, name->id);
	const char *secret = fields_escape(arena, name->secret);
	const char *both = id != NULL && secret != NULL
				   ? arena_printf(arena, "%s:%s", id, secret)
				   : NULL;
	char *coded =
		both != NULL ? arena_alloc(arena, strlen(both) / 3 * 4 + 8) : NULL;

	if (coded == NULL) {
		return NULL;
	}
	coded[base64_write((const uint8_t *)both, strlen(both), coded)] = '\0';
	return arena_printf(arena, "Authorization: Basic %s", coded);
}

/* Who we are, as the body says it, or "": a header does. */
static int
name_us(const struct oidc_client_name *name, int64_t now_s, struct arena *arena,
	const char **out)
{
	const struct oidc_assertion about = {
		name->id, name->place->token, name->key_id, now_s};
	const char *id = fields_escape(arena, name->id);
	const char *secret = fields_escape(arena, name->secret);
	const char *assertion;
	int r;

	if (id == NULL || secret == NULL) {
		return -ENOMEM;
	}
	*out = "";
	if (name->key->kind != KEY_NONE) {
		r = oidc_assertion_make(name->key, &about, arena, &assertion);
		if (r != 0) {
			return r;
		}
		*out = arena_printf(arena,
			"&client_id=%s&client_assertion_type=%s&client_assertion=%s",
			id, ASSERTION_TYPE, assertion);
	} else if (secret[0] == '\0') {
		*out = arena_printf(arena, "&client_id=%s", id);
	} else if (name->place->wants_post) {
		*out = arena_printf(
			arena, "&client_id=%s&client_secret=%s", id, secret);
	}
	return *out != NULL ? 0 : -ENOMEM;
}

int
oidc_request_make(const struct oidc_client_name *name,
	const Vedetta__V1__LoginOrder *order, int64_t now_s, struct arena *arena,
	struct parcel *out)
{
	const char *code = fields_escape(arena, order->code);
	const char *uri = fields_escape(arena, order->redirect_uri);
	const char *verifier = fields_escape(arena, order->verifier);
	const char *us;
	int r = name_us(name, now_s, arena, &us);

	*out = (struct parcel){.url = name->place->token, .n_headers = 1};
	out->headers[0] = "Content-Type: application/x-www-form-urlencoded";
	if (r != 0 || code == NULL || uri == NULL || verifier == NULL) {
		return r != 0 ? r : -ENOMEM;
	}
	if (us[0] == '\0') {
		out->headers[out->n_headers++] = make_header(name, arena);
	}
	out->body = arena_printf(arena,
		"grant_type=authorization_code&code=%s&redirect_uri=%s&"
		"code_verifier=%s%s",
		code, uri, verifier, us);
	if (out->body == NULL || out->headers[out->n_headers - 1] == NULL) {
		return -ENOMEM;
	}
	out->body_bytes = strlen(out->body);
	return 0;
}
