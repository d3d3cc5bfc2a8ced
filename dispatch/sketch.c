/* Longer than 500 lines: one reader of text, whose parts share its state. */
#include "dispatch/sketch.h"

#include <string.h>

#include "dispatch/letter.h"
#include "dispatch/lexicon.h"
#include "proto/utf8.h"

enum {
	WORD_BYTES = 24, /* longer words are looked up cut, and named whole */
	NUMBER_MAX = 1000000000,
	STREET_WORDS = 2, /* of a street's name */
	WEIGHT_UNKNOWN = 3,
	WEIGHT_SHORT = 2,
	WEIGHT_NUMBER = 3,
	WEIGHT_PLACE = 1, /* where it is, the distance says better */
	SHORT_LETTERS = 3,
};

static const uint64_t hash_start = UINT64_C(0xCBF29CE484222325);

/* A text on its way into a sketch. */
struct reader {
	struct sketch *out;
	struct sketch_word *last; /* put in; NULL: none in this clause */

	char word[WORD_BYTES]; /* being read */
	size_t bytes;
	size_t letters;
	uint64_t hash; /* of the bytes that were cut */
	char before;   /* the letter before, to pass over the third of a row */
	unsigned in_row;

	bool in_digits;
	uint32_t digits_value;
	unsigned n_digits;

	/* A number waits for what follows: "12/b", "twenty one", "1.500". */
	bool has_number;
	bool spelled;
	bool number_colon; /* it stood behind a colon */
	uint32_t number;
	unsigned number_digits;
	char suffix;

	unsigned gap; /* marks since the last word, */
	int32_t mark; /* and the last of them */
	bool clause;  /* one of them ends a clause */
	bool colon;

	bool denies;
	unsigned street; /* words of a street's name still to come */
	bool full;
};

static uint64_t
hash_more(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001B3);
}

static uint32_t
name_of(enum sketch_kind kind, uint64_t value)
{
	uint64_t hash = hash_more(hash_more(hash_start, kind), value);

	hash = (hash ^ hash >> 31) * UINT64_C(0xBF58476D1CE4E5B9);
	return (uint32_t)(hash >> 32);
}

static void
put(struct reader *r, struct sketch_word word)
{
	struct sketch *out = r->out;
	size_t i;

	word.denied = r->denies;
	r->denies = false;
	for (i = 0; i < out->n; i++) {
		if (out->words[i].name == word.name &&
			out->words[i].denied == word.denied) {
			r->last = &out->words[i];
			return;
		}
	}
	if (out->n == SKETCH_WORDS_MAX) {
		r->full = true;
		out->rest = hash_more(hash_start, word.name);
		return;
	}
	out->words[out->n] = word;
	r->last = &out->words[out->n++];
}

/* "nessun ferito", or behind a colon "feriti: nessuno". */
static void
deny(struct reader *r, bool behind_colon)
{
	if (behind_colon && r->last != NULL) {
		r->last->denied = true;
	} else {
		r->denies = true;
	}
}

static void
end_number(struct reader *r)
{
	if (!r->has_number) {
		return;
	}
	r->has_number = false;
	if (r->number == 0) {
		deny(r, r->number_colon);
		return;
	}
	put(r, (struct sketch_word){
		       .name = name_of(SKETCH_NUMBER,
			       (uint64_t)r->number << 8 | (unsigned char)r->suffix),
		       .kind = SKETCH_NUMBER,
		       .weight = WEIGHT_NUMBER,
	       });
}

static void
begin_number(struct reader *r, uint32_t value, bool spelled, unsigned digits)
{
	end_number(r);
	r->has_number = true;
	r->number = value;
	r->spelled = spelled;
	r->number_digits = digits;
	r->suffix = 0;
	r->number_colon = r->colon;
}

/* What was said before a clause's end does not reach behind it. */
static void
end_clause(struct reader *r)
{
	if (r->clause) {
		end_number(r);
		r->denies = false;
		r->street = 0;
	}
}

/* "two hundred", "twenty one": the second word goes into the first. */
static bool
joins_spelled(struct reader *r, uint32_t value)
{
	if (!r->has_number || !r->spelled || r->clause ||
		r->number > NUMBER_MAX / 1000) {
		return false;
	}
	if (value == 100 || value == 1000) {
		r->number *= value;
		return true;
	}
	if (r->number >= 20 && r->number % 10 == 0 && value < 10) {
		r->number += value;
		return true;
	}
	return false;
}

