#include "dispatch/duty_decide.h"

#include <errno.h>
#include <string.h>

#include "dispatch/duty_internal.h"
#include "proto/stamp.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name
#define ASKED(name) VEDETTA__V1__DUTY_INPUT__WHAT_##name

struct asked {
	const struct duty *d;
	const Vedetta__V1__DutyInput *input;
	uint64_t seq;
	int64_t now_ms;
	const struct area_map *map;
	struct arena *arena;
	Vedetta__V1__DutyAnswered *out;
	Vedetta__V1__DutyRecord *record;
};

const char *
duty_what(const Vedetta__V1__DutyRecord *r)
{
	switch (r->what_case) {
	case CASE(TEAM):
		return "team";
	case CASE(SHIFT):
		return "shift";
	case CASE(ON_CALL):
		return "on_call";
	case CASE(POLICY):
		return "policy";
	case CASE(JOINED):
		return "joined";
	case CASE(EXERCISE):
		return "exercise";
	case CASE(_NOT_SET):
	case _VEDETTA__V1__DUTY_RECORD__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return "";
}

/* 1: refused, for an if that ends in it. */
static int
refuse(struct asked *a, char *field, const char *reason)
{
	if (a->out->reason[0] == '\0' && field != NULL) {
		a->out->field = field;
		a->out->reason = (char *)(uintptr_t)reason;
	}
	return 1;
}

static char *
said(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* ---- what it is about must be there */

static int
check_area(struct asked *a, const char *code, char *field)
{
	return a->map != NULL && strcmp(code, "*") != 0 &&
			       area_map_by_code(a->map, code) == NULL
		       ? refuse(a, field, "is no area that was imported")
		       : 0;
}

static int
check_person(struct asked *a, const Vedetta__V1__DutyPerson *p, char *field)
{
	return duty_means(a->d, p) == 0
		       ? refuse(a, field,
				 "cannot be reached: give an e-mail address, a "
				 "Telegram chat or a webhook, here or with the "
				 "account, by a means that is set up here")
		       : 0;
}

static int
check_people(struct asked *a, Vedetta__V1__DutyPerson *const *people, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (check_person(a, people[i],
			    arena_printf(a->arena, "people[%zu]", i)) != 0) {
			return 1;
		}
	}
	return 0;
}

static int
check_team(struct asked *a, const Vedetta__V1__Team *t)
{
	for (size_t i = 0; i < t->n_areas; i++) {
		if (check_area(a, t->areas[i],
			    arena_printf(a->arena, "areas[%zu]", i)) != 0) {
			return 1;
		}
	}
	return check_people(a, t->people, t->n_people);
}

static int
check_policy(struct asked *a, const Vedetta__V1__Policy *p)
{
	for (size_t i = 0; i < p->n_steps; i++) {
		const Vedetta__V1__DutyRecord *r =
			p->steps[i]->team == 0 ? NULL
					       : duty_find(a->d, p->steps[i]->team);

		if (p->steps[i]->team != 0 &&
			(r == NULL || r->what_case != CASE(TEAM))) {
			return refuse(a, arena_printf(a->arena, "steps[%zu].team", i),
				"is no team");
		}
		if (duty_step_lacks(a->d, p->steps[i]) != 0) {
			return refuse(a, arena_printf(a->arena, "steps[%zu].means", i),
				"has a means that is not set up here");
		}
	}
	return check_area(a, p->area, said("area"));
}

/* ---- what is set */

/*
 * The record as it was, of the same kind; a new one has none (id 0). 1: there is
 * no such record, or no room for one more.
 */
static int
find(struct asked *a, uint64_t id, int kind, const Vedetta__V1__DutyRecord **out)
{
	*out = id == 0 ? NULL : duty_find(a->d, id);
	if (id != 0 && (*out == NULL || (int)(*out)->what_case != kind)) {
		a->out->not_found = true;
		return 1;
	}
	return id == 0 && duty_count(a->d) >= DUTY_RECORDS_MOST
		       ? refuse(a, said(""), "there are too many records about duty")
		       : 0;
}

/* A copy in the arena, to be changed. NULL when memory is short. */
static void *
copy(struct asked *a, const void *from, size_t bytes)
{
	void *to = arena_alloc(a->arena, bytes);

	if (to != NULL) {
		memcpy(to, from, bytes);
	}
	return to;
}

static int
decide_team(struct asked *a, const Vedetta__V1__Team *asked)
{
	const Vedetta__V1__DutyRecord *old;
	Vedetta__V1__Team *t;

	if (find(a, asked->id, CASE(TEAM), &old) != 0 ||
		(!asked->removed && check_team(a, asked) != 0)) {
		return 0;
	}
	t = copy(a, asked->removed ? old->team : asked, sizeof(*t));
	if (t == NULL) {
		return -ENOMEM;
	}
	t->id = asked->id != 0 ? asked->id : a->seq;
	t->removed = asked->removed;
	a->record->what_case = CASE(TEAM);
	a->record->team = t;
	a->out->record = a->record;
	return 0;
}

static int
decide_shift(struct asked *a, const Vedetta__V1__Shift *asked)
{
	const Vedetta__V1__DutyRecord *old;
	char was[DUTY_KEY_BYTES], is[DUTY_KEY_BYTES];
	Vedetta__V1__Shift *s;

	if (find(a, asked->id, CASE(SHIFT), &old) != 0 ||
		(!asked->removed &&
			(check_area(a, asked->area, said("area")) != 0 ||
				check_person(a, asked->person, said("person")) != 0))) {
		return 0;
	}
	s = copy(a, asked->removed ? old->shift : asked, sizeof(*s));
	if (s == NULL) {
		return -ENOMEM;
	}
	if (old != NULL && !asked->removed) {
		duty_key(old->shift->person, was);
		duty_key(asked->person, is);
		if (strcmp(was, is) == 0) {
			s->answered_at = old->shift->answered_at;
			s->left_at = old->shift->left_at;
		}
	}
	s->id = asked->id != 0 ? asked->id : a->seq;
	s->removed = asked->removed;
	a->record->what_case = CASE(SHIFT);
	a->record->shift = s;
	a->out->record = a->record;
	return 0;
}

static int
decide_on_call(struct asked *a, const Vedetta__V1__OnCall *asked)
{
	const Vedetta__V1__DutyRecord *old;
	Vedetta__V1__OnCall *list;

	if (find(a, asked->id, CASE(ON_CALL), &old) != 0 ||
		(!asked->removed && (check_area(a, asked->area, said("area")) != 0 ||
					    check_people(a, asked->people,
						    asked->n_people) != 0))) {
		return 0;
	}
	list = copy(a, asked->removed ? old->on_call : asked, sizeof(*list));
	if (list == NULL) {
		return -ENOMEM;
	}
	list->id = asked->id != 0 ? asked->id : a->seq;
	list->removed = asked->removed;
	a->record->what_case = CASE(ON_CALL);
	a->record->on_call = list;
	a->out->record = a->record;
	return 0;
}

static int
decide_policy(struct asked *a, const Vedetta__V1__Policy *asked)
{
	const Vedetta__V1__DutyRecord *old;
	Vedetta__V1__Policy *p;

	if (find(a, asked->id, CASE(POLICY), &old) != 0 ||
		(!asked->removed && check_policy(a, asked) != 0)) {
		return 0;
	}
	p = copy(a, asked->removed ? old->policy : asked, sizeof(*p));
	if (p == NULL) {
		return -ENOMEM;
	}
	p->id = asked->id != 0 ? asked->id : a->seq;
	p->removed = asked->removed;
	a->record->what_case = CASE(POLICY);
	a->record->policy = p;
	a->out->record = a->record;
	return 0;
}

/* ---- "I am on duty", "I go" */

static bool
is_mine(const struct asked *a, const Vedetta__V1__DutyPerson *p)
{
	return strcmp(p->account, a->input->author) == 0;
}

/* Could its person say that now? */
static bool
can_answer(const struct asked *a, const Vedetta__V1__Shift *s, bool on)
{
	bool is_on = duty_is_answered(s, a->now_ms);

	return on ? !is_on && a->now_ms >= stamp_ms(s->from) - DUTY_EARLY_MS &&
			       a->now_ms < stamp_ms(s->to)
		  : is_on;
}

/* The one that is meant; of several the one that began first. */
static const Vedetta__V1__Shift *
find_shift(struct asked *a, const Vedetta__V1__DutyAnswer *said_so)
{
	const Vedetta__V1__Shift *best = NULL;
	const struct duty_item *item;

	TAILQ_FOREACH (item, &a->d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s == NULL ||
			(said_so->shift != 0 ? s->id != said_so->shift
					     : !is_mine(a, s->person) ||
						       !can_answer(a, s, said_so->on) ||
						       (said_so->area[0] != '\0' &&
							       strcmp(s->area,
								       said_so->area) !=
								       0))) {
			continue;
		}
		if (best == NULL || stamp_ms(s->from) < stamp_ms(best->from) ||
			(stamp_ms(s->from) == stamp_ms(best->from) &&
				s->id < best->id)) {
			best = s;
		}
	}
	return best;
}

