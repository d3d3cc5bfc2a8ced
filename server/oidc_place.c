#include "server/oidc_place.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "dispatch/target.h"

static bool
read_address(const json_t *document, const char *name, const char *issuer,
	char out[OIDC_URL_BYTES])
{
	const char *url = json_string_value(json_object_get(document, name));
	char host[TARGET_HOST_BYTES];

	if (url == NULL || strlen(url) >= OIDC_URL_BYTES ||
		target_host(url, host) == 0 ||
		(strncmp(issuer, "https:", 6) == 0 && strncmp(url, "https:", 6) != 0)) {
		return false;
	}
	for (const char *c = url; *c != '\0'; c++) {
		if (*c < '!' || *c > '~' || strchr("\"<>\\^`{|}#", *c) != NULL) {
			return false;
		}
	}
	memcpy(out, url, strlen(url) + 1);
	return true;
}

static bool
lists(const json_t *list, const char *word)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_array_get(list, i));

		if (one != NULL && strcmp(one, word) == 0) {
			return true;
		}
	}
	return false;
}

/* Does it take a key's word, and by that algorithm? Not saying is no refusal. */
static bool
takes_keys(const json_t *document, const json_t *methods, const char *algorithm)
{
	const json_t *algorithms = json_object_get(
		document, "token_endpoint_auth_signing_alg_values_supported");

	return (methods == NULL || lists(methods, "private_key_jwt")) &&
	       (algorithms == NULL || lists(algorithms, algorithm));
}

/* In a header, unless it wants it elsewhere: that is what not saying means. */
static bool
choose_method(const json_t *document, enum oidc_proof proof, struct oidc_place *out)
{
	const json_t *methods =
		json_object_get(document, "token_endpoint_auth_methods_supported");
	bool header = methods == NULL || lists(methods, "client_secret_basic");

	switch (proof) {
	case OIDC_PROOF_SECRET:
		out->wants_post = !header && lists(methods, "client_secret_post");
		return header || out->wants_post;
	case OIDC_PROOF_RS256:
		return takes_keys(document, methods, "RS256");
	case OIDC_PROOF_ES256:
		return takes_keys(document, methods, "ES256");
	case OIDC_PROOF_NONE:
		break;
	}
	return true;
}

static int
read_document(const json_t *document, const char *issuer, enum oidc_proof proof,
	struct oidc_place *out)
{
	const char *said = json_string_value(json_object_get(document, "issuer"));

	*out = (struct oidc_place){.says_issuer = false};
	if (!json_is_object(document)) {
		return OIDC_PLACE_FORM;
	}
	if (said == NULL || strcmp(said, issuer) != 0) {
		return OIDC_PLACE_ISSUER;
	}
	out->says_issuer = json_is_true(json_object_get(
		document, "authorization_response_iss_parameter_supported"));
	if (!read_address(
		    document, "authorization_endpoint", issuer, out->authorization) ||
		!read_address(document, "token_endpoint", issuer, out->token) ||
		!read_address(document, "jwks_uri", issuer, out->keys)) {
		return OIDC_PLACE_ADDRESS;
	}
	(void)read_address(document, "end_session_endpoint", issuer, out->end_session);
	return choose_method(document, proof, out) ? 0 : OIDC_PLACE_METHOD;
}

int
oidc_place_read(const char *text, size_t bytes, const char *issuer,
	enum oidc_proof proof, struct oidc_place *out)
{
	json_error_t error;
	json_t *document = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
	struct oidc_place place;
	int r;

	if (document == NULL) {
		return json_error_code(&error) == json_error_out_of_memory
			       ? -ENOMEM
			       : OIDC_PLACE_FORM;
	}
	r = read_document(document, issuer, proof, &place);
	json_decref(document);
	if (r == 0) {
		*out = place;
	}
	return r;
}

const char *
oidc_place_reason(int answer)
{
	switch (answer) {
	case OIDC_PLACE_FORM:
		return "form";
	case OIDC_PLACE_ISSUER:
		return "issuer";
	case OIDC_PLACE_ADDRESS:
		return "address";
	case OIDC_PLACE_METHOD:
		return "method";
	default:
		return "no_memory";
	}
}
