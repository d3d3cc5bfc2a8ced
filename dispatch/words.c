#include "dispatch/words.h"

#include <stdbool.h>
#include <string.h>

#include "dispatch/letter.h"
#include "proto/utf8.h"

/* Sorted by the first letter of the last word: that is where a search starts. */
/* clang-format off */
static const struct words_row rows[] = {
	{{"annega*"}, 1},
	{{"cardiac", "arrest"}, 1},
	{{"heart", "attack"}, 2},
	{{"not", "breathing"}, 1},
	{{"isn", "t", "breathing"}, 1},
	{{"stop*", "breathing"}, 1},
	{{"can", "t", "breathe"}, 1},
	{{"cannot", "breathe"}, 1},
	{{"buried"}, 1},
	{{"bleeding"}, 2},
	{{"arresto", "cardiac*"}, 1},
	{{"bloccat*", "dentro"}, 1},
	{{"chius*", "dentro"}, 1},
	{{"drown*"}, 1},
	{{"dying"}, 1},
	{{"dialisi"}, 2},
	{{"dialysis"}, 2},
	{{"esplosion*"}, 2},
	{{"explosion*"}, 2},
	{{"ferit*"}, 2},
	{{"fuga", "gas"}, 2},
	{{"odore", "gas"}, 2},
	{{"puzza", "gas"}, 2},
	{{"smell", "gas"}, 2},
	{{"hurt"}, 2},
	{{"intrappolat*"}, 1},
	{{"incoscient*"}, 1},
	{{"stuck", "inside"}, 1},
	{{"infart*"}, 2},
	{{"injur*"}, 2},
	{{"insulin*"}, 2},
	{{"gas", "leak*"}, 2},
	{{"sotto", "macerie"}, 1},
	{{"sta", "morendo"}, 1},
	{{"stanno", "morendo"}, 1},
	{{"can", "t", "out"}, 1},
	{{"cannot", "out"}, 1},
	{{"ossigeno"}, 2},
	{{"oxygen"}, 2},
	{{"non", "respira*"}, 1},
	{{"non", "riesc*", "respirare"}, 1},
	{{"under", "rubble"}, 1},
	{{"river", "rising"}, 2},
	{{"water", "rising"}, 2},
	{{"perd*", "sangue"}, 2},
	{{"sanguina*"}, 2},
	{{"acqua", "sale"}, 2},
	{{"acqua", "salendo"}, 2},
	{{"livello", "sale"}, 2},
	{{"livello", "salendo"}, 2},
	{{"senza", "sensi"}, 1},
	{{"sepolt*"}, 1},
	{{"svenut*"}, 1},
	{{"trapped"}, 1},
	{{"unconscious"}, 1},
	{{"unresponsive"}, 1},
	{{"non", "riesc*", "uscire"}, 1},
	{{"non", "riusci*", "uscire"}, 1},
	{{"ustion*"}, 2},
	{{"wounded"}, 2},
};

/*
 * What turns the small words behind it into a denial. Only the first allows
 * "sono" and "siamo" there: "non c'e' nessuno sono intrappolato" denies nothing.
 */
static const char *const deniers[] = {
	"non", "not", "t", "nessuno", "nessuna", "nessun", "senza", "no", "nobody",
	"none", "without", "never", "mai", "zero", "0",
};

/* Small words that may stand between a denier and what it denies. */
static const char *const fillers[] = {
	"e", "ci", "vi", "c", "si", "risulta*", "rimast*", "stat*", "segnal*", "alcun*",
	"person*", "piu", "ancora", "is", "was", "been", "be", "any", "one", "people",
	"body", "reports", "of", "reported",
};

/* Those that may stand behind "non" only. */
static const char *const fillers_of_non[] = {"sono", "siamo", "ho", "abbiamo"};

/* Behind a colon, alone in their clause. */
static const char *const nones[] = {
	"nessuno", "nessuna", "nessun", "none", "nobody", "no", "zero", "0",
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum {
	WORD_BYTES = 24, /* longer words are cut */
	RING = 16,       /* words looked back at; a power of two */
	GAP_MAX = 2,     /* other words between two of a phrase */
	FILLERS_MAX = 4,
	LETTERS = 'z' - 'a' + 1,
};

/* What stood before a word. */
enum cut {
	CUT_SPACE,
	CUT_COLON,
	CUT_CLAUSE,
};

struct reader {
	char words[RING][WORD_BYTES];
	enum cut cuts[RING];
	size_t n; /* words so far; the last is n - 1 */

	char word[WORD_BYTES]; /* being read */
	size_t bytes;
	enum cut cut;

	uint8_t best;    /* 0: none yet */
	uint8_t pending; /* found, but the next words may deny it */
	bool denied;     /* "feriti: nessuno", if the clause ends here */
};

static bool
is_like(const char *word, const char *pattern)
{
	while (*pattern != '\0' && *pattern == *word) {
		pattern++;
		word++;
	}
	return *pattern == '*' || *pattern == *word;
}

static bool
is_one_of(const char *word, const char *const *table, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (table[i][0] == word[0] && is_like(word, table[i])) {
			return true;
		}
	}
	return false;
}

/* The word `back` words before the last; NULL when there is none to look at. */
static const char *
earlier(const struct reader *r, size_t back)
{
	return back < r->n && back < RING ? r->words[(r->n - 1 - back) % RING] : NULL;
}

/* Does a clause end between the word `back` before the last and its successor? */
static bool
is_cut_behind(const struct reader *r, size_t back)
{
	return r->cuts[(r->n - back) % RING] != CUT_SPACE;
}

