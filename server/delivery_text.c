#include "server/delivery_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/stamp.h"
#include "proto/utf8.h"

enum {
	TELEGRAM_UNITS_MOST = 4096,
};

static const char title_mark[] = "[ESERCITAZIONE / EXERCISE] ";
static const char text_mark[] = "ESERCITAZIONE: non è una vera emergenza.\n"
				"EXERCISE: this is not a real emergency.\n\n";
static const char cut_mark[] = "…";

char *
delivery_title(const Vedetta__V1__Delivery *d, struct arena *arena)
{
	return arena_printf(arena, "%s%s", d->exercise ? title_mark : "", d->title);
}

static size_t
units_of(const char *text)
{
	size_t bytes = strlen(text);
	size_t units = 0;
	size_t at = 0;
	int32_t point;

	while ((point = utf8_next(text, bytes, &at)) >= 0) {
		units += point > 0xffff ? 2 : 1;
	}
	return units;
}

/* How many bytes of it have at most so many units and bytes. */
static size_t
fitting(const char *text, size_t units_most, size_t bytes_most)
{
	size_t bytes = strlen(text);
	size_t units = 0;
	size_t fits = 0;
	size_t at = 0;
	int32_t point;

	while ((point = utf8_next(text, bytes, &at)) >= 0) {
		units += point > 0xffff ? 2 : 1;
		if (units > units_most || at > bytes_most) {
			break;
		}
		fits = at;
	}
	return fits;
}

static size_t
less(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

char *
delivery_body(const Vedetta__V1__Delivery *d, size_t units_most, size_t bytes_most,
	struct arena *arena)
{
	const char *mark = d->exercise ? text_mark : "";
	const char *gap = d->link[0] != '\0' && d->text[0] != '\0' ? "\n\n" : "";
	size_t units = units_most == 0 ? SIZE_MAX : units_most;
	size_t bytes = bytes_most == 0 ? SIZE_MAX : bytes_most;
	size_t all = strlen(d->text);
	size_t fits;

	units = less(units, units_of(mark) + strlen(gap) + strlen(d->link));
	bytes = less(bytes, strlen(mark) + strlen(gap) + strlen(d->link));
	fits = fitting(d->text, units, bytes);
	if (fits < all) {
		fits = fitting(d->text, less(units, 1), less(bytes, strlen(cut_mark)));
	}
	return arena_printf(arena, "%s%.*s%s%s%s", mark, (int)fits, d->text,
		fits < all ? cut_mark : "", gap, d->link);
}

/* Takes the tree over. */
static char *
write_json(json_t *tree, struct arena *arena)
{
	char *text = tree == NULL ? NULL : json_dumps(tree, JSON_COMPACT);
	char *copy = text == NULL ? NULL : arena_copy(arena, text, strlen(text));

	free(text);
	json_decref(tree);
	return copy;
}

static const char *
urgency_name(const Vedetta__V1__Delivery *d)
{
	switch ((int)d->urgency) {
	case VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_LOW:
		return "low";
	case VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH:
		return "high";
	default:
		return "normal";
	}
}

char *
delivery_hook_json(const Vedetta__V1__Delivery *d, const char *id, int64_t at_s,
	struct arena *arena)
{
	char *title = delivery_title(d, arena);
	char *text = delivery_body(d, 0, 0, arena);
	char at[STAMP_BYTES];
	size_t bytes;

	if (title == NULL || text == NULL || stamp_write(at_s, 0, at, &bytes) != 0) {
		return NULL;
	}
	return write_json(
		json_pack("{s:s, s:s, s:{s:s, s:I, s:b, s:s, s:s, s:s, s:s, s:s}}",
			"type", d->exercise ? "exercise.notice" : "incident.notice",
			"timestamp", at, "data", "id", id, "incident",
			(json_int_t)d->incident, "exercise", (int)d->exercise,
			"urgency", urgency_name(d), "title", title, "text", text,
			"link", d->link, "group", d->group),
		arena);
}

static char *
push_json(const Vedetta__V1__Delivery *d, const char *id, size_t bytes_most,
	struct arena *arena)
{
	char *title = delivery_title(d, arena);
	char *text = delivery_body(d, 0, bytes_most, arena);

	if (title == NULL || text == NULL) {
		return NULL;
	}
	return write_json(
		json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:b, s:s, s:s}", "id", id,
			"title", title, "body", text, "url", d->link, "incident",
			(json_int_t)d->incident, "tag",
			d->group[0] != '\0' ? d->group : id, "exercise",
			(int)d->exercise, "urgency", urgency_name(d), "lang", d->lang),
		arena);
}

char *
delivery_push_json(const Vedetta__V1__Delivery *d, const char *id, size_t bytes_most,
	struct arena *arena)
{
	size_t most = bytes_most;
	char *json;

	/* Escapes make it longer than the text: shorter until it fits. */
	do {
		json = push_json(d, id, most, arena);
		most = most * 3 / 4;
	} while (json != NULL && strlen(json) > bytes_most && most > 64);
	return json;
}

char *
delivery_telegram_json(const Vedetta__V1__Delivery *d, struct arena *arena)
{
	char *title = delivery_title(d, arena);
	char *text;

	if (title == NULL) {
		return NULL;
	}
	text = delivery_body(
		d, less(TELEGRAM_UNITS_MOST, units_of(title) + 2), 0, arena);
	text = text == NULL ? NULL : arena_printf(arena, "%s\n\n%s", title, text);
	if (text == NULL) {
		return NULL;
	}
	return write_json(
		json_pack("{s:s, s:s, s:{s:b}}", "chat_id", d->target->address, "text",
			text, "link_preview_options", "is_disabled", 1),
		arena);
}
