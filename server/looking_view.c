#include "server/looking_view.h"

#include <errno.h>
#include <stdlib.h>

enum {
	PACES = 512, /* accounts that meet in one share it */
	SECOND_MS = 1000,
};

struct one {
	uint64_t incident;
	uint64_t account;
	bool writing;
};

struct pace {
	int64_t second;
	unsigned said;
};

struct looking_view {
	struct one *all; /* owned; by incident and account */
	size_t n;
	uint64_t *news; /* owned; incidents, ascending, each once */
	size_t n_news;
	struct pace paces[PACES];
};

struct looking_view *
looking_view_new(void)
{
	return calloc(1, sizeof(struct looking_view));
}

void
looking_view_free(struct looking_view *v)
{
	if (v != NULL) {
		free(v->all);
		free(v->news);
		free(v);
	}
}

/* ---- what changed */

static bool
is_same(const struct one *a, const struct one *b)
{
	return a->incident == b->incident && a->account == b->account &&
	       a->writing == b->writing;
}

/* How many of the list, from there on, are of the same incident. */
static size_t
run_at(const struct one *all, size_t n, size_t at)
{
	size_t end = at;

	while (end < n && all[end].incident == all[at].incident) {
		end++;
	}
	return end - at;
}

static void
note(uint64_t *news, size_t *n, uint64_t incident)
{
	size_t at = *n;

	while (at > 0 && news[at - 1] > incident) {
		at--;
	}
	if (at > 0 && news[at - 1] == incident) {
		return;
	}
	for (size_t i = *n; i > at; i--) {
		news[i] = news[i - 1];
	}
	news[at] = incident;
	(*n)++;
}

/* Both are by incident: what is not in both alike is news. */
static void
compare(const struct looking_view *v, const struct one *now, size_t n, uint64_t *news,
	size_t *n_news)
{
	size_t was_at = 0, at = 0;

	while (was_at < v->n || at < n) {
		uint64_t was_id = was_at < v->n ? v->all[was_at].incident : UINT64_MAX;
		uint64_t id = at < n ? now[at].incident : UINT64_MAX;
		uint64_t first = was_id < id ? was_id : id;
		size_t was = was_id == first ? run_at(v->all, v->n, was_at) : 0;
		size_t is = id == first ? run_at(now, n, at) : 0;
		bool same = was == is;

		for (size_t i = 0; same && i < is; i++) {
			same = is_same(&v->all[was_at + i], &now[at + i]);
		}
		if (!same) {
			note(news, n_news, first);
		}
		was_at += was;
		at += is;
	}
}

int
looking_view_take(struct looking_view *v, const Vedetta__V1__LookingList *list)
{
	size_t n = list == NULL ? 0 : list->n_all;
	struct one *all = calloc(n + 1, sizeof(all[0]));
	uint64_t *news = calloc(v->n_news + v->n + n + 1, sizeof(news[0]));
	size_t n_news = 0;

	if (all == NULL || news == NULL) {
		free(all);
		free(news);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct one){list->all[i]->incident, list->all[i]->account,
			list->all[i]->writing};
	}
	for (; n_news < v->n_news; n_news++) {
		news[n_news] = v->news[n_news];
	}
	compare(v, all, n, news, &n_news);
	free(v->all);
	free(v->news);
	v->all = all;
	v->n = n;
	v->news = news;
	v->n_news = n_news;
	return 0;
}

bool
looking_view_is_empty(const struct looking_view *v)
{
	return v->n == 0;
}

bool
looking_view_has_news(const struct looking_view *v)
{
	return v->n_news > 0;
}

void
looking_view_settled(struct looking_view *v)
{
	v->n_news = 0;
}

/* ---- telling it */

static size_t
find(const struct looking_view *v, uint64_t incident)
{
	size_t from = 0, to = v->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (v->all[middle].incident < incident) {
			from = middle + 1;
		} else {
			to = middle;
		}
	}
	return from;
}

int
looking_view_of(const struct looking_view *v, uint64_t incident,
	const struct office_view *office, struct arena *arena,
	Vedetta__V1__IncidentLookers *out)
{
	size_t at = find(v, incident);
	size_t n = at < v->n && v->all[at].incident == incident
			   ? run_at(v->all, v->n, at)
			   : 0;

	vedetta__v1__incident_lookers__init(out);
	out->incident_id = incident;
	out->lookers = arena_alloc(arena, (n + 1) * sizeof(out->lookers[0]));
	if (out->lookers == NULL) {
		return -ENOMEM;
	}
	for (size_t i = at; i < at + n; i++) {
		const Vedetta__V1__OfficeAccount *a =
			office_view_account(office, v->all[i].account);
		Vedetta__V1__Looker *looker;

		if (a == NULL || a->account == NULL) {
			continue;
		}
		looker = arena_alloc(arena, sizeof(*looker));
		if (looker == NULL) {
			return -ENOMEM;
		}
		vedetta__v1__looker__init(looker);
		looker->name = a->account->name;
		looker->full_name = a->account->full_name;
		looker->writing = v->all[i].writing;
		out->lookers[out->n_lookers++] = looker;
	}
	return 0;
}

int
looking_view_tell(const struct looking_view *v, bool full,
	bool (*sees)(const void *arg, uint64_t incident), const void *arg,
	const struct office_view *office, struct arena *arena,
	Vedetta__V1__LookingStates *out)
{
	size_t n = full ? v->n : v->n_news;

	vedetta__v1__looking_states__init(out);
	out->full = full;
	out->incidents = arena_alloc(arena, (n + 1) * sizeof(out->incidents[0]));
	if (out->incidents == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i += full ? run_at(v->all, v->n, i) : 1) {
		uint64_t incident = full ? v->all[i].incident : v->news[i];
		Vedetta__V1__IncidentLookers *to;

		if (!sees(arg, incident)) {
			continue;
		}
		to = arena_alloc(arena, sizeof(*to));
		if (to == NULL || looking_view_of(v, incident, office, arena, to) < 0) {
			return -ENOMEM;
		}
		out->incidents[out->n_incidents++] = to;
	}
	return 0;
}

/* ---- pace */

bool
looking_view_may_say(struct looking_view *v, uint64_t account, int64_t now_ms)
{
	struct pace *pace = &v->paces[account % PACES];

	if (pace->second != now_ms / SECOND_MS) {
		*pace = (struct pace){.second = now_ms / SECOND_MS};
	}
	return ++pace->said <= LOOKING_SAID_MOST;
}
