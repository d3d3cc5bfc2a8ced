#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "embed.h"
#include "server/front.h"

extern const struct embedded web_openapi[];

static int
find(unsigned door, enum http_method method, const char *path, struct route_match *m)
{
	return route_find(front_routes, door, method, path, m);
}

static void
a_path_is_found_with_its_parameter(void **state)
{
	struct route_match m;

	(void)state;
	assert_int_equal(find(ROUTE_PUBLIC, HTTP_POST, "/v1/reports", &m), 0);
	assert_ptr_equal(m.route->handler, api_report_post);
	assert_null(m.parameter);
	assert_int_equal(find(ROUTE_PUBLIC, HTTP_GET, "/r/abc", &m), 0);
	assert_ptr_equal(m.route->handler, api_receipt_get);
	assert_string_equal(m.parameter, "abc");
	assert_int_equal(find(ROUTE_CONSOLE, HTTP_GET, "/v1/incidents", &m), 0);
	assert_ptr_equal(m.route->handler, api_incidents_get);
	assert_int_equal(find(ROUTE_CONSOLE, HTTP_GET, "/v1/incidents/7", &m), 0);
	assert_ptr_equal(m.route->handler, api_incident_get);
	assert_string_equal(m.parameter, "7");
}

static void
near_misses_are_not_found(void **state)
{
	static const char *const paths[] = {"/r", "/r/", "/r/a/b", "/R/abc",
		"/v1/reports/", "/v1/report", "/v1/reportsx", "", "/v1", "/console/",
		"/console/a/b", "/favicon.ico"};
	struct route_match m;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		for (unsigned door = ROUTE_PUBLIC; door <= ROUTE_ADMIN; door *= 2) {
			assert_int_equal(
				find(door, HTTP_GET, paths[i], &m), ROUTE_NOT_FOUND);
		}
	}
}

static void
what_is_behind_another_door_does_not_exist(void **state)
{
	static const char *const inside[] = {"/console", "/v1/incidents",
		"/v1/incidents/1", "/v1/reports/1", "/v1/events", "/metrics",
		"/readyz"};
	struct route_match m;

	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		assert_int_equal(
			find(ROUTE_PUBLIC, HTTP_GET, inside[i], &m), ROUTE_NOT_FOUND);
		assert_int_equal(
			find(ROUTE_PUBLIC, HTTP_POST, inside[i], &m), ROUTE_NOT_FOUND);
	}
	assert_int_equal(
		find(ROUTE_ADMIN, HTTP_POST, "/v1/reports", &m), ROUTE_NOT_FOUND);
	assert_int_equal(
		find(ROUTE_PUBLIC, HTTP_GET, "/v1/reports", &m), ROUTE_NOT_ALLOWED);
	assert_int_equal(
		find(ROUTE_PUBLIC, HTTP_GET, "/v1/counts", &m), ROUTE_NOT_FOUND);
	assert_int_equal(
		find(ROUTE_CONSOLE, HTTP_GET, "/metrics", &m), ROUTE_NOT_FOUND);
	assert_int_equal(
		find(ROUTE_ADMIN, HTTP_GET, "/v1/incidents", &m), ROUTE_NOT_FOUND);
}

static void
another_method_is_told_which_ones_there_are(void **state)
{
	struct route_match m;

	(void)state;
	assert_int_equal(
		find(ROUTE_PUBLIC, HTTP_GET, "/v1/reports", &m), ROUTE_NOT_ALLOWED);
	assert_string_equal(m.allow, "POST");
	assert_int_equal(find(ROUTE_PUBLIC, HTTP_DELETE, "/", &m), ROUTE_NOT_ALLOWED);
	assert_string_equal(m.allow, "GET, HEAD");
}

/* A row that says nothing of a right would let nobody in: somebody forgot it. */
static void
every_route_says_what_right_it_asks_for(void **state)
{
	(void)state;
	for (const struct route *r = front_routes; r->path != NULL; r++) {
		if (r->right != ROUTE_OPEN && r->right != ROUTE_SESSION &&
			right_bit((Vedetta__V1__Right)r->right) == 0) {
			fail_msg("%s asks for no right there is", r->path);
		}
		/* The other doors know nobody. */
		if ((r->doors & ~(unsigned)ROUTE_CONSOLE) != 0) {
			assert_int_equal(r->right, ROUTE_OPEN);
		}
	}
}

