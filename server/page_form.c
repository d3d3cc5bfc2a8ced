#include <errno.h>
#include <string.h>

#include "server/page_internal.h"

/* The hazard table's rows as a frightened person looks for them. */
static const struct {
	const char *group; /* key */
	const char *codes[6];
} groups[] = {
	{"group.people", {"medical", "missing_person"}},
	{"group.fire", {"fire", "wildfire", "gas_leak", "hazmat"}},
	{"group.water", {"flood", "coastal_flood", "landslide", "storm_damage",
				"isolated_by_snow"}},
	{"group.structural", {"collapse", "quake_damage"}},
	{"group.other", {"road_blocked", "utility_out", "other"}},
};

/* Which part of the form a path of the report stands for; first prefix wins. */
static const struct {
	const char *path;
	const char *flag;   /* of the template */
	const char *key;    /* what is wrong, in the catalogue */
	const char *anchor; /* where on the page */
} wrongs[] = {
	{"hazard", "error_hazard", "error.hazard", "hazard"},
	{"about", "error_about", "error.about", "place"},
	{"place.words", "error_words", "error.words", "words"},
	{"place", "error_position", "error.position", "place"},
	{"signs.people", "error_people", "error.people", "signs"},
	{"signs", "error_signs", "error.signs", "signs"},
	{"text", "error_text", "error.text", "text"},
	{"contact.name", "error_name", "error.name", "name"},
	{"contact.phone", "error_phone", "error.phone", "phone"},
	{"", "error_general", "error.general", "hazard"},
};

static const char *
value(const struct page_form *form, enum page_field field)
{
	return form->value[field] == NULL ? "" : form->value[field];
}

static void
put_hazards(struct making *m, const struct page_form *form)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		struct template_scope *group = template_item(m->values, "groups");

		template_set(group, "group", page_text(m, groups[g].group));
		for (size_t i = 0; groups[g].codes[i] != NULL; i++) {
			const char *code = groups[g].codes[i];
			struct template_scope *item = template_item(group, "hazards");

			template_set(item, "code", code);
			template_set(item, "label", page_text_of(m, "hazard", code));
			template_flag(item, "checked",
				strcmp(code, value(form, PAGE_HAZARD)) == 0);
		}
	}
}

static void
put_people_and_signs(struct making *m, const struct page_form *form)
{
	for (size_t i = 0; i < PAGE_PEOPLE_VALUES; i++) {
		struct template_scope *item = template_item(m->values, "people");

		template_set(item, "value", page_people[i]);
		template_set(item, "label", page_text_of(m, "people", page_people[i]));
		template_flag(item, "checked",
			strcmp(page_people[i], value(form, PAGE_PEOPLE)) == 0);
	}
	for (int f = PAGE_TRAPPED; f <= PAGE_NEEDS; f++) {
		struct template_scope *item = template_item(m->values, "signs");

		template_set(item, "field", page_field_name((enum page_field)f));
		template_set(item, "label",
			page_text_of(m, "sign", page_field_name((enum page_field)f)));
		template_flag(item, "checked",
			strcmp("yes", value(form, (enum page_field)f)) == 0);
	}
}

static bool
is_under(const char *path, const char *prefix)
{
	size_t bytes = strlen(prefix);

	return strncmp(path, prefix, bytes) == 0 &&
	       (bytes == 0 || strchr(".[", path[bytes]) != NULL);
}

/* Each part of the form is named once, however many paths are wrong in it. */
static void
put_wrongs(struct making *m, const struct trouble *trouble)
{
	bool said[sizeof(wrongs) / sizeof(wrongs[0])] = {false};

	for (size_t i = 0; trouble != NULL && i < trouble->n; i++) {
		struct template_scope *item;
		size_t w = 0;

		while (!is_under(trouble->at[i].field, wrongs[w].path)) {
			w++;
		}
		if (said[w]) {
			continue;
		}
		said[w] = true;
		template_flag(m->values, "errors", true);
		template_flag(m->values, wrongs[w].flag, true);
		item = template_item(m->values, "wrong");
		template_set(item, "where", wrongs[w].anchor);
		template_set(item, "says", page_text(m, wrongs[w].key));
	}
}

/* Texts that form.js fills in itself go to it as they are. */
static void
put_script_texts(struct making *m)
{
	static const char *const rows[][2] = {
		{"place_fix", "place.fix"},
		{"place_accuracy", "place.accuracy"},
		{"place_age", "place.age"},
		{"text_count", "text.count"},
		{"send_retry", "send.retry"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		template_set(m->values, rows[i][0], page_text(m, rows[i][1]));
	}
}

static void
put_form(struct making *m, const struct page_form *form)
{
	static const enum page_field plain[] = {PAGE_LAT, PAGE_LON, PAGE_ACCURACY,
		PAGE_KIND, PAGE_AGE, PAGE_WORDS, PAGE_TEXT, PAGE_NAME, PAGE_PHONE,
		PAGE_KEY, PAGE_SOURCE, PAGE_EXERCISE};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		template_set(
			m->values, page_field_name(plain[i]), value(form, plain[i]));
	}
	if (value(form, PAGE_EXERCISE)[0] != '\0') {
		page_exercise(m);
	}
	template_flag(
		m->values, "about_self", strcmp(value(form, PAGE_ABOUT), "self") == 0);
	template_flag(m->values, "about_other",
		strcmp(value(form, PAGE_ABOUT), "other") == 0);
	put_script_texts(m);
	put_hazards(m, form);
	put_people_and_signs(m, form);
	put_wrongs(m, form->trouble);
}

int
page_form(struct page *page, int language, enum page_staff staff,
	const struct page_form *form, struct evbuffer *out)
{
	struct making m;

	page_begin(&m, page, language, staff, "/");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	page_title(&m);
	put_form(&m, form);
	return page_finish(&m, FILE_FORM, out);
}

/* ---- errors */

/* The catalogue's keys; other statuses speak for their class. */
static const char *
problem_key(int status)
{
	switch (status) {
	case 403:
		return "problem.403";
	case 404:
		return "problem.404";
	case 405:
		return "problem.405";
	case 408:
		return "problem.408";
	case 413:
		return "problem.413";
	case 429:
		return "problem.429";
	case 503:
		return "problem.503";
	default:
		return status >= 500 ? "problem.500" : "problem.400";
	}
}

int
page_error(struct page *page, int language, enum page_staff staff, int status,
	enum page_fate fate, const struct page_form *form, struct evbuffer *out)
{
	static const char *const fates[] = {
		[PAGE_FATE_NOT_SENT] = "problem.not_sent",
		[PAGE_FATE_NOT_SENT_IF] = "problem.not_sent_if",
		[PAGE_FATE_UNCERTAIN] = "problem.uncertain",
	};
	struct making m;

	page_begin(&m, page, language, staff, "/");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	page_title(&m);
	template_set(m.values, "problem", page_text(&m, problem_key(status)));
	template_flag(m.values, "not_found", status == 404);
	template_flag(m.values, "forbidden", status == 403);
	template_flag(m.values, "report", fate != PAGE_FATE_NO_REPORT);
	if (fate != PAGE_FATE_NO_REPORT) {
		template_set(m.values, "fate", page_text(&m, fates[fate]));
	}
	template_flag(m.values, "filled", form != NULL);
	if (form != NULL) {
		put_form(&m, form);
	}
	return page_finish(&m, FILE_ERROR, out);
}
