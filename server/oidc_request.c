#include "server/oidc_request.h"

#include <errno.h>
#include <string.h>

#include "proto/base64.h"
#include "server/fields.h"

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

/* Who we are, as the body says it; "": a header does. NULL: no memory. */
static const char *
name_us(const struct oidc_client_name *name, struct arena *arena)
{
	const char *id = fields_escape(arena, name->id);
	const char *secret = fields_escape(arena, name->secret);

	if (id == NULL || secret == NULL) {
		return NULL;
	}
	if (secret[0] == '\0') {
		return arena_printf(arena, "&client_id=%s", id);
	}
	return name->place->wants_post
		       ? arena_printf(
				 arena, "&client_id=%s&client_secret=%s", id, secret)
		       : "";
}

int
oidc_request_make(const struct oidc_client_name *name,
	const Vedetta__V1__LoginOrder *order, struct arena *arena, struct parcel *out)
{
	const char *code = fields_escape(arena, order->code);
	const char *uri = fields_escape(arena, order->redirect_uri);
	const char *verifier = fields_escape(arena, order->verifier);
	const char *us = name_us(name, arena);

	*out = (struct parcel){.url = name->place->token, .n_headers = 1};
	out->headers[0] = "Content-Type: application/x-www-form-urlencoded";
	if (code == NULL || uri == NULL || verifier == NULL || us == NULL) {
		return -ENOMEM;
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
