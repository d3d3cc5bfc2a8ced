/* oidc_request - how a code is changed for an ID token, and by whom */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "server/oidc_assertion.h"
#include "server/oidc_request.h"

static struct arena *arena;
static struct key_file key;
static struct oidc_place place = {.token = "https://id.example.it/token"};

static int
open_all(void **state)
{
	(void)state;
	arena = arena_new(1 << 16);
	return arena != NULL ? 0 : -1;
}

static int
close_all(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

static int
make(const char *secret, bool wants_post, struct parcel *out)
{
	const struct oidc_client_name name = {
		"vedetta & co", secret, &key, "k1", &place};
	Vedetta__V1__LoginOrder order = VEDETTA__V1__LOGIN_ORDER__INIT;

	order.code = lent("c0de+/=");
	order.verifier = lent("v-1");
	order.redirect_uri = lent("http://127.0.0.1:8081/v1/oidc/back");
	place.wants_post = wants_post;
	arena_reset(arena);
	return oidc_request_make(&name, &order, 1795000000, arena, out);
}

#define GRANT                                                                          \
	"grant_type=authorization_code&code=c0de%2B%2F%3D&redirect_uri="               \
	"http%3A%2F%2F127.0.0.1%3A8081%2Fv1%2Foidc%2Fback&code_verifier=v-1"

static void
a_secret_goes_into_a_header_of_its_own(void **state)
{
	struct parcel p;

	(void)state;
	assert_int_equal(make("100%:", false, &p), 0);
	assert_string_equal(p.url, "https://id.example.it/token");
	assert_false(p.is_get);
	assert_string_equal(p.body, GRANT);
	assert_int_equal(p.body_bytes, strlen(GRANT));
	assert_int_equal(p.n_headers, 2);
	assert_string_equal(
		p.headers[0], "Content-Type: application/x-www-form-urlencoded");
	/* Each half escaped before they are put together: vedetta%20%26%20co:100%25%3A
	 */
	assert_string_equal(p.headers[1],
		"Authorization: Basic dmVkZXR0YSUyMCUyNiUyMGNvOjEwMCUyNSUzQQ==");
}

static void
or_into_the_body_where_it_is_wanted(void **state)
{
	struct parcel p;

	(void)state;
	assert_int_equal(make("100%:", true, &p), 0);
	assert_string_equal(
		p.body, GRANT "&client_id=vedetta%20%26%20co&client_secret=100%25%3A");
	assert_int_equal(p.n_headers, 1);
}

static void
a_public_client_says_its_name_alone(void **state)
{
	struct parcel p;

	(void)state;
	assert_int_equal(make("", false, &p), 0);
	assert_string_equal(p.body, GRANT "&client_id=vedetta%20%26%20co");
	assert_int_equal(p.n_headers, 1);
}

/* What the word says is test_oidc_assertion's. */
static void
a_key_gives_its_word_and_no_secret(void **state)
{
	static const char begin[] =
		GRANT "&client_id=vedetta%20%26%20co&client_assertion_type=urn%3Aietf"
		      "%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
		      "&client_assertion=ey";
	struct parcel p;

	(void)state;
	key.kind = KEY_P256;
	key.scalar = (struct key_span){0, KEY_SCALAR_BYTES};
	assert_int_equal(make("", false, &p), OIDC_ASSERTION_KEY);
	key.der[KEY_SCALAR_BYTES - 1] = 7;
	assert_int_equal(make("", false, &p), 0);
	assert_int_equal(strncmp(p.body, begin, sizeof(begin) - 1), 0);
	assert_int_equal(p.n_headers, 1);
	key.kind = KEY_NONE;
}

static void
short_of_memory_it_asks_nothing(void **state)
{
	struct parcel p;

	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		arena_free(arena);
		arena = arena_new(1 << 16);
		assert_non_null(arena);
		alloc_fail_at(n);
		r = make("s", n % 2 == 0, &p);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_goes_into_a_header_of_its_own),
		cmocka_unit_test(or_into_the_body_where_it_is_wanted),
		cmocka_unit_test(a_public_client_says_its_name_alone),
		cmocka_unit_test(a_key_gives_its_word_and_no_secret),
		cmocka_unit_test(short_of_memory_it_asks_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all);
}
