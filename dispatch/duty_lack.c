/* duty_lack - whom nothing reaches, and which steps ask for what is not set up */
#include <errno.h>
#include <string.h>

#include "dispatch/duty_internal.h"
#include "dispatch/duty_now.h"
#include "proto/stamp.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name

/* Will this record's people still have to come? */
static bool
is_ahead(const Vedetta__V1__DutyRecord *r, int64_t now_ms)
{
	return r->what_case != CASE(SHIFT) ||
	       (!r->shift->exercise && now_ms < stamp_ms(r->shift->to) &&
		       r->shift->left_at == NULL);
}

static bool
is_at_console(const struct duty *d, const Vedetta__V1__DutyPerson *p)
{
	for (size_t i = 0; p->account[0] != '\0' && i < d->n_present; i++) {
		if (d->present[i]->streams > 0 &&
			strcmp(d->present[i]->account, p->account) == 0) {
			return true;
		}
	}
	return false;
}

static bool
next_unreachable(const struct duty *d, int64_t now_ms, struct duty_person_cursor *c)
{
	while (duty_next_person(d, c)) {
		if (is_ahead(c->item->record, now_ms) &&
			duty_means(d, c->person) == 0 && !is_at_console(d, c->person)) {
			return true;
		}
	}
	return false;
}

size_t
duty_unreachable(const struct duty *d, int64_t now_ms)
{
	struct duty_person_cursor c = {.has_begun = false};
	size_t n = 0;

	while (next_unreachable(d, now_ms, &c)) {
		n++;
	}
	return n;
}

int
duty_tell_unreachable(const struct duty *d, int64_t now_ms, struct arena *arena,
	Vedetta__V1__DutyNow *out)
{
	struct duty_person_cursor c = {.has_begun = false};
	unsigned none;

	while (out->n_unreachable < DUTY_TOLD_MOST && next_unreachable(d, now_ms, &c)) {
		Vedetta__V1__Unreachable *one = arena_alloc(arena, sizeof(*one));
		bool is_known =
			d->accounts.find != NULL &&
			d->accounts.find(d->accounts.arg, c.person->account, &none);
		bool no_account;

		if (one == NULL) {
			return -ENOMEM;
		}
		vedetta__v1__unreachable__init(one);
		one->name = c.person->name;
		one->account = c.person->account;
		one->record = duty_record_id(c.item->record);
		no_account = c.person->account[0] != '\0' && !is_known;
		one->reason =
			(char *)(uintptr_t)(no_account
						    ? "no such account, or disabled"
						    : "no contact by a means that is "
						      "set up");
		one->code = (char *)(uintptr_t)(no_account ? "no_account" : "no_means");
		out->unreachable[out->n_unreachable++] = one;
	}
	return 0;
}

size_t
duty_steps_lacking(const struct duty *d)
{
	const struct duty_item *item;
	size_t n = 0;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__DutyRecord *r = item->record;

		if (r->what_case != CASE(POLICY) || r->policy->removed) {
			continue;
		}
		for (size_t i = 0; i < r->policy->n_steps; i++) {
			n += duty_step_lacks(d, r->policy->steps[i]) != 0;
		}
	}
	return n;
}

static int
tell_step(const Vedetta__V1__Policy *policy, size_t step, Vedetta__V1__DutyMeans lacks,
	struct arena *arena, Vedetta__V1__DutyNow *out)
{
	Vedetta__V1__StepFault *one = arena_alloc(arena, sizeof(*one));

	if (one == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__step_fault__init(one);
	one->policy = policy->id;
	one->area = policy->area;
	one->step = (uint32_t)step + 1;
	one->means = lacks;
	out->step_faults[out->n_step_faults++] = one;
	return 0;
}

int
duty_tell_steps(const struct duty *d, struct arena *arena, Vedetta__V1__DutyNow *out)
{
	const struct duty_item *item;
	int r = 0;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__DutyRecord *record = item->record;

		if (record->what_case != CASE(POLICY) || record->policy->removed) {
			continue;
		}
		for (size_t i = 0; r == 0 && i < record->policy->n_steps &&
				   out->n_step_faults < DUTY_GAPS_MOST;
			i++) {
			Vedetta__V1__DutyMeans lacks =
				duty_step_lacks(d, record->policy->steps[i]);

			r = lacks == 0
				    ? 0
				    : tell_step(record->policy, i, lacks, arena, out);
		}
	}
	return r;
}