/* ---- openapi.json says what the table says, and nothing else */

static json_t *
document(const char *name)
{
	for (const struct embedded *file = web_openapi; file->name != NULL; file++) {
		if (strcmp(file->name, name) == 0) {
			return json_loadb((const char *)file->data, file->bytes,
				JSON_REJECT_DUPLICATES, NULL);
		}
	}
	return NULL;
}

static const char *
method_of(const struct route *r)
{
	return r->method == HTTP_POST     ? "post"
	       : r->method == HTTP_DELETE ? "delete"
					  : "get";
}

static void
the_document_describes_every_route_and_no_other(void **state)
{
	static const struct {
		const char *name;
		unsigned door;
	} documents[] = {
		{"public.json", ROUTE_PUBLIC}, {"console.json", ROUTE_CONSOLE}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *whole = document(documents[i].name);
		json_t *paths = json_object_get(whole, "paths");
		size_t n_routes = 0, n_described = 0;
		const char *path;
		json_t *methods;

		assert_non_null(paths);
		for (const struct route *r = front_routes; r->path != NULL; r++) {
			const char *method = method_of(r);

			if ((r->doors & documents[i].door) == 0) {
				continue;
			}
			if (json_object_get(json_object_get(paths, r->path), method) ==
				NULL) {
				fail_msg("%s does not describe %s %s",
					documents[i].name, method, r->path);
			}
			n_routes++;
		}
		json_object_foreach(paths, path, methods)
		{
			n_described += json_object_size(methods);
		}
		assert_int_equal(n_described, n_routes);
		json_decref(whole);
	}
}

/* The black box reads there what to ask as whom: it must be what the table says. */
static void
the_document_says_the_right_that_each_route_asks_for(void **state)
{
	json_t *whole = document("console.json"),
	       *paths = json_object_get(whole, "paths");
	char wanted[64];

	(void)state;
	for (const struct route *r = front_routes; r->path != NULL; r++) {
		const ProtobufCEnumValue *right = protobuf_c_enum_descriptor_get_value(
			&vedetta__v1__right__descriptor, r->right);
		const json_t *said;

		if ((r->doors & ROUTE_CONSOLE) == 0) {
			continue;
		}
		snprintf(wanted, sizeof(wanted), "%s",
			r->right == ROUTE_OPEN      ? "OPEN"
			: r->right == ROUTE_SESSION ? "SESSION"
						    : right->name);
		said = json_object_get(
			json_object_get(json_object_get(paths, r->path), method_of(r)),
			"x-right");
		if (said == NULL || strcmp(json_string_value(said), wanted) != 0) {
			fail_msg("%s does not say x-right %s", r->path, wanted);
		}
	}
	json_decref(whole);
}

/* Each "$ref" leads to a schema of the same document. */
static void
check_refs(const json_t *at, const json_t *schemas)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(at)) {
		json_array_foreach(at, i, value)
		{
			check_refs(value, schemas);
		}
	}
	json_object_foreach((json_t *)at, key, value)
	{
		if (strcmp(key, "$ref") == 0) {
			const char *name = strrchr(json_string_value(value), '/') + 1;

			if (json_object_get(schemas, name) == NULL) {
				fail_msg("no schema %s", name);
			}
		}
		check_refs(value, schemas);
	}
}

static void
its_references_lead_somewhere(void **state)
{
	static const char *const names[] = {"public.json", "console.json"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *whole = document(names[i]);

		assert_non_null(whole);
		check_refs(whole, json_object_get(json_object_get(whole, "components"),
					  "schemas"));
		json_decref(whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_found_with_its_parameter),
		cmocka_unit_test(near_misses_are_not_found),
		cmocka_unit_test(what_is_behind_another_door_does_not_exist),
		cmocka_unit_test(another_method_is_told_which_ones_there_are),
		cmocka_unit_test(every_route_says_what_right_it_asks_for),
		cmocka_unit_test(the_document_describes_every_route_and_no_other),
		cmocka_unit_test(the_document_says_the_right_that_each_route_asks_for),
		cmocka_unit_test(its_references_lead_somewhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
