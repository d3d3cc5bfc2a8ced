/* duty_whom - whom a step of a policy means, and by which means they are reached */
#include <stdio.h>
#include <string.h>

#include "dispatch/duty_internal.h"
#include "dispatch/policy.h"

#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)
#define TO(name) VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_##name

enum {
	NOBODY = AREA_CHAIN_MOST + 1, /* higher than everything */
};

void
duty_key(const Vedetta__V1__DutyPerson *p, char out[DUTY_KEY_BYTES])
{
	bool by_account = duty_said(p->account);

	(void)snprintf(out, DUTY_KEY_BYTES, "%s%.*s", by_account ? "@" : "",
		DUTY_KEY_BYTES - 8,
		by_account        ? p->account
		: p->name != NULL ? p->name
				  : "");
}

static bool
is_same(const Vedetta__V1__DutyPerson *a, const Vedetta__V1__DutyPerson *b)
{
	char one[DUTY_KEY_BYTES], other[DUTY_KEY_BYTES];

	duty_key(a, one);
	duty_key(b, other);
	return strcmp(one, other) == 0;
}

/* The nth person of a record that names people; NULL: no more. */
static const Vedetta__V1__DutyPerson *
nth_person(const Vedetta__V1__DutyRecord *r, size_t n)
{
	switch (r->what_case) {
	case VEDETTA__V1__DUTY_RECORD__WHAT_TEAM:
		return n < r->team->n_people ? r->team->people[n] : NULL;
	case VEDETTA__V1__DUTY_RECORD__WHAT_SHIFT:
		return n == 0 ? r->shift->person : NULL;
	case VEDETTA__V1__DUTY_RECORD__WHAT_ON_CALL:
		return n < r->on_call->n_people ? r->on_call->people[n] : NULL;
	case VEDETTA__V1__DUTY_RECORD__WHAT_JOINED:
	case VEDETTA__V1__DUTY_RECORD__WHAT_POLICY:
	case VEDETTA__V1__DUTY_RECORD__WHAT_EXERCISE:
	case VEDETTA__V1__DUTY_RECORD__WHAT__NOT_SET:
	case _VEDETTA__V1__DUTY_RECORD__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

bool
duty_next_person(const struct duty *d, struct duty_person_cursor *c)
{
	if (!c->has_begun) {
		c->item = TAILQ_FIRST(&d->items);
		c->has_begun = true;
	}
	while (c->item != NULL) {
		c->person = duty_is_removed(c->item->record)
				    ? NULL
				    : nth_person(c->item->record, c->n++);
		if (c->person != NULL) {
			return true;
		}
		c->item = TAILQ_NEXT(c->item, link);
		c->n = 0;
	}
	return false;
}

const Vedetta__V1__DutyPerson *
duty_person(const struct duty *d, const char *key)
{
	struct duty_person_cursor c = {.has_begun = false};
	const Vedetta__V1__DutyPerson *best = NULL;
	char own[DUTY_KEY_BYTES];

	/* One person may stand in several records: the one with contacts serves. */
	while (duty_next_person(d, &c)) {
		duty_key(c.person, own);
		if (strcmp(own, key) == 0 &&
			(best == NULL || duty_means(d, best) == 0)) {
			best = c.person;
		}
	}
	for (size_t i = 0; best == NULL && i < d->n_present; i++) {
		duty_key(&d->at_console[i], own);
		best = strcmp(own, key) == 0 ? &d->at_console[i] : NULL;
	}
	return best;
}

unsigned
duty_means(const struct duty *d, const Vedetta__V1__DutyPerson *p)
{
	unsigned of_account = 0;
	unsigned means = (duty_said(p->email) ? BIT(EMAIL) : 0) |
			 (duty_said(p->telegram) ? BIT(TELEGRAM) : 0) |
			 (duty_said(p->webhook) ? BIT(WEBHOOK) : 0);

	if (duty_said(p->account) && d->accounts.find != NULL &&
		d->accounts.find(d->accounts.arg, p->account, &of_account)) {
		means |= of_account;
	}
	return means & d->means & ~BIT(CONSOLE);
}

void
duty_use_means(struct duty *d, unsigned set_up)
{
	d->means = set_up | BIT(CONSOLE);
}

Vedetta__V1__DutyMeans
duty_step_lacks(const struct duty *d, const Vedetta__V1__PolicyStep *step)
{
	for (size_t i = 0; i < step->n_means; i++) {
		if ((d->means & 1u << step->means[i]) == 0) {
			return step->means[i];
		}
	}
	return VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_UNSPECIFIED;
}

bool
duty_has_joined(const struct duty *d, const Vedetta__V1__DutyPerson *p, int64_t now_ms)
{
	const Vedetta__V1__Exercise *on = duty_exercise(d, now_ms);
	const struct duty_item *item;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__DutyRecord *r = item->record;

		if (on != NULL &&
			r->what_case == VEDETTA__V1__DUTY_RECORD__WHAT_JOINED &&
			!r->joined->removed && r->joined->exercise == on->id &&
			is_same(r->joined->person, p)) {
			return true;
		}
	}
	return false;
}

/* ---- the answer being made */

struct gather {
	const struct duty *d;
	const struct duty_question *q;
	struct duty_who *out;
	size_t n;
};

static void
add(struct gather *g, const Vedetta__V1__DutyPerson *p, bool at_console)
{
	unsigned means = duty_means(g->d, p) | (at_console ? BIT(CONSOLE) : 0);

	if (g->q->exercise && !duty_has_joined(g->d, p, g->q->now_ms)) {
		return;
	}
	for (size_t i = 0; i < g->n; i++) {
		if (is_same(g->out[i].person, p)) {
			g->out[i].means |= means;
			return;
		}
	}
	if (g->n < DUTY_WHO_MOST) {
		g->out[g->n++] = (struct duty_who){p, means};
	}
}

/* ---- who is there: at a console or in the rota */

struct there {
	const char *area;
	const Vedetta__V1__DutyPerson *person;
	bool at_console;
	bool leads;
};

struct there_cursor {
	size_t n_present;
	size_t n_area;
	const struct duty_item *item;
	bool in_rota;
};

static bool
next_at_console(const struct duty *d, struct there_cursor *c, struct there *out)
{
	while (c->n_present < d->n_present) {
		const Vedetta__V1__PresenceOf *who = d->present[c->n_present];

		if (who->streams > 0 && c->n_area < who->n_areas) {
			*out = (struct there){.area = who->areas[c->n_area++],
				.person = &d->at_console[c->n_present],
				.at_console = true,
				.leads = who->leads};
			return true;
		}
		c->n_present++;
		c->n_area = 0;
	}
	return false;
}

/* Unanswered entries too: a person in the rota may be woken. */
static bool
next_there(const struct duty *d, const struct duty_question *q, struct there_cursor *c,
	struct there *out)
{
	if (next_at_console(d, c, out)) {
		return true;
	}
	c->item = c->in_rota ? TAILQ_NEXT(c->item, link) : TAILQ_FIRST(&d->items);
	c->in_rota = true;
	for (; c->item != NULL; c->item = TAILQ_NEXT(c->item, link)) {
		const Vedetta__V1__Shift *s = duty_shift(c->item);

		if (s != NULL && (q->exercise || !s->exercise) &&
			duty_is_now(s, q->now_ms)) {
			*out = (struct there){.area = s->area,
				.person = s->person,
				.leads = s->leads};
			return true;
		}
	}
	return false;
}

/* How high above a leaf the nearest ones stand; leaders or all others. */
static int
nearest(const struct duty *d, const struct duty_question *q, size_t leaf, bool leads)
{
	struct there_cursor c = {.n_present = 0};
	struct there t;
	int least = NOBODY;

	while (next_there(d, q, &c, &t)) {
		int height = duty_height(q->place, leaf, t.area);

		if (t.leads == leads && height >= 0 && height < least) {
			least = height;
		}
	}
	return least;
}

static void
add_there(struct gather *g, size_t leaf, bool leads, bool above)
{
	int least = nearest(g->d, g->q, leaf, leads);
	struct there_cursor c = {.n_present = 0};
	struct there t;

	while (next_there(g->d, g->q, &c, &t)) {
		int height = duty_height(g->q->place, leaf, t.area);

		if (height >= 0 && (above ? height > least
					  : t.leads == leads && height == least)) {
			add(g, t.person, t.at_console);
		}
	}
}

/* ---- lists */

static const Vedetta__V1__OnCall *
list_of(const struct duty_item *item)
{
	const Vedetta__V1__DutyRecord *r = item->record;

	return r->what_case == VEDETTA__V1__DUTY_RECORD__WHAT_ON_CALL &&
			       !r->on_call->removed
		       ? r->on_call
		       : NULL;
}

/* The list nearest to a leaf; of two, the one that was there first. */
static const Vedetta__V1__OnCall *
nearest_list(const struct duty *d, const struct duty_place *place, size_t leaf)
{
	const Vedetta__V1__OnCall *best = NULL;
	const struct duty_item *item;
	int least = NOBODY;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__OnCall *list = list_of(item);
		int height = list == NULL ? -1 : duty_height(place, leaf, list->area);

		if (height >= 0 &&
			(height < least || (height == least && list->id < best->id))) {
			best = list;
			least = height;
		}
	}
	return best;
}

