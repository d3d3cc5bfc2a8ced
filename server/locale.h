/*
 * locale - one catalogue of texts per language
 *
 * web/locales/<tag>.json, flat: key to text, embedded in the program. The form,
 * the console and later the bots take their words from here and nowhere else;
 * tests/unit/test_locale.c holds that every catalogue has every key and that
 * the values named in them ({number}) are the same in all.
 *
 * A language is a number, stable while the program runs.
 */
#ifndef SERVER_LOCALE_H
#define SERVER_LOCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "embed.h"

enum locale_answer {
	LOCALE_BAD = 1, /* a catalogue is not flat JSON of texts, or there is none */
};

struct locale;

/* Reads every <tag>.json of files. Returns 0, LOCALE_BAD or -ENOMEM. */
int locale_new(struct locale **out, const struct embedded *files);

/* Accepts NULL. */
void locale_free(struct locale *l);

size_t locale_count(const struct locale *l);

/* "it". Lives as long as the catalogues. */
const char *locale_tag(const struct locale *l, int language);

/* By primary subtag, any case ("it-CH" finds "it"); -1 when there is none. */
int locale_find(const struct locale *l, const char *tag);

/*
 * The language of Accept-Language (RFC 9110, 12.5.4) with the highest weight
 * that we have; of equal ones the first. -1 when there is none.
 */
int locale_negotiate(const struct locale *l, const char *accept_language);

/*
 * Never NULL: a key missing here is looked for in the other languages, and the
 * key itself is better than nothing on the screen of somebody in danger.
 */
const char *locale_text(const struct locale *l, int language, const char *key);

/* NULL when that very language lacks it. */
const char *locale_own_text(const struct locale *l, int language, const char *key);

/* Calls found for every key of one language. */
void locale_each_key(const struct locale *l, int language,
	void (*found)(void *arg, const char *key), void *arg);

#endif
