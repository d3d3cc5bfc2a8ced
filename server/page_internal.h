/*
 * page_internal - what page.c, page_form.c and page_receipt.c share
 *
 * page.c sets up, and begins and ends every page; the other two put in what is
 * theirs between.
 */
#ifndef SERVER_PAGE_INTERNAL_H
#define SERVER_PAGE_INTERNAL_H

#include "proto/arena.h"
#include "server/locale.h"
#include "server/page.h"
#include "server/template.h"

enum {
	OPTION_BYTES = 256,
	ASSET_PATH_BYTES = 64,
	PAGE_KEY_BYTES = 64, /* of a catalogue's key that is put together */
};

enum file {
	FILE_FORM,
	FILE_RECEIPT,
	FILE_ERROR,
	FILE_ABSENT,
	FILE_LOGIN,
	FILE_ENTERED,
	FILES,
};

/* What the pages load, by the name of its value in head.html. */
enum asset {
	ASSET_CSS,
	ASSET_JS,
	ASSET_ICON,
	ASSETS,
};

struct page {
	struct locale *locale;
	int language; /* the options' */
	struct template *files[FILES];
	struct arena *arena; /* of the page being made */
	char number[OPTION_BYTES];
	char desk_name[OPTION_BYTES];
	char exercise[OPTION_BYTES]; /* token */
	char paths[ASSETS][ASSET_PATH_BYTES];
	struct page_asset assets[ASSETS];
};

/* A page being made. */
struct making {
	struct page *page;
	int language;
	struct template_scope *values;
};

/* The values of enum People in the form, by its numbers. */
enum {
	PAGE_PEOPLE_VALUES = 5,
};
extern const char *const page_people[PAGE_PEOPLE_VALUES];

/* Begins a page with what its head wants; here is its own path. */
/* "duty_staffed" and the like: in the place of what page_begin() said. */
void page_say_staff(struct making *m, const char *line);

void page_begin(struct making *m, struct page *page, int language,
	enum page_staff staff, const char *here);

/* Title of the form and of errors: with the desk's name. */
void page_title(struct making *m);

/* It belongs to an exercise: the page says so, its links stay in the exercise. */
void page_exercise(struct making *m);

/* Renders it to the end of out; 0 or -ENOMEM. */
int page_finish(struct making *m, enum file file, struct evbuffer *out);

const char *page_text(const struct making *m, const char *key);

/* The text under prefix.name; "" when there is none. */
const char *page_text_of(const struct making *m, const char *prefix, const char *name);

#endif