size_t
duty_on_call_length(const struct duty *d, const struct duty_place *place)
{
	size_t most = 0;
	size_t leaf = 0;

	do {
		const Vedetta__V1__OnCall *list = nearest_list(d, place, leaf);

		if (list != NULL && list->n_people > most) {
			most = list->n_people;
		}
	} while (++leaf < place->n);
	return most;
}

static void
add_on_call(struct gather *g)
{
	size_t leaf = 0;

	do {
		const Vedetta__V1__OnCall *list = nearest_list(g->d, g->q->place, leaf);

		if (list != NULL && g->q->nth < list->n_people) {
			add(g, list->people[g->q->nth], false);
		}
	} while (++leaf < g->q->place->n);
}

static void
add_team(struct gather *g)
{
	const Vedetta__V1__DutyRecord *r = duty_find(g->d, g->q->team);

	if (r != NULL && r->what_case == VEDETTA__V1__DUTY_RECORD__WHAT_TEAM) {
		for (size_t i = 0; i < r->team->n_people; i++) {
			add(g, r->team->people[i], false);
		}
	}
}

size_t
duty_whom(const struct duty *d, const struct duty_question *q,
	struct duty_who out[DUTY_WHO_MOST])
{
	struct gather g = {.d = d, .q = q, .out = out};
	size_t leaf = 0;

