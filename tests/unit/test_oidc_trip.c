/* oidc_trip - there and back in the same browser, within ten minutes */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "server/oidc_trip.h"

#define NOW INT64_C(1795000000)

enum {
	COOKIES_BYTES = 512,
};

/* As a browser gives it back, among others. */
static const char *
cookies_of(const struct oidc_trip *trip)
{
	static char cookies[COOKIES_BYTES];
	char line[OIDC_COOKIE_LINE];
	char *end;

	oidc_trip_cookie(trip, line);
	end = strchr(line, ';');
	assert_non_null(end);
	*end = '\0';
	(void)snprintf(cookies, sizeof(cookies), "a=b; %s; __Host-vedetta=x",
		line + strlen("Set-Cookie: "));
	return cookies;
}

static void
who_comes_back_is_who_set_out(void **state)
{
	struct oidc_trip out, back;

	(void)state;
	oidc_trip_begin(&out, true, "it", NOW);
	assert_true(oidc_trip_read(&back, cookies_of(&out), NOW + OIDC_TRIP_S));
	assert_memory_equal(&out, &back, sizeof(out));
	assert_true(oidc_trip_has_state(&back, out.state));
	assert_string_not_equal(out.state, out.nonce);
	assert_string_not_equal(out.state, out.verifier);
	assert_string_not_equal(out.nonce, out.verifier);
	assert_null(strstr(out.seed, out.state));
	assert_false(oidc_trip_has_state(&back, out.nonce));
	assert_false(oidc_trip_has_state(&back, ""));
	assert_false(oidc_trip_read(&back, cookies_of(&out), NOW + OIDC_TRIP_S + 1));
	assert_false(oidc_trip_read(&back, cookies_of(&out), NOW - 1));
}

static void
no_two_trips_are_alike_nor_one_for_another_purpose(void **state)
{
	struct oidc_trip a, b;
	char cookies[COOKIES_BYTES];
	char *dot;

	(void)state;
	oidc_trip_begin(&a, false, "en", NOW);
	oidc_trip_begin(&b, false, "en", NOW);
	assert_string_not_equal(a.state, b.state);
	(void)snprintf(cookies, sizeof(cookies), "%s", cookies_of(&a));
	dot = strchr(cookies, '.');
	assert_int_equal(dot[1], 'l');
	dot[1] = 's';
	assert_true(oidc_trip_read(&b, cookies, NOW));
	assert_true(b.step_up);
	assert_false(oidc_trip_has_state(&b, a.state));
}

static void
cookies_of_another_form_are_none(void **state)
{
	static const char *const forms[] = {"%s.l.1795000000.itt12345",
		"%s.l.1795000000", "%s.l..it", "%s.x.1795000000.it",
		"%s.l.+1795000000.it", "%s.l.01795000000.it",
		"%s.l.-9223372036854775808.it", "%s.l.9223372036854775807.it",
		"%sA.l.1795000000.it", "%s", "", "%s.l.1795000000.it.x12345678"};
	struct oidc_trip trip, back;
	char cookies[COOKIES_BYTES] = OIDC_COOKIE "=";
	size_t name = strlen(cookies);

	(void)state;
	oidc_trip_begin(&trip, false, "it", NOW);
	assert_false(oidc_trip_read(&back, NULL, NOW));
	assert_false(oidc_trip_read(&back, "", NOW));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *at = strstr(forms[i], "%s");

		(void)snprintf(cookies + name, sizeof(cookies) - name, "%s%s",
			at != NULL ? trip.seed : "", at != NULL ? at + 2 : "");
		assert_false(oidc_trip_read(&back, cookies, NOW));
	}
	memset(cookies + name, 'A', sizeof(cookies) - name - 1);
	assert_false(oidc_trip_read(&back, cookies, NOW));
}

static void
the_cookie_is_the_hosts_alone_and_goes_when_it_is_over(void **state)
{
	struct oidc_trip trip;
	char line[OIDC_COOKIE_LINE];

	(void)state;
	oidc_trip_begin(&trip, false, "it", NOW);
	oidc_trip_cookie(&trip, line);
	assert_non_null(strstr(
		line, "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600\r\n"));
	oidc_trip_cookie(NULL, line);
	assert_string_equal(line,
		"Set-Cookie: " OIDC_COOKIE
		"=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0\r\n");
}

static void
the_way_there_says_all_that_is_wanted(void **state)
{
	struct oidc_way way = {"https://id/a", "a b&c", "http://h/v1/oidc/back", ""};
	struct arena *arena = arena_new(64 * 1024);
	struct oidc_trip trip;
	const char *url;

	(void)state;
	assert_non_null(arena);
	oidc_trip_begin(&trip, false, "it", NOW);
	url = oidc_trip_url(&trip, &way, arena);
	assert_non_null(url);
	assert_int_equal(strncmp(url, "https://id/a?response_type=code&", 32), 0);
	assert_non_null(strstr(url, "&client_id=a%20b%26c&"));
	assert_non_null(
		strstr(url, "&redirect_uri=http%3A%2F%2Fh%2Fv1%2Foidc%2Fback&"));
	assert_non_null(strstr(url, trip.state));
	assert_non_null(strstr(url, trip.nonce));
	assert_null(strstr(url, trip.verifier));
	assert_null(strstr(url, trip.seed));
	assert_null(strstr(url, "acr_values"));
	way.authorization_endpoint = "https://id/a?b=c";
	way.acr = "x y";
	url = oidc_trip_url(&trip, &way, arena);
	assert_int_equal(strncmp(url, "https://id/a?b=c&response_type=code&", 36), 0);
	assert_non_null(strstr(url, "&acr_values=x%20y"));
	arena_free(arena);
}

/* RFC 7636, appendix B: the challenge of that verifier. */
static void
the_challenge_is_that_of_the_standard(void **state)
{
	const struct oidc_way way = {"https://id/a", "v", "http://h/b", ""};
	struct arena *arena = arena_new(64 * 1024);
	struct oidc_trip trip;

	(void)state;
	assert_non_null(arena);
	oidc_trip_begin(&trip, false, "it", NOW);
	(void)snprintf(trip.verifier, sizeof(trip.verifier), "%s",
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	assert_non_null(strstr(oidc_trip_url(&trip, &way, arena),
		"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"
		"code_challenge_method=S256&"));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_back_is_who_set_out),
		cmocka_unit_test(no_two_trips_are_alike_nor_one_for_another_purpose),
		cmocka_unit_test(cookies_of_another_form_are_none),
		cmocka_unit_test(
			the_cookie_is_the_hosts_alone_and_goes_when_it_is_over),
		cmocka_unit_test(the_way_there_says_all_that_is_wanted),
		cmocka_unit_test(the_challenge_is_that_of_the_standard),
	};

	if (sodium_init() < 0) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