static void
end_digits(struct reader *r)
{
	bool thousands = r->has_number && !r->spelled && r->number_digits <= 3 &&
			 r->n_digits == 3 && r->gap == 1 &&
			 (r->mark == '.' || r->mark == ',');

	r->in_digits = false;
	if (thousands) {
		r->number = r->number * 1000 + r->digits_value;
		r->number_digits = 4;
	} else {
		end_clause(r);
		begin_number(r, r->digits_value, false, r->n_digits);
	}
	r->gap = 0;
	r->clause = r->colon = false;
}

/* One bit for each pair of neighbouring letters, the ends included. */
static uint64_t
grams_of(const char *word, size_t bytes)
{
	unsigned before = 0;
	uint64_t grams = 0;
	size_t i;

	for (i = 0; i <= bytes; i++) {
		unsigned letter = i < bytes ? (unsigned char)word[i] : 0;

		grams |= UINT64_C(1) << ((before * 131 + letter) * 2654435761u >> 26);
		before = letter;
	}
	return grams;
}

static bool
is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

static bool
ends_in(const char *word, size_t bytes, const char *ending, size_t ending_bytes)
{
	return bytes >= ending_bytes + 3 &&
	       memcmp(word + bytes - ending_bytes, ending, ending_bytes) == 0;
}

/* How much of the word's end only bends it: its last letter says which to try. */
static size_t
ending_bytes(const char *word, size_t bytes)
{
	switch (bytes > 0 ? word[bytes - 1] : '\0') {
	case 'e':
		return ends_in(word, bytes, "mente", 5) ? 5 : 0;
	case 'g':
		return ends_in(word, bytes, "ing", 3) ? 3 : 0;
	case 'y':
		return ends_in(word, bytes, "ly", 2) ? 2 : 0;
	case 'd':
		return ends_in(word, bytes, "ed", 2) ? 2 : 0;
	case 's':
		return ends_in(word, bytes, "es", 2)  ? 2
		       : ends_in(word, bytes, "s", 1) ? 1
						      : 0;
	default:
		return 0;
	}
}

/* Bytes of the word without what only bends it. */
static size_t
stem_bytes(const char *word, size_t bytes)
{
	bytes -= ending_bytes(word, bytes);
	while (bytes > 3 && is_vowel(word[bytes - 1])) {
		bytes--;
	}
	return bytes > 3 && word[bytes - 1] == 'h' ? bytes - 1 : bytes;
}

static void
put_unknown(struct reader *r, bool is_street)
{
	bool cut = r->letters > r->bytes;
	size_t bytes = cut ? r->bytes : stem_bytes(r->word, r->bytes);
	uint64_t hash = r->hash; /* all start with it when nothing was cut */
	size_t i;

	for (i = 0; i < bytes; i++) {
		hash = hash_more(hash, (unsigned char)r->word[i]);
	}
	put(r, (struct sketch_word){
		       .name = name_of(SKETCH_UNKNOWN, hash),
		       .kind = is_street ? SKETCH_PLACE : SKETCH_UNKNOWN,
		       .weight = is_street                  ? WEIGHT_PLACE
				 : r->bytes > SHORT_LETTERS ? WEIGHT_UNKNOWN
							    : WEIGHT_SHORT,
		       .grams = r->bytes > SHORT_LETTERS ? grams_of(r->word, r->bytes)
							 : 0,
	       });
}

static void
put_concept(struct reader *r, struct lexicon_word found)
{
	bool denies = r->denies;

	if (found.weight == 1 && denies) {
		return; /* "nessuna persona ferita" denies the injured */
	}
	if (found.kind == LEXICON_DENIED || denies) {
		found = lexicon_deny(found);
		r->denies = found.kind == LEXICON_DENIED;
	}
	put(r, (struct sketch_word){
		       .name = name_of(SKETCH_CONCEPT, found.value),
		       .kind = found.alarms ? SKETCH_ALARM : SKETCH_CONCEPT,
		       .weight = found.weight,
		       .group = found.group,
		       .grams = r->bytes > SHORT_LETTERS ? grams_of(r->word, r->bytes)
							 : 0,
	       });
}

