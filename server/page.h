/*
 * page - what a citizen's browser is shown
 *
 * Templates, catalogues, style, script and pictures are inside the program
 * (web/form/, web/locales/), compiled once at start; a page is made from them
 * and from what the caller gives, straight into an evbuffer. Every page says
 * first whether somebody is reading and which number to call. Whatever comes
 * from outside reaches the page through template.h, which knows no way to put
 * it there unescaped.
 *
 * Reads no clock and no request: the caller gives both.
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/buffer.h>

#include "proto/trouble.h"
#include "vedetta/v1/receipt.pb-c.h"

#define PAGE_TYPE "text/html; charset=utf-8"

/* Goes with every page: a block for http_reply(). */
extern const char PAGE_HEADERS[];

/* The form's fields, in the order of the page. Names: page_field_name(). */
enum page_field {
	PAGE_HAZARD, /* a code of the hazard table */
	PAGE_ABOUT,  /* "self" or "other" */
	PAGE_LAT,    /* decimal degrees, set by the browser's fix */
	PAGE_LON,
	PAGE_ACCURACY, /* metres */
	PAGE_KIND,     /* "browser_fix" with a fix, else "" */
	PAGE_AGE,      /* seconds between fix and sending */
	PAGE_WORDS,    /* the place in words */
	PAGE_TRAPPED,  /* signs: "yes" or absent */
	PAGE_UNRESPONSIVE,
	PAGE_INJURED,
	PAGE_DANGER_RISING,
	PAGE_VULNERABLE,
	PAGE_WAY_OUT_BLOCKED,
	PAGE_NEEDS,
	PAGE_PEOPLE, /* unknown, none, one, two_to_five, more */
	PAGE_TEXT,
	PAGE_NAME,
	PAGE_PHONE,
	PAGE_KEY,      /* hidden: makes a second sending the same report */
	PAGE_SOURCE,   /* hidden: token of this browser */
	PAGE_LANG,     /* hidden: "it", "en" */
	PAGE_EXERCISE, /* hidden: the token; only in an exercise's form */
	PAGE_FIELDS,
};

const char *page_field_name(enum page_field field);

enum {
	PAGE_GUIDANCE_MAX = 4,
};

struct page_options {
	const char *emergency_number;
	const char *desk_name; /* may be "" */
	const char *language;  /* when the browser asks for none we have */
};

struct page;

/* Who reads now: what every page says first. */
enum page_staff {
	PAGE_UNSTAFFED,
	PAGE_STAFFED,
	PAGE_PARTLY, /* for some areas; whose page it is nobody knows yet */
};

/* Copies the options. NULL when memory is short. */
struct page *page_new(const struct page_options *options);

/* Accepts NULL. */
void page_free(struct page *page);

/* The token that links to an exercise's form carry from now on; "": none is on. */
void page_use_exercise(struct page *page, const char *token);

/*
 * The language to answer in, by number: the first of asked (?lang=, the form's
 * lang or report.lang; may be NULL), Accept-Language (may be NULL) and the
 * options' language that we have a catalogue of. page_language(p, NULL, NULL)
 * is the options' one.
 */
int page_language(
	const struct page *page, const char *asked, const char *accept_language);

/* Its tag: "it". */
const char *page_language_tag(const struct page *page, int language);

/*
 * What to do in the next minute, first thing first, for a hazard's code
 * ("" and unknown ones: those of "other"). Returns how many; texts live as
 * long as the page.
 */
size_t page_guidance(const struct page *page, int language, const char *hazard,
	const char *out[PAGE_GUIDANCE_MAX]);

/*
 * What the form shows. All strings are borrowed for the call. With a token in
 * PAGE_EXERCISE (checked by the caller) it is an exercise's form, and says so.
 */
struct page_form {
	const char *value[PAGE_FIELDS]; /* NULL is "" */
	/* NULL, or what was wrong with them, by the report's JSON paths
	 * (place.point.latDeg, signs, text, contact.phone, ...). */
	const struct trouble *trouble;
};

/*
 * All of the following append a whole page to out and return 0, or -ENOMEM
 * with nothing appended.
 */

/* GET /, and with trouble the answer 400 to a form. */
int page_form(struct page *page, int language, enum page_staff staff,
	const struct page_form *form, struct evbuffer *out);

/*
 * GET /r/{token}. view->receipt->link is the page's own path; state, code,
 * times and copies are shown, its guidance is not (the page has its own). That
 * nobody answers for its place, or that nobody has seen it, goes before staff.
 */
int page_receipt(struct page *page, int language, enum page_staff staff, int64_t now_ms,
	const Vedetta__V1__ReceiptView *view, struct evbuffer *out);

/* What is known of the report that a page has no good news about. */
enum page_fate {
	PAGE_FATE_NO_REPORT, /* there was none: somebody asked for a page */
	PAGE_FATE_NOT_SENT,
	PAGE_FATE_NOT_SENT_IF, /* if there was one: nobody read so far */
	PAGE_FATE_UNCERTAIN,   /* it may have been stored */
};

/*
 * Any status from 400 on. With a form (503, 500, 429, 413) it is given back
 * filled, under what went wrong; without one there is a link to an empty one.
 */
int page_error(struct page *page, int language, enum page_staff staff, int status,
	enum page_fate fate, const struct page_form *form, struct evbuffer *out);

enum page_login_state {
	PAGE_LOGIN_FRESH,
	PAGE_LOGIN_WRONG,
	PAGE_LOGIN_CODE, /* the second factor is wanted, too */
	PAGE_LOGIN_SLOWER,
	PAGE_LOGIN_BUSY,
	/* by the identity provider */
	PAGE_LOGIN_AWAY,
	PAGE_LOGIN_REFUSED,
	PAGE_LOGIN_BROKEN,
	PAGE_LOGIN_WEAK,
	PAGE_LOGIN_UNBOUND, /* nobody's account: says who one is there */
	PAGE_LOGIN_DISABLED,
	PAGE_LOGIN_OTHER_PERSON, /* a step-up by somebody else */
	PAGE_LOGIN_STALE,
	PAGE_LOGIN_ELSEWHERE, /* not begun in this browser, or too long ago */
	PAGE_LOGIN_STATES,
};

struct page_login {
	enum page_login_state state;
	uint32_t retry_s;
	bool no_accounts;     /* says how to add the first */
	const char *provider; /* what it is called; NULL: none is set up */
	bool provider_ready;
	const char *subject; /* with UNBOUND */
	/* Logged out here; where to, to be so at the provider, too. NULL: neither. */
	const char *end_url;
};

/* The console's door. */
int page_login(struct page *page, int language, const struct page_login *view,
	struct evbuffer *out);

/*
 * In between: goes on to `next` by itself, from our own site, so that the session's
 * cookie goes along. NULL: says that all is done.
 */
int page_entered(
	struct page *page, int language, const char *next, struct evbuffer *out);

/* The console's page when its bundle was not built: says how to build it. */
int page_console_absent(struct page *page, int language, struct evbuffer *out);

/* ---- what the pages load, and the phone keeps */

struct page_asset {
	const char *content_type;
	const void *data;
	size_t bytes;
	const char
		*headers; /* for http_reply(); the name holds a hash: kept for ever */
};

/* By request path ("/assets/form-1f2e3d4c.css"); NULL when there is none. */
const struct page_asset *page_asset(const struct page *page, const char *path);

#endif
