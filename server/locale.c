#include "server/locale.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	LANGUAGES_MAX = 32,
	TAG_BYTES = 16,
	RANGES_MAX = 16, /* of an Accept-Language that are read */
};

struct locale {
	size_t n;
	struct {
		char tag[TAG_BYTES];
		json_t *texts;
	} at[LANGUAGES_MAX];
};

static bool
is_flat(json_t *texts)
{
	const char *key;
	json_t *text;

	if (!json_is_object(texts)) {
		return false;
	}
	json_object_foreach(texts, key, text)
	{
		if (!json_is_string(text)) {
			return false;
		}
	}
	return true;
}

static int
read_catalogue(struct locale *l, const struct embedded *file)
{
	size_t tag_bytes = strcspn(file->name, ".");
	json_t *texts;

	if (l->n == LANGUAGES_MAX || tag_bytes >= TAG_BYTES) {
		return LOCALE_BAD;
	}
	texts = json_loadb(
		(const char *)file->data, file->bytes, JSON_REJECT_DUPLICATES, NULL);
	if (!is_flat(texts)) {
		json_decref(texts);
		return LOCALE_BAD;
	}
	memcpy(l->at[l->n].tag, file->name, tag_bytes);
	l->at[l->n++].texts = texts;
	return 0;
}

int
locale_new(struct locale **out, const struct embedded *files)
{
	struct locale *l = calloc(1, sizeof(*l));
	int r = 0;

	if (l == NULL) {
		return -ENOMEM;
	}
	for (const struct embedded *f = files; r == 0 && f->name != NULL; f++) {
		r = read_catalogue(l, f);
	}
	if (r == 0 && l->n == 0) {
		r = LOCALE_BAD;
	}
	if (r != 0) {
		locale_free(l);
		return r;
	}
	*out = l;
	return 0;
}

void
locale_free(struct locale *l)
{
	if (l == NULL) {
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		json_decref(l->at[i].texts);
	}
	free(l);
}

size_t
locale_count(const struct locale *l)
{
	return l->n;
}

const char *
locale_tag(const struct locale *l, int language)
{
	return l->at[language].tag;
}

static int
find_primary(const struct locale *l, const char *tag, size_t bytes)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strlen(l->at[i].tag) == bytes &&
			strncasecmp(l->at[i].tag, tag, bytes) == 0) {
			return (int)i;
		}
	}
	return -1;
}

int
locale_find(const struct locale *l, const char *tag)
{
	return find_primary(l, tag, strcspn(tag, "-_"));
}

/* "q=0.8" in thousandths; 1000 when there is none, 0 when it makes no sense. */
static int
weight(const char *parameters, size_t bytes)
{
	const char *q = memmem(parameters, bytes, "q=", 2);
	int scale = 1000;
	int sum = 0;

	if (q == NULL) {
		return 1000;
	}
	for (q += 2; q < parameters + bytes && scale > 0; q++) {
		if (*q >= '0' && *q <= '9') {
			sum += (*q - '0') * scale;
			scale /= 10;
		} else if (*q != '.') {
			break;
		}
	}
	return sum > 1000 ? 0 : sum;
}

int
locale_negotiate(const struct locale *l, const char *accept_language)
{
	const char *s = accept_language;
	int best = -1;
	int best_weight = 0;

	for (int i = 0; i < RANGES_MAX && *s != '\0'; i++) {
		size_t range = strcspn(s, ",");
		size_t tag;
		int language;
		int w;

		while (range > 0 && (*s == ' ' || *s == '\t')) {
			s++;
			range--;
		}
		tag = strcspn(s, "-_;, \t");
		w = weight(
			s + (tag < range ? tag : range), tag < range ? range - tag : 0);
		language = find_primary(l, s, tag);
		if (language >= 0 && w > best_weight) {
			best = language;
			best_weight = w;
		}
		s += range + (s[range] == ',' ? 1 : 0);
	}
	return best;
}

const char *
locale_own_text(const struct locale *l, int language, const char *key)
{
	return json_string_value(json_object_get(l->at[language].texts, key));
}

const char *
locale_text(const struct locale *l, int language, const char *key)
{
	const char *text = locale_own_text(l, language, key);

	for (size_t i = 0; text == NULL && i < l->n; i++) {
		text = locale_own_text(l, (int)i, key);
	}
	return text == NULL ? key : text;
}

void
locale_each_key(const struct locale *l, int language,
	void (*found)(void *arg, const char *key), void *arg)
{
	const char *key;
	json_t *text;

	json_object_foreach(l->at[language].texts, key, text)
	{
		found(arg, key);
	}
}