/* "of", "della": may stand between "via" and the name. */
static bool
is_particle(const char *word)
{
	return word[0] == 'd' || strcmp(word, "of") == 0 || strcmp(word, "the") == 0;
}

/* "12b", "12/b": the letter belongs to the number. */
static bool
is_suffix(const struct reader *r)
{
	return r->has_number && !r->spelled && r->letters == 1 && r->suffix == 0 &&
	       (r->gap == 0 || (r->gap == 1 && r->mark == '/'));
}

static void
use_word(struct reader *r)
{
	struct lexicon_word found = lexicon_find(r->word);

	if (found.kind == LEXICON_NUMBER) {
		if (!joins_spelled(r, found.value)) {
			begin_number(r, found.value, true, 0);
		}
		return;
	}
	if (strcmp(r->word, "one") == 0 && joins_spelled(r, 1)) {
		return; /* a stop word else */
	}
	end_number(r);
	switch (found.kind) {
	case LEXICON_STOP:
		r->street = is_particle(r->word) ? r->street : 0;
		break;
	case LEXICON_DENIES:
		deny(r, r->colon);
		break;
	case LEXICON_STREET:
		r->street = STREET_WORDS + 1;
		break;
	case LEXICON_STREET_BEHIND:
		if (r->last != NULL && r->last->kind == SKETCH_UNKNOWN) {
			r->last->kind = SKETCH_PLACE;
			r->last->weight = WEIGHT_PLACE;
		}
		break;
	case LEXICON_CONCEPT:
	case LEXICON_DENIED:
		put_concept(r, found);
		break;
	case LEXICON_UNKNOWN:
	case LEXICON_NUMBER:
		put_unknown(r, r->street > 0);
		break;
	}
	if (r->street > 0 && found.kind != LEXICON_STOP) {
		r->street--;
	}
}

static void
end_word(struct reader *r)
{
	if (r->in_digits) {
		end_digits(r);
		return;
	}
	if (r->bytes == 0) {
		return;
	}
	r->word[r->bytes] = '\0';
	end_clause(r);
	if (is_suffix(r)) {
		r->suffix = r->word[0];
	} else {
		use_word(r);
	}
	r->bytes = r->letters = 0;
	r->hash = hash_start;
	r->before = 0;
	r->in_row = 0;
	r->gap = 0;
	r->clause = r->colon = false;
}

static void
take_mark(struct reader *r, int32_t c)
{
	end_word(r);
	r->gap++;
	r->mark = c;
	switch (c) {
	case ':':
	case '=':
		r->colon = true;
		break;
	case '.':
	case ',':
	case ';':
	case '!':
	case '?':
	case '\n':
	case '(':
	case ')':
		r->clause = true;
		break;
	default:
		break;
	}
}

static void
take_digit(struct reader *r, unsigned digit)
{
	if (!r->in_digits) {
		end_word(r);
		r->in_digits = true;
		r->digits_value = 0;
		r->n_digits = 0;
	}
	r->n_digits++;
	if (r->digits_value < NUMBER_MAX / 10) {
		r->digits_value = r->digits_value * 10 + digit;
	} else { /* a phone number: kept apart by all its digits */
		r->digits_value = r->digits_value * 31 + digit + 1;
	}
}

static inline void
take_byte(struct reader *r, char byte)
{
	r->letters++;
	if (r->bytes < WORD_BYTES - 1) {
		r->word[r->bytes++] = byte;
	} else {
		r->hash = hash_more(r->hash, (unsigned char)byte);
	}
}

static inline void
take_letter(struct reader *r, char letter)
{
	if (r->in_digits) {
		end_word(r);
	}
	if (letter == r->before) {
		if (++r->in_row >= 2) { /* "aiutooooo" */
			return;
		}
	} else {
		r->in_row = 0;
	}
	r->before = letter;
	take_byte(r, letter);
}

/*
 * Letters of ASCII, as many as follow each other and fit: most of every text, and
 * nothing needs to be looked up between them. Not within digits. Returns where
 * they end.
 */