/* The rota has none: one of its own, from now on. */
static int
open_shift(struct asked *a, const Vedetta__V1__DutyAnswer *said_so)
{
	Vedetta__V1__Shift *s = arena_alloc(a->arena, sizeof(*s));
	Vedetta__V1__DutyPerson *p = arena_alloc(a->arena, sizeof(*p));
	int64_t to_ms = said_so->to != NULL ? stamp_ms(said_so->to)
					    : a->now_ms + DUTY_AD_HOC_MS;

	if (said_so->area[0] == '\0') {
		(void)refuse(a, said("area"),
			"is required: the rota has no entry of yours now");
		return 0;
	}
	if (to_ms <= a->now_ms || to_ms > a->now_ms + 2 * DUTY_AD_HOC_MS) {
		(void)refuse(a, said("to"), "must be within 24 hours from now");
		return 0;
	}
	if (check_area(a, said_so->area, said("area")) != 0) {
		return 0;
	}
	if (s == NULL || p == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__duty_person__init(p);
	p->account = a->input->author;
	vedetta__v1__shift__init(s);
	s->id = a->seq;
	s->area = said_so->area;
	s->person = p;
	s->note = said_so->note;
	s->from = s->answered_at = stamp_new(a->arena, a->now_ms);
	s->to = stamp_new(a->arena, to_ms);
	a->record->what_case = CASE(SHIFT);
	a->record->shift = s;
	a->out->record = a->record;
	return s->from == NULL || s->to == NULL ? -ENOMEM : 0;
}

static int
answer_shift(struct asked *a, const Vedetta__V1__DutyAnswer *said_so,
	const Vedetta__V1__Shift *old)
{
	Vedetta__V1__Shift *s;

	if (old->person->account[0] != '\0' && !is_mine(a, old->person)) {
		(void)refuse(a, said("shift"), "is somebody else's");
		return 0;
	}
	if (!can_answer(a, old, said_so->on)) {
		(void)refuse(a, said("shift"),
			said_so->on ? "is not now, or was answered already"
				    : "is not one you are on");
		return 0;
	}
	s = copy(a, old, sizeof(*s));
	if (s == NULL) {
		return -ENOMEM;
	}
	if (said_so->on) {
		s->answered_at = stamp_new(a->arena, a->now_ms);
		s->left_at = NULL;
	} else {
		s->left_at = stamp_new(a->arena, a->now_ms);
	}
	s->note = said_so->note[0] != '\0' ? said_so->note : s->note;
	a->record->what_case = CASE(SHIFT);
	a->record->shift = s;
	a->out->record = a->record;
	return s->answered_at == NULL || (!said_so->on && s->left_at == NULL) ? -ENOMEM
									      : 0;
}

static int
answer_exercise(struct asked *a, const Vedetta__V1__DutyAnswer *said_so)
{
	static char id[] = "exerciseId",
		    another[] = "is not that of the one that is on";
	const Vedetta__V1__Exercise *now = duty_exercise(a->d, a->now_ms);
	Vedetta__V1__Joined *j = arena_alloc(a->arena, sizeof(*j));
	const struct duty_item *item;

	if (j == NULL) {
		return -ENOMEM;
	}
	if (now == NULL) {
		a->out->not_found = true;
		return 0;
	}
	if (said_so->exercise_id != 0 && said_so->exercise_id != now->id) {
		a->out->field = id;
		a->out->reason = another;
		return 0;
	}
	vedetta__v1__joined__init(j);
	j->id = a->seq;
	TAILQ_FOREACH (item, &a->d->items, link) {
		const Vedetta__V1__DutyRecord *r = item->record;

		if (r->what_case == CASE(JOINED) && !r->joined->removed &&
			r->joined->exercise == now->id &&
			is_mine(a, r->joined->person)) {
			j->id = r->joined->id;
		}
	}
	if (!said_so->on && j->id == a->seq) {
		a->out->not_found = true;
		return 0;
	}
	j->person = arena_alloc(a->arena, sizeof(*j->person));
	j->exercise = now->id;
	j->until = now->until;
	if (j->person == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__duty_person__init(j->person);
	j->person->account = a->input->author;
	j->removed = !said_so->on;
	a->record->what_case = CASE(JOINED);
	a->record->joined = j;
	a->out->record = a->record;
	return 0;
}

static int
decide_answer(struct asked *a, const Vedetta__V1__DutyAnswer *said_so)
{
	const Vedetta__V1__Shift *s;

	if (said_so->exercise) {
		return answer_exercise(a, said_so);
	}
	s = find_shift(a, said_so);
	if (s != NULL) {
		return answer_shift(a, said_so, s);
	}
	if (said_so->shift != 0 || !said_so->on) {
		a->out->not_found = true;
		return 0;
	}
	return open_shift(a, said_so);
}

int
duty_decide(const struct duty *d, const Vedetta__V1__DutyInput *input, uint64_t seq,
	int64_t now_ms, const struct area_map *map, struct arena *arena,
	Vedetta__V1__DutyAnswered *out)
{
	struct asked a = {d, input, seq, now_ms, map, arena, out, NULL};

	vedetta__v1__duty_answered__init(out);
	a.record = arena_alloc(arena, sizeof(*a.record));
	if (a.record == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__duty_record__init(a.record);
	a.record->sequence = seq;
	a.record->at = stamp_new(a.arena, now_ms);
	a.record->by = input->author;
	if (a.record->at == NULL) {
		return -ENOMEM;
	}
	switch (input->what_case) {
	case ASKED(TEAM):
		return decide_team(&a, input->team);
	case ASKED(SHIFT):
		return decide_shift(&a, input->shift);
	case ASKED(ON_CALL):
		return decide_on_call(&a, input->on_call);
	case ASKED(POLICY):
		return decide_policy(&a, input->policy);
	case ASKED(ANSWER):
		return decide_answer(&a, input->answer);
	case ASKED(EXERCISE):
		return duty_exercise_decide(d,
			&(struct duty_exercise_ask){
				input->exercise, input->author, seq, now_ms},
			arena, a.record, out);
	case ASKED(CONTACT_TEST): /* changes no book */
	case ASKED(_NOT_SET):
	case _VEDETTA__V1__DUTY_INPUT__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	out->not_found = true;
	return 0;
}
