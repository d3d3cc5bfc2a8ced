/*
 * fuzz_oidc - what an identity provider says, to keys, addresses and a person
 *
 * The first letter says which: k, a set of keys; p, a document of where it is; t, an
 * ID token or a logout token, looked at without keys and with one that did not sign it:
 * none of these may ever be good.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "server/oidc_keys.h"
#include "server/oidc_place.h"
#include "server/oidc_token.h"

enum {
	ARENA_MAX = 1 << 20,
};

static const char one_key[] =
	"{\"keys\":[{\"kty\":\"EC\",\"kid\":\"k\",\"crv\":\"P-256\","
	"\"x\":\"cPWqRSY7EJafKwqvh-qADpRPPG1lShShw2OOJuHczeI\","
	"\"y\":\"htmmVdyMWrpedJ_-D5nKP3loFlRyZLBq3EABPGsm2Rg\"}]}";

static void
try_keys(const char *text, size_t bytes)
{
	const uint8_t signature[64] = {1};
	struct oidc_keys *keys = NULL;

	if (oidc_keys_read(text, bytes, &keys) == 0) {
		assert(oidc_keys_count(keys) >= 1 &&
			oidc_keys_count(keys) <= OIDC_KEYS_MOST);
		assert(oidc_keys_verify(keys, OIDC_ES256, NULL, "a", 1, signature,
			       sizeof(signature)) != 0);
		assert(oidc_keys_verify(keys, OIDC_RS256, NULL, "a", 1, signature,
			       sizeof(signature)) != 0);
	}
	oidc_keys_free(keys);
}

static void
try_place(const char *text, size_t bytes)
{
	struct oidc_place place;

	if (oidc_place_read(text, bytes, "https://id.example.it", OIDC_PROOF_SECRET,
		    &place) == 0) {
		assert(strncmp(place.authorization, "https://", 8) == 0);
		assert(strncmp(place.token, "https://", 8) == 0);
		assert(strncmp(place.keys, "https://", 8) == 0);
		assert(place.end_session[0] == '\0' ||
			strncmp(place.end_session, "https://", 8) == 0);
		assert(strpbrk(place.end_session, "\r\n \"<>") == NULL);
		assert(strpbrk(place.authorization, "\r\n \"<>") == NULL);
	}
}

static void
try_token(const char *text, size_t bytes)
{
	const struct oidc_wanted wanted = {
		"https://id.example.it", "vedetta", "nonce", "", 1795000000};
	struct arena *arena = arena_new(ARENA_MAX);
	struct oidc_keys *keys = NULL;
	struct oidc_person person;
	struct oidc_logout logout;

	assert(arena != NULL);
	assert(oidc_keys_read(one_key, sizeof(one_key) - 1, &keys) == 0);
	assert(oidc_token_check(text, bytes, NULL, &wanted, arena, &person) != 0);
	assert(oidc_token_check(text, bytes, keys, &wanted, arena, &person) != 0);
	assert(oidc_token_check_logout(text, bytes, keys, &wanted, arena, &logout) !=
		0);
	oidc_keys_free(keys);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const char *text = (const char *)data + 1;

	if (bytes == 0) {
		return 0;
	}
	if (data[0] == 'k') {
		try_keys(text, bytes - 1);
	} else if (data[0] == 'p') {
		try_place(text, bytes - 1);
	} else {
		try_token(text, bytes - 1);
	}
	return 0;
}
