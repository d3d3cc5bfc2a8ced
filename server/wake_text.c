#include "server/wake_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	TEXT_BYTES = 8192,
	KEY_BYTES = 64,
};

struct writer {
	const char *language;
	char *text;
	size_t used;
	size_t room;
};

/* The values that texts have holes for. */
struct values {
	size_t n;
	const struct wake_line *line;
	int64_t now_ms;
};

/* Both name one language: "it-IT" is "it". */
static bool
is_language(const char *asked, const char *ours)
{
	size_t bytes = strlen(ours);

	return strncmp(asked, ours, bytes) == 0 &&
	       (asked[bytes] == '\0' || asked[bytes] == '-');
}

static const char *
word(const char *language, const char *key)
{
	const char *in_english = "";

	for (const struct wake_word *w = wake_words; w->language != NULL; w++) {
		if (strcmp(w->key, key) == 0) {
			if (is_language(language, w->language)) {
				return w->text;
			}
			if (strcmp(w->language, "en") == 0) {
				in_english = w->text;
			}
		}
	}
	return in_english;
}

static void
put(struct writer *w, const char *text, size_t bytes)
{
	if (bytes > w->room - w->used - 1) {
		bytes = w->room - w->used - 1;
	}
	memcpy(w->text + w->used, text, bytes);
	w->used += bytes;
	w->text[w->used] = '\0';
}

static void
put_value(struct writer *w, const struct values *v, const char *name, size_t bytes)
{
	char text[KEY_BYTES] = "";
	const char *found = text;

	if (strncmp(name, "n", bytes) == 0) {
		(void)snprintf(text, sizeof(text), "%zu", v->n);
	} else if (strncmp(name, "class", bytes) == 0) {
		(void)snprintf(text, sizeof(text), "%u", v->line->class_no);
	} else if (strncmp(name, "id", bytes) == 0) {
		(void)snprintf(
			text, sizeof(text), "%llu", (unsigned long long)v->line->id);
	} else if (strncmp(name, "minutes", bytes) == 0) {
		int64_t ms = v->now_ms - v->line->opened_ms;

		(void)snprintf(text, sizeof(text), "%lld",
			(long long)(ms < 0 ? 0 : ms / 60000));
	} else if (strncmp(name, "hazard", bytes) == 0) {
		(void)snprintf(text, sizeof(text), "hazard.%s", v->line->hazard);
		found = word(w->language, text);
	} else if (strncmp(name, "area", bytes) == 0) {
		found = v->line->area[0] != '\0' ? v->line->area
						 : word(w->language, "wake.nowhere");
	}
	put(w, found, strlen(found));
}

static void
put_text(struct writer *w, const char *key, const struct values *v)
{
	const char *at = word(w->language, key);

	while (*at != '\0') {
		size_t plain = strcspn(at, "{");
		size_t hole = strcspn(at + plain, "}");

		put(w, at, plain);
		at += plain;
		if (*at == '{' && at[hole] == '}') {
			put_value(w, v, at + 1, hole - 1);
			at += hole + 1;
		} else if (*at != '\0') {
			put(w, at++, 1);
		}
	}
}

static char *
finish(struct writer *w, struct arena *arena)
{
	return arena_copy(arena, w->text, w->used);
}

int
wake_text_test(const char *language, struct arena *arena, struct wake_text *out)
{
	const char *title = word(language, "wake.test.title");
	const char *text = word(language, "wake.test.text");

	out->title = arena_copy(arena, title, strlen(title));
	out->text = arena_copy(arena, text, strlen(text));
	return out->title == NULL || out->text == NULL ? -ENOMEM : 0;
}

int
wake_text(const char *language, const struct wake_line *lines, size_t n_lines, size_t n,
	int64_t now_ms, struct arena *arena, struct wake_text *out)
{
	struct writer w = {.language = language, .room = TEXT_BYTES};
	struct values v = {n, lines, now_ms};

	w.text = arena_alloc(arena, TEXT_BYTES);
	if (w.text == NULL) {
		return -ENOMEM;
	}
	w.text[0] = '\0';
	put_text(&w, n == 1 ? "wake.title.one" : "wake.title.many", &v);
	out->title = finish(&w, arena);
	w.used = 0;
	for (size_t i = 0; i < n_lines && i < WAKE_LINES_MOST; i++) {
		v.line = &lines[i];
		put_text(&w, "wake.line", &v);
		put(&w, "\n", 1);
	}
	if (n > n_lines) {
		v.n = n - n_lines;
		put_text(&w, "wake.more", &v);
		put(&w, "\n", 1);
	}
	put_text(&w, "wake.tail", &v);
	out->text = finish(&w, arena);
	return out->title == NULL || out->text == NULL ? -ENOMEM : 0;
}
