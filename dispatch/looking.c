#include "dispatch/looking.h"

#include <errno.h>
#include <stdlib.h>

struct page {
	uint64_t account;
	uint64_t tab;
	uint64_t incident; /* 0: none any more */
	int64_t said_ms;
	uint32_t count;
	bool writing;
};

struct looking {
	uint64_t version;
	size_t n;
	struct page pages[LOOKING_MOST]; /* in no order */
};

struct looking *
looking_new(void)
{
	struct looking *l = calloc(1, sizeof(*l));

	if (l != NULL) {
		l->version = 1;
	}
	return l;
}

void
looking_free(struct looking *l)
{
	free(l);
}

static void
forget(struct looking *l, struct page *page)
{
	l->version += page->incident != 0;
	*page = l->pages[--l->n];
}

static struct page *
find(struct looking *l, const Vedetta__V1__LookInput *said)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->pages[i].account == said->account &&
			l->pages[i].tab == said->tab) {
			return &l->pages[i];
		}
	}
	return NULL;
}

/* A page that shows nothing yet. NULL: no room. */
static struct page *
add(struct looking *l, const Vedetta__V1__LookInput *said)
{
	struct page *oldest = NULL;
	size_t n_own = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct page *page = &l->pages[i];

		if (page->account == said->account) {
			n_own++;
			if (oldest == NULL || page->said_ms < oldest->said_ms) {
				oldest = page;
			}
		}
	}
	if (n_own >= LOOKING_TABS_MOST && said->incident != 0) {
		forget(l, oldest);
		n_own--;
	}
	if (n_own >= LOOKING_TABS_MOST || l->n == LOOKING_MOST) {
		return NULL;
	}
	l->pages[l->n] = (struct page){.account = said->account, .tab = said->tab};
	return &l->pages[l->n++];
}

static bool
is_newer(const struct page *page, const Vedetta__V1__LookInput *said, int64_t said_ms)
{
	if (page->count != 0 && said->count != 0 && page->count != said->count) {
		return page->count > said->count;
	}
	return page->said_ms > said_ms;
}

void
looking_take(struct looking *l, const Vedetta__V1__LookInput *said, int64_t now_ms)
{
	struct page *page = find(l, said);
	int64_t said_ms = now_ms - said->age_ms;

	if (page != NULL && is_newer(page, said, said_ms)) {
		return;
	}
	if (page == NULL && (page = add(l, said)) == NULL) {
		return;
	}
	if (page->incident != said->incident || page->writing != said->writing) {
		page->incident = said->incident;
		page->writing = said->writing;
		l->version++;
	}
	page->said_ms = said_ms;
	page->count = said->count;
}

void
looking_expire(struct looking *l, int64_t now_ms)
{
	for (size_t i = l->n; i > 0; i--) {
		if (now_ms - l->pages[i - 1].said_ms >= LOOKING_HOLDS_MS) {
			forget(l, &l->pages[i - 1]);
		}
	}
}

bool
looking_nth(
	const struct looking *l, size_t n, int64_t now_ms, Vedetta__V1__LookInput *out)
{
	if (n >= l->n) {
		return false;
	}
	vedetta__v1__look_input__init(out);
	out->account = l->pages[n].account;
	out->tab = l->pages[n].tab;
	out->incident = l->pages[n].incident;
	out->writing = l->pages[n].writing;
	out->count = l->pages[n].count;
	out->age_ms = (uint32_t)(now_ms - l->pages[n].said_ms);
	return true;
}

uint64_t
looking_version(const struct looking *l)
{
	return l->version;
}

static int
compare(const void *a, const void *b)
{
	const Vedetta__V1__LookingOne *left = a, *right = b;

	if (left->incident != right->incident) {
		return left->incident < right->incident ? -1 : 1;
	}
	return left->account < right->account ? -1 : left->account > right->account;
}

int
looking_tell(
	const struct looking *l, struct arena *arena, Vedetta__V1__LookingList *out)
{
	Vedetta__V1__LookingOne *all = arena_alloc(arena, (l->n + 1) * sizeof(all[0]));
	size_t n = 0;

	vedetta__v1__looking_list__init(out);
	out->all = arena_alloc(arena, (l->n + 1) * sizeof(out->all[0]));
	if (all == NULL || out->all == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (l->pages[i].incident != 0) {
			vedetta__v1__looking_one__init(&all[n]);
			all[n].incident = l->pages[i].incident;
			all[n].account = l->pages[i].account;
			all[n++].writing = l->pages[i].writing;
		}
	}
	qsort(all, n, sizeof(all[0]), compare);
	for (size_t i = 0; i < n; i++) {
		Vedetta__V1__LookingOne *last =
			out->n_all == 0 ? NULL : out->all[out->n_all - 1];

		if (last != NULL && compare(last, &all[i]) == 0) {
			last->writing = last->writing || all[i].writing;
		} else {
			out->all[out->n_all++] = &all[i];
		}
	}
	return 0;
}
