/* office_tell - what console fronts hear of the office */
#include <errno.h>
#include <string.h>

#include "dispatch/office_internal.h"

enum {
	ACCOUNTS_A_PIECE = 64,
	SESSIONS_A_PIECE = 128,
	PIECE_BYTES = 48 * 1024,
};

struct telling {
	const struct office *o;
	struct arena *arena;
	Vedetta__V1__OfficeStates *out;
	size_t bytes;
};

static int
begin(struct telling *t)
{
	Vedetta__V1__OfficeStates *out = t->out;

	*out = (Vedetta__V1__OfficeStates)VEDETTA__V1__OFFICE_STATES__INIT;
	out->accounts =
		arena_alloc(t->arena, ACCOUNTS_A_PIECE * sizeof(out->accounts[0]));
	out->sessions =
		arena_alloc(t->arena, SESSIONS_A_PIECE * sizeof(out->sessions[0]));
	out->ended = arena_alloc(t->arena, OFFICE_ENDED_KEPT * sizeof(out->ended[0]));
	out->unassigned_held = office_unassigned_is_held(t->o);
	return out->accounts == NULL || out->sessions == NULL || out->ended == NULL
		       ? -ENOMEM
		       : 0;
}

static bool
is_full(const struct telling *t)
{
	return t->bytes >= PIECE_BYTES || t->out->n_accounts == ACCOUNTS_A_PIECE ||
	       t->out->n_sessions == SESSIONS_A_PIECE;
}

static int
tell_account(struct telling *t, const struct office_person *p)
{
	Vedetta__V1__OfficeAccount *one = arena_alloc(t->arena, sizeof(*one));
	struct scope *scope = arena_alloc(t->arena, sizeof(*scope));

	if (one == NULL || scope == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__office_account__init(one);
	one->account = p->stored->account;
	one->preferences = p->stored->preferences;
	scope_make(scope, one->account->areas, one->account->n_areas,
		one->account->unassigned, t->o->map);
	one->above = arena_alloc(t->arena, (scope->n_above + 1) * sizeof(char *));
	if (one->above == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < scope->n_above; i++) {
		one->above[one->n_above++] = scope->above[i];
	}
	t->bytes += vedetta__v1__office_account__get_packed_size(one);
	t->out->accounts[t->out->n_accounts++] = one;
	return 0;
}

static void
tell_session(struct telling *t, const struct office_visit *v)
{
	t->bytes += vedetta__v1__office_session__get_packed_size(v->session);
	t->out->sessions[t->out->n_sessions++] = v->session;
}

/* All there is, in pieces; what changes meanwhile is told behind the last. */
static int
fill(struct telling *t, struct office_cursor *c)
{
	const struct office *o = t->o;

	t->out->first = c->filling == 0;
	if (t->out->first) {
		*c = (struct office_cursor){.filling = o->version};
	}
	while (c->at_account < o->n_people && !is_full(t)) {
		if (tell_account(t, &o->people[c->at_account++]) != 0) {
			return -ENOMEM;
		}
	}
	while (c->at_account == o->n_people && c->at_session < o->n_visits &&
		!is_full(t)) {
		tell_session(t, &o->visits[c->at_session++]);
	}
	if (c->at_account == o->n_people && c->at_session >= o->n_visits) {
		t->out->last = true;
		*c = (struct office_cursor){.told = c->filling};
	}
	return 1;
}

/* One message of everything behind `told`; if it grows too large, begin anew. */
static int
tell_changes(struct telling *t, struct office_cursor *c)
{
	const struct office *o = t->o;
	bool full = false;

	for (size_t i = 0; i < o->n_people && !full; i++) {
		if (o->people[i].version > c->told) {
			full = is_full(t);
			if (!full && tell_account(t, &o->people[i]) != 0) {
				return -ENOMEM;
			}
		}
	}
	for (size_t i = 0; i < o->n_visits && !full; i++) {
		if (o->visits[i].version > c->told) {
			full = is_full(t);
			if (!full) {
				tell_session(t, &o->visits[i]);
			}
		}
	}
	if (full) {
		int r;

		*c = (struct office_cursor){0};
		t->bytes = 0;
		r = begin(t);
		return r == 0 ? fill(t, c) : r;
	}
	for (size_t i = 0; i < OFFICE_ENDED_KEPT; i++) {
		if (o->ended[i].version > c->told) {
			t->out->ended[t->out->n_ended++] = o->ended[i].id;
		}
	}
	c->told = o->version;
	return 1;
}

int
office_tell(const struct office *o, struct office_cursor *c, struct arena *arena,
	Vedetta__V1__OfficeStates *out)
{
	struct telling t = {o, arena, out, 0};

	if (c->told == o->version) {
		return 0;
	}
	if (begin(&t) != 0) {
		return -ENOMEM;
	}
	/* A session that ended while it was filled moved another into its place. */
	if (c->told == 0 || c->told < o->forgotten) {
		if (c->filling != 0 && c->filling != o->version) {
			*c = (struct office_cursor){0};
		}
		return fill(&t, c);
	}
	return tell_changes(&t, c);
}
