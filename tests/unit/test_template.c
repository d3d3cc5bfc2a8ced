/* template - every value is escaped, and what repeats, nests and is missing */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
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

/* Compiles one file and renders it; the answer is valid until the next call. */
static const char *
rendered(const char *source, void (*fill)(struct template_scope *))
{
	static char text[8192];
	struct embedded files[] = {
		{"a.html", (const unsigned char *)source, strlen(source)}, {0}};
	char why[TEMPLATE_WHY_BYTES];
	struct arena *arena = arena_new(64 * 1024);
	struct template_scope *values = template_scope_new(arena);
	struct evbuffer *out = evbuffer_new();
	struct template *t;
	int n;

	assert_int_equal(template_new(&t, files, "a", why), 0);
	if (fill != NULL) {
		fill(values);
	}
	assert_int_equal(template_render(t, values, texts, NULL, out), 0);
	n = evbuffer_remove(out, text, sizeof(text) - 1);
	text[n] = '\0';
	template_free(t);
	evbuffer_free(out);
	arena_free(arena);
	return text;
}

static void
hostile(struct template_scope *v)
{
	template_set(v, "x", "<script>'\"&</script>\xE2\x80\xAE\x01\xFF!\r\nnext\x7F");
}

static void
every_value_is_escaped_and_nothing_deceives(void **state)
{
	(void)state;
	assert_string_equal(rendered("<p title=\"{{x}}\">{{x}}</p>", hostile),
		"<p title=\"&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;"
		"[U+202E][U+0001]\xEF\xBF\xBD!\nnext[U+007F]\">"
		"&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;"
		"[U+202E][U+0001]\xEF\xBF\xBD!\nnext[U+007F]</p>");
}

static void
arabic(struct template_scope *v)
{
	template_set(v, "x", "\xD9\x85\xD8\xB1\xE2\x80\x8F 1\xE2\x80\x8D");
}

static void
right_to_left_writing_and_joiners_pass_as_they_are(void **state)
{
	(void)state;
	assert_string_equal(rendered("{{x}}", arabic),
		"\xD9\x85\xD8\xB1\xE2\x80\x8F 1\xE2\x80\x8D");
}

static void
number(struct template_scope *v)
{
	template_set(v, "number", "1\"12");
}

static void
a_text_of_the_catalogue_takes_values_and_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(
		rendered("{{t:call}}", number), "Call 1&quot;12 &lt;now&gt;");
}

static void
list(struct template_scope *v)
{
	template_set(v, "unit", "km");
	for (int i = 0; i < 3; i++) {
		static const char *const n[] = {"1", "2", "3"};
		struct template_scope *item = template_item(v, "row");

		template_set(item, "n", n[i]);
		if (i == 1) {
			template_set(item, "unit", "m");
			template_set(template_item(item, "sub"), "s", "a");
			template_set(template_item(item, "sub"), "s", "b");
		}
	}
	template_flag(v, "on", true);
	template_flag(v, "off", false);
}

static void
sections_repeat_nest_and_invert(void **state)
{
	(void)state;
	assert_string_equal(rendered("{{#row}}{{n}}{{unit}}{{#sub}}({{s}}{{n}}){{/sub}}"
				     "{{^sub}}-{{/sub}};{{/row}}",
				    list),
		"1km-;2m(a2)(b2);3km-;");
	assert_string_equal(
		rendered("{{#on}}yes{{/on}}{{^on}}no{{/on}}{{#off}}no{{/off}}"
			 "{{^off}}yes{{/off}}{{#never}}no{{/never}}{{^never}}yes{{/"
			 "never}}",
			list),
		"yesyesyes");
}

static void
indentation_and_comments_are_dropped(void **state)
{
	(void)state;
	assert_string_equal(rendered("a\n\n\tb {{!x}}c", NULL), "a\nb c");
}

static void
nothing_is_appended_when_a_value_is_missing_or_room_runs_out(void **state)
{
	const struct embedded files[] = {FILE_OF("a", "text {{x}}"), {0}};
	char why[TEMPLATE_WHY_BYTES];
	struct arena *arena = arena_new(512);
	struct template_scope *values = template_scope_new(arena);
	struct evbuffer *out = evbuffer_new();
	size_t bytes = TEMPLATE_OUTPUT_BYTES / 5;
	char *large = malloc(bytes + 1);
	struct template *t;

	(void)state;
	assert_int_equal(template_new(&t, files, "a", why), 0);
	assert_int_equal(template_render(t, values, texts, NULL, out), -ENOENT);
	memset(large, '&', bytes);
	large[bytes] = '\0';
	template_set(values, "x", large);
	assert_int_equal(template_render(t, values, texts, NULL, out), -EMSGSIZE);
	for (int i = 0; i < 100; i++) {
		template_set(template_item(values, "list"), "x", "y");
	}
	assert_int_equal(template_render(t, values, texts, NULL, out), -ENOMEM);
	assert_int_equal(evbuffer_get_length(out), 0);
	free(large);
	template_free(t);
	evbuffer_free(out);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_escaped_and_nothing_deceives),
		cmocka_unit_test(right_to_left_writing_and_joiners_pass_as_they_are),
		cmocka_unit_test(a_text_of_the_catalogue_takes_values_and_is_escaped),
		cmocka_unit_test(sections_repeat_nest_and_invert),
		cmocka_unit_test(indentation_and_comments_are_dropped),
		cmocka_unit_test(
			nothing_is_appended_when_a_value_is_missing_or_room_runs_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
