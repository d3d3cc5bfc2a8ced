/* page - set-up, languages, assets, and what its files may not hold */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

#include "embed.h"
#include "page_text.h"
#include "server/locale.h"
#include "server/template.h"

extern const struct embedded web_form[];
extern const struct embedded web_locales[];

static char *
form_text(struct page *p, const char *lang, bool staffed, const struct page_form *form)
{
	struct evbuffer *out = evbuffer_new();

	assert_int_equal(
		page_form(p, page_language(p, lang, NULL), staffed, form, out), 0);
	return taken(out);
}

static void
on_template_key(void *arg, const char *key)
{
	const struct locale *l = arg;

	for (int i = 0; i < (int)locale_count(l); i++) {
		if (locale_own_text(l, i, key) == NULL) {
			fail_msg("%s has no %s", locale_tag(l, i), key);
		}
	}
}

static void
every_text_of_the_templates_is_in_every_catalogue(void **state)
{
	static const char *const names[] = {"form", "receipt", "error", "absent"};
	char why[TEMPLATE_WHY_BYTES];
	struct locale *l;

	(void)state;
	assert_int_equal(locale_new(&l, web_locales), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct template *t;

		assert_int_equal(template_new(&t, web_form, names[i], why), 0);
		template_each_key(t, on_template_key, l);
		template_free(t);
	}
	locale_free(l);
}

/* What the policy of PAGE_HEADERS would refuse, or would load from elsewhere. */
static void
no_page_has_inline_script_style_or_foreign_addresses(void **state)
{
	static const char *const never[] = {" style=", " srcdoc=", "<style",
		"javascript:", "http:", "https:", "innerHTML"};

	(void)state;
	for (const struct embedded *f = web_form; f->name != NULL; f++) {
		const char *text = (const char *)f->data;

		if (strcmp(f->name, "icon.svg") == 0) {
			continue; /* its xmlns */
		}
		for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
			if (strstr(text, never[i]) != NULL) {
				fail_msg("%s has %s", f->name, never[i]);
			}
		}
		for (const char *s = strstr(text, " on");
			s != NULL && strstr(f->name, ".html");
			s = strstr(s + 1, " on")) {
			size_t n = 3;

			while (isalpha((unsigned char)s[n])) {
				n++;
			}
			assert_true(n == 3 || s[n] != '=');
		}
	}
}

static void
the_first_load_is_at_most_50_kilobytes(void **state)
{
	const struct page_form empty = {0};
	struct page *p = new_page();

	(void)state;
	for (int lang = 0; lang < 2; lang++) {
		char *text = form_text(p, page_language_tag(p, lang), false, &empty);
		size_t bytes = strlen(text) + strlen(PAGE_HEADERS);

		for (const char *s = strstr(text, "/assets/"); s != NULL;
			s = strstr(s + 1, "/assets/")) {
			char path[64];
			const struct page_asset *asset;

			snprintf(path, sizeof(path), "%.*s", (int)strcspn(s, "\""), s);
			asset = page_asset(p, path);
			assert_non_null(asset);
			bytes += asset->bytes + 400; /* its head */
		}
		print_message("# first load, %s: %zu bytes\n",
			page_language_tag(p, lang), bytes);
		assert_true(bytes <= 50 * 1024);
		free(text);
	}
	assert_null(page_asset(p, "/assets/form.css"));
	assert_null(page_asset(p, "/assets/../form.css"));
	page_free(p);
}

static void
the_console_that_was_not_built_says_how_to_build_it(void **state)
{
	struct page *p = new_page();
	struct evbuffer *out = evbuffer_new();
	char *text;

	(void)state;
	assert_int_equal(page_console_absent(p, page_language(p, "en", NULL), out), 0);
	text = taken(out);
	assert_has(text, "-Dweb=enabled");
	free(text);
	page_free(p);
}

static void
the_language_asked_for_comes_first_then_the_browsers_then_ours(void **state)
{
	struct page *p = new_page();

	(void)state;
	assert_string_equal(page_language_tag(p, page_language(p, NULL, NULL)), "it");
	assert_string_equal(page_language_tag(p, page_language(p, NULL, "en")), "en");
	assert_string_equal(page_language_tag(p, page_language(p, "it", "en")), "it");
	assert_string_equal(page_language_tag(p, page_language(p, "xx", "yy")), "it");
	assert_string_equal(
		page_language_tag(p, page_language(p, "en-GB", "it")), "en");
	page_free(p);
}

static void
set_up_survives_every_failing_allocation(void **state)
{
	const struct page_options options = {
		.emergency_number = "112", .desk_name = "", .language = "it"};

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct page *p;

		alloc_fail_at(n);
		p = page_new(&options);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(p);
			page_free(p);
			return;
		}
		assert_null(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_of_the_templates_is_in_every_catalogue),
		cmocka_unit_test(no_page_has_inline_script_style_or_foreign_addresses),
		cmocka_unit_test(the_first_load_is_at_most_50_kilobytes),
		cmocka_unit_test(the_console_that_was_not_built_says_how_to_build_it),
		cmocka_unit_test(
			the_language_asked_for_comes_first_then_the_browsers_then_ours),
		cmocka_unit_test(set_up_survives_every_failing_allocation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
