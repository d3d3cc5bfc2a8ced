#include "server/page.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "embed.h"
#include "server/page_internal.h"

enum {
	ARENA_BYTES = 512 * 1024, /* values of one page */
};

/* Made by embed.py from web/form and web/locales. */
extern const struct embedded web_form[];
extern const struct embedded web_locales[];

const char PAGE_HEADERS[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; "
	"style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
	"base-uri 'none'; frame-ancestors 'none'\r\n"
	"Cache-Control: no-store\r\n"
	"Permissions-Policy: geolocation=(self), camera=(), microphone=()\r\n"
	/* Not no-referrer: then a browser's post would carry Origin: null. */
	"Referrer-Policy: same-origin\r\n"
	"X-Content-Type-Options: nosniff\r\n";

static const char *const field_names[PAGE_FIELDS] = {
	[PAGE_HAZARD] = "hazard",
	[PAGE_ABOUT] = "about",
	[PAGE_LAT] = "lat",
	[PAGE_LON] = "lon",
	[PAGE_ACCURACY] = "accuracy",
	[PAGE_KIND] = "kind",
	[PAGE_AGE] = "age",
	[PAGE_WORDS] = "words",
	[PAGE_TRAPPED] = "trapped",
	[PAGE_UNRESPONSIVE] = "unresponsive",
	[PAGE_INJURED] = "injured",
	[PAGE_DANGER_RISING] = "danger_rising",
	[PAGE_VULNERABLE] = "vulnerable",
	[PAGE_WAY_OUT_BLOCKED] = "way_out_blocked",
	[PAGE_NEEDS] = "needs",
	[PAGE_PEOPLE] = "people",
	[PAGE_TEXT] = "text",
	[PAGE_NAME] = "name",
	[PAGE_PHONE] = "phone",
	[PAGE_KEY] = "key",
	[PAGE_SOURCE] = "source",
	[PAGE_LANG] = "lang",
	[PAGE_EXERCISE] = "exercise",
};

const char *const page_people[PAGE_PEOPLE_VALUES] = {
	"unknown", "none", "one", "two_to_five", "more"};

static const char *const file_names[FILES] = {
	"form", "receipt", "error", "absent", "login", "entered"};

static const struct {
	const char *value;
	const char *stem;
	const char *suffix;
	const char *type;
} asset_rows[ASSETS] = {
	{"form_css", "form", ".css", "text/css; charset=utf-8"},
	{"form_js", "form", ".js", "text/javascript; charset=utf-8"},
	{"icon_svg", "icon", ".svg", "image/svg+xml"},
};

const char *
page_field_name(enum page_field field)
{
	return field_names[field];
}

/* ---- set-up */

static const struct embedded *
find_file(const char *stem, const char *suffix)
{
	char name[ASSET_PATH_BYTES];
	const struct embedded *f = web_form;

	snprintf(name, sizeof(name), "%s%s", stem, suffix);
	while (strcmp(f->name, name) != 0) {
		f++;
	}
	return f;
}

/* The hash of the content is in the name, so a browser may keep it for ever. */
static void
name_assets(struct page *p)
{
	for (size_t i = 0; i < ASSETS; i++) {
		const struct embedded *f =
			find_file(asset_rows[i].stem, asset_rows[i].suffix);
		uint64_t hash = 14695981039346656037u; /* FNV-1a */

		for (size_t b = 0; b < f->bytes; b++) {
			hash = (hash ^ f->data[b]) * 1099511628211u;
		}
		snprintf(p->paths[i], ASSET_PATH_BYTES, "/assets/%s-%016" PRIx64 "%s",
			asset_rows[i].stem, hash, asset_rows[i].suffix);
		p->assets[i] = (struct page_asset){
			.content_type = asset_rows[i].type,
			.data = f->data,
			.bytes = f->bytes,
			.headers = "Cache-Control: public, max-age=31536000, "
				   "immutable\r\n"
				   "X-Content-Type-Options: nosniff\r\n",
		};
	}
}

/* A template of ours that does not compile is a bug the unit test finds. */
static int
compile(struct page *p)
{
	char why[TEMPLATE_WHY_BYTES];

	for (size_t i = 0; i < FILES; i++) {
		int r = template_new(&p->files[i], web_form, file_names[i], why);

		assert(r != TEMPLATE_BAD);
		if (r != 0) {
			return r;
		}
	}
	return 0;
}

struct page *
page_new(const struct page_options *options)
{
	struct page *p = calloc(1, sizeof(*p));
	int r;

	if (p == NULL) {
		return NULL;
	}
	snprintf(p->number, sizeof(p->number), "%s", options->emergency_number);
	snprintf(p->desk_name, sizeof(p->desk_name), "%s", options->desk_name);
	p->arena = arena_new(ARENA_BYTES);
	if (p->arena == NULL) {
		goto fail;
	}
	r = locale_new(&p->locale, web_locales);
	assert(r != LOCALE_BAD);
	if (r != 0 || compile(p) != 0) {
		goto fail;
	}
	p->language = locale_find(p->locale, options->language);
	if (p->language < 0) {
		p->language = 0;
	}
	name_assets(p);
	return p;
fail:
	page_free(p);
	return NULL;
}

void
page_free(struct page *page)
{
	if (page == NULL) {
		return;
	}
	for (size_t i = 0; i < FILES; i++) {
		template_free(page->files[i]);
	}
	locale_free(page->locale);
	arena_free(page->arena);
	free(page);
}

int
page_language(const struct page *page, const char *asked, const char *accept_language)
{
	int language = asked == NULL ? -1 : locale_find(page->locale, asked);

	if (language < 0 && accept_language != NULL) {
		language = locale_negotiate(page->locale, accept_language);
	}
	return language < 0 ? page->language : language;
}

const char *
page_language_tag(const struct page *page, int language)
{
	return locale_tag(page->locale, language);
}

/* ---- pieces of pages */

/* A text under prefix.name; "" when there is none. */
const char *
page_text_of(const struct making *m, const char *prefix, const char *name)
{
	char key[PAGE_KEY_BYTES];
	const char *text;

	snprintf(key, sizeof(key), "%s.%s", prefix, name);
	text = locale_own_text(m->page->locale, m->language, key);
	return text == NULL ? "" : text;
}

const char *
page_text(const struct making *m, const char *key)
{
	return locale_text(m->page->locale, m->language, key);
}

static const char *
on_text(void *arg, const char *key)
{
	return page_text(arg, key);
}

/* The first line of every page is one of these. */
void
page_say_staff(struct making *m, const char *line)
{
	static const char *const lines[] = {"duty_staffed", "duty_partly",
		"duty_unstaffed", "duty_unserved", "duty_unseen"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		template_flag(m->values, lines[i], strcmp(lines[i], line) == 0);
	}
}

/* Begins a page with what its head wants; here is its own path. */
void
page_begin(struct making *m, struct page *page, int language, enum page_staff staff,
	const char *here)
{
	arena_reset(page->arena);
	m->page = page;
	m->language = language;
	m->values = template_scope_new(page->arena);
	if (m->values == NULL) {
		return;
	}
	template_set(m->values, "lang", locale_tag(page->locale, language));
	page_say_staff(m, staff == PAGE_STAFFED  ? "duty_staffed"
			  : staff == PAGE_PARTLY ? "duty_partly"
						 : "duty_unstaffed");
	template_set(m->values, "number", page->number);
	template_set(m->values, "desk_name", page->desk_name);
	template_set(m->values, "here", here);
	template_set(m->values, "exercise_query", "");
	for (size_t i = 0; i < ASSETS; i++) {
		template_set(m->values, asset_rows[i].value, page->paths[i]);
	}
	for (size_t i = 0; i < locale_count(page->locale); i++) {
		struct template_scope *item = template_item(m->values, "languages");

		template_set(item, "tag", locale_tag(page->locale, (int)i));
		template_set(
			item, "name", locale_text(page->locale, (int)i, "lang.name"));
		template_flag(item, "current", (int)i == language);
	}
}

void
page_exercise(struct making *m)
{
	template_flag(m->values, "is_exercise", true);
	if (m->page->exercise[0] != '\0') {
		template_set(m->values, "exercise_query",
			arena_printf(
				m->page->arena, "exercise=%s&", m->page->exercise));
	}
}

void
page_use_exercise(struct page *page, const char *token)
{
	(void)snprintf(page->exercise, sizeof(page->exercise), "%s", token);
}

int
page_finish(struct making *m, enum file file, struct evbuffer *out)
{
	int r = m->values == NULL ? -ENOMEM
				  : template_render(m->page->files[file], m->values,
					    on_text, m, out);

	/* Every value of ours is set, and none is long enough for the ceiling:
	 * the unit test holds both. */
	return r == 0 ? 0 : -ENOMEM;
}

void
page_title(struct making *m)
{
	const char *name = m->page->desk_name;
	const char *title = page_text(m, "form.title");

	if (name[0] != '\0') {
		title = arena_printf(m->page->arena, "%s · %s", title, name);
	}
	template_set(m->values, "title", title);
}

int
page_console_absent(struct page *page, int language, struct evbuffer *out)
{
	struct making m;

	page_begin(&m, page, language, false, "/console");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	template_set(m.values, "title", page_text(&m, "console.absent.title"));
	return page_finish(&m, FILE_ABSENT, out);
}

/* ---- what pages load */

const struct page_asset *
page_asset(const struct page *page, const char *path)
{
	for (size_t i = 0; i < ASSETS; i++) {
		if (strcmp(path, page->paths[i]) == 0) {
			return &page->assets[i];
		}
	}
	return NULL;
}