static size_t
take_run(struct reader *r, const char *text, size_t bytes, size_t at)
{
	size_t begin = r->bytes;
	size_t n = begin;
	unsigned in_row = r->in_row;
	char before = r->before;

	for (; at < bytes && n < WORD_BYTES - 1; at++) {
		unsigned char c = (unsigned char)text[at];
		char letter = c < 0x80 ? letter_ascii[c] : 0;

		if (letter < 'a') {
			break;
		}
		in_row = letter == before ? in_row + 1 : 0;
		if (in_row < 2) { /* "aiutooooo" */
			before = letter;
			r->word[n++] = letter;
		}
	}
	r->before = before;
	r->in_row = in_row;
	r->bytes = n;
	r->letters += n - begin;
	return at;
}

/* A letter of another script, small where that is easy to say. */
static void
take_other(struct reader *r, int32_t c)
{
	char bytes[4];
	size_t n;
	size_t i;

	if (r->in_digits) {
		end_word(r);
	}
	if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) {
		c += 0x20;
	} else if (c >= 0x400 && c <= 0x40F) {
		c += 0x50;
	}
	n = utf8_put((uint32_t)c, bytes);
	for (i = 0; i < n; i++) {
		take_byte(r, bytes[i]);
	}
}

/* Letters beyond Latin; not punctuation, symbols and pictures. */
static bool
is_other_letter(int32_t c)
{
	return (c >= 0x370 && c < 0x2000) || (c >= 0x2C00 && c < 0x2E00) ||
	       (c >= 0x3040 && c < 0xD800) || (c >= 0xF900 && c < 0xFE00) ||
	       (c >= 0xFE70 && c < 0xFF00) || (c >= 0x20000 && c < 0xE0000);
}

static inline void
take(struct reader *r, int32_t c, char letter)
{
	if (letter >= '0' && letter <= '9') {
		take_digit(r, (unsigned)(letter - '0'));
	} else if (letter != 0) {
		take_letter(r, letter);
	} else if (is_other_letter(c)) {
		take_other(r, c);
	} else if (!letter_is_mark(c)) {
		take_mark(r, c);
	}
}

int
sketch_order(const struct sketch_word *x, const struct sketch_word *y)
{
	if (x->name != y->name) {
		return x->name < y->name ? -1 : 1;
	}
	return (int)x->denied - (int)y->denied;
}

/* Few words, and qsort() asks for memory. */
static void
sort(struct sketch *s)
{
	uint32_t i;

	for (i = 1; i < s->n; i++) {
		struct sketch_word word = s->words[i];
		uint32_t to = i;

		while (to > 0 && sketch_order(&word, &s->words[to - 1]) < 0) {
			s->words[to] = s->words[to - 1];
			to--;
		}
		s->words[to] = word;
	}
}

void
sketch_text(const char *text, struct sketch *out)
{
	struct reader r = {.out = out, .hash = hash_start};
	size_t bytes = text == NULL ? 0 : strlen(text);
	size_t at = 0;
	size_t i;

	memset(out, 0, sizeof(*out));
	while (at < bytes && !r.full) {
		size_t behind = r.in_digits ? at : take_run(&r, text, bytes, at);
		int32_t c = (unsigned char)text[at];

		if (behind > at) {
			at = behind;
			continue;
		}
		if (c < 0x80) {
			at++;
			take(&r, c, letter_ascii[c]);
			continue;
		}
		c = utf8_next(text, bytes, &at);
		if (c < 0) {
			at++; /* cannot be: valid by contract */
		}
		take(&r, c, letter_plain(c));
	}
	end_word(&r);
	end_number(&r);
	for (; at < bytes; at++) {
		out->rest = hash_more(out->rest, (unsigned char)text[at]);
	}
	sort(out);
	for (i = 0; i < out->n; i++) {
		out->square =
			(out->square + out->words[i].weight * out->words[i].weight);
	}
}

size_t
sketch_bytes(const struct sketch *s)
{
	return offsetof(struct sketch, words) + s->n * sizeof(s->words[0]);
}

bool
sketch_alarms_more(const struct sketch *s, const struct sketch *than)
{
	uint32_t i;
	uint32_t j = 0;

	for (i = 0; i < s->n; i++) {
		if (s->words[i].kind != SKETCH_ALARM || s->words[i].denied) {
			continue;
		}
		while (j < than->n && sketch_order(&than->words[j], &s->words[i]) < 0) {
			j++;
		}
		if (j == than->n || sketch_order(&than->words[j], &s->words[i]) != 0) {
			return true;
		}
	}
	return false;
}