	if (q->to == TO(ON_CALL)) {
		add_on_call(&g);
	} else if (q->to == TO(TEAM)) {
		add_team(&g);
	} else {
		do {
			add_there(&g, leaf, q->to == TO(SHIFT_LEADER),
				q->to == TO(AREA_ABOVE));
		} while (++leaf < q->place->n);
	}
	return g.n;
}

bool
duty_has_people(const struct duty *d)
{
	const struct duty_item *item;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__DutyRecord *r = item->record;

		if (duty_shift(item) != NULL || list_of(item) != NULL ||
			(r->what_case == VEDETTA__V1__DUTY_RECORD__WHAT_TEAM &&
				!r->team->removed)) {
			return true;
		}
	}
	return false;
}

/* ---- policies */

static const Vedetta__V1__Policy *
policy_of(const struct duty_item *item, unsigned class_no)
{
	const Vedetta__V1__DutyRecord *r = item->record;

	return r->what_case == VEDETTA__V1__DUTY_RECORD__WHAT_POLICY &&
			       !r->policy->removed && policy_is_for(r->policy, class_no)
		       ? r->policy
		       : NULL;
}

/* Of two for one area, the one that was there first. */
const Vedetta__V1__Policy *
duty_policy(const struct duty *d, const struct duty_place *place, unsigned class_no)
{
	const Vedetta__V1__Policy *best = NULL;
	const struct duty_item *item;
	int least = NOBODY;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Policy *p = policy_of(item, class_no);
		int height = p == NULL ? -1 : duty_height(place, 0, p->area);

		if (height >= 0 &&
			(height < least || (height == least && p->id < best->id))) {
			best = p;
			least = height;
		}
	}
	for (size_t i = 0; best == NULL && i < POLICY_BUILT_IN; i++) {
		best = policy_is_for(policy_built_in(i), class_no) ? policy_built_in(i)
								   : NULL;
	}
	return best;
}
