/* template_compile - holes only where escaping holds, and what is refused */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "server/template.h"

#define FILE_OF(name, text)                                                            \
	{                                                                              \
		name ".html", (const unsigned char *)(text), sizeof(text) - 1          \
	}

static const char *
texts(void *arg, const char *key)
{
	(void)arg;
	return strcmp(key, "call") == 0 ? "Call {number} <now>" : key;
}

static int
compiled(const char *source, char why[TEMPLATE_WHY_BYTES])
{
	struct embedded files[] = {
		{"a.html", (const unsigned char *)source, strlen(source)}, {0}};
	struct template *t = NULL;
	int r = template_new(&t, files, "a", why);

	template_free(t);
	return r;
}

static void
a_hole_stands_only_where_escaping_holds(void **state)
{
	static const char *const bad[] = {
		"<p class={{x}}>",
		"<p class='{{x}}'>",
		"<p {{x}}>",
		"<{{x}}>",
		"<script>{{x}}</script>",
		"<script src=\"a\">var a = \"{{x}}\"</script>",
		"<STYLE>{{x}}</STYLE>",
		"<!-- {{x}} -->",
		"<!-- a > \" {{x}} -->",
		"<p title=\"a\" {{t:call}}>",
	};
	static const char *const good[] = {
		"<p class=\"{{x}}\">{{x}}</p>",
		"<script src=\"{{x}}\"></script>{{x}}",
		"<!-- it's -->{{x}}",
		"<p{{#x}} hidden{{/x}}>{{x}}</p>",
		"<input value=\"{{x}}\"{{#x}} checked{{/x}}>",
	};
	char why[TEMPLATE_WHY_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(compiled(bad[i], why), TEMPLATE_BAD);
		assert_non_null(strstr(why, "hole"));
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(compiled(good[i], why), 0);
	}
}

static void
broken_templates_are_refused_with_a_reason(void **state)
{
	static const char *const bad[][2] = {
		{"{{#a}}", "without its end"},
		{"{{/a}}", "without its begin"},
		{"{{#a}}{{#b}}{{/a}}{{/b}}", "another section"},
		{"{{a", "without its end"},
		{"{{a b}}", "not a name"},
		{"{{}}", "not a name"},
		{"{{&a}}", "not a name"},
		{"{{{a}}}", "not a name"},
		{"{{>none}}", "no such file"},
		{"{{>a}}", "too deep"},
		{"{{#a}}<p class=\"{{/a}}", "different places"},
		{"{{#a}}{{#b}}{{#c}}{{#d}}{{#e}}{{#f}}{{#g}}{{#h}}{{#i}}", "too deep"},
	};
	char why[TEMPLATE_WHY_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(compiled(bad[i][0], why), TEMPLATE_BAD);
		assert_non_null(strstr(why, bad[i][1]));
	}
}

static void
files_include_files(void **state)
{
	const struct embedded files[] = {FILE_OF("page", "{{>head}}|{{x}}"),
		FILE_OF("head", "<h1>{{x}}</h1>"), {0}};
	char why[TEMPLATE_WHY_BYTES];
	struct arena *arena = arena_new(4096);
	struct template_scope *values = template_scope_new(arena);
	struct evbuffer *out = evbuffer_new();
	struct template *t;

	(void)state;
	assert_int_equal(template_new(&t, files, "page", why), 0);
	template_set(values, "x", "1");
	assert_int_equal(template_render(t, values, texts, NULL, out), 0);
	evbuffer_add(out, "", 1);
	assert_string_equal((char *)evbuffer_pullup(out, -1), "<h1>1</h1>|1");
	template_free(t);
	evbuffer_free(out);
	arena_free(arena);
}

static void
compiling_survives_every_failing_allocation(void **state)
{
	const struct embedded files[] = {FILE_OF("page", "{{>head}}{{#y}}{{x}}{{/y}}"),
		FILE_OF("head", "<h1>"), {0}};
	char why[TEMPLATE_WHY_BYTES];

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct template *t = NULL;
		int r;

		alloc_fail_at(n);
		r = template_new(&t, files, "page", why);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			assert_true(n > 2);
			template_free(t);
			return;
		}
		assert_int_equal(r, -ENOMEM);
		assert_null(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hole_stands_only_where_escaping_holds),
		cmocka_unit_test(broken_templates_are_refused_with_a_reason),
		cmocka_unit_test(files_include_files),
		cmocka_unit_test(compiling_survives_every_failing_allocation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