/* Is the phrase that starts `back` words before the last one denied? */
static bool
is_denied(const struct reader *r, size_t back)
{
	bool only_non = false;
	size_t steps;

	for (steps = 0; steps <= FILLERS_MAX; steps++) {
		const char *word = earlier(r, ++back);

		if (word == NULL || is_cut_behind(r, back)) {
			return false;
		}
		if (is_one_of(word, deniers, COUNT(deniers))) {
			return !only_non || strcmp(word, "non") == 0;
		}
		if (is_one_of(word, fillers_of_non, COUNT(fillers_of_non))) {
			only_non = true;
		} else if (!is_one_of(word, fillers, COUNT(fillers))) {
			return false;
		}
	}
	return false;
}

/* Does the row's phrase end with the last word? *start is where it begins. */
static bool
ends_with(const struct reader *r, const struct words_row *row, size_t *start)
{
	size_t at = WORDS_PHRASE_MAX;
	size_t back = 0;

	while (row->word[at - 1] == NULL) {
		at--;
	}
	if (!is_like(earlier(r, 0), row->word[at - 1])) {
		return false;
	}
	for (at--; at > 0; at--) {
		size_t limit = back + 1 + GAP_MAX;
		const char *word;

		do {
			word = earlier(r, ++back);
			if (word == NULL || is_cut_behind(r, back)) {
				return false;
			}
		} while (!is_like(word, row->word[at - 1]) && back < limit);
		if (!is_like(word, row->word[at - 1])) {
			return false;
		}
	}
	*start = back;
	return true;
}

static char
anchor_letter(const struct words_row *row)
{
	size_t at = WORDS_PHRASE_MAX;

	while (row->word[at - 1] == NULL) {
		at--;
	}
	return row->word[at - 1][0];
}

/*
 * Where the rows of each first letter begin, and behind the last. Made out of
 * the table at the first question.
 */
static const uint8_t *
first_rows(void)
{
	static uint8_t first[LETTERS + 1];
	size_t letter = 0;
	size_t i;

	if (first[LETTERS] == COUNT(rows)) {
		return first;
	}
	for (i = 0; i < COUNT(rows); i++) {
		while (letter <= (size_t)(anchor_letter(&rows[i]) - 'a')) {
			first[letter++] = (uint8_t)i;
		}
	}
	while (letter <= LETTERS) {
		first[letter++] = COUNT(rows);
	}
	return first;
}

static void
search(struct reader *r)
{
	const uint8_t *first = first_rows();
	unsigned letter = (unsigned)earlier(r, 0)[0] - 'a';
	size_t start = 0;
	size_t i;

	if (letter >= LETTERS) {
		return; /* a number */
	}
	for (i = first[letter]; i < first[letter + 1]; i++) {
		if (ends_with(r, &rows[i], &start) && !is_denied(r, start) &&
			(r->pending == 0 || rows[i].class_no < r->pending)) {
			r->pending = rows[i].class_no;
		}
	}
}

static void
settle(struct reader *r)
{
	if (r->pending != 0 && !r->denied && (r->best == 0 || r->pending < r->best)) {
		r->best = r->pending;
	}
	r->pending = 0;
	r->denied = false;
}

/* What the new word says about a find before it. */
static void
judge_pending(struct reader *r, const char *word, enum cut cut)
{
	if (r->pending == 0) {
		return;
	}
	if (r->denied) {
		r->denied = cut != CUT_SPACE;
		settle(r);
	} else if (cut == CUT_COLON && is_one_of(word, nones, COUNT(nones))) {
		r->denied = true;
	} else {
		settle(r);
	}
}

static void
end_word(struct reader *r)
{
	if (r->bytes == 0) {
		return;
	}
	r->word[r->bytes] = '\0';
	r->bytes = 0;
	memcpy(r->words[r->n % RING], r->word, sizeof(r->word));
	r->cuts[r->n % RING] = r->cut;
	r->n++;
	judge_pending(r, r->word, r->cut);
	r->cut = CUT_SPACE;
	if (!r->denied) {
		search(r);
	}
}

static enum cut
cut_of(int32_t c)
{
	switch (c) {
	case ':':
	case '=':
		return CUT_COLON;
	case '.':
	case ',':
	case ';':
	case '!':
	case '?':
	case '\n':
	case '(':
	case ')':
	case 0x2026: /* ellipsis */
	case 0x2013: /* dashes */
	case 0x2014:
		return CUT_CLAUSE;
	default:
		return CUT_SPACE;
	}
}

static inline void
take_letter(struct reader *r, char letter)
{
	if (r->bytes < WORD_BYTES - 1) {
		r->word[r->bytes++] = letter;
	}
}

static inline void
take(struct reader *r, int32_t c, char letter)
{
	enum cut cut;

	if (letter != 0) {
		take_letter(r, letter);
		return;
	}
	if (letter_is_mark(c)) {
		return;
	}
	end_word(r);
	cut = cut_of(c);
	if (cut > r->cut) {
		r->cut = cut;
	}
}

uint8_t
words_class(const char *text)
{
	struct reader r = {.n = 0};
	size_t bytes = text == NULL ? 0 : strlen(text);
	size_t at = 0;

	while (at < bytes && r.best != 1) {
		int32_t c = (unsigned char)text[at];

		if (c < 0x80) {
			at++;
			if (letter_ascii[c] != 0) { /* most of every text */
				take_letter(&r, letter_ascii[c]);
			} else {
				take(&r, c, 0);
			}
			continue;
		}
		c = utf8_next(text, bytes, &at);
		if (c < 0) {
			at++; /* cannot be: valid by contract */
		}
		take(&r, c, letter_plain(c));
	}
	end_word(&r);
	settle(&r);
	return r.best;
}

const struct words_row *
words_table(size_t *n)
{
	*n = COUNT(rows);
	return rows;
}
