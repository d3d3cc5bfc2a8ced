#include "server/drill_spell.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const struct {
	const char *with;
	char bare;
} accents[] = {
	{"à", 'a'},
	{"è", 'e'},
	{"é", 'e'},
	{"ì", 'i'},
	{"ò", 'o'},
	{"ù", 'u'},
	{"È", 'E'},
};

enum {
	ACCENTS = sizeof(accents) / sizeof(accents[0]),
};

/* "è" becomes "e" or "e'". */
static void
lose_accents(const char *text, bool apostrophe, char *out)
{
	while (*text != '\0') {
		size_t a = 0;

		while (a < ACCENTS && strncmp(text, accents[a].with, 2) != 0) {
			a++;
		}
		if (a == ACCENTS) {
			*out++ = *text++;
			continue;
		}
		*out++ = accents[a].bare;
		if (apostrophe) {
			*out++ = '\'';
		}
		text += 2;
	}
	*out = '\0';
}

/* Where a small ASCII letter stands between two others, the n-th such from a
 * random start; SIZE_MAX: nowhere. */
static size_t
find_inner(struct drill_dice *d, const char *text, bool doubled)
{
	size_t bytes = strlen(text);
	size_t from = bytes < 4 ? 0 : drill_dice_below(d, (uint32_t)bytes);

	for (size_t i = 0; bytes >= 4 && i < bytes; i++) {
		size_t at = (from + i) % bytes;

		if (at == 0 || at + 2 >= bytes ||
			!islower((unsigned char)text[at - 1]) ||
			!islower((unsigned char)text[at]) ||
			!islower((unsigned char)text[at + 1]) ||
			!islower((unsigned char)text[at + 2])) {
			continue;
		}
		if ((text[at] == text[at + 1]) == doubled) {
			return at;
		}
	}
	return (size_t)-1;
}

static void
make_single(struct drill_dice *d, char *text)
{
	size_t at = find_inner(d, text, true);

	if (at != (size_t)-1) {
		memmove(text + at, text + at + 1, strlen(text + at));
	}
}

static void
swap_two(struct drill_dice *d, char *text)
{
	size_t at = find_inner(d, text, false);

	if (at != (size_t)-1) {
		char kept = text[at];

		text[at] = text[at + 1];
		text[at + 1] = kept;
	}
}

static void
drop_stops(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (*text != '.' && *text != ',') {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static void
raise(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 128) {
			*text = (char)toupper((unsigned char)*text);
		}
	}
}

void
drill_spell_change(struct drill_dice *d, const char *text, char *out, size_t out_bytes)
{
	uint32_t how = drill_dice_below(d, 5);

	assert(out_bytes > 2 * strlen(text));
	lose_accents(text, how == 0, out);
	make_single(d, out);
	if (how <= 2) {
		swap_two(d, out);
	}
	if (how == 2 || how == 3) {
		drop_stops(out);
	}
	if (how == 4) {
		raise(out);
	}
}
